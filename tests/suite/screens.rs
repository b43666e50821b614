//! Every step on the screen: empty, busy, with a problem, done; at 80×24 and 120×40. Colours have assertions of their own.

use std::sync::Arc;

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::domain::hunt::old_payloads::origin::{Basis, Doubt, PayloadOrigin};
use freescout_rescue::domain::hunt::old_payloads::standing::{
    DecryptedPayload, Recoverable, settle,
};
use freescout_rescue::domain::hunt::old_payloads::{Dated, DatedBy};
use freescout_rescue::domain::inventory::secret::{Place, SecretBytes, SecretKind};
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::mail::ConnectionId;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::plan::{Choices, Impossible, Strategy};
use freescout_rescue::domain::run::{Run, RunKind};
use freescout_rescue::domain::verdict::assessment::{KeyReport, LoggedPassword};
use freescout_rescue::domain::verdict::finding::Finding;
use freescout_rescue::engine::worker::{
    DatabaseValues, JobId, TimerStands, UnfinishedRun, Update, WatchTimer,
};
use freescout_rescue::text;
use freescout_rescue::tui::frame::{self, Clock, picture};
use freescout_rescue::tui::theme::{Depth, Glyphs, Theme};
use freescout_rescue::wizard::message::{Action, Effect, Event};
use freescout_rescue::wizard::parts::window::{Hidden, Window};
use freescout_rescue::wizard::state::Wizard;
use freescout_rescue::wizard::step::Step;
use freescout_rescue::wizard::step::apply::Confirmed;
use freescout_rescue::wizard::step::passwords::Offer;
use freescout_rescue::words::words;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr;

use crate::fixture::{self, SENTINEL};
use crate::language;

/// A wizard, the answers it was given, and the connection tests it asked for last.
pub struct Stage(pub Wizard, Option<Asked>);

/// Connection tests: their round, which, and whether at the operator's word.
#[derive(Clone)]
struct Asked(JobId, Vec<ConnectionId>, bool);

impl Stage {
    pub fn new() -> Self {
        language::begin();
        Self(Wizard::start_with(None, true).0, None)
    }

    pub fn act(mut self, actions: &[Action]) -> Self {
        for action in actions {
            let effects = self.0.update(Event::Act(*action));
            self.note(effects);
        }
        self
    }

