//! What we know of one secret: whether FreeScout can read it, and if not, why and what can be done.
//!
//! A verdict is a proof, not a guess: the MAC of a payload says which key made it. Where only the MAC itself is broken,
//! a known key may still decrypt the ciphertext to a valid serialised value; that is offered as a salvage and never
//! called proven.

use super::app_key::{AppKey, Fingerprint};
use super::inventory::{Secret, SecretKind, StoredText};
use super::key_ring::KeyRing;
use super::payload::{Body, Malformed, Payload};
use super::php::{self, Value};
use super::secret::SecretBytes;

/// Payloads inside payloads are followed this deep.
const MAX_LAYERS: usize = 8;

/// What is wrong with a damaged secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Damage {
    /// Foreign characters, or data behind padding.
    BadBase64,
    /// Not the JSON object it should be.
    BadJson,
    /// Whole but for its missing MAC.
    NoMac,
    /// The initialisation vector is not 16 bytes.
    BadIv,
    /// Cut off.
    Truncated,
    /// The MAC is right, the ciphertext is not.
    BadPadding,
    /// Opens, but the plain text is not the serialised value that FreeScout insists on.
    NotSerialized,
    /// `mailboxes.meta` is not JSON.
    BadMeta,
    /// Longer than any secret of FreeScout.
    TooLong,
}

impl Damage {
    /// The name in the JSON forms.
    pub fn code(self) -> &'static str {
        match self {
            Damage::BadBase64 => "bad_base64",
            Damage::BadJson | Damage::NoMac => "bad_json",
            Damage::BadIv => "bad_iv",
            Damage::Truncated => "truncated",
            Damage::BadPadding => "bad_padding",
            Damage::NotSerialized => "not_serialized",
            Damage::BadMeta => "bad_meta",
            Damage::TooLong => "too_long",
        }
    }
}

/// Why a MAC does not vouch for a ciphertext that a known key decrypts all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacFault {
    /// There is none.
    Missing,
    /// Right, but in upper case.
    UpperCase,
    /// Another one.
    Wrong,
}

/// A ciphertext that a known key decrypts to a valid value although the MAC does not vouch for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salvage {
    /// The key that decrypts it.
    pub key: Fingerprint,
    /// What is wrong with the MAC.
    pub fault: MacFault,
}

/// What we know of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Opens with the key in force.
    Opens(Fingerprint),
    /// Opens with another known key.
    OtherKey(Fingerprint),
    /// Well-formed, but no known key made it: a lost key and tampering look the same.
    UnknownKey {
        /// A ciphertext that may be salvaged.
        salvage: Option<Salvage>,
    },
    /// Cannot be read by FreeScout under any key.
    Damaged {
        /// What is wrong.
        damage: Damage,
        /// The key that made it, where that is known.
        key: Option<Fingerprint>,
        /// A ciphertext that may be salvaged.
        salvage: Option<Salvage>,
        /// Whether the plain text is known and only needs to be serialised and sealed again.
        repairable: bool,
    },
    /// Not encrypted at all.
    Plaintext {
        /// FreeScout uses it as it stands.
        works: bool,
    },
    /// Sealed more than once.
    Nested {
        /// The key of the outermost layer.
        key: Fingerprint,
        /// Whether every layer opens with a known key, and there is a value under them all.
        innermost: bool,
    },
    /// Nothing stored, or a payload of PHP null.
    Empty {
        /// A payload of PHP null, as FreeScout's settings page writes it for "no password".
        null_payload: bool,
    },
}

/// What can be done for a secret without asking anybody for its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing stored: nothing to do.
    Nothing,
    /// Open with its key, seal with the new one.
    Reseal,
    /// An unencrypted text: seal it.
    Seal,
    /// Sealed twice: open all layers, seal once.
    Unwrap,
    /// Raw text where a serialised one is needed: serialise and seal.
    Repair,
    /// Decrypt against the MAC's word. Only with the operator's.
    Salvage,
    /// Lost: the password must be entered again.
    Lost,
}

