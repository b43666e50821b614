//! Programs of the system that keep timers, run with our own rights: `crontab` has rights that we do not have, which is
//! why they are not taken off as for all others.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::fs::MemfdFlags;
use zeroize::Zeroizing;

use crate::io::os::output::wait_within;
use crate::io::os::spawn::USUAL_PATH;

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often we look whether it has ended.
const LOOK: Duration = Duration::from_millis(10);
/// No crontab is longer.
const MOST: u64 = 4 << 20;

/// What came of it.
pub(super) struct Ran {
    /// Whether it did what it was to do.
    pub(super) success: bool,
    /// What it printed.
    pub(super) output: Zeroizing<String>,
    /// What it complained of.
    pub(super) errors: String,
}

/// Runs a program, and waits for it. Its streams are files in memory: none of them can fill and hold it up.
pub(super) fn run(program: &Path, arguments: &[String], input: Option<&[u8]>) -> io::Result<Ran> {
    let memory = || rustix::fs::memfd_create("stream", MemfdFlags::CLOEXEC).map(File::from);
    let (mut output, mut errors) = (memory()?, memory()?);
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.env("PATH", USUAL_PATH).env("LC_ALL", "C");
    // Without these `crontab` knows neither whose it is nor where to work.
    for name in ["HOME", "USER", "LOGNAME"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.stdin(match input {
        None => Stdio::null(),
        Some(input) => {
            let mut file = memory()?;
            file.write_all(input)?;
            file.rewind()?;
            file.into()
        }
    });
    command
        .stdout(output.try_clone()?)
        .stderr(errors.try_clone()?);
    let mut child = command.spawn()?;
    let Some(status) = wait_within(&mut child, PATIENCE, LOOK)? else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(io::ErrorKind::TimedOut.into());
    };
    Ok(Ran {
        success: status.success(),
        output: Zeroizing::new(printed(&mut output)?),
        errors: printed(&mut errors)?,
    })
}

/// All that was printed, which is a text, and not cut.
fn printed(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut text = String::new();
    match file.take(MOST + 1).read_to_string(&mut text)? as u64 > MOST {
        true => Err(io::ErrorKind::InvalidData.into()),
        false => Ok(text),
    }
}
