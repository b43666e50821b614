//! The work, as functions that report progress, and the threads they run on.

pub mod exit;
pub mod hunt;
pub mod mail_test;
pub mod progress;
pub mod recovery;
pub mod report;
pub mod safe;
pub mod session;
pub mod usecase;
pub mod worker;
