//! Step 6: new passwords, only for what cannot be recovered. Each is tried at its mail server before it counts; only the
//! operator's own word lets an untested one pass. What was typed stays until it is applied or we end.

mod asked;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::inventory::secret::{Place, SecretBytes, SecretKind};
use crate::domain::mail::probe::Tested;
use crate::domain::mail::rung::{Code, Rung};
use crate::engine::worker::{Entered, JobId};
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;
use crate::words::words;

pub use asked::{Asked, OlderCopy, asked};

/// What the operator answered.
#[derive(Debug, Default)]
pub struct Answer {
    /// What was typed.
    pub input: Input,
    /// Instead: what is known already.
    pub instead: Option<Offer>,
    /// What the mail server says to it.
    pub trial: Option<Trial>,
}

/// A password that need not be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// The same as this secret.
    SameAs(Place),
    /// The older copy with this number. One that is perhaps another mailbox's must be tested.
    Older(u64),
    /// What stands in a log: which of those that are offered. Unproven, so it must be tested.
    Logged(usize),
}

/// A typed password at its mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// It is being tried, at this rung.
    Running(JobId, Option<Rung>),
    /// It was tried.
    Ended(Box<Tested>),
    /// The operator keeps it untested.
    Kept,
}

impl Answer {
    /// Whether there is one.
    pub fn given(&self) -> bool {
        self.instead.is_some() || !self.input.is_empty()
    }

    /// Whether it may be stored: FreeScout would work with it, and the server took it, or the operator insists.
    pub fn settled(&self, asked: &Asked) -> bool {
        let taken = match &self.trial {
            Some(Trial::Ended(tested)) => tested.ended.code == Code::Ok,
            Some(Trial::Kept) => true,
            // What cannot be tested passes, but for what only a log says.
            Some(Trial::Running(..)) | None => {
                asked.connection.is_none() && self.may_be_kept(asked)
            }
        };
        taken && self.usable()
    }

    pub(in crate::wizard) fn usable(&self) -> bool {
        self.given() && (self.instead.is_some() || objection(self.input.expose()).is_none())
    }

    /// Whether the operator's word lets it pass untested: never what only a log says, nor an older copy that may be
    /// another mailbox's and can be tried.
    pub(in crate::wizard) fn may_be_kept(&self, asked: &Asked) -> bool {
        self.usable()
            && match self.instead {
                Some(Offer::Logged(_)) => false,
                Some(Offer::Older(number)) => asked
                    .older_copy(number)
                    .is_some_and(|older| older.certain || asked.connection.is_none()),
                Some(Offer::SameAs(_)) | None => true,
            }
    }

    /// Whether it is a text of its own.
    fn is_typed(&self) -> bool {
        self.instead.is_none() && !self.input.is_empty()
    }

    /// What the server said to this very password, where that stands.
    pub(in crate::wizard) fn answer_that_stands(&self) -> Option<&Tested> {
        match &self.trial {
            Some(Trial::Ended(tested)) if tested.ended.stands() => Some(tested),
            _ => None,
        }
    }

    pub(in crate::wizard) fn is_running(&self) -> bool {
        matches!(self.trial, Some(Trial::Running(..)))
    }
}

/// What Enter does in the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnterAction {
    /// Tries the password at its server.
    Try,
    /// Nothing: its server has answered already, and is not asked the same again by this key.
    Nothing,
    /// Goes to the next field.
    Field,
    /// Goes on to the last plan.
    Apply,
}

/// Why FreeScout would not work with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// FreeScout takes a text of asterisks for "unchanged".
    OnlyAsterisks,
    /// FreeScout takes `0` for "no password" when it fetches.
    Zero,
}

impl Objection {
    /// What is wrong with it, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::OnlyAsterisks => words().password_asterisks,
            Self::Zero => words().password_zero,
        }
    }
}

/// Why FreeScout would not work with this text.
pub fn objection(text: &str) -> Option<Objection> {
    match text {
        "0" => Some(Objection::Zero),
        text if !text.is_empty() && text.chars().all(|c| c == '*') => {
            Some(Objection::OnlyAsterisks)
        }
        _ => None,
    }
}

/// A note with passwords, which a demo brings along.
#[derive(Debug)]
pub struct Note {
    /// Its file.
    pub file: PathBuf,
    /// What stands on it.
    pub passwords: Vec<NotedPassword>,
}

