//! Keys that anybody can look up: samples in documentation and tests, and keys nobody drew at random.
//!
//! Published keys are kept as the SHA-256 of their 32 bytes, so that a search for keys does not find this program.

use sha2::{Digest, Sha256};

use super::app_key::AppKey;

/// A place where a key is published, and the SHA-256 of its bytes.
type Published = (&'static str, &'static str);

const PUBLISHED: [Published; 7] = [
    (
        "Orchestra Testbench's documentation",
        "c038b41a46686af67790f31673f31026379e788b12fc6bc3139c503c224f4324",
    ),
    (
        "tests of Laravel packages",
        "899732f5bd8ec6cb4c0239172c14e58e21ac19139c415f852bf2bc6f448cae0a",
    ),
    (
        "tests of Laravel packages",
        "8e84ef86c7a6b3578f0ce7c9206a55f3064bcca05fde05333f3dc05a3588e31f",
    ),
    (
        "tests of Laravel packages",
        "395f9c706b772021006d719b70e835118cbfb8db71f9651ca45de9f63db2268b",
    ),
    (
        "tests of Laravel packages",
        "5f12519bf2de99c983005a26b02defda215ae23e163de0e3d007764e1cf3cdd5",
    ),
    (
        "sample .env files",
        "479df0b6a751323ec67063f8efa34c62878a14b3eb82ba0113e350aaf8cc3b0b",
    ),
    (
        "Laravel's old sample configuration",
        "eccdb933c77f3c43342986d9e53646e90ab4a2e71a67b3dcac6e9bb70d9ffc87",
    ),
];

/// Where a published key stands, or why it is no secret; `None` for any other key.
pub fn published(key: &AppKey) -> Option<&'static str> {
    let bytes = key.bytes();
    // Laravel's own tests use `str_repeat('a', 32)`; setup guides use zeros.
    if bytes.iter().all(|byte| *byte == bytes[0]) {
        return Some("one character, repeated");
    }
    let steps = |pair: &[u8]| {
        pair[1] == pair[0].wrapping_add(1) || pair == b"90" || pair == b"9a" || pair == b"9A"
    };
    if bytes.windows(2).all(steps) {
        return Some("a row of digits or letters");
    }
    let digest = base16ct::lower::encode_string(&Sha256::digest(bytes));
    PUBLISHED
        .iter()
        .find(|(_, known)| *known == digest)
        .map(|(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        AppKey::parse(text.as_bytes())
            .ok()
            .and_then(|key| published(&key))
    }

    #[test]
    fn samples_are_known_in_any_spelling() {
        let testbench = format!("AckfSECXIvnK5r28{}", "GVIWUAxmbBSjTsmF");
        assert_eq!(of(&testbench), Some("Orchestra Testbench's documentation"));
        let encoded = format!(
            "base64:{}",
            crate::domain::payload::base64::encode(testbench.as_bytes())
        );
        assert_eq!(of(&encoded), of(&testbench));
        assert_eq!(
            of(&format!(
                "base64:2fl+Ktvkfl+Fuz4Qp/{}=",
                "A75G2RTiWVA/ZoKZvp6fiiM10"
            )),
            Some("tests of Laravel packages")
        );
    }

    #[test]
    fn keys_nobody_drew_are_known() {
        assert!(of(&"a".repeat(32)).is_some());
        assert!(of(&format!("base64:{}=", "A".repeat(43))).is_some());
        assert!(of("12345678901234567890123456789012").is_some());
        assert!(of("0123456789abcdefghijklmnopqrstuv").is_some());
    }

    #[test]
    fn a_random_key_is_not_published() {
        assert_eq!(
            of("base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="),
            None
        );
    }
}
