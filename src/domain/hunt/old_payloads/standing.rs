//! Which of the older payloads of a secret may be taken unseen: at most one text, and only where nothing speaks against it.
//!
//! "Newest" means something within one database of one server alone, and only where the dump or its row says a date: the
//! time of a file is that of its last copying. Whatever else differs disagrees, and then nothing is taken.

use jiff::civil::DateTime;

use super::origin::{Basis, Doubt, PayloadOrigin};
use super::sighting::{Dated, DatedBy};
use crate::domain::inventory::secret::{Place, SecretBytes, SecretKind};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::source::Source;

/// Two clocks, or one of them in another zone, agree to so many hours.
const ZONES: i64 = 26;

/// An older payload of a secret that a known key opens.
pub struct DecryptedPayload<'t> {
    /// What speaks for it.
    pub basis: Basis,
    /// Where it stood.
    pub origin: &'t PayloadOrigin,
    /// When.
    pub date: Option<Dated>,
    /// What it says.
    pub text: &'t SecretBytes,
}

/// Says that a text may be taken unseen. Only [`settle`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certain(());

/// How an older payload stands among the others of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Eligibility {
    /// It is this install's own, and the last that is known.
    Ours(Certain),
    /// It is only offered.
    Offered(Doubt),
}

/// Judges all the claims on one secret together, in their order.
pub fn settle(claims: &[DecryptedPayload<'_>]) -> Vec<Eligibility> {
    let sure = |basis: Basis| move |claim: &&DecryptedPayload<'_>| claim.basis == basis;
    let named: Vec<&DecryptedPayload<'_>> = claims.iter().filter(sure(Basis::Named)).collect();
    let unnamed: Vec<&DecryptedPayload<'_>> = claims.iter().filter(sure(Basis::Unnamed)).collect();
    let last = match named.is_empty() {
        // Nothing tells two that name no database apart.
        true => unnamed
            .first()
            .filter(|one| unnamed.iter().all(|c| c.text == one.text)),
        false => named.iter().find(|one| {
            let before = |c: &&DecryptedPayload<'_>| c.text == one.text || precedes(c, one);
            // One that names no database may be ours, and the later one.
            let not_after = |c: &&DecryptedPayload<'_>| {
                c.text == one.text || c.date.zip(one.date).is_some_and(|(c, one)| c.at <= one.at)
            };
            named.iter().all(before) && unnamed.iter().all(not_after)
        }),
    };
    let standing = |claim: &DecryptedPayload<'_>| match (&claim.basis, last) {
        (Basis::Doubtful(doubt), _) => Eligibility::Offered(doubt.clone()),
        (_, None) => Eligibility::Offered(Doubt::Disagreement),
        (_, Some(last)) if claim.text == last.text => Eligibility::Ours(Certain(())),
        (_, Some(_)) => Eligibility::Offered(Doubt::Superseded),
    };
    claims.iter().map(standing).collect()
}

/// Whether one of two claims of the same database is certainly the earlier.
fn precedes(one: &DecryptedPayload<'_>, other: &DecryptedPayload<'_>) -> bool {
    let same = one.origin.server() == other.origin.server();
    let (Some(one), Some(other)) = (one.date, other.date) else {
        return false;
    };
    // The date of a row is when it became what it is, that of a dump when it still was: either way the order is that of
    // the rows, but the clocks may be different ones.
    let clocks = match (one.by, other.by) {
        (DatedBy::File, _) | (_, DatedBy::File) => return false,
        (one, other) if one == other => 0,
        _ => ZONES,
    };
    let hours = |date: DateTime| date.checked_add(jiff::Span::new().hours(clocks));
    same && hours(one.at).is_ok_and(|at| at < other.at)
}

/// A secret that is lost today, and an older payload of it that a known key opens. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoverable {
    /// Where it belongs.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// The key that opens it.
    pub key: Fingerprint,
    /// Where it was found.
    pub source: Source,
    /// When it stood there, as far as that is known.
    pub date: Option<Dated>,
    /// The database and table it stood in.
    pub origin: PayloadOrigin,
    /// The number of its row there.
    pub row: Option<u64>,
    /// How it stands among the others.
    pub standing: Eligibility,
    /// Which of those that the search met: names it until the install is opened again.
    pub number: u64,
    /// Whether one before it in the list says the same.
    pub repeats: bool,
}

impl Recoverable {
    /// That it is taken, where it may be.
    pub fn taken(&self) -> Option<TakenUnseen> {
        match self.standing {
            Eligibility::Ours(certain) => Some(TakenUnseen(self.place.clone(), certain)),
            Eligibility::Offered(_) => None,
        }
    }

    /// Why it is only offered.
    pub fn doubt(&self) -> Option<&Doubt> {
        match &self.standing {
            Eligibility::Ours(_) => None,
            Eligibility::Offered(doubt) => Some(doubt),
        }
    }
}

/// A secret whose older payload is taken unseen. Only a [`Recoverable`] that is this install's own makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenUnseen(Place, Certain);

