//! A round of tests is kind to servers: no wrong password twice, no account twice at once, few at once, and off in time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use freescout_rescue::domain::mail::probe::{LoginMark, RefusedBy, TestCaution, Tested};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::schedule::{STRIKES, TestLimits};
use freescout_rescue::domain::mail::{
    Connection, ConnectionId, Direction, LoginMethod, MailServer, Protocol,
};
use freescout_rescue::engine::mail_test::connections::{Attempt, PreparedTest, TestOrSkip};
use freescout_rescue::engine::mail_test::lockouts::RefusedLogins;
use freescout_rescue::engine::mail_test::{self, Round, TestEvent};
use freescout_rescue::io::mail::{Patience, Settings};
use freescout_rescue::io::os::tls::Trust;

use super::{PORT, target};
use crate::scripted::{Server, Step, say, script};

fn prepared(mailbox: u64, target: MailServer, password: &str) -> PreparedTest {
    PreparedTest {
        connection: Connection {
            id: ConnectionId::of(mailbox, Direction::Incoming),
            owner: "Support".into(),
            email: "support@example.org".into(),
            target: Ok(target.clone()),
        },
        how: TestOrSkip::Try(Attempt {
            target,
            credential: Some(password.as_bytes().into()),
            under: None,
        }),
    }
}

fn with_user(protocol: Protocol, user: &str) -> MailServer {
    MailServer {
        login: LoginMethod::Password {
            user: user.to_owned(),
        },
        ..target(protocol)
    }
}

/// Runs a round to its end, in the order of the mailboxes.
fn run(
    prepared: &[PreparedTest],
    settings: &Settings,
    limits: TestLimits,
    memory: &RefusedLogins,
) -> Vec<Tested> {
    ask(prepared, settings, limits, memory, false)
}

/// The same; with `again`, at the operator's own word.
fn ask(
    prepared: &[PreparedTest],
    settings: &Settings,
    limits: TestLimits,
    memory: &RefusedLogins,
    again: bool,
) -> Vec<Tested> {
    let results = Mutex::new(Vec::new());
    let tell = |heard| {
        if let TestEvent::Ended(tested) = heard {
            results.lock().unwrap().push(*tested);
        }
    };
    let round = Round {
        settings,
        limits,
        memory,
        again,
        cancel: &AtomicBool::new(false),
        tell: &tell,
    };
    mail_test::run(prepared, &round);
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|tested| tested.id);
    assert_eq!(results.len(), prepared.len(), "each is told once");
    results
}

fn settings(server: &Server) -> Settings {
    super::settings(super::HOST, server.address, Trust::of(Vec::new()))
}

fn codes(results: &[Tested]) -> Vec<Code> {
    results.iter().map(|tested| tested.ended.code).collect()
}

fn marks(results: &[Tested]) -> Vec<LoginMark> {
    results.iter().map(|tested| tested.ended.mark()).collect()
}

fn refuses() -> Vec<Step> {
    let mut steps = script("* OK ready\nC: R1\nR1 OK done\nC: R2");
    steps.insert(0, Step::Enter);
    steps.extend([Step::Sleep(Duration::from_millis(40)), Step::Leave]);
    steps.extend(script("R2 NO [AUTHENTICATIONFAILED] no"));
    steps
}

fn refuses_by_smtp() -> Vec<Step> {
    script("220 ready\nC: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH\n535 5.7.8 no")
}

