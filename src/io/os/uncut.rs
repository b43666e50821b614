//! Work on the disk that the end of the program must not cut off: a backup that is being written, a run that is on its way.
//!
//! It is done on one thread while another may have come to its end: the terminal went away, say. The thread that does
//! such work holds this meanwhile; the one that ends the program waits until nobody does.

use std::sync::{Condvar, Mutex, PoisonError};

/// How many hold it.
static HELD: Mutex<usize> = Mutex::new(0);
static LET_GO: Condvar = Condvar::new();

/// Such work goes on until this is dropped.
#[derive(Debug)]
pub struct Uncut(());

/// Says that such work begins.
pub fn hold() -> Uncut {
    *HELD.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    Uncut(())
}

impl Drop for Uncut {
    fn drop(&mut self) {
        *HELD.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        LET_GO.notify_all();
    }
}

/// Waits until no such work is left. What could begin it must have been called off before.
pub fn wait() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let _none = LET_GO.wait_while(held, |held| *held > 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn the_end_waits_for_what_was_begun() {
        static DONE: AtomicBool = AtomicBool::new(false);
        let held = hold();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            DONE.store(true, Ordering::SeqCst);
            drop(held);
        });
        wait();
        assert!(DONE.load(Ordering::SeqCst));
    }
}
