//! Whether somebody else worked on the install since a run was interrupted, whose work finishing it would undo: with a state
//! folder of their own they could not know of that run.

use std::collections::BTreeMap;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::key::app_key::AppKey;
use crate::domain::run::reconcile::{Found, Intended, Replaces, Standing};
use crate::domain::run::{Intent, Run};
use crate::domain::verdict::assessment;
use crate::domain::verdict::secret_report::Summary;
use crate::engine::recovery::change::Change;
use crate::engine::recovery::reconcile::digest;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::session::{Session, reading};
use crate::io::fs::FileRead;
use crate::io::install::Install;
use crate::io::state::backup::Backup;
use crate::words::words;

/// Refuses to go on where others changed rows since, and fewer secrets would be readable in the end than are now, and than
/// if nobody had changed them. `before` is the backup of what stood when the run began; `asked` are the rows that a restore
/// was asked for, which may well be a state in which little can be read.
///
/// # Errors
/// A [`Problem`] with the way back; nothing further was changed.
pub(super) fn require_none(
    session: &mut Session,
    ledger: &Ledger,
    run: &Run,
    intent: &Intent,
    change: &Change,
    before: &Backup,
    asked: Option<&BTreeMap<Cell, Option<SecretBytes>>>,
) -> Result<(), Problem> {
    // What cannot be read any more tells nothing; that it can be is required elsewhere.
    let Ok(saved) = before.rows() else {
        return Ok(());
    };
    let interfered = interfered(session, intent, &saved);
    if interfered.is_empty() {
        return Ok(());
    }
    let after = install_after(session, change, run.refresh)?;
    let texts: BTreeMap<Cell, Option<SecretBytes>> = change
        .swaps
        .iter()
        .filter_map(|swap| Some((swap.cell()?, swap.new.clone())))
        .collect();
    let then = readable_after(session, &texts, &after)?;
    let now = assessment::judge_all(&session.inventory, &session.ring);
    let now = Summary::of(&now).readable();
    let expected = match asked {
        Some(asked) => {
            let theirs = interfered.into_iter().filter_map(|cell| {
                let text = asked.get(&cell)?.clone();
                Some((cell, text))
            });
            let undisturbed = texts.into_iter().chain(theirs).collect();
            readable_after(session, &undisturbed, &after)?
        }
        None => now,
    };
    if then >= now.min(expected) {
        return Ok(());
    }
    let w = words();
    Err(ErrorKind::Refused.problem(
        text!(resume_harms, now, then),
        w.resume_harms_why,
        text!(resume_harms_next, undo = ledger.command("undo --yes")),
    ))
}

/// How many secrets could be read with these texts in their cells and these files.
fn readable_after(
    session: &mut Session,
    texts: &BTreeMap<Cell, Option<SecretBytes>>,
    after: &Install,
) -> Result<usize, Problem> {
    let foreseen = reading::read_foreseen(session, texts, after)?;
    let key_now = session.ring.effective().map(AppKey::fingerprint);
    let key_after = AppKey::parse(after.key_in_force().text.expose()).ok();
    session
        .ring
        .set_effective(key_after.map(|key| key.fingerprint()));
    let then = assessment::judge_all(&foreseen, &session.ring);
    session.ring.set_effective(key_now);
    Ok(Summary::of(&then).readable())
}

/// The cells whose text is neither what stood there at first, nor what the run meant to write.
fn interfered(
    session: &Session,
    intent: &Intent,
    saved: &BTreeMap<Cell, Option<SecretBytes>>,
) -> Vec<Cell> {
    let meant: BTreeMap<&Cell, &Option<String>> =
        intent.cells.iter().map(|c| (&c.cell, &c.new)).collect();
    let intended = |cell: &Cell| {
        let old = saved.get(cell).map(|text| digest(text.as_ref()));
        let meant = meant.get(cell).map(|new| (*new).clone());
        Some(Intended {
            place: (),
            new: meant.or_else(|| old.clone())?,
            replaces: Replaces::Only(old.into_iter().collect()),
        })
    };
    let is_foreign = |cell: &Cell, text: &Option<SecretBytes>| {
        let found = Found::Text(digest(text.as_ref()));
        intended(cell).is_none_or(|intended| intended.standing(&found) == Standing::Foreign)
    };
    let cells = session.inventory.cells.iter();
    cells
        .filter(|(cell, text)| cell.table != Table::Env && is_foreign(cell, text))
        .map(|(cell, _)| cell.clone())
        .collect()
}

/// The install with the files of the change in place, and without a cached config where that is made to follow.
fn install_after(session: &Session, change: &Change, refresh: bool) -> Result<Install, Problem> {
    let install = &session.install;
    let changed = |read: &Option<FileRead>, path: &std::path::Path| {
        let is = |at: &std::path::Path| read.as_ref().map_or(path, |read| &read.path) == at;
        match change.files.iter().find(|file| is(&file.path)) {
            Some(file) => file.after.as_ref().map(|(bytes, attributes)| FileRead {
                path: file.path.clone(),
                bytes: bytes.clone(),
                attributes: *attributes,
            }),
            None => read.clone(),
        }
    };
    let key_file = install.key_file.as_ref();
    let key_file = key_file.map_or_else(std::path::PathBuf::new, |file| file.path.clone());
    let cache = match refresh {
        true => None,
        false => changed(&install.cache_file, &install.cache_path()),
    };
    install.foreseen(
        changed(&install.env_file, &install.env_path()),
        cache,
        changed(&install.key_file, &key_file),
    )
}
