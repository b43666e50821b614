//! What the keys mean here and now, as one value. It is computed from the state and never stored, so the two cannot
//! disagree: whether a letter is typed or acts, which field takes it, what Esc closes and which keys the footer offers
//! all follow from it.

use super::message::Action;
use super::state::{Overlay, Wizard};
use super::step::Step;
use crate::wizard::jobs::{JobKind, Running};
use crate::wizard::parts::input::Input;
use crate::wizard::step::report::ReportForm;
use crate::wizard::step::{keys, plan, survey};

/// What the keys mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The window is too small to show what a key would do: all that can be done is to leave.
    Unseen,
    /// Enter answers this question, Esc leaves it unanswered.
    Question(Question),
    /// The help lies over everything else.
    Help,
    /// They belong to the connections pane.
    Connections,
    /// Letters go into this field; other keys edit it, or act.
    Field(Field),
    /// Each is a command of the step.
    Command,
}

/// A question that Enter answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether to leave, and lose what is not saved.
    Leave,
    /// Whether to go back to where an earlier wizard was left.
    Earlier,
    /// Whether to have rounds of the watch made.
    Watch,
}

/// A field that is being typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Step 1: the install's folder.
    Folder,
    /// Step 1: one of the database values.
    Database,
    /// Step 1: the word that decides about a run that did not end.
    Unfinished,
    /// Step 1: the passphrase of the backup that such a run puts back.
    Passphrase,
    /// Step 2: the folder for backups.
    BackupFolder,
    /// Step 3: a key.
    Key,
    /// Step 3: a place to search.
    Place,
    /// Step 4: the filter.
    Filter,
    /// Step 6: the chosen password.
    Password,
    /// Step 7: the word that confirms the plan.
    Confirm,
    /// Step 8: the word that confirms the undo.
    Undo,
    /// Step 8: the file of a safe, or its passphrase.
    Safe,
}

impl Mode {
    /// Whether letters are typed, not commands.
    pub fn is_typing(self) -> bool {
        matches!(self, Self::Field(_))
    }

    /// Whether Esc closes something within the step before it leads out of it. The passwords and the word of step 7 are
    /// the step itself: what was typed stays there.
    pub(super) fn closes_with_esc(self) -> bool {
        match self {
            Self::Field(Field::Password | Field::Confirm) => false,
            Self::Field(_) | Self::Question(_) => true,
            Self::Unseen | Self::Help | Self::Connections | Self::Command => false,
        }
    }
}

impl Wizard {
    /// What the keys mean here and now.
    pub fn mode(&self) -> Mode {
        match self.overlay {
            _ if self.window.is_too_small() => Mode::Unseen,
            Some(Overlay::Quit) => Mode::Question(Question::Leave),
            Some(Overlay::Help) => Mode::Help,
            None if self.connections.open => Mode::Connections,
            None => self.mode_below(),
        }
    }

    /// What the keys mean in the step itself, whatever lies over it.
    pub fn mode_below(&self) -> Mode {
        let field = match self.step {
            // While the answer is carried out there is nothing to type.
            Step::Survey if self.is_deciding() => None,
            Step::Survey => match &self.survey.form {
                None => None,
                Some(survey::SurveyForm::Earlier(_)) => return Mode::Question(Question::Earlier),
                Some(survey::SurveyForm::Folder(_)) => Some(Field::Folder),
                Some(survey::SurveyForm::Database(_)) => Some(Field::Database),
                Some(survey::SurveyForm::Unfinished(form)) => Some(match form.passphrase {
                    None => Field::Unfinished,
                    Some(_) => Field::Passphrase,
                }),
            },
            Step::Backup => self.backup.form.as_ref().map(|_| Field::BackupFolder),
            Step::Keys => self.keys.form.as_ref().map(|form| match form {
                keys::KeysForm::Key(_) => Field::Key,
                keys::KeysForm::Place(_) => Field::Place,
            }),
            Step::Checks => self.checks.filtering.then_some(Field::Filter),
            Step::Passwords => (!self.passwords.asked.is_empty()).then_some(Field::Password),
            Step::Apply => {
                // The plan is shown before its job has said its last word: what is typed then is not lost.
                let confirming = self.apply.asks() && self.apply.problem.is_none();
                (confirming && !self.is_running(JobKind::Apply)).then_some(Field::Confirm)
            }
            // Closed when it is done; until then there is nothing more to type.
            Step::Report if self.is_answering() => None,
            Step::Report => match &self.report.form {
                None => None,
                Some(ReportForm::Undo { .. }) => Some(Field::Undo),
                Some(ReportForm::Safe(_)) => Some(Field::Safe),
                Some(ReportForm::Watch(_)) => return Mode::Question(Question::Watch),
            },
            Step::Plan => None,
        };
        field.map_or(Mode::Command, Mode::Field)
    }

    /// Whether keys are letters for a field now, not commands.
    pub fn typing(&self) -> bool {
        self.mode().is_typing()
    }

