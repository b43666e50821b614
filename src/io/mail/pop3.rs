//! POP3 (RFC 1939) as far as FreeScout goes: greeting, USER and PASS, STAT.
//!
//! Like FreeScout: no STLS and no SASL ever; where the greeting has a timestamp, a malformed APOP comes first (without
//! the user name, so it is always refused); an OAuth token goes in place of the password.

use md5::Digest;
use zeroize::Zeroizing;

use super::net::Wire;
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::LoginMethod;
use crate::domain::mail::rung::Rung;
use crate::words::untrusted::shown;

pub(super) fn probe(climb: &mut Climb<'_>, credential: Option<&SecretBytes>) -> Result<(), Fall> {
    let mut wire = climb.connect()?;
    let greeting = climb.greeting(&mut wire)?;
    if greeting.starts_with(b"-ERR") {
        return Err(climb.refused(&greeting, None));
    }
    if !greeting.starts_with(b"+OK") {
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
        return Err(Climb::broken(b""));
    }
    if let Some(stamp) = timestamp(&greeting) {
        let digest = md5::Md5::new()
            .chain_update(stamp)
            .chain_update(credential.expose())
            .finalize();
        let hex = base16ct::lower::encode_string(&digest);
        // With the greeting's stamp, short passwords can be guessed from it.
        climb.masks.add(hex.as_bytes());
        ask(climb, &mut wire, b"APOP ", hex.as_bytes())?;
    }
    for (command, argument) in [
        (&b"USER "[..], user.as_bytes()),
        (b"PASS ", credential.expose()),
    ] {
        let reply = ask(climb, &mut wire, command, argument)?;
        if !reply.starts_with(b"+OK") {
            return Err(match reply.starts_with(b"-ERR") {
                true => climb.refused(&reply, Some(credential)),
                false => Climb::broken(&reply),
            });
        }
        if command == b"PASS " {
            climb.hold(&shown(&reply).to_string());
        }
    }
    climb.begin(Rung::Folder);
    let reply = ask(climb, &mut wire, b"STAT", b"")?;
    if !reply.starts_with(b"+OK") {
        return Err(climb.refused(&reply, None));
    }
    climb.hold(&shown(&reply).to_string());
    // The verdict stands already.
    let _ = wire.send(b"QUIT\r\n", climb.cancel);
    Ok(())
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
    use super::timestamp;

    #[test]
    fn a_timestamp_is_what_rfc_1939_calls_one() {
        assert_eq!(
            timestamp(b"+OK POP3 ready <1896.697170952@dbc.mtview.ca.us>"),
            Some(&b"<1896.697170952@dbc.mtview.ca.us>"[..])
        );
        assert_eq!(timestamp(b"+OK ready <no stamp>"), None);
        assert_eq!(timestamp(b"+OK >backwards@<"), None);
    }
}
