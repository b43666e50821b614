//! Signals that ask the program to end, put off while something is written that must not be cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Signals that end a program by default, and that a lost line, Ctrl-C or a shutdown send.
const ENDING: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

/// Signals do not end the program until this is dropped. SIGKILL does: then the journal tells how far it came.
#[derive(Debug)]
pub struct PutOff {
    came: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl PutOff {
    /// Puts them off from now on. What is ignored, as `nohup` does with SIGHUP, stays ignored. Where the system lets us
    /// not listen, they end the program as ever.
    pub fn begin() -> Self {
        let off = Self {
            came: Arc::default(),
            over: Arc::default(),
        };
        let ignored = procfs::process::Process::myself()
            .and_then(|us| us.status())
            .map_or(0, |status| status.sigign);
        for signal in ENDING {
            if ignored & (1 << (signal - 1)) == 0
                && flag::register(signal, Arc::clone(&off.came)).is_ok()
            {
                // Once it is over a signal ends the program again.
                let _ = flag::register_conditional_default(signal, Arc::clone(&off.over));
            }
        }
        off
    }

    /// Raised when one came.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.came)
    }
}

impl Drop for PutOff {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}
