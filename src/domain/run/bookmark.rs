//! Where the operator was in the wizard: what they chose, and no secret. A dropped line then costs a minute.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::inventory::secret::Place;
use crate::domain::plan::Strategy;

/// What is remembered of a wizard that was left, however it was left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bookmark {
    /// When it was set, RFC 3339. The wizard itself knows no time.
    #[serde(default)]
    pub at: String,
    /// Number of the step, from 1.
    pub step: usize,
    /// The backup that was made.
    pub backup: Option<PathBuf>,
    /// Whether the whole database is dumped as well.
    pub full_dump: bool,
    /// Where keys were looked for.
    pub searched: Searched,
    /// The strategy that was chosen; `None` takes the recommended one.
    pub strategy: Option<Strategy>,
    /// Secrets to salvage, at the operator's word.
    pub salvage: Vec<Place>,
}

/// Where the operator had keys looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Searched {
    /// Files and folders that were named.
    pub places: Vec<PathBuf>,
    /// The usual places.
    pub usual: bool,
    /// Running PHP.
    pub processes: bool,
}

impl Searched {
    /// Adds places, each once.
    pub fn add(&mut self, places: &[PathBuf]) {
        for place in places {
            if !self.places.contains(place) {
                self.places.push(place.clone());
            }
        }
    }
}
