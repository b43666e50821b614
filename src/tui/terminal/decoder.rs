//! What the terminal sends, taken apart into keys and pastes.
//!
//! Ours, not crossterm's event reader: passwords are typed and pasted here, and crossterm keeps every byte and every key
//! in static buffers that are never wiped. Sequences are those of xterm and its kin (ECMA-48 control sequences, SS3,
//! bracketed paste), and the Linux console's own.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::inventory::secret::SecretBytes;

/// Bytes read at a time.
pub(super) const BLOCK: usize = 4096;
/// Of a longer paste only this much is taken: no field holds more.
const MAX_PASTE: usize = 64 << 10;
/// A control sequence longer than this is none.
const MAX_SEQUENCE: usize = 64;
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What was pressed or pasted.
pub(in crate::tui) enum Keystroke {
    /// A key.
    Key(KeyEvent),
    /// A paste.
    Paste(SecretBytes),
}

/// Takes bytes apart.
pub(in crate::tui) struct Decoder {
    /// What has no meaning yet: the beginning of a sequence or of a character.
    pending: Zeroizing<Vec<u8>>,
    /// Within a bracketed paste: its text so far.
    paste: Option<Zeroizing<Vec<u8>>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            pending: Zeroizing::new(Vec::with_capacity(2 * BLOCK)),
            paste: None,
        }
    }
}

/// What stands at the beginning of the bytes, and how many of them it takes.
enum Decoded {
    Key(usize, KeyCode, KeyModifiers),
    PasteBegins(usize),
    /// Of no meaning to us.
    Nothing(usize),
    /// More must come.
    Unfinished,
}

impl Decoder {
    /// Whether nothing but an Esc waits: more may follow, or it was the key.
    pub(super) fn is_esc_alone(&self) -> bool {
        self.paste.is_none() && *self.pending == [0x1b]
    }

