//! Standard input, where keys, passwords and passphrases come from: read without the buffer that Rust's own handle fills
//! and keeps as long as the program runs.
//!
//! What is read stands in one piece of memory, which is wiped with everything it outgrew. Input that is longer than it may
//! be is refused, and never cut: half a list of passwords would look like a whole one.

use std::fs::File;
use std::io::{ErrorKind, Read, Result};
use std::os::fd::AsFd;

use zeroize::Zeroizing;

/// The first piece of memory, in bytes: a key or a passphrase fits into it.
const FIRST: usize = 8 << 10;

/// Standard input itself, unbuffered.
///
/// # Errors
/// The system's, where it is closed.
pub fn open() -> Result<File> {
    std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(File::from)
}

/// All of standard input.
///
/// # Errors
/// The system's, and [`ErrorKind::InvalidData`] when it holds more than `most` bytes.
pub fn read(most: usize) -> Result<Zeroizing<Vec<u8>>> {
    read_all(&mut open()?, most)
}

fn read_all(input: &mut impl Read, most: usize) -> Result<Zeroizing<Vec<u8>>> {
    // One byte more than is allowed tells that there is more.
    let mut bytes = Zeroizing::new(vec![0; FIRST.min(most + 1)]);
    let mut filled = 0;
    loop {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
        if filled > most {
            let why = text!(error_too_large, max = most);
            return Err(std::io::Error::new(ErrorKind::InvalidData, why));
        }
        if filled == bytes.len() {
            // What grows by itself leaves its old bytes behind.
            let mut larger = Zeroizing::new(vec![0; (2 * filled).min(most + 1)]);
            larger[..filled].copy_from_slice(&bytes);
            bytes = larger;
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives so many bytes at a time, and is interrupted before each.
    struct Slow<'b>(&'b [u8], usize, bool);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(ErrorKind::Interrupted.into());
            }
            let count = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn all_of_it_is_read_or_nothing() {
        for most in [0, 1, 100, FIRST - 1, FIRST, FIRST + 1, 100_000] {
            for step in [1, 7, 4096, 1 << 20] {
                let whole: Vec<u8> = (0..=u8::MAX).cycle().take(most).collect();
                let read = read_all(&mut Slow(&whole, step, false), most).unwrap();
                assert_eq!(*read, whole, "{most} bytes, {step} at a time");
                let longer = [&whole[..], b"x"].concat();
                let refused = read_all(&mut Slow(&longer, step, false), most);
                assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidData);
            }
        }
    }
}
