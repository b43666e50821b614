//! What goes over the wire to an SMTP server is what FreeScout would send, byte by byte.

use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::probe::TestCaution;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use freescout_rescue::domain::payload::base64;

use super::certificates::{Kind, server_config};
use super::{assert_code, climb, climb_with, target};
use crate::scripted::{Server, Step, say, script};

/// The dialogue up to the login, with these mechanisms.
fn smtp(mechanisms: &str, then: &'static str) -> Server {
    let mut steps = script("220 mail.example.org ESMTP\nC: EHLO [127.0.0.1]");
    steps.push(say(format!(
        "250-mail.example.org\r\n250-STARTTLS\r\n{mechanisms}250 8BITMIME\r\n"
    )));
    steps.extend(script(then));
    Server::new(steps)
}

#[test]
fn smtp_without_encryption_uses_no_starttls_and_login_before_plain() {
    let server = smtp(
        "250-AUTH PLAIN LOGIN\r\n",
        "C: AUTH LOGIN
        334 VXNlcm5hbWU6
        C: c3VwcG9ydA==
        334 UGFzc3dvcmQ6
        C: cmlnaHQgaG9yc2U=
        235 in
        C: MAIL FROM:<support@example.org>
        250 ok
        C: RCPT TO:<support@example.org>
        250 ok
        C: RSET
        250 ok
        C: QUIT
        221 bye",
    );
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::Ok);
    assert_eq!(ended.cautions, [TestCaution::ClearText]);
    assert_eq!(ended.rung, Some(Rung::Sender));
    server.record();
}

#[test]
fn smtp_plain_names_the_user_twice() {
    let server = smtp(
        "250-AUTH=PLAIN\r\n",
        "C: AUTH PLAIN
        235 in
        C: MAIL
        250 ok
        C: RCPT TO:<
        250 ok
        C: RSET
        250 ok",
    );
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::Ok);
    let coded = base64::encode(b"support\0support\0right horse");
    assert_eq!(server.record().lines()[1], format!("AUTH PLAIN {coded}"));
}

#[test]
fn smtp_tries_cram_md5_first_and_exactly_one_more_after_it() {
    let server = smtp(
        "250-AUTH PLAIN LOGIN CRAM-MD5\r\n",
        "C: AUTH CRAM-MD5
        334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
        C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
        235 in",
    );
    let tim = MailServer {
        sender: String::new(),
        login: LoginMethod::Password {
            user: "tim".to_owned(),
        },
        ..target(Protocol::Smtp)
    };
    assert_code(&climb_with(&server, &tim, b"tanstaaftanstaaf"), Code::Ok);
    server.record();

    let server = smtp(
        "250-AUTH PLAIN LOGIN CRAM-MD5\r\n",
        "C: AUTH CRAM-MD5
        334 PDFAeD4=
        C: c3VwcG9ydC
        535 5.7.8 no
        C: RSET
        250 ok
        C: AUTH LOGIN
        334 VXNlcm5hbWU6
        C: c3VwcG9ydA==
        334 UGFzc3dvcmQ6
        C: cmlnaHQgaG9yc2U=
        535 5.7.8 no",
    );
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::AuthRejected);
    assert_eq!(server.record().lines().len(), 7);
}

#[test]
fn smtp_gives_up_cram_md5_when_it_was_not_the_password() {
    let server = smtp(
        "250-AUTH LOGIN CRAM-MD5\r\n",
        "C: AUTH CRAM-MD5
        334 PDFAeD4=
        C: c3VwcG9ydC
        454 4.7.0 Too many login attempts, please try again later.",
    );
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::RateLimited);
    assert_eq!(server.record().lines().len(), 3);

    // Without a challenge there is nothing to answer: called off, and the next one is tried.
    let server = smtp(
        "250-AUTH PLAIN CRAM-MD5\r\n",
        "C: AUTH CRAM-MD5
        334 ?
        C: *
        501 called off
        C: RSET
        250 ok
        C: AUTH PLAIN
        535 no",
    );
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::AuthRejected);
    server.record();
}

