//! What is offered once mail flows again: the keys in a safe, and a timer that has rounds of the watch made. Both are the
//! host's, also where we work in a container.

use std::path::{Path, PathBuf};

use super::{NewSafe, TimerStands, WatchTimer};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::every::Every;
use crate::engine::recovery::{clock, commands};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::engine::session::volatile;
use crate::engine::usecase::safe::{self, SafeMade};
use crate::engine::usecase::timer::{self, Rounds};
use crate::engine::usecase::watch_settings;
use crate::io::alert::{self, ChannelName};
use crate::io::container::within;
use crate::io::state::backup::{Passphrase, Sealing};
use crate::io::state::safe::SafeLock;
use crate::sentences::shell;
use crate::words::untrusted::{sanitize_lines, shown};
use crate::words::words;

/// The file to offer for a safe: in our state folder, which is ours alone and stands on the host.
pub(super) fn offered_safe(options: &Options) -> PathBuf {
    let (stamp, _) = clock::now();
    let name = format!("safe-{stamp}.age");
    options.state_dir.to_path_buf().join(name)
}

/// Does something where timers and their settings are: on the host.
fn on_host<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let gone = || ErrorKind::Internal.problem(words().our_fault, "", words().our_fault_next);
    match within::get() {
        None => Ok(work()),
        Some(within) => within.on_host(work).ok_or_else(gone),
    }
}

/// The timer as it would be made, or, with `yes`, as it was. Where the host is no part of the work, neither is done.
pub(super) fn timer(
    session: &Session,
    options: &Options,
    yes: bool,
) -> Result<WatchTimer, Problem> {
    let (root, options) = (&session.install.root, options.clone());
    let command = commands::command_with("watch --install", &options, root);
    let round = commands::command_with("watch", &options, root);
    let arguments = commands::arguments(&options, root);
    let every = Every::default();
    if !session.machine.is_host() {
        // Timers are the host's: nothing of them is looked at, and none is made.
        return Ok(WatchTimer {
            stands: TimerStands::No,
            steps: Vec::new(),
            minutes: every.minutes(),
            idle: false,
            told: Vec::new(),
            command,
            round,
        });
    }
    let (change, stands, told) = on_host(move || {
        let settings = watch_settings::read(None)?;
        let stands = timer::stands()?;
        let rounds = Rounds {
            arguments,
            every,
            state_dir: &options.state_dir,
            settings: &settings,
            writable: Vec::new(),
        };
        let change = timer::install(rounds, yes)?;
        Ok::<_, Problem>((change, stands, alert::channels(&settings.channels)))
    })??;
    Ok(WatchTimer {
        stands: match (stands, change.plan.steps.is_empty()) {
            (_, true) => TimerStands::AsWanted,
            (true, false) => TimerStands::Otherwise,
            (false, false) => TimerStands::No,
        },
        // In short: the files are shown whole by the command.
        steps: change
            .plan
            .steps
            .iter()
            .map(|step| sanitize_lines(&timer::told(step)).into_owned())
            .collect(),
        minutes: every.minutes(),
        idle: change.plan.nothing_runs_it,
        told: told.into_iter().map(ChannelName::name).collect(),
        command,
        round,
    })
}

/// Puts the keys into a new safe, and says what is in it.
pub(super) fn make_safe(
    session: &Session,
    options: &Options,
    wanted: &NewSafe,
) -> Result<Vec<String>, Problem> {
    let w = words();
    let path = wanted.file.as_path();
    safe::require_new(path)?;
    require_hosts(path)?;
    let passphrase = Passphrase::new(&wanted.passphrase);
    let passphrase =
        passphrase.ok_or_else(|| ErrorKind::Passphrase.problem(w.passphrase_unusable, "", ""))?;
    let lock = SafeLock::Passphrase(Sealing::new(passphrase));
    let assessment = session.assess();
    let made = safe::make(session, &assessment, Some(path), &lock)?;
    let noted = safe::note(session, options, &made, Some(path));
    Ok(told(path, &made, noted.is_ok()))
}

/// In a container, a file anywhere else would be written into that, and be lost with it.
fn require_hosts(path: &Path) -> Result<(), Problem> {
    match within::get() {
        Some(within) if !within.is_kept(path) => {
            let what = text!(safe_not_on_host, path = shown(&path));
            Err(ErrorKind::BadInput.problem(what, "", words().safe_not_on_host_next))
        }
        _ => Ok(()),
    }
}

fn told(path: &Path, made: &SafeMade, noted: bool) -> Vec<String> {
    let w = words();
    let done = text!(safe_done, path = shell(path), keys = made.keys.len());
    let lasts = path.parent().and_then(volatile::caution_about);
    let lasts = lasts.map(|caution| caution.sentence());
    let not_noted = (!noted).then(|| w.safe_not_noted.to_owned());
    let all = [Some(done + " " + w.safe_keep), lasts, not_noted];
    all.into_iter().flatten().collect()
}