#[test]
fn the_same_wrong_password_is_sent_once() {
    let server = Server::new(refuses());
    let all = [
        prepared(1, target(Protocol::Imap), "wrong"),
        // Names of hosts and users are the same in any case.
        prepared(2, with_user(Protocol::Imap, "SUPPORT"), "wrong"),
        prepared(3, target(Protocol::Imap), "other"),
        prepared(4, with_user(Protocol::Imap, "sales"), "wrong"),
    ];
    let memory = RefusedLogins::default();
    let results = run(&all, &settings(&server), TestLimits::default(), &memory);
    assert_eq!(
        codes(&results),
        [
            Code::AuthRejected,
            Code::SameAsBefore,
            Code::AuthRejected,
            Code::AuthRejected
        ]
    );
    // What was not tried has no answer of its own, but the reason.
    assert_eq!(marks(&results)[1], LoginMark::NotTried);
    assert_eq!(
        (
            results[1].ended.server_said.raw().as_str(),
            results[1].ended.rung
        ),
        ("", None)
    );
    assert_eq!(
        results[1].ended.refused_by,
        Some(RefusedBy {
            protocol: Protocol::Imap,
            server: results[0].server.clone(),
            code: Code::AuthRejected,
            token: false,
        })
    );
    // Nor is it in a later round: each tells its own answer, and that it is an earlier one.
    let again = run(&all, &settings(&server), TestLimits::default(), &memory);
    assert_eq!(codes(&again), codes(&results));
    for (later, first) in again.iter().zip(&results) {
        let repeated = later.ended.cautions.contains(&TestCaution::NotSentAgain);
        assert_eq!(repeated, first.ended.code == Code::AuthRejected);
        assert_eq!(later.ended.server_said, first.ended.server_said);
    }
    let logins: Vec<String> = server
        .records()
        .iter()
        .map(|r| r.lines()[1].clone())
        .collect();
    assert_eq!(logins.len(), 3, "{logins:?}");
}

#[test]
fn imap_and_smtp_of_one_account_share_their_refusal() {
    let server = Server::new(refuses());
    let by_smtp = Server::new(refuses_by_smtp());
    let mut settings = settings(&server);
    settings
        .routes
        .push((super::HOST.to_owned(), PORT + 1, by_smtp.address));
    let all = [
        prepared(1, target(Protocol::Imap), "wrong"),
        prepared(
            2,
            MailServer {
                port: PORT + 1,
                ..target(Protocol::Smtp)
            },
            "wrong",
        ),
    ];
    let memory = RefusedLogins::default();
    let results = run(&all, &settings, TestLimits::default(), &memory);
    assert_eq!(codes(&results), [Code::AuthRejected, Code::SameAsBefore]);
    assert_eq!(marks(&results), [LoginMark::Fails, LoginMark::NotTried]);
    // At the operator's word it is tried once, and then has an answer of its own; the other is not sent again for that.
    for _ in 0..2 {
        let asked = ask(&all, &settings, TestLimits::default(), &memory, true);
        assert_eq!(codes(&asked), [Code::AuthRejected; 2]);
        assert_eq!(marks(&asked), [LoginMark::Fails; 2]);
        assert_eq!(asked[1].ended.server_said, "535 5.7.8 no");
    }
    let later = run(&all, &settings, TestLimits::default(), &memory);
    assert_eq!(codes(&later), [Code::AuthRejected; 2], "its own");
    assert_eq!((server.records().len(), by_smtp.records().len()), (1, 1));
}

#[test]
fn a_login_that_was_let_in_is_made_again_whatever_others_hear() {
    let lets_in = "* OK ready\nC: R1\nR1 OK done\nC: R2\nR2 OK in\nC: R3\n* LIST () / INBOX\nR3 OK done\nC: R4\nR4 OK done";
    let server = Server::in_turn(vec![script(lets_in), script(lets_in), refuses()]);
    let by_smtp = Server::new(refuses_by_smtp());
    let mut settings = settings(&server);
    settings
        .routes
        .push((super::HOST.to_owned(), PORT + 1, by_smtp.address));
    let incoming = || prepared(1, target(Protocol::Imap), "right there alone");
    let outgoing = || {
        let smtp = MailServer {
            port: PORT + 1,
            ..target(Protocol::Smtp)
        };
        prepared(2, smtp, "right there alone")
    };
    let memory = RefusedLogins::default();
    let round = |all: &[PreparedTest]| codes(&run(all, &settings, TestLimits::default(), &memory));
    assert_eq!(round(&[incoming()]), [Code::Ok]);
    assert_eq!(round(&[outgoing()]), [Code::AuthRejected]);
    assert_eq!(round(&[incoming()]), [Code::Ok], "right for this login");
    // Until it is refused itself.
    assert_eq!(round(&[incoming()]), [Code::AuthRejected]);
    assert_eq!(round(&[incoming()]), [Code::AuthRejected]);
    assert_eq!((server.records().len(), by_smtp.records().len()), (3, 1));
}

