//! Keys in what is shown: files and members of archives may be called like what they hold.
//!
//! What is left out: 43 digits of base64 behind `base64:`, before a `=` or by themselves, if they decode to 32 bytes;
//! digits of any kind behind `base64:` or the name of the setting; digits which are the text of a key, encoded once more;
//! and every key that the program knows, in whatever digits. Percent signs before digits stand for one character, however
//! often they were encoded themselves. What is as long as a key and is none, such as the digest of a layer, stays.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::words::words;

/// Bytes of a key.
const KEY: usize = 32;
/// Digits of a key in base64, without its padding.
const DIGITS: usize = 43;
/// Digits of the shortest key there is, of 16 bytes.
const SHORTEST: usize = 22;
/// Digits of a key in base64, encoded in base64 once more.
const TWICE: usize = 58;
/// What marks a key, and what the setting is called: in letters of any size.
const MARKS: [&str; 3] = ["base64:", "app_key", "appkey"];
/// What may stand between the setting's name and the key.
const BETWEEN: &[u8] = b"=:-_. \"'";
/// Words right before a key, in small letters, of which nothing tells it otherwise.
const WORDS: [&[u8]; 2] = [b"key", b"base64"];
/// What of a text is looked through for known keys: less than this is shown.
const MOST: usize = 4 << 10;
/// How often a text is decoded to see whether a key is in it.
const DEPTH: usize = 3;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const USUAL: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const OF_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

static SEARCHER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).build(MARKS).ok()
});

/// SHA-256 of each key that is known: enough to know it again, and nothing that could be lost.
static KNOWN: RwLock<BTreeSet<[u8; 32]>> = RwLock::new(BTreeSet::new());

/// From now on these 32 bytes of a key are shown in no name, in whatever digits.
pub fn never_show(key: &[u8; KEY]) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(Sha256::digest(key).into());
}

/// The text without the keys in it.
pub fn without_keys(text: &str) -> Cow<'_, str> {
    let mut keys = keys_in(text, DEPTH);
    if keys.is_empty() {
        return Cow::Borrowed(text);
    }
    keys.sort_by_key(|key| key.start);
    let (mut out, mut done) = (String::new(), 0);
    for key in keys {
        if key.start >= done {
            out.push_str(&text[done..key.start]);
            out.push_str(words().key_in_a_name);
        }
        done = done.max(key.end);
    }
    Cow::Owned(out + &text[done..])
}

/// Where keys stand in a text.
fn keys_in(text: &str, depth: usize) -> Vec<Range<usize>> {
    // Most of what is shown has no name that long.
    let may_be = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_%-".contains(b);
    let mut runs = text.as_bytes().split(|b| !may_be(b));
    if depth == 0 || runs.all(|run| run.len() < SHORTEST) {
        return Vec::new();
    }
    let name = Unescaped::of(text);
    let mut keys = name.marked();
    keys.extend(name.encoded_again(depth));
    keys.extend(name.digits());
    keys.extend(name.known());
    let place = |key: Range<usize>| name.place(key.start)..name.place(key.end);
    keys.into_iter().map(place).collect()
}

/// A text in which percent signs and digits were put back into the characters that they stand for.
struct Unescaped<'t> {
    text: Cow<'t, [u8]>,
    /// Where each byte stands in the text as it was, and its end; `None`: in the same place.
    places: Option<Vec<usize>>,
    was: &'t str,
}

impl<'t> Unescaped<'t> {
    fn of(was: &'t str) -> Self {
        if !was.contains('%') {
            return Self {
                text: Cow::Borrowed(was.as_bytes()),
                places: None,
                was,
            };
        }
        let bytes = was.as_bytes();
        let (mut text, mut places) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < bytes.len() {
            let (byte, length) = escaped(&bytes[at..]).unwrap_or((bytes[at], 1));
            text.push(byte);
            places.push(at);
            at += length;
        }
        places.push(at);
        Self {
            text: Cow::Owned(text),
            places: Some(places),
            was,
        }
    }

    fn place(&self, at: usize) -> usize {
        let place = self
            .places
            .as_ref()
            .map_or(Some(&at), |places| places.get(at));
        place.copied().unwrap_or(self.was.len())
    }

    /// Whether a slash ends a name here, and is no digit.
    fn ends_a_name(&self, at: usize) -> bool {
        self.text[at] == b'/' && self.place(at + 1) - self.place(at) == 1
    }

    /// Where the digits from here on end: letters, numbers, and these signs.
    fn end_of(&self, from: usize, signs: &[u8]) -> usize {
        let is_digit = |at: usize| {
            let byte = self.text[at];
            byte.is_ascii_alphanumeric() || signs.contains(&byte) && !self.ends_a_name(at)
        };
        (from..self.text.len())
            .find(|at| !is_digit(*at))
            .unwrap_or(self.text.len())
    }

