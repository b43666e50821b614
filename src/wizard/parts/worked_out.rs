//! What is worked out from the state, and kept until the state changes.

use std::cell::OnceCell;
use std::fmt;

/// Something that follows from the rest of the state. It is no part of it: two states that differ in it alone are the same.
pub struct WorkedOut<T>(OnceCell<T>);

impl<T> WorkedOut<T> {
    /// It, worked out where that was not done yet.
    pub(in crate::wizard) fn get(&self, work_out: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(work_out)
    }

    /// The state changes.
    pub(in crate::wizard) fn forget(&mut self) {
        self.0.take();
    }
}

impl<T> Default for WorkedOut<T> {
    fn default() -> Self {
        Self(OnceCell::new())
    }
}

impl<T> fmt::Debug for WorkedOut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkedOut")
    }
}
