//! The arguments of `rotate`.

use clap::Args;

use super::{DryRun, SafeLockOptions, absolute};
use crate::io::state::AbsolutePath;

/// Whether it is done, and where the keys are put first.
#[derive(Args, Clone)]
pub struct RotateOptions {
    /// Really do it; without it, only show what would break, what would be done, and what you would have to do afterwards.
    #[arg(long)]
    pub yes: bool,
    /// The same by name.
    #[command(flatten)]
    pub dry_run: DryRun,
    /// A new file for a safe with the key in force and the new one, made and verified before anything is changed; nothing is
    /// written over. It can be left out where a safe with the key in force was made here before.
    #[arg(long, value_name = "FILE", value_parser = absolute())]
    pub output: Option<AbsolutePath>,
    /// Do not log in to the mail servers afterwards.
    #[arg(long)]
    pub no_test: bool,
    /// Tell of each mailbox. Without this option, of many those that ended alike are told together.
    #[arg(long)]
    pub all: bool,
    /// Who can open the safe.
    #[command(flatten)]
    pub lock: SafeLockOptions,
}
