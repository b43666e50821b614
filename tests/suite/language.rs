//! The screens in English: their snapshots are the judge.

/// Before the first word.
pub fn begin() {}

/// Whether the screen was judged in another language.
pub fn judged(_name: &str, _whole: &str, _screen: &str) -> bool {
    false
}
