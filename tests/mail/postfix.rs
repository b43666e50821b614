//! A private Postfix: SMTP with and without TLS and logins, each way to behave on a port of its own.
//!
//! Logins are asked of a Dovecot, and mail for its accounts is laid into their inboxes. `postfix-main.cf` and
//! `postfix-master.cf` beside this file are its configuration.

use std::fmt::Write;
use std::net::IpAddr;
use std::path::Path;

use crate::certificates::{Certificate, certificates};
use crate::dialogue::Dialogue;
use crate::dovecot::{Dovecot, every_account};
use crate::guard::{Guard, await_some, free_port, give, new_folder, program};
use freescout_rescue::io::os::accounts;

const MASTER: &str = "/usr/lib/postfix/sbin/master";

/// What one port does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// STARTTLS and AUTH PLAIN LOGIN are offered side by side, as on many a port 25.
    Plain,
    /// STARTTLS with this certificate, AUTH only after it, as on port 587.
    Submission(Certificate),
    /// TLS from the first byte with this certificate, as on port 465.
    Smtps(Certificate),
    /// AUTH without TLS; STARTTLS is not offered.
    NoTls,
    /// As `NoTls`, with AUTH LOGIN alone.
    LoginOnly,
    /// As `NoTls`, with AUTH CRAM-MD5 before PLAIN and LOGIN.
    CramMd5,
    /// STARTTLS, and no AUTH at all: mail for the accounts is taken from anybody.
    NoAuth,
    /// As `NoTls`; who is logged in sends from no address but one that is his, and none is. It is said at RCPT TO.
    OwnSenders,
    /// As `NoTls`; every recipient is put off.
    Later,
    /// As `OwnSenders`, but said at MAIL FROM.
    RefusesAtOnce,
}

impl Listener {
    pub const ALL: [Self; 16] = [
        Self::Plain,
        Self::Submission(Certificate::Good),
        Self::Submission(Certificate::SelfSigned),
        Self::Submission(Certificate::Expired),
        Self::Submission(Certificate::OtherName),
        Self::Smtps(Certificate::Good),
        Self::Smtps(Certificate::SelfSigned),
        Self::Smtps(Certificate::Expired),
        Self::Smtps(Certificate::OtherName),
        Self::NoTls,
        Self::LoginOnly,
        Self::CramMd5,
        Self::NoAuth,
        Self::OwnSenders,
        Self::Later,
        Self::RefusesAtOnce,
    ];

    /// What differs from `postfix-main.cf`.
    fn options(self) -> Vec<(&'static str, String)> {
        let text = str::to_owned;
        let no_tls = [
            ("smtpd_tls_security_level", text("none")),
            ("smtpd_tls_auth_only", text("no")),
        ];
        let mechanisms = |names| ("smtpd_sasl_mechanism_filter", text(names));
        match self {
            Self::Plain => vec![("smtpd_tls_auth_only", text("no"))],
            Self::Submission(certificate) => vec![("smtpd_tls_chain_files", chain(certificate))],
            Self::Smtps(certificate) => vec![
                ("smtpd_tls_wrappermode", text("yes")),
                ("smtpd_tls_chain_files", chain(certificate)),
            ],
            Self::NoTls => no_tls.into(),
            Self::LoginOnly => [no_tls.into(), vec![mechanisms("login")]].concat(),
            Self::CramMd5 => [no_tls.into(), vec![mechanisms("cram-md5, plain, login")]].concat(),
            Self::NoAuth => vec![("smtpd_sasl_auth_enable", text("no"))],
            Self::OwnSenders => [no_tls, own_senders()].concat(),
            Self::Later => {
                let later = text("check_recipient_access static:{450 4.7.1 Greylisted}");
                [no_tls.into(), vec![("smtpd_recipient_restrictions", later)]].concat()
            }
            Self::RefusesAtOnce => {
                let at_once = vec![("smtpd_delay_reject", text("no"))];
                [&no_tls[..], &own_senders(), &at_once].concat()
            }
        }
    }
}

