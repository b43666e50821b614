//! What the watch tells, as sentences: what stands, what happened, and what to do.

use std::path::Path;

use jiff::civil::DateTime;

use crate::domain::config::container::Container;
use crate::domain::error::Problem;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::{Connection, Direction};
use crate::domain::run::Run;
use crate::domain::run::watch::edit::{AdminLogin, LastSave};
use crate::domain::run::watch::record::KnownFile;
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::steps::NextSteps;
use crate::domain::run::watch::{WatchCode, WatchState};
use crate::sentences::commands::{shell, start_of};
use crate::sentences::{connections, journal};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::{joined, words};

/// Processes that are named.
const MOST_NAMED: usize = 8;
/// Days in which a certificate's end is grave.
const GRAVE_DAYS: i64 = 2;

/// A command of ours for this install, as it is typed on the host: made of its name and its own options.
pub type CommandFor<'a> = dyn Fn(&str) -> String + 'a;

/// Makes a safe of the keys.
const MAKE_SAFE: &str = "safe --output FILE";
/// Has each mailbox send a mail to itself.
const SEND_TEST: &str = "test --send";

/// Where the key in force comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOrigin {
    /// The place, as it is shown.
    pub place: String,
    /// When that file was last changed: Unix seconds.
    pub modified: Option<i64>,
    /// Whose it is.
    pub owner: Option<String>,
}

fn claim(
    code: WatchCode,
    severity: WatchState,
    subject: impl Into<String>,
    message: impl Into<String>,
    next: impl Into<NextSteps>,
) -> Claim {
    Claim {
        code,
        severity,
        subject: subject.into(),
        message: message.into(),
        next: next.into(),
    }
}

/// A moment as the operator's clock shows it; the number itself where it is none.
pub fn moment(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        Err(_) => seconds.to_string(),
    }
}

/// A time that passed: `3 days`, `5 hours`, `20 minutes`.
pub fn lasted(seconds: i64) -> String {
    let minutes = seconds.max(0).unsigned_abs() / 60;
    match (minutes / 60 / 24, minutes / 60) {
        (days @ 2.., _) => text!(watch_days, days),
        (_, hours @ 2..) => text!(watch_hours, hours),
        _ => text!(watch_minutes, minutes),
    }
}

/// That nobody can look.
pub fn cannot_look(problem: &Problem) -> Claim {
    claim(
        WatchCode::CannotLook,
        WatchState::Critical,
        WatchCode::CannotLook.name(),
        text!(watch_cannot_look, why = problem.message()),
        problem.next.clone(),
    )
}

/// That no round could be made.
pub fn round_not_made(why: &str, next: String) -> Claim {
    claim(
        WatchCode::CannotLook,
        WatchState::Unknown,
        WatchCode::CannotLook.name(),
        text!(watch_cannot_look, why),
        next,
    )
}

/// That the container which the install is in is stopped.
pub fn not_running(container: &Container) -> Claim {
    let name = shown(&container.lasting_name()).to_string();
    let next = match start_of(container) {
        Some(start) => text!(watch_not_running_start, start),
        None => words().watch_not_running_next.to_owned(),
    };
    claim(
        WatchCode::NotRunning,
        WatchState::Critical,
        WatchCode::NotRunning.name(),
        text!(watch_not_running, container = name),
        next,
    )
}

/// That what a round sees cannot be written down.
pub fn cannot_record(why: &str, next: String) -> Claim {
    claim(
        WatchCode::CannotRecord,
        WatchState::Critical,
        WatchCode::CannotRecord.name(),
        text!(watch_cannot_record, why),
        next,
    )
}

/// That it cannot even be remembered what was told.
pub fn told_each_time(why: &str) -> Claim {
    claim(
        WatchCode::CannotRecord,
        WatchState::Critical,
        "told_each_time",
        text!(watch_told_each_time, why),
        words().watch_cannot_record_next,
    )
}

/// That the safe of the settings cannot be used.
pub fn safe_unusable(why: &str) -> Claim {
    claim(
        WatchCode::SafeUnusable,
        WatchState::Warning,
        WatchCode::SafeUnusable.name(),
        text!(watch_safe_unusable, why),
        words().watch_safe_unusable_next,
    )
}

