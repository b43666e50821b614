//! Proofs about Dovecot: who gets in by IMAP and POP3, what is offered, what is counted.

use super::{LOGIN_DENIED, VERDICTS, curl, login, verdict};
use crate::certificates::Certificate;
use crate::dialogue::Dialogue;
use crate::dovecot::{
    ACCOUNTS, Account, BARE, Behaviour, Dovecot, NO_LOGIN, ODD_PASSWORD, ODD_USER, SALES, SUPPORT,
};
use crate::servers::{dovecot, good_dovecot};

#[test]
fn dovecot_shows_each_certificate_on_each_port() {
    for (kind, expected) in VERDICTS {
        let server = dovecot(Behaviour::Shows(kind));
        for (port, starttls) in [
            (server.imap, Some("imap")),
            (server.imaps, None),
            (server.pop3, Some("pop3")),
            (server.pop3s, None),
        ] {
            let said = verdict("localhost", port, "localhost", starttls);
            assert!(said.contains(expected), "{kind:?} {starttls:?}: {said}");
        }
    }
}

#[test]
fn the_right_password_logs_in_by_every_way() {
    let server = good_dovecot();
    let host = server.host;
    for (url, more) in [
        (format!("imap://{host}:{}/INBOX", server.imap), &[][..]),
        (
            format!("imap://localhost:{}/INBOX", server.imap),
            &["--ssl-reqd"],
        ),
        (format!("imaps://localhost:{}/INBOX", server.imaps), &[]),
        (format!("pop3://{host}:{}/", server.pop3), &[]),
        (
            format!("pop3://localhost:{}/", server.pop3),
            &["--ssl-reqd"],
        ),
        (format!("pop3s://localhost:{}/", server.pop3s), &[]),
    ] {
        assert_eq!(curl(&url, &SUPPORT, more), Some(0), "{url}");
        let wrong = Account {
            password: "wrong",
            ..SUPPORT
        };
        assert_eq!(curl(&url, &wrong, more), LOGIN_DENIED, "{url}");
    }
}

#[test]
fn every_account_has_its_password() {
    let server = good_dovecot();
    for account in ACCOUNTS {
        if account.user != NO_LOGIN.user {
            let said = login(server, account.user, account.password);
            assert!(said.contains("a OK"), "{account:?}: {said}");
            let said = pop3_login(server, account.user, account.password);
            assert!(said.starts_with("+OK"), "{account:?}: {said}");
        }
    }
}

#[test]
fn a_closed_account_is_refused_with_its_reason() {
    let said = login(good_dovecot(), NO_LOGIN.user, NO_LOGIN.password);
    assert!(said.contains("a NO "), "{said}");
    assert!(said.contains("This_account_is_closed"), "{said}");
}

#[test]
fn each_attempt_is_counted_once() {
    for behaviour in [
        Behaviour::Shows(Certificate::Good),
        Behaviour::NoTls,
        Behaviour::Apop,
    ] {
        let server = dovecot(behaviour);
        let account = server.own_account();
        assert_eq!(server.attempts(account.user), 0);
        assert!(login(server, account.user, account.password).contains("a OK"));
        assert_eq!(server.attempts(account.user), 1);
        assert!(login(server, account.user, "wrong").contains("a NO"));
        assert_eq!(server.attempts(account.user), 2);
        assert!(pop3_login(server, account.user, "wrong").starts_with("-ERR"));
        assert_eq!(server.attempts(account.user), 3);
        assert!(login(server, "nobody@test.example", "x").contains("a NO"));
        assert_eq!(server.attempts("nobody@test.example"), 1);
        assert_eq!(server.attempts(account.user), 3);
    }
}

#[test]
fn odd_users_are_counted_by_their_names() {
    let server = Dovecot::start(Behaviour::NoTls);
    for account in [ODD_USER, ODD_PASSWORD, BARE] {
        assert!(login(&server, account.user, account.password).contains("a OK"));
        assert_eq!(server.attempts(account.user), 1, "{}", account.user);
    }
}

