//! The arguments as they are told: help, manual pages and completions in the operator's language.
//!
//! The English of help stands where an argument is declared, so a translation is found by it. What clap says by itself
//! (headings, its own options, defaults) is replaced where it takes another text; `[OPTIONS]` in a usage line stays.

use std::ffi::OsString;

use clap::builder::{PossibleValue, StyledStr};
use clap::{Arg, Command, CommandFactory};

use super::Arguments;
use crate::words::language::LanguageWishes;
use crate::words::{self, Language};

/// Headings and the like that clap and its manual pages have of their own.
const FIXED: [&str; 13] = [
    "Usage",
    "Commands",
    "Arguments",
    "Options",
    "default",
    "possible values",
    "Possible values",
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "SUBCOMMANDS",
    "EXTRA",
    "VERSION",
];

/// What the arguments are told for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldFor {
    /// Somebody who reads it.
    Reader,
    /// A shell, which offers values by itself.
    Shell,
}

/// The arguments in the operator's language.
pub fn command(told_for: ToldFor) -> Command {
    let command = Arguments::command();
    let language = words::language();
    match language.is_first() {
        true => command,
        false => in_language(command, language, told_for),
    }
}

/// The arguments in a language, with what it does not have in English.
pub fn in_language(
    mut command: Command,
    language: &'static Language,
    told_for: ToldFor,
) -> Command {
    // What clap adds by itself is there from then on.
    command.build();
    told(command, &Teller { language, told_for })
}

/// Every text that a language has to have for the arguments: what is shown of them, and what clap has of its own.
pub fn texts() -> Vec<String> {
    let mut command = Arguments::command();
    command.build();
    let mut texts: Vec<String> = FIXED.map(str::to_owned).to_vec();
    collect(&command, &mut texts);
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

fn collect(command: &Command, texts: &mut Vec<String>) {
    let of_command = [
        command.get_about(),
        command.get_long_about(),
        command.get_after_long_help(),
    ];
    texts.extend(of_command.into_iter().flatten().map(StyledStr::to_string));
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let of_arg = [arg.get_help(), arg.get_long_help()];
        texts.extend(of_arg.into_iter().flatten().map(StyledStr::to_string));
        let values = values(arg);
        let of_values = values.iter().filter_map(PossibleValue::get_help);
        texts.extend(of_values.map(StyledStr::to_string));
    }
    for command in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        collect(command, texts);
    }
}

/// Tells the arguments in a language.
struct Teller {
    language: &'static Language,
    told_for: ToldFor,
}

impl Teller {
    /// One of clap's own words.
    fn fixed(&self, english: &'static str) -> &'static str {
        self.language.help(english).unwrap_or(english)
    }

    fn of(&self, english: &StyledStr) -> Option<String> {
        let english = english.to_string();
        Some(self.language.help(&english)?.to_owned())
    }
}

fn told(command: Command, teller: &Teller) -> Command {
    let about = command.get_about().and_then(|text| teller.of(text));
    let long_about = command.get_long_about().and_then(|text| teller.of(text));
    let after = command
        .get_after_long_help()
        .and_then(|text| teller.of(text));
    let usage = teller.fixed("Usage");
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}"
    );
    let mut command = command
        // clap breaks lines at blanks alone: whoever prints it does better.
        .term_width(0)
        .help_template(template)
        .subcommand_help_heading(teller.fixed("Commands"));
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long_about) = long_about {
        command = command.long_about(long_about);
    }
    if let Some(after) = after {
        command = command.after_long_help(after);
    }
    command
        .mut_args(|arg| told_arg(arg, teller))
        .mut_subcommands(|command| told(command, teller))
}

fn told_arg(arg: Arg, teller: &Teller) -> Arg {
    let text = |english: Option<&StyledStr>| {
        english.map(|english| teller.of(english).unwrap_or_else(|| english.to_string()))
    };
    let (help, long_help) = (text(arg.get_help()), text(arg.get_long_help()));
    let heading = match arg.is_positional() {
        true => "Arguments",
        false => "Options",
    };
    let mut arg = arg.help_heading(teller.fixed(heading));
    let values = match teller.told_for {
        ToldFor::Reader => values(&arg),
        ToldFor::Shell => Vec::new(),
    };
    let mut remarks = Vec::new();
    if let Some(default) = default(&arg).filter(|_| teller.told_for == ToldFor::Reader) {
        remarks.push(format!("[{}: {default}]", teller.fixed("default")));
        arg = arg.hide_default_value(true);
    }
    let is_explained = values.iter().any(|value| value.get_help().is_some());
    if !values.is_empty() {
        arg = arg.hide_possible_values(true);
    }
    let short = || {
        let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        let names = names.join(", ");
        let known =
            (!names.is_empty()).then(|| format!("[{}: {names}]", teller.fixed("possible values")));
        remarks.iter().cloned().chain(known).collect::<Vec<_>>()
    };
    if long_help.is_some() || is_explained {
        let mut paragraphs: Vec<String> = long_help.or_else(|| help.clone()).into_iter().collect();
        if is_explained {
            paragraphs.push(explained(&values, teller));
            paragraphs.extend(remarks.iter().cloned());
        } else {
            paragraphs.extend(short());
        }
        arg = arg.long_help(paragraphs.join("\n\n"));
    }
    let parts: Vec<String> = help.into_iter().chain(short()).collect();
    match parts.is_empty() {
        true => arg,
        false => arg.help(parts.join(" ")),
    }
}

