//! The end of every recovery, begun now or taken up again: the config cache follows, everything is read again, and what
//! FreeScout reads is compared with what was meant.

use std::collections::{HashMap, HashSet};

use super::config_cache;
use super::run_log::{Ledger, RunId};
use crate::domain::config::KeySource;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::Place;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::plan::{Plan, PlanAction};
use crate::domain::run::{Intent, PlannedSecret, Run, RunPhase};
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::hunt::processes::Workers;
use crate::engine::progress::Progress;
use crate::engine::session::{Session, elsewhere, reading};
use crate::engine::worker::Applied;
use crate::io::container::within;
use crate::io::fs;
use crate::io::state::backup::{Backup, RecoveryRecord, WrittenCell, WrittenFile};
use crate::sentences;
use crate::words::{joined, words};

/// How many places are named.
const NAMED: usize = 5;

/// A recovery whose rows and files are written.
pub struct ToVerify<'a> {
    /// What was announced.
    pub run: &'a Run,
    /// Under this number.
    pub id: RunId,
    /// The key it ends with.
    pub target: AppKey,
    /// The plan, as announced.
    pub plan: &'a [PlannedSecret],
    /// The backup it rests on.
    pub backup: &'a Backup,
    /// What undo goes by.
    pub record: RecoveryRecord,
    /// What the operator should know, so far.
    pub notes: Vec<String>,
    /// Whether queue workers may be restarted.
    pub workers: Workers,
}

/// A plan as it is announced.
pub fn planned(plan: &Plan) -> Vec<PlannedSecret> {
    let secret = |step: &crate::domain::plan::PlanStep| PlannedSecret {
        place: step.place.clone(),
        action: step.action.code().to_owned(),
        readable_after: step.action.readable_after(),
    };
    plan.steps.iter().map(secret).collect()
}

/// What undo goes by, from what was announced.
pub fn record(session: &Session, run: &Run, intent: &Intent, backup: &Backup) -> RecoveryRecord {
    let mut files = written_files(intent);
    if run.refresh {
        // Named before it is touched: an interrupted recovery can be undone whole. Its digest follows.
        files.push(WrittenFile {
            origin: session.install.cache_path(),
            saved: backup.saved_name("files/config.php"),
            new_sha256: None,
        });
    }
    RecoveryRecord {
        schema: 1,
        started: run.started.clone(),
        strategy: run.strategy.clone().unwrap_or_default(),
        key: run.key.clone().unwrap_or_default(),
        cells: written_cells(intent),
        files,
        undone: None,
    }
}

/// The stored texts that were announced, as a record names them.
pub fn written_cells(intent: &Intent) -> Vec<WrittenCell> {
    let cells = intent.cells.iter();
    cells
        .map(|intended| WrittenCell::new(&intended.cell, intended.new.clone()))
        .collect()
}

/// The files that were announced, likewise.
pub fn written_files(intent: &Intent) -> Vec<WrittenFile> {
    let files = intent.files.iter().map(|file| WrittenFile {
        origin: file.path.clone(),
        saved: file.saved.clone(),
        new_sha256: file.new.clone(),
    });
    files.collect()
}

impl ToVerify<'_> {
    /// Makes FreeScout forget the old key.
    ///
    /// # Errors
    /// A [`Problem`] when FreeScout still runs on another key afterwards; the caller decides what becomes of the rest.
    pub fn refresh(
        &mut self,
        session: &mut Session,
        ledger: &mut Ledger,
        progress: &mut Progress<'_>,
    ) -> Result<(), Problem> {
        if !self.run.refresh {
            return Ok(());
        }
        let w = words();
        progress(w.apply_cache, 0, None);
        ledger.step(self.id, RunPhase::Cache)?;
        self.notes.extend(config_cache::refresh(
            session,
            self.run.artisan.then(|| ledger.php_limit()),
            self.target.text(),
            &self.workers,
            self.may_remove(session),
        ));
        // A file that cannot be read again is told later, as something that was not verified.
        if session.reread_files().is_ok()
            && session.install.key_in_force().text.expose() != self.target.text()
        {
            let beside = [w.opcache_hint, w.workers_told, w.workers_not_told];
            let notes = self.notes.iter().map(String::as_str);
            let why: Vec<&str> = notes.filter(|note| !beside.contains(note)).collect();
            let next = match within::is_stopped() {
                true => w.container_start_first,
                false => w.cache_stays_next,
            };
            return Err(ErrorKind::CacheNotRefreshed.problem(
                w.cache_stays,
                joined::sentences(&why),
                next,
            ));
        }
        let cache = session.install.cache_path();
        if let Some(file) = self.record.files.iter_mut().find(|f| f.origin == cache) {
            let read = session.install.cache_file.as_ref();
            file.new_sha256 = read.map(|file| fs::hex(&file.digest()));
        }
        // The record stands already; only the cache's digest would be missing from it.
        let _ = self.backup.record(&self.record);
        Ok(())
    }

    /// Reads everything again as FreeScout would, and tells what came of it. The run ends here.
    pub fn prove(
        mut self,
        session: &mut Session,
        ledger: &mut Ledger,
        progress: &mut Progress<'_>,
    ) -> Applied {
        let w = words();
        progress(w.apply_verifying, 0, None);
        let announced = ledger.step(self.id, RunPhase::Verifying);
        let read = announced
            .and_then(|()| self.clear_again(session))
            .and_then(|()| read_again(session, self.target));
        if let Err(problem) = &read {
            self.notes.insert(
                0,
                text!(apply_not_read_again, what = problem.what, why = problem.why),
            );
        }
        let after = session.assess();
        let overruled = sentences::elsewhere::not_in_use(&after);
        let unplanned = unplanned(&after.secrets, self.plan);
        let verified = read.is_ok()
            && verified(&after, self.plan)
            && overruled.is_empty()
            && unplanned.is_empty();
        self.notes.splice(..0, overruled);
        if !unplanned.is_empty() {
            let places = unplanned.join(", ");
            let added = text!(apply_added_unread, places);
            self.notes.insert(0, added);
        }
        self.notes.extend(ledger.unguarded());
        if let Err(problem) = ledger.recovered(self.id, self.run) {
            self.notes.push(text!(journal_not_ended, why = problem.why));
        }
        Applied {
            strategy: self.run.strategy.clone().unwrap_or_default(),
            key: self.run.key.clone(),
            verified,
            resealed: self.run.resealed,
            reentered: self.run.reentered,
            after: Box::new(after),
            backup: self.backup.folder.clone(),
            undo: Some(ledger.command("undo --yes")),
            test: ledger.command("test"),
            notes: self.notes,
        }
    }
}

