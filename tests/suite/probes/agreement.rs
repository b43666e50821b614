//! Where FreeScout gets through we say so, and where it does not we say why: odd replies and settings, a row each.

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::probe::{Ended, TestCaution};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{MailServer, Protocol, Security};
use freescout_rescue::io::mail::{Settings, probe};

use super::certificates::{Kind, server_config, trust};
use super::{climb, climb_with, settings, target};
use crate::scripted::{Server, Step, say, script};

/// Bytes as they are; `C:` begins what is heard.
fn lines(text: &str) -> Vec<Step> {
    text.split_inclusive('\n')
        .map(|line| match line.strip_prefix("C:") {
            Some(heard) => Step::Hear(Box::leak(heard.trim().to_owned().into_boxed_str())),
            None => say(line),
        })
        .collect()
}

/// An IMAP server that has INBOX and `Orders`, but for one of its replies.
fn imap(instead_of: &str, reply: &str) -> Vec<Step> {
    let dialogue = [
        ("greeting", "* OK ready\r\n"),
        ("", "C: R1 CAPABILITY\n"),
        ("capability", "* CAPABILITY IMAP4rev1\r\nR1 OK done\r\n"),
        ("", "C: R2 LOGIN\n"),
        ("login", "R2 OK in\r\n"),
        ("", "C: R3 LIST\n"),
        (
            "list",
            "* LIST () \"/\" INBOX\r\n* LIST () \"/\" \"Orders\"\r\nR3 OK done\r\n",
        ),
        ("", "C: R4 EXAMINE\n"),
        ("examine", "* 3 EXISTS\r\nR4 OK done\r\n"),
        ("", "C: R5 UID SEARCH\n"),
        ("search", "R5 OK done\r\n"),
    ];
    let said = dialogue.map(|(name, usual)| match name == instead_of {
        true => reply,
        false => usual,
    });
    lines(&said.concat())
}

