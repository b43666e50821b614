//! The report as files beside the backup.

use std::path::{Path, PathBuf};

use super::{CheckJson, Made, escaped};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::recovery::disk_trouble::{kind_of, place, way_out};
use crate::io::fs::{self, Attributes};
use crate::io::os::uncut;
use crate::io::state::backup::prepare_parent;
use crate::words::untrusted::last_door;
use crate::words::{self, words};

/// Saves a report as text and JSON beside the backups, closed to others; the text is headed by who made it, and when. `over`
/// are the files of an earlier state of the same report, which these take the place of.
///
/// # Errors
/// A [`Problem`] when the folder or a file cannot be written.
pub fn save(
    folder: &Path,
    made: &Made,
    text: &str,
    json: &CheckJson<'_>,
    over: &[PathBuf],
) -> Result<Vec<PathBuf>, Problem> {
    let w = words();
    let _uncut = uncut::hold();
    let failed = |why: String, obstacle, path: &Path| {
        let next = way_out(
            w.report_changes_nothing,
            obstacle,
            place(obstacle, path),
            w.backup_failed_next,
        );
        let kind = kind_of(obstacle, ErrorKind::NotWritable);
        kind.problem(w.report_not_saved, why, next)
    };
    prepare_parent(folder).map_err(|e| failed(e.to_string(), e.obstacle(), e.path()))?;
    let stamp = &made.stamp;
    let attributes = Attributes::closed();
    let json = words::in_english(|| escaped::pretty(json))
        .map_err(|e| failed(e.to_string(), None, folder))?;
    let mut saved: Vec<PathBuf> = Vec::new();
    let text = format!("{}\n{text}", made.line());
    let text = last_door(&text);
    for (n, (ending, bytes)) in [("txt", text.as_bytes()), ("json", &json)]
        .into_iter()
        .enumerate()
    {
        let new = folder.join(format!("report-{stamp}.{ending}"));
        let path = over.get(n).cloned().unwrap_or(new);
        let written = match over.get(n) {
            Some(old) => fs::replace(old, bytes, &attributes),
            None => fs::write_new(&path, bytes, &attributes),
        };
        if let Err(e) = written {
            // Not one of two; what cannot be removed does no harm.
            if over.is_empty() {
                saved.iter().for_each(|path| drop(fs::remove(path)));
            }
            return Err(failed(e.to_string(), e.obstacle(), e.path()));
        }
        saved.push(path);
    }
    Ok(saved)
}
