//! What gzip packed and base64 encoded, once or twice: secrets of Kubernetes, releases of Helm, `user_data` of cloud-init.
//!
//! It is read as far as the window reaches, and no more of all such texts of a window than a few times as much: a trap that
//! unpacks to very much, or begins again and again, costs no more.

use std::io::Read;

use flate2::bufread::GzDecoder;
use zeroize::Zeroizing;

use super::{base64, is_digit};
use crate::domain::hunt::{Hit, scan};

/// What one of them is unpacked to.
const MOST: usize = 1 << 20;
/// Fewer digits hold no key.
const LEAST: usize = 64;

/// What may still be decoded and unpacked of a window.
pub(super) struct PackedRoom {
    digits: usize,
    bytes: usize,
}

impl PackedRoom {
    /// The room that a window has: its digits twice, as those may be meant that were read for another, and some
    /// unpacked texts.
    pub(super) fn of(window: &[u8]) -> Self {
        Self {
            digits: 4 * window.len(),
            bytes: 16 * MOST,
        }
    }
}

/// Looks through the packed text whose first digit stands here.
pub(super) fn look(
    window: &[u8],
    at: usize,
    twice: bool,
    room: &mut PackedRoom,
    hit: &mut dyn FnMut(Hit),
) {
    if at
        .checked_sub(1)
        .is_some_and(|before| is_digit(window[before]))
    {
        return;
    }
    let near = &window[at..window.len().min(at + room.digits)];
    let mut packed = base64(near, 0, usize::MAX);
    room.digits = room.digits.saturating_sub(packed.len() / 3 * 4 + LEAST);
    if twice {
        packed = base64(&packed, 0, usize::MAX);
    }
    if packed.len() < LEAST / 4 * 3 {
        return;
    }
    let mut text = Zeroizing::new(Vec::new());
    let most = MOST.min(room.bytes) as u64;
    // As far as it goes: the window may cut it.
    let _ = GzDecoder::new(&packed[..])
        .take(most)
        .read_to_end(&mut text);
    room.bytes = room.bytes.saturating_sub(text.len() + LEAST);
    scan(&text, text.len(), &mut |inner| {
        hit(Hit {
            offset: at,
            ..inner
        });
    });
}
