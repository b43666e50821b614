//! The text format of Prometheus, as the textfile collector of its node exporter takes it: one file for all installs.
//!
//! The collector drops a whole file that does not end with a new line or has a time in a sample, and passes over in silence
//! what is repeated: so each install has labels of its own, by its folder and its container.

use std::fmt::Write;

use jiff::Timestamp;

use crate::domain::run::watch::metrics::{self, Metric};
use crate::domain::run::watch::{WatchCode, WatchReport, WatchedInstall};
use crate::words::untrusted::shown;

/// The file of these reports.
pub fn prometheus(reports: &[WatchReport]) -> String {
    let installs: Vec<(String, &WatchReport)> = reports
        .iter()
        .map(|report| (labels(&report.install), report))
        .collect();
    let mut out = String::new();
    metric(
        &mut out,
        metrics::UP,
        installs.iter().map(|(install, report)| {
            let mut standing = report.standing.iter();
            let blind = standing.any(|matter| matter.code == WatchCode::CannotLook);
            (install.clone(), u8::from(!blind))
        }),
    );
    metric(
        &mut out,
        metrics::INSTALL_INFO,
        installs.iter().map(|(install, report)| {
            let (host, version) = (label(&report.install.host), label(&report.install.version));
            let labels = format!("{install},host=\"{host}\",version=\"{version}\"");
            (labels, 1)
        }),
    );
    metric(
        &mut out,
        metrics::LAST_ROUND,
        installs
            .iter()
            .map(|(install, report)| (install.clone(), looked(report).as_second())),
    );
    metric(
        &mut out,
        metrics::STATE,
        installs
            .iter()
            .map(|(install, report)| (install.clone(), report.state.number())),
    );
    let checks = || {
        installs.iter().flat_map(|(install, report)| {
            report.checks.iter().map(move |check| {
                let code = check.code.name();
                (format!("{install},check=\"{code}\""), check)
            })
        })
    };
    metric(
        &mut out,
        metrics::CHECK_STATE,
        checks().map(|(labels, check)| (labels, check.state.number())),
    );
    metric(
        &mut out,
        metrics::CHECK_AT,
        checks().map(|(labels, check)| (labels, check.at.as_second())),
    );
    for figure in metrics::FIGURES {
        let of = |(install, report): &(String, &WatchReport)| {
            let mut checks = report.checks.iter();
            let check = checks.find(|check| check.code == figure.check)?;
            Some((install.clone(), (figure.value)(check)?))
        };
        metric(&mut out, figure.metric, installs.iter().filter_map(of));
    }
    metric(
        &mut out,
        metrics::MATTER,
        installs.iter().flat_map(|(install, report)| {
            WatchCode::ALL.map(|code| {
                let stands = report.standing.iter().any(|matter| matter.code == code);
                let labels = format!("{install},code=\"{}\"", code.name());
                (labels, u8::from(stands))
            })
        }),
    );
    out
}

/// The file where no round could be begun.
pub fn failed(install: &WatchedInstall) -> String {
    let mut out = String::new();
    metric(&mut out, metrics::UP, std::iter::once((labels(install), 0)));
    out
}

/// When somebody last looked.
fn looked(report: &WatchReport) -> Timestamp {
    report.as_of.unwrap_or(report.at)
}

/// What each sample of an install has, the same whichever others there are.
fn labels(install: &WatchedInstall) -> String {
    format!(
        "install=\"{}\",path=\"{}\",container=\"{}\"",
        label(&install.name),
        label(&install.path),
        label(install.container.as_deref().unwrap_or_default())
    )
}

/// A label's value, of something from outside.
fn label(text: &str) -> String {
    escaped(&shown(text).to_string())
}

/// One metric with its samples; nothing where it has none.
fn metric<N: Into<i128>>(
    out: &mut String,
    Metric { name, help }: Metric,
    samples: impl Iterator<Item = (String, N)>,
) {
    let mut samples = samples.peekable();
    if samples.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "# HELP {name} {help}");
    let _ = writeln!(out, "# TYPE {name} gauge");
    for (labels, value) in samples {
        let value: i128 = value.into();
        let _ = writeln!(out, "{name}{{{labels}}} {value}");
    }
}

