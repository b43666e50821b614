//! The jobs themselves, each as the steps of the engine it is made of.
//!
//! The session, and with it every secret, stays here; what goes out are updates without one.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::bookmark;
use super::threads::{Setup, Tests};
use super::{BackupDone, Folders, Job, JobId, OtherDatabase, Update};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::key::spelling;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::state::MailState;
use crate::domain::run::bookmark::Bookmark;
use crate::domain::verdict::finding::Finding;
use crate::engine::hunt::{log_secrets, processes};
use crate::engine::recovery;
use crate::engine::recovery::NoPlan;
use crate::engine::recovery::apply::Order;
use crate::engine::recovery::backup;
use crate::engine::recovery::change::Failure;
use crate::engine::recovery::resume;
use crate::engine::recovery::resume::Resumed;
use crate::engine::recovery::run_log;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::recovery::{anew, undo};
use crate::engine::report;
use crate::engine::report::Made;
use crate::engine::session::Session;
use crate::engine::session::judge;
use crate::engine::session::judge::Looking;
use crate::engine::session::volatile;
use crate::engine::session::volatile::VolatileFolder;
use crate::engine::session::{own_backups, survey};
use crate::io::hunt;
use crate::io::state;
use crate::io::state::AbsolutePath;
use crate::io::state::backup::{Backup, BackupError};
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// Progress is reported at most this often: the line may be slow.
const REPORT_EVERY: Duration = Duration::from_millis(150);
/// How many skipped places are told one by one.
const SKIPPED_TOLD: usize = 50;

/// One job's line to the wizard.
pub(super) struct Call<'a> {
    pub(super) id: JobId,
    pub(super) outbox: &'a Sender<(JobId, Update)>,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) last: Option<Instant>,
}

impl<'a> Call<'a> {
    pub(super) fn send(&self, update: Update) {
        let _ = self.outbox.send((self.id, update));
    }

    /// Asks whether the job was cancelled; does not borrow the line, which reports meanwhile.
    fn cancel(&self) -> impl Fn() -> bool + use<'a> {
        let cancelled = self.cancelled;
        move || cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel()()
    }

    fn progress(&mut self, what: &str, done: u64, of: Option<u64>) {
        // Where something new begins, it is said at once: it may take long.
        if done == 0 || self.last.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            self.last = Some(Instant::now());
            self.send(Update::Progress {
                what: what.to_owned(),
                done,
                of,
            });
        }
    }
}

/// The session, the jobs that are done on it, and the backup that stands.
pub(super) struct Desk {
    pub(super) setup: Setup,
    pub(super) session: Option<Session>,
    pub(super) backup: Option<Backup>,
}

impl Desk {
    pub(super) fn run(
        &mut self,
        job: Job,
        call: &mut Call<'_>,
        tests: &mut Tests,
    ) -> Result<(), Failure> {
        match job {
            Job::Survey { install, database } => {
                self.survey(install.as_deref(), database.map(|d| *d), call)?;
            }
            Job::Backup { full_dump } => self.back_up(full_dump, call)?,
            Job::LookIn(roots) => self.look_in(&roots, call, tests)?,
            Job::LookProcesses => self.look(call, tests, processes::look_in)?,
            Job::KeepIn(folder) => self.keep_in(&folder, call)?,
            Job::LookUsual => self.look_usual(call, tests)?,
            Job::TryKey(text) => {
                let session = self.session()?;
                let text = as_key(text.expose());
                let given = Source::of(SourceKind::Given);
                let update = match judge::try_key(session, text.expose(), given) {
                    Ok((key, opens)) => Update::KeyTried {
                        key: format!("{} · {key}", session.ring.label(key)),
                        opens: Some(opens),
                    },
                    Err(error) => Update::KeyTried {
                        key: error.to_string(),
                        opens: None,
                    },
                };
                judge::count_mails(session);
                call.send(update);
                call.send(Update::Assessed(Box::new(session.assess())));
            }
            Job::Plan { strategy, choices } => {
                let update = match recovery::plan(self.session()?, strategy, &choices) {
                    Ok(ready) => Update::Planned(Box::new(ready)),
                    Err(NoPlan::Impossible(strategy, why)) => Update::NotPossible(strategy, why),
                    Err(other) => return Err(other.problem().into()),
                };
                call.send(update);
            }
            Job::Apply {
                plan,
                entered,
                artisan,
                restart_anyway,
            } => {
                let backup = self.backup.clone().ok_or_else(no_backup)?;
                let (session, mut ledger) = self.for_writing()?;
                ledger.require_finished()?;
                let entered = recovery::texts(session, entered)?;
                let cancel = call.cancel();
                let mut progress = |what: &str, done, of| call.progress(what, done, of);
                let known = session.ring.iter().count();
                session.restart_anyway = restart_anyway;
                let order = Order {
                    plan: &plan,
                    entered: &entered,
                    backup: &backup,
                    artisan,
                    cancel: &cancel,
                };
                let applied = anew::apply(session, &mut ledger, &order, &mut progress);
                session.restart_anyway = false;
                let found = session.ring.iter().count() > known;
                let applied = applied.inspect_err(|failure| {
                    if found || failure.meanwhile || failure.plan.is_some() {
                        call.send(Update::Assessed(Box::new(session.assess())));
                    }
                })?;
                // What was backed up is no longer what stands: another change needs another backup.
                self.backup = None;
                call.send(Update::Assessed(applied.after.clone()));
                call.send(Update::Applied(Box::new(applied)));
            }
            Job::Undo => self.undo(call)?,
            Job::Resume => self.resume(call)?,
            Job::TakeUp(bookmark) => self.take_up(&bookmark, call, tests)?,
            Job::SaveReport { text, tested, over } => {
                self.save_report(&text, &tested, &over, call)?;
            }
        }
        Ok(())
    }

