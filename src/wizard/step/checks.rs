//! Step 4: one row a mailbox (and one each for the system mail account, options, modules, users and `.env` values), one
//! cell a secret.

use crate::domain::inventory::secret::{SecretKind, Table};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
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
}

/// All rows that contain the filter's text, in the order of the assessment.
pub fn rows(assessment: &Assessment, filter: &str) -> Vec<OwnerRow> {
    let mut rows: Vec<OwnerRow> = Vec::new();
    let mut mailbox_row: std::collections::HashMap<u64, usize> = std::collections::HashMap::new();
    for (index, secret) in assessment.secrets.iter().enumerate() {
        if secret.place.cell.table == Table::Mailboxes {
            let id = secret.place.cell.id;
            let row = *mailbox_row.entry(id).or_insert_with(|| {
                let email = assessment
                    .mailboxes
                    .iter()
                    .find(|m| m.id == id)
                    .map_or("", |m| m.email.raw().as_str());
                rows.push(OwnerRow {
                    owner: secret.owner.to_string(),
                    email: shown(email).to_string(),
                    kind: None,
                    cells: Vec::new(),
                });
                rows.len() - 1
            });
            rows[row].cells.push(index);
        } else {
            let row = OwnerRow {
                owner: secret.owner.to_string(),
                email: String::new(),
                kind: Some(secret.kind),
                cells: vec![index],
            };
            rows.push(row);
        }
    }
    let filter = filter.trim().to_lowercase();
    rows.retain(|row| {
        row.owner.to_lowercase().contains(&filter) || row.email.to_lowercase().contains(&filter)
    });
    rows
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
    /// The rows that pass the filter.
    pub rows: Vec<OwnerRow>,
}
