//! IMAP (RFC 3501) as far as FreeScout goes: greeting, STARTTLS, LOGIN or AUTHENTICATE XOAUTH2, the list of folders, and
//! the folders.
//!
//! Like FreeScout: STARTTLS is sent without looking at capabilities and must be granted; LOGIN is sent even where the
//! server says LOGINDISABLED; only a tagged OK in capitals counts, and what else comes before it is passed over; a folder is
//! there if its name stands in the list exactly as it goes over the wire.

mod listing;

use zeroize::Zeroizing;

use super::net::{Wire, without_end};
use super::utf7::utf7;
use super::xoauth2::{challenge_text, xoauth2_message};
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::TestCaution;
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::{LoginMethod, Security};
use crate::words::untrusted::{Untrusted, shown};
use listing::ReplyLine;

/// Lines before the tagged reply to one command that are read.
const MAX_REPLIES: usize = 20_000;
/// Folders of one mailbox that are looked at.
const MAX_FOLDERS: usize = 20;
/// Days that FreeScout looks back for new emails (`--days` of its fetch).
const DAYS_FETCHED: i64 = 3;
/// Names of the server's list that are told where one is not among them.
const NAMES_TOLD: usize = 12;
/// The longest line that is put together of literals and what stands between them.
const MAX_TOGETHER: usize = 1 << 16;

/// A tagged reply.
pub(super) struct Tagged {
    /// `OK`, `NO`, `BAD` and what follows.
    pub(super) text: Vec<u8>,
    /// The lines before it, each without its first word (`*`, as a rule).
    pub(super) untagged: Vec<ReplyLine>,
}

impl Tagged {
    /// FreeScout compares it in capitals.
    pub(super) fn is_ok(&self) -> bool {
        let rest = self.text.trim_ascii_start().strip_prefix(b"OK");
        rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
    }

    /// For tokens, it does not.
    fn is_ok_in_any_case(&self) -> bool {
        starts_with(&self.text, "OK ")
    }
}

/// A line, as it comes after something was sent.
enum Heard {
    /// The end of the reply.
    Tagged(Vec<u8>),
    /// `+`, and what follows.
    GoOn(ReplyLine),
    /// Anything else, without its first word.
    Other(ReplyLine),
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
    let names = imap.list(climb)?;
    // FreeScout's button looks for that one alone, and takes a refusal to open it for an empty folder.
    let has_inbox = names.iter().any(|name| name == b"INBOX");
    let button = has_inbox.then_some(TestCaution::ButtonSaysOk);
    let mut seen = Vec::new();
    for folder in climb.target.folders.iter().take(MAX_FOLDERS) {
        let name = utf7(folder.raw());
        if !names.iter().any(|listed| listed == name.as_bytes()) {
            climb.cautions.extend(button);
            return Err(not_listed(folder, &names));
        }
        let mut reply = imap.examine(folder.raw())?;
        if starts_with(&reply.text, "BAD") {
            // FreeScout says SELECT. It changes no more than which emails are called recent.
            reply = imap.select(folder.raw())?;
        }
        if !reply.is_ok() {
            climb.cautions.extend(button);
            return Err(climb.refused(&reply.text, None));
        }
        let count = messages(&reply);
        if count > 0 {
            // A server that hangs up at the search, or takes too long for it, keeps FreeScout from its emails. A refusal is
            // an empty answer to it.
            imap.command(format!("UID SEARCH UNSEEN SINCE {}", since()).as_bytes())?;
        }
        seen.push(text!(probe_folder, folder = shown(folder), count));
    }
    if !has_inbox {
        climb.cautions.push(TestCaution::ButtonSaysNo);
    }
    climb.hold(&seen.join(", "));
    imap.log_out();
    Ok(())
}

/// The day from which FreeScout looks for new emails, as IMAP writes it.
fn since() -> String {
    let days = jiff::Span::new().days(DAYS_FETCHED);
    let today = jiff::Zoned::now();
    let first = today.checked_sub(days).unwrap_or(today);
    first.strftime("%-d-%b-%Y").to_string()
}