    fn note(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Test(id, job) = effect {
                self.1 = Some(Asked(id, job.which.expect("named"), job.again));
            }
        }
    }

    /// The connections asked for are at this rung.
    fn probing(mut self, rung: Rung) -> Self {
        let Asked(id, which, _) = self.1.clone().expect("tests were asked for");
        for connection in which {
            self.0
                .update(Event::Job(id, Update::Probing(connection, rung)));
        }
        self
    }

    /// The connections asked for end so, one after the other; what has no outcome goes on.
    pub fn tested(mut self, codes: &[Code]) -> Self {
        let Asked(id, which, _) = self.1.clone().expect("tests were asked for");
        for (connection, code) in which.into_iter().zip(codes) {
            let tested = Box::new(fixture::tested(connection, *code));
            self.0.update(Event::Job(id, Update::Tested(tested)));
        }
        self
    }

    /// The round of tests is over.
    pub fn answered_tests(mut self) -> Self {
        let Asked(id, ..) = self.1.clone().expect("tests were asked for");
        self.0.update(Event::Job(id, Update::Done));
        self
    }

    /// The round of tests that was asked for last.
    pub fn last_round(&self) -> JobId {
        self.1.as_ref().expect("tests were asked for").0
    }

    /// That round, and which connections it tests.
    pub fn round(&self) -> (JobId, Vec<ConnectionId>) {
        let Asked(id, which, _) = self.1.clone().expect("tests were asked for");
        (id, which)
    }

    /// How many connections were asked for last, and whether at the operator's word.
    pub fn last_test(&self) -> (usize, bool) {
        let Asked(_, which, again) = self.1.as_ref().expect("tests were asked for");
        (which.len(), *again)
    }

    pub fn type_text(mut self, text: &str) -> Self {
        for c in text.chars() {
            self.0.update(Event::Type(c));
        }
        self
    }

    /// What the running job reports, without its end.
    pub fn hears(mut self, updates: Vec<Update>) -> Self {
        let id = self.0.running.as_ref().expect("a job runs").id;
        for update in updates {
            let effects = self.0.update(Event::Job(id, update));
            self.note(effects);
        }
        self
    }

    pub fn answered(self, updates: Vec<Update>) -> Self {
        self.hears(updates).hears(vec![Update::Done])
    }

    /// What an undo would put back is known.
    pub fn foreseen(self) -> Self {
        self.answered(vec![Update::WouldUndo(Box::new(fixture::would_undo()))])
    }

    fn progress(self, what: &str, done: u64, of: Option<u64>) -> Self {
        self.hears(vec![Update::Progress {
            what: what.to_owned(),
            done,
            of,
        }])
    }

    pub fn surveyed(
        self,
        assessment: freescout_rescue::domain::verdict::assessment::Assessment,
    ) -> Self {
        let survey = Update::Surveyed(Box::new(fixture::survey()));
        self.answered(vec![survey, Update::Assessed(Box::new(assessment))])
    }

    pub fn backed_up(self) -> Self {
        self.act(&[Action::Go(Step::Backup), Action::Primary])
            .answered(vec![Update::BackedUp(fixture::backup())])
    }

    /// Up to the keys, with the old key found or not.
    pub fn at_keys(with_old: bool) -> Self {
        Self::new()
            .surveyed(fixture::assessment(with_old))
            .backed_up()
            .act(&[Action::Primary])
    }

    pub fn at_checks() -> Self {
        Self::at_keys(true).act(&[Action::Primary])
    }

    fn planned(self, strategy: Strategy) -> Self {
        let ready = fixture::plan_ready(&fixture::assessment(true), strategy, &Choices::default());
        self.answered(vec![Update::Planned(Box::new(
            ready.expect("possible here"),
        ))])
    }

    /// At the passwords of an install of so many mailboxes.
    pub fn at_passwords_of(mailboxes: u64) -> Self {
        let many = fixture::many(mailboxes);
        let ready = fixture::plan_ready(&many, Strategy::RestoreKey, &Choices::default());
        Self::new()
            .surveyed(many)
            .backed_up()
            .act(&[Action::Primary, Action::Primary, Action::Primary])
            .answered(vec![Update::Planned(Box::new(
                ready.expect("possible here"),
            ))])
            .act(&[Action::Primary])
    }

    pub fn at_plan() -> Self {
        Self::at_checks()
            .act(&[Action::Primary])
            .planned(Strategy::RestoreKey)
    }

    pub fn at_passwords() -> Self {
        Self::at_plan().act(&[Action::Primary])
    }

    pub fn at_apply() -> Self {
        Self::new()
            .surveyed(fixture::assessment(true))
            .on_to_apply()
    }

    /// From the survey to the confirmation.
    pub fn on_to_apply(self) -> Self {
        let stage = self
            .backed_up()
            .act(&[Action::Primary, Action::Primary, Action::Primary])
            .planned(Strategy::RestoreKey)
            .act(&[Action::Primary])
            .type_text(SENTINEL)
            .act(&[Action::Primary])
            .tested(&[Code::Ok])
            .act(&[Action::Go(Step::Apply)]);
        let asked = stage.0.passwords.asked[0].place.clone();
        let choices = Choices {
            entered: [asked].into(),
            ..Choices::default()
        };
        let ready = fixture::plan_ready(&fixture::assessment(true), Strategy::RestoreKey, &choices);
        stage.answered(vec![Update::Planned(Box::new(
            ready.expect("possible here"),
        ))])
    }

    pub fn at_report(verified: bool) -> Self {
        let applied = fixture::applied(verified);
        let after = Update::Assessed(applied.after.clone());
        Self::at_apply()
            .type_text("apply")
            .act(&[Action::Primary])
            .answered(vec![after, Update::Applied(Box::new(applied))])
    }
}

impl Stage {
    /// Another recovery after one that was carried out, with a backup of this name.
    pub fn recovered_again(self, backup: &str) -> Self {
        let applied = fixture::applied_with(backup);
        let after = Update::Assessed(applied.after.clone());
        self.act(&[Action::StartOver])
            .surveyed(fixture::assessment(true))
            .on_to_apply()
            .type_text("apply")
            .act(&[Action::Primary])
            .answered(vec![after, Update::Applied(Box::new(applied))])
    }

    /// That one is taken back.
    pub fn taken_back(self, backup: &str) -> Self {
        let would = Update::WouldUndo(Box::new(fixture::would_undo_with(backup)));
        self.act(&[Action::Undo])
            .answered(vec![would])
            .type_text("undo")
            .act(&[Action::Primary])
            .answered(vec![
                Update::Assessed(Box::new(fixture::assessment(true))),
                fixture::undone_with(backup),
            ])
    }
}

pub fn draw(wizard: &Wizard, width: u16, height: u16, theme: Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|f| frame::draw(f, wizard, &theme, 0))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The screen, and what of it is hidden.
pub fn measured(wizard: &Wizard, width: u16, height: u16) -> (String, Hidden) {
    let theme = Theme::new(Depth::Sixteen, Glyphs::Unicode);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut hidden = Hidden::default();
    terminal
        .draw(|f| hidden = frame::draw_measured(f, wizard, &theme, Clock::default()))
        .unwrap();
    (text(terminal.backend().buffer()), hidden)
}

/// The screen with all that can be scrolled to; `None` where even so something cannot be read.
fn whole(wizard: &Wizard, width: u16, height: u16) -> Option<String> {
    let mut rows = height;
    // A higher window may be laid out otherwise, and need some more once.
    for _ in 0..4 {
        let (screen, hidden) = measured(wizard, width, rows);
        if hidden.cut {
            return None;
        }
        if hidden.above + hidden.below == 0 {
            return Some(screen);
        }
        rows += hidden.above + hidden.below;
    }
    None
}

