//! What one file may cost, measured by what was read of it from its disk.
//!
//! A trap makes much work out of few bytes; honest data pays for its work with its own size, however large it is and however
//! slow its disk. So every byte that is read pays for so much work, every file may cost something beyond, and all files of
//! a search together not much more than a few of them. Work is counted where it is done: also what is stepped over costs
//! time. It is counted in bytes and not in seconds, so that a file is searched as far on a slow machine as on a fast one.

use std::cell::Cell;
use std::io::{Error, Read, Result, Seek, SeekFrom};
use std::rc::Rc;

use super::skip::SkipReason;

/// Work of unpacking a byte in a packing that is fast: about a quarter of a nanosecond at best.
pub(super) const FAST: u64 = 1;
/// In one that is slow, whatever the byte is.
pub(super) const SLOW: u64 = 8;
/// Work of a text that may be a key: finding it, and telling whether it was met before.
const CANDIDATE: u64 = 4 << 10;
/// Files that may cost all they may beyond what they pay for; what the others may is so small a part of it.
const FILES: u64 = 4;
const REST: u64 = 1024;

/// What files may cost, in work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// What a file may cost whatever its size.
    pub(super) free: u64,
    /// What each byte of it pays for.
    pub(super) ratio: u64,
}

/// What all files of a search may cost beyond what they pay for.
#[derive(Clone)]
pub(super) struct Reserve {
    rates: Rates,
    left: Rc<Cell<u64>>,
}

impl Reserve {
    pub(super) fn new(rates: Rates) -> Self {
        let left = rates.free.saturating_mul(FILES);
        Self {
            rates,
            left: Rc::new(Cell::new(left)),
        }
    }

    /// A budget for the next file. Nothing of it lies on a disk yet.
    pub(super) fn budget(&self) -> Budget {
        let Rates { free, ratio } = self.rates;
        Budget(Rc::new(Spending {
            free: free.min(self.left.get()).max(free / REST),
            ratio,
            reserve: Rc::clone(&self.left),
            stored: Cell::new(0),
            read: Cell::new(0),
            unpacked: Cell::new(0),
            work: Cell::new(0),
            exceeded: Cell::new(false),
        }))
    }
}

/// What one file may cost, all its members together.
#[derive(Clone)]
pub(super) struct Budget(Rc<Spending>);

struct Spending {
    free: u64,
    ratio: u64,
    reserve: Rc<Cell<u64>>,
    /// Bytes that lie on the disk: what is read twice, or is a hole, pays for nothing.
    stored: Cell<u64>,
    read: Cell<u64>,
    unpacked: Cell<u64>,
    work: Cell<u64>,
    exceeded: Cell<bool>,
}

impl Spending {
    fn paid(&self) -> u64 {
        self.read.get().min(self.stored.get())
    }

    /// Work that nothing paid for.
    fn unpaid(&self) -> u64 {
        let paid = self.paid().saturating_mul(self.ratio);
        self.work.get().saturating_sub(paid)
    }
}

impl Drop for Spending {
    fn drop(&mut self) {
        let left = self.reserve.get().saturating_sub(self.unpaid());
        self.reserve.set(left);
    }
}

impl Budget {
    /// A budget of its own.
    pub(super) fn new(rates: Rates) -> Self {
        Reserve::new(rates).budget()
    }

    /// Whether the file costs more than it may.
    pub(super) fn exceeded(&self) -> bool {
        self.0.exceeded.get()
    }

    /// Why it was not read to its end, when it costs more than it may.
    pub(super) fn why(&self) -> SkipReason {
        SkipReason::Trap {
            kilobytes: self.0.paid().div_ceil(1 << 10),
            megabytes: self.0.unpacked.get() >> 20,
        }
    }

    /// So many more bytes lie on the disk.
    pub(super) fn lies_there(&self, bytes: u64) {
        self.0.stored.set(self.0.stored.get().saturating_add(bytes));
    }

    /// So many bytes were read from it.
    pub(super) fn pay(&self, bytes: u64) {
        let account = &self.0;
        let before = account.paid();
        account.read.set(account.read.get().saturating_add(bytes));
        // Reading once more is work like any other.
        self.work(bytes - (account.paid() - before));
    }

    /// Work was done.
    pub(super) fn work(&self, work: u64) {
        let account = &self.0;
        account.work.set(account.work.get().saturating_add(work));
        if account.unpaid() > account.free {
            account.exceeded.set(true);
        }
    }

    /// A text that may be a key was found in what was unpacked.
    pub(super) fn candidate(&self) {
        self.work(CANDIDATE);
    }

    /// Bytes were unpacked, at so much work for each of them.
    ///
    /// # Errors
    /// When the file costs more than it may.
    pub(super) fn spend(&self, bytes: u64, each: u64) -> Result<()> {
        let unpacked = &self.0.unpacked;
        unpacked.set(unpacked.get().saturating_add(bytes));
        self.work(bytes.saturating_mul(each));
        match self.exceeded() {
            true => Err(Error::from(std::io::ErrorKind::QuotaExceeded)),
            false => Ok(()),
        }
    }
}

