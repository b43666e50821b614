//! What the watch writes down in the journal: the record of each install, and what was told of it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::outbox::{self, Undelivered};
use super::rows::{as_json, path_of, text};
use super::{Journal, JournalError};
use crate::domain::run::belongs::{DataId, InstallIdentity, RecordOwner};
use crate::domain::run::watch::record::{TriedLogin, WatchRecord};
use crate::domain::run::watch::{News, Turn, WatchCode, WatchReport, WatchState};
use crate::io::install::identified;
use crate::words::untrusted::Untrusted;

/// So many told matters of an install are kept.
const MAX_TOLD: i64 = 20_000;

/// Something that was told of an install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldNews {
    /// The install's folder.
    pub install: PathBuf,
    /// When, RFC 3339.
    pub at: String,
    /// Name of the [`Turn`].
    pub turn: String,
    /// Name of the [`WatchCode`].
    pub code: String,
    /// Name of the [`WatchState`].
    pub severity: String,
    /// What it was about.
    pub subject: Untrusted,
    /// The sentence.
    pub message: Untrusted,
}

impl ToldNews {
    /// Why it was told, where we know that reason.
    pub fn known_turn(&self) -> Option<Turn> {
        Turn::ALL.into_iter().find(|turn| turn.name() == self.turn)
    }

    /// Whether both are of one kind, and were told of one install in one round.
    pub fn is_alike(&self, other: &Self) -> bool {
        let together = self.install == other.install && self.at == other.at;
        together && self.code == other.code && self.turn == other.turn
    }
}

