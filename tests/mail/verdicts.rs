//! `test` on an install with more than twenty mailboxes: every encryption code, right and wrong passwords, every kind of
//! certificate, the wrong modes; every verdict against what the server is known to do.

use serde_json::Value as Json;

use crate::certificates::{Certificate, certificates};
use crate::dovecot::{Account, Behaviour, NO_LOGIN, ODD_PASSWORD, ODD_USER};
use crate::guard::free_port;
use crate::install::{Install, Mailbox};
use crate::postfix::Listener;
use crate::servers::{dovecot, good_dovecot, postfix};

const IMAP: i64 = 1;
const POP3: i64 = 2;
const NONE: i64 = 1;
const SSL: i64 = 2;
const TLS: i64 = 3;
const STARTTLS: i64 = 4;

fn login(account: &Account) -> (String, String) {
    (account.user.to_owned(), account.password.to_owned())
}

/// Fetches by IMAP over TLS, sends by STARTTLS, from servers with nothing wrong.
pub fn good(account: &Account) -> Mailbox {
    Mailbox {
        email: account.user.to_owned(),
        in_protocol: IMAP,
        in_server: "localhost".to_owned(),
        in_port: good_dovecot().imaps,
        in_encryption: SSL,
        in_validate_cert: true,
        in_folders: None,
        in_login: login(account),
        out_method: 3,
        out_server: "localhost".to_owned(),
        out_port: postfix().port(Listener::Submission(Certificate::Good)),
        out_encryption: TLS,
        out_login: login(account),
    }
}

/// A mailbox, and what is expected of both directions: the code, and a part of the cautions or of the server's words.
struct Case {
    what: &'static str,
    mailbox: Mailbox,
    incoming: (&'static str, &'static str),
    outgoing: (&'static str, &'static str),
}

fn shows(certificate: Certificate) -> &'static crate::dovecot::Dovecot {
    dovecot(Behaviour::Shows(certificate))
}

