//! A file whose holes are stepped over.

use std::fs::File;
use std::io::Read;

/// A file whose holes are stepped over: a sparse file of terabytes holds little to read.
pub(super) struct Sparse {
    file: File,
    /// Where the next hole begins; nothing is known at the start.
    data_until: u64,
    at: u64,
    /// What was its length when it was opened: who makes it longer meanwhile does not keep us.
    length: u64,
}

impl Sparse {
    pub(super) fn new(file: File, length: u64) -> Self {
        Self {
            file,
            length,
            data_until: 0,
            at: 0,
        }
    }

    /// Moves to the next data, leaving out all of a hole but a line end that keeps its sides apart. `false` at the end.
    fn step_over(&mut self) -> std::io::Result<bool> {
        use rustix::fs::{SeekFrom, seek};
        use rustix::io::Errno;
        match seek(&self.file, SeekFrom::Data(self.at)) {
            Ok(data) => {
                self.data_until = seek(&self.file, SeekFrom::Hole(data)).unwrap_or(u64::MAX);
                seek(&self.file, SeekFrom::Start(data))?;
                self.at = data;
                Ok(true)
            }
            Err(Errno::NXIO) => Ok(false),
            // A file system that does not tell holes.
            Err(_) => {
                self.data_until = u64::MAX;
                Ok(true)
            }
        }
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut stepped = false;
        if self.at >= self.length {
            return Ok(0);
        }
        if self.at >= self.data_until {
            let before = self.at;
            if !self.step_over()? {
                return Ok(0);
            }
            stepped = self.at > before && before > 0;
        }
        if stepped && !buffer.is_empty() {
            buffer[0] = 0;
            return Ok(1);
        }
        let until = self.data_until.min(self.length);
        let room = usize::try_from(until.saturating_sub(self.at))
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.file.read(&mut buffer[..room])?;
        self.at += read as u64;
        Ok(read)
    }
}
