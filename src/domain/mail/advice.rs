//! What servers answer, and what to do about it: data, one row an answer, each with a reply as servers send it.
//!
//! Rows are tried from the top; the first that fits decides. What no row knows is judged by the rung it came on and the
//! protocol's own codes (RFC 3501, RFC 5530, RFC 3206, RFC 5321, RFC 4954).

mod replies;

use super::{Protocol, sending};
use crate::domain::mail::rung::{Code, Rung};

pub use replies::{KnownReply, REPLIES};

/// One line of advice; its text is in the text table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "the sentence beside each name in the text table says what it is"
)]
pub enum Advice {
    WrongPassword,
    PasswordExpired,
    GooglePassword,
    GoogleAppPassword,
    GoogleSpaces,
    GoogleBrowser,
    YahooAppPassword,
    ICloudAppPassword,
    FastmailAppPassword,
    MicrosoftOAuth,
    MicrosoftSmtpAuth,
    MicrosoftNotConnected,
    MicrosoftTokenRefused,
    TokenRefused,
    TooMany,
    TooManyFailed,
    TryLater,
    InUse,
    EnableImap,
    EnableImapOrAppPassword,
    ContactAdmin,
    NeedsEncryption,
    NoLoginMethod,
    TurnedAway,
    NotOwner,
    SenderRefused,
    FolderMissing,
    NoSuchHost,
    NoResolver,
    StartContainer,
    NobodyListens,
    NoRoute,
    NoAnswer,
    SpeaksTls,
    SpeaksPlain,
    TlsFailed,
    OnlyTls12,
    OtherOpenSsl,
    CertificateExpired,
    CertificateName,
    CertificateUntrusted,
    CertificateAuthorityExpired,
    CertificateUnsuitable,
    NoStartTls,
    NotAMailServer,
    BrokenProtocol,
    Unreadable,
    NothingStored,
    ZeroPassword,
    FaultOfVersion,
    LocalMailer,
    OfModule,
    NoServer,
    RefusedBefore,
    Reconnect,
    ReconnectAfterSecret,
    RenewedLater,
    ClientSecretExpired,
    RenewalUnreachable,
    RenewalNotStored,
    RenewalNotTried,
    RenewalRefused,
    ReconnectRevoked,
    NameAsStored,
    NameMatchesNone,
    GreetingNotOk,
    AnswerNotOk,
    CutReply,
    NoMechanism,
    SenderNotAscii,
    SenderDeferred,
    FolderNotListed,
    FolderRefused,
    ListRefused,
    ListEmpty,
    NoTop,
}

/// Mail providers with rules of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Gmail, Google Workspace.
    Google,
    /// Microsoft 365, Outlook.com.
    Microsoft,
    /// Yahoo, AOL.
    Yahoo,
    /// iCloud.
    ICloud,
    /// Fastmail.
    Fastmail,
}

/// Names of servers end so.
const PROVIDERS: &[(&str, Provider)] = &[
    ("gmail.com", Provider::Google),
    ("googlemail.com", Provider::Google),
    ("office365.com", Provider::Microsoft),
    ("outlook.com", Provider::Microsoft),
    ("mail.yahoo.com", Provider::Yahoo),
    ("mail.aol.com", Provider::Yahoo),
    ("mail.me.com", Provider::ICloud),
    ("fastmail.com", Provider::Fastmail),
];

/// The provider a server belongs to.
pub fn provider(host: &str) -> Option<Provider> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let belongs = |suffix: &str| {
        host.strip_suffix(suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    PROVIDERS
        .iter()
        .find(|(suffix, _)| belongs(suffix))
        .map(|(_, provider)| *provider)
}

/// A refusal, and where it came.
pub struct LoginRefusal<'a> {
    /// Protocol.
    pub protocol: Protocol,
    /// Host name, as configured.
    pub host: &'a str,
    /// The rung it came on.
    pub rung: Rung,
    /// Whether the login was made with a token.
    pub token: bool,
    /// The server's words, first line at least.
    pub said: &'a str,
    /// Whether the password looks like a Google app password with its spaces.
    pub spaced: bool,
}

/// What a refusal means, and what to do.
pub fn judge(refused: &LoginRefusal<'_>) -> (Code, Advice) {
    let said = refused.said.to_ascii_lowercase();
    let provider = provider(refused.host);
    let fits = |row: &&KnownReply| {
        row.from.is_none_or(|from| Some(from) == provider)
            && row.token.is_none_or(|token| token == refused.token)
            && row.has.iter().all(|text| said.contains(text))
    };
    let (code, advice) = REPLIES
        .iter()
        .find(fits)
        .map_or_else(|| by_rung(refused, &said), |row| (row.code, row.advice));
    match (code, refused.rung) {
        // A token is not a password, whatever the server calls it.
        (Code::AuthRejected, _) if refused.token => (Code::OAuthRejected, Advice::TokenRefused),
        (Code::AuthRejected, _) if refused.spaced => (code, Advice::GoogleSpaces),
        // A password cannot be wrong where none was sent.
        (Code::AuthRejected, rung) if rung != Rung::Authentication => by_rung(refused, &said),
        _ => (code, advice),
    }
}

/// Words for a folder that is not there (RFC 5530 and others), in small letters.
const MISSING: &[&str] = &[
    "[nonexistent]",
    "doesn't exist",
    "does not exist",
    "unknown mailbox",
    "no such mailbox",
];

