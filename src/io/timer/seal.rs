//! What tells a file that we wrote from one that was changed by hand since: a last line with the digest of all before it.

use crate::io::fs::{digest, hex};

/// What the last line begins with: a comment to systemd and to cron.
const SEAL: &str = "# As it was written. SHA-256 of the lines above: ";

/// A file's text with its seal.
pub(super) fn sealed(text: &str) -> String {
    format!("{text}{SEAL}{}\n", hex(&digest(text.as_bytes())))
}

/// Whether a text is as we wrote it.
pub(super) fn is_whole(text: &str) -> bool {
    text.rfind(SEAL)
        .is_some_and(|at| sealed(&text[..at]) == text)
}
