//! Random bytes from the operating system.

/// Whether the operating system has random bytes for us: not where it knows no `getrandom`, or forbids it, and `/dev/urandom`
/// is missing too.
pub fn is_there() -> bool {
    getrandom::fill(&mut [0]).is_ok()
}

/// Fills the buffer with random bytes.
///
/// # Panics
/// When the operating system has no randomness: nothing safe can be done without it.
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system provides random bytes");
}

/// Fresh random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}
