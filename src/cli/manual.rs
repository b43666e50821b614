//! What belongs to an installed program and is made from the arguments themselves: manual pages and completions.

use std::io;
use std::path::Path;

use clap_complete::Shell;
use clap_mangen::Man;

use super::arguments::{ToldFor, command};
use super::outcome::{CommandResult, not_started};
use super::output::{self, Out};
use crate::domain::error::ErrorKind;
use crate::engine::exit::Exit;
use crate::words::untrusted::shown;
use crate::words::{self, words};

/// Our name, as it is typed.
const NAME: &str = env!("CARGO_PKG_NAME");
/// The command that clap adds, which has no page.
const HELP: &str = "help";
/// What the heading of a section begins with.
const HEADING: &str = ".SH ";

/// Prints the script that completes our options and commands in this shell.
///
/// # Errors
/// A problem where it could not be written.
pub fn completions(shell: Shell) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(ToldFor::Shell), NAME, &mut script);
    print(&script)
}

/// Writes the manual pages into a folder, one for us and one for each command; without a folder, prints the first.
///
/// # Errors
/// A problem where they cannot be written.
pub fn pages(folder: Option<&Path>) -> CommandResult {
    let Some(folder) = folder else {
        return print(&page(&Man::new(command(ToldFor::Reader))));
    };
    let mut command = command(ToldFor::Reader).disable_help_subcommand(true);
    command.build();
    written(&command, folder).map_err(|error| {
        let what = text!(man_not_written, folder = shown(&folder));
        let next = words().man_not_written_next;
        not_started(ErrorKind::NotWritable.problem(what, error.to_string(), next))
    })?;
    Ok(Exit::Fine)
}

/// Writes the page of a command, and those of its own.
fn written(command: &clap::Command, folder: &Path) -> io::Result<()> {
    let ours = command.get_subcommands();
    for command in ours.filter(|c| !c.is_hide_set() && c.get_name() != HELP) {
        written(command, folder)?;
    }
    let man = Man::new(command.clone());
    std::fs::write(folder.join(man.get_filename()), page(&man))
}

/// A page, its headings in the operator's language.
fn page(man: &Man) -> Vec<u8> {
    let mut page = Vec::new();
    // Nothing can go wrong in memory.
    let _ = man.render(&mut page);
    let language = words::language();
    if language.is_first() {
        return page;
    }
    let page = String::from_utf8_lossy(&page).into_owned();
    let lines = page.lines().map(|line| {
        let heading = line
            .strip_prefix(HEADING)
            .map(|name| name.trim_matches('"'));
        match heading.and_then(|heading| language.help(heading)) {
            Some(said) => format!("{HEADING}{said}\n"),
            None => format!("{line}\n"),
        }
    });
    lines.collect::<String>().into_bytes()
}

/// Whoever reads it may go away before the end.
fn print(bytes: &[u8]) -> CommandResult {
    Out::stdout().as_it_is(bytes);
    output::read_whole(Exit::Fine)
}
