//! The search for keys, and for what dates them: files, processes, old payloads, logs.

pub mod files;
pub mod find_key;
pub mod log_secrets;
pub mod old_payloads;
pub mod processes;
mod shares;
pub mod sieve;

/// What a search reports.
pub enum Looking<'a> {
    /// How far it is.
    At {
        /// Files read.
        files: u64,
        /// Bytes read.
        bytes: u64,
        /// The file being read.
        current: &'a std::path::Path,
    },
    /// A process that was started with another key than the current one will be read.
    OtherKey(&'a crate::io::os::processes::PhpProcess),
    /// A key joined the ring.
    Found,
}
