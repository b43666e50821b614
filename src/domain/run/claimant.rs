//! Who else works on an install, as far as its database tells: it may keep its state where we do not look, or run on
//! another machine.

/// Who holds the lock, as far as the server tells. Texts are as they came: to be sanitised where they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimant {
    /// What the program calls itself.
    pub program: Option<String>,
    /// The server's number of the connection.
    pub connection: Option<String>,
    /// Where the connection comes from.
    pub from: Option<String>,
    /// The process on this machine.
    pub pid: Option<u32>,
}