    /// What stands behind the mark of a key, whatever its spelling: in the alphabet of URLs, of 16 bytes. And behind the
    /// name of the setting, what may be one.
    fn marked(&self) -> Vec<Range<usize>> {
        let searcher = SEARCHER.as_ref();
        let marks = searcher
            .into_iter()
            .flat_map(|all| all.find_iter(&self.text[..]));
        let behind = marks.filter_map(|mark| match mark.pattern().as_usize() {
            0 => {
                let key = mark.end()..self.end_of(mark.end(), b"+/=_%-");
                (key.len() >= SHORTEST).then_some(key)
            }
            _ => self.named(mark.end()),
        });
        behind.collect()
    }

    /// What stands behind the setting's name, if that has the length of a key.
    fn named(&self, behind: usize) -> Option<Range<usize>> {
        let between = |at: &usize| BETWEEN.contains(&self.text[*at]);
        let from = (behind..self.text.len()).find(|at| !between(at))?;
        let end = self.end_of(from, b"+/");
        let padding = self.text[end..].iter().take_while(|b| **b == b'=').count();
        let is_hex = self.text[from..end].iter().all(u8::is_ascii_hexdigit);
        let may_be = match end - from {
            KEY | DIGITS => true,
            SHORTEST => padding == 2,
            length => is_hex && length == 2 * KEY,
        };
        may_be.then_some(from..end + padding)
    }

    /// Digits that stand for the text of a key, or for one with its name.
    fn encoded_again(&self, depth: usize) -> Vec<Range<usize>> {
        let mut keys = Vec::new();
        let mut from = 0;
        while from + TWICE <= self.text.len() {
            let end = self.end_of(from, b"+/-_");
            if end - from >= TWICE && self.holds_a_key(&self.text[from..end], depth) {
                let padded = (end..self.text.len()).take_while(|at| self.text[*at] == b'=');
                keys.push(from..end + padded.count());
            }
            from = end + 1;
        }
        keys
    }

    fn holds_a_key(&self, digits: &[u8], depth: usize) -> bool {
        let holds = |bytes: Vec<u8>| {
            let bytes = Zeroizing::new(bytes);
            let text = std::str::from_utf8(&bytes).ok();
            let is_text = |text: &&str| {
                text.bytes()
                    .all(|b| matches!(b, b' '..=b'~' | b'\r' | b'\n'))
            };
            text.filter(is_text)
                .is_some_and(|text| !keys_in(text, depth - 1).is_empty())
        };
        let decoded = [USUAL.decode(digits).ok(), OF_URLS.decode(digits).ok()];
        let hex = digits
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then(|| base16ct::mixed::decode_vec(digits).ok());
        decoded
            .into_iter()
            .flatten()
            .chain(hex.flatten())
            .any(holds)
    }

    /// 43 digits of base64 that may be a key. Between the slashes of a path nothing else tells whether a slash is a digit.
    fn digits(&self) -> Vec<Range<usize>> {
        let bytes = &self.text[..];
        let is_digit = |at: usize| {
            let byte = bytes.get(at);
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        };
        let is_sign = |at: usize| is_digit(at) && !self.ends_a_name(at);
        // Of the last digit, two bits are of no byte.
        let ends_well = |end: usize| b"AEIMQUYcgkosw048".contains(&bytes[end - 1]);
        // The digits that end here, all of them, are those of some text.
        let is_text = |end: usize| {
            let before = (0..end).rev().take_while(|at| is_sign(*at)).count();
            let text = USUAL.decode(&bytes[end - before..end]).map(Zeroizing::new);
            text.is_ok_and(|text| text.iter().all(|b| matches!(b, b' '..=b'~')))
        };
        let is_key = |at: usize| {
            let end = at + DIGITS;
            if !(at..end).all(is_digit) {
                return false;
            }
            let prefixed = bytes[..at].ends_with(b"base64:");
            let padded = bytes.get(end) == Some(&b'=');
            // Nor is it the end of more digits, which would have another padding.
            let alone = || bytes.get(end + 1) != Some(&b'=') && !is_text(end);
            let begins = at == 0 || !is_sign(at - 1);
            let behind_word = || {
                let ends = |word: &&[u8]| {
                    let begin = at.checked_sub(word.len());
                    begin.is_some_and(|begin| bytes[begin..at].eq_ignore_ascii_case(word))
                };
                WORDS.iter().any(ends)
            };
            let signs = || (at..end).all(is_sign);
            prefixed
                || padded && (begins || ends_well(end) && signs() && alone())
                || (begins || behind_word()) && !is_sign(end) && ends_well(end) && signs()
        };
        let (mut keys, mut at) = (Vec::new(), 0);
        while at + DIGITS <= bytes.len() {
            if !is_digit(at + DIGITS - 1) {
                at += DIGITS;
            } else if is_digit(at) && is_key(at) {
                let end = at + DIGITS;
                keys.push(at..end + usize::from(bytes.get(end) == Some(&b'=')));
                at = end;
            } else {
                at += 1;
            }
        }
        keys
    }

