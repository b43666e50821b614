//! The way through folders: what is read, and what is left alone.

use std::path::Path;

use super::SkipReason;
use super::reading::Search;

/// Folders that are not files on a disk.
const NOT_ON_DISK: [&str; 3] = ["/proc", "/sys", "/dev"];

impl Search<'_> {
    pub(super) fn root(&mut self, root: &Path) {
        // The operator's own link is followed, so that everything below has its real path.
        let root = match std::fs::canonicalize(root) {
            Ok(root) => root,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return self.skip(root, &[], SkipReason::Missing);
            }
            Err(e) => return self.skip(root, &[], SkipReason::Refused(e.to_string())),
        };
        let walk = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter();
        let on_disk =
            |entry: &walkdir::DirEntry| !NOT_ON_DISK.iter().any(|p| entry.path() == Path::new(p));
        for entry in walk.filter_entry(on_disk) {
            if (self.cancel)() {
                return;
            }
            match entry {
                Ok(entry) if entry.file_type().is_file() => self.file(entry.path()),
                Ok(_) => {}
                Err(e) => {
                    let path = e.path().unwrap_or(&root).to_owned();
                    let why = e
                        .io_error()
                        .map_or_else(|| e.to_string(), std::string::ToString::to_string);
                    self.skip(&path, &[], SkipReason::Refused(why));
                }
            }
        }
    }
}
