//! A section of the settings: its values by their keys, each checked when it is taken, and no key that means nothing.
//!
//! A mistake is told by its line, its key and what is allowed there, never by the value: a password may have been typed
//! where none belongs.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::words::untrusted::shown;
use crate::words::words;

/// What a value has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingForm {
    /// A text that is not empty, on one line.
    Text,
    /// Texts, each on one line.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(RangeInclusive<u64>),
    /// A time.
    Time(RangeInclusive<Duration>),
    /// A path from the root on.
    Path,
    /// A mail address.
    Address,
    /// Mail addresses, at least one.
    Addresses,
    /// An address of the web, https alone.
    Https,
    /// A host's name or address.
    Host,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A section of this name.
    Section,
    /// Any number of sections of this name.
    Sections,
}

impl fmt::Display for SettingForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let w = words();
        let said = match self {
            SettingForm::Text => w.watch_setting_text.to_owned(),
            SettingForm::Texts => w.watch_setting_texts.to_owned(),
            SettingForm::Flag => w.watch_setting_flag.to_owned(),
            SettingForm::Number(range) => text!(
                watch_setting_number,
                least = range.start(),
                most = range.end()
            ),
            SettingForm::Time(range) => text!(
                watch_setting_time,
                least = written(*range.start()),
                most = written(*range.end())
            ),
            SettingForm::Path => w.watch_setting_path.to_owned(),
            SettingForm::Address => w.watch_setting_address.to_owned(),
            SettingForm::Addresses => w.watch_setting_addresses.to_owned(),
            SettingForm::Https => w.watch_setting_https.to_owned(),
            SettingForm::Host => w.watch_setting_host.to_owned(),
            SettingForm::OneOf(names) => {
                let names = names.iter().map(|name| format!("\"{name}\""));
                let names = names.collect::<Vec<_>>().join(", ");
                text!(watch_setting_one_of, names)
            }
            SettingForm::Section => w.watch_setting_section.to_owned(),
            SettingForm::Sections => w.watch_setting_sections.to_owned(),
        };
        f.write_str(&said)
    }
}

/// What is wrong with a setting. Keys are whole: those of the sections around them stand before them, with dots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// It is no TOML, in the words of the one who reads it.
    #[error("{}", text!(watch_setting_syntax, why = shown(.0)))]
    Syntax(String),
    /// There is no such setting; these there are.
    #[error("{}", unknown(.0, .1))]
    Unknown(String, &'static [&'static str]),
    /// The value is none for this key.
    #[error("{}", text!(watch_setting_must_be, key = shown(.0), wanted = .1))]
    Value(String, SettingForm),
    /// The section has no such key, and needs one.
    #[error("{}", text!(watch_setting_missing, key = shown(.0)))]
    Missing(String),
    /// One of these two is needed.
    #[error("{}", text!(watch_setting_neither, one = .0, other = .1))]
    Neither(String, String),
    /// Only one of these two may be there.
    #[error("{}", text!(watch_setting_both, one = .0, other = .1))]
    Both(String, String),
    /// The first takes the second with it.
    #[error("{}", text!(watch_setting_needs, one = .0, other = .1))]
    Needs(String, String),
    /// The password would go over the network in the clear.
    #[error("{}", text!(watch_setting_in_the_clear, key = .0))]
    InTheClear(String),
    /// The install was named before.
    #[error("{}", text!(watch_setting_twice, key = .0))]
    Twice(String),
}

fn unknown(key: &str, allowed: &[&str]) -> String {
    let allowed = allowed.join(", ");
    text!(watch_setting_unknown, key = shown(key), allowed)
}

/// A mistake, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", text!(watch_setting_line, line = .line, mistake = .mistake))]
pub struct SettingsMistake {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub mistake: Mistake,
}

/// The line of a byte, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}

type Taken<T> = Result<T, SettingsMistake>;

