//! Random bytes from the operating system.

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
