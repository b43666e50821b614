//! A server that sends the password back finds no one who shows it.

use freescout_rescue::domain::mail::probe::{Ended, Tested};
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::{
    Connection, ConnectionId, Direction, LoginMethod, MailServer, Protocol,
};
use freescout_rescue::domain::payload::base64;
use freescout_rescue::engine::mail_test::connections::{Attempt, PreparedTest, TestOrSkip};
use freescout_rescue::engine::report;

use super::{climb_with, target};
use crate::scripted::{Server, Step, say, script};

/// With what IMAP quotes, and what JSON and `Debug` would write otherwise.
const SENTINEL: &str = "s3nt\"in\\el-ÄÖ-0815";

fn forms() -> Vec<String> {
    let plain = format!("support\0support\0{SENTINEL}");
    let token = format!("user=support\x01auth=Bearer {SENTINEL}\x01\x01");
    let mut forms = vec![
        // Part of it is too much.
        "s3nt".to_owned(),
        "el-Ä".to_owned(),
        "0815".to_owned(),
        base64::encode(SENTINEL.as_bytes()),
        base64::encode(plain.as_bytes()),
        base64::encode(token.as_bytes()),
    ];
    // Not even the beginning of a long one.
    forms.extend(forms[3..].to_vec().iter().map(|f| f[..20].to_owned()));
    forms
}

fn tested(target: &MailServer, ended: Ended) -> Tested {
    let prepared = PreparedTest {
        connection: Connection {
            id: ConnectionId::of(1, Direction::Incoming),
            owner: "Support".into(),
            email: "support@example.org".into(),
            target: Ok(target.clone()),
        },
        how: TestOrSkip::Try(Attempt {
            target: target.clone(),
            credential: Some(SENTINEL.as_bytes().into()),
            under: None,
        }),
    };
    prepared.tested(ended)
}

#[track_caller]
fn assert_hidden(target: &MailServer, ended: &Ended) {
    let tested = [tested(target, ended.clone())];
    let json = serde_json::to_string(&report::connections::tests(&tested, "x")).unwrap();
    let texts: Vec<&str> = ended
        .ladder
        .iter()
        .map(|s| s.detail.raw().as_str())
        .collect();
    let shown = format!(
        "{} {} {json} {tested:?}",
        ended.server_said,
        texts.join(" ")
    );
    for form in forms() {
        assert!(!shown.contains(&form), "{form} in {shown}");
    }
    assert!(shown.contains('…'), "something was hidden: {shown}");
}

#[test]
fn imap_shows_no_password_that_comes_back() {
    let imap = target(Protocol::Imap);
    let begins = "* OK ready\nC: R1\nR1 OK done\nC: R2";
    let spoken = say(format!("R2 NO wrong password '{SENTINEL}'\r\n"));
    let upper = say(format!("R2 NO {}\r\n", SENTINEL.to_ascii_uppercase()));
    let long = say(format!("R2 NO {}{SENTINEL}\r\n", "x".repeat(500)));
    let cut = say(format!("R2 NO never ends {SENTINEL}"));
    for echo in [Step::Echo("R2 NO bad: "), spoken, upper, long, cut] {
        let mut steps = script(begins);
        steps.push(echo);
        steps.push(Step::Close);
        let ended = climb_with(&Server::new(steps), &imap, SENTINEL.as_bytes());
        assert_ne!(ended.code, Code::Ok);
        assert_hidden(&imap, &ended);
    }
    // In a reply that is good, and in one that comes later.
    let mut steps = script(begins);
    steps.push(Step::Echo("R2 OK welcome "));
    steps.extend(script("C: R3"));
    steps.push(say(format!("R3 NO {SENTINEL} has no INBOX\r\n")));
    let ended = climb_with(&Server::new(steps), &imap, SENTINEL.as_bytes());
    assert_eq!(ended.code, Code::FolderRefused);
    assert_hidden(&imap, &ended);
}

