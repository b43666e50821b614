//! The state machine: `(state, event) -> (state, effects)`. No I/O, no clock, no terminal.
//!
//! What holds always: at most one job runs; no step behind the backup opens without a verified backup; only `apply`
//! makes a job that writes, and only after plan and word; nothing typed is lost by going back; leaving never cuts off a
//! job that writes; in a window too small to show anything no key does anything but leave.

mod aftercare;
mod apply;
mod backup;
mod checks;
mod connections;
mod jobs;
mod keys;
pub mod leave;
mod passwords;
mod paths;
mod plan;
mod report;
mod results;
mod survey;

use std::path::PathBuf;

use super::jobs::{JobKind, Pending};
use super::message::{Action, Effect, Event};
use super::mode::{Field, Mode, Question};
use super::state::{Overlay, Wizard, Workplace};
use super::step::Step;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::Job;
use crate::wizard::parts::input::Input;
use crate::wizard::parts::window::Window;
use crate::wizard::step::keys::KeysForm;
use crate::wizard::step::passwords::Note;
use crate::words::words;

impl Wizard {
    /// The wizard at its start, and its first effects.
    pub fn start_with(folder: Option<PathBuf>, artisan: bool) -> (Self, Vec<Effect>) {
        let mut wizard = Self {
            artisan,
            ..Self::default()
        };
        wizard.survey.folder = folder;
        let effects = wizard.start_survey(None);
        (wizard, effects)
    }

    /// Says where we work.
    pub fn works_in(&mut self, workplace: Workplace) {
        self.workplace = workplace;
    }

    /// Has these places searched for keys as soon as the install was read. These are not the operator's own searches,
    /// so they alone are not worth remembering: the next start of the wizard names them again.
    pub fn looks_in(&mut self, places: Vec<PathBuf>) {
        self.to_search.clone_from(&places);
        self.given.places = places;
        self.keys.searched = self.given.clone();
    }

    /// Says in step 3 where a key is hidden: of a demo, where nobody can know it.
    pub fn hides_key_in(&mut self, folder: PathBuf) {
        self.keys.hidden_in = Some(folder);
    }

    /// Says in step 6 what stands on a note: of a demo, where nobody can know it.
    pub fn has_note(&mut self, note: Note) {
        self.passwords.note = Some(note);
    }

    /// Searches what the command line names, once there is nothing to be decided or typed first.
    fn look_in_given(&mut self) -> Vec<Effect> {
        let free = self.is_free() && self.survey.form.is_none() && self.keys.form.is_none();
        let ready = self.survey.read().is_some() && self.step < Step::Plan;
        if self.to_search.is_empty() || !free || !ready {
            return Vec::new();
        }
        let places = std::mem::take(&mut self.to_search);
        self.look(Job::LookIn(places))
    }

    /// What the checks know, once there was a survey.
    pub fn assessment(&self) -> Option<&Assessment> {
        self.assessment.as_deref()
    }

