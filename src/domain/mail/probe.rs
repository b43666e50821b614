//! What a connection test found: a ladder of rungs with the time each took, where it ended, and why.
//!
//! The names are those of the JSON forms. Nothing here holds a secret; texts of servers are sanitised and bounded before
//! they come here.

use std::fmt;
use std::time::Duration;

use super::advice::Advice;
use super::{ConnectionId, Protocol};

/// One rung of the ladder, in the order they are climbed. With STARTTLS, `tls` comes after `greeting` and `starttls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// The name is looked up.
    Dns,
    /// The connection is made.
    Tcp,
    /// TLS is negotiated, and the certificate looked at.
    Tls,
    /// The server greets and says what it can do.
    Greeting,
    /// The server agrees to TLS.
    StartTls,
    /// The login.
    Authentication,
    /// The folders that are fetched (incoming).
    Folder,
    /// The sender is accepted, and taken back (outgoing).
    Sender,
}

impl Rung {
    /// The name in the JSON forms.
    pub fn name(self) -> &'static str {
        match self {
            Rung::Dns => "dns",
            Rung::Tcp => "tcp",
            Rung::Tls => "tls",
            Rung::Greeting => "greeting",
            Rung::StartTls => "starttls",
            Rung::Authentication => "authentication",
            Rung::Folder => "folder",
            Rung::Sender => "sender",
        }
    }
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// FreeScout can fetch, or send.
    Ok,
    /// The name has no address.
    Dns,
    /// Nobody listens.
    Refused,
    /// No way there.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// TLS could not be agreed on.
    TlsHandshake,
    /// TLS where plain text is spoken, or the reverse.
    TlsWrongMode,
    /// The certificate is no longer, or not yet, valid.
    CertExpired,
    /// The certificate is for another name.
    CertName,
    /// The certificate's chain leads to no known authority.
    CertUntrusted,
    /// Something else answers.
    NotAMailServer,
    /// No STARTTLS.
    StartTlsRefused,
    /// User or password refused.
    AuthRejected,
    /// The account wants an application's own password.
    AppPasswordRequired,
    /// The provider takes no passwords any more.
    BasicAuthDisabled,
    /// The provider has switched SMTP logins off for this tenant or mailbox.
    SmtpAuthDisabled,
    /// The protocol is switched off for this account.
    ServiceDisabled,
    /// Too many connections or logins.
    RateLimited,
    /// No login possible just now, or not in this way.
    AuthUnavailable,
    /// The access token has expired and cannot be renewed as things stand.
    OAuthExpired,
    /// The token, or its renewal, was refused.
    OAuthRejected,
    /// A folder that FreeScout fetches from is not there.
    FolderMissing,
    /// The server does not take mail from this sender.
    SenderRefused,
    /// The server says what no mail server should.
    ProtocolError,
    /// Skipped: no password is stored.
    NoPassword,
    /// Skipped: FreeScout cannot read the password.
    UnreadablePassword,
    /// Skipped: no login is made.
    NotNeeded,
    /// Skipped: no server is configured.
    NotConfigured,
    /// Skipped: another login has been refused with this password already.
    SameAsBefore,
    /// Skipped: a fault of ours kept it from being tested.
    OurFault,
}

/// `verdict` of the JSON forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestVerdict {
    /// It works.
    Ok,
    /// It does not.
    Failed,
    /// It was not tried.
    Skipped,
}

impl TestVerdict {
    /// The name in the JSON forms.
    pub fn name(self) -> &'static str {
        match self {
            TestVerdict::Ok => "ok",
            TestVerdict::Failed => "failed",
            TestVerdict::Skipped => "skipped",
        }
    }
}

impl Code {
    /// The name in the JSON forms.
    pub fn name(self) -> &'static str {
        match self {
            Code::Ok => "ok",
            Code::Dns => "dns",
            Code::Refused => "refused",
            Code::Unreachable => "unreachable",
            Code::Timeout => "timeout",
            Code::TlsHandshake => "tls_handshake",
            Code::TlsWrongMode => "tls_wrong_mode",
            Code::CertExpired => "cert_expired",
            Code::CertName => "cert_name",
            Code::CertUntrusted => "cert_untrusted",
            Code::NotAMailServer => "not_a_mail_server",
            Code::StartTlsRefused => "starttls_refused",
            Code::AuthRejected => "auth_rejected",
            Code::AppPasswordRequired => "app_password_required",
            Code::BasicAuthDisabled => "basic_auth_disabled",
            Code::SmtpAuthDisabled => "smtp_auth_disabled",
            Code::ServiceDisabled => "service_disabled",
            Code::RateLimited => "rate_limited",
            Code::AuthUnavailable => "auth_unavailable",
            Code::OAuthExpired => "oauth_expired",
            Code::OAuthRejected => "oauth_rejected",
            Code::FolderMissing => "folder_missing",
            Code::SenderRefused => "sender_refused",
            Code::ProtocolError => "protocol_error",
            Code::NoPassword => "no_password",
            Code::UnreadablePassword => "unreadable_password",
            Code::NotNeeded => "not_needed",
            Code::NotConfigured => "not_configured",
            Code::SameAsBefore => "same_as_before",
            Code::OurFault => "our_fault",
        }
    }

    /// Whether it only ever says that nothing was tried.
    fn skips(self) -> bool {
        matches!(
            self,
            Code::NoPassword
                | Code::UnreadablePassword
                | Code::NotNeeded
                | Code::NotConfigured
                | Code::SameAsBefore
                | Code::OurFault
        )
    }

    /// Whether mail does not flow because of it: a failure, or a password that is missing.
    pub fn is_open(self) -> bool {
        !matches!(self, Code::Ok | Code::NotNeeded | Code::NotConfigured)
    }

    /// Whether the server has judged the password and found it wrong: it must not be sent there again.
    pub fn condemns_password(self) -> bool {
        matches!(
            self,
            Code::AuthRejected | Code::AppPasswordRequired | Code::OAuthRejected
        )
    }
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// No longer, or not yet, valid.
    Expired,
    /// For other names: these, sanitised.
    OtherName(Vec<String>),
    /// No known authority signed it.
    Untrusted,
}

