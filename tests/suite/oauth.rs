//! Access tokens renewed on the demo install, against a provider on loopback that answers as each test wants it.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::oauth_error::OAuthError;
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::engine::mail_test::connections::{self, TestOrSkip};
use freescout_rescue::engine::mail_test::oauth::{self, RefreshError, Refreshed};
use freescout_rescue::engine::session::reading;
use freescout_rescue::engine::worker::PasswordsUsed;
use freescout_rescue::io::db::{
    Bounds, Foreign, LockAnswer, Server, Store, StoreError, Stored, Swap, SwapError,
};
use freescout_rescue::io::install::{Environment, Install};
use freescout_rescue::io::mail::oauth::{AskError, Endpoints};
use serde_json::Value as Json;

use crate::cli::Bench;
use crate::fixture;
use crate::provider::{
    BOTH, CLIENT_SECRET, Desk, MARK, NEW_ACCESS, NEW_REFRESH, OLD_ACCESS, OLD_REFRESH, Provider,
    READ_ONLY, meta, open, reply, sealed,
};
use crate::scripted::{self, script};

#[test]
fn new_tokens_are_stored_sealed_and_nothing_else_moves() {
    let mut desk = Desk::new();
    assert!(oauth::is_expired(&desk.session, 1));
    let provider = Provider::saying(200, BOTH);
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    assert_eq!(
        provider.asked(),
        [
            "client_id=11-22&client_secret=s3ntinel%20client%26secret%2F%C3%A4&refresh_token=s3ntinel-old-refresh&grant_type=refresh_token"
        ]
    );
    assert_eq!(
        desk.tokens(),
        (NEW_ACCESS.to_owned(), NEW_REFRESH.to_owned())
    );
    assert!(desk.both_open() && !oauth::is_expired(&desk.session, 1));
    let stored = desk.meta();
    assert!(!stored.contains(MARK), "{stored}");
    let json: Json = serde_json::from_str(&stored).unwrap();
    let payload = |name: &str| json["oauth"][name].as_str().unwrap().to_owned();
    let issued_on = payload("issued_on");
    let expected = meta(&payload("a_token"), &payload("r_token"), "")
        .replace("2025-01-01 00:00:00", &issued_on);
    assert_eq!(stored, expected, "another byte was moved");
}

#[test]
fn a_refresh_token_that_is_not_returned_stays_as_it_stands() {
    let mut desk = Desk::new();
    let before: Json = serde_json::from_str(&desk.meta()).unwrap();
    let provider = Provider::saying(
        200,
        r#"{"access_token":"s3ntinel-new-access","expires_in":"3599"}"#,
    );
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    let after: Json = serde_json::from_str(&desk.meta()).unwrap();
    assert_eq!(before["oauth"]["r_token"], after["oauth"]["r_token"]);
    assert_eq!(desk.token("a_token"), NEW_ACCESS);
    assert!(desk.both_open());
}

