//! Files with holes in a tar: what is stored are the segments between them, and a list of where these belong.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Read, Result};

use super::HEADER;

/// Segments that are remembered; what is behind the last of them follows without holes.
const MOST: usize = 1 << 16;
/// Where the list stands in a header of GNU's old form, and how long it is there.
const IN_HEADER: (usize, usize) = (386, 4);
/// Whether more of it follows, in blocks of their own.
const MORE: usize = 482;
/// Segments of such a block, and where it says whether another follows.
const IN_BLOCK: (usize, usize) = (21, 504);
/// Two numbers.
const SEGMENT: usize = 24;
/// Of a hole as much is made: it keeps its sides apart, and a small archive whole.
const HOLE: u64 = 64 << 10;
/// Longest list before the content.
const LIST: usize = 2 << 20;

/// Where each stored segment belongs, and its length.
#[derive(Default)]
pub(super) struct Segments(VecDeque<(u64, u64)>);

impl Segments {
    pub(super) fn add(&mut self, offset: u64, length: u64) {
        if self.0.len() < MOST {
            self.0.push_back((offset, length));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of GNU's old form: in the header, and in blocks behind it.
    pub(super) fn of_header(header: &tar::Header, stream: &mut dyn Read) -> Result<Self> {
        let mut segments = Self::default();
        let own = header.as_bytes();
        segments.listed(&own[IN_HEADER.0..], IN_HEADER.1);
        let (mut block, mut more) = ([0; HEADER], own[MORE] != 0);
        while more {
            stream.read_exact(&mut block)?;
            segments.listed(&block, IN_BLOCK.0);
            more = block[IN_BLOCK.1] != 0;
        }
        Ok(segments)
    }

    fn listed(&mut self, list: &[u8], count: usize) {
        for segment in list.chunks_exact(SEGMENT).take(count) {
            let (offset, length) = segment.split_at(SEGMENT / 2);
            if let (Some(offset), Some(length)) = (number(offset), number(length)) {
                self.add(offset, length);
            }
        }
    }

    /// Of version 1.0: decimal numbers before the content, one a line, in blocks of their own. How many there are comes
    /// first.
    pub(super) fn of_content(content: &mut dyn Read) -> Result<Self> {
        let (mut list, mut block) = (Vec::new(), [0; HEADER]);
        let wrong = || Error::from(ErrorKind::InvalidData);
        loop {
            content.read_exact(&mut block)?;
            list.extend_from_slice(&block);
            let whole = list.iter().rposition(|b| *b == b'\n').unwrap_or(0);
            let lines = list[..whole].split(|b| *b == b'\n');
            let mut numbers = lines.map(|line| std::str::from_utf8(line).ok()?.parse::<u64>().ok());
            let count = numbers.next().flatten().ok_or_else(wrong)?;
            let numbers: Vec<Option<u64>> = numbers.collect();
            if numbers.len() as u64 >= count.saturating_mul(2) {
                let mut segments = Self::default();
                for pair in numbers.chunks_exact(2).take(count as usize) {
                    segments.add(pair[0].ok_or_else(wrong)?, pair[1].ok_or_else(wrong)?);
                }
                return Ok(segments);
            }
            if list.len() > LIST {
                return Err(wrong());
            }
        }
    }
}

/// Octal digits, or a binary number marked by its first bit.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let bytes = field.last_chunk::<8>()?;
        return Some(u64::from_be_bytes(*bytes));
    }
    let digits = field.iter().take_while(|b| matches!(b, b'0'..=b'7'));
    let mut digits = digits.peekable();
    digits.peek()?;
    Some(digits.fold(0, |sum: u64, digit| {
        sum.wrapping_mul(8).wrapping_add(u64::from(digit - b'0'))
    }))
}

/// The content with its holes, of which long ones are cut short.
pub(super) struct SparseContent<R> {
    stored: R,
    segments: VecDeque<(u64, u64)>,
    at: u64,
    hole: u64,
    data: u64,
}

impl<R> SparseContent<R> {
    pub(super) fn new(stored: R, segments: Segments) -> Self {
        Self {
            stored,
            segments: segments.0,
            at: 0,
            hole: 0,
            data: 0,
        }
    }
}

impl<R: Read> Read for SparseContent<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.hole == 0 && self.data == 0 {
            let Some((offset, length)) = self.segments.pop_front() else {
                return self.stored.read(buffer);
            };
            let hole = offset.saturating_sub(self.at);
            // Blocks stay blocks.
            self.hole = match hole {
                0..=HOLE => hole,
                _ => HOLE + hole % HEADER as u64,
            };
            (self.data, self.at) = (length, offset.saturating_add(length));
        }
        let room = |left: u64| {
            usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(buffer.len())
        };
        if self.hole > 0 {
            let zeros = room(self.hole);
            buffer[..zeros].fill(0);
            self.hole -= zeros as u64;
            return Ok(zeros);
        }
        let room = room(self.data);
        let read = self.stored.read(&mut buffer[..room])?;
        self.data = match read {
            0 => 0,
            read => self.data - read as u64,
        };
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn whole(stored: &[u8], list: &[(u64, u64)]) -> Vec<u8> {
        let mut segments = Segments::default();
        for (offset, length) in list {
            segments.add(*offset, *length);
        }
        let mut whole = Vec::new();
        SparseContent::new(stored, segments)
            .read_to_end(&mut whole)
            .unwrap();
        whole
    }

    #[test]
    fn holes_are_zeros_and_long_ones_are_cut_short() {
        assert_eq!(whole(b"abcd", &[(2, 3), (7, 1)]), b"\0\0abc\0\0d");
        assert_eq!(
            whole(b"ab", &[(0, 2), (1 << 40, 0)]).len() as u64,
            2 + HOLE + 510
        );
        // Lists that lie: backwards, longer than what is stored, shorter.
        assert_eq!(whole(b"abcd", &[(9, 2), (0, 2)]), b"\0\0\0\0\0\0\0\0\0abcd");
        assert_eq!(whole(b"ab", &[(0, 1 << 60)]), b"ab");
        assert_eq!(whole(b"abcd", &[(0, 1)]), b"abcd");
        assert_eq!(
            whole(b"ab", &[(u64::MAX, u64::MAX), (5, 1)]).len() as u64,
            HOLE + 511 + 2
        );
    }

    #[test]
    fn lists_before_the_content_are_read_to_their_block() {
        let mut stored = b"2\n0\n4\n1024\n4\n".to_vec();
        stored.resize(HEADER, 0);
        stored.extend_from_slice(b"headtail");
        let mut stored = &stored[..];
        let segments = Segments::of_content(&mut stored).unwrap();
        assert_eq!(segments.0, [(0, 4), (1024, 4)]);
        assert_eq!(stored, b"headtail");
        for hostile in [
            &b"x\n"[..],
            b"99999999999999999999\n",
            b"18446744073709551615\n1\n1\n",
            b"",
        ] {
            let mut block = hostile.to_vec();
            block.resize(HEADER, 0);
            assert!(Segments::of_content(&mut &block[..]).is_err());
        }
    }

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"00000001750\0"), Some(1000));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x04\0"), Some(1024));
        assert_eq!(number(&[0; 12]), None);
    }
}
