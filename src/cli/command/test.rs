//! `test`: every mailbox proven by a login.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use crate::cli::arguments::{Common, TestOptions};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::mail::outage::{Outage, outages};
use crate::domain::mail::probe::{Climbed, Journey, LoginMark, TestCaution, TestVerdict, Tested};
use crate::engine::exit::Exit;
use crate::engine::report;
use crate::engine::session::survey;
use crate::engine::usecase::logins::{self, WantedLogins};
use crate::io::mail::Settings;
use crate::io::os::names;
use crate::sentences::connections as sentences;
use crate::sentences::many;
use crate::sentences::watch::away::named;
use crate::words::columns::padded;
use crate::words::untrusted::shown;
use crate::words::words;

/// It concerns the setting of an install, not each login: it is told at the end.
const TOLD_ONCE: TestCaution = TestCaution::PrivateAddress;

/// Logs in everywhere, and says what came of it.
pub(super) fn run(common: &Common, options: &TestOptions) -> CommandResult {
    let w = words();
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let which = logins::named(&session, &options.mailbox).map_err(not_started)?;
    let wanted = WantedLogins {
        which: which.as_deref(),
        renew: (!options.no_renew).then(|| options.endpoints()),
        mail: Settings {
            routes: routes(&options.connect_to).map_err(not_started)?,
            ..Settings::of_system()
        },
        limits: options.limits(),
        send: options.send,
    };
    let tested = logins::test(&mut session, &wanted, &reporter).map_err(not_started)?;
    if tested.is_empty() {
        let problem = ErrorKind::NothingToDo.problem(w.test_nothing, "", w.test_nothing_next);
        return Err(not_started(problem));
    }
    let site = survey::summary(&session).site;
    if common.json {
        Out::stdout().json(&report::connections::tests(&tested, &site));
    } else {
        print(&mut Out::stdout(), &tested, &site, options.all);
    }
    let journeys = || tested.iter().filter_map(|t| t.ended.journey.as_ref());
    Ok(
        if tested.iter().any(|t| t.ended.code.is_open())
            || journeys().any(|j| matches!(j, Journey::NotSeen(_) | Journey::Refused(_)))
        {
            Exit::Unreadable
        } else if tested.iter().any(|t| !t.ended.cautions.is_empty()) {
            Exit::Attention
        } else {
            Exit::Fine
        },
    )
}

/// `HOST:PORT=ADDRESS:PORT`.
pub(super) fn routes(texts: &[String]) -> Result<Vec<(String, u16, SocketAddr)>, Problem> {
    let w = words();
    let read = |text: &String| {
        let (name, address) = text.split_once('=')?;
        let (host, port) = name.rsplit_once(':')?;
        let (at, at_port) = address.rsplit_once(':')?;
        let addresses = names::addresses(at, at_port.parse().ok()?, names::PATIENCE);
        let address = addresses.ok()?.into_iter().next()?;
        Some((host.to_ascii_lowercase(), port.parse().ok()?, address))
    };
    texts
        .iter()
        .map(|text| {
            read(text).ok_or_else(|| {
                let what = text!(test_connect_to, text = shown(text));
                ErrorKind::BadInput.problem(what, "", w.test_connect_to_next)
            })
        })
        .collect()
}

/// The results for people: of many mailboxes those that ended alike together.
fn print(out: &mut Out, tested: &[Tested], site: &str, all: bool) {
    match !all && many::are_many(tested) {
        true => output::groups(out, &many::tests(tested, |one| *one != TOLD_ONCE, site)),
        false => one_by_one(out, tested, site),
    }
    summary(out, tested);
}

/// A block a mailbox.
fn one_by_one(out: &mut Out, tested: &[Tested], site: &str) {
    let w = words();
    let out_of_order = outages(tested);
    let is_told_below = |one: &Tested| {
        let mut logins = out_of_order.iter().flat_map(|outage| &outage.logins);
        logins.any(|login| login.id == one.id)
    };
    let mut last = None;
    for one in tested {
        if last != Some(one.id.mailbox) {
            last = Some(one.id.mailbox);
            let owner = match one.id.mailbox {
                Some(_) if one.owner == one.email => one.owner.to_string(),
                Some(_) => format!("{} <{}>", one.owner, one.email),
                None => w.system_mail.to_owned(),
            };
            out.line(&owner);
        }
        line(out, one);
        if !is_told_below(one) {
            more(out, one, site);
        }
    }
    for outage in &out_of_order {
        out.line("");
        told_once(out, outage, site);
    }
}

