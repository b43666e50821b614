//! What was packed and base64 encoded, what gzip packed also twice: secrets of Kubernetes, releases of Helm, `user_data` of
//! cloud-init, attachments of mails.
//!
//! It is read as far as the window reaches, and no more of all such texts of a window than a few times as much: a trap that
//! unpacks to very much, or begins again and again, costs no more.

use std::io::Read;

use bzip2::bufread::BzDecoder;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use memchr::memmem;
use zeroize::Zeroizing;

use super::{base64, is_digit};
use crate::domain::hunt::{Hit, scan};

/// What one of them is unpacked to.
const MOST: usize = 1 << 20;
/// Fewer digits hold no key.
const LEAST: usize = 64;
/// The largest window of xz and zstd.
const WINDOW: usize = 8 << 20;
/// What it costs to begin, beside what is unpacked: of bzip2, and of a window of that size.
const BZIP2_COSTS: usize = 256 << 10;
const WINDOW_COSTS: usize = 1 << 20;

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

    /// Unpacks a stream, as far as it goes and there is room: the window may cut it.
    fn unpack(&mut self, stream: impl Read, costs: usize) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(Vec::new());
        let most = MOST.min(self.bytes) as u64;
        let _ = stream.take(most).read_to_end(&mut text);
        self.bytes = self.bytes.saturating_sub(text.len() + costs);
        text
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
    if packed.len() < LEAST / 4 * 3 || room.bytes == 0 {
        return;
    }
    let mut look = |text: &[u8]| {
        scan(text, text.len(), &mut |inner| {
            hit(Hit {
                offset: at,
                ..inner
            });
        });
    };
    match &packed[..] {
        [b'P', b'K', 3, 4, ..] => {
            // What is only stored.
            look(&packed);
            unzip(&packed, room, &mut look);
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => {
            look(&room.unpack(BzDecoder::new(&packed[..]), BZIP2_COSTS));
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            let kib = (WINDOW >> 10) as u32 + 1024;
            let stream = lzma_rust2::XzReader::new_mem_limit(&packed[..], false, kib);
            look(&room.unpack(stream, WINDOW_COSTS));
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            if let Ok(mut stream) = zstd::Decoder::with_buffer(&packed[..])
                && stream.window_log_max(WINDOW.ilog2()).is_ok()
            {
                look(&room.unpack(stream, WINDOW_COSTS));
            }
        }
        _ => look(&room.unpack(GzDecoder::new(&packed[..]), LEAST)),
    }
}

/// Looks through the members of a zip file that are deflated, each behind a header of its own.
fn unzip(zip: &[u8], room: &mut PackedRoom, look: &mut dyn FnMut(&[u8])) {
    const HEADER: usize = 30;
    let mut rest = zip;
    while let Some(begin) = memmem::find(rest, b"PK\x03\x04")
        && room.bytes > 0
    {
        rest = &rest[begin..];
        let number = |at: usize| {
            let bytes = rest.get(at..at + 2).and_then(<[u8]>::first_chunk);
            bytes.map_or(0, |bytes| u16::from_le_bytes(*bytes))
        };
        let behind = HEADER + usize::from(number(26)) + usize::from(number(28));
        let mut passed = 4;
        if number(8) == 8
            && let Some(member) = rest.get(behind..)
        {
            let mut stream = DeflateDecoder::new(member);
            look(&room.unpack(&mut stream, LEAST));
            passed = behind + usize::try_from(stream.total_in()).unwrap_or(member.len());
        }
        rest = rest.get(passed..).unwrap_or_default();
    }
}
