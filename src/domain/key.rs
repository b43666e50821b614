//! `APP_KEY`: its form, which keys are known, where they came from, when each was in use, and how one is kept.

pub mod app_key;
pub mod derived_hashes;
pub mod known;
pub mod paper;
pub mod qr_code;
pub mod ring;
pub mod safe;
pub mod source;
pub mod spelling;
pub mod timeline;
