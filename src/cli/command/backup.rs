//! `backup`.

use crate::cli::arguments::{BackupOptions, Common};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::passphrase;
use crate::cli::reporter::TerminalReporter;
use crate::engine::exit::Exit;
use crate::engine::recovery::backup::BackupContents;
use crate::engine::usecase;

/// Makes a backup, and says where.
pub(super) fn run(common: &Common, options: &BackupOptions) -> CommandResult {
    // Before anything is read: who has to go and fetch it shall not wait.
    let sealing = passphrase::sealing(options).map_err(not_started)?;
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let cautions = output::cautions(&common.options());
    let wanted = BackupContents {
        full_dump: options.full_dump,
        sealing: sealing.as_ref(),
        ..BackupContents::default()
    };
    let made = usecase::backup::back_up(&mut session, &common.options(), &wanted, &reporter);
    let (_, done) = made.map_err(not_started)?;
    if common.json {
        let mut json = serde_json::json!({
            "schema": 1, "backup": done.folder.to_string_lossy(), "texts": done.cells, "files": done.files, "bytes": done.bytes,
            "encrypted": done.encrypted,
        });
        if let Some(keys) = &done.keys {
            json["keys"] = keys.to_string_lossy().into();
        }
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
    } else {
        Out::stdout().line(&output::backup(&done));
    }
    Ok(Exit::Fine)
}
