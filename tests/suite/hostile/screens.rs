//! The wizard on the same install, with the engine behind it: every cell of every frame of every step.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::worker::setup::Setup;
use freescout_rescue::engine::worker::threads::WorkerHandle;
use freescout_rescue::engine::worker::{JobId, Update};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::oauth::Endpoints;
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::tui::frame;
use freescout_rescue::tui::theme::{Depth, Glyphs, Theme};
use freescout_rescue::wizard::message::{Action, Effect, Event};
use freescout_rescue::wizard::state::Wizard;
use freescout_rescue::wizard::step::Step;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::ground::Ground;
use super::{assert_harmless, is_forbidden};

const DEADLINE: Duration = Duration::from_secs(60);

struct Live {
    wizard: Wizard,
    worker: WorkerHandle,
    updates: Receiver<(JobId, Update)>,
    terminals: Vec<Terminal<TestBackend>>,
    frames: usize,
}

impl Live {
    fn new(ground: &Ground) -> Self {
        let setup = Setup {
            options: Options {
                backup_dir: AbsolutePath::new(ground.path("backups")).unwrap(),
                state_dir: AbsolutePath::new(ground.path("state")).unwrap(),
                keys_dir: None,
                artisan: false,
                php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
            },
            machine: MachineScope::Host,
            environment: Environment::of_this_process(),
            given: Given::default(),
            mail: Settings::of_system(),
            endpoints: Endpoints {
                microsoft: "http://127.0.0.1:1/".to_owned(),
                google: "http://127.0.0.1:1/".to_owned(),
                ..Endpoints::default()
            },
        };
        let (worker, updates) = WorkerHandle::start(setup);
        let (mut wizard, effects) = Wizard::start_with(Some(ground.install().to_owned()), false);
        wizard.looks_in(vec![ground.path("look-in")]);
        let sizes = [(80, 24), (120, 40), (200, 60)];
        let mut live = Self {
            wizard,
            worker,
            updates,
            terminals: sizes
                .map(|(width, height)| Terminal::new(TestBackend::new(width, height)).unwrap())
                .into(),
            frames: 0,
        };
        live.follow(effects);
        live
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => self.worker.submit(id, job),
                Effect::Test(id, test) => self.worker.test(id, test),
                Effect::Complete {
                    typed,
                    folders_only,
                } => self.worker.complete(typed, folders_only),
                Effect::Cancel(id) | Effect::CallOff(id) => self.worker.cancel(id),
                Effect::Remember(bookmark) => self.worker.remember(bookmark),
                Effect::Quit(_) | Effect::Enter(_) | Effect::EnterAnew | Effect::ChooseAgain => {}
            }
        }
        self.look();
    }

    /// Draws, and looks at every cell.
    fn look(&mut self) {
        let theme = Theme::new(Depth::Sixteen, Glyphs::Unicode);
        for terminal in &mut self.terminals {
            terminal
                .draw(|f| frame::draw(f, &self.wizard, &theme, 0))
                .unwrap();
            let buffer = terminal.backend().buffer();
            for cell in buffer.content() {
                let bad = cell.symbol().chars().find(|c| is_forbidden(*c));
                assert!(bad.is_none(), "{bad:x?} in step {:?}", self.wizard.step);
            }
            self.frames += 1;
        }
    }

    fn act(&mut self, actions: &[Action]) {
        for action in actions {
            let effects = self.wizard.update(Event::Act(*action));
            self.follow(effects);
        }
    }

    /// Hears the engine until the wizard is as wished.
    fn until(&mut self, what: &str, is: impl Fn(&Wizard) -> bool) {
        let start = Instant::now();
        while !is(&self.wizard) {
            assert!(
                start.elapsed() < DEADLINE,
                "waited for {what} in {:?}: {:?} {:?}",
                self.wizard.step,
                self.wizard.notice,
                self.wizard.apply
            );
            if let Ok((id, update)) = self.updates.recv_timeout(Duration::from_millis(100)) {
                let effects = self.wizard.update(Event::Job(id, update));
                self.follow(effects);
            }
        }
    }

    fn idle(&mut self, what: &str) {
        self.until(what, |w| w.running.is_none());
    }

    /// Through everything a step shows: its rows, its panes, its help, the connections.
    fn look_around(&mut self) {
        for _ in 0..40 {
            self.act(&[Action::Down]);
        }
        self.act(&[
            Action::First,
            Action::NextPane,
            Action::PageDown,
            Action::PreviousPane,
        ]);
        self.act(&[Action::Help, Action::Back, Action::Connections]);
        for _ in 0..14 {
            self.act(&[Action::Down, Action::NextPane]);
        }
        self.act(&[Action::Back]);
    }
}

#[test]
fn no_frame_of_any_step_shows_it() {
    let ground = Ground::new();
    let mut live = Live::new(&ground);
    live.idle("the survey and the search");
    assert!(
        live.wizard.assessment().is_some(),
        "{:?}",
        live.wizard.survey.phase
    );
    live.look_around();
    live.act(&[Action::Go(Step::Backup), Action::Primary]);
    live.until("the backup", |w| {
        w.running.is_none() && w.backup.done.is_some()
    });
    live.look_around();
    for step in [Step::Keys, Step::Checks] {
        live.act(&[Action::Go(step)]);
        live.look_around();
    }
    live.act(&[Action::Go(Step::Plan)]);
    live.idle("the plan");
    live.look_around();
    // The recommended strategy again, whichever was looked at last.
    live.act(&[Action::First]);
    live.idle("its plan");
    live.act(&[Action::Connections, Action::TestAll, Action::Back]);
    live.until("the tests", |w| !w.is_busy());
    live.look_around();
    live.act(&[Action::First]);
    live.idle("the recommended plan");
    live.act(&[Action::Go(Step::Passwords)]);
    for _ in 0..live.wizard.passwords.asked.len() {
        for _ in 0..6 {
            live.act(&[Action::SameAs]);
        }
        live.act(&[Action::EraseAll, Action::Down]);
    }
    live.act(&[Action::Go(Step::Apply)]);
    let w = &live.wizard;
    assert_eq!(w.step, Step::Apply, "{:?}", w.notice);
    live.idle("the final plan");
    for c in "apply".chars() {
        let effects = live.wizard.update(Event::Type(c));
        live.follow(effects);
    }
    live.act(&[Action::Primary]);
    live.until("the recovery", |w| {
        w.report.applied.is_some() && !w.is_busy()
    });
    live.look_around();
    live.act(&[Action::Primary]);
    live.until("the report", |w| {
        !w.report.saved.is_empty() && w.running.is_none()
    });
    live.look();
    for saved in &live.wizard.report.saved {
        assert_harmless(&saved.display().to_string(), &std::fs::read(saved).unwrap());
    }
    live.act(&[Action::Undo]);
    live.until("what it would put back", |w| {
        w.report.would_undo().is_some() && !w.is_busy()
    });
    live.look();
    for c in "undo".chars() {
        let effects = live.wizard.update(Event::Type(c));
        live.follow(effects);
    }
    live.act(&[Action::Primary]);
    live.until("the undo", |w| w.report.undone.is_some() && !w.is_busy());
    live.look_around();
    assert!(
        live.frames > 500,
        "only {} frames were looked at",
        live.frames
    );
}
