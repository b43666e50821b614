//! What the keys of step 6 do.

use std::collections::BTreeSet;

use crate::domain::inventory::secret::Place;
use crate::domain::mail::ConnectionId;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::rung::Code;
use crate::domain::plan::Choices;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::worker::{Entered, JobId, PasswordsUsed, TestJob, Update};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::passwords::{Answer, Asked, EnterAction, State, Trial, asked, objection};
use crate::words::words;

impl Wizard {
    /// Finds out again which passwords are asked for: the lost ones, and those that their mail server refused.
    pub(super) fn refresh_asked(&mut self) {
        let choices = Choices {
            salvage: self.plan.salvage.clone(),
            entered: BTreeSet::new(),
        };
        let State {
            cursor,
            asked: before,
            answers,
            ..
        } = &self.passwords;
        // Nobody has chosen a field before the step was gone to.
        let chosen = before
            .get(cursor.at())
            .filter(|_| self.step >= Step::Passwords || self.typed() > 0)
            .map(|asked| asked.place.clone());
        let stays = chosen.clone().filter(|_| self.step == Step::Passwords);
        // What was typed stays asked for, also once its server took it, and so does the field under the cursor.
        let beside = |secret: &SecretReport| {
            stays.as_ref() == Some(&secret.place)
                || answers.get(&secret.place).is_some_and(Answer::given)
                || ConnectionId::of_secret(secret.kind, &secret.place)
                    .is_some_and(|id| self.connections.condemned(id))
        };
        let asked = self
            .assessment()
            .map(|a| asked(a, self.strategy(), &choices, &beside));
        self.passwords.asked = asked.unwrap_or_default();
        self.passwords.forget_copies();
        // The field that is typed into stays under the cursor, wherever it moved.
        let len = self.passwords.asked.len();
        let same = |asked: &Asked| Some(&asked.place) == chosen.as_ref();
        let at = self.passwords.asked.iter().position(same);
        let at = at.unwrap_or(self.passwords.cursor.at());
        self.passwords.cursor.set(at, len);
    }

    /// Answers that may be stored, by place.
    pub(in crate::wizard) fn entered(&self) -> Vec<(Place, Entered)> {
        let settled = |asked: &&Asked| {
            let answer = self.passwords.answers.get(&asked.place);
            answer.is_some_and(|answer| answer.settled(asked))
        };
        let asked = self.passwords.asked.iter().filter(settled);
        asked
            .filter_map(|asked| Some((asked.place.clone(), self.passwords.entered(&asked.place)?)))
            .collect()
    }

    /// The first password that was given and neither taken by its server nor kept untested.
    pub(super) fn unsettled(&self) -> Option<usize> {
        self.passwords.asked.iter().position(|asked| {
            let answer = self.passwords.answers.get(&asked.place);
            answer.is_some_and(|answer| answer.given() && !answer.settled(asked))
        })
    }

