//! The window that the wizard is drawn in. Where it is too small to show what a key would do, no key does anything but
//! leave: nobody confirms what they cannot see.

use crate::wizard::message::{Action, Effect, Event};
use crate::wizard::update::{Overlay, Wizard};

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Window {
    /// The smallest one that every step fits on.
    pub const SMALLEST: Self = Self {
        columns: 76,
        rows: 22,
    };
    /// The smallest one that the question about leaving fits on.
    const SMALLEST_TO_ASK: Self = Self {
        columns: 20,
        rows: 6,
    };

    /// Whether the steps do not fit on it.
    pub fn is_too_small(self) -> bool {
        !self.holds(Self::SMALLEST)
    }

    fn holds(self, other: Self) -> bool {
        self.columns >= other.columns && self.rows >= other.rows
    }
}

/// Large enough, until its size is told.
impl Default for Window {
    fn default() -> Self {
        Self::SMALLEST
    }
}

impl Wizard {
    /// The window, as it was told last.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Whether an event is dropped, as nobody sees what it would do.
    pub(in crate::wizard) fn is_unseen(&self, event: &Event) -> bool {
        let by_hand = match event {
            Event::Act(Action::Quit | Action::Interrupt) => false,
            Event::Act(_) | Event::Type(_) | Event::Paste(_) => true,
            Event::Job(..) | Event::Terminate | Event::Resize(_) => false,
        };
        by_hand && self.window.is_too_small()
    }

    /// Leaves a window that shows nothing: at once where nothing would be lost. Otherwise it is asked, and only Ctrl-C
    /// confirms: letters may be meant for a field that cannot be seen. Where not even the question fits, nothing happens;
    /// a larger window and closing the terminal remain.
    pub(in crate::wizard) fn leave_unseen(&mut self, action: Action) -> Vec<Effect> {
        let asked = self.overlay == Some(Overlay::Quit);
        let loses = self.would_lose() || self.typing_below();
        if !loses {
            self.overlay = None;
            return self.leave();
        }
        if !self.window.holds(Window::SMALLEST_TO_ASK) {
            return Vec::new();
        }
        if asked && action == Action::Interrupt {
            self.overlay = None;
            return self.leave();
        }
        self.overlay = Some(Overlay::Quit);
        Vec::new()
    }
}