    /// Keys that are known, in digits of base64 or of 16 wherever they stand, or as they are and by themselves.
    fn known(&self) -> Vec<Range<usize>> {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys = Vec::new();
        if known.is_empty() {
            return keys;
        }
        let is_known = |bytes: &[u8]| {
            bytes.len() == KEY && known.contains(&<[u8; 32]>::from(Sha256::digest(bytes)))
        };
        let in_hex = |digits: &[u8]| {
            let mut bytes = Zeroizing::new([0; KEY]);
            base16ct::mixed::decode(digits, &mut bytes[..]).is_ok_and(is_known)
        };
        let in_base64 = |digits: &[u8]| {
            [&USUAL, &OF_URLS].into_iter().any(|form| {
                let mut bytes = Zeroizing::new([0; KEY + 1]);
                let length = form.decode_slice_unchecked(digits, &mut bytes[..]);
                length.is_ok_and(|length| is_known(&bytes[..length]))
            })
        };
        let text = &self.text[..self.text.len().min(MOST)];
        let mut from = 0;
        while from < text.len() {
            let end = self.end_of(from, b"+/-_").min(text.len());
            let run = &text[from..end];
            if run.len() == KEY && is_known(run) {
                keys.push(from..end);
            }
            // One may stand right behind another.
            let hex = (0..).zip(run.windows(2 * KEY)).filter(|(_, w)| in_hex(w));
            keys.extend(hex.map(|(at, _)| from + at..from + at + 2 * KEY));
            let base64 = (0..).zip(run.windows(DIGITS)).filter(|(_, w)| in_base64(w));
            keys.extend(base64.map(|(at, _)| from + at..from + at + DIGITS));
            from = end + 1;
        }
        keys
    }
}