    /// Why the chosen password may not be stored yet.
    pub(super) fn unsettled_notice(&self) -> &'static str {
        let state = &self.passwords;
        let asked = state.asked.get(state.cursor.at());
        let answer = asked.and_then(|asked| state.answers.get(&asked.place));
        match answer.and_then(|answer| answer.trial.as_ref()) {
            Some(Trial::Ended(t)) if t.ended.code == Code::SameAsBefore => {
                words().password_not_tried
            }
            Some(Trial::Ended(t)) if t.ended.closes_server() => words().password_login_closed,
            Some(Trial::Ended(t)) if !t.ended.condemns_password() => words().password_not_judged,
            Some(Trial::Ended(_)) => words().password_refused,
            _ => words().password_unsettled,
        }
    }

    /// What Enter does on the chosen field.
    pub fn passwords_next(&self) -> EnterAction {
        let state = &self.passwords;
        let Some(asked) = state.asked.get(state.cursor.at()) else {
            return EnterAction::Apply;
        };
        match state.answers.get(&asked.place) {
            Some(answer) if answer.given() && !answer.settled(asked) => {
                match answer.answer_that_stands() {
                    Some(_) => EnterAction::Nothing,
                    None => EnterAction::Try,
                }
            }
            _ if state.cursor.at() + 1 < state.asked.len() => EnterAction::Field,
            _ => EnterAction::Apply,
        }
    }

    /// Forgets every answer; what is being tried is called off.
    pub(super) fn forget_answers(&mut self) -> Vec<Effect> {
        let running = self
            .passwords
            .answers
            .values()
            .filter_map(|a| match a.trial {
                Some(Trial::Running(id, _)) => Some(Effect::Cancel(id)),
                _ => None,
            });
        let effects = running.collect();
        self.passwords.answers.clear();
        effects
    }

    /// Whether this is a trial of a typed password, and what it says.
    pub(super) fn on_trial_update(&mut self, id: JobId, update: &Update) -> bool {
        let running = |answer: &&mut Answer| matches!(answer.trial, Some(Trial::Running(job, _)) if job == id);
        let Some(answer) = self.passwords.answers.values_mut().find(running) else {
            return false;
        };
        match update {
            Update::Probing(_, rung) => answer.trial = Some(Trial::Running(id, Some(*rung))),
            Update::Tested(tested) => {
                answer.trial = Some(Trial::Ended(tested.clone()));
                self.note_typed(tested);
            }
            Update::Failed(problem) => {
                answer.trial = None;
                let text = problem.to_string();
                self.say(&text);
            }
            Update::Done => answer.trial = None,
            _ => {}
        }
        true
    }

    /// What was said of the chosen password, where that stands: it is not sent again by Enter.
    fn standing_answer(&self) -> Option<&Tested> {
        let state = &self.passwords;
        let asked = state.asked.get(state.cursor.at())?;
        state.answers.get(&asked.place)?.answer_that_stands()
    }

    /// Whether the chosen password was not sent, as another login was refused with the same one.
    pub(super) fn trial_not_sent(&self) -> bool {
        let standing = self.standing_answer();
        standing.is_some_and(|tested| tested.ended.code == Code::SameAsBefore)
    }

    /// Whether the chosen password is sent by the operator's own word: not where this very login found it wrong.
    pub fn trial_waits(&self) -> bool {
        let standing = self.standing_answer();
        standing.is_some_and(|tested| !tested.ended.code.condemns_password())
    }

    /// Tries the chosen password at its server; with `again`, although another login was refused with it.
    fn start_trial(&mut self, again: bool) -> Vec<Effect> {
        let state = &self.passwords;
        let Some(asked) = state.asked.get(state.cursor.at()) else {
            return Vec::new();
        };
        let usable = state.answers.get(&asked.place).is_some_and(Answer::usable);
        let place = asked.place.clone();
        let (Some(connection), true, Some(entered)) =
            (asked.connection, usable, state.entered(&place))
        else {
            return Vec::new();
        };
        let id = self.next_job();
        if let Some(answer) = self.passwords.answers.get_mut(&place) {
            answer.trial = Some(Trial::Running(id, None));
        }
        vec![Effect::Test(
            id,
            TestJob {
                which: Some(vec![connection]),
                reading: PasswordsUsed::Rescued,
                typed: Some((place, entered)),
                again,
            },
        )]
    }

    /// How many passwords were typed and not yet applied.
    pub fn typed(&self) -> usize {
        self.passwords
            .answers
            .values()
            .filter(|answer| answer.given())
            .count()
    }

    pub(in crate::wizard) fn passwords_offers(&self) -> Vec<Action> {
        let Some(current) = self.passwords.asked.get(self.passwords.cursor.at()) else {
            return vec![Action::Primary];
        };
        let answer = self.passwords.answers.get(&current.place);
        let next = self.passwords_next();
        let unsettled = matches!(next, EnterAction::Try | EnterAction::Nothing);
        let standing = next == EnterAction::Nothing;
        let keepable = answer.is_some_and(|answer| answer.may_be_kept(current));
        let offers = [
            (next != EnterAction::Nothing, Action::Primary),
            (self.trial_waits(), Action::Retry),
            (unsettled && keepable, Action::KeepUntested),
            (self.passwords.asked.len() > 1, Action::Down),
            (true, Action::Reveal),
            (!self.passwords.offers(current).is_empty(), Action::SameAs),
            // The way on without it: what is empty is left as it is.
            (standing, Action::EraseAll),
        ];
        let offers = offers.into_iter().filter(|(offered, _)| *offered);
        offers.map(|(_, action)| action).collect()
    }

    pub(super) fn act_passwords(&mut self, action: Action) -> Vec<Effect> {
        let (at, len) = (self.passwords.cursor.at(), self.passwords.asked.len());
        let Some(current) = self.passwords.asked.get(at) else {
            return match action {
                Action::Primary => self.go(Step::Apply),
                _ => Vec::new(),
            };
        };
        let (place, offers) = (current.place.clone(), self.passwords.offers(current));
        let next = self.passwords_next();
        let waits = self.trial_waits();
        let may_be_kept = self
            .passwords
            .answers
            .get(&place)
            .is_some_and(|answer| answer.may_be_kept(current));
        let answer = self.passwords.answers.entry(place.clone()).or_default();
        match (action, next) {
            (Action::Primary, EnterAction::Apply) => return self.go(Step::Apply),
            (Action::Primary, EnterAction::Try) if answer.is_running() => {
                self.say(words().password_being_tried);
            }
            (Action::Primary, EnterAction::Try) => match objection(answer.input.expose()) {
                Some(objection) if answer.instead.is_none() => self.say(objection.sentence()),
                _ => return self.start_trial(false),
            },
            (Action::Primary, EnterAction::Nothing) => self.say(self.unsettled_notice()),
            (Action::Retry, EnterAction::Nothing) if waits => return self.start_trial(true),
            // That it does nothing is said, and why.
            (Action::Retry, EnterAction::Nothing) => self.say(words().password_refused),
            (Action::Retry, _) => {}
            (Action::Primary, EnterAction::Field) | (Action::NextPane, _) => {
                self.move_to(at + 1, len)
            }
            (Action::PreviousPane, _) => self.move_to(at.saturating_sub(1), len),
            (Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Row(_), _) => {
                self.passwords.cursor.act(action, len);
                self.passwords.revealed = false;
            }
            (Action::Reveal, _) => self.passwords.revealed = !self.passwords.revealed,
            (Action::KeepUntested, EnterAction::Try | EnterAction::Nothing) if may_be_kept => {
                self.passwords.changed(&place);
                self.passwords.answers.entry(place).or_default().trial = Some(Trial::Kept);
            }
            (Action::KeepUntested, _) => {}
            (Action::SameAs, _) if offers.is_empty() => {}
            (Action::SameAs, _) => {
                // Through the offers, then back to what was typed.
                let next = match &answer.instead {
                    None => Some(0),
                    Some(offer) => offers.iter().position(|o| o == offer).map(|n| n + 1),
                };
                answer.instead = next.and_then(|n| offers.get(n)).cloned();
                self.passwords.changed(&place);
            }
            (Action::Erase | Action::EraseAll, _) if answer.instead.is_some() => {
                answer.instead = None;
                self.passwords.changed(&place);
            }
            (action, _) => {
                let edits = matches!(action, Action::Erase | Action::EraseAll | Action::Delete);
                if answer.input.act(action) && edits {
                    self.passwords.changed(&place);
                }
            }
        }
        Vec::new()
    }

    fn move_to(&mut self, field: usize, len: usize) {
        self.passwords.revealed = false;
        self.passwords.cursor.set(field, len);
    }

    /// The field under the cursor, to type into; that takes the place of "same as", and of a password that was found wrong, as
    /// long as nobody has gone into it.
    pub(in crate::wizard) fn password_field(&mut self) -> Option<&mut Input> {
        let place = self
            .passwords
            .asked
            .get(self.passwords.cursor.at())?
            .place
            .clone();
        let answer = self.passwords.answers.entry(place.clone()).or_default();
        let wrong = answer
            .answer_that_stands()
            .is_some_and(|tested| tested.ended.code.condemns_password());
        let untouched = answer.input.cursor() == answer.input.chars();
        if wrong && untouched && answer.instead.is_none() {
            answer.input.clear();
        }
        answer.instead = None;
        self.passwords.changed(&place);
        let answer = self.passwords.answers.get_mut(&place)?;
        Some(&mut answer.input)
    }
}
