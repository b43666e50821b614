//! Looks for keys: where we are told to, in running processes, in the usual places; or tries one that is at hand.

use std::path::PathBuf;

use super::given::one_key;
use super::{Notice, Reporter, Stage, tell_found};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::source::{Source, SourceKind};
use crate::engine::hunt::find_key::{self, Hunted, SearchPlaces};
use crate::engine::hunt::{Looking, files, processes, sieve};
use crate::engine::session::{Session, mails};
use crate::io::container::within;
use crate::io::hunt::HuntTotals;

/// Where to look.
pub enum Where<'a> {
    /// In these files, folders, archives.
    In(&'a [PathBuf]),
    /// Where keys usually survive on a server, and around the install.
    Usual,
    /// In the environment and the memory of PHP processes.
    Processes,
}

/// Looks there. Called off, it keeps what it found so far.
pub fn look(session: &mut Session, place: &Where<'_>, reporter: &dyn Reporter) -> HuntTotals {
    reporter.stage(Stage::Search);
    let cancel = || reporter.cancelled();
    let mut on = |session: &mut Session, looking: Looking<'_>| {
        tell_found(session, looking, true, reporter);
    };
    let looked = match place {
        Where::In(roots) => {
            let roots = within::all_to_read(roots);
            files::look_in(session, &roots, &cancel, &mut on)
        }
        Where::Usual => {
            let roots = files::usual_places(session);
            let (mut looked, _) =
                files::look_in_layers(session, files::KeptKeys::Named, &roots, &cancel, &mut on);
            looked.add(files::look_in(session, &roots, &cancel, &mut on));
            looked
        }
        Where::Processes => processes::look_in(session, &cancel, &mut on),
    };
    mails::count_mails(session);
    session.number_keys(reporter.keeps_numbers());
    reporter.found(session, Looking::Found);
    reporter.notice(Notice::Skipped(&session.install.root, &looked));
    looked
}

/// The key hunt alone: the install itself, running processes, and these places.
pub fn hunt(session: &mut Session, places: &SearchPlaces, reporter: &dyn Reporter) -> Hunted {
    reporter.stage(Stage::Search);
    let mut on = |session: &mut Session, looking: Looking<'_>| {
        tell_found(session, looking, true, reporter);
    };
    let hunted = find_key::hunt(session, places, &|| reporter.cancelled(), &mut on);
    session.number_keys(reporter.keeps_numbers());
    hunted
}

/// A key that was typed or pasted.
pub struct TriedKey {
    /// Which it is.
    pub key: Fingerprint,
    /// How many secrets it opens.
    pub opens: usize,
}

/// Tries a key that was typed or pasted: the text itself, or the one key in it.
///
/// # Errors
/// Why the text is no key.
pub fn try_key(
    session: &mut Session,
    text: &[u8],
    reporter: &dyn Reporter,
) -> Result<TriedKey, String> {
    let (text, source) = one_key(text, Source::of(SourceKind::Given))?;
    let tried = sieve::try_key(session, text.expose(), source);
    let (key, opens) = tried.map_err(|error| error.to_string())?;
    mails::count_mails(session);
    session.number_keys(reporter.keeps_numbers());
    reporter.found(session, Looking::Found);
    Ok(TriedKey { key, opens })
}