pub fn text(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for y in 0..buffer.area.height {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol);
            }
            skip = skip.saturating_sub(1);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

fn shot(name: &str, stage: &Stage) {
    for (width, height) in [(80, 24), (120, 40)] {
        let screen = text(&draw(
            &stage.0,
            width,
            height,
            Theme::new(Depth::Sixteen, Glyphs::Unicode),
        ));
        assert!(!screen.contains(SENTINEL), "{name} shows a secret");
        assert!(
            !screen.contains('\u{1b}'),
            "{name} lets a control character through"
        );
        let name = format!("{name}_{width}x{height}");
        let whole = whole(&stage.0, width, height).expect(&name);
        if !language::judged(&name, &whole, &screen) {
            insta::assert_snapshot!(name, screen);
        }
    }
}

#[test]
fn survey() {
    shot("1_survey_empty", &Stage::new().surveyed(fixture::sound()));
    shot(
        "1_survey_busy",
        &Stage::new().progress("Reading the install", 0, None),
    );
    let values = DatabaseValues {
        driver: freescout_rescue::domain::config::Driver::MySql,
        host: "127.0.0.1".to_owned(),
        port: 3306,
        socket: None,
        database: "freescout".to_owned(),
        username: "freescout".to_owned(),
        prefix: String::new(),
    };
    let barred = || {
        Stage::new().answered(vec![Update::NoDatabase {
            problem: fixture::problem(),
            values: Box::new(values.clone()),
        }])
    };
    shot("1_survey_problem", &barred());
    let w = words();
    let nothing = ErrorKind::InstallNotFound.problem(
        w.install_not_found,
        w.install_not_found_why,
        text!(install_not_found_next, program = "freescout-rescue"),
    );
    let nothing = Stage::new().answered(vec![Update::Failed(nothing)]);
    shot("1_survey_nothing", &nothing);
    shot(
        "1_survey_several",
        &Stage::new()
            .answered(vec![Update::Failed(fixture::several())])
            .act(&[Action::Down]),
    );
    shot(
        "1_survey_form",
        &barred().act(&[
            Action::OtherDatabase,
            Action::Down,
            Action::Down,
            Action::EraseAll,
            Action::Primary,
        ]),
    );
    shot(
        "1_survey_done",
        &Stage::new().surveyed(fixture::assessment(false)),
    );
}

#[test]
fn backup() {
    let at = || {
        Stage::new()
            .surveyed(fixture::assessment(false))
            .act(&[Action::Primary])
    };
    shot("2_backup_empty", &at());
    shot(
        "2_backup_busy",
        &at().act(&[Action::Select, Action::Primary]).progress(
            "Dumping the database",
            1_048_576,
            None,
        ),
    );
    let asked = Stage::new()
        .answered(vec![
            Update::Surveyed(Box::new(fixture::survey())),
            Update::Folders(Box::new(fixture::folders(None))),
            Update::Assessed(Box::new(fixture::assessment(false))),
        ])
        .act(&[Action::Primary]);
    shot("2_backup_folder_refused", &asked);
    let asked = asked.act(&[Action::OtherFolder]);
    let offered = asked
        .0
        .backup
        .form
        .as_ref()
        .map(|input| input.expose().to_owned());
    assert_eq!(offered.as_deref(), Some("/var/tmp/freescout-rescue-33"));
    shot("2_backup_folder_form", &asked);
    let short = asked
        .act(&[Action::EraseAll])
        .type_text("a secret, pasted here by mistake")
        .act(&[Action::Primary]);
    assert!(short.0.running.is_none(), "no name of a folder");
    let asked = short
        .act(&[Action::EraseAll])
        .type_text("/var/tmp/freescout-rescue-33");
    let refused = asked
        .act(&[Action::Primary])
        .answered(vec![Update::Failed(fixture::problem())]);
    assert!(refused.0.backup.form.is_some(), "it can be typed again");
    let chosen = refused
        .act(&[Action::Primary])
        .answered(vec![Update::Folders(Box::new(fixture::folders(Some(
            "/var/tmp/freescout-rescue-33",
        ))))]);
    assert!(chosen.0.backup.form.is_none());
    shot("2_backup_folder_chosen", &chosen);
    let left = chosen.act(&[Action::OtherFolder, Action::Back]);
    assert!(left.0.backup.form.is_none() && left.0.step == Step::Backup);
    shot(
        "2_backup_problem",
        &at()
            .act(&[Action::Primary])
            .answered(vec![Update::Failed(fixture::problem())]),
    );
    shot(
        "2_backup_done",
        &at()
            .act(&[Action::Primary])
            .answered(vec![Update::BackedUp(fixture::backup())]),
    );
}

