//! The dates that dump tools write into their dumps, as comment lines. Local time of the server, mostly without saying so.
//!
//! Forms: `mysqldump` and `mariadb-dump` (`-- Dump completed on 2025-06-19  3:00:01`), `pg_dump --verbose`
//! (`-- Started on 2025-06-19 03:00:00 CEST`), phpMyAdmin (`-- Generation Time: Jun 19, 2025 at 03:00 AM`), Adminer
//! (`-- 2025-06-19 03:00:01`).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The date of a comment line, where it is one of the forms above.
pub(super) fn of_line(line: &[u8]) -> Option<DateTime> {
    let line = std::str::from_utf8(line).ok()?.strip_prefix("-- ")?.trim();
    if let Some(written) = line.strip_prefix("Generation Time: ") {
        return of_phpmyadmin(written);
    }
    let said = ["Dump completed on ", "Started on ", "Completed on "];
    let text = said.iter().find_map(|said| line.strip_prefix(said));
    of_text(text.unwrap_or(line))
}

/// A date as SQL writes it, with whatever follows: `2025-06-19 03:00:01`, also with a space before a one-digit hour.
pub(super) fn of_text(text: &str) -> Option<DateTime> {
    let mut parts = text.split_ascii_whitespace();
    let date: Date = parts.next()?.parse().ok()?;
    let mut time = parts.next()?.split('.').next()?.splitn(3, ':');
    let mut number = || time.next()?.parse::<i8>().ok();
    let (hour, minute, second) = (number()?, number()?, number()?);
    with_time(date, hour, minute, second)
}

/// The time of a file, in UTC: nothing tells the zone.
pub(super) fn of_unix(seconds: i64) -> Option<DateTime> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_zoned(TimeZone::UTC).datetime())
}

/// `Jun 19, 2025 at 03:00 AM`.
fn of_phpmyadmin(text: &str) -> Option<DateTime> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let [month, day, year, "at", time, half] = parts[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|m| *m == month)?;
    let month = i8::try_from(month).ok()? + 1;
    let day = day.strip_suffix(',')?.parse().ok()?;
    let date = Date::new(year.parse().ok()?, month, day).ok()?;
    let (hour, minute) = time.split_once(':')?;
    let hour: i8 = hour.parse().ok()?;
    let hour = match half {
        "AM" => hour.checked_rem(12)?,
        "PM" => hour.checked_rem(12)? + 12,
        _ => return None,
    };
    with_time(date, hour, minute.parse().ok()?, 0)
}

fn with_time(date: Date, hour: i8, minute: i8, second: i8) -> Option<DateTime> {
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_dates_its_dumps_its_own_way() {
        for (line, date) in [
            (
                "-- Dump completed on 2025-06-19  3:00:01",
                "2025-06-19T03:00:01",
            ),
            (
                "-- Dump completed on 2025-06-19 13:00:01",
                "2025-06-19T13:00:01",
            ),
            (
                "-- Started on 2025-06-19 03:00:00 CEST",
                "2025-06-19T03:00:00",
            ),
            (
                "-- Completed on 2025-06-19 03:00:09.52 UTC",
                "2025-06-19T03:00:09",
            ),
            (
                "-- Generation Time: Jun 19, 2025 at 12:05 AM",
                "2025-06-19T00:05:00",
            ),
            (
                "-- Generation Time: Jun 19, 2025 at 03:05 PM",
                "2025-06-19T15:05:00",
            ),
            ("-- 2025-06-19 03:00:01 UTC", "2025-06-19T03:00:01"),
        ] {
            assert_eq!(of_line(line.as_bytes()), date.parse().ok(), "{line}");
        }
        for line in [
            "-- Dump completed",
            "-- Dump completed on 2025-02-30 03:00:00",
            "-- Generation Time: Brumaire 19, 2025 at 03:00 AM",
            "-- Host: 2025-06-19",
            "2025-06-19 03:00:01",
            "--",
        ] {
            assert_eq!(of_line(line.as_bytes()), None, "{line}");
        }
    }
}
