//! Ctrl-C and its like: the first asks us to end, the second ends us at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

use crate::engine::exit::Exit;

/// A flag that the first such signal raises: what is being done is brought to an end.
pub(super) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let again = register_conditional_shutdown(signal, Exit::Failed as i32, Arc::clone(&flag));
        // Without it the signal does what it always does.
        let _ = again.and_then(|_| register(signal, Arc::clone(&flag)));
    }
    flag
}
