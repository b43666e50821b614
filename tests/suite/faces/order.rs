//! The order that keeps an install safe, written down: what stands when each stage of a use case begins, as seen by
//! somebody who is told of it and looks.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use freescout_rescue::domain::error::Problem;
use freescout_rescue::engine::hunt::Looking;
use freescout_rescue::engine::recovery::backup::BackupContents;
use freescout_rescue::engine::recovery::resume::Resumed;
use freescout_rescue::engine::session::Session;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::usecase;
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::usecase::open::Opening;
use freescout_rescue::engine::usecase::recover::{Orders, Terms, Wishes};
use freescout_rescue::engine::usecase::{Notice, Refused, Reporter, Stage};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::state;
use freescout_rescue::io::state::backup::Passphrase;
use freescout_rescue::words::words;

use super::{Broken, interrupted};

/// Writes down each stage, and what stands when it begins.
struct Recording<'a> {
    broken: &'a Broken,
    /// How the install was before.
    before: Vec<String>,
    log: RefCell<Vec<String>>,
    /// At which stage it is called off.
    until: Option<Stage>,
    /// What a neighbour does when the lock is about to be taken.
    neighbour: Option<&'a dyn Fn(&Broken)>,
    flag: Arc<AtomicBool>,
}

impl<'a> Recording<'a> {
    fn new(broken: &'a Broken) -> Self {
        Self {
            broken,
            before: stands(broken),
            log: RefCell::default(),
            until: None,
            neighbour: None,
            flag: Arc::default(),
        }
    }

    fn called_off_at(broken: &'a Broken, stage: Stage) -> Self {
        Self {
            until: Some(stage),
            ..Self::new(broken)
        }
    }

    fn open(&self) -> Session {
        let (install, look_in) = (self.broken.bench.install(), [self.broken.look_in()]);
        let opening = Opening {
            install: Some(&install),
            database: None,
            environment: Environment::default(),
            options: &self.broken.options(),
            given: &Given::default(),
            look_in: &look_in,
            processes: true,
        };
        usecase::open::open(opening, self)
            .map_err(|why| why.problem())
            .unwrap()
    }

    fn heard(&self) -> Vec<String> {
        self.log.take()
    }
}

impl Reporter for Recording<'_> {
    fn stage(&self, stage: Stage) {
        if self.until == Some(stage) {
            self.flag.store(true, Ordering::SeqCst);
        }
        if let (Stage::Lock, Some(neighbour)) = (stage, self.neighbour) {
            neighbour(self.broken);
        }
        let options = self.broken.options();
        let install = self.broken.bench.install();
        let backups = state::backup::list(&options.backup_dir, &install);
        let whole = backups.iter().filter(|b| b.verify().is_ok()).count();
        let rows = if stands(self.broken) == self.before {
            "as it was"
        } else {
            "changed"
        };
        let locked = if is_locked(self.broken) {
            "locked"
        } else {
            "free"
        };
        let line = format!("{stage:?}: {locked}, {whole} backups, {rows}");
        self.log.borrow_mut().push(line);
    }

    fn progress(&self, _: &str, _: u64, _: Option<u64>) {}

    fn found(&self, _: &Session, _: Looking<'_>) {}

    fn notice(&self, notice: Notice<'_>) {
        if let Notice::AskedToEnd = notice {
            self.log.borrow_mut().push("asked to end".to_owned());
        }
    }

    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }
}

/// Every stored password, and `.env`.
fn stands(broken: &Broken) -> Vec<String> {
    let database = broken.bench.database();
    let mut read = database
        .prepare("SELECT id, in_password, out_password FROM mailboxes ORDER BY id")
        .unwrap();
    let rows = read.query_map([], |row| {
        let text = |n| row.get::<_, Option<String>>(n);
        Ok(format!("{:?} {:?}", text(1)?, text(2)?))
    });
    let mut all: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
    all.push(std::fs::read_to_string(broken.bench.install().join(".env")).unwrap());
    all
}

