//! How often a round of the watch is made: in steps that a crontab knows as well as a timer of systemd.

use std::time::Duration;

/// Minutes between two rounds. They fill an hour or a day, so that all rounds are equally far apart.
const STEPS: [u16; 19] = [
    1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440,
];

/// The time between two rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(u16);

impl Default for Every {
    fn default() -> Self {
        Self(5)
    }
}

impl Every {
    /// Every so often; `None` where a crontab cannot say that.
    pub fn of(time: Duration) -> Option<Self> {
        let fits = |step: &&u16| Duration::from_mins(u64::from(**step)) == time;
        STEPS.iter().find(fits).copied().map(Self)
    }

    /// All that there are.
    pub fn all() -> impl Iterator<Item = Self> {
        STEPS.into_iter().map(Self)
    }

    /// Minutes.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The time.
    pub fn time(self) -> Duration {
        Duration::from_mins(u64::from(self.0))
    }
}