#[test]
fn whatever_the_provider_answers_nothing_is_lost_and_nothing_is_told() {
    type Answer = Box<dyn FnMut(&str, &mut TcpStream) + Send>;
    let says = |status, body: &'static str| -> Answer {
        Box::new(move |_: &str, stream: &mut TcpStream| reply(stream, status, body))
    };
    let answers: [(&str, Answer); 9] = [
        (
            "client",
            says(
                401,
                r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#,
            ),
        ),
        (
            "reconnect",
            says(
                400,
                r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
            ),
        ),
        (
            // It repeats what it was asked with, as it came and as it was meant.
            "other",
            Box::new(|form, stream| {
                let said = format!("{} {form} {CLIENT_SECRET} {OLD_REFRESH}", "x".repeat(480));
                let body = serde_json::json!({"error": "odd", "error_description": said});
                reply(stream, 400, &body.to_string());
            }),
        ),
        ("nonsense", says(200, "<html>s3ntinel</html>")),
        ("nonsense", says(200, r#"{"access_token":""}"#)),
        ("nonsense", says(500, BOTH)),
        ("nonsense", says(307, "")),
        (
            "nonsense",
            Box::new(|_, stream| {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\"");
                while stream.write_all(&[b'a'; 4096]).is_ok() {}
            }),
        ),
        (
            "unreachable",
            Box::new(|_, stream| {
                while stream.write_all(b"H").is_ok() {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }),
        ),
    ];
    let mut desk = Desk::new();
    let before = desk.meta();
    for (expected, answer) in answers {
        let mut provider = Provider::new(answer);
        provider.endpoints.timeout = Duration::from_secs(2);
        let started = Instant::now();
        let error = desk.refresh(&provider).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(8), "{expected}");
        let found = match &error {
            RefreshError::Asked(AskError::Refused(OAuthError::Client { .. })) => "client",
            RefreshError::Asked(AskError::Refused(OAuthError::Reconnect { .. })) => "reconnect",
            RefreshError::Asked(AskError::Refused(OAuthError::Other { .. })) => "other",
            RefreshError::Asked(AskError::Nonsense) => "nonsense",
            RefreshError::Asked(AskError::Unreachable(_)) => "unreachable",
            _ => "not of the provider",
        };
        assert_eq!(found, expected, "{error:?}");
        assert_eq!(provider.asked().len(), 1);
        desk.assert_clean(&error);
        assert_eq!(desk.meta(), before, "{expected}: the row was changed");
    }
    let nobody = Provider {
        endpoints: Endpoints {
            microsoft: "http://127.0.0.1:9/nobody".to_owned(),
            ..Endpoints::default()
        },
        asked: Arc::default(),
    };
    let error = desk.refresh(&nobody).unwrap_err();
    assert!(matches!(
        error,
        RefreshError::Asked(AskError::Unreachable(_))
    ));
    desk.assert_clean(&error);
}

/// Neither one that takes the request and says nothing, nor one that does not even greet.
#[test]
fn a_silent_provider_is_not_waited_for_once_it_was_called_off() {
    let mut desk = Desk::new();
    let before = desk.meta();
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = format!("https://{}/token", mute.local_addr().unwrap());
    for endpoint in [None, Some(mute)] {
        let mut provider = Provider::new(|_, _| std::thread::sleep(Duration::from_secs(20)));
        provider.endpoints.timeout = Duration::from_secs(30);
        if let Some(endpoint) = endpoint {
            provider.endpoints.microsoft = endpoint;
        }
        let cancel = Arc::new(AtomicBool::new(false));
        let later = Arc::clone(&cancel);
        let key = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            later.store(true, Ordering::Relaxed);
        });
        let started = Instant::now();
        let error = desk.refresh_until(&provider, &cancel).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(5), "{error:?}");
        assert!(matches!(error, RefreshError::Asked(AskError::CalledOff)));
        assert_eq!(desk.meta(), before);
        key.join().unwrap();
    }
    // An answer that is on its way is taken: those tokens exist nowhere else.
    let provider = Provider::saying(200, BOTH);
    let called_off = AtomicBool::new(true);
    let whose = desk.refresh_until(&provider, &called_off).unwrap();
    assert_eq!(whose, Refreshed::ByUs);
    assert!(desk.both_open());
}

#[test]
fn a_row_that_changed_meanwhile_keeps_its_change_and_takes_the_tokens() {
    let mut desk = Desk::new();
    let (access, refresh) = (
        sealed(&desk.key, OLD_ACCESS),
        sealed(&desk.key, OLD_REFRESH),
    );
    let provider = Provider::after(desk.meta_writer(&meta(&access, &refresh, "a colleague's")));
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    assert_eq!(
        desk.tokens(),
        (NEW_ACCESS.to_owned(), NEW_REFRESH.to_owned())
    );
    assert!(desk.meta().starts_with(r#"{"beside":"a colleague's""#));
}

#[test]
fn tokens_that_freescout_stored_meanwhile_stay() {
    let theirs = |key: &AppKey| meta(&sealed(key, "theirs"), &sealed(key, "theirs too"), "");
    // While we ask.
    let mut desk = Desk::new();
    let provider = Provider::after(desk.meta_writer(&theirs(&desk.key)));
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByFreeScout);
    assert_eq!(
        desk.tokens(),
        ("theirs".to_owned(), "theirs too".to_owned())
    );
    assert!(desk.both_open());
    // Before we ask: then nobody is asked.
    let mut desk = Desk::new();
    let later = theirs(&desk.key).replace("2025-01-01", "2999-01-01");
    desk.meta_writer(&later)();
    let provider = Provider::saying(200, BOTH);
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByFreeScout);
    assert_eq!(provider.asked().len(), 0);
    assert!(!oauth::is_expired(&desk.session, 1));
}

