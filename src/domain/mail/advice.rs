//! What servers answer, and what to do about it: data, one row an answer, each with a reply as servers send it.
//!
//! Rooms: `provider` (whose server it is), `replies` (the table), `answered` (whether it was that server at all).
//!
//! Rows are tried from the top; the first that fits decides. What no row knows is judged by the rung it came on and the
//! protocol's own codes (RFC 3501, RFC 5530, RFC 3206, RFC 5321, RFC 4954). A password is called wrong only where a server
//! judged it: a refusal for another reason leaves it as good as it was.

mod answered;
mod provider;
mod replies;

use super::{Protocol, sending};
use crate::domain::mail::rung::{Code, Rung};

pub use answered::{ServerNames, other_server};
pub use provider::{DOMAINS, Provider, ProviderDomain, provider};
pub use replies::{HABITS, Habit, KnownReply, replies};

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
    EnableProtocol,
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
    FellSilent,
    SpeaksTls,
    SpeaksPlain,
    TlsFailed,
    TlsBroken,
    OnlyTls12,
    OtherOpenSsl,
    CertificateExpired,
    CertificateName,
    CertificateUntrusted,
    CertificateSelfSigned,
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
    OnlyInbox,
    OtherProtocol,
    FolderRefused,
    ListRefused,
    ListEmpty,
    NoTop,
    NoUser,
    UnknownEncryption,
    SenderNotWritten,
    LineBreak,
    NotJudged,
    OtherServer,
    AccountLocked,
    NeedsAdmin,
    ServerFault,
    NotAllowedIn,
    Referral,
    ClientCertificate,
    PlainLetters,
    WrongOrNotPlain,
    NoSuchUser,
    NeverConnected,
    MicrosoftPolicy,
    MailboxClosed,
    MailRuAppPassword,
    YandexAccess,
    YandexRobot,
    AuthorizationCode,
    NetEaseUnnamed,
    MailProgramsOff,
    MailboxPassword,
    OvhBlocked,
    ZohoAppPassword,
    ZohoRestricted,
    SesCredentials,
    SendGridKey,
    BrevoKey,
    MailgunCredentials,
    PostmarkToken,
    CreditsUsed,
    AddressNotAllowed,
    NotActivated,
    BlankAtEnd,
}

/// What a login was made with, as far as it matters for its refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginSort {
    /// A password.
    Password,
    /// A password that looks like a Google app password with its spaces.
    Spaced,
    /// A password with bytes beyond ASCII, which IMAP and POP3 send as they are.
    EightBit,
    /// A password that ends in a blank, which some servers cut off in POP3.
    BlankAtEnd,
    /// The secret of an OAuth client that was entered and never connected.
    ClientSecret,
    /// A token.
    Token,
}

/// A refusal, and where it came.
pub struct LoginRefusal<'a> {
    /// Protocol.
    pub protocol: Protocol,
    /// Host name, as configured.
    pub host: &'a str,
    /// The rung it came on.
    pub rung: Rung,
    /// What the login was made with.
    pub login: LoginSort,
    /// The server's words, first line at least.
    pub said: &'a str,
}

/// What a refusal means, and what to do.
pub fn judge(refused: &LoginRefusal<'_>) -> (Code, Advice) {
    let said = refused.said.to_ascii_lowercase();
    let provider = provider(refused.host);
    let fits = |row: &&KnownReply| {
        row.from.is_none_or(|from| Some(from) == provider)
            && row.login.is_none_or(|login| login == refused.login)
            && row.rung.is_none_or(|rung| rung == refused.rung)
            && row.has.iter().all(|text| said.contains(text))
    };
    let (code, advice) = replies()
        .find(fits)
        .map_or_else(|| by_rung(refused, &said), |row| (row.code, row.advice));
    match (code, refused.login) {
        // A password cannot be wrong where none was sent.
        (Code::AuthRejected, _) if refused.rung != Rung::Authentication => by_rung(refused, &said),
        // A token is not a password, whatever the server calls it.
        (Code::AuthRejected, LoginSort::Token) => (Code::OAuthRejected, Advice::TokenRefused),
        (Code::AuthRejected, LoginSort::Spaced) => (code, Advice::GoogleSpaces),
        (Code::AuthRejected | Code::BasicAuthDisabled, LoginSort::ClientSecret) => {
            (code, Advice::NeverConnected)
        }
        (Code::AuthRejected, login) if advice == Advice::WrongPassword => {
            (code, of_wrong_password(provider, login))
        }
        // Nor is it a login that fails once it was good.
        (Code::AuthUnavailable, _) if refused.rung == Rung::Folder => (Code::FolderRefused, advice),
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

/// What a plain refusal means: that of a provider with habits of its own, or of a password that may not have come over.
fn of_wrong_password(provider: Option<Provider>, login: LoginSort) -> Advice {
    let habit = HABITS.iter().find(|habit| Some(habit.of) == provider);
    match (habit, login) {
        (Some(habit), _) => habit.advice,
        (None, LoginSort::EightBit) => Advice::WrongOrNotPlain,
        (None, LoginSort::BlankAtEnd) => Advice::BlankAtEnd,
        (None, _) => Advice::WrongPassword,
    }
}

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
        Rung::Authentication => by_login(refused, said),
        Rung::Dns | Rung::Tcp | Rung::Tls => (Code::ProtocolError, Advice::BrokenProtocol),
    }
}

