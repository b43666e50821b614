//! Keys in texts that are encoded once more: in base64 (Kubernetes' secrets, `user_data` of a Terraform state, attachments of
//! mails), also packed within it or in base64 twice, and in the hexadecimal that auditd gives to the arguments of commands.
//!
//! What is looked at are long runs of digits; only in those, the forms that the marks of a key take are looked
//! for. What stands around such a mark is decoded and looked through as any text.

mod packed;
mod twice;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use zeroize::Zeroizing;

use self::packed::PackedRoom;
use super::byte_classes::HALF;
use super::digits::is_digit;
use super::{Hit, REACH, scan};

/// How far around a mark the run that it stands in is measured.
const LINE: usize = 128;
/// How much of a run is looked through in one go.
const GO: usize = 2 << 10;
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
    /// The beginning of what a packer made, in base64 once, or of what gzip did, twice as Helm has it.
    Packed {
        twice: bool,
    },
}

/// `base64:` and `APP_KEY` in base64, for each place of their first byte within three, as far as nothing before or behind
/// them matters; and in hexadecimal of both cases. Those of packers (gzip, zip, xz, bzip2, zstd) begin a text.
const MARKS: [(&[u8], Encoding); 16] = [
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
    (b"H4sI", Encoding::Packed { twice: false }),
    (b"UEsDB", Encoding::Packed { twice: false }),
    (b"/Td6WFoA", Encoding::Packed { twice: false }),
    (b"Qlpo", Encoding::Packed { twice: false }),
    (b"KLUv/", Encoding::Packed { twice: false }),
    (b"SDRzS", Encoding::Packed { twice: true }),
];

/// Length of the longest of them.
const LONGEST: usize = {
    let (mut longest, mut number) = (0, 0);
    while number < MARKS.len() {
        let length = MARKS[number].0.len();
        longest = if length > longest { length } else { longest };
        number += 1;
    }
    longest
};

static SEARCHER: LazyLock<Option<Searcher>> =
    LazyLock::new(|| Searcher::new(MARKS.map(|(mark, _)| mark)));

/// A closer look at the long runs of a range. As for [`super::scan_in`], twice [`REACH`] behind it belong to the window.
pub struct EncodedScan<'w> {
    window: &'w [u8],
    range: Range<usize>,
    /// How far the window was looked through for the marks of runs.
    done: usize,
    /// For what is packed in them.
    room: PackedRoom,
}

impl<'w> EncodedScan<'w> {
    /// A scan of this range.
    pub fn new(window: &'w [u8], range: Range<usize>) -> Self {
        Self {
            window,
            range,
            done: 0,
            room: PackedRoom::of(window),
        }
    }

    /// Reports every hit in the run of which [`HALF`] digits are told here, if its mark begins in the range.
    pub fn look(&mut self, at: usize, hit: &mut dyn FnMut(Hit)) {
        if at < self.done {
            return;
        }
        let Self {
            window,
            range,
            room,
            ..
        } = self;
        let half = window.get(at..at + HALF);
        let (Some(searcher), Some(half)) = (SEARCHER.as_ref(), half) else {
            return;
        };
        if !half.iter().all(|byte| is_digit(*byte)) {
            return;
        }
        let mut from = self.done.max(at.saturating_sub(LINE));
        loop {
            let until = window.len().min(at.max(from) + GO);
            let mut next = until.saturating_sub(LONGEST - 1).max(from);
            for found in searcher.find_iter(&window[from..until]) {
                let mark = from + found.start();
                next = next.max(from + found.end());
                let (_, encoding) = MARKS[found.pattern().as_usize()];
                if range.contains(&mark) && is_in_run(window, mark) {
                    decode(window, mark, encoding, room, hit);
                }
            }
            twice::look(window, range, from..until, at, searcher, room, hit);
            (self.done, from) = (next, next);
            // The last bit of a run is not told of itself.
            let goes_on = window[until - HALF / 2..until]
                .iter()
                .all(|byte| belongs(*byte));
            if !goes_on || until == window.len() {
                return;
            }
        }
    }
}

/// Whether a mark stands among so many digits and line ends that more than a key is encoded there.
fn is_in_run(window: &[u8], mark: usize) -> bool {
    let before = window[..mark].iter().rev().take(LINE);
    let behind = window[mark..].iter().take(LINE);
    before.take_while(|byte| belongs(**byte)).count()
        + behind.take_while(|byte| belongs(**byte)).count()
        >= 2 * HALF
}

/// Whether a run may hold this byte: a digit, or of a line end, also as JSON has it.
fn belongs(byte: u8) -> bool {
    is_digit(byte) || matches!(byte, b'\n' | b'\r' | b'\\' | b'=')
}

