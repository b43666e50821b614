//! Microsoft 365, Outlook.com, Exchange.

use super::{Advice, Code, KnownReply, LoginSort, Provider, of, reply, to};

pub(super) const REPLIES: &[KnownReply] = &[
    reply(
        &["5.7.139", "smtpclientauthentication is disabled"],
        Code::SmtpAuthDisabled,
        Advice::MicrosoftSmtpAuth,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
        "simonrob/email-oauth2-proxy#193",
    ),
    reply(
        &["basic authentication is disabled"],
        Code::BasicAuthDisabled,
        Advice::MicrosoftOAuth,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [PN0PR01CA0024.INDPRD01.PROD.OUTLOOK.COM]",
        "nodemailer/nodemailer#1714, knadh/listmonk#3192",
    ),
    reply(
        &["basic authentication is not supported"],
        Code::BasicAuthDisabled,
        Advice::MicrosoftOAuth,
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        "Microsoft's announcement, Exchange Online to retire basic authentication for client submission",
    ),
    reply(
        &["5.7.139", "security defaults"],
        Code::ServiceDisabled,
        Advice::MicrosoftPolicy,
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
        "MicrosoftDocs/OfficeDocs-Exchange#2075; wording approximate",
    ),
    reply(
        &["5.7.139", "did not meet the criteria"],
        Code::ServiceDisabled,
        Advice::MicrosoftPolicy,
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
        "gophish/gophish#3220, MicrosoftDocs/OfficeDocs-Exchange#2707",
    ),
    reply(
        &["conditional access"],
        Code::ServiceDisabled,
        Advice::MicrosoftPolicy,
        "535 5.7.139 Authentication unsuccessful, access has been blocked by Conditional Access policies.",
        "Microsoft's manual, AADSTS53003; wording approximate",
    ),
    reply(
        &["federated sts"],
        Code::AuthUnavailable,
        Advice::TryLater,
        "535 5.7.139 Authentication unsuccessful, federated STS service was unreachable.",
        "Microsoft 365 with a company's own sign-in; wording approximate",
    ),
    reply(
        &["5.7.139", " locked"],
        Code::ServiceDisabled,
        Advice::AccountLocked,
        "535 5.7.139 Authentication unsuccessful, your account has been locked. Contact your administrator.",
        "the family of freescout-help-desk/freescout#4930; wording approximate",
    ),
    reply(
        &["5.7.139", "password has expired"],
        Code::AuthRejected,
        Advice::PasswordExpired,
        "535 5.7.139 Authentication unsuccessful, user password has expired. Contact your administrator.",
        "the family of freescout-help-desk/freescout#4930; wording approximate",
    ),
    reply(
        &["user credentials were incorrect"],
        Code::AuthRejected,
        Advice::WrongPassword,
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [PH0PR07CA0004.namprd07.prod.outlook.com]",
        "codassassin/email-bomber-v2.0#1",
    ),
    reply(
        &["5.2.1", "mailbox cannot be accessed"],
        Code::ServiceDisabled,
        Advice::MailboxClosed,
        "550 5.2.1 Mailbox cannot be accessed",
        "nodemailer/nodemailer#949",
    ),
    reply(
        &["authenticated but not connected"],
        Code::ServiceDisabled,
        Advice::MicrosoftNotConnected,
        "BAD User is authenticated but not connected.",
        "Microsoft's manual, IMAP to a shared mailbox; wording approximate",
    ),
    to(
        LoginSort::Token,
        reply(
            &["535", "5.7.3"],
            Code::OAuthRejected,
            Advice::MicrosoftTokenRefused,
            "535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com]",
            "jstedfast/MailKit#1770",
        ),
    ),
    of(
        Provider::Microsoft,
        to(
            LoginSort::Token,
            reply(
                &["authenticate failed"],
                Code::OAuthRejected,
                Advice::MicrosoftTokenRefused,
                "NO AUTHENTICATE failed.",
                "simonrob/email-oauth2-proxy#95; wording approximate",
            ),
        ),
    ),
    of(
        Provider::Microsoft,
        reply(
            &["login failed"],
            Code::BasicAuthDisabled,
            Advice::MicrosoftOAuth,
            "NO LOGIN failed.",
            "frappe/frappe#2712; wording approximate",
        ),
    ),
    reply(
        &["sendasdenied"],
        Code::SenderRefused,
        Advice::NotOwner,
        "554 5.2.252 SendAsDenied; support@example.org not allowed to send as billing@example.org",
        "Microsoft's manual, errors of Exchange Online",
    ),
];