impl ToVerify<'_> {
    /// Whether the cached config may be removed: not where another key would count then, which we cannot change.
    fn may_remove(&self, session: &Session) -> bool {
        !elsewhere::overrules(session, &self.target)
    }

    /// FreeScout may have built its cache again in between, from what it had read before.
    fn clear_again(&mut self, session: &mut Session) -> Result<(), Problem> {
        session.reread_files()?;
        let install = &session.install;
        let stale = install.cache_file.is_some()
            && install.key_in_force().text.expose() != self.target.text();
        if self.run.refresh && stale {
            self.notes.push(words().cache_rebuilt.to_owned());
            let may_remove = self.may_remove(session);
            let text = self.target.text();
            for note in config_cache::refresh(session, None, text, &self.workers, may_remove) {
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
        Ok(())
    }
}

/// Reads files and rows again as FreeScout would, over a connection of its own, keeping the keys we know.
fn read_again(session: &mut Session, target: AppKey) -> Result<(), Problem> {
    session.reread_files()?;
    let in_force = session.install.key_in_force();
    let (source, path) = match (in_force.source, &session.install.key_file) {
        (KeySource::ConfigCache, _) => (SourceKind::ConfigCache, session.install.cache_path()),
        (KeySource::KeyFile, Some(file)) => (SourceKind::KeyFile, file.path.clone()),
        _ => (SourceKind::Env, session.install.env_path()),
    };
    if in_force.text.expose() == target.text() {
        session.add_key(target, Source::file(source, path, None));
    }
    let effective = AppKey::parse(in_force.text.expose())
        .ok()
        .map(|k| k.fingerprint());
    session.ring.set_effective(effective);
    session.reconnect()?;
    reading::read_inventory(session)
}

/// Secrets that FreeScout does not read and that nobody planned for: stored after everything was read. By their names.
fn unplanned(after: &[SecretReport], plan: &[PlannedSecret]) -> Vec<String> {
    let planned: HashSet<&Place> = plan.iter().map(|s| &s.place).collect();
    let lost = after.iter().filter(|secret| {
        let verdict = &secret.verdict;
        let is_read = verdict.readable() || verdict.untold();
        !is_read && !matches!(verdict, Verdict::Empty { .. }) && !planned.contains(&secret.place)
    });
    let places = lost.map(sentences::place::of_secret);
    places.take(NAMED).collect()
}

/// Whether everything reads as the plan said.
fn verified(after: &Assessment, plan: &[PlannedSecret]) -> bool {
    let verdicts: HashMap<&Place, &Verdict> = after
        .secrets
        .iter()
        .map(|s| (&s.place, &s.verdict))
        .collect();
    plan.iter().filter(|s| s.readable_after).all(|secret| {
        verdicts.get(&secret.place).is_some_and(|verdict| {
            let kept_empty = secret.action == PlanAction::Keep.code()
                && matches!(verdict, Verdict::Empty { .. });
            // In the form of what stood there before, and as sure as that was.
            verdict.readable() || verdict.untold() || kept_empty
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::rules::StorageRule;
    use crate::domain::inventory::secret::{SecretKind, Table};
    use crate::domain::key::app_key::Fingerprint;

    #[test]
    fn what_was_stored_meanwhile_and_is_not_read_is_named() {
        let place = |id| Place::column(Table::Mailboxes, id, "in_password");
        let planned = |id| PlannedSecret {
            place: place(id),
            action: PlanAction::StaysLost.code().to_owned(),
            readable_after: false,
        };
        let key = Fingerprint::of(b"a key");
        let report = |(id, verdict)| SecretReport {
            place: place(id),
            kind: SecretKind::Incoming,
            owner: String::new().into(),
            verdict,
            keeping: StorageRule::AsItIs,
            needed: true,
            misspelled: false,
        };
        let after: Vec<SecretReport> = [
            (1, Verdict::UnknownKey { salvage: None }),
            (2, Verdict::OtherKey(key)),
            (3, Verdict::Opens(key)),
            (
                4,
                Verdict::Empty {
                    null_payload: false,
                },
            ),
            (5, Verdict::UnknownKey { salvage: None }),
        ]
        .map(report)
        .into();
        let named = unplanned(&after, &[planned(1)]);
        assert_eq!(
            named,
            [
                "incoming password (mailbox 2)",
                "incoming password (mailbox 5)"
            ]
        );
        let all: Vec<PlannedSecret> = (1..6).map(planned).collect();
        assert!(unplanned(&after, &all).is_empty());
    }
}