#[test]
fn pop3_shows_no_password_that_comes_back() {
    let pop3 = target(Protocol::Pop3);
    for echo in ["-ERR unknown command: ", "+OK ", "what? "] {
        let mut steps = script("+OK ready\nC: USER\n+OK\nC: PASS");
        steps.push(Step::Echo(echo));
        steps.push(Step::Close);
        let ended = climb_with(&Server::new(steps), &pop3, SENTINEL.as_bytes());
        assert_hidden(&pop3, &ended);
    }
    // Nor what it can be guessed from.
    let mut steps = script("+OK ready <1@x>\nC: APOP");
    steps.push(say("-ERR\r\n"));
    steps.push(Step::Hear("USER"));
    steps.push(say("-ERR before: 4ac79eaf6ac5dd2ee2ce42ca1f5d2f1d\r\n"));
    let server = Server::new(steps);
    let ended = climb_with(&server, &pop3, SENTINEL.as_bytes());
    let digest = server.record().lines()[0].replace("APOP ", "");
    let again = script("+OK ready <1@x>\nC: APOP\n-ERR\nC: USER");
    let echo = say(format!("-ERR before: {digest}\r\n"));
    let server = Server::new([again, vec![echo]].concat());
    let hidden = climb_with(&server, &pop3, SENTINEL.as_bytes());
    assert_eq!(hidden.server_said, "-ERR before: …");
    assert_ne!(ended.server_said, hidden.server_said);
}

#[test]
fn smtp_shows_no_password_that_comes_back() {
    let smtp = target(Protocol::Smtp);
    for (mechanism, to_the_password) in [
        ("PLAIN", "C: AUTH PLAIN"),
        ("LOGIN", "C: AUTH LOGIN\n334 VQ==\nC: \n334 UA==\nC: "),
        ("CRAM-MD5", "C: AUTH CRAM-MD5\n334 PDFAeD4=\nC: "),
    ] {
        for echo in ["535 5.7.8 bad: ", "235 in: ", "what? "] {
            let mut steps = script("220 ready\nC: EHLO");
            steps.push(say(format!("250-x\r\n250 AUTH {mechanism}\r\n")));
            steps.extend(script(to_the_password));
            steps.push(Step::Echo(echo));
            steps.push(Step::Close);
            let ended = climb_with(&Server::new(steps), &smtp, SENTINEL.as_bytes());
            assert_hidden(&smtp, &ended);
        }
    }
    let spoken = format!("535 wrong password \"{SENTINEL}\"\r\n");
    let mut steps = script("220 ready\nC: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH");
    steps.push(say(spoken));
    let ended = climb_with(&Server::new(steps), &smtp, SENTINEL.as_bytes());
    assert_eq!(ended.server_said, "535 wrong password \"…\"");
}

#[test]
fn tokens_are_hidden_as_well() {
    for protocol in [Protocol::Imap, Protocol::Smtp] {
        let token = MailServer {
            login: LoginMethod::XOAuth2 {
                user: "support".to_owned(),
            },
            ..target(protocol)
        };
        let (begins, echo) = match protocol {
            Protocol::Imap => ("* OK ready\nC: R1\nR1 OK done\nC: R2", "R2 NO "),
            _ => ("220 x\nC: EHLO\n250-x\n250 AUTH XOAUTH2\nC: AUTH", "535 "),
        };
        let mut steps = script(begins);
        steps.push(Step::Echo(echo));
        let ended = climb_with(&Server::new(steps), &token, SENTINEL.as_bytes());
        assert_eq!(ended.code, Code::OAuthRejected);
        assert_hidden(&token, &ended);

        // A reason that tells the token.
        let mut steps = script(begins);
        let reason = base64::encode(format!("{{\"token\":'{SENTINEL}'}}").as_bytes());
        let (go_on, no) = match protocol {
            Protocol::Imap => ("+ ", "R2 NO no\r\n"),
            _ => ("334 ", "535 no\r\n"),
        };
        steps.extend([say(format!("{go_on}{reason}\r\n")), Step::Hear(""), say(no)]);
        let ended = climb_with(&Server::new(steps), &token, SENTINEL.as_bytes());
        assert_eq!(ended.code, Code::OAuthRejected);
        assert_hidden(&token, &ended);
    }
}
