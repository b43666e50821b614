//! XOAUTH2: the message that carries a token, and what a server says to one it refuses.

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::payload::base64;
use crate::words::untrusted::shown;
use zeroize::Zeroizing;

/// `user=…^Aauth=Bearer …^A^A` in base64 (Google's and Microsoft's XOAUTH2).
pub(super) fn xoauth2_message(user: &str, token: &SecretBytes) -> Zeroizing<String> {
    let plain = Zeroizing::new(
        [
            b"user=",
            user.as_bytes(),
            b"\x01auth=Bearer ",
            token.expose(),
            b"\x01\x01",
        ]
        .concat(),
    );
    Zeroizing::new(base64::encode(&plain))
}

/// The reason in a challenge, such as `{"status":"400",…}`.
pub(super) fn challenge_text(challenge: &[u8]) -> String {
    base64::decode_strict(challenge.trim_ascii())
        .map_or_else(|_| String::new(), |text| shown(&text).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_wrapped_as_google_and_microsoft_want_it() {
        let token = SecretBytes::from(&b"ya29.token"[..]);
        let plain =
            base64::decode_strict(xoauth2_message("someuser@example.com", &token).as_bytes());
        assert_eq!(
            plain.ok().as_deref(),
            Some(&b"user=someuser@example.com\x01auth=Bearer ya29.token\x01\x01"[..])
        );
    }
}