#[test]
fn keys() {
    shot("3_keys_empty", &Stage::at_keys(false));
    let busy = Stage::at_keys(false).act(&[Action::LookUsual]);
    shot(
        "3_keys_busy",
        &busy.progress(
            "1204 files, 88 MiB read: /root/backups/dump.sql",
            1204,
            None,
        ),
    );
    let tried = Update::KeyTried {
        key: "the key has 31 bytes instead of 32".to_owned(),
        opens: None,
    };
    let mut pasted = Stage::at_keys(false);
    pasted
        .0
        .update(Event::Paste(SecretBytes::from(SENTINEL.as_bytes())));
    shot("3_keys_typing", &pasted);
    shot(
        "3_keys_problem",
        &pasted.act(&[Action::Primary]).answered(vec![tried]),
    );
    shot("3_keys_done", &Stage::at_keys(true));
    let mut crowded = fixture::assessment(true);
    for key in &mut crowded.keys {
        for folder in ["helpdesk_data/_data", "helpdesk_data-2025/_data"] {
            let mut source = key.sources[0].clone();
            let path = format!("/var/lib/docker/volumes/{folder}/freescout/.env.save");
            source.path = Some(path.into());
            key.sources.push(source);
        }
    }
    let useless = KeyReport {
        label: "K3".to_owned(),
        opens: 0,
        effective: false,
        mails: 0,
        ..crowded.keys[1].clone()
    };
    crowded.keys.push(useless);
    let looked = Update::Looked {
        files: 6549,
        bytes: 265 << 20,
        unread: None,
        skipped: vec![
            "/var/lib/docker/overlay2/0f1e/merged/var/lib/mysql/ib_logfile0: larger than 1 GiB"
                .to_owned(),
        ],
    };
    let searched = Stage::at_keys(true).act(&[Action::LookUsual]);
    let searched = searched.answered(vec![looked, Update::Assessed(Box::new(crowded))]);
    shot("3_keys_crowded", &searched);
    shot("3_keys_crowded_last", &searched.act(&[Action::Last]));
}

#[test]
fn checks() {
    shot(
        "4_checks_empty",
        &Stage::new()
            .surveyed(fixture::bare())
            .backed_up()
            .act(&[Action::Primary, Action::Primary]),
    );
    let busy = Stage::at_keys(true).act(&[Action::LookUsual, Action::Primary]);
    shot(
        "4_checks_busy",
        &busy.progress("3 files, 0 MiB read: /root/x", 3, None),
    );
    shot(
        "4_checks_problem",
        &Stage::at_checks().act(&[Action::Down, Action::Down]),
    );
    shot(
        "4_checks_filter",
        &Stage::at_checks().act(&[Action::Filter]).type_text("köln"),
    );
    shot("4_checks_done", &Stage::at_checks());
}

#[test]
fn plan() {
    let sound = Stage::new().surveyed(fixture::sound()).backed_up().act(&[
        Action::Primary,
        Action::Primary,
        Action::Primary,
    ]);
    let ready =
        fixture::plan_ready(&fixture::sound(), Strategy::Reenter, &Choices::default()).unwrap();
    shot(
        "5_plan_empty",
        &sound.answered(vec![Update::Planned(Box::new(ready))]),
    );
    shot("5_plan_busy", &Stage::at_checks().act(&[Action::Primary]));
    let impossible = Stage::at_plan().act(&[Action::Down]);
    shot(
        "5_plan_problem",
        &impossible.answered(vec![Update::NotPossible(
            Strategy::Carry,
            Impossible::NoKeyInForce,
        )]),
    );
    shot(
        "5_plan_done",
        &Stage::at_plan().act(&[Action::NextPane, Action::Down]),
    );
}

#[test]
fn a_bad_hour() {
    let surveyed = Stage::new().answered(vec![
        Update::Surveyed(Box::new(fixture::survey())),
        Update::Assessed(Box::new(fixture::assessment(true))),
        Update::Hour(Box::new(fixture::hour())),
    ]);
    shot("1_survey_bad_hour", &surveyed);
    shot("7_apply_bad_hour", &surveyed.on_to_apply());
}

#[test]
fn passwords() {
    let none = Stage::new().surveyed(fixture::sound()).backed_up();
    let ready =
        fixture::plan_ready(&fixture::sound(), Strategy::Reenter, &Choices::default()).unwrap();
    let none = none
        .act(&[Action::Go(Step::Plan)])
        .answered(vec![Update::Planned(Box::new(ready))]);
    shot(
        "6_passwords_empty",
        &none.act(&[Action::Go(Step::Passwords)]),
    );
    shot(
        "6_passwords_busy",
        &Stage::at_passwords().type_text(SENTINEL),
    );
    shot(
        "6_passwords_problem",
        &Stage::at_passwords().type_text("****"),
    );
    let tried = || {
        Stage::at_passwords()
            .type_text(SENTINEL)
            .act(&[Action::Primary])
    };
    shot("6_passwords_trying", &tried().probing(Rung::Authentication));
    shot(
        "6_passwords_refused",
        &tried().tested(&[Code::AuthRejected]),
    );
    shot("6_passwords_taken", &tried().tested(&[Code::Ok]));
    shot(
        "6_passwords_unsettled",
        &tried()
            .tested(&[Code::Timeout])
            .act(&[Action::Go(Step::Apply)]),
    );
    shot(
        "6_passwords_kept",
        &tried()
            .tested(&[Code::Timeout])
            .act(&[Action::KeepUntested]),
    );
    shot(
        "6_passwords_done",
        &Stage::at_passwords()
            .act(&[Action::SameAs, Action::Primary])
            .type_text(SENTINEL),
    );
}

