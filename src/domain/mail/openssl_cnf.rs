//! What an administrator set OpenSSL to in `openssl.cnf` (config(5)), as far as it decides whether PHP speaks with a server:
//! the security level, and the leave to speak with servers that know no safe renegotiation. Other settings PHP overrides.

use std::collections::BTreeMap;

/// What is set for every program of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenSslPolicy {
    /// The security level (SSL_CTX_set_security_level(3)), where one is set.
    pub level: Option<u32>,
    /// Whether servers without safe renegotiation (RFC 5746) are spoken with.
    pub legacy_servers: bool,
}

/// The path behind `.include` in a line.
pub fn included(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix(".include")?;
    let path = rest.trim_start().strip_prefix('=').unwrap_or(rest).trim();
    (!path.is_empty() && rest.starts_with([' ', '\t', '='])).then_some(path)
}

/// Reads the text of a file, what it includes at its place.
pub fn policy(text: &str) -> OpenSslPolicy {
    let sections = Sections::of(text);
    let system = ["openssl_conf", "ssl_conf", "system_default"]
        .iter()
        .try_fold("default", |section, key| sections.get(section, key));
    let set = |key| sections.get(system?, key);
    let level = set("cipherstring").and_then(|ciphers| {
        let mut levels = ciphers.split([':', ',', ' ']).filter_map(|word| {
            let (_, level) = word.split_once("@SECLEVEL=")?;
            level.trim().parse().ok()
        });
        levels.next_back()
    });
    let options = set("options").unwrap_or_default();
    OpenSslPolicy {
        level,
        legacy_servers: options.split(',').any(|option| {
            ["UnsafeLegacyRenegotiation", "UnsafeLegacyServerConnect"]
                .iter()
                .any(|name| option.trim().eq_ignore_ascii_case(name))
        }),
    }
}

/// The values by section and key; keys in small letters.
struct Sections<'a>(BTreeMap<(&'a str, String), &'a str>);

impl<'a> Sections<'a> {
    fn of(text: &'a str) -> Self {
        let mut section = "default";
        let mut values = BTreeMap::new();
        for line in text.lines() {
            let line = line.trim_start_matches('\u{feff}');
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(name) = line.strip_prefix('[') {
                section = name.strip_suffix(']').unwrap_or(name).trim();
            } else if let Some((key, value)) = line.split_once('=') {
                let value = value.trim().trim_matches(['"', '\'']);
                // Words in front of a point number what could stand there more than once.
                let key = key.rsplit('.').next().unwrap_or(key);
                values.insert((section, key.trim().to_ascii_lowercase()), value);
            }
        }
        Self(values)
    }

    fn get(&self, section: &'a str, key: &str) -> Option<&'a str> {
        self.0.get(&(section, key.to_owned())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "openssl_conf = init\n[ init ]\nssl_conf = ssl_sect\n[ssl_sect]\nsystem_default = system\n[system]\n";

    #[test]
    fn the_level_of_the_system_is_read() {
        for (set, level, legacy_servers) in [
            ("CipherString = DEFAULT@SECLEVEL=1", Some(1), false),
            (
                "cipherstring = DEFAULT:@SECLEVEL=0 # old Exchange",
                Some(0),
                false,
            ),
            ("CipherString = \"@SECLEVEL=2:kEECDH:kRSA\"", Some(2), false),
            ("Options = UnsafeLegacyRenegotiation", None, true),
            (
                "Options = ServerPreference, UnsafeLegacyServerConnect",
                None,
                true,
            ),
            ("1.CipherString = DEFAULT@SECLEVEL=0", Some(0), false),
            ("CipherString = DEFAULT", None, false),
            ("CipherString = DEFAULT@SECLEVEL=strong", None, false),
            ("MinProtocol = TLSv1.2", None, false),
            ("", None, false),
        ] {
            let found = policy(&format!("{HEAD}{set}\n"));
            let expected = OpenSslPolicy {
                level,
                legacy_servers,
            };
            assert_eq!(found, expected, "{set}");
        }
    }

    #[test]
    fn a_section_that_nothing_leads_to_sets_nothing() {
        let alone = "[system]\nCipherString = DEFAULT@SECLEVEL=0\n";
        assert_eq!(policy(alone), OpenSslPolicy::default());
        assert_eq!(policy("openssl_conf = gone\n"), OpenSslPolicy::default());
    }

    #[test]
    fn what_is_included_is_named() {
        assert_eq!(included(".include /etc/x.cnf"), Some("/etc/x.cnf"));
        assert_eq!(included(" .include = /etc/x.cnf "), Some("/etc/x.cnf"));
        for none in [
            "# .include /etc/x",
            ".included = x",
            ".include",
            "include = x",
        ] {
            assert_eq!(included(none), None, "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "[\\[\\]=#@A-Za-z0-9_. \n\"]{0,200}") {
            let _ = policy(&text);
        }
    }
}