/// That there is more than one install, and the one that was the only one is watched: the places of all.
pub fn installs_several(places: &str) -> Claim {
    claim(
        WatchCode::InstallsSeveral,
        WatchState::Warning,
        WatchCode::InstallsSeveral.name(),
        text!(watch_installs_several, places),
        words().watch_installs_several_next,
    )
}

/// That the key in force is another one: which, where it comes from, what it does to the secrets, who still holds the old
/// one, and where both were saved.
pub fn key_changed(
    from: Option<&str>,
    to: Option<&str>,
    origin: &KeyOrigin,
    (unreadable, all): (usize, usize),
    holders: &[i32],
    saved: Option<&str>,
    typed: &CommandFor<'_>,
) -> Claim {
    let w = words();
    let (old, new) = (from.unwrap_or(w.watch_no_key), to.unwrap_or(w.watch_no_key));
    let mut message = match (origin.modified, &origin.owner) {
        (Some(modified), Some(owner)) => text!(
            watch_key_changed_file,
            old,
            new,
            place = origin.place,
            time = moment(modified),
            owner
        ),
        _ => text!(watch_key_changed, old, new, place = origin.place),
    };
    if unreadable > 0 {
        message += &format!(" {}", text!(watch_key_unreadable, unreadable, all));
    }
    if !holders.is_empty() {
        let named: Vec<String> = holders
            .iter()
            .take(MOST_NAMED)
            .map(i32::to_string)
            .collect();
        let processes = joined::list(&named);
        message += &format!(" {}", text!(watch_key_holders, old, processes));
    }
    let save = match saved {
        Some(path) => text!(watch_key_saved_next, path),
        None => text!(watch_key_unsaved_next, command = typed(MAKE_SAFE)),
    };
    let next = match unreadable {
        0 => NextSteps::from(save),
        _ => NextSteps::from(w.watch_key_restart_nothing)
            .then(&save)
            .then(&text!(watch_key_bring_back, command = typed("recover"))),
    };
    let severity = match unreadable {
        0 => WatchState::Warning,
        _ => WatchState::Critical,
    };
    claim(WatchCode::KeyChanged, severity, new, message, next)
}

/// That a run of ours put another key in force: nothing is wrong with that.
pub fn key_changed_by_us(from: Option<&str>, to: Option<&str>, run: &Run) -> Claim {
    let w = words();
    let (old, new) = (from.unwrap_or(w.watch_no_key), to.unwrap_or(w.watch_no_key));
    let message = text!(
        watch_key_changed_by_us,
        run = journal::run_of(run.kind, &run.started),
        old,
        new
    );
    claim(WatchCode::KeyChanged, WatchState::Ok, new, message, "")
}

/// That the key was put into the safe.
pub fn key_saved(key: &str, path: &str) -> Claim {
    claim(
        WatchCode::KeySaved,
        WatchState::Ok,
        key,
        text!(watch_key_saved, key, path),
        words().watch_key_saved_away,
    )
}

/// That no safe has it, and why, where one should.
pub fn key_not_safe(key: &str, why: Option<&Problem>, typed: &CommandFor<'_>) -> Claim {
    let (message, next) = match why {
        Some(problem) => (
            text!(watch_key_not_saved, key, why = problem.message()),
            problem.next.clone(),
        ),
        None => (
            text!(watch_key_not_safe, key),
            text!(watch_key_not_safe_next, command = typed(MAKE_SAFE)),
        ),
    };
    let severity = WatchState::Warning;
    claim(WatchCode::KeyNotSafe, severity, key, message, next)
}

/// That secrets cannot be read: `what` names them.
pub fn unreadable(subject: &str, what: &str, typed: &CommandFor<'_>) -> Claim {
    claim(
        WatchCode::SecretUnreadable,
        WatchState::Critical,
        subject,
        text!(watch_unreadable, what),
        look_closer(typed),
    )
}

/// What to do about what `check` explains.
pub fn look_closer(typed: &CommandFor<'_>) -> String {
    text!(watch_check_next, command = typed("check"))
}

