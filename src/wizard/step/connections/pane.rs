//! What the pane knows: its rows, what the last tests came to, the rounds that run, and where the cursor is.

use std::collections::{BTreeMap, BTreeSet};

use super::{MailboxRow, Side};
use crate::domain::mail::probe::{TestCaution, Tested};
use crate::domain::mail::rung::Rung;
use crate::domain::mail::{ConnectionId, Direction};
use crate::engine::worker::JobId;
use crate::wizard::message::Action;
use crate::wizard::parts::list::Cursor;

/// How far a test has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestProgress {
    /// It waits for its turn.
    Waiting,
    /// It is at this rung.
    At(Rung),
}

/// What is known of a connection: its last tests, and the one that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::wizard) struct ConnectionTests {
    /// With the stored password.
    pub(in crate::wizard) stored: Option<Box<Tested>>,
    /// With the one that stands in step 6, as long as it stands there.
    typed: Option<Box<Tested>>,
    pub(in crate::wizard) now: Option<TestProgress>,
}

impl ConnectionTests {
    fn last(&self) -> Option<&Tested> {
        self.typed.as_deref().or(self.stored.as_deref())
    }
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
    pub(in crate::wizard) rows: Vec<MailboxRow>,
    /// The mailbox of the chosen row: rows come and go under the filter, the choice stays.
    chosen: Option<Option<u64>>,
    /// What is known of each connection.
    pub(in crate::wizard) known: BTreeMap<ConnectionId, ConnectionTests>,
    /// Whose stored password was found wrong in an earlier round. That is no result of this one: it may have been changed
    /// since.
    pub(in crate::wizard) refused_earlier: BTreeSet<ConnectionId>,
    /// The rounds that run, each with what it has not finished.
    pub(in crate::wizard) rounds: BTreeMap<JobId, BTreeSet<ConnectionId>>,
}

impl State {
    /// The last test of a connection.
    pub fn last(&self, id: ConnectionId) -> Option<&Tested> {
        self.known.get(&id)?.last()
    }

    /// How far the test of a connection has come that runs.
    pub fn progress(&self, id: ConnectionId) -> Option<TestProgress> {
        self.known.get(&id)?.now
    }

    /// The rows that are shown.
    pub fn shown(&self) -> Vec<&MailboxRow> {
        let open = |side: &Side| self.last(side.id).is_some_and(|t| t.ended.code.is_open());
        self.rows
            .iter()
            .filter(|row| !self.failing_only || row.sides.iter().any(open))
            .collect()
    }

    /// Whether a server found the stored password wrong, in this round or, as far as this one does not know, before.
    pub fn condemned(&self, id: ConnectionId) -> bool {
        let stored = self.known.get(&id).and_then(|known| known.stored.as_ref());
        stored.map_or(self.refused_earlier.contains(&id), |t| {
            t.ended.condemns_password()
        })
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
        !self.known.is_empty()
    }

    /// Everything that was tested, in the order of the mailboxes.
    pub fn tested(&self) -> Vec<&Tested> {
        self.rows
            .iter()
            .flat_map(|row| &row.sides)
            .filter_map(|side| self.last(side.id))
            .collect()
    }

    /// Which stored passwords were found wrong: the next round asks for them, and tests again.
    pub(in crate::wizard) fn all_condemned(&self) -> BTreeSet<ConnectionId> {
        let sides = self.rows.iter().flat_map(|row| &row.sides);
        sides
            .map(|side| side.id)
            .filter(|id| self.condemned(*id))
            .collect()
    }

    /// Whether a login waits for the operator's word before its password is sent.
    pub(in crate::wizard) fn any_waits(&self) -> bool {
        let waits = |t: &&Tested| t.ended.waits_for_a_word();
        self.tested().iter().any(waits)
    }

    /// Whether a login was itself refused with its stored password: that one is not sent again, so another is needed. One
    /// that was only not tried may be right.
    pub(in crate::wizard) fn any_refused(&self) -> bool {
        let mut sides = self.rows.iter().flat_map(|row| &row.sides);
        sides.any(|side| {
            let known = self.known.get(&side.id).and_then(|k| k.stored.as_ref());
            known.map_or(self.refused_earlier.contains(&side.id), |t| {
                t.ended.code.condemns_password()
            })
        })
    }

    /// Asks for these in the new round too.
    pub(in crate::wizard) fn remember_refused(&mut self, refused: BTreeSet<ConnectionId>) {
        self.refused_earlier = refused;
    }

    /// A round ended, or was called off: what it did not finish is as it was before it was asked for.
    pub(in crate::wizard) fn end(&mut self, id: JobId) {
        for left in self.rounds.remove(&id).unwrap_or_default() {
            if let Some(known) = self.known.get_mut(&left) {
                known.now = None;
            }
        }
        self.known
            .retain(|_, known| known.last().is_some() || known.now.is_some());
        self.refocus();
    }

    /// A login with the stored password ended.
    pub(in crate::wizard) fn note_stored(&mut self, tested: &Tested) {
        let known = self.known.entry(tested.id).or_default();
        known.stored = Some(Box::new(tested.clone()));
        known.now = None;
        self.refocus();
    }

    /// A login with a typed password ended: FreeScout does not have that one yet.
    pub(in crate::wizard) fn note_typed(&mut self, tested: &Tested) {
        let mut tested = tested.clone();
        tested.ended.cautions.push(TestCaution::NotStored);
        let known = self.known.entry(tested.id).or_default();
        known.typed = Some(Box::new(tested));
        self.refocus();
    }

    /// Forgets what was said to typed passwords that no longer stand.
    pub(in crate::wizard) fn keep_typed(&mut self, stands: &dyn Fn(ConnectionId) -> bool) {
        let State { known, rounds, .. } = self;
        let before = known.len();
        known.retain(|id, known| {
            if known.typed.is_some() && !stands(*id) {
                known.typed = None;
            }
            let asked = rounds.values().any(|left| left.contains(id));
            known.last().is_some() || known.now.is_some() || asked
        });
        if known.len() != before {
            self.refocus();
        }
    }

    /// The cursor on the chosen mailbox again, wherever its row moved; on a neighbour where it is gone.
    pub(in crate::wizard) fn refocus(&mut self) {
        let shown = self.shown();
        let len = shown.len();
        let key = |row: &&MailboxRow| row.sides.first().map(|side| side.id.mailbox);
        let at = shown
            .iter()
            .position(|row| self.chosen.is_some() && key(row) == self.chosen);
        let at = at.unwrap_or(self.cursor.at());
        let chosen = shown.get(at.min(len.saturating_sub(1))).and_then(key);
        self.cursor.set(at, len);
        if chosen.is_some() {
            self.chosen = chosen;
        }
    }

    pub(in crate::wizard) fn drop_empty(&mut self) {
        self.known
            .retain(|_, known| known.last().is_some() || known.now.is_some());
        self.refocus();
    }

    pub(in crate::wizard) fn move_cursor(&mut self, action: Action) {
        let len = self.shown().len();
        if len > 1 && self.cursor.act(action, len) {
            self.chosen = None;
            self.refocus();
        }
    }
}
