//! The job that runs: started one at a time, heard until its last word, forgotten with what it made void.

use super::message::Effect;
use super::step::Step;
use super::update::Wizard;
use crate::domain::error::Problem;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::{Job, JobId, Update};
use crate::wizard::step::{apply, backup, keys, plan, report, survey};
use crate::words::untrusted::sanitize;
use crate::words::words;

/// What kind of job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// [`Job::Survey`].
    Survey,
    /// [`Job::Backup`].
    Backup,
    /// [`Job::KeepIn`].
    KeepIn,
    /// [`Job::LookIn`], [`Job::LookUsual`], [`Job::LookProcesses`].
    Look,
    /// [`Job::TryKey`].
    TryKey,
    /// [`Job::Plan`].
    Plan,
    /// [`Job::Apply`].
    Apply,
    /// [`Job::Undo`].
    Undo,
    /// [`Job::Resume`].
    Resume,
    /// [`Job::TakeUp`].
    TakeUp,
    /// [`Job::SaveReport`].
    SaveReport,
}

impl JobKind {
    fn of(job: &Job) -> Self {
        match job {
            Job::Survey { .. } => Self::Survey,
            Job::Backup { .. } => Self::Backup,
            Job::KeepIn(_) => Self::KeepIn,
            Job::LookIn(_) | Job::LookUsual | Job::LookProcesses => Self::Look,
            Job::TryKey(_) => Self::TryKey,
            Job::Plan { .. } => Self::Plan,
            Job::Apply { .. } => Self::Apply,
            Job::Undo => Self::Undo,
            Job::Resume => Self::Resume,
            Job::TakeUp(_) => Self::TakeUp,
            Job::SaveReport { .. } => Self::SaveReport,
        }
    }

    /// Whether it changes the install: then it is never cut off.
    pub fn writes(self) -> bool {
        matches!(self, Self::Apply | Self::Undo | Self::Resume)
    }

    /// Whether Esc stops it.
    pub fn stoppable(self) -> bool {
        matches!(self, Self::Look | Self::Backup | Self::TakeUp)
    }
}

/// The job that runs.
#[derive(Debug)]
pub struct Running {
    /// Its name.
    pub id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// What it does right now.
    pub what: String,
    /// How far it is.
    pub done: u64,
    /// Of how much.
    pub of: Option<u64>,
    /// Whether it was asked to stop.
    pub stopping: bool,
}

impl Wizard {
    /// Hands a job to the engine, unless one runs; then says so and gives nothing.
    pub(super) fn start(&mut self, job: Job) -> Vec<Effect> {
        if let Some(running) = &self.running {
            let searching = running.kind == JobKind::Look;
            self.say(if searching {
                words().wait_looking
            } else {
                words().wait_busy
            });
            return Vec::new();
        }
        let searched = &mut self.keys.searched;
        match &job {
            Job::LookIn(places) => searched.add(places),
            Job::LookUsual => searched.usual = true,
            Job::LookProcesses => searched.processes = true,
            _ => {}
        }
        let id = self.next_job();
        self.running = Some(Running {
            id,
            kind: JobKind::of(&job),
            what: String::new(),
            done: 0,
            of: None,
            stopping: false,
        });
        vec![Effect::Start(id, job)]
    }

    /// Whether the install is being changed right now.
    pub fn is_writing(&self) -> bool {
        self.running.as_ref().is_some_and(|job| job.kind.writes())
    }

    /// A name that no job and no round of tests had before.
    pub(super) fn next_job(&mut self) -> JobId {
        self.jobs += 1;
        JobId(self.jobs)
    }

    /// Forgets everything that rests on a survey; not what was typed.
    pub(super) fn forget_all(&mut self) {
        self.assessment = None;
        self.reached = Step::Survey;
        self.backup = backup::State {
            full_dump: self.backup.full_dump,
            made: self.backup.made.take(),
            ..backup::State::default()
        };
        self.keys = keys::State {
            searched: self.given.clone(),
            ..keys::State::default()
        };
        self.plan = plan::State::default();
        self.apply = apply::State::default();
        self.report = report::State::default();
        self.refresh_rows();
        self.refresh_asked();
        self.refresh_connections();
    }

    /// A new round, from the survey on.
    pub(super) fn start_over(&mut self) -> Vec<Effect> {
        if self.running.is_some() {
            self.say(words().wait_busy);
            return Vec::new();
        }
        self.step = Step::Survey;
        // What servers said to stored passwords holds in the next round too: step 6 asks for those they refused.
        let mut effects = self.stop_tests();
        let refused = self.connections.all_condemned();
        effects.extend(self.start_survey(None));
        self.connections.remember_refused(refused);
        effects
    }

    /// New verdicts: every plan made before is void.
    fn assessed(&mut self, assessment: Box<Assessment>) {
        self.survey.cursor.clamp(assessment.findings.len());
        if let Some(before) = self.assessment.take() {
            self.forget_changed(&before, &assessment);
        }
        self.assessment = Some(assessment);
        self.plan.ready = None;
        self.apply.ready = None;
        self.refresh_rows();
        self.refresh_keys();
        self.refresh_asked();
        self.refresh_connections();
    }