#[test]
fn apply() {
    shot("7_apply_empty", &Stage::at_apply());
    let busy = Stage::at_apply().type_text("apply").act(&[Action::Primary]);
    shot(
        "7_apply_busy",
        &busy.progress("Writing rows in one transaction", 0, Some(12)),
    );
    let failed = Stage::at_apply().type_text("apply").act(&[Action::Primary]);
    shot(
        "7_apply_problem",
        &failed.answered(vec![Update::Failed(fixture::problem())]),
    );
    shot("7_apply_done", &Stage::at_apply().type_text("apply"));
}

/// Another strategy is chosen by going on with it, and before the word is typed it is said what it is.
#[test]
fn a_strategy_that_is_not_recommended_is_named_before_it_is_carried_out() {
    let stage = Stage::at_plan().act(&[Action::Down]);
    let stage = stage.planned(Strategy::Carry);
    assert_eq!(stage.0.strategy(), Strategy::Carry);
    let looked_at = stage.0.bookmark().unwrap();
    assert_eq!(looked_at.strategy, None, "looking at it is not choosing it");
    let stage = stage.act(&[Action::Primary]).type_text(SENTINEL);
    let stage = stage.act(&[Action::Primary]).tested(&[Code::Ok]);
    let stage = stage
        .act(&[Action::Go(Step::Apply)])
        .planned(Strategy::Carry);
    assert_eq!(stage.0.bookmark().unwrap().strategy, Some(Strategy::Carry));
    shot("7_apply_not_recommended", &stage);
}

#[test]
fn a_worker_that_may_hold_the_lost_key_restarts_only_at_a_word_of_its_own() {
    let confirmed = |stage: &Stage| stage.0.confirmed();
    assert_eq!(confirmed(&Stage::at_apply().type_text("restart")), None);
    let mut held = fixture::assessment(true);
    held.findings.push(Finding::WorkerUnsearched {
        pid: 2114,
        what: "php artisan queue:work".into(),
        why: "this container may not".into(),
    });
    let at_apply = || Stage::new().surveyed(held.clone()).on_to_apply();
    shot("7_apply_workers_stay", &at_apply());
    let plain = at_apply().type_text("apply");
    assert_eq!(confirmed(&plain), Some(Confirmed::Plan));
    let restart = at_apply().type_text("restart");
    assert_eq!(confirmed(&restart), Some(Confirmed::PlanAndRestart));
}

#[test]
fn report() {
    shot(
        "8_report_empty",
        &Stage::at_report(true)
            .act(&[Action::Undo])
            .foreseen()
            .type_text("und"),
    );
    let busy = Stage::at_report(true)
        .act(&[Action::Undo])
        .foreseen()
        .type_text("undo")
        .act(&[Action::Primary]);
    shot(
        "8_report_busy",
        &busy.progress("Putting rows back in one transaction", 0, None),
    );
    shot("8_report_problem", &Stage::at_report(false));
    let two = || Stage::at_report(true).recovered_again("two");
    shot("8_report_of_two", &two());
    shot("8_report_one_of_two", &two().taken_back("two"));
    let proven = [Code::Ok; 20];
    shot("8_report_proven", &Stage::at_report(true).tested(&proven));
    let mixed = [Code::Ok, Code::AuthRejected, Code::Ok, Code::Timeout];
    shot("8_report_failing", &Stage::at_report(true).tested(&mixed));
    let safe = || {
        let form = Stage::at_report(true).act(&[Action::KeepKeys, Action::PreviousPane]);
        let file = "/var/lib/freescout-rescue/safe-20261130-101500.age";
        form.type_text(file).act(&[Action::NextPane])
    };
    shot("8_safe", &safe().type_text("three words here"));
    let differs = safe()
        .type_text("one")
        .act(&[Action::Primary])
        .type_text("another");
    shot("8_safe_differs", &differs.act(&[Action::Primary]));
    let kept = "Saved and verified: 2 keys in /var/lib/freescout-rescue/safe-20261130-101500.age, encrypted with the \
                passphrase. Keep a copy of it away from this server, and away from the copies of the database.";
    let made = safe()
        .type_text("one")
        .act(&[Action::Primary])
        .type_text("one")
        .act(&[Action::Primary])
        .answered(vec![Update::SafeMade(vec![kept.to_owned()])]);
    shot("8_safe_made", &made);
    for (name, stands) in [
        ("8_watch", TimerStands::No),
        ("8_watch_stands", TimerStands::AsWanted),
        ("8_watch_otherwise", TimerStands::Otherwise),
    ] {
        let timer = Update::Timer(Box::new(fixture::timer(stands)));
        let asked = Stage::at_report(true).act(&[Action::Watch]);
        shot(name, &asked.answered(vec![timer]));
    }
    let idle = || WatchTimer {
        idle: true,
        ..fixture::timer(TimerStands::No)
    };
    let timer = Stage::at_report(true)
        .act(&[Action::Watch])
        .answered(vec![Update::Timer(Box::new(idle()))])
        .act(&[Action::Primary])
        .answered(vec![Update::TimerMade(Box::new(idle()))]);
    shot("8_watch_made_idle", &timer);
    let saved = vec![Update::ReportSaved(vec![
        "/var/lib/freescout-rescue/backups/report-20261123-101501.txt".into(),
    ])];
    shot(
        "8_report_done",
        &Stage::at_report(true)
            .act(&[Action::Primary])
            .answered(saved),
    );
}

