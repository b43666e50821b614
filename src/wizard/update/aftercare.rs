//! What the keys do in the forms that step 8 offers once mail flows again: a safe for the keys, a timer for the watch.

use crate::engine::worker::{Job, TimerStands, WatchTimer};
use crate::wizard::jobs::JobKind;
use crate::wizard::message::{Action, Effect};
use crate::wizard::state::{InstallLifetime, Wizard};
use crate::wizard::step::aftercare::{SafeField, SafeForm};
use crate::wizard::step::report::ReportForm;
use crate::words::words;

impl Wizard {
    /// Whether there is a key to be kept.
    pub(super) fn can_keep_keys(&self) -> bool {
        let keys = self.assessment().map(|a| a.keys.as_slice());
        keys.unwrap_or_default().iter().any(|key| key.effective)
    }

    pub(super) fn open_safe(&mut self) {
        if !self.is_free() {
            self.say_busy();
            return;
        }
        let offered = self.backup.folders.as_ref();
        let offered = offered.map(|folders| folders.safe.clone());
        self.report.problem = None;
        let form = SafeForm::at(&offered.unwrap_or_default());
        self.report.form = Some(ReportForm::Safe(Box::new(form)));
    }

    pub(super) fn act_safe(&mut self, action: Action) -> Vec<Effect> {
        let Some(ReportForm::Safe(form)) = &mut self.report.form else {
            return Vec::new();
        };
        let last = SafeField::Again as usize;
        match action {
            // As in any form of several lines: on to the next, and from the last one it is carried out.
            Action::Primary if form.focus.at() < last && form.read().is_err() => {
                form.focus.act(Action::Down, SafeField::ALL.len());
            }
            Action::Primary => match form.read() {
                Ok(wanted) => {
                    let started = self.start(Job::MakeSafe(wanted));
                    if !started.is_empty() {
                        self.report.problem = None;
                    }
                    return started;
                }
                Err(wrong) => {
                    form.wrong = Some(wrong);
                    form.to(wrong);
                }
            },
            action if form.focus.act_in_form(action, SafeField::ALL.len()) => {}
            action => {
                if form.field().is_some_and(|input| input.act(action)) {
                    form.wrong = None;
                }
            }
        }
        Vec::new()
    }

    /// Whether the install is more than a demo's.
    pub fn install_stays(&self) -> bool {
        self.workplace.lifetime == InstallLifetime::Lasting
    }

    /// Whether Enter would make the timer.
    pub fn may_make_timer(&self) -> bool {
        match &self.report.form {
            Some(ReportForm::Watch(Some(timer))) => {
                self.install_stays() && timer.stands == TimerStands::No
            }
            _ => false,
        }
    }

    pub(in crate::wizard) fn timer_offers(&self) -> Vec<Action> {
        let may = self.may_make_timer().then_some(Action::Primary);
        may.into_iter().collect()
    }

    pub(super) fn act_timer(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary if self.is_running(JobKind::ForeseeTimer) => self.say_busy(),
            Action::Primary if self.may_make_timer() => {
                let started = self.start(Job::MakeTimer);
                if !started.is_empty() {
                    self.report.problem = None;
                }
                return started;
            }
            Action::Primary => self.say(words().watch_offer_esc),
            _ => {}
        }
        Vec::new()
    }

    /// The timer stands. Whether rounds are made is another thing.
    pub(super) fn timer_made(&mut self, timer: &WatchTimer) {
        let (minutes, command) = (u64::from(timer.minutes), timer.round.as_str());
        let every = text!(watch_minutes, minutes);
        self.done_since(vec![match timer.idle {
            false => text!(watch_made, every, command),
            true => text!(watch_made_idle, why = words().watch_timer_idle, command),
        }]);
    }

    /// Something was done that the report shall say, too.
    pub(super) fn done_since(&mut self, sentences: Vec<String>) {
        if let Some(first) = sentences.first() {
            self.say(first);
        }
        self.report.form = None;
        self.report.done_since.extend(sentences);
        self.report.outdated = true;
    }
}
