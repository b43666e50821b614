//! Commands of IMAP as they come over the wire: atoms, quoted strings, lists in brackets, and literals, which a client
//! announces and sends when it is told to.

use std::io;

use zeroize::Zeroizing;

use crate::demo::mail::wire::{Bytes, GuestWire, MAX_LINE};

/// Words of one command.
const MAX_WORDS: usize = 16;
const MAX_TAG: usize = 32;

/// One command; the words behind its tag and name are arguments. A malformed one has no name, and one
/// without a sound tag gets `*`.
pub(super) struct ImapCommand {
    pub(super) tag: String,
    pub(super) name: String,
    pub(super) arguments: Vec<Bytes>,
}

impl ImapCommand {
    /// Reads the next command with its literals.
    pub(super) fn read(wire: &mut GuestWire) -> io::Result<Self> {
        let mut words = Vec::new();
        loop {
            let line = wire.line()?;
            let (words_of_line, literal) = split_literal(&line);
            let sound = read_words(words_of_line, &mut words);
            let too_much = |length| length > MAX_LINE || words.len() >= MAX_WORDS;
            // A literal that is refused is not sent: the client waits for our `+`.
            if !sound || literal.is_some_and(too_much) {
                words.truncate(1);
                break;
            }
            let Some(length) = literal else {
                break;
            };
            wire.say("+ OK")?;
            words.push(wire.bytes(length)?);
        }
        let mut words = words.into_iter();
        let tag = words.next().map_or_else(String::new, |tag| text(&tag));
        let name = words.next().map_or_else(String::new, |name| text(&name));
        if !is_tag(&tag) {
            return Ok(Self {
                tag: "*".to_owned(),
                name: String::new(),
                arguments: Vec::new(),
            });
        }
        Ok(Self {
            tag,
            name: name.to_ascii_uppercase(),
            arguments: words.collect(),
        })
    }
}

fn is_tag(text: &str) -> bool {
    (1..=MAX_TAG).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Cuts off `{n}`, which announces a literal at the end of a line.
fn split_literal(line: &[u8]) -> (&[u8], Option<usize>) {
    let length = || {
        let open = line.iter().rposition(|&b| b == b'{')?;
        let digits = line[open + 1..].strip_suffix(b"}")?;
        let alone = open == 0 || line[open - 1] == b' ';
        let sound = alone && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        // A number too large for us is a literal too long, not none.
        sound.then(|| (open, text(digits).parse().unwrap_or(usize::MAX)))
    };
    match length() {
        Some((open, length)) => (&line[..open], Some(length)),
        None => (line, None),
    }
}

/// Reads atoms, quoted strings and lists in brackets; false where they are malformed.
fn read_words(mut rest: &[u8], found: &mut Vec<Bytes>) -> bool {
    loop {
        while let [b' ', after @ ..] = rest {
            rest = after;
        }
        let [first, ..] = rest else {
            return true;
        };
        if found.len() >= MAX_WORDS {
            return false;
        }
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let mut word = Zeroizing::new(Vec::with_capacity(quoted.len()));
            let Some(after) = read_quoted(quoted, &mut word) else {
                return false;
            };
            found.push(word);
            rest = after;
        } else {
            let end = match first {
                b'(' => memchr::memchr(b')', rest).map(|at| at + 1),
                _ => memchr::memchr(b' ', rest).or(Some(rest.len())),
            };
            let Some(end) = end else {
                return false;
            };
            found.push(Zeroizing::new(rest[..end].to_vec()));
            rest = &rest[end..];
        }
    }
}

/// Reads up to the closing quote; the rest of the line, if there is such a quote.
fn read_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\\', escaped @ (b'"' | b'\\'), after @ ..] => {
                word.push(*escaped);
                rest = after;
            }
            [b'\\', ..] | [] => return None,
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(line: &[u8]) -> Option<Vec<String>> {
        let mut found = Vec::new();
        read_words(line, &mut found).then(|| found.iter().map(|w| text(w)).collect())
    }

    #[test]
    fn words_are_atoms_quoted_strings_and_lists() {
        assert_eq!(
            words(br#"a1 LOGIN "us\"er" "pa\\ss" """#).unwrap(),
            ["a1", "LOGIN", "us\"er", "pa\\ss", ""]
        );
        assert_eq!(
            words(b"a STATUS INBOX (MESSAGES UNSEEN)").unwrap(),
            ["a", "STATUS", "INBOX", "(MESSAGES UNSEEN)"]
        );
        assert_eq!(words(b"").unwrap(), [""; 0]);
        for bad in [&b"a \"open"[..], b"a \"b\\n\"", b"a \"b\\", b"a (open"] {
            assert_eq!(words(bad), None, "{}", text(bad));
        }
        assert_eq!(words(&b"a ".repeat(MAX_WORDS + 1)), None);
    }

    #[test]
    fn a_literal_is_announced_at_the_end_alone() {
        assert_eq!(split_literal(b"a LOGIN {12}"), (&b"a LOGIN "[..], Some(12)));
        assert_eq!(split_literal(b" {0}"), (&b" "[..], Some(0)));
        assert_eq!(
            split_literal(b"a {99999999999999999999999}").1,
            Some(usize::MAX)
        );
        for none in [
            &b"a {12} "[..],
            b"a {}",
            b"a {x}",
            b"a b{1}",
            b"a {1+}",
            b"",
        ] {
            assert_eq!(split_literal(none), (none, None), "{}", text(none));
        }
    }
}
