//! What a search could not look at, by weight, in one line.

use crate::domain::hunt::forms::{UnreadForm, UnreadGroup};
use crate::words::{joined, words};

/// The line; `None` where everything was looked at. The heaviest stands first.
pub fn unread(groups: &[UnreadGroup]) -> Option<String> {
    let count: u64 = groups.iter().map(|group| group.count).sum();
    let item = |group: &UnreadGroup| {
        let what = group.form.map_or(words().unread_random, UnreadForm::name);
        match group.count {
            1 => text!(unread_one, what, size = size(group.bytes)),
            count => text!(unread_some, what, count, size = size(group.bytes)),
        }
    };
    let list: Vec<String> = groups.iter().map(item).collect();
    (count > 0).then(|| text!(unread_all, count, list = joined::list(&list)))
}

/// A weight in whole units.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => text!(unread_size_kb, kilobytes = bytes.div_ceil(1000)),
        1_000_000..10_000_000_000 => text!(unread_size_mb, megabytes = bytes.div_ceil(1_000_000)),
        _ => text!(unread_size_gb, gigabytes = bytes.div_ceil(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_and_weighs() {
        let group = |form, count, bytes| UnreadGroup { form, count, bytes };
        assert_eq!(unread(&[]), None);
        let groups = [
            group(Some(UnreadForm::Restic), 1, 12_000_000_000),
            group(Some(UnreadForm::Gpg), 2, 3_400_000),
            group(None, 1, 900),
        ];
        assert_eq!(
            unread(&groups).unwrap_or_default(),
            "4 backups or packed files could not be read: restic (12 GB), gpg (2, 4 MB), random bytes (1 KB)"
        );
    }
}
