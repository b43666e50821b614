//! A place in a list that may shrink or grow under it.

use crate::wizard::message::Action;

/// Rows a page key moves: fewer than any screen shows, so that nothing is passed unseen.
const PAGE: usize = 10;

/// The chosen row of a list. Always a row that exists, or 0 in an empty list, once [`Cursor::clamp`] was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor(usize);

impl Cursor {
    /// The chosen row.
    pub fn at(self) -> usize {
        self.0
    }

    /// To this row.
    pub fn set(&mut self, row: usize, len: usize) {
        self.0 = row;
        self.clamp(len);
    }

    /// Back into a list of this length.
    pub fn clamp(&mut self, len: usize) {
        self.0 = self.0.min(len.saturating_sub(1));
    }

    /// Moves among the fields of a form: Tab goes round, the arrows do not. `false` when the action does not move there.
    pub fn act_in_form(&mut self, action: Action, len: usize) -> bool {
        self.0 = match action {
            Action::NextPane => (self.0 + 1) % len.max(1),
            Action::PreviousPane => self.0.checked_sub(1).unwrap_or(len.saturating_sub(1)),
            Action::Up | Action::Down | Action::Row(_) => return self.act(action, len),
            _ => return false,
        };
        true
    }

    /// Moves as the action says. `false` when the action does not move.
    pub fn act(&mut self, action: Action, len: usize) -> bool {
        self.0 = match action {
            Action::Up => self.0.saturating_sub(1),
            Action::Down => self.0.saturating_add(1),
            Action::PageUp => self.0.saturating_sub(PAGE),
            Action::PageDown => self.0.saturating_add(PAGE),
            Action::First => 0,
            Action::Last => len,
            Action::Row(row) => row,
            _ => return false,
        };
        self.clamp(len);
        true
    }
}
