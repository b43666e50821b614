//! What cannot be called off is done on a thread of its own.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use oneshot::RecvTimeoutError;

use super::fall::called_off;

/// How often a wait looks up.
pub(super) const SLICE: Duration = Duration::from_millis(100);

/// Why there is no result: the work itself may still go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAwaited {
    /// It was called off.
    CalledOff,
    /// It took too long.
    Late,
}

/// Does the work, and waits no longer than until then; once it is called off, for `grace` at most. A thread left behind ends
/// by itself: its work has a deadline of its own.
pub(super) fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    deadline: Instant,
    cancel: &AtomicBool,
    grace: Duration,
) -> Result<T, NotAwaited> {
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = send.send(work());
    });
    let mut asked_to_end = None;
    loop {
        match receive.recv_timeout(SLICE) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => return Err(NotAwaited::Late),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if called_off(cancel) && asked_to_end.get_or_insert_with(Instant::now).elapsed() >= grace {
            return Err(NotAwaited::CalledOff);
        }
        if Instant::now() >= deadline {
            return Err(NotAwaited::Late);
        }
    }
}
