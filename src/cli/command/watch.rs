//! `watch`: one round, and what came of it.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::test::routes;
use crate::cli::arguments::{Common, WatchOptions};
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::cli::reporter::stop_flag;
use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::round::RoundWishes;
use crate::domain::run::watch::settings::{InstallToWatch, WatchSettings};
use crate::domain::run::watch::{WatchReport, WatchState};
use crate::engine::exit::Exit;
use crate::engine::hunt::Looking;
use crate::engine::session::{Session, survey};
use crate::engine::usecase::watch::fleet::{self, Watched};
use crate::engine::usecase::watch::{self as usecase, RoundInput};
use crate::engine::usecase::{Notice, Reporter, Stage};
use crate::io::install::{self, Environment};
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;
use crate::words::words;

/// One round of each install that is watched, and those who are to be told.
pub(super) fn run(common: &Common, options: &WatchOptions) -> CommandResult {
    let settings = WatchSettings::default();
    let watched = watched(common, options, &settings).map_err(not_started)?;
    let wishes = RoundWishes {
        logins: !options.no_logins,
        retry_refused: options.retry,
        send_test: options.send_test || settings.send_test,
        connect_to: options.connect_to.clone(),
        ..RoundWishes::of(&settings, None)
    };
    let handed_on = handed_on(common);
    let reports: Vec<WatchReport> = watched
        .iter()
        .map(|one| fleet::round_of(one, &wishes, &handed_on))
        .collect();
    let mut out = Out::stdout();
    reports.iter().for_each(|report| out.json(report));
    let worst = reports.iter().map(|report| report.state).max();
    Ok(exit(worst.unwrap_or(WatchState::Unknown)))
}

/// The installs that are watched: the one that is named, those of the settings, all of this server, or the only one.
fn watched(
    common: &Common,
    options: &WatchOptions,
    settings: &WatchSettings,
) -> Result<Vec<Watched>, Problem> {
    if common.install.is_some() || common.container.is_some() {
        return Ok(vec![Watched {
            path: common.install.clone(),
            container: common.container.clone(),
        }]);
    }
    if !options.all && !settings.installs.is_empty() {
        let of = |one: &InstallToWatch| Watched {
            path: Some(one.path.clone()),
            container: one.container.clone(),
        };
        return Ok(settings.installs.iter().map(of).collect());
    }
    let of = |found: FoundInstall| Watched {
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
    let report = usecase::round(input, &reporter).map_err(not_started)?;
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
