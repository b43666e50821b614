//! How much is said, whether anything is done at all, and what a script is told in the end.

use clap::Args;

/// What scripts go by, in the long help and the manual page.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    done, or only shown; check, test, watch: all is well
  1    nothing was changed; check, test, watch: something needs attention
  2    done in part, or secrets stay unreadable; test: a login fails
  3    could not start, or was stopped
  101  a bug in this program";

/// How much `check` says.
#[derive(Args, Clone, Copy, Default)]
pub struct CheckOptions {
    /// List every secret and every place of a key. Without this option, the first ten of each kind.
    #[arg(long)]
    pub all: bool,
    /// Say it in one line.
    #[arg(long, conflicts_with_all = ["all", "json"])]
    pub brief: bool,
}

/// That nothing shall be done, by name.
#[derive(Args, Clone, Copy, Default)]
pub struct DryRun {
    /// Only show it, as without --yes.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// How much is said beside the result.
#[derive(Args, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loudness {
    /// Say nothing on standard error but what went wrong.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also say what is being read and judged.
    #[arg(short, long)]
    pub verbose: bool,
}

impl Loudness {
    /// With what stood before the subcommand. Where both were asked for, the more is said.
    pub(super) fn and(self, before: Self) -> Self {
        let verbose = self.verbose || before.verbose;
        Self {
            quiet: (self.quiet || before.quiet) && !verbose,
            verbose,
        }
    }
}
