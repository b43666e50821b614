//! The demo's SMTP server (RFC 5321, 3207, 4954): STARTTLS, then AUTH, then mail, which is read and dropped.
//!
//! It names no mechanism before TLS, and takes no mail without a login. Replies are fixed texts.

use std::io::{self, ErrorKind};

use zeroize::Zeroizing;

use super::wire::{Bytes, GuestWire};
use super::{DemoProvider, DemoServer};
use crate::domain::payload::base64;

/// The largest mail.
const MAX_MAIL: usize = 1 << 20;
const MAX_RECIPIENTS: usize = 100;
const DONE: &str = "250 2.0.0 OK";
const OUT_OF_ORDER: &str = "503 5.5.1 Bad sequence of commands";
const WRONG_ARGUMENTS: &str = "501 5.5.4 Wrong arguments";

/// What follows a reply.
#[derive(PartialEq, Eq)]
enum Then {
    Next,
    Secure,
    End,
}

/// What was said so far, all of it forgotten when TLS begins.
#[derive(Default)]
struct State {
    greeted: bool,
    logged_in: bool,
    sender: bool,
    recipients: usize,
}

struct SmtpDialogue<'a> {
    server: &'a DemoServer,
    wire: GuestWire,
    state: State,
}

/// Serves one guest.
pub(super) fn serve(server: &DemoServer, wire: GuestWire) -> io::Result<()> {
    let mut dialogue = SmtpDialogue {
        server,
        wire,
        state: State::default(),
    };
    match dialogue.run() {
        Err(e) if e.kind() == ErrorKind::InvalidData => {
            dialogue.wire.say("500 5.5.2 That is too long")?;
            dialogue.wire.close()
        }
        ended => ended,
    }
}

