//! What a dump has said so far of where its rows are from, and for how long that counts.

use super::super::names::Said;

/// A database named so few bytes before a dump begins is that of the dump, as `pg_dumpall` names it.
const JUST_BEFORE: u64 = 512;

/// What a dump has said so far of where its rows are from.
#[derive(Default)]
pub(super) struct DumpOrigin {
    pub(super) host: Option<String>,
    pub(super) database: Option<String>,
    pub(super) schema: Option<String>,
    /// Where the last of them was named.
    at: u64,
    /// Whether the settings were met that a dump begins with.
    pub(super) settings: bool,
}

impl DumpOrigin {
    /// Another dump begins here: what was named counts for the one before, unless it was named just now.
    pub(super) fn another(&mut self, at: u64) {
        if at.saturating_sub(self.at) >= JUST_BEFORE || self.at == 0 {
            *self = Self::default();
        }
        self.settings = false;
    }

    /// Takes what a line at this place says. Whether it is of another database than before.
    pub(super) fn take(&mut self, said: Said, at: u64) -> bool {
        self.at = at.max(1);
        match said {
            Said::Host(host, None) => self.host = Some(host),
            Said::Host(host, Some(database)) => {
                self.host = Some(host);
                return self.database.replace(database.clone()) != Some(database);
            }
            Said::Schema(schema) => self.schema = Some(schema),
            Said::Database(database) => {
                let other = self.database.as_ref() != Some(&database);
                if other {
                    self.schema = None;
                }
                self.database = Some(database);
                return other;
            }
        }
        false
    }
}