impl Journal {
    /// What the last round of the watch wrote down of an install; `None` before the first one, or where that cannot be
    /// understood: then a round begins anew.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn watch_record(&self, install: &Path) -> Result<Option<WatchRecord>, JournalError> {
        let Some(row) = self.watched(install)? else {
            return Ok(None);
        };
        let stored: Option<String> = self
            .connection
            .query_row("SELECT record FROM watched WHERE id = ?1", [row], |row| {
                row.get(0)
            })
            .optional()
            .map_err(self.failed())?
            .flatten();
        Ok(stored.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The logins that were tried on all other installs: those may be copies of this one.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn logins_elsewhere(&self, install: &Path) -> Result<Vec<TriedLogin>, JournalError> {
        let row = self.watched(install)?;
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT record FROM watched WHERE id IS NOT ?1 AND record IS NOT NULL")?;
            let records = statement.query_map([row], |row| row.get(0))?;
            records.collect::<rusqlite::Result<Vec<String>>>()
        };
        let records = read().map_err(self.failed())?;
        let records = records
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok());
        Ok(records
            .flat_map(|record: WatchRecord| record.logins.into_values())
            .collect())
    }

    /// When the last round that had something to write down was; `None` before the first one.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn round_written(&self, install: &Path) -> Result<Option<Timestamp>, JournalError> {
        let Some(row) = self.watched(install)? else {
            return Ok(None);
        };
        let at: Option<String> = self
            .connection
            .query_row("SELECT at FROM watched WHERE id = ?1", [row], |row| {
                row.get(0)
            })
            .map_err(self.failed())?;
        Ok(at.and_then(|at| at.parse().ok()))
    }

    /// Writes down the record of a round that is about to try logins, with them as begun.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing is written down, and none may be tried.
    pub fn begin_logins(
        &mut self,
        install: &Path,
        record: &WatchRecord,
    ) -> Result<(), JournalError> {
        let record = as_json(record).map_err(self.failed())?;
        self.commit_of(install, |t, row| {
            t.execute(
                "UPDATE watched SET record = ?2 WHERE id = ?1",
                params![row, record],
            )
            .map(|_| ())
        })
    }

    /// Writes down what a round came to, and in the same transaction what is told of it: as told, and as not delivered yet.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing is written down.
    pub fn write_round(
        &mut self,
        install: &Path,
        record: &WatchRecord,
        report: &WatchReport,
    ) -> Result<(), JournalError> {
        let record = as_json(record).map_err(self.failed())?;
        self.commit_of(install, |t, row| {
            t.execute(
                "UPDATE watched SET record = ?2, at = ?3 WHERE id = ?1",
                params![row, record, report.at.to_string()],
            )?;
            for one in &report.news {
                insert_news(t, row, one, report.at)?;
            }
            outbox::insert(t, &Undelivered::of(report.clone()))?;
            t.execute(
                "DELETE FROM told WHERE watched = ?1 AND id <= (SELECT id FROM told WHERE watched = ?1 \
                 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                params![row, MAX_TOLD],
            )
            .map(|_| ())
        })
    }

    /// What was told of an install, or of all of them, the last first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn told(&self, install: Option<&Path>) -> Result<Vec<ToldNews>, JournalError> {
        let Some(row) = self.asked(install)? else {
            return Ok(Vec::new());
        };
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT install, told.at, turn, code, severity, subject, message FROM told \
                 JOIN watched ON watched.id = told.watched \
                 WHERE ?1 IS NULL OR watched = ?1 ORDER BY told.id DESC LIMIT ?2",
            )?;
            let told = statement.query_map(params![row, MAX_TOLD], |row| {
                Ok(ToldNews {
                    install: path_of(row.get(0)?),
                    at: row.get(1)?,
                    turn: row.get(2)?,
                    code: row.get(3)?,
                    severity: row.get(4)?,
                    subject: row.get::<_, String>(5)?.into(),
                    message: row.get::<_, String>(6)?.into(),
                })
            })?;
            told.collect::<rusqlite::Result<Vec<ToldNews>>>()
        };
        read().map_err(self.failed())
    }

    /// The row of an install, where there is one.
    pub(super) fn watched(&self, install: &Path) -> Result<Option<i64>, JournalError> {
        let install = identified(install);
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT id, install, identity, data FROM watched ORDER BY id DESC")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let data: Option<String> = row.get(3)?;
                let its = InstallIdentity {
                    folder: row.get(1).map(path_of)?,
                    filed: row.get(2).map(path_of)?,
                    data: data.map(DataId::from_recorded),
                };
                if its.belongs_to(&install) != RecordOwner::Other {
                    return row.get(0).map(Some);
                }
            }
            Ok(None)
        };
        read().map_err(self.failed())
    }

    /// The row of the install that is asked for; `Some(None)` where all are, `None` where it has none.
    pub(super) fn asked(
        &self,
        install: Option<&Path>,
    ) -> Result<Option<Option<i64>>, JournalError> {
        match install {
            None => Ok(Some(None)),
            Some(install) => Ok(self.watched(install)?.map(Some)),
        }
    }

    /// Writes something down of an install, in one transaction that also makes its row where there is none.
    pub(super) fn commit_of(
        &mut self,
        install: &Path,
        write: impl FnOnce(&Transaction<'_>, i64) -> rusqlite::Result<()>,
    ) -> Result<(), JournalError> {
        let there = self.watched(install)?;
        let its = identified(install);
        self.commit(|t| {
            let row = row_of(t, there, &its)?;
            write(t, row)
        })
    }
}

