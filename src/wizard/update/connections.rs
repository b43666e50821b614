//! What the keys of the connections pane do.
//!
//! Tests run beside the jobs: this room keeps their rounds apart by their names. Nothing is tested unasked, but for the
//! proof after a recovery.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::inventory::secret::{Place, SecretKind, Table};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::rung::Code;
use crate::domain::mail::{ConnectionId, Direction};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::{JobId, PasswordsUsed, TestJob, Update};
use crate::wizard::message::{Action, Effect};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::connections::{Side, State, TestProgress, rows};
use crate::wizard::step::passwords::Trial;

impl Wizard {
    /// Makes the rows again, after the assessment changed.
    pub(super) fn refresh_connections(&mut self) {
        let rows = self.assessment().map(rows).unwrap_or_default();
        self.connections.rows = rows;
        // What we judged ourselves without asking a server may be otherwise now.
        for known in self.connections.known.values_mut() {
            let ours =
                |t: &Tested| matches!(t.ended.code, Code::UnreadablePassword | Code::NoPassword);
            if known.stored.as_deref().is_some_and(ours) {
                known.stored = None;
            }
        }
        self.connections.drop_empty();
    }

    /// Forgets what was said to passwords that are others now.
    pub(super) fn forget_changed(&mut self, before: &Assessment, after: &Assessment) {
        let after: BTreeMap<&Place, Option<Fingerprint>> = after
            .secrets
            .iter()
            .map(|secret| (&secret.place, secret.verdict.key()))
            .collect();
        for secret in &before.secrets {
            let (place, key) = (&secret.place, secret.verdict.key());
            // A key that was found since tells more of the same text.
            if key.is_none() || after.get(place) == Some(&key) {
                continue;
            }
            let logins: Vec<ConnectionId> = match (place.cell.table, secret.kind) {
                (Table::Mailboxes, _) => Direction::BOTH
                    .map(|direction| ConnectionId::of(place.cell.id, direction))
                    .into(),
                (_, SecretKind::SystemMail) => vec![ConnectionId::SYSTEM_MAIL],
                _ => Vec::new(),
            };
            for id in logins {
                if let Some(known) = self.connections.known.get_mut(&id) {
                    known.stored = None;
                }
            }
        }
        self.connections.drop_empty();
    }

    /// Keeps what was said to typed passwords only as long as they stand in step 6.
    pub(super) fn settle_typed(&mut self) {
        let Wizard {
            passwords,
            connections,
            ..
        } = self;
        connections.keep_typed(&|id| {
            let answers = passwords.answers.values();
            let mut trials = answers.filter_map(|answer| answer.trial.as_ref());
            trials.any(|trial| matches!(trial, Trial::Ended(tested) if tested.id == id))
        });
    }

    /// Calls off what runs.
    pub(super) fn stop_tests(&mut self) -> Vec<Effect> {
        let rounds: Vec<JobId> = self.connections.rounds.keys().copied().collect();
        for id in &rounds {
            self.connections.end(*id);
        }
        rounds.into_iter().map(Effect::Cancel).collect()
    }

    /// Forgets every result and calls off what runs.
    pub(super) fn forget_connections(&mut self) -> Vec<Effect> {
        let effects = self.stop_tests();
        self.connections.known.clear();
        self.connections.refused_earlier.clear();
        // Nothing fails any more that it could show.
        self.connections.failing_only = false;
        self.connections.refocus();
        effects
    }

    /// What is read before a recovery is what it would bring back; afterwards, what FreeScout reads.
    fn reading(&self) -> PasswordsUsed {
        match self.report.applied {
            Some(_) if self.report.undone.is_none() => PasswordsUsed::InForce,
            _ => PasswordsUsed::Rescued,
        }
    }

    /// Tests these connections; nothing while they are being tested already.
    fn start_tests(&mut self, ids: Vec<ConnectionId>, again: bool) -> Vec<Effect> {
        let busy: BTreeSet<ConnectionId> = self
            .connections
            .rounds
            .values()
            .flatten()
            .copied()
            .collect();
        let which: Vec<ConnectionId> = ids.into_iter().filter(|id| !busy.contains(id)).collect();
        if which.is_empty() {
            return Vec::new();
        }
        let id = self.next_job();
        for connection in &which {
            let known = self.connections.known.entry(*connection).or_default();
            known.now = Some(TestProgress::Waiting);
        }
        self.connections
            .rounds
            .insert(id, which.iter().copied().collect());
        let reading = self.reading();
        vec![Effect::Test(
            id,
            TestJob {
                which: Some(which),
                reading,
                typed: None,
                again,
            },
        )]
    }

