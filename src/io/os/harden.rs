//! Our own process, closed to others while it holds secrets: no core dump, not to be looked into, not written to swap.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Pid, Resource, Rlimit, Signal, getrlimit, set_dumpable_behavior, setrlimit,
};

/// The first descriptor that is not one of the standard streams.
const FIRST_OTHER: i32 = 3;

/// A limit of core files, in bytes, that lets none be made: one byte is less than any has. Zero would stop files alone; a
/// program that `kernel.core_pattern` pipes them into gets them whatever the limit is, but at this one (Linux,
/// `fs/coredump.c`).
const NO_CORE: u64 = 1;

/// Closes the process to others. What the system does not grant is left as it is.
pub fn close() {
    let none = Rlimit {
        current: Some(NO_CORE),
        maximum: Some(NO_CORE),
    };
    let _ = setrlimit(Resource::Core, none);
    hide();
    // What our caller left open is no business of the programs we start.
    close_fds::set_fds_cloexec(FIRST_OTHER, &[]);
}

/// Keeps other processes from looking into this one, and the kernel from dumping it. A change of user, of group or of
/// capabilities undoes it, on whichever thread (`fs.suid_dumpable` says what then holds): so it is done after each.
pub(super) fn hide() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Ends when this caller does, of whom nobody shall look into us.
pub(super) fn belong_to(caller: u32) -> rustix::io::Result<()> {
    // The change of user opened the process to others of that account, and to core dumps.
    hide();
    // It would be lost by the change of user, so it comes last; and who called may be gone by now.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let called_by = rustix::process::getppid().map(Pid::as_raw_nonzero);
    match called_by.map(|pid| pid.get().unsigned_abs()) {
        Some(pid) if pid == caller => Ok(()),
        _ => Err(rustix::io::Errno::SRCH),
    }
}

/// Locks all memory, as it is touched, where that can be for ever: where there is a limit, memory that is asked for beyond
/// it later would be refused, and the program end. Linux before 4.4 cannot do it so, and nothing is locked there. Not for a
/// process that will give up its rights: the memory it needs afterwards would be refused.
pub fn lock_memory() {
    let limit = getrlimit(Resource::Memlock);
    let to = |current| {
        let limit = Rlimit {
            current,
            maximum: limit.maximum,
        };
        setrlimit(Resource::Memlock, limit).is_ok()
    };
    let lock = || mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
    // Without a limit, or where we may lift it ourselves.
    if limit.maximum.is_none() && to(None) {
        let _ = lock();
    } else if to(Some(0)) {
        // Nothing at all may be locked now but by the capability itself, which limits do not bind; one that is worth
        // nothing here, in a user namespace, does not count.
        let _ = lock();
        to(limit.current);
    }
}
