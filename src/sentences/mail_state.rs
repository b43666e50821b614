//! The state of the mail as sentences: the same on the screen, in the saved report and on the command line.

use super::{connections, kind, verdict};
use crate::domain::inventory::secret::SecretKind;
use crate::domain::mail::ConnectionId;
use crate::domain::mail::probe::LoginMark;
use crate::domain::mail::rung::Code;
use crate::domain::mail::state::{Health, MailState, Owner, TestedLogin};
use crate::domain::plan::{PlanAction, recommended_action};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// The sign of a state: `✓` only where all is proven.
pub fn sign(health: Health) -> &'static str {
    match health {
        Health::Good => "✓",
        Health::Open | Health::Broken => "!",
    }
}

/// What FreeScout reads and what not, and which logins are proven, in one sentence. `left` connections are being tested.
pub fn headline(state: &MailState<'_>, left: usize) -> String {
    let rest = super::rest(&state.summary);
    match rest.is_empty() {
        true => in_one_line(state, "", left),
        false => in_one_line(state, &text!(state_rest, parts = rest), left),
    }
}

/// The same with figures alone, for a screen whose list below says what is not read.
pub fn figures(state: &MailState<'_>, left: usize) -> String {
    in_one_line(state, "", left)
}

fn in_one_line(state: &MailState<'_>, rest: &str, left: usize) -> String {
    let w = words();
    let (logins, of) = (state.logins, state.logins.of());
    let mut text = text!(
        state_readable,
        readable = state.summary.readable(),
        total = state.summary.all()
    );
    text.push_str(rest);
    let untested = state.is_untested();
    let mut said = match (of, left) {
        (0, _) => w.state_no_login.to_owned(),
        (_, 1..) => text!(state_testing, ok = logins.ok, of, left),
        _ if untested => w.state_untested.to_owned(),
        _ => text!(state_proven, ok = logins.ok, of),
    };
    let told = left == 0 && !untested;
    if told && logins.failed > 0 {
        said.push_str(&text!(state_failed, failed = logins.failed));
    }
    if told && logins.not_tried > 0 {
        said.push_str(&text!(state_not_tried, count = logins.not_tried));
    }
    let clauses = joined::clauses(&[text, said]);
    text!(sentence_of, clauses)
}

/// What an owner is called, sanitised.
pub fn name(owner: &Owner<'_>) -> String {
    if owner.name.is_empty() && owner.mailbox.is_none() {
        return words().system_mail.to_owned();
    }
    owner.name.to_string()
}

/// Its logins and what cannot be read, in a few words each.
pub fn in_short(owner: &Owner<'_>) -> String {
    let mut parts: Vec<String> = owner.logins.iter().filter_map(login_in_short).collect();
    for secret in owner.unreadable().filter(|s| !is_said(owner, s)) {
        parts.push(text!(state_unreadable, kind = kind(secret.kind)));
    }
    if parts.is_empty() {
        let kinds = owner.secrets.iter().map(|secret| kind(secret.kind));
        parts.extend(kinds.map(|kind| text!(state_is_readable, kind)));
    }
    joined::list(&parts)
}

fn login_in_short(login: &TestedLogin<'_>) -> Option<String> {
    let protocol = login.connection.target.as_ref().ok()?.protocol;
    let mark = login.mark();
    let sign = connections::sign(mark);
    Some(match (login.tested, mark) {
        (None, _) => format!("{protocol} · {}", words().state_login_untested),
        (Some(_), LoginMark::Works) => format!("{protocol} {sign}"),
        (Some(tested), _) => format!("{protocol} {sign} {}", connections::word(&tested.ended)),
    })
}

/// Whether one of the logins says already that this is unreadable.
fn is_said(owner: &Owner<'_>, secret: &SecretReport) -> bool {
    let said =
        |login: &TestedLogin<'_>| secret_of(owner, login).is_some_and(|s| s.place == secret.place);
    owner.logins.iter().any(said)
}

/// What to do about it, a line each; nothing where all is well. `site` is the host of `APP_URL`.
pub fn advice(owner: &Owner<'_>, assessment: &Assessment, site: &str) -> Vec<String> {
    let mut lines = lost(owner.unreadable(), assessment);
    for login in &owner.logins {
        // Of a password that is lost, its own line says more.
        if let (LoginMark::Fails | LoginMark::NotTried, Some(tested), None) =
            (login.mark(), login.tested, secret_of(owner, login))
        {
            let text = connections::advice(tested, site);
            if !text.is_empty() && !lines.contains(&text) {
                lines.push(text);
            }
        }
    }
    lines
}

/// The lost secret that kept a login from being tried.
pub(super) fn secret_of<'a>(
    owner: &Owner<'a>,
    login: &TestedLogin<'_>,
) -> Option<&'a SecretReport> {
    let code = login.tested.map(|tested| tested.ended.code);
    let lost = matches!(code, Some(Code::UnreadablePassword | Code::NoPassword));
    let of_login =
        |s: &&SecretReport| ConnectionId::of_secret(s.kind, &s.place) == Some(login.connection.id);
    owner.unreadable().find(of_login).filter(|_| lost)
}

