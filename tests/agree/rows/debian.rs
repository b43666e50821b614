//! Rows at real servers: Debian's Dovecot, Postfix, Exim, Courier and Cyrus.

use std::fs;
use std::path::Path;

use crate::certificates::Certificate;
use crate::dovecot::{BARE, Behaviour, Dovecot, LONG_PASSWORD, NO_LOGIN, ODD_PASSWORD, ODD_USER};
use crate::guard::give;
use crate::postfix::{Listener, Postfix};
use crate::roots::{COURIER, CYRUS, EXIM, Server};
use crate::row::{Imap, NONE, Pop3, Row, SSL, STARTTLS, Smtp, TLS, row};

const CERTIFICATES: [(Certificate, &str); 4] = [
    (Certificate::Good, "good"),
    (Certificate::SelfSigned, "self-signed"),
    (Certificate::Expired, "expired"),
    (Certificate::OtherName, "another name"),
];

/// The rows, and the servers, which end when this is dropped.
pub struct Debian {
    pub rows: Vec<Row>,
    _dovecots: Vec<Dovecot>,
    _postfix: Postfix,
    _others: [Server; 3],
}

pub fn start() -> Debian {
    let others = std::thread::scope(|scope| {
        [&EXIM, &COURIER, &CYRUS]
            .map(|kind| scope.spawn(|| Server::start(kind)))
            .map(|thread| thread.join().unwrap())
    });
    let behaviours = [Behaviour::TlsBeforeLogin, Behaviour::NoTls, Behaviour::Apop];
    let shows = CERTIFICATES.map(|(certificate, _)| Behaviour::Shows(certificate));
    let dovecots: Vec<Dovecot> = shows
        .into_iter()
        .chain(behaviours)
        .map(Dovecot::start)
        .collect();
    let postfix = Postfix::start(&dovecots[0]);
    let mut rows = Vec::new();
    for (server, (_, name)) in dovecots.iter().zip(CERTIFICATES) {
        rows.extend(certificate(server, name));
    }
    rows.extend(dovecot(&dovecots[0]));
    rows.extend(strict(&dovecots[4], &dovecots[5], &dovecots[6]));
    rows.extend(postfixes(&postfix, &dovecots[0]));
    rows.extend(exim(&others[0].ports));
    rows.extend(courier(&others[1].ports));
    rows.extend(cyrus(&others[2].ports));
    Debian {
        rows,
        _dovecots: dovecots,
        _postfix: postfix,
        _others: others,
    }
}

/// A Dovecot with this certificate, by each way that shows it.
fn certificate(server: &Dovecot, shown: &str) -> Vec<Row> {
    let ways = [
        ("imap", Imap, SSL, server.imaps),
        ("imap TLS", Imap, TLS, server.imaps),
        ("imap STARTTLS", Imap, STARTTLS, server.imap),
        ("imap none", Imap, NONE, server.imap),
        ("pop3", Pop3, SSL, server.pop3s),
        ("pop3 STARTTLS", Pop3, STARTTLS, server.pop3),
    ];
    let mut rows = Vec::new();
    for (way, protocol, encryption, port) in ways {
        let at = |what: &str| {
            let name = format!("dovecot/{way}, {shown}{what}");
            row(name, protocol, encryption, port).account(&server.own_account())
        };
        rows.extend([
            at("").host("localhost"),
            at(", unchecked").host("localhost").unchecked(),
        ]);
    }
    rows
}

