//! Step 3: the keys known so far, and ways to more.

use std::path::PathBuf;

use crate::domain::run::bookmark::Searched;
use crate::domain::verdict::assessment::Assessment;
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;

/// A field that is open.
#[derive(Debug)]
pub enum KeysForm {
    /// A key, typed or pasted.
    Key(Input),
    /// A file, an archive or a folder to search.
    Place(Input),
}

/// What the last search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTotals {
    /// Files read.
    pub files: u64,
    /// Bytes read, unpacked ones included.
    pub bytes: u64,
    /// Backups and packed files that could not be read, by weight.
    pub unread: Option<String>,
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
    pub form: Option<KeysForm>,
    /// Whether the field shows the key in it.
    pub revealed: bool,
    /// How many keys opened something before the last search.
    pub opening: usize,
    /// Places in the assessment's keys, those that open most first.
    pub order: Vec<usize>,
    /// Whether the last search was one of processes, not of files.
    pub in_processes: bool,
    /// The last search.
    pub looked: Option<SearchTotals>,
    /// The last key given.
    pub tried: Option<Tried>,
    /// Where the operator had keys looked for.
    pub searched: Searched,
    /// The folder that a demo has hidden a key in.
    pub hidden_in: Option<PathBuf>,
}

impl State {
    /// The field that is open.
    pub(in crate::wizard) fn input(&self) -> Option<&Input> {
        self.form
            .as_ref()
            .map(|(KeysForm::Key(input) | KeysForm::Place(input))| input)
    }

    /// Asks a question. What came of the one before belongs to that one, and goes.
    pub(in crate::wizard) fn ask(&mut self, form: KeysForm) {
        self.revealed = false;
        self.tried = None;
        self.looked = None;
        self.form = Some(form);
    }

    /// Leaves the question unanswered; why the last answer was none goes with it.
    pub(in crate::wizard) fn close(&mut self) {
        self.form = None;
        self.revealed = false;
        self.tried = self.tried.take().filter(|tried| tried.opens.is_some());
        self.looked = self.looked.take().filter(|looked| looked.files > 0);
    }

    /// Something was read at the place that was typed: the field has done its work.
    pub(in crate::wizard) fn place_is_read(&mut self) {
        if matches!(self.form, Some(KeysForm::Place(_))) {
            self.form = None;
        }
    }

    pub(in crate::wizard) fn field(&mut self) -> Option<&mut Input> {
        self.form
            .as_mut()
            .map(|(KeysForm::Key(input) | KeysForm::Place(input))| input)
    }
}

/// How many keys open something.
pub fn opening(assessment: &Assessment) -> usize {
    assessment.keys.iter().filter(|key| key.opens > 0).count()
}