/// Something that works and should not be left so, or that the operator must know about the test itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestCaution {
    /// The password travels unprotected.
    ClearText,
    /// FreeScout is set to STARTTLS and does not use it for POP3.
    StartTlsIgnored,
    /// The server says LOGINDISABLED; FreeScout sends the password all the same.
    LoginDisabled,
    /// A certificate that FreeScout does not check, and that would not pass.
    Unchecked(CertificateFault),
    /// The certificate is valid for this many more days only.
    ExpiresSoon(i64),
    /// FreeScout's settings form refuses this address unless `APP_REMOTE_HOST_WHITE_LIST` names it.
    PrivateAddress,
    /// The server offers no login; FreeScout sends without one.
    NoLoginOffered,
    /// Tested with the password that this key opens (its label); FreeScout itself cannot read it yet.
    NotYetReadable(String),
    /// Tested with the password as it is stored, unencrypted; FreeScout itself cannot read it yet.
    NotSealed,
    /// Tested with a password that was typed, and is not stored yet.
    NotStored,
    /// The answer of an earlier test of this very login: a refused password is not sent again unasked.
    NotSentAgain,
    /// Stored unencrypted, and whether the installed version reads it so cannot be told.
    FormUntold,
}

impl TestCaution {
    /// Whether FreeScout itself does not have the password yet, or that cannot be told: then this login is no proof of
    /// its own.
    fn is_ahead_of_freescout(&self) -> bool {
        matches!(
            self,
            TestCaution::NotYetReadable(_)
                | TestCaution::NotSealed
                | TestCaution::NotStored
                | TestCaution::FormUntold
        )
    }
}

/// How a login is marked. Only what was tried works or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginMark {
    /// FreeScout logs in.
    Works,
    /// It will, once it has the password that was tested.
    WouldWork,
    /// This login's own answer: it does not work.
    Fails,
    /// It has to work, and was not tried.
    NotTried,
    /// There is nothing to log in to.
    NotNeeded,
}

/// Another login that was refused with the same password or token, or turned the same account away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedBy {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its `host:port`, sanitised.
    pub server: String,
    /// What it said.
    pub code: Code,
    /// Whether it was a token, not a password.
    pub token: bool,
}

/// One rung that was climbed, or the one that broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climbed {
    /// Which.
    pub rung: Rung,
    /// How long it took.
    pub took: Duration,
    /// What was seen, sanitised; may be empty.
    pub detail: String,
}

/// A finished test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Which connection.
    pub id: ConnectionId,
    /// The mailbox's name, sanitised; empty for the system mail account.
    pub owner: String,
    /// Its address, sanitised.
    pub email: String,
    /// The protocol, where there is one.
    pub protocol: Option<Protocol>,
    /// `host:port`, sanitised; empty when nothing is configured.
    pub server: String,
    /// What came of it.
    pub ended: Ended,
}

/// What a test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub code: Code,
    /// The rung it ended on; none when nothing was tried, whatever the code.
    pub rung: Option<Rung>,
    /// Whose refusal kept this from being tried ([`Code::SameAsBefore`]).
    pub refused_by: Option<RefusedBy>,
    /// The server's own last words, sanitised and bounded.
    pub server_said: String,
    /// What to do about it.
    pub advice: Option<Advice>,
    /// Works, but.
    pub cautions: Vec<TestCaution>,
    /// The rungs.
    pub ladder: Vec<Climbed>,
    /// The journey of a mail sent to itself, where one was sent.
    pub journey: Option<Journey>,
}

impl Ended {
    /// A test that was not made.
    pub fn skipped(code: Code, advice: Option<Advice>) -> Self {
        Self {
            code,
            rung: None,
            refused_by: None,
            server_said: String::new(),
            advice,
            cautions: Vec::new(),
            ladder: Vec::new(),
            journey: None,
        }
    }

