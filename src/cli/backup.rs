//! `backup`.

use crate::cli::output::{self, Out};
use crate::cli::{BackupOptions, Common, passphrase};
use crate::domain::error::Problem;
use crate::engine::exit::Exit;
use crate::engine::recovery::backup;
use crate::engine::recovery::backup::BackupContents;
use crate::io::os::signals::PutOff;

/// Makes a backup, and says where.
///
/// # Errors
/// A [`Problem`].
pub(super) fn make(common: &Common, options: &BackupOptions) -> Result<Exit, Problem> {
    // Before anything is read: who has to go and fetch it shall not wait.
    let sealing = passphrase::sealing(common, options)?;
    let mut session = common.open()?;
    let options_of_all = common.options();
    let cautions = output::cautions(&options_of_all);
    let mut progress = output::progress();
    let wanted = BackupContents {
        full_dump: options.full_dump,
        sealing: sealing.as_ref(),
        ..BackupContents::default()
    };
    // Called off, it leaves nothing behind.
    let signals = PutOff::begin();
    let (_, done) = backup::make_as(
        &mut session,
        &options_of_all,
        &wanted,
        &mut progress,
        &|| signals.came(),
    )?;
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
