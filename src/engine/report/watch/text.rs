//! For people: what is new, then what stands, the gravest first, each with what to do next. When all is well, one line.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::by_gravity;
use crate::domain::run::watch::steps::NextSteps;
use crate::domain::run::watch::{Matter, WatchReport, WatchState};
use crate::sentences::watch;
use crate::words::words;

/// So many are told of each list: a key that is lost takes hundreds of mailboxes with it.
const MOST: usize = 40;

/// A report in lines; times on a clock of this zone.
pub fn text(report: &WatchReport, zone: &TimeZone) -> String {
    let time = |at| watch::time(at, zone);
    let name = watch::called(&report.install);
    let nothing = report.news.is_empty() && report.standing.is_empty();
    let as_of = watch::as_of(report, zone);
    if nothing && report.state == WatchState::Ok {
        let figures = as_of.unwrap_or_else(|| watch::figures(report, Some(zone)));
        return text!(watched_figures, name, figures) + "\n";
    }
    let state = watch::state(report.state);
    let mut out = text!(watched_heading, name, state, time = time(report.at));
    if let Some(as_of) = as_of {
        let _ = write!(out, " ({as_of})");
    }
    out.push('\n');
    matters(&mut out, report, &time);
    out
}

/// What is new, and what stands besides.
pub(super) fn matters(out: &mut String, report: &WatchReport, time: &dyn Fn(Timestamp) -> String) {
    let w = words();
    if !report.news.is_empty() {
        let _ = writeln!(out, "{}", w.watched_news);
    }
    let told = watch::by_gravity(&report.news);
    let said = told.iter().map(|news| {
        let matter = &news.matter;
        // What is over needs nothing done.
        let next = (!news.turn.is_over()).then_some(&matter.next);
        (watch::news(news), matter, next)
    });
    list(out, said.collect(), time);
    let told = |matter: &&Matter| {
        let same = |other: &Matter| other.code == matter.code && other.subject == matter.subject;
        let mut still = report.news.iter().filter(|news| !news.turn.is_over());
        still.any(|news| same(&news.matter))
    };
    let mut rest = by_gravity(&report.standing);
    rest.retain(|matter| !told(matter));
    if !rest.is_empty() {
        let _ = writeln!(out, "{}", w.watched_standing);
    }
    let said = rest.iter();
    let said = said.map(|matter| (watch::matter(matter), *matter, Some(&matter.next)));
    list(out, said.collect(), time);
}

/// What is said of each, with what to do next: once below those that have it in common.
fn list(
    out: &mut String,
    said: Vec<(String, &Matter, Option<&NextSteps>)>,
    time: &dyn Fn(Timestamp) -> String,
) {
    for (n, (said_of_it, matter, next)) in said.iter().enumerate().take(MOST) {
        let since = text!(watched_since, time = time(matter.since));
        let _ = writeln!(out, "  {said_of_it} ({since})");
        let same = said.get(n + 1).is_some_and(|(_, _, other)| other == next);
        if same && n + 1 != MOST {
            continue;
        }
        for line in next.map(watch::next).unwrap_or_default() {
            let _ = writeln!(out, "    {line}");
        }
    }
    let more = said.len().saturating_sub(MOST);
    if more > 0 {
        let _ = writeln!(out, "  {}", text!(watched_more, count = more));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{broken, matter, well, zone};
    use super::*;
    use crate::domain::run::watch::WatchCode;

    #[test]
    fn when_all_is_well_it_is_one_line_with_the_figures() {
        assert_eq!(
            text(&well(), &zone()),
            "helpdesk.example.org (/var/www/freescout): OK, 24 of 24 secrets readable, 26 of 26 logins work (last tried 2026-11-29 23:20)\n"
        );
    }

    #[test]
    fn what_is_to_be_done_for_many_is_said_once_and_no_list_is_endless() {
        let mut lost = well();
        lost.state = WatchState::Critical;
        let one = |n: usize| {
            let said = format!("Mailbox {n} is lost.");
            matter(
                WatchCode::SecretUnreadable,
                WatchState::Critical,
                &said,
                "Look.",
            )
        };
        lost.standing = (0..3).map(one).collect();
        let told = text(&lost, &zone());
        assert_eq!(told.matches("Next: Look.").count(), 1, "{told}");
        assert!(told.ends_with("Next: Look.\n"), "{told}");
        lost.standing = (0..100).map(one).collect();
        let told = text(&lost, &zone());
        assert!(
            told.lines().count() < 50 && told.contains("and 60 more"),
            "{told}"
        );
    }

    #[test]
    fn news_come_first_and_the_gravest_before_the_others() {
        assert_eq!(
            text(&broken(), &zone()),
            "desk.example.net (web \"1\":/var/www/freescout): CRITICAL, seen 2026-11-30 01:20
New:
  CRITICAL: The key changed; 24 passwords can't be read | see below. (since 2026-11-30 01:20)
    Next: Put the old key back.
          To do it: x
  STILL WARNING: Jobs wait; since an hour. (since 2026-11-30 00:20)
  OVER: The login of Büro fails. (since 2026-11-30 01:20)
"
        );
        let mut later = broken();
        later.news.clear();
        assert_eq!(
            text(&later, &zone()),
            "desk.example.net (web \"1\":/var/www/freescout): CRITICAL, seen 2026-11-30 01:20
Standing:
  CRITICAL: The key changed; 24 passwords can't be read | see below. (since 2026-11-30 01:20)
    Next: Put the old key back.
          To do it: x
  WARNING: Jobs wait; since an hour. (since 2026-11-30 00:20)
"
        );
    }
}
