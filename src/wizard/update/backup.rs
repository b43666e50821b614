//! What the keys of step 2 do.

use std::path::{Path, PathBuf};

use crate::engine::worker::Job;
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::words::words;

impl Wizard {
    pub(in crate::wizard) fn backup_offers(&self) -> Vec<Action> {
        match (self.is_free(), &self.backup.done) {
            (false, None) => vec![],
            (true, None) if self.backup.folders_fixed() => vec![Action::Primary, Action::Select],
            (true, None) => vec![Action::Primary, Action::Select, Action::OtherFolder],
            (false, Some(_)) => vec![Action::Primary],
            (true, Some(_)) => vec![Action::Primary, Action::Retry],
        }
    }

    pub(super) fn act_backup(&mut self, action: Action) -> Vec<Effect> {
        if self.backup.form.is_some() {
            return self.act_backup_form(action);
        }
        match action {
            Action::OtherFolder if self.backup.folders_fixed() => Vec::new(),
            Action::OtherFolder if self.backup.done.is_none() && self.is_free() => {
                let offered = self.backup.folders.as_ref().map(|f| f.offered.as_path());
                let text = offered.and_then(Path::to_str).unwrap_or_default();
                self.backup.problem = None;
                self.backup.form = Some(Input::with(text));
                Vec::new()
            }
            Action::Primary if self.backup.done.is_some() => self.go(Step::Keys),
            Action::Retry if self.backup.done.is_none() => Vec::new(),
            Action::Primary | Action::Retry => {
                let started = self.start(Job::Backup {
                    full_dump: self.backup.full_dump,
                });
                if !started.is_empty() {
                    self.backup.problem = None;
                    self.backup.done = None;
                }
                started
            }
            Action::Select if self.backup.done.is_none() && self.is_free() => {
                self.backup.full_dump = !self.backup.full_dump;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn act_backup_form(&mut self, action: Action) -> Vec<Effect> {
        let Some(input) = &mut self.backup.form else {
            return Vec::new();
        };
        match action {
            // Why the folder that was typed is none goes with the question for it.
            Action::Back => {
                self.backup.form = None;
                self.backup.problem = None;
            }
            Action::Primary => {
                let text = input.expose().trim();
                // A password that was pasted into the wrong field must not become a folder's name.
                if !text.starts_with('/') {
                    self.say(words().backup_folder_whole);
                    return Vec::new();
                }
                let folder = PathBuf::from(text);
                self.backup.problem = None;
                // The field closes when the folder turns out to be one.
                return self.start(Job::KeepIn(folder));
            }
            action => {
                input.act(action);
            }
        }
        Vec::new()
    }
}
