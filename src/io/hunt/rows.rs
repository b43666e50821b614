//! Older payloads in the rows of a text, told as they are met. Where nothing is lost, nobody looks.

use super::Event;
use super::reading::Reading;
use crate::domain::glance::Wish;
use crate::domain::sightings::{Scanner, Sighting};
use crate::domain::source::Source;

/// One text for a scanner.
pub(super) struct Rows<'s, 'w> {
    scanner: Option<&'s mut Scanner<'w>>,
    source: Source,
}

impl<'s, 'w> Rows<'s, 'w> {
    pub(super) fn new(scanner: Option<&'s mut Scanner<'w>>, reading: &Reading<'_>) -> Self {
        let mut rows = Self {
            scanner,
            source: reading.source(None),
        };
        if let Some(scanner) = &mut rows.scanner {
            scanner.begin(reading.modified);
        }
        rows
    }

    /// What a pass over the text is to tell.
    pub(super) fn wish(&self) -> Wish {
        match self.scanner {
            Some(_) => Wish::KeysAndRows,
            None => Wish::Keys,
        }
    }

    /// The next bytes of the text, whether they hold something that matters, and whether they are the last.
    pub(super) fn next(
        &mut self,
        bytes: &[u8],
        matters: bool,
        over: bool,
        on: &mut dyn FnMut(Event<'_>),
    ) {
        if self.must_read(matters, on) {
            self.read(bytes, on);
        } else if !over {
            self.pass_over(bytes.len() as u64, bytes);
        }
    }

    /// Whether the next bytes must be read.
    pub(super) fn must_read(&mut self, matters: bool, on: &mut dyn FnMut(Event<'_>)) -> bool {
        let Self { scanner, source } = self;
        let each = &mut |sighting| tell(sighting, source, on);
        scanner
            .as_mut()
            .is_some_and(|scanner| matters || !scanner.rests(each))
    }

    pub(super) fn read(&mut self, bytes: &[u8], on: &mut dyn FnMut(Event<'_>)) {
        let Self { scanner, source } = self;
        if let Some(scanner) = scanner {
            scanner.feed(bytes, &mut |sighting| tell(sighting, source, on));
        }
    }

    /// Passes over so many bytes, of which these are the last.
    pub(super) fn pass_over(&mut self, bytes: u64, last: &[u8]) {
        if let Some(scanner) = &mut self.scanner {
            scanner.pass_over(bytes, last);
        }
    }

    /// The text is over.
    pub(super) fn end(self, on: &mut dyn FnMut(Event<'_>)) {
        let Self { scanner, source } = self;
        if let Some(scanner) = scanner {
            scanner.end(&mut |sighting| tell(sighting, &source, on));
        }
    }
}

fn tell(sighting: Sighting, source: &Source, on: &mut dyn FnMut(Event<'_>)) {
    on(Event::Sighting(sighting, source.clone()));
}