impl SmtpDialogue<'_> {
    fn run(&mut self) -> io::Result<()> {
        self.wire
            .say(&format!("220 {} ESMTP ready", self.server.name))?;
        loop {
            let line = self.wire.line()?;
            let (verb, rest) = split(&line);
            let (reply, then) = self.answer(&verb.to_ascii_uppercase(), rest)?;
            self.wire.say(reply)?;
            match then {
                Then::Next => {}
                Then::Secure => {
                    self.wire.secure(self.server.tls())?;
                    self.state = State::default();
                }
                Then::End => return self.wire.close(),
            }
        }
    }

    fn answer(&mut self, verb: &[u8], rest: &[u8]) -> io::Result<(&'static str, Then)> {
        let state = &mut self.state;
        let reply = match verb {
            b"EHLO" | b"HELO" if rest.is_empty() => WRONG_ARGUMENTS,
            b"EHLO" => {
                state.greeted = true;
                self.extensions()?
            }
            b"HELO" => {
                state.greeted = true;
                DONE
            }
            b"STARTTLS" if self.wire.is_secure() => OUT_OF_ORDER,
            b"STARTTLS" => return Ok(("220 2.0.0 Ready to start TLS", Then::Secure)),
            b"AUTH" => self.authenticate(rest)?,
            b"MAIL" if !state.logged_in => "530 5.7.0 Authentication required",
            b"MAIL" if state.sender => OUT_OF_ORDER,
            b"MAIL" if is_path(rest, b"FROM:") => {
                state.sender = true;
                DONE
            }
            b"RCPT" if !state.sender => OUT_OF_ORDER,
            b"RCPT" if state.recipients >= MAX_RECIPIENTS => "452 4.5.3 Too many recipients",
            b"RCPT" if is_path(rest, b"TO:") => {
                state.recipients += 1;
                DONE
            }
            b"MAIL" | b"RCPT" => WRONG_ARGUMENTS,
            b"DATA" if state.recipients == 0 => OUT_OF_ORDER,
            b"DATA" => self.mail()?,
            b"RSET" => {
                self.forget_mail();
                DONE
            }
            b"NOOP" => DONE,
            b"QUIT" => return Ok(("221 2.0.0 Bye", Then::End)),
            _ => "502 5.5.1 Unknown command",
        };
        Ok((reply, Then::Next))
    }

    /// All but the last line of the answer to EHLO, which is given back.
    fn extensions(&mut self) -> io::Result<&'static str> {
        let security = match (self.wire.is_secure(), self.server.provider) {
            (false, _) => "STARTTLS",
            (true, DemoProvider::Ordinary) => "AUTH LOGIN PLAIN",
            (true, DemoProvider::Microsoft) => "AUTH LOGIN XOAUTH2",
        };
        self.wire.say(&format!(
            "250-{}\r\n250-SIZE {MAX_MAIL}\r\n250-{security}",
            self.server.name
        ))?;
        Ok("250 ENHANCEDSTATUSCODES")
    }

    fn authenticate(&mut self, rest: &[u8]) -> io::Result<&'static str> {
        if !self.wire.is_secure() {
            return Ok("530 5.7.0 Must issue a STARTTLS command first");
        }
        if !self.state.greeted || self.state.logged_in {
            return Ok(OUT_OF_ORDER);
        }
        let (mechanism, initial) = split(rest);
        let initial = (!initial.is_empty()).then_some(initial);
        let credentials = match (
            mechanism.to_ascii_uppercase().as_slice(),
            self.server.provider,
        ) {
            (b"LOGIN", _) => self.login(initial)?,
            (b"PLAIN", DemoProvider::Ordinary) => self.plain(initial)?,
            (b"XOAUTH2", DemoProvider::Microsoft) => {
                let token = self.ask(initial, "334 ")?;
                let taken = |token: &Bytes| self.server.admits_token(token);
                self.state.logged_in = token.as_ref().is_some_and(taken);
                return Ok(match token {
                    Some(_) if self.state.logged_in => "235 2.7.0 Authentication successful",
                    Some(_) => "535 5.7.3 Authentication unsuccessful",
                    None => WRONG_ARGUMENTS,
                });
            }
            _ => return Ok("504 5.5.4 This mechanism is not known here"),
        };
        let Some((user, password)) = credentials else {
            return Ok(WRONG_ARGUMENTS);
        };
        self.state.logged_in = self
            .server
            .admits(&user, &password, |login| login.outgoing.as_ref());
        Ok(match self.server.provider {
            _ if self.state.logged_in => "235 2.7.0 Authentication successful",
            DemoProvider::Ordinary => "535 5.7.8 Authentication credentials invalid",
            DemoProvider::Microsoft => {
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
            }
        })
    }

    /// AUTH LOGIN: user name and password, each asked for in base64.
    fn login(&mut self, initial: Option<&[u8]>) -> io::Result<Option<(Bytes, Bytes)>> {
        let Some(user) = self.ask(initial, "334 VXNlcm5hbWU6")? else {
            return Ok(None);
        };
        let password = self.ask(None, "334 UGFzc3dvcmQ6")?;
        Ok(password.map(|password| (user, password)))
    }

    /// AUTH PLAIN: who to act as, who it is, and the password, with NUL between them. Nobody acts as somebody else.
    fn plain(&mut self, initial: Option<&[u8]>) -> io::Result<Option<(Bytes, Bytes)>> {
        let response = self.ask(initial, "334 ")?;
        Ok(response.and_then(|response| {
            let mut parts = response.split(|&b| b == 0);
            let (acting, user, password) = (parts.next()?, parts.next()?, parts.next()?);
            let sound = parts.next().is_none() && (acting.is_empty() || acting == user);
            let kept = |part: &[u8]| Zeroizing::new(part.to_vec());
            sound.then(|| (kept(user), kept(password)))
        }))
    }

    /// A response in base64, sent with the command already or asked for now; none where it was cancelled or is not sound.
    fn ask(&mut self, initial: Option<&[u8]>, prompt: &str) -> io::Result<Option<Bytes>> {
        let response = match initial {
            // An empty response that is sent with the command.
            Some(b"=") => return Ok(Some(Bytes::default())),
            Some(initial) => Zeroizing::new(initial.to_vec()),
            None => {
                self.wire.say(prompt)?;
                self.wire.line()?
            }
        };
        Ok(base64::decode_strict(&response).ok().map(Zeroizing::new))
    }

    /// Reads a mail and keeps none of it.
    fn mail(&mut self) -> io::Result<&'static str> {
        self.wire.say("354 End with a line of one full stop")?;
        let mut size = 0;
        loop {
            let line = self.wire.line()?;
            if line.as_slice() == b"." {
                break;
            }
            size += line.len() + 2;
            if size > MAX_MAIL {
                return Err(ErrorKind::InvalidData.into());
            }
        }
        self.forget_mail();
        Ok("250 2.0.0 Taken, and dropped: this is a demo")
    }

    fn forget_mail(&mut self) {
        self.state.sender = false;
        self.state.recipients = 0;
    }
}

/// A word and what follows it.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b' ', line).unwrap_or(line.len());
    (&line[..end], line[end..].trim_ascii())
}

/// Whether an address in angle brackets follows the keyword; parameters may stand behind it.
fn is_path(rest: &[u8], keyword: &[u8]) -> bool {
    rest.split_at_checked(keyword.len())
        .is_some_and(|(word, path)| {
            let path = path.trim_ascii();
            word.eq_ignore_ascii_case(keyword)
                && path.starts_with(b"<")
                && memchr::memchr(b'>', path).is_some()
        })
}