#[test]
fn what_was_no_judgement_is_asked_again() {
    let server = Server::new(script(
        "* OK ready\nC: R1\nR1 OK done\nC: R2\nR2 NO [UNAVAILABLE] Temporary authentication failure.",
    ));
    let all = [
        prepared(1, target(Protocol::Imap), "right"),
        prepared(2, target(Protocol::Imap), "right"),
    ];
    let results = run(
        &all,
        &settings(&server),
        TestLimits::default(),
        &RefusedLogins::default(),
    );
    assert_eq!(codes(&results), [Code::AuthUnavailable; 2]);
    assert_eq!(server.records().len(), 2);
}

#[test]
fn an_account_is_used_by_one_at_a_time_and_a_server_by_few() {
    let server = Server::new(refuses());
    let limits = TestLimits {
        at_once: 8,
        per_server: 8,
        ..TestLimits::default()
    };
    let one_account: Vec<PreparedTest> = (0..8)
        .map(|n| prepared(n, target(Protocol::Imap), &format!("wrong {n}")))
        .collect();
    let results = run(
        &one_account,
        &settings(&server),
        limits,
        &RefusedLogins::default(),
    );
    assert_eq!(codes(&results), [Code::AuthRejected; 8]);
    assert_eq!(server.busiest(), 1);

    let many: Vec<PreparedTest> = (0..12)
        .map(|n| {
            let user = with_user(Protocol::Imap, &format!("user{n}"));
            prepared(n, user, "wrong")
        })
        .collect();
    for per_server in [2, 3] {
        let server = Server::new(refuses());
        let limits = TestLimits {
            per_server,
            ..limits
        };
        run(&many, &settings(&server), limits, &RefusedLogins::default());
        assert_eq!(server.busiest(), per_server);
    }
}

#[test]
fn all_rounds_together_keep_to_the_limits() {
    let server = Server::new(refuses());
    let (memory, settings) = (RefusedLogins::default(), settings(&server));
    let limits = TestLimits {
        per_server: 2,
        ..TestLimits::default()
    };
    std::thread::scope(|scope| {
        for round in 0..4u64 {
            let of_round: Vec<PreparedTest> = (0..4)
                .map(|n| {
                    let user = with_user(Protocol::Imap, &format!("user{round}-{n}"));
                    prepared(round * 10 + n, user, "wrong")
                })
                .collect();
            let (memory, settings) = (&memory, &settings);
            scope.spawn(move || run(&of_round, settings, limits, memory));
        }
    });
    assert_eq!(server.busiest(), 2);
    assert_eq!(server.records().len(), 16);
}

#[test]
fn a_password_that_was_judged_is_not_sent_again_by_itself() {
    for (refusal, code) in [
        (
            "NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled",
            Code::ServiceDisabled,
        ),
        ("NO [LIMIT] too many logins", Code::RateLimited),
    ] {
        let mut steps = script("* OK ready\nC: R1\nR1 OK done\nC: R2");
        steps.push(say(format!("R2 {refusal}\r\n")));
        let server = Server::new(steps);
        let (memory, settings) = (RefusedLogins::default(), settings(&server));
        let one = || vec![prepared(1, target(Protocol::Imap), "right")];
        let limits = TestLimits {
            first_pause: Duration::from_millis(10),
            ..TestLimits::default()
        };
        assert_eq!(codes(&run(&one(), &settings, limits, &memory)), [code]);
        let second = run(&one(), &settings, limits, &memory);
        assert_eq!(codes(&second), [code], "its own answer: {refusal}");
        assert!(
            second[0]
                .ended
                .cautions
                .contains(&TestCaution::NotSentAgain)
        );
        assert!(second[0].ended.waits_for_a_word());
        // Another reason than the password: the operator may have it sent again.
        ask(&one(), &settings, limits, &memory, true);
        assert_eq!(server.records().len(), 2, "{refusal}");
    }
}