/// That a password is another one.
pub fn password_changed(place: &str, named: &str, saved: Option<&LastSave>) -> Claim {
    let message = text!(watch_password_changed, what = named) + &last_saved(saved);
    let code = WatchCode::PasswordChanged;
    claim(code, WatchState::Ok, place, message, "")
}

/// What FreeScout tells of the last time that a mailbox was saved; to be put behind another sentence.
fn last_saved(saved: Option<&LastSave>) -> String {
    let Some(saved) = saved else {
        return String::new();
    };
    let time = |at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    let mut told = format!(" {}", text!(watch_last_saved, time = time(saved.at)));
    let login = |one: &AdminLogin| text!(watch_login, name = one.name, time = time(one.at));
    let logins: Vec<String> = saved.logins.iter().map(login).collect();
    if !logins.is_empty() {
        let logins = joined::list(&logins);
        told += &format!(" {}", text!(watch_logged_in, logins));
    }
    told
}

/// That a mailbox is fetched from, or sent by, another server or account.
pub fn server_changed(
    address: &Untrusted,
    direction: Direction,
    from: &Untrusted,
    to: &Untrusted,
    saved: Option<&LastSave>,
) -> Claim {
    let way = connections::direction(direction);
    claim(
        WatchCode::ServerChanged,
        WatchState::Ok,
        format!("{address} {}", direction.name()),
        text!(watch_server_changed, address, way, from, to) + &last_saved(saved),
        "",
    )
}

/// That a mailbox was made, or is gone.
pub fn mailbox(code: WatchCode, address: &Untrusted) -> Claim {
    let message = match code {
        WatchCode::MailboxAdded => text!(watch_mailbox_added, address),
        _ => text!(watch_mailbox_removed, address),
    };
    claim(code, WatchState::Ok, address.to_string(), message, "")
}

/// That a file was changed; `None` where it is gone.
pub fn file_changed(path: &str, now: Option<&KnownFile>) -> Claim {
    let message = match now {
        Some(file) => text!(
            watch_file_changed,
            path,
            time = moment(file.modified),
            owner = file.owner
        ),
        None => text!(watch_file_gone, path),
    };
    claim(WatchCode::FileChanged, WatchState::Ok, path, message, "")
}

/// That FreeScout gave up more jobs.
pub fn jobs_failed(more: u64, all: u64, typed: &CommandFor<'_>) -> Claim {
    claim(
        WatchCode::JobsFailed,
        WatchState::Warning,
        WatchCode::JobsFailed.name(),
        text!(watch_jobs_failed, more, all),
        text!(watch_jobs_failed_next, command = typed("resend")),
    )
}

/// That jobs wait, the oldest since then.
pub fn jobs_wait(waiting: u64, oldest: i64) -> Claim {
    claim(
        WatchCode::JobsWait,
        WatchState::Warning,
        WatchCode::JobsWait.name(),
        text!(watch_jobs_wait, waiting, since = moment(oldest)),
        words().watch_jobs_wait_next,
    )
}

/// That no worker runs.
pub fn no_worker() -> Claim {
    let w = words();
    claim(
        WatchCode::NoWorker,
        WatchState::Critical,
        WatchCode::NoWorker.name(),
        w.watch_no_worker,
        w.watch_jobs_wait_next,
    )
}

/// That FreeScout has not fetched since then.
pub fn not_fetching(began: i64) -> Claim {
    claim(
        WatchCode::NotFetching,
        WatchState::Critical,
        WatchCode::NotFetching.name(),
        text!(watch_not_fetching, since = moment(began)),
        words().watch_not_fetching_next,
    )
}

