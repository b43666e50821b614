//! Mail providers with rules of their own, and the names of their servers: data, each with where it is written down.

use Provider::{
    AmazonSes, Brevo, Fastmail, Gmx, Google, ICloud, Ionos, MailRu, Mailgun, Microsoft, NetEase,
    Ovh, Postmark, Qq, SendGrid, Strato, WebDe, Yahoo, Yandex, Zoho,
};

/// A mail provider with rules of its own.
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
    /// Zoho Mail.
    Zoho,
    /// GMX.
    Gmx,
    /// WEB.DE.
    WebDe,
    /// IONOS, formerly 1&1.
    Ionos,
    /// OVHcloud.
    Ovh,
    /// Strato.
    Strato,
    /// Mail.ru.
    MailRu,
    /// Yandex.
    Yandex,
    /// QQ Mail, Tencent's mail for companies.
    Qq,
    /// 163, 126 and yeah.net.
    NetEase,
    /// Amazon SES.
    AmazonSes,
    /// SendGrid.
    SendGrid,
    /// Brevo, formerly Sendinblue.
    Brevo,
    /// Mailgun.
    Mailgun,
    /// Postmark.
    Postmark,
}

impl Provider {
    /// Whether all of its servers check the same password of the same user.
    pub fn is_one_account(self) -> bool {
        // Its credentials are made for one region.
        self != Provider::AmazonSes
    }
}

/// Names that are a provider's.
pub struct ProviderDomain {
    /// Whose.
    pub provider: Provider,
    /// How the first label begins; empty for any.
    pub begins: &'static str,
    /// How the name ends, in whole labels.
    pub ends: &'static str,
    /// Whether its servers are entered under such names. Under others they only greet, or have a certificate.
    pub entered: bool,
    /// Where that is written down.
    pub source: &'static str,
}

impl ProviderDomain {
    fn holds(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        name.strip_suffix(self.ends)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            && name.starts_with(self.begins)
    }
}

const fn entered(provider: Provider, ends: &'static str, source: &'static str) -> ProviderDomain {
    ProviderDomain {
        provider,
        begins: "",
        ends,
        entered: true,
        source,
    }
}

const fn answers(provider: Provider, ends: &'static str, source: &'static str) -> ProviderDomain {
    ProviderDomain {
        entered: false,
        ..entered(provider, ends, source)
    }
}

const GOOGLE: &str = "Google's manual, Gmail in other mail programs";
const MICROSOFT: &str = "Microsoft's manual, POP, IMAP and SMTP settings";
const YAHOO: &str = "Yahoo's manual, IMAP server settings";
const APPLE: &str = "Apple's manual, iCloud Mail server settings";
const ZOHO: &str = "Zoho's manual, IMAP and SMTP settings";
const GMX: &str = "GMX's manual, server data";
const IONOS: &str = "IONOS's manual, server names";
const OVH: &str = "OVHcloud's manual, ovh/docs";
const STRATO: &str = "Strato's manual, server names";
const TENCENT: &str = "Tencent's manual, mail programs";
const NETEASE: &str = "NetEase's manual, mail programs";