/// What a refused login means by its protocol's own codes alone.
fn by_login(refused: &LoginRefusal<'_>, said: &str) -> (Code, Advice) {
    let code = said.get(..3).unwrap_or_default();
    match (refused.protocol, code) {
        (Protocol::Imap, "bad") if refused.login == LoginSort::EightBit => {
            (Code::AuthUnavailable, Advice::PlainLetters)
        }
        (Protocol::Imap, "bad") => (Code::ProtocolError, Advice::BrokenProtocol),
        (Protocol::Imap | Protocol::Pop3, _) | (Protocol::Smtp, "535") => {
            (Code::AuthRejected, Advice::WrongPassword)
        }
        // The mechanism is not known, too weak, or there has to be a login first (RFC 4954).
        (Protocol::Smtp, "504" | "530" | "534") => (Code::AuthUnavailable, Advice::NoLoginMethod),
        (Protocol::Smtp, code) if code.starts_with('4') => {
            (Code::AuthUnavailable, Advice::TryLater)
        }
        (Protocol::Smtp, _) => (Code::AuthUnavailable, Advice::NotJudged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(
        protocol: Protocol,
        host: &str,
        rung: Rung,
        login: LoginSort,
        said: &str,
    ) -> (Code, Advice) {
        judge(&LoginRefusal {
            protocol,
            host,
            rung,
            login,
            said,
        })
    }

    #[test]
    fn every_row_says_where_it_was_seen_and_stands_once() {
        let rows: Vec<&KnownReply> = replies().collect();
        for (at, row) in rows.iter().enumerate() {
            assert!(!row.source.is_empty(), "{}", row.sample);
            let lower = row
                .has
                .iter()
                .all(|text| text.to_ascii_lowercase() == **text);
            assert!(lower, "{}", row.sample);
            let same = |other: &&KnownReply| {
                (other.from, other.login, other.rung, other.has)
                    == (row.from, row.login, row.rung, row.has)
            };
            assert!(!rows[..at].iter().any(same), "{}", row.sample);
        }
        for (at, habit) in HABITS.iter().enumerate() {
            assert!(!habit.source.is_empty(), "{}", habit.sample);
            let twice = HABITS[..at].iter().any(|other| other.of == habit.of);
            assert!(!twice, "{}", habit.sample);
        }
    }

    #[test]
    fn what_no_row_knows_is_judged_by_its_rung() {
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
            let judged = judged(
                protocol,
                "mail.example.org",
                rung,
                LoginSort::Password,
                said,
            );
            assert_eq!(judged.0, code, "{said}");
        }
    }

    #[test]
    fn a_refusal_that_judged_nothing_condemns_no_password() {
        use {Protocol::*, Rung::Authentication};
        for said in [
            "502 5.7.0 no",
            "550 5.2.0 no",
            "554 5.7.1 Access denied",
            "525 5.7.1 no",
            "500 5.5.1 no",
        ] {
            let host = "mail.example.org";
            assert_eq!(
                judged(Smtp, host, Authentication, LoginSort::Password, said),
                (Code::AuthUnavailable, Advice::NotJudged),
                "{said}"
            );
        }
        for code in [
            Code::ServiceDisabled,
            Code::AuthUnavailable,
            Code::OtherServer,
        ] {
            assert!(!code.condemns_password(), "{code}");
        }
    }

    #[test]
    fn what_a_login_was_made_with_decides_what_its_refusal_means() {
        let said = "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)";
        let at =
            |host, login, said| judged(Protocol::Imap, host, Rung::Authentication, login, said);
        let (google, other) = ("imap.gmail.com", "mail.example.org");
        for (host, login, said, told) in [
            (
                google,
                LoginSort::Password,
                said,
                (Code::AuthRejected, Advice::GooglePassword),
            ),
            (
                google,
                LoginSort::Spaced,
                said,
                (Code::AuthRejected, Advice::GoogleSpaces),
            ),
            (
                google,
                LoginSort::ClientSecret,
                said,
                (Code::AuthRejected, Advice::NeverConnected),
            ),
            (
                "outlook.office365.com",
                LoginSort::ClientSecret,
                "NO LOGIN failed.",
                (Code::BasicAuthDisabled, Advice::NeverConnected),
            ),
            (
                other,
                LoginSort::Token,
                said,
                (Code::OAuthRejected, Advice::TokenRefused),
            ),
            (
                other,
                LoginSort::EightBit,
                said,
                (Code::AuthRejected, Advice::WrongOrNotPlain),
            ),
            (
                other,
                LoginSort::BlankAtEnd,
                said,
                (Code::AuthRejected, Advice::BlankAtEnd),
            ),
            (
                google,
                LoginSort::BlankAtEnd,
                said,
                (Code::AuthRejected, Advice::GooglePassword),
            ),
            (
                other,
                LoginSort::EightBit,
                "BAD Unexpected char",
                (Code::AuthUnavailable, Advice::PlainLetters),
            ),
            (
                other,
                LoginSort::Password,
                "BAD Unexpected char",
                (Code::ProtocolError, Advice::BrokenProtocol),
            ),
        ] {
            assert_eq!(at(host, login, said), told, "{host} {login:?} {said}");
        }
    }
}
