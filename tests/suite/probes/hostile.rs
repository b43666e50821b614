//! Servers that want to hold us up, fill our memory, or write on the terminal: every test ends in time and in bounds.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::probe::Ended;
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::{MailServer, Protocol, Security};
use freescout_rescue::io::mail::{Patience, Settings, probe};
use freescout_rescue::io::os::tls::Trust;
use proptest::prelude::*;

use super::certificates::{Kind, server_config};
use super::{assert_code, target};
use crate::scripted::{Server, Step, say, script};

/// What a server may say at most before we hang up, with all that the sockets between hold.
const MOST: usize = 8 << 20;
const WHOLE: Duration = Duration::from_millis(1_000);
/// Beyond `WHOLE`, on a busy machine.
const SLACK: Duration = Duration::from_millis(700);

const PROTOCOLS: [Protocol; 3] = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

/// Tests against a server, which must end in time and say nothing that a terminal would obey.
fn climb_as(server: &Server, target: &MailServer) -> Ended {
    let settings = Settings {
        patience: Patience {
            incoming: Duration::from_millis(700),
            outgoing: Duration::from_millis(700),
            whole: WHOLE,
            silence: Duration::from_millis(100),
        },
        ..super::settings(&target.host, server.address, Trust::of(Vec::new()))
    };
    let password = SecretBytes::from(&b"a password of ours"[..]);
    let since = Instant::now();
    let ended = probe(
        target,
        Some(&password),
        &settings,
        &AtomicBool::new(false),
        &mut |_| {},
    )
    .unwrap();
    let took = since.elapsed();
    assert!(took < WHOLE + SLACK, "{took:?}: {ended:?}");
    let mut texts: Vec<&str> = ended
        .ladder
        .iter()
        .map(|s| s.detail.raw().as_str())
        .collect();
    texts.push(ended.server_said.raw());
    for text in texts {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(text.chars().count() < 600, "{text}");
    }
    ended
}

fn climb(server: &Server, protocol: Protocol) -> Ended {
    climb_as(server, &target(protocol))
}

/// A dialogue that ends well.
fn good(protocol: Protocol) -> Vec<Step> {
    script(match protocol {
        Protocol::Imap => {
            "* OK ready
            C: R1
            * CAPABILITY IMAP4rev1
            R1 OK done
            C: R2
            R2 OK in
            C: R3 LIST
            * LIST () / INBOX
            R3 OK done
            C: R4 EXAMINE
            * 3 EXISTS
            R4 OK done
            C: R5 UID SEARCH
            R5 OK done"
        }
        Protocol::Pop3 => {
            "+OK ready <a@b>
            C: APOP
            -ERR
            C: USER
            +OK
            C: PASS
            +OK
            C: LIST
            +OK
            1 900
            .
            C: TOP 1 0
            +OK
            Date: today
            ."
        }
        Protocol::Smtp => {
            "220 ready
            C: EHLO
            250-x
            250 AUTH CRAM-MD5 LOGIN
            C: AUTH CRAM
            334 PDFAeD4=
            C:
            535 no
            C: RSET
            250 ok
            C: AUTH LOGIN
            334 VXNlcm5hbWU6
            C:
            334 UGFzc3dvcmQ6
            C:
            235 in
            C: MAIL
            250 ok
            C: RCPT TO:<
            250 ok
            C: RSET
            250 ok"
        }
    })
}

/// The good dialogue up to each place where the server speaks.
fn places(protocol: Protocol) -> Vec<Vec<Step>> {
    let all = good(protocol);
    let speaks = |at: &usize| matches!(all[*at], Step::Say(_));
    let places = (0..all.len()).filter(speaks);
    places.map(|at| all[..at].to_vec()).collect()
}

