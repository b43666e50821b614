//! Proofs that the servers are what they claim to be, made with openssl, curl and bare dialogues.
//!
//! Nothing of the program under test is used here: what its probes are measured against must stand by itself.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::certificates::{Certificate, certificates};
use crate::dialogue::{Dialogue, quoted};
use crate::dovecot::{
    ACCOUNTS, Account, BARE, Behaviour, Dovecot, NO_LOGIN, ODD_PASSWORD, ODD_USER, SALES, SUPPORT,
};
use crate::guard::{Guard, await_some, run};
use crate::postfix::{Listener, Postfix};
use crate::servers::{dovecot, good_dovecot, postfix};

/// What openssl says of a server's certificate, asked for by this name: nothing, or the error.
fn verdict(host: &str, port: u16, name: &str, starttls: Option<&str>) -> String {
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-brief", "-verify_return_error", "-CAfile"])
        .arg(certificates().ca())
        .args(["-verify_hostname", name, "-connect"])
        .arg(format!("{host}:{port}"));
    if let Some(protocol) = starttls {
        command.args(["-starttls", protocol]);
    }
    let out = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    match text.lines().find(|line| line.starts_with("verify error")) {
        Some(error) => error.to_owned(),
        None if text.contains("Verification: OK") => String::new(),
        None => panic!("no TLS on {host}:{port}: {text}"),
    }
}

/// Logs in by curl, whose certificate checks are on; its exit code.
fn curl(url: &str, account: &Account, more: &[&str]) -> Option<i32> {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--max-time", "20", "--cacert"])
        .arg(certificates().ca())
        .arg("--user")
        .arg(format!("{}:{}", account.user, account.password))
        .args(more)
        .arg(url);
    command.stdout(Stdio::null()).status().unwrap().code()
}

const LOGIN_DENIED: Option<i32> = Some(67);

fn login(server: &Dovecot, user: &str, password: &str) -> String {
    let (mut imap, _) = Dialogue::greeted(server.host, server.imap).unwrap();
    imap.imap(&format!("LOGIN {} {}", quoted(user), quoted(password)))
}

fn pop3_login(server: &Dovecot, user: &str, password: &str) -> String {
    let (mut pop3, _) = Dialogue::greeted(server.host, server.pop3).unwrap();
    pop3.ask(&format!("USER {user}"), &["+OK"]);
    pop3.ask(&format!("PASS {password}"), &["+OK", "-ERR"])
}

#[test]
fn certificates_are_what_they_claim() {
    let ca = certificates().ca();
    let expected = [
        (Certificate::Good, "OK"),
        (Certificate::SelfSigned, "self-signed certificate"),
        (Certificate::Expired, "certificate has expired"),
        (Certificate::OtherName, "hostname mismatch"),
    ];
    for (kind, expected) in expected {
        let out = Command::new("openssl")
            .args(["verify", "-verify_hostname", "localhost", "-CAfile"])
            .arg(&ca)
            .arg(certificates().certificate(kind))
            .output()
            .unwrap();
        let said = [out.stdout, out.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains(expected), "{kind:?}: {said}");
        assert_eq!(out.status.success(), kind == Certificate::Good);
    }
    for address in ["127.0.0.1", "127.0.0.2"] {
        run(Command::new("openssl")
            .args(["verify", "-verify_ip", address, "-CAfile"])
            .arg(&ca)
            .arg(certificates().certificate(Certificate::Good)));
    }
}