#[test]
fn smtp_does_not_send_a_refused_password_again_by_plain() {
    for refusal in [
        "535 5.7.8 no",
        "534 5.7.9 no",
        "502 5.7.0 Your SMTP account is not yet activated",
        "454 4.7.0 Too many login attempts, please try again later.",
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
    ] {
        let mut steps = script(
            "220 ready
            C: EHLO
            250-x
            250 AUTH LOGIN PLAIN
            C: AUTH LOGIN
            334 VXNlcm5hbWU6
            C: c3VwcG9ydA==
            334 UGFzc3dvcmQ6
            C: cmlnaHQgaG9yc2U=",
        );
        steps.push(say(format!("{refusal}\r\n")));
        let server = Server::new(steps);
        climb(&server, &target(Protocol::Smtp));
        assert_eq!(server.record().lines().len(), 4, "{refusal}");
    }
    // Refused before the password was sent, PLAIN is the next.
    let server = smtp(
        "250-AUTH LOGIN PLAIN\r\n",
        "C: AUTH LOGIN
        504 5.5.4 not this one
        C: RSET
        250 ok
        C: AUTH PLAIN
        535 no",
    );
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::AuthRejected);
    server.record();
}

#[test]
fn smtp_with_encryption_needs_starttls() {
    let starttls = MailServer {
        security: Security::StartTls,
        ..target(Protocol::Smtp)
    };
    let server = smtp("", "C: STARTTLS\n502 5.5.1 not here");
    assert_code(&climb(&server, &starttls), Code::StartTlsRefused);
    assert_eq!(server.record().lines(), ["EHLO [127.0.0.1]", "STARTTLS"]);

    let mut steps = script("220 ready\nC: EHLO\n250 x\nC: STARTTLS\n220 go");
    steps.push(Step::StartTls(server_config(Kind::Good)));
    steps.extend(script(
        "C: EHLO
        250-x
        250 AUTH PLAIN
        C: AUTH PLAIN
        235 in
        C: MAIL
        250 ok
        C: RCPT TO:<
        250 ok
        C: RSET
        250 ok",
    ));
    let server = Server::new(steps);
    assert_code(&climb(&server, &starttls), Code::Ok);
    server.record();
}

#[test]
fn smtp_without_user_name_or_offer_sends_without_login() {
    let sends = "C: MAIL FROM:<support@example.org>\n250 ok\nC: RCPT TO:<\n250 ok\nC: RSET\n250 ok\nC: QUIT";
    let server = smtp("250-AUTH LOGIN\r\n", sends);
    let nobody = MailServer {
        login: LoginMethod::None,
        ..target(Protocol::Smtp)
    };
    let ended = climb(&server, &nobody);
    assert_code(&ended, Code::Ok);
    assert_eq!(ended.cautions, []);
    server.record();

    let mut steps = script("220 ready\nC: EHLO\n250-x\n250 8BITMIME");
    steps.extend(script(sends));
    let server = Server::new(steps);
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::Ok);
    assert!(ended.cautions.contains(&TestCaution::NoLoginOffered));
    server.record();

    // It takes logins, and mail for others, after STARTTLS alone.
    let server = smtp("", "");
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::AuthUnavailable);
    assert_eq!(ended.advice, Some(Advice::NeedsEncryption));
    assert!(ended.cautions.contains(&TestCaution::LoginAfterStartTls));
    assert_eq!(server.record().lines(), ["EHLO [127.0.0.1]"]);
}

#[test]
fn smtp_says_helo_to_the_old_and_goes_without_a_method_we_know() {
    let server = Server::new(script(
        "220 ready
        C: EHLO [127.0.0.1]
        500 what?
        C: HELO [127.0.0.1]
        250 x
        C: MAIL
        250 ok
        C: RCPT TO:<
        250 ok
        C: RSET
        250 ok",
    ));
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::Ok);
    server.record();

    let server = smtp("250-AUTH GSSAPI\r\n", "");
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::AuthUnavailable);
    assert_eq!(ended.server_said, "GSSAPI");
    server.record();
}

#[test]
fn smtp_names_a_sender_that_is_refused() {
    let server = smtp(
        "250-AUTH PLAIN\r\n",
        "C: AUTH PLAIN
        235 in
        C: MAIL
        553 5.7.1 <support@example.org>: Sender address rejected: not owned by user support",
    );
    let ended = climb(&server, &target(Protocol::Smtp));
    assert_code(&ended, Code::SenderRefused);
    assert_eq!(ended.rung, Some(Rung::Sender));
    server.record();
}