/// A folder that FreeScout does not find in the list.
fn not_listed(folder: &Untrusted, names: &[Vec<u8>]) -> Fall {
    let told: Vec<String> = names
        .iter()
        .take(NAMES_TOLD)
        .map(|name| shown(name).to_string())
        .collect();
    let advice = match names.is_empty() {
        true => Advice::ListEmpty,
        false => Advice::FolderNotListed,
    };
    let said = match told.is_empty() {
        true => String::new(),
        false => text!(probe_not_listed, folder, names = told.join(", ")),
    };
    Fall::new(Code::FolderMissing, advice, shown(&said).to_string())
}

/// Climbs up to and with the login.
pub(super) fn open<'a>(
    climb: &mut Climb<'a>,
    credential: Option<&SecretBytes>,
) -> Result<Imap<'a>, Fall> {
    let mut wire = climb.connect()?;
    let greeting = without_end(climb.greeting(&mut wire)?);
    if starts_with(&greeting, "* BYE") {
        return Err(climb.refused(&greeting, None));
    }
    if !greeting.starts_with(b"* OK") {
        let greets = ["* OK", "* PREAUTH"].map(|words| starts_with(&greeting, words));
        return Err(match greets.contains(&true) {
            true => Fall::new(
                Code::ProtocolError,
                Advice::GreetingNotOk,
                shown(&greeting).to_string(),
            ),
            false => Climb::not_a_mail_server(&greeting),
        });
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
    let accepted = match &climb.target.login {
        LoginMethod::XOAuth2 { .. } => reply.is_ok_in_any_case(),
        _ => reply.is_ok(),
    };
    if !accepted {
        return Err(match reply.is_ok_in_any_case() {
            true => Fall::new(
                Code::ProtocolError,
                Advice::AnswerNotOk,
                shown(&reply.text).to_string(),
            ),
            false => climb.refused(&reply.text, Some(credential)),
        });
    }
    climb.hold(&shown(&reply.text).to_string());
    Ok(imap)
}

