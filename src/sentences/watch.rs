//! What the watch saw, as sentences.

pub mod away;
pub mod claims;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use crate::domain::run::watch::steps::NextSteps;
use crate::domain::run::watch::{
    CheckCode, Matter, News, Turn, WatchCheck, WatchCode, WatchReport, WatchState, WatchedInstall,
};
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// So much of a folder is named in a subject, in characters.
const MAX_FOLDER: usize = 40;

/// A state, as a word that catches the eye.
pub fn state(state: WatchState) -> &'static str {
    let w = words();
    match state {
        WatchState::Ok => w.watched_ok,
        WatchState::Unknown => w.watched_unknown,
        WatchState::Warning => w.watched_warning,
        WatchState::Critical => w.watched_critical,
    }
}

/// What stands: `CRITICAL: …`.
pub fn matter(matter: &Matter) -> String {
    text!(
        watched_matter,
        state = state(matter.severity),
        message = matter.message
    )
}

/// What is told: how it is, or that it is over, and what it is.
pub fn news(news: &News) -> String {
    let Matter {
        severity, message, ..
    } = &news.matter;
    match (news.turn, severity) {
        (Turn::Ended, _) => text!(watched_over, message),
        (Turn::Gone, _) => text!(watched_gone, message),
        (Turn::Happened, WatchState::Ok) => text!(watched_noted, message),
        (Turn::Reminder, severity) => {
            text!(watched_reminder, state = state(*severity), message)
        }
        (Turn::Began | Turn::Happened, _) => matter(&news.matter),
    }
}

/// What to do: `Next: …`, and each further step on a line of its own below the first.
pub fn next(steps: &NextSteps) -> Vec<String> {
    let indent = text!(watched_next, next = "").width();
    let line = |(n, next): (usize, &str)| match n {
        0 => text!(watched_next, next),
        _ => format!("{:indent$}{next}", ""),
    };
    steps.lines().enumerate().map(line).collect()
}

/// News, the gravest first: that the key changed before all that comes of it. What is over comes last.
pub fn by_gravity(told: &[News]) -> Vec<&News> {
    let mut told: Vec<&News> = told.iter().collect();
    told.sort_by_key(|news| {
        let (over, matter) = (news.turn.is_over(), &news.matter);
        let of_key = matter.code == WatchCode::KeyChanged && matter.severity > WatchState::Ok;
        (over, !of_key, std::cmp::Reverse(matter.severity))
    });
    told
}

/// What is the gravest of several, in one sentence without its full stop, with the number of the others.
pub fn with_others(first: &str, count: usize) -> String {
    let message = first.strip_suffix(['.', '。']).unwrap_or(first);
    match count {
        0 => message.to_owned(),
        count => text!(watched_and_more, message, count),
    }
}

/// How much of it works: "24 of 24 secrets readable, 26 of 26 logins work". With a zone, also when logins were last tried.
pub fn figures(report: &WatchReport, zone: Option<&TimeZone>) -> String {
    let check = |code| report.checks.iter().find(|check| check.code == code);
    let figure = |check: &WatchCheck| check.value.zip(check.of);
    let secrets = check(CheckCode::Secrets)
        .and_then(figure)
        .map(|(value, of)| text!(watched_secrets, value, of));
    let logins = check(CheckCode::Logins).and_then(|check| {
        let (value, of) = figure(check)?;
        let logins = text!(watched_logins, value, of);
        Some(match zone {
            Some(zone) => text!(watched_tried, logins, time = time(check.at, zone)),
            None => logins,
        })
    });
    let figures: Vec<String> = [secrets, logins].into_iter().flatten().collect();
    match figures.is_empty() {
        true => words().watched_well.to_owned(),
        false => joined::list(&figures),
    }
}

/// That it is as it was written down then, where nobody could look now.
pub fn as_of(report: &WatchReport, zone: &TimeZone) -> Option<String> {
    let time = time(report.as_of?, zone);
    Some(text!(watch_as_of, time))
}

/// `2026-11-24 14:02`, on a clock of this zone.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// `2026-11-24 14:02 +01:00`, for readers elsewhere.
pub fn time_anywhere(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

/// Where the install is, in a word: its folder, behind the container that it is in.
pub fn folder(install: &WatchedInstall) -> String {
    let path = shown(&install.path);
    match &install.container {
        Some(container) => format!("{}:{path}", shown(container)),
        None => path.to_string(),
    }
}

/// What the install is called: two may have one address.
pub fn called(install: &WatchedInstall) -> String {
    called_with(install, folder(install))
}

/// The same for a subject: of a long folder, its end.
pub fn called_in_short(install: &WatchedInstall) -> String {
    let folder = folder(install);
    let cut = folder.chars().count().saturating_sub(MAX_FOLDER);
    let end: String = folder.chars().skip(cut).collect();
    let before = if cut > 0 { "…" } else { "" };
    called_with(install, format!("{before}{end}"))
}

fn called_with(install: &WatchedInstall, folder: String) -> String {
    let name = shown(&install.name);
    match install.path.is_empty() {
        // Nobody knows it yet.
        true => name.to_string(),
        false => text!(watched_called, name, folder),
    }
}

/// Where the install is, and when it was looked at.
pub fn place(install: &WatchedInstall, time: &str) -> String {
    let (name, path, host) = (
        shown(&install.name),
        shown(&install.path),
        shown(&install.host),
    );
    match &install.container {
        Some(container) => {
            let container = shown(container);
            text!(alert_where_in_container, name, path, container, host, time)
        }
        None => text!(alert_where, name, path, host, time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_the_end_of_a_long_folder() {
        let mut install = WatchedInstall {
            host: "server1".to_owned(),
            path: "/srv/desk".to_owned(),
            name: "desk.example.net".to_owned(),
            version: String::new(),
            container: Some("web".to_owned()),
        };
        assert_eq!(
            called_in_short(&install),
            "desk.example.net (web:/srv/desk)"
        );
        install.path = format!("/srv/{}/freescout", "ü".repeat(60));
        assert_eq!(
            called_in_short(&install),
            format!("desk.example.net (…{}/freescout)", "ü".repeat(30))
        );
        assert!(called(&install).contains("(web:/srv/ü"));
        // A trial of alarms before any install is known.
        install.path.clear();
        assert_eq!(called(&install), "desk.example.net");
    }
}
