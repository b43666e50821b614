//! Files that were cut: their own beginning, or the form of their end, says so. What is left of them is searched all the same.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// A byte that ends a dump of Redis, before its checksum, which the oldest ones do not have.
const REDIS_END: u8 = 0xff;
const REDIS_CHECKSUM: usize = 8;

/// Whether a file of this length that begins so was longer once.
pub(super) fn ends_too_soon(head: &[u8], file: &File, length: u64) -> bool {
    if head.starts_with(b"hsqs") {
        return head
            .get(40..)
            .and_then(|rest| rest.first_chunk())
            .is_some_and(|used| u64::from_le_bytes(*used) > length);
    }
    if head.starts_with(b"REDIS") {
        let mut end = [0; REDIS_CHECKSUM + 1];
        let begin = length.saturating_sub(end.len() as u64);
        return file.read_exact_at(&mut end, begin).is_ok()
            && end[0] != REDIS_END
            && end[REDIS_CHECKSUM] != REDIS_END;
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::*;

    fn is_cut(bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ends_too_soon(bytes, &file, bytes.len() as u64)
    }

    #[test]
    fn the_length_or_the_end_says_it() {
        let mut image = [&b"hsqs"[..], &[0; 500]].concat();
        image[40..48].copy_from_slice(&504u64.to_le_bytes());
        assert!(!is_cut(&image));
        assert!(is_cut(&image[..503]));
        let dump = [b"REDIS0011 and more", &b"\xff12345678"[..]].concat();
        assert!(!is_cut(&dump));
        assert!(is_cut(&dump[..dump.len() - 1]));
        assert!(!is_cut(b"REDIS0003 and more\xff"));
        assert!(!is_cut(b"hsqs") && !is_cut(b"REDIS") && !is_cut(b"anything"));
    }
}