impl Imap<'_> {
    /// The next line, with the literals at its ends.
    fn line(&mut self) -> Result<ReplyLine, Fall> {
        let mut line = ReplyLine::from(self.wire.line(self.cancel)?);
        for _ in 0..MAX_REPLIES {
            let Some((at, bytes)) = literal(&line.text) else {
                return Ok(line);
            };
            line.literals
                .push((at, self.wire.take(bytes, self.cancel)?));
            line.text.push(b' ');
            line.text.extend(self.wire.line(self.cancel)?);
            if line.text.len() > MAX_TOGETHER {
                break;
            }
        }
        Err(Climb::broken(&line.text[..line.text.len().min(200)]))
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

    /// Reads up to the tagged reply. Blank lines, other tags, a `+` and whatever else stands before it are passed over, as
    /// FreeScout does.
    fn reply(&mut self, tag: &str) -> Result<Tagged, Fall> {
        let mut untagged = Vec::new();
        let mut goodbye = None;
        for _ in 0..MAX_REPLIES {
            match (self.hear(tag), goodbye.take()) {
                (Ok(Heard::Tagged(text)), _) => return Ok(Tagged { text, untagged }),
                (Ok(Heard::GoOn(line)), before) => {
                    goodbye = before;
                    untagged.push(line);
                }
                (Ok(Heard::Other(line)), before) => {
                    let leaves = starts_with(&line.text, "BYE");
                    goodbye = before.or_else(|| leaves.then(|| line.text.clone()));
                    untagged.push(line);
                }
                // After its goodbye, a server answers no more, as a rule.
                (Err(Fall::At { .. }), Some(text)) => return Ok(Tagged { text, untagged }),
                (Err(fall), _) => return Err(fall),
            }
        }
        Err(Climb::broken(b""))
    }

    /// The next line, and what it is to the command of this tag.
    fn hear(&mut self, tag: &str) -> Result<Heard, Fall> {
        let line = self.line()?;
        if line.text.starts_with(b"+") {
            return Ok(Heard::GoOn(line));
        }
        let (first, rest) = line.split_word();
        Ok(match first {
            Some(word) if word == tag.as_bytes() => Heard::Tagged(rest.text),
            _ => Heard::Other(rest),
        })
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
                if let Some(refusal) = self.refusal_of_literal(&tag)? {
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

    /// Whether the server refuses to hear a literal. FreeScout takes nothing but a `+` and a blank for its consent.
    fn refusal_of_literal(&mut self, tag: &str) -> Result<Option<Tagged>, Fall> {
        match self.hear(tag)? {
            Heard::GoOn(line) if line.text.starts_with(b"+ ") => Ok(None),
            Heard::Tagged(text) => Ok(Some(Tagged {
                text,
                untagged: Vec::new(),
            })),
            Heard::GoOn(line) | Heard::Other(line) => Err(Climb::broken(&line.text)),
        }
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
        let mut reply = Tagged {
            text: Vec::new(),
            untagged: Vec::new(),
        };
        let mut reason = String::new();
        for _ in 0..MAX_REPLIES {
            match self.hear(&tag)? {
                Heard::Tagged(text) => {
                    reply.text = text;
                    break;
                }
                Heard::GoOn(challenge) => {
                    reason = challenge_text(&challenge.text[1..]);
                    self.wire.send(b"\r\n", self.cancel)?;
                }
                Heard::Other(line) if starts_with(&line.text, "BYE") => {
                    reply.text = line.text;
                    break;
                }
                Heard::Other(line) => reply.untagged.push(line),
            }
        }
        if !reply.is_ok_in_any_case() && !reason.is_empty() {
            reply.text.extend_from_slice(b" ");
            reply.text.extend_from_slice(reason.as_bytes());
        }
        self.note_capabilities(&reply);
        Ok(reply)
    }

    /// `CAPABILITY …`, and `[CAPABILITY …]` in a reply: servers tell more of themselves after the login.
    fn note_capabilities(&mut self, reply: &Tagged) {
        let untagged = reply.untagged.iter().map(|line| &line.text);
        let told = untagged.chain([&reply.text]);
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

    /// The names of all folders, as they stand on the wire: where FreeScout looks for those that it fetches.
    fn list(&mut self, climb: &Climb<'_>) -> Result<Vec<Vec<u8>>, Fall> {
        let reply = self.command(b"LIST \"\" \"*\"")?;
        if reply.is_ok() {
            return Ok(reply
                .untagged
                .iter()
                .filter_map(ReplyLine::folder)
                .collect());
        }
        Err(match climb.refused(&reply.text, None) {
            Fall::At {
                code: Code::FolderMissing | Code::FolderRefused,
                said,
                ..
            } => Fall::new(Code::FolderRefused, Advice::ListRefused, said),
            known => known,
        })
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

/// Where `{n}` stands at the end of a line, and the length it announces.
fn literal(line: &[u8]) -> Option<(usize, usize)> {
    let inside = line.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|b| *b == b'{')?;
    let digits = std::str::from_utf8(&inside[open + 1..]).ok()?;
    let digits = digits.strip_suffix('+').unwrap_or(digits);
    // More digits than any length has: as long as can be, so that it is refused.
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| (open, digits.parse().unwrap_or(usize::MAX)))
}

/// `EXISTS` of a selected folder.
fn messages(reply: &Tagged) -> u64 {
    reply
        .untagged
        .iter()
        .find_map(|line| {
            let text = std::str::from_utf8(&line.text).ok()?;
            text.strip_suffix(" EXISTS")?.parse().ok()
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_seen_at_the_end_of_a_line_only() {
        assert_eq!(literal(b"* LIST () \"/\" {5}"), Some((14, 5)));
        assert_eq!(literal(b"* OK {5} words"), None);
        assert_eq!(
            literal(b"* X {99999999999999999999999}"),
            Some((4, usize::MAX))
        );
        assert_eq!(literal(b"{}"), None);
    }
}
