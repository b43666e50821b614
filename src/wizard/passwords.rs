//! Step 6: new passwords, only for what cannot be recovered. What was typed stays until it is applied or we end.

use std::collections::{BTreeMap, BTreeSet};

use super::input::Input;
use super::list::Cursor;
use super::message::{Action, Effect};
use super::step::Step;
use super::update::Wizard;
use crate::domain::assessment::{Assessment, SecretReport};
use crate::domain::inventory::SecretKind;
use crate::domain::mailbox::OAuthProvider;
use crate::domain::plan::{self, Choices};
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Place, Table};
use crate::engine::job::Entered;

/// How many accounts of the same login are offered.
const SAME_OFFERED: usize = 5;

/// A password that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where it will be stored.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// Whose, sanitised.
    pub owner: String,
    /// The login it belongs to, sanitised.
    pub login: String,
    /// The server it is for, sanitised.
    pub server: String,
    /// Row id of an OAuth mailbox, whose "password" is the client secret.
    pub oauth_mailbox: Option<u64>,
    /// Readable secrets of the same account, each with its owner and kind.
    pub same: Vec<(Place, String, SecretKind)>,
}

/// What the operator answered.
#[derive(Debug, Default)]
pub struct Answer {
    /// What was typed.
    pub input: Input,
    /// Instead: the same as this secret.
    pub same_as: Option<Place>,
}

impl Answer {
    /// Whether there is one.
    pub fn given(&self) -> bool {
        self.same_as.is_some() || !self.input.is_empty()
    }
}

/// Why FreeScout would not work with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// FreeScout takes a text of asterisks for "unchanged".
    OnlyAsterisks,
    /// FreeScout takes `0` for "no password" when it fetches.
    Zero,
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
}

/// The login and server of a secret.
fn account(assessment: &Assessment, secret: &SecretReport) -> (String, String) {
    if secret.kind == SecretKind::SystemMail {
        let mail = &assessment.system_mail;
        return (
            sanitize(&mail.username),
            sanitize(&format!("{}:{}", mail.host, mail.port)),
        );
    }
    let Some(mailbox) = assessment
        .mailboxes
        .iter()
        .find(|m| m.id == secret.place.cell.id)
    else {
        return (String::new(), String::new());
    };
    let (login, server, port) = match secret.kind {
        SecretKind::Incoming => (&mailbox.in_username, &mailbox.in_server, mailbox.in_port),
        _ => (&mailbox.out_username, &mailbox.out_server, mailbox.out_port),
    };
    (sanitize(login), sanitize(&format!("{server}:{port}")))
}

/// The passwords that a plan of this assessment leaves to be entered.
pub fn asked(assessment: &Assessment, strategy: plan::Strategy, choices: &Choices) -> Vec<Asked> {
    let Ok(plan) = plan::make(
        strategy,
        &assessment.secrets,
        &assessment.circumstances,
        choices,
    ) else {
        return Vec::new();
    };
    let lost: BTreeSet<&Place> = plan.lost().map(|step| &step.place).collect();
    let left = |secret: &&SecretReport| {
        secret.enterable() && (lost.contains(&secret.place) || secret.probably_wiped())
    };
    let mut readable: BTreeMap<String, Vec<&SecretReport>> = BTreeMap::new();
    for secret in assessment
        .secrets
        .iter()
        .filter(|s| s.enterable() && s.verdict.key().is_some())
    {
        readable
            .entry(account(assessment, secret).0)
            .or_default()
            .push(secret);
    }
    let oauth = |secret: &SecretReport| -> Option<(u64, OAuthProvider)> {
        let mailbox = assessment
            .mailboxes
            .iter()
            .find(|m| m.id == secret.place.cell.id)?;
        (secret.place.cell.table == Table::Mailboxes).then_some((mailbox.id, mailbox.oauth?))
    };
    assessment
        .secrets
        .iter()
        .filter(left)
        .map(|secret| {
            let (login, server) = account(assessment, secret);
            let same = readable
                .get(&login)
                .map(Vec::as_slice)
                .filter(|_| !login.is_empty())
                .unwrap_or_default();
            let same = same
                .iter()
                .filter(|other| other.place != secret.place)
                .take(SAME_OFFERED);
            Asked {
                place: secret.place.clone(),
                kind: secret.kind,
                owner: sanitize(&secret.owner),
                server,
                oauth_mailbox: oauth(secret).map(|(id, _)| id),
                same: same
                    .map(|s| (s.place.clone(), sanitize(&s.owner), s.kind))
                    .collect(),
                login,
            }
        })
        .collect()
}

