//! The ladder of a connection test, and the codes of its ends, as the JSON forms name them.

use std::fmt;

named! {
    /// One rung of the ladder, in the order they are climbed. With STARTTLS, `tls` comes after `greeting` and `starttls`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Rung {
        /// The name is looked up.
        Dns = "dns",
        /// The connection is made.
        Tcp = "tcp",
        /// TLS is negotiated, and the certificate looked at.
        Tls = "tls",
        /// The server greets and says what it can do.
        Greeting = "greeting",
        /// The server agrees to TLS.
        StartTls = "starttls",
        /// The login.
        Authentication = "authentication",
        /// The folders that are fetched (incoming).
        Folder = "folder",
        /// The sender and its own address as recipient are accepted, and taken back (outgoing).
        Sender = "sender",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

named! {
    /// How a test ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Code {
        /// FreeScout can fetch, or send.
        Ok = "ok",
        /// The name has no address.
        Dns = "dns",
        /// Nobody listens.
        Refused = "refused",
        /// No way there.
        Unreachable = "unreachable",
        /// No answer in time.
        Timeout = "timeout",
        /// TLS could not be agreed on.
        TlsHandshake = "tls_handshake",
        /// TLS where plain text is spoken, or the reverse.
        TlsWrongMode = "tls_wrong_mode",
        /// The certificate is no longer, or not yet, valid.
        CertExpired = "cert_expired",
        /// The certificate is for another name.
        CertName = "cert_name",
        /// The certificate's chain leads to no known authority.
        CertUntrusted = "cert_untrusted",
        /// Something else answers.
        NotAMailServer = "not_a_mail_server",
        /// Another server answered than the one that was configured.
        OtherServer = "other_server",
        /// No STARTTLS.
        StartTlsRefused = "starttls_refused",
        /// User or password refused.
        AuthRejected = "auth_rejected",
        /// The account wants an application's own password.
        AppPasswordRequired = "app_password_required",
        /// The provider takes no passwords any more.
        BasicAuthDisabled = "basic_auth_disabled",
        /// The provider has switched SMTP logins off for this tenant or mailbox.
        SmtpAuthDisabled = "smtp_auth_disabled",
        /// The protocol is switched off for this account.
        ServiceDisabled = "service_disabled",
        /// Too many connections or logins.
        RateLimited = "rate_limited",
        /// No login possible just now, or not in this way.
        AuthUnavailable = "auth_unavailable",
        /// The access token has expired and cannot be renewed as things stand.
        OAuthExpired = "oauth_expired",
        /// The token, or its renewal, was refused.
        OAuthRejected = "oauth_rejected",
        /// A folder that FreeScout fetches from is not there.
        FolderMissing = "folder_missing",
        /// A folder that FreeScout fetches from is there, or should be, and is not opened.
        FolderRefused = "folder_refused",
        /// The server does not take mail from this sender.
        SenderRefused = "sender_refused",
        /// The server takes mail from this sender, but not now.
        SenderDeferred = "sender_deferred",
        /// The server says what no mail server should.
        ProtocolError = "protocol_error",
        /// Skipped: no password is stored.
        NoPassword = "no_password",
        /// Skipped: FreeScout cannot read the password.
        UnreadablePassword = "unreadable_password",
        /// Skipped: no login is made.
        NotNeeded = "not_needed",
        /// Skipped: no server is configured.
        NotConfigured = "not_configured",
        /// Skipped: another login has been refused with this password already.
        SameAsBefore = "same_as_before",
        /// Skipped: the server's name could not be looked up, as nothing in the container does that.
        NoResolver = "no_resolver",
        /// Skipped: the container is stopped, and its network is not there.
        ContainerStopped = "container_stopped",
        /// Skipped: OpenSSL as this program holds it does not speak with this server; FreeScout's may.
        CannotTell = "cannot_tell",
        /// Skipped: a fault of ours kept it from being tested.
        OurFault = "our_fault",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

impl Code {
    /// Whether it only ever says that nothing was tried.
    pub fn skips(self) -> bool {
        matches!(
            self,
            Code::NoPassword
                | Code::UnreadablePassword
                | Code::NotNeeded
                | Code::NotConfigured
                | Code::SameAsBefore
                | Code::NoResolver
                | Code::ContainerStopped
                | Code::CannotTell
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
