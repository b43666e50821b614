//! Each answer of the table, sent by a server of its protocol, comes out as its row says.

use freescout_rescue::domain::mail::advice::{KnownReply, Provider, REPLIES};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol};

use super::{climb, target};
use crate::scripted::{Server, say, script};

fn host(row: &KnownReply, protocol: Protocol) -> &'static str {
    match row.from {
        Some(Provider::Google) if protocol == Protocol::Smtp => "smtp.gmail.com",
        Some(Provider::Google) => "imap.gmail.com",
        Some(Provider::Microsoft) => "outlook.office365.com",
        Some(Provider::Yahoo) => "imap.mail.yahoo.com",
        Some(Provider::ICloud) => "imap.mail.me.com",
        Some(Provider::Fastmail) => "imap.fastmail.com",
        None => super::HOST,
    }
}

#[test]
fn every_row_comes_out_over_the_wire() {
    for row in REPLIES {
        let protocol = match row.sample.as_bytes()[0] {
            b'0'..=b'9' => Protocol::Smtp,
            b'-' => Protocol::Pop3,
            _ => Protocol::Imap,
        };
        let user = "support".to_owned();
        let token = row.token == Some(true);
        let target = MailServer {
            host: host(row, protocol).to_owned(),
            login: match token {
                true => LoginMethod::XOAuth2 { user },
                false => LoginMethod::Password { user },
            },
            ..target(protocol)
        };
        let sender = row.code == Code::SenderRefused;
        let mut steps = match protocol {
            Protocol::Imap => script("* OK ready\nC: R1 CAPABILITY\nR1 OK done\nC: R2 "),
            Protocol::Pop3 => script("+OK ready\nC: USER\n+OK\nC: PASS"),
            Protocol::Smtp => script("220 x\nC: EHLO\n250-x\n250 AUTH PLAIN XOAUTH2\nC: AUTH"),
        };
        if sender {
            steps.extend(script("235 in\nC: MAIL"));
        }
        steps.push(match (protocol, row.sample.as_bytes()[3]) {
            (Protocol::Imap, _) => say(format!("R2 {}\r\n", row.sample)),
            // The last line of several comes without words.
            (Protocol::Smtp, b'-') => say(format!("{0}\r\n{1} \r\n", row.sample, &row.sample[..3])),
            _ => say(format!("{}\r\n", row.sample)),
        });
        let server = Server::new(steps);
        let ended = climb(&server, &target);
        assert_eq!(
            (ended.code, ended.advice),
            (row.code, Some(row.advice)),
            "{}: {ended:?}",
            row.sample
        );
        let rung = if sender {
            Rung::Sender
        } else {
            Rung::Authentication
        };
        assert_eq!(ended.rung, Some(rung), "{}", row.sample);
        let begins = &row.sample[..row.sample.len().min(40)];
        assert!(ended.server_said.raw().starts_with(begins), "{ended:?}");
        server.record();
    }
}

#[test]
fn a_server_that_says_goodbye_judges_no_password() {
    let server = Server::new(script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        * BYE Server shutting down.",
    ));
    let ended = climb(&server, &target(Protocol::Imap));
    assert!(!ended.code.condemns_password(), "{ended:?}");
    assert_eq!(ended.server_said, "BYE Server shutting down.");
    let server = Server::new(script("* BYE Too many connections from your address"));
    let ended = climb(&server, &target(Protocol::Imap));
    assert_eq!(ended.code, Code::RateLimited);
}

#[test]
fn an_app_password_with_its_blanks_is_told() {
    let server = Server::new(script(
        "* OK Gimap ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        R2 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    ));
    let target = MailServer {
        host: "imap.gmail.com".to_owned(),
        ..target(Protocol::Imap)
    };
    let ended = super::climb_with(&server, &target, b"abcd efgh ijkl mnop");
    assert_eq!(
        ended.advice,
        Some(freescout_rescue::domain::mail::advice::Advice::GoogleSpaces)
    );
}
