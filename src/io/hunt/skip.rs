//! What a search did not read, and why.

use std::path::PathBuf;

use crate::domain::hunt::forms::{FormNature, UnreadForm};
use crate::sentences::unread::size;
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;

/// Why something was not read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The operating system refused, in its words.
    #[error("{0}")]
    Refused(String),
    /// A disk that fails: so many KiB of a file, the first of them at this byte.
    #[error("{}", text!(skip_gaps, kilobytes = .kilobytes, first = .first))]
    Gaps {
        /// How much could not be read.
        kilobytes: u64,
        /// Where it begins.
        first: u64,
    },
    /// An archive that breaks off or contradicts itself.
    #[error("{}", text!(skip_broken, why = shown(.0)))]
    Broken(String),
    /// A member of a zip file that needs a password.
    #[error("{}", words().skip_encrypted)]
    Encrypted,
    /// Archives within archives within archives.
    #[error("{}", words().skip_too_deep)]
    TooDeep,
    /// Something unpacks to more than the limit, in MiB.
    #[error("{}", text!(skip_too_much, megabytes = .0))]
    TooMuch(u64),
    /// Too much work for so few bytes of the file, as no honest archive makes: it was searched as far as this.
    #[error("{}", text!(skip_trap, kilobytes = .kilobytes, megabytes = .megabytes))]
    Trap {
        /// What was read of the file.
        kilobytes: u64,
        /// What that unpacked to.
        megabytes: u64,
    },
    /// So many members of a zip file lie within others, or are others once more: their bytes were unpacked once.
    #[error("{}", text!(skip_shared, count = .0))]
    Shared(u64),
    /// A file that does not say how long it is, and has not ended after so many MiB.
    #[error("{}", text!(skip_endless, megabytes = .0))]
    Endless(u64),
    /// From here on, not every text that may be a key was tried on every secret.
    #[error("{}", text!(skip_tried_on_some, count = .candidates, some = .tried, all = .secrets))]
    TriedOnSome {
        /// How many texts were tried on some secrets only.
        candidates: u64,
        /// On how many.
        tried: usize,
        /// Of how many that no known key opens.
        secrets: usize,
    },
    /// Unpacking takes more memory than the limit, in MiB.
    #[error("{}", text!(skip_memory, megabytes = .0))]
    Memory(u64),
    /// A packed form that this search does not read.
    #[error("{}", text!(skip_not_read, form = .0))]
    NotRead(String),
    /// A disk of a virtual machine that ends before all of its content.
    #[error("{}", words().skip_disk_is_cut)]
    DiskCut,
    /// A disk of a virtual machine that holds only what differs from another file.
    #[error("{}", words().skip_disk_above)]
    DiskAbove,
    /// A form of packing, encryption or storage that this search does not read.
    #[error("{}", unread(*.0, INSTALL))]
    Form(UnreadForm),
    /// The same, as git keeps it: the object has no name.
    #[error("{}", unread(*.0, INSTALL))]
    Stored(UnreadForm),
    /// A part of something that was cut, of which not all parts are here.
    #[error("{}", words().skip_part)]
    Part,
    /// Bytes that look random, and nothing tells of what program they are.
    #[error("{}", words().skip_random)]
    Random,
    /// A file system of another machine, or one that a program feeds.
    #[error("{}", words().skip_network)]
    Network,
    /// Nothing on a disk, only what the kernel makes up while it is read: `/proc`, `/sys` and their like.
    #[error("{}", words().skip_no_files)]
    NoFiles,
    /// A storage of a container runtime has more layers than this: the others were not searched.
    #[error("{}", text!(skip_layers, most = .0))]
    Layers(usize),
    /// There are too many files of settings in its layers, or too many folders for them.
    #[error("{}", words().skip_layer_files)]
    LayerFiles,
    /// So many folders of its layers are somewhere else, by links of an account's.
    #[error("{}", text!(skip_linked_layers, count = .0))]
    LinkedLayers(u64),
    /// A file in a layer is called like one of settings and longer than those are; so many are in its storage.
    #[error("{}", text!(skip_long_settings, count = .count, kilobytes = .kilobytes))]
    LongSettings {
        /// How many there are.
        count: u64,
        /// Longer than this.
        kilobytes: u64,
    },
    /// So many texts that may be keys, in the layers of an account's containers, were not tried.
    #[error("{}", text!(skip_layer_keys, count = .count, file = .of_file, account = .of_account))]
    LayerKeys {
        /// How many, from this file on.
        count: u64,
        /// How many are tried of one file.
        of_file: usize,
        /// How many of one account.
        of_account: usize,
    },
    /// Not all that an account's runtimes wrote down of its containers was read.
    #[error("{}", words().skip_records)]
    Records,
    /// Storages of container runtimes were looked for in so many homes, and there are more.
    #[error("{}", text!(skip_homes, most = .0))]
    Homes(usize),
    /// A backup that this program made.
    #[error("{}", words().skip_own_backup)]
    OwnBackup,
    /// The named place is not there.
    #[error("{}", words().skip_missing)]
    Missing,
}

