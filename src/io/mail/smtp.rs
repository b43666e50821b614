//! SMTP (RFC 5321, 4954) as far as FreeScout goes: EHLO, STARTTLS, AUTH, MAIL FROM.
//!
//! Like FreeScout: STARTTLS only where it is configured, and then required; a login only with a user name and only where
//! the server offers one; CRAM-MD5, LOGIN, PLAIN in this order. Unlike it, a password that LOGIN or PLAIN was refused is not
//! tried once more with the next mechanism: accounts get locked. After a refused CRAM-MD5 one of them is: servers that keep
//! hashes offer it and cannot check it.

use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

use super::net::Wire;
use super::xoauth2::{challenge_text, xoauth2_message};
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::TestCaution;
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::{LoginMethod, Security};
use crate::domain::payload::base64;
use crate::words::untrusted::shown;

/// Lines of one reply that are read.
const MAX_LINES: usize = 200;
/// How FreeScout's mailer names itself on the command line.
const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";

/// A whole reply.
pub(super) struct SmtpReply {
    /// Three digits.
    pub(super) code: u16,
    /// All lines, joined by spaces.
    pub(super) text: Vec<u8>,
    /// The lines, without code.
    lines: Vec<Vec<u8>>,
}

impl SmtpReply {
    fn class(&self) -> u16 {
        self.code / 100
    }

    /// 2xx.
    pub(super) fn is_ok(&self) -> bool {
        self.class() == 2
    }
}

/// An open dialogue.
pub(super) struct Smtp<'a> {
    wire: Wire,
    cancel: &'a std::sync::atomic::AtomicBool,
    mechanisms: Vec<String>,
    /// Whether STARTTLS is offered.
    starttls: bool,
}

