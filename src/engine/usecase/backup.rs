//! Backs up everything that may be touched: alone, and before every change.

use super::{Reporter, Stage, heard};
use crate::domain::error::Problem;
use crate::engine::recovery::backup::{self, BackupContents};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::engine::worker::BackupDone;
use crate::io::state::backup::Backup;

/// Makes a backup for its own sake. Called off, it leaves nothing behind.
///
/// # Errors
/// A [`Problem`]; then there is no new backup, nor half of one.
pub fn back_up(
    session: &mut Session,
    options: &Options,
    wanted: &BackupContents<'_>,
    reporter: &dyn Reporter,
) -> Result<(Backup, BackupDone), Problem> {
    reporter.stage(Stage::BackUp);
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    backup::make_as(session, options, wanted, &mut progress, &|| {
        reporter.cancelled()
    })
}

/// Backs up the present state before it is changed. The backup is completed first; a request to stop is honoured then.
pub(super) fn before_change(
    session: &mut Session,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Backup, Problem> {
    reporter.stage(Stage::BackUp);
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    let (made, _) = backup::make(session, options, false, &mut progress, &|| false)?;
    heard(reporter, &made)?;
    Ok(made)
}
