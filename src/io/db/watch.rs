//! How long a database may keep us waiting, and how much it may send: watched from both ends of a connection's thread.
//!
//! The connection counts what it reads and asks before it commits. The caller that waits for it gives up when its time
//! is over: then the connection is cut, so that the thread ends as well, and whatever it had not committed is rolled
//! back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::StoreError;

/// What keeping a value costs beside its bytes.
const VALUE: u64 = 64;
/// How much more may come over the wire than the values in it: messages, names of columns, lengths.
const WIRE: u64 = 64 << 20;

/// What a piece of work with the database may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may keep us waiting.
    pub time: Duration,
    /// How many bytes of values it may send.
    pub bytes: u64,
}

impl Bounds {
    /// Connecting: a server that looks its client's name up may take a while.
    pub const CONNECTING: Self = Self {
        time: Duration::from_secs(30),
        bytes: 1 << 20,
    };
    /// What is read is kept. 2,000 mailboxes are a few MiB.
    pub const KEPT: Self = Self {
        time: Duration::from_secs(90),
        bytes: 64 << 20,
    };
    /// What is read is looked at row by row: two million rows of `send_logs` are within it.
    pub const PASSING: Self = Self {
        time: Duration::from_secs(90),
        bytes: 1 << 30,
    };
    /// Whether a connection that idled is still there.
    pub const AWAKE: Self = Self {
        time: Duration::from_secs(10),
        bytes: 1 << 20,
    };

    /// A look at how things are, which may be taken again and again.
    pub const GLANCE: Self = Self {
        time: Duration::from_secs(10),
        bytes: 64 << 20,
    };

    /// A change of so many texts: each is locked, written and read back, over a line that may be slow.
    pub fn change(texts: usize) -> Self {
        let each = Duration::from_millis(150);
        let texts = u32::try_from(texts).unwrap_or(u32::MAX);
        Self {
            time: Self::KEPT.time.saturating_add(each.saturating_mul(texts)),
            bytes: 4 * Self::KEPT.bytes,
        }
    }
}

/// Cuts a connection, from another thread than its own.
type Cut = Box<dyn Fn() + Send + Sync>;

struct State {
    bounds: Bounds,
    until: Instant,
    values: u64,
    wire: u64,
    over: bool,
    committing: bool,
    cut: Option<Cut>,
}

/// What both ends of a connection's thread know.
pub struct Watch(Mutex<State>);

