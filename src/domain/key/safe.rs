//! The text in a safe: a few lines for a person, and each key on a line that can be copied into `.env`.
//!
//! It is a source of keys as it stands, decrypted: [`keys`] reads what [`text`] writes. The very texts of the keys are kept,
//! because FreeScout derives its hashes from them.

use zeroize::Zeroizing;

use super::app_key::AppKey;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::payload::base64;

/// The first line: what it is, for us, in every language.
const MARK: &str = "# freescout-rescue safe 1";
/// Before a key's text.
const KEY: &str = "APP_KEY=";
/// Before the base64 of a key's text that cannot stand on a line of its own.
const ENCODED: &str = "APP_KEY_TEXT_IN_BASE64=";
/// A longer text is not read as a safe.
const MOST_BYTES: usize = 4 << 20;

/// A key, and what is said about it.
pub struct SafeEntry<'a> {
    /// For a person, a line each.
    pub about: Vec<String>,
    /// The key.
    pub key: &'a AppKey,
}

/// The text of a safe. `head` is for a person, a line each.
pub fn text(head: &[String], entries: &[SafeEntry<'_>]) -> Zeroizing<Vec<u8>> {
    let said = |lines: &[String]| -> String {
        let lines = lines.iter().flat_map(|line| line.lines());
        lines
            .map(|line| format!("# {line}").trim_end().to_owned() + "\n")
            .collect()
    };
    let told: Vec<String> = entries.iter().map(|entry| said(&entry.about)).collect();
    let head = said(head);
    // Reserved at once: growing would leave copies of keys behind.
    let of_entry = |entry: &SafeEntry<'_>| ENCODED.len() + 2 * entry.key.text().len() + 8;
    let room = MARK.len() + head.len() + 1;
    let room = room + told.iter().map(String::len).sum::<usize>();
    let room = room + entries.iter().map(of_entry).sum::<usize>();
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    text.extend_from_slice(MARK.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(head.as_bytes());
    for (entry, about) in entries.iter().zip(&told) {
        text.push(b'\n');
        text.extend_from_slice(about.as_bytes());
        let key = entry.key.text();
        if fits_a_line(key) {
            text.extend_from_slice(KEY.as_bytes());
            text.extend_from_slice(key);
        } else {
            let encoded = Zeroizing::new(base64::encode(key));
            text.extend_from_slice(ENCODED.as_bytes());
            text.extend_from_slice(encoded.as_bytes());
        }
        text.push(b'\n');
    }
    text
}

/// Whether a key's text comes back whole from a line, whoever writes or pastes it.
fn fits_a_line(key: &[u8]) -> bool {
    key.trim_ascii().len() == key.len() && key.iter().all(|b| matches!(b, b' '..=b'~'))
}

/// The texts of the keys in a safe, each with its line; `None` for a text that is no safe's.
pub fn keys(text: &[u8]) -> Option<Vec<(u64, SecretBytes)>> {
    let lines = text.split(|b| *b == b'\n');
    let mut lines = lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .zip(1..);
    let (first, _) = lines.next()?;
    if first.trim_ascii() != MARK.as_bytes() || text.len() > MOST_BYTES {
        return None;
    }
    let keys = lines.filter_map(|(line, number)| {
        if let Some(key) = line.strip_prefix(KEY.as_bytes()) {
            return Some((number, SecretBytes::from(key)));
        }
        let encoded = line.strip_prefix(ENCODED.as_bytes())?;
        let key = base64::decode_strict(encoded).ok()?;
        Some((number, SecretBytes::from(key)))
    });
    Some(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    #[test]
    fn the_very_texts_come_back() {
        let plain = "plain, with a blank inside it. !";
        let wrapped = USUAL.replace("aHRo", "aH\nRo");
        let blank = format!("{USUAL} ");
        let texts = [USUAL, plain, &wrapped, &blank, "ключ ключ ключ кл!"];
        let keys_of = texts.map(|text| AppKey::parse(text.as_bytes()).expect("a key"));
        let entries = keys_of.each_ref().map(|key| SafeEntry {
            about: vec!["in force\nAPP_KEY=none".to_owned()],
            key,
        });
        let text = text(&["A helpdesk".to_owned(), String::new()], &entries);
        for ending in ["\n", "\r\n"] {
            let text = String::from_utf8_lossy(&text).replace('\n', ending);
            let read = keys(text.as_bytes()).expect("a safe");
            let read = read
                .iter()
                .map(|(_, key)| String::from_utf8_lossy(key.expose()));
            assert!(read.eq(texts), "with {ending:?}");
        }
    }

    #[test]
    fn a_person_finds_the_usual_key_as_it_stands_in_env() {
        let key = AppKey::parse(USUAL.as_bytes()).expect("a key");
        let entry = SafeEntry {
            about: vec!["in force".to_owned()],
            key: &key,
        };
        let text = text(&["A helpdesk".to_owned()], &[entry]);
        let expected = format!("{MARK}\n# A helpdesk\n\n# in force\nAPP_KEY={USUAL}\n");
        assert_eq!(String::from_utf8_lossy(&text), expected);
        let read = keys(&text).expect("a safe");
        assert_eq!(read.first().map(|(line, _)| *line), Some(5));
    }

    #[test]
    fn other_texts_are_no_safe() {
        for text in ["", "APP_KEY=", "# freescout-rescue safe 12\nAPP_KEY=x"] {
            assert!(keys(text.as_bytes()).is_none());
        }
        assert!(keys(MARK.as_bytes()).is_some_and(|keys| keys.is_empty()));
    }
}