    /// Takes a report. Late words of a job that ended are not heard.
    pub(super) fn on_update(&mut self, id: JobId, update: Update) -> Vec<Effect> {
        if self.on_trial_update(id, &update) || self.on_test_update(id, &update) {
            return Vec::new();
        }
        let Some(job) = self.running.as_mut().filter(|job| job.id == id) else {
            return Vec::new();
        };
        let kind = job.kind;
        match update {
            Update::Progress { what, done, of } => {
                (job.what, job.done, job.of) = (what, done, of);
            }
            Update::Surveyed(survey) => self.survey.phase = survey::SurveyPhase::Read(survey),
            Update::NoDatabase { problem, values } => {
                self.survey.phase = survey::SurveyPhase::Barred {
                    problem,
                    tried: Some(values),
                };
            }
            Update::Folders(folders) => {
                if kind == JobKind::KeepIn {
                    self.backup.form = None;
                    let path = sanitize(&folders.backups.to_string_lossy());
                    self.say(&text!(backup_folder_kept, path = path));
                }
                self.backup.folders = Some(*folders);
            }
            Update::Unfinished(run) => {
                self.survey.unfinished = Some(run);
                self.ask_about_unfinished();
            }
            Update::Bookmark(bookmark) => self.ask_about_earlier(bookmark),
            Update::Assessed(assessment) => self.assessed(assessment),
            Update::KeyTried { key, opens } => {
                if opens.is_some() {
                    self.keys.form = None;
                }
                self.keys.tried = Some(keys::Tried { key, opens });
            }
            Update::Looked {
                files,
                bytes,
                skipped,
            } => {
                self.keys.looked = Some(keys::SearchTotals {
                    files,
                    bytes,
                    skipped,
                });
            }
            Update::BackedUp(done) => {
                self.backup.made = Some(done.clone());
                self.backup.done = Some(done);
            }
            Update::Planned(ready) => self.planned(ready),
            Update::NotPossible(strategy, why) => self.plan.impossible = Some((strategy, why)),
            Update::Applied(applied) => {
                self.standing = Some(applied.undo.clone());
                self.half_done = None;
                self.decided();
                self.report = report::State {
                    applied: Some(applied),
                    ..report::State::default()
                };
                self.backup.done = None;
                let mut effects = self.forget_answers();
                self.step = Step::Report;
                // The proof: what was tested before rested on other texts.
                effects.extend(self.forget_connections());
                if !self.leaving {
                    effects.extend(self.test_all());
                }
                return effects;
            }
            Update::Undone(sentences) => {
                self.standing = None;
                self.half_done = None;
                self.decided();
                self.step = Step::Report;
                self.report.undone = Some(sentences);
                self.report.outdated = true;
                return self.forget_connections();
            }
            Update::ReportSaved(files) => self.report.saved = files,
            // Tests have rounds of their own.
            Update::Probing(..) | Update::Tested(_) => {}
            Update::Failed(problem) => self.failed(kind, problem),
            Update::HalfDone(problem) => {
                self.half_done = Some(problem.clone());
                self.failed(kind, problem);
                // What was tested before may rest on another key and other rows.
                return self.forget_connections();
            }
            Update::Cancelled => self.say(words().stopped),
            Update::Done => return self.done(kind),
        }
        Vec::new()
    }

    fn failed(&mut self, kind: JobKind, problem: Problem) {
        match kind {
            JobKind::Survey => {
                self.survey.phase = survey::SurveyPhase::Barred {
                    problem,
                    tried: None,
                }
            }
            JobKind::Backup | JobKind::KeepIn => self.backup.problem = Some(problem),
            JobKind::Plan if self.step == Step::Apply => self.apply.problem = Some(problem),
            JobKind::Plan => self.plan.problem = Some(problem),
            JobKind::Apply => {
                // Whatever stands now, it must be backed up again before another attempt.
                self.backup.done = None;
                self.apply.problem = Some(problem);
            }
            JobKind::Undo | JobKind::Resume if self.survey.unfinished.is_some() => {
                self.unfinished_failed(problem);
            }
            JobKind::Undo | JobKind::Resume => self.report.problem = Some(problem),
            JobKind::SaveReport => {
                self.report.outdated = true;
                self.report.problem = Some(problem);
            }
            JobKind::Look | JobKind::TakeUp | JobKind::TryKey => self.say(&problem.to_string()),
        }
    }

    fn done(&mut self, kind: JobKind) -> Vec<Effect> {
        let stopped = self.running.take().is_some_and(|job| job.stopping);
        if self.leaving {
            return self.quit();
        }
        if kind == JobKind::TakeUp {
            return self.taken_up();
        }
        if kind == JobKind::Look {
            self.say_what_was_found(stopped);
        }
        if let Some(step) = self.bound_for.take() {
            return self.go(step);
        }
        // The plan on the screen was made void while something else ran.
        if self.step == Step::Plan
            && self.plan.ready.is_none()
            && self.plan.problem.is_none()
            && self.plan.impossible.is_none()
        {
            return self.start_plan(std::collections::BTreeSet::new());
        }
        Vec::new()
    }
}
