//! `undo`: the way back.

use super::output::{self, Out};
use super::run::{CommandResult, back_up, failed, not_started, unchanged};
use super::{Common, PassphraseSource};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::exit::Exit;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::recovery::undo;
use crate::io::os::signals::PutOff;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// Takes the last recovery back, or the one that was interrupted.
pub(super) fn take_back(
    common: &Common,
    yes: bool,
    passphrase: &PassphraseSource,
) -> CommandResult {
    let w = words();
    let mut session = common.open().map_err(not_started)?;
    let options = common.options();
    let found = undo::backup_to_undo(&options, &session.install.root).map_err(unchanged)?;
    let mut backup = found.ok_or_else(|| {
        let why = fill(
            w.undo_nothing_why,
            &[("folder", &options.backup_dir.display())],
        );
        unchanged(Problem::new(
            ErrorKind::NothingToDo,
            w.undo_nothing,
            why,
            w.undo_nothing_next,
        ))
    })?;
    super::passphrase::open(&mut backup, common, passphrase).map_err(unchanged)?;
    let cautions = output::cautions(&options);
    if !yes {
        let would = undo::preview(&mut session, &options, &backup).map_err(unchanged)?;
        if common.json {
            let json = serde_json::json!({
                "schema": 1, "planned": true, "rows": would.rows, "files": would.files, "refused": would.refused,
            });
            Out::stdout().json(&output::Cautioned::new(json, &cautions));
        }
        let mut err = Out::stderr();
        err.line(&fill(
            w.undo_needs_yes,
            &[
                ("folder", &sanitize(&backup.folder.to_string_lossy())),
                ("created", &sanitize(&backup.manifest.created)),
                ("rows", &would.rows),
                ("files", &would.files),
            ],
        ));
        would
            .refused
            .iter()
            .for_each(|place| err.line(&fill(w.undo_row_refused, &[("place", place)])));
        return Ok(Exit::Attention);
    }
    let mut ledger = Ledger::open(&options, &session).map_err(not_started)?;
    let mut progress = output::progress();
    let signals = PutOff::begin();
    let (safety, _) = back_up(common, &mut session, &mut progress, &signals)?;
    let mut undone =
        undo::undo(&mut session, &mut ledger, &backup, &mut progress).map_err(failed)?;
    undone.notes.push(fill(
        w.undo_safety,
        &[("folder", &sanitize(&safety.folder.to_string_lossy()))],
    ));
    Ok(output::undone(
        common.json,
        &cautions,
        &backup.folder,
        &undone,
    ))
}
