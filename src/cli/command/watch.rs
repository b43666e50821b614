//! `watch`: one round, and what came of it.

mod timers;

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::tz::TimeZone;

use super::safe::recipients_unusable;
use super::test::routes;
use crate::cli::arguments::{Common, WatchFormat, WatchOptions};
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::cli::reporter::stop_flag;
use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::round::{RoundWishes, SafeToFill};
use crate::domain::run::watch::settings::{self, InstallToWatch, WatchSettings};
use crate::domain::run::watch::{Matter, WatchReport, WatchState};
use crate::engine::exit::Exit;
use crate::engine::hunt::Looking;
use crate::engine::recovery::commands;
use crate::engine::report;
use crate::engine::session::{Session, survey};
use crate::engine::usecase::watch::fleet::{self, WatchTarget};
use crate::engine::usecase::watch::telling::{self, ToTell};
use crate::engine::usecase::watch::{self as usecase, RoundInput, alarms};
use crate::engine::usecase::{Notice, Reporter, Stage, timer, watch_settings};
use crate::io::alert::{ChannelName, NotTold, Reach};
use crate::io::fs::{self, Attributes};
use crate::io::install::{self, Environment};
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;
use crate::io::os::around;
use crate::io::state::safe::{Recipient, recipients};
use crate::io::state::watch_settings::USUAL;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// One round of each install that is watched, and those who are to be told; or what else was asked for.
pub(super) fn run(common: &Common, options: &WatchOptions) -> CommandResult {
    if options.example {
        Out::stdout().as_it_is(settings::EXAMPLE.as_bytes());
        return Ok(Exit::Fine);
    }
    if options.remove {
        let change = timer::remove(options.yes).map_err(not_started)?;
        return Ok(timers::tell(&change, words().watch_timer_removed_nothing));
    }
    let settings = watch_settings::read(options.settings.as_deref()).map_err(not_started)?;
    if options.install_timer {
        return timers::install(common, options, &settings);
    }
    let watched = watched(common, options, &settings).map_err(not_started)?;
    if options.test_alert {
        return trial(common, options, &settings, &watched);
    }
    let wishes = RoundWishes {
        logins: !options.no_logins,
        retry_refused: options.retry,
        send_test: options.send_test || settings.send_test,
        connect_to: options.connect_to.clone(),
        ..RoundWishes::of(&settings, to_fill(&settings).map_err(not_started)?)
    };
    let handed_on = handed_on(common);
    let reports: Vec<WatchReport> = watched
        .iter()
        .map(|one| fleet::round_of(one, &wishes, &handed_on))
        .collect();
    let reach = Reach::of_system();
    let again: Vec<String> = watched
        .iter()
        .map(|one| look_again(common, options, one))
        .collect();
    let to_tell = reports.iter().zip(&again);
    let to_tell = to_tell.map(|(report, look_again)| ToTell { report, look_again });
    let failed = telling::tell(&settings.channels, to_tell, &common.options(), &reach);
    let mut err = Out::stderr();
    for one in &failed {
        let (channel, why) = (one.channel.name(), &one.why);
        err.line(&text!(watch_not_told, channel, why));
    }
    print(common, options, &settings, &reports)?;
    Ok(
        match (exit(report::watch::worst(&reports)), failed.is_empty()) {
            // That nobody hears of it needs attention, too.
            (Exit::Fine, false) => Exit::Attention,
            (exit, _) => exit,
        },
    )
}