fn cases() -> Vec<Case> {
    let own = || good(&good_dovecot().own_account());
    let smtp = |listener, code| Mailbox {
        out_port: postfix().port(listener),
        out_encryption: code,
        ..own()
    };
    let imap = |port, code| Mailbox {
        in_port: port,
        in_encryption: code,
        ..own()
    };
    // Accounts of the other Dovecots are their own.
    let certificate = |certificate, validate, listener, code| {
        let server = shows(certificate);
        Mailbox {
            in_port: server.imaps,
            in_validate_cert: validate,
            in_login: login(&server.own_account()),
            ..smtp(listener, code)
        }
    };
    let pop3 = |port, code, listener, out_code| Mailbox {
        in_protocol: POP3,
        in_port: port,
        in_encryption: code,
        ..smtp(listener, out_code)
    };
    let case = |what, mailbox, incoming, outgoing| Case {
        what,
        mailbox,
        incoming,
        outgoing,
    };
    let wrong = |mailbox: Mailbox| Mailbox {
        in_login: (mailbox.in_login.0.clone(), "wrong".to_owned()),
        out_login: (mailbox.out_login.0.clone(), "wrong".to_owned()),
        ..mailbox
    };
    let (dove, ok) = (good_dovecot(), ("ok", ""));
    use Certificate::{Expired, Good, OtherName, SelfSigned};
    use Listener::{CramMd5, LoginOnly, NoAuth, NoTls, Plain, Smtps, Submission};
    vec![
        case("IMAP SSL; SMTP TLS", own(), ok, ok),
        case(
            "IMAP TLS, the same as SSL; SMTP SSL",
            Mailbox {
                in_encryption: TLS,
                ..smtp(Smtps(Good), SSL)
            },
            ok,
            ok,
        ),
        case(
            "IMAP STARTTLS; SMTP none, though both are offered",
            Mailbox {
                in_port: dove.imap,
                in_encryption: STARTTLS,
                ..smtp(Plain, NONE)
            },
            ok,
            ("ok", "unencrypted"),
        ),
        case(
            "IMAP none; SMTP none",
            Mailbox {
                in_port: dove.imap,
                in_encryption: NONE,
                ..smtp(NoTls, NONE)
            },
            ("ok", "unencrypted"),
            ("ok", "unencrypted"),
        ),
        case(
            "self-signed, checked; SMTP never checks",
            certificate(SelfSigned, true, Smtps(SelfSigned), SSL),
            ("cert_untrusted", ""),
            ("ok", "signed itself"),
        ),
        case(
            "self-signed, not checked",
            certificate(SelfSigned, false, Submission(SelfSigned), TLS),
            ("ok", "signed itself"),
            ("ok", "signed itself"),
        ),
        case(
            "expired, checked",
            certificate(Expired, true, Smtps(Expired), SSL),
            ("cert_expired", ""),
            ("ok", "has expired"),
        ),
        case(
            "expired, not checked",
            certificate(Expired, false, Submission(Expired), TLS),
            ("ok", "has expired"),
            ("ok", "has expired"),
        ),
        case(
            "another name, checked",
            certificate(OtherName, true, Smtps(OtherName), SSL),
            ("cert_name", "other.example"),
            ("ok", "other.example"),
        ),
        case(
            "another name, not checked",
            certificate(OtherName, false, Submission(OtherName), TLS),
            ("ok", "other.example"),
            ("ok", "other.example"),
        ),
        case(
            "STARTTLS, expired, checked",
            Mailbox {
                in_port: shows(Expired).imap,
                in_encryption: STARTTLS,
                in_login: login(&shows(Expired).own_account()),
                ..smtp(CramMd5, NONE)
            },
            ("cert_expired", ""),
            ("ok", "unencrypted"),
        ),
        case(
            "POP3 SSL; AUTH LOGIN alone",
            pop3(dove.pop3s, SSL, LoginOnly, NONE),
            ok,
            ("ok", "unencrypted"),
        ),
        case(
            "POP3 TLS; no AUTH offered",
            pop3(dove.pop3s, TLS, NoAuth, TLS),
            ok,
            ("ok", "offers no login"),
        ),
        case(
            "POP3 none; no user name, no login",
            Mailbox {
                out_login: (String::new(), String::new()),
                ..pop3(dove.pop3, NONE, NoAuth, TLS)
            },
            ("ok", "unencrypted"),
            ok,
        ),
        case(
            "POP3 \"STARTTLS\" is in the clear; PHP mail",
            Mailbox {
                out_method: 1,
                ..pop3(dove.pop3, STARTTLS, Plain, NONE)
            },
            ("ok", "does not support STARTTLS for POP3"),
            ("not_needed", ""),
        ),
        case(
            "POP3 with APOP's timestamp; sendmail",
            Mailbox {
                out_method: 2,
                in_login: login(&dovecot(Behaviour::Apop).own_account()),
                ..pop3(dovecot(Behaviour::Apop).pop3, NONE, Plain, NONE)
            },
            ("ok", "unencrypted"),
            ("not_needed", ""),
        ),
        case(
            "a wrong password, the same both ways",
            wrong(own()),
            ("auth_rejected", "AUTHENTICATIONFAILED"),
            ("same_as_before", ""),
        ),
        case(
            "a wrong password by POP3 alone",
            Mailbox {
                in_login: (own().in_login.0, "wrong".to_owned()),
                ..pop3(dove.pop3s, SSL, Submission(Good), TLS)
            },
            ("auth_rejected", "-ERR"),
            ok,
        ),
        case(
            "a wrong password by SMTP alone",
            Mailbox {
                out_login: (own().out_login.0, "wrong".to_owned()),
                ..own()
            },
            ok,
            ("auth_rejected", "535"),
        ),
        case(
            "a password with every odd character",
            good(&ODD_PASSWORD),
            ok,
            ok,
        ),
        case(
            "a user name with every odd character",
            Mailbox {
                email: "odd@test.example".to_owned(),
                ..good(&ODD_USER)
            },
            ok,
            ok,
        ),
        case(
            "an account that is closed",
            Mailbox {
                out_method: 1,
                ..good(&NO_LOGIN)
            },
            ("service_disabled", "CONTACTADMIN"),
            ("not_needed", ""),
        ),
        case(
            "TLS on plain ports",
            Mailbox {
                out_port: postfix().port(NoTls),
                out_encryption: SSL,
                ..imap(dove.imap, SSL)
            },
            ("tls_wrong_mode", ""),
            ("tls_wrong_mode", ""),
        ),
        case(
            "plain text on TLS ports",
            Mailbox {
                in_port: dove.imaps,
                in_encryption: NONE,
                ..smtp(Smtps(Good), TLS)
            },
            ("tls_wrong_mode", ""),
            ("tls_wrong_mode", ""),
        ),
        case(
            "STARTTLS that is not offered",
            Mailbox {
                in_port: dovecot(Behaviour::NoTls).imap,
                in_encryption: STARTTLS,
                ..smtp(NoTls, TLS)
            },
            ("starttls_refused", "BAD"),
            ("starttls_refused", "502"),
        ),
        case(
            "logins only over an encrypted connection",
            Mailbox {
                in_server: "127.0.0.2".to_owned(),
                in_port: dovecot(Behaviour::TlsBeforeLogin).imap,
                in_encryption: NONE,
                ..smtp(Submission(Good), NONE)
            },
            ("auth_unavailable", "PRIVACYREQUIRED"),
            ("auth_unavailable", "STARTTLS"),
        ),
        case(
            "a folder that is not there; nobody listens",
            Mailbox {
                in_folders: Some(r#"["INBOX","Gel\u00f6schte"]"#),
                out_port: free_port(good_dovecot().host),
                ..own()
            },
            ("folder_missing", "is not in the list: INBOX"),
            ("refused", ""),
        ),
        case(
            "no such host; no server",
            Mailbox {
                in_server: "mail.invalid".to_owned(),
                out_server: String::new(),
                ..own()
            },
            ("dns", ""),
            ("not_configured", ""),
        ),
    ]
}

/// The result of one direction.
pub fn result(results: &[Json], mailbox: usize, direction: &str) -> Json {
    let found = results
        .iter()
        .find(|r| r["mailbox"] == mailbox && r["direction"] == direction);
    found
        .cloned()
        .unwrap_or_else(|| panic!("mailbox {mailbox} {direction} is missing"))
}

#[test]
fn every_verdict_is_right() {
    let cases = cases();
    assert!(cases.len() >= 20);
    let mailboxes: Vec<Mailbox> = cases.iter().map(|c| c.mailbox.clone()).collect();
    let install = Install::with(&mailboxes);
    let system = good_dovecot().own_account();
    let port = postfix().port(Listener::Smtps(Certificate::Good));
    install.set_system_mail("localhost", port, (system.user, system.password));
    let (code, results) = install.test(&["--concurrency", "16", "--per-server", "8"]);
    assert_eq!(code, 2, "some do not work");
    assert_eq!(results.len(), 2 * cases.len() + 1);
    let mut wrong = Vec::new();
    for (id, case) in (1..).zip(&cases) {
        for (direction, (code, hint)) in [("incoming", case.incoming), ("outgoing", case.outgoing)]
        {
            let result = result(&results, id, direction);
            let text = result.to_string();
            println!("{:<55} {direction} {}", case.what, result["code"]);
            if result["code"] != code || !text.contains(hint) {
                wrong.push(format!(
                    "{} {direction}: {code} {hint:?} was expected: {text}",
                    case.what
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let system = results.iter().find(|r| r["mailbox"].is_null()).unwrap();
    assert_eq!(system["code"], "ok", "{system}");
    assert!(
        !results.iter().any(|r| r.to_string().contains("-password-")),
        "a password is in the results"
    );
}

#[test]
fn openssl_waits_at_no_pipe_and_takes_no_settings_of_its_own() {
    let account = good_dovecot().own_account();
    let install = Install::with(&[good(&account)]);
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    // PHP sets its own versions and ciphers over these.
    let narrow = folder.path().join("openssl.cnf");
    let text = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMaxProtocol = TLSv1.1\n";
    std::fs::write(&narrow, text).unwrap();
    for file in [&pipe, &narrow] {
        let mut command = std::process::Command::new("timeout");
        command.args([
            "60",
            env!("CARGO_BIN_EXE_freescout-rescue"),
            "test",
            "--json",
        ]);
        command.env("OPENSSL_CONF", file);
        let (_, out, err) = install.run_by(command, &certificates().ca(), &[]);
        let read: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        let results = read["results"].as_array().unwrap().clone();
        assert_eq!(result(&results, 1, "incoming")["code"], "ok", "{results:?}");
    }
}

#[test]
fn a_ladder_has_its_rungs_in_order() {
    let account = good_dovecot().own_account();
    let mailbox = Mailbox {
        in_port: good_dovecot().imap,
        in_encryption: STARTTLS,
        ..good(&account)
    };
    let (code, results) = Install::with(&[mailbox]).test(&[]);
    assert_eq!(code, 0, "{results:?}");
    let rungs = |direction| -> Vec<String> {
        let ladder = result(&results, 1, direction)["ladder"].clone();
        let ladder = ladder.as_array().unwrap().iter();
        ladder
            .map(|r| r["rung"].as_str().unwrap().to_owned())
            .collect()
    };
    let way = [
        "dns",
        "tcp",
        "greeting",
        "starttls",
        "tls",
        "authentication",
    ];
    assert_eq!(rungs("incoming"), [&way[..], &["folder"]].concat());
    assert_eq!(rungs("outgoing"), [&way[..], &["sender"]].concat());
    let text = result(&results, 1, "incoming").to_string();
    for part in ["TLSv1.2", "d left", "mail.test.example", "INBOX 0 emails"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_mail_to_itself_is_found_timed_and_removed() {
    let accounts = [good_dovecot().own_account(), good_dovecot().own_account()];
    let install = Install::with(&accounts.each_ref().map(good));
    let (code, results) = install.test(&["--send"]);
    assert_eq!(code, 0, "{results:?}");
    for (id, account) in (1..).zip(&accounts) {
        let journey = &result(&results, id, "incoming")["journey"];
        assert_eq!(journey["verdict"], "ok", "{journey}");
        assert_eq!(journey["removed"], true, "{journey}");
        assert!(journey["ms"].as_u64().is_some());
        assert_eq!(
            good_dovecot().new_mail(account.user),
            Vec::<String>::new(),
            "left behind"
        );
    }
}

#[test]
fn one_mailbox_alone_by_id_or_address() {
    let account = good_dovecot().own_account();
    let install = Install::with(&[good(&good_dovecot().own_account()), good(&account)]);
    for name in ["2", account.user] {
        let (code, results) = install.test(&["--mailbox", name]);
        assert_eq!((code, results.len()), (0, 2));
        assert!(results.iter().all(|r| r["mailbox"] == 2));
    }
    let (code, _, err) = install.run(&["test", "--mailbox", "nobody@test.example"]);
    assert_eq!(code, 3);
    assert!(err.contains("nobody@test.example"), "{err}");
}

#[test]
fn a_wrong_password_is_sent_once_however_many_mailboxes_hold_it() {
    let account = good_dovecot().own_account();
    let wrong = |email: &str| Mailbox {
        email: email.to_owned(),
        in_login: (account.user.to_owned(), "wrong".to_owned()),
        out_login: (account.user.to_owned(), "wrong".to_owned()),
        ..good(&account)
    };
    let install = Install::with(&["a@x.example", "b@x.example", "c@x.example"].map(wrong));
    let (code, results) = install.test(&["--concurrency", "16", "--per-server", "16"]);
    assert_eq!(code, 2);
    let count = |code: &str| results.iter().filter(|r| r["code"] == code).count();
    assert_eq!((count("auth_rejected"), count("same_as_before")), (1, 5));
    assert_eq!(good_dovecot().attempts(account.user), 1);
}

#[test]
fn recover_tests_afterwards_unless_it_is_told_not_to() {
    let account = good_dovecot().own_account();
    for (more, attempts) in [(&["--no-test"][..], 0), (&[], 2)] {
        let install = Install::with(&[good(&account)]);
        let arguments = ["recover", "--yes", "--json", "--no-artisan"];
        let (_, out, err) = install.run(&[&arguments, more].concat());
        let json: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        assert_eq!(json["connections"].is_array(), attempts > 0, "{out}");
        assert_eq!(good_dovecot().attempts(account.user), attempts);
    }
}

#[test]
fn recover_ends_with_the_state_of_the_mail() {
    let (fine, changed) = (good_dovecot().own_account(), good_dovecot().own_account());
    let mut mailboxes = [fine, changed].each_ref().map(good);
    mailboxes[1].in_login.1 = "wrong".to_owned();
    mailboxes[1].out_login.1 = "wrong".to_owned();
    let install = Install::with(&mailboxes);
    let recover = ["recover", "--yes", "--no-artisan", "--strategy", "fresh"];
    let (code, out, err) = install.run(&recover);
    assert_eq!(code, 0, "all is readable: {out}{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("Done (fresh). "), "{out}");
    assert_eq!(
        lines[1],
        "! FreeScout can read 4 of 4 secrets; 2 of 4 connections proven by a login, 1 failed, 1 not tried."
    );
    assert!(lines[2].starts_with("To undo it: "), "{out}");
    let at = |text: &str| lines.iter().position(|l| l.contains(text));
    let (attention, order) = (at("What needs attention"), at("What works"));
    assert!(
        attention < at("✗ login refused") && at("✗ login refused") < order,
        "{out}"
    );
    assert!(at("○ not tried") < order && order < at("✓ works"), "{out}");
    // The exit code does not say it.
    let last = "Recovered, but 1 of 4 logins fail: login refused (1).";
    assert_eq!(lines.last(), Some(&last));
    let install = Install::with(&[good(&fine)]);
    let (_, out, _) = install.run(&[&recover[..], &["--no-test"]].concat());
    assert!(
        out.contains("! FreeScout can read 2 of 2 secrets; no login was tested."),
        "{out}"
    );
}
