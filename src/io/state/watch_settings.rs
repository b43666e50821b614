//! The settings of the watch, which decide what is run and where keys go: read only where nobody but root (or we) can have
//! changed them.

use std::io::ErrorKind;
use std::path::Path;

use crate::domain::run::watch::settings::{self, SettingsMistake, WatchSettings};
use crate::io::fs::trust::{self, Distrust};
use crate::io::fs::{self, FileError};
use crate::words::words;

/// The file that counts where no other is named.
pub const USUAL: &str = "/etc/freescout-rescue/watch.toml";
/// A longer file is none.
const MOST_BYTES: u64 = 256 << 10;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WatchSettingsError {
    /// Others may change them.
    #[error("{0}")]
    Distrusted(Distrust),
    /// They cannot be read.
    #[error("{}", .0.reason())]
    Unreadable(FileError),
    /// They are no text.
    #[error("{}", words().watch_settings_not_text)]
    NotText,
    /// There is a mistake in them.
    #[error(transparent)]
    Mistake(SettingsMistake),
}

/// Reads this file; `None` where there is none.
///
/// # Errors
/// [`WatchSettingsError`].
pub fn read(path: &Path) -> Result<Option<WatchSettings>, WatchSettingsError> {
    // A link to nowhere is there.
    if let Err(e) = std::fs::symlink_metadata(path)
        && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    {
        return Ok(None);
    }
    trust::require_closed(path).map_err(WatchSettingsError::Distrusted)?;
    let file = fs::read(path, MOST_BYTES).map_err(WatchSettingsError::Unreadable)?;
    let text = std::str::from_utf8(&file.bytes).map_err(|_| WatchSettingsError::NotText)?;
    let read = settings::parse(text).map_err(WatchSettingsError::Mistake)?;
    Ok(Some(read))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn they_are_read_where_nobody_else_can_have_changed_them() {
        let folder = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(folder.path()).unwrap();
        let path = top.join("watch.toml");
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        assert!(read(&path).unwrap().is_none());
        assert!(read(&path.join("below")).unwrap().is_none());
        std::fs::write(&path, "send_test = true\n").unwrap();
        mode(&path, 0o644);
        assert!(read(&path).unwrap().unwrap().send_test);
        assert!(read(&path.join("below")).unwrap().is_none());
        // By a link of ours as well, but for one to nowhere.
        let link = top.join("link.toml");
        symlink("watch.toml", &link).unwrap();
        assert!(read(&link).unwrap().unwrap().send_test);
        symlink("nothing", top.join("lost.toml")).unwrap();
        assert!(read(&top.join("lost.toml")).is_err());

        mode(&path, 0o646);
        for path in [&path, &link] {
            let refused = read(path).unwrap_err();
            assert!(matches!(
                refused,
                WatchSettingsError::Distrusted(Distrust::Open(_))
            ));
        }
        mode(&path, 0o644);
        mode(&top, 0o757);
        let refused = read(&path).unwrap_err();
        assert!(matches!(
            refused,
            WatchSettingsError::Distrusted(Distrust::Open(_))
        ));
        mode(&top, 0o700);
    }

    #[test]
    fn what_is_no_settings_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watch.toml");
        let written = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read(&path).unwrap_err()
        };
        assert!(matches!(written(b"a = 1"), WatchSettingsError::Mistake(_)));
        assert!(matches!(written(b"# \xff"), WatchSettingsError::NotText));
        let long = vec![b'#'; 257 << 10];
        assert!(matches!(written(&long), WatchSettingsError::Unreadable(_)));
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(matches!(
            read(&path),
            Err(WatchSettingsError::Unreadable(_))
        ));
    }
}