/// Prints the reports, or writes them to the file that was named.
fn print(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
    reports: &[WatchReport],
) -> Result<(), (Problem, Exit)> {
    let format = match common.json {
        true => WatchFormat::Json,
        false => options.format,
    };
    let text = match format {
        WatchFormat::Json => {
            let mut lines = Vec::new();
            for report in reports {
                report::escaped::write(&mut lines, report).map_err(|e| {
                    let w = words();
                    let problem =
                        ErrorKind::Internal.problem(w.our_fault, e.to_string(), w.our_fault_next);
                    not_started(problem)
                })?;
                lines.push(b'\n');
            }
            lines
        }
        WatchFormat::Text => {
            let zone = TimeZone::system();
            let texts = reports
                .iter()
                .map(|one| report::watch::text::text(one, &zone));
            texts.collect::<String>().into_bytes()
        }
        WatchFormat::Nagios => {
            report::watch::nagios::nagios(reports, &settings.thresholds).into_bytes()
        }
        WatchFormat::Prometheus => report::watch::prometheus::prometheus(reports).into_bytes(),
    };
    let Some(path) = &options.output else {
        let mut out = Out::stdout();
        match format {
            WatchFormat::Text => out.line(String::from_utf8_lossy(&text).trim_end()),
            _ => out.as_it_is(&text),
        }
        return Ok(());
    };
    fs::replace(path, &text, &Attributes::readable()).map_err(|e| {
        let w = words();
        let what = text!(watch_output_failed, path = shown(&path));
        let why = e.reason();
        not_started(ErrorKind::NotWritable.problem(what, why, w.watch_output_failed_next))
    })
}

/// The safe of the settings, with its recipients, which are read on the host.
fn to_fill(settings: &WatchSettings) -> Result<Option<SafeToFill>, Problem> {
    let Some(safe) = &settings.safe else {
        return Ok(None);
    };
    let recipients = recipients(&safe.recipients);
    let recipients = recipients.map_err(|e| recipients_unusable(&safe.recipients, &e))?;
    Ok(Some(SafeToFill {
        folder: safe.folder.clone(),
        recipients: recipients.iter().map(Recipient::to_string).collect(),
    }))
}

/// Sends a trial alarm, and says what came of it.
fn trial(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
    watched: &[WatchTarget],
) -> CommandResult {
    let path = options.settings.as_ref();
    let path = path.map_or(Path::new(USUAL), |path| path);
    let first = watched.first();
    let first = first.map(|one| (fleet::named(one), look_again(common, options, one)));
    let reach = Reach::of_system();
    let told = first.map_or_else(Vec::new, |(report, again)| {
        telling::trial(&settings.channels, report, &again, &reach)
    });
    if told.is_empty() {
        let what = text!(watch_trial_of_none, settings = shown(&path));
        let next = text!(watch_trial_of_none_next, program = around::program());
        return Err(not_started(ErrorKind::NothingToDo.problem(what, "", next)));
    }
    let all_told = told.iter().all(|(_, told)| told.is_ok());
    let wishes = RoundWishes {
        trial: true,
        ..RoundWishes::of(settings, None)
    };
    let handed_on = handed_on(common);
    let judged: Vec<WatchReport> = match &settings.channels.mail {
        Some(_) => watched
            .iter()
            .map(|one| fleet::round_of(one, &wishes, &handed_on))
            .collect(),
        None => Vec::new(),
    };
    let wrong: Vec<&Matter> = judged.iter().flat_map(alarms::judged).collect();
    if common.json {
        let json = |(channel, told): &(ChannelName, Result<(), NotTold>)| {
            let why = told.as_ref().err().map(ToString::to_string);
            serde_json::json!({"channel": channel.name(), "told": told.is_ok(), "why": why})
        };
        let told: Vec<_> = told.iter().map(json).collect();
        Out::stdout().json(&serde_json::json!({"schema": 1, "told": told, "wrong": wrong}));
    } else {
        let mut out = Out::stdout();
        for (channel, told) in &told {
            let channel = channel.name();
            out.line(&match told {
                Ok(()) => text!(watch_trial_told, channel),
                Err(why) => text!(watch_not_told, channel, why),
            });
        }
        for matter in &wrong {
            out.line(&sentences::watch::matter(matter));
            out.line(&format!("    {}", text!(watched_next, next = matter.next)));
        }
    }
    Ok(match (all_told, wrong.is_empty()) {
        (true, true) => Exit::Fine,
        (true, false) => Exit::Attention,
        (false, _) => Exit::Unreadable,
    })
}

