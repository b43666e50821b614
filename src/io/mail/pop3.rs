//! POP3 (RFC 1939) as far as FreeScout goes: greeting, USER and PASS, LIST, and TOP of the newest email.
//!
//! Like FreeScout: no STLS and no SASL ever; where the greeting has a timestamp, a malformed APOP comes first (without
//! the user name, so it is always refused); an OAuth token goes in place of the password. Its fetch reads the dates of emails
//! by TOP, from the newest on.

use md5::Digest;
use zeroize::Zeroizing;

use super::net::{Wire, without_end};
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::LoginMethod;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::TestCaution;
use crate::domain::mail::rung::{Code, Rung};
use crate::words::untrusted::shown;

pub(super) fn probe(climb: &mut Climb<'_>, credential: Option<&SecretBytes>) -> Result<(), Fall> {
    let mut wire = climb.connect()?;
    let greeting = without_end(climb.greeting(&mut wire)?);
    if greeting.starts_with(b"-ERR") {
        return Err(climb.refused(&greeting, None));
    }
    if !is_ok(&greeting) {
        return Err(Climb::not_a_mail_server(&greeting));
    }
    climb.hold(&shown(&greeting).to_string());
    climb.begin(Rung::Authentication);
    let (LoginMethod::Password { user } | LoginMethod::XOAuth2 { user }, Some(credential)) =
        (&climb.target.login, credential)
    else {
        return Ok(());
    };
    // A line break would begin another command.
    if [user.as_bytes(), credential.expose()]
        .iter()
        .any(|text| text.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)))
    {
        return Err(Fall::new(Code::CannotTell, Advice::LineBreak, ""));
    }
    if !apop(climb, &mut wire, &greeting, credential)? {
        for (command, argument) in [
            (&b"USER "[..], user.as_bytes()),
            (b"PASS ", credential.expose()),
        ] {
            let reply = ask(climb, &mut wire, command, argument)?;
            if !is_ok(&reply) {
                return Err(match reply.starts_with(b"-ERR") {
                    true => climb.refused(&reply, Some(credential)),
                    false => Climb::broken(&reply),
                });
            }
            if command == b"PASS " {
                climb.hold(&shown(&reply).to_string());
            }
        }
    }
    climb.begin(Rung::Folder);
    let mut folders = climb.target.folders.iter();
    if let Some(other) = folders.find(|folder| folder.raw() != "INBOX") {
        let said = shown(other).to_string();
        return Err(Fall::new(Code::FolderMissing, Advice::OnlyInbox, said));
    }
    if fetch(climb, &mut wire)? == 0 && is_cyrus(&greeting) {
        climb.cautions.push(TestCaution::InboxMade);
    }
    // The verdict stands already.
    let _ = wire.send(b"QUIT\r\n", climb.cancel);
    Ok(())
}

/// The malformed APOP, where the greeting has a timestamp; whether it was accepted all the same.
fn apop(
    climb: &mut Climb<'_>,
    wire: &mut Wire,
    greeting: &[u8],
    credential: &SecretBytes,
) -> Result<bool, Fall> {
    let Some(stamp) = timestamp(greeting) else {
        return Ok(false);
    };
    let digest = md5::Md5::new()
        .chain_update(stamp)
        .chain_update(credential.expose())
        .finalize();
    let hex = base16ct::lower::encode_string(&digest);
    // With the greeting's stamp, short passwords can be guessed from it.
    climb.masks.add(hex.as_bytes());
    let reply = ask(climb, wire, b"APOP ", hex.as_bytes())?;
    if is_ok(&reply) {
        climb.hold(&shown(&reply).to_string());
    }
    Ok(is_ok(&reply))
}

/// Whether Cyrus greets, as it is built: another greeting can be set.
fn is_cyrus(greeting: &[u8]) -> bool {
    memchr::memmem::find(greeting, b" Cyrus POP3 ").is_some()
}

/// The rung of the folder: what is there, and whether FreeScout can read it. The number of emails.
fn fetch(climb: &mut Climb<'_>, wire: &mut Wire) -> Result<u64, Fall> {
    let reply = ask(climb, wire, b"LIST", b"")?;
    if !is_ok(&reply) {
        // Also what a server says unasked between the login and this.
        climb.cautions.push(TestCaution::ButtonSaysOk);
        return Err(climb.refused(&reply, None));
    }
    let (mut emails, mut newest) = (0_u64, None);
    read_lines(climb, wire, |line| {
        if let Some(number) = listed(line) {
            emails += 1;
            newest = Some(number.to_vec());
        }
    })?;
    if let Some(newest) = newest {
        let reply = ask(climb, wire, b"TOP ", &[&newest[..], b" 0"].concat())?;
        if !is_ok(&reply) {
            let said = shown(&reply).to_string();
            return Err(Fall::new(Code::ProtocolError, Advice::NoTop, said));
        }
        read_lines(climb, wire, |_| {})?;
    }
    climb.hold(&text!(probe_folder, folder = "INBOX", count = emails));
    Ok(emails)
}

/// Reads up to the line of a dot alone.
fn read_lines(climb: &Climb<'_>, wire: &mut Wire, mut each: impl FnMut(&[u8])) -> Result<(), Fall> {
    loop {
        let line = wire.line(climb.cancel)?;
        if line.trim_ascii() == b"." {
            return Ok(());
        }
        each(&line);
    }
}

/// The number of an email in a line of LIST: digits, and a blank behind them.
fn listed(line: &[u8]) -> Option<&[u8]> {
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    ((1..=10).contains(&digits) && line.get(digits) == Some(&b' ')).then(|| &line[..digits])
}

fn is_ok(reply: &[u8]) -> bool {
    reply.starts_with(b"+OK")
}

fn ask(
    climb: &Climb<'_>,
    wire: &mut Wire,
    command: &[u8],
    argument: &[u8],
) -> Result<Vec<u8>, Fall> {
    let line = Zeroizing::new([command, argument, b"\r\n"].concat());
    wire.send(&line, climb.cancel)?;
    wire.line(climb.cancel)
}

/// `<…@…>` of a greeting.
fn timestamp(greeting: &[u8]) -> Option<&[u8]> {
    let open = greeting.iter().position(|b| *b == b'<')?;
    let close = open + greeting[open..].iter().position(|b| *b == b'>')?;
    let stamp = &greeting[open..=close];
    stamp.contains(&b'@').then_some(stamp)
}

#[cfg(test)]
mod tests {
    use super::{listed, timestamp};

    #[test]
    fn a_timestamp_is_what_rfc_1939_calls_one() {
        assert_eq!(
            timestamp(b"+OK POP3 ready <1896.697170952@dbc.mtview.ca.us>"),
            Some(&b"<1896.697170952@dbc.mtview.ca.us>"[..])
        );
        assert_eq!(timestamp(b"+OK ready <no stamp>"), None);
        assert_eq!(timestamp(b"+OK >backwards@<"), None);
    }

    #[test]
    fn emails_are_numbered_at_the_beginning_of_a_line() {
        for (line, number) in [
            (&b"12 345"[..], Some(&b"12"[..])),
            (b"12", None),
            (b" 12 345", None),
            (b"x 1", None),
            (b"12345678901 1", None),
            (b"", None),
        ] {
            assert_eq!(listed(line), number, "{}", line.escape_ascii());
        }
    }
}
