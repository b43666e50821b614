//! Users and groups of this system: from its files, and by its `getent` where those have no answer (LDAP, systemd).
//!
//! The C library is not asked: one that is linked into the program would load the plugins of this system's, which is another
//! library, and end the program; and within a container those plugins are the container's.

mod files;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::process::Gid;

pub use self::files::{Group, User};
use super::getent::{self, GetentAnswer, NOBODY};
use super::spawn::Account;
use crate::io::container::within;

const PASSWD: &str = "/etc/passwd";
const GROUP: &str = "/etc/group";
/// No more of such a file is read, in bytes: some hundred thousand entries.
const MOST: u64 = 16 << 20;
/// How long `getent` may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The user of this number.
pub fn user(uid: u32) -> Option<User> {
    let own = within::user_inside(uid)?;
    files::user(&read(PASSWD), |user| user.uid == own)
        .or_else(|| asked_for_user(&own.to_string()).filter(|user| user.uid == own))
        .and_then(from_outside)
}

/// The user of a list like `/etc/passwd`, another system's say, as that numbers it: the first one that is wanted.
pub fn listed_user(list: &[u8], wanted: impl Fn(&User) -> bool) -> Option<User> {
    files::user(list, wanted)
}

/// The homes of the users of a list.
pub fn listed_homes(list: &[u8]) -> impl Iterator<Item = std::path::PathBuf> {
    files::users(list).map(|user| user.home)
}

/// Within a container, the numbers that a user has to the host.
fn from_outside(user: User) -> Option<User> {
    Some(User {
        uid: within::user_outside(user.uid)?,
        gid: within::group_outside(user.gid).unwrap_or(within::nobody().1),
        ..user
    })
}

/// The user of this name.
pub fn user_named(name: &str) -> Option<User> {
    // A number would be looked up as one.
    let is_name = name.parse::<u32>().is_err();
    files::user(&read(PASSWD), |user| user.name == name)
        .or_else(|| {
            asked_for_user(name)
                .filter(|_| is_name)
                .filter(|user| user.name == name)
        })
        .and_then(from_outside)
}

/// The group of this number.
pub fn group(gid: u32) -> Option<Group> {
    let own = within::group_inside(gid)?;
    let group = files::group(&read(GROUP), |group| group.gid == own).or_else(|| {
        let said = asked("group", &own.to_string())?;
        files::group(said.as_bytes(), |group| group.gid == own)
    });
    group.map(|group| Group { gid, ..group })
}

/// The groups that a user is in beside the own one, by their numbers: those that `getent` names, which asks whatever this
/// system asks; where there is no such program, those of the file.
pub fn groups_of_user(name: &str) -> Vec<u32> {
    let own = match asked("initgroups", name) {
        Some(said) => files::initgroups(&said, name),
        None => files::groups_of(&read(GROUP), name),
    };
    own.into_iter().filter_map(within::group_outside).collect()
}

/// The groups that an account has by itself, as at its own login. Asked for once: what answers may be far away.
pub fn groups_of(account: Account) -> Vec<Gid> {
    static KNOWN: Mutex<Vec<(Account, Vec<Gid>)>> = Mutex::new(Vec::new());
    if account == NOBODY {
        // It has none anywhere; and `getent` itself runs as it.
        return vec![Gid::from_raw(NOBODY.gid)];
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, groups)) = known.iter().find(|(of, _)| *of == account) {
        return groups.clone();
    }
    let groups = user(account.uid).map(|user| groups_of_user(&user.name));
    let mut groups: Vec<u32> = groups.into_iter().flatten().chain([account.gid]).collect();
    groups.sort_unstable();
    groups.dedup();
    // Root's own group is left out, even if the user was made a member of it.
    let groups: Vec<Gid> = groups
        .into_iter()
        .filter(|gid| !within::is_roots_group(*gid))
        .map(Gid::from_raw)
        .collect();
    known.push((account, groups.clone()));
    groups
}

fn asked_for_user(key: &str) -> Option<User> {
    files::user(asked("passwd", key)?.as_bytes(), |_| true)
}

/// What `getent` says. Asked once: and once it kept silent, for nothing else of this kind either.
fn asked(database: &'static str, key: &str) -> Option<String> {
    type Known = HashMap<(&'static str, String), Option<String>>;
    static KNOWN: Mutex<Option<Known>> = Mutex::new(None);
    static SILENT: Mutex<bool> = Mutex::new(false);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_with(HashMap::new);
    let question = (database, key.to_owned());
    if let Some(answer) = known.get(&question) {
        return answer.clone();
    }
    let mut silent = SILENT.lock().unwrap_or_else(PoisonError::into_inner);
    if *silent {
        return None;
    }
    let answer = match getent::ask(database, key, PATIENCE) {
        GetentAnswer::Said(said) => Some(said),
        GetentAnswer::Unknown => None,
        // It may be there for the next question: with the rights of somebody else it cannot be started.
        GetentAnswer::NoProgram => return None,
        GetentAnswer::Silent => {
            *silent = true;
            None
        }
    };
    known.insert(question, answer.clone());
    answer
}

/// The bytes of one of the files; nothing where there is none. Within a container it may be anything: a pipe would be waited
/// for, a device would have no end.
fn read(path: &str) -> Vec<u8> {
    let wait_for_nobody = OFlags::NONBLOCK.bits().cast_signed();
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(wait_for_nobody)
        .open(path);
    let is_file = |file: &File| file.metadata().is_ok_and(|meta| meta.is_file());
    let mut bytes = Vec::new();
    if let Some(file) = opened.ok().filter(is_file) {
        // What was read before a failure is part of it.
        let _ = file.take(MOST).read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn root_is_known_by_number_and_name() {
        let root = user(0).unwrap();
        assert_eq!((root.name.as_str(), root.gid), ("root", 0));
        assert_eq!(user_named("root"), Some(root));
        assert_eq!(group(0).unwrap().name, "root");
        assert_eq!(user(54_321), None);
        assert_eq!(user_named("no-such-user-here"), None);
        assert_eq!(user_named("0"), None, "a number is no name");
        assert_eq!(group(54_321), None);
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path("fifo"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("endless")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", path("link")).unwrap();
        for none in [path("fifo"), path("endless"), path(""), path("missing")] {
            assert!(read(&none).is_empty(), "{none}");
        }
        assert!(
            read(&path("link")).starts_with(b"root:"),
            "as systems without an own file have it"
        );
    }

    #[test]
    fn an_account_keeps_its_own_group_and_never_gets_roots() {
        let one = Account {
            uid: 54_321,
            gid: 7,
        };
        assert_eq!(groups_of(one), [Gid::from_raw(7)]);
        let root = Account { uid: 0, gid: 0 };
        assert!(!groups_of(root).contains(&Gid::ROOT));
        assert_eq!(groups_of(NOBODY), [Gid::from_raw(65534)]);
    }
}
