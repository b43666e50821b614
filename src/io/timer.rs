//! The system's timer that makes rounds of the watch: units of systemd where it runs, else a line of a crontab.
//!
//! What is to be done is planned first and can be shown; what is carried out is the plan. Only what bears our mark, and is as
//! we wrote it, is ever replaced or removed.

mod cron;
mod crontab;
mod run;
mod seal;
mod units;
mod wishes;

use std::path::{Path, PathBuf};

use crate::domain::run::volatile::Fleeting;
use crate::io::fs::trust;
use crate::io::fs::{self, Attributes, volatile};
use crate::io::os::programs;
use crate::words::untrusted::shown;

pub use wishes::{TimerError, TimerWishes};

/// The folder of units that an administrator made.
const UNITS: &str = "etc/systemd/system";
const SERVICE: &str = "freescout-rescue-watch.service";
const TIMER: &str = "freescout-rescue-watch.timer";
/// The folder of crontabs that packages and administrators make.
const CRON_D: &str = "etc/cron.d";
const CRON_FILE: &str = "freescout-rescue-watch";
/// The folder of busybox's crontabs: its cron reads no other one.
const BUSYBOX_CRONTABS: &str = "etc/crontabs";
/// What is there while systemd runs.
const SYSTEMD_RUNS: &str = "run/systemd/system";
/// Folders that everybody writes in, or that are emptied.
const PASSING: [&str; 4] = ["/tmp", "/var/tmp", "/dev", "/run"];
/// A longer file is none of ours.
const MOST_BYTES: u64 = 256 << 10;
/// Names of programs that read crontabs, as far as the kernel keeps them.
const CRONS: [&str; 4] = ["cron", "crond", "dcron", "fcron"];

/// Where timers are made on a machine, and by whom.
#[derive(Debug, Clone)]
pub struct TimerPlaces {
    /// The machine's root folder.
    pub root: PathBuf,
    /// Whether we may write there as root may.
    pub privileged: bool,
    /// systemd's program, where there is one.
    pub systemctl: Option<PathBuf>,
    /// The program that changes an account's crontab, where there is one.
    pub crontab: Option<PathBuf>,
    /// Whether something runs that reads crontabs.
    pub cron_runs: bool,
}

impl TimerPlaces {
    /// Those of this machine, for this account.
    pub fn of_this_machine() -> Self {
        Self {
            root: PathBuf::from("/"),
            privileged: rustix::process::geteuid().is_root(),
            systemctl: programs::find(&["systemctl"]).ok(),
            crontab: programs::find(&["crontab"]).ok(),
            cron_runs: cron_runs(),
        }
    }

    fn at(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    fn unit(&self, name: &str) -> PathBuf {
        self.at(UNITS).join(name)
    }

    fn crontab(&self) -> Result<&Path, TimerError> {
        self.crontab.as_deref().ok_or(TimerError::Nowhere)
    }

    fn cron_file(&self) -> PathBuf {
        self.at(CRON_D).join(CRON_FILE)
    }

    fn kind(&self) -> Option<TimerKind> {
        if self.privileged && self.systemctl.is_some() && self.at(SYSTEMD_RUNS).is_dir() {
            return Some(TimerKind::Systemd);
        }
        let of_busybox = self.at(BUSYBOX_CRONTABS).is_dir();
        if self.privileged && !of_busybox && self.at(CRON_D).is_dir() {
            return Some(TimerKind::CronFile);
        }
        self.crontab.is_some().then_some(TimerKind::Crontab)
    }
}

/// What makes the rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// A timer of systemd.
    Systemd,
    /// A file in `/etc/cron.d`.
    CronFile,
    /// A line in the account's own crontab.
    Crontab,
}

/// Something that is done to the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimerStep {
    /// A file gets this text; it is new, or was ours before.
    Write(PathBuf, String),
    /// A file of ours is removed.
    Remove(PathBuf),
    /// A program is run with these arguments.
    Run(PathBuf, Vec<String>),
    /// The account's crontab gets this line, in place of one of ours that it may have.
    Add(String),
    /// The account's crontab loses this line of ours.
    TakeOut(String),
}