/// Two keys in force at once: a worker that was started before the change stores what nobody else can read.
#[test]
fn tokens_that_a_worker_sealed_with_another_key_give_way() {
    for gives_refresh in [true, false] {
        let mut desk = Desk::new();
        let other = fixture::old_key();
        let lost = meta(&sealed(&other, "theirs"), &sealed(&other, "theirs too"), "");
        let happens = desk.meta_writer(&lost);
        let provider = Provider::new(move |_, stream| {
            happens();
            let alone = r#"{"access_token":"s3ntinel-new-access","expires_in":3599}"#;
            reply(stream, 200, if gives_refresh { BOTH } else { alone });
        });
        assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
        let refresh = if gives_refresh {
            NEW_REFRESH
        } else {
            OLD_REFRESH
        };
        assert_eq!(desk.tokens(), (NEW_ACCESS.to_owned(), refresh.to_owned()));
        assert!(desk.both_open());
    }
}

#[test]
fn nobody_is_asked_when_the_answer_could_not_be_stored_or_the_question_not_read() {
    type Trouble = (&'static str, fn(&mut Desk), fn(&RefreshError) -> bool);
    let troubles: [Trouble; 5] = [
        (
            "a table that somebody's trigger acts on",
            |desk| desk.writer(READ_ONLY)(),
            |e| matches!(e, RefreshError::Database(p) if p.to_string().contains("trigger read_only")),
        ),
        (
            "a client secret under another key",
            |desk| {
                let lost = sealed(&fixture::old_key(), CLIENT_SECRET);
                desk.writer(&format!(
                    "UPDATE mailboxes SET in_password = '{lost}' WHERE id = 1"
                ))();
            },
            |e| matches!(e, RefreshError::Unreadable(p) if p.cell.column == "in_password"),
        ),
        (
            "a refresh token under another key",
            |desk| {
                let lost = sealed(&fixture::old_key(), OLD_REFRESH);
                desk.meta_writer(&meta(&sealed(&desk.key, OLD_ACCESS), &lost, ""))();
            },
            |e| matches!(e, RefreshError::Unreadable(p) if p.cell.column == "meta"),
        ),
        (
            "a mailbox without OAuth",
            |desk| desk.meta_writer("{}")(),
            |e| matches!(e, RefreshError::NotConnected | RefreshError::Unreadable(_)),
        ),
        (
            "a mailbox that is gone",
            |desk| desk.writer("DELETE FROM mailboxes WHERE id = 1")(),
            |e| matches!(e, RefreshError::NotConnected),
        ),
    ];
    for (what, cause, expected) in troubles {
        let mut desk = Desk::new();
        cause(&mut desk);
        // Of a table with a trigger nothing is read; what was read before stays.
        let _ = reading::read_inventory(&mut desk.session);
        let provider = Provider::saying(200, BOTH);
        let error = desk.refresh(&provider).unwrap_err();
        assert!(expected(&error), "{what}: {error:?}");
        assert_eq!(provider.asked().len(), 0, "{what}");
        assert!(!format!("{error:?} {:?}", error.ended()).contains(MARK));
    }
}

#[test]
fn the_outgoing_client_will_do() {
    let mut desk = Desk::new();
    let secret = sealed(&desk.key, CLIENT_SECRET);
    desk.writer(&format!(
        "UPDATE mailboxes SET in_password = '', out_username = '33-44', out_password = '{secret}',
           out_server = 'smtp.office365.com' WHERE id = 1"
    ))();
    reading::read_inventory(&mut desk.session).unwrap();
    let provider = Provider::saying(200, BOTH);
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    assert!(provider.asked()[0].starts_with("client_id=33-44&"));
}

#[test]
fn tokens_that_cannot_be_stored_are_waited_for_and_then_told() {
    // For good.
    let mut desk = Desk::new();
    let before = desk.meta();
    let provider = Provider::after(desk.writer(READ_ONLY));
    let error = desk.refresh(&provider).unwrap_err();
    assert!(matches!(&error, RefreshError::NotStored(_)), "{error:?}");
    desk.assert_clean(&error);
    let ended = error.ended();
    assert_eq!(ended.code, Code::OAuthExpired);
    assert_eq!(ended.advice, Some(Advice::RenewalNotStored));
    assert!(
        ended.server_said.raw().contains("trigger read_only"),
        "{ended:?}"
    );
    assert_eq!(desk.meta(), before);
    // For a moment.
    let mut desk = Desk::new();
    let (away, back) = (
        desk.writer(READ_ONLY),
        desk.writer("DROP TRIGGER read_only"),
    );
    let back = Arc::new(Mutex::new(back));
    let provider = Provider::after(move || {
        away();
        let back = Arc::clone(&back);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            back.lock().unwrap()();
        });
    });
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    assert_eq!(
        desk.tokens(),
        (NEW_ACCESS.to_owned(), NEW_REFRESH.to_owned())
    );
    // Disconnected in the browser meanwhile: tokens must not connect it again.
    let mut desk = Desk::new();
    let provider = Provider::after(desk.meta_writer("{}"));
    let error = desk.refresh(&provider).unwrap_err();
    assert!(matches!(&error, RefreshError::NotStored(_)), "{error:?}");
    assert_eq!(desk.meta(), "{}");
}

