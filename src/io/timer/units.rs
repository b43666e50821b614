//! The units of systemd: those of the package, which say what each of their lines is for, made to fit what is wished.

use std::path::Path;

use super::wishes::{TimerError, TimerWishes, line_of, text_of};
use crate::domain::run::watch::every::Every;

const SERVICE: &str = include_str!("../../../assets/systemd/freescout-rescue-watch.service");
const TIMER: &str = include_str!("../../../assets/systemd/freescout-rescue-watch.timer");
/// The folder that systemd's `StateDirectory=` makes.
const STATE: &str = "/var/lib/freescout-rescue";
/// Random delays are no longer than this, in seconds, and than a tenth of the time between rounds.
const LONGEST_DELAY: u16 = 30;
/// What programs need that are not ours.
const FOR_OTHERS: &str = "
# Alarms are carried by programs that are not ours: they queue mail and log as their own accounts, and may go on for a while
# when the round is over.
NoNewPrivileges=no
CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_FOWNER
ReadWritePaths=-/var/spool -/var/mail -/var/log
MemoryDenyWriteExecute=no
KillMode=process
";

/// Each round says all that stands: who is told of news needs no second, longer record of it.
const QUIET: &str = "
# Alarms are told: the journal has what keeps a round from being made, not what each of them prints.
StandardOutput=null
";

/// The first line of every file that is ours.
pub(super) fn mark() -> &'static str {
    SERVICE.lines().next().unwrap_or_default()
}

/// The service: one round.
pub(super) fn service(wishes: &TimerWishes) -> Result<String, TimerError> {
    let mut command = vec![program(&wishes.program)?, "watch".to_owned()];
    for argument in &wishes.arguments {
        command.push(word(line_of(argument)?).replace('$', "$$"));
    }
    let mut text = replaced(SERVICE, "ExecStart=", &command.join(" "));
    let mut writable: Vec<&Path> = wishes.writable.iter().map(|path| &**path).collect();
    if wishes.state_dir != Path::new(STATE) {
        writable.insert(0, &wishes.state_dir);
    }
    if !writable.is_empty() {
        text += "\n# Where keys are copied to, and what else a round writes.\n";
    }
    for path in writable {
        // One that is not there keeps the round from nothing else.
        let path = word(&format!("-{}", text_of(path)?));
        text += &format!("ReadWritePaths={path}\n");
    }
    if wishes.told {
        text += QUIET;
    }
    if wishes.runs_others {
        text += FOR_OTHERS;
    }
    Ok(text)
}

/// What a service runs.
pub(super) fn command(service: &str) -> Option<String> {
    let mut lines = service.lines();
    lines.find_map(|line| line.strip_prefix("ExecStart=").map(str::to_owned))
}

/// The timer.
pub(super) fn timer(every: Every) -> String {
    let minutes = every.minutes();
    let text = replaced(TIMER, "OnUnitActiveSec=", &format!("{minutes}min"));
    let seconds = LONGEST_DELAY.min(minutes.saturating_mul(6));
    replaced(&text, "RandomizedDelaySec=", &format!("{seconds}s"))
}

/// A unit with another value for what it sets once.
fn replaced(unit: &str, name: &str, value: &str) -> String {
    let lines = unit.lines().map(|line| match line.starts_with(name) {
        true => format!("{name}{value}\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

/// The path of a program, in which systemd takes no quotes for granted in all its versions.
fn program(path: &Path) -> Result<String, TimerError> {
    let text = text_of(path)?;
    match text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err(TimerError::Word(text.to_owned())),
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c)
}

/// A word as systemd reads it; `systemd.syntax(7)`, and `%` as of `systemd.unit(5)`.
fn word(text: &str) -> String {
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('%', "%%"))
}
