//! Servers that answer in their own way, one line a row: the name, the setting, what differs from a server with nothing odd.

use crate::answering::{Manner, start};
use crate::row::{Imap, NONE, Pop3, Protocol, Row, Smtp, row};

type Answers = &'static [(&'static str, &'static str)];

/// IMAP: the greeting.
#[rustfmt::skip]
const IMAP_GREETINGS: &[(&str, &str)] = &[
    ("usual", "* OK ready"),
    ("lower case", "* ok ready"),
    ("mixed case", "* Ok ready"),
    ("no words", "* OK"),
    ("two blanks", "*  OK ready"),
    ("PREAUTH", "* PREAUTH ready"),
    ("BYE", "* BYE too busy"),
    ("BYE, then the end", "* BYE too busy\n<close>"),
    ("NO", "* NO not now"),
    ("without star", "OK ready"),
    ("LOGINDISABLED", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready"),
    ("a line before", "* NOTICE hello\n* OK ready"),
    ("a blank line before", "\n* OK ready"),
    ("two lines", "* OK ready\n* OK really"),
    ("POP3's", "+OK ready"),
    ("SMTP's", "220 mx ESMTP"),
    ("HTTP's", "HTTP/1.1 400 Bad Request\nConnection: close\n\n<close>"),
    ("the end", "<close>"),
];

/// IMAP: the reply to LOGIN.
#[rustfmt::skip]
const IMAP_LOGINS: &[(&str, &str)] = &[
    ("NO", "{tag} NO [AUTHENTICATIONFAILED] Authentication failed."),
    ("BAD", "{tag} BAD Invalid characters in atom"),
    ("ok in lower case", "{tag} ok done"),
    ("no in lower case", "{tag} no done"),
    ("OK alone", "{tag} OK"),
    ("two blanks", "{tag}  OK done"),
    ("a tabulator", "{tag}\tOK done"),
    ("OKAY", "{tag} OKAY"),
    ("PREAUTH", "{tag} PREAUTH done"),
    ("an alert", "{tag} OK [ALERT] Your quota is nearly used up"),
    ("a blank line before", "\n{tag} OK done"),
    ("three blank lines before", "\n\n\n{tag} OK done"),
    ("a stray line before", "Welcome to this server\n{tag} OK done"),
    ("a + before", "+ wait\n{tag} OK done"),
    ("another tag before", "A99 OK done\n{tag} OK done"),
    ("another tag's NO before", "A99 NO done\n{tag} OK done"),
    ("untagged OK before", "* OK nearly\n{tag} OK done"),
    ("untagged NO before", "* NO nearly\n{tag} OK done"),
    ("untagged BAD before", "* BAD nearly\n{tag} OK done"),
    ("untagged BYE before", "* BYE nearly\n{tag} OK done"),
    ("capabilities before", "* CAPABILITY IMAP4rev1 IDLE LOGINDISABLED\n{tag} OK done"),
    ("BYE and the end", "* BYE too many failures\n<close>"),
    ("the end", "<close>"),
    ("only a star", "*\n{tag} OK done"),
    ("the tag alone", "{tag}"),
];

/// IMAP: the other commands, by their replies.
#[rustfmt::skip]
const IMAP_ANSWERS: &[(&str, Answers)] = &[
    ("CAPABILITY refused", &[("CAPABILITY", "{tag} NO no")]),
    ("CAPABILITY unknown", &[("CAPABILITY", "{tag} BAD what")]),
    ("LOGINDISABLED is only said", &[("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\n{tag} OK done")]),
    ("LIST empty", &[("LIST", "{tag} OK done")]),
    ("LIST refused", &[("LIST", "{tag} NO no")]),
    ("LIST unknown", &[("LIST", "{tag} BAD what")]),
    ("LIST hangs up", &[("LIST", "<close>")]),
    ("LIST without quotes", &[("LIST", "* LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LIST delimiter NIL", &[("LIST", "* LIST () NIL INBOX\n{tag} OK done")]),
    ("LIST delimiter dot", &[("LIST", "* LIST () \".\" \"INBOX\"\n{tag} OK done")]),
    ("LIST delimiter without quotes", &[("LIST", "* LIST () . INBOX\n{tag} OK done")]),
    ("LIST in lower case", &[("LIST", "* list () \"/\" INBOX\n{tag} OK done")]),
    ("LIST Inbox", &[("LIST", "* LIST () \"/\" \"Inbox\"\n{tag} OK done")]),
    ("LIST inbox", &[("LIST", "* LIST () \"/\" \"inbox\"\n{tag} OK done")]),
    ("LIST literal", &[("LIST", "* LIST () \"/\" {5}\nINBOX\n{tag} OK done")]),
    ("LIST of three", &[("LIST", "* LIST () INBOX\n{tag} OK done")]),
    ("LIST of five", &[("LIST", "* LIST () \"/\" INBOX ()\n{tag} OK done")]),
    ("LIST without flags", &[("LIST", "* LIST \"/\" INBOX\n{tag} OK done")]),
    ("LIST with flags", &[("LIST", "* LIST (\\HasNoChildren \\Marked) \"/\" INBOX\n{tag} OK done")]),
    ("LIST Noselect", &[("LIST", "* LIST (\\Noselect) \"/\" INBOX\n{tag} OK done")]),
    ("LIST two blanks", &[("LIST", "* LIST ()  \"/\"  INBOX\n{tag} OK done")]),
    ("LIST two blanks before", &[("LIST", "*  LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LIST with a blank behind", &[("LIST", "* LIST () \"/\" INBOX \n{tag} OK done")]),
    ("LIST ok in lower case", &[("LIST", "* LIST () \"/\" INBOX\n{tag} ok done")]),
    ("LIST a blank line before", &[("LIST", "\n* LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LIST a blank line behind", &[("LIST", "* LIST () \"/\" INBOX\n\n{tag} OK done")]),
    ("LIST a stray line before", &[("LIST", "hello\n* LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LIST another line before", &[("LIST", "* 3 EXISTS\n* LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LIST INBOX twice", &[("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" INBOX\n{tag} OK done")]),
    ("LSUB alone", &[("LIST", "* LSUB () \"/\" INBOX\n{tag} OK done")]),
    ("opening refused", &[("SELECT", "{tag} NO no"), ("EXAMINE", "{tag} NO no")]),
    ("opening unknown", &[("SELECT", "{tag} BAD what"), ("EXAMINE", "{tag} BAD what")]),
    ("opening has a bug", &[("SELECT", "{tag} NO [SERVERBUG] Internal error"), ("EXAMINE", "{tag} NO [SERVERBUG] Internal error")]),
    ("opening hangs up", &[("SELECT", "* BYE bye\n<close>"), ("EXAMINE", "* BYE bye\n<close>")]),
    ("opening says only OK", &[("SELECT", "{tag} OK done"), ("EXAMINE", "{tag} OK done")]),
    ("EXAMINE unknown", &[("EXAMINE", "{tag} BAD what")]),
    ("SELECT unknown", &[("SELECT", "{tag} BAD what")]),
    ("SEARCH refused", &[("SEARCH", "{tag} NO no"), ("UID SEARCH", "{tag} NO no")]),
    ("SEARCH unknown", &[("SEARCH", "{tag} BAD what"), ("UID SEARCH", "{tag} BAD what")]),
    ("SEARCH charset", &[("SEARCH", "{tag} NO [BADCHARSET (US-ASCII)] The specified charset is not supported."), ("UID SEARCH", "{tag} NO [BADCHARSET (US-ASCII)] The specified charset is not supported.")]),
    ("SEARCH hangs up", &[("SELECT", "* 3 EXISTS\n{tag} OK done"), ("EXAMINE", "* 3 EXISTS\n{tag} OK done"), ("SEARCH", "<close>"), ("UID SEARCH", "<close>")]),
    ("LOGOUT hangs up", &[("LOGOUT", "<close>")]),
    ("LOGOUT refused", &[("LOGOUT", "{tag} BAD what")]),
];

/// IMAP: the folders as the server has them, and as the mailbox is set to fetch them.
#[rustfmt::skip]
const FOLDERS: &[(&str, &[&str], &str)] = &[
    ("one more", &["INBOX", "Orders"], r#"["INBOX","Orders"]"#),
    ("not there", &["INBOX"], r#"["INBOX","Orders"]"#),
    ("other case", &["INBOX", "orders"], r#"["INBOX","Orders"]"#),
    ("inbox in lower case", &["INBOX"], r#"["inbox"]"#),
    ("without INBOX", &["INBOX", "Orders"], r#"["Orders"]"#),
    ("no INBOX there", &["Orders"], r#"["Orders"]"#),
    ("no folder set", &["INBOX"], "[]"),
    ("an empty name", &["INBOX"], r#"[""]"#),
    ("an ampersand", &["INBOX", "Tom &- Co"], r#"["INBOX","Tom & Co"]"#),
    ("an ampersand as it travels", &["INBOX", "Tom &- Co"], r#"["INBOX","Tom &- Co"]"#),
    ("umlauts", &["INBOX", "Gel&APY-schte"], r#"["INBOX","Gel\u00f6schte"]"#),
    ("umlauts as they travel", &["INBOX", "Gel&APY-schte"], r#"["INBOX","Gel&APY-schte"]"#),
    ("umlauts in UTF-8", &["INBOX", "Gelöschte"], r#"["INBOX","Gel\u00f6schte"]"#),
    ("Chinese", &["INBOX", "&XfJT0ZAB-"], r#"["INBOX","\u5df2\u53d1\u9001"]"#),
    ("beyond the plane", &["INBOX", "&2D3eAA-"], r#"["INBOX","\ud83d\ude00"]"#),
    ("a quote", &["INBOX", "a\\\"b"], r#"["INBOX","a\"b"]"#),
    ("a backslash", &["INBOX", "a\\\\b"], r#"["INBOX","a\\b"]"#),
    ("blanks", &["INBOX", " a b "], r#"["INBOX"," a b "]"#),
    ("a blank more than there", &["INBOX", "Orders"], r#"["INBOX","Orders "]"#),
    ("brackets", &["INBOX", "[Gmail]/All Mail"], r#"["INBOX","[Gmail]/All Mail"]"#),
    ("parentheses", &["INBOX", "a (b)"], r#"["INBOX","a (b)"]"#),
    ("below INBOX", &["INBOX", "INBOX/Orders"], r#"["INBOX","INBOX/Orders"]"#),
    ("below INBOX, by a dot", &["INBOX", "INBOX.Orders"], r#"["INBOX","INBOX.Orders"]"#),
    ("the last part alone", &["INBOX", "INBOX/Orders"], r#"["INBOX","Orders"]"#),
    ("a percent sign", &["INBOX", "100%"], r#"["INBOX","100%"]"#),
    ("a star", &["INBOX", "a*"], r#"["INBOX","a*"]"#),
    ("a number", &["INBOX", "7"], r#"["INBOX","7"]"#),
    ("a slash behind", &["INBOX", "Orders"], r#"["INBOX","Orders/"]"#),
    ("the same twice", &["INBOX"], r#"["INBOX","INBOX"]"#),
];

const MESSAGE: &str = "+OK\nFrom: a@desk.example\nDate: Thu, 1 Jan 2026 10:00:00 +0000\nMessage-ID: <1@desk.example>\nSubject: hello\n\nhello\n.";

/// POP3: the replies.
#[rustfmt::skip]
const POP3_ANSWERS: &[(&str, Answers)] = &[
    ("nothing odd", &[]),
    ("greeting in lower case", &[("GREETING", "+ok ready")]),
    ("greeting alone", &[("GREETING", "+OK")]),
    ("greeting -ERR", &[("GREETING", "-ERR busy")]),
    ("greeting without sign", &[("GREETING", "OK ready")]),
    ("greeting IMAP's", &[("GREETING", "* OK ready")]),
    ("greeting two lines", &[("GREETING", "+OK ready\n+OK really")]),
    ("greeting a blank line before", &[("GREETING", "\n+OK ready")]),
    ("greeting the end", &[("GREETING", "<close>")]),
    ("greeting a stamp", &[("GREETING", "+OK ready <1896.697170952@desk.example>")]),
    ("APOP hangs up", &[("GREETING", "+OK ready <1896.697170952@desk.example>"), ("APOP", "-ERR bye\n<close>")]),
    ("greeting only angles", &[("GREETING", "+OK ready <no stamp>")]),
    ("USER refused", &[("USER", "-ERR who")]),
    ("USER in lower case", &[("USER", "+ok")]),
    ("PASS refused", &[("PASS", "-ERR [AUTH] Authentication failed.")]),
    ("PASS in lower case", &[("PASS", "+ok")]),
    ("PASS alone", &[("PASS", "+OK")]),
    ("PASS without sign", &[("PASS", "OK")]),
    ("PASS a blank line before", &[("PASS", "\n+OK")]),
    ("PASS a stray line before", &[("PASS", "hello\n+OK")]),
    ("PASS then an error unasked", &[("PASS", "+OK Logged in.\n-ERR [SYS/TEMP] Internal error\n<close>")]),
    ("PASS hangs up", &[("PASS", "<close>")]),
    ("CAPA unknown", &[("CAPA", "-ERR what")]),
    ("STAT unknown", &[("STAT", "-ERR what")]),
    ("STAT in lower case", &[("STAT", "+ok 0 0")]),
    ("STAT hangs up", &[("STAT", "<close>")]),
    ("UIDL unknown", &[("UIDL", "-ERR what")]),
    ("LIST unknown", &[("LIST", "-ERR what")]),
    ("one message", &[("STAT", "+OK 1 200"), ("LIST", "+OK\n1 200\n."), ("UIDL", "+OK\n1 abc\n."), ("TOP", MESSAGE), ("RETR", MESSAGE)]),
    ("one message, TOP unknown", &[("STAT", "+OK 1 200"), ("LIST", "+OK\n1 200\n."), ("UIDL", "+OK\n1 abc\n."), ("TOP", "-ERR what"), ("RETR", MESSAGE)]),
    ("one message, UIDL unknown", &[("STAT", "+OK 1 200"), ("LIST", "+OK\n1 200\n."), ("UIDL", "-ERR what"), ("TOP", MESSAGE), ("RETR", MESSAGE)]),
    ("TOP unknown, no message", &[("TOP", "-ERR what")]),
    ("QUIT hangs up", &[("QUIT", "<close>")]),
];

/// SMTP: the replies, without TLS.
#[rustfmt::skip]
const SMTP_ANSWERS: &[(&str, Answers)] = &[
    ("nothing odd", &[]),
    ("greeting of lines", &[("GREETING", "220-mx ESMTP\n220-no spam\n220 please")]),
    ("greeting 220 alone", &[("GREETING", "220")]),
    ("greeting 220 and a blank", &[("GREETING", "220 ")]),
    ("greeting 220-", &[("GREETING", "220-mx\n220-")]),
    ("greeting 554", &[("GREETING", "554 5.7.1 no")]),
    ("greeting 421", &[("GREETING", "421 4.3.2 busy\n<close>")]),
    ("greeting 200", &[("GREETING", "200 mx")]),
    ("greeting a tabulator", &[("GREETING", "220\tmx")]),
    ("greeting a blank before", &[("GREETING", " 220 mx")]),
    ("greeting a blank line before", &[("GREETING", "\n220 mx")]),
    ("greeting IMAP's", &[("GREETING", "* OK ready")]),
    ("greeting the end", &[("GREETING", "<close>")]),
    ("EHLO unknown", &[("EHLO", "500 5.5.1 what")]),
    ("EHLO 502", &[("EHLO", "502 5.5.1 what")]),
    ("EHLO 421", &[("EHLO", "421 4.3.2 busy\n<close>")]),
    ("EHLO and HELO refused", &[("EHLO", "550 5.7.1 bad name"), ("HELO", "550 5.7.1 bad name")]),
    ("EHLO hangs up", &[("EHLO", "<close>")]),
    ("EHLO says nothing", &[("EHLO", "250 mx")]),
    ("AUTH in lower case", &[("EHLO", "250-mx\n250 auth login plain")]),
    ("AUTH mixed case", &[("EHLO", "250-mx\n250 Auth Login Plain")]),
    ("AUTH=", &[("EHLO", "250-mx\n250 AUTH=LOGIN PLAIN")]),
    ("AUTH= besides", &[("EHLO", "250-mx\n250-AUTH=LOGIN PLAIN\n250 AUTH LOGIN PLAIN")]),
    ("AUTH in two lines", &[("EHLO", "250-mx\n250-AUTH LOGIN\n250 AUTH PLAIN")]),
    ("AUTH without mechanism", &[("EHLO", "250-mx\n250 AUTH")]),
    ("AUTH and a blank", &[("EHLO", "250-mx\n250 AUTH ")]),
    ("AUTH two blanks", &[("EHLO", "250-mx\n250 AUTH  LOGIN  PLAIN")]),
    ("AUTH a tabulator", &[("EHLO", "250-mx\n250 AUTH\tLOGIN\tPLAIN")]),
    ("AUTH in the first line", &[("EHLO", "250 AUTH LOGIN PLAIN")]),
    ("AUTH unknown mechanisms", &[("EHLO", "250-mx\n250 AUTH GSSAPI SCRAM-SHA-256")]),
    ("AUTH NTLM", &[("EHLO", "250-mx\n250 AUTH NTLM"), ("AUTH NTLM", "504 5.5.4 no")]),
    ("AUTH XOAUTH2 refused alone", &[("EHLO", "250-mx\n250 AUTH XOAUTH2"), ("AUTH XOAUTH2", "535 5.7.8 no")]),
    ("AUTH XOAUTH2 before LOGIN", &[("EHLO", "250-mx\n250 AUTH XOAUTH2 LOGIN"), ("AUTH XOAUTH2", "535 5.7.8 no")]),
    ("AUTH PLAIN alone", &[("EHLO", "250-mx\n250 AUTH PLAIN")]),
    ("AUTH LOGIN alone", &[("EHLO", "250-mx\n250 AUTH LOGIN")]),
    ("AUTH CRAM-MD5 alone", &[("EHLO", "250-mx\n250 AUTH CRAM-MD5")]),
    ("CRAM-MD5 454", &[("EHLO", "250-mx\n250 AUTH CRAM-MD5 LOGIN"), ("AUTH CRAM-MD5", "454 4.7.0 no")]),
    ("CRAM-MD5 504", &[("EHLO", "250-mx\n250 AUTH CRAM-MD5 LOGIN"), ("AUTH CRAM-MD5", "504 5.5.4 no")]),
    ("CRAM-MD5 535", &[("EHLO", "250-mx\n250 AUTH CRAM-MD5 LOGIN"), ("AUTH CRAM-MD5", "535 5.7.8 no")]),
    ("CRAM-MD5 421", &[("EHLO", "250-mx\n250 AUTH CRAM-MD5 LOGIN"), ("AUTH CRAM-MD5", "421 4.7.0 no\n<close>")]),
    ("LOGIN 504 before PLAIN", &[("AUTH LOGIN", "504 5.5.4 no")]),
    ("LOGIN 535 before PLAIN", &[("AUTH LOGIN", "535 5.7.8 no")]),
    ("LOGIN 454 before PLAIN", &[("AUTH LOGIN", "454 4.7.0 no")]),
    ("LOGIN 538", &[("AUTH LOGIN", "538 5.7.11 no"), ("AUTH PLAIN", "538 5.7.11 no")]),
    ("AUTH 503", &[("AUTH LOGIN", "503 5.5.1 no"), ("AUTH PLAIN", "503 5.5.1 no")]),
    ("AUTH 530", &[("AUTH LOGIN", "530 5.7.0 no"), ("AUTH PLAIN", "530 5.7.0 no")]),
    ("password 535", &[("PASSWORD", "535 5.7.8 Error: authentication failed")]),
    ("password 454", &[("PASSWORD", "454 4.7.0 later")]),
    ("password 421", &[("PASSWORD", "421 4.7.0 bye\n<close>")]),
    ("password 235 alone", &[("PASSWORD", "235")]),
    ("password 235 and a blank", &[("PASSWORD", "235 ")]),
    ("password 235 of lines", &[("PASSWORD", "235-well\n235 done")]),
    ("password 250", &[("PASSWORD", "250 done")]),
    ("password 200", &[("PASSWORD", "200 done")]),
    ("MAIL 550", &[("MAIL", "550 5.7.1 no")]),
    ("MAIL 451", &[("MAIL", "451 4.7.1 later")]),
    ("MAIL 530", &[("MAIL", "530 5.7.0 log in first")]),
    ("MAIL 251", &[("MAIL", "251 ok")]),
    ("RCPT 550", &[("RCPT", "550 5.1.1 no")]),
    ("RCPT 553 sender", &[("RCPT", "553 5.7.1 Sender address rejected: not owned by user")]),
    ("RCPT 554 relay", &[("RCPT", "554 5.7.1 Relay access denied")]),
    ("RCPT 450", &[("RCPT", "450 4.7.1 later")]),
    ("RCPT 452", &[("RCPT", "452 4.2.2 full")]),
    ("RCPT 421", &[("RCPT", "421 4.7.0 bye\n<close>")]),
    ("RCPT 251", &[("RCPT", "251 forwarded")]),
    ("RCPT 252", &[("RCPT", "252 perhaps")]),
    ("RCPT of lines", &[("RCPT", "250-well\n250 done")]),
    ("RSET refused", &[("RSET", "500 5.5.1 what")]),
    ("QUIT hangs up", &[("QUIT", "<close>")]),
];

/// SMTP with a login, sender or password of its own: the user, the password, the address.
#[rustfmt::skip]
const SENDERS: &[(&str, &str, &str, &str)] = &[
    ("no user", "", "secret", "s1@desk.example"),
    ("user 0", "0", "secret", "s2@desk.example"),
    ("a blank as user", " ", "secret", "s3@desk.example"),
    ("an empty password", "support", "", "s4@desk.example"),
    ("password 0", "support", "0", "s12@desk.example"),
    ("umlauts in the password", "support", "pässwörd", "s5@desk.example"),
    ("a line feed in the password", "support", "pass\nword", "s6@desk.example"),
    ("an IDN domain", "support", "secret", "info@müller.example"),
    ("an IDN domain with capitals", "support", "secret", "info@Müller.example"),
    ("umlauts in the address", "support", "secret", "jürgen@desk.example"),
    ("a plus in the address", "support", "secret", "s7+x@desk.example"),
    ("quotes in the address", "support", "secret", "\"a b\"@desk.example"),
    ("a blank behind the address", "support", "secret", "s8@desk.example "),
    ("two dots in the address", "support", "secret", "a..b@desk.example"),
    ("a dot before the @", "support", "secret", "a.@desk.example"),
    ("an underscore in the domain", "support", "secret", "s9@my_desk.example"),
    ("a domain without dot", "support", "secret", "s10@localhost"),
    ("an address as domain", "support", "secret", "s11@[127.0.0.1]"),
    ("no at", "support", "secret", "nobody"),
];

/// IMAP and POP3 with logins of their own.
#[rustfmt::skip]
const LOGINS: &[(&str, &str, &str)] = &[
    ("quotes and backslashes", "su\"pp\\ort", "pa\"ss\\word"),
    ("umlauts", "sü", "pässwörd"),
    ("blanks", " support ", " secret "),
    ("a line feed", "support", "pass\nword"),
    ("a carriage return", "support", "pass\rword"),
    ("an empty password", "support", ""),
    ("an empty user", "", "secret"),
    ("user 0", "0", "secret"),
    ("password 0", "support", "0"),
    ("a percent sign", "support", "100%s"),
    ("braces", "support", "{5}"),
];

/// All of them.
pub fn rows() -> Vec<Row> {
    let manner = |protocol, answers: Answers| Manner {
        protocol,
        answers,
        folders: &["INBOX"],
        ending: "\r\n",
        tls: None,
    };
    let at =
        |protocol: Protocol, name: String, manner: Manner| row(name, protocol, NONE, start(manner));
    let mut rows = Vec::new();
    for (verb, table) in [("GREETING", IMAP_GREETINGS), ("LOGIN", IMAP_LOGINS)] {
        for (name, reply) in table {
            let answers: Answers = vec![(verb, *reply)].leak();
            let name = format!("imap {}/{name}", verb.to_lowercase());
            rows.push(at(Imap, name, manner(Imap, answers)));
        }
    }
    let long: &'static str = format!("* OK {}", "x".repeat(24_000)).leak();
    let long: Answers = vec![("GREETING", long)].leak();
    rows.push(at(
        Imap,
        "imap greeting/24 kB".to_owned(),
        manner(Imap, long),
    ));
    for (kind, protocol, table) in [
        ("imap replies", Imap, IMAP_ANSWERS),
        ("pop3 replies", Pop3, POP3_ANSWERS),
        ("smtp replies", Smtp, SMTP_ANSWERS),
    ] {
        for (name, answers) in table {
            rows.push(at(
                protocol,
                format!("{kind}/{name}"),
                manner(protocol, answers),
            ));
        }
        let bare = Manner {
            ending: "\n",
            ..manner(protocol, &[])
        };
        rows.push(at(protocol, format!("{kind}/line feeds alone"), bare));
    }
    for (name, folders, fetched) in FOLDERS {
        let there = Manner {
            folders,
            ..manner(Imap, &[])
        };
        rows.push(at(Imap, format!("folders/{name}"), there).folders(fetched));
    }
    let of_imap = at(
        Pop3,
        "pop3 replies/a folder set for IMAP".to_owned(),
        manner(Pop3, &[]),
    );
    rows.push(of_imap.folders(r#"["Orders"]"#));
    for (name, user, password, email) in SENDERS {
        let plain = at(Smtp, format!("smtp senders/{name}"), manner(Smtp, &[]));
        rows.push(plain.login(user, password).email(email));
    }
    for (protocol, kind) in [(Imap, "imap logins"), (Pop3, "pop3 logins")] {
        for (name, user, password) in LOGINS {
            let plain = at(protocol, format!("{kind}/{name}"), manner(protocol, &[]));
            rows.push(plain.login(user, password));
        }
    }
    rows
}
