//! The alarm as a mail (RFC 5322): headers in ASCII (RFC 2047), as not every server on the way takes others; a plain text
//! that is encoded where it must be; marked as written by a program (RFC 3834), so that nobody's absence answers it.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;

use super::message::Alert;
use super::untold::NotTold;
use crate::domain::run::watch::settings::MailChannel;
use crate::io::os::entropy;
use crate::words::untrusted::shown;

/// The mail; its lines end with CR LF, the last one too.
pub(super) fn write(channel: &MailChannel, alert: &Alert) -> Result<String, NotTold> {
    let from = address(&channel.from)?;
    let to = recipients(channel)?;
    let domain = from.rsplit('@').next().unwrap_or_default();
    let token = base16ct::lower::encode_string(&entropy::bytes::<12>());
    let to = to
        .into_iter()
        .map(|to| Address::new_address(None::<&str>, to));
    let mail = MessageBuilder::new()
        .from(from)
        .to(Address::new_list(to.collect()))
        .subject(shown(&alert.subject).to_string())
        .message_id(format!("{token}@{domain}"))
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .text_body(alert.text.replace('\n', "\r\n"))
        .write_to_string();
    // Into memory, in ASCII.
    let mut mail = mail.unwrap_or_default();
    if !mail.ends_with("\r\n") {
        mail.push_str("\r\n");
    }
    Ok(mail)
}

/// Whom it goes to.
pub(super) fn recipients(channel: &MailChannel) -> Result<Vec<&str>, NotTold> {
    match channel.to.is_empty() {
        true => Err(NotTold::NoRecipient),
        false => channel.to.iter().map(|to| address(to)).collect(),
    }
}

/// An address that neither begins another header or option, nor needs a server that takes more than ASCII.
fn address(text: &str) -> Result<&str, NotTold> {
    let address = text.trim();
    let plain = |c: char| c.is_ascii_graphic() && !"<>()[]\\,;:\"".contains(c);
    let parts = address.split_once('@');
    let fine = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    match fine && address.chars().all(plain) && !address.starts_with('-') {
        true => Ok(address),
        false => Err(NotTold::Address(text.into())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::PathBuf;

    use mail_parser::MessageParser;

    use super::*;
    use crate::domain::run::watch::WatchedInstall;
    use crate::domain::run::watch::settings::MailCarrier;

    fn channel(from: &str, to: &[&str]) -> MailChannel {
        MailChannel {
            from: from.to_owned(),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            carrier: MailCarrier::Sendmail(PathBuf::from("/usr/sbin/sendmail")),
        }
    }

    fn alert(subject: &str, text: &str) -> Alert {
        Alert {
            install: WatchedInstall {
                host: String::new(),
                path: String::new(),
                name: String::new(),
                version: String::new(),
                container: None,
            },
            news: Vec::new(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            json: String::new(),
        }
    }

    #[test]
    fn it_is_ascii_in_short_lines_and_says_what_was_said() {
        let subject = format!("[FreeScout Büro] CRITICAL: {}", "пароль ".repeat(30).trim());
        let long = "ü".repeat(3000);
        let text = format!("Erste Zeile\n.\nFrom here\n{long}\n\n-- \nEnde\n");
        let channel = channel("alarm@example.org", &["a@example.org", "b@example.net"]);
        let mail = write(&channel, &alert(&subject, &text)).unwrap();
        assert!(mail.is_ascii() && mail.ends_with("\r\n"), "{mail}");
        for line in mail.split_terminator("\r\n") {
            assert!(line.len() <= 78 && !line.contains(['\r', '\n']), "{line}");
        }
        let read = MessageParser::default().parse(mail.as_bytes()).unwrap();
        // Longer texts are cut where they are shown.
        assert_eq!(read.subject(), Some(&*subject));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), text);
        let to: Vec<&str> = read
            .to()
            .unwrap()
            .iter()
            .filter_map(|to| to.address())
            .collect();
        assert_eq!(to, ["a@example.org", "b@example.net"]);
        assert!(read.message_id().unwrap().ends_with("@example.org"));
        assert!(read.date().is_some());
        assert_eq!(
            mail.matches("Auto-Submitted: auto-generated\r\n").count(),
            1
        );
    }

    #[test]
    fn a_subject_or_address_begins_no_other_header() {
        let odd = alert("one\r\nBcc: victim@example.org", "text");
        let mail = write(&channel("alarm@example.org", &["a@example.org"]), &odd).unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("\nBcc"), "{head}");
        for wrong in [
            "",
            "nobody",
            "a@b@c.example",
            "@example.org",
            "a@",
            "-oQ/tmp@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "a b@example.org",
            "<a@example.org>",
            "a@example.org,b@example.org",
            "büro@example.org",
        ] {
            for channel in [
                channel(wrong, &["a@example.org"]),
                channel("alarm@example.org", &["a@example.org", wrong]),
            ] {
                let told = write(&channel, &alert("x", "y"));
                assert!(matches!(told, Err(NotTold::Address(_))), "{wrong}");
            }
        }
        let nobody = write(&channel("alarm@example.org", &[]), &alert("x", "y"));
        assert!(matches!(nobody, Err(NotTold::NoRecipient)));
    }
}
