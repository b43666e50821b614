//! Where those who are told are reached, and for how long it is tried.

use std::path::PathBuf;
use std::time::Duration;

use crate::io::mail::Settings;

/// No channel has longer, whatever is set.
pub(super) const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Where the journal listens.
const JOURNAL: &str = "/run/systemd/journal/socket";
/// Where syslog does.
const SYSLOG: &str = "/dev/log";

/// Where those who are told are reached.
#[derive(Clone)]
pub struct Reach {
    /// Authorities, and how long mail servers are waited for.
    pub mail: Settings,
    /// The journal's socket.
    pub journal: PathBuf,
    /// Syslog's, where there is no journal.
    pub syslog: PathBuf,
    /// What is waited before a webhook is tried once more; each time twice as long.
    pub first_pause: Duration,
}

impl Reach {
    /// As it is on this system.
    pub fn of_system() -> Self {
        Self {
            mail: Settings::of_system(),
            journal: JOURNAL.into(),
            syslog: SYSLOG.into(),
            first_pause: Duration::from_secs(2),
        }
    }
}
