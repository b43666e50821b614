//! How much is said beside the result, in this process.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether nothing is said but the result and what went wrong.
static QUIET: AtomicBool = AtomicBool::new(false);
/// Whether what is being read is said, too.
static VERBOSE: AtomicBool = AtomicBool::new(false);

/// From now on.
pub(crate) fn be(quiet: bool, verbose: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
    VERBOSE.store(verbose, Ordering::Relaxed);
}

/// See [`QUIET`].
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// See [`VERBOSE`].
pub(crate) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}