    /// Nothing followed it.
    pub(super) fn esc_was_alone(&mut self) -> Vec<Keystroke> {
        self.pending.zeroize();
        vec![Keystroke::Key(KeyEvent::from(KeyCode::Esc))]
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Keystroke> {
        self.pending.extend_from_slice(bytes);
        let (mut inputs, mut at) = (Vec::new(), 0);
        while at < self.pending.len() {
            let rest = &self.pending[at..];
            if let Some(paste) = &mut self.paste {
                let end = memchr::memmem::find(rest, PASTE_ENDS);
                // The end may be cut in two.
                let text = end.unwrap_or(rest.len().saturating_sub(PASTE_ENDS.len() - 1));
                let room = MAX_PASTE - paste.len();
                paste.extend_from_slice(&rest[..text.min(room)]);
                at += text;
                if end.is_none() {
                    break;
                }
                at += PASTE_ENDS.len();
                let text = self.paste.take().unwrap_or_default();
                inputs.push(Keystroke::Paste(SecretBytes::from(&text[..])));
                continue;
            }
            at += match take(rest) {
                Decoded::Unfinished => break,
                Decoded::Nothing(length) => length,
                Decoded::PasteBegins(length) => {
                    self.paste = Some(Zeroizing::new(Vec::with_capacity(MAX_PASTE)));
                    length
                }
                Decoded::Key(length, code, modifiers) => {
                    inputs.push(Keystroke::Key(KeyEvent::new(code, modifiers)));
                    length
                }
            };
        }
        // What was taken apart must not stay behind the end of what was not.
        let rest = Zeroizing::new(self.pending[at..].to_vec());
        self.pending.zeroize();
        self.pending.extend_from_slice(&rest);
        inputs
    }
}

fn take(bytes: &[u8]) -> Decoded {
    let key = |length, code| Decoded::Key(length, code, KeyModifiers::NONE);
    let ctrl = |c: u8| Decoded::Key(1, KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    match bytes[0] {
        0x1b => escape(bytes),
        b'\r' => key(1, KeyCode::Enter),
        b'\t' => key(1, KeyCode::Tab),
        0x7f | 0x08 => key(1, KeyCode::Backspace),
        0 => ctrl(b' '),
        c @ 1..=0x1a => ctrl(c - 1 + b'a'),
        c @ 0x1c..=0x1f => ctrl(c - 0x1c + b'4'),
        _ => {
            let text = &bytes[..bytes.len().min(4)];
            let valid = match std::str::from_utf8(text) {
                Ok(text) => text,
                Err(e) if e.valid_up_to() > 0 => {
                    std::str::from_utf8(&text[..e.valid_up_to()]).unwrap_or_default()
                }
                Err(e) => return e.error_len().map_or(Decoded::Unfinished, Decoded::Nothing),
            };
            match valid.chars().next() {
                Some(c) => key(c.len_utf8(), KeyCode::Char(c)),
                None => Decoded::Nothing(1),
            }
        }
    }
}

/// What begins with Esc.
fn escape(bytes: &[u8]) -> Decoded {
    match bytes.get(1) {
        None => Decoded::Unfinished,
        Some(0x1b) => Decoded::Key(1, KeyCode::Esc, KeyModifiers::NONE),
        Some(b'[') => control_sequence(bytes),
        Some(b'O') => match bytes.get(2) {
            None => Decoded::Unfinished,
            // The keypad's Enter.
            Some(b'M') => Decoded::Key(3, KeyCode::Enter, KeyModifiers::NONE),
            Some(last) => letter(*last).map_or(Decoded::Nothing(3), |code| {
                Decoded::Key(3, code, KeyModifiers::NONE)
            }),
        },
        Some(_) => match take(&bytes[1..]) {
            Decoded::Key(length, code, modifiers) => {
                Decoded::Key(length + 1, code, modifiers | KeyModifiers::ALT)
            }
            Decoded::Nothing(length) => Decoded::Nothing(length + 1),
            other => other,
        },
    }
}

/// `ESC [`, parameters, intermediate bytes, a final byte (ECMA-48, 5.4).
fn control_sequence(bytes: &[u8]) -> Decoded {
    let body = &bytes[2..];
    // The Linux console's F1 to F5, which are no control sequences.
    if let [b'[', rest @ ..] = body {
        return match rest.first() {
            None => Decoded::Unfinished,
            Some(c @ b'A'..=b'E') => Decoded::Key(4, KeyCode::F(c - b'A' + 1), KeyModifiers::NONE),
            Some(_) => Decoded::Nothing(4),
        };
    }
    let Some(end) = body.iter().position(|b| !(0x20..=0x3f).contains(b)) else {
        return match body.len() {
            ..MAX_SEQUENCE => Decoded::Unfinished,
            length => Decoded::Nothing(2 + length),
        };
    };
    let (last, length) = (body[end], end + 3);
    if !(0x40..=0x7e).contains(&last) {
        // Broken off: what breaks it stands for itself.
        return Decoded::Nothing(length - 1);
    }
    let mut numbers = body[..end].split(|b| *b == b';').map(number);
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    let modifiers = second.map_or(KeyModifiers::NONE, modifiers);
    let code = match (last, first) {
        (b'~', Some(200)) => return Decoded::PasteBegins(length),
        (b'Z', _) => Some(KeyCode::BackTab),
        (b'~', Some(n)) => numbered(n),
        (last, _) => letter(last),
    };
    code.map_or(Decoded::Nothing(length), |code| {
        Decoded::Key(length, code, modifiers)
    })
}

fn number(digits: &[u8]) -> Option<u8> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The second parameter of a key: 1 and a bit for each of Shift, Alt, Ctrl.
fn modifiers(parameter: u8) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}

fn letter(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        c @ b'P'..=b'S' => KeyCode::F(c - b'P' + 1),
        _ => return None,
    })
}

