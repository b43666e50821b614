//! The marks of a key, told from what surrounds a spot.

use super::byte_classes::Spot;

/// What gives a key away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyMark {
    /// `base64`; the colon behind it may be escaped.
    Prefix,
    /// A name like `APP_KEY`, of this length.
    Name(usize),
    /// The member of `config/app.php`, also in a cached configuration: only a quoted one, the word is too common.
    QuotedKey(usize),
}

/// How the name is written.
const NAMES: [&[u8]; 6] = [
    b"APP_KEY", b"app_key", b"APP-KEY", b"app-key", b"appKey", b"AppKey",
];
const QUOTED: [&[u8]; 2] = [b"'key'", b"\"key\""];
const PREFIX: &[u8] = b"base64";
/// Length of what a spot tells: `key`, `e64`.
const TOLD: usize = 3;

/// The mark that a spot is part of, and where it begins.
pub(super) fn around(window: &[u8], spot: Spot, at: usize) -> Option<(KeyMark, usize)> {
    match spot {
        Spot::Key => {
            let name = NAMES.iter().find_map(|name| {
                let start = at.checked_sub(name.len() - TOLD)?;
                let stands = window.get(start..)?.starts_with(name);
                stands.then_some((KeyMark::Name(name.len()), start))
            });
            name.or_else(|| {
                let start = at.checked_sub(1)?;
                let quoted = window.get(start..start + TOLD + 2)?;
                QUOTED
                    .contains(&quoted)
                    .then_some((KeyMark::QuotedKey(quoted.len()), start))
            })
        }
        Spot::Base64 => {
            let start = at.checked_sub(PREFIX.len() - TOLD)?;
            let stands = window.get(start..)?.starts_with(PREFIX);
            stands.then_some((KeyMark::Prefix, start))
        }
        Spot::WideKey => {
            let name = NAMES
                .iter()
                .find_map(|name| Some((name.len(), wide(window, name, at)?)))?;
            Some((KeyMark::Name(name.0), name.1))
        }
        Spot::WideBase64 => Some((KeyMark::Prefix, wide(window, PREFIX, at)?)),
        Spot::End | Spot::WideEnd | Spot::Json | Spot::Line | Spot::Run => None,
    }
}

/// Where a text begins whose last letters stand at `at`, with a zero between each two: in either byte order.
fn wide(window: &[u8], text: &[u8], at: usize) -> Option<usize> {
    let start = at.checked_sub(2 * (text.len() - TOLD))?;
    let stands = window.get(start..start + 2 * text.len() - 1)?;
    let same = stands
        .chunks(2)
        .zip(text)
        .all(|(pair, byte)| pair[0] == *byte && pair.get(1).is_none_or(|zero| *zero == 0));
    same.then_some(start)
}
