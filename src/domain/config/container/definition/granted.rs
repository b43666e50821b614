//! What a container is given as a file: the secrets and configs of a compose project, under the path where it finds them.
//!
//! Format: the Compose specification (`secrets`, `configs`, at the top and in a service).

use std::path::{Path, PathBuf};

use crate::domain::config::elsewhere::plain;

/// As what a file of a project is given. Each kind has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantedAs {
    /// Found below `/run/secrets`, if nothing else is said.
    Secret,
    /// Found in `/`, if nothing else is said.
    Config,
}

impl GrantedAs {
    /// The path in the container where one is found for which this is said.
    pub fn target(self, said: &str) -> PathBuf {
        let folder = match self {
            Self::Secret => "/run/secrets",
            Self::Config => "/",
        };
        Path::new(folder).join(said)
    }
}

/// A secret or config of a project, and where its contents come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile<S> {
    /// Which of the two.
    pub kind: GrantedAs,
    /// What the project calls it.
    pub name: String,
    /// Where its contents come from.
    pub source: S,
}

/// One that a container is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Which of the two.
    pub kind: GrantedAs,
    /// What the project calls it.
    pub name: String,
    /// The path in the container where it is found.
    pub target: PathBuf,
}

/// Which of those that are given the container finds at this path: the last one counts.
pub fn at<'a>(inside: &Path, given: &'a [GivenFile]) -> Option<&'a GivenFile> {
    let inside = spelled(inside);
    let mut given = given.iter().rev();
    given.find(|one| spelled(&one.target) == inside)
}

/// Where the contents of one come from, as the last definition says; `None` where nothing does, as of one that Compose did not
/// make.
pub fn source<'a, S>(one: &GivenFile, files: &'a [ProjectFile<S>]) -> Option<&'a S> {
    let mut files = files.iter().rev();
    let file = files.find(|file| file.kind == one.kind && file.name == one.name)?;
    Some(&file.source)
}

/// A path in a container by one spelling. Images have `/var/run` as a link to `/run`.
pub fn spelled(path: &Path) -> PathBuf {
    let path = plain(path);
    match path.strip_prefix("/var/run") {
        Ok(below) => Path::new("/run").join(below),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_where_it_is_given() {
        let file = |kind, name: &str, path: &str| ProjectFile {
            kind,
            name: name.to_owned(),
            source: PathBuf::from(path),
        };
        let give = |kind: GrantedAs, name: &str, said: &str| GivenFile {
            kind,
            name: name.to_owned(),
            target: kind.target(said),
        };
        let (secret, config) = (GrantedAs::Secret, GrantedAs::Config);
        let files = [
            file(secret, "key", "of-secret"),
            file(config, "key", "of-config"),
            file(secret, "old", "old"),
            file(secret, "old", "of-override"),
        ];
        let given = [
            give(secret, "key", "key"),
            give(config, "key", "key"),
            give(secret, "key", "app_key"),
            give(secret, "old", "app_key"),
            give(secret, "key", "/keys/key"),
            give(secret, "outside", "outside"),
            give(secret, "key", "/var/run/keys/key"),
        ];
        for (inside, path) in [
            ("/run/secrets/key", Some("of-secret")),
            ("/key", Some("of-config")),
            ("/run/secrets/app_key", Some("of-override")),
            ("/keys/key", Some("of-secret")),
            ("/run/secrets/old", None),
            ("/run/secrets/outside", None),
            ("/var/run/secrets/key", Some("of-secret")),
            ("/run//secrets/./../secrets/key", Some("of-secret")),
            ("/run/keys/key", Some("of-secret")),
            ("/var/run/../run/secrets/key", Some("of-secret")),
        ] {
            let path = path.map(PathBuf::from);
            let given = at(Path::new(inside), &given);
            let found = given.and_then(|one| source(one, &files));
            assert_eq!(found, path.as_ref(), "{inside}");
        }
    }
}