/// That a mailbox is silent: since `last`, by FreeScout's clock, where `longest` was the longest pause.
pub fn silent(
    address: &Untrusted,
    direction: Direction,
    last: i64,
    longest: i64,
    typed: &CommandFor<'_>,
) -> Claim {
    // By that clock, not by ours.
    let last = jiff::Timestamp::from_second(last).map_or_else(
        |_| last.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M").to_string(),
    );
    let longest = lasted(longest);
    let (code, message) = match direction {
        Direction::Incoming => (
            WatchCode::NothingReceived,
            text!(watch_nothing_received, address, last, longest),
        ),
        Direction::Outgoing => (
            WatchCode::NothingSent,
            text!(watch_nothing_sent, address, last, longest),
        ),
    };
    let next = text!(watch_silent_next, command = typed(SEND_TEST));
    claim(
        code,
        WatchState::Warning,
        address.to_string(),
        message,
        next,
    )
}

/// A login, as a subject.
pub fn login(connection: &Connection) -> String {
    let of = match connection.id.mailbox {
        Some(_) => connection.email.to_string(),
        None => words().system_mail.to_owned(),
    };
    format!("{of} {}", connection.id.direction.name())
}

/// What a login that fails came to, and what to do.
pub fn trouble(tested: &Tested, site: &str) -> [String; 2] {
    let outcome = connections::outcome(&tested.ended);
    let said = &tested.ended.server_said;
    let what = match said.is_empty() {
        true => outcome,
        false => format!("{outcome} ({said})"),
    };
    let server = &tested.server;
    [
        text!(watch_login_trouble, server, what),
        connections::advice(tested, site),
    ]
}

/// How a password that was refused is sent once more, where that was the server's fault: none is by itself.
pub fn try_again(settings: Option<&Path>, typed: &CommandFor<'_>) -> String {
    let settings = settings.map(|path| format!(" --settings {}", shell(path)));
    let retry = format!("watch --retry{}", settings.unwrap_or_default());
    text!(watch_login_retry, command = typed(&retry))
}

/// That a login fails.
pub fn login_fails(subject: String, message: &str, next: NextSteps) -> Claim {
    let message = text!(watch_login_fails, login = subject, why = message);
    let (code, severity) = (WatchCode::LoginFails, WatchState::Critical);
    claim(code, severity, subject, message, next)
}

/// That it cannot be told whether a login works.
pub fn login_untold(subject: String, message: &str, next: &str) -> Claim {
    let message = text!(watch_login_untold, login = subject, why = message);
    let (code, severity) = (WatchCode::LoginUntold, WatchState::Unknown);
    claim(code, severity, subject, message, next)
}

/// That a certificate ends in so many days; below 0 it has. FreeScout may not check it.
pub fn certificate_ends(server: String, days: i64, checked: bool) -> Claim {
    let w = words();
    let server = shown(&server).to_string();
    let message = match u64::try_from(days) {
        Ok(days) => text!(watch_certificate_ends, server, days),
        Err(_) => text!(watch_certificate_ended, server),
    };
    let severity = match checked && days <= GRAVE_DAYS {
        true => WatchState::Critical,
        false => WatchState::Warning,
    };
    let next = w.watch_certificate_next;
    claim(WatchCode::CertificateEnds, severity, server, message, next)
}

/// That a test mail did not come back.
pub fn test_mail_lost(address: &Untrusted, typed: &CommandFor<'_>) -> Claim {
    claim(
        WatchCode::TestMailLost,
        WatchState::Critical,
        address.to_string(),
        text!(watch_test_mail_lost, address),
        text!(watch_test_mail_next, command = typed(SEND_TEST)),
    )
}

/// That the helpdesk itself fetches what is sent to these addresses.
pub fn alarms_to_helpdesk(addresses: &[&str]) -> Claim {
    let addresses: Vec<String> = addresses.iter().map(|one| shown(one).to_string()).collect();
    let addresses = joined::list(&addresses);
    claim(
        WatchCode::Finding,
        WatchState::Warning,
        "alarms_to_helpdesk",
        text!(watch_alarms_to_helpdesk, addresses),
        words().watch_alarms_to_helpdesk_next,
    )
}

/// That alarms are sent by an account of the helpdesk.
pub fn alarms_by_helpdesk(user: &str) -> Claim {
    claim(
        WatchCode::Finding,
        WatchState::Warning,
        "alarms_by_helpdesk",
        text!(watch_alarms_by_helpdesk, user = shown(user)),
        words().watch_alarms_by_helpdesk_next,
    )
}
