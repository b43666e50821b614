//! What we know of one secret: whether FreeScout can read it, and if not, why and what can be done.
//!
//! A verdict is a proof, not a guess: the MAC of a payload says which key made it. Where only the MAC itself is broken,
//! a known key may still decrypt the ciphertext to a valid serialised value; that is offered as a salvage and never
//! called proven.

pub mod assessment;
pub mod finding;
pub mod secret_report;
pub mod text;

use super::inventory::{Secret, StoredText};
use super::payload::{Body, Malformed, Payload};
use crate::domain::config::rules::{StorageRule, StoredForm, Undecryptable};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::ring::KeyRing;
use crate::domain::payload::php;
use text::PlainValue;

/// Payloads inside payloads are followed this deep.
const MAX_LAYERS: usize = 8;

named! {
    /// What is wrong with a damaged secret.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Damage {
        /// Foreign characters, or data behind padding.
        BadBase64 = "bad_base64",
        /// Not the JSON object it should be.
        BadJson = "bad_json",
        /// Whole but for its missing MAC.
        NoMac = "bad_json",
        /// The initialisation vector is not 16 bytes.
        BadIv = "bad_iv",
        /// Cut off.
        Truncated = "truncated",
        /// The MAC is right, the ciphertext is not.
        BadPadding = "bad_padding",
        /// Opens, but the plain text is not the serialised value that FreeScout insists on.
        NotSerialized = "not_serialized",
        /// `mailboxes.meta` is not JSON.
        BadMeta = "bad_meta",
        /// Longer than any secret of FreeScout.
        TooLong = "too_long",
        /// Sealed, where the installed version keeps it as it is: a newer one was here.
        OfNewerVersion = "of_newer_version",
    }
    /// The name in the JSON forms.
    pub fn code(self);
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

/// What a text that is not encrypted means to the installed version. Only one of them is ever sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// This version stores it so.
    AsItIs,
    /// This version stores it sealed, and still uses a plain one as it stands. From 1.8.232 on it will not.
    StillRead,
    /// This version reads it as empty: sealing it is the repair.
    ReadsEmpty,
    /// The same, but a migration that has not run yet will seal it, whatever it holds then.
    AwaitsMigration,
    /// Whether this version uses it is not known.
    Untold,
}

impl Plain {
    /// All of them.
    pub const ALL: [Plain; 5] = [
        Plain::AsItIs,
        Plain::StillRead,
        Plain::ReadsEmpty,
        Plain::AwaitsMigration,
        Plain::Untold,
    ];

    fn kept(keeping: StorageRule) -> Self {
        match keeping {
            StorageRule::AsItIs => Plain::AsItIs,
            StorageRule::Sealed(Undecryptable::ReadsAsStored) => Plain::StillRead,
            StorageRule::Sealed(Undecryptable::ReadsEmpty) => Plain::ReadsEmpty,
            StorageRule::SealedByMigration => Plain::AwaitsMigration,
            StorageRule::Untold => Plain::Untold,
        }
    }
}

named! {
    /// What we know of one secret.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        /// Opens with the current key.
        Opens(Fingerprint) = "opens",
        /// Opens with another known key.
        OtherKey(Fingerprint) = "other_key",
        /// Well-formed, but no known key made it: a lost key and tampering look the same.
        UnknownKey {
            /// A ciphertext that may be salvaged.
            salvage: Option<Salvage>,
        } = "unknown_key",
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
        } = "damaged",
        /// Not encrypted at all.
        Plaintext(Plain) = "plaintext",
        /// Sealed more than once.
        Nested {
            /// The key of the outermost layer.
            key: Fingerprint,
            /// Whether every layer opens with a known key, and there is a value under them all.
            innermost: bool,
        } = "nested",
        /// Nothing stored, or a payload of PHP null.
        Empty {
            /// A payload of PHP null, as FreeScout's settings page writes it for "no password".
            null_payload: bool,
        } = "empty",
    }
    /// The name in the JSON forms.
    pub fn code(&self);
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
    /// The key that made the payload, where that is known.
    pub fn key(&self) -> Option<Fingerprint> {
        match *self {
            Verdict::Opens(key) | Verdict::OtherKey(key) | Verdict::Nested { key, .. } => Some(key),
            Verdict::Damaged { key, .. } => key,
            Verdict::UnknownKey { .. } | Verdict::Plaintext(_) | Verdict::Empty { .. } => None,
        }
    }

    /// Whether FreeScout reads the right value now.
    pub fn readable(&self) -> bool {
        matches!(
            self,
            Verdict::Opens(_) | Verdict::Plaintext(Plain::AsItIs | Plain::StillRead)
        )
    }

    /// Whether the text itself can be had, with the keys at hand and nobody's word.
    pub fn tells_text(&self) -> bool {
        let opened = matches!(
            self.remedy(),
            Remedy::Reseal | Remedy::Unwrap | Remedy::Repair
        );
        opened || self.readable()
    }

    /// Whether nobody can tell if FreeScout reads it.
    pub fn untold(&self) -> bool {
        matches!(self, Verdict::Plaintext(Plain::Untold))
    }

    /// What can be done.
    pub fn remedy(&self) -> Remedy {
        match *self {
            Verdict::Empty { .. }
            | Verdict::Plaintext(
                Plain::AsItIs | Plain::StillRead | Plain::AwaitsMigration | Plain::Untold,
            ) => Remedy::Nothing,
            Verdict::Opens(_) | Verdict::OtherKey(_) => Remedy::Reseal,
            Verdict::Plaintext(Plain::ReadsEmpty) => Remedy::Seal,
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
        (_, Some(Err(Malformed::NotAPayload))) => {
            return Verdict::Plaintext(Plain::kept(secret.keeping));
        }
        (_, Some(_)) if secret.keeping == StorageRule::AsItIs => {
            return damaged(Damage::OfNewerVersion);
        }
        (_, Some(Ok(payload))) => payload,
        (_, Some(Err(Malformed::Base64))) => return damaged(Damage::BadBase64),
        (_, Some(Err(Malformed::Truncated))) => return damaged(Damage::Truncated),
        (_, Some(Err(Malformed::Json))) => return damaged(Damage::BadJson),
        (_, Some(Err(Malformed::Iv))) => return damaged(Damage::BadIv),
        (_, Some(Err(Malformed::NoMac(body)))) => {
            let salvage = salvage(secret.serialized, body, ring, |_| MacFault::Missing);
            return Verdict::Damaged {
                damage: Damage::NoMac,
                key: None,
                salvage,
                repairable: false,
            };
        }
    };
    match ring.maker_of(payload) {
        Some(key) => judge_opened(secret.serialized, payload, key, ring),
        None => {
            let fault = |key: &AppKey| {
                if payload.made_with_upper_case(key) {
                    MacFault::UpperCase
                } else {
                    MacFault::Wrong
                }
            };
            Verdict::UnknownKey {
                salvage: salvage(secret.serialized, payload.body(), ring, fault),
            }
        }
    }
}

