//! The demo's IMAP server (RFC 3501): as much as a client needs to log in and look at a folder's numbers.
//!
//! XOAUTH2 is known to every server, and only Microsoft's take a token. Replies are fixed texts: nothing that a guest sent is said back
//! but a sound tag.

mod command;

use std::io::{self, ErrorKind};

use zeroize::Zeroizing;

use self::command::{ImapCommand, text};
use super::wire::GuestWire;
use super::{DemoProvider, DemoServer};
use crate::domain::payload::base64;

/// Folders, and how many messages they are said to hold.
const FOLDERS: [(&str, u32); 3] = [("INBOX", 3), ("Sent", 1), ("Trash", 0)];
const COMPLETED: &str = "OK Completed.";
const LOG_IN_FIRST: &str = "BAD Log in first.";
const LOGGED_IN: &str = "BAD Logged in already.";
const WRONG_ARGUMENTS: &str = "BAD Wrong arguments.";
const NO_SUCH_FOLDER: &str = "NO [NONEXISTENT] There is no such folder.";
const AUTHENTICATION_FAILED: &str = "NO [AUTHENTICATIONFAILED] Authentication failed.";
/// What RFC 7628 and its forerunner tell a client whose token is not taken.
const TOKEN_REFUSED: &[u8] = br#"{"status":"400","schemes":"Bearer","scope":"imap"}"#;

/// What follows a tagged reply.
#[derive(PartialEq, Eq)]
enum Then {
    Next,
    Secure,
    End,
}

struct ImapDialogue<'a> {
    server: &'a DemoServer,
    wire: GuestWire,
    logged_in: bool,
}

/// Serves one guest.
pub(super) fn serve(server: &DemoServer, wire: GuestWire) -> io::Result<()> {
    let mut dialogue = ImapDialogue {
        server,
        wire,
        logged_in: false,
    };
    match dialogue.run() {
        Err(e) if e.kind() == ErrorKind::InvalidData => {
            dialogue.wire.say("* BYE That is too long.")?;
            dialogue.wire.close()
        }
        ended => ended,
    }
}