    /// What it comes to. Nothing that was not tried has failed.
    pub fn verdict(&self) -> TestVerdict {
        match self.code {
            Code::Ok => TestVerdict::Ok,
            code if code.skips() || self.rung.is_none() => TestVerdict::Skipped,
            _ => TestVerdict::Failed,
        }
    }

    /// How it is marked.
    pub fn mark(&self) -> LoginMark {
        let ahead = self.cautions.iter().any(TestCaution::is_ahead_of_freescout);
        match self.verdict() {
            TestVerdict::Ok if ahead => LoginMark::WouldWork,
            TestVerdict::Ok => LoginMark::Works,
            TestVerdict::Failed => LoginMark::Fails,
            TestVerdict::Skipped if self.code.is_open() => LoginMark::NotTried,
            TestVerdict::Skipped => LoginMark::NotNeeded,
        }
    }

    /// Whether the password was found wrong, here or by the login whose refusal kept this one from being tried.
    pub fn condemns_password(&self) -> bool {
        let elsewhere = self.refused_by.as_ref();
        self.code.condemns_password() || elsewhere.is_some_and(|by| by.code.condemns_password())
    }

    /// Whether it is sent only when the operator asks for it: it was refused elsewhere, or here for another reason than
    /// the password. A password that this very login found wrong is not sent again at all.
    pub fn waits_for_a_word(&self) -> bool {
        let repeated = self.cautions.contains(&TestCaution::NotSentAgain);
        self.code == Code::SameAsBefore || repeated && !self.code.condemns_password()
    }

    /// Time of all rungs.
    pub fn took(&self) -> Duration {
        self.ladder.iter().map(|step| step.took).sum()
    }
}

/// A mail from a mailbox to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Journey {
    /// Found again after this long; removed, or only marked as deleted where the server cannot remove a single mail.
    Arrived {
        /// From the server's acceptance to the mail in the folder.
        took: Duration,
        /// Whether it was removed.
        removed: bool,
    },
    /// Accepted, and not found in this time.
    NotSeen(Duration),
    /// Refused, in the server's words, sanitised.
    Refused(String),
    /// Not sent, as one of the two directions does not work.
    NotTried,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: Code, rung: Option<Rung>, cautions: &[TestCaution]) -> Ended {
        Ended {
            rung,
            cautions: cautions.to_vec(),
            ..Ended::skipped(code, None)
        }
    }

    #[test]
    fn only_what_was_tried_works_or_fails() {
        let login = Some(Rung::Authentication);
        for (code, rung, mark) in [
            (Code::Ok, Some(Rung::Folder), LoginMark::Works),
            (Code::AuthRejected, login, LoginMark::Fails),
            (Code::Timeout, Some(Rung::Tcp), LoginMark::Fails),
            (Code::RateLimited, Some(Rung::Greeting), LoginMark::Fails),
            // Its server had enough before its turn came; its token was not to be renewed yet.
            (Code::RateLimited, None, LoginMark::NotTried),
            (Code::OAuthExpired, None, LoginMark::NotTried),
            (Code::OAuthExpired, login, LoginMark::Fails),
            (Code::SameAsBefore, None, LoginMark::NotTried),
            (Code::UnreadablePassword, None, LoginMark::NotTried),
            (Code::NoPassword, None, LoginMark::NotTried),
            (Code::OurFault, None, LoginMark::NotTried),
            (Code::NotNeeded, None, LoginMark::NotNeeded),
            (Code::NotConfigured, None, LoginMark::NotNeeded),
        ] {
            assert_eq!(ended(code, rung, &[]).mark(), mark, "{code} {rung:?}");
        }
    }

    #[test]
    fn what_freescout_cannot_read_does_not_work_yet() {
        let works = |caution| ended(Code::Ok, Some(Rung::Sender), &[caution]).mark();
        assert_eq!(works(TestCaution::ClearText), LoginMark::Works);
        for ahead in [
            TestCaution::NotYetReadable("K2".to_owned()),
            TestCaution::NotSealed,
            TestCaution::NotStored,
        ] {
            assert_eq!(works(ahead), LoginMark::WouldWork);
        }
    }

    #[test]
    fn a_password_found_wrong_is_sent_again_by_nobody_else() {
        let login = Some(Rung::Authentication);
        let again = [TestCaution::NotSentAgain];
        assert!(!ended(Code::AuthRejected, login, &again).waits_for_a_word());
        assert!(ended(Code::ServiceDisabled, login, &again).waits_for_a_word());
        assert!(!ended(Code::ServiceDisabled, login, &[]).waits_for_a_word());
        let elsewhere = |code| Ended {
            refused_by: Some(RefusedBy {
                protocol: Protocol::Smtp,
                server: String::new(),
                code,
                token: false,
            }),
            ..Ended::skipped(Code::SameAsBefore, None)
        };
        assert!(elsewhere(Code::AuthRejected).waits_for_a_word());
        assert!(elsewhere(Code::AuthRejected).condemns_password());
        assert!(!elsewhere(Code::ServiceDisabled).condemns_password());
    }
}
