//! Older payloads in the rows of a text, told as they are met. Where nothing is lost, nobody looks.

use super::HuntEvent;
use super::companions::RowSearch;
use crate::domain::hunt::old_payloads::{Scanner, Sighting};
use crate::domain::key::source::Source;
use crate::io::hunt::search::FileReading;

/// One text for a search, which begins it when there is something to read or to remember.
pub(super) struct Rows<'s, 'w> {
    search: Option<&'s mut RowSearch<'w>>,
    begun: Option<Source>,
}

impl<'s, 'w> Rows<'s, 'w> {
    pub(super) fn new(search: Option<&'s mut RowSearch<'w>>) -> Self {
        Self {
            search,
            begun: None,
        }
    }

    /// Whether the next bytes must be read: something in them matters, or something before them goes on.
    pub(super) fn must_read(
        &mut self,
        matters: bool,
        reading: &FileReading<'_>,
        on: &mut dyn FnMut(HuntEvent<'_>),
    ) -> bool {
        match (&mut self.search, &self.begun) {
            (None, _) => false,
            (Some(search), None) => {
                matters || search.companions.awaits(reading.path, &reading.inside)
            }
            (Some(search), Some(source)) => {
                matters
                    || !search
                        .scanner
                        .rests(&mut |sighting| tell(sighting, source, on))
            }
        }
    }

    /// Reads the next bytes.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        reading: &FileReading<'_>,
        on: &mut dyn FnMut(HuntEvent<'_>),
    ) {
        if let Some((scanner, source)) = self.begin(reading) {
            scanner.feed(bytes, &mut |sighting| tell(sighting, source, on));
        }
    }

    /// Passes over so many bytes, of which these are the last.
    pub(super) fn pass_over(&mut self, bytes: u64, last: &[u8], reading: &FileReading<'_>) {
        if let Some((scanner, _)) = self.begin(reading) {
            scanner.pass_over(bytes, last);
        }
    }

    fn begin(&mut self, reading: &FileReading<'_>) -> Option<(&mut Scanner<'w>, &Source)> {
        let RowSearch {
            scanner,
            companions,
        } = self.search.as_deref_mut()?;
        let begun = &mut self.begun;
        let source = begun.get_or_insert_with(|| {
            scanner.begin(reading.modified);
            scanner.learn(companions.of(reading.path, &reading.inside));
            reading.source(None)
        });
        Some((scanner, source))
    }

    /// The text is over.
    pub(super) fn end(self, reading: &FileReading<'_>, on: &mut dyn FnMut(HuntEvent<'_>)) {
        if let (Some(search), Some(source)) = (self.search, self.begun) {
            let made = search
                .scanner
                .end(&mut |sighting| tell(sighting, &source, on));
            search.companions.learn(reading.path, &reading.inside, made);
        }
    }
}

fn tell(sighting: Sighting, source: &Source, on: &mut dyn FnMut(HuntEvent<'_>)) {
    on(HuntEvent::Sighting(Box::new(sighting), source.clone()));
}
