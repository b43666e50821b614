//! What a text does not say of its own rows: the name of its file says of which table they are, a file beside it how that
//! table was made.
//!
//! `mysqldump --tab` writes `mailboxes.sql` with the table and `mailboxes.txt` with its rows, mydumper
//! `desk.mailboxes-schema.sql` and `desk.mailboxes.00000.sql`, `pg_dump -Fd` and `-Ft` a table of contents and a file of
//! rows for each table; exports of a table are often named after it.

use jiff::civil::DateTime;

use super::heads;
use super::origin::PayloadOrigin;
use super::rows::{Layout, table_of};
use crate::domain::inventory::secret::Table;

/// Endings of files that hold rows and nothing else.
const ROWS: [&str; 6] = ["csv", "tsv", "txt", "tab", "out", "dat"];

/// What is known of a text beside its bytes.
#[derive(Debug, Clone, Default)]
pub struct TextContext {
    /// The name of its file or member, without folders and without the ending of what it is packed with.
    pub name: Option<String>,
    /// The rows that it begins with.
    pub rows: Option<HeadlessRows>,
    /// How the tables were made whose rows it may hold.
    pub tables: Vec<MadeTable>,
}

impl TextContext {
    /// The table whose rows the file holds, by its name: with its prefix, and which of FreeScout's it is.
    pub(super) fn table(&self) -> Option<(&str, Table)> {
        table_of_rows(self.name.as_deref()?)
    }

    /// The layout of this table of this database, where all that tell it agree.
    pub(super) fn layout(&self, name: &[u8], database: Option<&str>) -> Option<&Layout> {
        let same = |made: &&MadeTable| {
            let made = &made.origin;
            let other = made.database.as_deref().zip(database);
            made.table.as_ref().is_some_and(|t| t.as_bytes() == name)
                && other.is_none_or(|(made, here)| made == here)
        };
        let mut layouts = self.tables.iter().filter(same).map(|made| &made.layout);
        let first = layouts.next()?;
        layouts.all(|layout| layout == first).then_some(first)
    }
}

/// The table that a file of rows is named after: `mailboxes.csv`, `desk.fs_mailboxes.tsv`, `mailboxes_202506190300.csv`,
/// `mailboxes (1).csv`.
pub fn table_of_rows(name: &str) -> Option<(&str, Table)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let of_rows = ROWS.iter().any(|rows| ending.eq_ignore_ascii_case(rows));
    let stem = stem.trim_end_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '(' | ')' | ' ' | '-' | '_' | '.')
    });
    let table = stem.rsplit('.').next().unwrap_or(stem);
    let kind = of_rows.then(|| table_of(table.as_bytes()))??;
    Some((table, kind))
}

/// Rows whose table and columns stand elsewhere, in lines as `COPY` has them.
#[derive(Debug, Clone)]
pub struct HeadlessRows {
    pub(super) origin: PayloadOrigin,
    pub(super) layout: Layout,
    pub(super) date: Option<DateTime>,
}

impl HeadlessRows {
    /// The rows that a `COPY … FROM stdin;` leads to, in a dump of this database made then. `None` where they are of no
    /// table that is read.
    pub fn of_copy(
        statement: &[u8],
        database: Option<&str>,
        date: Option<DateTime>,
    ) -> Option<Self> {
        let head = heads::copy(statement.trim_ascii_end())?;
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        Some(Self {
            layout: Layout::of(&head)?,
            origin: PayloadOrigin {
                database: database.map(str::to_owned),
                schema: head.qualifier.as_deref().map(text),
                table: Some(text(&head.name)),
                ..PayloadOrigin::default()
            },
            date,
        })
    }
}

/// How a dump says that a table of FreeScout was made.
#[derive(Debug, Clone)]
pub struct MadeTable {
    pub(super) origin: PayloadOrigin,
    pub(super) layout: Layout,
    pub(super) date: Option<DateTime>,
    /// Whether rows of it stand in the same text.
    pub(super) filled: bool,
}

impl MadeTable {
    /// Its name, with its prefix.
    pub fn name(&self) -> &str {
        self.origin.table.as_deref().unwrap_or_default()
    }

    /// Whether rows of it stand in the same text.
    pub fn is_filled(&self) -> bool {
        self.filled
    }

    /// Its rows, which stand in another file.
    pub fn rows(&self) -> HeadlessRows {
        HeadlessRows {
            origin: self.origin.clone(),
            layout: self.layout.clone(),
            date: self.date,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_named_after_their_table() {
        for (name, table) in [
            ("mailboxes.csv", "mailboxes"),
            ("desk.fs_mailboxes.TSV", "fs_mailboxes"),
            ("mailboxes_202506190300.csv", "mailboxes"),
            ("options (1).csv", "options"),
            ("modules.txt", "modules"),
            ("desk.mailboxes.00000.dat", "mailboxes"),
        ] {
            assert_eq!(table_of_rows(name).map(|t| t.0), Some(table), "{name}");
        }
        for name in ["mailboxes.sql", "mailboxes", "users.csv", "options.csv.bak"] {
            assert!(table_of_rows(name).is_none(), "{name}");
        }
    }
}