#[test]
fn starttls_is_offered_required_or_not_there() {
    let capabilities = |behaviour| {
        let server = dovecot(behaviour);
        let (mut imap, _) = Dialogue::greeted(server.host, server.imap).unwrap();
        let (mut pop3, _) = Dialogue::greeted(server.host, server.pop3).unwrap();
        (imap.imap("CAPABILITY"), pop3.ask("CAPA", &["."]))
    };
    let (imap, pop3) = capabilities(Behaviour::Shows(Certificate::Good));
    assert!(imap.contains("STARTTLS") && !imap.contains("LOGINDISABLED"));
    assert!(pop3.contains("STLS") && pop3.contains("USER"));
    let (imap, pop3) = capabilities(Behaviour::TlsBeforeLogin);
    assert!(imap.contains("STARTTLS") && imap.contains("LOGINDISABLED"));
    assert!(pop3.contains("STLS") && !pop3.contains("USER"));
    let (imap, pop3) = capabilities(Behaviour::NoTls);
    assert!(!imap.contains("STARTTLS") && !imap.contains("LOGINDISABLED"));
    assert!(!pop3.contains("STLS") && pop3.contains("USER"));
}

#[test]
fn a_login_before_tls_is_refused_and_reaches_no_password() {
    let server = dovecot(Behaviour::TlsBeforeLogin);
    let account = server.own_account();
    let said = login(server, account.user, account.password);
    assert!(said.contains("a NO [PRIVACYREQUIRED]"), "{said}");
    assert_eq!(server.attempts(account.user), 0);
    let url = format!("imap://127.0.0.2:{}/INBOX", server.imap);
    assert_eq!(curl(&url, &account, &["--ssl-reqd"]), Some(0));
    assert_eq!(server.attempts(account.user), 1);
}

#[test]
fn without_tls_starttls_is_refused_and_the_ports_are_closed() {
    let server = dovecot(Behaviour::NoTls);
    let (mut imap, _) = Dialogue::greeted(server.host, server.imap).unwrap();
    assert!(imap.imap("STARTTLS").contains("a BAD"));
    let (mut pop3, _) = Dialogue::greeted(server.host, server.pop3).unwrap();
    assert!(pop3.ask("STLS", &["+OK", "-ERR"]).starts_with("-ERR"));
    for port in [server.imaps, server.pop3s] {
        let refused = std::net::TcpStream::connect((server.host, port)).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}

#[test]
fn a_stamp_for_apop_is_in_the_greeting_where_claimed() {
    for (behaviour, stamped) in [
        (Behaviour::Apop, true),
        (Behaviour::Shows(Certificate::Good), false),
    ] {
        let server = dovecot(behaviour);
        let (_, greeting) = Dialogue::greeted(server.host, server.pop3).unwrap();
        assert_eq!(
            greeting.contains('<') && greeting.contains('@'),
            stamped,
            "{greeting}"
        );
        let said = pop3_login(server, SALES.user, SALES.password);
        assert!(said.starts_with("+OK"), "{said}");
    }
}

#[test]
fn a_second_connection_is_refused_where_claimed() {
    let server = dovecot(Behaviour::OneConnection);
    let (mut first, _) = Dialogue::greeted(server.host, server.imap).unwrap();
    let command = format!("LOGIN {} {}", SALES.user, SALES.password);
    assert!(first.imap(&command).contains("a OK"));
    let (mut second, _) = Dialogue::greeted(server.host, server.imap).unwrap();
    let said = second.imap(&command);
    assert!(said.contains("a NO [LIMIT]"), "{said}");
}

#[test]
fn sixteen_may_log_in_at_once() {
    let server = good_dovecot();
    let open: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let (mut imap, _) = Dialogue::greeted(server.host, server.imap).unwrap();
                    let said = imap.imap(&format!("LOGIN {} {}", SALES.user, SALES.password));
                    assert!(said.contains("a OK"), "{said}");
                    imap
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(open.len(), 16);
}

fn pop3_login(server: &Dovecot, user: &str, password: &str) -> String {
    let (mut pop3, _) = Dialogue::greeted(server.host, server.pop3).unwrap();
    pop3.ask(&format!("USER {user}"), &["+OK"]);
    pop3.ask(&format!("PASS {password}"), &["+OK", "-ERR"])
}
