//! The jobs themselves, each as the steps of the engine it is made of.
//!
//! The session, and with it every secret, stays here; what goes out are updates without one.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::{
    BackupDone, Folders, Job, JobId, OtherDatabase, UnfinishedRun, Update, WatchTimer, WouldUndo,
    aftercare, bookmark,
};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::state::MailState;
use crate::domain::run::Run;
use crate::domain::run::bookmark::Bookmark;
use crate::domain::verdict::finding::Finding;
use crate::engine::hunt::Looking;
use crate::engine::recovery::backup::{self, BackupContents};
use crate::engine::recovery::change::Failure;
use crate::engine::recovery::disk_trouble::why_of;
use crate::engine::recovery::resume::Resumed;
use crate::engine::recovery::{NoPlan, commands, run_log};
use crate::engine::report::{self, Made};
use crate::engine::session::machine::MachineScope;
use crate::engine::session::options::Options;
use crate::engine::session::volatile::{self, VolatileFolder};
use crate::engine::session::{Session, hour, own_backups, survey};
use crate::engine::usecase::hunt::Where;
use crate::engine::usecase::open::{NotOpened, Opening};
use crate::engine::usecase::recover::{Orders, Terms};
use crate::engine::usecase::{self, Notice, Reporter, Stage};
use crate::engine::worker::login_tests::Tests;
use crate::engine::worker::setup::Setup;
use crate::io::container::within;
use crate::io::os::around;
use crate::io::state::backup::{Backup, BackupError, Passphrase};
use crate::io::state::{self, AbsolutePath};
use crate::sentences::unread::unread;
use crate::words::untrusted::shown;
use crate::words::{self, words};

/// Progress is reported at most this often: the line may be slow.
const REPORT_EVERY: Duration = Duration::from_millis(150);
/// How many skipped places are told one by one.
const SKIPPED_TOLD: usize = 50;

/// One job's line to the wizard.
pub(super) struct Call<'a> {
    id: JobId,
    outbox: &'a Sender<(JobId, Update)>,
    cancelled: &'a Arc<AtomicBool>,
    /// Connection tests that are asked for meanwhile are begun meanwhile.
    tests: RefCell<&'a mut Tests>,
    last: Cell<Option<Instant>>,
    /// What is searched are processes, not files.
    in_processes: Cell<bool>,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        id: JobId,
        outbox: &'a Sender<(JobId, Update)>,
        cancelled: &'a Arc<AtomicBool>,
        tests: &'a mut Tests,
    ) -> Self {
        Self {
            id,
            outbox,
            cancelled,
            tests: RefCell::new(tests),
            last: Cell::new(None),
            in_processes: Cell::new(false),
        }
    }

    pub(super) fn send(&self, update: Update) {
        let _ = self.outbox.send((self.id, update));
    }

    fn assessed(&self, session: &mut Session) {
        session.number_keys(true);
        self.send_assessed(session);
    }

    fn send_assessed(&self, session: &Session) {
        self.send(Update::Assessed(Box::new(session.assess())));
    }
}

