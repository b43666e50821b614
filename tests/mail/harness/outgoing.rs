//! Proofs about Postfix: what each port offers, who may send, and that what is sent arrives.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{VERDICTS, curl, verdict};
use crate::certificates::{Certificate, certificates};
use crate::dialogue::Dialogue;
use crate::dovecot::{Account, SALES};
use crate::guard::{await_some, run};
use crate::postfix::Listener;
use crate::servers::{good_dovecot, postfix};

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
            Listener::NoTls | Listener::OwnSenders | Listener::Later | Listener::RefusesAtOnce => {
                (false, vec!["LOGIN", "PLAIN"])
            }
            Listener::LoginOnly => (false, vec!["LOGIN"]),
            Listener::CramMd5 => (false, vec!["CRAM-MD5", "LOGIN", "PLAIN"]),
            Listener::Submission(_) | Listener::NoAuth | Listener::Smtps(_) => (true, vec![]),
        };
        assert_eq!((starttls, auth), expected, "{listener:?}: {said}");
    }
}

#[test]
fn postfix_shows_each_certificate() {
    for (kind, expected) in VERDICTS {
        for (listener, starttls) in [
            (Listener::Submission(kind), Some("smtp")),
            (Listener::Smtps(kind), None),
        ] {
            let port = postfix().port(listener);
            let said = verdict("localhost", port, "localhost", starttls);
            assert!(said.contains(expected), "{listener:?}: {said}");
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
