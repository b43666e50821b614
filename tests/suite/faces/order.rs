//! The order that keeps an install safe, written down: what stands when each stage of a use case begins, as seen by
//! somebody who is told of it and looks.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use freescout_rescue::domain::error::Problem;
use freescout_rescue::domain::mail::{ConnectionId, Direction};
use freescout_rescue::domain::run::RunKind;
use freescout_rescue::engine::hunt::Looking;
use freescout_rescue::engine::hunt::find_key::SearchPlaces;
use freescout_rescue::engine::recovery::backup::BackupContents;
use freescout_rescue::engine::recovery::resume::Resumed;
use freescout_rescue::engine::recovery::run_log::Ledger;
use freescout_rescue::engine::session::Session;
use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::usecase::hunt::Where;
use freescout_rescue::engine::usecase::logins::WantedLogins;
use freescout_rescue::engine::usecase::open::Opening;
use freescout_rescue::engine::usecase::recover::{Orders, Terms, Wishes};
use freescout_rescue::engine::usecase::{self, Notice, Refused, Reporter, Stage};
use freescout_rescue::io::hunt::HuntLimits;
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::state;
use freescout_rescue::io::state::backup::Passphrase;
use freescout_rescue::io::state::lock::Lock;
use freescout_rescue::words::words;

use super::{Broken, interrupted};

/// Writes down each stage, and what stands when it begins.
pub(super) struct Recording<'a> {
    broken: &'a Broken,
    /// How the install was before.
    pub(super) before: Vec<String>,
    log: RefCell<Vec<String>>,
    /// At which stage it is called off.
    until: Option<Stage>,
    /// What a neighbour does when the lock is about to be taken.
    neighbour: Option<&'a dyn Fn(&Broken)>,
    flag: Arc<AtomicBool>,
}

impl<'a> Recording<'a> {
    pub(super) fn new(broken: &'a Broken) -> Self {
        Self {
            broken,
            before: stands(broken),
            log: RefCell::default(),
            until: None,
            neighbour: None,
            flag: Arc::default(),
        }
    }

    pub(super) fn called_off_at(broken: &'a Broken, stage: Stage) -> Self {
        Self {
            until: Some(stage),
            ..Self::new(broken)
        }
    }

    pub(super) fn open(&self) -> Session {
        let (install, look_in) = (self.broken.bench.install(), [self.broken.look_in()]);
        let opening = Opening {
            install: Some(&install),
            database: None,
            environment: Environment::default(),
            machine: MachineScope::Host,
            options: &self.broken.options(),
            given: &Given::default(),
            numbers: Vec::new(),
            look_in: &look_in,
            processes: true,
        };
        usecase::open::open(opening, self)
            .map_err(|why| why.problem())
            .unwrap()
    }