impl SkipReason {
    /// What it is, where that is why it was not read.
    pub fn form(&self) -> Option<UnreadForm> {
        match self {
            SkipReason::Form(form) | SkipReason::Stored(form) => Some(*form),
            _ => None,
        }
    }
}

/// Something that was not read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file on disk.
    pub path: PathBuf,
    /// Members that lead to it, outermost first.
    pub inside: Vec<Untrusted>,
    /// Why.
    pub why: SkipReason,
    /// How much it holds, where that is known.
    pub bytes: u64,
    /// How many more members of the same archive were not read for the same reason.
    pub alike: u64,
}

impl Skipped {
    /// Its place and weight, how many there are like it, and why. `install` stands for the install in a shell.
    pub fn sentence(&self, install: &str) -> String {
        let mut place = shown(&self.path).to_string();
        for member in &self.inside {
            place.push_str(&format!(" › {}", shown(member)));
        }
        if self.bytes > 0 && self.why.form().is_some() {
            place.push_str(&format!(" ({})", size(self.bytes)));
        }
        if self.alike > 0 {
            place.push_str(&text!(skipped_alike, count = self.alike));
        }
        format!("{place}: {}", self.told(install))
    }

    /// Why it was not read, and what makes it readable; `install` stands for the install in a shell.
    pub fn told(&self, install: &str) -> String {
        let Some(form) = self.why.form() else {
            return shown(&self.why.to_string()).to_string();
        };
        let why = unread(form, install);
        match (&self.why, self.inside.last()) {
            // Its command looks through what git keeps.
            (SkipReason::Stored(UnreadForm::GitCrypt), _) | (_, None) => why,
            (SkipReason::Stored(_), Some(object)) => text!(skip_form_stored, why, object),
            (_, Some(_)) => text!(skip_form_inside, why),
        }
    }

    /// Whether both are members of one archive, left out for one reason.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let (own, others) = (self.inside.split_last(), other.inside.split_last());
        let same_archive = own
            .zip(others)
            .is_some_and(|((_, own), (_, others))| own == others);
        same_archive && self.path == other.path && self.why == other.why
    }
}

/// What stands for the install in the commands of forms.
const INSTALL: &str = "INSTALL";

/// What something is, and what makes it readable.
fn unread(form: UnreadForm, install: &str) -> String {
    let (name, command) = (form.name(), form.command().replace(INSTALL, install));
    match form.nature() {
        _ if command.is_empty() => text!(skip_form_own_program, form = name),
        FormNature::Packed => text!(skip_form_packed, form = name, command),
        FormNature::Encrypted => text!(skip_form_encrypted, form = name, command),
        FormNature::Repository if form.may_be_plain() => {
            text!(skip_form_plain, form = name, command)
        }
        FormNature::Repository => text!(skip_form_repository, form = name, command),
        FormNature::Archive => text!(skip_form_archive, form = name, command),
    }
}
