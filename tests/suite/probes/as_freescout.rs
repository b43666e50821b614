//! What goes over the wire is what FreeScout would send, byte by byte.

use freescout_rescue::domain::mail::probe::TestCaution;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use freescout_rescue::domain::payload::base64;

use super::certificates::{Kind, server_config};
use super::{assert_code, climb, climb_with, target};
use crate::scripted::{Server, Step, say, script};

const IMAP: &str = "
    * OK ready
    C: R1 CAPABILITY
    * CAPABILITY IMAP4rev1
    R1 OK done
    C: R2 LOGIN
    R2 OK logged in
    C: R3 LIST
    * LIST () / INBOX
    R3 OK done
    C: R4 EXAMINE
    * 17 EXISTS
    R4 OK done
    C: R5 UID SEARCH UNSEEN SINCE
    R5 OK done";

fn with_user(protocol: Protocol, user: &str) -> MailServer {
    MailServer {
        login: LoginMethod::Password {
            user: user.to_owned(),
        },
        ..target(protocol)
    }
}

#[test]
fn imap_quotes_backslash_and_quote_and_leaves_utf8_as_it_is() {
    let server = Server::new(script(IMAP));
    let ended = climb_with(
        &server,
        &with_user(Protocol::Imap, "us\"er"),
        "p\\ä\"ß".as_bytes(),
    );
    assert_code(&ended, Code::Ok);
    let said = server.record().text();
    let (before, search) = said.split_once("R5 UID SEARCH UNSEEN SINCE ").unwrap();
    assert_eq!(
        before,
        "R1 CAPABILITY\r\nR2 LOGIN \"us\\\"er\" \"p\\\\ä\\\"ß\"\r\nR3 LIST \"\" \"*\"\r\nR4 EXAMINE \"INBOX\"\r\n"
    );
    let (day, rest) = search.split_once("\r\n").unwrap();
    // RFC 3501: 1-Feb-1994.
    assert_eq!(
        day.split('-').map(str::len).collect::<Vec<_>>()[1..],
        [3, 4]
    );
    assert_eq!(rest, "R6 LOGOUT\r\n");
    let rungs: Vec<Rung> = ended.ladder.iter().map(|step| step.rung).collect();
    assert_eq!(
        rungs,
        [
            Rung::Dns,
            Rung::Tcp,
            Rung::Greeting,
            Rung::Authentication,
            Rung::Folder
        ]
    );
    assert_eq!(ended.ladder[4].detail, "INBOX 17 emails");
    assert_eq!(ended.cautions, [TestCaution::ClearText]);
}

#[test]
fn imap_sends_a_line_feed_as_a_literal_once_the_server_is_ready() {
    let server = Server::new(script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN \"support\" {5}
        + go on
        C: pa
        C: ss
        R2 OK logged in
        C: R3 LIST
        * LIST () / INBOX
        R3 OK done
        C: R4 EXAMINE
        R4 OK done",
    ));
    assert_code(
        &climb_with(&server, &target(Protocol::Imap), b"pa\nss"),
        Code::Ok,
    );
    assert!(server.record().text().contains("{5}\r\npa\nss\r\nR3 "));
}

#[test]
fn imap_logs_in_in_spite_of_logindisabled() {
    let server = Server::new(script(
        "* OK ready
        C: R1 CAPABILITY
        * capability IMAP4rev1 LOGINDISABLED
        R1 OK done
        C: R2 LOGIN
        R2 OK [CAPABILITY IMAP4rev1 UIDPLUS] in
        C: R3 LIST
        * LIST () / INBOX
        R3 OK done
        C: R4 EXAMINE
        R4 OK done",
    ));
    let ended = climb(&server, &target(Protocol::Imap));
    assert_code(&ended, Code::Ok);
    assert!(ended.cautions.contains(&TestCaution::LoginDisabled));
    server.record();
}