/// The installs that are watched: the one that is named, those of the settings, all of this server, or the only one.
fn watched(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
) -> Result<Vec<WatchTarget>, Problem> {
    if common.install.is_some() || common.container.is_some() {
        return Ok(vec![WatchTarget {
            path: common.install.clone(),
            container: common.container.clone(),
        }]);
    }
    if !options.all && !settings.installs.is_empty() {
        let of = |one: &InstallToWatch| WatchTarget {
            path: Some(one.path.clone()),
            container: one.container.clone(),
        };
        return Ok(settings.installs.iter().map(of).collect());
    }
    let of = |found: FoundInstall| WatchTarget {
        container: found.container.map(|container| container.lasting_name()),
        path: Some(found.path),
    };
    if options.all {
        let all = install::find(None);
        return match all.is_empty() {
            true => Err(survey::find(None).err().unwrap_or_else(none_found)),
            false => Ok(all.into_iter().map(of).collect()),
        };
    }
    Ok(vec![of(survey::find(None)?)])
}

fn none_found() -> Problem {
    let w = words();
    ErrorKind::InstallNotFound.problem(w.install_not_found, w.install_not_found_why, "")
}

/// The command that makes another round of this one, and tells the same people.
fn look_again(common: &Common, options: &WatchOptions, watched: &WatchTarget) -> String {
    let mut what = "watch".to_owned();
    let settings = options.settings.as_deref();
    for (option, word) in [
        ("--settings", settings),
        ("--web-user", common.web_user.as_deref().map(Path::new)),
    ] {
        if let Some(word) = word {
            what += &format!(" {option} {}", sentences::shell(word));
        }
    }
    let (container, install) = (watched.container.as_deref(), watched.path.as_deref());
    commands::command_named(&what, &common.options(), container, install)
}

/// What the processes of the rounds are given of our own options.
fn handed_on(common: &Common) -> Vec<OsString> {
    let options = common.options();
    let mut words: Vec<OsString> = vec!["--state-dir".into(), options.state_dir.as_os_str().into()];
    words.extend(["--backup-dir".into(), options.backup_dir.as_os_str().into()]);
    if let Some(keys_dir) = &options.keys_dir {
        words.extend(["--keys-dir".into(), keys_dir.as_os_str().into()]);
    }
    if let Some(user) = &common.web_user {
        words.extend(["--web-user".into(), user.into()]);
    }
    words
}

/// One round of one install, for the process that asked for it.
pub(super) fn round(common: &Common, wishes: &RoundWishes) -> CommandResult {
    // Whose rights FreeScout has.
    common.given().map_err(not_started)?;
    let reporter = Silent(stop_flag());
    let input = RoundInput {
        install: common.install.as_deref(),
        environment: Environment::of_this_process(),
        options: &common.options(),
        wishes,
        mail: Settings {
            routes: routes(&wishes.connect_to).map_err(not_started)?,
            ..Settings::of_system()
        },
        endpoints: Endpoints::default(),
    };
    let report = match wishes.trial {
        true => alarms::judge(&input),
        false => usecase::round(input, &reporter),
    };
    let report = report.map_err(not_started)?;
    Out::stdout().json(&report);
    Ok(exit(report.state))
}

fn exit(state: WatchState) -> Exit {
    Exit::of_code(state.number())
}

/// Says nothing: a timer has no one who reads along.
struct Silent(Arc<AtomicBool>);

impl Reporter for Silent {
    fn stage(&self, _: Stage) {}
    fn progress(&self, _: &str, _: u64, _: Option<u64>) {}
    fn found(&self, _: &Session, _: Looking<'_>) {}
    fn notice(&self, _: Notice<'_>) {}
    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}