/// Values with what each means, a line each.
fn explained(values: &[PossibleValue], teller: &Teller) -> String {
    let longest = values.iter().map(|value| value.get_name().len()).max();
    let longest = longest.unwrap_or_default() + 1;
    let mut text = format!("{}:", teller.fixed("Possible values"));
    for value in values {
        let name = format!("{}:", value.get_name());
        let help = value.get_help();
        let help = help.map(|help| teller.of(help).unwrap_or_else(|| help.to_string()));
        text += &format!("\n- {name:longest$} {}", help.unwrap_or_default());
    }
    text
}

/// The values that an argument may have, where there are few.
fn values(arg: &Arg) -> Vec<PossibleValue> {
    if !arg.get_action().takes_values() || arg.is_hide_possible_values_set() {
        return Vec::new();
    }
    let values = arg.get_possible_values().into_iter();
    values.filter(|value| !value.is_hide_set()).collect()
}

/// What it is where it is not given, as it is shown.
fn default(arg: &Arg) -> Option<String> {
    let shown = arg.get_action().takes_values() && !arg.is_hide_default_value_set();
    let values: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    (shown && !values.is_empty()).then(|| values.join(" "))
}

/// Chooses the language by a command line and the environment, once, for `main` alone: before anything is said, also of a
/// command line that is none.
pub fn choose_language(arguments: &[OsString]) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // The first of these that is set decides, as in setlocale(3).
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(variable);
    let terminal = variable("TERM");
    let asked = asked(arguments);
    let wishes = LanguageWishes {
        asked: asked.as_deref(),
        locale: locale.as_deref(),
        terminal: terminal.as_deref(),
        for_programs: is_for_programs(arguments),
    };
    words::speak(wishes.language());
}

/// What follows an option on a command line that was not understood yet.
fn values_of<'a>(arguments: &'a [OsString], option: &str) -> impl Iterator<Item = &'a str> {
    let mut options = arguments
        .iter()
        .map_while(|argument| (argument != "--").then_some(argument.to_str()));
    let option = option.to_owned();
    let mut is_next = false;
    std::iter::from_fn(move || {
        for argument in options.by_ref() {
            let argument = argument.unwrap_or_default();
            if std::mem::take(&mut is_next) {
                return Some(argument);
            }
            match argument.strip_prefix(option.as_str()) {
                Some("") => is_next = true,
                Some(rest) if rest.starts_with('=') => return Some(&rest[1..]),
                _ => {}
            }
        }
        None
    })
}

/// The language that is asked for by name.
fn asked(arguments: &[OsString]) -> Option<String> {
    values_of(arguments, "--lang").last().map(str::to_owned)
}

/// Whether what is said goes into JSON, whose texts are English. A round's answer is told to people by who asked for it.
fn is_for_programs(arguments: &[OsString]) -> bool {
    let is_there = |option: &str| {
        let mut options = arguments.iter().take_while(|argument| *argument != "--");
        options.any(|argument| argument == option)
    };
    let is_json = is_there("--json") || values_of(arguments, "--format").any(|form| form == "json");
    is_json && !is_there("--round")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_language_is_read_before_anything_else_is() {
        for (arguments, language) in [
            (&["us", "--lang", "zh-CN", "check"][..], Some("zh-CN")),
            (&["us", "check", "--lang=zh"], Some("zh")),
            (&["us", "--lang", "en", "--lang", "zh"], Some("zh")),
            (&["us", "check", "--", "--lang", "zh"], None),
            (&["us", "check", "--language", "zh"], None),
            (&["us", "check", "--lang"], None),
        ] {
            assert_eq!(
                asked(&line(arguments)).as_deref(),
                language,
                "{arguments:?}"
            );
        }
    }

    #[test]
    fn json_is_for_programs_and_a_round_is_for_who_asked_for_it() {
        for (arguments, is) in [
            (&["us", "check", "--json"][..], true),
            (&["us", "watch", "--format", "json"], true),
            (&["us", "watch", "--format=json"], true),
            (&["us", "watch", "--format", "nagios"], false),
            (&["us", "watch", "--json", "--round", "{}"], false),
            (&["us", "check", "--", "--json"], false),
        ] {
            assert_eq!(is_for_programs(&line(arguments)), is, "{arguments:?}");
        }
    }
}
