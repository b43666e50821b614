//! Variables of our own environment that are FreeScout's: in a container its settings are there, and PHP must see them
//! when it builds the config cache. A shell of root's holds much else, some of it under the same names; so a variable is
//! FreeScout's only if its name is one of FreeScout's settings, and its value is known from FreeScout's own processes or
//! the files that set it for them. Write access to the install's files decides neither.

use std::collections::BTreeMap;

use crate::domain::inventory::secret::SecretBytes;

/// How names of settings begin that FreeScout has many of, with every version more.
const BEGINNINGS: [&str; 2] = ["APP_", "DB_"];
/// The other settings that FreeScout's `config/*.php` reads from the environment.
const OTHERS: [&str; 34] = [
    "BROADCAST_DRIVER",
    "CACHE_DRIVER",
    "FILESYSTEM_CLOUD",
    "FILESYSTEM_DRIVER",
    "IMAP_DEFAULT_ACCOUNT",
    "IMAP_ENCRYPTION",
    "IMAP_HOST",
    "IMAP_PASSWORD",
    "IMAP_PORT",
    "IMAP_PROTOCOL",
    "IMAP_USERNAME",
    "IMAP_VALIDATE_CERT",
    "MAIL_AUTH_MODE",
    "MAIL_DRIVER",
    "MAIL_ENCRYPTION",
    "MAIL_FROM_ADDRESS",
    "MAIL_FROM_NAME",
    "MAIL_HOST",
    "MAIL_PASSWORD",
    "MAIL_PORT",
    "MAIL_SMTP_TIMEOUT",
    "MAIL_USERNAME",
    "MEMCACHED_HOST",
    "MEMCACHED_PORT",
    "QUEUE_DRIVER",
    "REDIS_CLIENT",
    "REDIS_HOST",
    "REDIS_PASSWORD",
    "REDIS_PORT",
    "SESSION_DOMAIN",
    "SESSION_DRIVER",
    "SESSION_LIFETIME",
    "SESSION_SAME_SITE",
    "SESSION_SECURE_COOKIE",
];

/// Variables by name.
pub type Variables = BTreeMap<Vec<u8>, SecretBytes>;

/// Whether a variable is one of FreeScout's settings by its name.
pub fn is_setting(name: &[u8]) -> bool {
    let begins = |beginning: &&str| name.starts_with(beginning.as_bytes());
    BEGINNINGS.iter().any(begins) || OTHERS.iter().any(|other| other.as_bytes() == name)
}

/// What of our environment may be handed on.
#[derive(Default)]
pub struct Handed {
    /// FreeScout's own variables.
    pub own: Variables,
    /// What FreeScout reads and may need, and is not handed on: settings that nothing of FreeScout's has with these values,
    /// as they may be meant for this program alone; and others, as cloud keys, that it does have. Names, in order.
    pub unsure: Vec<String>,
}

/// Tells FreeScout's variables from others. `known` says whether something of FreeScout's has exactly this one, `reads`
/// whether its configuration reads that name, `in_env` what `.env` alone says.
pub fn tell_apart(
    ours: Variables,
    known: &dyn Fn(&[u8], &[u8]) -> bool,
    reads: &dyn Fn(&[u8]) -> bool,
    in_env: &dyn Fn(&[u8]) -> Option<Vec<u8>>,
) -> Handed {
    let mut handed = Handed::default();
    for (name, value) in ours {
        let known = known(&name, value.expose());
        if known && is_setting(&name) {
            handed.own.insert(name, value);
            continue;
        }
        // Where nothing of FreeScout's has it, other names of a shell are no sign of FreeScout's at all.
        let may_be_own = known || BEGINNINGS.iter().any(|b| name.starts_with(b.as_bytes()));
        if may_be_own && reads(&name) && in_env(&name).as_deref() != Some(value.expose()) {
            handed
                .unsure
                .push(String::from_utf8_lossy(&name).into_owned());
        }
    }
    handed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_freescouts_by_name_and_value_is_handed_on() {
        let ours = [
            ("APP_KEY", "known"),
            ("APP_URL", "as in .env"),
            ("APP_SECRET", "of another program"),
            ("DB_PASSWORD", "the operator's"),
            ("MAIL_PASSWORD", "of root's own"),
            ("REDIS_PASSWORD", "known"),
            ("AWS_SECRET_ACCESS_KEY", "known"),
            ("SES_SECRET", "of root's own"),
            ("SUDO_USER", "of root's own"),
            ("SSH_AUTH_SOCK", "of root's own"),
        ];
        let ours = ours
            .iter()
            .map(|(name, value)| {
                (
                    name.as_bytes().to_vec(),
                    SecretBytes::from(value.as_bytes()),
                )
            })
            .collect();
        let handed = tell_apart(
            ours,
            &|_, value| value == b"known",
            // As a hostile `config/*.php` would, that names what it wants; but not what no FreeScout has.
            &|name| name != b"APP_SECRET",
            &|name| (name == b"APP_URL").then(|| b"as in .env".to_vec()),
        );
        let own: Vec<&[u8]> = handed.own.keys().map(Vec::as_slice).collect();
        assert_eq!(own, [&b"APP_KEY"[..], b"REDIS_PASSWORD"]);
        assert_eq!(handed.unsure, ["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"]);
    }
}
