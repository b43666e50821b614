//! Whether a mailbox is silent for longer than it ever was: its own habit decides, as one has mail each minute and another
//! each week.

/// So many messages make a habit.
const FEWEST: usize = 12;
/// Nobody is told of a silence shorter than this, in seconds.
const SHORTEST: i64 = 6 * 3600;
/// How many times the longest pause there was.
const TIMES: i64 = 2;

/// How a mailbox is, by the times of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// There are too few messages to tell.
    Untold,
    /// As usual.
    Usual,
    /// Nothing for far longer than usual.
    Silent {
        /// When the last message was: in the seconds that were given.
        last: i64,
        /// The longest pause before, in seconds.
        longest: i64,
    },
}

/// How it is `now`, by the times of its last messages in seconds, in any order.
pub fn flow(times: &[i64], now: i64) -> Flow {
    if times.len() < FEWEST {
        return Flow::Untold;
    }
    let mut times = times.to_vec();
    times.sort_unstable();
    let gaps = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    let longest = gaps.max().unwrap_or(0);
    let last = times[times.len() - 1];
    let most = longest.saturating_mul(TIMES).max(SHORTEST);
    match now.saturating_sub(last) > most {
        true => Flow::Silent { last, longest },
        false => Flow::Usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn its_own_habit_decides() {
        let hourly: Vec<i64> = (0..20).map(|n| n * HOUR).collect();
        let last = 19 * HOUR;
        assert_eq!(flow(&hourly, last + 6 * HOUR), Flow::Usual);
        assert_eq!(
            flow(&hourly, last + 6 * HOUR + 1),
            Flow::Silent {
                last,
                longest: HOUR
            }
        );
        // Nobody writes at the weekend.
        let mut working_days: Vec<i64> = hourly.iter().map(|at| at - 60 * HOUR - last).collect();
        working_days.extend(&hourly);
        assert_eq!(flow(&working_days, last + 100 * HOUR), Flow::Usual);
        assert_eq!(flow(&hourly[..11], last + 1000 * HOUR), Flow::Untold);
        // The clock of the server was set back.
        assert_eq!(flow(&hourly, -5), Flow::Usual);
        let extremes = [i64::MIN; 6].into_iter().chain([i64::MAX; 6]);
        assert_eq!(flow(&extremes.collect::<Vec<_>>(), 0), Flow::Usual);
    }
}
