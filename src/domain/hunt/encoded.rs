//! Keys in texts that are encoded once more: in base64 (Kubernetes' secrets, `user_data` of a Terraform state, attachments of
//! mails), and in the hexadecimal that auditd gives to the arguments of commands.
//!
//! What is looked for are long runs of digits, by a sample now and then; only in those, the forms that the marks of a key
//! take there. What stands around such a mark is decoded and looked through as any text.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use zeroize::Zeroizing;

use super::digits::is_digit;
use super::{Hit, REACH, scan};

/// One byte of so many is looked at. A run of twice as many and one holds two of them.
const SAMPLE: usize = 32;
/// Digits behind a mark that are decoded: a name, blanks and a key, with line ends among them.
const BEHIND: usize = 256;

/// How a mark is written.
#[derive(Clone, Copy)]
enum Encoding {
    /// Of the first letter some bits stand in the digit before; so many digits of its group stand before that.
    Base64 {
        before: Option<usize>,
    },
    Hex,
}

/// `base64:` and `APP_KEY` in base64, for each place of their first byte within three, as far as nothing before or behind
/// them matters; and in hexadecimal of both cases.
const MARKS: [(&[u8], Encoding); 10] = [
    (b"YmFzZTY0O", Encoding::Base64 { before: None }),
    (b"Jhc2U2ND", Encoding::Base64 { before: Some(1) }),
    (b"iYXNlNjQ6", Encoding::Base64 { before: Some(2) }),
    (b"QVBQX0tFW", Encoding::Base64 { before: None }),
    (b"FQUF9LRV", Encoding::Base64 { before: Some(1) }),
    (b"BUFBfS0VZ", Encoding::Base64 { before: Some(2) }),
    (b"4150505F4B4559", Encoding::Hex),
    (b"4150505f4b4559", Encoding::Hex),
    (b"6261736536343A", Encoding::Hex),
    (b"6261736536343a", Encoding::Hex),
];

static SEARCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(MARKS.map(|(mark, _)| mark)).ok());

/// Reports every hit whose mark begins in `range`. As for [`super::scan_in`], twice [`REACH`] behind it belong to `window`.
pub fn scan_encoded(window: &[u8], range: Range<usize>, hit: &mut dyn FnMut(Hit)) {
    let Some(searcher) = SEARCHER.as_ref() else {
        return;
    };
    let until = range.end + 2 * SAMPLE;
    let mut at = range.start.saturating_sub(2 * SAMPLE);
    while at < until && at + SAMPLE < window.len() {
        let next = at + SAMPLE;
        // The far end first: most are no digits there.
        let is_run = is_digit(window[next]) && window[at..next].iter().all(|byte| is_digit(*byte));
        if !is_run {
            at = next;
            continue;
        }
        let run = run_around(window, at);
        for found in searcher.find_iter(&window[run.clone()]) {
            let place = run.start + found.start();
            let (_, encoding) = MARKS[found.pattern().as_usize()];
            if range.contains(&place) {
                decode(window, place, encoding, hit);
            }
        }
        at = run.end.max(next);
    }
}

/// The run of digits and line ends among them that this place lies in. It begins less than a sample before, or was met
/// before.
fn run_around(window: &[u8], at: usize) -> Range<usize> {
    let belongs = |place: usize| {
        is_digit(window[place]) || matches!(window[place], b'\n' | b'\r' | b'\\' | b'=')
    };
    let (mut start, mut end) = (at, at);
    let first = at.saturating_sub(SAMPLE);
    while start > first && belongs(start - 1) {
        start -= 1;
    }
    while end < window.len() && belongs(end) {
        end += 1;
    }
    start..end
}

/// Decodes from a mark on, and looks through it.
fn decode(window: &[u8], mark: usize, encoding: Encoding, hit: &mut dyn FnMut(Hit)) {
    let near = |from: usize| &window[from..window.len().min(from + REACH)];
    let decoded = match encoding {
        Encoding::Hex => hex(near(mark)),
        Encoding::Base64 { before: None } => base64(near(mark), 0),
        Encoding::Base64 {
            before: Some(before),
        } => match digit_before(&window[..mark]) {
            Some(digit) => base64(near(digit), before),
            None => return,
        },
    };
    scan(&decoded, decoded.len(), &mut |inner| {
        hit(Hit {
            offset: mark,
            ..inner
        });
    });
}

