//! The command line as a whole: what stands before the command counts as if it stood after it, what may be given once is
//! given once, and standard input has one reader.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches};

use super::mistyped::{in_full, mistyped, no_command};
use super::spoken::{self, ToldFor};
use super::{Arguments, Command, Common, FaceOptions, Task, is_stdin};
use crate::domain::error::{ErrorKind, Problem};
use crate::words::words;

impl Arguments {
    /// Reads the command line of this process. Options may stand before the subcommand or after it.
    ///
    /// # Errors
    /// What is wrong with it, and help and version, where those were asked for.
    pub fn read() -> Result<Self, clap::Error> {
        Self::parsed(std::env::args_os().collect())
    }

    /// The same of a command line that was handed on: all that stands behind the program's name.
    ///
    /// # Errors
    /// As [`Arguments::read`].
    pub fn read_from(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let name = OsString::from(env!("CARGO_PKG_NAME"));
        Self::parsed([&name].into_iter().chain(arguments).cloned().collect())
    }

    fn parsed(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        // What begins like a call of a command is one. Behind another path there is nothing but options.
        let first = arguments.get(1).cloned().unwrap_or_default();
        let typed = arguments.clone();
        let mut command = spoken::command(ToldFor::Reader);
        let read = command.try_get_matches_from_mut(arguments);
        let read = read.and_then(|read| {
            Self::from_arg_matches(&read).map_err(|error| error.format(&mut command))
        });
        match read {
            Ok(read) if read.task.is_none() => {
                let word = read.common.install.as_deref();
                match word.and_then(|path| mistyped(path.as_os_str())) {
                    Some(error) => Err(error),
                    None => read.settled(),
                }
            }
            Ok(read) => read.settled(),
            Err(error) => {
                let of_word = mistyped(&first).or_else(|| no_command(&first, &error));
                Err(of_word.unwrap_or_else(|| in_full(error, &typed)))
            }
        }
    }

    /// What stands before the subcommand counts as if it stood after it.
    fn settled(mut self) -> Result<Self, clap::Error> {
        let before = std::mem::take(&mut self.common);
        let face = self.face;
        match &mut self.task {
            Some(Task::Demo {
                make: None,
                face: behind,
                ..
            }) => {
                behind.plain |= face.plain;
                behind.ascii |= face.ascii;
            }
            None => {}
            Some(_) if face != FaceOptions::default() => {
                return Err(conflict(words().face_is_the_wizards));
            }
            Some(_) => {}
        }
        match &mut self.task {
            None => self.common = before,
            Some(Task::Command(command)) => command.common_mut().take_over(before)?,
            Some(Task::Demo { make, json, .. }) => {
                let (taken, others) = (
                    before.json,
                    Common {
                        json: false,
                        ..before
                    },
                );
                if others != Common::default() || taken && make.is_none() {
                    return Err(conflict(words().demo_takes_no_options));
                }
                *json |= taken;
            }
            Some(Task::Completions { .. } | Task::Man { .. }) => {
                if before != Common::default() {
                    return Err(conflict(words().manual_takes_no_options));
                }
            }
        }
        Ok(self)
    }

    /// Whether programs read what comes of it.
    pub fn json(&self) -> bool {
        match &self.task {
            Some(Task::Command(command)) => command.common().json,
            Some(Task::Demo { json, .. }) => *json,
            Some(Task::Completions { .. } | Task::Man { .. }) | None => self.common.json,
        }
    }

    /// Refuses two readers of the one standard input.
    ///
    /// # Errors
    /// A [`Problem`] that names two of them.
    pub fn require_one_reader(&self) -> Result<(), Problem> {
        let w = words();
        let readers = match &self.task {
            Some(Task::Command(command)) => command.readers(),
            Some(Task::Demo { .. } | Task::Completions { .. } | Task::Man { .. }) | None => {
                self.common.readers()
            }
        };
        match readers.as_slice() {
            [first, second, ..] => Err(ErrorKind::Usage.problem(
                text!(standard_input_shared, first, second),
                w.standard_input_twice,
                w.standard_input_twice_next,
            )),
            _ => Ok(()),
        }
    }
}

