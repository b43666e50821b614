//! What a connection test found: a ladder of rungs with the time each took, where it ended, and why.
//!
//! The names are those of the JSON forms. Nothing here holds a secret; texts of servers are sanitised and bounded before
//! they come here.

use std::fmt;
use std::time::Duration;

use super::advice::Advice;
use super::connection::{ConnectionId, Protocol};

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
    /// Skipped: this server refused this password already.
    SameAsBefore,
}

/// `verdict` of the JSON forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It works.
    Ok,
    /// It does not.
    Failed,
    /// It was not tried.
    Skipped,
}

impl Verdict {
    /// The name in the JSON forms.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Failed => "failed",
            Verdict::Skipped => "skipped",
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
        }
    }

    /// What it comes to.
    pub fn verdict(self) -> Verdict {
        match self {
            Code::Ok => Verdict::Ok,
            Code::NoPassword
            | Code::UnreadablePassword
            | Code::NotNeeded
            | Code::NotConfigured
            | Code::SameAsBefore => Verdict::Skipped,
            _ => Verdict::Failed,
        }
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
pub enum Caution {
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
    /// Stored unencrypted, and whether the installed version reads it so cannot be told.
    FormUntold,
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
    /// The rung it ended on; none when nothing was tried.
    pub rung: Option<Rung>,
    /// The server's own last words, sanitised and bounded.
    pub server_said: String,
    /// What to do about it.
    pub advice: Option<Advice>,
    /// Works, but.
    pub cautions: Vec<Caution>,
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
            server_said: String::new(),
            advice,
            cautions: Vec::new(),
            ladder: Vec::new(),
            journey: None,
        }
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