/// A fixture without the hostile name of the tests.
fn presentable() -> freescout_rescue::domain::verdict::assessment::Assessment {
    let mut assessment = fixture::assessment(true);
    let names = assessment.secrets.iter_mut().map(|s| &mut s.owner);
    let begin = |name: &str| name.split(" \u{1b}").next().unwrap_or_default().to_owned();
    for name in names {
        *name = begin(name.raw()).into();
    }
    for mailbox in Arc::make_mut(&mut assessment.mailboxes) {
        mailbox.name = begin(mailbox.name.raw()).into();
    }
    assessment
}

/// The README's pictures are the program's own screens. `UPDATE_PICTURE=1` draws them anew.
#[test]
fn the_pictures_are_true() {
    let at_checks = || {
        let stage = Stage::new().surveyed(presentable()).backed_up();
        stage.act(&[Action::Primary, Action::Primary])
    };
    let checks = at_checks().act(&[Action::Down, Action::Down]);
    let codes = [
        Code::Ok,
        Code::Ok,
        Code::Ok,
        Code::AuthRejected,
        Code::Ok,
        Code::Ok,
        Code::Timeout,
        Code::Ok,
        Code::Ok,
    ];
    let connections = at_checks()
        .act(&[Action::Connections, Action::TestAll])
        .probing(Rung::Tls)
        .tested(&codes)
        .act(&[Action::Down, Action::NextPane]);
    let keys = Stage::new()
        .surveyed(presentable())
        .backed_up()
        .act(&[Action::Primary]);
    for (name, stage, (width, height)) in [
        ("checks", checks, (120, 28)),
        ("connections", connections, (80, 24)),
        ("keys", keys, (100, 30)),
    ] {
        let buffer = draw(
            &stage.0,
            width,
            height,
            Theme::new(Depth::True, Glyphs::Unicode),
        );
        let screen = text(&buffer);
        if language::judged(name, &screen, &screen) {
            continue;
        }
        let drawn = picture::svg(&buffer);
        let path = format!("{}/assets/{name}.svg", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_PICTURE").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == drawn,
            "{path} is out of date: UPDATE_PICTURE=1 cargo test --test suite pictures"
        );
    }
}

#[test]
fn overlays() {
    shot("9_help", &Stage::at_checks().act(&[Action::Help]));
    shot(
        "9_quit",
        &Stage::at_passwords()
            .type_text(SENTINEL)
            .act(&[Action::Interrupt]),
    );
    shot(
        "9_connections",
        &Stage::at_checks().act(&[Action::Connections, Action::Down]),
    );
    let all = || Stage::at_checks().act(&[Action::Connections, Action::TestAll]);
    shot("9_connections_testing", &all().probing(Rung::Tls));
    let codes = [Code::Ok, Code::AuthRejected, Code::Timeout, Code::Ok];
    shot(
        "9_connections_failing",
        &all().tested(&codes).act(&[Action::NextPane]),
    );
    shot(
        "9_connections_filtered",
        &all().tested(&codes).act(&[Action::FailingOnly]),
    );
    shot("9_connections_ok", &all().tested(&codes));
    // What is tested again stays in the list, and under the cursor.
    let failing = [Code::AuthRejected; 40];
    let again =
        all()
            .tested(&failing)
            .act(&[Action::FailingOnly, Action::PageDown, Action::TestAll]);
    assert!(again.0.connections.cursor.at() > 5);
    shot("9_connections_again", &again);
    let stopped = again.act(&[Action::StopTests]);
    assert!(stopped.0.connections.cursor.at() > 5);
    shot("9_connections_stopped", &stopped);
    let small = text(&draw(
        &Stage::at_checks().0,
        40,
        10,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    ));
    let asked = freescout_rescue::text!(
        please_enlarge,
        width = Window::SMALLEST.columns,
        height = Window::SMALLEST.rows,
        w = 40,
        h = 10
    );
    let begins: String = asked.chars().take(15).collect();
    assert!(small.starts_with(&begins), "{small}");
    assert!(small.contains("40×10"), "{small}");
}

