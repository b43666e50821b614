//! The secrets that are searched for, in every form in which the program handles them.

use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A name for messages, and its bytes.
pub struct Secret {
    name: String,
    bytes: Vec<u8>,
    is_key: bool,
}

/// A password, or another text.
pub fn text(name: &str, text: &str) -> Secret {
    Secret {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
        is_key: false,
    }
}

/// The text of an `APP_KEY`.
pub fn key(name: &str, text: &[u8]) -> Secret {
    assert!(text.starts_with(b"base64:"), "{name} is no key text");
    Secret {
        name: name.to_owned(),
        bytes: text.to_vec(),
        is_key: true,
    }
}

/// Finds secrets in bytes.
pub struct Search {
    names: Vec<(String, &'static str)>,
    longest: usize,
    automaton: AhoCorasick,
}

impl Search {
    pub fn new(secrets: &[Secret]) -> Self {
        let (mut names, mut patterns) = (Vec::new(), Vec::new());
        for secret in secrets {
            for (form, pattern) in forms(secret) {
                assert!(pattern.len() >= 12, "{} is too short", secret.name);
                names.push((secret.name.clone(), form));
                patterns.push(pattern);
            }
        }
        Self {
            names,
            longest: patterns.iter().map(Vec::len).max().unwrap(),
            automaton: AhoCorasick::new(patterns).unwrap(),
        }
    }

    /// Bytes that the longest of them takes: blocks must overlap by so much.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Each secret that stands in these bytes, its form, and where.
    pub fn find(&self, bytes: &[u8]) -> Vec<(String, usize)> {
        let found = self.automaton.find_overlapping_iter(bytes);
        found
            .map(|hit| {
                let (name, form) = &self.names[hit.pattern().as_usize()];
                (format!("{name}, {form}"), hit.start())
            })
            .collect()
    }

    /// The same as sentences, for one place.
    pub fn told(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let found = self.find(bytes).into_iter();
        found
            .map(|(what, at)| format!("{what} in {place} at {at}"))
            .collect()
    }

    /// Looks through every file below a folder; `may` allows what a file is meant to hold.
    pub fn below(&self, folder: &Path, may: &dyn Fn(&Path, &str) -> bool) -> Vec<String> {
        let mut told = Vec::new();
        for entry in walkdir::WalkDir::new(folder)
            .into_iter()
            .filter(|_| folder.exists())
        {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                let found = self.told(&entry.path().display().to_string(), &bytes);
                told.extend(found.into_iter().filter(|what| !may(entry.path(), what)));
            }
        }
        told
    }
}

/// As it is; as base64 wherever in a longer text it stands; as wide characters; a key also as what it decodes to and as the
/// blocks that HMAC makes of that.
fn forms(secret: &Secret) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("as it is", secret.bytes.clone())];
    let mut base64 = |bytes: &[u8], name: &'static str| {
        for shift in 0..3 {
            let text = STANDARD.encode([&[b'x'; 2][..shift], bytes].concat());
            // The first and last characters depend on what stands beside.
            let from = [0, 2, 3][shift];
            let sure = (shift + bytes.len()) * 8 / 6;
            forms.push((name, text.as_bytes()[from..sure].to_vec()));
        }
    };
    base64(&secret.bytes, "in base64");
    if secret.is_key {
        let raw = STANDARD.decode(&secret.bytes[b"base64:".len()..]).unwrap();
        base64(&raw, "its bytes in base64");
        forms.push(("its bytes", raw.clone()));
        for (name, pad) in [("HMAC's inner block", 0x36), ("HMAC's outer block", 0x5c)] {
            forms.push((name, raw.iter().map(|b| b ^ pad).collect()));
        }
    } else {
        let text = std::str::from_utf8(&secret.bytes).unwrap();
        let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf32 = text.chars().flat_map(|c| u32::from(c).to_le_bytes());
        forms.push(("in UTF-16", utf16));
        forms.push(("as characters", utf32.collect()));
    }
    forms
}

#[test]
fn every_form_is_found() {
    let raw: [u8; 32] = std::array::from_fn(|n| (n * 7 + 1) as u8);
    let encoded = STANDARD.encode(raw);
    let search = Search::new(&[
        text("word", "Pässwörd 密码 123"),
        key("key", format!("base64:{encoded}").as_bytes()),
    ]);
    for shift in 0..4 {
        let before = "y".repeat(shift);
        let plain = format!("{before}\u{0}Pässwörd 密码 123\u{0}");
        assert!(
            !search.find(STANDARD.encode(plain).as_bytes()).is_empty(),
            "{shift}"
        );
    }
    let chars: Vec<u8> = "Pässwörd 密码 123"
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    assert_eq!(search.find(&chars).len(), 1);
    assert!(!search.find(&raw).is_empty());
    assert!(!search.find(&raw.map(|b| b ^ 0x5c)).is_empty());
    assert!(!search.find(encoded.as_bytes()).is_empty());
    assert!(search.find("Pässwörd 密码 12".as_bytes()).is_empty());
}