#[test]
fn lines_and_replies_without_end_are_left() {
    for (protocol, begins, endless) in [
        (Protocol::Imap, "", "* OK and so on\r\n"),
        (Protocol::Imap, "* OK ready\r\n", "* 1 EXISTS\r\n"),
        (Protocol::Imap, "* OK ready\r\n* OK [", "x"),
        (Protocol::Imap, "* OK ready\r\n* X {1}\r\n", "y {1}\r\n"),
        (Protocol::Imap, "* OK ready\r\n* X {999999999}\r\n", "z"),
        (Protocol::Imap, "* OK ready\r\n* X {400000}\r\n", "z"),
        (Protocol::Pop3, "+OK ", "x"),
        (Protocol::Smtp, "", "220-and so on\r\n"),
        (Protocol::Smtp, "220 ready\r\n", "250-and so on\r\n"),
        (Protocol::Smtp, "220 ready\r\n250-", "x"),
        (Protocol::Smtp, "", "\0"),
        (Protocol::Smtp, "", "\n"),
    ] {
        let server = Server::new(vec![
            say(begins),
            Step::Endless(endless.repeat(4_000).into()),
        ]);
        let ended = climb(&server, protocol);
        assert_ne!(ended.code, Code::Ok, "{begins}{endless}");
        let records = server.records();
        let said = records.iter().map(|r| r.said).max().unwrap_or_default();
        assert!(said < MOST, "{said} bytes of {begins}{endless}");
    }
}

#[test]
fn a_line_of_ten_megabytes_is_not_read() {
    for protocol in PROTOCOLS {
        let mut line = vec![b'2'; 10 << 20];
        line.extend(b"\r\n");
        let server = Server::new(vec![Step::Say(line)]);
        assert_code(&climb(&server, protocol), Code::ProtocolError);
        assert!(server.records()[0].said < MOST);
    }
}

#[test]
fn drops_end_with_the_whole_test() {
    let pause = Duration::from_millis(20);
    for bytes in ["x", "* OK x\r\n", "220-\r\n"] {
        let protocol = match bytes {
            "220-\r\n" => Protocol::Smtp,
            _ => Protocol::Imap,
        };
        let server = Server::new(vec![Step::Drip(bytes.into(), pause)]);
        assert_ne!(climb(&server, protocol).code, Code::Ok);
    }
}

#[test]
fn drops_of_tls_end_with_the_whole_test() {
    let pause = Duration::from_millis(20);
    let implicit = MailServer {
        security: Security::Implicit,
        ..target(Protocol::Imap)
    };
    // A record of the handshake, 16 KB long.
    let server = Server::new(vec![
        say([22, 3, 3, 0x40, 0]),
        Step::Drip(vec![2, 0], pause),
    ]);
    let ended = climb_as(&server, &implicit);
    assert!(
        matches!(ended.code, Code::Timeout | Code::TlsHandshake),
        "{ended:?}"
    );
    // A record of data, 16 KB long, beneath TLS.
    let server = Server::new(vec![
        Step::StartTls(server_config(Kind::Good)),
        Step::Beneath(vec![23, 3, 3, 0x40, 0]),
        Step::Drip(vec![0], pause),
    ]);
    assert_code(&climb_as(&server, &implicit), Code::Timeout);
}

#[test]
fn escape_sequences_reach_nobody() {
    const EVIL: &[u8] = b"\x1b]0;pwn\x07 \x1b[2J \x9b31m \xe2\x80\xae \x00\x08 \x7f";
    for protocol in PROTOCOLS {
        let all = good(protocol);
        for at in 0..all.len() {
            let Step::Say(line) = &all[at] else { continue };
            // As it is, with the words of a refusal, and as nothing at all.
            let words = line.strip_suffix(b"\r\n").unwrap();
            let refusal: &[u8] = match protocol {
                Protocol::Imap => &[&words[..3], b"NO "].concat(),
                Protocol::Pop3 => b"-ERR ",
                Protocol::Smtp => b"550 ",
            };
            for begins in [words, refusal, b""] {
                let mut steps = all.clone();
                steps[at] = Step::Say([begins, b" ", EVIL, b"\r\n"].concat());
                steps.truncate(match begins == words {
                    true => all.len(),
                    false => at + 1,
                });
                if begins != words {
                    steps.push(Step::Close);
                }
                climb(&Server::new(steps), protocol);
            }
        }
    }
}

#[test]
fn a_server_that_hangs_up_anywhere_condemns_no_password() {
    for protocol in PROTOCOLS {
        for mut steps in places(protocol) {
            for end in [Step::Close, Step::HalfClose] {
                steps.push(end);
                let ended = climb(&Server::new(steps.clone()), protocol);
                steps.pop();
                // What became of the last RSET is nobody's business.
                let last = steps.iter().rev().find_map(|step| match step {
                    Step::Hear(line) => Some(*line),
                    _ => None,
                });
                let recipient = |s: &Step| matches!(s, Step::Hear("RCPT TO:<"));
                let last = last == Some("RSET") && steps.iter().any(recipient);
                let expected = if last { Code::Ok } else { Code::ProtocolError };
                assert_code(&ended, expected);
            }
        }
    }
}

