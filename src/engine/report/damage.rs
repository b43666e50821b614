//! What a plan does to mails already sent, in `recover --json` without `--yes`.

use serde::Serialize;

use crate::domain::key::app_key::Fingerprint;
use crate::domain::plan::mail_impact::{MailImpact, Trace};

/// The form of `damage`.
#[derive(Serialize)]
pub(super) struct DamageJson {
    keeps: Vec<TraceJson>,
    regains: Vec<TraceJson>,
    breaks: Vec<TraceJson>,
    stays_broken: Vec<TraceJson>,
    web_cron_url_changes: bool,
    logins_end: bool,
}

/// `key` is null for keys that are not known, `links` where no table tells.
#[derive(Serialize)]
struct TraceJson {
    key: Option<Fingerprint>,
    mails: u64,
    links: Option<u64>,
}

pub(super) fn damage(damage: &MailImpact) -> DamageJson {
    let traces = |traces: &[Trace]| {
        let json = |trace: &Trace| TraceJson {
            key: trace.key,
            mails: trace.mails,
            links: trace.links,
        };
        traces.iter().map(json).collect()
    };
    DamageJson {
        keeps: traces(&damage.keeps),
        regains: traces(&damage.regains),
        breaks: traces(&damage.breaks),
        stays_broken: traces(&damage.stays_broken),
        web_cron_url_changes: damage.web_cron_changes,
        logins_end: damage.key_changes,
    }
}