/// What is to be done, in this order. Empty where everything is as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerPlan {
    /// What makes the rounds; `None` where there was nothing to remove.
    pub kind: Option<TimerKind>,
    /// What is done.
    pub steps: Vec<TimerStep>,
    /// Nothing that reads crontabs runs here, so no round will be made before it does.
    pub nothing_runs_it: bool,
    /// What the timer that stands runs, where that is something else.
    pub replaced: Option<String>,
}

/// Plans the timer. One that stands already and is as it is to be, takes no steps.
///
/// # Errors
/// [`TimerError`].
pub fn plan_install(wishes: &TimerWishes, places: &TimerPlaces) -> Result<TimerPlan, TimerError> {
    require_program(&wishes.program)?;
    let kind = places.kind().ok_or(TimerError::Nowhere)?;
    // What was made where the system was another one would make rounds too.
    let mut steps = removal(places, Some(kind))?;
    let replaced;
    match kind {
        TimerKind::Systemd => {
            let service = (places.unit(SERVICE), units::service(wishes)?);
            let stands = standing(&service.0)?;
            replaced = other(stands.as_deref(), &service.1, units::command);
            let timer = (places.unit(TIMER), units::timer(wishes.every));
            let mut files = Vec::new();
            for (path, text) in [service, timer] {
                files.extend(writing(&path, &text)?);
            }
            let is_enabled = places.at(UNITS).join("timers.target.wants").join(TIMER);
            if !files.is_empty() || std::fs::symlink_metadata(is_enabled).is_err() {
                steps.append(&mut files);
                steps.push(systemctl(places, &["daemon-reload"]));
                steps.push(systemctl(places, &["enable", TIMER]));
                // Starts it, too. One that runs already would go on by its old times.
                steps.push(systemctl(places, &["restart", TIMER]));
            }
        }
        TimerKind::CronFile => {
            let (path, text) = (places.cron_file(), cron::file(wishes)?);
            replaced = other(standing(&path)?.as_deref(), &text, cron::command);
            steps.extend(writing(&path, &text)?);
        }
        TimerKind::Crontab => {
            let line = cron::line(wishes, None)?;
            let text = crontab::read(places.crontab()?)?;
            let stands = crontab::ours(&text).first().copied();
            replaced = other(stands, &line, cron::command);
            if crontab::ours(&text) != [line.as_str()] {
                steps.push(TimerStep::Add(line));
            }
        }
    }
    Ok(TimerPlan {
        kind: Some(kind),
        steps,
        nothing_runs_it: kind != TimerKind::Systemd && !places.cron_runs,
        replaced,
    })
}

/// What a timer that stands runs, where that is another command than that of the new one.
fn other(stands: Option<&str>, new: &str, command: fn(&str) -> Option<String>) -> Option<String> {
    let stands = command(stands?)?;
    (command(new).as_ref() != Some(&stands)).then_some(stands)
}

/// Plans to take back whatever of ours makes rounds.
///
/// # Errors
/// [`TimerError`].
pub fn plan_remove(places: &TimerPlaces) -> Result<TimerPlan, TimerError> {
    let steps = removal(places, None)?;
    Ok(TimerPlan {
        kind: places.kind().filter(|_| !steps.is_empty()),
        steps,
        nothing_runs_it: false,
        replaced: None,
    })
}

/// What takes back everything of ours but what belongs to this kind.
fn removal(places: &TimerPlaces, but: Option<TimerKind>) -> Result<Vec<TimerStep>, TimerError> {
    let mut steps = Vec::new();
    if places.privileged && but != Some(TimerKind::Systemd) {
        let units = [TIMER, SERVICE].map(|name| places.unit(name));
        let mut ours = Vec::new();
        for unit in units {
            if standing(&unit)?.is_some() {
                ours.push(TimerStep::Remove(unit));
            }
        }
        // A package's own units may have been enabled; they stay, and do nothing.
        let enabled = places.at(UNITS).join("timers.target.wants").join(TIMER);
        let is_enabled = std::fs::symlink_metadata(enabled).is_ok();
        let runs = places.systemctl.is_some() && places.at(SYSTEMD_RUNS).is_dir();
        if runs && (is_enabled || !ours.is_empty()) {
            steps.push(systemctl(places, &["disable", "--now", TIMER]));
        }
        let were = !ours.is_empty();
        steps.append(&mut ours);
        if runs && were {
            steps.push(systemctl(places, &["daemon-reload"]));
        }
    }
    if places.privileged && but != Some(TimerKind::CronFile) {
        let file = places.cron_file();
        if standing(&file)?.is_some() {
            steps.push(TimerStep::Remove(file));
        }
    }
    if let Some(program) = &places.crontab
        && but != Some(TimerKind::Crontab)
    {
        let text = crontab::read(program)?;
        let ours = crontab::ours(&text).into_iter().map(str::to_owned);
        steps.extend(ours.map(TimerStep::TakeOut));
    }
    Ok(steps)
}