#[test]
fn the_same_as_a_field_follows_that_field() {
    // Incoming and outgoing of one account.
    let stage = Stage::at_passwords().act(&[Action::Down, Action::Down]);
    let (first, second) = {
        let asked = &stage.0.passwords.asked;
        (asked[2].place.clone(), asked[3].place.clone())
    };
    let stage = stage
        .type_text(SENTINEL)
        .act(&[Action::Primary])
        .tested(&[Code::Ok])
        .act(&[Action::Primary, Action::SameAs, Action::Primary])
        .tested(&[Code::Ok]);
    let answer = |stage: &Stage, place: &Place| {
        let answer = &stage.0.passwords.answers[place];
        (answer.instead.clone(), answer.trial.is_some())
    };
    assert_eq!(
        answer(&stage, &second),
        (Some(Offer::SameAs(first.clone())), true)
    );
    let stage = stage.act(&[Action::Up]).type_text("x");
    assert_eq!(
        answer(&stage, &second),
        (Some(Offer::SameAs(first.clone())), false),
        "what was tested was another text"
    );
    let stage = stage.act(&[Action::EraseAll]);
    assert_eq!(
        answer(&stage, &second),
        (None, false),
        "the same as nothing"
    );
}

#[test]
fn older_copies_and_logs_are_offered_and_a_log_is_never_believed_untested() {
    let mut assessment = fixture::assessment(true);
    let place = Stage::at_passwords().0.passwords.asked[0].place.clone();
    let date = jiff::civil::date(2025, 6, 19).at(3, 0, 0, 0);
    let dated = Some(Dated {
        at: date,
        by: DatedBy::Dump,
    });
    let origin = |database: &str| PayloadOrigin {
        database: Some(database.to_owned()),
        table: Some("mailboxes".to_owned()),
        ..PayloadOrigin::default()
    };
    let other = Basis::Doubtful(Doubt::OtherDatabase("helpdesk".into()));
    for (number, database, basis) in [(11, "helpdesk", Basis::Named), (12, "staging", other)] {
        let (text, origin) = (SecretBytes::from(database.as_bytes()), origin(database));
        let claim = DecryptedPayload {
            basis,
            origin: &origin,
            date: dated,
            text: &text,
        };
        let standing = settle(&[claim]).remove(0);
        assessment.recoverable.push(Recoverable {
            place: place.clone(),
            kind: SecretKind::Outgoing,
            key: fixture::old_key().fingerprint(),
            source: Source::file(SourceKind::File, "/root/backup.sql", Some(7)),
            date: dated,
            origin,
            row: Some(place.cell.id),
            standing,
            number,
            repeats: false,
        });
    }
    assessment.logged.push(LoggedPassword {
        place: place.clone(),
        seen_in: "send_logs#12".into(),
        date: Some(date),
    });
    let stage = Stage::new().surveyed(assessment).backed_up().act(&[
        Action::Primary,
        Action::Primary,
        Action::Primary,
    ]);
    let stage = stage.planned(Strategy::RestoreKey).act(&[Action::Primary]);
    let stage = stage.act(&[Action::SameAs]);
    assert_eq!(
        stage.0.passwords.answers[&place].instead,
        Some(Offer::Older(11))
    );
    shot("6_passwords_older", &stage);
    assert!(stage.0.offers().contains(&Action::KeepUntested));
    // Past the other password of the same account.
    let stage = stage.act(&[Action::SameAs, Action::SameAs]);
    assert_eq!(
        stage.0.passwords.answers[&place].instead,
        Some(Offer::Older(12))
    );
    shot("6_passwords_older_doubtful", &stage);
    let offers = stage.0.offers();
    assert!(!offers.contains(&Action::KeepUntested), "perhaps another's");
    let stage = stage.act(&[Action::KeepUntested, Action::Go(Step::Apply)]);
    assert_eq!(stage.0.step, Step::Passwords, "unproven");
    let stage = stage.act(&[Action::SameAs]);
    assert_eq!(
        stage.0.passwords.answers[&place].instead,
        Some(Offer::Logged(0))
    );
    shot("6_passwords_logged", &stage);
    assert!(!stage.0.offers().contains(&Action::KeepUntested));
    let stage = stage.act(&[Action::KeepUntested, Action::Go(Step::Apply)]);
    assert_eq!(stage.0.step, Step::Passwords, "unproven");
    let stage = stage.act(&[Action::Primary]).tested(&[Code::Ok]);
    let stage = stage.act(&[Action::Go(Step::Apply)]);
    assert_eq!(stage.0.step, Step::Apply, "proven by a login");
}

#[test]
fn typed_text_is_shown_only_when_asked_for() {
    let masked = Stage::at_passwords().type_text(SENTINEL);
    let theme = Theme::new(Depth::Sixteen, Glyphs::Unicode);
    assert!(!text(&draw(&masked.0, 80, 24, theme)).contains(SENTINEL));
    let revealed = masked.act(&[Action::Reveal]);
    assert!(text(&draw(&revealed.0, 80, 24, theme)).contains(SENTINEL));
    let moved_on = revealed.act(&[Action::Down, Action::Up]);
    assert!(
        !text(&draw(&moved_on.0, 80, 24, theme)).contains(SENTINEL),
        "another field hides it again"
    );
}

fn colours(buffer: &Buffer) -> std::collections::BTreeSet<String> {
    buffer
        .content
        .iter()
        .map(|cell| format!("{:?}", cell.fg))
        .collect()
}

