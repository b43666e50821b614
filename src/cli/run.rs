//! One function a subcommand: open a session, do the work, say what came out, give the exit code.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::cli::output::{self, Out};
use crate::cli::{Arguments, Command, Common, TestOptions, back, failure, journal, key_file, stop};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::key::source::Source;
use crate::domain::mail::probe::Tested;
use crate::domain::plan::{Choices, Strategy};
use crate::domain::verdict::finding::Severity;
use crate::engine::exit::Exit;
use crate::engine::hunt::{find_key, log_secrets, processes};
use crate::engine::recovery;
use crate::engine::recovery::anew;
use crate::engine::recovery::apply;
use crate::engine::recovery::apply::Order;
use crate::engine::recovery::backup;
use crate::engine::recovery::backup::Options;
use crate::engine::recovery::change::Failure;
use crate::engine::recovery::run_log;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::report;
use crate::engine::session::Session;
use crate::engine::session::{judge, own_backups, survey};
use crate::engine::worker::BackupDone;
use crate::io::hunt;
use crate::io::install::artisan;
use crate::io::install::{self, Environment, NamedAccount};
use crate::io::mail::oauth::Endpoints;
use crate::io::mail::{Settings, Trust};
use crate::io::os::signals::PutOff;
use crate::io::state;
use crate::io::state::AbsolutePath;
use crate::io::state::backup::Backup;
use crate::io::state::passwords;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};
use crate::{demo, sentences, tui};

/// Runs what was asked for and gives the exit code.
pub fn run(arguments: Arguments) -> u8 {
    let json = arguments.options_of_all().json;
    match catch_unwind(AssertUnwindSafe(|| run_command(arguments))) {
        Ok(Ok(exit)) => exit as u8,
        Ok(Err((problem, exit))) => {
            failure::tell(&problem, json);
            exit as u8
        }
        Err(_) => failure::fault(json),
    }
}

fn run_command(arguments: Arguments) -> CommandResult {
    match arguments.command {
        None => {
            let (mail, endpoints) = (Settings::of_system(), Endpoints::default());
            wizard(&arguments.common, None, mail, endpoints)
        }
        Some(Command::Demo {
            make: Some(folder),
            mailboxes,
        }) => make_demo(&folder, mailboxes),
        Some(Command::Demo { make: None, .. }) => run_demo(),
        Some(Command::Check(common)) => check(&common),
        Some(Command::FindKey {
            common,
            usual,
            threads,
            prefixed,
        }) => {
            let limits = hunt::HuntLimits {
                threads: usize::from(threads),
                prefixed,
                ..hunt::HuntLimits::default()
            };
            find_key(&common, usual, limits)
        }
        Some(Command::Backup { common, options }) => {
            super::backup::make(&common, &options).map_err(not_started)
        }
        Some(Command::Restore {
            backup,
            common,
            yes,
            passphrase,
        }) => super::restore::put_back(&common, &backup, yes, &passphrase),
        Some(Command::Recover {
            common,
            yes,
            strategy,
            passwords,
            take_older,
            no_test,
        }) => {
            let wishes = Wishes {
                strategy: strategy.strategy(),
                passwords: passwords.as_deref(),
                take_older,
                test: !no_test,
            };
            recover_install(&common, yes, &wishes)
        }
        Some(Command::Test { common, options }) => {
            super::test::test(&common, &options).map_err(not_started)
        }
        Some(Command::Undo {
            common,
            yes,
            passphrase,
        }) => back::take_back(&common, yes, &passphrase),
        Some(Command::Resume {
            common,
            give_up: true,
            ..
        }) => journal::give_up(&common),
        Some(Command::Resume {
            common,
            no_test,
            give_up: false,
            passphrase,
            ..
        }) => journal::resume(&common, !no_test, &passphrase),
        Some(Command::History { common, all }) => journal::history(&common, all),
    }
}

pub(super) type CommandResult = Result<Exit, (Problem, Exit)>;

/// Before anything was touched.
pub(super) fn not_started(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Failed)
}

/// A change that was not carried out: mostly nothing was changed, seldom only half of it.
pub(super) fn failed(failure: Failure) -> (Problem, Exit) {
    let exit = if failure.half_done() {
        Exit::Unreadable
    } else {
        Exit::Attention
    };
    (failure.problem, exit)
}

/// Afterwards: nothing was changed.
pub(super) fn unchanged(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Attention)
}