#[test]
fn imap_replies_are_taken_as_freescout_takes_them() {
    let long = format!(
        "* OK [CAPABILITY {}] ready\r\n",
        "X-SOMETHING ".repeat(2_000)
    );
    for (place, reply, code, advice) in [
        ("greeting", long.as_str(), Code::Ok, None),
        ("greeting", "* OK\n", Code::Ok, None),
        (
            "greeting",
            "* ok ready\r\n",
            Code::ProtocolError,
            Some(Advice::GreetingNotOk),
        ),
        (
            "greeting",
            "* PREAUTH ready\r\n",
            Code::ProtocolError,
            Some(Advice::GreetingNotOk),
        ),
        (
            "greeting",
            "\r\n* OK ready\r\n",
            Code::NotAMailServer,
            Some(Advice::NotAMailServer),
        ),
        ("login", "R2 OK\r\n", Code::Ok, None),
        (
            "login",
            "R2 ok in\r\n",
            Code::ProtocolError,
            Some(Advice::AnswerNotOk),
        ),
        ("login", "\r\nR2 OK in\r\n", Code::Ok, None),
        (
            "login",
            "Welcome to this server\r\nR2 OK in\r\n",
            Code::Ok,
            None,
        ),
        ("login", "R7 NO not yours\r\nR2 OK in\r\n", Code::Ok, None),
        ("login", "+ go on\r\nR2 OK in\r\n", Code::Ok, None),
        ("login", "* BYE soon\r\nR2 OK in\r\n", Code::Ok, None),
        ("login", "r2 OK in\r\nR2 OK in\r\n", Code::Ok, None),
        (
            "login",
            "* OK [ALERT] hello\r\nR2 NO no\r\n",
            Code::AuthRejected,
            Some(Advice::WrongPassword),
        ),
        // Cyrus shows it again after a good login.
        (
            "login",
            "R2 OK [CAPABILITY IMAP4rev1 LOGINDISABLED] in\r\n",
            Code::Ok,
            None,
        ),
        (
            "list",
            "R3 OK done\r\n",
            Code::FolderMissing,
            Some(Advice::ListEmpty),
        ),
        (
            "list",
            "R3 NO not here\r\n",
            Code::FolderRefused,
            Some(Advice::ListRefused),
        ),
        (
            "list",
            "* LIST () \"/\" Inbox\r\nR3 OK done\r\n",
            Code::FolderMissing,
            Some(Advice::FolderNotListed),
        ),
        (
            "list",
            "* LIST () \"/\" INBOX (\"X\" 1)\r\nR3 OK done\r\n",
            Code::FolderMissing,
            Some(Advice::ListEmpty),
        ),
        (
            "list",
            "* list () \"/\" INBOX\r\nR3 OK done\r\n",
            Code::FolderMissing,
            Some(Advice::ListEmpty),
        ),
        (
            "list",
            "\r\nsomething\r\n* LIST () NIL {5}\r\nINBOX\r\nR3 OK done\r\n",
            Code::Ok,
            None,
        ),
        (
            "examine",
            "R4 NO [SERVERBUG] Internal error\r\n",
            Code::FolderRefused,
            Some(Advice::ServerFault),
        ),
        (
            "examine",
            "R4 BAD what?\r\nC: R5 SELECT\nR5 OK done\r\n",
            Code::Ok,
            None,
        ),
        (
            "examine",
            "R4 ok done\r\n",
            Code::FolderRefused,
            Some(Advice::FolderRefused),
        ),
        ("search", "R5 NO no\r\n", Code::Ok, None),
        ("search", "R5 BAD what?\r\n", Code::Ok, None),
        // It searches for too long.
        ("search", "", Code::Timeout, Some(Advice::FellSilent)),
    ] {
        let ended = climb(&Server::new(imap(place, reply)), &target(Protocol::Imap));
        let shown = reply.get(..60).unwrap_or(reply);
        assert_eq!(
            (ended.code, ended.advice),
            (code, advice),
            "{shown:?}: {ended:#?}"
        );
        // Its button takes a refusal to open INBOX for an empty folder.
        let button = ended.cautions.contains(&TestCaution::ButtonSaysOk);
        assert_eq!(
            button,
            code == Code::FolderRefused && place == "examine",
            "{shown:?}"
        );
        assert!(
            !ended.cautions.contains(&TestCaution::LoginDisabled),
            "{shown:?}"
        );
    }
}

