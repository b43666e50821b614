//! What the command line may say, and what it comes to.
//!
//! A key or a password is never taken from the command line itself: other users can read it there.

mod amount;
mod mistyped;
mod rotate;
mod safe;
mod settled;
mod spoken;
mod waits;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::DateTime;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::mail::schedule::TestLimits;
use crate::domain::plan::Strategy;
use crate::engine::session::options::Options;
use crate::engine::usecase::given::{self, Given};
use crate::io::install::{self, NamedAccount, artisan};
use crate::io::mail::oauth::Endpoints;
use crate::io::state::{self, AbsolutePath};
use crate::words::language::LANGUAGES;
use crate::words::untrusted::shown;
use crate::words::{Language, words};

pub use amount::{CheckOptions, DryRun, Loudness};
pub use rotate::RotateOptions;
pub use safe::{SafeLockOptions, SafeOptions};
pub use spoken::{ToldFor, choose_language, command, in_language, texts};
pub use watch::{WatchFormat, WatchOptions};

/// The name of standard input where a path is expected.
pub(super) const STDIN: &str = "-";

/// Whether standard input is meant.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// A path of the command line, as it is from everywhere: it is printed in commands that are typed elsewhere, and written
/// down.
fn absolute() -> impl TypedValueParser<Value = AbsolutePath> {
    PathBufValueParser::new().try_map(AbsolutePath::new)
}

/// The same, but that `-` stays standard input.
fn absolute_or_stdin() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == STDIN {
        true => Ok(path),
        false => AbsolutePath::new(path).map(|path| path.to_path_buf()),
    })
}

/// A language by its name.
fn language(name: &str) -> Result<&'static Language, String> {
    Language::named(name).ok_or_else(|| {
        let languages = LANGUAGES.map(|language| language.tag).join(", ");
        text!(lang_unknown, languages)
    })
}

/// Brings a FreeScout helpdesk back after its APP_KEY changed.
///
/// Without a subcommand: the full-screen wizard, step by step from survey to report. Nothing is written before a
/// verified backup and your typed confirmation.
#[derive(Parser)]
#[command(version, after_long_help = amount::EXIT_CODES)]
pub struct Arguments {
    /// What to do; the wizard when nothing is given.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// How the wizard is shown.
    #[command(flatten)]
    pub face: FaceOptions,
    /// The install and the places around it.
    #[command(flatten)]
    pub common: Common,
    /// Speak this language: en or zh-CN. Default: the one that LC_ALL, LC_MESSAGES or LANG names, else English. What goes into
    /// JSON is English.
    #[arg(long, value_name = "LANGUAGE", global = true, value_parser = language)]
    pub lang: Option<&'static Language>,
}

/// How the wizard is shown.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaceOptions {
    /// Run the wizard line by line, as questions and answers, without a full screen: for screen readers, phones and serial
    /// lines. Also without this option where TERM is not set, or is dumb.
    #[arg(long)]
    pub plain: bool,
    /// Show the wizard in ASCII alone. Also without this option where the locale is not one of UTF-8.
    #[arg(long)]
    pub ascii: bool,
}

/// What to do in place of the wizard on an install.
#[derive(Subcommand)]
pub enum Task {
    /// Try the wizard on a throw-away broken install, with nothing to set up.
    Demo {
        /// Only create the broken install in this new folder, and say what to run on it.
        #[arg(long, value_name = "DIR", value_parser = absolute())]
        make: Option<AbsolutePath>,
        /// A larger install of this many mailboxes under four keys, for measuring. Needs --make.
        #[arg(long, value_name = "N", requires = "make", hide = true)]
        mailboxes: Option<u32>,
        /// Print JSON on standard output, also when it fails. Needs --make.
        #[arg(long, requires = "make")]
        json: bool,
        /// How the wizard is shown.
        #[command(flatten)]
        face: FaceOptions,
    },
    /// Print a completion script for a shell.
    #[command(display_order = 100)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual pages into this folder, or print the first one.
    #[command(display_order = 100)]
    Man {
        /// A folder that is there.
        #[arg(value_parser = absolute())]
        folder: Option<AbsolutePath>,
    },
    /// A command.
    #[command(flatten)]
    Command(Box<Command>),
}

