//! One secret and its verdict, and the figures of many. Holds no secret.

use serde::Serialize;

use super::{Plain, Verdict};
use crate::domain::config::rules::{StorageRule, StoredForm};
use crate::domain::inventory::secret::{Place, SecretKind};
use crate::domain::verdict;
use crate::words::untrusted::Untrusted;

/// One secret and its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretReport {
    /// Where it is stored.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// Whose it is.
    pub owner: Untrusted,
    /// What we know of it.
    pub verdict: Verdict,
    /// How the installed version keeps it.
    pub keeping: StorageRule,
    /// Whether something should be stored here: an empty one was probably wiped by saving the form with an empty password field.
    pub needed: bool,
    /// A payload with spaces, a byte order mark or missing padding: FreeScout reads it, stricter readers do not.
    pub misspelled: bool,
}

impl SecretReport {
    /// Whether a password can be entered for it: mailbox passwords and the system mail account, where it is known in
    /// which form FreeScout reads it.
    pub fn enterable(&self) -> bool {
        let password = matches!(
            self.kind,
            SecretKind::Incoming | SecretKind::Outgoing | SecretKind::SystemMail
        );
        password && self.form().is_some()
    }

    /// The form in which a password that is entered has to be stored.
    pub fn form(&self) -> Option<StoredForm> {
        verdict::form(self.keeping, &self.verdict)
    }

    /// Empty although something is needed.
    pub fn probably_wiped(&self) -> bool {
        self.needed && matches!(self.verdict, Verdict::Empty { .. })
    }
}

/// Figures by verdict. `total` counts secrets that are not empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All that is not empty.
    pub total: usize,
    /// Opens with the current key.
    pub opens: usize,
    /// Opens with another known key.
    pub other_key: usize,
    /// No known key made it.
    pub unknown_key: usize,
    /// Cannot be a payload, or does not unserialise.
    pub damaged: usize,
    /// Not encrypted.
    pub plaintext: usize,
    /// Sealed twice.
    pub nested: usize,
    /// Nothing stored.
    pub empty: usize,
    /// Unencrypted texts that FreeScout uses as they stand (part of `plaintext`).
    #[serde(skip)]
    pub plaintext_works: usize,
    /// Unencrypted texts of which nobody can tell whether FreeScout uses them (part of `plaintext`).
    #[serde(skip)]
    pub plaintext_untold: usize,
    /// Unencrypted texts that a migration is still to seal (part of `plaintext`).
    #[serde(skip)]
    pub plaintext_awaits: usize,
    /// Nothing stored, although FreeScout needs it (part of `empty`).
    #[serde(skip)]
    pub missing: usize,
}

impl Summary {
    /// Counts verdicts.
    pub fn of(secrets: &[SecretReport]) -> Self {
        let mut summary = Self::default();
        for secret in secrets {
            let counter = match secret.verdict {
                Verdict::Opens(_) => &mut summary.opens,
                Verdict::OtherKey(_) => &mut summary.other_key,
                Verdict::UnknownKey { .. } => &mut summary.unknown_key,
                Verdict::Damaged { .. } => &mut summary.damaged,
                Verdict::Plaintext(plain) => {
                    match plain {
                        Plain::AsItIs | Plain::StillRead => summary.plaintext_works += 1,
                        Plain::Untold => summary.plaintext_untold += 1,
                        Plain::AwaitsMigration => summary.plaintext_awaits += 1,
                        Plain::ReadsEmpty => {}
                    }
                    &mut summary.plaintext
                }
                Verdict::Nested { .. } => &mut summary.nested,
                Verdict::Empty { .. } => &mut summary.empty,
            };
            *counter += 1;
            summary.missing += usize::from(secret.probably_wiped());
            summary.total += usize::from(!matches!(secret.verdict, Verdict::Empty { .. }));
        }
        summary
    }

    /// Every secret that FreeScout needs: those stored, and those that are missing. Texts for people count in these
    /// throughout, so that entering a missing password does not change how many there are; `total`, in the JSON forms,
    /// counts what is stored.
    pub fn all(&self) -> usize {
        self.total + self.missing
    }

    /// Secrets that FreeScout reads right now.
    pub fn readable(&self) -> usize {
        self.opens + self.plaintext_works
    }

    /// Secrets that it does not; those of which nobody can tell are in neither.
    pub fn unreadable(&self) -> usize {
        self.total - self.readable() - self.plaintext_untold
    }

    /// Those that a recovery is for: what a migration will seal needs none.
    pub fn to_recover(&self) -> usize {
        self.unreadable() - self.plaintext_awaits
    }
}
