//! `undo`: the way back; without `--yes`, what would be put back.

use std::path::Path;

use super::again;
use crate::cli::arguments::{Common, PassphraseSource};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused, unchanged};
use crate::cli::output::{self, Out};
use crate::cli::passphrase;
use crate::cli::reporter::TerminalReporter;
use crate::engine::exit::Exit;
use crate::engine::usecase::undo;
use crate::words::untrusted::shown;

/// Takes the last recovery back, or the one that was interrupted.
pub(super) fn run(common: &Common, yes: bool, source: &PassphraseSource) -> CommandResult {
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let options = common.options();
    let mut ask = |folder: &Path| passphrase::ask(source, folder);
    let backup = undo::backup_to_undo(&session, &options, &mut ask).map_err(unchanged)?;
    let cautions = output::cautions(&options);
    if yes {
        let done = undo::undo(&mut session, &options, &backup, &reporter);
        let done = done.map_err(refused)?;
        let (backup, undone) = (&done.backup, &done.undone);
        let after = session.assess();
        let again = again::options(common, &common.look_in, &after, &session.install.root);
        let next = (&after, again.as_str());
        return Ok(output::undone(common.json, &cautions, backup, undone, next));
    }
    let would = undo::foresee(&mut session, &options, &backup).map_err(unchanged)?;
    if common.json {
        let json = serde_json::json!({
            "schema": 1, "planned": true, "rows": would.rows, "files": would.files, "refused": output::places(&would.refused),
        });
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
    }
    let assessment = session.assess();
    let again = again::options(common, &common.look_in, &assessment, &session.install.root);
    let own = again::with_path("--passphrase-file", source.passphrase_file.as_deref());
    let own: Vec<String> = own.into_iter().collect();
    let next = again::carried_out("undo", &own, common, &again);
    let mut err = Out::stderr();
    err.line(&text!(
        undo_needs_yes,
        folder = shown(&backup.folder),
        what = undo::what(&session, &options, &backup).map_err(unchanged)?,
        rows = would.rows,
        files = would.files
    ));
    would.left_alone().for_each(|line| err.line(&line));
    err.line(&text!(find_key_next, next));
    Ok(Exit::Fine)
}
