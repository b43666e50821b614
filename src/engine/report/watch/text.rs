//! For people: what is new, then what stands, the gravest first, each with what to do next. When all is well, one line.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::by_gravity;
use crate::domain::run::watch::{Matter, Turn, WatchReport, WatchState};
use crate::sentences::watch;
use crate::words::untrusted::shown;
use crate::words::words;

/// A report in lines; times on a clock of this zone.
pub fn text(report: &WatchReport, zone: &TimeZone) -> String {
    let time = |at| watch::time(at, zone);
    let name = shown(&report.install.name);
    let nothing = report.news.is_empty() && report.standing.is_empty();
    if nothing && report.state == WatchState::Ok {
        let figures = watch::figures(report, Some(zone));
        return text!(watched_figures, name, figures) + "\n";
    }
    let state = watch::state(report.state);
    let mut out = text!(watched_heading, name, state, time = time(report.at)) + "\n";
    matters(&mut out, report, &time);
    out
}

/// What is new, and what stands besides.
pub(super) fn matters(out: &mut String, report: &WatchReport, time: &dyn Fn(Timestamp) -> String) {
    let w = words();
    if !report.news.is_empty() {
        let _ = writeln!(out, "{}", w.watched_news);
    }
    for news in watch::by_gravity(&report.news) {
        one(out, &watch::news(news), &news.matter, time);
        // What is over needs nothing done.
        if news.turn != Turn::Ended {
            next(out, &news.matter);
        }
    }
    let told = |matter: &&Matter| {
        let same = |other: &Matter| other.code == matter.code && other.subject == matter.subject;
        let mut still = report.news.iter().filter(|news| news.turn != Turn::Ended);
        still.any(|news| same(&news.matter))
    };
    let mut rest = by_gravity(&report.standing);
    rest.retain(|matter| !told(matter));
    if !rest.is_empty() {
        let _ = writeln!(out, "{}", w.watched_standing);
    }
    for matter in rest {
        one(out, &watch::matter(matter), matter, time);
        next(out, matter);
    }
}

fn one(out: &mut String, said: &str, matter: &Matter, time: &dyn Fn(Timestamp) -> String) {
    let since = text!(watched_since, time = time(matter.since));
    let _ = writeln!(out, "  {said} ({since})");
}

fn next(out: &mut String, matter: &Matter) {
    if !matter.next.is_empty() {
        let _ = writeln!(out, "    {}", text!(watched_next, next = matter.next));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{broken, well, zone};
    use super::*;

    #[test]
    fn when_all_is_well_it_is_one_line_with_the_figures() {
        assert_eq!(
            text(&well(), &zone()),
            "helpdesk.example.org: OK, 24 of 24 secrets readable, 26 of 26 logins work (last tried 2026-11-29 23:20)\n"
        );
    }

    #[test]
    fn news_come_first_and_the_gravest_before_the_others() {
        assert_eq!(
            text(&broken(), &zone()),
            "desk.example.net: CRITICAL, seen 2026-11-30 01:20
New:
  CRITICAL: The key changed; 24 passwords can't be read | see below. (since 2026-11-30 01:20)
    Next: Put the old key back.
  STILL WARNING: Jobs wait; since an hour. (since 2026-11-30 00:20)
  OVER: The login of Büro fails. (since 2026-11-30 01:20)
"
        );
        let mut later = broken();
        later.news.clear();
        assert_eq!(
            text(&later, &zone()),
            "desk.example.net: CRITICAL, seen 2026-11-30 01:20
Standing:
  CRITICAL: The key changed; 24 passwords can't be read | see below. (since 2026-11-30 01:20)
    Next: Put the old key back.
  WARNING: Jobs wait; since an hour. (since 2026-11-30 00:20)
"
        );
    }
}
