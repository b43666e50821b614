//! What a plain refusal of name and password means at a provider, whatever the words: most take another password than the
//! one that opens the web pages.

use super::{Advice, Provider};

/// What is wrong as a rule where a provider refuses a login.
pub struct Habit {
    /// The provider.
    pub of: Provider,
    /// What to do.
    pub advice: Advice,
    /// A refusal as its servers send it.
    pub sample: &'static str,
    /// Where that was seen.
    pub source: &'static str,
}

const fn habit(of: Provider, advice: Advice, sample: &'static str, source: &'static str) -> Habit {
    Habit {
        of,
        advice,
        sample,
        source,
    }
}

/// One row a provider.
pub const HABITS: &[Habit] = &[
    habit(
        Provider::Google,
        Advice::GooglePassword,
        "-ERR [AUTH] Username and password not accepted.",
        "freescout-help-desk/freescout#4635",
    ),
    habit(
        Provider::Yahoo,
        Advice::YahooAppPassword,
        "NO [AUTHENTICATIONFAILED] (#AUTH012) Incorrect username or password.",
        "mail clients' lists of replies",
    ),
    habit(
        Provider::ICloud,
        Advice::ICloudAppPassword,
        "535 5.7.8 Error: authentication failed",
        "kellylford/QuickMail#32; wording approximate",
    ),
    habit(
        Provider::Fastmail,
        Advice::FastmailAppPassword,
        "535 5.7.0 Incorrect username or password.",
        "Foundry376/Mailspring#2217; wording approximate",
    ),
    habit(
        Provider::Zoho,
        Advice::ZohoAppPassword,
        "535 Authentication Failed",
        "nodemailer/nodemailer#456",
    ),
    habit(
        Provider::Gmx,
        Advice::MailProgramsOff,
        "-ERR authentication failed",
        "jens-maus/yam#638, LogicLabs-OU/OpenArchiver#431",
    ),
    habit(
        Provider::WebDe,
        Advice::MailProgramsOff,
        "NO authentication failed",
        "thunderbird/thunderbird-android#5780",
    ),
    habit(
        Provider::Ionos,
        Advice::MailboxPassword,
        "535 Authentication credentials invalid",
        "nextcloud/mail#11599; wording approximate",
    ),
    habit(
        Provider::Strato,
        Advice::MailboxPassword,
        "NO [AUTHENTICATIONFAILED] Authentication failed.",
        "RainLoop/rainloop-webmail#2083; wording approximate",
    ),
    habit(
        Provider::Ovh,
        Advice::OvhBlocked,
        "535 5.7.1 Authentication failed",
        "ovh/docs#6139; wording approximate",
    ),
    habit(
        Provider::MailRu,
        Advice::MailRuAppPassword,
        "NO [AUTHENTICATIONFAILED] Invalid login or password",
        "pozitronik/CloudMailRu#317; wording approximate",
    ),
    habit(
        Provider::Yandex,
        Advice::YandexAccess,
        "535 5.7.8 Error: authentication failed: Invalid user or password!",
        "the family of Foundry376/Mailspring#904; wording approximate",
    ),
    habit(
        Provider::Qq,
        Advice::AuthorizationCode,
        "535 Error: authentication failed",
        "lossme/ComicBook#3",
    ),
    habit(
        Provider::NetEase,
        Advice::AuthorizationCode,
        "535 Error: authentication failed",
        "xuess/puppeteer-sign#2",
    ),
    habit(
        Provider::AmazonSes,
        Advice::SesCredentials,
        "535 5.7.8 Authentication failed",
        "knadh/listmonk#2076; wording approximate",
    ),
    habit(
        Provider::SendGrid,
        Advice::SendGridKey,
        "535 Authentication failed: Bad username / password",
        "sendgrid/docs#3947; wording approximate",
    ),
    habit(
        Provider::Brevo,
        Advice::BrevoKey,
        "535 5.7.0 Invalid login or password",
        "marcpope/borgbackupserver#16",
    ),
    habit(
        Provider::Mailgun,
        Advice::MailgunCredentials,
        "535 5.7.0 Invalid login or password",
        "Mailgun's manual, SMTP credentials; wording approximate",
    ),
    habit(
        Provider::Postmark,
        Advice::PostmarkToken,
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        "mautic/mautic#1700, symfony/symfony#48284",
    ),
];
