//! Who answered: hosters redirect mail connections to servers of their own, which then judge a password that was never
//! theirs.

use super::provider::{is_name_of, provider};
use crate::domain::mail::Protocol;

/// Names that a server went by.
pub struct ServerNames<'a> {
    /// The name that was entered in FreeScout.
    pub host: &'a str,
    /// The protocol.
    pub protocol: Protocol,
    /// The first line of its greeting, where one came.
    pub greeting: Option<&'a str>,
    /// The first line of its answer to EHLO (SMTP), where one came.
    pub hello: Option<&'a str>,
    /// The names of its certificate; none without TLS.
    pub certificate: &'a [String],
}

/// The name of the server that answered, where a known provider's was entered and it certainly is not that one: its
/// certificate has none of the provider's names, or, where there is no certificate, it greets, or answers EHLO, with another
/// one's.
pub fn other_server<'a>(names: &ServerNames<'a>) -> Option<&'a str> {
    let provider = provider(names.host)?;
    let lines = || {
        names
            .greeting
            .into_iter()
            .chain(names.hello)
            .map(behind_code)
    };
    let is_own = |name: &str| is_name_of(provider, name.trim_start_matches("*."));
    if names.certificate.iter().any(|name| is_own(name)) || lines().flat_map(words).any(is_own) {
        return None;
    }
    let greets = (names.protocol == Protocol::Smtp)
        .then(|| lines().find_map(greets_as))
        .flatten();
    greets.or_else(|| names.certificate.first().map(String::as_str))
}

/// What an SMTP server says behind its code, whatever else a line is.
fn behind_code(line: &str) -> &str {
    match line.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => &line[4..],
        _ => line,
    }
}

/// What may be names in a greeting.
fn words(greeting: &str) -> impl Iterator<Item = &str> {
    greeting.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
}