#[test]
fn imap_sends_starttls_at_once_and_a_refusal_ends_it() {
    let starttls = MailServer {
        security: Security::StartTls,
        ..target(Protocol::Imap)
    };
    let server = Server::new(script("* OK ready\nC: R1 STARTTLS\nR1 BAD what?"));
    let ended = climb(&server, &starttls);
    assert_code(&ended, Code::StartTlsRefused);
    assert_eq!(ended.rung, Some(Rung::StartTls));
    assert_eq!(server.record().text(), "R1 STARTTLS\r\n");

    let mut steps = script("* OK ready\nC: R1 STARTTLS\nR1 OK begin");
    steps.push(Step::StartTls(server_config(Kind::Good)));
    steps.extend(script(
        "C: R2 CAPABILITY
        R2 OK done
        C: R3 LOGIN
        R3 OK in
        C: R4 LIST
        * LIST () / INBOX
        R4 OK done
        C: R5 EXAMINE
        R5 OK done",
    ));
    let server = Server::new(steps);
    let ended = climb(&server, &starttls);
    assert_code(&ended, Code::Ok);
    assert_eq!(server.record().lines().last().unwrap(), "R6 LOGOUT");
}

#[test]
fn imap_opens_the_folders_that_are_configured_and_says_which_is_missing() {
    let folders = MailServer {
        folders: ["INBOX", "Grüße/\"x\"", "Gone"].map(Into::into).to_vec(),
        ..target(Protocol::Imap)
    };
    let mut steps = script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 LOGIN
        R2 OK in
        C: R3 LIST \"\" \"*\"
        * LIST (\\HasNoChildren) \"/\" INBOX
        * LIST () \"/\" {15}",
    );
    steps.push(say("Gr&APwA3w-e/\"x\"\r\n"));
    steps.extend(script(
        "* LIST () \"/\" \"Gone\"
        R3 OK done
        C: R4 EXAMINE \"INBOX\"
        R4 OK done
        C: R5 EXAMINE \"Gr&APwA3w-e/\\\"x\\\"\"
        * 0 EXISTS
        R5 OK [READ-ONLY] done
        C: R6 EXAMINE \"Gone\"
        R6 NO [NONEXISTENT] Unknown Mailbox: Gone",
    ));
    let server = Server::new(steps);
    let ended = climb(&server, &folders);
    assert_code(&ended, Code::FolderMissing);
    assert_eq!(ended.rung, Some(Rung::Folder));
    assert_eq!(ended.server_said, "NO [NONEXISTENT] Unknown Mailbox: Gone");
    assert!(ended.cautions.contains(&TestCaution::ButtonSaysOk));
    server.record();
}

#[test]
fn imap_reads_past_literals() {
    let mut steps = script("* OK ready\nC: R1 CAPABILITY");
    steps.push(say(
        "* X {13}\r\nR1 NO bluff\r\n more {3}\r\nabc\r\nR1 OK done\r\n",
    ));
    steps.extend(script(
        "C: R2 LOGIN
        R2 OK in
        C: R3 LIST
        * LIST () / INBOX
        R3 OK done
        C: R4 EXAMINE
        R4 OK done",
    ));
    let server = Server::new(steps);
    assert_code(&climb(&server, &target(Protocol::Imap)), Code::Ok);
    server.record();
}

