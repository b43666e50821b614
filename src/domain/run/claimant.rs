//! Who else works on an install, as far as its database tells: it may keep its state where we do not look, or run on
//! another machine.

use crate::words::untrusted::Untrusted;
/// Who holds the lock, as far as the server tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimant {
    /// What the program calls itself.
    pub program: Option<Untrusted>,
    /// The server's number of the connection.
    pub connection: Option<Untrusted>,
    /// Where the connection comes from.
    pub from: Option<Untrusted>,
    /// The process on this machine.
    pub pid: Option<u32>,
}