/// Why secrets cannot be used, and what brings them back; those of which the same is so in one line.
fn lost<'a>(
    secrets: impl Iterator<Item = &'a SecretReport>,
    assessment: &Assessment,
) -> Vec<String> {
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for secret in secrets {
        let (text, kind) = (why_lost(secret, assessment), kind(secret.kind));
        match told.iter_mut().find(|(other, _)| *other == text) {
            Some((_, kinds)) if kinds.contains(&kind) => {}
            Some((_, kinds)) => kinds.push(kind),
            None => told.push((text, vec![kind])),
        }
    }
    let lines = told.into_iter();
    lines
        .map(|(text, kinds)| text!(said_of, what = joined::list(&kinds), said = text))
        .collect()
}

/// Why a secret cannot be used, and what brings it back.
pub(super) fn why_lost(secret: &SecretReport, assessment: &Assessment) -> String {
    let w = words();
    // The verdict says already what is so; this, what to do.
    let planned = assessment
        .recommendation
        .map(|recommended| recommended_action(recommended, secret));
    let recovered = |action: PlanAction| action.readable_after() && action != PlanAction::Enter;
    let todo = match secret.kind {
        _ if planned.is_some_and(recovered) => w.state_recover,
        SecretKind::Incoming | SecretKind::Outgoing | SecretKind::SystemMail => w.state_enter,
        SecretKind::OAuth(_) => w.state_reconnect,
        SecretKind::License => w.state_license,
        SecretKind::ModuleOption | SecretKind::EnvValue => w.state_module,
        SecretKind::InvitedUser => w.reads_invited,
    };
    joined::sentences(&[verdict(secret, assessment).as_str(), todo])
}

/// Everything known of an owner: each login with its server, its end, the server's words, advice and cautions. Where
/// nobody's login was tested, that is said once of all.
fn in_full(owner: &Owner<'_>, assessment: &Assessment, site: &str, untested: bool) -> Vec<String> {
    let w = words();
    let sign = match untested && owner.unreadable().next().is_none() {
        true if owner.health() != Health::Good => "·",
        _ => sign(owner.health()),
    };
    let mut head = format!("{sign} {}", name(owner));
    if !owner.email.is_empty() {
        head.push_str(&format!(" <{}>", owner.email));
    }
    if owner.logins.is_empty() {
        head.push_str(&format!(": {}", in_short(owner)));
    }
    let mut lines = vec![head];
    for login in owner.logins.iter().filter(|_| !untested) {
        let Ok(target) = &login.connection.target else {
            continue;
        };
        let outcome = login.tested.map_or_else(
            || w.state_login_untested.to_owned(),
            |tested| connections::outcome(&tested.ended),
        );
        let sign = match login.tested {
            Some(_) => connections::sign(login.mark()),
            None => "·",
        };
        lines.push(text!(
            state_login,
            direction = connections::direction(login.connection.id.direction),
            protocol = target.protocol,
            server = shown(&target.server()),
            sign,
            outcome
        ));
        if let Some(tested) = login.tested {
            let ended = &tested.ended;
            let said = (!ended.server_said.is_empty())
                .then(|| text!(connections_said, said = ended.server_said));
            let cautions = connections::cautions(ended);
            let advice = match secret_of(owner, login) {
                Some(secret) => why_lost(secret, assessment),
                None => connections::advice(tested, site),
            };
            let more = said.into_iter().chain([advice]).chain(cautions);
            let more = more.filter(|text| !text.is_empty());
            lines.extend(more.map(|text| format!("      {text}")));
        }
    }
    let told: Vec<&SecretReport> = owner
        .logins
        .iter()
        .filter_map(|login| secret_of(owner, login))
        .collect();
    let others = owner
        .unreadable()
        .filter(|secret| !told.iter().any(|told| told.place == secret.place));
    let others = lost(others, assessment).into_iter();
    lines.extend(others.map(|text| format!("  {text}")));
    lines
}

/// Everyone, those whose mail does not flow first. Where no login was tested, nobody stands among these for that alone.
pub fn all_in_full(state: &MailState<'_>, assessment: &Assessment, site: &str) -> Vec<String> {
    let w = words();
    let untested = state.is_untested();
    let heading = |owner: &Owner<'_>| match owner.health() {
        Health::Good => w.state_in_order,
        _ if untested && owner.unreadable().next().is_none() => w.state_untested_readable,
        _ => w.state_attention,
    };
    let mut lines = Vec::new();
    for head in [
        w.state_attention,
        w.state_untested_readable,
        w.state_in_order,
    ] {
        let of_head = state.owners.iter().filter(|owner| heading(owner) == head);
        let mut owners = of_head.peekable();
        if owners.peek().is_some() {
            lines.extend([head.to_owned()]);
            lines.extend(owners.flat_map(|owner| in_full(owner, assessment, site, untested)));
            lines.push(String::new());
        }
    }
    lines
}
