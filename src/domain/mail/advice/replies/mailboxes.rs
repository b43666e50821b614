//! Yahoo, iCloud, Fastmail, Zoho, and Proton's Bridge.

use super::{Advice, Code, KnownReply, Provider, Rung, of, on, reply};

pub(super) const REPLIES: &[KnownReply] = &[
    of(
        Provider::Yahoo,
        reply(
            &["invalid credentials"],
            Code::AuthRejected,
            Advice::YahooAppPassword,
            "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
            "thunderbird/thunderbird-android#3382; wording approximate",
        ),
    ),
    // Says AUTHORIZATIONFAILED and means the password.
    reply(
        &["#mbr1212"],
        Code::AuthRejected,
        Advice::YahooAppPassword,
        "NO [AUTHORIZATIONFAILED] Incorrect username or password. (#MBR1212)",
        "mail clients' lists of replies",
    ),
    // The usual answer to the account's own password, not only to many of them.
    reply(
        &["#auth005"],
        Code::AuthRejected,
        Advice::YahooAppPassword,
        "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
        "nodemailer/nodemailer#1112, PHPMailer/PHPMailer#3291",
    ),
    of(
        Provider::ICloud,
        reply(
            &["authentication failed"],
            Code::AuthRejected,
            Advice::ICloudAppPassword,
            "NO [AUTHENTICATIONFAILED] Authentication failed",
            "lefcha/imapfilter#125",
        ),
    ),
    of(
        Provider::Fastmail,
        reply(
            &["incorrect username or password"],
            Code::AuthRejected,
            Advice::FastmailAppPassword,
            "NO Incorrect username or password.",
            "Foundry376/Mailspring#2217",
        ),
    ),
    reply(
        &["yet to enable imap"],
        Code::ServiceDisabled,
        Advice::EnableProtocol,
        "NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)",
        "Zoho's manual, IMAP errors; wording approximate",
    ),
    of(
        Provider::Zoho,
        reply(
            &["access restricted"],
            Code::ServiceDisabled,
            Advice::ZohoRestricted,
            "554 5.7.8 Access Restricted",
            "the family of nodemailer/nodemailer#456; users' notes on smtp.zoho.com: free plans have no SMTP",
        ),
    ),
    of(
        Provider::Zoho,
        reply(
            &["sender address blocked"],
            Code::ServiceDisabled,
            Advice::ContactAdmin,
            "554 5.1.8 Sender Address Blocked",
            "Zoho's community, issue with outgoing mail",
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["no such user"],
            Code::AuthRejected,
            Advice::NoSuchUser,
            "NO no such user",
            "ProtonMail/proton-bridge#503; wording approximate",
        ),
    ),
    on(
        Rung::Authentication,
        reply(
            &["no user ", " not found"],
            Code::AuthRejected,
            Advice::NoSuchUser,
            "NO user support@example.org not found",
            "LukeSmithxyz/mutt-wizard#500",
        ),
    ),
];
