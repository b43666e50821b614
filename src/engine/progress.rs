//! How a long step says how far it is.

/// What a long step reports: a sentence, how far, of how much.
pub type Progress<'a> = dyn FnMut(&str, u64, Option<u64>) + 'a;
