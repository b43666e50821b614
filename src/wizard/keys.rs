//! Step 3: the keys known so far, and ways to more.

use std::path::PathBuf;

use super::input::Input;
use super::list::Cursor;
use super::message::{Action, Effect};
use super::step::Step;
use super::update::{JobKind, Wizard};
use crate::engine::job::Job;

/// A field that is open.
#[derive(Debug)]
pub enum Form {
    /// A key, typed or pasted.
    Key(Input),
    /// A file, an archive or a folder to search.
    Place(Input),
}

/// What the last search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Files read.
    pub files: u64,
    /// Bytes read, unpacked ones included.
    pub bytes: u64,
    /// Sentences about what was not read.
    pub skipped: Vec<String>,
}

/// What became of the last key that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How the key is named, or why it is none.
    pub key: String,
    /// How many secrets it opens; `None` when it is no key.
    pub opens: Option<usize>,
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// The chosen key.
    pub cursor: Cursor,
    /// The field that is open.
    pub form: Option<Form>,
    /// Whether the field shows the key in it.
    pub revealed: bool,
    /// The last search.
    pub looked: Option<Looked>,
    /// The last key given.
    pub tried: Option<Tried>,
}

impl State {
    pub(super) fn field(&mut self) -> Option<&mut Input> {
        self.form
            .as_mut()
            .map(|(Form::Key(input) | Form::Place(input))| input)
    }
}

impl Wizard {
    pub(super) fn keys_offers(&self) -> Vec<Action> {
        if self.keys.form.is_some() {
            return vec![Action::Primary, Action::Reveal, Action::Back];
        }
        if self.is_running(JobKind::Look) {
            return vec![Action::Down];
        }
        vec![
            Action::Primary,
            Action::AddKey,
            Action::LookIn,
            Action::LookUsual,
            Action::Down,
        ]
    }

    pub(super) fn act_keys(&mut self, action: Action) -> Vec<Effect> {
        if self.keys.form.is_some() {
            return self.act_keys_form(action);
        }
        match action {
            Action::Primary => return self.go(Step::Checks),
            Action::AddKey => {
                self.keys.revealed = false;
                self.keys.form = Some(Form::Key(Input::default()));
            }
            Action::LookIn => self.keys.form = Some(Form::Place(Input::default())),
            Action::LookUsual => return self.look(Job::LookUsual),
            _ => {
                let keys = self.assessment().map_or(0, |a| a.keys.len());
                self.keys.cursor.act(action, keys);
            }
        }
        Vec::new()
    }

    fn look(&mut self, job: Job) -> Vec<Effect> {
        let started = self.start(job);
        if !started.is_empty() {
            self.keys.looked = None;
        }
        started
    }

    fn act_keys_form(&mut self, action: Action) -> Vec<Effect> {
        match (action, &mut self.keys.form) {
            (Action::Back, _) => self.keys.form = None,
            (Action::Reveal, _) => self.keys.revealed = !self.keys.revealed,
            (Action::Primary, Some(Form::Key(input))) if !input.is_empty() => {
                let text = input.to_secret();
                let started = self.start(Job::TryKey(text));
                if !started.is_empty() {
                    self.keys.form = None;
                }
                return started;
            }
            (Action::Primary, Some(Form::Place(input))) if !input.is_empty() => {
                let place = PathBuf::from(input.expose().trim());
                let started = self.look(Job::LookIn(vec![place]));
                if !started.is_empty() {
                    self.keys.form = None;
                }
                return started;
            }
            (action, Some(Form::Key(input) | Form::Place(input))) => {
                input.act(action);
            }
            (_, None) => {}
        }
        Vec::new()
    }
}
