//! SMTP's replies as Swift Mailer reads them: a reply goes on until a line has a blank behind its code, the first line's
//! code is the reply's, and lines of EHLO end with CR LF or are none of its own.

use zeroize::Zeroizing;

use super::super::net::{Wire, without_end};
use super::{Climb, Fall};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::rung::Code;
use crate::words::untrusted::shown;

/// Lines of one reply that are read.
const MAX_LINES: usize = 200;

/// A whole reply.
pub(crate) struct SmtpReply {
    /// Three digits.
    pub(crate) code: u16,
    /// All lines, joined by spaces.
    pub(crate) text: Vec<u8>,
    /// The lines, without code.
    pub(super) lines: Vec<Vec<u8>>,
    /// The lines as they came, with their ends.
    raw: Vec<u8>,
}

impl SmtpReply {
    pub(super) fn class(&self) -> u16 {
        self.code / 100
    }

    /// 2xx.
    pub(crate) fn is_ok(&self) -> bool {
        self.class() == 2
    }

    /// What EHLO was answered with.
    pub(super) fn extensions(&self) -> Extensions {
        let mut found = Extensions::default();
        let text = String::from_utf8_lossy(&self.raw);
        let text = text.trim();
        for line in text.split("\r\n").skip(1) {
            match extension(line) {
                Some((keyword, words)) if keyword == "AUTH" => found.auth = Some(words),
                Some((keyword, _)) => found.starttls |= keyword == "STARTTLS",
                None => {}
            }
        }
        found
    }
}

/// What a server says it can do, as far as it matters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    /// The mechanisms behind AUTH, where it is offered: the last line that offers it counts.
    pub(super) auth: Option<Vec<String>>,
    /// Whether STARTTLS is offered.
    pub(super) starttls: bool,
}

/// `250-AUTH LOGIN PLAIN`: the keyword, and the words behind it, in capitals. Old servers write `AUTH=`.
fn extension(line: &str) -> Option<(String, Vec<String>)> {
    let (code, rest) = line.split_at_checked(3)?;
    if !code.bytes().all(|b| b.is_ascii_digit()) || rest.contains('\n') {
        return None;
    }
    let rest = rest.strip_prefix([' ', '-'])?;
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(rest.len());
    let (keyword, words) = rest.split_at(end);
    if keyword.is_empty() || !(words.is_empty() || words.starts_with([' ', '='])) {
        return None;
    }
    let words = words.trim_start_matches([' ', '=']).to_ascii_uppercase();
    let words = words.split(' ').filter(|word| !word.is_empty());
    Some((
        keyword.to_ascii_uppercase(),
        words.map(str::to_owned).collect(),
    ))
}

/// Sends a command and reads its reply.
pub(super) fn command(
    wire: &mut Wire,
    command: &[u8],
    cancel: &std::sync::atomic::AtomicBool,
) -> Result<SmtpReply, Fall> {
    let bytes = Zeroizing::new([command, b"\r\n"].concat());
    wire.send(&bytes, cancel)?;
    let line = wire.raw_line(cancel)?;
    reply_from(wire, line, cancel)
}

/// A reply whose first line was read already, with its end.
pub(super) fn reply_from(
    wire: &mut Wire,
    mut line: Vec<u8>,
    cancel: &std::sync::atomic::AtomicBool,
) -> Result<SmtpReply, Fall> {
    let code = line
        .get(..3)
        .filter(|digits| digits.iter().all(u8::is_ascii_digit))
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let Some(code) = code else {
        return Err(Climb::broken(&without_end(line)));
    };
    let mut reply = SmtpReply {
        code,
        text: Vec::new(),
        lines: Vec::new(),
        raw: Vec::new(),
    };
    for _ in 0..MAX_LINES {
        reply.raw.extend_from_slice(&line);
        let fourth = line.get(3).copied();
        let text = without_end(line);
        if !reply.text.is_empty() {
            reply.text.push(b' ');
        }
        reply.text.extend_from_slice(&text);
        reply.lines.push(text.get(4..).unwrap_or_default().to_vec());
        match fourth {
            Some(b' ') => return Ok(reply),
            Some(_) => {}
            // PHP stops at a line of less than four bytes.
            None => return Err(Climb::broken(&text)),
        }
        line = match wire.raw_line(cancel) {
            Err(Fall::At {
                code: Code::Timeout,
                ..
            }) => {
                let said = shown(&reply.text).to_string();
                return Err(Fall::new(Code::Timeout, Advice::CutReply, said));
            }
            line => line?,
        };
    }
    Err(Climb::broken(&reply.text[..reply.text.len().min(200)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(raw: &str) -> (Option<Vec<String>>, bool) {
        let reply = SmtpReply {
            code: 250,
            text: Vec::new(),
            lines: Vec::new(),
            raw: raw.into(),
        };
        let found = reply.extensions();
        (found.auth, found.starttls)
    }

    #[test]
    fn extensions_are_read_as_swift_mailer_does() {
        let words = |words: &[&str]| Some(words.iter().map(|w| (*w).to_owned()).collect());
        for (raw, auth, starttls) in [
            (
                "250-x\r\n250 AUTH LOGIN PLAIN\r\n",
                words(&["LOGIN", "PLAIN"]),
                false,
            ),
            (
                "250-x\r\n250-starttls\r\n250 auth=login\r\n",
                words(&["LOGIN"]),
                true,
            ),
            // The last one counts.
            (
                "250-x\r\n250-AUTH LOGIN PLAIN\r\n250 AUTH=LOGIN\r\n",
                words(&["LOGIN"]),
                false,
            ),
            ("250-x\r\n250 AUTH\r\n", words(&[]), false),
            ("250-x\r\n250-AUTH \r\n250 STARTTLS\r\n", words(&[]), true),
            // The first line is the server's name, and without CR LF there is one line.
            ("250 AUTH LOGIN\r\n", None, false),
            ("250-x\n250-STARTTLS\n250 AUTH LOGIN\n", None, false),
            ("250-x\r\n250-STARTTLS\n250 AUTH LOGIN\r\n", None, false),
            (
                "250-x\r\n250-AUTHENTICATION LOGIN\r\n250 AUTH_ LOGIN\r\n",
                None,
                false,
            ),
            ("250-x\r\nAUTH LOGIN\r\n250 \r\n", None, false),
        ] {
            assert_eq!(offered(raw), (auth, starttls), "{raw:?}");
        }
    }
}