#[test]
fn plain_text_behind_the_ok_of_starttls_is_not_taken_over() {
    for (protocol, greets, agrees, injected) in [
        (
            Protocol::Imap,
            "* OK ready\nC: R1 STARTTLS",
            "R1 OK begin\r\n",
            "R2 OK done\r\nR3 OK in\r\nR4 OK done\r\n",
        ),
        (
            Protocol::Smtp,
            "220 ready\nC: EHLO\n250 x\nC: STARTTLS",
            "220 go\r\n",
            "250-x\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok\r\n",
        ),
    ] {
        let starttls = MailServer {
            security: Security::StartTls,
            ..target(protocol)
        };
        let mut steps = script(greets);
        steps.push(say([agrees, injected].concat()));
        steps.push(Step::StartTls(server_config(Kind::Good)));
        // Encrypted it says nothing, so a test that goes on has believed the plain text.
        let server = Server::new(steps);
        let ended = climb_as(&server, &starttls);
        assert!(
            matches!(ended.code, Code::Timeout | Code::TlsHandshake),
            "{ended:?}"
        );
        let heard = server.records()[0].text();
        assert!(
            !heard.contains("LOGIN") && !heard.contains("AUTH"),
            "{heard}"
        );
    }
}

#[test]
fn a_flood_through_tls_is_left_too() {
    let implicit = MailServer {
        security: Security::Implicit,
        ..target(Protocol::Imap)
    };
    let server = Server::new(vec![
        Step::StartTls(server_config(Kind::Good)),
        say("* OK ready\r\n"),
        Step::Endless("* OK and so on\r\n".repeat(500).into()),
    ]);
    assert_code(&climb_as(&server, &implicit), Code::ProtocolError);
    assert!(server.records()[0].said < MOST);
}

#[test]
fn a_test_is_called_off_within_a_second() {
    for security in [Security::Plain, Security::Implicit] {
        let server = Server::new(Vec::new());
        let settings = Settings {
            patience: Patience::default(),
            ..super::settings(super::HOST, server.address, Trust::of(Vec::new()))
        };
        let target = MailServer {
            security,
            ..target(Protocol::Imap)
        };
        let cancel = AtomicBool::new(false);
        let since = Instant::now();
        let outcome = probe(&target, None, &settings, &cancel, &mut |rung| {
            let last = match security {
                Security::Implicit => freescout_rescue::domain::mail::rung::Rung::Tls,
                _ => freescout_rescue::domain::mail::rung::Rung::Greeting,
            };
            cancel.store(rung == last, Ordering::Relaxed);
        });
        assert!(outcome.is_err());
        assert!(since.elapsed() < Duration::from_secs(1));
    }
}

static PLACES: LazyLock<Vec<(Protocol, Vec<Step>)>> = LazyLock::new(|| {
    let of = |protocol| places(protocol).into_iter().map(move |p| (protocol, p));
    PROTOCOLS.into_iter().flat_map(of).collect()
});

/// Bytes, and the marks that the protocols give a meaning.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let marks = [
        "\r\n",
        "* ",
        "R1 ",
        "R2 ",
        "R3 OK",
        "{7}\r\n",
        "{0}",
        "+ ",
        "+OK",
        "-ERR",
        "<@>",
        "250-",
        "250 ",
        "334 ",
        "235 ",
        "BYE",
        "[CAPABILITY ",
        "]",
        "*",
        "\r",
        "\n",
        "250-AUTH ",
        "=",
        "PLAIN",
    ];
    let part = prop_oneof![
        3 => prop::sample::select(marks.map(|m| m.as_bytes().to_vec()).to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn garbage_ends_every_dialogue_in_time(place in any::<prop::sample::Index>(), bytes in garbage(), tls in any::<bool>()) {
        let (protocol, steps) = place.get(&PLACES);
        let mut steps = steps.clone();
        steps.push(Step::Say(bytes));
        steps.push(Step::Close);
        let security = match tls && steps.len() < 3 {
            true => Security::Implicit,
            false => Security::Plain,
        };
        climb_as(&Server::new(steps), &MailServer { security, ..target(*protocol) });
    }
}
