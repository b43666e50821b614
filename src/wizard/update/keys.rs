//! What the keys of step 3 do.

use std::path::PathBuf;

use crate::engine::worker::Job;
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::keys::{KeysForm, opening};
use crate::words::words;

impl Wizard {
    /// Puts the keys in order again.
    pub(super) fn refresh_keys(&mut self) {
        let keys = self
            .assessment()
            .map(|a| a.keys.as_slice())
            .unwrap_or_default();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(keys[*index].opens));
        self.keys.cursor.clamp(order.len());
        self.keys.order = order;
    }

    /// What a search came to, in one sentence.
    pub(super) fn say_what_was_found(&mut self, stopped: bool) {
        let w = words();
        let (Some(looked), Some(assessment)) = (&self.keys.looked, self.assessment()) else {
            return;
        };
        let (files, megabytes) = (looked.files, looked.bytes.div_ceil(1 << 20));
        let searched = match (self.keys.in_processes, stopped) {
            (true, true) => text!(looked_processes_stopped, processes = files),
            (true, false) => text!(looked_processes, processes = files),
            (false, true) => text!(looked_stopped, files, megabytes),
            (false, false) => text!(looked, files, megabytes),
        };
        let new = opening(assessment).saturating_sub(self.keys.opening);
        let found = match (new, looked.files, looked.skipped.first()) {
            // Where its field is still open, that says so.
            (0, 0, Some(_)) if matches!(self.keys.form, Some(KeysForm::Place(_))) => return,
            (0, 0, Some(why)) => return self.say(&text!(looked_nothing, why)),
            (0, ..) => w.looked_no_key.to_owned(),
            _ => {
                let best = assessment
                    .keys
                    .iter()
                    .filter(|k| !k.effective)
                    .max_by_key(|k| k.opens);
                let total = assessment.summary.all();
                best.map(|k| text!(looked_found, key = k.name(), opens = k.opens, total))
                    .unwrap_or_default()
            }
        };
        self.say(&format!("{found} {searched}"));
    }

    pub(in crate::wizard) fn keys_offers(&self) -> Vec<Action> {
        let ways = [
            Action::AddKey,
            Action::LookIn,
            Action::LookUsual,
            Action::LookProcesses,
        ];
        let ways = ways.into_iter().filter(|_| self.is_free());
        let choose = (self.keys.order.len() > 1).then_some(Action::Down);
        // The text above the foot names the ways too; nothing else says that there is more in the list.
        let first = [Action::Primary].into_iter().chain(choose);
        first.chain(ways).collect()
    }

    pub(super) fn act_keys(&mut self, action: Action) -> Vec<Effect> {
        if self.keys.form.is_some() {
            return self.act_keys_form(action);
        }
        match action {
            Action::Primary => return self.go(Step::Checks),
            // Nothing that is typed could be tried or searched now.
            Action::AddKey | Action::LookIn if !self.is_free() => self.say_busy(),
            Action::AddKey => self.keys.ask(KeysForm::Key(Input::default())),
            Action::LookIn => self.keys.ask(KeysForm::Place(Input::default())),
            Action::LookUsual => return self.look(Job::LookUsual),
            Action::LookProcesses => return self.look(Job::LookProcesses),
            _ => {
                let keys = self.keys.order.len();
                self.keys.cursor.act(action, keys);
            }
        }
        Vec::new()
    }

    pub(super) fn look(&mut self, job: Job) -> Vec<Effect> {
        let in_processes = matches!(job, Job::LookProcesses);
        let started = self.start(job);
        if !started.is_empty() {
            self.keys.in_processes = in_processes;
            self.keys.looked = None;
            self.keys.tried = None;
            self.keys.opening = self.assessment().map_or(0, opening);
        }
        started
    }

    fn act_keys_form(&mut self, action: Action) -> Vec<Effect> {
        match (action, &mut self.keys.form) {
            (Action::Back, _) => self.keys.close(),
            (Action::Reveal, _) => self.keys.revealed = !self.keys.revealed,
            (Action::Primary, Some(KeysForm::Key(input))) if !input.is_empty() => {
                let text = input.to_secret();
                // The field closes when the text turns out to be a key.
                return self.start(Job::TryKey(text));
            }
            (Action::Primary, Some(KeysForm::Place(input))) if !input.is_empty() => {
                let place = PathBuf::from(input.expose().trim());
                // The field closes when something is read there.
                return self.look(Job::LookIn(vec![place]));
            }
            (action, Some(KeysForm::Key(input) | KeysForm::Place(input))) => {
                input.act(action);
            }
            (_, None) => {}
        }
        Vec::new()
    }
}