impl Wizard {
    /// Finds out again which passwords are asked for.
    pub(super) fn refresh_asked(&mut self) {
        let choices = Choices {
            salvage: self.plan.salvage.clone(),
            entered: BTreeSet::new(),
        };
        let asked = self
            .assessment()
            .map(|a| asked(a, self.strategy(), &choices));
        self.passwords.asked = asked.unwrap_or_default();
        self.passwords.cursor.clamp(self.passwords.asked.len());
    }

    /// Answers that can be used, by place.
    pub(super) fn entered(&self) -> Vec<(Place, Entered)> {
        let usable = |asked: &Asked| {
            let answer = self.passwords.answers.get(&asked.place)?;
            let entered = match &answer.same_as {
                Some(other) => Entered::SameAs(other.clone()),
                None if answer.input.is_empty() || objection(answer.input.expose()).is_some() => {
                    return None;
                }
                None => Entered::Typed(answer.input.to_secret()),
            };
            Some((asked.place.clone(), entered))
        };
        self.passwords.asked.iter().filter_map(usable).collect()
    }

    /// How many passwords were typed and not yet applied.
    pub fn typed(&self) -> usize {
        self.passwords
            .answers
            .values()
            .filter(|answer| answer.given())
            .count()
    }

    pub(super) fn passwords_offers(&self) -> Vec<Action> {
        let Some(current) = self.passwords.asked.get(self.passwords.cursor.at()) else {
            return vec![Action::Primary];
        };
        let mut offers = vec![Action::Primary, Action::Down, Action::Reveal];
        if !current.same.is_empty() {
            offers.push(Action::SameAs);
        }
        offers
    }

    pub(super) fn act_passwords(&mut self, action: Action) -> Vec<Effect> {
        let State {
            cursor,
            asked,
            answers,
            ..
        } = &mut self.passwords;
        let (at, len) = (cursor.at(), asked.len());
        let Some(current) = asked.get(at) else {
            return if action == Action::Primary {
                self.go(Step::Apply)
            } else {
                Vec::new()
            };
        };
        let answer = answers.entry(current.place.clone()).or_default();
        match action {
            Action::Primary if at + 1 >= len => return self.go(Step::Apply),
            Action::Primary | Action::NextPane => self.move_to(at + 1, len),
            Action::PreviousPane => self.move_to(at.saturating_sub(1), len),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
                cursor.act(action, len);
                self.passwords.revealed = false;
            }
            Action::Reveal => self.passwords.revealed = !self.passwords.revealed,
            Action::SameAs => {
                // Through the offers, then back to what was typed.
                let next = match &answer.same_as {
                    None => Some(0),
                    Some(place) => current
                        .same
                        .iter()
                        .position(|(p, ..)| p == place)
                        .map(|n| n + 1),
                };
                answer.same_as = next
                    .and_then(|n| current.same.get(n))
                    .map(|(place, ..)| place.clone());
            }
            Action::Erase | Action::EraseAll if answer.same_as.is_some() => answer.same_as = None,
            action => {
                answer.input.act(action);
            }
        }
        Vec::new()
    }

    fn move_to(&mut self, field: usize, len: usize) {
        self.passwords.revealed = false;
        self.passwords.cursor.set(field, len);
    }

    /// The field under the cursor; typing into it takes the place of "same as".
    pub(super) fn password_field(&mut self) -> Option<&mut Input> {
        let place = self
            .passwords
            .asked
            .get(self.passwords.cursor.at())?
            .place
            .clone();
        let answer = self.passwords.answers.entry(place).or_default();
        answer.same_as = None;
        Some(&mut answer.input)
    }
}
