//! `watch --install` and `watch --remove`: what would be written is shown first.

use crate::cli::arguments::{Common, WatchFormat, WatchOptions};
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::every::Every;
use crate::domain::run::watch::settings::{WatchSettings, time, written};
use crate::engine::exit::Exit;
use crate::engine::usecase::timer::{self, Rounds, TimerChange};
use crate::io::timer::TimerStep;
use crate::sentences::shell;
use crate::words::untrusted::shown;
use crate::words::words;

/// Makes the timer, or shows it.
pub(super) fn install(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
) -> CommandResult {
    let every = match &options.every {
        None => Every::default(),
        Some(text) => {
            let every = time(text).and_then(Every::of);
            every.ok_or_else(|| not_started(unknown(text)))?
        }
    };
    let our = common.options();
    let output = options.output.iter().filter_map(|path| path.parent());
    let rounds = Rounds {
        arguments: arguments(common, options),
        every,
        state_dir: &our.state_dir,
        settings,
        writable: output.map(std::path::Path::to_path_buf).collect(),
    };
    let change = timer::install(rounds, options.yes).map_err(not_started)?;
    Ok(tell(&change, words().watch_timer_nothing))
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
fn arguments(common: &Common, options: &WatchOptions) -> Vec<String> {
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
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
    named("--container", common.container.clone());
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
    if let Some(install) = &common.install {
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
        match step {
            TimerStep::Write(path, text) => {
                out.line(&(text!(watch_timer_write, path = shown(&path)) + ":"));
                text.lines()
                    .for_each(|line| out.line(&format!("    {line}")));
            }
            TimerStep::Remove(path) => {
                out.line(&text!(watch_timer_remove, path = shown(&path)));
            }
            TimerStep::Run(program, arguments) => {
                let command = format!("{} {}", shell(program), arguments.join(" "));
                out.line(&text!(watch_timer_run, command));
            }
            TimerStep::Add(line) => out.line(&text!(watch_timer_add, line)),
            TimerStep::TakeOut(line) => out.line(&text!(watch_timer_take_out, line)),
        }
    }
    if change.plan.nothing_runs_it {
        Out::stderr().line(w.watch_timer_idle);
    }
    Exit::Fine
}
