//! Files with what nobody else may know: a password, headers with tokens.

use std::path::Path;

use zeroize::Zeroizing;

use super::untold::NotTold;
use crate::io::fs::{self, trust};

/// Longer files hold neither, in bytes.
const MOST: u64 = 64 << 10;
/// Everybody reads.
const OTHERS_READ: u32 = 0o004;

/// All of a file that others can neither change nor read. A group may: the one that the watch runs as.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, NotTold> {
    trust::require_closed(path).map_err(|why| NotTold::Open(path.to_owned(), why))?;
    let file = fs::read(path, MOST)?;
    if file.attributes.mode & OTHERS_READ != 0 {
        return Err(NotTold::Exposed(path.to_owned()));
    }
    Ok(file.bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_can_change_or_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "s3cret").unwrap();
        let with = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            read(&path)
        };
        for closed in [0o600, 0o400, 0o640] {
            assert_eq!(*with(closed).unwrap(), b"s3cret");
        }
        assert!(matches!(with(0o644), Err(NotTold::Exposed(_))));
        assert!(matches!(with(0o602), Err(NotTold::Open(..))));
        let missing = folder.path().join("missing");
        let why = read(&missing).unwrap_err().to_string();
        assert!(why.contains("missing"), "{why}");
    }
}
