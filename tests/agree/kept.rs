//! The differences that are kept on purpose, each with what our result has to say about it.

/// For whom it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ours,
    FreeScouts,
}

pub struct Kept {
    pub row: &'static str,
    pub works: Side,
    /// A part of the advice or of a caution.
    pub told: &'static str,
}

pub const KEPT: &[Kept] = &[];
