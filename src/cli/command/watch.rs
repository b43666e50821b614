//! `watch`: one round, and what came of it.

mod document;
mod timers;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::safe::recipients_unusable;
use super::test::routes;
use crate::cli::arguments::{Common, WatchOptions};
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::reporter::stop_flag;
use crate::domain::error::ErrorKind;
use crate::domain::run::watch::fleet::{FleetMemory, KnownTarget};
use crate::domain::run::watch::round::{RoundAnswer, RoundWishes, SafeToFill};
use crate::domain::run::watch::settings::{self, WatchSettings};
use crate::domain::run::watch::{Matter, WatchState};
use crate::engine::exit::Exit;
use crate::engine::hunt::Looking;
use crate::engine::recovery::commands;
use crate::engine::report;
use crate::engine::session::Session;
use crate::engine::usecase::watch::fleet::{WatchTarget, named, round_of};
use crate::engine::usecase::watch::targets::{self, Watching};
use crate::engine::usecase::watch::telling::{self, Answered, ToTell};
use crate::engine::usecase::watch::{self as usecase, RoundInput, alarms, book};
use crate::engine::usecase::{Notice, Reporter, Stage, timer, watch_settings};
use crate::io::alert::{ChannelName, NotTold, Reach};
use crate::io::install::Environment;
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;
use crate::io::os::around;
use crate::io::state::safe::{Recipient, recipients};
use crate::io::state::watch_settings::USUAL;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::{self, words};
use document::Document;

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
    let settings = watch_settings::read(options.settings.as_deref()).map_err(not_started);
    if options.install_timer {
        let settings = settings?;
        let fleet = book::fleet(&common.options());
        let watched = watched(common, options, &settings, &fleet);
        return timers::install(common, options, &settings, &watched);
    }
    if options.test_alert {
        return trial(common, options, &settings?);
    }
    let document = Document::of(common, options);
    let done = settings.and_then(|settings| rounds(common, options, &settings, &document));
    // Whoever reads a form gets one, whatever happened.
    done.inspect_err(|(problem, _)| document.failed(problem))
}

/// One round of each install that is watched, and those who are to be told.
fn rounds(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
    document: &Document<'_>,
) -> CommandResult {
    let ours = common.options();
    let fleet = book::fleet(&ours);
    let (safe, safe_trouble) = to_fill(settings);
    let wishes = RoundWishes {
        logins: !options.no_logins,
        retry_refused: options.retry,
        send_test: options.send_test || settings.send_test,
        settings: options.settings.as_deref().map(Path::to_owned),
        connect_to: options.connect_to.clone(),
        safe_trouble,
        ..RoundWishes::of(settings, safe)
    };
    let handed_on = handed_on(common);
    let round = |watching: Watching| {
        let known = fleet.targets.get(&watching.id);
        let wishes = RoundWishes {
            write_down: known.is_some_and(KnownTarget::is_not_recorded),
            ..wishes.clone()
        };
        let answer = match &watching.refused {
            Some(why) => Err(why.clone()),
            None => round_of(&watching.target, &wishes, &handed_on),
        };
        (watching, answer)
    };
    let watched = watched(common, options, settings, &fleet).into_iter();
    let answered: Vec<Answered> = watched.map(round).collect();
    let reach = Reach::of_system();
    let to_tell = ToTell {
        settings,
        reach: &reach,
        look_again: &|target| look_again(common, options, target),
        forget: options.forget,
    };
    let told = telling::tell(&to_tell, answered, &ours);
    let mut err = Out::stderr();
    for one in &told.failed {
        let (channel, why) = (one.channel.name(), &one.why);
        err.line(&text!(watch_not_told, channel, why));
    }
    // Whether there is one install, whichever others come to be.
    let of_one = is_named(common) || !options.all && settings.installs.is_empty();
    document.print(&told.reports, settings, of_one)?;
    if !std::io::stderr().is_terminal() {
        output::forget_where_typed();
    }
    let state = report::watch::worst(&told.reports);
    Ok(match (exit(state), told.failed.is_empty()) {
        // That nobody hears of it needs attention, too.
        (Exit::Fine, false) => Exit::Attention,
        (exit, _) => exit,
    })
}

/// The safe of the settings, with its recipients, which are read on the host; or why it cannot be used.
fn to_fill(settings: &WatchSettings) -> (Option<SafeToFill>, Option<String>) {
    let Some(safe) = &settings.safe else {
        return (None, None);
    };
    match recipients(&safe.recipients) {
        Ok(recipients) => {
            let to_fill = SafeToFill {
                folder: safe.folder.clone(),
                recipients: recipients.iter().map(Recipient::to_string).collect(),
            };
            (Some(to_fill), None)
        }
        Err(error) => {
            let problem = recipients_unusable(&safe.recipients, &error);
            (None, Some(problem.message()))
        }
    }
}

/// Sends a trial alarm, and says what came of it.
fn trial(common: &Common, options: &WatchOptions, settings: &WatchSettings) -> CommandResult {
    let path = options.settings.as_ref();
    let path = path.map_or(Path::new(USUAL), |path| path);
    let fleet = book::fleet(&common.options());
    let watched: Vec<WatchTarget> = watched(common, options, settings, &fleet)
        .into_iter()
        .map(|one| one.target)
        .collect();
    let first = watched.first().cloned().unwrap_or_default();
    let again = look_again(common, options, &first);
    let reach = Reach::of_system();
    let told = telling::trial(&settings.channels, named(&first), &again, &reach);
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
    let judged: Vec<RoundAnswer> = match &settings.channels.mail {
        Some(_) => watched
            .iter()
            .filter_map(|one| round_of(one, &wishes, &handed_on).ok())
            .collect(),
        None => Vec::new(),
    };
    let reports = judged.iter().map(|answer| &answer.report);
    let wrong: Vec<&Matter> = reports.flat_map(alarms::judged).collect();
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
            for line in sentences::watch::next(&matter.next) {
                out.line(&format!("    {line}"));
            }
        }
    }
    Ok(match (all_told, wrong.is_empty()) {
        (true, true) => Exit::Fine,
        (true, false) => Exit::Attention,
        (false, _) => Exit::Unreadable,
    })
}

fn is_named(common: &Common) -> bool {
    common.install.is_some() || common.container.is_some()
}

/// The installs that are watched.
fn watched(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
    fleet: &FleetMemory,
) -> Vec<Watching> {
    let named = is_named(common).then(|| WatchTarget {
        path: common.install.clone(),
        container: common.container.clone(),
    });
    targets::watched(named, options.all, settings, fleet, &common.options())
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
    // Also where it is English: what they say is told by us.
    let mut words: Vec<OsString> = vec!["--lang".into(), words::language().tag.into()];
    words.extend(["--state-dir".into(), options.state_dir.as_os_str().into()]);
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
    let answer = match wishes.trial {
        true => alarms::judge(&input).map(|report| RoundAnswer {
            report,
            recorded: true,
        }),
        false => usecase::round(input, &reporter),
    };
    let answer = answer.map_err(not_started)?;
    Out::stdout().json(&answer);
    Ok(exit(answer.report.state))
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
