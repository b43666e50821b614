//! What FreeScout itself tells of a change of a mailbox. Who made it, it never notes (`App\ActivityLog`): but when a mailbox
//! was last saved, and who had logged in before that.

use jiff::Span;
use jiff::civil::DateTime;

use crate::words::untrusted::Untrusted;

/// Logins that are named.
const MOST_NAMED: usize = 3;
/// Logins that are this long before count, in hours.
const BEFORE: i64 = 24;

/// An administrator's login, by the clock of FreeScout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminLogin {
    /// Who.
    pub name: Untrusted,
    /// When.
    pub at: DateTime,
}

/// The last time that a mailbox was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSave {
    /// When, by the clock of FreeScout.
    pub at: DateTime,
    /// The last login of each administrator in the day before, the last first; a few of them.
    pub logins: Vec<AdminLogin>,
}

impl LastSave {
    /// What a mailbox that was saved then may be told of, from all logins, the last first.
    pub fn of(at: DateTime, logins: &[AdminLogin]) -> Self {
        let earliest = at.checked_sub(Span::new().hours(BEFORE)).unwrap_or(at);
        let mut its: Vec<AdminLogin> = Vec::new();
        for login in logins {
            let named = its.iter().any(|other| other.name == login.name);
            if (earliest..=at).contains(&login.at) && !named && its.len() < MOST_NAMED {
                its.push(login.clone());
            }
        }
        Self { at, logins: its }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn login(name: &str, at: &str) -> AdminLogin {
        AdminLogin {
            name: name.into(),
            at: at.parse().unwrap(),
        }
    }

    #[test]
    fn the_last_logins_of_the_day_before_count_and_each_person_once() {
        let all = [
            login("later", "2026-11-30T12:01:00"),
            login("a", "2026-11-30T12:00:00"),
            login("a", "2026-11-30T09:00:00"),
            login("b", "2026-11-29T12:00:00"),
            login("earlier", "2026-11-29T11:59:00"),
        ];
        let saved = LastSave::of("2026-11-30T12:00:00".parse().unwrap(), &all);
        assert_eq!(saved.logins, [all[1].clone(), all[3].clone()]);
    }

    #[test]
    fn no_more_than_a_few_are_named() {
        let all: Vec<AdminLogin> = (0..9)
            .map(|n| login(&n.to_string(), "2026-11-30T12:00:00"))
            .collect();
        let saved = LastSave::of("2026-11-30T12:00:00".parse().unwrap(), &all);
        assert_eq!(saved.logins, all[..3]);
    }
}
