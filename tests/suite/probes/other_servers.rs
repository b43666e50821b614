//! A server that is not the configured one: what hosters put in the way of mail connections.

use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::{MailServer, Protocol, Security};

use super::certificates::{Kind, server_config};
use super::{assert_code, climb, target};
use crate::scripted::{Server, Step, script};

/// A hoster's server that offers a login.
fn exim(then: &'static str) -> Vec<Step> {
    let greeting = "220-web7.hoster.example ESMTP Exim 4.97.1
        220 We do not authorize bulk e-mail.
        C: EHLO
        250-web7.hoster.example
        250 AUTH PLAIN
        C: AUTH";
    [script(greeting), script(then)].concat()
}

fn gmail(protocol: Protocol) -> MailServer {
    MailServer {
        host: match protocol {
            Protocol::Smtp => "smtp.gmail.com",
            _ => "imap.gmail.com",
        }
        .to_owned(),
        ..target(protocol)
    }
}

#[test]
fn its_refusal_condemns_no_password_and_it_is_named() {
    let server = Server::new(exim("535 Incorrect authentication data"));
    let ended = climb(&server, &gmail(Protocol::Smtp));
    assert_code(&ended, Code::OtherServer);
    assert_eq!(ended.advice, Some(Advice::OtherServer));
    assert_eq!(ended.answered_by, "web7.hoster.example");
    assert_eq!(ended.server_said, "535 Incorrect authentication data");
    assert_eq!(ended.rung, Some(Rung::Authentication));
    assert!(!ended.condemns_password());
    // Nor is it sent there again unasked.
    assert!(ended.stands());
}

/// Some hosters' servers greet with no name at all.
#[test]
fn its_answer_to_ehlo_names_it_too() {
    let server = Server::new(script(
        "220 ESMTP ready
        C: EHLO
        250-web7.hoster.example Hello [127.0.0.1]
        250 AUTH PLAIN
        C: AUTH
        535 Incorrect authentication data",
    ));
    let ended = climb(&server, &gmail(Protocol::Smtp));
    assert_code(&ended, Code::OtherServer);
    assert_eq!(ended.answered_by, "web7.hoster.example");
    assert!(!ended.condemns_password());
}

#[test]
fn its_certificate_is_not_to_be_entered_as_the_servers_name() {
    let server = Server::new(vec![Step::StartTls(server_config(Kind::OtherName))]);
    let ended = climb(
        &server,
        &MailServer {
            security: Security::Implicit,
            checks_certificate: true,
            ..gmail(Protocol::Imap)
        },
    );
    assert_code(&ended, Code::OtherServer);
    assert_eq!(ended.answered_by, "*.hoster.example");
    assert_eq!(ended.rung, Some(Rung::Tls));
    assert!(!ended.stands());
}

#[test]
fn what_it_takes_works_for_freescout_too() {
    let server = Server::new(exim(
        "235 in\nC: MAIL\n250 ok\nC: RCPT TO:<\n250 ok\nC: RSET",
    ));
    let ended = climb(&server, &gmail(Protocol::Smtp));
    assert_code(&ended, Code::Ok);
    assert!(ended.answered_by.is_empty());
}

#[test]
fn a_server_of_nobody_we_know_may_be_called_anything() {
    let server = Server::new(exim("535 Incorrect authentication data"));
    assert_code(&climb(&server, &target(Protocol::Smtp)), Code::AuthRejected);
}
