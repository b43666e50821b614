//! What belongs to an installed program and is made from the arguments themselves: manual pages and completions.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::arguments::Arguments;
use super::outcome::{CommandResult, not_started};
use super::output::{self, Out};
use crate::domain::error::ErrorKind;
use crate::engine::exit::Exit;
use crate::words::untrusted::shown;
use crate::words::words;

/// Our name, as it is typed.
const NAME: &str = env!("CARGO_PKG_NAME");

/// Prints the script that completes our options and commands in this shell.
///
/// # Errors
/// A problem where it could not be written.
pub fn completions(shell: Shell) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    print(&script)
}

/// Writes the manual pages into a folder, one for us and one for each command; without a folder, prints the first.
///
/// # Errors
/// A problem where they cannot be written.
pub fn pages(folder: Option<&Path>) -> CommandResult {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        // Nothing can go wrong in memory.
        let _ = Man::new(Arguments::command()).render(&mut page);
        return print(&page);
    };
    let made = clap_mangen::generate_to(Arguments::command(), folder);
    made.map(|()| Exit::Fine).map_err(|error| {
        let what = text!(man_not_written, folder = shown(&folder));
        let next = words().man_not_written_next;
        not_started(ErrorKind::NotWritable.problem(what, error.to_string(), next))
    })
}

/// Whoever reads it may go away before the end.
fn print(bytes: &[u8]) -> CommandResult {
    Out::stdout().as_it_is(bytes);
    output::read_whole(Exit::Fine)
}
