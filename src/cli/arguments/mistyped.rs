//! Words where a command would stand that are none, and what was meant by them.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind as Misuse};

use super::Arguments;

/// What other programs call what a command of ours does.
const CALLED: [(&str, &[&str]); 10] = [
    (
        "check",
        &[
            "status", "state", "info", "show", "scan", "verify", "validate", "diagnose", "doctor",
            "inspect",
        ],
    ),
    ("history", &["list", "ls", "log", "logs", "runs"]),
    ("recover", &["fix", "repair", "rescue", "apply"]),
    (
        "find-key",
        &["search", "find", "hunt", "key", "keys", "look"],
    ),
    ("undo", &["revert", "rollback"]),
    ("resume", &["continue"]),
    ("backup", &["dump", "save"]),
    ("test", &["login", "logins", "mail", "connections", "try"]),
    ("watch", &["monitor"]),
    ("rotate", &["rekey"]),
];

/// Who means these writes them right; and a folder is called helpdesk before it is a mistyped help.
const RARE: [&str; 3] = ["help", "man", "completions"];

/// What is wrong with a word that is nearly the name of a command, where a command would stand. A folder that is called as other
/// programs' commands are is meant, where it is there.
pub(super) fn mistyped(word: &OsStr) -> Option<clap::Error> {
    let word = looks_like_a_command(word)?;
    if let Some(command) = called(word).filter(|_| !Path::new(word).exists()) {
        let nearest = text!(mistyped_nearest, command);
        return told(word, Some(nearest));
    }
    let error = told(word, None)?;
    let is_near = error.get(ContextKind::SuggestedSubcommand).is_some();
    is_near.then_some(error)
}

/// The same of a word that is not even nearly one, with something behind it that clap did not understand: it is the word that is
/// wrong, not what stands behind.
pub(super) fn no_command(word: &OsStr, error: &clap::Error) -> Option<clap::Error> {
    let word = looks_like_a_command(word)?;
    let ours = Arguments::command();
    if error.kind() != Misuse::UnknownArgument
        || ours.find_subcommand(word).is_some()
        || called(word).is_none() && Path::new(word).exists()
    {
        return None;
    }
    let tip = match called(word) {
        Some(command) => text!(mistyped_nearest, command),
        None => {
            let commands = ours.get_subcommands().filter(|c| !c.is_hide_set());
            let names: Vec<&str> = commands.map(clap::Command::get_name).collect();
            text!(mistyped_commands, commands = names.join(", "))
        }
    };
    told(word, Some(tip))
}

/// The error, with what was meant where `-y` was typed for `--yes`.
pub(super) fn in_full(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let is_yes = |value: &ContextValue| matches!(value, ContextValue::String(text) if text == "-y");
    let ours = Arguments::command();
    let mut words = arguments.iter().filter_map(|word| word.to_str());
    let command = words.find_map(|word| ours.find_subcommand(word));
    let takes_yes = command.is_some_and(|command| {
        let mut options = command.get_arguments();
        options.any(|option| option.get_long() == Some("yes"))
    });
    if takes_yes
        && error.kind() == Misuse::UnknownArgument
        && error.get(ContextKind::InvalidArg).is_some_and(is_yes)
    {
        // How it would be given as a path is nobody's question.
        error.remove(ContextKind::Suggested);
        let meant = ContextValue::String("--yes".to_owned());
        error.insert(ContextKind::SuggestedArg, meant);
    }
    error
}

/// The command of ours that other programs call so.
fn called(word: &str) -> Option<&'static str> {
    let mut all = CALLED.iter();
    all.find_map(|(command, names)| names.contains(&word).then_some(*command))
}

/// clap's error for a word that is no command, with this tip where there is one, and how a folder of that name is given. `None`
/// where it is a command.
fn told(word: &str, tip: Option<String>) -> Option<clap::Error> {
    let ours = Arguments::command();
    let likely = |command: &&clap::Command| !RARE.contains(&command.get_name());
    // Without the path that may stand there, clap finds the nearest name.
    let bare = clap::Command::new(env!("CARGO_PKG_NAME")).disable_help_subcommand(true);
    let bare = bare.subcommands(ours.get_subcommands().filter(likely).cloned());
    let mut error = bare
        .try_get_matches_from([env!("CARGO_PKG_NAME"), word])
        .err()?;
    if error.kind() != Misuse::InvalidSubcommand {
        return None;
    }
    if tip.is_some() {
        // It says more than letters that are alike.
        error.remove(ContextKind::SuggestedSubcommand);
    }
    let folder = text!(mistyped_folder, word);
    let tips = tip.into_iter().chain([folder]).map(Into::into).collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    Some(error)
}

fn looks_like_a_command(word: &OsStr) -> Option<&str> {
    let is_letter = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_');
    let word = word.to_str().filter(|word| !word.is_empty())?;
    (!word.starts_with('-') && word.bytes().all(is_letter)).then_some(word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn said(arguments: &[&str]) -> String {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let error = Arguments::read_from(&arguments).err();
        error.unwrap_or_else(|| panic!("{arguments:?}")).to_string()
    }

    #[test]
    fn what_is_no_command_is_blamed_and_the_nearest_one_named() {
        for (arguments, word, nearest) in [
            (&["status", "/var/www/html"][..], "status", "'check'"),
            (&["status"], "status", "'check'"),
            (&["list"], "list", "'history'"),
            (
                &["rollback", "--yes", "/var/www/html"],
                "rollback",
                "'undo'",
            ),
            (&["chekc", "/var/www/html"], "chekc", "'check'"),
            (&["xyzzy", "/var/www/html"], "xyzzy", "check, find-key"),
            (&["xyzzy", "--yes"], "xyzzy", "check, find-key"),
        ] {
            let said = said(arguments);
            let blamed = said.lines().next().unwrap();
            assert!(blamed.contains(&format!("'{word}'")), "{said}");
            assert!(!said.contains("unexpected argument"), "{said}");
            assert!(said.contains(nearest), "{said}");
            assert!(said.contains(&format!("./{word}")), "{said}");
            let nearest = ["a similar subcommand", "the nearest command"];
            assert!(nearest.iter().filter(|tip| said.contains(*tip)).count() < 2);
        }
    }

    #[test]
    fn yes_is_written_in_full() {
        for arguments in [
            &["undo", "-y"][..],
            &["undo", "-y", "/var/www/html"],
            &["recover", "/var/www/html", "-y"],
        ] {
            let said = said(arguments);
            assert!(said.contains("'-y'") && said.contains("'--yes'"), "{said}");
            assert!(!said.contains("-- -y"), "{said}");
        }
        assert!(!said(&["check", "-y"]).contains("--yes"));
    }

    #[test]
    fn every_name_of_others_is_one_of_ours_and_none_of_our_own() {
        let ours = Arguments::command();
        for (command, names) in CALLED {
            assert!(ours.find_subcommand(command).is_some(), "{command}");
            for name in names {
                assert!(ours.find_subcommand(name).is_none(), "{name}");
                assert_eq!(called(name), Some(command), "twice: {name}");
            }
        }
    }
}
