//! Our own process, closed to others while it holds secrets: no core dump, not to be looked into, not written to swap.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};
use rustix::thread::{CapabilitySet, capabilities};

/// The first descriptor that is not one of the standard streams.
const FIRST_OTHER: i32 = 3;

/// Closes the process. What the system does not grant is left as it is.
pub fn harden() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // What our caller left open is no business of the programs we start.
    close_fds::set_fds_cloexec(FIRST_OTHER, &[]);
    if may_lock() {
        // As it is touched, not all at once; Linux before 4.4 does not know that, and nothing is locked there.
        let _ = mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
    }
}

/// Whether all memory may be locked for ever. Where there is a limit, memory that is asked for beyond it later would be
/// refused, and the program end.
fn may_lock() -> bool {
    let limit = getrlimit(Resource::Memlock);
    let unlimited = |current| Rlimit {
        current,
        maximum: None,
    };
    match (limit.current, limit.maximum) {
        (None, _) => true,
        // We may lift it ourselves.
        (Some(_), None) => setrlimit(Resource::Memlock, unlimited(None)).is_ok(),
        (Some(_), Some(_)) => {
            let sets = capabilities(None);
            let capable = sets.is_ok_and(|s| s.effective.contains(CapabilitySet::IPC_LOCK));
            // Within a user namespace the capability is worth nothing here, though it is there. Nor can a limit be raised.
            let is_real = setrlimit(Resource::Memlock, unlimited(limit.current)).is_ok();
            let _ = setrlimit(Resource::Memlock, limit);
            capable && is_real
        }
    }
}
