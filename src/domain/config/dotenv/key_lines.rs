//! Lines of a `.env` that speak of `APP_KEY`, whether they count or not: commented out, repeated, behind a line that
//! stops FreeScout, renamed to keep an old key, or two keys glued together by `/install.php`.
//!
//! Gives texts that *may* be keys; only opening a payload tells. Never decides which key is current.

use super::{is_blank, lines, read_value, setter, trim, trim_start};
use crate::domain::inventory::secret::SecretBytes;

const NAME: &[u8] = b"APP_KEY";
const PREFIX: &[u8] = b"base64:";

/// Texts kept of one line; nobody glues more keys than a handful.
const MOST_TEXTS: usize = 64;

/// A line that speaks of `APP_KEY`.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// Texts that may be keys, each once, as the configuration would hold them.
    pub texts: Vec<SecretBytes>,
}

/// The lines with `APP_KEY` in them that hold anything like a key, in the file's order, read whatever the lines above.
pub fn lines_mentioning_app_key(bytes: &[u8]) -> Vec<KeyLine> {
    let mut found = Vec::new();
    for line in lines(bytes) {
        if memchr::memmem::find(line.text, NAME).is_none() {
            continue;
        }
        let body = trim_start(line.text);
        let body = &body[body
            .iter()
            .take_while(|b| **b == b'#' || is_blank(**b))
            .count()..];
        let mut texts = Texts::default();
        let setter = setter(body).filter(|s| names_a_key(&s.name));
        match setter.as_ref().map(|s| (s.raw, read_value(s.raw))) {
            Some((raw, Ok(value))) => {
                texts.add(value.expose());
                texts.add_glued(raw);
                texts.add_encoded(body);
            }
            // What runs into a comment or a word behind it was never current: the key in it comes first, alone.
            Some((raw, Err(_))) => {
                texts.add_encoded(body);
                texts.add_glued(raw);
                if texts.0.is_empty() {
                    texts.add_first_word(raw);
                }
            }
            None => texts.add_encoded(body),
        }
        if !texts.0.is_empty() {
            found.push(KeyLine {
                line: line.number,
                texts: texts.0,
            });
        }
    }
    found
}

/// The first line that is meant to set `APP_KEY`, counted from 1: also behind a byte order mark, where FreeScout reads
/// another name.
pub fn first_line_of_app_key(bytes: &[u8]) -> Option<u64> {
    let name =
        |s: &super::Setter<'_>| s.name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&s.name) == NAME;
    lines(bytes).find_map(|line| line.setter().filter(name).map(|_| line.number))
}

/// `APP_KEY`, also behind a byte order mark, and names made from it; `APP_KEY_FILE` holds a path.
fn names_a_key(name: &[u8]) -> bool {
    memchr::memmem::find(name, NAME).is_some_and(|at| !name[at..].starts_with(b"APP_KEY_FILE"))
}

#[derive(Default)]
struct Texts(Vec<SecretBytes>);

impl Texts {
    fn add(&mut self, text: &[u8]) {
        if !text.is_empty()
            && self.0.len() < MOST_TEXTS
            && !self.0.iter().any(|known| known.expose() == text)
        {
            self.0.push(SecretBytes::from(text));
        }
    }

    /// The first word of a value that FreeScout refuses.
    fn add_first_word(&mut self, raw: &[u8]) {
        let text = trim(raw);
        self.add(&text[..text.iter().take_while(|b| !b.is_ascii_whitespace()).count()]);
    }

    /// What is glued behind a key: the old key in its old spelling, as `/install.php` puts the new one right before it.
    fn add_glued(&mut self, raw: &[u8]) {
        let text = trim(raw);
        if !text.starts_with(PREFIX) {
            return;
        }
        let behind = &text[encoded_length(text)..];
        match read_value(behind) {
            Ok(value) if !behind.first().is_some_and(|b| is_blank(*b)) => self.add(value.expose()),
            _ => {}
        }
    }

    /// Every run of base64 with the prefix, cut where its padding ends or the next prefix begins.
    fn add_encoded(&mut self, text: &[u8]) {
        for at in memchr::memmem::find_iter(text, PREFIX) {
            let run = &text[at..at + encoded_length(&text[at..])];
            if run.len() > PREFIX.len() {
                self.add(run);
            }
        }
    }
}

/// Length of the `base64:` run the text begins with.
fn encoded_length(text: &[u8]) -> usize {
    let run = &text[PREFIX.len()..];
    let digits = run
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
        .count();
    let padding = run[digits..]
        .iter()
        .take(2)
        .take_while(|b| **b == b'=')
        .count();
    let length = PREFIX.len() + digits + padding;
    // Without padding the letters of the next prefix look like digits of this run.
    memchr::memmem::find(run, PREFIX).map_or(length, |next| length.min(PREFIX.len() + next))
}