/// The subcommands that do without a screen.
#[derive(Subcommand)]
pub enum Command {
    /// Say what is wrong and what to do about it. Changes nothing.
    /// Exit code 0 all readable, 1 readable but something needs attention, 2 unreadable secrets, 3 could not check.
    Check {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// How much is said.
        #[command(flatten)]
        options: CheckOptions,
    },
    /// Search for lost keys: in the install, in the layers of this host's containers, in the places named with --look-in (a
    /// folder, file, archive or disk; `-` is standard input), and with --usual in the usual places. Changes nothing.
    /// Exit code 0 every undamaged secret can be decrypted with a known key, 2 some cannot, 3 could not search, or was stopped.
    FindKey {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Also search the usual places: home folders, web roots, /etc, containers' folders, backups.
        #[arg(long)]
        usual: bool,
        /// List every key, also those that decrypt nothing, and every place of each.
        #[arg(long)]
        all: bool,
        /// Threads that read and search, for measuring.
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2), hide = true)]
        threads: u8,
        /// Look for keys with their prefix alone, for measuring.
        #[arg(long, hide = true)]
        prefixed: bool,
    },
    /// Log in to every mail server as FreeScout would, incoming and outgoing, and report the results.
    /// A Cyrus server creates an INBOX at an account's first login by POP3.
    /// Exit code 0 all work, 1 all work but something needs attention, 2 some do not, 3 could not test.
    Test {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// How to test.
        #[command(flatten)]
        options: TestOptions,
    },
    /// Back up everything that a recovery may change, and verify the backup.
    /// Exit code 0 done, 3 failed.
    Backup {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// What the backup contains, and how it is kept.
        #[command(flatten)]
        options: BackupOptions,
    },
    /// Put the key in force, and the keys it replaced, into one encrypted file, so that the key is not lost again. `age -d`
    /// decrypts it, and its text can be given to --key-file. The file is verified before it gets its name. With --paper: the
    /// key on a page.
    /// Exit code 0 done, 3 failed.
    Safe {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Where it is put, and who can open it.
        #[command(flatten)]
        options: SafeOptions,
    },
    /// Restore a backup: its rows and its files. First predicts which secrets FreeScout could read afterwards, and at the end
    /// compares this with what it can read. A new backup, not encrypted, is made before anything is changed.
    /// Exit code 0 done or only shown, 1 nothing was changed, 2 done but something does not read as predicted, 3 failed.
    Restore {
        /// The backup's folder.
        #[arg(value_parser = absolute())]
        backup: AbsolutePath,
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only show what would change, and which secrets FreeScout could read afterwards.
        #[arg(long)]
        yes: bool,
        /// The same by name.
        #[command(flatten)]
        dry_run: DryRun,
        /// Do it also where the backup was made of other data: in a container of this name, on another volume.
        #[arg(long, requires = "yes")]
        onto_other_data: bool,
        /// The passphrase of an encrypted backup.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
    /// Make a backup and a plan, and apply it, without asking questions.
    /// Exit code 0 all readable or only shown, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start.
    Recover {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only show the plan.
        #[arg(long)]
        yes: bool,
        /// The same by name.
        #[command(flatten)]
        dry_run: DryRun,
        /// How to recover.
        #[arg(long, value_enum, default_value_t = StrategyName::Auto)]
        strategy: StrategyName,
        /// A file with new passwords, as JSON lines: {"mailbox": ID or address, "incoming": …, "outgoing": …} or {"system_mail": …}. `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        passwords: Option<PathBuf>,
        /// Where a password is lost, use an older one that the search found in a dump or backup: the newest one from this
        /// install's own database, or from a file that names no database. Others are only listed.
        #[arg(long)]
        take_older: bool,
        /// Do not log in to the mail servers afterwards.
        #[arg(long)]
        no_test: bool,
        /// List every secret of the plan, and tell of each mailbox. Without this option, the first ten of each kind, and with many
        /// mailboxes those that ended alike together.
        #[arg(long)]
        all: bool,
        /// First wait until nothing speaks against a recovery (jobs, people at work, backups, updates), at most this long: 90s, 10m, 2h.
        /// If it does not get quiet, nothing is changed, and the exit code is 1.
        #[arg(long, value_name = "DURATION", requires = "yes", value_parser = waits::limit)]
        wait_for_quiet: Option<Duration>,
    },
    /// Have the emails sent again that FreeScout gave up, with FreeScout's own command. Shows them first.
    /// Exit code 0 done, only shown, or nothing to send, 1 nothing was changed, 2 some could not be put back, 3 could not start.
    Resend {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only show what would be sent.
        #[arg(long)]
        yes: bool,
        /// The same by name.
        #[command(flatten)]
        dry_run: DryRun,
        /// Leave out what FreeScout gave up before this day or time, by its own clock: 2026-11-28, or 2026-11-28T14:00.
        #[arg(long, value_name = "DATE", value_parser = waits::since)]
        since: Option<DateTime>,
    },
    /// Replace the key in force by a new random one, on purpose: where it leaked, or is a published sample. Every secret must be
    /// readable. First shows what breaks. Both keys are put into a safe before anything is changed; then it is a recovery with
    /// the strategy fresh: a backup, one transaction, everything read again, every login tried; `undo` takes it back.
    /// Exit code 0 all readable or only shown, 1 nothing was changed, 2 done but something is not as planned, 3 could not start.
    Rotate {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Whether it is done, and where the keys are put first.
        #[command(flatten)]
        options: RotateOptions,
    },
    /// Finish an interrupted recovery, undo or restore.
    /// Exit code 0 all readable or nothing to resume, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start.
    Resume {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Accepted but not needed: the interrupted run was confirmed when it was started.
        #[arg(long)]
        yes: bool,
        /// Do not log in to the mail servers afterwards.
        #[arg(long)]
        no_test: bool,
        /// Tell of each mailbox. Without this option, of many those that ended alike are told together.
        #[arg(long)]
        all: bool,
        /// Close the interrupted run as it is, because its backup is lost. Nothing is changed, and a new recovery can start.
        #[arg(long)]
        give_up: bool,
        /// Where the passphrase of an encrypted backup comes from, if restoring one was interrupted.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
    /// Show what was done on this install: when, by whom, from where.
    /// Exit code 0 done, 3 the journal cannot be read, or there is no such install.
    History {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Show every install on this server.
        #[arg(long)]
        all: bool,
    },
    /// Look once whether all is well, and tell what is new: the key in every place, every secret, every mailbox's login, and
    /// FreeScout's own signs of life. For a timer (--install), Nagios, Prometheus. Changes nothing but expired OAuth tokens,
    /// which are renewed as FreeScout does at its next fetch.
    /// Exit code 0 well, 1 warning, 2 critical, 3 could not look.
    Watch {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// What to look at, and how it is told.
        #[command(flatten)]
        options: Box<WatchOptions>,
    },
    /// Undo the last recovery: rows and files, byte for byte, except what was changed since.
    /// Exit code 0 undone or only shown, 1 nothing was changed, 2 undone except some rows, 3 could not start.
    Undo {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only show what would be undone.
        #[arg(long)]
        yes: bool,
        /// The same by name.
        #[command(flatten)]
        dry_run: DryRun,
        /// The passphrase of an encrypted backup.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
}

/// What is in a backup, and how it is kept.
#[derive(Args, Clone)]
pub struct BackupOptions {
    /// Also dump the whole database with the database's own dump program.
    #[arg(long)]
    pub full_dump: bool,
    /// Encrypt the backup with a passphrase, in the age format, which `age -d` can decrypt too. Only this command does so: the
    /// backups that the wizard and `recover` make are not encrypted, so that `undo` needs no passphrase.
    #[arg(long)]
    pub encrypt: bool,
    /// A file that contains the passphrase and nothing else. `-` reads standard input. Without this option, the passphrase is
    /// asked for twice on the terminal.
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    pub passphrase_file: Option<PathBuf>,
    /// scrypt's work as a power of two, for trials that cannot wait.
    #[arg(long, value_name = "N", requires = "encrypt", hide = true, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub work_factor: Option<u8>,
}

/// Where the passphrase of an encrypted backup comes from.
#[derive(Args, Clone, Default)]
pub struct PassphraseSource {
    /// A file that contains the passphrase of an encrypted backup and nothing else. `-` reads standard input. Without this
    /// option, the passphrase is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// How connections are tested.
#[derive(Args, Clone)]
pub struct TestOptions {
    /// Only this mailbox, by id or address. Repeatable. Default: all mailboxes and the system mail account.
    #[arg(long, value_name = "MAILBOX")]
    pub mailbox: Vec<String>,
    /// How many tests run at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub concurrency: u8,
    /// How many tests run at once per server. There is never more than one per account.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub per_server: u8,
    /// Tell of each mailbox. Without this option, of many those that ended alike are told together.
    #[arg(long)]
    pub all: bool,
    /// Also send an email from each mailbox to itself, wait for it by IMAP, measure the time, and remove it.
    #[arg(long)]
    pub send: bool,
    /// Connect to this address instead of the server's own: HOST:PORT=ADDRESS:PORT. Repeatable.
    #[arg(long, value_name = "ROUTE")]
    pub connect_to: Vec<String>,
    /// Leave expired OAuth tokens as they are. Without this option they are renewed and stored, as FreeScout does at its next fetch.
    #[arg(long)]
    pub no_renew: bool,
    /// Where Microsoft renews tokens, for trials.
    #[arg(long, value_name = "URL", hide = true)]
    pub oauth_microsoft: Option<String>,
    /// Where Google renews tokens, for trials.
    #[arg(long, value_name = "URL", hide = true)]
    pub oauth_google: Option<String>,
}

impl TestOptions {
    pub(super) fn endpoints(&self) -> Endpoints {
        let usual = Endpoints::default();
        Endpoints {
            microsoft: self.oauth_microsoft.clone().unwrap_or(usual.microsoft),
            google: self.oauth_google.clone().unwrap_or(usual.google),
            ..usual
        }
    }

    pub(super) fn limits(&self) -> TestLimits {
        TestLimits {
            at_once: self.concurrency.into(),
            per_server: self.per_server.into(),
            ..TestLimits::default()
        }
    }
}

/// Options of every subcommand.
#[derive(Args, Clone, Default, PartialEq)]
pub struct Common {
    /// FreeScout's folder. Default: the current one, else what processes, crontabs, services and web servers name, else the
    /// usual places.
    #[arg(value_name = "INSTALL")]
    pub install: Option<PathBuf>,
    /// The container that FreeScout runs in, by name, id or the number of a process: INSTALL is a path in it then, all other
    /// paths are this host's.
    #[arg(long, value_name = "CONTAINER")]
    pub container: Option<String>,
    /// Another place to search for keys: a folder, file or archive. Repeatable.
    #[arg(long, value_name = "PATH", value_parser = absolute_or_stdin())]
    pub look_in: Vec<PathBuf>,
    /// A file that contains a key and nothing else: its text, all rows of one on paper, or the decrypted text of a safe. `-`
    /// reads standard input.
    #[arg(long, value_name = "FILE", value_parser = absolute_or_stdin())]
    pub key_file: Vec<PathBuf>,
    /// Folder of the backups. Default: `backups` in the state folder.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub backup_dir: Option<AbsolutePath>,
    /// A separate folder, preferably on another disk, for the files of a backup that contain the key, so that the key is kept
    /// apart from what it decrypts. Also where those files are looked for if they were moved.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub keys_dir: Option<AbsolutePath>,
    /// The folder for the journal and saved state. Default: /var/lib/freescout-rescue as root, else ~/.local/state/freescout-rescue.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub state_dir: Option<AbsolutePath>,
    /// The account that FreeScout's pages run as, by name or UID[:GID]. Default: the one with the fewest rights among the
    /// owners of the install's folder, .env, artisan and storage/. FreeScout's own work is done with no more rights than this.
    #[arg(long, value_name = "NAME")]
    pub web_user: Option<String>,
    /// Do not run PHP: remove the config cache directly.
    #[arg(long)]
    pub no_artisan: bool,
    /// Restart queue workers even if their memory, which may hold a lost key, could not be searched. Without this option,
    /// such workers are not restarted.
    #[arg(long)]
    pub restart_workers: bool,
    /// How many seconds FreeScout's own command may take, for trials.
    #[arg(long, value_name = "SECONDS", hide = true)]
    pub php_limit: Option<u64>,
    /// Print JSON on standard output, also when the command fails.
    #[arg(long)]
    pub json: bool,
    /// How much is said beside the result.
    #[command(flatten)]
    pub loudness: Loudness,
}

/// Strategies by name.
#[derive(Clone, Copy, ValueEnum)]
pub enum StrategyName {
    /// The recommended one.
    Auto,
    /// Put the old key back, and re-encrypt what was saved since.
    Restore,
    /// Keep the current key, and re-encrypt everything else with it.
    Carry,
    /// Make a new random key for everything.
    Fresh,
    /// Only store newly entered passwords.
    Reenter,
}

impl StrategyName {
    /// The strategy; `None` takes the recommended one.
    pub fn strategy(self) -> Option<Strategy> {
        match self {
            StrategyName::Auto => None,
            StrategyName::Restore => Some(Strategy::RestoreKey),
            StrategyName::Carry => Some(Strategy::Carry),
            StrategyName::Fresh => Some(Strategy::Fresh),
            StrategyName::Reenter => Some(Strategy::Reenter),
        }
    }
}

impl Common {
    /// Where the work may leave things, and how it ends.
    pub fn options(&self) -> Options {
        let state_dir = self.state_dir.clone().unwrap_or_else(state::default);
        Options {
            backup_dir: self
                .backup_dir
                .clone()
                .unwrap_or_else(|| state::backups_in(&state_dir)),
            state_dir,
            keys_dir: self.keys_dir.clone(),
            artisan: !self.no_artisan,
            php_limit: self
                .php_limit
                .map_or(artisan::TIME_LIMIT, Duration::from_secs),
        }
    }

    /// Reads what was given along, and takes the operator's word for whose rights FreeScout has.
    ///
    /// # Errors
    /// A [`Problem`] that names what cannot be used.
    pub fn given(&self) -> Result<Given, Problem> {
        let w = words();
        if let Some(name) = &self.web_user {
            let named = NamedAccount::parse(name).ok_or_else(|| {
                let what = text!(web_user_unknown, name = shown(name));
                ErrorKind::BadInput.problem(what, "", w.web_user_unknown_next)
            })?;
            install::take_named(named);
        }
        let given = given::read(&self.key_file, &self.look_in)?;
        Ok(Given {
            restart_workers: self.restart_workers,
            ..given
        })
    }

    /// What the wizard refuses before it opens its screen: a folder that is none, and standard input, which is its keyboard.
    ///
    /// # Errors
    /// A [`Problem`]. Of a word that may be a misspelt command it says which commands there are.
    pub fn require_for_screen(&self) -> Result<(), Problem> {
        let w = words();
        if self.look_in.iter().any(|path| is_stdin(path)) {
            let what = w.look_in_keyboard;
            return Err(ErrorKind::BadInput.problem(what, "", w.look_in_keyboard_next));
        }
        let Some(missing) = self.install.as_ref().filter(|path| !path.exists()) else {
            return Ok(());
        };
        let path = shown(&missing).to_string();
        if missing.components().count() > 1 || missing.is_absolute() {
            let what = text!(install_missing, path);
            return Err(ErrorKind::InstallNotFound.problem(what, "", w.install_missing_next));
        }
        let commands = Arguments::command();
        let commands = commands.get_subcommands().filter(|c| !c.is_hide_set());
        let names: Vec<&str> = commands.map(clap::Command::get_name).collect();
        let next = text!(no_such_command_next, commands = names.join(", "));
        let what = text!(no_such_command, word = path);
        Err(ErrorKind::Usage.problem(what, "", next))
    }
}
