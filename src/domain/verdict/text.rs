//! The password out of a secret: one reading for the connection tests, for "same as", for older payloads and for tokens.
//!
//! A mailbox password is read by Laravel's own `decrypt()`, which insists on a serialised value. Everything else is read by
//! FreeScout's wrapper, which unserialises only what begins as a text, a number or an array does (`i:`, `d:`, `s:`, `a:`) and
//! takes any other text as it is. A payload of `N;` is what the settings page writes for "no password".

use super::{Plain, Verdict, judge, rescued};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::inventory::{Secret, StoredText};
use crate::domain::key::ring::KeyRing;
use crate::domain::payload::php;

/// With which keys secrets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordsUsed {
    /// What FreeScout reads with the current key.
    InForce,
    /// Also what another known key opens: what a recovery would bring back.
    Rescued,
}

/// What a secret reads as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// This text.
    Text(SecretBytes),
    /// There is none: nothing stored, an empty text, or a payload of PHP null.
    Nothing,
    /// It is not known.
    Unreadable,
}

impl Password {
    /// The text, where there is one.
    pub fn text(self) -> Option<SecretBytes> {
        match self {
            Password::Text(text) => Some(text),
            Password::Nothing | Password::Unreadable => None,
        }
    }
}

/// The password that a secret holds, read with these keys. What a migration is still to seal is no password yet, and no
/// recovery makes it one.
pub fn password(secret: &Secret, ring: &KeyRing, reading: PasswordsUsed) -> Password {
    let verdict = judge(secret, ring);
    let is_read = match verdict {
        Verdict::Empty { .. } => return Password::Nothing,
        Verdict::Plaintext(Plain::AwaitsMigration) => false,
        _ => reading == PasswordsUsed::Rescued || verdict.readable() || verdict.untold(),
    };
    match text(secret, ring).filter(|_| is_read) {
        Some(text) if text.is_empty() => Password::Nothing,
        Some(text) => Password::Text(text),
        None => Password::Unreadable,
    }
}

/// The text itself, whether FreeScout can read it or not: what is stored where that is plain, else what [`rescued`]
/// gives without a salvage. `None` where it is not known, or no text.
pub fn text(secret: &Secret, ring: &KeyRing) -> Option<SecretBytes> {
    if let (Verdict::Plaintext(_), StoredText::Text(text)) = (judge(secret, ring), secret.stored())
    {
        return Some(text.clone());
    }
    let plain = rescued(secret, ring, false)?;
    match value(plain.expose(), secret.serialized) {
        PlainValue::Text(text) => Some(SecretBytes::from(text)),
        PlainValue::Null | PlainValue::Other | PlainValue::Broken => None,
    }
}

/// What FreeScout makes of the plain text in a payload.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum PlainValue<'a> {
    /// A text, or the digits of a number.
    Text(&'a [u8]),
    /// PHP null: no password.
    Null,
    /// A value that is no text.
    Other,
    /// Nothing: it cannot be unserialised, and reads as empty.
    Broken,
}

