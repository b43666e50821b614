//! The output that the guidelines for Nagios plugins ask for: one line that is shown, performance data after `|`, then
//! long text. Icinga, Naemon, Centreon, Checkmk and others read it too.
//!
//! A message must not begin the performance data or end its line, and Nagios turns `;` of the first line into `:`: so
//! neither stands there. Labels are quoted where they must be.

use std::borrow::Cow;
use std::fmt::Write;

use jiff::tz::TimeZone;

use super::{by_gravity, names, worst};
use crate::domain::error::Problem;
use crate::domain::run::watch::metrics::DAY;
use crate::domain::run::watch::settings::Thresholds;
use crate::domain::run::watch::{CheckCode, Matter, WatchCheck, WatchReport, WatchState};
use crate::sentences::watch;
use crate::words::words;

/// What a plugin prints. It ends with the number of [`worst`]. Labels name the install, but where it is said that there is
/// `of_one` alone: so they stay the same whichever others come to be.
pub fn nagios(reports: &[WatchReport], thresholds: &Thresholds, of_one: bool) -> String {
    let names = names(reports);
    let state = worst(reports).name().to_uppercase();
    let said = line(&first_line(reports, &names)).replace(';', ",");
    let mut out = format!("FREESCOUT {state} - {said}");
    let mut separator = '|';
    for report in reports {
        let place = (!of_one).then(|| watch::folder(&report.install));
        let of = place.as_deref();
        for data in report.checks.iter().filter_map(|c| data(c, of, thresholds)) {
            let _ = write!(out, "{separator}{data}");
            separator = ' ';
        }
    }
    out.push('\n');
    for (report, name) in reports.iter().zip(&names) {
        for said in long_text(report) {
            let said = match reports {
                [_] => said,
                _ => format!("{name}: {said}"),
            };
            let _ = writeln!(out, "{}", line(&said));
        }
    }
    out
}

/// What is printed where no round could be begun.
pub fn failed(problem: &Problem) -> String {
    let state = WatchState::Unknown.name().to_uppercase();
    let said = line(&problem.message()).replace(';', ",");
    let mut out = format!("FREESCOUT {state} - {said}\n");
    for next in problem.next.lines() {
        let _ = writeln!(out, "{}", line(next));
    }
    out
}

