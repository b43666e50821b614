//! What is to be told and has not reached everybody yet, and what is remembered of all installs that are watched. A round puts
//! its news here in the transaction that settles them, so nothing that ends between that and the telling loses any.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::rows::as_json;
use super::{Journal, JournalError};
use crate::domain::run::watch::WatchReport;
use crate::domain::run::watch::fleet::FleetMemory;

/// So many wait; the oldest give way.
const MOST_KEPT: i64 = 200;
/// And so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(72);

/// News that has not reached everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// Since when it waits.
    pub since: Timestamp,
    /// The channels that took it.
    pub taken: Vec<String>,
    /// What is told.
    pub report: WatchReport,
}

impl Undelivered {
    /// The news of a report, which nobody has yet.
    pub fn of(report: WatchReport) -> Self {
        Self {
            since: report.at,
            taken: Vec::new(),
            report,
        }
    }
}

impl Journal {
    /// What is remembered of all installs.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn fleet(&self) -> Result<FleetMemory, JournalError> {
        let stored: Option<String> = self
            .connection
            .query_row("SELECT memory FROM fleet", [], |row| row.get(0))
            .optional()
            .map_err(self.failed())?;
        let memory = stored.and_then(|text| serde_json::from_str(&text).ok());
        Ok(memory.unwrap_or_default())
    }

    /// Remembers that of all installs, and in the same transaction what is told of it.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing is written down.
    pub fn keep_fleet(
        &mut self,
        memory: &FleetMemory,
        news: &[Undelivered],
    ) -> Result<(), JournalError> {
        let memory = as_json(memory).map_err(self.failed())?;
        self.commit(|t| {
            t.execute(
                "INSERT INTO fleet (one, memory) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET memory = ?1",
                [memory],
            )?;
            news.iter().try_for_each(|one| insert(t, one))
        })
    }

    /// What has not reached everybody, the oldest first, each with its number.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn undelivered(&self) -> Result<Vec<(i64, Undelivered)>, JournalError> {
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT id, since, taken, report FROM undelivered ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                let (since, taken, report): (String, String, String) =
                    (row.get(1)?, row.get(2)?, row.get(3)?);
                Ok((row.get(0)?, since, taken, report))
            })?;
            rows.collect::<rusqlite::Result<Vec<(i64, String, String, String)>>>()
        };
        let rows = read().map_err(self.failed())?;
        let understood = rows.into_iter().filter_map(|(id, since, taken, report)| {
            let one = Undelivered {
                since: since.parse().ok()?,
                taken: serde_json::from_str(&taken).ok()?,
                report: serde_json::from_str(&report).ok()?,
            };
            Some((id, one))
        });
        Ok(understood.collect())
    }

    /// Writes down who took a piece of news.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn delivered_to(&mut self, id: i64, taken: &[&str]) -> Result<(), JournalError> {
        let taken = as_json(&taken).map_err(self.failed())?;
        self.commit(|t| {
            t.execute(
                "UPDATE undelivered SET taken = ?2 WHERE id = ?1",
                params![id, taken],
            )
            .map(|_| ())
        })
    }

    /// Writes down that a piece of news has reached everybody.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn delivered(&mut self, id: i64) -> Result<(), JournalError> {
        self.commit(|t| {
            t.execute("DELETE FROM undelivered WHERE id = ?1", [id])
                .map(|_| ())
        })
    }
}

/// Puts news to the others that wait, and lets go of what waited too long. What is no news waits for nobody.
pub(super) fn insert(transaction: &Transaction<'_>, one: &Undelivered) -> rusqlite::Result<()> {
    if one.report.news.is_empty() {
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO undelivered (since, taken, report) VALUES (?1, ?2, ?3)",
        params![
            one.since.to_string(),
            as_json(&one.taken)?,
            as_json(&one.report)?
        ],
    )?;
    let oldest = one
        .report
        .at
        .saturating_sub(KEPT_FOR)
        .unwrap_or(Timestamp::MIN);
    transaction.execute(
        "DELETE FROM undelivered WHERE since < ?1 OR id <= (SELECT id FROM undelivered ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        params![oldest.to_string(), MOST_KEPT],
    )?;
    Ok(())
}