impl Command {
    pub(in crate::cli) fn common_mut(&mut self) -> &mut Common {
        match self {
            Self::Check { common, .. }
            | Self::FindKey { common, .. }
            | Self::Test { common, .. }
            | Self::Backup { common, .. }
            | Self::Safe { common, .. }
            | Self::Watch { common, .. }
            | Self::Restore { common, .. }
            | Self::Recover { common, .. }
            | Self::Resend { common, .. }
            | Self::Rotate { common, .. }
            | Self::Resume { common, .. }
            | Self::History { common, .. }
            | Self::Undo { common, .. } => common,
        }
    }

    pub(in crate::cli) fn common(&self) -> &Common {
        match self {
            Self::Check { common, .. }
            | Self::FindKey { common, .. }
            | Self::Test { common, .. }
            | Self::Backup { common, .. }
            | Self::Safe { common, .. }
            | Self::Watch { common, .. }
            | Self::Restore { common, .. }
            | Self::Recover { common, .. }
            | Self::Resend { common, .. }
            | Self::Rotate { common, .. }
            | Self::Resume { common, .. }
            | Self::History { common, .. }
            | Self::Undo { common, .. } => common,
        }
    }

    /// Its options that read standard input, once for each time.
    fn readers(&self) -> Vec<&'static str> {
        let (own, path) = match self {
            Self::Check { .. }
            | Self::FindKey { .. }
            | Self::Test { .. }
            | Self::Resend { .. }
            | Self::History { .. }
            | Self::Watch { .. } => ("", &None),
            Self::Backup { options, .. } => ("--passphrase-file", &options.passphrase_file),
            Self::Safe { options, .. } => ("--passphrase-file", &options.lock.passphrase_file),
            Self::Rotate { options, .. } => ("--passphrase-file", &options.lock.passphrase_file),
            Self::Restore { passphrase, .. }
            | Self::Resume { passphrase, .. }
            | Self::Undo { passphrase, .. } => ("--passphrase-file", &passphrase.passphrase_file),
            Self::Recover { passwords, .. } => ("--passwords", passwords),
        };
        let mut readers = self.common().readers();
        readers.extend(path.as_deref().is_some_and(is_stdin).then_some(own));
        readers
    }
}

fn conflict(message: &str) -> clap::Error {
    Arguments::command().error(clap::error::ErrorKind::ArgumentConflict, message)
}

/// What may be given once: before the subcommand, or after it.
fn once<T>(name: &str, after: &mut Option<T>, before: Option<T>) -> Result<(), clap::Error> {
    if before.is_none() {
        return Ok(());
    }
    if after.is_some() {
        return Err(conflict(&text!(given_twice, option = name)));
    }
    *after = before;
    Ok(())
}

impl Common {
    /// Adds what stood before the subcommand.
    fn take_over(&mut self, before: Common) -> Result<(), clap::Error> {
        let Common {
            install,
            container,
            look_in,
            key_file,
            backup_dir,
            keys_dir,
            state_dir,
            web_user,
            no_artisan,
            restart_workers,
            php_limit,
            json,
            loudness,
        } = before;
        once("INSTALL", &mut self.install, install)?;
        once("--container", &mut self.container, container)?;
        once("--backup-dir", &mut self.backup_dir, backup_dir)?;
        once("--keys-dir", &mut self.keys_dir, keys_dir)?;
        once("--state-dir", &mut self.state_dir, state_dir)?;
        once("--web-user", &mut self.web_user, web_user)?;
        once("--php-limit", &mut self.php_limit, php_limit)?;
        self.look_in.splice(0..0, look_in);
        self.key_file.splice(0..0, key_file);
        self.no_artisan |= no_artisan;
        self.restart_workers |= restart_workers;
        self.json |= json;
        self.loudness = self.loudness.and(loudness);
        Ok(())
    }

    /// The options that read standard input, once for each time.
    fn readers(&self) -> Vec<&'static str> {
        let read = |name: &'static str, paths: &[PathBuf]| {
            let readers = paths.iter().filter(|path| is_stdin(path));
            readers.map(|_| name).collect::<Vec<_>>()
        };
        let keys = read("--key-file", &self.key_file);
        [keys, read("--look-in", &self.look_in)].concat()
    }
}
