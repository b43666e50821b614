//! Brotli, `.br`: a stream without a mark, so its name and its beginning must both fit.

use std::io::Read;

use brotli_decompressor::{
    BrotliDecoderParameter, BrotliDecompressStream, BrotliResult, BrotliState, Decompressor,
    StandardAlloc,
};

use super::INPUT;
use crate::domain::hunt::forms::density::is_text;

/// The largest window (RFC 7932, 9.1), and tables beside it.
pub(super) const MEMORY: u64 = 18 << 20;

/// Whether a file of this name that begins so is one.
pub(super) fn is_named_so(name: &[u8], head: &[u8]) -> bool {
    let (_, ending) = name.split_at(name.len().saturating_sub(3));
    if !ending.eq_ignore_ascii_case(b".br") || head.is_empty() || is_text(head) {
        return false;
    }
    let alloc = StandardAlloc::default;
    let mut state = BrotliState::new_strict(alloc(), alloc(), alloc());
    let mut unpacked = [0; 1 << 10];
    let (mut left, mut room) = (head.len(), unpacked.len());
    let outcome = BrotliDecompressStream(
        &mut left,
        &mut 0,
        head,
        &mut room,
        &mut 0,
        &mut unpacked,
        &mut 0,
        &mut state,
    );
    !matches!(outcome, BrotliResult::ResultFailure)
}

/// Unpacks a stream, but none whose window is larger than the standard's.
pub(super) fn unpack<R: Read>(stream: R) -> impl Read {
    let mut unpacked = Decompressor::new(stream, INPUT);
    unpacked.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    unpacked
}