fn by_rung(refused: &LoginRefusal<'_>, said: &str) -> (Code, Advice) {
    let smtp = |class: char| refused.protocol == Protocol::Smtp && said.starts_with(class);
    match refused.rung {
        Rung::Greeting if smtp('4') => (Code::RateLimited, Advice::TooMany),
        Rung::Greeting => (Code::ServiceDisabled, Advice::TurnedAway),
        Rung::StartTls => (Code::StartTlsRefused, Advice::NoStartTls),
        // A goodbye is no verdict on the login.
        Rung::Authentication if said.starts_with("bye") => {
            (Code::AuthUnavailable, Advice::TryLater)
        }
        Rung::Folder if said.starts_with("bye") => (Code::ProtocolError, Advice::TurnedAway),
        Rung::Folder if MISSING.iter().any(|words| said.contains(words)) => {
            (Code::FolderMissing, Advice::FolderMissing)
        }
        // The login was good, and the list has the folder.
        Rung::Folder => (Code::FolderRefused, Advice::FolderRefused),
        Rung::Sender if smtp('4') && !sending::is_about_sender(said) => {
            (Code::SenderDeferred, Advice::SenderDeferred)
        }
        Rung::Sender if said.starts_with("530") => (Code::AuthUnavailable, Advice::NoLoginMethod),
        Rung::Sender => (Code::SenderRefused, Advice::SenderRefused),
        Rung::Authentication => match refused.protocol {
            Protocol::Imap if said.starts_with("bad") => {
                (Code::ProtocolError, Advice::BrokenProtocol)
            }
            Protocol::Smtp if smtp('4') => (Code::AuthUnavailable, Advice::TryLater),
            Protocol::Smtp if !said.starts_with("535") => {
                (Code::AuthUnavailable, Advice::NoLoginMethod)
            }
            _ => (Code::AuthRejected, Advice::WrongPassword),
        },
        Rung::Dns | Rung::Tcp | Rung::Tls => (Code::ProtocolError, Advice::BrokenProtocol),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(row: &KnownReply) -> LoginRefusal<'static> {
        let host = match row.from {
            Some(Provider::Google) => "imap.gmail.com",
            Some(Provider::Microsoft) => "outlook.office365.com",
            Some(Provider::Yahoo) => "imap.mail.yahoo.com",
            Some(Provider::ICloud) => "imap.mail.me.com",
            Some(Provider::Fastmail) => "imap.fastmail.com",
            None => "mail.example.org",
        };
        let protocol = match row.sample.as_bytes()[0] {
            b'0'..=b'9' => Protocol::Smtp,
            b'-' => Protocol::Pop3,
            _ => Protocol::Imap,
        };
        LoginRefusal {
            protocol,
            host,
            rung: if row.code == Code::SenderRefused {
                Rung::Sender
            } else {
                Rung::Authentication
            },
            token: row.token.unwrap_or(false),
            said: row.sample,
            spaced: false,
        }
    }

    #[test]
    fn every_row_is_reached_by_its_own_sample() {
        for row in REPLIES {
            assert_eq!(
                judge(&refused(row)),
                (row.code, row.advice),
                "{}",
                row.sample
            );
        }
    }

    #[test]
    fn what_no_row_knows_is_judged_by_its_rung() {
        let judged = |protocol, rung, said| {
            judge(&LoginRefusal {
                protocol,
                host: "mail.example.org",
                rung,
                token: false,
                said,
                spaced: false,
            })
        };
        use {Protocol::*, Rung::*};
        for (protocol, rung, said, code) in [
            (
                Imap,
                Authentication,
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                Code::AuthRejected,
            ),
            (
                Imap,
                Authentication,
                "BAD Error in IMAP command",
                Code::ProtocolError,
            ),
            (
                Pop3,
                Authentication,
                "-ERR [AUTH] Authentication failed.",
                Code::AuthRejected,
            ),
            (
                Smtp,
                Authentication,
                "535 5.7.8 Error: authentication failed",
                Code::AuthRejected,
            ),
            (
                Smtp,
                Authentication,
                "504 5.5.4 Unrecognized authentication type",
                Code::AuthUnavailable,
            ),
            (
                Smtp,
                Greeting,
                "421 service not available",
                Code::RateLimited,
            ),
            (Smtp, Greeting, "554 5.7.1 no access", Code::ServiceDisabled),
            (Imap, StartTls, "BAD unknown command", Code::StartTlsRefused),
            (
                Imap,
                Folder,
                "NO [NONEXISTENT] Unknown Mailbox",
                Code::FolderMissing,
            ),
            (
                Imap,
                Folder,
                "NO [SERVERBUG] Internal error",
                Code::FolderRefused,
            ),
            (
                Pop3,
                Folder,
                "-ERR [SYS/TEMP] Internal error",
                Code::FolderRefused,
            ),
            (Smtp, Sender, "550 5.1.0 no", Code::SenderRefused),
            (Smtp, Sender, "450 4.2.0 Greylisted", Code::SenderDeferred),
            (
                Smtp,
                Sender,
                "450 4.1.8 Sender address rejected: Domain not found",
                Code::SenderRefused,
            ),
            (
                Smtp,
                Sender,
                "530 5.7.0 Authentication required",
                Code::AuthUnavailable,
            ),
        ] {
            assert_eq!(judged(protocol, rung, said).0, code, "{said}");
        }
    }

    #[test]
    fn a_token_is_no_wrong_password_and_a_spaced_one_is_told() {
        let mut row = refused(&REPLIES[5]);
        row.token = true;
        assert_eq!(judge(&row), (Code::OAuthRejected, Advice::TokenRefused));
        row.token = false;
        row.spaced = true;
        assert_eq!(judge(&row), (Code::AuthRejected, Advice::GoogleSpaces));
    }

    #[test]
    fn providers_are_known_by_whole_labels() {
        assert_eq!(provider("IMAP.gmail.com."), Some(Provider::Google));
        assert_eq!(provider("imap.notgmail.com"), None);
        assert_eq!(provider("smtp-mail.outlook.com"), Some(Provider::Microsoft));
    }
}