/// A Dovecot with nothing wrong: logins, folders, and mailboxes that cannot be opened.
fn dovecot(server: &Dovecot) -> Vec<Row> {
    let mut rows = Vec::new();
    let ways = [("imap", Imap, server.imap), ("pop3", Pop3, server.pop3)];
    for (way, protocol, port) in ways {
        let at = |what: &str| row(format!("dovecot/{way}, {what}"), protocol, NONE, port);
        let accounts = [
            ("a login that is no address", BARE),
            ("an odd password", ODD_PASSWORD),
            ("an odd user", ODD_USER),
            ("a long password", LONG_PASSWORD),
            ("a closed account", NO_LOGIN),
        ];
        rows.extend(accounts.map(|(what, account)| at(what).account(&account)));
        let own = server.own_account();
        let wrong = [
            ("a wrong password", own.user.to_owned(), "wrong".to_owned()),
            (
                "a blank behind the password",
                own.user.to_owned(),
                format!("{} ", own.password),
            ),
            (
                "a blank before the user",
                format!(" {}", own.user),
                own.password.to_owned(),
            ),
            (
                "an unknown user",
                "nobody@test.example".to_owned(),
                "wrong".to_owned(),
            ),
        ];
        rows.extend(wrong.map(|(what, user, password)| at(what).login(&user, &password)));
        // Of the accounts, a folder that is a file cannot be opened, and one of another account cannot be written.
        let broken = server.own_account();
        fs::write(server.mail_folder().join(broken.user), "").unwrap();
        rows.push(at("a mailbox that is a file").account(&broken));
        let foreign = server.own_account();
        let at_root = server.mail_folder().join(foreign.user);
        fs::create_dir_all(at_root.join("Maildir")).unwrap();
        fs::set_permissions(
            &at_root,
            std::os::unix::fs::PermissionsExt::from_mode(0o700),
        )
        .unwrap();
        rows.push(at("a mailbox of somebody else").account(&foreign));
        let full = server.own_account();
        let home = server.mail_folder().join(full.user);
        let inbox = home.join("Maildir");
        maildir(&inbox);
        for number in 0..3 {
            let mail = format!(
                "From: a@desk.example\nDate: Mon, 30 Nov 2026 08:00:00 +0000\nSubject: {number}\nMessage-ID: <{number}@desk.example>\n\nhello\n"
            );
            fs::write(inbox.join(format!("new/{number}.M1P1.desk")), mail).unwrap();
        }
        give_all(&home);
        rows.push(at("three emails").account(&full));
    }
    let folders: [(&str, &str, &'static str); 6] = [
        ("a folder", ".Orders", r#"["INBOX","Orders"]"#),
        (
            "a folder that is not there",
            ".Orders",
            r#"["INBOX","Order"]"#,
        ),
        (
            "a folder with an ampersand",
            ".Tom &- Co",
            r#"["INBOX","Tom & Co"]"#,
        ),
        (
            "a folder with umlauts",
            ".Gel&APY-schte",
            r#"["INBOX","Gel\u00f6schte"]"#,
        ),
        (
            "a folder below another",
            ".Orders.Old",
            r#"["INBOX","Orders.Old"]"#,
        ),
        (
            "a folder below another, by a slash",
            ".Orders.Old",
            r#"["INBOX","Orders/Old"]"#,
        ),
    ];
    for (what, folder, fetched) in folders {
        let own = server.own_account();
        let home = server.mail_folder().join(own.user);
        maildir(&home.join("Maildir"));
        let below = home.join("Maildir").join(folder);
        maildir(&below);
        fs::write(below.join("maildirfolder"), "").unwrap();
        give_all(&home);
        let at = row(format!("dovecot/imap, {what}"), Imap, NONE, server.imap);
        rows.push(at.account(&own).folders(fetched));
    }
    rows
}

/// Makes a maildir.
fn maildir(path: &Path) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(path.join(part)).unwrap();
    }
}

/// Gives a folder and all in it to Dovecot's user of mail.
fn give_all(path: &Path) {
    give(path, "nobody:nogroup");
    for entry in walkdir::WalkDir::new(path).into_iter().flatten() {
        give(entry.path(), "nobody:nogroup");
    }
}

