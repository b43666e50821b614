//! Differences between objects, as packs hold them (git's `gitformat-pack`, "Deltified representation").

use zeroize::Zeroizing;

use crate::io::hunt::SkipReason;
use crate::words::words;

/// The object that a difference makes of its base.
pub(super) fn apply(
    base: &[u8],
    mut delta: &[u8],
    limit: u64,
) -> Result<Zeroizing<Vec<u8>>, SkipReason> {
    let wrong = || SkipReason::Broken(words().git_not_an_object.to_owned());
    let based_on = size(&mut delta).ok_or_else(wrong)?;
    let result = size(&mut delta).ok_or_else(wrong)?;
    if based_on != base.len() as u64 {
        return Err(wrong());
    }
    if result > limit {
        return Err(SkipReason::TooMuch(limit >> 20));
    }
    let room = usize::try_from(result).map_err(|_| wrong())?;
    let mut made = Zeroizing::new(Vec::with_capacity(room));
    while let Some(code) = byte(&mut delta) {
        let piece = if code & 0x80 != 0 {
            let (from, length) = copied(code, &mut delta).ok_or_else(wrong)?;
            base.get(from..from.saturating_add(length))
        } else {
            // Code 0 is reserved.
            let length = usize::from(code);
            let piece = delta.get(..length).filter(|_| code != 0);
            delta = delta.get(length..).unwrap_or_default();
            piece
        };
        let piece = piece
            .filter(|piece| piece.len() <= room - made.len())
            .ok_or_else(wrong)?;
        made.extend_from_slice(piece);
    }
    if made.len() == room {
        Ok(made)
    } else {
        Err(wrong())
    }
}

fn byte(delta: &mut &[u8]) -> Option<u8> {
    let (first, rest) = delta.split_first()?;
    *delta = rest;
    Some(*first)
}

/// Seven bits a byte, lowest first.
fn size(delta: &mut &[u8]) -> Option<u64> {
    let mut size = 0;
    for shift in (0..57).step_by(7) {
        let next = byte(delta)?;
        size |= u64::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

/// Offset and length: the bits of the code say which of their bytes follow.
fn copied(code: u8, delta: &mut &[u8]) -> Option<(usize, usize)> {
    let mut number = |bits: std::ops::Range<u32>| {
        let first = bits.start;
        bits.filter(|bit| code & (1 << bit) != 0)
            .try_fold(0_usize, |number, bit| {
                Some(number | usize::from(byte(delta)?) << (8 * (bit - first)))
            })
    };
    let (from, length) = (number(0..4)?, number(4..7)?);
    Some((from, if length == 0 { 0x10000 } else { length }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_copied_and_inserted() {
        // Base of 6, result of 8: bytes 2..5 of the base, then `xy`, then bytes 0..3.
        let delta = [6, 8, 0x91, 2, 3, 2, b'x', b'y', 0x90, 3];
        assert_eq!(&apply(b"abcdef", &delta, 100).unwrap()[..], b"cdexyabc");
    }

    #[test]
    fn nonsense_is_refused_and_takes_no_memory() {
        let base = b"abcdef";
        for delta in [
            &[][..],
            &[6],
            &[7, 1, 1, b'x'],
            &[6, 2, 1, b'x'],
            &[6, 1, 2, b'x', b'y'],
            &[6, 1, 0],
            &[6, 5, 0x91, 3, 5],
            &[6, 5, 0x91],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(apply(base, delta, 100).is_err(), "{delta:?}");
        }
        let huge = [6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(
            apply(base, &huge, 1 << 20).unwrap_err(),
            SkipReason::TooMuch(1)
        );
    }
}