/// A section, or the whole file.
pub(super) struct Section<'a> {
    text: &'a str,
    /// With those around it; empty for the whole file.
    name: String,
    line: usize,
    values: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// The whole file, which has these keys and no others.
    pub(super) fn whole(
        text: &'a str,
        values: &'a DeTable<'a>,
        keys: &'static [&'static str],
    ) -> Taken<Self> {
        let section = Self {
            text,
            name: String::new(),
            line: 1,
            values,
        };
        section.has_only(keys)
    }

    fn has_only(self, keys: &'static [&'static str]) -> Taken<Self> {
        let others = self.values.iter().map(|(key, _)| key);
        let others = others.filter(|key| !keys.contains(&key.get_ref().as_ref()));
        let Some(first) = others.min_by_key(|key| key.span().start) else {
            return Ok(self);
        };
        let mistake = Mistake::Unknown(self.key(first.get_ref()), keys);
        Err(self.at(first.span().start, mistake))
    }

    /// A key of this section, with those around it.
    pub(super) fn key(&self, key: &str) -> String {
        match self.name.is_empty() {
            true => key.to_owned(),
            false => format!("{}.{key}", self.name),
        }
    }

    fn at(&self, at: usize, mistake: Mistake) -> SettingsMistake {
        let line = line_of(self.text, at);
        SettingsMistake { line, mistake }
    }

    /// A mistake of the section as a whole.
    pub(super) fn wrong(&self, mistake: Mistake) -> SettingsMistake {
        SettingsMistake {
            line: self.line,
            mistake,
        }
    }

    /// A mistake at this key.
    pub(super) fn wrong_at(&self, key: &str, mistake: Mistake) -> SettingsMistake {
        match self.values.get(key) {
            Some(value) => self.at(value.span().start, mistake),
            None => self.wrong(mistake),
        }
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// A value, as `read` understands it.
    fn take<T>(
        &self,
        key: &str,
        wanted: SettingForm,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Taken<Option<T>> {
        let Some(value) = self.values.get(key) else {
            return Ok(None);
        };
        let mistake = |wanted| self.wrong_at(key, Mistake::Value(self.key(key), wanted));
        read(value.get_ref())
            .map(Some)
            .ok_or_else(|| mistake(wanted))
    }

    /// What the section cannot do without.
    pub(super) fn required<T>(&self, key: &str, value: Option<T>) -> Taken<T> {
        value.ok_or_else(|| self.wrong(Mistake::Missing(self.key(key))))
    }

    pub(super) fn flag(&self, key: &str) -> Taken<Option<bool>> {
        self.take(key, SettingForm::Flag, DeValue::as_bool)
    }

    pub(super) fn number(&self, key: &str, range: RangeInclusive<u64>) -> Taken<Option<u64>> {
        let wanted = SettingForm::Number(range.clone());
        self.take(key, wanted, |value| {
            let number = value.as_integer().and_then(whole)?;
            range.contains(&number).then_some(number)
        })
    }

    pub(super) fn time(
        &self,
        key: &str,
        range: RangeInclusive<Duration>,
    ) -> Taken<Option<Duration>> {
        let wanted = SettingForm::Time(range.clone());
        self.take(key, wanted, |value| {
            let time = value.as_str().and_then(time)?;
            range.contains(&time).then_some(time)
        })
    }

    /// A text that `is` of the wanted kind.
    pub(super) fn text_that(
        &self,
        key: &str,
        wanted: SettingForm,
        is: impl FnOnce(&str) -> bool,
    ) -> Taken<Option<String>> {
        self.take(key, wanted, |value| {
            let text = value.as_str().filter(|text| is_line(text) && is(text));
            text.map(str::to_owned)
        })
    }

    pub(super) fn text(&self, key: &str) -> Taken<Option<String>> {
        self.text_that(key, SettingForm::Text, |_| true)
    }

    pub(super) fn path(&self, key: &str) -> Taken<Option<PathBuf>> {
        let path = self.text_that(key, SettingForm::Path, is_from_root)?;
        Ok(path.map(PathBuf::from))
    }

    /// Texts of which each `is` of the wanted kind.
    pub(super) fn texts_that(
        &self,
        key: &str,
        wanted: SettingForm,
        is: impl Fn(&str) -> bool,
    ) -> Taken<Option<Vec<String>>> {
        self.take(key, wanted, |value| {
            let texts = value.as_array()?.iter().map(|one| {
                let text = one.get_ref().as_str();
                text.filter(|text| is(text)).map(str::to_owned)
            });
            texts.collect()
        })
    }

    fn below(
        &self,
        key: &str,
        (at, values): (usize, &'a DeTable<'a>),
        keys: &'static [&'static str],
    ) -> Taken<Self> {
        let section = Self {
            text: self.text,
            name: self.key(key),
            line: line_of(self.text, at),
            values,
        };
        section.has_only(keys)
    }

    /// A section within this one, which has these keys and no others.
    pub(super) fn section(
        &self,
        key: &str,
        keys: &'static [&'static str],
    ) -> Taken<Option<Section<'a>>> {
        let values = self.take(key, SettingForm::Section, DeValue::as_table)?;
        let at = self.values.get(key).map_or(0, |value| value.span().start);
        let below = values.map(|values| self.below(key, (at, values), keys));
        below.transpose()
    }

    /// The sections of this name, which have these keys and no others.
    pub(super) fn sections(
        &self,
        key: &str,
        keys: &'static [&'static str],
    ) -> Taken<Vec<Section<'a>>> {
        let read = |one: &'a Spanned<DeValue<'a>>| {
            let values = one.get_ref().as_table()?;
            Some((one.span().start, values))
        };
        let sections = self.take(key, SettingForm::Sections, |value| {
            let all = value.as_array()?.iter().map(read);
            all.collect::<Option<Vec<_>>>()
        })?;
        let sections = sections.into_iter().flatten();
        sections
            .map(|section| self.below(key, section, keys))
            .collect()
    }
}

