//! Bytes that look random: packed or enciphered by something that left no mark.
//!
//! Bytes of a good packer or any cipher come about equally often. So do those of pictures, films and fonts, and of what
//! is read in another way: these are told by their first bytes or their names, and are nothing to speak of.

/// How many bytes are counted at a time.
const SAMPLE: usize = 16 << 10;
/// With fewer, how often each of 256 comes tells nothing.
pub const LEAST: usize = 4 << 10;
/// Bits a byte that may be missing to eight, beyond what chance takes away.
const MISSING: f64 = 0.03;

/// Whether bytes are mostly those of a text.
pub fn is_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(512)];
    let odd = head
        .iter()
        .filter(|b| !matches!(b, 0x20..=0x7e | b'\t' | b'\n' | b'\r'))
        .count();
    odd * 20 <= head.len()
}

/// Whether the bytes of a file look random, from its beginning as far as they are given, and nothing says why.
pub fn looks_random(name: &[u8], bytes: &[u8]) -> bool {
    if bytes.len() < LEAST || is_text(bytes) || is_dense_by_nature(name, bytes) {
        return false;
    }
    // A header may have marks and tables of its own, and small things fill the end.
    let body = &bytes[512..];
    let last = &body[body.len() - body.len().min(SAMPLE)..];
    let first = &body[..body.len().min(SAMPLE)];
    is_even(first) && is_even(last)
}

/// Whether all values come about equally often.
fn is_even(bytes: &[u8]) -> bool {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let length = bytes.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum();
    // What random bytes lack on average, by their number (Miller and Madow).
    let chance = 255.0 / (2.0 * std::f64::consts::LN_2 * length);
    entropy >= 8.0 - chance - MISSING
}

/// How such files begin: where, and with what.
const BEGINNINGS: [(usize, &[u8]); 38] = [
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG"),
    (0, b"GIF8"),
    (0, b"RIFF"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"8BPS"),
    (0, b"\0\0\x01\0"),
    (0, b"\xff\x0a"),
    (0, b"\0\0\0\x0cJXL "),
    (0, b"\0\0\0\x0cjP  "),
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"\x30\x26\xb2\x75"),
    (0, b"FLV\x01"),
    (0, b"\0\0\x01\xba"),
    (0, b"\0\0\x01\xb3"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"\xff\xf3"),
    (0, b"\xff\xf1"),
    (0, b"\xff\xf9"),
    (0, b"wOFF"),
    (0, b"wOF2"),
    (0, b"OTTO"),
    (0, b"\0\x01\0\0"),
    (0, b"%PDF"),
    (0, b"SQLite format 3\0"),
    (0, b"PACK\0\0\0"),
    (0, b"\xfftOc"),
    (0, b"DIRC"),
    (0, b"\x7fELF"),
    (0, b"MZ"),
];

/// What such files are called, also where their beginning is not theirs (streams of films, parts of databases).
const ENDINGS: [&str; 44] = [
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".jxl", ".jp2", ".tif", ".tiff",
    ".psd", ".ico", ".cr2", ".nef", ".dng", ".mp4", ".m4v", ".m4a", ".m4s", ".mov", ".mkv",
    ".webm", ".avi", ".wmv", ".flv", ".ts", ".mpg", ".mpeg", ".mp3", ".aac", ".ogg", ".opus",
    ".flac", ".wma", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".pdf", ".pyc", ".swf", ".ibd",
];

/// Whether a file is of a kind that looks random and holds no text that is not found.
fn is_dense_by_nature(name: &[u8], head: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    BEGINNINGS
        .iter()
        .any(|(at, magic)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        || ENDINGS
            .iter()
            .any(|ending| lower.ends_with(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as of a cipher.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn random_bytes_are_told_from_a_few_kilobytes_on() {
        for length in [LEAST, 5000, 60_000, 300_000] {
            assert!(looks_random(b"noise.bin", &noise(length)), "{length}");
        }
        assert!(!looks_random(b"short", &noise(LEAST - 1)));
    }

    #[test]
    fn what_is_dense_by_nature_is_nothing_to_speak_of() {
        let bytes = noise(60_000);
        for (at, magic) in BEGINNINGS {
            let mut bytes = bytes.clone();
            bytes[at..at + magic.len()].copy_from_slice(magic);
            assert!(!looks_random(b"file", &bytes), "{magic:x?}");
        }
        assert!(!looks_random(b"Holiday.JPG", &bytes));
    }

    #[test]
    fn text_programs_and_tables_are_not_random() {
        let text = b"APP_KEY=base64:AAAA\nAPP_URL=https://helpdesk.example\n".repeat(500);
        assert!(!looks_random(b"a", &text));
        assert!(!looks_random(b"a", &vec![0; 60_000]));
        // All values, but not equally often.
        let table: Vec<u8> = noise(60_000).iter().map(|b| b & 0x7f | b >> 1).collect();
        assert!(!looks_random(b"a", &table));
        // Half of it.
        let half = [noise(30_000), vec![0; 30_000]].concat();
        assert!(!looks_random(b"a", &half));
        // Base64 of random bytes is text.
        let digits: Vec<u8> = noise(60_000).iter().map(|b| b'A' + b % 26).collect();
        assert!(!looks_random(b"a", &digits));
    }
}
