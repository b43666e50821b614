//! Texts of two bytes a letter: PowerShell's `>` makes UTF-16 of any dump, with a mark at its beginning.

/// Whether a text begins with the mark of UTF-16.
pub(super) fn is_marked(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Makes UTF-8 of a stream, byte by byte, where its first two say that it is UTF-16.
#[derive(Debug, Default, Clone, Copy)]
pub(super) enum TextEncoding {
    /// Nothing was read.
    #[default]
    Unread,
    /// The first byte may be half of a mark.
    Half(u8),
    /// One byte a letter: as it is.
    Narrow,
    /// UTF-16, and what is half read of it.
    Wide {
        big: bool,
        byte: Option<u8>,
        high: Option<u16>,
    },
}

impl TextEncoding {
    /// Whether the bytes that follow are made into others.
    pub(super) fn is_wide(self) -> bool {
        matches!(self, TextEncoding::Half(_) | TextEncoding::Wide { .. })
    }

    /// Takes the next bytes and gives back how many of them the text begins behind, where it is as it stands; of others
    /// `out` gets what they stand for.
    pub(super) fn take(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            match (*self, byte) {
                (TextEncoding::Narrow, _) => return Some(at),
                (TextEncoding::Unread, 0xff | 0xfe) => *self = TextEncoding::Half(byte),
                (TextEncoding::Unread, _) => {
                    *self = TextEncoding::Narrow;
                    return Some(at);
                }
                (TextEncoding::Half(first), _) if is_marked(&[first, byte]) => {
                    *self = TextEncoding::Wide {
                        big: first == 0xfe,
                        byte: None,
                        high: None,
                    };
                }
                (TextEncoding::Half(first), _) => {
                    *self = TextEncoding::Narrow;
                    out(&[first]);
                    return Some(at);
                }
                (
                    TextEncoding::Wide {
                        big,
                        byte: None,
                        high,
                    },
                    _,
                ) => {
                    *self = TextEncoding::Wide {
                        big,
                        byte: Some(byte),
                        high,
                    };
                }
                (
                    TextEncoding::Wide {
                        big,
                        byte: Some(first),
                        high,
                    },
                    _,
                ) => {
                    let unit = match big {
                        true => u16::from_be_bytes([first, byte]),
                        false => u16::from_le_bytes([first, byte]),
                    };
                    let high = letter(high, unit, out);
                    *self = TextEncoding::Wide {
                        big,
                        byte: None,
                        high,
                    };
                }
            }
        }
        None
    }
}

/// Gives out what a unit stands for, behind the first half of a pair or not; or keeps it, where it is such a half.
fn letter(high: Option<u16>, unit: u16, out: &mut dyn FnMut(&[u8])) -> Option<u16> {
    let units = high.into_iter().chain([unit]);
    let mut kept = None;
    for read in char::decode_utf16(units) {
        match read {
            Ok(letter) => out(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(half) if (0xd800..0xdc00).contains(&unit) && half.unpaired_surrogate() == unit => {
                kept = Some(unit);
            }
            Err(_) => out("\u{fffd}".as_bytes()),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn narrowed(bytes: &[u8], cuts: &[usize]) -> Vec<u8> {
        let (mut encoding, mut text, mut from) = (TextEncoding::default(), Vec::new(), 0);
        for to in cuts
            .iter()
            .map(|c| c % (bytes.len() + 1))
            .chain([bytes.len()])
        {
            let piece = &bytes[from..to.max(from)];
            if let Some(at) = encoding.take(piece, &mut |out| text.extend_from_slice(out)) {
                text.extend_from_slice(&piece[at..]);
            }
            from = to.max(from);
        }
        text
    }

    #[test]
    fn both_orders_and_pairs_are_read_and_others_left_as_they_are() {
        let text = "INSERT 'ä€𝄞';\n";
        let little = [0xfeff].into_iter().chain(text.encode_utf16());
        let little: Vec<u8> = little.flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = little
            .chunks(2)
            .flat_map(|unit| [unit[1], unit[0]])
            .collect();
        for bytes in [&little, &big] {
            assert_eq!(narrowed(bytes, &[1, 3, 20, 21, 22]), text.as_bytes());
        }
        assert_eq!(narrowed(b"plain", &[]), b"plain");
        assert_eq!(narrowed(b"\xff!", &[1]), b"\xff!");
        let lone = [0xff, 0xfe, 0, 0xd8, b'a', 0, 0, 0xdc];
        assert_eq!(narrowed(&lone, &[]), "\u{fffd}a\u{fffd}".as_bytes());
    }

    proptest! {
        #[test]
        fn how_it_is_cut_changes_nothing(
            big in any::<bool>(), bytes in proptest::collection::vec(any::<u8>(), 0..60),
            cuts in proptest::collection::vec(any::<usize>(), 0..6),
        ) {
            let mark = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
            let bytes = [mark.as_slice(), &bytes].concat();
            prop_assert_eq!(narrowed(&bytes, &cuts), narrowed(&bytes, &[]));
        }
    }
}
