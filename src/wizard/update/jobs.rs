//! One job at a time: how one is begun, and what is forgotten with a new round.

use crate::engine::worker::{Job, JobId};
use crate::wizard::jobs::{JobKind, Pending, Running};
use crate::wizard::message::Effect;
use crate::wizard::state::Wizard;
use crate::wizard::step::{Step, apply, backup, keys, plan, report};
use crate::words::words;

impl Wizard {
    /// Hands a job to the engine, unless one runs; then says so and gives nothing.
    pub(super) fn start(&mut self, job: Job) -> Vec<Effect> {
        if !self.is_free() {
            self.say_busy();
            return Vec::new();
        }
        let searched = &mut self.keys.searched;
        match &job {
            Job::LookIn(places) => searched.add(places),
            Job::LookUsual => searched.usual = true,
            Job::LookProcesses => searched.processes = true,
            _ => {}
        }
        let id = self.next_job();
        self.running = Some(Running {
            id,
            kind: JobKind::of(&job),
            what: String::new(),
            done: 0,
            of: None,
            stopping: false,
            then: Pending::Nothing,
        });
        vec![Effect::Start(id, job)]
    }

    /// Says that a job runs, and how to stop it where it can be stopped.
    pub(super) fn say_busy(&mut self) {
        let w = words();
        self.say(match self.running.as_ref().map(|job| job.kind) {
            Some(JobKind::Look) => w.wait_looking,
            Some(JobKind::ForeseeUndo) => w.wait_foreseeing,
            Some(kind) if kind.writes() => w.wait_writing,
            _ => w.wait_busy,
        });
    }

    /// Whether the install is being changed right now.
    pub fn is_writing(&self) -> bool {
        self.running.as_ref().is_some_and(|job| job.kind.writes())
    }

    /// Whether the wizard ends as soon as the job that runs has ended.
    pub fn is_leaving(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|job| job.then == Pending::Leave)
    }

    /// Stays here, wherever the operator wanted to go once the job has ended.
    pub(super) fn stay(&mut self) {
        if let Some(job) = &mut self.running
            && matches!(job.then, Pending::Go(_))
        {
            job.then = Pending::Nothing;
        }
    }

    /// A name that no job and no round of tests had before.
    pub(super) fn next_job(&mut self) -> JobId {
        self.jobs += 1;
        JobId(self.jobs)
    }

    /// Forgets everything that rests on a survey; not what was typed.
    pub(super) fn forget_all(&mut self) {
        self.assessment = None;
        self.hour = None;
        self.reached = Step::Survey;
        self.backup = backup::State {
            full_dump: self.backup.full_dump,
            made: self.backup.made.take(),
            ..backup::State::default()
        };
        self.keys = keys::State {
            searched: self.given.clone(),
            ..keys::State::default()
        };
        self.plan = plan::State::default();
        self.apply = apply::State::default();
        self.report = report::State::default();
        self.refresh_rows();
        self.refresh_asked();
        self.refresh_connections();
    }

    /// A new round, from the survey on.
    pub(super) fn start_over(&mut self) -> Vec<Effect> {
        if self.running.is_some() {
            self.say(words().wait_busy);
            return Vec::new();
        }
        self.step = Step::Survey;
        // What servers said to stored passwords holds in the next round too: step 6 asks for those they refused.
        let mut effects = self.stop_tests();
        let refused = self.connections.all_condemned();
        effects.extend(self.start_survey(None));
        self.connections.remember_refused(refused);
        effects
    }
}