/// Where the last digit stands, before a line end as mails or JSON write it.
fn digit_before(text: &[u8]) -> Option<usize> {
    let text = text.strip_suffix(b"\\n").unwrap_or(text);
    let text = text.strip_suffix(b"\\r").unwrap_or(text);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    text.len().checked_sub(1)
}

fn hex(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let pairs = text.chunks_exact(2).map_while(|pair| {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)
    });
    Zeroizing::new(pairs.collect())
}

/// Decodes digits before which so many of the first group are missing, over line ends as mails and JSON write them.
fn base64(text: &[u8], before: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(BEHIND));
    let (mut bits, mut held) = (0u32, 0);
    let mut digits = std::iter::repeat_n(0, before).chain(values(text));
    for digit in digits.by_ref().take(BEHIND) {
        bits = bits << 6 | digit;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    // Bytes that are not known whole.
    let unknown = (before * 6).div_ceil(8).min(bytes.len());
    bytes.drain(..unknown);
    bytes
}

/// The values of digits, up to what is none.
fn values(text: &[u8]) -> impl Iterator<Item = u32> {
    let mut escaped = false;
    text.iter()
        .map_while(move |byte| {
            let in_escape = std::mem::replace(&mut escaped, *byte == b'\\');
            match byte {
                b'n' | b'r' if in_escape => Some(None),
                b'\n' | b'\r' | b'\\' => Some(None),
                b'A'..=b'Z' => Some(Some(u32::from(byte - b'A'))),
                b'a'..=b'z' => Some(Some(u32::from(byte - b'a') + 26)),
                b'0'..=b'9' => Some(Some(u32::from(byte - b'0') + 52)),
                b'+' => Some(Some(62)),
                b'/' => Some(Some(63)),
                _ => None,
            }
        })
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};

    use super::*;

    const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan_encoded(text.as_bytes(), 0..text.len(), &mut |hit| {
            found.push(String::from_utf8(hit.text.expose().to_vec()).unwrap());
        });
        found.dedup();
        found
    }

    /// Lines of 76 digits, as mails have them.
    fn wrapped(digits: &str, end: &str) -> String {
        let lines = digits.as_bytes().chunks(76);
        let lines: Vec<_> = lines.map(|l| String::from_utf8_lossy(l)).collect();
        lines.join(end)
    }

    #[test]
    fn a_key_is_found_in_base64_wherever_it_begins() {
        for before in 0..90 {
            let env = format!("{}\nAPP_KEY={KEY}\nAPP_ENV=x\n", "x".repeat(before));
            let digits = BASE64_STANDARD.encode(env);
            for text in [
                format!("  user_data: \"{digits}\""),
                wrapped(&digits, "\n"),
                wrapped(&digits, "\r\n"),
                wrapped(&digits, "\\n"),
            ] {
                assert_eq!(found(&text), [KEY], "{before}: {text}");
            }
        }
    }

    #[test]
    fn a_value_alone_is_found_too() {
        let secret = format!("data:\n  APP_KEY: {}\n", BASE64_STANDARD.encode(KEY));
        assert_eq!(found(&secret), [KEY]);
    }

    #[test]
    fn arguments_in_hexadecimal_are_read() {
        let command = format!("sed\0-i\0s|^APP_KEY=.*|APP_KEY={KEY}|\0.env");
        let upper = base16ct::upper::encode_string(command.as_bytes());
        assert_eq!(found(&format!("proctitle={upper}\n")), [KEY]);
        assert_eq!(
            found(&format!("proctitle={}\n", upper.to_lowercase())),
            [KEY]
        );
    }

    #[test]
    fn other_runs_hold_nothing() {
        let long = "QUJD".repeat(4000);
        for text in ["", "short", &long, &"A".repeat(31), &"=".repeat(99)] {
            assert!(found(text).is_empty());
        }
        // A mark and nothing behind it.
        assert!(found(&format!("{}YmFzZTY0O", "A".repeat(60))).is_empty());
    }
}