#[test]
fn colours_follow_the_terminal() {
    let stage = Stage::at_checks();
    let none = colours(&draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Mono, Glyphs::Unicode),
    ));
    assert_eq!(none, ["Reset".to_owned()].into());
    let buffer = draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    );
    // A wide sign stands in two cells, of which the second shows nothing.
    let shown = |cells: &[Cell]| {
        let mut behind = 0;
        let signs = cells.iter().map(|cell| match behind {
            0 => {
                behind = cell.symbol().width().saturating_sub(1);
                cell.symbol()
            }
            _ => {
                behind -= 1;
                ""
            }
        });
        signs.collect::<String>()
    };
    let lost = buffer
        .content
        .windows(words().cell_lost.width())
        .position(|cells| shown(cells) == words().cell_lost)
        .unwrap();
    assert_eq!(buffer.content[lost].fg, Color::Red);
    let palette = colours(&draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Indexed, Glyphs::Unicode),
    ));
    assert!(
        palette
            .iter()
            .all(|c| c == "Reset" || c.starts_with("Indexed")),
        "{palette:?}"
    );
    let full = colours(&draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::True, Glyphs::Unicode),
    ));
    assert!(
        full.iter().all(|c| c == "Reset" || c.starts_with("Rgb")),
        "{full:?}"
    );
}

#[test]
fn without_utf8_everything_is_ascii() {
    for stage in [
        Stage::at_keys(true),
        Stage::at_checks(),
        Stage::at_plan(),
        Stage::at_report(true),
    ] {
        let buffer = draw(&stage.0, 120, 40, Theme::new(Depth::Sixteen, Glyphs::Ascii));
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    }
}

#[test]
fn what_was_left_behind() {
    let opened = |update: Update| {
        Stage::new().answered(vec![
            Update::Surveyed(Box::new(fixture::survey())),
            update,
            Update::Assessed(Box::new(fixture::assessment(true))),
        ])
    };
    let asked = || opened(Update::Unfinished(Box::new(fixture::unfinished_run())));
    let refused = asked().answered(vec![Update::Failed(fixture::problem())]);
    shot("1_unfinished_no_way_back", &refused);
    let unfinished = || asked().foreseen();
    shot("1_unfinished", &unfinished());
    shot("9_help_unfinished", &unfinished().act(&[Action::Help]));
    let resume = unfinished().type_text("resume").act(&[Action::Primary]);
    let locked = resume.answered(vec![Update::Failed(fixture::locked())]);
    shot(
        "1_unfinished_locked",
        &locked.type_text("not-the-passphrase"),
    );
    let deciding = unfinished().type_text("resume").act(&[Action::Primary]);
    shot("1_unfinished_resuming", &deciding);
    // It had written nothing: there is no run any more that anything would wait for.
    let closed = unfinished().type_text("resume").act(&[Action::Primary]);
    let closed = closed.answered(vec![Update::RunClosed]);
    assert!(closed.0.survey.unfinished.is_none() && closed.0.survey.form.is_none());
    shot("1_unfinished_closed", &closed);
    shot(
        "1_unfinished_failed",
        &deciding.answered(vec![Update::Failed(fixture::problem())]),
    );
    let undo = opened(Update::Unfinished(Box::new(UnfinishedRun {
        run: Run {
            kind: RunKind::Undo,
            ..fixture::unfinished()
        },
        ways: "To finish it: freescout-rescue resume /var/www/html".to_owned(),
        begun: None,
    })));
    // It is the way back itself: there is no other.
    let asked = undo.type_text("undo").act(&[Action::Primary]);
    assert!(asked.0.running.is_none());
    shot("1_unfinished_undo", &asked);
    // Left for now: nothing else can be begun.
    let left = unfinished().act(&[Action::Back, Action::Go(Step::Backup)]);
    assert_eq!(left.0.step, Step::Survey);
    shot("1_unfinished_left", &left);
    shot(
        "1_earlier",
        &opened(Update::Bookmark(Box::new(fixture::bookmark()))),
    );
}

#[test]
fn an_earlier_wizard_is_taken_up_where_it_was() {
    let earlier = || {
        Stage::new().answered(vec![
            Update::Surveyed(Box::new(fixture::survey())),
            Update::Assessed(Box::new(fixture::assessment(true))),
            Update::Bookmark(Box::new(fixture::bookmark())),
        ])
    };
    let taken = earlier()
        .act(&[Action::Primary])
        .answered(vec![Update::BackedUp(fixture::backup())]);
    assert_eq!(taken.0.step, Step::Plan, "behind it rests on passwords");
    assert_eq!(taken.0.strategy(), Strategy::Carry);
    assert_eq!(taken.0.keys.searched, fixture::bookmark().searched);
    let stale = earlier().act(&[Action::Primary]).answered(vec![]);
    assert_eq!(stale.0.step, Step::Backup, "another backup is needed");
    let mut anew = earlier();
    let effects = anew.0.update(Event::Act(Action::Back));
    assert!(effects.is_empty(), "nothing is forgotten yet: {effects:?}");
}
