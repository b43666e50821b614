//! A mail to oneself: sent, found, and only that one removed.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::probe::{Ended, Journey, Tested};
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::schedule::TestLimits;
use freescout_rescue::domain::mail::{Connection, ConnectionId, Direction, MailServer, Protocol};
use freescout_rescue::engine::mail_test::connections::{Attempt, PreparedTest, TestOrSkip};
use freescout_rescue::engine::mail_test::lockouts::RefusedLogins;
use freescout_rescue::engine::mail_test::{self, Round};
use freescout_rescue::io::mail::Settings;
use freescout_rescue::io::mail::journey::{End, travel};
use freescout_rescue::io::os::tls::Trust;

use super::{PASSWORD, PORT, target};
use crate::scripted::{Server, Step, script};

const SENDS: &str = "
    220 ready
    C: EHLO
    250-x
    250 AUTH PLAIN
    C: AUTH PLAIN
    235 in
    C: MAIL FROM:<support@example.org>
    250 ok
    C: RCPT TO:<support@example.org>
    250 ok
    C: DATA
    354 go on
    C: Date: Mon, 5 Jan 2026 10:00:00 +0000
    C: From: <support@example.org>
    C: To: <support@example.org>
    C: Subject: freescout-rescue
    C: Message-ID: <
    C: X-FreeScout-Rescue: 
    C: Auto-Submitted: auto-generated
    C: MIME-Version: 1.0
    C: Content-Type: text/plain
    C:
    C: This email
    C: .
    250 taken
    C: QUIT";

fn smtp() -> MailServer {
    MailServer {
        port: PORT + 1,
        ..target(Protocol::Smtp)
    }
}

fn settings(imap: &Server, smtp: &Server) -> Settings {
    let mut settings = super::settings(super::HOST, imap.address, Trust::of(Vec::new()));
    let route = (super::HOST.to_owned(), PORT + 1, smtp.address);
    settings.routes.push(route);
    settings
}

fn travel_between(smtp_server: &Server, imap_server: &Server) -> Journey {
    let (smtp, imap) = (smtp(), target(Protocol::Imap));
    let password = SecretBytes::from(PASSWORD.as_bytes());
    let end = |target| End {
        target,
        credential: Some(&password),
    };
    travel(
        &end(&smtp),
        &end(&imap),
        "t0k3n",
        "Mon, 5 Jan 2026 10:00:00 +0000",
        Duration::from_millis(300),
        &settings(imap_server, smtp_server),
        &AtomicBool::new(false),
    )
    .unwrap()
}

#[test]
fn our_mail_is_found_by_its_header_and_removed_alone() {
    for (capabilities, removed) in [("IMAP4rev1 UIDPLUS", true), ("IMAP4rev1", false)] {
        let out = Server::new(script(SENDS));
        let mut steps = script("* OK ready\nC: R1\nR1 OK done\nC: R2 LOGIN");
        steps.push(crate::scripted::say(format!(
            "R2 OK [CAPABILITY {capabilities}] in\r\n"
        )));
        steps.extend(script(
            "C: R3 SELECT \"INBOX\"
            R3 OK done
            C: R4 UID SEARCH HEADER X-FreeScout-Rescue t0k3n
            * SEARCH 4711
            R4 OK done
            C: R5 UID STORE 4711 +FLAGS.SILENT (\\Seen \\Deleted)
            R5 OK done",
        ));
        if removed {
            steps.extend(script("C: R6 UID EXPUNGE 4711\nR6 OK done"));
        }
        let back = Server::new(steps);
        let journey = travel_between(&out, &back);
        assert!(
            matches!(journey, Journey::Arrived { removed: r, .. } if r == removed),
            "{journey:?}"
        );
        out.record();
        assert!(back.record().text().ends_with("LOGOUT\r\n"));
    }
}

#[test]
fn a_refusal_is_told_without_the_password() {
    let mut steps = script("220 ready\nC: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH");
    steps.push(Step::Echo("535 5.7.8 bad: "));
    let (out, back) = (Server::new(steps), Server::new(Vec::new()));
    let journey = travel_between(&out, &back);
    assert_eq!(
        journey,
        Journey::Refused("535 5.7.8 bad: AUTH PLAIN …".into())
    );
    assert_eq!(back.records().len(), 0);
}

#[test]
fn two_mailboxes_of_one_account_take_turns() {
    let mut steps = vec![Step::Enter];
    steps.extend(script("220 ready\nC: EHLO\n250-x\n250 AUTH PLAIN\nC: AUTH"));
    steps.extend([Step::Sleep(Duration::from_millis(60)), Step::Leave]);
    steps.extend(script("535 no"));
    let (out, back) = (Server::new(steps), Server::new(Vec::new()));
    let one = |mailbox, direction, target: MailServer| PreparedTest {
        connection: Connection {
            id: ConnectionId::of(mailbox, direction),
            owner: String::new().into(),
            email: String::new().into(),
            target: Ok(target.clone()),
        },
        how: TestOrSkip::Try(Attempt {
            target,
            credential: Some(PASSWORD.as_bytes().into()),
            under: None,
        }),
    };
    let mut prepared = Vec::new();
    for mailbox in 1..4 {
        prepared.push(one(mailbox, Direction::Incoming, target(Protocol::Imap)));
        prepared.push(one(mailbox, Direction::Outgoing, smtp()));
    }
    let tested: Vec<Tested> = prepared
        .iter()
        .map(|p| p.tested(Ended::skipped(Code::Ok, None)))
        .collect();
    let (memory, cancel) = (RefusedLogins::default(), AtomicBool::new(false));
    let round = Round {
        settings: &settings(&back, &out),
        limits: TestLimits {
            per_server: 3,
            ..TestLimits::default()
        },
        memory: &memory,
        again: false,
        cancel: &cancel,
        tell: &|_| {},
    };
    let journeys = mail_test::send_to_itself(&prepared, &tested, &round);
    assert_eq!(journeys.len(), 3);
    assert_eq!(out.busiest(), 1);
}