    pub(super) fn session(&mut self) -> Result<&mut Session, Problem> {
        let w = words();
        self.session.as_mut().ok_or_else(|| {
            Problem::new(
                ErrorKind::InstallNotFound,
                w.install_not_open,
                "",
                w.install_not_found_next,
            )
        })
    }

    fn survey(
        &mut self,
        install: Option<&Path>,
        database: Option<OtherDatabase>,
        call: &mut Call<'_>,
    ) -> Result<(), Problem> {
        let w = words();
        call.progress(w.survey_reading, 0, None);
        // Keys found in an earlier round stay known.
        if let Some(before) = self.session.take() {
            let known = before.ring.iter().filter_map(|k| {
                let source = k.sources.first()?.clone();
                Some((SecretBytes::from(k.key.text()), source))
            });
            self.setup.keys.extend(known);
        }
        self.backup = None;
        let mut session = match survey::open(install, self.setup.environment.clone(), database)? {
            Ok(session) => session,
            Err(refused) => {
                call.send(Update::NoDatabase {
                    problem: refused.problem,
                    values: refused.values,
                });
                return Ok(());
            }
        };
        call.send(Update::Surveyed(Box::new(survey::summary(&session))));
        self.tell_folders(call);
        call.progress(w.survey_judging, 0, None);
        own_backups::load(&mut session, &self.setup.options);
        judge::read_inventory(&mut session)?;
        for (text, source) in &self.setup.keys {
            let _ = judge::try_key(&mut session, text.expose(), source.clone());
        }
        judge::count_mails(&mut session);
        self.look_into_journal(&mut session, call);
        call.send(Update::Assessed(Box::new(session.assess())));
        if log_secrets::read(&mut session) {
            call.send(Update::Assessed(Box::new(session.assess())));
        }
        if processes::closed(&session) > 0 {
            call.progress(w.memory_searching, 0, None);
            processes::look_in_own(&mut session, &call.cancel(), &mut |_, _| {});
            judge::count_mails(&mut session);
            call.send(Update::Assessed(Box::new(session.assess())));
        }
        self.session = Some(session);
        Ok(())
    }

    /// Says where backups and journal go, and what is wrong with that.
    fn tell_folders(&self, call: &Call<'_>) {
        let options = &self.setup.options;
        let own = [&options.state_dir, &options.backup_dir];
        let refused = own
            .iter()
            .find_map(|folder| state::require_usable(folder).err());
        let offered = match &refused {
            None => options.state_dir.clone(),
            Some(_) => state::default(),
        };
        let cautions = volatile::cautions(options);
        call.send(Update::Folders(Box::new(Folders {
            backups: options.backup_dir.to_path_buf(),
            refused: refused.map(|why| sanitize(&why.to_string())),
            offered: offered.to_path_buf(),
            cautions: cautions.iter().map(VolatileFolder::sentence).collect(),
        })));
    }

