//! Why a database could not be used, and why nothing was swapped.

use super::standing::Foreign;
use crate::words::untrusted::Untrusted;
use crate::words::words;

/// Why a database could not be used. The text of the server is kept, sanitised where it is shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection: host, port, socket or file.
    #[error("{0}")]
    Unreachable(Untrusted),
    /// The server answers, and serves nobody now: it has too many connections, starts or ends, or is a node of a cluster that
    /// has lost the others.
    #[error("{0}")]
    NotServing(Untrusted),
    /// The server refused user or password.
    #[error("{0}")]
    Denied(Untrusted),
    /// The server knows no such database.
    #[error("{0}")]
    UnknownDatabase(Untrusted),
    /// TLS was asked for and failed.
    #[error("{0}")]
    Tls(Untrusted),
    /// A statement failed.
    #[error("{0}")]
    Query(Untrusted),
    /// Others hold rows, tables or the file for longer than [`LOCK_WAIT`](super::LOCK_WAIT).
    #[error("{0}")]
    Locked(Untrusted),
    /// Another transaction and ours waited for each other; ours was given up.
    #[error("{0}")]
    Deadlock(Untrusted),
    /// The server refuses writes (read-only server, read-only file).
    #[error("{0}")]
    ReadOnly(Untrusted),
    /// It sent more than we asked for, or than a FreeScout keeps. The connection is closed.
    #[error("{0}")]
    TooMuch(Untrusted),
    /// The table is none of FreeScout's making.
    #[error("{table} {foreign}")]
    NotPlain {
        /// Its name, with the prefix.
        table: Untrusted,
        /// What it is, or has.
        foreign: Foreign,
    },
    /// The server is a replica and refuses writes.
    #[error("{said}")]
    Replica {
        /// The server's words.
        said: Untrusted,
        /// The server it follows, where it tells us.
        primary: Option<Untrusted>,
    },
}

/// Why nothing was swapped. But for [`SwapError::Unknown`] the transaction was rolled back whole.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// These swaps (by index) no longer find what we read.
    #[error("{}", words().rows_changed)]
    Changed(Vec<usize>),
    /// The server did not keep the new text byte for byte (cut to the column's width, or converted).
    #[error("{}", words().row_not_kept)]
    NotKept(usize),
    /// The connection broke while the transaction was ended: nobody told us how.
    #[error("{0}")]
    Unknown(StoreError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
