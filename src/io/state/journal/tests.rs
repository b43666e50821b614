//! The journal's own test: runs of its first form are found after a deploy.

use super::*;
use crate::domain::run::{RunKind, RunOrigin};

#[test]
fn runs_of_the_first_form_are_found_under_the_app_they_were_deployed_for() {
    let state = tempfile::tempdir().unwrap();
    let web = tempfile::tempdir().unwrap();
    for app in ["app", "other"] {
        std::fs::create_dir(web.path().join(app)).unwrap();
        std::os::unix::fs::symlink("releases/2", web.path().join(app).join("current")).unwrap();
    }
    let run = Run {
        id: 0,
        kind: RunKind::Recovery,
        install: web.path().join("app/releases/1"),
        filed: web.path().join("app"),
        data: None,
        backup: PathBuf::from("/b"),
        safety: None,
        started: "2026-11-24T14:02:00+01:00".to_owned(),
        ended: None,
        origin: RunOrigin::default(),
        strategy: None,
        key: None,
        resealed: 0,
        reentered: 0,
        refresh: false,
        artisan: false,
        outcome: RunOutcome::Unfinished,
    };
    let mut journal = Journal::open(state.path()).unwrap();
    journal.begin(&run, &Intent::default()).unwrap();
    let first_form = "DROP INDEX runs_of_identity; ALTER TABLE runs DROP COLUMN identity; ALTER TABLE runs DROP COLUMN data;
        CREATE INDEX runs_of_install ON runs (install, outcome); PRAGMA user_version = 1;";
    journal.connection.execute_batch(first_form).unwrap();
    drop(journal);
    let journal = Journal::existing(state.path()).unwrap().unwrap();
    let found = |install: &str| journal.unfinished(&web.path().join(install)).unwrap();
    assert_eq!(found("app/releases/2").unwrap().install, run.install);
    assert_eq!(found("other/releases/1"), None);
    assert_eq!(journal.history(Some(&run.install)).unwrap().len(), 1);
    // As it was made again.
    drop(Journal::open(state.path()).unwrap());
}