/// Does what is planned.
///
/// # Errors
/// [`TimerError`] of the first step that failed. Those before it are done; planned again, they are not done twice.
pub fn carry_out(plan: &TimerPlan, places: &TimerPlaces) -> Result<(), TimerError> {
    let readable = Attributes {
        mode: 0o644,
        ..Attributes::closed()
    };
    for step in &plan.steps {
        match step {
            TimerStep::Write(path, text) => fs::write_new(path, text.as_bytes(), &readable)?,
            TimerStep::Remove(path) => drop(fs::remove(path)?),
            TimerStep::Run(program, arguments) => {
                let command = || format!("{} {}", shown(program), arguments.join(" "));
                let ran = run::run(program, arguments, None);
                let ran = ran.map_err(|e| TimerError::Failed(command(), e.to_string()))?;
                if !ran.success {
                    return Err(TimerError::Failed(command(), ran.errors));
                }
            }
            TimerStep::Add(line) => crontab::change(places.crontab()?, Some(line))?,
            TimerStep::TakeOut(_) => crontab::change(places.crontab()?, None)?,
        }
    }
    Ok(())
}

fn systemctl(places: &TimerPlaces, arguments: &[&str]) -> TimerStep {
    let program = places.systemctl.as_deref();
    let program = program.unwrap_or(Path::new("systemctl")).to_owned();
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    TimerStep::Run(program, arguments.collect())
}

/// The step that gives a file its text, where it has another one.
fn writing(path: &Path, text: &str) -> Result<Option<TimerStep>, TimerError> {
    let text = seal::sealed(text);
    match standing(path)? {
        Some(there) if there == text => Ok(None),
        _ => Ok(Some(TimerStep::Write(path.to_owned(), text))),
    }
}

/// The text of a file of ours; `None` where there is none.
fn standing(path: &Path) -> Result<Option<String>, TimerError> {
    // A unit that is masked is a link to nowhere: an administrator's wish.
    if std::fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(TimerError::Foreign(path.to_owned()));
    }
    let file = match fs::read(path, MOST_BYTES) {
        Err(e) if e.is_missing() => return Ok(None),
        file => file?,
    };
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    match text.lines().next() == Some(units::mark()) {
        true if seal::is_whole(&text) => Ok(Some(text)),
        true => Err(TimerError::Changed(path.to_owned())),
        false => Err(TimerError::Foreign(path.to_owned())),
    }
}

/// Refuses a program that others could replace before a round, or that will be gone.
fn require_program(program: &Path) -> Result<(), TimerError> {
    trust::require_closed(program).map_err(TimerError::Program)?;
    let folder = program.parent().unwrap_or(Path::new("/"));
    let passes = PASSING.iter().any(|passing| program.starts_with(passing));
    // What lies in a container's own layers goes with them, and so does the timer.
    let gone = [Fleeting::Memory, Fleeting::Service, Fleeting::Emptied];
    if passes || volatile::of(folder).is_some_and(|fleeting| gone.contains(&fleeting)) {
        return Err(TimerError::Passing(program.to_owned()));
    }
    Ok(())
}

/// Whether something runs that reads crontabs.
fn cron_runs() -> bool {
    let all = procfs::process::all_processes().into_iter().flatten();
    let mut names = all.flatten().filter_map(|process| process.stat().ok());
    names.any(|stat| CRONS.contains(&stat.comm.as_str()))
}

#[cfg(test)]
mod tests;