fn numbered(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        n @ 11..=15 => KeyCode::F(n - 10),
        n @ 17..=21 => KeyCode::F(n - 11),
        n @ 23..=24 => KeyCode::F(n - 12),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(inputs: Vec<Keystroke>) -> Vec<String> {
        let told = inputs.into_iter().map(|input| match input {
            Keystroke::Key(key) if key.modifiers.is_empty() => format!("{:?}", key.code),
            Keystroke::Key(key) => format!("{:?} {:?}", key.modifiers, key.code),
            Keystroke::Paste(text) => format!("paste {}", String::from_utf8_lossy(text.expose())),
        });
        told.collect()
    }

    /// However the line cuts it, the same comes out.
    fn decoded(bytes: &[u8]) -> Vec<String> {
        let whole = told(Decoder::default().feed(bytes));
        for cut in 1..bytes.len() {
            let mut decoder = Decoder::default();
            let mut parts = decoder.feed(&bytes[..cut]);
            parts.extend(decoder.feed(&bytes[cut..]));
            assert_eq!(told(parts), whole, "cut at {cut}");
        }
        let mut one = Decoder::default();
        let parts = bytes.iter().flat_map(|b| one.feed(std::slice::from_ref(b)));
        assert_eq!(told(parts.collect()), whole, "byte by byte");
        whole
    }

    #[test]
    fn keys_of_every_terminal() {
        for (bytes, keys) in [
            (
                &b"\r\t\x7f\x08"[..],
                &["Enter", "Tab", "Backspace", "Backspace"][..],
            ),
            (
                b"\x1b[A\x1bOB\x1b[1;5C\x1b[D",
                &["Up", "Down", "KeyModifiers(CONTROL) Right", "Left"],
            ),
            (
                b"\x1b[H\x1b[4~\x1b[1~\x1bOF",
                &["Home", "End", "Home", "End"],
            ),
            (
                b"\x1b[5~\x1b[6~\x1b[3~\x1b[Z",
                &["PageUp", "PageDown", "Delete", "BackTab"],
            ),
            (
                b"\x1bOP\x1b[12~\x1b[[A\x1b[24~",
                &["F(1)", "F(2)", "F(1)", "F(12)"],
            ),
            (
                b"\x03\x15\x00\x1c",
                &[
                    "KeyModifiers(CONTROL) Char('c')",
                    "KeyModifiers(CONTROL) Char('u')",
                    "KeyModifiers(CONTROL) Char(' ')",
                    "KeyModifiers(CONTROL) Char('4')",
                ],
            ),
            (
                b"\x1b\x1b[A\x1bq",
                &["Esc", "Up", "KeyModifiers(ALT) Char('q')"],
            ),
            (
                "aß密🔑".as_bytes(),
                &["Char('a')", "Char('ß')", "Char('密')", "Char('🔑')"],
            ),
            // A mouse, focus, an answer of the terminal, a broken character: of no meaning.
            (
                b"\x1b[<0;3;4M\x1b[I\x1b[?1;2c\xffx\xc3y\x1bOM",
                &["Char('x')", "Char('y')", "Enter"],
            ),
        ] {
            assert_eq!(decoded(bytes), keys, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_paste_comes_as_one_piece() {
        assert_eq!(
            decoded("a\u{1b}[200~p\u{1b}[Aw\r\nä\u{1b}[201~b".as_bytes()),
            ["Char('a')", "paste p\u{1b}[Aw\r\nä", "Char('b')"]
        );
    }

    #[test]
    fn esc_alone_is_a_key_once_nothing_follows() {
        let mut decoder = Decoder::default();
        assert!(decoder.feed(b"\x1b").is_empty());
        assert!(decoder.is_esc_alone());
        assert_eq!(told(decoder.esc_was_alone()), ["Esc"]);
        assert!(!decoder.is_esc_alone());
    }

    #[test]
    fn nothing_grows_without_end_and_what_was_taken_is_wiped() {
        let mut decoder = Decoder::default();
        decoder.feed(&[b"\x1b[".to_vec(), vec![b'1'; 100_000]].concat());
        assert!(
            decoder.pending.len() < MAX_SEQUENCE,
            "{}",
            decoder.pending.len()
        );
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b[200~");
        for _ in 0..100 {
            decoder.feed(&[b'x'; BLOCK]);
        }
        let inputs = decoder.feed(PASTE_ENDS);
        let [Keystroke::Paste(text)] = &inputs[..] else {
            unreachable!("one paste")
        };
        assert_eq!(text.len(), MAX_PASTE);
        assert!(decoder.pending.is_empty());
    }
}
