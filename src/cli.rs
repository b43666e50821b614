//! The use cases without the screen: arguments in, text or JSON out, exit codes as documented.
//!
//! JSON goes to standard output alone; everything else goes to standard error. A key or a password is never taken from
//! the command line itself: other users can read it there.

pub mod arguments;
mod command;
mod failure;
pub mod output;
mod passphrase;
mod reporter;

pub use failure::{exit, usage};

use crate::cli::arguments::Command;
use crate::domain::error::Problem;
use crate::engine::exit::Exit;
use crate::engine::usecase::Refused;

/// How a command ended: with an exit code, or with a problem and the exit code it leads to.
pub type CommandResult = Result<Exit, (Problem, Exit)>;

/// Before anything was touched.
pub fn not_started(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Failed)
}

/// Nothing was changed.
pub fn unchanged(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Attention)
}

/// A use case that was not carried out: mostly nothing was changed, seldom only half of it.
fn refused(refused: Refused) -> (Problem, Exit) {
    match refused {
        Refused::NotStarted(problem) => not_started(problem),
        Refused::Failed(failure) if failure.half_done() => (failure.problem, Exit::Unreadable),
        Refused::Failed(failure) => unchanged(failure.problem),
    }
}

/// Carries out a command.
pub fn run(command: Command) -> CommandResult {
    match command {
        Command::Check(common) => command::check::run(&common),
        Command::FindKey {
            common,
            usual,
            threads,
            prefixed,
        } => command::find_key::run(&common, usual, threads, prefixed),
        Command::Test { common, options } => command::test::run(&common, &options),
        Command::Backup { common, options } => command::backup::run(&common, &options),
        Command::Restore {
            backup,
            common,
            yes,
            passphrase,
        } => command::restore::run(&common, &backup, yes, &passphrase),
        Command::Recover {
            common,
            yes,
            strategy,
            passwords,
            take_older,
            no_test,
        } => command::recover::run(
            &common,
            yes,
            command::recover::Flags {
                strategy: strategy.strategy(),
                passwords: passwords.as_deref(),
                take_older,
                test: !no_test,
            },
        ),
        Command::Resume {
            common,
            give_up: true,
            ..
        } => command::resume::give_up(&common),
        Command::Resume {
            common,
            no_test,
            passphrase,
            ..
        } => command::resume::run(&common, !no_test, &passphrase),
        Command::History { common, all } => command::history::run(&common, all),
        Command::Undo {
            common,
            yes,
            passphrase,
        } => command::undo::run(&common, yes, &passphrase),
    }
}
