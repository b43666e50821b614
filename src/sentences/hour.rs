//! Whether the hour is good, as sentences.

use crate::domain::plan::hour::{BadSign, Hour};
use crate::words::{joined, words};

/// One of the things that speak against it: a part of a sentence.
pub fn bad_sign(sign: &BadSign) -> String {
    let w = words();
    match sign {
        BadSign::Maintenance => w.hour_maintenance.to_owned(),
        BadSign::FilesReplaced => w.hour_files_replaced.to_owned(),
        BadSign::MigrationsPending { count } => text!(hour_migrations_pending, count),
        BadSign::BackupRuns(backup) => {
            text!(hour_backup_runs, program = backup.program, pid = backup.pid)
        }
        BadSign::JobsRun { count } => text!(hour_jobs_run, count),
        BadSign::JobsWait { count } => text!(hour_jobs_wait, count),
        BadSign::PeopleAct => w.hour_people_act.to_owned(),
        BadSign::SignedIn { count } => text!(hour_signed_in, count),
    }
}

/// All of them, in a row.
pub fn bad_signs(hour: &Hour) -> String {
    let signs: Vec<String> = hour.bad_signs.iter().map(bad_sign).collect();
    joined::list(&signs)
}

/// How the hour is, in a sentence.
pub fn hour(hour: &Hour) -> String {
    match hour.is_quiet() {
        true => words().hour_quiet.to_owned(),
        false => text!(hour_bad, signs = bad_signs(hour)),
    }
}

/// For how long a recovery holds how much, in a sentence.
pub fn holds(hour: &Hour) -> String {
    text!(
        hour_holds,
        texts = hour.texts,
        seconds = hour.holds_seconds()
    )
}
