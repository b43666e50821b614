//! A problem as the operator sees it: what happened, why, and what to do next.

use std::fmt;

/// Something that stops the work, in the operator's words. Built from the text table; never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What cannot be done, naming the thing it is about.
    pub what: String,
    /// The reason, in the words of whoever refused.
    pub why: String,
    /// What the operator can do now.
    pub next: String,
}

impl Problem {
    /// A problem from its three sentences.
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            next: next.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for part in [&self.why, &self.next] {
            if !part.is_empty() {
                write!(f, "\n  {part}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
