//! Finds texts that may be an APP_KEY in bytes of any kind: configuration, logs, shell history, swap files, JSON, YAML,
//! PHP, emails, UTF-16.
//!
//! Three marks give a key away: the prefix `base64:` with 43 digits behind it, a name like `APP_KEY` with a value, and
//! the padding of 43 digits that stand alone. Whether a text is a key of this install is not decided here: only opening
//! a payload tells. So the forms are generous, and what has no name is not worth showing unless it opens something.

pub mod byte_classes;
pub mod encoded;
pub mod forms;
pub mod log_secrets;
pub mod old_payloads;
pub mod trials;

mod alone;
mod digits;
mod marks;
mod named;
mod prefixed;
#[cfg(test)]
mod tests;

use std::ops::Range;

use zeroize::Zeroizing;

use self::marks::KeyMark;
use crate::domain::hunt::byte_classes::{ByteCounts, Spot, Wish};
use crate::domain::inventory::secret::SecretBytes;

/// A key, its name and everything between lie within this many bytes.
pub const REACH: usize = 1024;
/// How far before its padding a key without a mark may begin: 43 digits in UTF-16, or wrapped and indented.
pub const LOOK_BACK: usize = 256;
/// A file larger than this is not a bare key.
const BARE_FILE: usize = 256;

/// A text that may be a key.
pub struct Hit {
    /// Where its mark, or the text itself, begins.
    pub offset: usize,
    /// The text as a configuration would hold it.
    pub text: SecretBytes,
    /// Whether a prefix or a name says that it is a key. Without one it is worth showing only if it opens something.
    pub named: bool,
}

/// Reports every hit whose mark begins before `until`. Marks close to the end of `window` may be cut: give the bytes
/// behind them again, with twice [`REACH`] to spare.
pub fn scan(window: &[u8], until: usize, hit: &mut dyn FnMut(Hit)) {
    scan_in(window, 0..until, hit);
}

/// Reports every hit whose mark begins in `range`: a prefix, a name, or the padding of a text without either. For a
/// text that is read in pieces, [`LOOK_BACK`] bytes before the range and twice [`REACH`] behind it belong to `window`.
pub fn scan_in(window: &[u8], range: Range<usize>, hit: &mut dyn FnMut(Hit)) -> ByteCounts {
    let mut scan = Scan::new(window, range);
    byte_classes::over(window, scan.range.clone(), Wish::Keys, &mut |spot, at| {
        scan.look(spot, at, hit);
    })
}

/// A closer look at the spots of a range.
pub struct Scan<'w> {
    window: &'w [u8],
    range: Range<usize>,
    /// Of a key over two lines the padding is told twice: by the line end within it, and by itself.
    padding_seen: usize,
}

impl<'w> Scan<'w> {
    /// A scan as [`scan_in`] makes it, by one who looks for more than keys and says where the spots are.
    pub fn new(window: &'w [u8], range: Range<usize>) -> Self {
        let until = range.end.min(window.len());
        Self {
            window,
            range: range.start.min(until)..until,
            padding_seen: 0,
        }
    }

    /// Reports what stands at a spot. They come in their order.
    pub fn look(&mut self, spot: Spot, at: usize, hit: &mut dyn FnMut(Hit)) {
        match spot {
            Spot::Key | Spot::Base64 | Spot::WideKey | Spot::WideBase64 => {
                if let Some((mark, start)) = marks::around(self.window, spot, at)
                    && self.range.contains(&start)
                {
                    let from_mark = &self.window[start..];
                    if matches!(spot, Spot::WideKey | Spot::WideBase64) {
                        scan_mark(mark, &narrowed(from_mark), start, hit);
                    } else {
                        scan_mark(mark, from_mark, start, hit);
                    }
                }
            }
            Spot::End => {
                if self.window[at] == b'=' {
                    self.padding(at, hit);
                }
                if let Some(padding) = alone::padding_behind_break(self.window, at) {
                    self.padding(padding, hit);
                }
            }
            Spot::WideEnd => self.padding(at, hit),
            Spot::Json | Spot::Line | Spot::Run => {}
        }
    }

    /// Reports the key whose padding stands here.
    fn padding(&mut self, at: usize, hit: &mut dyn FnMut(Hit)) {
        if self.range.contains(&at) && at >= self.padding_seen {
            self.padding_seen = at + 1;
            alone::before(self.window, at).map(hit);
        }
    }
}

/// What stands behind a mark. `offset` says where the mark begins.
fn scan_mark(mark: KeyMark, from_mark: &[u8], offset: usize, hit: &mut dyn FnMut(Hit)) {
    let near = &from_mark[..from_mark.len().min(REACH)];
    match mark {
        KeyMark::Prefix => {
            if let Some((text, named)) = prefixed::read(&near[b"base64".len()..]) {
                hit(Hit {
                    offset,
                    text,
                    named,
                });
            }
        }
        KeyMark::Name(length) | KeyMark::QuotedKey(length) => {
            let named = matches!(mark, KeyMark::Name(_));
            for text in named::values(&near[length..], named) {
                hit(Hit {
                    offset,
                    text,
                    named,
                });
            }
        }
    }
}

/// UTF-16 (Windows editors, PowerShell's `>`) with every second byte left out. In either byte order the text begins
/// with its mark, and a zero follows each byte of it.
fn narrowed(from_mark: &[u8]) -> Zeroizing<Vec<u8>> {
    let pairs = from_mark[..from_mark.len().min(2 * REACH)].chunks(2);
    let narrow = pairs
        .take_while(|pair| pair.get(1).is_none_or(|high| *high == 0))
        .map(|pair| pair[0]);
    Zeroizing::new(narrow.collect())
}

/// The key of a file that holds nothing else.
pub fn bare(file: &[u8]) -> Option<SecretBytes> {
    if file.len() > BARE_FILE {
        return None;
    }
    let text = file
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(file)
        .trim_ascii();
    digits::as_key(text)
}