impl TakenUnseen {
    /// Where it belongs.
    pub fn place(&self) -> &Place {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Example {
        basis: Basis,
        origin: PayloadOrigin,
        date: Option<Dated>,
        text: SecretBytes,
    }

    fn told(basis: Basis, host: &str, date: &str, by: DatedBy, text: &str) -> Example {
        Example {
            origin: PayloadOrigin {
                host: (!host.is_empty()).then(|| host.to_owned()),
                database: (basis == Basis::Named).then(|| "desk".to_owned()),
                ..PayloadOrigin::default()
            },
            basis,
            date: date.parse().ok().map(|at| Dated { at, by }),
            text: SecretBytes::from(text.as_bytes()),
        }
    }

    /// A letter each: taken, in disagreement, superseded, or doubtful by itself.
    fn settled(all: &[Example]) -> String {
        let claims: Vec<DecryptedPayload<'_>> = all
            .iter()
            .map(|told| DecryptedPayload {
                basis: told.basis.clone(),
                origin: &told.origin,
                date: told.date,
                text: &told.text,
            })
            .collect();
        let letter = |standing| match standing {
            Eligibility::Ours(_) => 't',
            Eligibility::Offered(Doubt::Disagreement) => 'd',
            Eligibility::Offered(Doubt::Superseded) => 's',
            Eligibility::Offered(_) => '?',
        };
        settle(&claims).into_iter().map(letter).collect()
    }

    const JUNE: &str = "2025-06-19T03:00:00";
    const MAY: &str = "2025-05-19T03:00:00";

    fn named(date: &str, text: &str) -> Example {
        told(Basis::Named, "localhost", date, DatedBy::Dump, text)
    }

    fn unnamed(date: &str, text: &str) -> Example {
        told(Basis::Unnamed, "", date, DatedBy::File, text)
    }

    #[test]
    fn of_the_installs_own_database_the_last_is_taken() {
        assert_eq!(settled(&[named(JUNE, "b"), named(MAY, "a")]), "ts");
        assert_eq!(settled(&[named(MAY, "a"), named(JUNE, "b")]), "st");
        assert_eq!(settled(&[named(JUNE, "a"), named(MAY, "a")]), "tt");
        assert_eq!(settled(&[named(JUNE, "a")]), "t");
        assert_eq!(settled(&[]), "");
        // Of the same moment, or of none.
        assert_eq!(settled(&[named(JUNE, "b"), named(JUNE, "a")]), "dd");
        assert_eq!(settled(&[named(JUNE, "b"), named("", "a")]), "dd");
        assert_eq!(settled(&[named("", "a"), named("", "a")]), "tt");
        // The time of a file is that of its last copying.
        let copied = told(Basis::Named, "localhost", MAY, DatedBy::File, "a");
        assert_eq!(settled(&[named(JUNE, "b"), copied]), "dd");
        // Another server may have a database of the same name.
        let elsewhere = told(Basis::Named, "db.example", MAY, DatedBy::Dump, "a");
        assert_eq!(settled(&[named(JUNE, "b"), elsewhere]), "dd");
        // A row's own date, on another clock.
        let row = |date| told(Basis::Named, "localhost", date, DatedBy::Row, "a");
        assert_eq!(settled(&[named(JUNE, "b"), row(MAY)]), "ts");
        assert_eq!(settled(&[named(MAY, "b"), row(JUNE)]), "st");
        assert_eq!(
            settled(&[named(JUNE, "b"), row("2025-06-19T01:00:00")]),
            "dd"
        );
    }

    #[test]
    fn what_names_no_database_is_taken_only_where_it_agrees() {
        assert_eq!(settled(&[unnamed(JUNE, "a"), unnamed(MAY, "a")]), "tt");
        assert_eq!(settled(&[unnamed(JUNE, "b"), unnamed(MAY, "a")]), "dd");
        // TextContext the install's own it counts where it may be later.
        assert_eq!(settled(&[named(JUNE, "b"), unnamed(MAY, "a")]), "ts");
        assert_eq!(settled(&[named(MAY, "b"), unnamed(JUNE, "a")]), "dd");
        assert_eq!(settled(&[named(MAY, "b"), unnamed("", "a")]), "dd");
        assert_eq!(settled(&[named(MAY, "b"), unnamed(JUNE, "b")]), "tt");
    }

    #[test]
    fn what_is_doubtful_is_never_taken_and_stands_in_nobodys_way() {
        let other = |text| {
            let doubt = Basis::Doubtful(Doubt::OtherDatabase("desk".to_owned().into()));
            told(doubt, "localhost", JUNE, DatedBy::Dump, text)
        };
        assert_eq!(settled(&[other("b")]), "?");
        assert_eq!(settled(&[other("b"), named(MAY, "a")]), "?t");
        assert_eq!(settled(&[other("a"), unnamed(MAY, "a")]), "?t");
    }
}