/// A password on a note.
#[derive(Debug)]
pub struct NotedPassword {
    /// Who logs in with it.
    pub login: String,
    /// Which of the passwords of that login it is.
    pub kind: SecretKind,
    /// The password.
    pub password: SecretBytes,
}

impl Note {
    /// What it says of a password that is asked for.
    pub fn says(&self, asked: &Asked) -> Option<&NotedPassword> {
        let mut noted = self.passwords.iter();
        noted.find(|noted| noted.login == asked.login && noted.kind == asked.kind)
    }
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// The chosen field.
    pub cursor: Cursor,
    /// The passwords asked for under the chosen strategy.
    pub asked: Vec<Asked>,
    /// Whether the chosen field shows its text.
    pub revealed: bool,
    /// What was answered, by place; kept when a place is no longer asked for.
    pub answers: BTreeMap<Place, Answer>,
    /// The note of a demo.
    pub note: Option<Note>,
    /// Trials that nobody waits for any more.
    pub(in crate::wizard) called_off: Vec<JobId>,
}

impl State {
    /// Whether a password is being tried.
    pub fn trying(&self) -> bool {
        self.answers.values().any(Answer::is_running)
    }

    /// Whether a password is to be stored that its server was not asked about, or did not take.
    pub(in crate::wizard) fn keeps_untested(&self) -> bool {
        let answered = |asked: &&Asked| self.answers.get(&asked.place);
        let mut answers = self.asked.iter().filter_map(|asked| answered(&asked));
        answers.any(|answer| answer.given() && answer.trial == Some(Trial::Kept))
    }

    /// What can be taken over: an older copy, readable secrets, those typed already, older copies that are perhaps another
    /// mailbox's, and what stands in a log.
    pub fn offers(&self, asked: &Asked) -> Vec<Offer> {
        let typed = |place: &Place| self.answers.get(place).is_some_and(Answer::is_typed);
        let same = asked.same.iter().map(|(place, ..)| place);
        let same = same.filter(|place| !self.is_asked(place) || typed(place));
        let (certain, doubtful): (Vec<&OlderCopy>, _) = asked.older.iter().partition(|o| o.certain);
        let older = |copies: Vec<&OlderCopy>| -> Vec<Offer> {
            copies.iter().map(|o| Offer::Older(o.number)).collect()
        };
        let logged = (0..asked.logged.len()).map(Offer::Logged);
        older(certain)
            .into_iter()
            .chain(same.cloned().map(Offer::SameAs))
            .chain(older(doubtful))
            .chain(logged)
            .collect()
    }

    /// Older copies that are no longer offered are no answer any more.
    pub(in crate::wizard) fn forget_copies(&mut self) {
        for asked in &self.asked {
            let Some(answer) = self.answers.get_mut(&asked.place) else {
                continue;
            };
            if let Some(Offer::Older(number)) = answer.instead
                && asked.older_copy(number).is_none()
            {
                answer.instead = None;
                if let Some(Trial::Running(id, _)) = answer.trial.take() {
                    self.called_off.push(id);
                }
            }
        }
    }

    fn is_asked(&self, place: &Place) -> bool {
        self.asked.iter().any(|asked| asked.place == *place)
    }

    /// What was answered for a place, for the engine.
    pub(in crate::wizard) fn entered(&self, place: &Place) -> Option<Entered> {
        let answer = self.answers.get(place)?;
        let typed = |answer: &Answer| {
            (!answer.input.is_empty()).then(|| Entered::Typed(answer.input.to_secret()))
        };
        match &answer.instead {
            // Typed in this very step: the engine does not know it yet.
            Some(Offer::SameAs(other)) if self.is_asked(other) => typed(self.answers.get(other)?),
            Some(Offer::SameAs(other)) => Some(Entered::SameAs(other.clone())),
            Some(Offer::Older(number)) => Some(Entered::Older(place.clone(), *number)),
            Some(Offer::Logged(n)) => Some(Entered::Logged(place.clone(), *n)),
            None => typed(answer),
        }
    }

    /// An answer changes: what its server said no longer holds, nor what was said to those that are the same as it.
    pub(in crate::wizard) fn changed(&mut self, place: &Place) {
        let plain = self.answers.get(place).is_some_and(Answer::is_typed);
        for (other, answer) in &mut self.answers {
            let same = matches!(&answer.instead, Some(Offer::SameAs(other)) if other == place);
            if (other == place || same)
                && let Some(Trial::Running(id, _)) = answer.trial.take()
            {
                self.called_off.push(id);
            }
            if same && !plain {
                answer.instead = None;
            }
        }
    }
}