/// A connection that breaks: while it idles, or after a commit and before it can say so.
struct Breaks {
    real: Box<dyn Store>,
    idle: bool,
}

fn broken() -> StoreError {
    StoreError::Unreachable("broken".into())
}

impl Server for Breaks {
    fn server(&self) -> &str {
        self.real.server()
    }

    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError> {
        self.real.foreign(table)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        self.real.columns(table)
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        self.real.read(table, columns, newest, each)
    }

    fn transactional(&mut self, table: &str) -> Result<bool, StoreError> {
        if self.idle {
            return Err(broken());
        }
        self.real.transactional(table)
    }

    fn claim(&mut self) -> Result<LockAnswer, StoreError> {
        self.real.claim()
    }

    fn still_claimed(&mut self) -> bool {
        self.real.still_claimed()
    }
}

impl Store for Breaks {
    fn together(&mut self, bounds: Option<Bounds>) {
        self.real.together(bounds);
    }

    fn given_up(&self) -> bool {
        self.real.given_up()
    }

    fn hold(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        self.real.hold(rows)
    }

    fn exchange(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        self.real.exchange(swaps)
    }

    fn commit(&mut self) -> Result<(), SwapError> {
        self.real.commit()?;
        Err(SwapError::Unknown(broken()))
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.real.roll_back()
    }
}

#[test]
fn a_connection_that_breaks_loses_nothing() {
    for idle in [true, false] {
        let mut desk = Desk::new();
        let real = open(&desk.bench).store;
        desk.session.store = Box::new(Breaks { real, idle });
        let provider = Provider::saying(200, BOTH);
        assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
        assert_eq!(
            desk.tokens(),
            (NEW_ACCESS.to_owned(), NEW_REFRESH.to_owned())
        );
        assert!(desk.both_open());
    }
}

#[test]
fn a_rehearsal_leaves_no_trace() {
    let mut desk = Desk::new();
    let before = desk.meta();
    let swap = |old: &str, new: &str| Swap {
        table: "mailboxes",
        id: 1,
        column: "meta".to_owned(),
        old: Some(old.as_bytes().into()),
        new: Some(new.as_bytes().into()),
    };
    desk.session
        .store
        .rehearse(&[swap(&before, "other")])
        .unwrap();
    assert_eq!(desk.meta(), before);
    let stale = desk.session.store.rehearse(&[swap("not this", "other")]);
    assert!(matches!(stale, Err(SwapError::Changed(_))), "{stale:?}");
}

#[test]
fn the_clock_is_the_apps_own() {
    let bench = Bench::new();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    let now = |zone: &str| {
        std::fs::write(&env, text.replace("APP_TIMEZONE=UTC", zone)).unwrap();
        let install = Install::open(&bench.install(), Environment::default()).unwrap();
        let now = install.now_local();
        let utc = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        (now.duration_since(utc.datetime()).as_secs_f64() / 3600.0).round()
    };
    for (zone, hours) in [
        ("APP_TIMEZONE=Asia/Tokyo", 9.0),
        ("APP_TIMEZONE=UTC", 0.0),
        ("APP_TIMEZONE=No/Where", 0.0),
        ("", 0.0),
    ] {
        assert_eq!(now(zone), hours, "{zone}");
    }
}