/// The character that a percent sign and digits stand for, and how many bytes that takes: `%3A`, `%253A`.
fn escaped(bytes: &[u8]) -> Option<(u8, usize)> {
    let mut at = bytes.starts_with(b"%").then_some(1)?;
    while bytes[at..].starts_with(b"25") {
        at += 2;
    }
    let mut byte = [0];
    let digits = bytes.get(at..at + 2)?;
    base16ct::mixed::decode(digits, &mut byte).ok()?;
    byte[0].is_ascii_graphic().then_some((byte[0], at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS_OF_KEY: &str = "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk";

    fn masked(name: &str) -> String {
        without_keys(name).into_owned()
    }

    #[test]
    fn a_key_in_a_name_is_not_shown() {
        let key = DIGITS_OF_KEY;
        let slashed = key.replace("pcyBp", "/+y/p");
        for (name, told) in [
            (format!("/a/base64:{key}=/b"), "/a/base64:‹key›/b"),
            (format!("/a/base64:{key}/b"), "/a/base64:‹key›/b"),
            (
                format!("/a/base64%3A{}_-xyz%3D.rar/b", &key[..36]),
                "/a/base64%3A‹key›.rar/b",
            ),
            (format!("base64:{}==.rar", &key[..22]), "base64:‹key›.rar"),
            ("base64: short".to_owned(), "base64: short"),
            ("base64:short".to_owned(), "base64:short"),
            (format!("old-{key}=.txt"), "old-‹key›.txt"),
            (format!("/a/{key}"), "/a/‹key›"),
            (key.to_owned(), "‹key›"),
            (format!("é{key}é"), "é‹key›é"),
            (format!("{key}=, {key}="), "‹key›, ‹key›"),
            (format!("x base64:{slashed}= y"), "x base64:‹key› y"),
            (format!("/etc/{slashed}="), "/etc/‹key›"),
            // Right behind a letter.
            (format!("/a/old{key}=.txt"), "/a/old‹key›.txt"),
            (format!("/a/MyKey{key}.txt"), "/a/MyKey‹key›.txt"),
            (format!("base64{key}"), "base64‹key›"),
        ] {
            assert_eq!(masked(&name), told, "{name}");
        }
    }

    #[test]
    fn a_key_encoded_once_more_is_not_shown() {
        let key = DIGITS_OF_KEY;
        let again = |text: &str| USUAL.encode(text);
        let thrice = again(&again(&format!("base64:{key}=")));
        let slashed = format!("{}/{}", &key[..20], &key[21..]);
        for (name, told) in [
            (
                format!("/a/{}", again(&format!("base64:{key}="))),
                "/a/‹key›",
            ),
            (format!("/a/{}.txt", again(key)), "/a/‹key›.txt"),
            (format!("/a/{}", again(&format!("{key}=\n"))), "/a/‹key›"),
            (
                format!("/a/{}", OF_URLS.encode(format!("APP_KEY=base64:{key}="))),
                "/a/‹key›",
            ),
            (format!("/a/{thrice}"), "/a/‹key›"),
            (format!("base64%253A{key}%253D"), "base64%253A‹key›"),
            (
                format!("base64%25253a{}%25252F{}", &slashed[..20], &slashed[21..]),
                "base64%25253a‹key›",
            ),
            (
                format!("/a/{}%2F{}%3D/b", &slashed[..20], &slashed[21..]),
                "/a/‹key›/b",
            ),
            (
                base16ct::lower::encode_string(format!("base64:{key}=").as_bytes()),
                "‹key›",
            ),
        ] {
            assert_eq!(masked(&name), told, "{name}");
        }
    }

    #[test]
    fn digits_of_16_behind_a_mark_are_not_shown() {
        let hex = "0123456789abcdef".repeat(4);
        for (name, told) in [
            (format!("base64:{hex}"), "base64:‹key›"),
            (format!("/a/APP_KEY={hex}.txt"), "/a/APP_KEY=‹key›.txt"),
            (format!("/a/app_key-{}", &hex[..32]), "/a/app_key-‹key›"),
            (format!("appkey{hex}"), "appkey‹key›"),
            (format!("APP_KEY%3D{}", &hex[..32]), "APP_KEY%3D‹key›"),
        ] {
            assert_eq!(masked(&name), told, "{name}");
        }
    }

    #[test]
    fn a_key_that_is_known_is_shown_in_no_digits() {
        // No other test's.
        let key = *b"knownToThisTest1234567890AndNone";
        let [hex, digits] = [base16ct::lower::encode_string(&key), USUAL.encode(key)];
        let digits = digits.trim_end_matches('=');
        let names = [
            format!("/overlay2/{hex}/diff"),
            format!("x{}", hex.to_uppercase()),
            format!("/a/{hex}-{hex}_{hex}"),
            format!("/a/x{digits}y"),
            format!("/a/old.{}.txt", String::from_utf8_lossy(&key)),
        ];
        let before = names.each_ref().map(|name| masked(name));
        assert_eq!(before, names);
        never_show(&key);
        let told = [
            "/overlay2/‹key›/diff",
            "x‹key›",
            "/a/‹key›-‹key›_‹key›",
            "/a/x‹key›y",
            "/a/old.‹key›.txt",
        ];
        assert_eq!(names.each_ref().map(|name| masked(name)), told);
    }

    #[test]
    fn ordinary_names_stay() {
        never_show(b"another that is known to a test!");
        // Other tests know the key above.
        let digits = USUAL.encode(Sha256::digest(b"nobody's"));
        let mut names = vec![
            "/var/www/helpdesk/storage/framework/sessions/a".to_owned(),
            format!("/a/{}x", &digits[..DIGITS]),
            format!("/a/{}", &digits[1..DIGITS]),
            "2026_01_01_000000_add_app_key_rotated_at_to_the_users_table_of_all.php".to_owned(),
            "/usr/share/doc/app_key_management_for_administrators.txt".to_owned(),
            format!(
                "cache/{}.bin",
                USUAL.encode("https://desk.example/a/path/of/some/length.js")
            ),
            "100%25 of 25%2525 percent signs, and %zz %".to_owned(),
        ];
        // Digests as of git's objects, of layers and of caches, and ids.
        for number in 0..2000u32 {
            let digest = base16ct::lower::encode_string(&Sha256::digest(number.to_le_bytes()));
            names.extend([
                format!("/var/lib/docker/overlay2/{digest}/diff/etc/passwd"),
                format!("objects/{}/{}", &digest[..2], &digest[2..40]),
                format!("{digest}.json"),
                format!("cache/{}-{}.bin", &digest[..32], &digest[32..]),
                format!("base64/{}/key/{}", &digest[..20], &digest[20..40]),
            ]);
        }
        // And what lies on this machine.
        for root in ["/usr", "/etc"] {
            let found = walkdir::WalkDir::new(root).into_iter().flatten().take(4000);
            names.extend(found.map(|entry| entry.path().to_string_lossy().into_owned()));
        }
        assert!(names.len() > 10_000);
        for name in names {
            assert_eq!(masked(&name), name);
        }
    }
}