fn whole(number: &DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// The units of times, the largest first, and how many seconds they have.
const UNITS: [(&str, u64); 4] = [("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1)];

/// A time as it is written: a whole number and its unit.
pub fn time(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*seconds).map(Duration::from_secs)
}

/// A time in the largest unit that has it whole.
pub fn written(time: Duration) -> String {
    let seconds = time.as_secs();
    let fits = |(_, unit): &&(&str, u64)| seconds >= *unit && seconds.is_multiple_of(*unit);
    let (name, unit) = UNITS.iter().find(fits).unwrap_or(&("s", 1));
    format!("{}{name}", seconds / unit)
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_control)
}

/// Whether a path begins at the root, and never goes back.
fn is_from_root(text: &str) -> bool {
    let mut parts = Path::new(text).components();
    parts.next() == Some(Component::RootDir) && !parts.any(|part| part == Component::ParentDir)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("1s", 1),
            ("90s", 90),
            ("15m", 900),
            ("6h", 21_600),
            ("1d", 86_400),
            ("14d", 1_209_600),
        ] {
            let read = time(text).unwrap();
            assert_eq!(read.as_secs(), seconds, "{text}");
            assert_eq!(time(&written(read)), Some(read), "{text}");
        }
        assert_eq!(written(Duration::from_hours(24)), "1d");
        assert_eq!(written(Duration::from_mins(90)), "90m");
        assert_eq!(written(Duration::ZERO), "0s");
        for wrong in [
            "",
            "6",
            "h",
            "6 h",
            "-6h",
            "6H",
            "1h30m",
            "1.5h",
            "99999999999999999999s",
            "300000000000000d",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_path_begins_at_the_root_and_does_not_go_back() {
        for path in ["/", "/etc/x", "/a b"] {
            assert!(is_from_root(path), "{path}");
        }
        for path in ["", "etc/x", "./x", "~/x", "/etc/../x"] {
            assert!(!is_from_root(path), "{path}");
        }
    }
}
