//! Connection tests as JSON, the form of `test --json`.

use serde::Serialize;

use crate::domain::mail::probe::{Climbed, Journey, Tested};
use crate::sentences::connections as sentences;
use crate::words::untrusted::Untrusted;

/// The form of `test --json`.
#[derive(Serialize)]
pub struct TestsJson<'a> {
    schema: u32,
    results: Vec<TestedJson<'a>>,
}

/// One connection, also in the forms of `recover --json` and of the saved report.
#[derive(Serialize)]
pub struct TestedJson<'a> {
    mailbox: Option<u64>,
    email: &'a Untrusted,
    direction: &'static str,
    protocol: Option<&'static str>,
    server: &'a Untrusted,
    verdict: &'static str,
    code: &'static str,
    rung: Option<&'static str>,
    server_said: &'a Untrusted,
    advice: String,
    cautions: Vec<String>,
    ladder: Vec<RungJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journey: Option<JourneyJson>,
}

#[derive(Serialize)]
struct RungJson<'a> {
    rung: &'static str,
    ms: u64,
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    detail: &'a Untrusted,
}

#[derive(Serialize)]
struct JourneyJson {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<bool>,
    detail: String,
}

/// All results.
pub fn tests<'a>(tested: &'a [Tested], site: &str) -> TestsJson<'a> {
    TestsJson {
        schema: 1,
        results: results(tested, site),
    }
}

/// The results alone. `site` is the host of `APP_URL`, for links into FreeScout.
pub fn results<'a>(tested: &'a [Tested], site: &str) -> Vec<TestedJson<'a>> {
    tested.iter().map(|t| result(t, site)).collect()
}

fn result<'a>(tested: &'a Tested, site: &str) -> TestedJson<'a> {
    let ended = &tested.ended;
    TestedJson {
        mailbox: tested.id.mailbox,
        email: &tested.email,
        direction: tested.id.direction.name(),
        protocol: tested.protocol.map(crate::domain::mail::Protocol::name),
        server: &tested.server,
        verdict: ended.verdict().name(),
        code: ended.code.name(),
        rung: ended.rung.map(crate::domain::mail::rung::Rung::name),
        server_said: &ended.server_said,
        advice: sentences::advice(tested, site),
        cautions: sentences::cautions(ended).collect(),
        ladder: ended.ladder.iter().map(rung).collect(),
        journey: ended.journey.as_ref().map(journey),
    }
}

fn ms(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn rung(climbed: &Climbed) -> RungJson<'_> {
    RungJson {
        rung: climbed.rung.name(),
        ms: ms(climbed.took),
        detail: &climbed.detail,
    }
}

fn journey(journey: &Journey) -> JourneyJson {
    let (verdict, took, removed) = match journey {
        Journey::Arrived { took, removed } => ("ok", Some(ms(*took)), Some(*removed)),
        Journey::NotSeen(took) => ("failed", Some(ms(*took)), None),
        Journey::Refused(_) => ("failed", None, None),
        Journey::NotTried => ("skipped", None, None),
    };
    JourneyJson {
        verdict,
        ms: took,
        removed,
        detail: sentences::journey(journey),
    }
}