impl Reporter for Call<'_> {
    /// What is being done is seen in its progress.
    fn stage(&self, _: Stage) {}

    fn keeps_numbers(&self) -> bool {
        true
    }

    fn progress(&self, what: &str, done: u64, of: Option<u64>) {
        // Where something new begins, it is said at once: it may take long.
        let due = |at: Instant| at.elapsed() >= REPORT_EVERY;
        if done == 0 || self.last.get().is_none_or(due) {
            self.last.set(Some(Instant::now()));
            self.send(Update::Progress {
                what: what.to_owned(),
                done,
                of,
            });
        }
    }

    fn found(&self, session: &Session, looking: Looking<'_>) {
        match looking {
            Looking::At {
                files,
                bytes,
                current,
            } => {
                let megabytes = bytes >> 20;
                let current = shown(&current).to_string();
                let what = match self.in_processes.get() {
                    true => text!(looking_into, processes = files, path = current),
                    false => text!(looking_at, files, megabytes, path = current),
                };
                self.progress(&what, files, None);
                self.tests.borrow_mut().serve(session);
            }
            Looking::OtherKey(process) => {
                let what = text!(
                    process_holds_other_key,
                    pid = process.pid,
                    what = process.what,
                    user = process.user
                );
                self.progress(&what, 0, None);
            }
            Looking::Found => self.send_assessed(session),
        }
    }

    fn notice(&self, notice: Notice<'_>) {
        match notice {
            Notice::Opened(session, options) => {
                self.send(Update::Surveyed(Box::new(survey::summary(session))));
                tell_folders(options, &session.machine, Some(&session.install.root), self);
            }
            Notice::Journal(session, options) => tell_journal(session, options, self),
            // What was not searched at once is a finding, and the tests after a change are a job of their own.
            Notice::Skipped(..) | Notice::AskedToEnd => {}
        }
    }

    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(self.cancelled)
    }
}

/// The session, the jobs that are done on it, and the backup that stands.
pub(super) struct Desk {
    pub(super) setup: Setup,
    pub(super) session: Option<Session>,
    pub(super) backup: Option<Backup>,
}

impl Desk {
    pub(super) fn run(&mut self, job: Job, call: &Call<'_>) -> Result<(), Failure> {
        match job {
            Job::Survey { install, database } => {
                self.survey(install.as_deref(), database.map(|d| *d), call)?;
            }
            Job::Backup { full_dump } => self.back_up(full_dump, call)?,
            Job::LookIn(roots) => self.look(&Where::In(&roots), call)?,
            Job::LookProcesses => self.look(&Where::Processes, call)?,
            Job::LookUsual => self.look(&Where::Usual, call)?,
            Job::KeepIn(folder) => self.keep_in(&folder, call)?,
            Job::TryKey(text) => self.try_key(&text, call)?,
            Job::Plan { strategy, choices } => {
                let artisan = self.setup.options.artisan;
                let session = self.session()?;
                let update = match usecase::plan::plan(session, strategy, &choices, artisan) {
                    Ok(ready) => Update::Planned(Box::new(ready)),
                    Err(NoPlan::Impossible(strategy, why)) => Update::NotPossible(strategy, why),
                    Err(other) => return Err(other.problem().into()),
                };
                // Before the plan is told: who confirms it at once shall not wait for this.
                call.send(Update::Hour(Box::new(hour::look(session))));
                call.send(update);
            }
            Job::Apply {
                plan,
                entered,
                artisan,
                restart_anyway,
            } => {
                let backup = self.backup.clone().ok_or_else(no_backup)?;
                let options = self.setup.options.clone();
                let confirmed = Orders::Confirmed {
                    plan: &plan,
                    entered,
                    backup: &backup,
                };
                let terms = Terms {
                    options: &options,
                    artisan,
                    restart_anyway,
                    prove: false,
                    first: None,
                };
                let recovered =
                    usecase::recover::recover(self.session()?, confirmed, &terms, call)?;
                // What was backed up is no longer what stands: another change needs another backup.
                self.backup = None;
                call.send(Update::Assessed(recovered.applied.after.clone()));
                call.send(Update::Applied(Box::new(recovered.applied)));
            }
            Job::ForeseeUndo => self.foresee_undo(call)?,
            Job::Undo { confirmed } => self.undo(confirmed.as_deref(), call)?,
            Job::Resume { passphrase } => self.resume(passphrase, call)?,
            Job::TakeUp(bookmark) => self.take_up(&bookmark, call)?,
            Job::MakeSafe(wanted) => {
                let options = self.setup.options.clone();
                let made = aftercare::make_safe(self.session()?, &options, &wanted)?;
                call.send(Update::SafeMade(made));
                // Another one is offered under another name.
                let root = self.session()?.install.root.clone();
                tell_folders(&options, &self.setup.machine, Some(&root), call);
            }
            Job::ForeseeTimer => {
                let timer = self.timer(false)?;
                call.send(Update::Timer(Box::new(timer)));
            }
            Job::MakeTimer => {
                let timer = self.timer(true)?;
                call.send(Update::TimerMade(Box::new(timer)));
            }
            Job::SaveReport { text, tested, over } => {
                self.save_report(&text, &tested, &over, call)?;
            }
        }
        Ok(())
    }

