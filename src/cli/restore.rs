//! `restore`: what it would come to, then, with `--yes`, exactly that.

use std::path::Path;

use crate::cli::output::{self, Out};
use crate::cli::run::{CommandResult, failed, heard_before, not_started, unchanged};
use crate::cli::{Common, PassphraseSource, passphrase};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::assessment::SecretReport;
use crate::engine::exit::Exit;
use crate::engine::recovery::backup;
use crate::engine::recovery::restore;
use crate::engine::recovery::restore::{Foretold, Restored};
use crate::engine::recovery::run_log::Ledger;
use crate::engine::report::restore as report;
use crate::io::os::signals::PutOff;
use crate::io::state::backup::{Backup, BackupError};
use crate::sentences;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// Puts a backup back.
///
/// # Errors
/// A [`Problem`], and the exit code it leads to.
pub(super) fn put_back(
    common: &Common,
    folder: &Path,
    yes: bool,
    source: &PassphraseSource,
) -> CommandResult {
    let w = words();
    let mut backup =
        Backup::open(folder).map_err(|e| not_started(no_backup(common, folder, &e)))?;
    passphrase::open(&mut backup, common, source).map_err(not_started)?;
    let mut session = common.open().map_err(not_started)?;
    let foretold = restore::foretell(&mut session, &backup).map_err(unchanged)?;
    let cautions = output::cautions(&common.options());
    if !yes {
        if common.json {
            let json = report::planned(&foretold);
            Out::stdout().json(&output::Cautioned::new(json, &cautions));
        } else {
            would(&mut Out::stdout(), &foretold);
        }
        Out::stderr().line(w.restore_needs_yes);
        return Ok(Exit::Attention);
    }
    let mut ledger = Ledger::open(&common.options(), &session).map_err(not_started)?;
    ledger
        .require_settled_by(&backup.folder)
        .map_err(not_started)?;
    let mut progress = output::progress();
    let signals = PutOff::begin();
    let restore::PutBack {
        restored,
        foretold,
        safety,
    } = restore::put_back(
        &mut session,
        &mut ledger,
        &backup,
        foretold,
        &|safety| heard_before(&signals, safety),
        &mut progress,
    )
    .map_err(failed)?;
    if common.json {
        let json = report::restored(&foretold, &restored, folder, &safety.folder);
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
    } else {
        did(&mut Out::stdout(), &foretold, &restored, &safety.folder);
    }
    Ok(if restored.surprises.is_empty() {
        Exit::Fine
    } else {
        Exit::Unreadable
    })
}

fn no_backup(common: &Common, folder: &Path, error: &BackupError) -> Problem {
    let w = words();
    if let BackupError::Newer(..) = error {
        return backup::backup_problem(error);
    }
    let what = fill(
        w.not_a_backup,
        &[("path", &sanitize(&folder.to_string_lossy()))],
    );
    let next = fill(
        w.not_a_backup_next,
        &[("folder", &common.options().backup_dir.display())],
    );
    Problem::new(
        ErrorKind::BackupUnusable,
        what,
        sanitize(&error.to_string()),
        next,
    )
}

/// What a restore would change, and what every secret reads like now and afterwards.
fn would(out: &mut Out, foretold: &Foretold) {
    let w = words();
    if foretold.is_nothing() {
        out.line(w.restore_would_nothing);
    } else {
        out.line(&fill(
            w.restore_would,
            &[
                ("rows", &foretold.rows().len()),
                ("files", &foretold.files().len()),
            ],
        ));
    }
    for swap in foretold.rows() {
        let place = format!("{}#{}.{}", swap.table, swap.id, swap.column);
        out.line(&format!("  {}", sanitize(&place)));
    }
    for file in foretold.files() {
        let path = sanitize(&file.path.to_string_lossy());
        let text = match file.after {
            Some(_) => path,
            None => fill(w.restore_file_removed, &[("path", &path)]),
        };
        out.line(&format!("  {text}"));
    }
    let key = |key: Option<Fingerprint>| match key {
        Some(key) => format!("{} · {key}", foretold.now.label(key)),
        None => w.no_usable_key.to_owned(),
    };
    let (now, after) = (foretold.key_now(), foretold.key_after);
    out.line(&if now == after {
        fill(w.restore_key_stays, &[("key", &key(now))])
    } else {
        fill(
            w.restore_key_moves,
            &[("now", &key(now)), ("after", &key(after))],
        )
    });
    let (before, summary) = (foretold.now.summary, foretold.summary());
    out.line(&fill(
        w.restore_readable,
        &[
            ("now", &before.readable()),
            ("of_now", &before.all()),
            ("after", &summary.readable()),
            ("of_after", &summary.all()),
        ],
    ));
    for (now, after) in foretold.secrets() {
        reading(out, foretold, now, after);
    }
    if summary.readable() < before.readable() {
        out.line(w.restore_reads_fewer);
    }
    if foretold.other_database {
        out.line(w.restore_other_database);
    }
}

/// One secret, now and afterwards.
fn reading(
    out: &mut Out,
    foretold: &Foretold,
    now: Option<&SecretReport>,
    after: Option<&SecretReport>,
) {
    let w = words();
    let Some(of) = after.or(now) else {
        return;
    };
    let says = |secret: Option<&SecretReport>| match secret {
        Some(secret) => sentences::verdict(secret, &foretold.now),
        None => w.restore_no_secret.to_owned(),
    };
    out.line(&format!(
        "  {}  {}",
        sanitize(&of.owner),
        sanitize(&of.place.to_string())
    ));
    let (now, after) = (says(now), says(after));
    if now == after {
        out.line(&format!("      {} {now}", w.restore_stays));
    } else {
        out.line(&format!("      {:<6} {now}", w.restore_now));
        out.line(&format!("      {:<6} {after}", w.restore_after));
    }
}

/// What a restore came to.
fn did(out: &mut Out, foretold: &Foretold, restored: &Restored, safety: &Path) {
    let w = words();
    out.line(&fill(
        w.restored,
        &[("rows", &restored.rows), ("files", &restored.files)],
    ));
    let safety = sanitize(&safety.to_string_lossy());
    out.line(&fill(w.undo_safety, &[("folder", &safety)]));
    restored.notes.iter().for_each(|note| out.line(note));
    if restored.surprises.is_empty() {
        let summary = foretold.summary();
        out.line(&fill(
            w.restored_as_foretold,
            &[("readable", &summary.readable()), ("total", &summary.all())],
        ));
        return;
    }
    out.line(w.restored_otherwise);
    for place in &restored.surprises {
        out.line(&format!("  {}", sanitize(&place.to_string())));
    }
}