impl Common {
    pub(super) fn options(&self) -> Options {
        let state_dir = self.state_dir.clone().unwrap_or_else(state::default);
        Options {
            backup_dir: self
                .backup_dir
                .clone()
                .unwrap_or_else(|| state::backups_in(&state_dir)),
            state_dir,
            keys_dir: self.keys_dir.clone(),
            artisan: !self.no_artisan,
            php_limit: self
                .php_limit
                .map_or(artisan::TIME_LIMIT, Duration::from_secs),
        }
    }

    /// These options and the install again, ready for a shell.
    fn again(&self, install: &Path) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut option =
            |name: &str, path: &Path| words.push(format!("{name} {}", sentences::shell(path)));
        self.look_in
            .iter()
            .for_each(|path| option("--look-in", path));
        self.key_file
            .iter()
            .for_each(|path| option("--key-file", path));
        self.backup_dir
            .iter()
            .for_each(|path| option("--backup-dir", path));
        self.keys_dir
            .iter()
            .for_each(|path| option("--keys-dir", path));
        self.state_dir
            .iter()
            .for_each(|path| option("--state-dir", path));
        words.extend(backup::web_user_option());
        if self.no_artisan {
            words.push("--no-artisan".to_owned());
        }
        words.push(sentences::shell(install));
        words.join(" ")
    }

    /// Takes the operator's word for whose rights FreeScout has.
    fn take_web_user(&self) -> Result<(), Problem> {
        let w = words();
        if let Some(name) = &self.web_user {
            let named = NamedAccount::parse(name).ok_or_else(|| {
                let what = fill(w.web_user_unknown, &[("name", &sanitize(name))]);
                Problem::new(ErrorKind::BadInput, what, "", w.web_user_unknown_next)
            })?;
            install::take_named(named);
        }
        Ok(())
    }

    fn keys(&self) -> Result<Vec<(SecretBytes, Source)>, Problem> {
        self.key_file
            .iter()
            .map(|path| key_file::read(path))
            .collect()
    }

    /// Finds, reads and judges the install, and looks for keys where we were told to.
    pub(super) fn open(&self) -> Result<Session, Problem> {
        let mut session = self.open_alone()?;
        if !self.look_in.is_empty() {
            let looked = judge::look_in(&mut session, &self.look_in, &|| false, &mut |_, _| {});
            output::skipped(&looked);
        }
        // Before anything is judged or restarted: a worker's memory may be the only place left.
        let looked = processes::look_if_lost(&mut session, &|| false, &mut |_, _| {});
        output::skipped(&looked);
        judge::count_mails(&mut session);
        Ok(session)
    }

    /// Finds, reads and judges the install.
    fn open_alone(&self) -> Result<Session, Problem> {
        let w = words();
        self.take_web_user()?;
        let keys = self.keys()?;
        if let Some(missing) = self
            .look_in
            .iter()
            .find(|path| !path.exists() && path.as_path() != Path::new("-"))
        {
            let what = fill(
                w.look_in_missing,
                &[("path", &sanitize(&missing.to_string_lossy()))],
            );
            return Err(Problem::new(
                ErrorKind::BadInput,
                what,
                "",
                w.look_in_missing_next,
            ));
        }
        let mut session = survey::open(
            self.install.as_deref(),
            Environment::of_this_process(),
            None,
        )?
        .map_err(|refused| refused.problem)?;
        own_backups::load(&mut session, &self.options());
        judge::read_inventory(&mut session)?;
        for (text, source) in keys {
            judge::try_key(&mut session, text.expose(), source)
                .map_err(|e| key_file::holds_no_key(&e.to_string()))?;
        }
        session.restart_anyway = self.restart_workers;
        log_secrets::read(&mut session);
        session.journal_findings = run_log::findings(&self.options(), &session.install.root);
        Ok(session)
    }
}

fn wizard(
    common: &Common,
    install: Option<PathBuf>,
    mail: Settings,
    endpoints: Endpoints,
) -> CommandResult {
    let w = words();
    common.take_web_user().map_err(not_started)?;
    let setup = crate::engine::worker::threads::Setup {
        options: common.options(),
        environment: Environment::of_this_process(),
        keys: common.keys().map_err(not_started)?,
        mail,
        endpoints,
    };
    let install = install.or_else(|| common.install.clone());
    if let Some(missing) = install.as_ref().filter(|path| !path.exists()) {
        let what = fill(
            w.install_missing,
            &[("path", &sanitize(&missing.to_string_lossy()))],
        );
        return Err(not_started(Problem::new(
            ErrorKind::InstallNotFound,
            what,
            "",
            w.install_missing_next,
        )));
    }
    let look_in = common.look_in.clone();
    tui::app::wizard(setup, install, look_in, !common.no_artisan).map_err(not_started)
}

