//! Gmail, Google Workspace.

use super::{Advice, Code, KnownReply, LoginSort, Provider, of, reply, to};

pub(super) const REPLIES: &[KnownReply] = &[
    reply(
        &["application-specific password required"],
        Code::AppPasswordRequired,
        Advice::GoogleAppPassword,
        "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
        "andreiaugustin/gmail_extractor#4",
    ),
    reply(
        &["534", "5.7.9", "application-specific"],
        Code::AppPasswordRequired,
        Advice::GoogleAppPassword,
        "534-5.7.9 Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor",
        "PHPMailer/PHPMailer#1708",
    ),
    reply(
        &["via your web browser"],
        Code::AuthUnavailable,
        Advice::GoogleBrowser,
        "NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
        "pmengal/MailSystem.NET#17",
    ),
    of(
        Provider::Google,
        reply(
            &["web login required"],
            Code::AuthUnavailable,
            Advice::GoogleBrowser,
            "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754",
            "the family of freescout-help-desk/freescout#2594, smiley22/S22.Imap#116; wording approximate",
        ),
    ),
    reply(
        &["not enabled for imap"],
        Code::ServiceDisabled,
        Advice::EnableProtocol,
        "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)",
        "the family of andreiaugustin/gmail_extractor#4; wording approximate",
    ),
    of(
        Provider::Google,
        to(
            LoginSort::Token,
            reply(
                &["invalid credentials"],
                Code::OAuthRejected,
                Advice::TokenRefused,
                "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
                "getmail6/getmail6#236",
            ),
        ),
    ),
    of(
        Provider::Google,
        reply(
            &["invalid credentials"],
            Code::AuthRejected,
            Advice::GooglePassword,
            "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
            "getmail6/getmail6#236",
        ),
    ),
    reply(
        &["badcredentials"],
        Code::AuthRejected,
        Advice::GooglePassword,
        "535-5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials",
        "freescout-help-desk/freescout#4098",
    ),
    reply(
        &["too many simultaneous connections"],
        Code::RateLimited,
        Advice::TooMany,
        "NO [ALERT] Too many simultaneous connections. (Failure)",
        "Google's manual, IMAP errors; wording approximate",
    ),
    reply(
        &["command or bandwidth limits"],
        Code::RateLimited,
        Advice::TooMany,
        "NO [ALERT] Account exceeded command or bandwidth limits. (Failure)",
        "Google's manual, IMAP errors; wording approximate",
    ),
    reply(
        &["too many login attempts"],
        Code::RateLimited,
        Advice::TooMany,
        "454 4.7.0 Too many login attempts, please try again later.",
        "Google's manual, SMTP errors; wording approximate",
    ),
];