/// `test` on the Microsoft mailbox alone, with its servers and its provider on loopback.
pub fn tested(desk: &Desk, imap: std::net::SocketAddr, provider: &Provider, more: &[&str]) -> Json {
    let execute = "UPDATE mailboxes SET in_server = 'outlook.office365.com', in_port = 143, in_encryption = 1,
        out_method = 1 WHERE id = 1";
    desk.bench.database().execute(execute, []).unwrap();
    let install = desk.bench.install();
    let route = format!("outlook.office365.com:143={imap}");
    let mut arguments = vec![
        "test",
        install.to_str().unwrap(),
        "--json",
        "--mailbox",
        "1",
        "--connect-to",
        &route,
        "--oauth-microsoft",
        &provider.endpoints.microsoft,
    ];
    arguments.extend_from_slice(more);
    let outcome = desk.bench.run(&arguments);
    assert!(!outcome.out.contains(MARK), "{}", outcome.out);
    assert!(!outcome.err.contains(MARK), "{}", outcome.err);
    let json: Json = serde_json::from_str(&outcome.out).expect(&outcome.err);
    json["results"][0].clone()
}

pub const XOAUTH2: &str = "* OK ready
    C: R1 CAPABILITY
    * CAPABILITY IMAP4rev1 AUTH=XOAUTH2
    R1 OK done
    C: R2 AUTHENTICATE XOAUTH2
    R2 OK welcome
    C: R3 LIST
    * LIST () / INBOX
    R3 OK done
    C: R4 EXAMINE
    * 3 EXISTS
    R4 OK opened
    C: R5 UID SEARCH
    R5 OK done";

#[test]
fn a_renewed_token_is_stored_and_then_logs_in() {
    let desk = Desk::new();
    let server = scripted::Server::new(script(XOAUTH2));
    let provider = Provider::saying(200, BOTH);
    let result = tested(&desk, server.address, &provider, &[]);
    assert_eq!(result["code"], "ok", "{result}");
    assert_eq!(provider.asked().len(), 1);
    let heard = server.record().text();
    let token = format!("user=login@helpdesk.example\u{1}auth=Bearer {NEW_ACCESS}\u{1}\u{1}");
    let coded = freescout_rescue::domain::payload::base64::encode(token.as_bytes());
    assert!(heard.contains(&coded), "{heard}");
    let session = open(&desk.bench);
    assert!(!oauth::is_expired(&session, 1), "the new life is stored");
}

#[test]
fn nobody_is_asked_where_nothing_may_be_renewed() {
    let desk = Desk::new();
    let server = scripted::Server::new(script(XOAUTH2));
    let provider = Provider::saying(200, BOTH);
    let before = desk.meta();
    let result = tested(&desk, server.address, &provider, &["--no-renew"]);
    assert_eq!(result["code"], "oauth_expired", "{result}");
    // Before a recovery the wizard tests in this way.
    let prepared = connections::prepare(
        &desk.session,
        None,
        PasswordsUsed::Rescued,
        &connections::NotRenewed::new(),
    );
    let of_first = prepared.iter().find(|p| p.connection.id.mailbox == Some(1));
    let TestOrSkip::Skip(ended) = &of_first.unwrap().how else {
        panic!("an expired token would be sent");
    };
    assert_eq!(ended.code, Code::OAuthExpired);
    assert_eq!((provider.asked().len(), server.records().len()), (0, 0));
    assert_eq!(desk.meta(), before);
}

#[test]
fn a_refused_renewal_says_what_to_do() {
    for (body, code, hint) in [
        (
            r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#,
            "oauth_rejected",
            "client secret",
        ),
        (
            r#"{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired."}"#,
            "oauth_rejected",
            "connection-settings/1/incoming",
        ),
        ("<html>", "oauth_expired", "did not renew"),
    ] {
        let desk = Desk::new();
        let server = scripted::Server::new(script(XOAUTH2));
        let provider = Provider::saying(400, body);
        let before = desk.meta();
        let result = tested(&desk, server.address, &provider, &[]);
        assert_eq!(result["code"], code, "{result}");
        assert!(
            result["advice"].as_str().unwrap().contains(hint),
            "{result}"
        );
        assert_eq!(server.records().len(), 0, "no login with an expired token");
        assert_eq!(desk.meta(), before);
    }
}
