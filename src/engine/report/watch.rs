//! What rounds of the watch saw, in the forms that people, monitoring systems and alarms take. Pure: nothing is looked up.

pub mod alert;
pub mod nagios;
pub mod prometheus;
pub mod text;

use crate::domain::run::watch::{Matter, WatchReport, WatchState};
use crate::sentences::watch;
use crate::words::untrusted::shown;

/// How several installs are together: the worst; unknown, where none was looked at.
pub fn worst(reports: &[WatchReport]) -> WatchState {
    let states = reports.iter().map(|report| report.state);
    states.max().unwrap_or(WatchState::Unknown)
}

/// What the installs are called, each by another name: where two would be called the same, with their folders.
fn names(reports: &[WatchReport]) -> Vec<String> {
    let name = |report: &WatchReport| shown(&report.install.name).to_string();
    let all: Vec<String> = reports.iter().map(name).collect();
    let called = |(report, name): (&WatchReport, &String)| {
        if all.iter().filter(|other| *other == name).count() < 2 {
            return name.clone();
        }
        format!("{name} {}", watch::folder(&report.install))
    };
    reports.iter().zip(&all).map(called).collect()
}

/// What stands, the gravest first.
fn by_gravity(standing: &[Matter]) -> Vec<&Matter> {
    let mut standing: Vec<&Matter> = standing.iter().collect();
    standing.sort_by_key(|matter| std::cmp::Reverse(matter.severity));
    standing
}

/// Reports for the tests of their forms.
#[cfg(test)]
mod samples {
    use jiff::Timestamp;
    use jiff::tz::{TimeZone, offset};

    use crate::domain::run::watch::{
        CheckCode, Matter, News, Turn, WatchCheck, WatchCode, WatchReport, WatchState,
        WatchedInstall,
    };

    /// 2026-11-30 01:20 in [`zone`].
    pub(super) const AT: Timestamp = Timestamp::constant(1_795_998_000, 0);

    /// An hour before Greenwich.
    pub(super) fn zone() -> TimeZone {
        TimeZone::fixed(offset(1))
    }

    fn check(code: CheckCode, value: Option<u64>, of: Option<u64>) -> WatchCheck {
        WatchCheck {
            code,
            state: WatchState::Ok,
            value,
            of,
            at: AT,
        }
    }

    /// Nothing is wrong, and nothing is new.
    pub(super) fn well() -> WatchReport {
        WatchReport {
            schema: 1,
            install: WatchedInstall {
                host: "server1".to_owned(),
                path: "/var/www/freescout".to_owned(),
                name: "helpdesk.example.org".to_owned(),
                version: "1.8.190".to_owned(),
                container: None,
            },
            at: AT,
            as_of: None,
            state: WatchState::Ok,
            news: Vec::new(),
            standing: Vec::new(),
            checks: vec![
                check(CheckCode::Key, None, None),
                check(CheckCode::Secrets, Some(24), Some(24)),
                WatchCheck {
                    at: AT - jiff::SignedDuration::from_hours(2),
                    ..check(CheckCode::Logins, Some(26), Some(26))
                },
                check(CheckCode::Certificates, Some(40), None),
                check(CheckCode::Fetching, Some(120), None),
                check(CheckCode::Queue, None, None),
            ],
        }
    }

    /// Something.
    pub(super) fn matter(
        code: WatchCode,
        severity: WatchState,
        message: &str,
        next: &str,
    ) -> Matter {
        Matter {
            code,
            severity,
            since: AT,
            subject: "support@example.net".to_owned(),
            message: message.to_owned(),
            next: next.into(),
        }
    }

    /// Something new.
    pub(super) fn news(turn: Turn, matter: Matter) -> News {
        News { turn, matter }
    }

    /// Much is wrong, something is new, something is over.
    pub(super) fn broken() -> WatchReport {
        let key = matter(
            WatchCode::KeyChanged,
            WatchState::Critical,
            "The key changed; 24 passwords can't be read | see below.",
            "Put the old key back.\nTo do it: x",
        );
        let mut queue = matter(
            WatchCode::JobsWait,
            WatchState::Warning,
            "Jobs wait; since an hour.",
            "",
        );
        queue.since = AT - jiff::SignedDuration::from_hours(1);
        let login = matter(
            WatchCode::LoginFails,
            WatchState::Critical,
            "The login of Büro fails.",
            "Enter the password.",
        );
        let mut broken = well();
        broken.install.name = "desk.example.net".to_owned();
        broken.install.container = Some("web \"1\"".to_owned());
        broken.state = WatchState::Critical;
        broken.news = vec![
            news(Turn::Ended, login),
            news(Turn::Reminder, queue.clone()),
            news(Turn::Began, key.clone()),
        ];
        broken.standing = vec![queue, key];
        broken.checks[1].value = Some(0);
        broken.checks[1].state = WatchState::Critical;
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_is_theirs_together() {
        let all = [samples::well(), samples::broken()];
        assert_eq!(worst(&all), WatchState::Critical);
        assert_eq!(worst(&all[..1]), WatchState::Ok);
        assert_eq!(worst(&[]), WatchState::Unknown);
    }

    #[test]
    fn no_two_installs_are_called_the_same() {
        let mut all = [samples::well(), samples::broken(), samples::well()];
        all[2].install.path = "/srv/old".to_owned();
        assert_eq!(
            names(&all),
            [
                "helpdesk.example.org /var/www/freescout",
                "desk.example.net",
                "helpdesk.example.org /srv/old"
            ]
        );
        assert_eq!(names(&all[..2])[0], "helpdesk.example.org");
        all[2].install.container = Some("web".to_owned());
        assert_eq!(names(&all)[2], "helpdesk.example.org web:/srv/old");
    }
}