    /// Whether no job runs, so that another can be started.
    pub fn is_free(&self) -> bool {
        self.running.is_none()
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
            // Where there is nothing to carry out, it says so, and offers what is left.
            Step::Report => {
                self.backup.done.is_some()
                    && self.apply.has_nothing_to_do()
                    && self.apply.problem.is_none()
            }
        }
    }

    /// Takes one event.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        if let Event::Drawn(hidden) = event {
            self.scroll.drawn(hidden);
            return Vec::new();
        }
        if self.is_unseen(&event) {
            return Vec::new();
        }
        // Whatever is not a movement may change what the report says.
        let changes = match &event {
            Event::Act(action) => !action.moves(),
            Event::Resize(_) => false,
            _ => true,
        };
        if changes {
            self.report.view.forget();
        }
        let mut effects = self.take(event);
        if changes {
            self.report.view.forget();
        }
        let called_off = std::mem::take(&mut self.passwords.called_off);
        effects.extend(called_off.into_iter().map(Effect::Cancel));
        self.settle_typed();
        if !effects.iter().any(Effect::ends) {
            effects.extend(self.look_in_given());
            effects.extend(self.foresee_undo());
            effects.extend(self.keep_report_current());
        }
        effects.extend(self.remember());
        // Whatever is asked for beside it is asked for before the end.
        effects.sort_by_key(Effect::ends);
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
            Event::Drawn(_) => Vec::new(),
            Event::Act(action) if self.window.is_too_small() => self.leave_unseen(action),
            Event::Act(action)
                if self.overlay != Some(Overlay::Quit)
                    && self.scroll.act(action, self.window.rows) =>
            {
                Vec::new()
            }
            Event::Act(action) => {
                self.scroll.follow();
                self.notice = None;
                self.act_or_say(action)
            }
            Event::Type(c) => {
                self.scroll.follow();
                self.notice = None;
                if let Some(field) = self.field()
                    && !field.type_char(c)
                {
                    self.say(words().field_full);
                } else if self.mode() == Mode::Field(Field::Undo) && !self.is_free() {
                    // It is kept, and shown with the question that waits for the preview.
                    self.say_busy();
                }
                self.after_typing();
                Vec::new()
            }
            Event::Paste(text) => self.paste(&text),
        }
    }

    fn after_typing(&mut self) {
        if self.step == Step::Checks {
            self.checks.sift();
        }
    }

    fn paste(&mut self, text: &SecretBytes) -> Vec<Effect> {
        self.scroll.follow();
        self.notice = None;
        // A key pasted onto the list of keys goes where it belongs.
        if self.step == Step::Keys && self.mode() == Mode::Command {
            self.keys.ask(KeysForm::Key(Input::default()));
        }
        let is_folder = self.mode() == Mode::Field(Field::BackupFolder);
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

    /// Acts; a command that means nothing here and now is answered with a word about it, so that nobody wonders.
    fn act_or_say(&mut self, action: Action) -> Vec<Effect> {
        let (mode, step) = (self.mode(), self.step);
        let means_nothing = action.is_command() && !self.offers().contains(&action);
        let effects = self.act(action);
        let stays = self.mode() == mode && self.step == step;
        if means_nothing && stays && effects.is_empty() && self.notice.is_none() {
            self.say_why_nothing(action, mode);
        }
        effects
    }

    fn say_why_nothing(&mut self, action: Action, mode: Mode) {
        let w = words();
        let testing = mode == Mode::Connections && self.connections.running();
        match (action, mode) {
            _ if !self.is_free() => self.say_busy(),
            _ if testing => self.say(w.wait_busy),
            (Action::Primary, Mode::Field(_)) => self.say(w.field_empty),
            _ if mode.is_typing() => self.say(w.key_not_here_typing),
            _ => self.say(w.key_not_here),
        }
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.complete_path(action) {
            return effects;
        }
        match (self.mode(), action) {
            (Mode::Help, _) => return self.act_help(action),
            (Mode::Question(Question::Leave), _) => return self.answer_leave(action),
            (_, Action::Quit | Action::Interrupt) => return self.ask_to_leave(),
            (_, Action::Help) => {
                self.overlay = Some(Overlay::Help);
                return Vec::new();
            }
            (_, Action::Connections) => {
                self.connections.open = !self.connections.open;
                return Vec::new();
            }
            (mode, Action::Go(step)) => {
                // Going to a step leaves the question about the earlier one.
                if mode == Mode::Question(Question::Earlier) && self.is_open(step) {
                    self.survey.form = None;
                }
                self.stay();
                return self.go(step);
            }
            (Mode::Connections, Action::Back) => {
                self.connections.open = false;
                return Vec::new();
            }
            (Mode::Connections, _) => return self.act_connections(action),
            (mode, Action::Back) if !mode.closes_with_esc() => return self.back(),
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

    fn back(&mut self) -> Vec<Effect> {
        match &mut self.running {
            Some(job) if job.kind.writes() => {
                self.say(words().wait_writing);
                return Vec::new();
            }
            Some(job) if job.kind.stoppable() => {
                if matches!(job.then, Pending::Go(_)) {
                    job.then = Pending::Nothing;
                }
                job.stopping = true;
                return vec![Effect::Cancel(job.id)];
            }
            _ => {}
        }
        if !self.checks.filter.is_empty() && self.step == Step::Checks {
            self.checks.filter.clear();
            self.checks.sift();
            return Vec::new();
        }
        match self.step {
            Step::Survey if self.may_choose_again() => self.choose_again(),
            Step::Survey => {
                self.say(words().q_leaves);
                Vec::new()
            }
            Step::Report if !self.report.is_over() => self.go_back_from(Step::Report),
            Step::Report => {
                let stands = self.report.has_written() && self.report.undone.is_none();
                self.say(if stands {
                    words().report_no_way_back
                } else {
                    words().q_or_n
                });
                Vec::new()
            }
            // Without a password to ask for, the step was passed over on the way here.
            Step::Apply if self.passwords.asked.is_empty() => self.go_back_from(Step::Passwords),
            step => self.go_back_from(step),
        }
    }

    /// To the nearest step before this one that is open: those between may be locked again, after an attempt that failed.
    fn go_back_from(&mut self, step: Step) -> Vec<Effect> {
        let mut steps = Step::ALL.into_iter().rev();
        let open = steps.find(|before| *before < step && self.is_open(*before));
        self.go(open.unwrap_or_default())
    }

    /// Looks at everything again, from the survey on; what was typed is kept.
    pub(super) fn look_again(&mut self) -> Vec<Effect> {
        if !self.is_free() {
            self.say_busy();
            return Vec::new();
        }
        // Passwords would not be taken along there.
        if self.workplace.stopped_container && self.typed() == 0 {
            let mut effects = self.stop_tests();
            effects.push(Effect::EnterAnew);
            return effects;
        }
        self.step = Step::Survey;
        self.start_survey(None)
    }

    /// To a step, if it is open.
    pub(super) fn go(&mut self, step: Step) -> Vec<Effect> {
        if !self.is_open(step) {
            let why = if self.survey.unfinished.is_some() {
                words().locked_unfinished
            } else if self.report.is_over() && self.can_undo() {
                words().locked_over
            } else if self.report.is_over() {
                words().locked_over_undone
            } else if self.survey.read().is_none() {
                words().locked_survey
            } else if self.backup.done.is_none() && step > Step::Backup {
                words().locked_backup
            } else {
                match step {
                    Step::Passwords | Step::Apply => words().locked_plan,
                    _ => words().locked_report,
                }
            };
            self.say(why);
            return Vec::new();
        }
        if let Some(job) = &mut self.running
            && job.kind != JobKind::Look
        {
            // What a job found is on the screen before its last message: an operator who continues then is taken there
            // as soon as it has arrived.
            if !job.kind.writes() {
                job.then = Pending::Go(step);
            }
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
            search.then = Pending::Go(step);
            return vec![stop];
        }
        self.passwords.revealed = false;
        self.stay();
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

    fn act_help(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Back | Action::Help | Action::Primary | Action::Quit => self.overlay = None,
            Action::Interrupt => {
                self.overlay = None;
                return self.ask_to_leave();
            }
            _ => {}
        }
        Vec::new()
    }

    fn answer_leave(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Back => self.overlay = None,
            Action::Primary | Action::Quit | Action::Interrupt => {
                self.overlay = None;
                return self.leave();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Says one sentence at the foot of the screen.
    pub(super) fn say(&mut self, sentence: &str) {
        self.notice = Some(sentence.to_owned());
    }

    /// The window, as it was measured last.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Whether an event is dropped, as nobody sees what it would do.
    fn is_unseen(&self, event: &Event) -> bool {
        let by_hand = match event {
            Event::Act(Action::Quit | Action::Interrupt) => false,
            Event::Act(_) | Event::Type(_) | Event::Paste(_) => true,
            Event::Job(..) | Event::Terminate | Event::Resize(_) | Event::Drawn(_) => false,
        };
        by_hand && self.window.is_too_small()
    }
}
