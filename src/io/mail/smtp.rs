//! SMTP (RFC 5321, 4954) as far as FreeScout goes: EHLO, STARTTLS, AUTH, MAIL FROM, RCPT TO, never DATA in a test.
//!
//! Like FreeScout: STARTTLS only where it is configured, and then required; a login only with a user name, only where EHLO
//! is answered and the server offers one. The mailbox's own address is the recipient: many servers refuse a sender only
//! then. Rooms: `reply` (what servers say), `login` (the mechanisms).

mod login;
mod reply;

use super::net::{Wire, without_end};
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::TestCaution;
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::sending::{self, AddressFault};
use crate::domain::mail::{LoginMethod, Security};
use crate::words::untrusted::shown;
use reply::{Extensions, SmtpReply};

/// How FreeScout's mailer names itself on the command line.
const NAME: &str = "[127.0.0.1]";

/// An open dialogue.
pub(super) struct Smtp<'a> {
    wire: Wire,
    cancel: &'a std::sync::atomic::AtomicBool,
    /// What EHLO was answered with; nothing where it was refused.
    extensions: Option<Extensions>,
}

pub(super) fn probe(climb: &mut Climb<'_>, credential: Option<&SecretBytes>) -> Result<(), Fall> {
    let mut smtp = open(climb, credential)?;
    let sender = climb.target.sender.clone();
    if !sender.is_empty() {
        climb.begin(Rung::Sender);
        if !sending::is_written_well(&sender) {
            let said = shown(&sender).to_string();
            return Err(Fall::new(
                Code::SenderRefused,
                Advice::SenderNotWritten,
                said,
            ));
        }
        let mut reply = smtp.mail_from(&sender)?;
        if reply.code != 250 {
            return Err(climb.refused(&reply.text, credential));
        }
        reply = smtp.rcpt_to(&sender)?;
        let words = shown(&reply.text).to_string();
        if !matches!(reply.code, 250..=252) {
            if !sending::is_about_recipient(&String::from_utf8_lossy(&reply.text)) {
                return Err(climb.refused(&reply.text, credential));
            }
            let words = climb.masks.hide(&words).into();
            climb.cautions.push(TestCaution::OwnAddressRefused(words));
        }
        climb.hold(&format!("{} {words}", shown(&sender)));
        // The verdict stands already, whatever becomes of this.
        if let Err(Fall::Cancelled) = smtp.command(b"RSET") {
            return Err(Fall::Cancelled);
        }
    }
    smtp.quit();
    Ok(())
}

/// Climbs up to and with the login.
pub(super) fn open<'a>(
    climb: &mut Climb<'a>,
    credential: Option<&SecretBytes>,
) -> Result<Smtp<'a>, Fall> {
    let mut wire = climb.connect()?;
    let first = climb.greeting(&mut wire)?;
    let greeting = match reply::reply_from(&mut wire, first.clone(), climb.cancel) {
        Ok(reply) if reply.code == 220 => reply,
        Ok(reply) if matches!(reply.class(), 4 | 5) => {
            return Err(climb.refused(&reply.text, None));
        }
        Ok(_) => return Err(Climb::not_a_mail_server(&without_end(first))),
        Err(Fall::At {
            code: Code::ProtocolError,
            ..
        }) if !first.starts_with(b"220") => {
            return Err(Climb::not_a_mail_server(&without_end(first)));
        }
        Err(fall) => return Err(fall),
    };
    let mut smtp = Smtp {
        wire,
        cancel: climb.cancel,
        extensions: None,
    };
    let mut offered = smtp.ehlo(climb)?;
    climb.hold(&format!("{} {offered}", shown(&greeting.text)));
    if climb.target.security == Security::StartTls {
        climb.begin(Rung::StartTls);
        if smtp.extensions.is_none() {
            // FreeScout says HELO then, and goes on without encryption and login. Nobody wants that of it.
            climb.cautions.push(TestCaution::SendsInClear);
            return Err(Fall::new(
                Code::StartTlsRefused,
                Advice::NoStartTls,
                offered,
            ));
        }
        let reply = smtp.command(b"STARTTLS")?;
        if reply.code != 220 {
            return Err(climb.refused(&reply.text, None));
        }
        climb.hold(&shown(&reply.text).to_string());
        smtp.wire = climb.secure(smtp.wire)?;
        offered = smtp.ehlo(climb)?;
    }
    let target = climb.target;
    let Some(credential) = credential.filter(|_| target.login != LoginMethod::None) else {
        return Ok(smtp);
    };
    climb.begin(Rung::Authentication);
    let extensions = smtp.extensions.as_ref();
    match extensions.and_then(|found| found.auth.as_ref()) {
        Some(mechanisms) if mechanisms.is_empty() => Err(Fall::new(
            Code::AuthUnavailable,
            Advice::NoMechanism,
            offered,
        )),
        Some(_) => smtp.authenticate(climb, &target.login, credential),
        None if target.security == Security::Plain && extensions.is_some_and(|e| e.starttls) => {
            // Such a server takes logins, and mail for others, only after STARTTLS; FreeScout would not use it.
            climb.cautions.push(TestCaution::LoginAfterStartTls);
            Err(Fall::new(
                Code::AuthUnavailable,
                Advice::NeedsEncryption,
                offered,
            ))
        }
        None => {
            climb.cautions.push(TestCaution::NoLoginOffered);
            climb.hold("");
            Ok(())
        }
    }?;
    Ok(smtp)
}

