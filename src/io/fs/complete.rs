//! What a path that is being typed may become.

use std::ffi::OsStr;
use std::path::Path;

use crate::domain::inventory::secret::SecretBytes;
use crate::words::untrusted::shown;

/// Names of one folder that are looked at, and those that are compared, at most: of a folder with more, nothing is certain.
const MOST: usize = 1_000_000;
const COMPARED: usize = 20_000;
/// Names that are told, at most.
const TOLD: usize = 12;

/// What a path that was typed in part may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathCompletion {
    /// What was typed: whatever it is, a password may have been pasted into the wrong field.
    pub typed: SecretBytes,
    /// What certainly follows.
    pub rest: String,
    /// What could follow, by name, where there is more than one: the first of them.
    pub names: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// Completes a path as far as the names in its folder tell. `folders_only` passes over files. What has a name that no line
/// of text could hold is passed over.
///
/// A folder that cannot be read has nothing to complete with.
pub fn complete(typed: SecretBytes, folders_only: bool) -> PathCompletion {
    let found = std::str::from_utf8(typed.expose()).ok();
    let found = found.and_then(|text| follow(text, folders_only));
    let (rest, names, more) = found.unwrap_or_default();
    PathCompletion {
        typed,
        rest,
        names,
        more,
    }
}

/// What certainly follows, the names that could, and how many more there are.
fn follow(typed: &str, folders_only: bool) -> Option<(String, Vec<String>, usize)> {
    let (folder, begun) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    // What is typed without its folder is completed where the program stands.
    let at = if folder.is_empty() { "." } else { folder };
    let entries = Path::new(at).read_dir().ok()?;
    let mut names: Vec<String> = Vec::new();
    for entry in entries.take(MOST).flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_offered(name, begun)) else {
            continue;
        };
        if names.len() >= COMPARED {
            return None;
        }
        let is_folder = Path::new(at).join(OsStr::new(name)).is_dir();
        if is_folder || !folders_only {
            names.push(format!("{name}{}", if is_folder { "/" } else { "" }));
        }
    }
    names.sort_unstable();
    let first = names.first()?;
    let certain = names.iter().fold(first.as_str(), |common, name| {
        let same = common.char_indices().zip(name.chars());
        let end = same.take_while(|((_, a), b)| a == b).last();
        &common[..end.map_or(0, |((at, c), _)| at + c.len_utf8())]
    });
    let rest = certain.strip_prefix(begun)?.to_owned();
    let more = names.len().saturating_sub(TOLD);
    if names.len() == 1 {
        names.clear();
    }
    names.truncate(TOLD);
    Some((rest, names, more))
}

/// Whether a name goes on from what was typed, and can be shown as it is. Hidden ones are only offered to those who typed their
/// dot.
fn is_offered(name: &str, begun: &str) -> bool {
    let is_hidden = name.starts_with('.') && !begun.starts_with('.');
    let said = shown(&name).to_string();
    name.starts_with(begun) && !is_hidden && said == name
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_it_is_certain() {
        let home = tempfile::tempdir().unwrap();
        for folder in [
            "backups",
            "backyard",
            "öl-a",
            "öl-b",
            ".hidden",
            "with\nline",
            "turn\u{202e}ed",
        ] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        std::fs::write(home.path().join("backups/dump.sql"), "").unwrap();
        std::fs::write(home.path().join("back.txt"), "").unwrap();
        let root = home.path().to_str().unwrap();
        let completed = |typed: &str, folders_only| {
            let text = format!("{root}/{typed}");
            let done = complete(SecretBytes::from(text.as_bytes()), folders_only);
            assert_eq!(done.typed.expose(), text.as_bytes());
            (format!("{typed}{}", done.rest), done.names, done.more)
        };
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            completed("ba", false),
            (
                "back".to_owned(),
                names(&["back.txt", "backups/", "backyard/"]),
                0
            )
        );
        assert_eq!(
            completed("ba", true),
            ("back".to_owned(), names(&["backups/", "backyard/"]), 0)
        );
        assert_eq!(completed("backu", true), ("backups/".to_owned(), vec![], 0));
        assert_eq!(
            completed("backups/", false),
            ("backups/dump.sql".to_owned(), vec![], 0)
        );
        assert_eq!(
            completed("backups/", true),
            ("backups/".to_owned(), vec![], 0)
        );
        assert_eq!(
            completed("ö", false),
            ("öl-".to_owned(), names(&["öl-a/", "öl-b/"]), 0)
        );
        assert_eq!(completed(".h", false), (".hidden/".to_owned(), vec![], 0));
        assert_eq!(completed("with", false), ("with".to_owned(), vec![], 0));
        assert_eq!(completed("tu", false), ("tu".to_owned(), vec![], 0));
        assert_eq!(completed("none/x", false), ("none/x".to_owned(), vec![], 0));
        for n in 0..40 {
            std::fs::write(home.path().join(format!("n{n:02}")), "").unwrap();
        }
        let (certain, told, more) = completed("n", false);
        assert_eq!((certain.as_str(), told.len(), more), ("n", 12, 28));
    }
}
