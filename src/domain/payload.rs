//! Laravel's sealed form: base64 of JSON with `iv`, `value` and `mac`.
//!
//! Follows `Illuminate\Encryption\Encrypter` of Laravel 5.5 with AES-256-CBC: the MAC is HMAC-SHA256 over the two base64
//! *texts* `iv` and `value` joined, and the same 32 bytes encrypt and authenticate. Reading is exactly as lenient as
//! PHP is there, in the same order: base64, JSON and members, MAC text, padding. The MAC is the oracle: it proves a key
//! without decrypting.

pub mod base64;
pub mod json_span;
pub mod php;
pub mod trial;

use std::sync::OnceLock;

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, Mac};
use serde_json::Value as Json;
use sha2::Sha256;

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::{AppKey, Fingerprint};

/// Length of the initialisation vector, in bytes.
pub const IV_LEN: usize = 16;
/// Length of the MAC, in bytes.
const MAC_LEN: usize = 32;

/// A well-formed payload: everything that Laravel checks before it looks at the key.
#[derive(Clone)]
pub struct Payload {
    body: Body,
    mac: Vec<u8>,
    /// What the MAC text stands for; `None` where it could not be any key's.
    mac_bytes: Option<[u8; MAC_LEN]>,
    /// The key whose MAC was found to be this one: it is asked for many times, and the answer stays.
    proven: OnceLock<Fingerprint>,
}

/// The encrypted part of a payload.
#[derive(Clone)]
pub struct Body {
    /// The members `iv` and `value` as texts, joined: what the MAC is taken over.
    signed: Vec<u8>,
    iv: [u8; IV_LEN],
    ciphertext: Vec<u8>,
}

/// Why a text is no payload that Laravel would look at ("The payload is invalid.").
#[derive(Clone)]
pub enum Malformed {
    /// Nothing of a payload about it: an unencrypted text.
    NotAPayload,
    /// Begins like a payload, but foreign characters or inner padding break the base64.
    Base64,
    /// Ends in the middle.
    Truncated,
    /// Not JSON, or not an object with the members it needs.
    Json,
    /// The initialisation vector is not base64 of 16 bytes.
    Iv,
    /// Whole but for the missing `mac`; the ciphertext is kept, in case the operator wants it salvaged.
    NoMac(Body),
}

/// Why a key does not give the plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenError {
    /// "The MAC is invalid.": another key, or a changed payload.
    Mac,
    /// "Could not decrypt the data.": the MAC is right, the ciphertext is not whole blocks or its padding is wrong.
    Padding,
}

