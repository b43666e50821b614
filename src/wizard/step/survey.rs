//! Step 1: the install, what is wrong with it, and, where the way to it is barred, other values to reach it by.

pub mod earlier;
pub mod unfinished;

use std::path::PathBuf;

use self::unfinished::Unfinished;
use super::Step;
use crate::domain::config::Driver;
use crate::domain::error::Problem;
use crate::domain::run::Run;
use crate::domain::run::bookmark::Bookmark;
use crate::engine::worker::{DatabaseValues, Job, OtherDatabase, Survey};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;
use crate::wizard::update::Wizard;

/// Where the step is.
#[derive(Debug, Default)]
pub enum SurveyPhase {
    /// The install is being read.
    #[default]
    Reading,
    /// It could not be.
    Barred {
        /// Why.
        problem: Problem,
        /// The database values that were tried, when only the database is to blame.
        tried: Option<DatabaseValues>,
    },
    /// It was read.
    Read(Box<Survey>),
}

/// A form that is open.
#[derive(Debug)]
pub enum SurveyForm {
    /// The install's folder.
    Folder(Input),
    /// Other database values.
    Database(Box<DatabaseForm>),
    /// Whether to go back to where an earlier wizard was left.
    Earlier(Box<Bookmark>),
    /// What shall become of a run that did not end.
    Unfinished(Box<Unfinished>),
}

/// The fields of the database form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseField {
    /// `mysql`, `pgsql` or `sqlite`.
    Driver,
    /// Host.
    Host,
    /// Port.
    Port,
    /// Socket of MySQL.
    Socket,
    /// Database.
    Database,
    /// User.
    User,
    /// Password; empty keeps the configured one.
    Password,
    /// Table prefix.
    Prefix,
}

impl DatabaseField {
    /// All fields, from the top.
    pub const ALL: [DatabaseField; 8] = [
        DatabaseField::Driver,
        DatabaseField::Host,
        DatabaseField::Port,
        DatabaseField::Socket,
        DatabaseField::Database,
        DatabaseField::User,
        DatabaseField::Password,
        DatabaseField::Prefix,
    ];
}

/// Other database values, as they are typed.
#[derive(Debug)]
pub struct DatabaseForm {
    /// One input a field.
    pub inputs: [Input; DatabaseField::ALL.len()],
    /// The field with the cursor.
    pub focus: Cursor,
    /// The field that cannot be used as it is.
    pub wrong: Option<DatabaseField>,
}

impl DatabaseForm {
    fn of(values: &DatabaseValues) -> Self {
        let text = |field| match field {
            DatabaseField::Driver => values.driver.name().to_owned(),
            DatabaseField::Host => values.host.clone(),
            DatabaseField::Port => values.port.to_string(),
            DatabaseField::Socket => values.socket.clone().unwrap_or_default(),
            DatabaseField::Database => values.database.clone(),
            DatabaseField::User => values.username.clone(),
            DatabaseField::Password => String::new(),
            DatabaseField::Prefix => values.prefix.clone(),
        };
        Self {
            inputs: DatabaseField::ALL.map(|field| Input::with(&text(field))),
            focus: Cursor::default(),
            wrong: None,
        }
    }

    fn input(&self, field: DatabaseField) -> &Input {
        &self.inputs[field as usize]
    }

    /// The values, where they can be used; otherwise the field that cannot.
    fn read(&self) -> Result<OtherDatabase, DatabaseField> {
        let text = |field| self.input(field).expose().trim().to_owned();
        let values = DatabaseValues {
            driver: Driver::from_name(&text(DatabaseField::Driver)).ok_or(DatabaseField::Driver)?,
            host: text(DatabaseField::Host),
            port: text(DatabaseField::Port)
                .parse()
                .map_err(|_| DatabaseField::Port)?,
            socket: Some(text(DatabaseField::Socket)).filter(|t| !t.is_empty()),
            database: text(DatabaseField::Database),
            username: text(DatabaseField::User),
            prefix: text(DatabaseField::Prefix),
        };
        if values.database.is_empty() {
            return Err(DatabaseField::Database);
        }
        let password = self.input(DatabaseField::Password);
        Ok(OtherDatabase {
            values,
            password: (!password.is_empty()).then(|| password.to_secret()),
        })
    }
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// Where it is.
    pub phase: SurveyPhase,
    /// The form that is open.
    pub form: Option<SurveyForm>,
    /// The chosen finding.
    pub cursor: Cursor,
    /// The folder to read; `None` searches the usual places.
    pub folder: Option<PathBuf>,
    /// A run on this install that was begun and did not end: nothing else is begun before it.
    pub unfinished: Option<Box<Run>>,
}

impl State {
    /// The survey, once it was made.
    pub fn read(&self) -> Option<&Survey> {
        match &self.phase {
            SurveyPhase::Read(survey) => Some(survey),
            SurveyPhase::Reading | SurveyPhase::Barred { .. } => None,
        }
    }

    pub(in crate::wizard) fn field(&mut self) -> Option<&mut Input> {
        match self.form.as_mut()? {
            SurveyForm::Folder(input) => Some(input),
            SurveyForm::Database(form) => form.inputs.get_mut(form.focus.at()),
            SurveyForm::Unfinished(form) => {
                Some(form.passphrase.as_mut().unwrap_or(&mut form.word))
            }
            SurveyForm::Earlier(_) => None,
        }
    }
}

impl Wizard {
    /// Starts a survey; everything that rests on an earlier one is forgotten, but for what was typed.
    pub(in crate::wizard) fn start_survey(
        &mut self,
        database: Option<OtherDatabase>,
    ) -> Vec<Effect> {
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

    pub(in crate::wizard) fn survey_offers(&self) -> Vec<Action> {
        match &self.survey.phase {
            _ if self.is_deciding() => vec![],
            SurveyPhase::Reading => vec![],
            SurveyPhase::Barred { tried, .. } => {
                let again = self.is_free().then_some(Action::Primary);
                let other = tried.is_some().then_some(Action::OtherDatabase);
                let all = again.into_iter().chain(other).chain([Action::OtherFolder]);
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

    /// Rows of the list: what was found, and what was left out.
    fn survey_rows(&self) -> usize {
        let findings = self.assessment().map_or(0, |a| a.findings.len());
        let left_out = self.survey.read().map_or(0, |survey| survey.left_out.len());
        findings + left_out
    }

    pub(in crate::wizard) fn act_survey(&mut self, action: Action) -> Vec<Effect> {
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
            (_, Action::Retry) | (SurveyPhase::Barred { .. }, Action::Primary) => {
                return self.start_survey(None);
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
            (SurveyForm::Database(form), Action::NextPane) => {
                form.focus.set(
                    (form.focus.at() + 1) % DatabaseField::ALL.len(),
                    DatabaseField::ALL.len(),
                );
            }
            (SurveyForm::Database(form), Action::PreviousPane) => {
                let last = DatabaseField::ALL.len() - 1;
                form.focus.set(
                    form.focus.at().checked_sub(1).unwrap_or(last),
                    DatabaseField::ALL.len(),
                );
            }
            (SurveyForm::Database(form), Action::Up | Action::Down) => {
                form.focus.act(action, DatabaseField::ALL.len());
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
