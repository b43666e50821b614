//! Programs of this machine that we run: looked for on the search path, taken only from where nobody but root (or we)
//! could have put them.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::spawn::USUAL_PATH;
use crate::io::container::within;
use crate::io::fs::trust::{self, Distrust};

/// No program that may be run.
#[derive(Debug)]
pub struct NotFound {
    names: Vec<String>,
    /// Those that were found and not trusted, and why.
    refused: Vec<(PathBuf, Distrust)>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.join(" / ");
        f.write_str(&text!(program_missing, names))?;
        for (path, why) in &self.refused {
            let path = crate::words::untrusted::shown(&path).to_string();
            f.write_str(&text!(program_refused, path, why))?;
        }
        Ok(())
    }
}

impl std::error::Error for NotFound {}

/// The first of these programs on the search path. One that others could have put there is passed over, and named where
/// there is no better one.
pub fn find(names: &[&str]) -> Result<PathBuf, NotFound> {
    let path = match within::get() {
        Some(within) => within.path.clone(),
        None => std::env::var_os("PATH"),
    };
    let path = path.unwrap_or_else(|| OsString::from(USUAL_PATH));
    find_on(&path, names)
}

fn find_on(path: &OsStr, names: &[&str]) -> Result<PathBuf, NotFound> {
    let mut refused = Vec::new();
    for name in names {
        // A relative entry means another folder in every folder.
        for folder in std::env::split_paths(path).filter(|f| f.is_absolute()) {
            let program = folder.join(name);
            if !is_program(&program) {
                continue;
            }
            match trust::require_closed(&program) {
                Ok(()) => return Ok(program),
                Err(why) => refused.push((program, why)),
            }
        }
    }
    Err(NotFound {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        refused,
    })
}

/// Whether there is a file that can be run.
pub fn is_program(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, Access::EXEC_OK).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown};

    #[test]
    fn a_program_that_others_could_have_put_there_is_passed_over_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let folders: Vec<PathBuf> = ["open", "theirs", "good"]
            .iter()
            .map(|name| folder.path().join(name))
            .collect();
        for folder in &folders {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("mysqldump"), "#!/bin/sh\n").unwrap();
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(folder.join("mysqldump"), mode).unwrap();
        }
        std::fs::set_permissions(&folders[0], std::fs::Permissions::from_mode(0o777)).unwrap();
        if crate::not_tried::as_root("a program that another account owns") {
            chown(folders[1].join("mysqldump"), Some(65534), None).unwrap();
        } else {
            let mode = std::fs::Permissions::from_mode(0o757);
            std::fs::set_permissions(folders[1].join("mysqldump"), mode).unwrap();
        }
        let path = std::env::join_paths(&folders).unwrap();
        let found = find_on(&path, &["mariadb-dump", "mysqldump"]).unwrap();
        assert_eq!(found, folders[2].join("mysqldump"));
        let path = std::env::join_paths(&folders[..2]).unwrap();
        let said = find_on(&path, &["mysqldump"]).unwrap_err().to_string();
        for folder in &folders[..2] {
            assert!(said.contains(folder.to_str().unwrap()), "{said}");
        }
        // Relative entries are none.
        assert!(find_on(OsStr::new(".:bin:"), &["mysqldump"]).is_err());
    }
}
