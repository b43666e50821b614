//! IMAP (RFC 3501) as far as FreeScout goes: greeting, STARTTLS, LOGIN or AUTHENTICATE XOAUTH2, the folders.
//!
//! Like FreeScout: STARTTLS is sent without looking at capabilities and must be granted; LOGIN is sent even where the
//! server says LOGINDISABLED; only a tagged OK counts.

use zeroize::Zeroizing;

use super::net::Wire;
use super::utf7::utf7;
use super::xoauth2::{challenge_text, xoauth2_message};
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::probe::TestCaution;
use crate::domain::mail::rung::Rung;
use crate::domain::mail::{LoginMethod, Security};
use crate::words::untrusted::shown;

/// Untagged replies to one command that are read.
const MAX_REPLIES: usize = 2_000;
/// Folders of one mailbox that are looked at.
const MAX_FOLDERS: usize = 20;

/// A tagged reply.
pub(super) struct Tagged {
    /// `OK`, `NO`, `BAD` and what follows.
    pub(super) text: Vec<u8>,
    /// The untagged lines before it, without `* `.
    pub(super) untagged: Vec<Vec<u8>>,
}

impl Tagged {
    pub(super) fn is_ok(&self) -> bool {
        starts_with(&self.text, "OK")
    }
}

/// What comes after something was sent.
enum Response {
    Tagged(Tagged),
    /// `+`, and what follows.
    GoOn(Vec<u8>),
}

/// An open dialogue.
pub(super) struct Imap<'a> {
    wire: Wire,
    cancel: &'a std::sync::atomic::AtomicBool,
    number: u32,
    capabilities: Vec<String>,
}

pub(super) fn probe(climb: &mut Climb<'_>, credential: Option<&SecretBytes>) -> Result<(), Fall> {
    let mut imap = open(climb, credential)?;
    climb.begin(Rung::Folder);
    let mut seen = Vec::new();
    for folder in climb.target.folders.iter().take(MAX_FOLDERS) {
        let reply = imap.examine(folder.raw())?;
        if !reply.is_ok() {
            return Err(climb.refused(&reply.text, None));
        }
        seen.push(text!(
            probe_folder,
            folder = shown(folder),
            count = messages(&reply)
        ));
    }
    climb.hold(&seen.join(", "));
    imap.log_out();
    Ok(())
}

/// Climbs up to and with the login.
pub(super) fn open<'a>(
    climb: &mut Climb<'a>,
    credential: Option<&SecretBytes>,
) -> Result<Imap<'a>, Fall> {
    let mut wire = climb.connect()?;
    let greeting = climb.greeting(&mut wire)?;
    if starts_with(&greeting, "* BYE") {
        return Err(climb.refused(&greeting, None));
    }
    if !starts_with(&greeting, "* OK") && !starts_with(&greeting, "* PREAUTH") {
        return Err(Climb::not_a_mail_server(&greeting));
    }
    let mut imap = Imap {
        wire,
        cancel: climb.cancel,
        number: 0,
        capabilities: Vec::new(),
    };
    let greeting = shown(greeting.get(2..).unwrap_or_default()).to_string();
    if climb.target.security == Security::StartTls {
        climb.hold(&greeting);
        climb.begin(Rung::StartTls);
        let reply = imap.command(b"STARTTLS")?;
        if !reply.is_ok() {
            return Err(climb.refused(&reply.text, None));
        }
        climb.hold(&shown(&reply.text).to_string());
        imap.wire = climb.secure(imap.wire)?;
        imap.ask_capabilities()?;
    } else {
        imap.ask_capabilities()?;
        climb.hold(&format!("{greeting} {}", imap.capabilities.join(" ")));
    }
    if imap.can("LOGINDISABLED") {
        climb.cautions.push(TestCaution::LoginDisabled);
    }
    climb.begin(Rung::Authentication);
    let Some(credential) = credential else {
        return Ok(imap);
    };
    let reply = match &climb.target.login {
        LoginMethod::None => return Ok(imap),
        LoginMethod::Password { user } => imap.login(user, credential)?,
        LoginMethod::XOAuth2 { user } => imap.xoauth2(user, credential)?,
    };
    if !reply.is_ok() {
        return Err(climb.refused(&reply.text, Some(credential)));
    }
    climb.hold(&shown(&reply.text).to_string());
    Ok(imap)
}

