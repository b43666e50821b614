//! Git's object stores on the way: every object is looked through, the unreachable ones too.

use std::path::Path;

use super::git;
use crate::domain::key::source::SourceKind;
use crate::io::hunt::search::PartSearch;

impl PartSearch<'_> {
    /// Looks through the objects of a store, once.
    pub(super) fn git(&mut self, store: &Path) {
        let store = std::fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
        if self.stores.contains(&store) {
            return;
        }
        self.stores.push(store.clone());
        let limits = git::GitLimits {
            unpacked: self.limits.unpacked,
            ratio: self.limits.ratio,
            ..git::GitLimits::default()
        };
        let cancel = self.cancel;
        let budget = self.reserve.budget();
        let within = budget.clone();
        let read = git::objects_within(&store, &limits, &within, cancel, &mut |object, content| {
            self.looked.files += 1;
            self.progress(&store);
            let mut reading = self.reading(&store, SourceKind::Git);
            reading.inside.push(object.id.clone().into());
            reading.budget = budget.clone();
            self.stream(content, &mut reading, 0)
        });
        for skipped in read.skipped {
            self.skip(&skipped.path, &skipped.inside, skipped.why);
        }
        self.looked.skipped_more += read.skipped_more;
    }
}
