//! Alarms by SMTP, against a server that follows a script.

use freescout_rescue::domain::run::watch::settings::{
    Channels, MailCarrier, MailChannel, SmtpAccount, SmtpSecurity,
};
use freescout_rescue::io::alert::{NotTold, Reach};

use super::{MARK, alert, closed_file, told};
use crate::probes::certificates::{Kind, server_config, trust};
use crate::probes::{HOST, PORT, settings};
use crate::scripted::{Server, Step, script};

const PASSWORD: &str = "s3ntinel password";

fn send(server: &Server, security: SmtpSecurity, user: Option<&str>) -> Result<(), NotTold> {
    let folder = tempfile::tempdir().unwrap();
    let password_file = closed_file(folder.path(), "password", PASSWORD);
    let channels = Channels {
        mail: Some(MailChannel {
            from: "alarm@example.org".to_owned(),
            to: vec!["a@example.org".to_owned(), "b@example.org".to_owned()],
            carrier: MailCarrier::Smtp(SmtpAccount {
                host: HOST.to_owned(),
                port: PORT,
                security,
                user: user.map(str::to_owned),
                password_file: Some(password_file),
            }),
        }),
        ..Channels::default()
    };
    let reach = Reach {
        mail: settings(HOST, server.address, trust()),
        ..Reach::of_system()
    };
    let told = told(&channels, &reach);
    if let Err(why) = &told {
        assert!(!format!("{why} {why:?}").contains(MARK), "{why:?}");
    }
    told
}

fn with_tls(kind: Kind, rest: &'static str) -> Vec<Step> {
    let mut steps = vec![Step::StartTls(server_config(kind))];
    steps.extend(script(rest));
    steps
}

const LOGGED_IN: &str = "220 ready
    C: EHLO
    250-there
    250 AUTH PLAIN LOGIN
    C: AUTH LOGIN
    334 VXNlcm5hbWU6
    C: dXNlcg==
    334 UGFzc3dvcmQ6
    C: czNudGluZWwgcGFzc3dvcmQ=
    235 in
    C: MAIL FROM:<alarm@example.org>
    250 ok";

#[test]
fn the_mail_goes_to_all_recipients_and_its_dots_survive() {
    let mut steps = with_tls(Kind::Good, LOGGED_IN);
    // What is heard after DATA is the mail.
    steps.extend(script(
        "C: RCPT TO:<a@example.org>
        250 ok
        C: RCPT TO:<b@example.org>
        250 ok
        C: DATA
        354 go on
        250 queued",
    ));
    let server = Server::new(steps);
    send(&server, SmtpSecurity::Implicit, Some("user")).unwrap();
    let text = server.record().text();
    let mail = text.split_once("DATA\r\n").unwrap().1;
    let (mail, after) = mail.split_once("\r\n.\r\n").unwrap();
    assert_eq!(after, "QUIT\r\n");
    let mail = mail.replace("\r\n..", "\r\n.");
    let parsed = mail_parser::MessageParser::default();
    let parsed = parsed.parse(mail.as_bytes()).unwrap();
    assert_eq!(parsed.subject(), Some(&*alert().subject));
    let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), alert().text.trim_end());
}

#[test]
fn who_is_refused_keeps_it_from_nobody_else_and_is_told() {
    let mut steps = with_tls(Kind::Good, LOGGED_IN);
    steps.extend(script(
        "C: RCPT TO:<a@example.org>
        550 5.1.1 no such user
        C: RCPT TO:<b@example.org>
        250 ok
        C: DATA
        354 go on
        250 queued",
    ));
    let server = Server::new(steps);
    let why = send(&server, SmtpSecurity::Implicit, Some("user")).unwrap_err();
    assert_eq!(
        why.to_string(),
        "mail.example.org:1: the mail, or one of its recipients, was refused: 550 5.1.1 no such user"
    );
    let text = server.record().text();
    assert!(text.ends_with("\r\n.\r\nQUIT\r\n"), "{text}");
    let mut steps = with_tls(Kind::Good, LOGGED_IN);
    steps.extend(script(
        "C: RCPT TO:<a@example.org>
        550 5.1.1 no such user
        C: RCPT TO:<b@example.org>
        550 5.7.1 not by you",
    ));
    let server = Server::new(steps);
    let why = send(&server, SmtpSecurity::Implicit, Some("user")).unwrap_err();
    assert!(why.to_string().ends_with("no such user"), "{why}");
    assert!(!server.record().text().contains("DATA"));
}

#[test]
fn without_tls_that_was_asked_for_nothing_is_said() {
    let plain = "220 ready
        C: EHLO
        250-there
        250 AUTH PLAIN LOGIN
        C: STARTTLS
        502 not here";
    let server = Server::new(script(plain));
    let why = send(&server, SmtpSecurity::StartTls, Some("user")).unwrap_err();
    assert!(
        matches!(why, NotTold::Server { code: Some(_), .. }),
        "{why}"
    );
    assert!(!server.record().text().contains("AUTH"));
    for kind in [Kind::Untrusted, Kind::OtherName, Kind::Expired] {
        let server = Server::new(with_tls(kind, LOGGED_IN));
        let why = send(&server, SmtpSecurity::Implicit, Some("user")).unwrap_err();
        assert!(
            matches!(why, NotTold::Server { code: Some(_), .. }),
            "{why}"
        );
        for record in server.records() {
            assert_eq!(record.text(), "", "{kind:?}");
        }
    }
    let server = Server::new(script(plain));
    let why = send(&server, SmtpSecurity::None, Some("user")).unwrap_err();
    assert!(matches!(why, NotTold::ClearText(_)), "{why}");
    assert!(server.records().is_empty());
}

#[test]
fn a_password_that_a_server_sends_back_is_not_told() {
    let server = Server::new(with_tls(
        Kind::Good,
        "220 ready
        C: EHLO
        250-there
        250 AUTH PLAIN
        C: AUTH PLAIN
        535 I heard s3ntinel password, czNudGluZWwgcGFzc3dvcmQ=",
    ));
    let why = send(&server, SmtpSecurity::Implicit, Some("user")).unwrap_err();
    assert!(why.to_string().contains("535 I heard …"), "{why}");
}

#[test]
fn a_relay_of_this_machine_needs_no_login() {
    let server = Server::new(script(
        "220 ready
        C: EHLO
        250 there
        C: MAIL FROM:<alarm@example.org>
        250 ok
        C: RCPT TO
        250 ok
        C: RCPT TO
        250 ok
        C: DATA
        354 go on
        250 queued",
    ));
    send(&server, SmtpSecurity::None, None).unwrap();
    assert!(server.record().text().contains("\r\n.\r\n"));
}
