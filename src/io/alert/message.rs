//! What those who are told get.

use crate::domain::run::watch::{News, WatchedInstall};

/// What those who are told get. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Which install.
    pub install: WatchedInstall,
    /// What is told: the journal gets an entry for each.
    pub news: Vec<News>,
    /// One line.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For programs: one document.
    pub json: String,
}
