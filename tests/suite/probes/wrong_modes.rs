//! Encryption that does not fit the port, and servers that are no mail servers.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{MailServer, Protocol, Security};

use super::certificates::{Kind, server_config};
use super::{PATIENCE, assert_code, climb, climb_at, target};
use crate::scripted::{Server, Step, say};

const PROTOCOLS: [Protocol; 3] = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

fn secured(protocol: Protocol, security: Security) -> MailServer {
    MailServer {
        security,
        ..target(protocol)
    }
}

fn greeting(protocol: Protocol) -> Step {
    say(match protocol {
        Protocol::Imap => "* OK ready\r\n",
        Protocol::Pop3 => "+OK ready\r\n",
        Protocol::Smtp => "220 mail.example.org ESMTP\r\n",
    })
}

#[test]
fn tls_against_a_plain_port_says_so() {
    for protocol in PROTOCOLS {
        let server = Server::new(vec![greeting(protocol)]);
        let ended = climb(&server, &secured(protocol, Security::Implicit));
        assert_code(&ended, Code::TlsWrongMode);
        assert_eq!(ended.advice, Some(Advice::SpeaksPlain));
        assert_eq!(ended.rung, Some(Rung::Tls));
    }
}

#[test]
fn plain_text_against_a_tls_port_says_so_long_before_the_patience_ends() {
    for protocol in PROTOCOLS {
        for security in [Security::Plain, Security::StartTls] {
            let server = Server::new(vec![Step::StartTls(server_config(Kind::Untrusted))]);
            let since = Instant::now();
            let ended = climb(&server, &secured(protocol, security));
            assert_code(&ended, Code::TlsWrongMode);
            assert_eq!(ended.advice, Some(Advice::SpeaksTls));
            assert!(since.elapsed() < PATIENCE.incoming, "{:?}", since.elapsed());
        }
    }
}

#[test]
fn a_tls_alert_as_greeting_says_so() {
    for after in [Step::Close, Step::Sleep(Duration::ZERO)] {
        let server = Server::new(vec![say([21, 3, 1, 0, 2, 2, 70]), after]);
        let ended = climb(&server, &secured(Protocol::Imap, Security::Plain));
        assert_code(&ended, Code::TlsWrongMode);
        assert_eq!(ended.advice, Some(Advice::SpeaksTls));
    }
}

#[test]
fn a_tls_alert_in_the_handshake_is_told() {
    // Fatal: handshake_failure, protocol_version. Of the latter another OpenSSL may not be told.
    for (alert, code, advice, said) in [
        (
            40,
            Code::TlsHandshake,
            Advice::TlsFailed,
            "handshake failure",
        ),
        (
            70,
            Code::CannotTell,
            Advice::OtherOpenSsl,
            "protocol version",
        ),
    ] {
        let server = Server::new(vec![say([21, 3, 3, 0, 2, 2, alert])]);
        let ended = climb(&server, &secured(Protocol::Imap, Security::Implicit));
        assert_code(&ended, code);
        assert_eq!(ended.advice, Some(advice));
        assert!(ended.server_said.raw().contains(said), "{ended:?}");
    }
}

#[test]
fn a_server_that_hangs_up_in_the_handshake_is_told() {
    let server = Server::new(vec![Step::Close]);
    let ended = climb(&server, &secured(Protocol::Smtp, Security::Implicit));
    assert_code(&ended, Code::TlsHandshake);
}

#[test]
fn other_services_are_no_mail_servers() {
    for banner in [
        "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n",
        "\u{ff}\u{fb}\u{1}login: \r\n",
    ] {
        for protocol in PROTOCOLS {
            let server = Server::new(vec![say(banner)]);
            let ended = climb(&server, &target(protocol));
            assert_code(&ended, Code::NotAMailServer);
            assert_eq!(ended.rung, Some(Rung::Greeting));
            assert!(!ended.server_said.is_empty());
        }
    }
    for (asked, answers) in [
        (Protocol::Imap, Protocol::Smtp),
        (Protocol::Smtp, Protocol::Pop3),
        (Protocol::Pop3, Protocol::Imap),
    ] {
        let server = Server::new(vec![greeting(answers)]);
        assert_code(&climb(&server, &target(asked)), Code::NotAMailServer);
    }
}

#[test]
fn nobody_listens_and_nobody_answers() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ended = climb_at(address, &target(Protocol::Imap), b"x");
    assert_code(&ended, Code::Refused);
    assert_eq!(ended.rung, Some(Rung::Tcp));

    let since = Instant::now();
    let server = Server::new(Vec::new());
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::Timeout);
    assert_eq!(ended.rung, Some(Rung::Greeting));
    assert!(since.elapsed() >= PATIENCE.outgoing);
    assert!(since.elapsed() < PATIENCE.whole, "{:?}", since.elapsed());
    assert_eq!(
        server.records()[0].heard,
        b"",
        "nothing is said to a server that does not greet"
    );
}

#[test]
fn a_late_greeting_is_waited_for() {
    let mut late = vec![Step::Sleep(Duration::from_millis(600))];
    late.extend(crate::scripted::script(
        "220 ready\nC: EHLO\n250 x\nC: MAIL\n250 ok\nC: RCPT TO:<\n250 ok\nC: RSET\n250 ok",
    ));
    let server = Server::in_turn(vec![late, vec![say("220 ready\r\n")]]);
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::Ok);
}

#[test]
fn a_name_without_address_is_told() {
    let nowhere = MailServer {
        host: "no such host.invalid".to_owned(),
        ..target(Protocol::Imap)
    };
    let settings = freescout_rescue::io::mail::Settings {
        routes: Vec::new(),
        ..super::settings(
            "x",
            "127.0.0.1:1".parse().unwrap(),
            freescout_rescue::io::os::tls::Trust::of(Vec::new()),
        )
    };
    let ended =
        freescout_rescue::io::mail::probe(&nowhere, None, &settings, &false.into(), &mut |_| {})
            .unwrap();
    assert!(matches!(ended.code, Code::Dns | Code::Timeout), "{ended:?}");
    assert_eq!(ended.rung, Some(Rung::Dns));
}
