//! The connections pane: every mailbox with its two directions, and what the tests say of them, live.
//!
//! Tests run beside the jobs: this room keeps their rounds apart by their names. Nothing is tested unasked, but for the
//! proof after a recovery.

use std::collections::{BTreeMap, BTreeSet};

use super::list::Cursor;
use super::message::{Action, Effect};
use super::update::Wizard;
use crate::domain::assessment::Assessment;
use crate::domain::connection::{Connection, ConnectionId, Direction, connections};
use crate::domain::probe::{Code, Rung, Tested, Verdict};
use crate::domain::sanitize::sanitize;
use crate::engine::job::{JobId, Reading, TestJob, Update};
use crate::words::words;

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its test waits for its turn.
    Waiting,
    /// Its test is at this rung.
    At(Rung),
    /// It was tested.
    Ended(Box<Tested>),
}

/// One direction of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Which connection.
    pub id: ConnectionId,
    /// `IMAP`, `POP3`, `SMTP`; empty where there is nothing to connect to.
    pub protocol: String,
    /// `server:port`, sanitised; empty likewise.
    pub server: String,
}

/// One mailbox in the pane; the system mail account is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, sanitised.
    pub name: String,
    /// Its address, sanitised.
    pub email: String,
    /// Incoming (not of the system mail account), outgoing.
    pub sides: Vec<Side>,
}

/// The pane.
#[derive(Debug, Default)]
pub struct State {
    /// Whether it is open over a narrow screen, or has the cursor on a wide one.
    pub open: bool,
    /// The chosen row among those shown.
    pub cursor: Cursor,
    /// Only rows where something does not work.
    pub failing_only: bool,
    /// Whose ladder is shown.
    pub outgoing: bool,
    /// Every mailbox.
    rows: Vec<Row>,
    /// What is known of each connection.
    standings: BTreeMap<ConnectionId, Standing>,
    /// The rounds that run, each with what it has not finished.
    rounds: BTreeMap<JobId, BTreeSet<ConnectionId>>,
}

impl State {
    /// How a connection stands; nothing of one that was not asked for.
    pub fn standing(&self, id: ConnectionId) -> Option<&Standing> {
        self.standings.get(&id)
    }

    /// The rows that are shown.
    pub fn shown(&self) -> Vec<&Row> {
        self.rows
            .iter()
            .filter(|row| !self.failing_only || row.sides.iter().any(|s| self.is_open(s.id)))
            .collect()
    }

    fn is_open(&self, id: ConnectionId) -> bool {
        matches!(self.standing(id), Some(Standing::Ended(tested)) if tested.ended.code.is_open())
    }

    /// Whether the server found the stored password wrong.
    pub fn condemned(&self, id: ConnectionId) -> bool {
        let condemns = |code: Code| code.condemns_password() || code == Code::SameAsBefore;
        matches!(self.standing(id), Some(Standing::Ended(tested)) if condemns(tested.ended.code))
    }

    /// The side whose ladder is shown.
    pub fn chosen(&self) -> Option<&Side> {
        let shown = self.shown();
        let row = shown.get(self.cursor.at())?;
        let side = row
            .sides
            .iter()
            .find(|s| (s.id.direction == Direction::Outgoing) == self.outgoing);
        side.or(row.sides.first())
    }

    /// Whether a test runs.
    pub fn running(&self) -> bool {
        !self.rounds.is_empty()
    }

    /// How many tests have not ended yet.
    pub fn left(&self) -> usize {
        self.rounds.values().map(BTreeSet::len).sum()
    }

    /// Whether anything was tested, or is.
    pub fn begun(&self) -> bool {
        !self.standings.is_empty()
    }

    /// Everything that was tested, in the order of the mailboxes.
    pub fn tested(&self) -> Vec<&Tested> {
        self.rows
            .iter()
            .flat_map(|row| &row.sides)
            .filter_map(|side| match self.standing(side.id) {
                Some(Standing::Ended(tested)) => Some(&**tested),
                _ => None,
            })
            .collect()
    }

    /// How many of the tested connections that should work do: those, and of how many.
    pub fn proven(&self) -> (usize, usize) {
        let tested = self.tested();
        let matter = |t: &&&Tested| !matches!(t.ended.code, Code::NotNeeded | Code::NotConfigured);
        let ok = |t: &&&Tested| t.ended.code.verdict() == Verdict::Ok;
        (
            tested.iter().filter(ok).count(),
            tested.iter().filter(matter).count(),
        )
    }

    /// Takes every result out.
    pub(super) fn take_results(&mut self) -> BTreeMap<ConnectionId, Standing> {
        std::mem::take(&mut self.standings)
    }

    /// Puts results back.
    pub(super) fn put_results(&mut self, results: BTreeMap<ConnectionId, Standing>) {
        self.standings = results;
    }