#[test]
fn folders_are_found_by_their_exact_name() {
    for (folder, list, found) in [
        ("Tom & Co", r#""Tom &- Co""#, true),
        ("Tom &- Co", r#""Tom &- Co""#, false),
        ("inbox", "INBOX", false),
        ("Orders", "orders", false),
        ("Grüße", "Gr&APwA3w-e", true),
        (r"a\b", r#""a\\b""#, false),
        ("a\"b", r#""a\"b""#, false),
    ] {
        let mut steps = script(
            "* OK ready
            C: R1
            R1 OK done
            C: R2
            R2 OK in
            C: R3 LIST",
        );
        steps.push(say(format!("* LIST () \"/\" {list}\r\nR3 OK done\r\n")));
        steps.extend(script("C: R4 EXAMINE\nR4 OK done"));
        let one = MailServer {
            folders: vec![folder.into()],
            ..target(Protocol::Imap)
        };
        let ended = climb(&Server::new(steps), &one);
        let expected = if found { Code::Ok } else { Code::FolderMissing };
        let button = ended.cautions.contains(&TestCaution::ButtonSaysNo);
        assert_eq!(button, found, "{folder} in {list}");
        assert_eq!(ended.code, expected, "{folder} in {list}: {ended:#?}");
    }
}

/// A POP3 server with two emails, but for one of its replies.
fn pop3(instead_of: &str, reply: &str) -> Vec<Step> {
    let dialogue = [
        ("", "+OK ready\r\nC: USER\n+OK\r\nC: PASS\n"),
        ("pass", "+OK in\r\n"),
        ("", "C: LIST\n"),
        ("list", "+OK 2 messages\r\n1 200\r\n2 300\r\n.\r\n"),
        ("", "C: TOP 2 0\n"),
        ("top", "+OK\r\nSubject: hello\r\n\r\n.\r\n"),
    ];
    let said = dialogue.map(|(name, usual)| match name == instead_of {
        true => reply,
        false => usual,
    });
    lines(&said.concat())
}

/// Cyrus 3.6 as Debian has it. An INBOX with emails was there before.
#[test]
fn an_inbox_that_the_login_may_have_made_is_told() {
    const CYRUS: &str = "+OK mail Cyrus POP3 3.6.1-Debian-3.6.1-4+deb12u4 server ready\r\n";
    for (greeting, listed, told) in [
        (CYRUS, "+OK scan listing follows\r\n.\r\n", true),
        (
            CYRUS,
            "+OK\r\n1 200\r\n.\r\nC: TOP 1 0\n+OK\r\n.\r\n",
            false,
        ),
        ("+OK Dovecot ready.\r\n", "+OK 0 messages:\r\n.\r\n", false),
    ] {
        let steps = lines(&format!(
            "{greeting}C: USER\n+OK\r\nC: PASS\n+OK in\r\nC: LIST\n{listed}"
        ));
        let ended = climb(&Server::new(steps), &target(Protocol::Pop3));
        let ended = (ended.code, ended.cautions.contains(&TestCaution::InboxMade));
        assert_eq!(ended, (Code::Ok, told), "{greeting} {listed}");
    }
}

/// GNU Mailutils cuts it off in POP3, and takes it by IMAP.
#[test]
fn a_refused_password_that_ends_in_a_blank_may_have_been_cut() {
    for (password, advice) in [
        (&b"right "[..], Advice::BlankAtEnd),
        (b"right", Advice::WrongPassword),
        (b" right", Advice::WrongPassword),
    ] {
        let server = Server::new(pop3("pass", "-ERR [AUTH] Authentication failed\r\n"));
        let ended = climb_with(&server, &target(Protocol::Pop3), password);
        assert_eq!(
            (ended.code, ended.advice),
            (Code::AuthRejected, Some(advice))
        );
    }
    let imap = "* OK ready\nC: R1\n* CAPABILITY IMAP4rev1\nR1 OK\nC: R2 LOGIN\nR2 NO no";
    let ended = climb_with(
        &Server::new(script(imap)),
        &target(Protocol::Imap),
        b"right ",
    );
    assert_eq!(ended.advice, Some(Advice::WrongPassword));
}

#[test]
fn pop3_needs_list_and_top() {
    for (place, reply, code, advice) in [
        ("top", "+OK\r\n.\r\n", Code::Ok, None),
        (
            "top",
            "-ERR unknown command\r\n",
            Code::ProtocolError,
            Some(Advice::NoTop),
        ),
        (
            "list",
            "-ERR no\r\n",
            Code::FolderRefused,
            Some(Advice::FolderRefused),
        ),
        // Dovecot looks at the mailbox after it has said yes to the login.
        (
            "pass",
            "+OK in\r\n-ERR [SYS/TEMP] Internal error occurred\r\n",
            Code::FolderRefused,
            Some(Advice::TryLater),
        ),
        (
            "pass",
            "-ERR no\r\n",
            Code::AuthRejected,
            Some(Advice::WrongPassword),
        ),
    ] {
        let ended = climb(&Server::new(pop3(place, reply)), &target(Protocol::Pop3));
        assert_eq!(
            (ended.code, ended.advice),
            (code, advice),
            "{place} {reply:?}: {ended:#?}"
        );
        let button = ended.cautions.contains(&TestCaution::ButtonSaysOk);
        assert_eq!(button, code == Code::FolderRefused, "{place} {reply:?}");
    }
    // Nothing to read, nothing to ask for.
    let empty = script("+OK ready\nC: USER\n+OK\nC: PASS\n+OK\nC: LIST\n+OK\n.\nC: QUIT");
    let server = Server::new(empty);
    assert_eq!(climb(&server, &target(Protocol::Pop3)).code, Code::Ok);
    server.record();
}

#[test]
fn smtp_replies_are_taken_as_freescout_takes_them() {
    let sends = "C: MAIL\n250 ok\r\nC: RCPT\n250 ok\r\nC: RSET\n250 ok\r\n";
    let logs_in = "C: AUTH LOGIN\n334 x\r\nC:\n334 x\r\nC:\n235 in\r\n";
    let starts = |offers: &str| format!("220 ready\r\nC: EHLO\n250-x\r\n{offers}");
    for (name, dialogue, code, advice, caution) in [
        (
            "usual",
            starts("250 AUTH LOGIN\r\n") + logs_in + sends,
            Code::Ok,
            None,
            None,
        ),
        (
            "220 alone",
            "220\r\n".to_owned(),
            Code::Timeout,
            Some(Advice::CutReply),
            None,
        ),
        (
            "220 and a blank",
            format!("220 \r\nC: EHLO\n250-x\r\n250 AUTH LOGIN\r\n{logs_in}{sends}"),
            Code::Ok,
            None,
            None,
        ),
        (
            "EHLO without an end",
            "220 ready\r\nC: EHLO\n250-x\r\n250-AUTH LOGIN\r\n".to_owned(),
            Code::Timeout,
            Some(Advice::CutReply),
            None,
        ),
        (
            "AUTH without a mechanism",
            starts("250 AUTH\r\n"),
            Code::AuthUnavailable,
            Some(Advice::NoMechanism),
            None,
        ),
        // Without CR no line of EHLO is one, so there is no login.
        (
            "LF alone",
            format!(
                "220 ready\nC: EHLO\n250-x\n250 AUTH LOGIN\n{}",
                sends.replace('\r', "")
            ),
            Code::Ok,
            None,
            Some(TestCaution::NoLoginOffered),
        ),
        (
            "other class",
            "220 ready\r\nC: EHLO\n251 x\r\nC: HELO\n250 x\r\n".to_owned() + sends,
            Code::Ok,
            None,
            Some(TestCaution::NoLoginOffered),
        ),
        (
            "first code counts",
            starts("535 AUTH LOGIN\r\n") + logs_in + sends,
            Code::Ok,
            None,
            None,
        ),
        (
            "454, then the next",
            starts("250 AUTH LOGIN PLAIN\r\n")
                + "C: AUTH LOGIN\n334 x\r\nC:\n334 x\r\nC:\n454 not now\r\nC: RSET\n250 ok\r\nC: AUTH PLAIN\n235 in\r\n"
                + sends,
            Code::Ok,
            None,
            None,
        ),
        (
            "CRAM-MD5 454",
            starts("250 AUTH CRAM-MD5 LOGIN\r\n")
                + "C: AUTH CRAM-MD5\n334 PDFAeD4=\r\nC:\n454 not now\r\nC: RSET\n502 what?\r\n"
                + logs_in
                + sends,
            Code::Ok,
            None,
            None,
        ),
        (
            "encryption first",
            starts("250 AUTH LOGIN PLAIN\r\n") + "C: AUTH LOGIN\n538 encryption required\r\n",
            Code::AuthUnavailable,
            Some(Advice::NeedsEncryption),
            None,
        ),
        (
            "251 for MAIL",
            starts("250 AUTH LOGIN\r\n") + logs_in + "C: MAIL\n251 ok\r\n",
            Code::SenderRefused,
            Some(Advice::SenderRefused),
            None,
        ),
        (
            "251 for RCPT",
            starts("250 AUTH LOGIN\r\n")
                + logs_in
                + "C: MAIL\n250 ok\r\nC: RCPT\n251 ok\r\nC: RSET\n250 ok\r\n",
            Code::Ok,
            None,
            None,
        ),
    ] {
        let ended = climb(&Server::new(lines(&dialogue)), &target(Protocol::Smtp));
        assert_eq!(
            (ended.code, ended.advice),
            (code, advice),
            "{name}: {ended:#?}"
        );
        let seen: Vec<&TestCaution> = ended
            .cautions
            .iter()
            .filter(|c| **c != TestCaution::ClearText)
            .collect();
        assert_eq!(seen, caution.iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_refused_recipient_is_judged_by_what_it_is_about() {
    for (reply, code, advice) in [
        (
            "553 5.7.1 <support@example.org>: Sender address rejected: not owned by user support",
            Code::SenderRefused,
            Some(Advice::NotOwner),
        ),
        (
            "554 5.7.1 <support@example.org>: Relay access denied",
            Code::SenderRefused,
            Some(Advice::SenderRefused),
        ),
        (
            "450 4.1.8 <support@example.org>: Sender address rejected: Domain not found",
            Code::SenderRefused,
            Some(Advice::SenderRefused),
        ),
        (
            "450 4.2.0 <support@example.org>: Recipient address rejected: Greylisted",
            Code::SenderDeferred,
            Some(Advice::SenderDeferred),
        ),
        (
            "451 4.7.1 Greylisting in action, please come back later",
            Code::SenderDeferred,
            Some(Advice::SenderDeferred),
        ),
        (
            "530 5.7.0 Authentication required",
            Code::AuthUnavailable,
            Some(Advice::NoLoginMethod),
        ),
        (
            "550 5.1.1 <support@example.org>: Recipient address rejected: User unknown in local recipient table",
            Code::Ok,
            None,
        ),
        ("452 4.2.2 Mailbox full", Code::Ok, None),
    ] {
        let mut steps = script(
            "220 ready
            C: EHLO
            250-x
            250 AUTH PLAIN
            C: AUTH PLAIN
            235 in
            C: MAIL FROM:<support@example.org>
            250 ok
            C: RCPT TO:<support@example.org>",
        );
        steps.push(say(format!("{reply}\r\n")));
        if code == Code::Ok {
            steps.extend(script("C: RSET\n250 ok\nC: QUIT"));
        }
        let server = Server::new(steps);
        let ended = climb(&server, &target(Protocol::Smtp));
        assert_eq!(
            (ended.code, ended.advice),
            (code, advice),
            "{reply}: {ended:#?}"
        );
        assert_eq!(ended.rung, Some(Rung::Sender));
        let own = TestCaution::OwnAddressRefused(reply.into());
        assert_eq!(ended.cautions.contains(&own), code == Code::Ok, "{reply}");
        assert!(!server.record().text().contains("DATA"));
    }
}

#[test]
fn senders_are_written_as_swift_mailer_writes_them() {
    for (sender, sent) in [
        ("info@müller.example", Some("info@xn--mller-kva.example")),
        ("Info@Example.org", Some("Info@Example.org")),
        ("\"a b\"@example.org", Some("\"a b\"@example.org")),
        ("jürgen@example.org", None),
        ("a..b@example.org", None),
    ] {
        let mut steps = script("220 ready\nC: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH PLAIN\n235 in");
        if let Some(sent) = sent {
            steps.extend(lines(&format!(
                "C: MAIL FROM:<{sent}>\n250 ok\r\nC: RCPT TO:<{sent}>\n250 ok\r\nC: RSET\n250 ok\r\n"
            )));
        }
        let server = Server::new(steps);
        let one = MailServer {
            sender: sender.to_owned(),
            ..target(Protocol::Smtp)
        };
        let ended = climb(&server, &one);
        let expected = match sent {
            Some(_) => (Code::Ok, None),
            None if sender.is_ascii() => (Code::SenderRefused, Some(Advice::SenderNotWritten)),
            None => (Code::SenderRefused, Some(Advice::SenderNotAscii)),
        };
        assert_eq!((ended.code, ended.advice), expected, "{sender}: {ended:#?}");
        server.record();
    }
}

#[test]
fn starttls_after_a_refused_ehlo_is_not_what_freescout_does() {
    let starttls = MailServer {
        security: Security::StartTls,
        ..target(Protocol::Smtp)
    };
    let server = Server::new(script("220 ready\nC: EHLO\n502 what?\nC: HELO\n250 x"));
    let ended = climb(&server, &starttls);
    assert_eq!(ended.code, Code::StartTlsRefused);
    assert_eq!(ended.server_said, "502 what?");
    assert!(ended.cautions.contains(&TestCaution::SendsInClear));
    server.record();

    // Refused beneath TLS alone, it sends without login.
    let mut steps = script("220 ready\nC: EHLO\n250 x\nC: STARTTLS\n220 go");
    steps.push(Step::StartTls(server_config(Kind::Good)));
    steps.extend(script(
        "C: EHLO
        502 what?
        C: HELO
        250 x
        C: MAIL
        250 ok
        C: RCPT
        250 ok
        C: RSET
        250 ok",
    ));
    let ended = climb(&Server::new(steps), &starttls);
    assert_eq!(ended.code, Code::Ok);
    assert!(ended.cautions.contains(&TestCaution::NoLoginOffered));
}

/// A test of a server by its own name and port.
fn climb_to(stored: &str, port: u16, checks: bool, security: Security) -> Ended {
    let one = MailServer {
        host: stored.to_owned(),
        port,
        checks_certificate: checks,
        security,
        ..target(Protocol::Imap)
    };
    let unrouted = Settings {
        routes: Vec::new(),
        ..settings("x", ([127, 0, 0, 1], port).into(), trust())
    };
    let password = SecretBytes::from(&b"x"[..]);
    probe(&one, Some(&password), &unrouted, &false.into(), &mut |_| {}).unwrap()
}

#[test]
fn servers_are_reached_by_their_names_as_stored() {
    for (stored, code) in [
        ("127.0.0.1", Code::Ok),
        ("127.1", Code::Ok),
        ("[127.0.0.1]", Code::Ok),
        ("127.0.0.1:{port}", Code::Ok),
        (" 127.0.0.1", Code::Dns),
        ("127.0.0.1 ", Code::Dns),
        ("::1", Code::Dns),
        ("[127.0.0.1", Code::Dns),
    ] {
        let server = Server::new(imap("", ""));
        let port = server.address.port();
        let inside = stored.contains("{port}");
        let stored = stored.replace("{port}", &port.to_string());
        let ended = climb_to(
            &stored,
            if inside { 1 } else { port },
            true,
            Security::Plain,
        );
        assert_eq!(ended.code, code, "{stored:?}: {ended:#?}");
        let named = (code == Code::Dns).then_some(Advice::NameAsStored);
        assert_eq!(ended.advice, named, "{stored:?}");
    }
    // With brackets no certificate has the right name, whatever it says.
    let mut steps = vec![Step::StartTls(server_config(Kind::Good))];
    steps.extend(imap("", ""));
    for (stored, checks, advice) in [
        ("127.0.0.1", true, None),
        ("[127.0.0.1]", true, Some(Advice::NameMatchesNone)),
        ("[127.0.0.1]", false, None),
    ] {
        let server = Server::new(steps.clone());
        let port = server.address.port();
        let ended = climb_to(stored, port, checks, Security::Implicit);
        let expected = advice.map_or(Code::Ok, |_| Code::CertName);
        assert_eq!((ended.code, ended.advice), (expected, advice), "{ended:#?}");
    }
}
