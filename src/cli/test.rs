//! `test`: every mailbox proven by a login, and the tests that `recover` makes when it is done.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use crate::cli::output::Out;
use crate::cli::{Common, TestOptions, stop};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::mail::probe::{Climbed, Journey, LoginMark, TestVerdict, Tested};
use crate::domain::mail::schedule::TestLimits;
use crate::domain::mail::{ConnectionId, Direction};
use crate::engine::exit::Exit;
use crate::engine::mail_test;
use crate::engine::mail_test::connections;
use crate::engine::mail_test::connections::NotRenewed;
use crate::engine::mail_test::lockouts::RefusedLogins;
use crate::engine::mail_test::{Round, TestEvent};
use crate::engine::report;
use crate::engine::session::Session;
use crate::engine::session::survey;
use crate::engine::worker::PasswordsUsed;
use crate::io::mail::Settings;
use crate::io::state::passwords::MailboxName;
use crate::sentences::connections as sentences;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// `test`.
pub(super) fn test(common: &Common, options: &TestOptions) -> Result<Exit, Problem> {
    let w = words();
    let mut session = common.open()?;
    let which = named(&session, &options.mailbox)?;
    let tested = run(&mut session, options, which.as_deref())?;
    if tested.is_empty() {
        return Err(Problem::new(
            ErrorKind::NothingToDo,
            w.test_nothing,
            "",
            w.test_nothing_next,
        ));
    }
    let site = survey::summary(&session).site;
    if common.json {
        Out::stdout().json(&report::connections::tests(&tested, &site));
    } else {
        print(&mut Out::stdout(), &tested, &site);
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

/// The connections of the mailboxes that were named; `None` where none was.
fn named(session: &Session, names: &[String]) -> Result<Option<Vec<ConnectionId>>, Problem> {
    let w = words();
    let mut which = Vec::new();
    for text in names {
        let name = text
            .parse()
            .map_or_else(|_| MailboxName::Email(text.clone()), MailboxName::Id);
        let found = session.inventory.mailboxes.iter().find(|m| name.is(m));
        let Some(mailbox) = found else {
            let what = fill(w.no_such_mailbox, &[("mailbox", &sanitize(text))]);
            return Err(Problem::new(
                ErrorKind::BadInput,
                what,
                "",
                w.test_nothing_next,
            ));
        };
        which.extend(Direction::BOTH.map(|direction| ConnectionId::of(mailbox.id, direction)));
    }
    Ok((!names.is_empty()).then_some(which))
}

/// Makes the tests, with what FreeScout reads now, and gives their results in the order of the mailboxes.
pub(super) fn run(
    session: &mut Session,
    options: &TestOptions,
    which: Option<&[ConnectionId]>,
) -> Result<Vec<Tested>, Problem> {
    let w = words();
    let common = Settings {
        routes: routes(&options.connect_to)?,
        ..Settings::of_system()
    };
    let settings = connections::settings(session, &common);
    let (memory, cancel) = (RefusedLogins::default(), stop::flag());
    let not_renewed = match options.no_renew {
        true => NotRenewed::new(),
        false => connections::renew(session, which, &options.endpoints(), &cancel),
    };
    let prepared = connections::prepare(session, which, PasswordsUsed::InForce, &not_renewed);
    let results: Mutex<Vec<Tested>> = Mutex::default();
    let tell = |heard| {
        let TestEvent::Ended(tested) = heard else {
            return;
        };
        let Ok(mut results) = results.lock() else {
            return;
        };
        results.push(*tested);
        if results.len() % 25 == 0 {
            Out::stderr().line(&fill(
                w.test_progress,
                &[("done", &results.len()), ("of", &prepared.len())],
            ));
        }
    };
    let round = Round {
        settings: &settings,
        limits: TestLimits {
            at_once: options.concurrency.into(),
            per_server: options.per_server.into(),
            ..TestLimits::default()
        },
        memory: &memory,
        again: false,
        cancel: &cancel,
        tell: &tell,
    };
    mail_test::run(&prepared, &round);
    if cancel.load(Ordering::Relaxed) {
        return Err(Problem::new(ErrorKind::Cancelled, w.test_stopped, "", ""));
    }
    let mut tested = results
        .lock()
        .map(|mut all| std::mem::take(&mut *all))
        .unwrap_or_default();
    tested.sort_by_key(|t| (t.id.mailbox.is_none(), t.id));
    if options.send {
        for (mailbox, journey) in mail_test::send_to_itself(&prepared, &tested, &round) {
            let incoming = ConnectionId::of(mailbox, Direction::Incoming);
            if let Some(one) = tested.iter_mut().find(|t| t.id == incoming) {
                one.ended.journey = Some(journey);
            }
        }
    }
    Ok(tested)
}

/// `HOST:PORT=ADDRESS:PORT`.
fn routes(texts: &[String]) -> Result<Vec<(String, u16, SocketAddr)>, Problem> {
    let w = words();
    let read = |text: &String| {
        let (name, address) = text.split_once('=')?;
        let (host, port) = name.rsplit_once(':')?;
        let address = address.to_socket_addrs().ok()?.next()?;
        Some((host.to_ascii_lowercase(), port.parse().ok()?, address))
    };
    texts
        .iter()
        .map(|text| {
            read(text).ok_or_else(|| {
                let what = fill(w.test_connect_to, &[("text", &sanitize(text))]);
                Problem::new(ErrorKind::BadInput, what, "", w.test_connect_to_next)
            })
        })
        .collect()
}

/// The results for people: a block a mailbox.
pub(super) fn print(out: &mut Out, tested: &[Tested], site: &str) {
    let w = words();
    let mut last = None;
    for one in tested {
        if last != Some(one.id.mailbox) {
            last = Some(one.id.mailbox);
            let owner = match one.id.mailbox {
                Some(_) => format!("{} <{}>", one.owner, one.email),
                None => w.system_mail.to_owned(),
            };
            out.line(&owner);
        }
        line(out, one, site);
    }
    let count = |wanted: &[LoginMark]| {
        tested
            .iter()
            .filter(|t| wanted.contains(&t.ended.mark()))
            .count()
    };
    let not_needed = count(&[LoginMark::NotNeeded]);
    out.line("");
    out.line(&fill(
        w.test_summary,
        &[
            ("ok", &count(&[LoginMark::Works, LoginMark::WouldWork])),
            ("of", &(tested.len() - not_needed)),
            ("failed", &count(&[LoginMark::Fails])),
            ("skipped", &count(&[LoginMark::NotTried])),
        ],
    ));
    if not_needed > 0 {
        out.line(&fill(w.test_not_needed, &[("count", &not_needed)]));
    }
}

fn line(out: &mut Out, tested: &Tested, site: &str) {
    let ended = &tested.ended;
    let mark = sentences::sign(ended.mark());
    let protocol = tested.protocol.map_or_else(String::new, |p| p.to_string());
    let mut text = format!(
        "  {:<8}  {mark} {:<4} {}: {}",
        sentences::direction(tested.id.direction),
        protocol,
        tested.server,
        sentences::outcome(ended)
    );
    if ended.verdict() == TestVerdict::Ok {
        text.push_str(&format!(" ({} ms)", ended.took().as_millis()));
    }
    out.line(&text);
    let mut more = |text: &str| out.line(&format!("            {text}"));
    if !ended.server_said.is_empty() {
        more(&ended.server_said);
    }
    if ended.verdict() == TestVerdict::Failed && !ended.ladder.is_empty() {
        more(&ladder(&ended.ladder));
    }
    let advice = sentences::advice(tested, site);
    if !advice.is_empty() {
        more(&advice);
    }
    ended
        .cautions
        .iter()
        .for_each(|c| more(&sentences::caution(c)));
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
