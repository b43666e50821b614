//! What this session has written to the install, as it stands now: its recoveries, of which an undo takes back the last.

use std::path::{Path, PathBuf};

use crate::domain::error::Problem;

/// What this session has written to the install, as it stands now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The recoveries that stand, in the order in which they were carried out.
    standing: Vec<StandingRecovery>,
    /// How many were carried out.
    made: usize,
    /// Why only a part of what was planned stands: the rest could not be written, and not everything could be put back.
    pub in_part: Option<Problem>,
}

/// A recovery of this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRecovery {
    /// Which one of this session it is, from 1.
    pub number: usize,
    /// The backup that an undo of it goes back to.
    backup: PathBuf,
    /// The command that takes it back.
    pub undo: String,
}

impl Written {
    /// Whether nothing is written, or everything was put back.
    pub fn is_nothing(&self) -> bool {
        self.standing.is_empty() && self.in_part.is_none()
    }

    /// How many recoveries this session has carried out, those included that were taken back.
    pub fn made(&self) -> usize {
        self.made
    }

    /// How many of them stand.
    pub fn standing(&self) -> usize {
        self.standing.len()
    }

    /// The one that an undo takes back next.
    pub fn last(&self) -> Option<&StandingRecovery> {
        self.standing.last()
    }

    /// The one that goes back to this backup, while it stands.
    pub fn of(&self, backup: &Path) -> Option<&StandingRecovery> {
        self.at(backup).map(|at| &self.standing[at])
    }

    fn at(&self, backup: &Path) -> Option<usize> {
        self.standing.iter().position(|one| one.backup == backup)
    }

    /// A recovery was carried out to its end. One that was finished after an interruption is no other one.
    pub(in crate::wizard) fn recovered(&mut self, backup: &Path, undo: &str) {
        self.in_part = None;
        if self.of(backup).is_none() {
            self.made += 1;
            self.standing.push(StandingRecovery {
                number: self.made,
                backup: backup.to_owned(),
                undo: undo.to_owned(),
            });
        }
    }

    /// A recovery was taken back. What came after it was no longer in place then: the last one is always the first to go.
    pub(in crate::wizard) fn taken_back(&mut self, backup: Option<&Path>) {
        self.in_part = None;
        if let Some(at) = backup.and_then(|backup| self.at(backup)) {
            self.standing.truncate(at);
        }
    }

    /// An undo would go back to this backup: what came after it is no longer in place.
    pub(in crate::wizard) fn next_is(&mut self, backup: &Path) {
        if let Some(at) = self.at(backup) {
            self.standing.truncate(at + 1);
        }
    }

    /// No recovery is left to be taken back: somebody else has done that.
    pub(in crate::wizard) fn none_left(&mut self) {
        self.standing.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(written: &Written) -> Vec<usize> {
        written.standing.iter().map(|one| one.number).collect()
    }

    #[test]
    fn the_last_recovery_is_the_first_to_be_taken_back() {
        let mut written = Written::default();
        assert!(written.is_nothing());
        let [one, two, three, other] = ["one", "two", "three", "other"].map(Path::new);
        written.recovered(one, "undo");
        written.recovered(two, "undo");
        // Finished after an interruption.
        written.recovered(two, "undo");
        assert_eq!((written.made(), numbers(&written)), (2, vec![1, 2]));
        written.taken_back(Some(two));
        assert_eq!(numbers(&written), [1]);
        // Its number is not given to another one.
        written.recovered(three, "undo");
        assert_eq!((written.made(), numbers(&written)), (3, vec![1, 3]));
        // One of somebody else.
        written.taken_back(Some(other));
        written.taken_back(None);
        written.next_is(other);
        assert_eq!(numbers(&written), [1, 3]);
        // Somebody else took the third one back.
        written.next_is(one);
        assert_eq!(numbers(&written), [1]);
        written.taken_back(Some(one));
        assert!(written.is_nothing());
        assert_eq!(written.made(), 3);
    }
}