    pub(super) fn session(&mut self) -> Result<&mut Session, Problem> {
        let w = words();
        self.session.as_mut().ok_or_else(|| {
            let next = text!(install_not_found_next, program = around::program());
            ErrorKind::InstallNotFound.problem(w.install_not_open, "", next)
        })
    }

    fn survey(
        &mut self,
        install: Option<&Path>,
        database: Option<OtherDatabase>,
        call: &Call<'_>,
    ) -> Result<(), Problem> {
        // Keys found in an earlier round stay known.
        let mut numbers = Vec::new();
        if let Some(before) = self.session.take() {
            numbers = before.ring.numbers().to_vec();
            let known = before.ring.iter().filter_map(|k| {
                let source = k.sources.first()?.clone();
                Some((SecretBytes::from(k.key.text()), source))
            });
            self.setup.given.keys.extend(known);
        }
        self.backup = None;
        let opening = Opening {
            install,
            database,
            environment: self.setup.environment.clone(),
            machine: self.setup.machine.clone(),
            options: &self.setup.options,
            given: &self.setup.given,
            numbers,
            look_in: &[],
            processes: true,
        };
        match usecase::open::open(opening, call) {
            Ok(mut session) => {
                call.send(Update::Hour(Box::new(hour::look(&mut session))));
                self.session = Some(session);
            }
            Err(NotOpened::NoDatabase(refused)) => call.send(Update::NoDatabase {
                problem: refused.problem,
                values: Box::new(refused.values),
            }),
            Err(NotOpened::Problem(problem)) => return Err(problem),
        }
        Ok(())
    }

    /// Keeps backups and journal in another folder from now on.
    fn keep_in(&mut self, folder: &Path, call: &Call<'_>) -> Result<(), Problem> {
        let w = words();
        let refused = |e: BackupError| {
            let why = shown(&e.to_string()).to_string();
            ErrorKind::NotWritable.problem(
                w.backup_folder_unusable,
                why,
                w.backup_folder_unusable_next,
            )
        };
        let folder = AbsolutePath::new(folder)
            .map_err(|e| refused(BackupError::System(folder.to_owned(), e)))?;
        state::require_usable(&folder).map_err(refused)?;
        if let Some(session) = &self.session {
            let kept = Options {
                backup_dir: state::backups_in(&folder),
                ..self.setup.options.clone()
            };
            backup::require_unserved(&kept, &session.install.root)?;
        }
        let options = &mut self.setup.options;
        options.backup_dir = state::backups_in(&folder);
        options.state_dir = folder;
        let root = self.session.as_ref().map(|session| &*session.install.root);
        tell_folders(options, &self.setup.machine, root, call);
        // A run may have been left there, and backups with keys in them.
        if let Some(session) = &mut self.session {
            session.journal_findings = run_log::findings(options, &session.install.root);
            tell_journal(session, options, call);
            own_backups::load(session, options);
            let inventory = session.inventory.clone();
            if own_backups::offer(session, &inventory) {
                call.assessed(session);
            }
        }
        Ok(())
    }

    /// Keeps the wizard's bookmark, or forgets it.
    pub(super) fn remember(&self, kept: Option<&Bookmark>) {
        if let Some(session) = &self.session {
            bookmark::keep(&self.setup.options, &session.install.root, kept);
        }
    }

    fn timer(&mut self, yes: bool) -> Result<WatchTimer, Problem> {
        let options = self.setup.options.clone();
        aftercare::timer(self.session()?, &options, yes)
    }