impl Verdict {
    /// The name in the JSON forms.
    pub fn code(&self) -> &'static str {
        match self {
            Verdict::Opens(_) => "opens",
            Verdict::OtherKey(_) => "other_key",
            Verdict::UnknownKey { .. } => "unknown_key",
            Verdict::Damaged { .. } => "damaged",
            Verdict::Plaintext { .. } => "plaintext",
            Verdict::Nested { .. } => "nested",
            Verdict::Empty { .. } => "empty",
        }
    }

    /// The key that made the payload, where that is known.
    pub fn key(&self) -> Option<Fingerprint> {
        match *self {
            Verdict::Opens(key) | Verdict::OtherKey(key) | Verdict::Nested { key, .. } => Some(key),
            Verdict::Damaged { key, .. } => key,
            Verdict::UnknownKey { .. } | Verdict::Plaintext { .. } | Verdict::Empty { .. } => None,
        }
    }

    /// Whether FreeScout reads the right value now.
    pub fn readable(&self) -> bool {
        matches!(self, Verdict::Opens(_) | Verdict::Plaintext { works: true })
    }

    /// What can be done.
    pub fn remedy(&self) -> Remedy {
        match *self {
            Verdict::Empty { .. } | Verdict::Plaintext { works: true } => Remedy::Nothing,
            Verdict::Opens(_) | Verdict::OtherKey(_) => Remedy::Reseal,
            Verdict::Plaintext { works: false } => Remedy::Seal,
            Verdict::Nested {
                innermost: true, ..
            } => Remedy::Unwrap,
            Verdict::Damaged {
                repairable: true, ..
            } => Remedy::Repair,
            Verdict::Damaged {
                salvage: Some(_), ..
            }
            | Verdict::UnknownKey { salvage: Some(_) } => Remedy::Salvage,
            Verdict::Nested { .. } | Verdict::Damaged { .. } | Verdict::UnknownKey { .. } => {
                Remedy::Lost
            }
        }
    }
}

/// Judges one secret.
pub fn judge(secret: &Secret, ring: &KeyRing) -> Verdict {
    let damaged = |damage| Verdict::Damaged {
        damage,
        key: None,
        salvage: None,
        repairable: false,
    };
    let payload = match (secret.stored(), secret.payload()) {
        (StoredText::TooLong(_), _) => return damaged(Damage::TooLong),
        (StoredText::BadMeta, _) => return damaged(Damage::BadMeta),
        (StoredText::Null | StoredText::Text(_), None) => {
            return Verdict::Empty {
                null_payload: false,
            };
        }
        (_, Some(Ok(payload))) => payload,
        (_, Some(Err(Malformed::NotAPayload))) => {
            return Verdict::Plaintext {
                works: secret.kind.plaintext_works(),
            };
        }
        (_, Some(Err(Malformed::Base64))) => return damaged(Damage::BadBase64),
        (_, Some(Err(Malformed::Truncated))) => return damaged(Damage::Truncated),
        (_, Some(Err(Malformed::Json))) => return damaged(Damage::BadJson),
        (_, Some(Err(Malformed::Iv))) => return damaged(Damage::BadIv),
        (_, Some(Err(Malformed::NoMac(body)))) => {
            let salvage = salvage(secret.kind, body, ring, |_| MacFault::Missing);
            return Verdict::Damaged {
                damage: Damage::NoMac,
                key: None,
                salvage,
                repairable: false,
            };
        }
    };
    match ring.maker_of(payload) {
        Some(key) => judge_opened(secret.kind, payload, key, ring),
        None => {
            let fault = |key: &AppKey| {
                if payload.made_with_upper_case(key) {
                    MacFault::UpperCase
                } else {
                    MacFault::Wrong
                }
            };
            Verdict::UnknownKey {
                salvage: salvage(secret.kind, payload.body(), ring, fault),
            }
        }
    }
}

fn judge_opened(kind: SecretKind, payload: &Payload, key: &AppKey, ring: &KeyRing) -> Verdict {
    let name = key.fingerprint();
    let damaged = |damage, repairable| Verdict::Damaged {
        damage,
        key: Some(name),
        salvage: None,
        repairable,
    };
    // The MAC was asked already.
    let Some(plain) = payload.body().decrypt(key) else {
        return damaged(Damage::BadPadding, false);
    };
    let value = php::unserialize(plain.expose());
    if let Some(inner) = inner_payload(plain.expose()) {
        return Verdict::Nested {
            key: name,
            innermost: innermost(kind, inner, ring).is_some(),
        };
    }
    if matches!(value, Ok(Value::Null)) {
        return Verdict::Empty { null_payload: true };
    }
    if value.is_err() && (kind.wants_serialized() || php::begins_serialized(plain.expose())) {
        // What begins like a serialised value and is none may be a cut one: we do not know what it was.
        let raw = !plain.is_empty() && !php::begins_serialized(plain.expose());
        return damaged(Damage::NotSerialized, raw);
    }
    if ring
        .effective()
        .is_some_and(|effective| effective.same_bytes(key))
    {
        Verdict::Opens(name)
    } else {
        Verdict::OtherKey(name)
    }
}