/// Decodes from a mark on, and looks through it.
fn decode(
    window: &[u8],
    mark: usize,
    encoding: Encoding,
    room: &mut PackedRoom,
    hit: &mut dyn FnMut(Hit),
) {
    let near = |from: usize| &window[from..window.len().min(from + REACH)];
    let decoded = match encoding {
        Encoding::Hex => hex(near(mark)),
        Encoding::Packed { twice } => return packed::look(window, mark, twice, room, hit),
        Encoding::Base64 { before: None } => base64(near(mark), 0, BEHIND),
        Encoding::Base64 {
            before: Some(before),
        } => match digit_before(&window[..mark]) {
            Some(digit) => base64(near(digit), before, BEHIND),
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

/// Decodes at most so many digits, before which so many of the first group are missing, over line ends as mails and JSON
/// write them.
fn base64(text: &[u8], before: usize, most: usize) -> Zeroizing<Vec<u8>> {
    // Enough, so that growing leaves no copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most.min(text.len() + before)));
    let (mut bits, mut held) = (0u32, 0);
    let known = digits(text).map(|(_, value)| value);
    for digit in std::iter::repeat_n(0, before).chain(known).take(most) {
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

/// Digits, where they stand and their values, up to what is none.
fn digits(text: &[u8]) -> impl Iterator<Item = (usize, u32)> {
    let mut escaped = false;
    text.iter()
        .enumerate()
        .map_while(move |(place, byte)| {
            let in_escape = std::mem::replace(&mut escaped, *byte == b'\\');
            match byte {
                b'n' | b'r' if in_escape => Some(None),
                b'\n' | b'\r' | b'\\' => Some(None),
                b'A'..=b'Z' => Some(Some((place, u32::from(byte - b'A')))),
                b'a'..=b'z' => Some(Some((place, u32::from(byte - b'a') + 26))),
                b'0'..=b'9' => Some(Some((place, u32::from(byte - b'0') + 52))),
                b'+' => Some(Some((place, 62))),
                b'/' => Some(Some((place, 63))),
                _ => None,
            }
        })
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use base64::prelude::{BASE64_STANDARD, Engine};

    use super::*;
    use crate::domain::hunt::byte_classes::{self, Spot, Wish};

    const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let (window, range) = (text.as_bytes(), 0..text.len());
        let mut scan = EncodedScan::new(window, range.clone());
        let mut hit = |hit: Hit| {
            found.push(String::from_utf8(hit.text.expose().to_vec()).unwrap());
        };
        byte_classes::over(window, range, Wish::Keys, &mut |spot, at| {
            if spot == Spot::Run {
                scan.look(at, &mut hit);
            }
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
    fn what_gzip_packed_within_is_read() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let env = format!("{}\nAPP_KEY={KEY}\nAPP_ENV=x\n", "x=1\n".repeat(300));
        std::io::Write::write_all(&mut packed, env.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let once = BASE64_STANDARD.encode(&packed);
        let twice = BASE64_STANDARD.encode(&once);
        for digits in [&once, &twice] {
            for text in [
                format!("data:\n  env: {digits}\n"),
                format!("{{\"user_data\":\"{digits}\"}}"),
                format!(
                    "Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                    wrapped(digits, "\r\n")
                ),
                wrapped(digits, "\n"),
                digits.clone(),
            ] {
                assert_eq!(found(&text), [KEY], "{text}");
            }
        }
        // Cut, it is read as far as it goes; within other digits it is none.
        assert!(found(&once[..40]).is_empty());
        assert!(found(&format!("x{once}")).is_empty());
    }

    #[test]
    fn what_other_packers_made_is_read() {
        let env = format!("{}\nAPP_KEY={KEY}\nAPP_ENV=x\n", "x=1\n".repeat(300));
        let stored = |text: &str| {
            let head = b"PK\x03\x04\x0a\0\0\0\0\0".iter().chain(&[0; 16]);
            let names = [1, 0, 0, 0, b'a'];
            let head: Vec<u8> = head.copied().chain(names).collect();
            [&head[..], text.as_bytes()].concat()
        };
        let deflated = |text: &str| {
            let mut packed =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            packed.write_all(text.as_bytes()).unwrap();
            let mut zip = stored("");
            zip[8] = 8;
            [zip, packed.finish().unwrap()].concat()
        };
        let bzip2 = || {
            let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
            packed.write_all(env.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        let xz = || {
            let options = lzma_rust2::XzOptions::with_preset(6);
            let mut packed = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            packed.write_all(env.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        for (what, packed) in [
            ("zip, stored", stored(&env)),
            ("zip", deflated(&env)),
            (
                "zip, second member",
                [deflated(&"y ".repeat(99)), deflated(&env)].concat(),
            ),
            ("bzip2", bzip2()),
            ("xz", xz()),
            ("zstd", zstd::encode_all(env.as_bytes(), 3).unwrap()),
        ] {
            let digits = BASE64_STANDARD.encode(&packed);
            for text in [
                digits.clone(),
                format!("a: {digits}\n"),
                wrapped(&digits, "\r\n"),
            ] {
                assert_eq!(found(&text), [KEY], "{what}: {text}");
            }
            // Cut, it is read as far as it goes.
            found(&digits[..digits.len() / 2]);
        }
    }

    #[test]
    fn base64_of_a_text_with_base64_in_it_is_read() {
        let inner = BASE64_STANDARD.encode(format!("APP_NAME=x\nAPP_KEY={KEY}\n"));
        for before in 0..40 {
            let manifest = format!("{}\ndata:\n  env: {inner}\n", "x: 1\n".repeat(before * 9));
            for once in [manifest, wrapped(&inner, "\n"), inner.clone()] {
                let twice = BASE64_STANDARD.encode(&once);
                for text in [
                    format!("{{\"user_data\":\"{twice}\"}}"),
                    wrapped(&twice, "\r\n"),
                ] {
                    assert_eq!(found(&text), [KEY], "{before}: {text}");
                }
            }
        }
    }

    #[test]
    fn many_beginnings_of_packed_texts_cost_no_more_than_one() {
        let start = std::time::Instant::now();
        let bomb = BASE64_STANDARD.encode(bomb());
        for unit in [
            "\nH4sIAAAAAAAA",
            "\nSDRzSUFBQUFB",
            "\nUEsDBBQAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "\nQlpoOTFBWSZTWQAAAAAA",
            "\n/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj",
            "\nKLUv/QRYAAAAAAAA",
            &format!("\n{bomb}="),
        ] {
            let text = unit.repeat((256 << 10) / unit.len());
            assert!(found(&text).is_empty());
        }
        assert!(start.elapsed().as_secs() < 20);
    }

    /// Zeros, packed.
    fn bomb() -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, &vec![0; 1 << 20]).unwrap();
        packed.finish().unwrap()
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
