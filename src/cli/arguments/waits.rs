//! Times on the command line: how long is waited, and from when on something counts.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::words::words;

/// Nobody waits longer for a command that is to end.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long is waited at most: a number with its unit, or several.
pub(super) fn limit(text: &str) -> Result<Duration, &'static str> {
    let w = words();
    let limit: SignedDuration = text.parse().map_err(|_| w.wait_not_understood)?;
    match Duration::try_from(limit) {
        Ok(limit) if !limit.is_zero() && limit <= LONGEST => Ok(limit),
        _ => Err(w.wait_not_understood),
    }
}

/// From when on: a day, or a day and a time.
pub(super) fn since(text: &str) -> Result<DateTime, &'static str> {
    text.parse().map_err(|_| words().since_not_understood)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_limit_is_a_number_with_its_unit() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7200), ("1h 30m", 5400)] {
            assert_eq!(limit(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "10",
            "0s",
            "-5m",
            "8d",
            "200h",
            "soon",
            "99999999999999999999h",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(since("2026-11-28"), Ok(date(2026, 11, 28).at(0, 0, 0, 0)));
        assert_eq!(
            since("2026-11-28T14:00"),
            Ok(date(2026, 11, 28).at(14, 0, 0, 0))
        );
        assert!(since("28.11.2026").is_err() && since("").is_err());
    }
}