/// Every name we know.
pub const DOMAINS: &[ProviderDomain] = &[
    entered(Google, "gmail.com", GOOGLE),
    entered(Google, "googlemail.com", GOOGLE),
    answers(Google, "google.com", GOOGLE),
    entered(Microsoft, "office365.com", MICROSOFT),
    entered(Microsoft, "outlook.com", MICROSOFT),
    answers(Microsoft, "live.com", MICROSOFT),
    answers(Microsoft, "hotmail.com", MICROSOFT),
    answers(Microsoft, "office.com", MICROSOFT),
    answers(Microsoft, "microsoft.com", MICROSOFT),
    entered(Yahoo, "mail.yahoo.com", YAHOO),
    entered(Yahoo, "mail.aol.com", YAHOO),
    entered(Yahoo, "imap.aol.com", YAHOO),
    entered(Yahoo, "smtp.aol.com", YAHOO),
    answers(Yahoo, "yahoo.com", "PHPMailer/PHPMailer#2034"),
    answers(Yahoo, "aol.com", YAHOO),
    entered(ICloud, "mail.me.com", APPLE),
    answers(ICloud, "me.com", APPLE),
    answers(ICloud, "icloud.com", APPLE),
    answers(ICloud, "apple.com", APPLE),
    entered(
        Fastmail,
        "fastmail.com",
        "Fastmail's manual, server names and ports",
    ),
    entered(
        Fastmail,
        "messagingengine.com",
        "jberkel/sms-backup-plus#688",
    ),
    entered(Zoho, "zoho.com", ZOHO),
    entered(Zoho, "zoho.eu", ZOHO),
    entered(Zoho, "zoho.in", ZOHO),
    entered(Zoho, "zoho.jp", ZOHO),
    entered(Zoho, "zoho.com.au", ZOHO),
    entered(Zoho, "zohocloud.ca", ZOHO),
    answers(Zoho, "zohomail.com", "PHPAuth/PHPAuth#282"),
    answers(Zoho, "zohomail.eu", ZOHO),
    answers(Zoho, "zohomail.in", ZOHO),
    answers(Zoho, "zohomail.jp", ZOHO),
    entered(Gmx, "gmx.net", GMX),
    entered(Gmx, "gmx.de", GMX),
    entered(Gmx, "gmx.at", GMX),
    entered(Gmx, "gmx.ch", GMX),
    entered(Gmx, "gmx.com", GMX),
    entered(WebDe, "web.de", "WEB.DE's manual, server data"),
    entered(Ionos, "ionos.com", IONOS),
    entered(Ionos, "ionos.de", IONOS),
    entered(Ionos, "ionos.co.uk", IONOS),
    entered(Ionos, "ionos.fr", IONOS),
    entered(Ionos, "ionos.es", IONOS),
    entered(Ionos, "ionos.it", IONOS),
    entered(Ionos, "1and1.com", "PHPMailer/PHPMailer#1672"),
    entered(Ionos, "1und1.de", IONOS),
    answers(Ionos, "kundenserver.de", IONOS),
    answers(Ionos, "perfora.net", IONOS),
    entered(Ovh, "ssl0.ovh.net", OVH),
    entered(Ovh, "mail.ovh.net", OVH),
    entered(Ovh, "mail.ovh.ca", OVH),
    answers(Ovh, "ovh.net", "PHPMailer/PHPMailer#2730"),
    answers(Ovh, "ovh.com", OVH),
    entered(Strato, "strato.de", "jstedfast/MailKit#1745"),
    entered(Strato, "strato.com", STRATO),
    answers(Strato, "rzone.de", STRATO),
    entered(MailRu, "mail.ru", "Mail.ru's manual, mail programs"),
    entered(Yandex, "yandex.ru", "PHPMailer/PHPMailer#283"),
    entered(Yandex, "yandex.com", "deltachat/deltachat-android#377"),
    entered(Yandex, "yandex.by", "Yandex's manual, mail programs"),
    entered(Yandex, "yandex.kz", "Yandex's manual, mail programs"),
    answers(Yandex, "yandex.net", "PHPMailer/PHPMailer#283"),
    entered(Qq, "qq.com", TENCENT),
    entered(Qq, "foxmail.com", TENCENT),
    answers(Qq, "tencent.com", TENCENT),
    entered(NetEase, "163.com", NETEASE),
    entered(NetEase, "126.com", NETEASE),
    entered(NetEase, "yeah.net", NETEASE),
    entered(NetEase, "188.com", NETEASE),
    answers(NetEase, "netease.com", NETEASE),
    ProviderDomain {
        begins: "email-smtp.",
        ..entered(
            AmazonSes,
            "amazonaws.com",
            "Amazon's manual, SES SMTP endpoints",
        )
    },
    entered(
        SendGrid,
        "sendgrid.net",
        "SendGrid's manual, SMTP integration",
    ),
    entered(Brevo, "brevo.com", "Brevo's manual, SMTP relay"),
    entered(Brevo, "sendinblue.com", "Brevo's manual, SMTP relay"),
    entered(Mailgun, "mailgun.org", "Mailgun's manual, SMTP relay"),
    entered(
        Postmark,
        "postmarkapp.com",
        "Postmark's manual, send by SMTP",
    ),
    answers(Postmark, "mtasv.net", "Postmark's manual, send by SMTP"),
];

/// The provider a server belongs to, by the name that was entered.
pub fn provider(host: &str) -> Option<Provider> {
    DOMAINS
        .iter()
        .find(|domain| domain.entered && domain.holds(host))
        .map(|domain| domain.provider)
}

/// Whether a name is one of this provider's, in a greeting or a certificate too.
pub(super) fn is_name_of(provider: Provider, name: &str) -> bool {
    DOMAINS
        .iter()
        .any(|domain| domain.provider == provider && domain.holds(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_known_by_whole_labels() {
        assert_eq!(provider("IMAP.gmail.com."), Some(Google));
        assert_eq!(provider("imap.notgmail.com"), None);
        assert_eq!(provider("smtp-mail.outlook.com"), Some(Microsoft));
    }

    #[test]
    fn customers_machines_are_not_taken_for_their_providers_servers() {
        assert_eq!(
            provider("email-smtp.eu-west-1.amazonaws.com"),
            Some(AmazonSes)
        );
        assert_eq!(provider("ec2-192-0-2-1.compute.amazonaws.com"), None);
        assert_eq!(provider("ssl0.ovh.net"), Some(Ovh));
        assert_eq!(provider("vps-1.vps.ovh.net"), None);
        assert_eq!(provider("smtp.web.de.example"), None);
    }

    #[test]
    fn every_name_stands_once_and_says_where_it_is_written_down() {
        for (at, domain) in DOMAINS.iter().enumerate() {
            assert!(!domain.source.is_empty(), "{}", domain.ends);
            let twice = DOMAINS[..at].iter().any(|one| one.ends == domain.ends);
            assert!(!twice, "{}", domain.ends);
        }
    }
}
