//! The commands, a file each: arguments to a use case, its outcome to text or JSON, and to an exit code.

mod again;
mod backup;
mod check;
mod find_key;
mod history;
mod paper;
mod recover;
mod resend;
mod restore;
mod resume;
mod rotate;
mod safe;
mod test;
mod undo;
mod watch;

use super::arguments::Command;
use super::outcome::CommandResult;
use super::output;
use crate::domain::error::ErrorKind;
use crate::engine::exit::Exit;
use crate::engine::usecase::restore::RestoreOnto;
use crate::words::words;

/// Carries out a command. A result that nobody can have read is a failure, whatever it was.
pub fn run(command: Command) -> CommandResult {
    let loudness = command.common().loudness;
    output::loudness::be(loudness.quiet, loudness.verbose);
    let (changes, keeps) = (command.changes(), command.keeps());
    let done = carry_out(command)?;
    let Some(why) = output::lost() else {
        return Ok(done);
    };
    let w = words();
    let next = match changes || keeps {
        true => w.output_lost_done_next,
        false => w.output_lost_next,
    };
    let exit = match changes {
        true => Exit::Unreadable,
        false => Exit::Failed,
    };
    let problem = ErrorKind::NotWritable.problem(w.output_lost, why.to_string(), next);
    Err((problem, exit))
}

fn carry_out(command: Command) -> CommandResult {
    match command {
        Command::Check { common, options } => check::run(&common, options),
        Command::FindKey {
            common,
            usual,
            all,
            threads,
            prefixed,
        } => find_key::run(
            &common,
            &find_key::HuntWishes {
                usual,
                all,
                threads,
                prefixed,
            },
        ),
        Command::Test { common, options } => test::run(&common, &options),
        Command::Backup { common, options } => backup::run(&common, &options),
        Command::Safe { common, options } if options.paper => paper::run(&common, &options),
        Command::Safe { common, options } => safe::run(&common, &options),
        Command::Watch { common, options } => match &options.round {
            Some(wishes) => watch::round(&common, wishes),
            None => watch::run(&common, &options),
        },
        Command::Restore {
            backup,
            common,
            yes,
            onto_other_data,
            passphrase,
            ..
        } => {
            let onto = match onto_other_data {
                true => RestoreOnto::AnyData,
                false => RestoreOnto::ItsOwnData,
            };
            restore::run(&common, &backup, yes.then_some(onto), &passphrase)
        }
        Command::Recover {
            common,
            yes,
            strategy,
            passwords,
            take_older,
            no_test,
            all,
            wait_for_quiet,
            ..
        } => recover::run(
            &common,
            yes,
            recover::Flags {
                strategy: strategy.strategy(),
                passwords: passwords.as_deref(),
                take_older,
                test: !no_test,
                all,
                wait_for_quiet,
            },
        ),
        Command::Resend {
            common, yes, since, ..
        } => resend::run(&common, yes, since),
        Command::Rotate { common, options } => rotate::run(&common, &options),
        Command::Resume {
            common,
            give_up: true,
            ..
        } => resume::give_up(&common),
        Command::Resume {
            common,
            no_test,
            all,
            passphrase,
            ..
        } => resume::run(&common, !no_test, all, &passphrase),
        Command::History { common, all } => history::run(&common, all),
        Command::Undo {
            common,
            yes,
            passphrase,
            ..
        } => undo::run(&common, yes, &passphrase),
    }
}

impl Command {
    /// Whether it may write something of FreeScout's.
    pub(super) fn changes(&self) -> bool {
        match self {
            Command::Recover { yes, .. }
            | Command::Resend { yes, .. }
            | Command::Undo { yes, .. }
            | Command::Restore { yes, .. } => *yes,
            Command::Rotate { options, .. } => options.yes,
            Command::Resume { .. } => true,
            _ => false,
        }
    }

    /// Whether what it makes is there even when nobody has read what it said.
    fn keeps(&self) -> bool {
        match self {
            Command::Backup { .. } => true,
            Command::Safe { options, .. } => options.files().next().is_some(),
            _ => false,
        }
    }
}
