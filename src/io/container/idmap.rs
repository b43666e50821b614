//! User and group numbers of a user namespace: what a container calls 33 may be 100033 to the host, and to us.
//! Format: `user_namespaces(7)`, "User and group ID mappings".

/// How the numbers of one kind (users or groups) are translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdMap(Vec<IdRange>);

/// Numbers that follow one another on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct IdRange {
    inside: u32,
    outside: u32,
    count: u32,
}

/// The kernel takes no more lines.
const MOST_RANGES: usize = 340;

impl IdMap {
    /// A `uid_map` or `gid_map`, as it is read from the host: inside, outside, count. Lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let ranges = text.lines().take(MOST_RANGES).filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse);
            let mut next = || numbers.next()?.ok();
            Some(IdRange {
                inside: next()?,
                outside: next()?,
                count: next()?,
            })
        });
        Self(ranges.collect())
    }

    /// What the container calls this number of the host's; `None` for one that means nothing to it.
    pub fn inside(&self, outside: u32) -> Option<u32> {
        let at = |range: &IdRange| shifted(outside, range.outside, range.inside, range.count);
        self.0.iter().find_map(at)
    }

    /// What the host calls this number of the container's.
    pub fn outside(&self, inside: u32) -> Option<u32> {
        let at = |range: &IdRange| shifted(inside, range.inside, range.outside, range.count);
        self.0.iter().find_map(at)
    }
}

fn shifted(number: u32, from: u32, to: u32, count: u32) -> Option<u32> {
    let offset = number.checked_sub(from).filter(|n| *n < count)?;
    to.checked_add(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_translated_both_ways() {
        let map = IdMap::parse("         0     100000      65536\n     70000  1000 1\n");
        for (inside, outside) in [(0, 100_000), (82, 100_082), (65535, 165_535), (70000, 1000)] {
            assert_eq!(map.outside(inside), Some(outside));
            assert_eq!(map.inside(outside), Some(inside));
        }
        for nobody in [0, 33, 99_999, 165_536, 1001] {
            assert_eq!(map.inside(nobody), None, "{nobody}");
        }
        assert_eq!(map.outside(65536), None);
    }

    #[test]
    fn the_hosts_own_is_everything_as_it_is() {
        let map = IdMap::parse("         0          0 4294967295\n");
        for number in [0, 33, 4_294_967_294] {
            assert_eq!(map.inside(number), Some(number));
            assert_eq!(map.outside(number), Some(number));
        }
    }

    #[test]
    fn what_is_no_map_maps_nothing_and_nothing_runs_over() {
        for text in ["", "x y z", "1 2", "-1 0 5", "0 99999999999 1"] {
            assert_eq!(IdMap::parse(text), IdMap(Vec::new()), "{text}");
        }
        let map = IdMap::parse("0 4294967290 100");
        assert_eq!(map.outside(50), None);
    }
}