impl Smtp<'_> {
    /// Sends a command and reads its reply.
    pub(super) fn command(&mut self, command: &[u8]) -> Result<SmtpReply, Fall> {
        reply::command(&mut self.wire, command, self.cancel)
    }

    /// EHLO, or HELO where that is refused; what the server says to EHLO, for the operator.
    fn ehlo(&mut self, climb: &mut Climb<'_>) -> Result<String, Fall> {
        let reply = self.command(format!("EHLO {NAME}").as_bytes())?;
        if let (250, Some(first)) = (reply.code, reply.lines.first()) {
            climb.hello = Some(format!("250 {}", shown(first)));
        }
        self.extensions = (reply.code == 250).then(|| reply.extensions());
        if self.extensions.is_none() {
            let second = self.command(format!("HELO {NAME}").as_bytes())?;
            return match second.code {
                250 => Ok(shown(&reply.text).to_string()),
                _ => Err(climb.refused(&second.text, None)),
            };
        }
        let offered = reply.lines.iter().skip(1).map(|l| shown(l).to_string());
        Ok(offered.collect::<Vec<_>>().join(" "))
    }

    /// MAIL FROM. An address that would begin another command is not sent.
    pub(super) fn mail_from(&mut self, sender: &str) -> Result<SmtpReply, Fall> {
        self.command(format!("MAIL FROM:<{}>", checked(sender)?).as_bytes())
    }

    /// RCPT TO.
    pub(super) fn rcpt_to(&mut self, recipient: &str) -> Result<SmtpReply, Fall> {
        self.command(format!("RCPT TO:<{}>", checked(recipient)?).as_bytes())
    }

    /// A mail, from MAIL FROM to the dot: the first refusal, or the last reply. What some recipients are refused, the
    /// others get. Its lines end with CR LF, the last one too.
    pub(super) fn hand_over(
        &mut self,
        sender: &str,
        recipients: &[&str],
        mail: &str,
    ) -> Result<SmtpReply, Fall> {
        let said = self.mail_from(sender)?;
        if !said.is_ok() {
            return Ok(said);
        }
        let (mut accepted, mut refused) = (0, None);
        for recipient in recipients {
            match self.rcpt_to(recipient)? {
                said if said.is_ok() => accepted += 1,
                said => refused = refused.or(Some(said)),
            }
        }
        if accepted == 0
            && let Some(said) = refused
        {
            return Ok(said);
        }
        let mut said = self.command(b"DATA")?;
        if said.code == 354 {
            let dot = if mail.starts_with('.') { "." } else { "" };
            let mail = mail.replace("\r\n.", "\r\n..");
            said = self.command(format!("{dot}{mail}.").as_bytes())?;
        }
        Ok(match refused {
            Some(refused) if said.is_ok() => refused,
            _ => said,
        })
    }

    /// Says goodbye without waiting for an answer.
    pub(super) fn quit(&mut self) {
        // The verdict stands already: a server that hangs up first changes nothing.
        let _ = self.wire.send(b"QUIT\r\n", self.cancel);
    }
}

/// An address as it stands between `<` and `>`.
fn checked(address: &str) -> Result<std::borrow::Cow<'_, str>, Fall> {
    let address = address.trim();
    let refused = |advice| Fall::new(Code::SenderRefused, advice, shown(address).to_string());
    // What is quoted may hold blanks (RFC 5321).
    let blank = |c| c == ' ' && !address.starts_with('"');
    if address
        .chars()
        .any(|c| c.is_control() || matches!(c, '<' | '>') || blank(c))
    {
        return Err(refused(Advice::SenderRefused));
    }
    sending::on_the_wire(address).map_err(|fault| match fault {
        AddressFault::LocalPart => refused(Advice::SenderNotAscii),
        AddressFault::Domain => refused(Advice::SenderRefused),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_begin_another_command() {
        assert!(checked("a@b.example\r\nDATA").is_err());
        assert!(checked("a@b.example> SIZE=1").is_err());
        for (address, advice) in [
            ("a@b.example\r\nDATA", Advice::SenderRefused),
            ("jürgen@b.example", Advice::SenderNotAscii),
            ("a@ä..example", Advice::SenderRefused),
        ] {
            let fall = checked(address).err();
            assert!(
                matches!(fall, Some(Fall::At { advice: a, .. }) if a == advice),
                "{address}"
            );
        }
        assert!(checked("\"a b\"@b.example").is_ok());
        assert_eq!(
            checked(" support@example.org ").ok().unwrap(),
            "support@example.org"
        );
    }
}
