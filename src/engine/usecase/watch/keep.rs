//! The key is put into the safe as soon as it is another one, with the key that it replaced, while something still has that.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::memory::RoundMemory;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::app_key::AppKey;
use crate::domain::run::watch::round::{RoundWishes, SafeToFill};
use crate::domain::run::watch::settle::Claim;
use crate::engine::hunt::processes;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, own_backups, reading};
use crate::engine::usecase::safe;
use crate::io::fs;
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
    /// What was put into a safe now, as news.
    pub(super) told: Vec<Claim>,
    /// That no safe has a key that is needed.
    pub(super) missing: Option<Claim>,
}

/// Sees to it that a safe has the key in force, what `.env` names while an old cache has another, and the one that was
/// `replaced`.
pub(super) fn keep(
    session: &mut Session,
    options: &Options,
    wishes: &RoundWishes,
    memory: &mut RoundMemory,
    replaced: Option<&Option<String>>,
    typed: &CommandFor<'_>,
) -> Result<KeptSafe, Problem> {
    if replaced.is_some() {
        own_backups::load(session, options);
        // Those keys are tried on what is stored.
        reading::read_inventory(session)?;
        processes::look_in_own(session, &|| false, &mut |_, _| {});
    }
    let Some(key) = session.ring.effective().map(AppKey::fingerprint) else {
        return Ok(KeptSafe::default());
    };
    let key = key.to_string();
    let known = |key: &String| {
        let mut ring = session.ring.iter();
        ring.any(|known| known.fingerprint().to_string() == *key)
    };
    let replaced = replaced.and_then(Option::as_ref);
    let replaced = replaced.filter(|key| known(key)).cloned();
    let Some(to_fill) = &wishes.safe else {
        return Ok(made_by_hand(session, memory, &key, replaced, typed));
    };
    let configured = AppKey::parse(session.install.key_without_cache().text.expose()).ok();
    let configured = configured.map(|key| key.fingerprint().to_string());
    let configured = configured.filter(|configured| known(configured) && *configured != key);
    let mut kept = KeptSafe::default();
    let mut needed = vec![key];
    needed.extend(configured.into_iter().chain(replaced));
    for key in &needed {
        let path = match safe_with(session, memory, to_fill, key) {
            Some(path) => path,
            None => match fill(session, memory, to_fill, key) {
                Ok(path) => {
                    let claim = claims::key_saved(key, &shown(&path).to_string());
                    kept.told.push(claim);
                    path
                }
                Err(problem) => {
                    let claim = claims::key_not_safe(key, Some(&problem), typed);
                    kept.missing.get_or_insert(claim);
                    continue;
                }
            },
        };
        kept.saved = Some(shown(&path).to_string());
    }
    Ok(kept)
}

/// Where the settings name no folder: what the journal knows of safes that were made by hand.
fn made_by_hand(
    session: &Session,
    memory: &RoundMemory,
    key: &str,
    replaced: Option<String>,
    typed: &CommandFor<'_>,
) -> KeptSafe {
    let root = &session.install.root;
    // Where the journal cannot be read, nobody can say that there is none.
    let is_kept = memory.of_journal(|journal| journal.is_in_a_safe(root, key));
    if !is_kept.unwrap_or(true) {
        return KeptSafe {
            missing: Some(claims::key_not_safe(key, None, typed)),
            ..KeptSafe::default()
        };
    }
    let with = replaced.as_deref().unwrap_or(key);
    let there = memory.of_journal(|journal| journal.safe_with(root, with));
    KeptSafe {
        saved: there.flatten().map(|path| shown(&path).to_string()),
        ..KeptSafe::default()
    }
}

/// The safe in the folder that has this key, for those who are to open it now. The file itself counts, whatever the journal
/// says of it: a folder may have been emptied.
fn safe_with(
    session: &Session,
    memory: &RoundMemory,
    to_fill: &SafeToFill,
    key: &str,
) -> Option<PathBuf> {
    let named = file_with(session, to_fill, key);
    if named.is_file() {
        return Some(named);
    }
    let noted = memory.of_journal(|journal| journal.safe_with(&session.install.root, key));
    let for_them = format!("-{}-", tag(to_fill));
    let of_them = |path: &PathBuf| {
        let name = path.file_name().map(OsStr::to_string_lossy);
        path.parent() == Some(&to_fill.folder) && name.is_some_and(|n| n.contains(&for_them))
    };
    noted
        .flatten()
        .filter(of_them)
        .filter(|path| path.is_file())
}

/// The file for this key of this install, and these recipients: it is made once.
fn file_with(session: &Session, to_fill: &SafeToFill, key: &str) -> PathBuf {
    let name = format!("freescout-{key}-{}", tag(to_fill));
    state::file_of(&to_fill.folder, &session.install.root, &name, "age")
}

/// What tells one set of recipients from another.
fn tag(to_fill: &SafeToFill) -> String {
    let mut all = to_fill.recipients.clone();
    all.sort();
    fs::hex(&fs::digest(all.join("\n").as_bytes())[..4])
}

/// Makes a safe named after this key, with every key that is worth keeping.
fn fill(
    session: &Session,
    memory: &mut RoundMemory,
    to_fill: &SafeToFill,
    key: &str,
) -> Result<PathBuf, Problem> {
    let w = words();
    let path = file_with(session, to_fill, key);
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
    let made = safe::make(session, &assessment, Some(&path), &lock)?;
    let keys = made.keys.iter().map(|key| key.fingerprint().to_string());
    memory.note_safe(&keys.collect::<Vec<_>>(), &path);
    Ok(path)
}
