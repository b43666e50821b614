//! The table of answers: one row each, with the reply as servers send it and where it was seen.
//!
//! Rooms, in the order in which they are asked: those of providers, then `standards` (what the RFCs and the mail servers
//! themselves say). Within a room the first row that fits decides. A reply that was written down from memory says so in its
//! source: `wording approximate`. `habits` is asked last, for what a plain refusal means at a provider.

mod asia;
mod google;
mod habits;
mod mailboxes;
mod microsoft;
mod relays;
mod russia;
mod standards;
mod unjudged;

use super::{Advice, LoginSort, Provider};
use crate::domain::mail::rung::{Code, Rung};

pub use habits::{HABITS, Habit};

/// An answer that a server gives.
pub struct KnownReply {
    /// Only from servers of this provider.
    pub from: Option<Provider>,
    /// Only to a login of this sort.
    pub login: Option<LoginSort>,
    /// Only on this rung.
    pub rung: Option<Rung>,
    /// Texts that all stand in it, in any case.
    pub has: &'static [&'static str],
    /// What it means.
    pub code: Code,
    /// What to do.
    pub advice: Advice,
    /// The reply as a server sends it.
    pub sample: &'static str,
    /// Where it was seen.
    pub source: &'static str,
}

const fn reply(
    has: &'static [&'static str],
    code: Code,
    advice: Advice,
    sample: &'static str,
    source: &'static str,
) -> KnownReply {
    KnownReply {
        from: None,
        login: None,
        rung: None,
        has,
        code,
        advice,
        sample,
        source,
    }
}

const fn of(provider: Provider, reply: KnownReply) -> KnownReply {
    KnownReply {
        from: Some(provider),
        ..reply
    }
}

const fn to(login: LoginSort, reply: KnownReply) -> KnownReply {
    KnownReply {
        login: Some(login),
        ..reply
    }
}

const fn on(rung: Rung, reply: KnownReply) -> KnownReply {
    KnownReply {
        rung: Some(rung),
        ..reply
    }
}

/// Every answer we know, in the order in which they are tried.
pub fn replies() -> impl Iterator<Item = &'static KnownReply> {
    [
        google::REPLIES,
        microsoft::REPLIES,
        russia::REPLIES,
        asia::REPLIES,
        mailboxes::REPLIES,
        relays::REPLIES,
        standards::REPLIES,
        unjudged::REPLIES,
    ]
    .into_iter()
    .flatten()
}
