//! `APP_KEY`: its form, which keys are known, where they came from, and when each was in use.

pub mod app_key;
pub mod derived_hashes;
pub mod known;
pub mod paper;
pub mod ring;
pub mod source;
pub mod spelling;
pub mod timeline;
