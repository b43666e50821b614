//! One line of typed text. The same field serves paths and passwords: every one is treated as a secret.
//!
//! Its room is taken once: a growing buffer would leave copies behind. There is no undo, no history, no `Debug` of the
//! text.

use zeroize::Zeroizing;

use crate::domain::inventory::secret::SecretBytes;
use crate::wizard::message::Action;

/// Bytes a field holds. FreeScout's own forms take 255 characters.
pub const MAX_BYTES: usize = 1024;

/// A line being typed.
pub struct Input {
    text: Zeroizing<String>,
    cursor: usize,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            text: Zeroizing::new(String::with_capacity(MAX_BYTES)),
            cursor: 0,
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input({} characters)", self.chars())
    }
}

impl Input {
    /// A field with a text in it, as far as it fits.
    pub fn with(text: &str) -> Self {
        let mut input = Self::default();
        text.chars().for_each(|c| {
            input.type_char(c);
        });
        input
    }

    /// The text. Keep the borrow short.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The text as a secret of its own.
    pub fn to_secret(&self) -> SecretBytes {
        SecretBytes::from(self.text.as_bytes())
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many characters are typed.
    pub fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// How many characters stand before the cursor.
    pub fn cursor(&self) -> usize {
        self.text[..self.cursor].chars().count()
    }

    /// Puts a character in at the cursor. `false` when it is a control character, or the field is full.
    pub fn type_char(&mut self, c: char) -> bool {
        if c.is_control() || self.text.len() + c.len_utf8() > MAX_BYTES {
            return false;
        }
        self.text.insert(self.cursor, c);
        self.cursor += c.len_utf8();
        true
    }

    /// Puts a pasted text in at the cursor: its first line, without the line break that terminals add. `false` when
    /// something of it was left out.
    pub fn paste(&mut self, text: &SecretBytes) -> bool {
        let Ok(text) = std::str::from_utf8(text.expose()) else {
            return false;
        };
        let line = text.split(['\n', '\r']).next().unwrap_or_default();
        let whole = text[line.len()..].chars().all(|c| matches!(c, '\n' | '\r'));
        line.chars().fold(whole, |all, c| self.type_char(c) && all)
    }

    /// Empties the field, wiping what was in it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Edits as the action says. `false` when the action does not edit.
    pub fn act(&mut self, action: Action) -> bool {
        let before = self.text[..self.cursor]
            .chars()
            .next_back()
            .map_or(0, char::len_utf8);
        let after = self.text[self.cursor..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        match action {
            Action::Left => self.cursor -= before,
            Action::Right => self.cursor += after,
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = self.text.len(),
            Action::Erase if before > 0 => {
                self.cursor -= before;
                self.text.remove(self.cursor);
            }
            Action::Delete if after > 0 => {
                self.text.remove(self.cursor);
            }
            Action::Erase | Action::Delete => {}
            Action::EraseAll => self.clear(),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_anywhere_in_any_script() {
        let mut input = Input::with("pä密🔑");
        assert_eq!(input.chars(), 4);
        input.act(Action::Left);
        input.act(Action::Erase);
        assert_eq!(input.expose(), "pä🔑");
        input.act(Action::First);
        input.act(Action::Delete);
        assert!(input.type_char('P'));
        assert_eq!((input.expose(), input.cursor()), ("Pä🔑", 1));
        input.act(Action::EraseAll);
        assert!(input.is_empty());
    }

    #[test]
    fn a_paste_is_one_line() {
        let mut input = Input::default();
        assert!(input.paste(&SecretBytes::from(&b"secret word\r\n"[..])));
        assert_eq!(input.expose(), "secret word");
        assert!(!input.paste(&SecretBytes::from(&b"one\ntwo"[..])));
        assert!(!input.paste(&SecretBytes::from(&b"\xff"[..])));
        assert_eq!(input.expose(), "secret wordone");
    }

    #[test]
    fn nothing_grows_beyond_its_room_and_nothing_is_printed() {
        let mut input = Input::with(&"x".repeat(2 * MAX_BYTES));
        assert_eq!(input.chars(), MAX_BYTES);
        assert!(!input.type_char('y'));
        assert!(!input.type_char('\u{1b}'));
        assert_eq!(
            format!("{input:?}"),
            format!("Input({MAX_BYTES} characters)")
        );
    }
}