/// Dovecots that want TLS before a login, have no TLS, and have a stamp for APOP.
fn strict(tls: &Dovecot, no_tls: &Dovecot, apop: &Dovecot) -> Vec<Row> {
    let at = |name: &str, protocol, encryption, server: &Dovecot, port| {
        row(format!("dovecot/{name}"), protocol, encryption, port).account(&server.own_account())
    };
    let safe = "127.0.0.2";
    vec![
        at("imap none where TLS is wanted", Imap, NONE, tls, tls.imap).host(safe),
        at(
            "imap STARTTLS where TLS is wanted",
            Imap,
            STARTTLS,
            tls,
            tls.imap,
        )
        .host(safe),
        at("imap SSL where TLS is wanted", Imap, SSL, tls, tls.imaps).host(safe),
        at("pop3 none where TLS is wanted", Pop3, NONE, tls, tls.pop3).host(safe),
        at(
            "pop3 STARTTLS where TLS is wanted",
            Pop3,
            STARTTLS,
            tls,
            tls.pop3,
        )
        .host(safe),
        at(
            "imap none where there is no TLS",
            Imap,
            NONE,
            no_tls,
            no_tls.imap,
        ),
        at(
            "imap STARTTLS where there is no TLS",
            Imap,
            STARTTLS,
            no_tls,
            no_tls.imap,
        ),
        at(
            "pop3 none where there is no TLS",
            Pop3,
            NONE,
            no_tls,
            no_tls.pop3,
        ),
        at("pop3 none with a stamp", Pop3, NONE, apop, apop.pop3),
        at("pop3 SSL with a stamp", Pop3, SSL, apop, apop.pop3s).host("localhost"),
    ]
}

fn postfixes(server: &Postfix, accounts: &Dovecot) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: String, listener, encryption| {
        let row = row(
            format!("postfix/{name}"),
            Smtp,
            encryption,
            server.port(listener),
        );
        rows.push(row.account(&accounts.own_account()));
    };
    let listeners = [
        (Listener::Plain, "25"),
        (Listener::NoTls, "no TLS"),
        (Listener::LoginOnly, "LOGIN alone"),
        (Listener::CramMd5, "CRAM-MD5"),
        (Listener::NoAuth, "no AUTH"),
        (Listener::OwnSenders, "another's address"),
        (Listener::Later, "greylisting"),
        (
            Listener::RefusesAtOnce,
            "another's address, refused at once",
        ),
    ];
    for (listener, name) in listeners {
        add(format!("{name}, none"), listener, NONE);
        add(format!("{name}, STARTTLS"), listener, TLS);
    }
    for (certificate, name) in CERTIFICATES {
        add(
            format!("587 {name}, STARTTLS"),
            Listener::Submission(certificate),
            TLS,
        );
        add(
            format!("465 {name}, SSL"),
            Listener::Smtps(certificate),
            SSL,
        );
    }
    add(
        "587, none".to_owned(),
        Listener::Submission(Certificate::Good),
        NONE,
    );
    let port = |listener| server.port(listener);
    let at = |name: &str, listener| row(format!("postfix/{name}"), Smtp, TLS, port(listener));
    let submission = Listener::Submission(Certificate::Good);
    let own = || accounts.own_account();
    let wrong = own();
    rows.extend([
        at("a wrong password", submission)
            .account(&wrong)
            .login(wrong.user, "wrong"),
        at("an odd password", submission).account(&ODD_PASSWORD),
        at("a long password", submission).account(&LONG_PASSWORD),
        at("a closed account", submission).account(&NO_LOGIN),
        at("no user, relay denied", submission)
            .login("", "x")
            .email("a@elsewhere.example"),
        at("no user, own domain", submission)
            .account(&own())
            .login("", "x"),
        at("user 0", submission).account(&own()).login("0", "x"),
        at("an address elsewhere", submission)
            .account(&own())
            .email("b@elsewhere.example"),
        at("an unknown recipient", submission)
            .account(&own())
            .email("nobody@test.example"),
        at("an IDN domain", submission)
            .account(&own())
            .email("postfix@müller.example"),
        at("an umlaut before the at", submission)
            .account(&own())
            .email("jürgen@test.example"),
    ]);
    rows
}

/// A user of the servers that live in roots of their own.
fn user(number: usize) -> (String, String) {
    (format!("user{number}"), format!("password{number}"))
}