    /// The field that takes what is typed now.
    pub(super) fn field(&mut self) -> Option<&mut Input> {
        let Mode::Field(field) = self.mode() else {
            return None;
        };
        match field {
            Field::Folder | Field::Database | Field::Unfinished | Field::Passphrase => {
                self.survey.field()
            }
            Field::BackupFolder => self.backup.form.as_mut(),
            Field::Key | Field::Place => self.keys.field(),
            Field::Filter => Some(&mut self.checks.filter),
            Field::Password => self.password_field(),
            Field::Confirm => Some(&mut self.apply.word),
            Field::Undo | Field::Safe => self.report.field(),
        }
    }

    /// The actions that do something here and now, the primary one first.
    pub fn offers(&self) -> Vec<Action> {
        match self.mode() {
            Mode::Unseen => vec![Action::Quit],
            Mode::Help => vec![Action::Back],
            Mode::Question(Question::Leave) => vec![Action::Primary, Action::Back],
            Mode::Connections => self.connections_offers(),
            Mode::Question(Question::Earlier | Question::Watch)
            | Mode::Field(_)
            | Mode::Command => self.step_offers(),
        }
    }

    /// The actions that do something in the step itself, whatever lies over it. The last of them are the ways out.
    pub fn step_offers(&self) -> Vec<Action> {
        let mode = self.mode_below();
        let mut offers = match (mode, self.step) {
            (Mode::Question(Question::Watch), _) => self.timer_offers(),
            (Mode::Question(_), _) => vec![Action::Primary],
            (Mode::Field(field), _) => self.field_offers(field),
            (_, Step::Survey) => self.survey_offers(),
            (_, Step::Backup) => self.backup_offers(),
            (_, Step::Keys) => self.keys_offers(),
            (_, Step::Checks) => self.checks_offers(),
            (_, Step::Plan) => self.plan_offers(),
            (_, Step::Passwords) => vec![Action::Primary],
            (_, Step::Apply) => self.apply_offers(),
            (_, Step::Report) => self.report_offers(),
        };
        offers.push(Action::Connections);
        if mode.closes_with_esc() || self.esc_leads_back() {
            offers.push(Action::Back);
        }
        offers.push(Action::Help);
        offers.push(if mode.is_typing() {
            Action::Interrupt
        } else {
            Action::Quit
        });
        offers
    }

    /// What moves in the list that the arrows move in. Not every list turns pages, and while letters are typed, some of these
    /// keys move within the field.
    pub fn list_moves(&self) -> Vec<Action> {
        let strategies = self.step == Step::Plan && self.plan.pane == plan::Pane::Strategies;
        match self.connections.open {
            false if strategies => vec![Action::Down],
            false if self.mode_below().is_typing() => vec![Action::Down, Action::PageDown],
            _ => vec![Action::Down, Action::PageDown, Action::First],
        }
    }

    /// Whether Esc stops what runs, where nothing within the step is closed by it first.
    pub fn esc_stops(&self) -> bool {
        let stoppable = |job: &Running| job.kind.stoppable();
        !self.mode_below().closes_with_esc() && self.running.as_ref().is_some_and(stoppable)
    }

    /// Whether Esc, with nothing to close, does more than say why it does nothing.
    fn esc_leads_back(&self) -> bool {
        let between =
            self.step > Step::Survey && !(self.step == Step::Report && self.report.is_over());
        let list = self.step == Step::Survey && self.may_choose_again();
        self.esc_stops() || list || between && !self.is_writing()
    }

    fn field_offers(&self, field: Field) -> Vec<Action> {
        let typed = |input: Option<&Input>| input.is_some_and(|input| !input.is_empty());
        let wipe = |some: bool| some.then_some(Action::EraseAll);
        match field {
            Field::Folder => match &self.survey.form {
                Some(survey::SurveyForm::Folder(input)) if !input.is_empty() => {
                    vec![Action::Primary, Action::NextPane, Action::EraseAll]
                }
                _ => vec![Action::NextPane],
            },
            Field::Database | Field::Safe => vec![Action::Primary, Action::NextPane],
            Field::BackupFolder => {
                let wipe = wipe(typed(self.backup.form.as_ref()));
                let first = [Action::Primary, Action::NextPane];
                first.into_iter().chain(wipe).collect()
            }
            Field::Key | Field::Place => {
                let some = typed(self.keys.input());
                let reveal = (field == Field::Key).then_some(Action::Reveal);
                let complete = (field == Field::Place).then_some(Action::NextPane);
                let primary = some.then_some(Action::Primary);
                let first = primary.into_iter().chain(complete);
                first.chain(reveal).chain(wipe(some)).collect()
            }
            Field::Password => self.passwords_offers(),
            // The question waits for its preview.
            Field::Undo if self.is_running(JobKind::ForeseeUndo) => vec![],
            Field::Unfinished
            | Field::Passphrase
            | Field::Filter
            | Field::Confirm
            | Field::Undo => {
                vec![Action::Primary]
            }
        }
    }
}
