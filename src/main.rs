//! Arguments in, wizard or subcommand, exit code out.

use std::process::ExitCode;

use clap::Parser;
use freescout_rescue::cli;
use freescout_rescue::cli::Arguments;
use freescout_rescue::domain::inventory::secret::wipe_stack;
use freescout_rescue::io::db;
use freescout_rescue::io::os::crash_points;
use freescout_rescue::io::os::crash_points::Point;
use freescout_rescue::io::os::{harden, spawn};

/// What is freed is wiped, whichever library held it.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    harden::close();
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(exit) = spawn::called_for_another(&arguments) {
        return ExitCode::from(exit);
    }
    spawn::adopt();
    harden::lock_memory();
    db::hush();
    match Arguments::try_parse() {
        Ok(arguments) => {
            let exit = cli::run(arguments);
            wipe_stack();
            crash_points::pass(Point::End);
            ExitCode::from(exit)
        }
        Err(said) => ExitCode::from(cli::usage(&said, &arguments)),
    }
}
