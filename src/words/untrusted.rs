//! Makes hostile text safe to show: mailbox names, server replies, paths.
//!
//! Control characters, escape sequences, bidirectional overrides, zero-width and other invisible characters never reach
//! a terminal. What is removed is shown as `·` so that nothing can hide.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// Longer texts are cut for display.
pub const MAX_SHOWN_CHARS: usize = 512;

/// The text, safe to show on one line.
pub fn sanitize(text: &str) -> String {
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

/// A whole text of ours, safe to show: its lines stay, and nothing is cut. The last door before a terminal, a pipe or a
/// file for people: what a sentence was filled with should be sanitised already.
pub fn sanitize_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c != '\n' && is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if c != '\n' && is_hostile(c) { '·' } else { c };
    text.chars().map(shown).collect()
}

/// Bytes of unknown encoding, safe to show on one line.
pub fn sanitize_bytes(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_SHOWN_CHARS * 4)];
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    sanitize(&text)
}

/// Whether a character must not reach a terminal.
pub fn is_hostile(c: char) -> bool {
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
        assert_eq!(sanitize_bytes(b"p\xe4ss"), "p\\xe4ss");
    }
}