/// Reads the plain text in a payload: with `serialized` as Laravel does, else as FreeScout's wrapper does.
pub(super) fn value(plain: &[u8], serialized: bool) -> PlainValue<'_> {
    if !serialized && !php::begins_serialized(plain) {
        return match plain {
            b"N;" => PlainValue::Null,
            text => PlainValue::Text(text),
        };
    }
    match php::unserialize(plain) {
        Ok(php::PhpValue::Text(text) | php::PhpValue::Int(text)) => PlainValue::Text(text),
        Ok(php::PhpValue::Null) => PlainValue::Null,
        Ok(_) => PlainValue::Other,
        Err(_) => PlainValue::Broken,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::config::rules::{Migrations, Rules};
    use crate::domain::config::version::Version;
    use crate::domain::inventory::{Inventory, Row};
    use crate::domain::key::app_key::AppKey;
    use crate::domain::key::source::{Source, SourceKind};
    use crate::domain::payload::Payload;

    const IN_FORCE: &[u8] = b"this is a throw-away example key";
    const OTHER: &[u8] = b"0123456789abcdefghijklmnopqrstuv";
    const UNKNOWN: &[u8] = b"a key that nobody knows any more";

    #[derive(Debug, Clone, Copy)]
    enum Kind {
        Mailbox,
        SystemMail,
        License,
        Token,
    }

    fn key(text: &[u8]) -> AppKey {
        AppKey::parse(text).unwrap()
    }

    fn ring() -> KeyRing {
        let mut ring = KeyRing::default();
        for text in [IN_FORCE, OTHER] {
            ring.add(key(text), Source::of(SourceKind::Given));
        }
        ring.set_effective(Some(key(IN_FORCE).fingerprint()));
        ring
    }

    fn sealed(by: &[u8], text: &[u8]) -> Vec<u8> {
        Payload::seal(&key(by), &[7; 16], text).into_bytes()
    }

    /// A secret of this kind in which this is stored, as this version keeps it.
    fn secret(version: &str, kind: Kind, stored: &[u8]) -> Secret {
        let rules = Rules::of(Version::parse(version), Migrations::default());
        let mut inventory = Inventory::by(rules);
        let text = |text: &[u8]| StoredText::Text(SecretBytes::from(text));
        match kind {
            Kind::Mailbox => inventory.add_mailbox(&Row {
                id: 1,
                values: vec![("in_password", text(stored))],
            }),
            Kind::Token => {
                let stored = String::from_utf8_lossy(stored).replace('/', "\\/");
                let meta = format!(r#"{{"oauth":{{"provider":"ms","a_token":"{stored}"}}}}"#);
                inventory.add_mailbox(&Row {
                    id: 1,
                    values: vec![("meta", text(meta.as_bytes()))],
                });
            }
            Kind::SystemMail => inventory.add_option(&Row {
                id: 1,
                values: vec![("name", text(b"mail_password")), ("value", text(stored))],
            }),
            Kind::License => inventory.add_module(&Row {
                id: 1,
                values: vec![("alias", text(b"m")), ("license", text(stored))],
            }),
        }
        let stored = |secret: &&Secret| match kind {
            Kind::Token => secret.place.token.is_some(),
            _ => secret.stored() != &StoredText::Null,
        };
        inventory.secrets.iter().find(stored).unwrap().clone()
    }

    fn shown(password: Password) -> String {
        match password {
            Password::Text(text) => String::from_utf8_lossy(text.expose()).into_owned(),
            Password::Nothing => "(nothing)".to_owned(),
            Password::Unreadable => "(unreadable)".to_owned(),
        }
    }

    #[test]
    fn one_reading_of_every_kind() {
        use Kind::{License, Mailbox, SystemMail, Token};
        let (none, unread) = ("(nothing)", "(unreadable)");
        // Plain text in the payload; as a mailbox password, and as what FreeScout's wrapper reads.
        for (plain, mailbox, wrapped) in [
            (&b"s:6:\"secret\";"[..], "secret", "secret"),
            (b"i:12345;", "12345", "12345"),
            // Raw: sealed without serialisation.
            (b"secret", "secret", "secret"),
            (b"N;", none, none),
            (b"N;ever", none, "N;ever"),
            (b"b:1;", unread, "b:1;"),
            (b"O:8:\"stdClass\":0:{}", unread, "O:8:\"stdClass\":0:{}"),
            (b"a:0:{}", unread, unread),
            // Cut, or only looking like it.
            (b"s:9:\"secret", unread, unread),
            (b"s: secret", unread, unread),
            (b"s:0:\"\";", none, none),
            (b"", unread, none),
        ] {
            for kind in [Mailbox, SystemMail, License, Token] {
                let expected = match kind {
                    Mailbox => mailbox,
                    _ => wrapped,
                };
                for by in [IN_FORCE, OTHER] {
                    let secret = secret("1.8.235", kind, &sealed(by, plain));
                    let read = shown(password(&secret, &ring(), PasswordsUsed::Rescued));
                    assert_eq!(
                        read,
                        expected,
                        "{kind:?} {:?}",
                        String::from_utf8_lossy(plain)
                    );
                }
            }
        }
    }

    #[test]
    fn what_freescout_reads_now_and_what_a_recovery_would() {
        use Kind::{Mailbox, SystemMail};
        let (none, unread) = ("(nothing)", "(unreadable)");
        let twice = sealed(OTHER, &sealed(OTHER, b"s:6:\"secret\";"));
        for (kind, stored, in_force, rescued) in [
            (
                Mailbox,
                sealed(IN_FORCE, b"s:6:\"secret\";"),
                "secret",
                "secret",
            ),
            (Mailbox, sealed(IN_FORCE, b"secret"), unread, "secret"),
            (SystemMail, sealed(IN_FORCE, b"secret"), "secret", "secret"),
            (SystemMail, sealed(OTHER, b"secret"), unread, "secret"),
            (SystemMail, sealed(OTHER, b"N;"), none, none),
            (Mailbox, twice, unread, "secret"),
            (Mailbox, sealed(UNKNOWN, b"s:6:\"secret\";"), unread, unread),
            (Mailbox, b"plain".to_vec(), unread, "plain"),
            (Mailbox, b"".to_vec(), none, none),
        ] {
            let secret = secret("1.8.235", kind, &stored);
            let read = |reading| shown(password(&secret, &ring(), reading));
            assert_eq!(read(PasswordsUsed::InForce), in_force, "{kind:?}");
            assert_eq!(read(PasswordsUsed::Rescued), rescued, "{kind:?}");
        }
    }

    #[test]
    fn an_old_version_insists_on_a_serialised_value_and_keeps_licences_plain() {
        let raw = secret("1.8.185", Kind::SystemMail, &sealed(IN_FORCE, b"secret"));
        let read = |secret, reading| shown(password(secret, &ring(), reading));
        assert_eq!(read(&raw, PasswordsUsed::InForce), "(unreadable)");
        assert_eq!(read(&raw, PasswordsUsed::Rescued), "secret");
        let plain = secret("1.7.0", Kind::License, b"licence");
        assert_eq!(read(&plain, PasswordsUsed::InForce), "licence");
    }

    #[test]
    fn a_text_is_offered_where_it_can_be_had() {
        let ring = ring();
        for plain in [
            &b"s:6:\"secret\";"[..],
            b"secret",
            b"N;",
            b"s:9:\"secret",
            b"",
        ] {
            for kind in [Kind::Mailbox, Kind::SystemMail] {
                for by in [IN_FORCE, OTHER, UNKNOWN] {
                    let secret = secret("1.8.235", kind, &sealed(by, plain));
                    let tells = judge(&secret, &ring).tells_text();
                    assert_eq!(tells, text(&secret, &ring).is_some(), "{kind:?}");
                }
            }
        }
    }
}