/// A label's value.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::super::samples::{AT, broken, well};
    use super::*;
    use crate::domain::run::watch::{CheckCode, WatchCheck};

    type Labels = BTreeMap<String, String>;

    fn is_name(text: &str) -> bool {
        let letter = |c: char| c.is_ascii_lowercase() || c == '_';
        !text.is_empty()
            && text.chars().all(|c| letter(c) || c.is_ascii_digit())
            && text.starts_with(letter)
    }

    /// Reads a file as strictly as the format is meant; the samples by metric and labels.
    fn read(file: &str) -> BTreeMap<(String, Labels), f64> {
        assert!(file.ends_with('\n') && !file.contains('\r'));
        let (mut all, mut described) = (BTreeMap::new(), BTreeSet::new());
        let mut lines = file.lines().peekable();
        while let Some(line) = lines.next() {
            let (name, help) = line
                .strip_prefix("# HELP ")
                .unwrap()
                .split_once(' ')
                .unwrap();
            assert!(
                is_name(name) && !help.is_empty() && help.ends_with('.'),
                "{line}"
            );
            assert!(described.insert(name.to_owned()), "{name} twice");
            assert_eq!(lines.next(), Some(&*format!("# TYPE {name} gauge")));
            assert!(!name.ends_with("_total"), "{name} is no counter");
            let mut samples = 0;
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                let rest = line.strip_prefix(name).unwrap().strip_prefix('{').unwrap();
                let (labels, rest) = read_labels(rest);
                let value = rest.strip_prefix(' ').unwrap();
                // A time would be a second number.
                let value: f64 = value.parse().unwrap();
                let before = all.insert((name.to_owned(), labels), value);
                assert!(before.is_none(), "{line} twice");
                samples += 1;
            }
            assert!(samples > 0, "{name} without samples");
        }
        all
    }

    fn read_labels(mut rest: &str) -> (Labels, &str) {
        let mut labels = Labels::new();
        loop {
            let (name, after) = rest.split_once("=\"").unwrap();
            assert!(is_name(name), "{name}");
            let (mut value, mut end) = (String::new(), None);
            let mut chars = after.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        end = Some(at);
                        break;
                    }
                    '\\' => match chars.next().unwrap().1 {
                        'n' => value.push('\n'),
                        c @ ('\\' | '"') => value.push(c),
                        c => panic!("\\{c}"),
                    },
                    c => value.push(c),
                }
            }
            assert!(labels.insert(name.to_owned(), value).is_none());
            rest = &after[end.unwrap() + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return (labels, rest.strip_prefix('}').unwrap()),
            }
        }
    }

    fn of(read: &BTreeMap<(String, Labels), f64>, name: &str, labels: &[(&str, &str)]) -> f64 {
        let found = read.iter().find(|((metric, having), _)| {
            metric == &format!("freescout_rescue_{name}")
                && labels.iter().all(|(name, value)| having[*name] == *value)
        });
        *found.unwrap_or_else(|| panic!("{name} {labels:?}")).1
    }

    #[test]
    fn each_install_has_its_samples() {
        let mut all = [well(), broken(), well()];
        all[2].install.path = "/srv/\"old\"\\".to_owned();
        let file = prometheus(&all);
        let read = read(&file);
        let ours = ("install", "desk.example.net");
        assert_eq!(of(&read, "state", &[ours]), 2.0);
        assert_eq!(
            of(&read, "install_info", &[ours, ("container", "web \"1\"")]),
            1.0
        );
        assert_eq!(of(&read, "secrets_readable", &[ours]), 0.0);
        assert_eq!(of(&read, "secrets", &[ours]), 24.0);
        assert_eq!(
            of(&read, "certificate_left_seconds", &[ours]),
            40.0 * 86_400.0
        );
        assert_eq!(of(&read, "check_state", &[ours, ("check", "secrets")]), 2.0);
        assert_eq!(of(&read, "matter", &[ours, ("code", "key_changed")]), 1.0);
        assert_eq!(of(&read, "matter", &[ours, ("code", "login_fails")]), 0.0);
        let at = AT.as_second() as f64;
        assert_eq!(of(&read, "last_round_timestamp_seconds", &[ours]), at);
        let logins = [ours, ("check", "logins")];
        assert_eq!(of(&read, "check_timestamp_seconds", &logins), at - 7200.0);
        let old = [
            ("install", "helpdesk.example.org"),
            ("path", "/srv/\"old\"\\"),
        ];
        assert_eq!(of(&read, "state", &old), 0.0);
        assert_eq!(of(&read, "up", &old), 1.0);
        let alone = prometheus(&all[..1]);
        let mut lines = alone.lines();
        assert!(
            lines.all(|line| file.contains(line)),
            "the samples of one install are the same without the others"
        );
        assert!(
            !file.contains("queue_jobs"),
            "a check without a figure has no sample"
        );
    }

    #[test]
    fn every_figure_has_a_name_of_its_own() {
        let mut report = well();
        let check = |code| WatchCheck {
            code,
            value: Some(1),
            of: Some(2),
            ..report.checks[0].clone()
        };
        report.checks = CheckCode::ALL.map(check).to_vec();
        let read = read(&prometheus(&[report]));
        let names: BTreeSet<&String> = read.keys().map(|(name, _)| name).collect();
        assert_eq!(names.len(), metrics::FIGURES.len() + 7);
    }

    #[test]
    fn where_no_round_could_be_begun_it_is_down() {
        assert_eq!(prometheus(&[]), "");
        let file = failed(&well().install);
        let read = read(&file);
        assert_eq!(read.len(), 1);
        assert_eq!(of(&read, "up", &[("path", "/var/www/freescout")]), 0.0);
    }

    #[test]
    fn promtool_has_nothing_to_say() {
        let checked = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut promtool) = checked else {
            return crate::not_tried::not_tried("no promtool here: our metrics by it");
        };
        let file = prometheus(&[well(), broken()]);
        let mut input = promtool.stdin.take().unwrap();
        input.write_all(file.as_bytes()).unwrap();
        drop(input);
        let said = promtool.wait_with_output().unwrap();
        assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
    }
}
