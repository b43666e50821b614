//! Texts that somebody else wrote: mailbox names, server replies, paths, arguments. Shown, they are sanitised.
//!
//! Control characters, escape sequences, bidirectional overrides, zero-width and other invisible characters never reach
//! a terminal. What is removed is shown as `·` so that nothing can hide. What was read is an [`Untrusted`] from there on,
//! or becomes one with [`shown`] where it is put into a sentence: then it cannot be shown as it is.

mod masked;

use std::borrow::Cow;
use std::ffi::{CStr, OsStr, OsString};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use unicode_width::UnicodeWidthChar;

pub use masked::{never_show, without_keys};

/// Longer texts are cut for display.
pub const MAX_SHOWN_CHARS: usize = 512;

/// A text of somebody else's. Its `Display` and `Debug` are safe to show on one line, and bounded.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted<T: ?Sized = String>(T);

impl<T> Untrusted<T> {
    /// What was read.
    pub const fn new(raw: T) -> Self {
        Self(raw)
    }

    /// What was read, as it is: to compare it or to write it back, never to show it.
    pub fn into_raw(self) -> T {
        self.0
    }
}

impl<T: ?Sized> Untrusted<T> {
    /// What was read, as it is: to compare it or to write it back, never to show it.
    pub const fn raw(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<str> + ?Sized> Untrusted<T> {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_empty()
    }
}

impl<T: Sanitise + ?Sized> fmt::Display for Untrusted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.sanitised())
    }
}

impl<T: Sanitise + ?Sized> fmt::Debug for Untrusted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.sanitised())
    }
}

/// The JSON forms have what is shown.
impl<T: Sanitise + ?Sized> serde::Serialize for Untrusted<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<T: Sanitise> From<Untrusted<T>> for String {
    fn from(text: Untrusted<T>) -> Self {
        text.0.sanitised()
    }
}

impl From<&str> for Untrusted {
    fn from(raw: &str) -> Self {
        Self(raw.to_owned())
    }
}

impl From<&String> for Untrusted {
    fn from(raw: &String) -> Self {
        Self(raw.clone())
    }
}

impl From<String> for Untrusted {
    fn from(raw: String) -> Self {
        Self(raw)
    }
}

impl<T: AsRef<str>> PartialEq<str> for Untrusted<T> {
    fn eq(&self, other: &str) -> bool {
        self.0.as_ref() == other
    }
}

impl<T: AsRef<str>> PartialEq<&str> for Untrusted<T> {
    fn eq(&self, other: &&str) -> bool {
        self.0.as_ref() == *other
    }
}

/// Written down as it was read, for who reads it again: the form of our own files, not of what is printed.
pub mod as_read {
    use super::Untrusted;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// For serde.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(text: &Untrusted, serializer: S) -> Result<S::Ok, S::Error> {
        text.raw().serialize(serializer)
    }

    /// For serde.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Untrusted, D::Error> {
        String::deserialize(deserializer).map(Untrusted::new)
    }

    /// The same of one that may be missing.
    pub mod optional {
        use super::{Deserialize, Deserializer, Serialize, Serializer, Untrusted};

        /// For serde.
        ///
        /// # Errors
        /// Those of the serializer.
        #[allow(clippy::ref_option, reason = "serde hands it over so")]
        pub fn serialize<S: Serializer>(
            text: &Option<Untrusted>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            let raw = text.as_ref().map(Untrusted::raw);
            raw.serialize(serializer)
        }

        /// For serde.
        ///
        /// # Errors
        /// Those of the deserializer.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Untrusted>, D::Error> {
            let raw = Option::<String>::deserialize(deserializer)?;
            Ok(raw.map(Untrusted::new))
        }
    }
}

/// Several, with commas between them.
pub fn listed(texts: &[Untrusted]) -> String {
    let shown: Vec<String> = texts.iter().map(Untrusted::to_string).collect();
    shown.join(", ")
}

/// Something of somebody else's on its way into a sentence.
pub fn shown<T: Sanitise + ?Sized>(raw: &T) -> Untrusted<&T> {
    Untrusted(raw)
}

/// What may hold a text of somebody else's.
pub trait Sanitise {
    /// It, safe to show on one line, and bounded.
    fn sanitised(&self) -> String;
}

impl Sanitise for str {
    fn sanitised(&self) -> String {
        // What an error says may name a path.
        sanitize(&all_uncovered(self))
    }
}

/// Bytes of unknown encoding: what is no text is shown as `\x` and two digits.
impl Sanitise for [u8] {
    fn sanitised(&self) -> String {
        let bytes = &self[..self.len().min(MAX_SHOWN_CHARS * 4)];
        let mut text = String::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
        sanitize(&text)
    }
}

impl Sanitise for OsStr {
    fn sanitised(&self) -> String {
        sanitize(&self.to_string_lossy())
    }
}

impl Sanitise for Path {
    fn sanitised(&self) -> String {
        uncovered(self).as_os_str().sanitised()
    }
}

/// A folder below which paths are as they are without it.
static HIDDEN: OnceLock<PathBuf> = OnceLock::new();

