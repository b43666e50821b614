//! Accounts at mail providers: which servers check the same password of the same user.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::mail::endpoint::Endpoint;
use crate::domain::mail::{MailServer, advice};

/// First labels of names under which one provider keeps one account.
const SIBLINGS: [&str; 12] = [
    "imap", "imaps", "imap4", "pop", "pop3", "pops", "smtp", "smtps", "mail", "mx", "in", "out",
];

/// A name at a provider: its servers for fetching and for sending check the same password.
pub type ProviderAccount = (String, String);

/// The account of a target, where a login is made.
pub fn account(target: &MailServer) -> Option<ProviderAccount> {
    Some(of_user(&target.host, target.login.user()?))
}

/// Whether alarms by this account would go out by one that the helpdesk logs in with: what stops its mail would stop the
/// alarm about it.
pub fn is_of_helpdesk(host: &str, user: &str, targets: &[MailServer]) -> bool {
    let user = Some(user.trim()).filter(|user| !user.is_empty());
    let ours = user.map(|user| of_user(host, user));
    ours.is_some() && targets.iter().any(|target| account(target) == ours)
}

/// Those of these addresses that the helpdesk fetches itself: what stops its mail keeps an alarm about it from being read.
pub fn fetched_by_helpdesk<'a>(addresses: &'a [String], mailboxes: &[Mailbox]) -> Vec<&'a str> {
    let fetching = || mailboxes.iter().filter(|one| one.needs_incoming());
    let fetched: BTreeSet<String> = fetching()
        .flat_map(|one| {
            let accounts = [&one.email, &one.in_username].into_iter();
            accounts.chain(&one.aliases)
        })
        .map(|address| delivered_to(address.raw()))
        .filter(|address| address.contains('@'))
        .collect();
    let addresses = addresses.iter().map(String::as_str);
    addresses
        .filter(|address| fetched.contains(&delivered_to(address)))
        .collect()
}

/// The address whose mailbox gets the mail: letters are small, and what follows a plus sign is for the reader
/// (RFC 5233).
fn delivered_to(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.split_once('@') {
        Some((local, domain)) => {
            let user = local.split('+').next().unwrap_or(local);
            format!("{user}@{domain}")
        }
        None => address,
    }
}

fn of_user(host: &str, user: &str) -> ProviderAccount {
    (family(host), user.to_ascii_lowercase())
}

/// The provider of a server, by what its names have in common.
fn family(host: &str) -> String {
    let host = server(host);
    if let Some(provider) = advice::provider(&host).filter(|one| one.is_one_account()) {
        return format!("{provider:?}");
    }
    match host.split_once('.') {
        Some((first, rest)) if SIBLINGS.contains(&first) && rest.contains('.') => rest.to_owned(),
        _ => host,
    }
}

/// A server, whatever the port, and however its name or address is written: what PHP connects to counts.
pub fn server(host: &str) -> String {
    let there = Endpoint::of(host, 0).map(|there| there.host);
    let name = there.as_deref().unwrap_or(host);
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let address = name.parse::<IpAddr>();
    address.map_or(name, |address| address.to_canonical().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::tests::mailbox;
    use crate::domain::mail::{LoginMethod, Protocol, Security};

    #[test]
    fn servers_of_one_provider_share_its_accounts() {
        assert_eq!(family("imap.gmail.com"), family("SMTP.gmail.com."));
        assert_eq!(family("imap.example.org"), family("smtp.example.org"));
        assert_eq!(
            family("outlook.office365.com"),
            family("smtp.office365.com")
        );
        assert_ne!(family("imap.example.org"), family("imap.example.net"));
        // Its passwords are made for one region.
        assert_ne!(
            family("email-smtp.eu-west-1.amazonaws.com"),
            family("email-smtp.us-east-1.amazonaws.com")
        );
        // However it is written.
        for (one, other) in [
            ("imap.example.org:143", "smtp.example.org"),
            ("[192.0.2.7]", "192.0.2.7"),
            ("[2001:DB8::7]:993", "[2001:db8:0::7]"),
            ("[::ffff:192.0.2.7]", "192.0.2.7"),
        ] {
            assert_eq!(family(one), family(other), "{one} {other}");
        }
        assert_ne!(family("192.0.2.7"), family("192.0.2.8"));
        // Not so far that strangers meet.
        assert_eq!(family("imap.org"), "imap.org");
        assert_eq!(family("support.example.org"), "support.example.org");
    }

    #[test]
    fn alarms_to_what_the_helpdesk_fetches_are_known() {
        let mut one = mailbox();
        one.in_username = "Inbox@example.org".into();
        one.aliases = vec!["help@example.org".into()];
        let mut other = mailbox();
        other.email = "sends-only@example.org".into();
        (other.in_server, other.in_username) = ("".into(), "".into());
        let to = |address: &str| {
            let all = [address.to_owned()];
            fetched_by_helpdesk(&all, &[one.clone(), other.clone()]).len() == 1
        };
        for address in [
            "Support@example.org",
            "support+alarms@EXAMPLE.org",
            "help@example.org",
            "inbox@example.org",
        ] {
            assert!(to(address), "{address}");
        }
        for address in [
            "support@example.net",
            "sends-only@example.org",
            "admin@example.org",
            "support",
        ] {
            assert!(!to(address), "{address}");
        }
    }

    #[test]
    fn alarms_by_an_account_of_the_helpdesk_are_known() {
        let target = |host: &str, login| MailServer {
            protocol: Protocol::Imap,
            host: host.to_owned(),
            port: 993,
            security: Security::Implicit,
            checks_certificate: true,
            login,
            folders: Vec::new(),
            sender: String::new(),
            starttls_ignored: false,
        };
        let user = "Support@example.org".to_owned();
        let targets = [
            target(
                "imap.example.org",
                LoginMethod::Password { user: user.clone() },
            ),
            target("imap.gmail.com", LoginMethod::XOAuth2 { user }),
            target("relay.example.org", LoginMethod::None),
        ];
        for (host, user, same) in [
            ("smtp.example.org", "support@example.org", true),
            ("smtp.gmail.com.", "support@EXAMPLE.org ", true),
            ("smtp.example.org", "alarms@example.org", false),
            ("smtp.example.net", "support@example.org", false),
            ("relay.example.org", " ", false),
            ("relay.example.org", "", false),
        ] {
            let said = is_of_helpdesk(host, user, &targets);
            assert_eq!(said, same, "{host} {user:?}");
        }
    }
}
