//! How much is read of what accounts' runtimes wrote down: any account may claim any number of containers, each with a long
//! list of variables and mounts, and nobody else is to wait for that. What root's runtimes wrote is bounded by file alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use zeroize::Zeroizing;

use crate::io::install::host::{HostRoot, MAX_FILE};

/// How many containers of an account are read.
pub(in crate::io::container) const MOST_OF_ACCOUNT: usize = 64;
/// How many bytes of its records.
pub(in crate::io::container) const BYTES_OF_ACCOUNT: u64 = 8 << 20;
/// How many of all accounts' together.
pub(in crate::io::container) const BYTES_OF_ACCOUNTS: u64 = 64 << 20;

/// What may still be read.
#[derive(Debug)]
pub(in crate::io::container) struct RecordBudget {
    of_accounts: u64,
    left: BTreeMap<u32, Left>,
    exceeded: BTreeSet<u32>,
    counts_only: bool,
}

/// What may still be read of one account's.
#[derive(Debug, Clone, Copy)]
struct Left {
    containers: usize,
    bytes: u64,
}

impl RecordBudget {
    /// The whole of it.
    pub(in crate::io::container) fn whole() -> Self {
        Self {
            of_accounts: BYTES_OF_ACCOUNTS,
            left: BTreeMap::new(),
            exceeded: BTreeSet::new(),
            counts_only: false,
        }
    }

    /// The same to find out only what exceeds it: records are weighed and not parsed.
    pub(in crate::io::container) fn counting() -> Self {
        Self {
            counts_only: true,
            ..Self::whole()
        }
    }

    /// Whose records were not all read.
    pub(in crate::io::container) fn exceeded(&self) -> &BTreeSet<u32> {
        &self.exceeded
    }

    /// How much was read of accounts' records.
    #[cfg(test)]
    pub(in crate::io::container) fn spent(&self) -> u64 {
        BYTES_OF_ACCOUNTS - self.of_accounts
    }

    fn left(&mut self, owner: u32) -> &mut Left {
        self.left.entry(owner).or_insert(Left {
            containers: MOST_OF_ACCOUNT,
            bytes: BYTES_OF_ACCOUNT,
        })
    }

    /// Takes the place of one more container, if there is one.
    pub(super) fn has_place(&mut self, owner: u32) -> bool {
        if owner == 0 {
            return true;
        }
        let left = self.left(owner);
        match left.containers.checked_sub(1) {
            Some(fewer) => {
                left.containers = fewer;
                true
            }
            None => {
                self.exceeded.insert(owner);
                false
            }
        }
    }

    /// What is in a list of containers.
    pub(super) fn list(
        &mut self,
        host: &HostRoot,
        path: &Path,
        owner: u32,
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.take(host, path, owner)
    }

    /// What is written down of one container; nothing where that is only weighed.
    pub(super) fn record(
        &mut self,
        host: &HostRoot,
        path: &Path,
        owner: u32,
    ) -> Option<Zeroizing<Vec<u8>>> {
        if self.counts_only && owner == 0 {
            return None;
        }
        let bytes = self.take(host, path, owner)?;
        (!self.counts_only).then_some(bytes)
    }

    fn take(&mut self, host: &HostRoot, path: &Path, owner: u32) -> Option<Zeroizing<Vec<u8>>> {
        if owner == 0 {
            return host.read(path);
        }
        let room = self.left(owner).bytes.min(self.of_accounts);
        // Its length is looked at before anything of it is read.
        let Some(bytes) = host.read_up_to(path, room.min(MAX_FILE)) else {
            if host.is_file(path) {
                self.exceeded.insert(owner);
            }
            return None;
        };
        let length = bytes.len() as u64;
        self.left(owner).bytes -= length;
        self.of_accounts -= length;
        Some(bytes)
    }
}
