//! The key is put into the safe as soon as it is another one, with the key that it replaced, while something still has that.

use std::path::Path;

use super::memory::RoundMemory;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::round::{RoundWishes, SafeToFill};
use crate::domain::run::watch::settle::Claim;
use crate::engine::hunt::processes;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, own_backups, reading};
use crate::engine::usecase::safe;
use crate::io::state;
use crate::io::state::safe::{Recipient, SafeLock};
use crate::sentences::watch::claims::{self, CommandFor};
use crate::words::untrusted::shown;
use crate::words::words;

/// What came of it.
#[derive(Default)]
pub(super) struct KeptSafe {
    /// The safe with the key in force, or, where that replaced another, with that one.
    pub(super) saved: Option<String>,
    /// That it was, as news.
    pub(super) told: Option<Claim>,
    /// That no safe has the key.
    pub(super) missing: Option<Claim>,
}

/// Puts the key in force into the safe, where no safe has it, and the one that it `replaced` too.
pub(super) fn keep(
    session: &mut Session,
    options: &Options,
    wishes: &RoundWishes,
    memory: &mut RoundMemory,
    replaced: Option<&Option<String>>,
    typed: &CommandFor<'_>,
) -> Result<KeptSafe, Problem> {
    let root = session.install.root.clone();
    if replaced.is_some() {
        own_backups::load(session, options);
        // Those keys are tried on what is stored.
        reading::read_inventory(session)?;
        processes::look_in_own(session, &|| false, &mut |_, _| {});
    }
    let Some(key) = session.ring.effective().map(|key| key.fingerprint()) else {
        return Ok(KeptSafe::default());
    };
    let key = key.to_string();
    // Where the journal cannot be read, the name of a file tells.
    let is_missing = |key: &str| {
        let kept = memory.of_journal(|journal| journal.is_in_a_safe(&root, key));
        !kept.unwrap_or(wishes.safe.is_none())
    };
    let known = |key: &&String| {
        let mut ring = session.ring.iter();
        ring.any(|known| known.fingerprint().to_string() == **key)
    };
    let replaced = replaced.map(|replaced| replaced.as_ref().filter(known));
    let missing = match is_missing(&key) {
        true => Some(key.as_str()),
        false => replaced
            .flatten()
            .map(String::as_str)
            .filter(|key| is_missing(key)),
    };
    let Some(missing) = missing else {
        let with = replaced.flatten().unwrap_or(&key);
        let there = memory.of_journal(|journal| journal.safe_with(&root, with));
        return Ok(KeptSafe {
            saved: there.flatten().map(|path| shown(&path).to_string()),
            ..KeptSafe::default()
        });
    };
    let Some(to_fill) = &wishes.safe else {
        let is_in_force = missing == key;
        return Ok(KeptSafe {
            missing: is_in_force.then(|| claims::key_not_safe(&key, None, typed)),
            ..KeptSafe::default()
        });
    };
    // One file for each key of each install: whatever the journal keeps, it is made once.
    let name = format!("freescout-{missing}");
    let path = state::file_of(&to_fill.folder, &root, &name, "age");
    let (keys, is_new) = match path.is_file() {
        true => (Ok(vec![missing.to_owned()]), false),
        false => (fill(session, &path, to_fill), true),
    };
    let keys = match keys {
        Ok(keys) => keys,
        Err(problem) => {
            let claim = claims::key_not_safe(missing, Some(&problem), typed);
            return Ok(KeptSafe {
                missing: Some(claim),
                ..KeptSafe::default()
            });
        }
    };
    memory.note_safe(&keys, &path);
    let path = shown(&path).to_string();
    Ok(KeptSafe {
        told: is_new.then(|| claims::key_saved(missing, &path)),
        saved: Some(path),
        missing: None,
    })
}

/// Makes a safe of this name. Gives the keys in it, by their fingerprints.
fn fill(session: &Session, path: &Path, to_fill: &SafeToFill) -> Result<Vec<String>, Problem> {
    let w = words();
    let of = |text: &String| {
        let none = || {
            ErrorKind::BadInput.problem(
                w.safe_no_recipient,
                shown(text).to_string(),
                w.safe_no_recipient_next,
            )
        };
        Recipient::parse(text).map_err(|_| none())
    };
    let recipients = to_fill.recipients.iter().map(of);
    let lock = SafeLock::Recipients(recipients.collect::<Result<_, _>>()?);
    let assessment = session.assess();
    let made = safe::make(session, &assessment, Some(path), &lock)?;
    let keys = made.keys.iter().map(|key| key.fingerprint().to_string());
    Ok(keys.collect())
}
