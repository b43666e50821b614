//! The eight steps, in their order.

pub mod aftercare;
pub mod apply;
pub mod backup;
pub mod checks;
pub mod connections;
pub mod keys;
pub mod passwords;
pub mod plan;
pub mod report;
pub mod survey;
pub mod written;

/// A step of the wizard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// What is here, and what is wrong.
    #[default]
    Survey,
    /// Everything that may be touched, copied and read back.
    Backup,
    /// Keys found and given.
    Keys,
    /// Every secret and its verdict.
    Checks,
    /// What shall be done.
    Plan,
    /// What nothing but the operator's memory brings back.
    Passwords,
    /// Doing it.
    Apply,
    /// What came of it.
    Report,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Step; 8] = [
        Step::Survey,
        Step::Backup,
        Step::Keys,
        Step::Checks,
        Step::Plan,
        Step::Passwords,
        Step::Apply,
        Step::Report,
    ];

    /// Its number, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The step of a number.
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number.checked_sub(1)?).copied()
    }

    /// The step after; the last one stays.
    pub fn next(self) -> Self {
        Self::from_number(self.number() + 1).unwrap_or(self)
    }

    /// The step before; the first one stays.
    pub fn previous(self) -> Self {
        Self::from_number(self.number() - 1).unwrap_or(self)
    }
}
