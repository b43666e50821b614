//! What those who are told get: the news of one report.

use std::borrow::Cow;
use std::fmt::Write;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::text::matters;
use crate::domain::run::watch::WatchReport;
use crate::engine::report::escaped;
use crate::io::alert::Alert;
use crate::sentences::watch;
use crate::words::words;

/// A longer sentence is cut in a subject, in characters.
const MAX_SUBJECT: usize = 120;

/// The document for programs: the report, with the subject and the text beside it. Chat services show `text`.
#[derive(Serialize)]
struct AlertJson<'a> {
    subject: &'a str,
    text: &'a str,
    #[serde(flatten)]
    report: &'a WatchReport,
}

/// The alarm of a report, with the command that looks again; `None` where nothing is new. Times are of this zone, and say
/// so.
pub fn alert(report: &WatchReport, look_again: &str, zone: &TimeZone) -> Option<Alert> {
    let subject = subject(report)?;
    let text = body(report, look_again, zone);
    let json = AlertJson {
        subject: &subject,
        text: &text,
        report,
    };
    let mut written = Vec::new();
    // A report has no keys but texts.
    escaped::write(&mut written, &json).ok()?;
    Some(Alert {
        install: report.install.clone(),
        news: report.news.clone(),
        json: String::from_utf8(written).ok()?,
        subject,
        text,
    })
}

fn subject(report: &WatchReport) -> Option<String> {
    let told = watch::by_gravity(&report.news);
    let [first, others @ ..] = &told[..] else {
        return None;
    };
    let told = watch::with_others(&cut(&watch::news(first)), others.len());
    Some(text!(
        alert_subject,
        name = watch::called_in_short(&report.install),
        told
    ))
}

fn cut(said: &str) -> Cow<'_, str> {
    match said.char_indices().nth(MAX_SUBJECT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &said[..end])),
        None => Cow::Borrowed(said),
    }
}

fn body(report: &WatchReport, look_again: &str, zone: &TimeZone) -> String {
    let time = |at| watch::time_anywhere(at, zone);
    let mut out = watch::place(&report.install, &time(report.at)) + "\n\n";
    matters(&mut out, report, &time);
    let look_again = text!(alert_look_again, command = look_again);
    let signature = words().alert_signature;
    let _ = writeln!(out, "\n{look_again}\n\n-- \n{signature}");
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::samples::{broken, matter, news, well, zone};
    use super::*;
    use crate::domain::run::watch::{Turn, WatchCode, WatchState};

    const LOOK_AGAIN: &str = "freescout-rescue watch --container web";

    #[test]
    fn it_says_what_where_when_and_what_to_do() {
        let made = alert(&broken(), LOOK_AGAIN, &zone()).unwrap();
        assert_eq!(
            made.subject,
            "[FreeScout desk.example.net (web \"1\":/var/www/freescout)] CRITICAL: The key changed; 24 passwords can't be read | see below (and 2 more)"
        );
        assert_eq!(
            made.text,
            "FreeScout at desk.example.net: /var/www/freescout in the container web \"1\" on server1, seen 2026-11-30 01:20 +01:00.

New:
  CRITICAL: The key changed; 24 passwords can't be read | see below. (since 2026-11-30 01:20 +01:00)
    Next: Put the old key back.
          To do it: x
  STILL WARNING: Jobs wait; since an hour. (since 2026-11-30 00:20 +01:00)
  OVER: The login of Büro fails. (since 2026-11-30 01:20 +01:00)

To look again: freescout-rescue watch --container web

-- 
From freescout-rescue, which watches this helpdesk.
"
        );
        let json: serde_json::Value = serde_json::from_str(&made.json).unwrap();
        assert_eq!(json["subject"], made.subject.as_str());
        assert_eq!(json["text"], made.text.as_str());
        assert_eq!(json["news"][2]["code"], "key_changed");
        assert_eq!(json["install"]["container"], "web \"1\"");
        let report: WatchReport = serde_json::from_value(json).unwrap();
        assert_eq!(report, broken());
    }

    #[test]
    fn that_the_key_changed_comes_before_all_that_comes_of_it() {
        let mut lost = well();
        let of = |code, severity, said: &str| matter(code, severity, said, "");
        let login = of(WatchCode::LoginFails, WatchState::Critical, "It fails.");
        let key = of(WatchCode::KeyChanged, WatchState::Warning, "It changed.");
        lost.news = vec![news(Turn::Began, login.clone()), news(Turn::Happened, key)];
        let subject = |report: &WatchReport| alert(report, "again", &zone()).unwrap().subject;
        assert!(subject(&lost).contains("WARNING: It changed (and 1 more)"));
        // A change that we made is a note.
        lost.news[1].matter.severity = WatchState::Ok;
        assert!(subject(&lost).contains("CRITICAL: It fails (and 1 more)"));
    }

    #[test]
    fn without_news_there_is_none() {
        let mut report = broken();
        report.news.clear();
        assert!(alert(&report, LOOK_AGAIN, &zone()).is_none());
    }

    #[test]
    fn a_subject_is_one_short_line() {
        let mut report = well();
        let long = "\u{fc}".repeat(400);
        report.install.name = "two\nlines".to_owned();
        report.news = vec![news(
            Turn::Happened,
            matter(WatchCode::KeySaved, WatchState::Ok, &long, ""),
        )];
        let subject = alert(&report, LOOK_AGAIN, &zone()).unwrap().subject;
        assert!(
            subject.starts_with("[FreeScout two lines (/var/www/freescout)] NOTED: üü"),
            "{subject}"
        );
        assert!(
            subject.ends_with("ü…") && subject.chars().count() < 180,
            "{subject}"
        );
    }
}
