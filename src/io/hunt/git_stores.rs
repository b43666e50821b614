//! Git's object stores on the way: every object is looked through, the unreachable ones too.

use std::collections::BTreeMap;
use std::path::Path;

use super::{SkipReason, git};
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
        self.objects(&store, None);
    }

    /// Looks through a bundle whose pack begins at this byte.
    pub(super) fn bundle(&mut self, path: &Path, pack: u64) {
        self.objects(path, Some(pack));
    }

    fn objects(&mut self, store: &Path, pack: Option<u64>) {
        let limits = git::GitLimits {
            unpacked: self.limits.unpacked,
            ratio: self.limits.ratio,
            ..git::GitLimits::default()
        };
        let cancel = self.cancel;
        let budget = self.reserve.budget();
        let within = budget.clone();
        // Every version of a file would be told: the first of each kind stands for them.
        let mut stored = BTreeMap::new();
        let mut each = |object: &git::Object, content: &mut dyn std::io::Read| {
            self.looked.files += 1;
            self.progress(store);
            let mut reading = self.reading(store, SourceKind::Git);
            reading.inside.push(object.id.clone().into());
            reading.budget = budget.clone();
            match self.stream(content, &mut reading, 0) {
                Err(SkipReason::Stored(form)) => {
                    stored.entry(form).or_insert_with(|| object.id.clone());
                    Ok(())
                }
                outcome => outcome,
            }
        };
        let read = match pack {
            Some(pack) => git::bundle_within(store, pack, &limits, &within, cancel, &mut each),
            None => git::objects_within(store, &limits, &within, cancel, &mut each),
        };
        for (form, id) in stored {
            self.skip(store, &[id.into()], SkipReason::Stored(form));
        }
        for skipped in read.skipped {
            self.skip(&skipped.path, &skipped.inside, skipped.why);
        }
        self.looked.skipped_more += read.skipped_more;
    }
}