fn exim(ports: &[u16]) -> Vec<Row> {
    let ways = [
        ("25, none", ports[0], NONE),
        ("25, STARTTLS", ports[0], TLS),
        ("587, none", ports[1], NONE),
        ("587, STARTTLS", ports[1], TLS),
        ("465, SSL", ports[2], SSL),
    ];
    let mut rows = Vec::new();
    for (number, (way, port, encryption)) in (0..).step_by(2).zip(ways) {
        let at = |number, what: &str| {
            let (name, password) = user(number);
            let address = format!("{name}@test.example");
            let row = row(format!("exim/{way}{what}"), Smtp, encryption, port);
            row.login(&address, &password).email(&address)
        };
        let (name, _) = user(number + 1);
        let wrong = at(number + 1, ", a wrong password");
        rows.extend([
            at(number, ""),
            wrong.login(&format!("{name}@test.example"), "wrong"),
        ]);
    }
    let at = |name: &str| {
        let (user, password) = user(30);
        let row = row(format!("exim/{name}"), Smtp, TLS, ports[1]);
        row.login(&format!("{user}@test.example"), &password)
    };
    rows.extend([
        at("an address elsewhere").email("c@elsewhere.example"),
        at("no user, relay denied")
            .login("", "x")
            .email("d@elsewhere.example"),
        at("no user, own domain")
            .login("", "x")
            .email("e@test.example"),
        at("a sender refused at RCPT").email("nobody@test.example "),
        at("an IDN domain").email("exim@müller.example"),
        at("an umlaut before the at").email("exïm@test.example"),
    ]);
    rows
}

fn courier(ports: &[u16]) -> Vec<Row> {
    let ways = [
        ("imap, none", Imap, ports[0], NONE),
        ("imap, STARTTLS", Imap, ports[0], STARTTLS),
        ("imap, SSL", Imap, ports[1], SSL),
        ("pop3, none", Pop3, ports[2], NONE),
        ("pop3, STARTTLS", Pop3, ports[2], STARTTLS),
        ("pop3, SSL", Pop3, ports[3], SSL),
    ];
    stores("courier", &ways)
}

fn cyrus(ports: &[u16]) -> Vec<Row> {
    let ways = [
        ("imap where TLS is wanted, none", Imap, ports[0], NONE),
        (
            "imap where TLS is wanted, STARTTLS",
            Imap,
            ports[0],
            STARTTLS,
        ),
        ("imap, none", Imap, ports[1], NONE),
        ("imap, STARTTLS", Imap, ports[1], STARTTLS),
        ("imap, SSL", Imap, ports[2], SSL),
        ("pop3, none", Pop3, ports[3], NONE),
        ("pop3, STARTTLS", Pop3, ports[3], STARTTLS),
        ("pop3, SSL", Pop3, ports[4], SSL),
    ];
    let mut rows = stores("cyrus", &ways);
    let without = |number, name: &str, protocol, port| {
        let (user, password) = user(number);
        row(
            format!("cyrus/{name} without a mailbox"),
            protocol,
            NONE,
            port,
        )
        .login(&user, &password)
    };
    rows.extend([
        without(20, "imap", Imap, ports[1]),
        without(21, "pop3", Pop3, ports[3]),
    ]);
    rows
}

/// Each way with a right and a wrong password, and logins that need care.
fn stores(server: &str, ways: &[(&str, crate::row::Protocol, u16, i64)]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, (way, protocol, port, encryption)) in (0..).step_by(2).zip(ways) {
        let at = |what: &str| {
            let name = format!("{server}/{way}{what}");
            row(name, *protocol, *encryption, *port).host("localhost")
        };
        let (name, password) = user(number);
        let (other, _) = user(number + 1);
        let umlauts = at(", umlauts").login(&format!("odd{number}"), "pässwörd");
        rows.extend([
            at("").login(&name, &password),
            at(", a wrong password").login(&other, "wrong"),
            umlauts,
            at(", a blank behind the password").login(&name, &format!("{password} ")),
            at(", quotes").login(&name, "a\"b\\c"),
            at(", a line feed").login(&name, "a\nb"),
        ]);
        if *protocol == Imap {
            let missing = at(", a missing folder").login(&name, &password);
            rows.push(missing.folders(r#"["INBOX","Orders"]"#));
        }
    }
    rows
}
