//! What the keys of step 1 do.

mod earlier;
mod unfinished;

use std::path::PathBuf;

use crate::engine::worker::{Job, OtherDatabase};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::survey::{DatabaseField, DatabaseForm, SurveyForm, SurveyPhase};

impl Wizard {
    /// Starts a survey; everything that rests on an earlier one is forgotten, but for what was typed.
    pub(super) fn start_survey(&mut self, database: Option<OtherDatabase>) -> Vec<Effect> {
        let install = self.survey.folder.clone();
        let mut started = self.start(Job::Survey {
            install,
            database: database.map(Box::new),
        });
        if !started.is_empty() {
            self.forget_all();
            // Another folder, another database: another install's mailboxes may have the same numbers.
            started.extend(self.forget_connections());
            self.survey.phase = SurveyPhase::Reading;
            self.survey.unfinished = None;
        }
        started
    }

    /// Whether the install was chosen from a list, and another may be.
    pub(in crate::wizard) fn may_choose_again(&self) -> bool {
        // On the host, passwords that were typed here would be forgotten.
        let on_host = self.workplace.chosen_on_host && self.typed() == 0;
        let chosen = self.survey.chosen || on_host;
        chosen && self.is_free() && !matches!(self.survey.phase, SurveyPhase::Reading)
    }

    /// Back to the list: what there is, is looked for again.
    pub(super) fn choose_again(&mut self) -> Vec<Effect> {
        if !self.survey.chosen {
            let mut effects = self.stop_tests();
            effects.push(Effect::ChooseAgain);
            return effects;
        }
        self.survey.folder = None;
        self.survey.chosen = false;
        self.start_survey(None)
    }

    pub(in crate::wizard) fn survey_offers(&self) -> Vec<Action> {
        match &self.survey.phase {
            _ if self.is_deciding() => vec![],
            SurveyPhase::Reading => vec![],
            SurveyPhase::Barred { tried, .. } => {
                let again = self.is_free().then_some(Action::Primary);
                let several = !self.survey.installs().is_empty();
                let choose = several.then_some([Action::Down, Action::Retry]);
                let again = again.into_iter().chain(choose.into_iter().flatten());
                let other = tried.is_some().then_some(Action::OtherDatabase);
                let all = again.chain(other).chain([Action::OtherFolder]);
                all.collect()
            }
            SurveyPhase::Read(_) => {
                let on = self.survey.unfinished.is_some() || self.is_open(Step::Backup);
                let on = on.then_some(Action::Primary);
                let choose = (self.survey_rows() > 1).then_some(Action::Down);
                let again = self.is_free().then_some(Action::Retry);
                on.into_iter().chain(choose).chain(again).collect()
            }
        }
    }

    /// Rows of the list: the installs to choose from; or what was found, and what was left out.
    fn survey_rows(&self) -> usize {
        let installs = self.survey.installs().len();
        if installs > 0 {
            return installs;
        }
        let findings = self.assessment().map_or(0, |a| a.findings.len());
        let left_out = self.survey.read().map_or(0, |survey| survey.left_out.len());
        findings + left_out
    }

    pub(super) fn act_survey(&mut self, action: Action) -> Vec<Effect> {
        if self.is_deciding() {
            return Vec::new();
        }
        if self.survey.form.is_some() {
            return self.act_survey_form(action);
        }
        match (&self.survey.phase, action) {
            (SurveyPhase::Read(_), Action::Primary) if self.survey.unfinished.is_some() => {
                self.ask_about_unfinished();
            }
            (SurveyPhase::Read(_), Action::Primary) => return self.go(Step::Backup),
            // While something still runs, nothing is chosen: it could not be opened.
            (SurveyPhase::Barred { problem, .. }, Action::Primary)
                if !problem.installs.is_empty() && self.is_free() =>
            {
                let chosen = problem.installs.get(self.survey.cursor.at());
                if let Some(chosen) = chosen {
                    if chosen.container.is_some() {
                        return vec![Effect::Enter(Box::new(chosen.clone()))];
                    }
                    self.survey.folder = Some(chosen.path.clone());
                    self.survey.chosen = true;
                    self.survey.cursor.set(0, 0);
                }
                return self.start_survey(None);
            }
            (_, Action::Retry) | (SurveyPhase::Barred { .. }, Action::Primary) => {
                return self.look_again();
            }
            (
                SurveyPhase::Barred {
                    tried: Some(tried), ..
                },
                Action::OtherDatabase,
            ) => {
                self.survey.form = Some(SurveyForm::Database(Box::new(DatabaseForm::of(tried))));
            }
            (SurveyPhase::Barred { .. }, Action::OtherFolder) => {
                self.survey.form = Some(SurveyForm::Folder(Input::default()));
            }
            _ => {
                let rows = self.survey_rows();
                self.survey.cursor.act(action, rows);
            }
        }
        Vec::new()
    }

    fn act_survey_form(&mut self, action: Action) -> Vec<Effect> {
        let Some(form) = &mut self.survey.form else {
            return Vec::new();
        };
        match (form, action) {
            (_, Action::Back) => self.survey.form = None,
            (SurveyForm::Earlier(_), Action::Primary) => return self.take_up(),
            (SurveyForm::Unfinished(_), Action::Primary) => return self.decide_unfinished(),
            // Each form closes when what was typed turns out to be right: what is typed on before that goes into it.
            (SurveyForm::Folder(input), Action::Primary) => {
                let folder = input.expose().trim().to_owned();
                if !folder.is_empty() {
                    self.survey.folder = Some(PathBuf::from(folder));
                    self.survey.chosen = false;
                    return self.start_survey(None);
                }
            }
            (SurveyForm::Database(form), Action::Primary) => match form.read() {
                Ok(other) => {
                    form.wrong = None;
                    return self.start_survey(Some(other));
                }
                Err(field) => {
                    form.wrong = Some(field);
                    form.focus.set(field as usize, DatabaseField::ALL.len());
                }
            },
            (
                SurveyForm::Database(form),
                Action::NextPane | Action::PreviousPane | Action::Up | Action::Down,
            ) => {
                form.focus.act_in_form(action, DatabaseField::ALL.len());
            }
            (_, action) => {
                if let Some(input) = self.survey.field() {
                    input.act(action);
                }
            }
        }
        Vec::new()
    }
}
