//! A mail server on loopback that answers any client of IMAP, POP3 or SMTP properly, but for what its row changes.
//!
//! It takes every login. `tests/suite/scripted.rs` follows a script line by line, and knows what the client will say; here
//! two clients come, each with its own way.

use std::io::{Read, Write};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::time::Duration;

use openssl::ssl::{Ssl, SslContext, SslStream};

use crate::row::Protocol;

/// No connection is kept longer without a word.
const LONGEST: Duration = Duration::from_secs(60);

/// What a server does in its own way.
#[derive(Clone)]
pub struct Manner {
    pub protocol: Protocol,
    /// Replies by verb instead of the usual ones, see [`Manner::answers`].
    pub answers: &'static [(&'static str, &'static str)],
    /// IMAP's folders, as they stand on the wire.
    pub folders: &'static [&'static str],
    /// What ends a line.
    pub ending: &'static str,
    pub tls: Option<(Begins, SslContext)>,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// With the first byte.
    AtOnce,
    /// After STARTTLS.
    Asked,
}

impl Manner {
    /// The lines of a reply, one `\n` between them; `{tag}` is the command's, the line `<close>` hangs up. The verbs: the
    /// command's first word, two of `UID …` and `AUTH …`, `GREETING`, `PASSWORD` for the last reply of a SASL login, and
    /// with `TLS:` before it what holds once TLS began. A reply of no lines is silence.
    fn answer(&self, verb: &str, secure: bool) -> Option<&'static str> {
        let find = |wanted: &str| self.answers.iter().find(|(verb, _)| *verb == wanted);
        let in_tls = secure.then(|| find(&format!("TLS:{verb}"))).flatten();
        in_tls.or_else(|| find(verb)).map(|(_, reply)| *reply)
    }
}

/// Starts one on a port of its own, on both loopback addresses. It ends with the test program.
pub fn start(manner: Manner) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
    for listener in [Some(listener), second.ok()].into_iter().flatten() {
        let manner = manner.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let manner = manner.clone();
                // The end of a connection is no error here: clients hang up when they have seen enough.
                std::thread::spawn(move || talk(manner, stream));
            }
        });
    }
    port
}

enum Line {
    Plain(TcpStream),
    Secure(SslStream<TcpStream>),
    /// Between the two, and after a failed handshake.
    Gone,
}

struct Talk {
    manner: Manner,
    line: Line,
}

fn talk(manner: Manner, stream: TcpStream) -> Option<()> {
    stream.set_read_timeout(Some(LONGEST)).ok()?;
    let mut talk = Talk {
        manner,
        line: Line::Plain(stream),
    };
    if matches!(talk.manner.tls, Some((Begins::AtOnce, _))) {
        talk.secure()?;
    }
    match talk.manner.protocol {
        Protocol::Imap => talk.imap(),
        Protocol::Pop3 => talk.pop3(),
        Protocol::Smtp => talk.smtp(),
    }
}

impl Talk {
    fn is_secure(&self) -> bool {
        matches!(self.line, Line::Secure(_))
    }

    fn offers_tls(&self) -> bool {
        !self.is_secure() && self.manner.tls.is_some()
    }

    fn secure(&mut self) -> Option<()> {
        let (_, context) = self.manner.tls.as_ref()?;
        let ssl = Ssl::new(context).ok()?;
        let Line::Plain(stream) = std::mem::replace(&mut self.line, Line::Gone) else {
            return None;
        };
        self.line = Line::Secure(ssl.accept(stream).ok()?);
        Some(())
    }

    fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        match &mut self.line {
            Line::Plain(stream) => stream.read_exact(&mut bytes),
            Line::Secure(stream) => stream.read_exact(&mut bytes),
            Line::Gone => return None,
        }
        .ok()?;
        Some(bytes)
    }

    /// A line without its end. Byte by byte: what follows STARTTLS is not ours to read.
    fn hear(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            match self.bytes(1)?[0] {
                b'\n' => break,
                byte => line.push(byte),
            }
        }
        let text = String::from_utf8_lossy(&line);
        Some(text.trim_end_matches('\r').to_owned())
    }

    fn say(&mut self, lines: &str) -> Option<()> {
        let mut text = String::new();
        let mut closes = false;
        for line in lines.lines() {
            closes = line == "<close>";
            if !closes {
                text.push_str(line);
                text.push_str(self.manner.ending);
            }
        }
        match &mut self.line {
            Line::Plain(stream) => stream.write_all(text.as_bytes()),
            Line::Secure(stream) => stream.write_all(text.as_bytes()),
            Line::Gone => return None,
        }
        .ok()?;
        (!closes).then_some(())
    }

    /// Says the row's own reply, or the usual one.
    fn reply(&mut self, verb: &str, tag: &str, usual: &str) -> Option<()> {
        let own = self.manner.answer(verb, self.is_secure());
        self.say(&own.unwrap_or(usual).replace("{tag}", tag))
    }

    fn imap(&mut self) -> Option<()> {
        self.reply("GREETING", "", "* OK IMAP4rev1 ready")?;
        loop {
            let line = self.hear()?;
            let (tag, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let (verb, rest) = match verb.to_ascii_uppercase().as_str() {
                "UID" => {
                    let (second, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                    (format!("UID {}", second.to_ascii_uppercase()), rest)
                }
                verb => (verb.to_owned(), rest),
            };
            self.literals(rest)?;
            let done = format!("{tag} OK done");
            let usual = match verb.as_str() {
                "CAPABILITY" => {
                    let offer = if self.offers_tls() { " STARTTLS" } else { "" };
                    format!("* CAPABILITY IMAP4rev1{offer}\n{done}")
                }
                "STARTTLS" if !self.offers_tls() => format!("{tag} BAD no TLS here"),
                "LIST" => {
                    let folders = self.manner.folders.iter();
                    let lines = folders.map(|name| format!("* LIST () \"/\" \"{name}\"\n"));
                    lines.chain([done]).collect()
                }
                "SELECT" | "EXAMINE" => {
                    match self.manner.folders.contains(&unquoted(rest).as_str()) {
                        true => format!(
                            "* FLAGS (\\Seen)\n* 0 EXISTS\n* 0 RECENT\n* OK [UIDVALIDITY 1] valid\n{done}"
                        ),
                        false => format!("{tag} NO no such folder"),
                    }
                }
                "STATUS" => format!("* STATUS INBOX (MESSAGES 0 UNSEEN 0)\n{done}"),
                "SEARCH" | "UID SEARCH" => format!("* SEARCH\n{done}"),
                "LOGOUT" => format!("* BYE bye\n{done}\n<close>"),
                _ => done,
            };
            self.reply(&verb, tag, &usual)?;
            if verb == "STARTTLS" && self.offers_tls() {
                self.secure()?;
            }
        }
    }

    /// Reads the literals that a line announces.
    fn literals(&mut self, line: &str) -> Option<()> {
        let mut line = line.to_owned();
        while let Some((_, length)) = line.strip_suffix('}').and_then(|l| l.rsplit_once('{')) {
            let Ok(length) = length.parse() else { break };
            self.say("+ go on")?;
            self.bytes(length)?;
            line = self.hear()?;
        }
        Some(())
    }

    fn pop3(&mut self) -> Option<()> {
        self.reply("GREETING", "", "+OK ready")?;
        loop {
            let line = self.hear()?;
            let verb = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            let usual = match verb.as_str() {
                "APOP" => "-ERR no",
                "LIST" | "UIDL" | "CAPA" => "+OK\n.",
                "QUIT" => "+OK bye\n<close>",
                "STAT" => "+OK 0 0",
                _ => "+OK",
            };
            self.reply(&verb, "", usual)?;
        }
    }

    fn smtp(&mut self) -> Option<()> {
        self.reply("GREETING", "", "220 mx ESMTP ready")?;
        loop {
            let line = self.hear()?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let offer = if self.offers_tls() {
                        "250-STARTTLS\n"
                    } else {
                        ""
                    };
                    self.reply("EHLO", "", &format!("250-mx\n{offer}250 AUTH LOGIN PLAIN"))?;
                }
                "STARTTLS" if self.offers_tls() => {
                    self.reply("STARTTLS", "", "220 go")?;
                    self.secure()?;
                }
                "STARTTLS" => self.say("502 5.5.1 no TLS here")?,
                "AUTH" => self.authentication(rest)?,
                "MAIL" if !rest.is_ascii() => self.say("501 5.1.7 Bad sender address syntax")?,
                "DATA" => {
                    self.reply("DATA", "", "354 go")?;
                    while self.hear()? != "." {}
                    self.reply("MESSAGE", "", "250 2.0.0 queued")?;
                }
                "QUIT" => self.reply("QUIT", "", "221 bye\n<close>")?,
                _ => self.reply(&verb, "", "250 ok")?,
            }
        }
    }

    /// A login by SASL: the row answers to `AUTH mechanism`, or at the end to `PASSWORD`.
    fn authentication(&mut self, rest: &str) -> Option<()> {
        let (mechanism, first) = rest.split_once(' ').unwrap_or((rest, ""));
        let verb = format!("AUTH {}", mechanism.to_ascii_uppercase());
        if self.manner.answer(&verb, self.is_secure()).is_some() {
            return self.reply(&verb, "", "");
        }
        let asked: &[&str] = match verb.as_str() {
            "AUTH LOGIN" => &["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
            "AUTH CRAM-MD5" => &["PDEuMkBteD4="],
            _ => &[""],
        };
        for question in &asked[usize::from(!first.is_empty())..] {
            self.say(&format!("334 {question}"))?;
            self.hear()?;
        }
        self.reply("PASSWORD", "", "235 2.7.0 ok")
    }
}

/// A name as IMAP writes it, without its quotes.
fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    inside.replace("\\\"", "\"").replace("\\\\", "\\")
}