    /// Keeps backups and journal in another folder from now on.
    fn keep_in(&mut self, folder: &Path, call: &Call<'_>) -> Result<(), Problem> {
        let w = words();
        let refused = |e: BackupError| {
            let why = sanitize(&e.to_string());
            Problem::new(
                ErrorKind::NotWritable,
                w.backup_folder_unusable,
                why,
                w.backup_folder_unusable_next,
            )
        };
        let folder = AbsolutePath::new(folder)
            .map_err(|e| refused(BackupError::System(folder.to_owned(), e)))?;
        state::require_usable(&folder).map_err(refused)?;
        let options = &mut self.setup.options;
        options.backup_dir = state::backups_in(&folder);
        options.state_dir = folder;
        self.tell_folders(call);
        // A run may have been left there, and backups with keys in them.
        if let Some(mut session) = self.session.take() {
            self.look_into_journal(&mut session, call);
            own_backups::load(&mut session, &self.setup.options);
            let inventory = session.inventory.clone();
            if own_backups::offer(&mut session, &inventory) {
                call.send(Update::Assessed(Box::new(session.assess())));
            }
            self.session = Some(session);
        }
        Ok(())
    }

    /// What earlier runs left, and whether another goes on now.
    fn look_into_journal(&self, session: &mut Session, call: &Call<'_>) {
        let (options, root) = (&self.setup.options, &session.install.root);
        session.journal_findings = run_log::findings(options, root);
        match session.journal_findings.as_slice() {
            [Finding::UnfinishedRun { run }] => call.send(Update::Unfinished(run.clone())),
            [] => {
                if let Some(found) = bookmark::found(options, root) {
                    call.send(Update::Bookmark(Box::new(found)));
                }
            }
            _ => {}
        }
    }

    /// Keeps the wizard's bookmark, or forgets it.
    pub(super) fn remember(&self, kept: Option<&Bookmark>) {
        if let Some(session) = &self.session {
            bookmark::keep(&self.setup.options, &session.install.root, kept);
        }
    }

