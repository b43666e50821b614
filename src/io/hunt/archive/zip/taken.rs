//! Which stretches of a zip file were unpacked already. Honest members stand one behind the other; those of a trap lie within
//! one another, or are one and the same.

use std::collections::{BTreeMap, HashSet};

/// Stretches, and members without one, that are remembered. What is beyond is bounded by its work alone.
const REMEMBERED: usize = 1 << 16;
/// What may stand between two members and belong to neither: sizes behind the first.
const BETWEEN: u64 = 24;

/// What was unpacked.
#[derive(Default)]
pub(super) struct Unpacked {
    /// Where each begins and ends. None touches another.
    stretches: BTreeMap<u64, u64>,
    /// Where members stand whose end is not known.
    begun: HashSet<u64>,
}

impl Unpacked {
    /// Whether what stands here was unpacked already.
    pub(super) fn holds(&self, at: u64) -> bool {
        let before = self.stretches.range(..=at).next_back();
        before.is_some_and(|(_, end)| at < *end) || self.begun.contains(&at)
    }

    /// Where the next stretch behind this place begins that was unpacked already.
    pub(super) fn next(&self, at: u64) -> Option<u64> {
        self.stretches.range(at..).next().map(|(begin, _)| *begin)
    }

    /// A member was unpacked, as far as this.
    pub(super) fn add(&mut self, begin: u64, end: u64) {
        let (mut begin, mut end) = (begin, end);
        let near = self.stretches.range(..=end.saturating_add(BETWEEN));
        let near: Vec<(u64, u64)> = near
            .rev()
            .take_while(|(_, other)| other.saturating_add(BETWEEN) >= begin)
            .map(|(begin, end)| (*begin, *end))
            .collect();
        for (other, until) in near {
            self.stretches.remove(&other);
            (begin, end) = (begin.min(other), end.max(until));
        }
        if self.stretches.len() < REMEMBERED {
            self.stretches.insert(begin, end);
        }
    }

    /// A member was read that does not say where it ends.
    pub(super) fn add_begun(&mut self, at: u64) {
        if self.begun.len() < REMEMBERED {
            self.begun.insert(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_grow_together_and_gaps_stay() {
        let mut taken = Unpacked::default();
        for (begin, end) in [(0, 100), (300, 400), (116, 200), (1000, 1100)] {
            taken.add(begin, end);
        }
        let all = |taken: &Unpacked| taken.stretches.clone().into_iter().collect::<Vec<_>>();
        assert_eq!(all(&taken), [(0, 200), (300, 400), (1000, 1100)]);
        let held = [0, 99, 110, 199, 300, 399, 1000];
        assert!(held.iter().all(|at| taken.holds(*at)));
        let free = [200, 299, 400, 999, 1100, u64::MAX];
        assert!(free.iter().all(|at| !taken.holds(*at)));
        assert_eq!(
            [200, 401, 1101].map(|at| taken.next(at)),
            [Some(300), Some(1000), None]
        );
        taken.add(150, 1050);
        assert_eq!(all(&taken), [(0, 1100)]);
        taken.add_begun(5000);
        assert!(taken.holds(5000) && !taken.holds(5001));
    }

    #[test]
    fn members_in_their_order_take_no_memory() {
        let mut taken = Unpacked::default();
        for member in 0..1_000_000 {
            taken.add(member * 100, member * 100 + 80);
        }
        assert_eq!(taken.stretches.len(), 1);
        for member in 0..100_000 {
            taken.add((2_000_000 + member) * 1000, (2_000_000 + member) * 1000 + 1);
        }
        assert_eq!(taken.stretches.len(), REMEMBERED);
    }
}
