//! Step 4: one row a mailbox (and one each for the system mail account, options, modules, users and `.env` values), one
//! cell a secret.

use std::collections::HashMap;

use crate::domain::inventory::secret::{SecretKind, Table};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::sentences;
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;
use crate::words::untrusted::shown;

/// One row: whose secrets, and where they stand in [`Assessment::secrets`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerRow {
    /// Whose, sanitised.
    pub owner: String,
    /// Address of a mailbox, sanitised; empty for others.
    pub email: String,
    /// What it is, where it is not a mailbox.
    pub kind: Option<SecretKind>,
    /// Indexes of the incoming, outgoing and OAuth secrets of a mailbox, or of the only one of another row.
    pub cells: Vec<usize>,
    /// Everything that is said in the row, in small letters: what a filter looks for.
    said: String,
}

impl OwnerRow {
    /// The secrets of the row.
    pub fn secrets<'a>(
        &'a self,
        assessment: &'a Assessment,
    ) -> impl Iterator<Item = &'a SecretReport> {
        self.cells
            .iter()
            .filter_map(|index| assessment.secrets.get(*index))
    }

    /// With what is said in it.
    fn complete(mut self, assessment: &Assessment) -> Self {
        let mut said = format!("{} {}", self.owner, self.email);
        for secret in self.secrets(assessment) {
            said.push(' ');
            said.push_str(sentences::kind(secret.kind));
            said.push(' ');
            said.push_str(&sentences::cell(secret, assessment));
        }
        self.said = said.to_lowercase();
        self
    }
}

/// All rows, in the order of the assessment.
fn rows(assessment: &Assessment) -> Vec<OwnerRow> {
    let mailboxes = assessment.mailboxes.iter();
    let emails: HashMap<u64, &str> = mailboxes.map(|m| (m.id, m.email.raw().as_str())).collect();
    let mut rows: Vec<OwnerRow> = Vec::new();
    let mut mailbox_row: HashMap<u64, usize> = HashMap::new();
    for (index, secret) in assessment.secrets.iter().enumerate() {
        let row = |email: &str, kind| OwnerRow {
            owner: secret.owner.to_string(),
            email: shown(email).to_string(),
            kind,
            cells: Vec::new(),
            said: String::new(),
        };
        let at = match secret.place.cell.table {
            Table::Mailboxes => {
                let id = secret.place.cell.id;
                *mailbox_row.entry(id).or_insert_with(|| {
                    let email = emails.get(&id).copied().unwrap_or_default();
                    rows.push(row(email, None));
                    rows.len() - 1
                })
            }
            _ => {
                rows.push(row("", Some(secret.kind)));
                rows.len() - 1
            }
        };
        rows[at].cells.push(index);
    }
    let rows = rows.into_iter();
    rows.map(|row| row.complete(assessment)).collect()
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// The chosen row.
    pub cursor: Cursor,
    /// The filter's text.
    pub filter: Input,
    /// Whether the filter is being typed.
    pub filtering: bool,
    /// Every row.
    rows: Vec<OwnerRow>,
    /// Those that pass the filter.
    shown: Vec<usize>,
}

impl State {
    /// How many rows pass the filter.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// One of those that pass the filter.
    pub fn row(&self, at: usize) -> Option<&OwnerRow> {
        self.rows.get(*self.shown.get(at)?)
    }

    /// Makes the rows again.
    pub(in crate::wizard) fn judged(&mut self, assessment: Option<&Assessment>) {
        self.rows = assessment.map(rows).unwrap_or_default();
        self.sift();
    }

    /// Shows the rows in which every word of the filter stands. The chosen one stays so, where it is one of them.
    pub(in crate::wizard) fn sift(&mut self) {
        let filter = self.filter.expose().to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let rows = self.rows.iter().enumerate();
        let passing = rows.filter(|(_, row)| words.iter().all(|word| row.said.contains(word)));
        let chosen = self.shown.get(self.cursor.at()).copied();
        self.shown = passing.map(|(at, _)| at).collect();
        let stays = self.shown.iter().position(|at| Some(*at) == chosen);
        let at = stays.unwrap_or(self.cursor.at());
        self.cursor.set(at, self.shown.len());
    }
}
