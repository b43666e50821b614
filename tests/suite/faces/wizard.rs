//! The wizard with its worker and without a screen, driven by what its keys mean.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use freescout_rescue::engine::session::machine::MachineScope;
use freescout_rescue::engine::usecase::given::Given;
use freescout_rescue::engine::worker::setup::Setup;
use freescout_rescue::engine::worker::threads::WorkerHandle;
use freescout_rescue::engine::worker::{JobId, Update};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::oauth::Endpoints;
use freescout_rescue::wizard::message::{Action, Effect, Event};
use freescout_rescue::wizard::state::Wizard;
use freescout_rescue::wizard::step::Step;

use super::Broken;

const DEADLINE: Duration = Duration::from_secs(60);

pub(super) struct Driven {
    pub(super) wizard: Wizard,
    worker: WorkerHandle,
    updates: Receiver<(JobId, Update)>,
    /// What it was told to be doing, each once.
    pub(super) said: Vec<String>,
}

impl Driven {
    /// On this install, up to where its first search has ended.
    pub(super) fn surveyed(broken: &Broken) -> Self {
        Self::given(broken, Given::default())
    }

    /// The same, with what was given on the command line.
    pub(super) fn given(broken: &Broken, given: Given) -> Self {
        let setup = Setup {
            options: broken.options(),
            machine: MachineScope::Host,
            environment: Environment::of_this_process(),
            given,
            mail: Settings::of_system(),
            endpoints: Endpoints {
                microsoft: "http://127.0.0.1:1/".to_owned(),
                google: "http://127.0.0.1:1/".to_owned(),
                ..Endpoints::default()
            },
        };
        let (worker, updates) = WorkerHandle::start(setup);
        let (mut wizard, effects) = Wizard::start_with(Some(broken.bench.install()), false);
        wizard.looks_in(vec![broken.look_in()]);
        let mut driven = Self {
            wizard,
            worker,
            updates,
            said: Vec::new(),
        };
        driven.follow(effects);
        driven.until("the survey and its search", |w| w.running.is_none());
        driven
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => self.worker.submit(id, job),
                // Nobody is logged in to here.
                Effect::Test(id, _) => {
                    let ended = self.wizard.update(Event::Job(id, Update::Done));
                    self.follow(ended);
                }
                Effect::Complete {
                    typed,
                    folders_only,
                } => self.worker.complete(typed, folders_only),
                Effect::Cancel(id) | Effect::CallOff(id) => self.worker.cancel(id),
                Effect::Remember(bookmark) => self.worker.remember(bookmark),
                Effect::Quit(_) | Effect::Enter(_) | Effect::EnterAnew | Effect::ChooseAgain => {}
            }
        }
    }

    pub(super) fn act(&mut self, actions: &[Action]) {
        for action in actions {
            let effects = self.wizard.update(Event::Act(*action));
            self.follow(effects);
        }
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            let effects = self.wizard.update(Event::Type(c));
            self.follow(effects);
        }
    }

    pub(super) fn type_and_enter(&mut self, text: &str) {
        self.type_in(text);
        self.act(&[Action::Primary]);
    }

    /// Hears the engine until the wizard is as wished.
    pub(super) fn until(&mut self, what: &str, is: impl Fn(&Wizard) -> bool) {
        let start = Instant::now();
        while !is(&self.wizard) {
            let w = &self.wizard;
            assert!(
                start.elapsed() < DEADLINE,
                "waited for {what} in {:?}: {:?} {:?} {:?} {:?}",
                w.step,
                w.notice,
                w.survey.phase,
                w.apply,
                w.report
            );
            let Ok((id, update)) = self.updates.recv_timeout(Duration::from_millis(100)) else {
                continue;
            };
            if let Update::Progress { what, .. } = &update
                && self.said.last() != Some(what)
            {
                self.said.push(what.clone());
            }
            let effects = self.wizard.update(Event::Job(id, update));
            self.follow(effects);
        }
    }

    pub(super) fn back_up(&mut self) {
        self.act(&[Action::Go(Step::Backup), Action::Primary]);
        self.until("the backup", |w| {
            w.running.is_none() && w.backup.done.is_some()
        });
    }

    /// To the passwords of the recommended plan.
    pub(super) fn open_passwords(&mut self) {
        self.act(&[Action::Go(Step::Plan)]);
        self.until("the plan", |w| {
            w.running.is_none() && w.plan.ready.is_some()
        });
        self.act(&[Action::Go(Step::Passwords)]);
    }

    /// The recommended plan, with this password wherever one is asked for; none where it is empty.
    pub(super) fn apply(&mut self, password: &str) {
        self.open_passwords();
        let asked = self.wizard.passwords.asked.len();
        for _ in 0..asked {
            if !password.is_empty() {
                self.type_in(password);
                self.act(&[Action::KeepUntested]);
            }
            self.act(&[Action::Down]);
        }
        self.confirm();
    }

    /// From the passwords to the end of the recovery.
    pub(super) fn confirm(&mut self) {
        self.act(&[Action::Go(Step::Apply)]);
        self.until("the final plan", |w| {
            w.running.is_none() && w.apply.ready.is_some()
        });
        self.type_and_enter("apply");
        self.until("the recovery", |w| {
            w.running.is_none() && w.report.applied.is_some()
        });
    }

    /// Takes the recovery back, from the report.
    pub(super) fn undo(&mut self) {
        self.act(&[Action::Undo]);
        self.until("what it would put back", |w| {
            w.running.is_none() && w.report.would_undo().is_some()
        });
        self.type_and_enter("undo");
        self.until("the undo", |w| {
            w.running.is_none() && w.report.undone.is_some()
        });
    }
}