/// Without what would begin performance data or another line.
fn line(said: &str) -> String {
    said.chars()
        .map(|c| match c {
            '|' => '/',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

fn first_line(reports: &[WatchReport], names: &[String]) -> String {
    let gravest = reports.iter().zip(names).max_by_key(|(r, _)| r.state);
    match (reports, gravest) {
        (_, None) => words().watched_no_install.to_owned(),
        ([report], _) => in_short(report),
        (_, Some((gravest, name))) => {
            let well = reports.iter().filter(|r| r.state == WatchState::Ok).count();
            let together = text!(watched_installs, well, of = reports.len());
            match gravest.state {
                WatchState::Ok => together,
                _ => format!("{together}, {name}: {}", in_short(gravest)),
            }
        }
    }
}

fn in_short(report: &WatchReport) -> String {
    match watch::as_of(report, &TimeZone::system()) {
        Some(as_of) => format!("{} ({as_of})", of_state(report)),
        None => of_state(report),
    }
}

fn of_state(report: &WatchReport) -> String {
    if report.as_of.is_some() && report.standing.is_empty() {
        return watch::state(report.state).to_owned();
    }
    if report.state == WatchState::Ok {
        return watch::figures(report, None);
    }
    match &by_gravity(&report.standing)[..] {
        [first, others @ ..] => watch::with_others(&first.message, others.len()),
        [] => {
            let bad = report.checks.iter().filter(|c| c.state != WatchState::Ok);
            let checks: Vec<&str> = bad.map(|check| check.code.name()).collect();
            text!(watched_check_not_ok, checks = checks.join(", "))
        }
    }
}

fn long_text(report: &WatchReport) -> Vec<String> {
    let said = |matter: &Matter| [vec![watch::matter(matter)], watch::next(&matter.next)].concat();
    let standing = by_gravity(&report.standing).into_iter();
    standing.flat_map(said).collect()
}

/// `'label'=value[unit];[warn];[crit];[min];[max]`. `of` is the install, where there are several.
fn data(check: &WatchCheck, of: Option<&str>, thresholds: &Thresholds) -> Option<String> {
    let value = check.value?;
    let figures = match check.code {
        // Nothing is counted.
        CheckCode::Reading | CheckCode::Key | CheckCode::Files | CheckCode::Safe => return None,
        CheckCode::Secrets | CheckCode::Logins | CheckCode::MailFlow | CheckCode::TestMail => {
            let most = check.of.map(|of| format!(";{of}")).unwrap_or_default();
            format!("{value};;;0{most}")
        }
        CheckCode::Certificates => {
            let least = thresholds.certificate.as_secs();
            format!("{}s;{least}:", value.saturating_mul(DAY))
        }
        CheckCode::Fetching => {
            let most = thresholds.fetch_ago.as_secs();
            format!("{value}s;{most};;0")
        }
        CheckCode::Queue | CheckCode::FailedJobs | CheckCode::Workers => format!("{value};;;0"),
    };
    let name = check.code.name();
    let label = match of {
        Some(install) => Cow::Owned(format!("{install}::{name}")),
        None => Cow::Borrowed(name),
    };
    Some(format!("{}={figures}", quoted(&label)))
}

/// A label: quoted where there is more in it than letters, digits and underscores, quotes doubled. `=` ends one in some
/// readers even within quotes.
fn quoted(label: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if label.chars().all(plain) {
        return Cow::Borrowed(label);
    }
    let label = line(label).replace('=', "_").replace('\'', "''");
    Cow::Owned(format!("'{label}'"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::samples::{AT, broken, well};
    use super::*;
    use crate::domain::error::ErrorKind;

    /// What a reader of the guidelines takes out of an output.
    struct Read {
        shown: String,
        long: Vec<String>,
        data: Vec<(String, Vec<String>)>,
    }

    fn read(output: &str) -> Read {
        assert!(output.ends_with('\n') && !output.contains('\r'), "{output}");
        let mut lines = output.lines();
        let first = lines.next().unwrap();
        let (shown, data) = first.split_once('|').unwrap_or((first, ""));
        assert!(!shown.is_empty() && !shown.contains(';'), "{shown}");
        let long: Vec<String> = lines.map(str::to_owned).collect();
        assert!(long.iter().all(|line| !line.contains('|')), "{long:?}");
        Read {
            shown: shown.to_owned(),
            long,
            data: read_data(data),
        }
    }

    fn read_data(mut rest: &str) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        while !rest.is_empty() {
            let (label, after) = read_label(rest);
            let (figures, after) = after.split_once(' ').unwrap_or((after, ""));
            let figures: Vec<String> = figures.split(';').map(str::to_owned).collect();
            assert!(figures.len() <= 5, "{figures:?}");
            let number = figures[0].trim_end_matches('s');
            assert!(number.parse::<f64>().is_ok(), "{figures:?}");
            for range in &figures[1..] {
                let number = range.trim_end_matches(':');
                assert!(
                    number.is_empty() || number.parse::<f64>().is_ok(),
                    "{range}"
                );
            }
            all.push((label, figures));
            rest = after;
        }
        all
    }

    fn read_label(text: &str) -> (String, &str) {
        let Some(mut rest) = text.strip_prefix('\'') else {
            let (label, rest) = text.split_once('=').unwrap();
            assert!(!label.contains([' ', '\'']), "{label}");
            return (label.to_owned(), rest);
        };
        let mut label = String::new();
        loop {
            let (part, after) = rest.split_once('\'').unwrap();
            label += part;
            assert!(!label.contains('='), "{label}");
            match after.strip_prefix('\'') {
                Some(after) => {
                    label.push('\'');
                    rest = after;
                }
                None => return (label, after.strip_prefix('=').unwrap()),
            }
        }
    }

    fn of(data: &[(String, Vec<String>)], label: &str) -> String {
        let found = data.iter().find(|(name, _)| name == label);
        found
            .unwrap_or_else(|| panic!("{label} of {data:?}"))
            .1
            .join(";")
    }

    #[test]
    fn a_well_install_is_one_line_with_its_figures() {
        let output = nagios(&[well()], &Thresholds::default(), true);
        assert_eq!(
            output,
            "FREESCOUT OK - 24 of 24 secrets readable, 26 of 26 logins work|secrets=24;;;0;24 logins=26;;;0;26 certificates=3456000s;1209600: fetching=120s;1800;;0\n"
        );
        assert_eq!(read(&output).data.len(), 4);
    }

    #[test]
    fn nothing_of_a_message_is_taken_for_data() {
        let read = read(&nagios(&[broken()], &Thresholds::default(), true));
        assert_eq!(
            read.shown,
            "FREESCOUT CRITICAL - The key changed, 24 passwords can't be read / see below (and 1 more)"
        );
        assert_eq!(
            read.long,
            [
                "CRITICAL: The key changed; 24 passwords can't be read / see below.",
                "Next: Put the old key back.",
                "      To do it: x",
                "WARNING: Jobs wait; since an hour."
            ]
        );
        assert_eq!(of(&read.data, "secrets"), "0;;;0;24");
        let mut odd = broken();
        odd.standing.truncate(1);
        odd.standing[0].message = "two\nlines\u{1b}[31m|x=1".to_owned();
        let read = self::read(&nagios(&[odd], &Thresholds::default(), true));
        assert_eq!(read.shown, "FREESCOUT CRITICAL - two lines [31m/x=1");
        assert_eq!(read.data.len(), 4);
    }

    #[test]
    fn several_installs_are_told_apart() {
        let mut all = [well(), broken()];
        all[1].install.name = "Bob's = desk".to_owned();
        all[1].install.path = "/srv/Bob's = desk".to_owned();
        let read = read(&nagios(&all, &Thresholds::default(), false));
        assert_eq!(
            read.shown,
            "FREESCOUT CRITICAL - 1 of 2 installs are well, Bob's = desk: The key changed, 24 passwords can't be read / see below (and 1 more)"
        );
        assert!(read.long[0].starts_with("Bob's = desk: CRITICAL: "));
        assert_eq!(of(&read.data, "/var/www/freescout::secrets"), "24;;;0;24");
        let container = "web \"1\":/srv/Bob's _ desk::secrets";
        assert_eq!(of(&read.data, container), "0;;;0;24");
        assert_eq!(read.data.len(), 8);
        let alone = self::read(&nagios(&all[..1], &Thresholds::default(), false));
        assert_eq!(of(&alone.data, "/var/www/freescout::secrets"), "24;;;0;24");
    }

    #[test]
    fn a_round_that_cannot_be_begun_is_unknown() {
        let problem = ErrorKind::BadInput.problem("No; not|now.", "It is so.", "Do\nthat.");
        let read = read(&failed(&problem));
        assert_eq!(read.shown, "FREESCOUT UNKNOWN - No, not/now. It is so.");
        assert_eq!(read.long, ["Do", "that."]);
    }

    #[test]
    fn what_is_wrong_is_said_even_where_nothing_stands() {
        let mut report = well();
        report.state = WatchState::Warning;
        report.checks[5].state = WatchState::Warning;
        let shown = read(&nagios(&[report], &Thresholds::default(), true)).shown;
        assert_eq!(shown, "FREESCOUT WARNING - not as it should be: queue");
        let none = read(&nagios(&[], &Thresholds::default(), true)).shown;
        assert_eq!(none, "FREESCOUT UNKNOWN - no install was looked at");
    }

    #[test]
    fn every_check_has_figures_that_readers_take() {
        let check = |code| WatchCheck {
            code,
            state: WatchState::Ok,
            value: Some(u64::MAX),
            of: None,
            at: AT,
        };
        let mut report = well();
        report.checks = CheckCode::ALL.map(check).to_vec();
        let read = read(&nagios(&[report], &Thresholds::default(), true));
        assert_eq!(read.data.len(), CheckCode::ALL.len() - 4);
    }
}
