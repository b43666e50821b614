//! The table of answers: one row each, with the reply as servers send it. The first row that fits decides.

use super::{Advice, Provider};
use crate::domain::mail::probe::Code;

/// An answer that a server gives.
pub struct KnownReply {
    /// Only from servers of this provider.
    pub from: Option<Provider>,
    /// Only where the login was made with a token (`true`) or a password (`false`).
    pub token: Option<bool>,
    /// Texts that all stand in it, in any case.
    pub has: &'static [&'static str],
    /// What it means.
    pub code: Code,
    /// What to do.
    pub advice: Advice,
    /// The reply as a server sends it.
    pub sample: &'static str,
}

const fn reply(
    has: &'static [&'static str],
    code: Code,
    advice: Advice,
    sample: &'static str,
) -> KnownReply {
    KnownReply {
        from: None,
        token: None,
        has,
        code,
        advice,
        sample,
    }
}

const fn of(provider: Provider, reply: KnownReply) -> KnownReply {
    KnownReply {
        from: Some(provider),
        ..reply
    }
}

const fn with_token(reply: KnownReply) -> KnownReply {
    KnownReply {
        token: Some(true),
        ..reply
    }
}

/// Every answer we know.
pub const REPLIES: &[KnownReply] = &[
    reply(
        &["application-specific password required"],
        Code::AppPasswordRequired,
        Advice::GoogleAppPassword,
        "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
    ),
    reply(
        &["534", "5.7.9"],
        Code::AppPasswordRequired,
        Advice::GoogleAppPassword,
        "534-5.7.9 Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor",
    ),
    reply(
        &["via your web browser"],
        Code::AuthUnavailable,
        Advice::GoogleBrowser,
        "NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
    ),
    reply(
        &["not enabled for imap"],
        Code::ServiceDisabled,
        Advice::EnableImap,
        "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)",
    ),
    with_token(of(
        Provider::Google,
        reply(
            &["invalid credentials"],
            Code::OAuthRejected,
            Advice::TokenRefused,
            "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        ),
    )),
    of(
        Provider::Google,
        reply(
            &["invalid credentials"],
            Code::AuthRejected,
            Advice::GooglePassword,
            "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        ),
    ),
    reply(
        &["badcredentials"],
        Code::AuthRejected,
        Advice::GooglePassword,
        "535-5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials",
    ),
    reply(
        &["too many simultaneous connections"],
        Code::RateLimited,
        Advice::TooMany,
        "NO [ALERT] Too many simultaneous connections. (Failure)",
    ),
    reply(
        &["maximum number of connections"],
        Code::RateLimited,
        Advice::TooMany,
        "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ),
    reply(
        &["too many login attempts"],
        Code::RateLimited,
        Advice::TooMany,
        "454 4.7.0 Too many login attempts, please try again later.",
    ),
    // The login was judged before it was counted.
    reply(
        &["535", "too many"],
        Code::AuthRejected,
        Advice::TooManyFailed,
        "535 5.7.8 Error: authentication failed: too many failed logins",
    ),
    reply(
        &["too many"],
        Code::RateLimited,
        Advice::TooMany,
        "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.1",
    ),
    reply(
        &["[limit]"],
        Code::RateLimited,
        Advice::TooMany,
        "NO [LIMIT] Rate limit hit.",
    ),
    reply(
        &["rate limit"],
        Code::RateLimited,
        Advice::TooMany,
        "450 4.7.1 Error: authentication rate limit exceeded",
    ),
    reply(
        &["[login-delay]"],
        Code::RateLimited,
        Advice::TooMany,
        "-ERR [LOGIN-DELAY] minimum time between mail checks violation",
    ),
    reply(
        &["[in-use]"],
        Code::RateLimited,
        Advice::InUse,
        "-ERR [IN-USE] Do you have another POP session running?",
    ),
    reply(
        &["[inuse]"],
        Code::RateLimited,
        Advice::InUse,
        "NO [INUSE] Mailbox is locked by another session",
    ),
    reply(
        &["5.7.139", "smtpclientauthentication is disabled"],
        Code::SmtpAuthDisabled,
        Advice::MicrosoftSmtpAuth,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
    ),
    reply(
        &["basic authentication is disabled"],
        Code::BasicAuthDisabled,
        Advice::MicrosoftOAuth,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR01CA0101.eurprd01.prod.exchangelabs.com]",
    ),
    reply(
        &["basic authentication is not supported"],
        Code::BasicAuthDisabled,
        Advice::MicrosoftOAuth,
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
    ),
    reply(
        &["user credentials were incorrect"],
        Code::AuthRejected,
        Advice::WrongPassword,
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [FR0P281CA0111.DEUP281.PROD.OUTLOOK.COM]",
    ),
    reply(
        &["authenticated but not connected"],
        Code::ServiceDisabled,
        Advice::MicrosoftNotConnected,
        "BAD User is authenticated but not connected.",
    ),
    with_token(reply(
        &["535", "5.7.3"],
        Code::OAuthRejected,
        Advice::MicrosoftTokenRefused,
        "535 5.7.3 Authentication unsuccessful [PR0P264CA0199.FRAP264.PROD.OUTLOOK.COM]",
    )),
    with_token(of(
        Provider::Microsoft,
        reply(
            &["authenticate failed"],
            Code::OAuthRejected,
            Advice::MicrosoftTokenRefused,
            "NO AUTHENTICATE failed.",
        ),
    )),
    of(
        Provider::Microsoft,
        reply(
            &["login failed"],
            Code::BasicAuthDisabled,
            Advice::MicrosoftOAuth,
            "NO LOGIN failed.",
        ),
    ),
    of(
        Provider::Yahoo,
        reply(
            &["invalid credentials"],
            Code::AuthRejected,
            Advice::YahooAppPassword,
            "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
        ),
    ),
    of(
        Provider::ICloud,
        reply(
            &["authentication failed"],
            Code::AuthRejected,
            Advice::ICloudAppPassword,
            "NO [AUTHENTICATIONFAILED] Authentication failed",
        ),
    ),
    of(
        Provider::Fastmail,
        reply(
            &["incorrect username or password"],
            Code::AuthRejected,
            Advice::FastmailAppPassword,
            "NO [AUTHENTICATIONFAILED] Incorrect username or password.",
        ),
    ),
    reply(
        &["imap is disabled"],
        Code::ServiceDisabled,
        Advice::EnableImapOrAppPassword,
        "NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled",
    ),
    reply(
        &["yet to enable imap"],
        Code::ServiceDisabled,
        Advice::EnableImap,
        "NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)",
    ),
    reply(
        &["[privacyrequired]"],
        Code::AuthUnavailable,
        Advice::NeedsEncryption,
        "NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    ),
    reply(
        &["plaintext authentication disallowed"],
        Code::AuthUnavailable,
        Advice::NeedsEncryption,
        "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    ),
    reply(
        &["must issue a starttls"],
        Code::AuthUnavailable,
        Advice::NeedsEncryption,
        "530 5.7.0 Must issue a STARTTLS command first",
    ),
    reply(
        &["encryption required"],
        Code::AuthUnavailable,
        Advice::NeedsEncryption,
        "538 5.7.11 Encryption required for requested authentication mechanism",
    ),
    reply(
        &["[expired]"],
        Code::AuthRejected,
        Advice::PasswordExpired,
        "NO [EXPIRED] That password is not valid any more",
    ),
    reply(
        &["[contactadmin]"],
        Code::ServiceDisabled,
        Advice::ContactAdmin,
        "NO [CONTACTADMIN] Account disabled",
    ),
    reply(
        &["[unavailable]"],
        Code::AuthUnavailable,
        Advice::TryLater,
        "NO [UNAVAILABLE] Temporary authentication failure.",
    ),
    reply(
        &["[sys/temp]"],
        Code::AuthUnavailable,
        Advice::TryLater,
        "-ERR [SYS/TEMP] Temporary internal authentication failure.",
    ),
    reply(
        &["temporary authentication failure"],
        Code::AuthUnavailable,
        Advice::TryLater,
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
    ),
    reply(
        &["not owned by user"],
        Code::SenderRefused,
        Advice::NotOwner,
        "553 5.7.1 <billing@example.org>: Sender address rejected: not owned by user support@example.org",
    ),
    reply(
        &["sendasdenied"],
        Code::SenderRefused,
        Advice::NotOwner,
        "554 5.2.252 SendAsDenied; support@example.org not allowed to send as billing@example.org",
    ),
];
