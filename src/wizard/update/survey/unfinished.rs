//! Step 1, where an earlier run did not end: finish it, take it back, or leave it. Nothing else is begun before that.

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::RunKind;
use crate::engine::worker::Job;
use crate::wizard::jobs::JobKind;
use crate::wizard::message::Effect;
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::survey::{Preview, SurveyForm};
use crate::words::{typed, words};

impl Wizard {
    /// Asks what shall become of the run.
    pub(in crate::wizard::update) fn ask_about_unfinished(&mut self) {
        if self.survey.unfinished.is_some() {
            // It may come from another folder for the journal, named in step 2.
            self.step = Step::Survey;
            self.survey.form = Some(SurveyForm::Unfinished(Box::default()));
        }
    }

    /// Whether the job that runs is the answer to that question.
    pub fn is_deciding(&self) -> bool {
        self.is_running(JobKind::Resume) || self.is_running(JobKind::Undo)
    }

    /// Whether what did not end was itself the way back: then there is but one way.
    pub fn is_taking_back(&self) -> bool {
        let unfinished = self.survey.unfinished.as_ref();
        unfinished.is_some_and(|unfinished| unfinished.run.kind == RunKind::Undo)
    }

    /// Compares what an undo would put back, once for each question.
    pub(in crate::wizard::update) fn foresee_undo(&mut self) -> Vec<Effect> {
        let asked = match &self.survey.form {
            Some(SurveyForm::Unfinished(form)) => {
                form.problem.is_none()
                    && form.passphrase.is_none()
                    && matches!(form.preview, Preview::NotAsked)
            }
            _ => false,
        };
        if !asked || !self.is_free() || self.is_taking_back() || self.survey.read().is_none() {
            return Vec::new();
        }
        if let Some(SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.preview = Preview::Coming;
        }
        self.start(Job::ForeseeUndo)
    }

    pub(super) fn decide_unfinished(&mut self) -> Vec<Effect> {
        let w = words();
        let Some(SurveyForm::Unfinished(form)) = &self.survey.form else {
            return Vec::new();
        };
        if let Some(passphrase) = &form.passphrase {
            if passphrase.is_empty() {
                self.say(w.unfinished_type_the_passphrase);
                return Vec::new();
            }
            let passphrase = Some(passphrase.to_secret());
            let started = self.start(Job::Resume { passphrase });
            if !started.is_empty() {
                self.ask_for_passphrase();
            }
            return started;
        }
        let word = form.word.expose().trim();
        let job = if word.eq_ignore_ascii_case(typed::RESUME) {
            Job::Resume { passphrase: None }
        } else if word.eq_ignore_ascii_case(typed::UNDO) && !self.is_taking_back() {
            let confirmed = match &form.preview {
                Preview::Is(would) => Some(would.backup.clone()),
                _ => None,
            };
            Job::Undo { confirmed }
        } else {
            self.say(if self.is_taking_back() {
                w.unfinished_type_resume
            } else {
                w.unfinished_type_a_word
            });
            return Vec::new();
        };
        let started = self.start(job);
        if !started.is_empty() {
            self.ask_about_unfinished();
        }
        started
    }

    /// The run is finished, or taken back.
    pub(in crate::wizard::update) fn decided(&mut self) {
        self.survey.unfinished = None;
        self.survey.form = None;
    }

    /// Asks for the passphrase of the backup that is being put back.
    fn ask_for_passphrase(&mut self) {
        self.ask_about_unfinished();
        if let Some(SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.passphrase = Some(Input::default());
        }
    }

    /// The answer could not be carried out: it is asked again, with the reason. That a passphrase is needed is none as long
    /// as it was not asked for.
    pub(in crate::wizard::update) fn unfinished_failed(&mut self, problem: Problem) {
        let form = self.survey.form.as_ref();
        let was_asked =
            matches!(form, Some(SurveyForm::Unfinished(form)) if form.passphrase.is_some());
        if problem.kind == ErrorKind::Passphrase {
            self.ask_for_passphrase();
            if !was_asked {
                return;
            }
        } else {
            self.ask_about_unfinished();
        }
        if let Some(SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.problem = Some(problem);
        }
    }
}