impl Watch {
    /// A watch whose time runs from now.
    pub fn new(bounds: Bounds) -> Self {
        Self(Mutex::new(State {
            bounds,
            until: Instant::now() + bounds.time,
            values: bounds.bytes,
            wire: 2 * bounds.bytes + WIRE,
            over: false,
            committing: false,
            cut: None,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a piece of work. `whole` is what is told as the bound, where this is but the rest of it.
    pub fn begin(&self, bounds: Bounds, whole: Bounds) {
        let mut state = self.state();
        state.bounds = whole;
        state.until = Instant::now() + bounds.time;
        state.values = bounds.bytes;
        state.wire = 2 * bounds.bytes + WIRE;
        state.committing = false;
    }

    /// How to cut the connection.
    pub fn cut_by(&self, cut: impl Fn() + Send + Sync + 'static) {
        let mut state = self.state();
        // Given up while it was made.
        if state.over {
            cut();
        }
        state.cut = Some(Box::new(cut));
    }

    /// What is left of the time.
    pub fn time_left(&self) -> Duration {
        let state = self.state();
        if state.over {
            return Duration::ZERO;
        }
        state.until.saturating_duration_since(Instant::now())
    }

    /// What is left of the bytes.
    pub fn bytes_left(&self) -> u64 {
        self.state().values
    }

    /// Counts a row with values of these many bytes.
    ///
    /// # Errors
    /// [`StoreError::TooMuch`] when there were too many, [`StoreError::Unreachable`] when the time is over.
    pub fn row(&self, values: &[u64]) -> Result<(), StoreError> {
        let cost = values.iter().fold(VALUE, |sum, value| {
            sum.saturating_add(VALUE).saturating_add(*value)
        });
        {
            let mut state = self.state();
            match state.values.checked_sub(cost) {
                Some(left) => state.values = left,
                None => {
                    state.over = true;
                    return Err(too_much(state.bounds));
                }
            }
        }
        self.go_on()
    }

    /// Counts bytes that came over the wire, whatever they are.
    ///
    /// # Errors
    /// As [`Watch::row`].
    pub fn came(&self, bytes: u64) -> Result<(), StoreError> {
        let mut state = self.state();
        match state.wire.checked_sub(bytes) {
            Some(left) => {
                state.wire = left;
                Ok(())
            }
            None => {
                state.over = true;
                Err(too_much(state.bounds))
            }
        }
    }

    /// Whether there is time left.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when there is none.
    pub fn go_on(&self) -> Result<(), StoreError> {
        if self.time_left() > Duration::ZERO {
            Ok(())
        } else {
            Err(self.late())
        }
    }

    /// Asked before a commit: from now on nobody can tell what became of it, until it has answered.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when it was given up before; then it must not be committed.
    pub fn commits(&self) -> Result<(), StoreError> {
        self.go_on()?;
        let mut state = self.state();
        if state.over {
            return Err(late(state.bounds));
        }
        state.committing = true;
        Ok(())
    }

    /// Gives the connection up and cuts it. Says whether a commit was on its way.
    pub fn give_up(&self) -> bool {
        let mut state = self.state();
        state.over = true;
        if let Some(cut) = &state.cut {
            cut();
        }
        state.committing
    }

    /// Whether a commit was on its way when it was last asked for.
    pub fn committing(&self) -> bool {
        self.state().committing
    }

    /// Whether the connection was given up, from either end.
    pub fn is_over(&self) -> bool {
        self.state().over
    }

    /// The error of an answer that did not come in time. The connection is of no use any more.
    pub fn late(&self) -> StoreError {
        let mut state = self.state();
        state.over = true;
        late(state.bounds)
    }
}

fn late(bounds: Bounds) -> StoreError {
    StoreError::Unreachable(text!(error_database_late, seconds = bounds.time.as_secs()).into())
}

fn too_much(bounds: Bounds) -> StoreError {
    StoreError::TooMuch(text!(error_database_too_much, mebibytes = (bounds.bytes >> 20)).into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SMALL: Bounds = Bounds {
        time: Duration::from_secs(3600),
        bytes: 1000,
    };

    #[test]
    fn rows_of_nothing_are_counted_too() {
        let watch = Watch::new(SMALL);
        // One row of ten NULLs costs 11 times 64.
        watch.row(&[0; 10]).unwrap();
        assert_eq!(watch.bytes_left(), 1000 - 704);
        let refused = watch.row(&[0; 10]);
        assert!(
            matches!(refused, Err(StoreError::TooMuch(_))),
            "{refused:?}"
        );
        assert!(watch.is_over());
        // What was refused once is not taken up again.
        let refused = watch.go_on();
        assert!(
            matches!(refused, Err(StoreError::Unreachable(_))),
            "{refused:?}"
        );
    }

    #[test]
    fn a_length_that_cannot_be_is_no_overflow() {
        let watch = Watch::new(SMALL);
        assert!(watch.row(&[u64::MAX, u64::MAX]).is_err());
        let watch = Watch::new(SMALL);
        assert!(watch.came(u64::MAX).is_err());
    }

    #[test]
    fn what_was_given_up_is_cut_and_not_committed() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicU32, Ordering};
        let (watch, cuts) = (Watch::new(SMALL), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&cuts);
        watch.cut_by(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        assert!(!watch.give_up(), "nothing was being committed");
        assert_eq!(cuts.load(Ordering::SeqCst), 1);
        let refused = watch.commits();
        assert!(
            matches!(refused, Err(StoreError::Unreachable(_))),
            "{refused:?}"
        );
        // A commit that is on its way is said to be.
        let watch = Watch::new(SMALL);
        watch.commits().unwrap();
        assert!(watch.give_up());
    }

    #[test]
    fn a_large_change_has_more_time_than_a_small_one() {
        assert_eq!(Bounds::change(0).time, Duration::from_secs(90));
        // 2,000 mailboxes of five texts.
        assert_eq!(Bounds::change(10_000).time, Duration::from_secs(1590));
        assert!(Bounds::change(usize::MAX).time > Duration::from_secs(1590));
    }
}
