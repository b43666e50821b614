//! What is wrong with a command line, in the operator's language. clap says it in English; what it knows of it is told in
//! sentences of ours, and what it knows nothing of stays as it is.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::words::words;

/// What clap's own text of an error begins with.
const ERROR: &str = "error: ";
/// What its line of usage begins with, in English.
const USAGE: &str = "Usage: ";

/// What is wrong, what may have been meant, and how it is written.
pub(super) fn told(said: &clap::Error) -> String {
    let w = words();
    let text = said.to_string();
    let what = what(said).unwrap_or_else(|| first_paragraph(&text));
    let mut paragraphs = vec![text!(usage_error, what)];
    if let Some(values) = list(said, ContextKind::ValidValue) {
        paragraphs.push(text!(usage_values, values));
    }
    paragraphs.extend(hints(said));
    if let Some(usage) = usage(said, &text) {
        paragraphs.push(text!(usage_line, usage));
    }
    paragraphs.push(w.usage_more.to_owned());
    paragraphs.join("\n\n")
}

/// What is wrong, where clap says what about.
fn what(said: &clap::Error) -> Option<String> {
    let argument = || list(said, ContextKind::InvalidArg);
    let value = || list(said, ContextKind::InvalidValue);
    Some(match said.kind() {
        ErrorKind::UnknownArgument => text!(usage_unknown, argument = argument()?),
        ErrorKind::InvalidSubcommand => {
            let command = list(said, ContextKind::InvalidSubcommand)?;
            text!(usage_unknown_command, command)
        }
        ErrorKind::InvalidValue => match (value()?, argument()?) {
            (value, option) if value.is_empty() => text!(usage_value_missing, option),
            (value, option) => text!(usage_value, value, option),
        },
        ErrorKind::TooManyValues => {
            text!(usage_value, value = value()?, option = argument()?)
        }
        ErrorKind::ValueValidation => {
            let (value, option) = (value()?, argument()?);
            match std::error::Error::source(said) {
                Some(why) => text!(usage_value_why, value, option, why),
                None => text!(usage_value, value, option),
            }
        }
        ErrorKind::MissingRequiredArgument => text!(usage_needed, arguments = argument()?),
        ErrorKind::ArgumentConflict => {
            let argument = argument()?;
            match list(said, ContextKind::PriorArg) {
                Some(prior) if prior == argument => text!(usage_twice, argument),
                Some(others) => text!(usage_conflict, argument, others),
                None => {
                    let others = words().usage_conflict_others;
                    text!(usage_conflict, argument, others)
                }
            }
        }
        _ => return None,
    })
}

/// What may have been meant.
fn hints(said: &clap::Error) -> Vec<String> {
    let similar = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let similar = similar.into_iter().filter_map(|kind| list(said, kind));
    let mut hints: Vec<String> = similar.map(|names| text!(usage_similar, names)).collect();
    // Those that are of our own making.
    hints.extend(list(said, ContextKind::Suggested));
    hints
}

/// What clap knows of an error, in one line.
fn list(said: &clap::Error, kind: ContextKind) -> Option<String> {
    match said.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => (!texts.is_empty()).then(|| texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        _ => None,
    }
}

/// What stands first in clap's own text.
fn first_paragraph(text: &str) -> String {
    let what = text.split("\n\n").next().unwrap_or(text);
    let what = what.strip_prefix(ERROR).unwrap_or(what);
    what.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How the command is written.
fn usage(said: &clap::Error, text: &str) -> Option<String> {
    let known = list(said, ContextKind::Usage);
    let known = known.or_else(|| {
        let mut paragraphs = text.split("\n\n");
        paragraphs
            .find(|part| part.starts_with(USAGE))
            .map(str::to_owned)
    })?;
    let usage = known.strip_prefix(USAGE).unwrap_or(&known);
    Some(usage.trim_end().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;

    fn said(arguments: &[&str]) -> String {
        let arguments: Vec<_> = arguments.iter().map(std::ffi::OsString::from).collect();
        told(&Arguments::read_from(&arguments).err().unwrap())
    }

    #[test]
    fn it_says_what_is_wrong_and_what_may_have_been_meant() {
        let w = words();
        for (arguments, parts) in [
            (&["check", "--jsn"][..], &["--jsn", "--json", "check"][..]),
            (&["recover", "--strategy", "old"], &["old", "restore"]),
            (&["test", "--concurrency", "99"], &["99", "1..=64"]),
            (&["restore"], &["<BACKUP>"]),
            (&["check", "--brief", "--all"], &["--brief", "--all"]),
            (&["check", "--lang", "xx"], &["xx", "zh-CN"]),
            (&["check", "--lang"], &["--lang <LANGUAGE>"]),
        ] {
            let said = said(arguments);
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
            assert!(said.contains("freescout-rescue"), "{said}");
            assert!(said.ends_with(w.usage_more), "{said}");
        }
    }

    #[test]
    fn a_mistake_of_our_own_words_is_told_in_them() {
        let w = words();
        let said = said(&["--no-artisan", "man"]);
        let line = text!(usage_error, what = w.manual_takes_no_options);
        assert!(said.starts_with(&line), "{said}");
    }
}