#[test]
fn a_server_that_has_enough_is_left_alone_then_given_up() {
    let server = Server::new(script(
        "* BYE [UNAVAILABLE] Maximum number of connections from user+IP exceeded",
    ));
    let other = Server::new(refuses());
    let mut settings = settings(&server);
    settings
        .routes
        .push(("other.example.org".to_owned(), PORT, other.address));
    let mut all: Vec<PreparedTest> = (0..6)
        .map(|n| {
            let user = with_user(Protocol::Imap, &format!("user{n}"));
            prepared(n, user, "right")
        })
        .collect();
    let elsewhere = MailServer {
        host: "other.example.org".to_owned(),
        ..target(Protocol::Imap)
    };
    all.push(prepared(6, elsewhere, "wrong"));
    let pause = Duration::from_millis(60);
    let since = Instant::now();
    let limits = TestLimits {
        per_server: 1,
        first_pause: pause,
        ..TestLimits::default()
    };
    let results = run(&all, &settings, limits, &RefusedLogins::default());
    assert!(since.elapsed() >= pause * 3, "once, then twice as long");
    assert_eq!(codes(&results[..6]), [Code::RateLimited; 6]);
    // Only those that were turned away themselves have failed.
    let (failed, not_tried) = marks(&results[..6])
        .into_iter()
        .fold((0, 0), |(f, n), mark| {
            (
                f + u32::from(mark == LoginMark::Fails),
                n + u32::from(mark == LoginMark::NotTried),
            )
        });
    assert_eq!(
        (failed + not_tried, failed < 6, not_tried > 0),
        (6, true, true)
    );
    assert_eq!(results[6].ended.code, Code::AuthRejected);
    assert_eq!(server.records().len(), STRIKES as usize);
}

#[test]
fn a_server_that_has_enough_once_gets_its_tests_later() {
    let server = Server::in_turn(vec![
        script("* BYE Too many connections"),
        script(
            "* OK ready\nC: R1\nR1 OK done\nC: R2\nR2 OK in\nC: R3\n* LIST () / INBOX\nR3 OK done\nC: R4\nR4 OK done",
        ),
    ]);
    let all: Vec<PreparedTest> = (0..3)
        .map(|n| {
            let user = with_user(Protocol::Imap, &format!("user{n}"));
            prepared(n, user, "right")
        })
        .collect();
    let limits = TestLimits {
        per_server: 1,
        first_pause: Duration::from_millis(30),
        ..TestLimits::default()
    };
    let results = run(&all, &settings(&server), limits, &RefusedLogins::default());
    assert_eq!(codes(&results), [Code::Ok; 3]);
    assert_eq!(server.records().len(), 4);
}

#[test]
fn two_hundred_tests_are_called_off_within_a_second() {
    let server = Server::new(Vec::new());
    let names: Vec<String> = (0..200).map(|n| format!("m{n}.example.org")).collect();
    let settings = Settings {
        routes: names
            .iter()
            .map(|name| (name.clone(), PORT, server.address))
            .collect(),
        patience: Patience::default(),
        ..settings(&server)
    };
    let all: Vec<PreparedTest> = (0..)
        .zip(&names)
        .map(|(n, host)| {
            let target = MailServer {
                host: host.clone(),
                ..target(Protocol::Imap)
            };
            prepared(n, target, "right")
        })
        .collect();
    let cancel = AtomicBool::new(false);
    let greeted: Mutex<Vec<ConnectionId>> = Mutex::default();
    let flagged: Mutex<Option<Instant>> = Mutex::default();
    let ended = AtomicBool::new(false);
    let tell = |heard| match heard {
        TestEvent::At(id, Rung::Greeting) => {
            let mut greeted = greeted.lock().unwrap();
            greeted.push(id);
            if greeted.len() == 16 {
                *flagged.lock().unwrap() = Some(Instant::now());
                cancel.store(true, Ordering::Relaxed);
            }
        }
        TestEvent::At(..) => {}
        TestEvent::Ended(_) => ended.store(true, Ordering::Relaxed),
    };
    let memory = RefusedLogins::default();
    let round = Round {
        settings: &settings,
        limits: TestLimits {
            at_once: 16,
            ..TestLimits::default()
        },
        memory: &memory,
        again: false,
        cancel: &cancel,
        tell: &tell,
    };
    mail_test::run(&all, &round);
    let took = flagged.lock().unwrap().unwrap().elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(
        !ended.load(Ordering::Relaxed),
        "what was not finished is not told"
    );
    assert_eq!(greeted.lock().unwrap().len(), 16);
}
