//! How panes share a window, and a list its pane with what is said below it: one set of rules, from the smallest window to
//! the largest.

use std::ops::Range;

/// Columns of the steps, beside the pane of one.
const STEPS: u16 = 18;
/// Columns that the pane of a step keeps beside the connections.
const STEP: u16 = 80;
/// Columns that the connections need.
const CONNECTIONS: u16 = 36;
/// From so many columns on the steps have a column of their own.
const WIDE: u16 = 120;

/// Columns of the panes that stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Of the steps; `None` where a line above names them.
    pub steps: Option<u16>,
    /// Of the step's own pane.
    pub step: u16,
    /// Of the connections; `None` where they are only shown in place of the step.
    pub connections: Option<u16>,
}

impl Columns {
    /// In a window of so many columns.
    pub fn of(width: u16) -> Self {
        let Some(spare) = width.checked_sub(STEPS + STEP + CONNECTIONS) else {
            let steps = (width >= WIDE).then_some(STEPS);
            return Self {
                steps,
                step: width - steps.unwrap_or_default(),
                connections: None,
            };
        };
        // A sentence is read best when its lines are not much longer; what a server says has use for more.
        let connections = CONNECTIONS + spare / 5 * 3;
        Self {
            steps: Some(STEPS),
            step: width - STEPS - connections,
            connections: Some(connections),
        }
    }
}

/// Rows of a list and of what is said below it, of so many in all. Both get what they need where there is room; otherwise
/// the list keeps half at most, as far as it needs that, and has what the other leaves.
pub fn below_list(rows: u16, list: usize, below: u16) -> u16 {
    let list = u16::try_from(list.max(1)).unwrap_or(u16::MAX);
    let left = rows.saturating_sub(list);
    let most = rows - list.min(rows.div_ceil(2));
    left.max(below.min(most))
}

/// The rows of a table of `len` that are shown in so many, with the chosen one among them. It turns pages of `steady` rows, the
/// fewest that it ever has in this window, so that it keeps its place while what is said below it takes more or fewer rows.
pub fn page_of_table(len: usize, chosen: usize, steady: u16, rows: u16) -> Range<usize> {
    if len <= usize::from(rows) {
        return 0..len;
    }
    // The last row says how much more there is.
    let [steady, rows] = [steady.min(rows), rows].map(|rows| usize::from(rows.max(2)) - 1);
    let start = (chosen / steady * steady).min(len.saturating_sub(rows));
    start..(start + rows).min(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_keeps_its_columns() {
        let of = |width| {
            let Columns {
                steps,
                step,
                connections,
            } = Columns::of(width);
            (
                steps.unwrap_or_default(),
                step,
                connections.unwrap_or_default(),
            )
        };
        assert_eq!(of(76), (0, 76, 0));
        assert_eq!(of(119), (0, 119, 0));
        assert_eq!(of(120), (18, 102, 0));
        assert_eq!(of(133), (18, 115, 0));
        assert_eq!(of(134), (18, 80, 36));
        assert_eq!(of(200), (18, 107, 75));
        for width in 20..=400 {
            let (steps, step, connections) = of(width);
            assert_eq!(steps + step + connections, width);
            assert!(step >= STEP.min(width), "{width}: {step}");
        }
    }

    #[test]
    fn neither_a_list_nor_what_is_below_it_has_blank_rows_that_the_other_needs() {
        for rows in 1..40 {
            for list in 0..60_u16 {
                for below in 0..60 {
                    let given = below_list(rows, usize::from(list), below);
                    let kept = rows - given;
                    let list = list.max(1);
                    assert!(kept >= list.min(rows.div_ceil(2)));
                    assert!(given <= below || kept >= list, "{rows} {list} {below}");
                    assert!(kept <= list || given >= below, "{rows} {list} {below}");
                    assert!(kept <= list, "{rows} {list} {below}");
                }
            }
        }
    }

    #[test]
    fn the_chosen_row_is_shown_and_the_table_keeps_its_place() {
        for len in 1..40 {
            for rows in 1..20 {
                for steady in 1..=rows {
                    for chosen in 0..len {
                        let page = page_of_table(len, chosen, steady, rows);
                        assert!(page.contains(&chosen), "{len} {rows} {steady} {chosen}");
                        let most = usize::from(rows.max(2)) - 1;
                        assert!(page == (0..len) || page.len() == most.min(len));
                    }
                }
            }
        }
        assert_eq!(page_of_table(30, 8, 5, 5), 8..12);
        assert_eq!(page_of_table(30, 8, 5, 9), 8..16);
        assert_eq!(page_of_table(30, 29, 5, 9), 22..30);
    }
}
