//! Finds texts that may be an APP_KEY in bytes of any kind: configuration, logs, shell history, swap files, JSON, YAML,
//! PHP, mails, UTF-16.
//!
//! Three marks give a key away: the prefix `base64:` with 43 digits behind it, a name like `APP_KEY` with a value, and
//! the padding of 43 digits that stand alone. Whether a text is a key of this install is not decided here: only opening
//! a payload tells. So the forms are generous, and what has no name is not worth showing unless it opens something.

mod alone;
mod digits;
mod glance;
mod marks;
mod named;
mod prefixed;
#[cfg(test)]
mod tests;

use std::ops::Range;

use zeroize::Zeroizing;

use self::glance::Spot;
use self::marks::Mark;
use super::secret::SecretBytes;
pub use glance::Seen;

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
pub fn scan_in(window: &[u8], range: Range<usize>, hit: &mut dyn FnMut(Hit)) -> Seen {
    let until = range.end.min(window.len());
    let range = range.start.min(until)..until;
    // Of a key over two lines the padding is told twice: by the line end within it, and by itself.
    let mut padding_seen = 0;
    glance::over(window, range.clone(), &mut |spot, at| match spot {
        Spot::Key | Spot::Base64 | Spot::WideKey | Spot::WideBase64 => {
            let Some((mark, start)) = marks::around(window, spot, at) else {
                return;
            };
            if range.contains(&start) {
                let wide = matches!(spot, Spot::WideKey | Spot::WideBase64);
                let narrowed = wide.then(|| narrowed(&window[start..]));
                let from_mark = narrowed.as_ref().map_or(&window[start..], |text| text);
                scan_mark(mark, from_mark, start, hit);
            }
        }
        Spot::End => {
            let paddings = [
                (window[at] == b'=').then_some(at),
                alone::padding_behind_break(window, at),
            ];
            for padding in paddings.into_iter().flatten() {
                if range.contains(&padding) && padding >= padding_seen {
                    padding_seen = padding + 1;
                    alone::before(window, padding).map(&mut *hit);
                }
            }
        }
        Spot::WideEnd => {
            if range.contains(&at) {
                alone::before(window, at).map(&mut *hit);
            }
        }
    })
}

/// What stands behind a mark. `offset` says where the mark begins.
fn scan_mark(mark: Mark, from_mark: &[u8], offset: usize, hit: &mut dyn FnMut(Hit)) {
    let near = &from_mark[..from_mark.len().min(REACH)];
    match mark {
        Mark::Prefix => {
            if let Some((text, named)) = prefixed::read(&near[b"base64".len()..]) {
                hit(Hit {
                    offset,
                    text,
                    named,
                });
            }
        }
        Mark::Name(length) | Mark::QuotedKey(length) => {
            let named = matches!(mark, Mark::Name(_));
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