    /// Tests every connection.
    pub(super) fn test_all(&mut self) -> Vec<Effect> {
        let sides = self.connections.rows.iter().flat_map(|row| &row.sides);
        let all = sides.map(|side| side.id).collect();
        self.start_tests(all, false)
    }

    /// Whether this is a round of tests, and what it says.
    pub(super) fn on_test_update(&mut self, id: JobId, update: &Update) -> bool {
        let State { rounds, known, .. } = &mut self.connections;
        let Some(left) = rounds.get_mut(&id) else {
            return false;
        };
        match update {
            Update::Probing(connection, rung) if left.contains(connection) => {
                known.entry(*connection).or_default().now = Some(TestProgress::At(*rung));
            }
            Update::Tested(tested) if left.remove(&tested.id) => self.note_stored(tested),
            Update::Failed(problem) => {
                let text = problem.to_string();
                self.say(&text);
            }
            Update::Done => self.connections.end(id),
            _ => {}
        }
        true
    }

    /// A connection was tested: the report that was saved is no longer the last word, and step 6 may ask for another
    /// password.
    fn note_stored(&mut self, tested: &Tested) {
        let before = self.connections.condemned(tested.id);
        self.connections.note_stored(tested);
        self.report.outdated = true;
        if self.connections.condemned(tested.id) != before {
            self.refresh_asked();
        }
    }

    /// A typed password was tested.
    pub(super) fn note_typed(&mut self, tested: &Tested) {
        self.connections.note_typed(tested);
        self.report.outdated = true;
    }

    /// Whether what is chosen was not tried, as another login was refused with the same password: it is sent once, by the
    /// operator's own word.
    pub fn sends_once(&self) -> bool {
        if self.connections.open {
            let chosen = self.connections.chosen();
            let last = chosen.and_then(|side| self.connections.last(side.id));
            return last.is_some_and(|t| t.ended.code == Code::SameAsBefore);
        }
        self.step == Step::Passwords && self.trial_not_sent()
    }

    /// What means something in the pane, the primary one first.
    pub fn connections_offers(&self) -> Vec<Action> {
        let state = &self.connections;
        let shown = state.shown();
        let idle = |side: &&Side| state.progress(side.id).is_none();
        let row = shown.get(state.cursor.at());
        let testable = row.is_some_and(|row| row.sides.iter().any(|side| idle(&side)));
        let waits = |side: &&Side| {
            let last = state.last(side.id);
            last.is_some_and(|t| t.ended.waits_for_a_word())
        };
        let sides = state.rows.iter().flat_map(|row| &row.sides);
        let offers = [
            (testable, Action::Primary),
            (
                state.chosen().filter(idle).is_some_and(|side| waits(&side)),
                Action::Retry,
            ),
            (sides.clone().any(|side| idle(&side)), Action::TestAll),
            (state.running(), Action::StopTests),
            (!shown.is_empty(), Action::NextPane),
            (true, Action::FailingOnly),
            (shown.len() > 1, Action::Down),
            (true, Action::Back),
            (true, Action::Help),
            (true, Action::Quit),
        ];
        let offers = offers.into_iter().filter(|(offered, _)| *offered);
        offers.map(|(_, action)| action).collect()
    }

    pub(super) fn act_connections(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary => {
                let shown = self.connections.shown();
                let chosen = shown.get(self.connections.cursor.at());
                let ids = chosen
                    .map(|row| row.sides.iter().map(|side| side.id).collect())
                    .unwrap_or_default();
                return self.start_tests(ids, false);
            }
            Action::TestAll => return self.test_all(),
            Action::StopTests => return self.stop_tests(),
            Action::FailingOnly => {
                self.connections.failing_only = !self.connections.failing_only;
                self.connections.refocus();
            }
            // What was not sent unasked is sent by the operator's own word.
            Action::Retry => {
                let chosen = self.connections.chosen().map(|side| side.id);
                let waits = |id: &ConnectionId| {
                    let last = self.connections.last(*id);
                    last.is_some_and(|t| t.ended.waits_for_a_word())
                };
                let ids = chosen.into_iter().filter(waits).collect();
                return self.start_tests(ids, true);
            }
            Action::NextPane | Action::PreviousPane | Action::Left | Action::Right
                if !self.connections.shown().is_empty() =>
            {
                self.connections.outgoing = !self.connections.outgoing;
            }
            action => self.connections.move_cursor(action),
        }
        Vec::new()
    }
}
