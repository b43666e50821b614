//! The ladder of a connection test, and the codes of its ends, as the JSON forms name them.

use std::fmt;

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
    pub(super) fn skips(self) -> bool {
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

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
