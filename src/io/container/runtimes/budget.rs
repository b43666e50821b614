//! How much is read of what accounts' runtimes wrote down: any account may claim any number of containers, each with a long
//! list of variables and mounts, and nobody else is to wait for that. What root's runtimes wrote is bounded by file alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::config::container::snapshots::Snapshots;
use crate::io::install::host::{HostRoot, MAX_FILE};

/// How many containers of an account are read.
pub(in crate::io::container) const MOST_OF_ACCOUNT: usize = 64;
/// How many bytes of its records.
pub(in crate::io::container) const BYTES_OF_ACCOUNT: u64 = 8 << 20;
/// How many layers of its containers are looked at, and how many of what is mounted in them.
pub(in crate::io::container) const LAYERS_OF_ACCOUNT: usize = 2000;
const MOUNTS_OF_ACCOUNT: usize = 2000;
/// The same of all accounts together; how many containers they have does not count.
const OF_ACCOUNTS: Left = Left {
    containers: usize::MAX,
    bytes: 64 << 20,
    layers: 16_000,
    mounts: 16_000,
};
/// The largest list of snapshots of root's, in bytes.
const MAX_SNAPSHOTS: u64 = 64 << 20;

/// What may still be read.
#[derive(Debug)]
pub(in crate::io::container) struct RecordBudget {
    of_accounts: Left,
    left: BTreeMap<u32, Left>,
    exceeded: BTreeSet<u32>,
    counts_only: bool,
    /// The lists of snapshots that were read, by whose word each is and where it is: one says it of many containers.
    snapshots: HashMap<(u32, PathBuf), Option<Snapshots>>,
}

/// What may still be read of one account's, or of all.
#[derive(Debug, Clone, Copy)]
struct Left {
    containers: usize,
    bytes: u64,
    layers: usize,
    mounts: usize,
}

impl RecordBudget {
    /// The whole of it.
    pub(in crate::io::container) fn whole() -> Self {
        Self {
            of_accounts: OF_ACCOUNTS,
            left: BTreeMap::new(),
            exceeded: BTreeSet::new(),
            counts_only: false,
            snapshots: HashMap::new(),
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
        OF_ACCOUNTS.bytes - self.of_accounts.bytes
    }

    fn left(&mut self, owner: u32) -> &mut Left {
        self.left.entry(owner).or_insert(Left {
            containers: MOST_OF_ACCOUNT,
            bytes: BYTES_OF_ACCOUNT,
            layers: LAYERS_OF_ACCOUNT,
            mounts: MOUNTS_OF_ACCOUNT,
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

    /// Whether the layers of one more container are looked at, which are so many.
    pub(in crate::io::container) fn has_layers(&mut self, owner: u32, count: usize) -> bool {
        if owner == 0 {
            return true;
        }
        let room = self.left(owner).layers.min(self.of_accounts.layers);
        if count > room {
            self.exceeded.insert(owner);
            return false;
        }
        self.left(owner).layers -= count;
        self.of_accounts.layers -= count;
        true
    }

    /// How many of so many mounts of one more container are looked at.
    pub(in crate::io::container) fn mounts(&mut self, owner: u32, count: usize) -> usize {
        if owner == 0 {
            return count;
        }
        let room = self.left(owner).mounts.min(self.of_accounts.mounts);
        if count > room {
            self.exceeded.insert(owner);
        }
        let taken = count.min(room);
        self.left(owner).mounts -= taken;
        self.of_accounts.mounts -= taken;
        taken
    }

    /// What a list of snapshots says, which is read once.
    pub(in crate::io::container) fn snapshots(
        &mut self,
        host: &HostRoot,
        list: &Path,
        owner: u32,
    ) -> Option<&Snapshots> {
        let named = (owner, list.to_owned());
        if !self.snapshots.contains_key(&named) {
            let bytes = self.take(host, list, owner, MAX_SNAPSHOTS);
            let read = bytes.and_then(|bytes| Snapshots::of(&bytes));
            self.snapshots.insert(named.clone(), read);
        }
        self.snapshots.get(&named)?.as_ref()
    }

    /// What is in a list of containers.
    pub(super) fn list(
        &mut self,
        host: &HostRoot,
        path: &Path,
        owner: u32,
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.take(host, path, owner, MAX_FILE)
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
        let bytes = self.take(host, path, owner, MAX_FILE)?;
        (!self.counts_only).then_some(bytes)
    }

    fn take(
        &mut self,
        host: &HostRoot,
        path: &Path,
        owner: u32,
        most: u64,
    ) -> Option<Zeroizing<Vec<u8>>> {
        if owner == 0 {
            return host.read_up_to(path, most);
        }
        let room = self.left(owner).bytes.min(self.of_accounts.bytes);
        // Its length is looked at before anything of it is read.
        let Some(bytes) = host.read_up_to(path, room.min(most)) else {
            if host.is_file(path) {
                self.exceeded.insert(owner);
            }
            return None;
        };
        let length = bytes.len() as u64;
        self.left(owner).bytes -= length;
        self.of_accounts.bytes -= length;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_account_has_more_mounts_looked_at_than_its_share() {
        let mut budget = RecordBudget::whole();
        assert_eq!(
            budget.mounts(0, 10 * MOUNTS_OF_ACCOUNT),
            10 * MOUNTS_OF_ACCOUNT
        );
        assert_eq!(
            budget.mounts(4711, MOUNTS_OF_ACCOUNT - 1),
            MOUNTS_OF_ACCOUNT - 1
        );
        assert!(budget.exceeded().is_empty());
        assert_eq!(budget.mounts(4711, 500), 1);
        assert_eq!(budget.mounts(4711, 500), 0);
        assert_eq!(budget.mounts(4712, 500), 500);
        assert_eq!(budget.exceeded(), &BTreeSet::from([4711]));
        let others = (5000..5100).map(|account| budget.mounts(account, MOUNTS_OF_ACCOUNT));
        let all = others.sum::<usize>() + MOUNTS_OF_ACCOUNT + 500;
        assert_eq!(all, OF_ACCOUNTS.mounts);
    }
}