    pub(super) fn heard(&self) -> Vec<String> {
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
pub(super) fn stands(broken: &Broken) -> Vec<String> {
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
pub(super) fn is_locked(broken: &Broken) -> bool {
    Lock::holder(&broken.options().state_dir, &broken.bench.install()).is_some()
}

fn no_passphrase(folder: &std::path::Path) -> Result<Passphrase, Problem> {
    panic!("{} is not encrypted", folder.display())
}

pub(super) fn problem(refused: Refused) -> Problem {
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
        first: None,
    }
}

pub(super) fn recover(broken: &Broken, reporter: &Recording<'_>) -> Result<(), Problem> {
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
    let ask = &mut no_passphrase;
    let backup = usecase::undo::backup_to_undo(&session, &options, ask)?;
    let done = usecase::undo::undo(&mut session, &options, &backup, reporter);
    done.map(|_| ()).map_err(problem)
}

fn restore(broken: &Broken, reporter: &Recording<'_>) -> Result<(), Problem> {
    let options = broken.options();
    let backups = state::backup::list(&options.backup_dir, &broken.bench.install());
    let folder: PathBuf = backups.iter().map(|b| b.folder.clone()).min().unwrap();
    let backup = usecase::restore::open(&folder, &options, &mut no_passphrase)?;
    let mut session = reporter.open();
    let foretold = usecase::restore::foresee(&mut session, &backup).map_err(problem)?;
    let done = usecase::restore::restore(
        &mut session,
        &options,
        &backup,
        foretold,
        usecase::restore::RestoreOnto::ItsOwnData,
        reporter,
    );
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

/// Between what is told of an undo and its confirmation, another program may recover.
#[test]
fn no_other_recovery_is_taken_back_than_the_one_that_was_confirmed() {
    let broken = Broken::new();
    let reporter = Recording::new(&broken);
    recover(&broken, &reporter).unwrap();
    let (session, options) = (reporter.open(), broken.options());
    let ask = &mut no_passphrase;
    let last = usecase::undo::backup_to_undo(&session, &options, ask).unwrap();
    let same = usecase::undo::foreseen(&session, &options, Some(&last.folder), ask);
    assert_eq!(same.unwrap().folder, last.folder);
    let another = last.folder.with_file_name("another");
    let told = usecase::undo::foreseen(&session, &options, Some(&another), ask);
    let Err(told) = told else {
        panic!("it would be taken back");
    };
    assert_eq!(told.kind.code(), "changed_meanwhile");
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

/// The stages of a use case that writes nothing, or closes what is lost.
#[test]
fn what_is_given_up_is_closed_under_the_lock_and_the_install_stays_as_it_is() {
    let broken = Broken::new();
    interrupted(&broken);
    std::fs::remove_dir_all(broken.options().backup_dir).unwrap();
    let reporter = Recording::new(&broken);
    let mut session = reporter.open();
    let options = broken.options();
    let mut give_up = || {
        let closed = usecase::give_up::give_up(&mut session, &options, &reporter);
        closed.map_err(problem).unwrap()
    };
    let closed = give_up().expect("it was interrupted");
    assert_eq!(closed.given_up.runs.len(), 1);
    assert!(closed.check.contains("check"), "{}", closed.check);
    let stages = [
        "Open: free, 0 backups, as it was",
        "Judge: free, 0 backups, as it was",
        "Lock: free, 0 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert!(!is_locked(&broken), "it is let go of");
    assert!(give_up().is_none(), "nothing is left to be closed");
    assert_eq!(stands(&broken), reporter.before);
}

#[test]
fn a_history_waits_for_nobody_and_writes_nothing() {
    let broken = Broken::new();
    let options = broken.options();
    let install = broken.bench.install();
    let runs = || {
        let whose = usecase::history::Whose::Of(Some(&install));
        usecase::history::history(&options, &whose).unwrap().runs
    };
    assert!(runs().is_empty());
    assert!(!options.state_dir.exists(), "no journal is made for it");
    recover(&broken, &Recording::new(&broken)).unwrap();
    let session = Recording::new(&broken).open();
    let held = Ledger::open(&options, &session).unwrap();
    assert!(is_locked(&broken));
    let all = usecase::history::history(&options, &usecase::history::Whose::All)
        .unwrap()
        .runs;
    for told in [runs(), all] {
        let kinds: Vec<RunKind> = told.iter().map(|run| run.kind).collect();
        assert_eq!(kinds, [RunKind::Recovery, RunKind::Backup]);
    }
    drop(held);
}

#[test]
fn a_hunt_and_the_logins_take_no_lock_make_no_backup_and_write_nothing() {
    let broken = Broken::new();
    let reporter = Recording::new(&broken);
    let mut session = reporter.open();
    assert_eq!(reporter.heard().len(), 2);
    let places = [broken.look_in()];
    let looked = usecase::hunt::look(&mut session, &Where::In(&places), &reporter);
    assert!(looked.files > 0);
    let hunt = SearchPlaces {
        named: places.to_vec(),
        usual: false,
        limits: HuntLimits::default(),
    };
    let hunted = usecase::hunt::hunt(&mut session, &hunt, &reporter);
    assert!(hunted.looked.files > 0);
    let which = [ConnectionId::of(1, Direction::Incoming)];
    let wanted = WantedLogins {
        which: Some(&which),
        renew: None,
        ..WantedLogins::default()
    };
    let tested = usecase::logins::test(&mut session, &wanted, &reporter).unwrap();
    assert_eq!(tested.len(), 1);
    let stages = [
        "Search: free, 0 backups, as it was",
        "Search: free, 0 backups, as it was",
        "Prove: free, 0 backups, as it was",
    ];
    assert_eq!(reporter.heard(), stages);
    assert!(!broken.options().state_dir.exists());
}

#[test]
fn a_hunt_that_is_called_off_keeps_what_it_has_and_logins_say_that_they_were_stopped() {
    let broken = Broken::new();
    let reporter = Recording::called_off_at(&broken, Stage::Search);
    let mut session = reporter.open();
    let known = session.ring.iter().count();
    let places = [broken.look_in()];
    let looked = usecase::hunt::look(&mut session, &Where::In(&places), &reporter);
    assert_eq!(looked.files, 0, "nothing more is read");
    assert_eq!(session.ring.iter().count(), known);
    let reporter = Recording::called_off_at(&broken, Stage::Prove);
    let wanted = WantedLogins {
        renew: None,
        ..WantedLogins::default()
    };
    let stopped = usecase::logins::test(&mut session, &wanted, &reporter).unwrap_err();
    assert_eq!(stopped.what, words().test_stopped);
    assert_eq!(stands(&broken), reporter.before);
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
    assert_eq!(refused.what, words().undo_none_left);
    assert_eq!(stands(&broken), *after.borrow());
}