/// The serialised value of a secret, as it shall be sealed again: exactly the plain bytes where they were fine.
/// `None` where it is not known. With `salvage` also what the MAC does not vouch for.
pub fn rescued(secret: &Secret, ring: &KeyRing, salvage_too: bool) -> Option<SecretBytes> {
    let (StoredText::Text(text), Some(parsed)) = (secret.stored(), secret.payload()) else {
        return None;
    };
    let verdict = judge(secret, ring);
    match verdict.remedy() {
        Remedy::Seal => Some(SecretBytes::from(&php::serialize_text(text.expose())[..])),
        Remedy::Salvage if salvage_too => {
            let body = match parsed {
                Ok(payload) => payload.body(),
                Err(Malformed::NoMac(body)) => body,
                Err(_) => return None,
            };
            let (Verdict::UnknownKey { salvage } | Verdict::Damaged { salvage, .. }) = verdict
            else {
                return None;
            };
            value_of(secret.kind, body.decrypt(ring.get(salvage?.key)?)?, ring)
        }
        Remedy::Reseal | Remedy::Unwrap | Remedy::Repair => {
            let payload = parsed.as_ref().ok()?;
            let plain = payload.body().decrypt(ring.maker_of(payload)?)?;
            match verdict.remedy() {
                Remedy::Unwrap => innermost(secret.kind, inner_payload(plain.expose())?, ring),
                Remedy::Repair => value_of(secret.kind, plain, ring),
                _ => Some(plain),
            }
        }
        Remedy::Nothing | Remedy::Salvage | Remedy::Lost => None,
    }
}

/// The payload inside a decrypted value, where the value is one.
fn inner_payload(plain: &[u8]) -> Option<Payload> {
    let text = match php::unserialize(plain) {
        Ok(Value::Text(text)) => text,
        Ok(_) => return None,
        Err(_) => plain,
    };
    Payload::parse(text).ok()
}

/// The value that a plain text stands for: what lies under all layers; raw bytes serialised where FreeScout insists on
/// that. `None` where there is none, or it is cut.
fn value_of(kind: SecretKind, plain: SecretBytes, ring: &KeyRing) -> Option<SecretBytes> {
    if let Some(inner) = inner_payload(plain.expose()) {
        return innermost(kind, inner, ring);
    }
    match php::unserialize(plain.expose()) {
        Ok(Value::Null) => None,
        Ok(_) => Some(plain),
        Err(_) if php::begins_serialized(plain.expose()) => None,
        Err(_) if !kind.wants_serialized() => Some(plain),
        Err(_) if plain.is_empty() => None,
        Err(_) => Some(SecretBytes::from(&php::serialize_text(plain.expose())[..])),
    }
}

/// The value under all layers, where every layer opens.
fn innermost(kind: SecretKind, payload: Payload, ring: &KeyRing) -> Option<SecretBytes> {
    let mut payload = payload;
    for _ in 0..MAX_LAYERS {
        let plain = payload.open(ring.maker_of(&payload)?).ok()?;
        match inner_payload(plain.expose()) {
            Some(inner) => payload = inner,
            None => return value_of(kind, plain, ring),
        }
    }
    None
}

fn salvage(
    kind: SecretKind,
    body: &Body,
    ring: &KeyRing,
    fault: impl Fn(&AppKey) -> MacFault,
) -> Option<Salvage> {
    ring.iter().map(|k| &k.key).find_map(|key| {
        let plain = body.decrypt(key)?;
        // A whole value, to the last byte: random bytes with lucky padding do not come out as one.
        let text = match php::unserialize(plain.expose()) {
            Ok(Value::Text(text)) => text,
            _ => return None,
        };
        let whole = php::serialize_text(text)[..] == *plain.expose();
        (whole && value_of(kind, plain, ring).is_some()).then(|| Salvage {
            key: key.fingerprint(),
            fault: fault(key),
        })
    })
}
