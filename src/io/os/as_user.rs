//! The rights of somebody else, for a while, on this thread alone.

use rustix::io::Errno;
use rustix::process::{Gid, Uid, getegid, geteuid, getgroups};
use rustix::thread::{
    CapabilitySet, capabilities, set_capabilities, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid,
};

use super::spawn::Account;
use super::{accounts, around, harden};
use crate::io::fs;

/// What stays as it is, in setresuid(2) and setresgid(2).
const KEEP_UID: Option<Uid> = None;
const KEEP_GID: Option<Gid> = None;

/// Ours, to be taken back.
struct Laid {
    uid: Uid,
    gid: Gid,
    groups: Vec<Gid>,
}

impl Laid {
    fn down(account: Account) -> rustix::io::Result<Self> {
        let groups = getgroups()?;
        // Whether they can be taken back is found out before anything is laid down.
        set_thread_groups(&groups)?;
        let laid = Self {
            uid: geteuid(),
            gid: getegid(),
            groups,
        };
        let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
        // Dropped on the way, it takes back what was laid down until then.
        set_thread_groups(&accounts::groups_of(account))?;
        set_thread_res_gid(KEEP_GID, gid, KEEP_GID)?;
        let before = capabilities(None)?.effective;
        set_thread_res_uid(KEEP_UID, uid, KEEP_UID)?;
        // All capabilities went with it. The one that lets our memory stay locked (see `harden`) is needed for more memory.
        let mut left = capabilities(None)?;
        left.effective |= before & CapabilitySet::IPC_LOCK;
        set_capabilities(None, left)?;
        harden::hide();
        Ok(laid)
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        let taken = set_thread_res_uid(KEEP_UID, self.uid, KEEP_UID)
            .and_then(|()| set_thread_res_gid(KEEP_GID, self.gid, KEEP_GID))
            .and_then(|()| set_thread_groups(&self.groups));
        if taken.is_err() {
            // Half ours and half somebody else's, nothing we do means what it should.
            std::process::abort();
        }
        harden::hide();
    }
}

/// Does something with the rights of this account where we are root; as anybody else, with our own.
///
/// # Errors
/// The system's, where root may not do that; then nothing was done.
pub fn with<T>(account: Account, work: impl FnOnce() -> T) -> std::io::Result<T> {
    if !geteuid().is_root() || account.uid == 0 {
        return Ok(work());
    }
    let laid = Laid::down(account).map_err(|e| refused(account, e))?;
    let done = work();
    drop(laid);
    Ok(done)
}

/// Why root may not act as this account, and what helps, where that is known.
fn refused(account: Account, error: Errno) -> std::io::Error {
    let error = std::io::Error::from(error);
    if error.kind() != std::io::ErrorKind::PermissionDenied {
        return error;
    }
    let user = fs::user_name(account.uid);
    let command = around::surroundings().and_then(|around| around.exec_as(&user));
    let said = match command {
        Some(command) => text!(as_user_refused_in_container, user, command),
        None => text!(as_user_refused, user),
    };
    std::io::Error::new(error.kind(), said)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const NOBODY: Account = Account {
        uid: 65534,
        gid: 65534,
    };

    /// One after the other: whether a process may be dumped is said of all its threads at once.
    #[test]
    fn the_process_stays_closed_to_others() {
        use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
        if !crate::not_tried::as_root("staying closed while rights change") {
            return;
        }
        if std::fs::read("/proc/sys/fs/suid_dumpable").is_ok_and(|mode| mode.starts_with(b"0")) {
            crate::not_tried::not_tried("fs.suid_dumpable=0 closes it by itself: that we do");
        }
        let closed = || dumpable_behavior().unwrap() == DumpableBehavior::NotDumpable;
        harden::hide();
        let within = with(NOBODY, closed).unwrap();
        assert!(within && closed());
        // Taken back from anywhere, and by a panic too.
        let failed = std::panic::catch_unwind(|| {
            with(NOBODY, || {
                set_dumpable_behavior(DumpableBehavior::Dumpable).unwrap();
                panic!("on purpose");
            })
        });
        assert!(failed.is_err() && closed());
    }

    #[test]
    fn they_are_laid_down_and_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "x").unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        let root = crate::not_tried::as_root("taking another account's rights");
        let before = (geteuid(), getegid(), getgroups().unwrap());
        let now = || (geteuid(), getegid(), getgroups().unwrap());
        let read = with(NOBODY, || {
            (
                std::fs::read(&secret).is_ok(),
                geteuid().as_raw(),
                getgroups().unwrap(),
            )
        });
        let (could, uid, groups) = read.unwrap();
        assert_eq!(could, !root, "read with our own rights");
        if root {
            // Of the capabilities only that one is left.
            let left = with(NOBODY, || capabilities(None).unwrap().effective).unwrap();
            assert_eq!(left - CapabilitySet::IPC_LOCK, CapabilitySet::empty());
            assert_eq!((uid, groups), (65534, vec![Gid::from_raw(65534)]));
        }
        assert_eq!(now(), before);
        assert!(std::fs::read(&secret).is_ok());
        // Also when the work fails; and other threads keep theirs.
        let failed = std::panic::catch_unwind(|| {
            with(NOBODY, || {
                let others = std::thread::scope(|scope| scope.spawn(geteuid).join().unwrap());
                // A new thread has what its maker has.
                assert_eq!(others.as_raw(), geteuid().as_raw());
                panic!("on purpose");
            })
        });
        assert!(failed.is_err());
        assert_eq!(now(), before);
    }
}
