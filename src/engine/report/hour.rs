//! How good the hour is, in the JSON forms.

use serde::Serialize;

use crate::domain::plan::hour::{BadSign, Hour};
use crate::sentences;

/// The form of `hour`.
#[derive(Serialize)]
pub(super) struct HourJson {
    quiet: bool,
    reasons: Vec<ReasonJson>,
    /// Stored texts that a recovery locks, and for about how long.
    texts: u64,
    seconds: u64,
}

#[derive(Serialize)]
struct ReasonJson {
    code: &'static str,
    message: String,
}

impl HourJson {
    pub(super) fn of(hour: &Hour) -> Self {
        let reason = |sign: &BadSign| ReasonJson {
            code: sign.code(),
            message: sentences::hour::bad_sign(sign),
        };
        Self {
            quiet: hour.is_quiet(),
            reasons: hour.bad_signs.iter().map(reason).collect(),
            texts: hour.texts,
            seconds: hour.holds_seconds(),
        }
    }
}