/// The name that an SMTP server's first line begins with, and that of its answer to EHLO (RFC 5321, sections 4.2 and
/// 4.1.1.1), where it is a whole one. IMAP and POP3 have no such place.
fn greets_as(greeting: &str) -> Option<&str> {
    let first = greeting
        .split(' ')
        .next()?
        .trim_end_matches(['.', ',', ';', ':']);
    let labels = || first.split('.');
    let whole = labels().count() > 1
        && labels().all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    let is_address = labels()
        .next_back()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    (whole && !is_address).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(protocol: Protocol, host: &str, greeting: &str, certificate: &[&str]) -> Option<String> {
        let certificate: Vec<String> = certificate.iter().map(|&name| name.to_owned()).collect();
        other_server(&ServerNames {
            host,
            protocol,
            greeting: Some(greeting).filter(|text| !text.is_empty()),
            hello: None,
            certificate: &certificate,
        })
        .map(str::to_owned)
    }

    #[test]
    fn a_server_that_greets_without_a_name_tells_it_after_ehlo() {
        for (host, greeting, hello, other) in [
            (
                "smtp.gmail.com",
                "220 ESMTP ready",
                "250-mail.hoster.example Hello [127.0.0.1] [192.0.2.7]",
                Some("mail.hoster.example"),
            ),
            // The greeting's name is the first one it gave.
            (
                "smtp.gmail.com",
                EXIM,
                "250-mail.hoster.example Hello",
                Some("web7.hoster.example"),
            ),
            (
                "smtp.gmail.com",
                "220 ESMTP ready",
                "250-smtp.gmail.com at your service, [192.0.2.7]",
                None,
            ),
            (
                "smtp.gmail.com",
                "220 mx.google.com ESMTP",
                "250-mail.hoster.example Hello",
                None,
            ),
            (
                "smtp.mailgun.org",
                "220 Mailgun Influx ready",
                "250-4e119dd77b0c",
                None,
            ),
            (
                "smtp.gmail.com",
                "220 ESMTP ready",
                "250-[192.0.2.1] Hello",
                None,
            ),
            ("smtp.gmail.com", "220 ESMTP ready", "250 ok", None),
            (
                "mail.example.org",
                "220 ESMTP ready",
                "250-mail.hoster.example Hello",
                None,
            ),
        ] {
            let names = ServerNames {
                host,
                protocol: Protocol::Smtp,
                greeting: Some(greeting),
                hello: Some(hello),
                certificate: &[],
            };
            assert_eq!(other_server(&names), other, "{host} {greeting} {hello}");
        }
    }

    const EXIM: &str =
        "220-web7.hoster.example ESMTP Exim 4.97.1 #2 Mon, 01 Jun 2026 10:00:00 +0000";

    #[test]
    fn a_hosters_own_server_is_told_by_its_names() {
        let smtp = |greeting, certificate: &[&str]| {
            who(Protocol::Smtp, "smtp.gmail.com", greeting, certificate)
        };
        let web7 = Some("web7.hoster.example".to_owned());
        assert_eq!(smtp(EXIM, &[]), web7);
        assert_eq!(smtp(EXIM, &["*.hoster.example"]), web7);
        // Nothing was greeted with yet: the certificate alone was seen.
        assert_eq!(
            smtp("", &["web7.hoster.example", "www.hoster.example"]),
            web7
        );
        assert_eq!(
            who(
                Protocol::Imap,
                "outlook.office365.com",
                "* OK ready",
                &["web7.hoster.example"]
            ),
            web7
        );
    }

    /// Greetings as the providers' servers have them, under whatever name.
    #[test]
    fn a_providers_own_servers_are_not_taken_for_others() {
        for (host, greeting) in [
            (
                "smtp.gmail.com",
                "220 smtp.gmail.com ESMTP a640c23a62f3a-a724cac7c48sm269941466b.220 - gsmtp",
            ),
            (
                "smtp.office365.com",
                "220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Thu",
            ),
            ("smtp.mail.yahoo.com", "220 smtp.mail.yahoo.com ESMTP ready"),
            ("smtp.zoho.com", "220 mx.zohomail.com SMTP Server ready"),
            ("smtp.yandex.ru", "220 smtp4m.mail.yandex.net ESMTP"),
            (
                "ssl0.ovh.net",
                "220 ex4.mail.ovh.net Microsoft ESMTP MAIL Service ready",
            ),
            (
                "smtp.qq.com",
                "220 newxmesmtplogicsvrszb1.qq.com XMail Esmtp QQ Mail Server.",
            ),
            (
                "smtp.163.com",
                "220 163.com Anti-spam GT for Coremail System (163com[20141201])",
            ),
            (
                "smtp.postmarkapp.com",
                "220 smtp.postmarkapp.com ESMTP sc-ams-smtp1",
            ),
            // The first line of several.
            (
                "mail.gmx.net",
                "554-gmx.net (mrgmx105) Nemesis ESMTP Service not available",
            ),
            (
                "smtp.ionos.de",
                "554-kundenserver.de (mreue012) Nemesis ESMTP Service not available",
            ),
            // No name at all.
            (
                "smtp.sendgrid.net",
                "220 SG ESMTP service ready at geopod-ismtpd-43",
            ),
            (
                "smtp.mail.me.com",
                "220 iCloud SMTP - pv50p00im-ztbu10011701",
            ),
            ("smtp.gmail.com", "220 192.0.2.7 ESMTP"),
            ("smtp.gmail.com", "220 mx ESMTP ready"),
            ("smtp.gmail.com", ""),
        ] {
            assert_eq!(who(Protocol::Smtp, host, greeting, &[]), None, "{greeting}");
        }
    }

    #[test]
    fn one_name_of_the_providers_is_enough() {
        let smtp = |greeting, certificate: &[&str]| {
            who(Protocol::Smtp, "smtp.gmail.com", greeting, certificate)
        };
        assert_eq!(smtp(EXIM, &["hoster.example", "smtp.gmail.com"]), None);
        assert_eq!(smtp("220 mx.google.com ESMTP", &["filter.example"]), None);
        assert_eq!(
            who(
                Protocol::Imap,
                "outlook.office365.com",
                "* OK ready",
                &["*.outlook.com"]
            ),
            None
        );
        // Whose servers are not known to us may be called anything.
        assert_eq!(
            who(
                Protocol::Smtp,
                "mail.example.org",
                EXIM,
                &["hoster.example"]
            ),
            None
        );
    }
}