impl Payload {
    /// Reads a stored text.
    ///
    /// # Errors
    /// [`Malformed`] where Laravel says that the payload is invalid (or dies of a type error).
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let json = match base64::decode_lenient(text) {
            Ok(json) => json,
            Err(_) if looks_like_payload(text) => return Err(Malformed::Base64),
            Err(_) => return Err(Malformed::NotAPayload),
        };
        if let Some(payload) = Self::as_written(&json) {
            return Ok(payload);
        }
        let members = match serde_json::from_slice::<Json>(&json) {
            Ok(Json::Object(members)) => members,
            Ok(_) | Err(_) if !looks_like_payload(text) => return Err(Malformed::NotAPayload),
            Ok(_) => return Err(Malformed::Json),
            Err(_) if base64::has_foreign(text) => return Err(Malformed::Base64),
            Err(e) if e.is_eof() => return Err(Malformed::Truncated),
            Err(_) => return Err(Malformed::Json),
        };
        let member = |name: &str| members.get(name).and_then(php_string);
        let (Some(iv_text), Some(value)) = (member("iv"), member("value")) else {
            let known = ["iv", "value", "mac"]
                .iter()
                .any(|name| members.contains_key(*name));
            return Err(if known {
                Malformed::Json
            } else {
                Malformed::NotAPayload
            });
        };
        let iv = base64::decode_strict(iv_text.as_bytes())
            .ok()
            .and_then(|iv| <[u8; IV_LEN]>::try_from(iv).ok())
            .ok_or(Malformed::Iv)?;
        // Lenient reading cannot fail on the way to a MAC check; a value that does not decode fails to decrypt.
        let ciphertext = base64::decode_lenient(value.as_bytes()).unwrap_or_default();
        let body = Body {
            signed: [iv_text.as_bytes(), value.as_bytes()].concat(),
            iv,
            ciphertext,
        };
        match members.get("mac") {
            None | Some(Json::Null) => Err(Malformed::NoMac(body)),
            Some(Json::Array(_) | Json::Object(_)) => Err(Malformed::Json),
            Some(mac) => Ok(Self::new(
                body,
                php_string(mac).unwrap_or_default().into_bytes(),
            )),
        }
    }

    fn new(body: Body, mac: Vec<u8>) -> Self {
        let mut bytes = [0; MAC_LEN];
        // In lower case, as PHP's `hash_hmac` writes it.
        let read = base16ct::lower::decode(&mac, &mut bytes);
        let mac_bytes = read
            .is_ok_and(|read| read.len() == MAC_LEN)
            .then_some(bytes);
        Self {
            body,
            mac,
            mac_bytes,
            proven: OnceLock::new(),
        }
    }

    /// Reads the JSON exactly as Laravel writes it: three members in their order, no spaces, `/` the only escape. Anything
    /// else is left to the JSON reader; what is read here, it would read the same.
    fn as_written(json: &[u8]) -> Option<Self> {
        let member = |rest: &mut &[u8], before: &[u8]| {
            *rest = rest.strip_prefix(before)?;
            let end = memchr::memchr(b'"', rest)?;
            let (text, after) = rest.split_at(end);
            *rest = after;
            let mut plain = Vec::with_capacity(text.len());
            let mut bytes = text.iter().copied();
            while let Some(byte) = bytes.next() {
                match byte {
                    b'\\' if bytes.next() == Some(b'/') => plain.push(b'/'),
                    b'\\' => return None,
                    byte if byte.is_ascii_graphic() => plain.push(byte),
                    _ => return None,
                }
            }
            Some(plain)
        };
        let mut rest = json;
        let mut signed = member(&mut rest, br#"{"iv":""#)?;
        let iv = base64::decode_strict(&signed).ok()?.try_into().ok()?;
        let value = member(&mut rest, br#"","value":""#)?;
        let mac = member(&mut rest, br#"","mac":""#)?;
        if rest != br#""}"# {
            return None;
        }
        let ciphertext = base64::decode_lenient(&value).unwrap_or_default();
        signed.extend_from_slice(&value);
        let body = Body {
            signed,
            iv,
            ciphertext,
        };
        Some(Self::new(body, mac))
    }

    /// Whether this key made this payload: the oracle. The MAC stands beside what it is of, so there is nothing that the
    /// time of a comparison could give away.
    pub fn made_with(&self, key: &AppKey) -> bool {
        if self.proven.get() == Some(&key.fingerprint()) {
            return true;
        }
        let made = self
            .mac_bytes
            .is_some_and(|mac| mac == self.body.mac(key.mac()));
        if made {
            // Another text of the same key may have been proven before.
            let _ = self.proven.set(key.fingerprint());
        }
        made
    }

    /// Whether the MAC is this key's, but written in upper case: FreeScout refuses it.
    pub fn made_with_upper_case(&self, key: &AppKey) -> bool {
        let lower = Self::new(self.body.clone(), self.mac.to_ascii_lowercase());
        lower.mac != self.mac && lower.made_with(key)
    }

    /// Verifies and decrypts: the serialised value.
    ///
    /// # Errors
    /// [`OpenError`], as Laravel's `decrypt` with `$unserialize = false`.
    pub fn open(&self, key: &AppKey) -> Result<SecretBytes, OpenError> {
        if !self.made_with(key) {
            return Err(OpenError::Mac);
        }
        self.body.decrypt(key).ok_or(OpenError::Padding)
    }

    /// The encrypted part, for a salvage that the MAC does not vouch for.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Seals a serialised value as Laravel writes it: member order, escaped slashes, padded base64.
    /// The initialisation vector must be fresh random bytes.
    pub fn seal(key: &AppKey, iv: &[u8; IV_LEN], plain: &[u8]) -> String {
        let ciphertext = cbc::Encryptor::<Aes256>::new(key.bytes().into(), iv.into())
            .encrypt_padded_vec::<Pkcs7>(plain);
        let (iv_text, value) = (base64::encode(iv), base64::encode(&ciphertext));
        let body = Body {
            signed: [iv_text.as_bytes(), value.as_bytes()].concat(),
            iv: *iv,
            ciphertext,
        };
        let mac = base16ct::lower::encode_string(&body.mac(key.mac()));
        let json = format!(
            r#"{{"iv":"{}","value":"{}","mac":"{}"}}"#,
            iv_text.replace('/', "\\/"),
            value.replace('/', "\\/"),
            mac,
        );
        base64::encode(json.as_bytes())
    }
}

impl Body {
    /// Decrypts without asking the MAC. `None` when blocks or padding do not fit.
    pub fn decrypt(&self, key: &AppKey) -> Option<SecretBytes> {
        if self.ciphertext.is_empty() {
            return None;
        }
        cbc::Decryptor::<Aes256>::new(key.bytes().into(), (&self.iv).into())
            .decrypt_padded_vec::<Pkcs7>(&self.ciphertext)
            .ok()
            .map(SecretBytes::from)
    }

    fn mac(&self, mut keyed: Hmac<Sha256>) -> [u8; MAC_LEN] {
        keyed.update(&self.signed);
        keyed.finalize().into_bytes().into()
    }
}

/// What a PHP value becomes where PHP wants a string; `None` for null, arrays and objects.
fn php_string(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(true) => Some("1".to_owned()),
        Json::Bool(false) => Some(String::new()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Whether a text was once a payload, however broken it is now: its (lenient) base64 begins with a payload's JSON, its
/// letters were changed in case, it is base64 of a payload, or it is the JSON without base64.
pub fn looks_like_payload(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(text)
        .trim_ascii();
    let head = &text[..text.len().min(24)];
    let json = base64::decode_lenient(head).unwrap_or_default();
    let begins = |json: &[u8]| {
        let Some(members) = json.trim_ascii_start().strip_prefix(b"{") else {
            return false;
        };
        let members = members.trim_ascii_start();
        [&b"\"iv\""[..], b"\"mac\"", b"\"value\"", b"\"tag\""]
            .iter()
            .any(|name| {
                members.starts_with(name)
                    || members.len() > 1 && json.len() < 12 && name.starts_with(members)
            })
    };
    begins(&json)
        || begins(text)
        || head.len() >= 8 && head[..8].eq_ignore_ascii_case(b"eyJpdiI6")
        || head.starts_with(b"ZXlKcGRpSTZ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> AppKey {
        AppKey::parse(b"this is a throw-away example key").unwrap()
    }

    #[test]
    fn seals_what_laravel_seals() {
        // Made by FreeScout's own encrypter with the same key and initialisation vector.
        let iv = [
            0xac, 0x6f, 0x2c, 0xe1, 0xba, 0x93, 0x9c, 0x76, 0x89, 0x46, 0x51, 0x5a, 0xf9, 0x23,
            0x52, 0x0b,
        ];
        assert_eq!(
            Payload::seal(&key(), &iv, b"s:6:\"secret\";"),
            "eyJpdiI6InJHOHM0YnFUbkhhSlJsRmErU05TQ3c9PSIsInZhbHVlIjoiQXlJXC9BUUxLVlN1SldyN2VFb3lJQ1E9PSIsIm1hYyI6IjBjY\
             jljMjE3OGIxYjVlMTMyOGM1OTU2ZWJmOTI3MTNjNTc2OTcyMWFmNGYzMmFiMjI5ODQ1ZTExNzY5MjJmYTIifQ=="
        );
    }

    #[test]
    fn what_is_proven_stays_so_and_proves_no_other_key() {
        let sealed = Payload::seal(&key(), &[7; IV_LEN], b"s:6:\"secret\";");
        let payload = Payload::parse(sealed.as_bytes()).ok().unwrap();
        let other = AppKey::parse(b"another throw-away example key!!").unwrap();
        let twin = format!("base64:{}", base64::encode(key().bytes()));
        let twin = AppKey::parse(twin.as_bytes()).unwrap();
        for _ in 0..2 {
            assert!(!payload.made_with(&other) && !payload.clone().made_with(&other));
            assert!(payload.made_with(&key()) && payload.clone().made_with(&key()));
            assert!(payload.made_with(&twin));
        }
    }

    /// The members of a sealed payload, and a payload made of other ones.
    fn members() -> (String, String, String) {
        let sealed = Payload::seal(&key(), &[0xfb; 16], b"s:6:\"secret\";");
        let json: Json =
            serde_json::from_slice(&base64::decode_strict(sealed.as_bytes()).unwrap()).unwrap();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        (text("iv"), text("value"), text("mac"))
    }

    fn encoded(json: &str) -> Vec<u8> {
        base64::encode(json.as_bytes()).into_bytes()
    }

    #[test]
    fn every_spelling_that_laravel_accepts_is_read() {
        let (iv, value, mac) = members();
        let sealed = encoded(&format!(
            r#"{{"iv":"{iv}","value":"{value}","mac":"{mac}"}}"#
        ));
        let unpadded: Vec<u8> = sealed.iter().copied().filter(|b| *b != b'=').collect();
        let wrapped: Vec<u8> = sealed
            .chunks(40)
            .flat_map(|line| [line, b"\r\n "].concat())
            .collect();
        let spellings = [
            sealed.clone(),
            unpadded,
            wrapped,
            [b"\xef\xbb\xbf", &sealed[..]].concat(),
            [b"\"", &sealed[..], b"\"\n"].concat(),
            encoded(&format!(
                r#"{{"mac":"{mac}","value":"{value}","iv":"{iv}"}}"#
            )),
            encoded(&format!(
                r#"{{"iv":"{iv}","value":"{value}","mac":"{mac}","tag":""}}"#
            )),
            encoded(&format!(
                "{{ \"iv\" : \"{iv}\",\n\"value\":\"{value}\", \"mac\":\"{mac}\" }}"
            )),
            encoded(&format!(
                r#"{{"iv":"x","iv":"{iv}","value":"{value}","mac":"{mac}"}}"#
            )),
            encoded(&format!(
                r#"{{"iv":"{}","value":"{value}","mac":"{mac}"}}"#,
                iv.replace('/', "\\/")
            )),
        ];
        for text in spellings {
            let about = String::from_utf8_lossy(&text).into_owned();
            let payload = Payload::parse(&text).unwrap_or_else(|_| panic!("{about}"));
            assert!(payload.made_with(&key()), "{about}");
            assert_eq!(
                payload.open(&key()).unwrap().expose(),
                b"s:6:\"secret\";",
                "{about}"
            );
        }
    }

    #[test]
    fn every_damage_has_its_name() {
        let (iv, value, mac) = members();
        let with = |iv: &str, mac: &str| {
            encoded(&format!(r#"{{"iv":{iv},"value":"{value}","mac":{mac}}}"#))
        };
        let (good_iv, good_mac) = (format!("\"{iv}\""), format!("\"{mac}\""));
        let parse = |text: &[u8]| Payload::parse(text).err();
        assert!(matches!(
            parse(&with("\"QUJD\"", &good_mac)),
            Some(Malformed::Iv)
        ));
        assert!(matches!(
            parse(&with(&format!("\"*{iv}\""), &good_mac)),
            Some(Malformed::Iv)
        ));
        assert!(matches!(
            parse(&with(&good_iv, "null")),
            Some(Malformed::NoMac(_))
        ));
        assert!(matches!(
            parse(&with(&good_iv, "[]")),
            Some(Malformed::Json)
        ));
        let sealed = with(&good_iv, &good_mac);
        assert!(matches!(parse(&sealed[..100]), Some(Malformed::Truncated)));
        assert!(matches!(
            parse(&[&sealed[..], b"=QUJD"].concat()),
            Some(Malformed::Base64)
        ));
        assert!(matches!(parse(b"a password"), Some(Malformed::NotAPayload)));
        let upper = Payload::parse(&with(&good_iv, &good_mac.to_uppercase()))
            .ok()
            .unwrap();
        assert!(!upper.made_with(&key()) && upper.made_with_upper_case(&key()));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..200), iv in any::<[u8; 16]>()) {
            let sealed = Payload::seal(&key(), &iv, &plain);
            let payload = Payload::parse(sealed.as_bytes()).ok().unwrap();
            let opened = payload.open(&key()).unwrap();
            prop_assert_eq!(opened.expose(), &plain[..]);
            let other = AppKey::parse(b"0123456789abcdefghijklmnopqrstuv").unwrap();
            prop_assert!(payload.open(&other) == Err(OpenError::Mac));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Payload::parse(&bytes);
        }

        #[test]
        fn a_cut_payload_is_never_taken_for_a_password(cut in 10usize..180) {
            let sealed = Payload::seal(&key(), &[7; 16], b"s:6:\"secret\";");
            let cut = &sealed.as_bytes()[..cut.min(sealed.len() - 5)];
            prop_assert!(matches!(Payload::parse(cut), Err(Malformed::Truncated)));
        }
    }
}
