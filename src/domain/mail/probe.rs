//! What a connection test found: a ladder of rungs with the time each took, where it ended, and why.
//!
//! The names are those of the JSON forms. Nothing here holds a secret; texts of servers are sanitised and bounded before
//! they come here.

use crate::domain::mail::rung::{Code, Rung};
use std::time::Duration;

use super::advice::Advice;
use super::{ConnectionId, Protocol};
use crate::words::untrusted::Untrusted;

named! {
    /// `verdict` of the JSON forms.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum TestVerdict {
        /// It works.
        Ok = "ok",
        /// It does not.
        Failed = "failed",
        /// It was not tried.
        Skipped = "skipped",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CertificateFault {
    /// No longer, or not yet, valid.
    Expired,
    /// For other names: these.
    OtherName(Vec<Untrusted>),
    /// No known authority signed it.
    Untrusted,
    /// It signed itself, and nobody trusts it.
    SelfSigned,
    /// An authority that signed it is no longer, or not yet, valid.
    AuthorityExpired,
    /// OpenSSL does not take it for a server's, in its own words.
    Unsuitable(Untrusted),
}

/// Something that works and should not be left so, or that the operator must know about the test itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// It works, and the server's name is not one of the provider that is set: this one.
    OtherServer(Untrusted),
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
    /// Stored unencrypted, and whether the installed version reads it so is not known.
    FormUntold,
    /// EHLO is refused: FreeScout says HELO and goes on, without the encryption and the login that are set.
    SendsInClear,
    /// The server takes logins only after STARTTLS, which FreeScout does not use as it is set: it sends without a login.
    LoginAfterStartTls,
    /// The server takes no mail for the mailbox's own address, in these words; mail to others may leave.
    OwnAddressRefused(Untrusted),
    /// FreeScout's own connection test says yes here, and its fetch gets nothing.
    ButtonSaysOk,
    /// The other way round: the server lists no INBOX, for which that test looks.
    ButtonSaysNo,
    /// A Cyrus server makes an INBOX at the first login by POP3, and this one is empty.
    InboxMade,
}

impl TestCaution {
    /// Whether FreeScout itself does not have the password yet, or that is not known: then this login is no proof of
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RefusedBy {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its `host:port`.
    pub server: Untrusted,
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
    /// What was seen; may be empty.
    pub detail: Untrusted,
}

/// A finished test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Which connection.
    pub id: ConnectionId,
    /// The mailbox's name; empty for the system mail account.
    pub owner: Untrusted,
    /// Its address.
    pub email: Untrusted,
    /// The protocol, where there is one.
    pub protocol: Option<Protocol>,
    /// `host:port`; empty when nothing is configured.
    pub server: Untrusted,
    /// What came of it.
    pub ended: Ended,
}

#[cfg(test)]
impl Tested {
    /// Of the incoming mail of a mailbox, for tests of what becomes of many.
    pub(super) fn incoming(mailbox: u64, server: &str, ended: Ended) -> Self {
        Self {
            id: ConnectionId::of(mailbox, super::Direction::Incoming),
            owner: "Support".into(),
            email: "support@example.org".into(),
            protocol: Some(Protocol::Imap),
            server: server.into(),
            ended,
        }
    }
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
    /// The server's own last words, bounded, without a secret.
    pub server_said: Untrusted,
    /// By which name another server answered ([`Code::OtherServer`]); else empty.
    pub answered_by: Untrusted,
    /// What to do about it.
    pub advice: Option<Advice>,
    /// Works, but.
    pub cautions: Vec<TestCaution>,
    /// The rungs.
    pub ladder: Vec<Climbed>,
    /// The journey of a mail sent to itself, where one was sent.
    pub journey: Option<Journey>,
    /// For how many days the server's certificate is still valid, where one was seen.
    pub certificate_days: Option<i64>,
}

impl Ended {
    /// A test that was not made.
    pub fn skipped(code: Code, advice: Option<Advice>) -> Self {
        Self {
            code,
            rung: None,
            refused_by: None,
            server_said: String::new().into(),
            answered_by: String::new().into(),
            advice,
            cautions: Vec::new(),
            ladder: Vec::new(),
            journey: None,
            certificate_days: None,
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

    /// Whether this answer stands for the same password at the same login until the operator asks again, or for good: sent
    /// once more it would only be repeated from memory.
    pub fn stands(&self) -> bool {
        self.code == Code::SameAsBefore || self.code.condemns_password() || self.closes_server()
    }

    /// Whether the server refuses this login for another reason than the password, or is not the one it is meant for.
    pub fn closes_server(&self) -> bool {
        self.rung == Some(Rung::Authentication)
            && matches!(
                self.code,
                Code::ServiceDisabled
                    | Code::BasicAuthDisabled
                    | Code::SmtpAuthDisabled
                    | Code::RateLimited
                    | Code::OtherServer
            )
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
    /// Refused, in the server's words.
    Refused(Untrusted),
    /// Not sent, as one of the two directions does not work.
    NotTried,
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
            (Code::NoResolver, None, LoginMark::NotTried),
            (Code::ContainerStopped, None, LoginMark::NotTried),
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
                server: String::new().into(),
                code,
                token: false,
            }),
            ..Ended::skipped(Code::SameAsBefore, None)
        };
        assert!(elsewhere(Code::AuthRejected).waits_for_a_word());
        assert!(elsewhere(Code::ServiceDisabled).stands());
        for (code, stands) in [
            (Code::AuthRejected, true),
            (Code::ServiceDisabled, true),
            (Code::RateLimited, true),
            (Code::OtherServer, true),
            (Code::Timeout, false),
            (Code::AuthUnavailable, false),
        ] {
            assert_eq!(ended(code, login, &[]).stands(), stands, "{code}");
        }
        assert!(elsewhere(Code::AuthRejected).condemns_password());
        assert!(!elsewhere(Code::ServiceDisabled).condemns_password());
    }
}
