//! Cabinets of Windows: folders of blocks, each of which is packed by itself, though it looks back into those before it
//! ([MS-CAB], and MSZIP in [MS-MCI]). Blocks of other packings are given as they stand.

use std::io::{Error, ErrorKind, Read, Result};

use flate2::{Decompress, FlushDecompress};
use zeroize::Zeroizing;

use super::super::super::budget::Budget;
use super::super::numbers::number;
use super::{LeftOut, Pieces, add_plain};
use crate::domain::hunt::forms::UnreadForm;

pub(super) const MAGIC: &[u8] = b"MSCF\0\0\0\0";
const HEADER: usize = 36;
/// Flags of the header: other cabinets come before and behind, and blocks have more of a header.
const BEFORE: u64 = 1;
const BEHIND: u64 = 2;
const RESERVED: u64 = 4;
/// How blocks are packed.
const STORED: u64 = 0;
const MSZIP: u64 = 1;
/// How blocks of MSZIP begin.
const MARK: &[u8] = b"CK";
/// What a block unpacks to, and how far it looks back.
const BLOCK: usize = 32 << 10;
/// Work of unpacking a block, however short it is.
const EACH: u64 = 2 * BLOCK as u64;
/// Names of other cabinets are no longer.
const NAME: u64 = 256;

struct CabinetFolder {
    at: u64,
    blocks: u64,
    packing: u64,
}

pub(super) struct Cabinet<'s> {
    stream: &'s mut dyn Read,
    budget: Budget,
    /// How much of the file was read.
    at: u64,
    /// Whether it ended before it should.
    is_cut: bool,
    /// The folders that are left, the last of them first; `None` before the header was read.
    folders: Option<Vec<CabinetFolder>>,
    current: Option<CabinetFolder>,
    /// More bytes of each block's header.
    reserved: u64,
    inflate: Decompress,
    /// What the folder's last block unpacked to.
    before: Zeroizing<Vec<u8>>,
    left_out: LeftOut,
}

impl<'s> Cabinet<'s> {
    /// Reads this cabinet; `left_out` is set when something in it is packed in a way that is not read.
    pub(super) fn new(stream: &'s mut dyn Read, budget: &Budget, left_out: LeftOut) -> Self {
        Self {
            stream,
            budget: budget.clone(),
            at: 0,
            is_cut: false,
            folders: None,
            current: None,
            reserved: 0,
            inflate: Decompress::new(false),
            before: Zeroizing::default(),
            left_out,
        }
    }

    /// The next bytes, as many of them as there are.
    fn take_some(&mut self, bytes: u64) -> Result<Zeroizing<Vec<u8>>> {
        let mut taken = Zeroizing::default();
        self.is_cut |= !add_plain(self.stream, bytes, &mut taken)?;
        self.at += taken.len() as u64;
        Ok(taken)
    }

    /// The next bytes: all of them, or an error.
    fn take(&mut self, bytes: u64) -> Result<Zeroizing<Vec<u8>>> {
        let taken = self.take_some(bytes)?;
        match self.is_cut {
            true => Err(Error::from(ErrorKind::UnexpectedEof)),
            false => Ok(taken),
        }
    }

    /// Passes over a text that ends with a zero.
    fn pass_name(&mut self) -> Result<()> {
        for _ in 0..NAME {
            if self.take(1)?[0] == 0 {
                return Ok(());
            }
        }
        Err(Error::from(ErrorKind::InvalidData))
    }

    fn read_folders(&mut self) -> Result<Vec<CabinetFolder>> {
        let header = self.take(HEADER as u64)?;
        let (count, flags) = (number(&header, 26, 2), number(&header, 30, 2));
        let mut of_folder = 0;
        if flags & RESERVED != 0 {
            let more = self.take(4)?;
            (of_folder, self.reserved) = (number(&more, 2, 1), number(&more, 3, 1));
            self.take(number(&more, 0, 2))?;
        }
        for flag in [BEFORE, BEHIND] {
            if flags & flag != 0 {
                self.pass_name()?;
                self.pass_name()?;
            }
        }
        let mut folders = Vec::new();
        for _ in 0..count {
            let entry = self.take(8 + of_folder)?;
            folders.push(CabinetFolder {
                at: number(&entry, 0, 4),
                blocks: number(&entry, 4, 2),
                packing: number(&entry, 6, 2) & 0xf,
            });
        }
        folders.sort_by_key(|folder| std::cmp::Reverse(folder.at));
        Ok(folders)
    }

    /// Goes to the next folder. `false` when all are over.
    fn next_folder(&mut self) -> Result<bool> {
        let folders = match &mut self.folders {
            Some(folders) => folders,
            None => {
                let folders = self.read_folders()?;
                self.folders.insert(folders)
            }
        };
        let Some(folder) = folders.pop() else {
            return Ok(false);
        };
        // One that begins within another is none.
        if let Some(between) = folder.at.checked_sub(self.at) {
            let passed =
                std::io::copy(&mut (&mut *self.stream).take(between), &mut std::io::sink())?;
            self.at += passed;
            if passed < between {
                return Err(Error::from(ErrorKind::UnexpectedEof));
            }
            if !matches!(folder.packing, STORED | MSZIP) {
                self.left_out.set(Some(UnreadForm::Cab));
            }
            self.before.clear();
            self.current = Some(folder);
        }
        Ok(true)
    }

    /// Adds what a block of MSZIP unpacks to: as far as it goes, or as it stands.
    fn unpack(&mut self, block: &[u8], given: &mut Vec<u8>) -> Result<()> {
        self.budget.work(EACH);
        let Some(packed) = block.strip_prefix(MARK) else {
            return Err(Error::from(ErrorKind::InvalidData));
        };
        self.inflate.reset(false);
        let mut unpacked = Zeroizing::new(vec![0; 2 * BLOCK]);
        // What stands before it, as a block of deflate that is only stored: so the unpacker has it to look back into.
        let length = self.before.len();
        if length > 0 {
            let count = (length as u16).to_le_bytes();
            let not = (!(length as u16)).to_le_bytes();
            let head = [&[0], &count[..], &not[..]].concat();
            let plain = Zeroizing::new([&head[..], &self.before].concat());
            self.inflate
                .decompress(&plain, &mut unpacked, FlushDecompress::None)?;
        }
        let outcome =
            self.inflate
                .decompress(packed, &mut unpacked[length..], FlushDecompress::Finish);
        let end = usize::try_from(self.inflate.total_out()).unwrap_or(length);
        let block = &unpacked[length.min(end)..end.min(length + BLOCK)];
        given.extend_from_slice(block);
        self.before.clear();
        self.before.extend_from_slice(block);
        outcome.map(|_| ()).map_err(Error::from)
    }
}

impl Pieces for Cabinet<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        if self.is_cut {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        let Some(folder) = &mut self.current else {
            return self.next_folder();
        };
        if folder.blocks == 0 {
            self.current = None;
            return Ok(true);
        }
        folder.blocks -= 1;
        let packing = folder.packing;
        let head = self.take(8 + self.reserved)?;
        // The last of a file that was cut is read as far as it goes.
        let block = self.take_some(number(&head, 4, 2))?;
        match packing {
            MSZIP => self.unpack(&block, given)?,
            _ => given.extend_from_slice(&block),
        }
        Ok(true)
    }
}