    /// A round ended, or was called off: what it did not finish is as it was before it was asked for.
    fn end(&mut self, id: JobId) {
        for left in self.rounds.remove(&id).unwrap_or_default() {
            if !matches!(self.standing(left), Some(Standing::Ended(_))) {
                self.standings.remove(&left);
            }
        }
    }

    fn clamp(&mut self) {
        let len = self.shown().len();
        self.cursor.clamp(len);
    }
}

/// One row a mailbox, and one for the system mail account where there is one.
pub fn rows(assessment: &Assessment) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for connection in connections(&assessment.mailboxes, &assessment.system_mail) {
        let system = connection.id.mailbox.is_none();
        if system && assessment.system_mail.driver.is_empty() {
            continue;
        }
        let side = side(&connection);
        match rows.last_mut() {
            Some(row) if connection.id.direction == Direction::Outgoing && !system => {
                row.sides.push(side);
            }
            _ => rows.push(Row {
                name: match system {
                    true => words().system_mail.to_owned(),
                    false => sanitize(&connection.owner),
                },
                email: sanitize(&connection.email),
                sides: vec![side],
            }),
        }
    }
    rows
}

fn side(connection: &Connection) -> Side {
    let target = connection.target.as_ref().ok();
    Side {
        id: connection.id,
        protocol: target.map_or_else(String::new, |t| t.protocol.to_string()),
        server: target.map_or_else(String::new, |t| sanitize(&t.server())),
    }
}

impl Wizard {
    /// Makes the rows again, after the assessment changed.
    pub(super) fn refresh_connections(&mut self) {
        let rows = self.assessment().map(rows).unwrap_or_default();
        self.connections.rows = rows;
        self.connections.clamp();
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
        self.connections.standings.clear();
        effects
    }

    /// What is read before a recovery is what it would bring back; afterwards, what FreeScout reads.
    fn reading(&self) -> Reading {
        match self.report.applied {
            Some(_) if self.report.undone.is_none() => Reading::InForce,
            _ => Reading::Rescued,
        }
    }

    /// Tests these connections; nothing while they are being tested already.
    pub(super) fn start_tests(&mut self, ids: Vec<ConnectionId>) -> Vec<Effect> {
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
            self.connections
                .standings
                .insert(*connection, Standing::Waiting);
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
            },
        )]
    }

    /// Tests every connection.
    pub(super) fn test_all(&mut self) -> Vec<Effect> {
        let sides = self.connections.rows.iter().flat_map(|row| &row.sides);
        let all = sides.map(|side| side.id).collect();
        self.start_tests(all)
    }

    /// Whether this is a round of tests, and what it says.
    pub(super) fn on_test_update(&mut self, id: JobId, update: &Update) -> bool {
        let State {
            rounds, standings, ..
        } = &mut self.connections;
        let Some(left) = rounds.get_mut(&id) else {
            return false;
        };
        match update {
            Update::Probing(connection, rung) if left.contains(connection) => {
                standings.insert(*connection, Standing::At(*rung));
            }
            Update::Tested(tested) if left.remove(&tested.id) => {
                standings.insert(tested.id, Standing::Ended(tested.clone()));
                self.connections.clamp();
                if self.connections.condemned(tested.id) {
                    self.refresh_asked();
                }
            }
            Update::Failed(problem) => {
                let text = problem.to_string();
                self.say(&text);
            }
            Update::Done => {
                self.connections.end(id);
                self.connections.clamp();
            }
            _ => {}
        }
        true
    }

    /// A typed password was tried: that is news of its connection too.
    pub(super) fn note_tested(&mut self, tested: &Tested) {
        let standing = Standing::Ended(Box::new(tested.clone()));
        self.connections.standings.insert(tested.id, standing);
        self.connections.clamp();
    }

    pub(super) fn connections_offers(&self) -> Vec<Action> {
        let some = !self.connections.shown().is_empty();
        let mut offers = Vec::new();
        if some {
            offers.push(Action::Primary);
        }
        if !self.connections.rows.is_empty() {
            offers.push(Action::TestAll);
        }
        if self.connections.running() {
            offers.push(Action::StopTests);
        }
        if some {
            offers.extend([Action::NextPane, Action::Down]);
        }
        offers.extend([Action::FailingOnly, Action::Back]);
        offers
    }

    pub(super) fn act_connections(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary => {
                let shown = self.connections.shown();
                let chosen = shown.get(self.connections.cursor.at());
                let ids = chosen
                    .map(|row| row.sides.iter().map(|side| side.id).collect())
                    .unwrap_or_default();
                return self.start_tests(ids);
            }
            Action::TestAll => return self.test_all(),
            Action::StopTests => return self.stop_tests(),
            Action::FailingOnly => {
                self.connections.failing_only = !self.connections.failing_only;
                self.connections.clamp();
            }
            Action::NextPane | Action::PreviousPane | Action::Left | Action::Right => {
                self.connections.outgoing = !self.connections.outgoing;
            }
            action => {
                let len = self.connections.shown().len();
                self.connections.cursor.act(action, len);
            }
        }
        Vec::new()
    }
}
