//! What step 8 offers once mail flows again: the keys in a safe, and a timer for the watch.

use std::path::Path;

use crate::engine::worker::NewSafe;
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;

/// The fields of the safe's form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafeField {
    /// Its file.
    File,
    /// What opens it.
    Passphrase,
    /// The same again, as nobody sees what is typed.
    Again,
}

impl SafeField {
    /// All fields, from the top.
    pub const ALL: [SafeField; 3] = [SafeField::File, SafeField::Passphrase, SafeField::Again];
}

/// A safe that is to be made, as it is typed.
#[derive(Debug)]
pub struct SafeForm {
    /// One input a field.
    pub inputs: [Input; SafeField::ALL.len()],
    /// The field with the cursor.
    pub focus: Cursor,
    /// The field that cannot be used as it is.
    pub wrong: Option<SafeField>,
}

impl SafeForm {
    /// With this file, and the cursor in the passphrase.
    pub(in crate::wizard) fn at(file: &Path) -> Self {
        let mut focus = Cursor::default();
        focus.set(SafeField::Passphrase as usize, SafeField::ALL.len());
        let file = Input::with(&file.to_string_lossy());
        Self {
            inputs: [file, Input::default(), Input::default()],
            focus,
            wrong: None,
        }
    }

    /// The input with the cursor.
    pub(in crate::wizard) fn field(&mut self) -> Option<&mut Input> {
        self.inputs.get_mut(self.focus.at())
    }

    /// Puts the cursor into this field.
    pub(in crate::wizard) fn to(&mut self, field: SafeField) {
        self.focus.set(field as usize, SafeField::ALL.len());
    }

    /// The safe, where it can be made; otherwise the first field that cannot be used.
    pub(in crate::wizard) fn read(&self) -> Result<NewSafe, SafeField> {
        let [file, passphrase, again] = &self.inputs;
        let file = Path::new(file.expose().trim());
        if !file.is_absolute() {
            return Err(SafeField::File);
        }
        if passphrase.is_empty() {
            return Err(SafeField::Passphrase);
        }
        if passphrase.to_secret() != again.to_secret() {
            return Err(SafeField::Again);
        }
        Ok(NewSafe {
            file: file.to_owned(),
            passphrase: passphrase.to_secret(),
        })
    }
}