/// Whether another of us would be kept from the install.
fn is_locked(broken: &Broken) -> bool {
    let options = broken.options();
    if !options.state_dir.exists() {
        return false;
    }
    let other = broken.bench.run(&[
        "resume",
        "--give-up",
        "--state-dir",
        options.state_dir.to_str().unwrap(),
        broken.bench.install().to_str().unwrap(),
    ]);
    other.code == 3
}

fn no_passphrase(folder: &std::path::Path) -> Result<Passphrase, Problem> {
    panic!("{} is not encrypted", folder.display())
}

fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::NotStarted(problem) => problem,
        Refused::Failed(failure) => {
            assert!(!failure.half_done(), "{}", failure.problem);
            failure.problem
        }
    }
}

fn terms(options: &Options) -> Terms<'_> {
    Terms {
        options,
        artisan: false,
        restart_anyway: false,
        prove: false,
    }
}

fn recover(broken: &Broken, reporter: &Recording<'_>) -> Result<(), Problem> {
    let mut session = reporter.open();
    let wishes = Wishes {
        strategy: None,
        passwords: Vec::new(),
        take_older: false,
    };
    let mut unattended = usecase::recover::prepare(&session, wishes).map_err(problem)?;
    let orders = Orders::Unattended(&mut unattended);
    let options = broken.options();
    let done = usecase::recover::recover(&mut session, orders, &terms(&options), reporter);
    done.map(|_| ()).map_err(problem)
}

fn undo(broken: &Broken, reporter: &Recording<'_>) -> Result<(), Problem> {
    let mut session = reporter.open();
    let options = broken.options();
    let done = usecase::undo::undo(&mut session, &options, &mut no_passphrase, reporter);
    done.map(|_| ()).map_err(problem)
}

fn restore(broken: &Broken, reporter: &Recording<'_>) -> Result<(), Problem> {
    let options = broken.options();
    let backups = state::backup::list(&options.backup_dir, &broken.bench.install());
    let folder: PathBuf = backups.iter().map(|b| b.folder.clone()).min().unwrap();
    let backup = usecase::restore::open(&folder, &options, &mut no_passphrase)?;
    let mut session = reporter.open();
    let foretold = usecase::restore::foresee(&mut session, &backup).map_err(problem)?;
    let done = usecase::restore::restore(&mut session, &options, &backup, foretold, reporter);
    done.map(|_| ()).map_err(problem)
}

