//! Tab in a field for a path.

use crate::engine::worker::PathCompletion;
use crate::wizard::message::{Action, Effect};
use crate::wizard::mode::{Field, Mode};
use crate::wizard::state::Wizard;
use crate::words::untrusted::shown;
use crate::words::words;

impl Field {
    /// Whether it takes a path that Tab completes, and whether that of a folder alone.
    fn takes_path(self) -> Option<bool> {
        match self {
            Self::Folder | Self::BackupFolder => Some(true),
            Self::Place => Some(false),
            Self::Database
            | Self::Unfinished
            | Self::Passphrase
            | Self::Key
            | Self::Filter
            | Self::Password
            | Self::Confirm
            | Self::Undo
            | Self::Safe => None,
        }
    }
}

impl Wizard {
    /// Whether Tab completes what is typed here and now.
    pub fn completes_path(&self) -> bool {
        matches!(self.mode(), Mode::Field(field) if field.takes_path().is_some())
    }

    /// Asks what the path in the field may become; `None` where Tab means something else.
    pub(super) fn complete_path(&mut self, action: Action) -> Option<Vec<Effect>> {
        let (Action::NextPane, Mode::Field(field)) = (action, self.mode()) else {
            return None;
        };
        let folders_only = field.takes_path()?;
        let typed = self.field()?.to_secret();
        Some(vec![Effect::Complete {
            typed,
            folders_only,
        }])
    }

    /// What it may become is known. It may be another field by now, or another text.
    pub(super) fn completed(&mut self, completion: &PathCompletion) {
        if !self.completes_path() {
            return;
        }
        let Some(field) = self.field().filter(|f| f.to_secret() == completion.typed) else {
            return;
        };
        if !completion.rest.is_empty() {
            field.act(Action::Last);
            for c in completion.rest.chars() {
                field.type_char(c);
            }
            return;
        }
        if completion.too_many {
            self.say(words().path_too_many);
            return;
        }
        let names: Vec<String> = completion
            .names
            .iter()
            .map(|name| shown(name).to_string())
            .collect();
        let names = names.join("  ");
        match (names.is_empty(), completion.more) {
            (true, _) => self.say(words().path_nothing),
            (false, 0) => self.say(&names),
            (false, count) => self.say(&text!(path_and_more, names, count)),
        }
    }
}
