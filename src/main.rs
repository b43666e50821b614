//! Arguments in, wizard or subcommand, exit code out.

use std::process::ExitCode;

use clap::Parser;
use freescout_rescue::cli::{Arguments, run};

fn main() -> ExitCode {
    harden();
    ExitCode::from(run(Arguments::parse()))
}

/// No core dump, and no other process of ours may read our memory: secrets pass through it.
fn harden() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    );
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
