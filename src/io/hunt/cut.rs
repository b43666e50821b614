//! Files that were cut: their own beginning, or the form of their end, says so. What is left of them is searched all the same.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::domain::hunt::forms::is_revlog;

/// A byte that ends a dump of Redis, before its checksum, which the oldest ones do not have.
const REDIS_END: u8 = 0xff;
const REDIS_CHECKSUM: usize = 8;
/// An entry of Mercurial's index.
const REVISION: u64 = 64;
/// Longer indexes have their data in a file beside them.
const MOST_INLINE: u64 = 1 << 20;

/// Whether a file of this length that begins so was longer once.
pub(super) fn ends_too_soon(path: &Path, head: &[u8], file: &File, length: u64) -> bool {
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
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if name.ends_with(b".i") && is_revlog(name, head, false) {
        return match head[1] & 1 {
            0 => lacks_data(path, file, length),
            _ => lacks_revisions(file, length),
        };
    }
    false
}

/// Mercurial's entry at this place: where its data ends, as the index counts, and how long they are.
fn revision(file: &File, at: u64) -> Option<(u64, u64)> {
    let mut entry = [0; 12];
    file.read_exact_at(&mut entry, at).ok()?;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let bytes = number(&entry[8..]);
    // The first entry begins with what the file is.
    let begin = if at == 0 { 0 } else { number(&entry[..6]) };
    Some((begin + bytes, bytes))
}

/// Of an index with the data behind each entry: they fill the file.
fn lacks_revisions(file: &File, length: u64) -> bool {
    let mut at = 0;
    if length > MOST_INLINE {
        return false;
    }
    while at < length {
        match revision(file, at) {
            Some((_, bytes)) => at = at.saturating_add(REVISION + bytes),
            None => return true,
        }
    }
    at > length
}

/// Of an index with its data in a file beside it: all entries are whole, and the last one's data are there.
fn lacks_data(path: &Path, file: &File, length: u64) -> bool {
    let last = (length / REVISION).saturating_sub(1) * REVISION;
    let beside = std::fs::metadata(path.with_extension("d"));
    length % REVISION != 0
        || revision(file, last)
            .zip(beside.ok())
            .is_some_and(|((end, _), beside)| end > beside.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn is_cut(bytes: &[u8]) -> bool {
        is_cut_at("file", bytes)
    }

    /// Whether a file of this name is, with ten bytes of data beside it.
    fn is_cut_at(name: &str, bytes: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(path.with_extension("d"), [0; 10]).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let file = File::open(&path).unwrap();
        ends_too_soon(&path, bytes, &file, bytes.len() as u64)
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

    /// Two revisions of five bytes each, whose data stand behind their entries or elsewhere.
    fn revlog(inline: bool) -> Vec<u8> {
        let mut first = [0; 64];
        (first[1], first[3], first[11]) = (u8::from(inline), 1, 5);
        let mut second = [0; 64];
        (second[5], second[11]) = (5, 5);
        let data: &[u8] = if inline { b"uabcd" } else { b"" };
        [&first[..], data, &second, data].concat()
    }

    #[test]
    fn histories_of_mercurial_say_how_long_they_are() {
        let inline = revlog(true);
        assert!(!is_cut_at("env.i", &inline));
        // Between two revisions, nothing tells.
        for cut in (8..inline.len()).filter(|cut| *cut != 69) {
            assert!(is_cut_at("env.i", &inline[..cut]), "{cut}");
        }
        assert!(!is_cut(&inline[..80]));
        let mut index = revlog(false);
        assert!(!is_cut_at("env.i", &index));
        assert!(is_cut_at("env.i", &index[..100]));
        index[64 + 11] = 6;
        assert!(is_cut_at("env.i", &index));
    }
}