#[test]
fn nothing_is_written_before_a_backup_that_reads_back_and_nobody_else_writes_meanwhile() {
    let broken = Broken::new();
    let reporter = Recording::new(&broken);
    recover(&broken, &reporter).unwrap();
    let stages = [
        "Open: free, 0 backups, as it was",
        "Judge: free, 0 backups, as it was",
        "Lock: free, 0 backups, as it was",
        "BackUp: locked, 0 backups, as it was",
        "Plan: locked, 1 backups, as it was",
        "Apply: locked, 1 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert_ne!(stands(&broken), reporter.before, "it was carried out");

    let reporter = Recording::new(&broken);
    undo(&broken, &reporter).unwrap();
    let stages = [
        "Open: free, 1 backups, as it was",
        "Judge: free, 1 backups, as it was",
        "Lock: free, 1 backups, as it was",
        "BackUp: locked, 1 backups, as it was",
        "Apply: locked, 2 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert_ne!(stands(&broken), reporter.before, "it was taken back");

    recover(&broken, &Recording::new(&broken)).unwrap();
    let reporter = Recording::new(&broken);
    restore(&broken, &reporter).unwrap();
    let stages = [
        "Open: free, 3 backups, as it was",
        "Judge: free, 3 backups, as it was",
        "Lock: free, 3 backups, as it was",
        "BackUp: locked, 3 backups, as it was",
        "Apply: locked, 4 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert_ne!(stands(&broken), reporter.before, "it was put back");
}

#[test]
fn a_confirmed_plan_rests_on_the_backup_that_was_made_before_it() {
    let broken = Broken::new();
    let reporter = Recording::new(&broken);
    let mut session = reporter.open();
    let options = broken.options();
    let contents = BackupContents::default();
    let (backup, _) =
        usecase::backup::back_up(&mut session, &options, &contents, &reporter).unwrap();
    let choices = freescout_rescue::domain::plan::Choices::default();
    let ready = usecase::plan::plan(&mut session, None, &choices, false).unwrap();
    let confirmed = Orders::Confirmed {
        plan: &ready.plan,
        entered: Vec::new(),
        backup: &backup,
    };
    let done = usecase::recover::recover(&mut session, confirmed, &terms(&options), &reporter);
    assert!(done.is_ok());
    let stages = [
        "Open: free, 0 backups, as it was",
        "Judge: free, 0 backups, as it was",
        "BackUp: free, 0 backups, as it was",
        "Lock: free, 1 backups, as it was",
        "Apply: locked, 1 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert_ne!(stands(&broken), reporter.before);
}

/// A way to change an install.
type Change = fn(&Broken, &Recording<'_>) -> Result<(), Problem>;

#[test]
fn whoever_calls_it_off_before_it_writes_is_heard_and_told_that_nothing_was_changed() {
    let w = words();
    let changes: [(&str, Change); 3] = [("recover", recover), ("undo", undo), ("restore", restore)];
    for stage in [Stage::Lock, Stage::BackUp] {
        for (name, change) in changes {
            let broken = Broken::new();
            if name != "recover" {
                recover(&broken, &Recording::new(&broken)).unwrap();
            }
            let reporter = Recording::called_off_at(&broken, stage);
            let refused = change(&broken, &reporter).unwrap_err();
            assert_eq!(refused.what, w.signal_before, "{name} at {stage:?}");
            assert_eq!(stands(&broken), reporter.before, "{name} at {stage:?}");
        }
    }
}

#[test]
fn where_there_is_nothing_to_take_back_or_to_finish_nothing_is_written() {
    let broken = Broken::new();
    let reporter = Recording::new(&broken);
    let refused = undo(&broken, &reporter).unwrap_err();
    assert_eq!(refused.what, words().undo_nothing);
    let mut session = reporter.open();
    let options = broken.options();
    let ask = &mut no_passphrase;
    let finished = usecase::resume::resume(&mut session, &options, ask, false, &reporter);
    let finished = finished.map_err(problem).unwrap();
    assert!(matches!(finished.resumed, Resumed::Nothing));
    assert!(!options.state_dir.exists());
    let heard = reporter.heard();
    assert!(!heard.iter().any(|l| l.starts_with("Lock")), "{heard:?}");
}

#[test]
fn what_was_interrupted_is_finished_under_the_lock_and_its_logins_come_last() {
    let broken = Broken::new();
    interrupted(&broken);
    let reporter = Recording::called_off_at(&broken, Stage::Apply);
    let mut session = reporter.open();
    let options = broken.options();
    let ask = &mut no_passphrase;
    let finished = usecase::resume::resume(&mut session, &options, ask, true, &reporter);
    let finished = finished.map_err(problem).unwrap();
    assert!(matches!(finished.resumed, Resumed::Recovered(_)));
    // Asked to end once it writes, it finishes, and tries no login.
    assert!(finished.tested.is_none());
    let stages = [
        "Open: free, 1 backups, as it was",
        "Judge: free, 1 backups, as it was",
        "Lock: free, 1 backups, as it was",
        "Apply: locked, 1 backups, as it was",
        "asked to end",
    ];
    assert_eq!(reporter.heard(), stages);
}

/// Between the look for what to take back and the lock, another of us takes it back himself.
#[test]
fn what_a_neighbour_has_taken_back_meanwhile_is_not_taken_back_again() {
    let broken = Broken::new();
    recover(&broken, &Recording::new(&broken)).unwrap();
    let after = RefCell::new(Vec::new());
    let neighbour = |broken: &Broken| {
        let undone = broken.command(&["undo", "--yes"]);
        assert_eq!(undone.code, 0, "{}", undone.err);
        after.replace(stands(broken));
    };
    let reporter = Recording {
        neighbour: Some(&neighbour),
        ..Recording::new(&broken)
    };
    let refused = undo(&broken, &reporter).unwrap_err();
    assert_eq!(refused.what, words().undo_nothing);
    assert_eq!(stands(&broken), *after.borrow());
}