#[test]
fn dovecot_shows_each_certificate_on_each_port() {
    let expected = [
        (Certificate::Good, ""),
        (Certificate::SelfSigned, "self-signed certificate"),
        (Certificate::Expired, "certificate has expired"),
        (Certificate::OtherName, "hostname mismatch"),
    ];
    for (kind, expected) in expected {
        let server = dovecot(Behaviour::Shows(kind));
        for (port, starttls) in [
            (server.imap, Some("imap")),
            (server.imaps, None),
            (server.pop3, Some("pop3")),
            (server.pop3s, None),
        ] {
            let said = verdict("localhost", port, "localhost", starttls);
            let right = match expected {
                "" => said.is_empty(),
                error => said.contains(error),
            };
            assert!(right, "{kind:?} {starttls:?}: {said}");
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

/// Sends a mail to an account by curl, whose certificate checks are on; curl's exit code.
fn send(url: &str, to: &Account, subject: &str, more: &[&str]) -> Option<i32> {
    let mut curl = Command::new("curl")
        .args(["--silent", "--max-time", "20", "--cacert"])
        .arg(certificates().ca())
        .args(["--mail-from", SALES.user, "--mail-rcpt", to.user])
        .args(["--upload-file", "-"])
        .args(more)
        .arg(url)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mail = format!("Subject: {subject}\r\n\r\nA mail of the tests.\r\n");
    curl.stdin
        .take()
        .unwrap()
        .write_all(mail.as_bytes())
        .unwrap();
    curl.wait().unwrap().code()
}

fn arrives(to: &Account, subject: &str) {
    let header = format!("Subject: {subject}\n");
    await_some(
        || format!("mail {subject:?} for {}\n{}", to.user, postfix().log()),
        || {
            let mails = good_dovecot().new_mail(to.user);
            mails.iter().any(|m| m.contains(&header)).then_some(())
        },
    );
}

#[test]
fn a_mail_sent_after_a_login_arrives() {
    let account = good_dovecot().own_account();
    let login = format!("{}:{}", account.user, account.password);
    for (number, (listener, scheme, more)) in [
        (Listener::Plain, "smtp", &[][..]),
        (
            Listener::Submission(Certificate::Good),
            "smtp",
            &["--ssl-reqd"],
        ),
        (Listener::Smtps(Certificate::Good), "smtps", &[]),
        (Listener::NoTls, "smtp", &[]),
        (Listener::LoginOnly, "smtp", &[]),
        (Listener::CramMd5, "smtp", &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let url = format!("{scheme}://localhost:{}/there", postfix().port(listener));
        let subject = format!("by {listener:?}");
        let more = [&["--user", &login], more].concat();
        assert_eq!(send(&url, &account, &subject, &more), Some(0), "{subject}");
        arrives(&account, &subject);
        assert_eq!(good_dovecot().attempts(account.user), number + 1);
    }
    let url = format!("imap://localhost:{}/INBOX?ALL", good_dovecot().imap);
    assert_eq!(curl(&url, &account, &["--fail"]), Some(0));
    let (mut imap, _) = Dialogue::greeted(good_dovecot().host, good_dovecot().imap).unwrap();
    imap.imap(&format!("LOGIN {} {}", account.user, account.password));
    let said = imap.imap("STATUS INBOX (MESSAGES)");
    assert!(said.contains("MESSAGES 6"), "{said}");
}

#[test]
fn a_wrong_password_is_refused_by_postfix_and_counted_once() {
    let account = good_dovecot().own_account();
    let (mut smtp, _) = Dialogue::greeted(postfix().host, postfix().port(Listener::NoTls)).unwrap();
    smtp.ask("EHLO there", &["250 "]);
    // In base64: nothing, user, wrong password.
    let response = run(Command::new("sh").args([
        "-c",
        "printf '\\0%s\\0wrong' \"$1\" | openssl base64 -A",
        "sh",
        account.user,
    ]));
    let said = smtp.ask(&format!("AUTH PLAIN {response}"), &["2", "5", "4"]);
    assert!(said.starts_with("535 5.7.8"), "{said}");
    assert_eq!(good_dovecot().attempts(account.user), 1);
}

#[test]
fn each_port_of_postfix_offers_what_it_claims() {
    for listener in Listener::ALL {
        if matches!(listener, Listener::Smtps(_)) {
            continue;
        }
        let (mut smtp, greeting) =
            Dialogue::greeted(postfix().host, postfix().port(listener)).unwrap();
        assert!(greeting.starts_with("220 "), "{greeting}");
        let said = smtp.ask("EHLO there", &["250 "]);
        let starttls = said.contains("STARTTLS");
        let auth = said
            .lines()
            .find_map(|line| line.get(4..)?.strip_prefix("AUTH "));
        let mut auth: Vec<&str> = auth.unwrap_or_default().split_whitespace().collect();
        auth.sort_unstable();
        let expected = match listener {
            Listener::Plain => (true, vec!["LOGIN", "PLAIN"]),
            Listener::NoTls => (false, vec!["LOGIN", "PLAIN"]),
            Listener::LoginOnly => (false, vec!["LOGIN"]),
            Listener::CramMd5 => (false, vec!["CRAM-MD5", "LOGIN", "PLAIN"]),
            Listener::Submission(_) | Listener::NoAuth | Listener::Smtps(_) => (true, vec![]),
        };
        assert_eq!((starttls, auth), expected, "{listener:?}: {said}");
    }
}

#[test]
fn postfix_shows_each_certificate() {
    for (kind, expected) in [
        (Certificate::Good, ""),
        (Certificate::SelfSigned, "self-signed certificate"),
        (Certificate::Expired, "certificate has expired"),
        (Certificate::OtherName, "hostname mismatch"),
    ] {
        for (listener, starttls) in [
            (Listener::Submission(kind), Some("smtp")),
            (Listener::Smtps(kind), None),
        ] {
            let port = postfix().port(listener);
            let said = verdict("localhost", port, "localhost", starttls);
            let right = match expected {
                "" => said.is_empty(),
                error => said.contains(error),
            };
            assert!(right, "{listener:?}: {said}");
        }
    }
}

#[test]
fn without_auth_mail_is_taken_for_the_accounts_alone() {
    let account = good_dovecot().own_account();
    let elsewhere = Account {
        user: "somebody@elsewhere.example",
        ..account
    };
    let url = format!(
        "smtp://localhost:{}/there",
        postfix().port(Listener::NoAuth)
    );
    assert_eq!(send(&url, &account, "unasked", &["--ssl-reqd"]), Some(0));
    arrives(&account, "unasked");
    // Curl's word for a command that was refused.
    assert_eq!(send(&url, &elsewhere, "out", &["--ssl-reqd"]), Some(55));
    assert_eq!(good_dovecot().attempts(account.user), 0);
}

/// Ends a server and looks for what is left of it.
fn leaves_nothing<T>(server: T, guard: fn(&T) -> &Guard, at_least: usize) {
    let folder = guard(&server).folder.clone();
    let processes = guard(&server).processes();
    assert!(processes.len() >= at_least, "{processes:?}");
    drop(server);
    assert!(!folder.exists());
    await_some(
        || format!("the end of all of {processes:?}"),
        || {
            let left = processes.iter().filter(|&&pid| is_alive(pid)).count();
            (left == 0).then_some(())
        },
    );
}

#[test]
fn nothing_is_left_of_a_server() {
    let dovecot = Dovecot::start(Behaviour::Shows(Certificate::Good));
    assert!(login(&dovecot, SUPPORT.user, SUPPORT.password).contains("a OK"));
    let postfix = Postfix::start(&dovecot);
    // The guard, master, and its children for the log and a client.
    leaves_nothing(postfix, Postfix::guard, 4);
    // The guard, Dovecot, and its children for the log, settings, passwords and logins.
    leaves_nothing(dovecot, Dovecot::guard, 6);
}

/// A process that ended and that nobody has asked about is not alive.
fn is_alive(pid: i32) -> bool {
    procfs::process::Process::new(pid)
        .and_then(|process| process.stat())
        .is_ok_and(|stat| stat.state != 'Z')
}