/// Something that unpacks, within a budget and until it is cancelled.
pub(super) struct MeteredReader<'a, R> {
    inner: R,
    budget: Budget,
    each: u64,
    cancel: &'a dyn Fn() -> bool,
    failed: bool,
}

impl<'a, R> MeteredReader<'a, R> {
    /// At so much work for each byte.
    pub(super) fn new(inner: R, budget: &Budget, each: u64, cancel: &'a dyn Fn() -> bool) -> Self {
        Self {
            inner,
            budget: budget.clone(),
            each,
            cancel,
            failed: false,
        }
    }

    /// Whether what unpacks found something wrong.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }
}

impl<R: Read> Read for MeteredReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if (self.cancel)() {
            return Err(Error::from(std::io::ErrorKind::ConnectionAborted));
        }
        let read = self
            .inner
            .read(buffer)
            .inspect_err(|_| self.failed = true)?;
        self.budget.spend(read as u64, self.each)?;
        Ok(read)
    }
}

/// What is read from a disk or a pipe, as long as it was at first: it pays for the work that follows.
pub(super) struct Paying<R> {
    inner: R,
    budget: Budget,
    at: u64,
    /// `None` where it is not known.
    length: Option<u64>,
}

impl<R> Paying<R> {
    /// From its start; so many bytes of it lie there.
    pub(super) fn new(inner: R, budget: &Budget, length: Option<u64>, stored: u64) -> Self {
        budget.lies_there(stored);
        Self {
            inner,
            budget: budget.clone(),
            at: 0,
            length,
        }
    }
}

impl<R: Read> Read for Paying<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let left = self
            .length
            .map_or(u64::MAX, |length| length.saturating_sub(self.at));
        let room = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.inner.read(&mut buffer[..room])?;
        self.at += read as u64;
        self.budget.pay(read as u64);
        if self.budget.exceeded() {
            return Err(Error::from(std::io::ErrorKind::QuotaExceeded));
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Paying<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match (to, self.length) {
            (SeekFrom::End(from), Some(length)) => {
                let to = length.checked_add_signed(from);
                SeekFrom::Start(to.ok_or_else(|| Error::from(std::io::ErrorKind::InvalidInput))?)
            }
            (to, _) => to,
        };
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const RATES: Rates = Rates {
        free: 1 << 20,
        ratio: 100,
    };

    /// Bytes that may be unpacked from so many read, at so much work for each.
    fn unpacked(budget: &Budget, read: u64, each: u64) -> u64 {
        budget.lies_there(read);
        budget.pay(read);
        let mut bytes = 0;
        while budget.spend(1, each).is_ok() {
            bytes += 1;
        }
        bytes
    }

    #[test]
    fn what_is_read_pays_and_a_little_is_free() {
        assert_eq!(unpacked(&Budget::new(RATES), 0, FAST), 1 << 20);
        assert_eq!(unpacked(&Budget::new(RATES), 0, SLOW), 1 << 17);
        assert_eq!(
            unpacked(&Budget::new(RATES), 50_000, FAST),
            (1 << 20) + 5_000_000
        );
        assert_eq!(
            unpacked(&Budget::new(RATES), 50_000, SLOW),
            (1 << 17) + 625_000
        );
    }

    #[test]
    fn reading_again_and_holes_pay_for_nothing() {
        let budget = Budget::new(RATES);
        let mut input = Paying::new(std::io::repeat(0), &budget, Some(1 << 30), 1000);
        let read = std::io::copy(&mut input, &mut std::io::sink());
        assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::QuotaExceeded);
        // The first thousand pay for a hundred times as many, the rest of what was read is work.
        assert!(input.at >= 1000 + 100_000 + (1 << 20) && input.at < 2 << 20);
        let SkipReason::Trap { kilobytes: 1, .. } = budget.why() else {
            panic!("{}", budget.why());
        };
    }

    #[test]
    fn many_files_together_may_not_cost_what_one_may() {
        let reserve = Reserve::new(RATES);
        let each: Vec<u64> = (0..7)
            .map(|_| unpacked(&reserve.budget(), 0, FAST))
            .collect();
        let (full, rest) = (1 << 20, (1 << 20) / REST);
        // Each stops one byte behind what it may.
        assert_eq!(each[..3], [full; 3]);
        assert!(each[3] > full - 10 && each[3] < full, "{each:?}");
        assert_eq!(each[4..], [rest; 3]);
        // Who pays is not asked to share.
        let honest = reserve.budget();
        assert_eq!(unpacked(&honest, 1 << 20, FAST), (100 << 20) + rest);
    }

    #[test]
    fn a_file_is_read_as_long_as_it_was() {
        let budget = Budget::new(RATES);
        let mut input = Paying::new(std::io::Cursor::new(*b"0123456789"), &budget, Some(4), 4);
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        assert_eq!(text, "0123");
        assert_eq!(input.seek(SeekFrom::End(-1)).unwrap(), 3);
        assert!(input.seek(SeekFrom::End(-5)).is_err());
    }
}
