//! A private Dovecot: IMAP and POP3, with and without TLS, its accounts and its log of attempts.
//!
//! One instance behaves in one way, chosen when it starts; `dovecot.conf` beside this file is its configuration.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::certificates::{Certificate, certificates};
use crate::dialogue::Dialogue;
use crate::guard::{Guard, await_some, free_port, give, new_folder, program, run};

const PROGRAM: &str = "/usr/sbin/dovecot";

/// Who may log in.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub user: &'static str,
    pub password: &'static str,
    /// More fields of Dovecot's passwd-file, for accounts that are let in no further.
    pub extra: &'static str,
}

impl Account {
    const fn new(user: &'static str, password: &'static str) -> Self {
        Self {
            user,
            password,
            extra: "",
        }
    }
}

pub const SUPPORT: Account = Account::new("support@test.example", "support-password");
pub const SALES: Account = Account::new("sales@test.example", "sales-password");
/// A login that is no address.
pub const BARE: Account = Account::new("bare", "bare-password");
/// All that has to be quoted, and what is not ASCII.
pub const ODD_PASSWORD: Account = Account::new(
    "odd-password@test.example",
    " it's a \"pass\\word\" {5} %u $x 密码 ü ",
);
pub const ODD_USER: Account = Account::new("odd \"us\\er\" ü@test.example", "odd-user-password");
pub const LONG_PASSWORD: Account = Account::new(
    "long-password@test.example",
    "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz\
     0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz",
);
/// The right password is refused, with a reason.
pub const NO_LOGIN: Account = Account {
    user: "nologin@test.example",
    password: "nologin-password",
    extra: "nologin=yes reason=This_account_is_closed",
};

/// Ours alone, for marks in the log.
const MARKER: Account = Account::new("marker", "marker-password");

pub const ACCOUNTS: [Account; 7] = [
    SUPPORT,
    SALES,
    BARE,
    ODD_PASSWORD,
    ODD_USER,
    LONG_PASSWORD,
    NO_LOGIN,
];

/// Dovecot looks for changes of its accounts once a second at most, so all of them are there from the start.
const OWN_ACCOUNTS: u32 = 200;

fn own_account(number: u32) -> Account {
    Account::new(
        format!("own-{number}@test.example").leak(),
        format!("own-password-{number}").leak(),
    )
}

/// All accounts of an instance.
pub fn every_account() -> impl Iterator<Item = Account> {
    ACCOUNTS
        .into_iter()
        .chain((0..OWN_ACCOUNTS).map(own_account))
        .chain([MARKER])
}

/// What one instance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// TLS is offered with this certificate, logins are taken without it too.
    Shows(Certificate),
    /// Says LOGINDISABLED and refuses logins before TLS. It listens on 127.0.0.2: Dovecot takes a connection between
    /// equal addresses for safe, and a client to 127.0.0.2 comes from 127.0.0.1.
    TlsBeforeLogin,
    /// No TLS at all: STARTTLS and STLS are not offered, and nobody listens on the ports for TLS.
    NoTls,
    /// The POP3 greeting carries a stamp for APOP.
    Apop,
    /// A second connection of one user is refused after its login.
    OneConnection,
}

/// A running instance.
pub struct Dovecot {
    pub host: IpAddr,
    /// Plain, with STARTTLS offered.
    pub imap: u16,
    /// TLS from the first byte.
    pub imaps: u16,
    /// Plain, with STLS offered.
    pub pop3: u16,
    /// TLS from the first byte.
    pub pop3s: u16,
    guard: Guard,
    marking: Mutex<()>,
    given: AtomicU32,
}

impl Dovecot {
    pub fn start(behaviour: Behaviour) -> Self {
        let host = match behaviour {
            Behaviour::TlsBeforeLogin => Ipv4Addr::new(127, 0, 0, 2),
            _ => Ipv4Addr::LOCALHOST,
        };
        let host = IpAddr::V4(host);
        let [imap, imaps, pop3, pop3s] = std::array::from_fn(|_| free_port(host));
        let folder = new_folder("dovecot");
        let at = folder.path();
        let mail = at.join("mail");
        std::fs::create_dir(&mail).unwrap();
        give(&mail, "nobody:nogroup");
        let users: String = every_account().map(|account| line(&account)).collect();
        std::fs::write(at.join("users"), users).unwrap();
        let configuration = [
            ("FOLDER", at.display().to_string()),
            ("HOST", host.to_string()),
            ("IMAP", imap.to_string()),
            ("IMAPS", imaps.to_string()),
            ("POP3", pop3.to_string()),
            ("POP3S", pop3s.to_string()),
        ]
        .into_iter()
        .chain(behaviour.settings())
        .fold(
            include_str!("dovecot.conf").to_owned(),
            |text, (word, value)| text.replace(&format!("@{word}@"), &value),
        );
        let file = at.join("dovecot.conf");
        std::fs::write(&file, configuration).unwrap();
        let command = [
            program(PROGRAM),
            "-F".as_ref(),
            "-c".as_ref(),
            file.as_ref(),
        ];
        let dovecot = Self {
            host,
            imap,
            imaps,
            pop3,
            pop3s,
            guard: Guard::over(folder, &command),
            marking: Mutex::new(()),
            given: AtomicU32::new(0),
        };
        for port in [imap, pop3] {
            await_some(
                || format!("a greeting of Dovecot\n{}", dovecot.log()),
                || Dialogue::greeted(host, port).ok(),
            );
        }
        dovecot
    }

