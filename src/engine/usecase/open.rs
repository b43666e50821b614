//! Opens an install and judges it: what every other use case begins with.

use std::path::{Path, PathBuf};

use super::given::{Given, holds_no_key};
use super::{Notice, Reporter, Stage, tell_found};
use crate::domain::error::Problem;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::ring::KeyRing;
use crate::engine::hunt::{Looking, files, log_secrets, processes, sieve};
use crate::engine::recovery::backup::require_apart;
use crate::engine::recovery::run_log;
use crate::engine::session::machine::MachineScope;
use crate::engine::session::options::Options;
use crate::engine::session::survey::{self, NoDatabase};
use crate::engine::session::{Session, failed_mails, mails, own_backups, reading};
use crate::engine::worker::OtherDatabase;
use crate::io::container::within;
use crate::io::install::Environment;
use crate::words::words;

/// What is opened, and how.
pub struct Opening<'a> {
    /// The install's folder; `None` takes the only one there is.
    pub install: Option<&'a Path>,
    /// Other values than FreeScout's for the database.
    pub database: Option<OtherDatabase>,
    /// FreeScout's process environment.
    pub environment: Environment,
    /// What counts as its machine.
    pub machine: MachineScope,
    /// Where our backups and the journal are.
    pub options: &'a Options,
    /// What the operator gave.
    pub given: &'a Given,
    /// Where keys are looked for at once. The wizard does that as a job of its own, which can be stopped.
    pub look_in: &'a [PathBuf],
    /// The numbers that keys had in an earlier round.
    pub numbers: Vec<Fingerprint>,
    /// Whether the install's own processes are searched at once while something is lost. Who hunts for keys does it later.
    pub processes: bool,
}

/// Why an install was not opened.
pub enum NotOpened {
    /// Its database alone is to blame: other values for it may help.
    NoDatabase(Box<NoDatabase>),
    /// Something else.
    Problem(Problem),
}

impl From<Problem> for NotOpened {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl NotOpened {
    /// As it is told where no other values can be given.
    pub fn problem(self) -> Problem {
        match self {
            NotOpened::NoDatabase(refused) => refused.problem,
            NotOpened::Problem(problem) => problem,
        }
    }
}

/// Finds, reads and judges the install, with every key that is at hand.
pub fn open(opening: Opening<'_>, reporter: &dyn Reporter) -> Result<Session, NotOpened> {
    let w = words();
    let options = opening.options;
    reporter.stage(Stage::Open);
    reporter.progress(w.survey_reading, 0, None);
    if let Some(named) = opening.install {
        require_apart(named)?;
    }
    let ring = KeyRing::numbered_as(opening.numbers);
    let opened = survey::open_with(
        opening.install,
        opening.environment,
        opening.database,
        ring,
        opening.machine,
    )?;
    let mut session = opened.map_err(|refused| NotOpened::NoDatabase(Box::new(refused)))?;
    require_apart(&session.install.root)?;
    reporter.notice(Notice::Opened(&session, options));
    reporter.stage(Stage::Judge);
    reporter.progress(w.survey_judging, 0, None);
    own_backups::load(&mut session, options);
    reading::read_inventory(&mut session)?;
    for (text, source) in &opening.given.keys {
        sieve::try_key(&mut session, text.expose(), source.clone())
            .map_err(|e| holds_no_key(&e.to_string()))?;
    }
    session.restart_anyway = opening.given.restart_workers;
    mails::count_mails(&mut session);
    failed_mails::read(&mut session);
    session.journal_findings = run_log::findings(options, &session.install.root);
    reporter.notice(Notice::Journal(&session, options));
    tell_found(&mut session, Looking::Found, false, reporter);
    if log_secrets::read(&mut session) {
        tell_found(&mut session, Looking::Found, false, reporter);
    }
    let cancel = || reporter.cancelled();
    let roots = within::all_to_read(opening.look_in);
    if !roots.is_empty() {
        let looked = files::look_in(&mut session, &roots, &cancel, &mut |_, _| {});
        reporter.notice(Notice::Skipped(&session.install.root, &looked));
        mails::count_mails(&mut session);
    }
    if opening.processes && sieve::closed(&session) > 0 {
        // Some small files, where this host has containers at all.
        let (looked, _) = files::look_in_layers(
            &mut session,
            files::KeptKeys::Useful,
            &roots,
            &cancel,
            &mut |_, _| {},
        );
        reporter.notice(Notice::Skipped(&session.install.root, &looked));
        mails::count_mails(&mut session);
    }
    // Before anything is judged for good, or restarted: a worker's memory may be the only place left.
    if opening.processes && sieve::closed(&session) > 0 {
        if processes::runs_anything() && session.machine.is_host() {
            reporter.progress(w.memory_searching, 0, None);
        }
        let looked = processes::look_in_own(&mut session, &cancel, &mut |_, _| {});
        reporter.notice(Notice::Skipped(&session.install.root, &looked));
        mails::count_mails(&mut session);
        tell_found(&mut session, Looking::Found, false, reporter);
    }
    session.number_keys(reporter.keeps_numbers());
    Ok(session)
}
