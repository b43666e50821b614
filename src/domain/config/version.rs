//! FreeScout's version, as `config/app.php` states it.
//!
//! Only three plain numbers are a version: what looks otherwise is not guessed at. Tags and stated versions agree, but for
//! a few that state the one before (1.7.3, 1.8.111, 1.8.123, 1.8.196); no rule changed there.

use std::fmt;

/// A version, in the order of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u16,
    minor: u16,
    patch: u16,
}

impl Version {
    /// The version of these numbers.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Reads `1.8.235`; `None` for anything else, such as `1.8`, `1.8.235-dev` or nothing at all.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        let mut parts = text.trim().split('.').map(number);
        let version = Self::new(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }

    /// Whether `next` was released right after this one: a checkout between the two states this one, and may do as that
    /// one does already.
    pub fn is_right_before(self, next: Self) -> bool {
        (self.major, self.minor) == (next.major, next.minor)
            && self.patch.checked_add(1) == Some(next.patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            patch,
        } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_plain_numbers_are_a_version_and_nothing_else_is() {
        assert_eq!(Version::parse("1.8.235"), Some(Version::new(1, 8, 235)));
        assert_eq!(Version::parse(" 1.0.5 "), Some(Version::new(1, 0, 5)));
        for odd in [
            "",
            "1.8",
            "1.8.",
            "1.8.2.3",
            "1.8.235-dev",
            "v1.8.235",
            "1.8.x",
            "1.8.+5",
            "1.8.99999",
            "dev-master",
        ] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
        assert!(Version::new(1, 8, 9) < Version::new(1, 8, 49));
        assert!(Version::new(1, 8, 208).is_right_before(Version::new(1, 8, 209)));
        assert!(!Version::new(1, 7, 6).is_right_before(Version::new(1, 7, 8)));
        assert_eq!(Version::new(1, 8, 49).to_string(), "1.8.49");
    }
}
