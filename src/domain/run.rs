//! What is written down of every run that changes an install, and what it means after an interruption.
//!
//! A run announces each write before it makes it: the place, the digest of what stands there, the digest of what shall
//! stand there, and for a secret its new payload. Never a plain text, never a key. With the backup, and with the MAC of
//! every payload, that is enough to finish the run or to take it back from wherever it stopped.

pub mod belongs;
pub mod bookmark;
pub mod claimant;
pub mod reconcile;
pub mod volatile;
pub mod watch;

use std::path::PathBuf;

use crate::domain::config::container::filed::FiledContainer;
use crate::domain::inventory::secret::{Cell, Place};
use crate::domain::run::belongs::{DataId, InstallIdentity};
use crate::words::untrusted::Untrusted;

named! {
    /// What a run does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RunKind {
        /// A backup; changes nothing.
        Backup = "backup",
        /// A recovery.
        Recovery = "recovery",
        /// A recovery is taken back.
        Undo = "undo",
        /// A backup is put back.
        Restore = "restore",
    }
    /// The name in the journal and in JSON.
    pub fn code(self);
}

impl RunKind {
    /// The kind of this [`RunKind::code`].
    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

named! {
    /// How a run ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RunOutcome {
        /// It did not: it runs still, or was interrupted.
        Unfinished = "unfinished",
        /// Carried out.
        Done = "done",
        /// It failed, and everything is as it was before.
        NotCarriedOut = "not_carried_out",
        /// Carried out, or begun, and taken back later.
        TakenBack = "taken_back",
        /// Left as it stood when it was interrupted: its backup is lost, or its data are elsewhere.
        GivenUp = "given_up",
    }
    /// The name in the journal and in JSON.
    pub fn code(self);
}

impl RunOutcome {
    /// The outcome of this [`RunOutcome::code`].
    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

named! {
    /// A step of a run.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RunPhase {
        /// New files are written beside those they will replace.
        Staging = "staging",
        /// Rows, in one transaction.
        Rows = "rows",
        /// Files are put in place.
        Files = "files",
        /// The config cache and the workers.
        Cache = "cache",
        /// Everything is read again.
        Verifying = "verifying",
    }
    /// The name in the journal and in JSON.
    pub fn code(self);
}

/// Who began a run, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunOrigin {
    /// This machine.
    pub host: Untrusted,
    /// The user, by name where there is one; behind `sudo` the one who called it as well.
    pub user: Untrusted,
    /// The address an SSH session comes from; empty on a console.
    pub from: Untrusted,
    /// Process number.
    pub pid: u32,
    /// Version of this program.
    pub version: String,
}

/// A run, but for its writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number; 0 before it is written down.
    pub id: i64,
    /// What it does.
    pub kind: RunKind,
    /// The install's folder.
    pub install: PathBuf,
    /// What the install is filed under: the same for each release of it, and another one in each container.
    pub filed: PathBuf,
    /// Its data, where those are in a volume of a container.
    pub data: Option<DataId>,
    /// The backup it rests on.
    pub backup: PathBuf,
    /// The backup of what stood before, where that is another one: when a backup is put back.
    pub safety: Option<PathBuf>,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: Option<String>,
    /// Who began it.
    pub origin: RunOrigin,
    /// Name of the strategy, of a recovery.
    pub strategy: Option<String>,
    /// Fingerprint of the key it ends with, of a recovery.
    pub key: Option<String>,
    /// Texts re-encrypted.
    pub resealed: usize,
    /// Passwords stored.
    pub reentered: usize,
    /// Whether the config cache has to follow.
    pub refresh: bool,
    /// Whether FreeScout's own command may be run for that.
    pub artisan: bool,
    /// How it ended.
    pub outcome: RunOutcome,
}

impl Run {
    /// The container that the install is in; `None` for one of the host.
    pub fn container(&self) -> Option<FiledContainer> {
        FiledContainer::of(&self.filed, &self.install)
    }

    /// By what its install is known.
    pub fn identity(&self) -> InstallIdentity {
        InstallIdentity {
            folder: self.install.clone(),
            filed: self.filed.clone(),
            data: self.data.clone(),
        }
    }

    /// Which of `runs`, the last first, this undo took back: the last before it that goes back to the same backup.
    pub fn undone_of<'a>(&self, runs: &'a [Run]) -> Option<&'a Run> {
        let rests = |run: &&Run| match run.kind {
            RunKind::Recovery => run.backup == self.backup,
            RunKind::Restore => run.safety.as_ref() == Some(&self.backup),
            RunKind::Backup | RunKind::Undo => false,
        };
        let before = runs.iter().filter(|run| run.id < self.id);
        match self.kind {
            RunKind::Undo => before.filter(rests).max_by_key(|run| run.id),
            RunKind::Backup | RunKind::Recovery | RunKind::Restore => None,
        }
    }
}

/// What a plan makes of one secret, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSecret {
    /// The secret.
    pub place: Place,
    /// Name of the action.
    pub action: String,
    /// Whether FreeScout must read it afterwards.
    pub readable_after: bool,
}

/// A stored text that is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntendedCell {
    /// The text.
    pub cell: Cell,
    /// SHA-256 of what stands there, hex; `None` for NULL.
    pub old: Option<String>,
    /// SHA-256 of what shall stand there, hex; `None` for NULL.
    pub new: Option<String>,
    /// The new payloads in it. Empty where the backup holds the new text.
    pub payloads: Vec<(Place, String)>,
}

/// A file that is to be replaced, made or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntendedFile {
    /// The file.
    pub path: PathBuf,
    /// Its copy within the backup; `None` when there was no such file.
    pub saved: Option<String>,
    /// SHA-256 of what stands there, hex; `None` for no file.
    pub old: Option<String>,
    /// SHA-256 of what shall stand there, hex; `None` for no file.
    pub new: Option<String>,
    /// The new file, as long as it lies beside the one it will replace.
    pub staged: Option<PathBuf>,
}

/// Everything a run means to write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intent {
    /// The plan, of a recovery.
    pub plan: Vec<PlannedSecret>,
    /// Stored texts.
    pub cells: Vec<IntendedCell>,
    /// Files.
    pub files: Vec<IntendedFile>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for kind in RunKind::ALL {
            assert_eq!(RunKind::by_code(kind.code()), Some(kind));
        }
        for outcome in RunOutcome::ALL {
            assert_eq!(RunOutcome::by_code(outcome.code()), Some(outcome));
        }
        assert_eq!(RunKind::by_code("else"), None);
    }
}