    fn take_up(&mut self, bookmark: &Bookmark, call: &Call<'_>) -> Result<(), Problem> {
        let searched = &bookmark.searched;
        if !searched.places.is_empty() {
            self.look(&Where::In(&searched.places), call)?;
        }
        if searched.usual && !call.cancelled() {
            self.look(&Where::Usual, call)?;
        }
        if searched.processes && !call.cancelled() {
            self.look(&Where::Processes, call)?;
        }
        let session = self.session()?;
        let made = bookmark.backup.as_ref();
        let made = made.and_then(|folder| Backup::open(folder).ok());
        // A backup of what stood then and does not stand now is none.
        let made = made.filter(|backup| backup::require_current(session, backup).is_ok());
        if let Some(backup) = made {
            call.send(Update::BackedUp(BackupDone::of(&backup)));
            self.backup = Some(backup);
        }
        Ok(())
    }

    fn back_up(&mut self, full_dump: bool, call: &Call<'_>) -> Result<(), Problem> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        let wanted = BackupContents {
            full_dump,
            ..BackupContents::default()
        };
        let (backup, done) = usecase::backup::back_up(session, &options, &wanted, call)?;
        call.assessed(session);
        self.backup = Some(backup);
        call.send(Update::BackedUp(done));
        Ok(())
    }

    fn look(&mut self, place: &Where<'_>, call: &Call<'_>) -> Result<(), Problem> {
        call.in_processes.set(matches!(place, Where::Processes));
        let session = self.session()?;
        let looked = usecase::hunt::look(session, place, call);
        let install = commands::operand(&session.install.root);
        let skipped = looked.skipped.iter().take(SKIPPED_TOLD);
        let skipped = skipped.map(|skipped| skipped.sentence(&install));
        // Of a demo nothing runs, and what runs here is no part of it.
        let none_runs = matches!(place, Where::Processes) && !self.setup.machine.is_host();
        let none_runs = none_runs.then(|| words().demo_runs_nothing.to_owned());
        call.send(Update::Looked {
            files: looked.files,
            bytes: looked.bytes,
            unread: unread(&looked.unread()),
            skipped: none_runs.into_iter().chain(skipped).collect(),
        });
        if call.cancelled() {
            call.send(Update::Cancelled);
        }
        Ok(())
    }

    fn try_key(&mut self, text: &SecretBytes, call: &Call<'_>) -> Result<(), Problem> {
        let session = self.session()?;
        let update = match usecase::hunt::try_key(session, text.expose(), call) {
            Ok(tried) => Update::KeyTried {
                key: session.ring.name(tried.key),
                opens: Some(tried.opens),
            },
            Err(why) => Update::KeyTried {
                key: why,
                opens: None,
            },
        };
        call.send(update);
        Ok(())
    }

    fn foresee_undo(&mut self, call: &Call<'_>) -> Result<(), Problem> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        call.progress(words().undo_foreseeing, 0, None);
        let backup = usecase::undo::backup_to_undo(session, &options, &mut no_passphrase)?;
        let would = usecase::undo::foresee(session, &options, &backup)?;
        call.send(Update::WouldUndo(Box::new(WouldUndo {
            backup: backup.folder.clone(),
            what: usecase::undo::what(session, &options, &backup)?,
            rows: would.rows,
            files: would.files,
            left_alone: would.left_alone().collect(),
        })));
        Ok(())
    }

    fn undo(&mut self, confirmed: Option<&Path>, call: &Call<'_>) -> Result<(), Failure> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        let ask = &mut no_passphrase;
        let backup = usecase::undo::foreseen(session, &options, confirmed, ask)?;
        let taken_back = usecase::undo::undo(session, &options, &backup, call)?;
        call.assessed(session);
        call.send(Update::Undone {
            backup: Some(taken_back.backup),
            sentences: taken_back.undone.sentences(),
        });
        Ok(())
    }

    fn resume(
        &mut self,
        mut passphrase: Option<SecretBytes>,
        call: &Call<'_>,
    ) -> Result<(), Failure> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        // Without one, the problem says that it is needed, and the screen asks for it.
        let mut ask = |folder: &Path| {
            let typed = passphrase.take();
            let typed = typed.and_then(|text| Passphrase::new(&text));
            typed.map_or_else(|| no_passphrase(folder), Ok)
        };
        let finished = usecase::resume::resume(session, &options, &mut ask, false, call)?;
        let update = match finished.resumed {
            Resumed::Nothing => Update::Undone {
                backup: None,
                sentences: vec![words().resume_nothing.to_owned()],
            },
            Resumed::Closed => Update::RunClosed,
            Resumed::Recovered(applied) => {
                call.send(Update::Assessed(applied.after.clone()));
                call.send(Update::Applied(applied));
                return Ok(());
            }
            Resumed::TakenBack(backup, undone) => Update::Undone {
                backup: Some(backup),
                sentences: undone.sentences(),
            },
            Resumed::PutBack(_, restored) => Update::Undone {
                backup: None,
                sentences: restored.sentences(),
            },
        };
        call.assessed(session);
        call.send(update);
        Ok(())
    }

    fn save_report(
        &mut self,
        text: &str,
        tested: &[Tested],
        over: &[PathBuf],
        call: &Call<'_>,
    ) -> Result<(), Problem> {
        let folder = self.setup.options.backup_dir.clone();
        let session = self.session()?;
        let assessment = session.assess();
        let site = survey::summary(session).site;
        let (state, made) = (MailState::with(&assessment, tested), Made::now());
        // Its text is for the operator, its JSON for programs.
        let json = words::in_english(|| {
            let tested = report::connections::results(tested, &site);
            report::check_json(session, &assessment).as_report(tested, &state, &made)
        });
        let files = report::save(&folder, &made, text, &json, over)?;
        call.send(Update::ReportSaved(files));
        Ok(())
    }
}

