//! Step 1: the install, what is wrong with it, and, where the way to it is barred, other values to reach it by.

use std::path::PathBuf;

use crate::domain::config::Driver;
use crate::domain::config::found::FoundInstall;
use crate::domain::error::Problem;
use crate::domain::run::bookmark::Bookmark;
use crate::engine::worker::{DatabaseValues, OtherDatabase, Survey, UnfinishedRun, WouldUndo};
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;

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
        tried: Option<Box<DatabaseValues>>,
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
    pub(in crate::wizard) fn of(values: &DatabaseValues) -> Self {
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
    pub(in crate::wizard) fn read(&self) -> Result<OtherDatabase, DatabaseField> {
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
    /// Whether that was chosen from a list of several, to which there is a way back.
    pub chosen: bool,
    /// What this very session had before it looked again.
    pub(in crate::wizard) to_take_up: Option<Box<Bookmark>>,
    /// A run on this install that was begun and did not end: nothing else is begun before it.
    pub unfinished: Option<Box<UnfinishedRun>>,
}

impl State {
    /// The survey, once it was made.
    pub fn read(&self) -> Option<&Survey> {
        match &self.phase {
            SurveyPhase::Read(survey) => Some(survey),
            SurveyPhase::Reading | SurveyPhase::Barred { .. } => None,
        }
    }

    /// The installs to choose from, where there are several.
    pub fn installs(&self) -> &[FoundInstall] {
        match &self.phase {
            SurveyPhase::Barred { problem, .. } => &problem.installs,
            SurveyPhase::Reading | SurveyPhase::Read(_) => &[],
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

/// The question, as far as it is answered.
#[derive(Debug, Default)]
pub struct Unfinished {
    /// The word as far as it is typed.
    pub word: Input,
    /// The passphrase of the backup that is being put back, once it is known to be encrypted.
    pub passphrase: Option<Input>,
    /// What an undo would put back.
    pub preview: Preview,
    /// Why the last answer could not be carried out.
    pub problem: Option<Problem>,
}

/// What an undo of the run would put back.
#[derive(Debug, Default)]
pub enum Preview {
    /// Nobody has looked.
    #[default]
    NotAsked,
    /// It is being compared.
    Coming,
    /// This.
    Is(Box<WouldUndo>),
    /// It would be refused.
    Refused(Problem),
}