pub(super) fn probe(climb: &mut Climb<'_>, credential: Option<&SecretBytes>) -> Result<(), Fall> {
    let mut smtp = open(climb, credential)?;
    let sender = climb.target.sender.clone();
    if !sender.is_empty() {
        climb.begin(Rung::Sender);
        let reply = smtp.mail_from(&sender)?;
        if !reply.is_ok() {
            return Err(climb.refused(&reply.text, credential));
        }
        climb.hold(&format!("{} {}", shown(&sender), shown(&reply.text)));
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
    let mut smtp = Smtp {
        wire,
        cancel: climb.cancel,
        mechanisms: Vec::new(),
        starttls: false,
    };
    let greeting = match smtp.reply_from(first.clone()) {
        Ok(reply) if reply.code == 220 => reply,
        Ok(reply) if matches!(reply.class(), 4 | 5) => {
            return Err(climb.refused(&reply.text, None));
        }
        Ok(_) => return Err(Climb::not_a_mail_server(&first)),
        Err(Fall::At {
            code: Code::ProtocolError,
            ..
        }) if !first.starts_with(b"220") => return Err(Climb::not_a_mail_server(&first)),
        Err(fall) => return Err(fall),
    };
    let offered = smtp.ehlo(climb)?;
    climb.hold(&format!("{} {offered}", shown(&greeting.text)));
    if climb.target.security == Security::StartTls {
        climb.begin(Rung::StartTls);
        let reply = smtp.command(b"STARTTLS")?;
        if reply.code != 220 {
            return Err(climb.refused(&reply.text, None));
        }
        climb.hold(&shown(&reply.text).to_string());
        smtp.wire = climb.secure(smtp.wire)?;
        smtp.ehlo(climb)?;
    }
    let target = climb.target;
    let Some(credential) = credential.filter(|_| target.login != LoginMethod::None) else {
        return Ok(smtp);
    };
    climb.begin(Rung::Authentication);
    if smtp.mechanisms.is_empty() {
        if smtp.starttls && target.security == Security::Plain {
            // Such a server takes logins, and mail for others, only after STARTTLS; FreeScout would not use it.
            return Err(Fall::new(
                Code::AuthUnavailable,
                Advice::NeedsEncryption,
                offered,
            ));
        }
        climb.cautions.push(TestCaution::NoLoginOffered);
        climb.hold("");
        return Ok(smtp);
    }
    match &target.login {
        LoginMethod::None => {}
        LoginMethod::Password { user } => smtp.log_in(climb, user, credential)?,
        LoginMethod::XOAuth2 { .. } if !smtp.offers("XOAUTH2") => {
            return Err(smtp.no_method());
        }
        LoginMethod::XOAuth2 { user } => {
            let message = xoauth2_message(user, credential);
            let mut reply = smtp.auth("XOAUTH2", &message)?;
            if reply.code == 334 {
                let reason = reply
                    .lines
                    .first()
                    .map(|l| challenge_text(l))
                    .unwrap_or_default();
                reply = smtp.command(b"")?;
                reply
                    .text
                    .extend_from_slice(format!(" {reason}").as_bytes());
            }
            smtp.judge(climb, &reply, credential, "XOAUTH2")?;
        }
    }
    Ok(smtp)
}

impl Smtp<'_> {
    fn reply(&mut self) -> Result<SmtpReply, Fall> {
        let line = self.wire.line(self.cancel)?;
        self.reply_from(line)
    }

    /// A reply whose first line was read already.
    fn reply_from(&mut self, mut line: Vec<u8>) -> Result<SmtpReply, Fall> {
        let mut reply = SmtpReply {
            code: 0,
            text: Vec::new(),
            lines: Vec::new(),
        };
        for _ in 0..MAX_LINES {
            let code = line
                .get(..3)
                .filter(|digits| digits.iter().all(u8::is_ascii_digit))
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            let Some(code) = code else {
                return Err(Climb::broken(&line));
            };
            if !reply.text.is_empty() {
                reply.text.push(b' ');
            }
            reply.text.extend_from_slice(&line);
            reply.lines.push(line.get(4..).unwrap_or_default().to_vec());
            reply.code = code;
            if line.get(3) != Some(&b'-') {
                return Ok(reply);
            }
            line = self.wire.line(self.cancel)?;
        }
        Err(Climb::broken(&reply.text[..reply.text.len().min(200)]))
    }

    /// Sends a command and reads its reply.
    pub(super) fn command(&mut self, command: &[u8]) -> Result<SmtpReply, Fall> {
        let bytes = Zeroizing::new([command, b"\r\n"].concat());
        self.wire.send(&bytes, self.cancel)?;
        self.reply()
    }

    /// EHLO, or HELO where that is refused; what the server offers, for the operator.
    fn ehlo(&mut self, climb: &Climb<'_>) -> Result<String, Fall> {
        self.wire.send(EHLO, self.cancel)?;
        let mut reply = self.reply()?;
        if !reply.is_ok() {
            reply = self.command(b"HELO [127.0.0.1]")?;
        }
        if !reply.is_ok() {
            return Err(climb.refused(&reply.text, None));
        }
        self.mechanisms.clear();
        self.starttls = false;
        for line in reply.lines.iter().skip(1) {
            let text = String::from_utf8_lossy(line).to_ascii_uppercase();
            self.starttls |= text == "STARTTLS";
            // Old servers write `AUTH=`.
            if let Some(list) = text.strip_prefix("AUTH ").or(text.strip_prefix("AUTH=")) {
                self.mechanisms.extend(
                    list.split([' ', '='])
                        .filter(|m| !m.is_empty())
                        .map(str::to_owned),
                );
            }
        }
        let offered: Vec<String> = reply
            .lines
            .iter()
            .skip(1)
            .map(|l| shown(l).to_string())
            .collect();
        Ok(offered.join(" "))
    }

    fn offers(&self, mechanism: &str) -> bool {
        self.mechanisms.iter().any(|m| m == mechanism)
    }

    fn auth(&mut self, mechanism: &str, initial: &str) -> Result<SmtpReply, Fall> {
        let mut line = Zeroizing::new(Vec::with_capacity(mechanism.len() + initial.len() + 8));
        line.extend_from_slice(b"AUTH ");
        line.extend_from_slice(mechanism.as_bytes());
        if !initial.is_empty() {
            line.push(b' ');
            line.extend_from_slice(initial.as_bytes());
        }
        self.command(&line)
    }

    fn log_in(
        &mut self,
        climb: &mut Climb<'_>,
        user: &str,
        password: &SecretBytes,
    ) -> Result<(), Fall> {
        if self.offers("CRAM-MD5") {
            let reply = self.cram_md5(climb, user, password)?;
            let plain = self.offers("LOGIN") || self.offers("PLAIN");
            // What is refused for the time being is refused to the others as well.
            if reply.class() != 5 || !plain {
                return self.judge(climb, &reply, password, "CRAM-MD5");
            }
        }
        if self.offers("LOGIN") {
            let (reply, sent) = self.login(user, password)?;
            // A server that does not know the mechanism may know the next one. Once the password went over, what it says is
            // an answer to that.
            let unknown = reply.code == 504 || !sent && matches!(reply.code, 500..=503);
            if !unknown || !self.offers("PLAIN") {
                return self.judge(climb, &reply, password, "LOGIN");
            }
        }
        if self.offers("PLAIN") {
            let reply = self.plain(user, password)?;
            return self.judge(climb, &reply, password, "PLAIN");
        }
        Err(self.no_method())
    }

    /// Nothing of what the server offers is what FreeScout can do here.
    fn no_method(&self) -> Fall {
        Fall::new(
            Code::AuthUnavailable,
            Advice::NoLoginMethod,
            shown(&self.mechanisms.join(" ")).to_string(),
        )
    }

    fn judge(
        &self,
        climb: &mut Climb<'_>,
        reply: &SmtpReply,
        password: &SecretBytes,
        mechanism: &str,
    ) -> Result<(), Fall> {
        if !reply.is_ok() {
            return Err(climb.refused(&reply.text, Some(password)));
        }
        climb.hold(&format!("{mechanism}: {}", shown(&reply.text)));
        Ok(())
    }

    /// The last reply, and whether the password was sent.
    fn login(&mut self, user: &str, password: &SecretBytes) -> Result<(SmtpReply, bool), Fall> {
        let mut reply = self.auth("LOGIN", "")?;
        for text in [user.as_bytes(), password.expose()] {
            if reply.code != 334 {
                return Ok((reply, false));
            }
            let coded = Zeroizing::new(base64::encode(text));
            reply = self.command(coded.as_bytes())?;
        }
        Ok((reply, true))
    }

    /// PLAIN with the user name as authorisation id too, as FreeScout's mailer sends it.
    fn plain(&mut self, user: &str, password: &SecretBytes) -> Result<SmtpReply, Fall> {
        let plain = Zeroizing::new(
            [
                user.as_bytes(),
                b"\0",
                user.as_bytes(),
                b"\0",
                password.expose(),
            ]
            .concat(),
        );
        let coded = Zeroizing::new(base64::encode(&plain));
        self.auth("PLAIN", &coded)
    }

    fn cram_md5(
        &mut self,
        climb: &mut Climb<'_>,
        user: &str,
        password: &SecretBytes,
    ) -> Result<SmtpReply, Fall> {
        let reply = self.auth("CRAM-MD5", "")?;
        if reply.code != 334 {
            return Ok(reply);
        }
        let challenge = reply
            .lines
            .first()
            .and_then(|line| base64::decode_strict(line.trim_ascii()).ok());
        let answer = challenge.and_then(|text| cram_md5_answer(user, password.expose(), &text));
        let Some(answer) = answer else {
            // Nothing to answer: called off (RFC 4954, section 4).
            return self.command(b"*");
        };
        // With the challenge, short passwords can be guessed from it.
        climb.masks.add_coded(answer.as_bytes());
        self.command(base64::encode(answer.as_bytes()).as_bytes())
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
fn checked(address: &str) -> Result<&str, Fall> {
    let address = address.trim();
    if address
        .chars()
        .any(|c| c.is_control() || matches!(c, '<' | '>' | ' '))
    {
        return Err(Fall::new(
            Code::SenderRefused,
            Advice::SenderRefused,
            shown(address).to_string(),
        ));
    }
    Ok(address)
}

/// RFC 2195: user name, space, HMAC-MD5 of the challenge in hex.
fn cram_md5_answer(user: &str, password: &[u8], challenge: &[u8]) -> Option<Zeroizing<String>> {
    let mut mac = Hmac::<md5::Md5>::new_from_slice(password).ok()?;
    mac.update(challenge);
    let digest = mac.finalize().into_bytes();
    let hex = base16ct::lower::encode_string(&digest);
    Some(Zeroizing::new(format!("{user} {hex}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cram_md5_answers_as_rfc_2195_does() {
        let answer = cram_md5_answer(
            "tim",
            b"tanstaaftanstaaf",
            b"<1896.697170952@postoffice.reston.mci.net>",
        )
        .unwrap();
        assert_eq!(*answer, "tim b913a602c7eda7a495b4e6e7334d3890");
    }

    #[test]
    fn an_address_cannot_begin_another_command() {
        assert!(checked("a@b.example\r\nDATA").is_err());
        assert!(checked("a@b.example> SIZE=1").is_err());
        assert!(checked(" support@example.org ").is_ok());
    }
}