    fn take_up(
        &mut self,
        bookmark: &Bookmark,
        call: &mut Call<'_>,
        tests: &mut Tests,
    ) -> Result<(), Problem> {
        let searched = &bookmark.searched;
        if !searched.places.is_empty() {
            self.look_in(&searched.places, call, tests)?;
        }
        if searched.usual && !call.is_cancelled() {
            self.look_usual(call, tests)?;
        }
        if searched.processes && !call.is_cancelled() {
            self.look(call, tests, processes::look_in)?;
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

    fn look_usual(&mut self, call: &mut Call<'_>, tests: &mut Tests) -> Result<(), Problem> {
        let roots = hunt::usual_places(&self.session()?.install.root);
        self.look_in(&roots, call, tests)
    }

    fn back_up(&mut self, full_dump: bool, call: &mut Call<'_>) -> Result<(), Problem> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        let cancel = call.cancel();
        let mut progress = |what: &str, done, of| call.progress(what, done, of);
        let (backup, done) = backup::make(session, &options, full_dump, &mut progress, &cancel)?;
        let assessment = session.assess();
        self.backup = Some(backup);
        call.send(Update::Assessed(Box::new(assessment)));
        call.send(Update::BackedUp(done));
        Ok(())
    }

    fn look_in(
        &mut self,
        roots: &[PathBuf],
        call: &mut Call<'_>,
        tests: &mut Tests,
    ) -> Result<(), Problem> {
        self.look(call, tests, |session, cancel, on| {
            judge::look_in(session, roots, cancel, on)
        })
    }

    fn look(
        &mut self,
        call: &mut Call<'_>,
        tests: &mut Tests,
        search: impl FnOnce(
            &mut Session,
            &dyn Fn() -> bool,
            &mut dyn FnMut(&mut Session, Looking<'_>),
        ) -> hunt::HuntTotals,
    ) -> Result<(), Problem> {
        let w = words();
        let session = self.session()?;
        let cancel = call.cancel();
        let looked = search(session, &cancel, &mut |session, looking| match looking {
            Looking::At {
                files,
                bytes,
                current,
            } => {
                let megabytes = bytes >> 20;
                let current = sanitize(&current.to_string_lossy());
                let what = fill(
                    w.looking_at,
                    &[
                        ("files", &files),
                        ("megabytes", &megabytes),
                        ("path", &current),
                    ],
                );
                call.progress(&what, files, None);
                tests.serve(session);
            }
            Looking::OtherKey(process) => {
                let what = fill(
                    w.process_holds_other_key,
                    &[
                        ("pid", &process.pid),
                        ("what", &process.what),
                        ("user", &process.user),
                    ],
                );
                call.progress(&what, 0, None);
            }
            Looking::Found => call.send(Update::Assessed(Box::new(session.assess()))),
        });
        judge::count_mails(session);
        call.send(Update::Assessed(Box::new(session.assess())));
        let skipped = looked.skipped.iter().take(SKIPPED_TOLD).map(|skipped| {
            format!(
                "{}: {}",
                sanitize(&skipped.path.to_string_lossy()),
                sanitize(&skipped.why.to_string())
            )
        });
        call.send(Update::Looked {
            files: looked.files,
            bytes: looked.bytes,
            skipped: skipped.collect(),
        });
        if call.is_cancelled() {
            call.send(Update::Cancelled);
        }
        Ok(())
    }

    /// The session, and the ledger of its install: the lock is held as long as the job that writes.
    fn for_writing(&mut self) -> Result<(&mut Session, Ledger), Problem> {
        let options = self.setup.options.clone();
        let session = self.session()?;
        session.awake()?;
        let ledger = Ledger::open(&options, session)?;
        Ok((session, ledger))
    }

    fn undo(&mut self, call: &mut Call<'_>) -> Result<(), Failure> {
        let w = words();
        let options = self.setup.options.clone();
        let (session, mut ledger) = self.for_writing()?;
        let mut backup =
            undo::backup_to_undo(&options, &session.install.root)?.ok_or_else(|| {
                Problem::new(
                    ErrorKind::NothingToDo,
                    w.undo_nothing,
                    "",
                    w.undo_nothing_next,
                )
            })?;
        backup.look_for_keys_in(options.keys_dir.as_deref());
        let mut progress = |what: &str, done, of| call.progress(what, done, of);
        let (safety, _) = backup::make(session, &options, false, &mut progress, &|| false)?;
        let undone = undo::undo(session, &mut ledger, &backup, &mut progress)?;
        let mut sentences = undone.sentences();
        sentences.push(fill(
            w.undo_safety,
            &[("folder", &sanitize(&safety.folder.to_string_lossy()))],
        ));
        session.journal_findings.clear();
        call.send(Update::Assessed(Box::new(session.assess())));
        call.send(Update::Undone(sentences));
        Ok(())
    }

    fn resume(&mut self, call: &mut Call<'_>) -> Result<(), Failure> {
        let w = words();
        let keys_dir = self.setup.options.keys_dir.clone();
        let (session, mut ledger) = self.for_writing()?;
        let mut progress = |what: &str, done, of| call.progress(what, done, of);
        let mut open = |folder: &Path| {
            let mut backup = Backup::open(folder).map_err(|e| backup::backup_problem(&e))?;
            backup.look_for_keys_in(keys_dir.as_deref());
            Ok(backup)
        };
        let resumed = resume::resume(session, &mut ledger, &mut open, &mut progress)?;
        session.journal_findings.clear();
        let update = match resumed {
            Resumed::Nothing => Update::Undone(vec![w.resume_nothing.to_owned()]),
            Resumed::Recovered(applied) => {
                call.send(Update::Assessed(applied.after.clone()));
                call.send(Update::Applied(applied));
                return Ok(());
            }
            Resumed::TakenBack(_, undone) => Update::Undone(undone.sentences()),
            Resumed::PutBack(_, restored) => Update::Undone(restored.sentences()),
        };
        call.send(Update::Assessed(Box::new(session.assess())));
        call.send(update);
        Ok(())
    }

    fn save_report(
        &mut self,
        text: &str,
        tested: &[Tested],
        over: &[PathBuf],
        call: &mut Call<'_>,
    ) -> Result<(), Problem> {
        let folder = self.setup.options.backup_dir.clone();
        let session = self.session()?;
        let assessment = session.assess();
        let site = survey::summary(session).site;
        let (state, made) = (MailState::with(&assessment, tested), Made::now());
        let tested = report::connections::results(tested, &site);
        let json = report::check_json(session, &assessment).as_report(tested, &state, &made);
        let files = report::save(&folder, &made, text, &json, over)?;
        call.send(Update::ReportSaved(files));
        Ok(())
    }
}

/// A pasted text as a key: blanks cut off, and of a whole line (`APP_KEY="…"`, JSON, YAML) the key in it. A text without
/// a key in it is given back as it is, so that the operator hears what is wrong with it.
fn as_key(pasted: &[u8]) -> SecretBytes {
    let text = pasted.trim_ascii();
    let near = match AppKey::parse(text) {
        Ok(_) => None,
        Err(_) => spelling::near_keys(text).into_iter().next(),
    };
    near.map_or_else(|| text.into(), |near| near.key.text().into())
}

fn no_backup() -> Problem {
    let w = words();
    Problem::new(
        ErrorKind::Refused,
        w.apply_needs_backup,
        "",
        w.apply_needs_backup_next,
    )
}
