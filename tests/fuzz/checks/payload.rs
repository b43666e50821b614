//! Laravel's payloads: what is sealed opens, what was changed does not open to anything else.
//!
//! The first byte says what is done with the rest: `s` seals it; `c` seals it and then puts foreign bytes somewhere into
//! the sealed text; anything else is read as it is.

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{
    IV_LEN, Malformed, OpenError, Payload, base64, looks_like_payload,
};
use freescout_rescue::words::untrusted;

use super::{take, take_below};

fn key(text: &[u8]) -> AppKey {
    AppKey::parse(text).expect("32 characters are a key")
}

pub(super) fn check(bytes: &[u8]) {
    let ours = key(b"this is a throw-away example key");
    let other = key(b"0123456789abcdefghijklmnopqrstuv");
    match bytes.split_first() {
        Some((b's', rest)) => sealed(&ours, &other, rest),
        Some((b'c', rest)) => changed(&ours, rest),
        _ => any(&ours, &other, bytes),
    }
}

fn any(ours: &AppKey, other: &AppKey, text: &[u8]) {
    let parsed = Payload::parse(text);
    match &parsed {
        Ok(payload) => {
            // Nobody can make a payload without the key: so neither can these bytes.
            assert!(!payload.made_with(ours) || !payload.made_with(other));
            assert!(matches!(payload.open(other), Err(OpenError::Mac)));
        }
        Err(Malformed::NotAPayload) => {
            // What is told to be no payload is taken for a password: it must not look like one.
            assert!(
                !begins_as_written(text),
                "{:?}",
                text.escape_ascii().to_string()
            );
        }
        Err(_) => {}
    }
    let _ = looks_like_payload(text);
    for read in [base64::decode_lenient(text), base64::decode_strict(text)] {
        let Ok(decoded) = read else { continue };
        let encoded = base64::encode(&decoded);
        assert!(base64::is_canonical(encoded.as_bytes()));
        assert_eq!(base64::decode_strict(encoded.as_bytes()), Ok(decoded));
    }
    super::assert_clean(&untrusted::shown(text).to_string());
    super::assert_clean(&untrusted::shown(&String::from_utf8_lossy(text)).to_string());
}

fn begins_as_written(text: &[u8]) -> bool {
    text.starts_with(b"eyJpdiI6")
}

fn sealed(ours: &AppKey, other: &AppKey, mut bytes: &[u8]) {
    let mut iv = [0xfb; IV_LEN];
    let given = take(&mut bytes, IV_LEN);
    iv[..given.len()].copy_from_slice(given);
    let sealed = Payload::seal(ours, &iv, bytes);
    assert!(looks_like_payload(sealed.as_bytes()));
    assert!(base64::is_canonical(sealed.as_bytes()));
    let Ok(payload) = Payload::parse(sealed.as_bytes()) else {
        panic!("what was sealed is no payload: {sealed}")
    };
    let opened = payload.open(ours).expect("what was sealed opens");
    assert_eq!(opened.expose(), bytes);
    assert_eq!(payload.open(other).err(), Some(OpenError::Mac));
}

fn changed(ours: &AppKey, mut bytes: &[u8]) {
    let plain = take(&mut bytes, 24);
    let mut text = Payload::seal(ours, &[0xfb; IV_LEN], plain).into_bytes();
    while !bytes.is_empty() {
        let from = take_below(&mut bytes, text.len() + 1);
        let gone = take_below(&mut bytes, 40).min(text.len() - from);
        let length = take_below(&mut bytes, 40);
        let new = take(&mut bytes, length);
        text.splice(from..from + gone, new.iter().copied());
    }
    if let Ok(opened) = Payload::parse(&text).map(|payload| payload.open(ours)) {
        match opened {
            Ok(opened) => assert_eq!(opened.expose(), plain, "{}", text.escape_ascii()),
            Err(error) => assert_eq!(error, OpenError::Mac, "{}", text.escape_ascii()),
        }
    }
}