impl Imap<'_> {
    /// The next line; a literal at its end is read past.
    fn line(&mut self) -> Result<Vec<u8>, Fall> {
        let mut line = self.wire.line(self.cancel)?;
        for _ in 0..MAX_REPLIES {
            let Some(bytes) = literal(&line) else {
                return Ok(line);
            };
            self.wire.skip(bytes, self.cancel)?;
            line.push(b' ');
            line.extend(self.wire.line(self.cancel)?);
            if line.len() > 1 << 16 {
                break;
            }
        }
        Err(Climb::broken(&line[..line.len().min(200)]))
    }

    fn tag(&mut self) -> String {
        self.number += 1;
        format!("R{}", self.number)
    }

    /// Sends a command and reads up to its tagged reply.
    pub(super) fn command(&mut self, command: &[u8]) -> Result<Tagged, Fall> {
        let tag = self.tag();
        let bytes = Zeroizing::new([tag.as_bytes(), b" ", command, b"\r\n"].concat());
        self.wire.send(&bytes, self.cancel)?;
        self.reply(&tag)
    }

    /// Reads up to the tagged reply.
    fn reply(&mut self, tag: &str) -> Result<Tagged, Fall> {
        match self.answer(tag)? {
            Response::Tagged(reply) => Ok(reply),
            Response::GoOn(said) => Err(Climb::broken(&said)),
        }
    }

    /// Reads up to the tagged reply, or up to where the server wants to hear more.
    fn answer(&mut self, tag: &str) -> Result<Response, Fall> {
        let mut untagged = Vec::new();
        for _ in 0..MAX_REPLIES {
            let line = self.line()?;
            if let Some(text) = line
                .strip_prefix(tag.as_bytes())
                .and_then(|rest| rest.strip_prefix(b" "))
            {
                return Ok(Response::Tagged(Tagged {
                    text: text.to_vec(),
                    untagged,
                }));
            }
            if let Some(text) = line.strip_prefix(b"+") {
                return Ok(Response::GoOn(text.to_vec()));
            }
            match line.strip_prefix(b"* ") {
                // After its goodbye, a server answers no more.
                Some(text) if starts_with(text, "BYE") => {
                    return Ok(Response::Tagged(Tagged {
                        text: text.to_vec(),
                        untagged,
                    }));
                }
                Some(text) => untagged.push(text.to_vec()),
                None => return Err(Climb::broken(&line)),
            }
        }
        Err(Climb::broken(b""))
    }

    fn ask_capabilities(&mut self) -> Result<(), Fall> {
        let reply = self.command(b"CAPABILITY")?;
        self.note_capabilities(&reply);
        Ok(())
    }

    /// Whether the server says it can do this.
    pub(super) fn can(&self, capability: &str) -> bool {
        self.capabilities
            .iter()
            .any(|word| word.eq_ignore_ascii_case(capability))
    }

    /// LOGIN with quoted strings, as FreeScout; what cannot be quoted goes as a literal.
    fn login(&mut self, user: &str, password: &SecretBytes) -> Result<Tagged, Fall> {
        let tag = self.tag();
        let mut sending =
            Zeroizing::new(Vec::with_capacity(64 + 2 * (user.len() + password.len())));
        sending.extend_from_slice(format!("{tag} LOGIN").as_bytes());
        for text in [user.as_bytes(), password.expose()] {
            sending.push(b' ');
            if text.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
                sending.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
                self.wire.send(&sending, self.cancel)?;
                zeroize::Zeroize::zeroize(&mut *sending);
                if let Response::Tagged(refusal) = self.answer(&tag)? {
                    return Ok(refusal);
                }
                sending.extend_from_slice(text);
            } else {
                sending.push(b'"');
                for byte in text {
                    if matches!(byte, b'"' | b'\\') {
                        sending.push(b'\\');
                    }
                    sending.push(*byte);
                }
                sending.push(b'"');
            }
        }
        sending.extend_from_slice(b"\r\n");
        self.wire.send(&sending, self.cancel)?;
        let reply = self.reply(&tag)?;
        self.note_capabilities(&reply);
        Ok(reply)
    }

    /// AUTHENTICATE XOAUTH2; a challenge is the server's reason, answered with nothing.
    fn xoauth2(&mut self, user: &str, token: &SecretBytes) -> Result<Tagged, Fall> {
        let tag = self.tag();
        let message = xoauth2_message(user, token);
        let bytes = Zeroizing::new(
            [
                tag.as_bytes(),
                b" AUTHENTICATE XOAUTH2 ",
                message.as_bytes(),
                b"\r\n",
            ]
            .concat(),
        );
        self.wire.send(&bytes, self.cancel)?;
        let reply = match self.answer(&tag)? {
            Response::Tagged(reply) => reply,
            Response::GoOn(challenge) => {
                let reason = challenge_text(&challenge);
                self.wire.send(b"\r\n", self.cancel)?;
                let mut reply = self.reply(&tag)?;
                if !reply.is_ok() && !reason.is_empty() {
                    reply.text.extend_from_slice(b" ");
                    reply.text.extend_from_slice(reason.as_bytes());
                }
                reply
            }
        };
        self.note_capabilities(&reply);
        Ok(reply)
    }

    /// `CAPABILITY …`, and `[CAPABILITY …]` in a reply: servers tell more of themselves after the login.
    fn note_capabilities(&mut self, reply: &Tagged) {
        let told = reply.untagged.iter().chain([&reply.text]);
        for line in told {
            let at = match line.iter().position(|b| *b == b'[') {
                Some(at) if starts_with(line, "OK ") => at + 1,
                _ => 0,
            };
            if !starts_with(&line[at..], "CAPABILITY ") {
                continue;
            }
            let list = line[at..].split(|b| *b == b']').next().unwrap_or_default();
            self.capabilities = list
                .split(|b| *b == b' ')
                .skip(1)
                .filter(|word| !word.is_empty())
                .map(|word| shown(word).to_string())
                .collect();
        }
    }

    /// Opens a folder without changing anything in it.
    pub(super) fn examine(&mut self, folder: &str) -> Result<Tagged, Fall> {
        self.folder("EXAMINE", folder)
    }

    /// Opens a folder for changes.
    pub(super) fn select(&mut self, folder: &str) -> Result<Tagged, Fall> {
        self.folder("SELECT", folder)
    }

    fn folder(&mut self, command: &str, folder: &str) -> Result<Tagged, Fall> {
        let name: String = utf7(folder)
            .chars()
            .filter(|c| !c.is_control())
            .flat_map(|c| {
                (matches!(c, '"' | '\\'))
                    .then_some('\\')
                    .into_iter()
                    .chain([c])
            })
            .collect();
        self.command(format!("{command} \"{name}\"").as_bytes())
    }

    /// Says goodbye without waiting for an answer.
    pub(super) fn log_out(&mut self) {
        let tag = self.tag();
        // The verdict stands already: a server that hangs up first changes nothing.
        let _ = self
            .wire
            .send(format!("{tag} LOGOUT\r\n").as_bytes(), self.cancel);
    }
}

fn starts_with(line: &[u8], text: &str) -> bool {
    line.get(..text.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
}

/// The length announced by `{n}` at the end of a line.
fn literal(line: &[u8]) -> Option<usize> {
    let inside = line.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|b| *b == b'{')?;
    let digits = std::str::from_utf8(&inside[open + 1..]).ok()?;
    let digits = digits.strip_suffix('+').unwrap_or(digits);
    // More digits than any length has: as long as can be, so that it is refused.
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().unwrap_or(usize::MAX))
}

/// `EXISTS` of a selected folder.
fn messages(reply: &Tagged) -> u64 {
    reply
        .untagged
        .iter()
        .find_map(|line| {
            let text = std::str::from_utf8(line).ok()?;
            text.strip_suffix(" EXISTS")?.parse().ok()
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_seen_at_the_end_of_a_line_only() {
        assert_eq!(literal(b"* LIST () \"/\" {5}"), Some(5));
        assert_eq!(literal(b"* OK {5} words"), None);
        assert_eq!(literal(b"* X {99999999999999999999999}"), Some(usize::MAX));
        assert_eq!(literal(b"{}"), None);
    }
}
