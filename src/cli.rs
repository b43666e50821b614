//! The same engine without the screen: arguments in, text or JSON out, exit codes as documented.
//!
//! JSON goes to standard output alone; everything else goes to standard error. A key or a password is never taken from
//! the command line itself: other users can read it there.

mod back;
mod backup;
mod failure;
mod journal;
mod key_file;
mod output;
mod passphrase;
mod restore;
mod run;
mod stop;
mod test;

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::plan::Strategy;
use crate::io::mail::oauth::Endpoints;
use crate::io::state::AbsolutePath;

pub use failure::usage;
pub use run::run;

/// A path of the command line, as it is from everywhere: it is printed in commands that are typed elsewhere, and written
/// down.
fn absolute() -> impl TypedValueParser<Value = AbsolutePath> {
    PathBufValueParser::new().try_map(AbsolutePath::new)
}

/// The same, but that `-` stays standard input.
fn absolute_or_stdin() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => Ok(path),
        false => AbsolutePath::new(path).map(|path| path.to_path_buf()),
    })
}

/// Brings a FreeScout helpdesk back after its APP_KEY changed.
///
/// Without a subcommand: the full-screen wizard, step by step from survey to report. Nothing is written before a
/// verified backup and your typed confirmation.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do; the wizard when nothing is given.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The install and the places around it.
    #[command(flatten)]
    pub common: Common,
}

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// The wizard on a throw-away broken install, with nothing to set up.
    Demo {
        /// Only lay the install out in this new folder, and say what to run on it.
        #[arg(long, value_name = "DIR", value_parser = absolute())]
        make: Option<AbsolutePath>,
        /// A larger install of this many mailboxes under four keys, for measuring. Needs --make.
        #[arg(long, value_name = "N", requires = "make", hide = true)]
        mailboxes: Option<u32>,
    },
    /// What is wrong, and what we would do. Changes nothing.
    /// Exit code 0 all readable, 1 readable but something needs attention, 2 unreadable secrets, 3 could not check.
    Check(Common),
    /// Look for lost keys: in the install, in the places named with --look-in (`-` is standard input; a disk can be named
    /// as well), and in the usual places on request. Changes nothing.
    /// Exit code 0 every whole secret opens with a known key, 2 some stay closed, 3 could not look, or was stopped.
    FindKey {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Also look in the usual places: homes, web roots, /etc, containers' folders, backups.
        #[arg(long)]
        usual: bool,
        /// Threads that read and search, for measuring.
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2), hide = true)]
        threads: u8,
        /// Look for keys with their prefix alone, for measuring.
        #[arg(long, hide = true)]
        prefixed: bool,
    },
    /// Log in at every mail server as FreeScout would, both directions, and say what came of it.
    /// Exit code 0 all work, 1 all work but something needs attention, 2 some do not, 3 could not test.
    Test {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// How to test.
        #[command(flatten)]
        options: TestOptions,
    },
    /// Back up everything a recovery may touch, and read it back. Exit code 0 done, 3 failed.
    Backup {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// What is in it, and how it is kept.
        #[command(flatten)]
        options: BackupOptions,
    },
    /// Put a backup back: its rows, its files. What every secret would read like afterwards is worked out first, and
    /// compared with what is read in the end. A new backup, not encrypted, is made before anything is changed.
    /// Exit code 0 done, 1 nothing was changed, 2 done but something does not read as foretold, 3 failed.
    Restore {
        /// The backup's folder.
        #[arg(value_parser = absolute())]
        backup: AbsolutePath,
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only what would change is said, and what each secret would read like.
        #[arg(long)]
        yes: bool,
        /// The passphrase of an encrypted backup.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
    /// Backup, plan and apply, without questions.
    /// Exit code 0 all readable, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start.
    Recover {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only the plan is shown.
        #[arg(long)]
        yes: bool,
        /// How to bring it back.
        #[arg(long, value_enum, default_value_t = StrategyName::Auto)]
        strategy: StrategyName,
        /// New passwords, JSON lines: {"mailbox": ID or address, "incoming": …, "outgoing": …} or {"system_mail": …}. `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        passwords: Option<PathBuf>,
        /// Where a password is lost, take an older one that the search found in a dump or backup: the newest of this install's
        /// own database, or of a file that names none. Others are only listed.
        #[arg(long)]
        take_older: bool,
        /// Do not log in at the mail servers afterwards.
        #[arg(long)]
        no_test: bool,
    },
    /// Finish what was interrupted: a recovery, an undo, or a restore.
    /// Exit code 0 all readable or nothing to resume, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start.
    Resume {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Taken as it is meant, and not needed: what was interrupted was confirmed when it was begun.
        #[arg(long)]
        yes: bool,
        /// Do not log in at the mail servers afterwards.
        #[arg(long)]
        no_test: bool,
        /// Close it as it stands, because the backup it rests on is lost. Nothing is changed, and a recovery can begin
        /// anew.
        #[arg(long)]
        give_up: bool,
        /// Where the passphrase of an encrypted backup comes from, when putting one back was interrupted.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
    /// What was done on this install, when, by whom, from where. Exit code 0 done, 3 when the journal cannot be read.
    History {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// On every install of this server.
        #[arg(long)]
        all: bool,
    },
    /// Take the last recovery back, rows and files byte for byte, but for what was changed since.
    /// Exit code 0 taken back, 1 nothing was changed, 2 all but some rows, 3 could not start.
    Undo {
        /// The install and the places around it.
        #[command(flatten)]
        common: Common,
        /// Really do it; without it, only what would be taken back is said.
        #[arg(long)]
        yes: bool,
        /// The passphrase of an encrypted backup.
        #[command(flatten)]
        passphrase: PassphraseSource,
    },
}

/// What is in a backup, and how it is kept.
#[derive(Args, Clone)]
pub struct BackupOptions {
    /// Also dump the whole database with the server's own program.
    #[arg(long)]
    pub full_dump: bool,
    /// Encrypt it with a passphrase, in the age format, which `age -d` opens too. Only this command does: what the wizard
    /// and `recover` back up before they write stays as it is, so that `undo` needs no passphrase.
    #[arg(long)]
    pub encrypt: bool,
    /// A file that holds the passphrase, and nothing else. `-` reads standard input. Without it, it is asked for twice on
    /// the terminal.
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    pub passphrase_file: Option<PathBuf>,
    /// scrypt's work as a power of two, for trials that cannot wait.
    #[arg(long, value_name = "N", requires = "encrypt", hide = true, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub work_factor: Option<u8>,
}

/// Where the passphrase of an encrypted backup comes from.
#[derive(Args, Clone, Default)]
pub struct PassphraseSource {
    /// A file that holds the passphrase of an encrypted backup, and nothing else. `-` reads standard input. Without it, it
    /// is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// How connections are tested.
#[derive(Args, Clone)]
pub struct TestOptions {
    /// Only this mailbox, by id or address. Repeatable. Without it: all, and the system mail account.
    #[arg(long, value_name = "MAILBOX")]
    pub mailbox: Vec<String>,
    /// Tests at once, in all.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub concurrency: u8,
    /// Tests at once to one server. Always one to an account.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub per_server: u8,
    /// Also send a mail from each mailbox to itself, find it by IMAP, time its journey, and remove it.
    #[arg(long)]
    pub send: bool,
    /// Connect to this address in place of a server's own: HOST:PORT=ADDRESS:PORT. Repeatable.
    #[arg(long, value_name = "ROUTE")]
    pub connect_to: Vec<String>,
    /// Leave expired OAuth tokens as they are. Without it they are renewed and stored, as FreeScout does at its next fetch.
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
    fn endpoints(&self) -> Endpoints {
        let usual = Endpoints::default();
        Endpoints {
            microsoft: self.oauth_microsoft.clone().unwrap_or(usual.microsoft),
            google: self.oauth_google.clone().unwrap_or(usual.google),
            ..usual
        }
    }
}

impl Default for TestOptions {
    fn default() -> Self {
        let limits = crate::domain::mail::schedule::TestLimits::default();
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        Self {
            mailbox: Vec::new(),
            concurrency: small(limits.at_once),
            per_server: small(limits.per_server),
            send: false,
            connect_to: Vec::new(),
            no_renew: false,
            oauth_microsoft: None,
            oauth_google: None,
        }
    }
}

/// Options of every subcommand.
#[derive(Args, Clone, Default)]
pub struct Common {
    /// FreeScout's folder. Default: the current one, the usual web roots, running PHP processes.
    #[arg(value_name = "INSTALL")]
    pub install: Option<PathBuf>,
    /// Another place to look for keys: a folder, a file, an archive. Repeatable.
    #[arg(long, value_name = "PATH", value_parser = absolute_or_stdin())]
    pub look_in: Vec<PathBuf>,
    /// A file that holds a key, and nothing else. `-` reads standard input.
    #[arg(long, value_name = "FILE", value_parser = absolute_or_stdin())]
    pub key_file: Vec<PathBuf>,
    /// Folder of the backups. Default: `backups` in the state folder.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub backup_dir: Option<AbsolutePath>,
    /// Another folder, on another disk at best, for the files of a backup that hold the key: it then lies apart from what
    /// it opens. Also where they are looked for when such a backup was moved.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub keys_dir: Option<AbsolutePath>,
    /// Our state folder. Default: /var/lib/freescout-rescue as root, else ~/.local/state/freescout-rescue.
    #[arg(long, value_name = "DIR", value_parser = absolute())]
    pub state_dir: Option<AbsolutePath>,
    /// The account that FreeScout's pages run as, by name or UID[:GID]. Default: of the owners of the install's folder, .env,
    /// artisan and storage/ the one with the least rights. What is done for FreeScout is done with no more rights than it has.
    #[arg(long, value_name = "NAME")]
    pub web_user: Option<String>,
    /// Do not run PHP: remove the cached config ourselves.
    #[arg(long)]
    pub no_artisan: bool,
    /// Have queue workers restarted even where their memory, which may hold a lost key, could not be searched. Without it
    /// they go on as they are.
    #[arg(long)]
    pub restart_workers: bool,
    /// How many seconds FreeScout's own command may take, for trials.
    #[arg(long, value_name = "SECONDS", hide = true)]
    pub php_limit: Option<u64>,
    /// JSON on standard output, also of what stopped the command.
    #[arg(long)]
    pub json: bool,
}

/// Strategies by name.
#[derive(Clone, Copy, ValueEnum)]
pub enum StrategyName {
    /// The one recommended.
    Auto,
    /// The old key back, and re-seal what was saved since.
    Restore,
    /// Keep the key in force and carry everything over to it.
    Carry,
    /// A new random key for everything.
    Fresh,
    /// Only enter passwords again.
    Reenter,
}

impl StrategyName {
    /// The strategy; `None` takes the recommended one.
    pub fn strategy(self) -> Option<Strategy> {
        match self {
            StrategyName::Auto => None,
            StrategyName::Restore => Some(Strategy::Restore),
            StrategyName::Carry => Some(Strategy::Carry),
            StrategyName::Fresh => Some(Strategy::Fresh),
            StrategyName::Reenter => Some(Strategy::Reenter),
        }
    }
}
