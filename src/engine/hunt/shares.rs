//! What is taken of the texts in accounts' layers that may be keys: any account can put as many there as it likes, and every
//! check would try them on every secret.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::io::fs;
use crate::io::hunt::{SkipReason, Skipped};

/// How many are taken of one file.
const OF_FILE: usize = 64;
/// How many different ones of one account: copies of a file hold the same ones.
const OF_ACCOUNT: usize = 512;
/// How many of all accounts together.
const OF_ACCOUNTS: usize = 4096;

/// What was taken so far.
#[derive(Default)]
pub(super) struct LayerShares {
    of_files: HashMap<PathBuf, FileShare>,
    /// By the beginning of their SHA-256.
    of_accounts: BTreeMap<u32, HashSet<[u8; 16]>>,
    taken: usize,
    left_out: BTreeMap<u32, LeftOut>,
}

/// What was taken of a file.
struct FileShare {
    account: Option<u32>,
    taken: usize,
}

/// What was not taken of an account.
struct LeftOut {
    first: PathBuf,
    count: u64,
}

impl LayerShares {
    /// Whether a text in this file is taken. `account` tells in whose layers the file lies, if in an account's; it is asked
    /// once for each file.
    pub(super) fn take(
        &mut self,
        path: &Path,
        text: &[u8],
        account: impl FnOnce() -> Option<u32>,
    ) -> bool {
        if !self.of_files.contains_key(path) {
            let file = FileShare {
                account: account(),
                taken: 0,
            };
            self.of_files.insert(path.to_owned(), file);
        }
        let Some(file) = self.of_files.get_mut(path) else {
            return true;
        };
        let Some(account) = file.account else {
            return true;
        };
        let has_room = file.taken < OF_FILE;
        file.taken += usize::from(has_room);
        let is_taken = has_room && self.is_taken(account, text);
        if !is_taken {
            let left_out = self.left_out.entry(account).or_insert_with(|| LeftOut {
                first: path.to_owned(),
                count: 0,
            });
            left_out.count += 1;
        }
        is_taken
    }

    /// Whether a text is one of its account's share.
    fn is_taken(&mut self, account: u32, text: &[u8]) -> bool {
        let mut digest = [0; 16];
        digest.copy_from_slice(&fs::digest(text)[..16]);
        let its = self.of_accounts.entry(account).or_default();
        if its.contains(&digest) {
            return true;
        }
        if its.len() >= OF_ACCOUNT || self.taken >= OF_ACCOUNTS {
            return false;
        }
        its.insert(digest);
        self.taken += 1;
        true
    }

    /// What was left out, a line for each account: at the first file of which something was.
    pub(super) fn left_out(self) -> impl Iterator<Item = Skipped> {
        self.left_out.into_values().map(|left_out| Skipped {
            path: left_out.first,
            inside: Vec::new(),
            why: SkipReason::LayerKeys {
                count: left_out.count,
                of_file: OF_FILE,
                of_account: OF_ACCOUNT,
            },
            bytes: 0,
            alike: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many texts in each of so many files of an account are taken; each of the texts is another one.
    fn taken(shares: &mut LayerShares, account: u32, files: usize, texts: usize) -> usize {
        let each = (0..files).flat_map(|file| (0..texts).map(move |text| (file, text)));
        each.filter(|(file, text)| {
            let path = PathBuf::from(format!("/{account}/{file}"));
            shares.take(&path, format!("{account} {file} {text}").as_bytes(), || {
                (account != 0).then_some(account)
            })
        })
        .count()
    }

    #[test]
    fn no_account_has_more_keys_tried_than_its_share() {
        let mut shares = LayerShares::default();
        assert_eq!(taken(&mut shares, 4711, 1, 1000), OF_FILE);
        assert_eq!(taken(&mut shares, 4712, 100, 10), OF_ACCOUNT);
        assert_eq!(taken(&mut shares, 4713, 2, 10), 20, "of another");
        assert_eq!(taken(&mut shares, 0, 10, 100), 1000, "of root");
        let told: Vec<_> = shares
            .left_out()
            .map(|skipped| (skipped.path, skipped.why))
            .collect();
        let why = |count: usize| SkipReason::LayerKeys {
            count: count as u64,
            of_file: OF_FILE,
            of_account: OF_ACCOUNT,
        };
        assert_eq!(
            told,
            [
                ("/4711/0".into(), why(1000 - OF_FILE)),
                ("/4712/51".into(), why(1000 - OF_ACCOUNT)),
            ]
        );
    }

    #[test]
    fn copies_of_a_file_take_nothing_and_accounts_have_a_share_together() {
        let mut shares = LayerShares::default();
        let copies = (0..10 * OF_ACCOUNT).filter(|file| {
            let path = PathBuf::from(file.to_string());
            shares.take(&path, b"the same", || Some(4711))
        });
        assert_eq!(copies.count(), 10 * OF_ACCOUNT);
        let all: usize = (0..10)
            .map(|account| taken(&mut shares, 5000 + account, 10, OF_FILE))
            .sum();
        assert_eq!(all, OF_ACCOUNTS - 1);
    }
}
