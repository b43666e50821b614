//! The state machine: `(state, event) -> (state, effects)`. No I/O, no clock, no terminal.
//!
//! What holds always: at most one job runs; no step behind the backup opens without a verified backup; only `apply`
//! makes a job that writes, and only after plan and word; nothing typed is lost by going back; leaving never cuts off a
//! job that writes; in a window too small to show anything no key does anything but leave.

use std::path::PathBuf;

use super::jobs::{JobKind, Running};
use super::message::{Action, Effect, Event};
use super::step::Step;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::run::bookmark::{Bookmark, Searched};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::Job;
use crate::wizard::parts::input::Input;
use crate::wizard::parts::window::Window;
use crate::wizard::step::{
    apply, backup, checks, connections, keys, passwords, plan, report, survey,
};
use crate::words::words;

/// What lies over the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help.
    Help,
    /// "Really leave?"
    Quit,
}

/// The whole state.
#[derive(Debug)]
pub struct Wizard {
    /// The step on the screen.
    pub step: Step,
    /// Step 1.
    pub survey: survey::State,
    /// Step 2.
    pub backup: backup::State,
    /// Step 3.
    pub keys: keys::State,
    /// Step 4.
    pub checks: checks::State,
    /// Step 5.
    pub plan: plan::State,
    /// Step 6.
    pub passwords: passwords::State,
    /// Step 7.
    pub apply: apply::State,
    /// Step 8.
    pub report: report::State,
    /// The connections pane.
    pub connections: connections::State,
    /// What lies over the step.
    pub overlay: Option<Overlay>,
    /// The job that runs.
    pub running: Option<Running>,
    /// One sentence about the last key; gone with the next one.
    pub notice: Option<String>,
    /// Leave as soon as the job that writes is done.
    pub leaving: bool,
    /// A recovery of this session stands: the command that takes it back.
    pub standing: Option<String>,
    /// Something was changed only in part and could not be put back: what stands.
    pub half_done: Option<crate::domain::error::Problem>,
    /// Go to this step as soon as the search has stopped.
    pub(super) bound_for: Option<Step>,
    /// Where an earlier wizard was left, while what it had is brought back.
    pub(super) taking_up: Option<Step>,
    /// The bookmark as it was written down last.
    pub(super) remembered: Option<Bookmark>,
    /// Where to look for keys as soon as the install was read, as the command line says.
    pub(super) given: Searched,
    /// Whether that is still to be done.
    pub(super) given_waits: bool,
    /// Run FreeScout's own cache command.
    pub(super) artisan: bool,
    /// The furthest step that was gone to in this round.
    pub(super) reached: Step,
    /// What it is drawn in.
    pub(super) window: Window,
    pub(super) assessment: Option<Box<Assessment>>,
    pub(super) jobs: u64,
}

impl Wizard {
    /// The wizard at its start, and its first effects.
    pub fn start_with(folder: Option<PathBuf>, artisan: bool) -> (Self, Vec<Effect>) {
        let mut wizard = Self {
            step: Step::Survey,
            survey: survey::State {
                folder,
                ..survey::State::default()
            },
            backup: backup::State::default(),
            keys: keys::State::default(),
            checks: checks::State::default(),
            plan: plan::State::default(),
            passwords: passwords::State::default(),
            apply: apply::State::default(),
            report: report::State::default(),
            connections: connections::State::default(),
            overlay: None,
            running: None,
            notice: None,
            leaving: false,
            standing: None,
            half_done: None,
            bound_for: None,
            taking_up: None,
            remembered: None,
            given: Searched::default(),
            given_waits: false,
            artisan,
            reached: Step::Survey,
            window: Window::default(),
            assessment: None,
            jobs: 0,
        };
        let effects = wizard.start_survey(None);
        (wizard, effects)
    }

    /// Says where to look for keys as soon as the install was read: a wizard that takes this one up has to look there too.
    pub fn looks_in(&mut self, places: Vec<PathBuf>) {
        self.given_waits = !places.is_empty();
        self.given.places = places;
        self.keys.searched = self.given.clone();
    }

    /// Looks there, once there is nothing to be decided first.
    fn look_in_given(&mut self) -> Vec<Effect> {
        let free = self.running.is_none() && self.survey.form.is_none() && !self.leaving;
        let ready = self.survey.read().is_some() && self.step < Step::Plan;
        if !self.given_waits || !free || !ready {
            return Vec::new();
        }
        self.given_waits = false;
        self.look(Job::LookIn(self.given.places.clone()))
    }