fn make_demo(folder: &Path, mailboxes: Option<u32>) -> CommandResult {
    let w = words();
    let made = match mailboxes {
        Some(count) => demo::lay_out_large(folder, count, &mut crate::io::os::entropy::fill),
        None => demo::lay_out(folder, &mut crate::io::os::entropy::fill),
    }
    .map_err(unchanged)?;
    Out::stdout().line(&fill(
        w.demo_made,
        &[
            ("install", &made.install.display()),
            ("look_in", &made.look_in.display()),
        ],
    ));
    Ok(Exit::Fine)
}

fn run_demo() -> CommandResult {
    let w = words();
    let failed = |e: std::io::Error| {
        not_started(Problem::new(
            ErrorKind::NotWritable,
            w.demo_no_room,
            e.to_string(),
            w.demo_no_room_next,
        ))
    };
    // Removed when it is dropped, at the end of this function.
    let home = tempfile::Builder::new()
        .prefix("rescue-demo-")
        .tempdir()
        .map_err(failed)?;
    let folder = home.path().join("demo");
    let made = demo::lay_out(&folder, &mut crate::io::os::entropy::fill).map_err(not_started)?;
    let common = Common {
        look_in: vec![],
        state_dir: Some(AbsolutePath::new(home.path().join("state")).map_err(failed)?),
        no_artisan: true,
        ..Common::default()
    };
    let servers = demo::mail::MailServers::start().map_err(failed)?;
    let mail = Settings {
        trust: Arc::new(Trust::of_system_and(servers.authority())),
        routes: servers.routes(),
        ..Settings::of_system()
    };
    // The demo speaks to nobody outside: nothing listens there.
    let nowhere = || "http://127.0.0.1:1/".to_owned();
    let endpoints = Endpoints {
        microsoft: nowhere(),
        google: nowhere(),
        ..Endpoints::default()
    };
    let outcome = wizard(&common, Some(made.install), mail, endpoints);
    Out::stderr().line(w.demo_gone);
    outcome
}

fn check(common: &Common) -> CommandResult {
    let session = common.open().map_err(not_started)?;
    let assessment = session.assess();
    if common.json {
        Out::stdout().json(&report::check_json(&session, &assessment));
    } else {
        let again = common.again(&session.install.root);
        output::check(
            &mut Out::stdout(),
            &survey::summary(&session),
            &assessment,
            &again,
        );
    }
    let attention = assessment
        .findings
        .iter()
        .any(|f| f.severity() != Severity::Info);
    let overruled = assessment.overruled().next().is_some();
    Ok(if assessment.summary.unreadable() > 0 || overruled {
        Exit::Unreadable
    } else if attention || assessment.recommendation.is_some() {
        Exit::Attention
    } else {
        Exit::Fine
    })
}

fn find_key(common: &Common, usual: bool, limits: hunt::HuntLimits) -> CommandResult {
    let mut session = common.open_alone().map_err(not_started)?;
    let places = find_key::SearchPlaces {
        named: common.look_in.clone(),
        usual,
        limits,
    };
    let stop = stop::flag();
    let stopped = || stop.load(Ordering::Relaxed);
    let hunted = find_key::hunt(&mut session, &places, &stopped, &mut |_, _| {});
    let assessment = session.assess();
    if common.json {
        Out::stdout().json(&report::find_key::find_key_json(&assessment, &hunted));
    } else {
        output::hunted(&mut Out::stdout(), &assessment, &hunted);
        output::skipped(&hunted.looked);
    }
    if stopped() {
        Out::stderr().line(words().find_key_stopped);
        return Ok(Exit::Failed);
    }
    Ok(if find_key::all_open(&assessment) {
        Exit::Fine
    } else {
        Exit::Unreadable
    })
}

/// How an install is to be recovered.
struct Wishes<'a> {
    strategy: Option<Strategy>,
    passwords: Option<&'a Path>,
    take_older: bool,
    test: bool,
}

