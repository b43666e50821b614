//! The login: CRAM-MD5, LOGIN, PLAIN in this order, of those that are offered, and XOAUTH2 for tokens.
//!
//! Like FreeScout, the next mechanism is tried after one that does not work just now (454) or is not there after all. Unlike
//! it, a password that LOGIN or PLAIN was refused is not tried once more with the next: accounts get locked. After a
//! refused CRAM-MD5 one of them is: servers that keep hashes offer it and cannot check it.

use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

use super::super::xoauth2::{challenge_text, xoauth2_message};
use super::Smtp;
use super::reply::SmtpReply;
use super::{Climb, Fall};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::LoginMethod;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::rung::Code;
use crate::domain::payload::base64;
use crate::words::untrusted::shown;

/// What came of a mechanism.
struct MechanismAnswer {
    reply: SmtpReply,
    /// Whether the password itself was sent, not only a digest of it.
    password_sent: bool,
}

impl Smtp<'_> {
    /// Logs in, at a server that offers mechanisms.
    pub(super) fn authenticate(
        &mut self,
        climb: &mut Climb<'_>,
        login: &LoginMethod,
        credential: &SecretBytes,
    ) -> Result<(), Fall> {
        match login {
            LoginMethod::None => Ok(()),
            LoginMethod::Password { user } => self.log_in(climb, user, credential),
            LoginMethod::XOAuth2 { .. } if !self.offers("XOAUTH2") => Err(self.no_method()),
            LoginMethod::XOAuth2 { user } => {
                let reply = self.xoauth2(user, credential)?;
                Self::judge(climb, &reply, credential, "XOAUTH2")
            }
        }
    }

    fn mechanisms(&self) -> &[String] {
        let extensions = self.extensions.as_ref();
        extensions
            .and_then(|found| found.auth.as_deref())
            .unwrap_or_default()
    }

    fn offers(&self, mechanism: &str) -> bool {
        self.mechanisms().iter().any(|m| m == mechanism)
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
        let mut refusal = None;
        for mechanism in ["CRAM-MD5", "LOGIN", "PLAIN"] {
            if !self.offers(mechanism) {
                continue;
            }
            if refusal.is_some() {
                // Between two mechanisms, as FreeScout's mailer does.
                self.command(b"RSET")?;
            }
            let tried = match mechanism {
                "CRAM-MD5" => self.cram_md5(climb, user, password)?,
                "LOGIN" => self.login(user, password)?,
                _ => self.plain(user, password)?,
            };
            let judged = Self::judge(climb, &tried.reply, password, mechanism);
            match judged {
                Err(fall) if tried.leaves_others(&fall) => refusal = Some(fall),
                judged => return judged,
            }
        }
        Err(refusal.unwrap_or_else(|| self.no_method()))
    }

    /// Nothing of what the server offers is what FreeScout can do here.
    fn no_method(&self) -> Fall {
        Fall::new(
            Code::AuthUnavailable,
            Advice::NoLoginMethod,
            shown(&self.mechanisms().join(" ")).to_string(),
        )
    }

    fn judge(
        climb: &mut Climb<'_>,
        reply: &SmtpReply,
        password: &SecretBytes,
        mechanism: &str,
    ) -> Result<(), Fall> {
        if reply.code != 235 {
            return Err(climb.refused(&reply.text, Some(password)));
        }
        climb.hold(&format!("{mechanism}: {}", shown(&reply.text)));
        Ok(())
    }

    fn xoauth2(&mut self, user: &str, token: &SecretBytes) -> Result<SmtpReply, Fall> {
        let message = xoauth2_message(user, token);
        let mut reply = self.auth("XOAUTH2", &message)?;
        if reply.code == 334 {
            let first = reply.lines.first();
            let reason = first.map(|l| challenge_text(l)).unwrap_or_default();
            reply = self.command(b"")?;
            reply
                .text
                .extend_from_slice(format!(" {reason}").as_bytes());
        }
        Ok(reply)
    }

    fn login(&mut self, user: &str, password: &SecretBytes) -> Result<MechanismAnswer, Fall> {
        let mut reply = self.auth("LOGIN", "")?;
        let mut password_sent = false;
        for (text, is_password) in [(user.as_bytes(), false), (password.expose(), true)] {
            if reply.code != 334 {
                break;
            }
            let coded = Zeroizing::new(base64::encode(text));
            reply = self.command(coded.as_bytes())?;
            password_sent = is_password;
        }
        Ok(MechanismAnswer {
            reply,
            password_sent,
        })
    }

    /// PLAIN with the user name as authorisation id too, as FreeScout's mailer sends it.
    fn plain(&mut self, user: &str, password: &SecretBytes) -> Result<MechanismAnswer, Fall> {
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
        Ok(MechanismAnswer {
            reply: self.auth("PLAIN", &coded)?,
            password_sent: true,
        })
    }

    fn cram_md5(
        &mut self,
        climb: &mut Climb<'_>,
        user: &str,
        password: &SecretBytes,
    ) -> Result<MechanismAnswer, Fall> {
        let mut reply = self.auth("CRAM-MD5", "")?;
        if reply.code == 334 {
            let challenge = reply
                .lines
                .first()
                .and_then(|line| base64::decode_strict(line.trim_ascii()).ok());
            let answer = challenge.and_then(|text| cram_md5_answer(user, password.expose(), &text));
            reply = match answer {
                Some(answer) => {
                    // With the challenge, short passwords can be guessed from it.
                    climb.masks.add_coded(answer.as_bytes());
                    self.command(base64::encode(answer.as_bytes()).as_bytes())?
                }
                // Nothing to answer: called off (RFC 4954, section 4).
                None => self.command(b"*")?,
            };
        }
        Ok(MechanismAnswer {
            reply,
            password_sent: false,
        })
    }
}

impl MechanismAnswer {
    /// Whether the next mechanism may be tried after this refusal.
    fn leaves_others(&self, fall: &Fall) -> bool {
        let enough = matches!(
            fall,
            Fall::At {
                code: Code::RateLimited,
                ..
            }
        );
        match self.reply.code {
            // The end, or a want of encryption: the others would hear the same.
            421 | 530 | 538 => false,
            // A temporary failure is no judgement of the password (RFC 4954, section 6).
            454 => !enough,
            _ => !enough && !self.password_sent,
        }
    }
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
}
