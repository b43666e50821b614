//! Step 1, where an earlier run did not end: finish it, take it back, or leave it. Nothing else is begun before that.

use crate::domain::error::Problem;
use crate::domain::run::RunKind;
use crate::engine::worker::Job;
use crate::wizard::jobs::JobKind;
use crate::wizard::message::Effect;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::survey::SurveyForm;
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
        let run = self.survey.unfinished.as_ref();
        run.is_some_and(|run| run.kind == RunKind::Undo)
    }

    pub(super) fn decide_unfinished(&mut self) -> Vec<Effect> {
        let w = words();
        let Some(SurveyForm::Unfinished(form)) = &self.survey.form else {
            return Vec::new();
        };
        let word = form.word.expose().trim();
        let job = if word.eq_ignore_ascii_case(typed::RESUME) {
            Job::Resume
        } else if word.eq_ignore_ascii_case(typed::UNDO) && !self.is_taking_back() {
            Job::Undo
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

    /// The answer could not be carried out: it is asked again, with the reason.
    pub(in crate::wizard::update) fn unfinished_failed(&mut self, problem: Problem) {
        self.ask_about_unfinished();
        if let Some(SurveyForm::Unfinished(form)) = &mut self.survey.form {
            form.problem = Some(problem);
        }
    }
}
