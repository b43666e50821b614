//! Server names as people type them, at a server with nothing odd, on both loopback addresses.

use crate::answering::{Manner, start};
use crate::row::{Imap, NONE, Pop3, Row, Smtp, row};

#[rustfmt::skip]
const HOSTS: &[(&str, &str)] = &[
    ("a name", "mail.desk.example"),
    ("capitals", "MAIL.Desk.Example"),
    ("a dot behind", "mail.desk.example."),
    ("a blank before", " mail.desk.example"),
    ("a blank behind", "mail.desk.example "),
    ("a tabulator behind", "mail.desk.example\t"),
    ("a line feed behind", "mail.desk.example\n"),
    ("an underscore", "my_mail.desk.example"),
    ("IPv4", "127.0.0.1"),
    ("IPv4, a blank behind", "127.0.0.1 "),
    ("IPv4, short", "127.1"),
    ("IPv4, hexadecimal", "0x7f.0.0.1"),
    ("IPv4, a number", "2130706433"),
    ("IPv6", "::1"),
    ("IPv6 in brackets", "[::1]"),
    ("IPv6 of IPv4 in brackets", "[::ffff:127.0.0.1]"),
    ("a name with IPv6 alone", "six.desk.example"),
    ("ssl://", "ssl://mail.desk.example"),
    ("tls://", "tls://mail.desk.example"),
    ("tcp://", "tcp://mail.desk.example"),
    ("imap://", "imap://mail.desk.example"),
    ("https://", "https://mail.desk.example"),
    ("a slash behind", "mail.desk.example/"),
    ("a port behind", "mail.desk.example:25"),
    ("IMAP's flags", "{mail.desk.example/notls}"),
    ("IDN", "bücher.example"),
    ("IDN in ASCII", "xn--bcher-kva.example"),
    ("unknown", "nobody.invalid"),
    ("two names", "mail.desk.example,localhost"),
    ("a user before", "support@mail.desk.example"),
];

/// The names that those rows and the rows of TLS are reached by.
pub const FILE: &str =
    "127.0.0.1 localhost mail.desk.example a.mail.desk.example desk.example my_mail.desk.example
127.0.0.1 xn--bcher-kva.example bücher.example ma.il.desk.example mail.example
::1 six.desk.example
";

pub fn rows() -> Vec<Row> {
    let protocols = [
        (Imap, "imap hosts"),
        (Pop3, "pop3 hosts"),
        (Smtp, "smtp hosts"),
    ];
    let mut rows = Vec::new();
    for (protocol, kind) in protocols {
        let port = start(Manner {
            protocol,
            answers: &[],
            folders: &["INBOX"],
            ending: "\r\n",
            tls: None,
        });
        for (name, host) in HOSTS {
            rows.push(row(format!("{kind}/{name}"), protocol, NONE, port).host(host));
        }
    }
    rows
}