    /// How often somebody tried to log in as this user, by IMAP, POP3 or (through Postfix) SMTP, rightly or wrongly.
    ///
    /// Dovecot answers before its log is written, but writes the log in order: an attempt of our own marks what has to
    /// be there. Only one such mark is under way at a time, so that it is known by the number of marks before.
    pub fn attempts(&self, user: &str) -> usize {
        // A test that panicked here has left no harm behind.
        let _marking = self.marking.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = count(&self.log(), MARKER.user);
        run(Command::new("/usr/bin/doveadm")
            .arg("-c")
            .arg(self.guard.folder.join("dovecot.conf"))
            .args(["auth", "test", "-x", "rip=127.0.0.1"])
            .args([MARKER.user, MARKER.password]));
        let log = await_some(
            || "the mark in Dovecot's log".to_owned(),
            || {
                let log = self.log();
                (count(&log, MARKER.user) > marks).then_some(log)
            },
        );
        count(&log, user)
    }

    /// An account that no other test uses, such as one whose attempts are counted.
    pub fn own_account(&self) -> Account {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        assert!(number < OWN_ACCOUNTS, "all own accounts are taken");
        own_account(number)
    }

    /// The messages that wait in a user's inbox, unread by anyone.
    pub fn new_mail(&self, user: &str) -> Vec<String> {
        let inbox = self
            .guard
            .folder
            .join("mail")
            .join(user)
            .join("Maildir/new");
        let files = std::fs::read_dir(inbox).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .collect()
    }

    /// What Dovecot wrote, for a person who looks why a test failed.
    pub fn log(&self) -> String {
        self.guard.log()
    }

    /// Where the mail of all users lies.
    pub fn mail_folder(&self) -> PathBuf {
        self.guard.folder.join("mail")
    }

    /// The socket on which this instance answers Postfix's questions about logins.
    pub fn login_socket(&self) -> PathBuf {
        self.guard.folder.join("run/auth-postfix")
    }

    /// What to look for when it has ended.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }
}

impl Behaviour {
    fn settings(self) -> [(&'static str, String); 7] {
        let certificate = match self {
            Self::Shows(certificate) => certificate,
            _ => Certificate::Good,
        };
        let yes_if = |condition| if condition { "yes" } else { "no" }.to_owned();
        let connections = match self {
            Self::OneConnection => 1,
            _ => 500,
        };
        let mechanisms = match self {
            Self::Apop => "plain login cram-md5 apop",
            _ => "plain login cram-md5",
        };
        let file = |path: PathBuf| path.display().to_string();
        [
            ("SSL", yes_if(self != Self::NoTls)),
            ("CERTIFICATE", file(certificates().certificate(certificate))),
            ("KEY", file(certificates().key(certificate))),
            ("TLS_BEFORE_LOGIN", yes_if(self == Self::TlsBeforeLogin)),
            ("EVERY_ATTEMPT", "yes".to_owned()),
            ("MECHANISMS", mechanisms.to_owned()),
            ("CONNECTIONS_PER_USER", connections.to_string()),
        ]
    }
}

/// A line of Dovecot's passwd-file, which is asked for the user with backslashes before what it takes for special. In
/// hexadecimal no character of a password is.
fn line(account: &Account) -> String {
    let password = base16ct::lower::encode_string(account.password.as_bytes());
    let user = account.user.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{user}:{{PLAIN.HEX}}{password}::::::{}\n", account.extra)
}

/// Each attempt asks for the user's password once, whatever the mechanism and the outcome.
fn count(log: &str, user: &str) -> usize {
    let asked = format!("passwd-file({user},");
    log.lines()
        .filter(|line| line.contains(&asked) && line.ends_with("Performing passdb lookup"))
        .count()
}
