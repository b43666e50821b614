//! Makes or removes the timer that has rounds of the watch made.

use std::path::PathBuf;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::every::Every;
use crate::domain::run::watch::settings::WatchSettings;
use crate::engine::recovery::disk_trouble::{help, kind_of};
use crate::io::os::around;
use crate::io::state::AbsolutePath;
use crate::io::timer::{
    TimerError, TimerPlaces, TimerPlan, TimerStep, TimerWishes, carry_out, plan_install,
    plan_remove,
};
use crate::io::{alert, fs};
use crate::sentences::shell;
use crate::words::untrusted::shown;
use crate::words::{self, Language, words};

/// What a round is to be made with.
pub struct Rounds<'a> {
    /// Arguments behind `watch`, as the timer gives them: paths from the root on.
    pub arguments: Vec<String>,
    /// How often.
    pub every: Every,
    /// Our state folder.
    pub state_dir: &'a AbsolutePath,
    /// The settings that the rounds will read.
    pub settings: &'a WatchSettings,
    /// Folders that a round writes to, beside ours and the safe's: that of an output.
    pub writable: Vec<PathBuf>,
}

/// What is done, or would be.
pub struct TimerChange {
    /// What.
    pub plan: TimerPlan,
    /// Whether it was.
    pub done: bool,
}

/// Makes the timer if `yes` was said, or else tells what would be done.
///
/// # Errors
/// A [`Problem`].
pub fn install(rounds: Rounds<'_>, yes: bool) -> Result<TimerChange, Problem> {
    let not_made = |error| problem(words().timer_not_made, &error);
    let program = std::env::current_exe();
    let program = program.map_err(|e| {
        let what = words().timer_not_made;
        ErrorKind::Internal.problem(what, e.to_string(), words().timer_program_next)
    })?;
    let places = TimerPlaces::of_this_machine();
    let safe = rounds.settings.safe.iter().map(|safe| safe.folder.clone());
    let channels = &rounds.settings.channels;
    let wishes = TimerWishes {
        program,
        arguments: in_language(rounds.arguments, words::language()),
        every: rounds.every,
        state_dir: rounds.state_dir.to_path_buf(),
        writable: safe.chain(rounds.writable).collect(),
        runs_others: channels.run_programs(),
        told: !alert::channels(channels).is_empty(),
        offset: own_minute(),
    };
    let plan = plan_install(&wishes, &places).map_err(not_made)?;
    if yes {
        carry_out(&plan, &places).map_err(not_made)?;
    }
    Ok(TimerChange { plan, done: yes })
}

/// Arguments of a round with the language that it is to speak: a timer's environment names none.
fn in_language(mut arguments: Vec<String>, language: &Language) -> Vec<String> {
    if !language.is_first() {
        arguments.splice(0..0, ["--lang".to_owned(), language.tag.to_owned()]);
    }
    arguments
}

/// Removes the timer if `yes` was said, or else tells what would be done.
///
/// # Errors
/// A [`Problem`].
pub fn remove(yes: bool) -> Result<TimerChange, Problem> {
    let not_removed = |error| problem(words().timer_not_removed, &error);
    let places = TimerPlaces::of_this_machine();
    let plan = plan_remove(&places).map_err(not_removed)?;
    if yes {
        carry_out(&plan, &places).map_err(not_removed)?;
    }
    Ok(TimerChange { plan, done: yes })
}

/// What a step does, but for the text of a file.
pub fn told(step: &TimerStep) -> String {
    match step {
        TimerStep::Write(path, _) => text!(watch_timer_write, path = shown(path)),
        TimerStep::Remove(path) => text!(watch_timer_remove, path = shown(path)),
        TimerStep::Run(program, arguments) => {
            let command = format!("{} {}", shell(program), arguments.join(" "));
            text!(watch_timer_run, command)
        }
        TimerStep::Add(line) => text!(watch_timer_add, line),
        TimerStep::TakeOut(line) => text!(watch_timer_take_out, line),
    }
}

/// Whether a timer of ours stands, whatever it runs.
///
/// # Errors
/// A [`Problem`].
pub fn stands() -> Result<bool, Problem> {
    let standing = plan_remove(&TimerPlaces::of_this_machine());
    let standing = standing.map_err(|error| problem(words().timer_not_made, &error))?;
    Ok(!standing.steps.is_empty())
}

/// Minutes, of a day, that are this machine's own: rounds of many begin at different times.
fn own_minute() -> u16 {
    let uname = rustix::system::uname();
    let account = rustix::process::geteuid().as_raw().to_le_bytes();
    let digest = fs::digest(&[uname.nodename().to_bytes(), &account].concat());
    u16::from_le_bytes([digest[0], digest[1]])
}

fn problem(what: &str, error: &TimerError) -> Problem {
    let w = words();
    let program = around::program();
    let (kind, next) = match error {
        TimerError::Nowhere => (ErrorKind::Refused, text!(timer_none_next, program)),
        TimerError::Program(_) | TimerError::Passing(_) => {
            (ErrorKind::Refused, w.timer_program_next.to_owned())
        }
        TimerError::Word(_) => (ErrorKind::BadInput, w.timer_word_next.to_owned()),
        TimerError::Foreign(_) => (ErrorKind::Refused, w.timer_foreign_next.to_owned()),
        TimerError::Changed(_) => (ErrorKind::Refused, w.timer_changed_next.to_owned()),
        TimerError::File(error) => {
            let kind = kind_of(error.obstacle(), ErrorKind::NotWritable);
            (
                kind,
                help(error.obstacle(), error.path(), w.timer_failed_next),
            )
        }
        TimerError::Failed(..) => (ErrorKind::NotWritable, w.timer_failed_next.to_owned()),
    };
    kind.problem(what, error.to_string(), next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::{CHINESE, ENGLISH};

    #[test]
    fn a_round_is_told_which_language_it_speaks_unless_that_is_the_first() {
        let arguments = || vec!["--all".to_owned()];
        assert_eq!(in_language(arguments(), &ENGLISH), ["--all"]);
        let chinese = in_language(arguments(), &CHINESE);
        assert_eq!(chinese, ["--lang", "zh-CN", "--all"]);
    }
}