/// From now on paths below this folder are shown without it: the host's files, where they are read from within a
/// container.
pub fn hide(folder: &OsStr) {
    let _ = HIDDEN.set(PathBuf::from(folder));
}

/// A path as it is without that folder: for whoever is to type it, or to open it by a program.
pub fn uncovered(path: &Path) -> Cow<'_, Path> {
    let hidden = HIDDEN.get();
    match hidden.and_then(|hidden| path.strip_prefix(hidden).ok()) {
        Some(below) => Cow::Owned(Path::new("/").join(below)),
        None => Cow::Borrowed(path),
    }
}

/// The same of every path in a text.
pub fn all_uncovered(text: &str) -> Cow<'_, str> {
    let hidden = HIDDEN.get().and_then(|hidden| hidden.to_str());
    match hidden.filter(|hidden| text.contains(hidden)) {
        Some(hidden) => Cow::Owned(
            text.replace(&format!("{hidden}/"), "/")
                .replace(hidden, "/"),
        ),
        None => Cow::Borrowed(text),
    }
}

impl Sanitise for CStr {
    fn sanitised(&self) -> String {
        sanitize(&self.to_string_lossy())
    }
}

/// What holds another of them.
macro_rules! through {
    ($($holder:ty => $held:ty),+) => {
        $(impl Sanitise for $holder {
            fn sanitised(&self) -> String {
                <$held as Sanitise>::sanitised(self)
            }
        })+
    };
}

through!(String => str, Cow<'_, str> => str, Vec<u8> => [u8], OsString => OsStr, PathBuf => Path);

impl<T: Sanitise + ?Sized> Sanitise for &T {
    fn sanitised(&self) -> String {
        (**self).sanitised()
    }
}

impl<T: Sanitise + ?Sized> Sanitise for Untrusted<T> {
    fn sanitised(&self) -> String {
        self.0.sanitised()
    }
}

/// The text, safe to show on one line.
fn sanitize(text: &str) -> String {
    let text = without_keys(text);
    let mut out = String::with_capacity(text.len().min(MAX_SHOWN_CHARS));
    let mut hidden = false;
    for (index, c) in text.chars().enumerate() {
        if index >= MAX_SHOWN_CHARS {
            out.push('…');
            break;
        }
        if c == '\n' || c == '\t' || c == '\r' {
            out.push(' ');
        } else if is_hostile(c) {
            // One mark for a run of them.
            if !hidden {
                out.push('·');
            }
            hidden = true;
            continue;
        } else {
            out.push(c);
        }
        hidden = false;
    }
    out
}

/// The last door before a terminal, a pipe or a file for people. What a sentence was filled with is sanitised before; with
/// the feature `crash-points`, as the tests run, one that is not ends the program.
///
/// # Panics
/// With that feature alone, for a text that was not sanitised.
pub fn last_door(text: &str) -> Cow<'_, str> {
    let safe = match all_uncovered(text) {
        Cow::Borrowed(text) => sanitize_lines(text),
        Cow::Owned(text) => Cow::Owned(sanitize_lines(&text).into_owned()),
    };
    let passed = cfg!(feature = "crash-points") && safe != text;
    assert!(
        !passed,
        "a text came to the last door as it was read: {safe}"
    );
    safe
}

/// A whole text, safe to show: its lines stay, and nothing is cut.
pub fn sanitize_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c != '\n' && is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if c != '\n' && is_hostile(c) { '·' } else { c };
    text.chars().map(shown).collect()
}

/// Whether a character must not reach a terminal.
pub fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    // Combining marks have no width either, but belong to their letters.
    let mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{d7f}' | '\u{e31}'..='\u{e4e}' | '\u{3099}' | '\u{309a}' | '\u{fe0f}');
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{ad}'
            | '\u{61c}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}')
        || (!mark && c.width().unwrap_or(0) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_passes() {
        assert_eq!(sanitize("Case 07 \u{1b}]0;pwn\u{7}"), "Case 07 ·]0;pwn·");
        assert_eq!(sanitize("a\u{202e}b\u{200b}\u{feff}c\nd\te"), "a·b·c d e");
        assert_eq!(sanitize("\u{9b}31mred"), "·31mred");
    }

    #[test]
    fn a_whole_text_keeps_its_lines() {
        assert_eq!(sanitize_lines("one\n  two\n"), "one\n  two\n");
        assert_eq!(
            sanitize_lines("a\u{1b}[2J\n\u{202e}b\r\u{2028}"),
            "a·[2J\n·b··"
        );
    }

    #[test]
    fn every_script_passes() {
        for name in [
            "销售",
            "Grüße",
            "دعم",
            "поддержка",
            "e\u{301}",
            "🧪 Labor",
            "サポート",
            "समर्थन",
        ] {
            assert_eq!(sanitize(name), name);
        }
    }

    #[test]
    fn long_and_broken_texts_are_bounded() {
        assert_eq!(
            sanitize(&"x".repeat(10_000)).chars().count(),
            MAX_SHOWN_CHARS + 1
        );
        assert_eq!(shown(&b"p\xe4ss"[..]).to_string(), "p\\xe4ss");
    }
}
