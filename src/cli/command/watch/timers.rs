//! `watch --install` and `watch --remove`: what would be written is shown first.

use std::path::Path;

use crate::cli::arguments::{Common, WatchFormat, WatchOptions};
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::every::Every;
use crate::domain::run::watch::fleet::Chosen;
use crate::domain::run::watch::settings::{WatchSettings, time, written};
use crate::engine::exit::Exit;
use crate::engine::usecase::timer::{self, Rounds, TimerChange};
use crate::engine::usecase::watch::fleet::WatchTarget;
use crate::engine::usecase::watch::targets::Watching;
use crate::io::timer::TimerStep;
use crate::io::{alert, install as installs};
use crate::words::untrusted::shown;
use crate::words::{self, words};

/// Makes the timer, or shows it.
pub(super) fn install(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
    watched: &[Watching],
) -> CommandResult {
    let every = match &options.every {
        None => Every::default(),
        Some(text) => {
            let every = time(text).and_then(Every::of);
            every.ok_or_else(|| not_started(unknown(text)))?
        }
    };
    let our = common.options();
    let target = target(common, watched).map_err(not_started)?;
    let output = options.output.iter().filter_map(|path| path.parent());
    let safe = settings.safe.iter().map(|safe| safe.folder.as_path());
    let mut missing = output.clone().chain(safe).filter(|folder| !folder.is_dir());
    if let Some(folder) = missing.next() {
        return Err(not_started(no_folder(folder)));
    }
    let rounds = Rounds {
        arguments: arguments(common, options, &target),
        every,
        state_dir: &our.state_dir,
        settings,
        writable: output.map(Path::to_path_buf).collect(),
    };
    let change = timer::install(rounds, options.yes).map_err(not_started)?;
    let exit = tell(&change, words().watch_timer_nothing);
    let language = words::language();
    if !language.is_first() {
        let language = language.tag;
        Out::stdout().line(&text!(watch_timer_language, language));
    }
    if alert::channels(&settings.channels).is_empty() {
        Out::stderr().line(words().watch_offer_nobody);
    }
    Ok(exit)
}

fn no_folder(folder: &Path) -> Problem {
    let what = text!(safe_no_folder, folder = shown(&folder));
    ErrorKind::BadInput.problem(what, "", words().watch_no_folder_next)
}

/// The install that the rounds are of, where there is just one: it is named to the timer, which shall not have to choose when
/// there are others.
fn target(common: &Common, watched: &[Watching]) -> Result<WatchTarget, Problem> {
    match watched {
        [one] => match (&one.refused, one.chosen) {
            (Some(why), _) => {
                let (what, next) = (why.message.clone(), why.next.clone());
                Err(ErrorKind::InstallNotFound.problem(what, "", next))
            }
            (None, Chosen::Only) => Ok(WatchTarget {
                path: one.target.path.as_deref().map(installs::lasting_name),
                container: one.target.container.clone(),
            }),
            (None, Chosen::Named | Chosen::OfAll) => Ok(as_named(common)),
        },
        _ => Ok(as_named(common)),
    }
}

fn as_named(common: &Common) -> WatchTarget {
    WatchTarget {
        path: common.install.clone(),
        container: common.container.clone(),
    }
}

fn unknown(text: &str) -> Problem {
    let all: Vec<String> = Every::all().map(|every| written(every.time())).collect();
    ErrorKind::BadInput.problem(
        text!(watch_every_unknown, text = shown(text)),
        "",
        text!(watch_every_unknown_next, all = all.join(", ")),
    )
}

/// The arguments of a round that the timer has made: those that were given along.
fn arguments(common: &Common, options: &WatchOptions, target: &WatchTarget) -> Vec<String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut words: Vec<String> = Vec::new();
    let mut named = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    named("--settings", options.settings.as_deref().map(text));
    named("--output", options.output.as_deref().map(text));
    named("--state-dir", common.state_dir.as_deref().map(text));
    named("--backup-dir", common.backup_dir.as_deref().map(text));
    named("--keys-dir", common.keys_dir.as_deref().map(text));
    named("--web-user", common.web_user.clone());
    named("--container", target.container.clone());
    let format = match options.format {
        _ if common.json => Some("json"),
        WatchFormat::Text => None,
        WatchFormat::Json => Some("json"),
        WatchFormat::Nagios => Some("nagios"),
        WatchFormat::Prometheus => Some("prometheus"),
    };
    named("--format", format.map(str::to_owned));
    for (flag, given) in [
        ("--all", options.all),
        ("--no-logins", options.no_logins),
        ("--send-test", options.send_test),
    ] {
        words.extend(given.then(|| flag.to_owned()));
    }
    if let Some(install) = &target.path {
        let path = std::path::absolute(install).unwrap_or_else(|_| install.clone());
        words.push(text(&path));
    }
    words
}

/// Says what was done, or would be.
pub(super) fn tell(change: &TimerChange, nothing: &str) -> Exit {
    let w = words();
    let mut out = Out::stdout();
    if change.plan.steps.is_empty() {
        out.line(nothing);
    } else {
        out.line(match change.done {
            true => w.watch_timer_done,
            false => w.watch_timer_shown,
        });
    }
    for step in &change.plan.steps {
        let told = timer::told(step);
        match step {
            TimerStep::Write(_, text) => {
                out.line(&(told + ":"));
                text.lines()
                    .for_each(|line| out.line(&format!("    {line}")));
            }
            _ => out.line(&told),
        }
    }
    if let Some(command) = &change.plan.replaced {
        out.line(&text!(watch_timer_replaced, command = shown(command)));
    }
    if change.plan.nothing_runs_it {
        Out::stderr().line(w.watch_timer_idle);
    }
    Exit::Fine
}