fn judge_opened(serialized: bool, payload: &Payload, key: &AppKey, ring: &KeyRing) -> Verdict {
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
    if let Some(inner) = inner_payload(plain.expose()) {
        return Verdict::Nested {
            key: name,
            innermost: innermost(serialized, inner, ring).is_some(),
        };
    }
    match text::value(plain.expose(), serialized) {
        PlainValue::Null => return Verdict::Empty { null_payload: true },
        // What begins like a serialised value and is none may be a cut one: we do not know what it was.
        PlainValue::Broken => {
            let raw = !plain.is_empty() && !php::begins_serialized(plain.expose());
            return damaged(Damage::NotSerialized, raw);
        }
        PlainValue::Text(_) | PlainValue::Other => {}
    }
    if ring.is_effective(key) {
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
            value_of(
                secret.serialized,
                body.decrypt(ring.get(salvage?.key)?)?,
                ring,
            )
        }
        Remedy::Reseal | Remedy::Unwrap | Remedy::Repair => {
            let payload = parsed.as_ref().ok()?;
            let plain = payload.body().decrypt(ring.maker_of(payload)?)?;
            match verdict.remedy() {
                Remedy::Unwrap => {
                    innermost(secret.serialized, inner_payload(plain.expose())?, ring)
                }
                Remedy::Repair => value_of(secret.serialized, plain, ring),
                _ => Some(plain),
            }
        }
        Remedy::Nothing | Remedy::Salvage | Remedy::Lost => None,
    }
}

/// The form in which another text would have to be stored there; `None` where that is not known, or a migration would
/// seal it once more.
pub fn form(keeping: StorageRule, verdict: &Verdict) -> Option<StoredForm> {
    match (keeping, verdict) {
        (StorageRule::AsItIs, _) => Some(StoredForm::Plain),
        (StorageRule::Sealed(_), _) => Some(StoredForm::Sealed),
        (StorageRule::SealedByMigration, _) | (StorageRule::Untold, Verdict::Empty { .. }) => None,
        // As what stands there: somebody's FreeScout wrote it so.
        (StorageRule::Untold, Verdict::Plaintext(_)) => Some(StoredForm::Plain),
        (StorageRule::Untold, _) => Some(StoredForm::Sealed),
    }
}

/// The payload inside a decrypted value, where the value is one.
fn inner_payload(plain: &[u8]) -> Option<Payload> {
    let text = match php::unserialize(plain) {
        Ok(php::PhpValue::Text(text)) => text,
        Ok(_) => return None,
        Err(_) => plain,
    };
    Payload::parse(text).ok()
}

/// The value that a plain text stands for: what lies under all layers; raw bytes serialised where FreeScout insists on
/// that. `None` where there is none, or it is cut.
fn value_of(serialized: bool, plain: SecretBytes, ring: &KeyRing) -> Option<SecretBytes> {
    if let Some(inner) = inner_payload(plain.expose()) {
        return innermost(serialized, inner, ring);
    }
    match text::value(plain.expose(), serialized) {
        PlainValue::Null => None,
        PlainValue::Text(_) | PlainValue::Other => Some(plain),
        PlainValue::Broken if plain.is_empty() || php::begins_serialized(plain.expose()) => None,
        PlainValue::Broken => Some(SecretBytes::from(&php::serialize_text(plain.expose())[..])),
    }
}

/// The value under all layers, where every layer opens.
fn innermost(serialized: bool, payload: Payload, ring: &KeyRing) -> Option<SecretBytes> {
    let mut payload = payload;
    for _ in 0..MAX_LAYERS {
        let plain = payload.open(ring.maker_of(&payload)?).ok()?;
        match inner_payload(plain.expose()) {
            Some(inner) => payload = inner,
            None => return value_of(serialized, plain, ring),
        }
    }
    None
}

fn salvage(
    serialized: bool,
    body: &Body,
    ring: &KeyRing,
    fault: impl Fn(&AppKey) -> MacFault,
) -> Option<Salvage> {
    ring.iter().map(|k| &k.key).find_map(|key| {
        let plain = body.decrypt(key)?;
        // A whole value, to the last byte: random bytes with lucky padding do not come out as one.
        let Ok(php::PhpValue::Text(text)) = php::unserialize(plain.expose()) else {
            return None;
        };
        let whole = php::serialize_text(text)[..] == *plain.expose();
        (whole && value_of(serialized, plain, ring).is_some()).then(|| Salvage {
            key: key.fingerprint(),
            fault: fault(key),
        })
    })
}