fn recover_install(common: &Common, yes: bool, wishes: &Wishes<'_>) -> CommandResult {
    let w = words();
    let lines = match wishes.passwords {
        Some(path) => passwords::read(path).map_err(|e| {
            let what = fill(w.passwords_file_unusable, &[("path", &path.display())]);
            not_started(Problem::new(
                ErrorKind::BadInput,
                what,
                sanitize(&e.to_string()),
                w.passwords_next,
            ))
        })?,
        None => Vec::new(),
    };
    let mut session = common.open().map_err(not_started)?;
    let before = session.assess();
    key_file::require_use(&session, &before).map_err(unchanged)?;
    let mut entered = recovery::places(&before, lines).map_err(not_started)?;
    let older = match wishes.take_older {
        true => recovery::older(&before, &entered),
        false => Vec::new(),
    };
    let older_places: BTreeSet<Place> = older.iter().map(|taken| taken.place().clone()).collect();
    let given = entered.iter().map(|(place, _)| place.clone());
    let choices = Choices {
        entered: given.chain(older_places.iter().cloned()).collect(),
        ..Choices::default()
    };
    let planned = |session: &Session| {
        recovery::plan(session, wishes.strategy, &choices).map_err(|why| unchanged(why.problem()))
    };
    let cautions = output::cautions(&common.options());
    if !yes {
        let (assessment, ready) = (session.assess(), planned(&session)?);
        if common.json {
            let older = report::Older::of(&assessment, &older_places, &choices.entered);
            let json = report::planned_json(&ready, &assessment, older);
            Out::stdout().json(&output::Cautioned::new(json, &cautions));
        } else {
            let mut out = Out::stdout();
            output::plan(&mut out, &assessment, &ready, &older_places);
            if wishes.take_older {
                output::not_taken(&mut out, &assessment, &choices.entered);
            }
        }
        Out::stderr().line(w.recover_needs_yes);
        return Ok(Exit::Attention);
    }
    let mut ledger = Ledger::open(&common.options(), &session).map_err(not_started)?;
    ledger.require_finished().map_err(not_started)?;
    let mut progress = output::progress();
    let signals = PutOff::begin();
    let (backup, _) = back_up(common, &mut session, &mut progress, &signals)?;
    entered.extend(recovery::take(&session, older).map_err(unchanged)?);
    // Planned on exactly what the backup holds.
    let ready = planned(&session)?;
    let order = Order {
        plan: &ready.plan,
        entered: &entered,
        backup: &backup,
        artisan: !common.no_artisan,
        cancel: &|| signals.came(),
    };
    let applied = anew::apply(&mut session, &mut ledger, &order, &mut progress);
    let applied = applied.map_err(|failure| {
        if let Some(possible) = &failure.plan {
            output::plan(
                &mut Out::stderr(),
                &session.assess(),
                possible,
                &older_places,
            );
        }
        failed(failure)
    })?;
    let (tested, site) = tested(&mut session, wishes.test, &signals);
    if wishes.take_older && !common.json {
        output::not_taken(&mut Out::stdout(), &before, &choices.entered);
    }
    Ok(output::recovered(
        common.json,
        &cautions,
        &applied,
        report::Older::of(&before, &older_places, &choices.entered),
        tested.as_deref(),
        &site,
    ))
}

/// Logs in at every mail server, where that is wished and nobody asked us to end; and the name of the site, for the advice.
pub(super) fn tested(
    session: &mut Session,
    wished: bool,
    signals: &PutOff,
) -> (Option<Vec<Tested>>, String) {
    let site = survey::summary(session).site;
    if signals.came() {
        Out::stderr().line(words().signal_put_off);
    }
    let wished = wished && !signals.came();
    let tested = wished.then(|| super::test::run(session, &TestOptions::default(), None));
    (tested.and_then(Result::ok), site)
}

/// Backs up what stands, before something is changed. Whoever asked us to end meanwhile is heard now.
pub(super) fn back_up(
    common: &Common,
    session: &mut Session,
    progress: &mut backup::Progress<'_>,
    signals: &PutOff,
) -> Result<(Backup, BackupDone), (Problem, Exit)> {
    let made = backup::make(session, &common.options(), false, progress, &|| false);
    let made = made.map_err(unchanged)?;
    heard_before(signals, &made.0).map_err(unchanged)?;
    Ok(made)
}

/// Whoever asked us to end while the backup was made is heard now, before anything is changed.
pub(super) fn heard_before(signals: &PutOff, backup: &Backup) -> Result<(), Problem> {
    if !signals.came() {
        return Ok(());
    }
    Err(apply::called_off(backup))
}
