//! What a job reports, and what becomes of it: results are taken in, and what they made void is forgotten.

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::{JobId, Update, WouldUndo};
use crate::wizard::jobs::{JobKind, Pending};
use crate::wizard::message::Effect;
use crate::wizard::state::Wizard;
use crate::wizard::step::survey::{self, Preview};
use crate::wizard::step::{Step, keys, report};
use crate::words::untrusted::shown;
use crate::words::words;

impl Wizard {
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

    /// Takes a report in. What a job says after its end is ignored.
    pub(super) fn on_update(&mut self, id: JobId, update: Update) -> Vec<Effect> {
        if self.on_trial_update(id, &update) || self.on_test_update(id, &update) {
            return Vec::new();
        }
        if let Update::Completed(completion) = update {
            // Asked for beside the jobs.
            self.completed(&completion);
            return Vec::new();
        }
        let Some(job) = self.running.as_mut().filter(|job| job.id == id) else {
            return Vec::new();
        };
        let kind = job.kind;
        match update {
            Update::Progress { what, done, of } => {
                (job.what, job.done, job.of) = (what, done, of);
                if kind == JobKind::Look && done > 0 {
                    self.keys.place_is_read();
                }
            }
            Update::Surveyed(survey) => {
                self.survey.form = None;
                self.survey.phase = survey::SurveyPhase::Read(survey);
            }
            Update::NoDatabase { problem, values } => {
                // The folder was one of FreeScout; other database values are typed again.
                if matches!(self.survey.form, Some(survey::SurveyForm::Folder(_))) {
                    self.survey.form = None;
                }
                self.survey.phase = survey::SurveyPhase::Barred {
                    problem,
                    tried: Some(values),
                };
            }
            Update::Folders(folders) => {
                if kind == JobKind::KeepIn {
                    self.backup.form = None;
                    let path = shown(&folders.backups);
                    self.say(&text!(backup_folder_kept, path));
                }
                self.backup.folders = Some(*folders);
            }
            Update::Unfinished(run) => {
                self.survey.unfinished = Some(run);
                self.ask_about_unfinished();
            }
            Update::Bookmark(bookmark) => self.ask_about_earlier(bookmark),
            Update::Assessed(assessment) => self.assessed(assessment),
            Update::Hour(hour) => self.hour = Some(hour),
            Update::KeyTried { key, opens } => {
                if opens.is_some() {
                    self.keys.form = None;
                }
                self.keys.tried = Some(keys::Tried { key, opens });
            }
            Update::Looked {
                files,
                bytes,
                unread,
                skipped,
            } => {
                if kind == JobKind::Look && files > 0 {
                    self.keys.place_is_read();
                }
                self.keys.looked = Some(keys::SearchTotals {
                    files,
                    bytes,
                    unread,
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
                // One that had nothing to do leaves an earlier one to be told.
                if let Some(undo) = &applied.undo {
                    self.written.recovered(&applied.backup, undo);
                }
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
                // Nothing is asked for any more that was answered, or refused before.
                self.refresh_asked();
                if !self.is_leaving() {
                    effects.extend(self.test_all());
                }
                return effects;
            }
            Update::WouldUndo(would) => self.would_undo(would),
            Update::Undone { backup, sentences } => {
                self.written.taken_back(backup.as_deref());
                self.decided();
                self.step = Step::Report;
                self.report.form = None;
                self.report.undone = Some(sentences);
                self.report.outdated = true;
                return self.forget_connections();
            }
            Update::RunClosed => {
                self.decided();
                self.say(words().unfinished_closed);
            }
            Update::SafeMade(sentences) => self.done_since(sentences),
            Update::Timer(timer) => {
                if let Some(report::ReportForm::Watch(shown)) = &mut self.report.form {
                    *shown = Some(timer);
                }
            }
            Update::TimerMade(timer) => self.timer_made(&timer),
            Update::ReportSaved(files) => self.report.saved = files,
            // Tests have rounds of their own, and what completes a path was taken above.
            Update::Probing(..) | Update::Tested(_) | Update::Completed(_) => {}
            Update::Failed(problem) => self.failed(kind, problem),
            Update::HalfDone(problem) => {
                self.written.in_part = Some(problem.clone());
                self.failed(kind, problem);
                // What was tested before may rest on another key and other rows.
                return self.forget_connections();
            }
            Update::Cancelled => self.say(words().stopped),
            Update::Done => return self.done(kind),
        }
        Vec::new()
    }

    /// What an undo would put back, in the question that asks for it, as far as that still stands.
    fn would_undo(&mut self, would: Box<WouldUndo>) {
        self.written.next_is(&would.backup);
        if let Some(survey::SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.preview = Preview::Is(would);
        } else if let Some(report::ReportForm::Undo { would: told, .. }) = &mut self.report.form {
            *told = Some(would);
        }
    }

    fn would_not_undo(&mut self, problem: Problem) {
        if let Some(survey::SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.preview = Preview::Refused(problem);
        } else if self.report.form.take().is_some() {
            if problem.kind == ErrorKind::NothingToDo {
                self.written.none_left();
            }
            self.report.problem = Some(problem);
        }
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
            JobKind::ForeseeUndo => self.would_not_undo(problem),
            JobKind::Undo | JobKind::Resume if self.survey.unfinished.is_some() => {
                self.unfinished_failed(problem);
            }
            JobKind::Undo | JobKind::Resume => self.report.problem = Some(problem),
            JobKind::MakeSafe => self.report.problem = Some(problem),
            JobKind::ForeseeTimer | JobKind::MakeTimer => {
                self.report.form = None;
                self.report.problem = Some(problem);
            }
            JobKind::SaveReport => {
                self.report.outdated = true;
                self.report.problem = Some(problem);
            }
            JobKind::Look | JobKind::TakeUp | JobKind::TryKey => self.say(&problem.to_string()),
        }
    }

    fn done(&mut self, kind: JobKind) -> Vec<Effect> {
        let Some(job) = self.running.take() else {
            return Vec::new();
        };
        let w = words();
        let waiting = [
            w.wait_busy,
            w.wait_looking,
            w.wait_foreseeing,
            w.wait_writing,
        ];
        let waits = |notice: &mut String| waiting.contains(&notice.as_str());
        // What was waited for is over.
        self.notice.take_if(waits);
        if kind == JobKind::Look {
            self.say_what_was_found(job.stopping);
        }
        match job.then {
            Pending::Leave => return self.quit(),
            Pending::Go(step) => return self.go(step),
            Pending::Return(step) => return self.return_to(step),
            Pending::Nothing => {}
        }
        if kind == JobKind::Survey {
            return self.take_up_own();
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