/// The row of an install, made where there is none.
fn row_of(
    transaction: &Transaction<'_>,
    there: Option<i64>,
    its: &InstallIdentity,
) -> rusqlite::Result<i64> {
    if let Some(row) = there {
        return Ok(row);
    }
    transaction.execute(
        "INSERT INTO watched (install, identity, data) VALUES (?1, ?2, ?3)",
        params![
            text(&its.folder),
            text(&its.filed),
            its.data.as_ref().map(DataId::as_str)
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}

fn insert_news(
    transaction: &Transaction<'_>,
    row: i64,
    news: &News,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    let (code, severity): (WatchCode, WatchState) = (news.matter.code, news.matter.severity);
    transaction.execute(
        "INSERT INTO told (watched, at, turn, code, severity, subject, message) VALUES (?,?,?,?,?,?,?)",
        params![
            row,
            now.to_string(),
            news.turn.name(),
            code.name(),
            severity.name(),
            news.matter.subject,
            news.matter.message
        ],
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::run::watch::fleet::FleetMemory;
    use crate::domain::run::watch::record::KnownInstall;
    use crate::domain::run::watch::steps::NextSteps;
    use crate::domain::run::watch::{Matter, WatchedInstall};

    fn report(news: Vec<News>) -> WatchReport {
        WatchReport {
            schema: 1,
            install: WatchedInstall {
                host: "server1".to_owned(),
                path: "/srv/desk".to_owned(),
                name: "desk".to_owned(),
                version: String::new(),
                container: None,
            },
            at: Timestamp::UNIX_EPOCH,
            as_of: None,
            state: WatchState::Ok,
            news,
            standing: Vec::new(),
            checks: Vec::new(),
        }
    }

    #[test]
    fn a_round_is_found_again_and_what_was_told_is_history() {
        let state = tempfile::tempdir().unwrap();
        let (install, other) = (Path::new("/srv/desk"), Path::new("/srv/other"));
        let mut journal = Journal::open(state.path()).unwrap();
        assert_eq!(journal.watch_record(install).unwrap(), None);
        let record = WatchRecord {
            known: Some(KnownInstall {
                key: Some("aaa".to_owned()),
                ..KnownInstall::default()
            }),
            ..WatchRecord::default()
        };
        let now = Timestamp::UNIX_EPOCH;
        let news = News {
            turn: Turn::Began,
            matter: Matter {
                code: WatchCode::LoginFails,
                severity: WatchState::Critical,
                since: now,
                subject: "a@example.org".to_owned(),
                message: "It fails.".to_owned(),
                next: NextSteps::default(),
            },
        };
        let told = report(vec![news]);
        journal.write_round(install, &record, &told).unwrap();
        journal
            .write_round(install, &record, &report(vec![]))
            .unwrap();
        assert_eq!(journal.watch_record(install).unwrap(), Some(record));
        assert_eq!(journal.round_written(install).unwrap(), Some(now));
        assert_eq!(journal.round_written(other).unwrap(), None);
        let waiting = journal.undelivered().unwrap();
        assert_eq!(waiting.len(), 1, "what is not news waits for nobody");
        let (id, undelivered) = &waiting[0];
        assert_eq!(undelivered.report, told);
        journal.delivered_to(*id, &["mail"]).unwrap();
        assert_eq!(journal.undelivered().unwrap()[0].1.taken, ["mail"]);
        journal.delivered(*id).unwrap();
        assert_eq!(journal.undelivered().unwrap(), []);
        assert_eq!(journal.watch_record(other).unwrap(), None);
        let told = journal.told(Some(install)).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].code, "login_fails");
        assert_eq!(told[0].at, "1970-01-01T00:00:00Z");
        assert_eq!(journal.told(None).unwrap(), told);
        assert_eq!(journal.told(Some(other)).unwrap(), []);
    }

    #[test]
    fn a_journal_of_an_earlier_form_learns_of_the_watch() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        let fourth = "ALTER TABLE watched DROP COLUMN at; DROP TABLE fleet; DROP TABLE undelivered; PRAGMA user_version = 4;";
        journal.connection.execute_batch(fourth).unwrap();
        drop(journal);
        let journal = Journal::open(state.path()).unwrap();
        assert_eq!(journal.undelivered().unwrap(), []);
        let third = "DROP TABLE watched; DROP TABLE told; DROP TABLE safes; DROP TABLE fleet; DROP TABLE undelivered; \
                     PRAGMA user_version = 3;";
        journal.connection.execute_batch(third).unwrap();
        drop(journal);
        let journal = Journal::open(state.path()).unwrap();
        assert_eq!(journal.told(None).unwrap(), []);
        assert_eq!(journal.fleet().unwrap(), FleetMemory::default());
    }
}
