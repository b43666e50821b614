//! Older payloads that were met and are kept, unopened, until a key that opens them is known.

use super::origin::{Basis, PayloadOrigin};
use super::sighting::Dated;
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::key::source::Source;

/// The payloads of a session.
#[derive(Default)]
pub struct Sightings {
    /// In the order they were met.
    pub kept: Vec<KeptPayload>,
}

/// A payload, and where it was met.
pub struct KeptPayload {
    /// Its number, given once in the life of the program.
    pub number: u64,
    /// The secret that it may belong to.
    pub place: Place,
    /// Its text, unopened.
    pub payload: SecretBytes,
    /// When it was in use.
    pub date: Option<Dated>,
    /// Where it was met.
    pub source: Source,
    /// The database it came from, as far as that is known.
    pub origin: PayloadOrigin,
    /// The id of its row.
    pub row: Option<u64>,
    /// What speaks for it.
    pub basis: Basis,
}
