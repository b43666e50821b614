//! Lines of crontabs: `crontab(5)`, and what busybox's cron knows of it.

use super::units;
use super::wishes::{TimerError, TimerWishes, line_of, text_of};
use crate::domain::run::watch::every::Every;
use crate::sentences::commands::word;

/// What each line of ours ends with: a comment to the shell that runs it.
pub(super) const ENDING: &str = "# freescout-rescue-watch";
/// The folders of programs, in which a file in `/etc/cron.d` is not given root's own.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HOUR: u16 = 60;
const DAY: u16 = 24 * HOUR;

/// A file for `/etc/cron.d`.
pub(super) fn file(wishes: &TimerWishes) -> Result<String, TimerError> {
    let line = line(wishes, Some("root"))?;
    Ok(format!("{}\n{PATH}\n{line}\n", units::mark()))
}

/// The line, with the account where it stands in a file for several. What a round says is not mailed by cron: channels do
/// that. What keeps it from being made is.
pub(super) fn line(wishes: &TimerWishes, account: Option<&str>) -> Result<String, TimerError> {
    let mut words = vec![when(wishes.every, wishes.offset)];
    words.extend(account.map(str::to_owned));
    words.push(escaped(text_of(&wishes.program)?));
    words.push("watch".to_owned());
    for argument in &wishes.arguments {
        words.push(escaped(line_of(argument)?));
    }
    words.push(format!(">/dev/null {ENDING}"));
    Ok(words.join(" "))
}

/// What our line in this text runs; the line as a whole, where it does not look like one of ours.
pub(super) fn command(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim_end);
    let line = lines.find(|line| line.ends_with(ENDING))?;
    let run = line.trim_end_matches(ENDING).trim_end();
    let run = run.trim_end_matches(">/dev/null").trim_end();
    // The five fields, and the account where it stands in a file for several.
    let begins = run.match_indices([' ', '\t']).map(|(at, _)| &run[at + 1..]);
    let mut paths = begins.filter(|rest| rest.starts_with(['/', '\'']));
    Some(paths.next().unwrap_or(run).to_owned())
}

/// A word of the shell's. A `%` would end the command, in quotes too.
fn escaped(text: &str) -> String {
    word(text).replace('%', "\\%")
}

/// The five fields: so often, and later than others by so many minutes.
fn when(every: Every, offset: u16) -> String {
    let minutes = every.minutes();
    let offset = offset % minutes;
    match (minutes, offset) {
        (1, _) => "* * * * *".to_owned(),
        (2..HOUR, 0) => format!("*/{minutes} * * * *"),
        (2..HOUR, _) => format!("{offset}-59/{minutes} * * * *"),
        (HOUR, _) => format!("{offset} * * * *"),
        (DAY.., _) => format!("{} {} * * *", offset % HOUR, offset / HOUR),
        _ => {
            let (minute, hour) = (offset % HOUR, offset / HOUR);
            format!("{minute} {hour}-23/{} * * *", minutes / HOUR)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;

    /// The numbers that a field means, as `crontab(5)` says.
    fn meant(field: &str, most: u16) -> BTreeSet<u16> {
        let (range, step) = field.split_once('/').unwrap_or((field, "1"));
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (first.parse().unwrap(), last.parse().unwrap()),
            None if range == "*" => (0, most),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        assert!(first <= last && last <= most, "{field}");
        (first..=last).step_by(step.parse().unwrap()).collect()
    }

    #[test]
    fn rounds_are_equally_far_apart() {
        for every in Every::all() {
            for offset in [0, 1, 7, 59, 60, 61, 1439, u16::MAX] {
                let fields = when(every, offset);
                let fields: Vec<&str> = fields.split(' ').collect();
                assert_eq!((fields.len(), &fields[2..]), (5, &["*", "*", "*"][..]));
                let (minutes, hours) = (meant(fields[0], 59), meant(fields[1], 23));
                let all = hours.iter().flat_map(|hour| {
                    let minutes = minutes.iter();
                    minutes.map(move |minute| hour * 60 + minute)
                });
                let mut all: Vec<u16> = all.collect();
                assert_eq!(
                    all.len() * usize::from(every.minutes()),
                    24 * 60,
                    "{fields:?}"
                );
                // The first of the next day ends the circle.
                all.push(all[0] + DAY);
                for two in all.windows(2) {
                    assert_eq!(two[1] - two[0], every.minutes(), "{fields:?}");
                }
            }
        }
        assert_eq!(Every::of(Duration::from_mins(5)), Some(Every::default()));
        assert_eq!(Every::of(Duration::from_mins(7)), None);
        assert_eq!(Every::of(Duration::from_secs(90)), None);
    }
}
