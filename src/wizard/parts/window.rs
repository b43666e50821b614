//! The window that the wizard is drawn in. Where it is too small to show what a key would do, no key does anything but
//! leave: nobody confirms what cannot be seen.

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What of a pane is not in its window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Rows above it.
    pub above: u16,
    /// Rows below it.
    pub below: u16,
    /// There is still more, which cannot be scrolled to.
    pub cut: bool,
}

impl Window {
    /// The smallest one that every step fits into.
    pub const SMALLEST: Self = Self {
        columns: 76,
        rows: 22,
    };
    /// The smallest one that the question about leaving fits into, in its shortest form.
    pub(in crate::wizard) const SMALLEST_TO_ASK: Self = Self {
        columns: 20,
        rows: 2,
    };

    /// Whether the steps do not fit into it.
    pub fn is_too_small(self) -> bool {
        !self.holds(Self::SMALLEST)
    }

    pub(in crate::wizard) fn holds(self, other: Self) -> bool {
        self.columns >= other.columns && self.rows >= other.rows
    }
}

/// Large enough, until its size is known.
impl Default for Window {
    fn default() -> Self {
        Self::SMALLEST
    }
}