impl ImapDialogue<'_> {
    fn run(&mut self) -> io::Result<()> {
        let greeting = format!(
            "* OK [CAPABILITY {}] {} ready.",
            self.capabilities(),
            self.server.name
        );
        self.wire.say(&greeting)?;
        loop {
            let command = ImapCommand::read(&mut self.wire)?;
            let (reply, then) = self.answer(&command)?;
            self.wire.say(&format!("{} {reply}", command.tag))?;
            match then {
                Then::Next => {}
                Then::Secure => self.wire.secure(self.server.tls())?,
                Then::End => return self.wire.close(),
            }
        }
    }

    fn capabilities(&self) -> &'static str {
        if self.wire.is_secure() {
            "IMAP4rev1 SASL-IR AUTH=XOAUTH2"
        } else {
            "IMAP4rev1 SASL-IR STARTTLS AUTH=XOAUTH2"
        }
    }

    fn answer(&mut self, command: &ImapCommand) -> io::Result<(&'static str, Then)> {
        let arguments: Vec<&[u8]> = command.arguments.iter().map(|a| &a[..]).collect();
        let reply = match (command.name.as_str(), &arguments[..]) {
            ("NOOP", []) => COMPLETED,
            ("CAPABILITY", []) => {
                let line = format!("* CAPABILITY {}", self.capabilities());
                self.wire.say(&line)?;
                COMPLETED
            }
            ("LOGOUT", []) => {
                self.wire.say("* BYE Logging out.")?;
                return Ok((COMPLETED, Then::End));
            }
            ("STARTTLS", []) if self.wire.is_secure() => "BAD TLS is in use already.",
            ("STARTTLS", []) => return Ok(("OK Begin TLS negotiation now.", Then::Secure)),
            ("LOGIN" | "AUTHENTICATE", _) if self.logged_in => LOGGED_IN,
            ("LOGIN", [user, password]) => self.log_in(user, password),
            ("AUTHENTICATE", [mechanism, initial @ ..]) if initial.len() < 2 => {
                self.authenticate(mechanism, initial.first().copied())?
            }
            ("LIST" | "SELECT" | "EXAMINE" | "STATUS", _) if !self.logged_in => LOG_IN_FIRST,
            ("LIST", [_, pattern]) => self.list(pattern)?,
            ("SELECT", [folder]) => self.open(folder, "OK [READ-WRITE] Completed.")?,
            ("EXAMINE", [folder]) => self.open(folder, "OK [READ-ONLY] Completed.")?,
            ("STATUS", [folder, items]) => self.status(folder, items)?,
            ("UID", [what, ..]) if self.logged_in && what.eq_ignore_ascii_case(b"SEARCH") => {
                self.wire.say("* SEARCH")?;
                COMPLETED
            }
            (
                "NOOP" | "CAPABILITY" | "LOGOUT" | "STARTTLS" | "LOGIN" | "AUTHENTICATE" | "LIST"
                | "SELECT" | "EXAMINE" | "STATUS",
                _,
            ) => WRONG_ARGUMENTS,
            _ => "BAD Unknown or malformed command.",
        };
        Ok((reply, Then::Next))
    }

    fn log_in(&mut self, user: &[u8], password: &[u8]) -> &'static str {
        self.logged_in = self
            .server
            .admits(user, password, |login| login.incoming.as_ref());
        match self.server.provider {
            _ if self.logged_in => "OK Logged in.",
            DemoProvider::Ordinary => AUTHENTICATION_FAILED,
            DemoProvider::Microsoft => "NO LOGIN failed.",
        }
    }

    /// XOAUTH2. Of a token that is refused Microsoft says so at once, others explain themselves before.
    fn authenticate(
        &mut self,
        mechanism: &[u8],
        initial: Option<&[u8]>,
    ) -> io::Result<&'static str> {
        if !mechanism.eq_ignore_ascii_case(b"XOAUTH2") {
            return Ok("NO [CANNOT] This mechanism is not known here.");
        }
        let message = match initial {
            Some(initial) => Zeroizing::new(initial.to_vec()),
            None => {
                self.wire.say("+ ")?;
                self.wire.line()?
            }
        };
        if initial.is_none() && message.as_slice() == b"*" {
            return Ok("BAD Cancelled.");
        }
        let plain = base64::decode_strict(&message).map(Zeroizing::new);
        if plain.is_ok_and(|plain| self.server.admits_token(&plain)) {
            self.logged_in = true;
            return Ok("OK AUTHENTICATE completed.");
        }
        if self.server.provider == DemoProvider::Microsoft {
            return Ok("NO AUTHENTICATE failed.");
        }
        self.wire
            .say(&format!("+ {}", base64::encode(TOKEN_REFUSED)))?;
        self.wire.line()?;
        Ok(AUTHENTICATION_FAILED)
    }

    fn list(&mut self, pattern: &[u8]) -> io::Result<&'static str> {
        if pattern.is_empty() {
            // An empty pattern asks what stands between a folder and those within.
            self.wire.say("* LIST (\\Noselect) \"/\" \"\"")?;
        }
        let every = pattern == b"*" || pattern == b"%";
        for (name, _) in FOLDERS {
            if every || folder(pattern).is_some_and(|(asked, _)| asked == name) {
                self.wire
                    .say(&format!("* LIST (\\HasNoChildren) \"/\" {name}"))?;
            }
        }
        Ok(COMPLETED)
    }

    fn open(&mut self, name: &[u8], opened: &'static str) -> io::Result<&'static str> {
        let Some((_, messages)) = folder(name) else {
            return Ok(NO_SUCH_FOLDER);
        };
        let next = messages + 1;
        self.wire.say(&format!(
            "* FLAGS (\\Answered \\Seen \\Deleted)\r\n* {messages} EXISTS\r\n* 0 RECENT\r\n\
             * OK [UIDVALIDITY 1] Valid.\r\n* OK [UIDNEXT {next}] Next."
        ))?;
        Ok(opened)
    }

    fn status(&mut self, name: &[u8], items: &[u8]) -> io::Result<&'static str> {
        let Some((name, messages)) = folder(name) else {
            return Ok(NO_SUCH_FOLDER);
        };
        let items = text(items).to_ascii_uppercase();
        let mut values = Vec::new();
        for item in items.trim_matches(['(', ')']).split_ascii_whitespace() {
            values.push(match item {
                "MESSAGES" => format!("MESSAGES {messages}"),
                "UIDNEXT" => format!("UIDNEXT {}", messages + 1),
                "UIDVALIDITY" => "UIDVALIDITY 1".to_owned(),
                "RECENT" | "UNSEEN" => format!("{item} 0"),
                _ => return Ok(WRONG_ARGUMENTS),
            });
        }
        self.wire
            .say(&format!("* STATUS {name} ({})", values.join(" ")))?;
        Ok(COMPLETED)
    }
}

fn folder(name: &[u8]) -> Option<(&'static str, u32)> {
    FOLDERS.into_iter().find(|(known, _)| {
        // INBOX alone is the same in any case.
        known.as_bytes() == name || *known == "INBOX" && name.eq_ignore_ascii_case(b"INBOX")
    })
}
