//! What a path that is being typed may become.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::domain::inventory::secret::SecretBytes;
use crate::words::untrusted::shown;

/// Names of one folder that are looked at, at most: of a folder with more, nothing is certain.
const MOST: usize = 1_000_000;
/// Links that are followed, at most, to see whether they lead to folders. Likewise.
const FOLLOWED: usize = 20_000;
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
    /// There are too many names to look at all of them, so nothing is certain.
    pub too_many: bool,
}

/// What certainly follows, the names that could, how many more there are, and whether there are too many.
type Continuation = (String, Vec<String>, usize, bool);

/// Completes a path as far as the names in its folder tell. `folders_only` passes over files. What has a name that no line
/// of text could hold is passed over.
///
/// A folder that cannot be read has nothing to complete with.
pub fn complete(typed: SecretBytes, folders_only: bool) -> PathCompletion {
    let found = std::str::from_utf8(typed.expose()).ok();
    let found = found.and_then(|text| follow(text, folders_only));
    let (rest, names, more, too_many) = found.unwrap_or_default();
    PathCompletion {
        typed,
        rest,
        names,
        more,
        too_many,
    }
}

fn follow(typed: &str, folders_only: bool) -> Option<Continuation> {
    let (folder, begun) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    // What is typed without its folder is completed where the program stands.
    let at = if folder.is_empty() { "." } else { folder };
    let mut entries = Path::new(at).read_dir().ok()?;
    let too_many = || Some((String::new(), Vec::new(), 0, true));
    // Of all that could follow: the first by name, what they have in common, and how many they are.
    let mut first: BTreeSet<String> = BTreeSet::new();
    let mut certain: Option<String> = None;
    let (mut count, mut followed) = (0_usize, 0_usize);
    for entry in entries.by_ref().take(MOST).flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_offered(name, begun)) else {
            continue;
        };
        let kind = entry.file_type().ok();
        let is_folder = match kind.is_some_and(|kind| kind.is_symlink()) {
            true if followed == FOLLOWED => return too_many(),
            true => {
                followed += 1;
                Path::new(at).join(OsStr::new(name)).is_dir()
            }
            false => kind.is_some_and(|kind| kind.is_dir()),
        };
        if folders_only && !is_folder {
            continue;
        }
        let name = format!("{name}{}", if is_folder { "/" } else { "" });
        count += 1;
        certain = Some(match certain {
            None => name.clone(),
            Some(certain) => common(&certain, &name).to_owned(),
        });
        first.insert(name);
        if first.len() > TOLD {
            first.pop_last();
        }
    }
    if entries.next().is_some() {
        return too_many();
    }
    let rest = certain?.strip_prefix(begun)?.to_owned();
    let names = match count {
        1 => Vec::new(),
        _ => first.into_iter().collect(),
    };
    Some((rest, names, count.saturating_sub(TOLD), false))
}

/// What two names begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let mut letters = one.char_indices().zip(other.chars());
    let end = letters.find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    &one[..end.unwrap_or(one.len().min(other.len()))]
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

    #[test]
    fn many_names_are_completed_as_far_as_all_of_them_agree() {
        let home = tempfile::tempdir().unwrap();
        for n in 0..20_100 {
            std::fs::write(home.path().join(format!("mail-{n:05}")), "").unwrap();
        }
        std::fs::create_dir(home.path().join("mall")).unwrap();
        let root = home.path().to_str().unwrap();
        let completed = |typed: &str, folders_only| {
            let text = format!("{root}/{typed}");
            complete(SecretBytes::from(text.as_bytes()), folders_only)
        };
        let all = completed("m", false);
        assert_eq!(
            (all.rest.as_str(), all.more, all.too_many),
            ("a", 20_089, false)
        );
        assert_eq!(all.names[0], "mail-00000");
        let mails = completed("mai", false);
        assert_eq!((mails.rest.as_str(), mails.more), ("l-", 20_088));
        assert_eq!(completed("m", true).rest, "all/");
    }

    #[test]
    fn what_two_names_have_in_common_ends_at_whole_letters() {
        for (one, other, both) in [
            ("abc", "abd", "ab"),
            ("ab", "abc", "ab"),
            ("abc", "ab", "ab"),
            ("öl-a", "öl-b", "öl-"),
            ("ö", "ü", ""),
            ("a", "b", ""),
        ] {
            assert_eq!(common(one, other), both, "{one} {other}");
        }
    }
}