/// What concerns the install, and how many logins work: the last lines.
fn summary(out: &mut Out, tested: &[Tested]) {
    let private = tested
        .iter()
        .filter(|t| t.ended.cautions.contains(&TOLD_ONCE));
    let hosts = private.map(|t| host_of(&t.server.to_string()).to_owned());
    let hosts: Vec<String> = hosts.collect::<BTreeSet<String>>().into_iter().collect();
    if !hosts.is_empty() {
        out.line("");
        out.line(&text!(test_private_addresses, servers = named(&hosts)));
    }
    let count = |wanted: &[LoginMark]| {
        tested
            .iter()
            .filter(|t| wanted.contains(&t.ended.mark()))
            .count()
    };
    let not_needed = count(&[LoginMark::NotNeeded]);
    out.line("");
    out.line(&text!(
        test_summary,
        ok = count(&[LoginMark::Works, LoginMark::WouldWork]),
        of = (tested.len() - not_needed),
        failed = count(&[LoginMark::Fails]),
        skipped = count(&[LoginMark::NotTried])
    ));
    if not_needed > 0 {
        out.line(&text!(test_not_needed, count = not_needed));
    }
}

/// The host of `host:port`.
fn host_of(server: &str) -> &str {
    server.rsplit_once(':').map_or(server, |(host, _)| host)
}

/// What is wrong with a server, for all of its logins.
fn told_once(out: &mut Out, outage: &Outage<'_>, site: &str) {
    let first = outage.first();
    let logins: Vec<String> = outage
        .logins
        .iter()
        .map(|login| {
            format!(
                "{} {}",
                login.email,
                sentences::direction(login.id.direction)
            )
        })
        .collect();
    out.line(&text!(
        test_outage,
        server = first.server,
        why = sentences::outcome(&first.ended),
        logins = named(&logins)
    ));
    more(out, first, site);
}

/// Where it led, and how it ended.
fn line(out: &mut Out, tested: &Tested) {
    let ended = &tested.ended;
    let mark = sentences::sign(ended.mark());
    let protocol = tested.protocol.map_or_else(String::new, |p| p.to_string());
    // Where there is no server, there is no protocol either.
    let place = match tested.server.raw().is_empty() {
        true => String::new(),
        false => format!("{protocol:<4} {}: ", tested.server),
    };
    let direction = padded(sentences::direction(tested.id.direction), 8);
    let mut text = format!("  {direction}  {mark} {place}{}", sentences::outcome(ended));
    if ended.verdict() == TestVerdict::Ok {
        text.push_str(&format!(" ({} ms)", ended.took().as_millis()));
    }
    out.line(&text);
}

/// What the server said, what to do, and what else is to be known.
fn more(out: &mut Out, tested: &Tested, site: &str) {
    let ended = &tested.ended;
    let mut more = |text: &str| out.line(&format!("            {text}"));
    if !ended.server_said.is_empty() {
        more(&ended.server_said.to_string());
    }
    if ended.verdict() == TestVerdict::Failed && !ended.ladder.is_empty() {
        more(&ladder(&ended.ladder));
    }
    let advice = sentences::advice(tested, site);
    if !advice.is_empty() {
        more(&advice);
    }
    sentences::cautions_of(ended, |one| *one != TOLD_ONCE).for_each(|caution| more(&caution));
    ended
        .journey
        .iter()
        .for_each(|j| more(&sentences::journey(j)));
}

fn ladder(ladder: &[Climbed]) -> String {
    let rungs: Vec<String> = ladder
        .iter()
        .map(|step| format!("{} {} ms", step.rung.name(), step.took.as_millis()))
        .collect();
    rungs.join(" → ")
}
