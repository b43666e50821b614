//! Whether the file that `APP_KEY_FILE` names may be replaced by us.
//!
//! The name stands in `.env`, which is the web user's to write, and we are root: that user could have any file of the server
//! overwritten with a key. So it is replaced only where it holds a key already, where FreeScout itself reads it, under its
//! own name (a link is not followed to write), and below folders that nobody but its owner, root and FreeScout's accounts
//! can rearrange. What is refused is named, with what to do by hand.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::file_change::FileChange;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::app_key::AppKey;
use crate::domain::key::spelling;
use crate::engine::session::Session;
use crate::io::container::within;
use crate::io::fs::{self, Attributes, FileRead};
use crate::io::install::{Install, key_file_places};
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// A file that holds a misspelled key and is larger than this holds more than that.
const LARGEST_KEY_FILE: usize = 256;

const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Refuses a key file that is not to be replaced.
///
/// # Errors
/// A [`Problem`] that names it and says what to do by hand.
pub(super) fn require_replaceable(install: &Install, file: &FileRead) -> Result<(), Problem> {
    require_key(&file.bytes, &file.path)
        .and_then(|()| require_own(install, file))
        .and_then(|()| require_place(install, &file.path, Some(&file.attributes)))
        .map_err(|why| refused(why, &other_place(install)))
}

/// Refuses to write a key file, of whatever content, to a place that is none for it: what a backup holds is put back there.
/// Other files of a change are not looked at.
///
/// # Errors
/// A [`Problem`] that names it and says what to do by hand.
pub(super) fn require_places(session: &Session, files: &[FileChange]) -> Result<(), Problem> {
    let install = &session.install;
    let own = [install.env_path(), install.cache_path()];
    let env = install.env_file.as_ref().map(|file| &file.path);
    let key_files = files
        .iter()
        .filter(|file| !own.contains(&file.path) && env != Some(&file.path));
    for file in key_files {
        let standing = file.before.as_ref().map(|before| &before.attributes);
        require_place(install, &file.path, standing)
            .map_err(|why| refused(why, words().key_file_place_next))?;
    }
    Ok(())
}

/// The problem of a key file that is not replaced.
fn refused(why: String, next: &str) -> Problem {
    let w = words();
    let next = joined::sentences(&[w.quit_nothing_changed, next]);
    ErrorKind::Refused.problem(w.key_file_not_replaced, why, next)
}

/// What helps while there is only a plan: another place for the key, or another plan.
fn other_place(install: &Install) -> String {
    let w = words();
    let by_hand = match install.web_user.uid {
        0 => w.key_file_by_hand_root.to_owned(),
        uid => text!(key_file_by_hand, user = fs::user_name(uid)),
    };
    format!("{by_hand} {}", w.key_file_or_carry)
}

/// Why a file cannot be taken for a key's, so that it is not overwritten; what is nearly a key is one.
fn require_key(bytes: &[u8], path: &Path) -> Result<(), String> {
    if AppKey::parse(bytes.trim_ascii()).is_ok() {
        return Ok(());
    }
    let why = match spelling::near_keys(bytes).len() {
        0 => text!(key_file_holds_no_key, path = shown(&path)),
        1 if bytes.len() <= LARGEST_KEY_FILE => return Ok(()),
        _ => text!(key_file_holds_more, path = shown(&path)),
    };
    Err(why)
}

/// The accounts that may decide what the key is: root, we, and those that FreeScout's files belong to.
fn owners(install: &Install) -> Vec<u32> {
    let env_owner = install.env_file.as_ref().map(|env| env.attributes.uid);
    let of_install = fs::folder_owner(&install.root).map(|(uid, _)| uid);
    let mut owners = vec![
        0,
        within::root_user(),
        rustix::process::geteuid().as_raw(),
        install.web_user.uid,
    ];
    owners.extend(env_owner.into_iter().chain(of_install));
    owners
}

/// Refuses a key file that `.env` may name only to have it overwritten: another user's, or one of root's that may be
/// something else. A text of 32 characters is a key to Laravel, and the number of a machine to others.
fn require_own(install: &Install, file: &FileRead) -> Result<(), String> {
    let path = shown(&file.path).to_string();
    let owner = file.attributes.uid;
    if !owners(install).contains(&owner) {
        let owner = fs::user_name(owner);
        return Err(text!(key_file_foreign, path, owner));
    }
    // Root's word is what nobody else could have written.
    let roots_word = install.env_file.as_ref().is_some_and(|env| {
        let Attributes { uid, gid, mode, .. } = env.attributes;
        uid == 0 && mode & OTHERS_WRITE == 0 && (gid == 0 || mode & GROUP_WRITES == 0)
    });
    let text = file.bytes.trim_ascii();
    // Digits alone are as well the key of something else: of a tunnel, say.
    let says = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    let is_key = says(b"base64:") || says(b"APP_KEY");
    if owner == 0 && install.web_user.uid != 0 && !roots_word && !is_key {
        return Err(text!(key_file_unsure, path));
    }
    Ok(())
}

/// Refuses a place that is named through a link, or that another account may rearrange.
fn require_place(
    install: &Install,
    path: &Path,
    standing: Option<&Attributes>,
) -> Result<(), String> {
    let named = install.key_file_name();
    let places = named.map(|name| key_file_places(&install.root, name.expose()));
    let link = places.into_iter().flatten().find(|place| {
        place.is_symlink() && std::fs::canonicalize(place).is_ok_and(|real| real == path)
    });
    let of_key = shown(&path);
    if let Some(link) = link {
        let link = shown(&link).to_string();
        return Err(text!(key_file_link, path = link, target = of_key));
    }
    let owners = owners(install);
    let of_install = fs::folder_owner(&install.root).map(|(_, gid)| gid);
    let groups = [Some(0), Some(install.web_user.gid), of_install];
    for (above, folder) in path.ancestors().skip(1).enumerate() {
        let Ok(meta) = std::fs::metadata(folder) else {
            continue;
        };
        let by_group = meta.mode() & GROUP_WRITES != 0 && !groups.contains(&Some(meta.gid()));
        let written = by_group || meta.mode() & OTHERS_WRITE != 0;
        // In a sticky folder nobody moves what belongs to others; but a file that is not there yet, anybody can make.
        let sticky = meta.mode() & STICKY != 0 && (above > 0 || standing.is_some());
        if !owners.contains(&meta.uid()) || written && !sticky {
            return Err(text!(
                key_file_folder_open,
                path = of_key,
                folder = shown(&folder),
                owner = fs::user_name(meta.uid()),
                mode = format!("{:04o}", meta.mode() & 0o7777)
            ));
        }
    }
    Ok(())
}
