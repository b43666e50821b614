//! The journal's own test: runs of its earlier forms are found after a deploy.

use super::*;
use crate::domain::run::{RunKind, RunOrigin};

#[test]
fn runs_of_earlier_forms_are_found_under_the_app_they_were_deployed_for() {
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
        CREATE INDEX runs_of_install ON runs (install, outcome); DROP TABLE watched; DROP TABLE told; DROP TABLE safes; DROP TABLE fleet; DROP TABLE undelivered; PRAGMA user_version = 1;";
    journal.connection.execute_batch(first_form).unwrap();
    drop(journal);
    let journal = Journal::existing(state.path()).unwrap().unwrap();
    let found = |install: &str| journal.unfinished(&web.path().join(install)).unwrap();
    assert_eq!(found("app/releases/2").unwrap().install, run.install);
    assert_eq!(found("other/releases/1"), None);
    assert_eq!(journal.history(Some(&run.install)).unwrap().len(), 1);
    let second_form =
        "ALTER TABLE runs DROP COLUMN data; DROP TABLE watched; DROP TABLE told; DROP TABLE safes; DROP TABLE fleet; DROP TABLE undelivered;
        PRAGMA user_version = 2;";
    journal.connection.execute_batch(second_form).unwrap();
    drop(journal);
    // As it was made again, and once more.
    for _ in 0..2 {
        let journal = Journal::open(state.path()).unwrap();
        let last = journal.unfinished(&web.path().join("app/releases/2"));
        let last = last.unwrap().unwrap();
        assert_eq!((last.filed, last.data), (run.filed.clone(), None));
    }
}