#[test]
fn xoauth2_is_sent_in_one_line_and_a_challenge_is_the_reason() {
    let token = |protocol| MailServer {
        login: LoginMethod::XOAuth2 {
            user: "box@example.org".to_owned(),
        },
        ..target(protocol)
    };
    let message = base64::encode(b"user=box@example.org\x01auth=Bearer to.ken\x01\x01");
    let reason = base64::encode(br#"{"status":"400","schemes":"Bearer"}"#);

    let server = Server::new(script(
        "* OK ready
        C: R1 CAPABILITY
        R1 OK done
        C: R2 AUTHENTICATE XOAUTH2
        * CAPABILITY IMAP4rev1
        R2 OK in
        C: R3 LIST
        * LIST () / INBOX
        R3 OK done
        C: R4 EXAMINE
        R4 OK done",
    ));
    assert_code(
        &climb_with(&server, &token(Protocol::Imap), b"to.ken"),
        Code::Ok,
    );
    assert_eq!(
        server.record().lines()[1],
        format!("R2 AUTHENTICATE XOAUTH2 {message}")
    );

    let mut steps = script("* OK ready\nC: R1 CAPABILITY\nR1 OK done\nC: R2 AUTHENTICATE XOAUTH2");
    steps.push(say(format!("+ {reason}\r\n")));
    steps.extend(script("C: \nR2 NO [AUTHENTICATIONFAILED] no"));
    let server = Server::new(steps);
    let ended = climb_with(&server, &token(Protocol::Imap), b"to.ken");
    assert_code(&ended, Code::OAuthRejected);
    assert!(ended.server_said.raw().contains("\"400\""), "{ended:?}");
    assert!(
        server
            .record()
            .text()
            .ends_with(&format!("{message}\r\n\r\n"))
    );

    let mut steps = script("220 ready\nC: EHLO\n250-x\n250 AUTH XOAUTH2 LOGIN\nC: AUTH XOAUTH2");
    steps.push(say(format!("334 {reason}\r\n")));
    steps.push(Step::Hear(""));
    steps.push(say("535 5.7.8 no\r\n"));
    let server = Server::new(steps);
    let ended = climb_with(&server, &token(Protocol::Smtp), b"to.ken");
    assert_code(&ended, Code::OAuthRejected);
    assert!(ended.server_said.raw().contains("\"400\""), "{ended:?}");
    assert_eq!(
        server.record().lines()[1..],
        [format!("AUTH XOAUTH2 {message}"), String::new()]
    );
}

#[test]
fn pop3_sends_a_malformed_apop_first_then_user_and_pass() {
    let server = Server::new(script(
        "+OK ready <1896.697170952@dbc.mtview.ca.us>
        C: APOP
        -ERR no
        C: USER
        +OK
        C: PASS
        +OK in
        C: LIST
        +OK
        1 400
        7 417
        .
        C: TOP 7 0
        +OK
        Date: Mon, 5 Jan 2026 10:00:00 +0000
        .",
    ));
    assert_code(
        &climb_with(&server, &target(Protocol::Pop3), b"tanstaaf"),
        Code::Ok,
    );
    // The digest is RFC 1939's own example; the name before it is missing, as in FreeScout.
    assert_eq!(
        server.record().text(),
        "APOP c4c9334bac560ecc979e58001b3e22fb\r\nUSER support\r\nPASS tanstaaf\r\nLIST\r\nTOP 7 0\r\nQUIT\r\n"
    );
}

#[test]
fn pop3_with_starttls_goes_in_the_clear() {
    let server = Server::new(script(
        "+OK ready
        C: USER
        +OK
        C: PASS
        +OK
        C: LIST
        +OK
        .",
    ));
    let ended = climb(
        &server,
        &MailServer {
            starttls_ignored: true,
            ..target(Protocol::Pop3)
        },
    );
    assert_code(&ended, Code::Ok);
    assert_eq!(ended.cautions, [TestCaution::StartTlsIgnored]);
    assert_eq!(server.record().lines()[0], "USER support");
}

#[test]
fn pop3_sends_no_second_command_within_a_password() {
    let server = Server::new(script("+OK ready"));
    let ended = climb_with(&server, &target(Protocol::Pop3), b"pass\r\nDELE 1");
    assert_code(&ended, Code::CannotTell);
    assert_eq!(server.record().text(), "");
}

#[test]
fn an_address_inside_is_told_unless_freescout_allows_it() {
    use freescout_rescue::domain::inventory::secret::SecretBytes;
    use freescout_rescue::io::mail::{Settings, probe};
    use freescout_rescue::io::os::tls::Trust;
    for (allowed, expected) in [("", true), ("10.0.0.1, 127.0.0.1", false)] {
        let server = Server::new(script(IMAP));
        let inside = MailServer {
            host: "127.0.0.1".to_owned(),
            port: server.address.port(),
            ..target(Protocol::Imap)
        };
        let settings = Settings {
            routes: Vec::new(),
            white_list: allowed.to_owned(),
            ..super::settings("x", server.address, Trust::of(Vec::new()))
        };
        let password = SecretBytes::from(&b"x"[..]);
        let ended = probe(
            &inside,
            Some(&password),
            &settings,
            &false.into(),
            &mut |_| {},
        )
        .unwrap();
        assert_code(&ended, Code::Ok);
        assert_eq!(
            ended.cautions.contains(&TestCaution::PrivateAddress),
            expected
        );
    }
}
