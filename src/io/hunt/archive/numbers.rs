//! Numbers in the headers of archives, the lowest byte first.

/// A number of so many bytes, eight at most; 0 where it is missing.
pub(super) fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let field = bytes.get(at..at + length).unwrap_or_default();
    field
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
