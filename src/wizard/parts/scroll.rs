//! How far the pane on the screen is scrolled. How much of it there is, only who draws it knows, and says so.

use crate::wizard::message::Action;
use crate::wizard::parts::window::Hidden;

/// The pane's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// Rows that it was scrolled by; `None` follows what is chosen or typed into.
    by: Option<u16>,
    hidden: Hidden,
}

impl Scroll {
    /// Rows that it was scrolled by; `None` follows what is chosen or typed into.
    pub fn by(self) -> Option<u16> {
        self.by
    }

    /// What was drawn last.
    pub(in crate::wizard) fn drawn(&mut self, hidden: Hidden) {
        self.hidden = hidden;
    }

    /// Follows what is chosen again.
    pub(in crate::wizard) fn follow(&mut self) {
        self.by = None;
    }

    /// Scrolls, in a window of so many rows. `false` where the action does not, or all is in sight.
    pub(in crate::wizard) fn act(&mut self, action: Action, rows: u16) -> bool {
        let Hidden { above, below, .. } = self.hidden;
        if above + below == 0 {
            return false;
        }
        let step = (rows / 3).max(1);
        let by = match action {
            Action::PageDown => (above + step).min(above + below),
            Action::PageUp => above.saturating_sub(step),
            _ => return false,
        };
        self.by = Some(by);
        // Until it is drawn again, the next one goes on from here.
        self.hidden = Hidden {
            above: by,
            below: above + below - by,
            ..self.hidden
        };
        true
    }
}