/// Every address is somebody else's.
fn own_senders() -> [(&'static str, String); 2] {
    [
        ("smtpd_sender_login_maps", "static:nobody".to_owned()),
        (
            "smtpd_sender_restrictions",
            "reject_sender_login_mismatch".to_owned(),
        ),
    ]
}

/// A key and its certificate, as Postfix takes them.
fn chain(certificate: Certificate) -> String {
    let made = certificates();
    let [key, certificate] = [made.key(certificate), made.certificate(certificate)];
    format!("{}, {}", key.display(), certificate.display())
}

/// A running instance.
pub struct Postfix {
    pub host: IpAddr,
    ports: [u16; Listener::ALL.len()],
    guard: Guard,
}

impl Postfix {
    /// Starts an instance that asks this Dovecot about logins and fills its inboxes.
    pub fn start(dovecot: &Dovecot) -> Self {
        let host = dovecot.host;
        let ports = Listener::ALL.map(|_| free_port(host));
        let folder = new_folder("postfix");
        let at = &folder.path().to_owned();
        queue(&at.join("queue"));
        let data = at.join("data");
        std::fs::create_dir(&data).unwrap();
        give(&data, "postfix");
        let mailboxes: String = every_account()
            .map(|account| account.user)
            .filter(|user| user.ends_with("@test.example") && !user.contains(' '))
            .map(|user| format!("{user} {user}/Maildir/\n"))
            .collect();
        std::fs::write(at.join("mailboxes"), mailboxes).unwrap();
        std::fs::write(at.join("main.cf"), main_cf(at, dovecot)).unwrap();
        std::fs::write(at.join("master.cf"), master_cf(host, &ports)).unwrap();
        let command = [program(MASTER), "-d".as_ref(), "-c".as_ref(), at.as_ref()];
        let postfix = Self {
            host,
            ports,
            guard: Guard::over(folder, &command),
        };
        await_some(
            || format!("a greeting of Postfix\n{}", postfix.log()),
            || Dialogue::greeted(host, postfix.port(Listener::Plain)).ok(),
        );
        postfix
    }

    pub fn port(&self, listener: Listener) -> u16 {
        let place = Listener::ALL.iter().position(|l| *l == listener);
        self.ports[place.expect("every listener is in ALL")]
    }

    /// What Postfix wrote, for a person who looks why a test failed.
    pub fn log(&self) -> String {
        self.guard.log()
    }

    /// What to look for when it has ended.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }
}

fn main_cf(folder: &Path, dovecot: &Dovecot) -> String {
    let nobody = accounts::user_named("nobody").expect("Debian has a user nobody");
    [
        ("FOLDER", folder.display().to_string()),
        ("HOST", dovecot.host.to_string()),
        ("MAIL", dovecot.mail_folder().display().to_string()),
        ("UID", nobody.uid.to_string()),
        ("GID", nobody.gid.to_string()),
        ("LOGIN_SOCKET", dovecot.login_socket().display().to_string()),
        ("GOOD", chain(Certificate::Good)),
    ]
    .into_iter()
    .fold(
        include_str!("postfix-main.cf").to_owned(),
        |text, (word, value)| text.replace(&format!("@{word}@"), &value),
    )
}

fn master_cf(host: IpAddr, ports: &[u16]) -> String {
    let mut text = include_str!("postfix-master.cf").to_owned();
    for (listener, port) in Listener::ALL.iter().zip(ports) {
        writeln!(text, "{host}:{port} inet n - n - - smtpd").unwrap();
        for (name, value) in listener.options() {
            writeln!(text, "  -o {{ {name} = {value} }}").unwrap();
        }
    }
    text
}

/// The queue's folders, which `postfix start` would make: it would look after the installed Postfix as well.
fn queue(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for name in [
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
        "maildrop", "private", "public", "saved", "trace",
    ] {
        let path = folder.join(name);
        std::fs::create_dir(&path).unwrap();
        give(&path, "postfix");
    }
    std::fs::create_dir(folder.join("pid")).unwrap();
}