/// Says where backups and journal go, and what is wrong with that.
fn tell_folders(
    options: &Options,
    machine: &MachineScope,
    install: Option<&Path>,
    call: &Call<'_>,
) {
    let own = [&options.state_dir, &options.backup_dir];
    let refused = own.iter().find_map(|folder| {
        let why = state::require_usable(folder).err()?;
        Some(why_of(&why, folder))
    });
    let served = || backup::require_unserved(options, install?).err();
    let refused = refused.or_else(|| Some(served()?.what));
    let offered = match &refused {
        None => options.state_dir.clone(),
        Some(_) => state::default(),
    };
    // Of a demo it is known that nothing lasts.
    let cautions = match machine {
        MachineScope::Host => volatile::cautions(options),
        MachineScope::Only(_) => Vec::new(),
    };
    call.send(Update::Folders(Box::new(Folders {
        backups: options.backup_dir.to_path_buf(),
        refused,
        offered: offered.to_path_buf(),
        safe: aftercare::offered_safe(options),
        cautions: cautions.iter().map(VolatileFolder::sentence).collect(),
        fixed: within::get().is_some(),
    })));
}

/// Says what an earlier run, or an earlier wizard, has left.
fn tell_journal(session: &Session, options: &Options, call: &Call<'_>) {
    match session.journal_findings.as_slice() {
        [Finding::UnfinishedRun { run }] => {
            call.send(Update::Unfinished(Box::new(UnfinishedRun {
                ways: run_log::ways(options, &session.install.root, run),
                begun: usecase::resume::begun_elsewhere(run, &session.install.root),
                run: Run::clone(run),
            })));
        }
        [] => {
            if let Some(found) = bookmark::found(options, &session.install.root) {
                call.send(Update::Bookmark(Box::new(found)));
            }
        }
        _ => {}
    }
}

/// What a recovery rests on is not encrypted, and what is being put back may be: that it is, is said.
fn no_passphrase(folder: &Path) -> Result<Passphrase, Problem> {
    Err(BackupError::Locked(folder.to_owned()).into())
}

fn no_backup() -> Problem {
    let w = words();
    ErrorKind::Refused.problem(w.apply_needs_backup, "", w.apply_needs_backup_next)
}
