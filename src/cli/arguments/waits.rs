//! Times on the command line: how long is waited.

use std::time::Duration;

use jiff::SignedDuration;

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

#[cfg(test)]
mod tests {
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
}