    /// What the checks know, once there was a survey.
    pub fn assessment(&self) -> Option<&Assessment> {
        self.assessment.as_deref()
    }

    /// Whether anything moves: a job, or a connection test.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || self.connections.running() || self.passwords.trying()
    }

    /// Whether a job of this kind runs.
    pub fn is_running(&self, kind: JobKind) -> bool {
        self.running.as_ref().is_some_and(|job| job.kind == kind)
    }

    /// Whether a step can be gone to now.
    pub fn is_open(&self, step: Step) -> bool {
        if self.report.is_over() {
            // After a recovery only its report stands, until a new round is started.
            return step == Step::Report;
        }
        match step {
            Step::Survey => true,
            // First it is decided what becomes of a run that did not end.
            _ if self.survey.unfinished.is_some() => false,
            Step::Backup => self.survey.read().is_some() && self.assessment.is_some(),
            Step::Keys | Step::Checks | Step::Plan => self.backup.done.is_some(),
            Step::Passwords | Step::Apply => {
                self.backup.done.is_some() && self.plan.ready.is_some()
            }
            Step::Report => false,
        }
    }

    /// Takes one event.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        if self.is_unseen(&event) {
            return Vec::new();
        }
        let mut effects = self.take(event);
        let called_off = std::mem::take(&mut self.passwords.called_off);
        effects.extend(called_off.into_iter().map(Effect::Cancel));
        self.settle_typed();
        effects.extend(self.look_in_given());
        effects.extend(self.remember());
        // Whatever is asked for beside it is asked for before the end.
        effects.sort_by_key(|effect| matches!(effect, Effect::Quit(_)));
        effects
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Job(id, update) => self.on_update(id, update),
            Event::Terminate => self.leave(),
            Event::Resize(window) => {
                self.window = window;
                Vec::new()
            }
            Event::Act(action) if self.window.is_too_small() => self.leave_unseen(action),
            Event::Act(action) => {
                self.notice = None;
                self.act(action)
            }
            Event::Type(c) => {
                self.notice = None;
                if let Some(field) = self.field()
                    && !field.type_char(c)
                {
                    self.say(words().field_full);
                }
                self.after_typing();
                Vec::new()
            }
            Event::Paste(text) => self.paste(&text),
        }
    }

    /// Whether keys are letters for a field now, not commands.
    pub fn typing(&self) -> bool {
        let covered = self.overlay.is_some() || self.connections.open;
        !covered && !self.window.is_too_small() && self.typing_below()
    }

    /// Whether the step has a field open, whatever lies over it.
    pub fn typing_below(&self) -> bool {
        match self.step {
            Step::Survey => {
                let question = matches!(
                    self.survey.form,
                    None | Some(survey::SurveyForm::Earlier(_))
                );
                !question && !self.is_deciding()
            }
            Step::Keys => self.keys.form.is_some(),
            Step::Checks => self.checks.filtering,
            Step::Passwords => !self.passwords.asked.is_empty(),
            Step::Apply => {
                // The plan is shown before its job has said its last word: what is typed then is not lost.
                let confirming = self.apply.ready.is_some() && self.apply.problem.is_none();
                confirming && !self.is_running(JobKind::Apply)
            }
            Step::Report => self.report.undoing.is_some(),
            Step::Backup => self.backup.form.is_some(),
            Step::Plan => false,
        }
    }

    fn field(&mut self) -> Option<&mut Input> {
        if !self.typing() {
            return None;
        }
        match self.step {
            Step::Survey => self.survey.field(),
            Step::Keys => self.keys.field(),
            Step::Checks => Some(&mut self.checks.filter),
            Step::Passwords => self.password_field(),
            Step::Apply => Some(&mut self.apply.word),
            Step::Report => self.report.undoing.as_mut(),
            Step::Backup => self.backup.form.as_mut(),
            Step::Plan => None,
        }
    }

    fn after_typing(&mut self) {
        if self.step == Step::Checks {
            self.refresh_rows();
        }
    }

    fn paste(&mut self, text: &SecretBytes) -> Vec<Effect> {
        self.notice = None;
        // A key pasted onto the list of keys goes where it belongs.
        if self.step == Step::Keys
            && self.keys.form.is_none()
            && self.overlay.is_none()
            && !self.connections.open
        {
            self.keys.form = Some(keys::KeysForm::Key(Input::default()));
        }
        let is_folder =
            self.step == Step::Backup && self.overlay.is_none() && !self.connections.open;
        let Some(field) = self.field() else {
            return Vec::new();
        };
        // It takes the place of the folder that is offered: put behind it, a password that was pasted into the wrong field
        // would become a folder's name, and a folder another one below it.
        if is_folder {
            field.clear();
        }
        if !field.paste(text) {
            self.say(words().pasted_in_part);
        }
        self.after_typing();
        Vec::new()
    }

    /// The actions that mean something here and now, the primary one first.
    pub fn offers(&self) -> Vec<Action> {
        match self.overlay {
            Some(Overlay::Help) => return vec![Action::Back],
            Some(Overlay::Quit) => return vec![Action::Primary, Action::Back],
            None if self.connections.open => return self.connections_offers(),
            None => {}
        }
        self.step_offers()
    }

    /// What means something in the step itself, whatever lies over it. The last three are the ways out.
    pub fn step_offers(&self) -> Vec<Action> {
        let mut offers = match self.step {
            Step::Survey if self.is_deciding() => vec![],
            Step::Survey => self.survey.offers(),
            Step::Backup => self.backup_offers(),
            Step::Keys => self.keys_offers(),
            Step::Checks => self.checks_offers(),
            Step::Plan => self.plan_offers(),
            Step::Passwords => self.passwords_offers(),
            Step::Apply => self.apply_offers(),
            Step::Report => self.report_offers(),
        };
        let stop = self
            .running
            .as_ref()
            .is_some_and(|job| job.kind.stoppable());
        let back = offers.contains(&Action::Back)
            || stop
            || self.step > Step::Survey && self.step < Step::Report;
        offers.retain(|action| *action != Action::Back);
        offers.push(Action::Connections);
        offers.extend(back.then_some(Action::Back));
        offers.push(Action::Help);
        offers.push(if self.typing() {
            Action::Interrupt
        } else {
            Action::Quit
        });
        offers
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(overlay) = self.overlay {
            return self.act_overlay(overlay, action);
        }
        match action {
            Action::Quit | Action::Interrupt => return self.ask_to_leave(),
            Action::Help => {
                self.overlay = Some(Overlay::Help);
                return Vec::new();
            }
            Action::Connections => {
                self.connections.open = !self.connections.open;
                return Vec::new();
            }
            Action::Go(step) => {
                self.bound_for = None;
                return self.go(step);
            }
            Action::Back if self.connections.open => {
                self.connections.open = false;
                return Vec::new();
            }
            action if self.connections.open => return self.act_connections(action),
            Action::Back if !self.has_inner_back() => return self.back(),
            _ => {}
        }
        match self.step {
            Step::Survey => self.act_survey(action),
            Step::Backup => self.act_backup(action),
            Step::Keys => self.act_keys(action),
            Step::Checks => self.act_checks(action),
            Step::Plan => self.act_plan(action),
            Step::Passwords => self.act_passwords(action),
            Step::Apply => self.act_apply(action),
            Step::Report => self.act_report(action),
        }
    }

    /// Whether Esc first closes something within the step.
    fn has_inner_back(&self) -> bool {
        match self.step {
            Step::Survey => self.survey.form.is_some() && !self.is_deciding(),
            Step::Keys => self.keys.form.is_some(),
            Step::Checks => self.checks.filtering,
            Step::Report => self.report.undoing.is_some(),
            Step::Backup => self.backup.form.is_some(),
            Step::Plan | Step::Passwords | Step::Apply => false,
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        match &mut self.running {
            Some(job) if job.kind.writes() => {
                self.say(words().wait_writing);
                return Vec::new();
            }
            Some(job) if job.kind.stoppable() => {
                self.bound_for = None;
                job.stopping = true;
                return vec![Effect::Cancel(job.id)];
            }
            _ => {}
        }
        if !self.checks.filter.is_empty() && self.step == Step::Checks {
            self.checks.filter.clear();
            self.refresh_rows();
            return Vec::new();
        }
        match self.step {
            Step::Survey => {
                self.say(words().q_leaves);
                Vec::new()
            }
            Step::Report => {
                let undone = self.report.undone.is_some();
                self.say(if undone {
                    words().q_or_n
                } else {
                    words().report_no_way_back
                });
                Vec::new()
            }
            // Without a password to ask for, the step was passed over on the way here.
            Step::Apply if self.passwords.asked.is_empty() => self.go(Step::Plan),
            step => self.go(step.previous()),
        }
    }

    /// To a step, if it is open.
    pub(super) fn go(&mut self, step: Step) -> Vec<Effect> {
        if !self.is_open(step) {
            let why = if self.survey.unfinished.is_some() {
                words().locked_unfinished
            } else if self.backup.done.is_none() && step > Step::Backup {
                words().locked_backup
            } else {
                words().locked
            };
            self.say(why);
            return Vec::new();
        }
        if self
            .running
            .as_ref()
            .is_some_and(|job| job.kind != JobKind::Look)
        {
            // What a job found stands on the screen before it has said its last word: whoever goes on then is taken there
            // as soon as it has.
            let waits = self.running.as_ref().is_some_and(|job| !job.kind.writes());
            self.bound_for = waits.then_some(step);
            self.say(words().wait_busy);
            return Vec::new();
        }
        if let (Step::Apply, Some(field)) = (step, self.unsettled()) {
            // Nothing typed is left behind in silence.
            self.step = Step::Passwords;
            let len = self.passwords.asked.len();
            self.passwords.cursor.set(field, len);
            self.say(self.unsettled_notice());
            return Vec::new();
        }
        let needs_engine = step == Step::Apply || step == Step::Plan && self.plan.ready.is_none();
        if let (true, Some(search)) = (needs_engine, &mut self.running) {
            // A plan made while keys still arrive would be void at once: the search ends first.
            search.stopping = true;
            let stop = Effect::Cancel(search.id);
            self.bound_for = Some(step);
            return vec![stop];
        }
        self.passwords.revealed = false;
        self.bound_for = None;
        self.step = step;
        self.reached = self.reached.max(step);
        match step {
            Step::Plan if self.plan.ready.is_none() => {
                self.start_plan(std::collections::BTreeSet::new())
            }
            Step::Apply => {
                self.apply.problem = None;
                self.enter_apply()
            }
            _ => Vec::new(),
        }
    }

    fn act_overlay(&mut self, overlay: Overlay, action: Action) -> Vec<Effect> {
        match (overlay, action) {
            (Overlay::Help, Action::Back | Action::Help | Action::Primary | Action::Quit) => {
                self.overlay = None
            }
            (Overlay::Help, Action::Interrupt) => {
                self.overlay = None;
                return self.ask_to_leave();
            }
            (Overlay::Quit, Action::Back) => self.overlay = None,
            (Overlay::Quit, Action::Primary | Action::Quit | Action::Interrupt) => {
                self.overlay = None;
                return self.leave();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Leaves at once where nothing would be lost, asks otherwise.
    fn ask_to_leave(&mut self) -> Vec<Effect> {
        if self.would_lose() {
            self.overlay = Some(Overlay::Quit);
            return Vec::new();
        }
        self.leave()
    }

    /// Whether something is unsaved, or being done.
    pub(super) fn would_lose(&self) -> bool {
        // A survey only reads, and is soon made again.
        let busy = |job: &Running| job.kind != JobKind::Survey;
        self.typed() > 0 || self.running.as_ref().is_some_and(busy) || self.report_unsaved()
    }

    /// Whether a recovery stands whose report was not saved since its last word.
    pub fn report_unsaved(&self) -> bool {
        let report = &self.report;
        report.applied.is_some() && report.undone.is_none() && !report.is_saved()
    }

    /// Leaves; after the job that writes, if one runs.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        match &self.running {
            Some(job) if job.kind.writes() => {
                self.leaving = true;
                vec![Effect::CallOff(job.id)]
            }
            Some(job) => {
                let cancel = Effect::Cancel(job.id);
                std::iter::once(cancel).chain(self.quit()).collect()
            }
            None => self.quit(),
        }
    }

    /// Ends; what is being tested is called off, and is not tested then.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_tests();
        effects.push(Effect::Quit(self.exit()));
        effects
    }

    /// Says one sentence at the foot of the screen.
    pub(super) fn say(&mut self, sentence: &str) {
        self.notice = Some(sentence.to_owned());
    }
}
