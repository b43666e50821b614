//! Payloads and key spellings, against what FreeScout's own encrypter said of them.

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::base64::decode_lenient;
use freescout_rescue::domain::payload::php::{self, PhpValue};
use freescout_rescue::domain::payload::{Malformed, OpenError, Payload};
use serde_json::Value as Json;

use crate::shared;

fn bytes(json: &Json) -> Option<Vec<u8>> {
    json.as_str()
        .map(|text| decode_lenient(text.as_bytes()).unwrap())
}

fn vectors() -> Json {
    serde_json::from_slice(&shared("payload-vectors.json")).unwrap()
}

#[test]
fn every_vector_reads_as_freescout_reads_it() {
    let all = vectors();
    let all = all["vectors"].as_array().unwrap();
    assert_eq!(all.len(), 92);
    for vector in all {
        let about = &vector["about"];
        let key = AppKey::parse(vector["opened_with"].as_str().unwrap().as_bytes()).unwrap();
        let text = bytes(&vector["payload_b64"]).unwrap();
        let expected = &vector["result"]["decrypt_without_unserialize"];
        let opened = Payload::parse(&text).map(|p| p.open(&key));
        match &opened {
            Ok(Ok(plain)) => assert_eq!(
                Some(plain.expose().to_vec()),
                bytes(&expected["b64"]),
                "{about}"
            ),
            Ok(Err(OpenError::Mac)) => {
                assert_eq!(expected["message"], "The MAC is invalid.", "{about}")
            }
            Ok(Err(OpenError::Padding)) => assert_eq!(
                expected["message"], "Could not decrypt the data.",
                "{about}"
            ),
            Err(_) => {
                let invalid = expected["message"] == "The payload is invalid."
                    || expected["exception"] == "TypeError";
                assert!(invalid, "{about}: refused, but FreeScout says {expected}");
            }
        }
        if let Ok(Ok(plain)) = opened {
            // The plain helper unserialises: where it raised, we must call the value not serialised.
            let decrypt = &vector["result"]["decrypt"];
            let ours = php::unserialize(plain.expose());
            assert_eq!(
                ours.is_ok() || plain.is_empty(),
                decrypt["ok"] == true,
                "{about}"
            );
            if let Ok(PhpValue::Text(text)) = ours {
                assert_eq!(Some(text.to_vec()), bytes(&decrypt["b64"]), "{about}");
            }
            let mailbox = &vector["result"]["mailbox_reads"];
            match php::unserialize(plain.expose()) {
                Ok(PhpValue::Text(text)) => {
                    assert_eq!(Some(text.to_vec()), bytes(&mailbox["b64"]), "{about}")
                }
                Ok(PhpValue::Null | PhpValue::Bool(false)) | Err(_) => assert!(
                    mailbox["b64"] == "" || mailbox["type"] == "NULL" || mailbox["json"] == false,
                    "{about}"
                ),
                Ok(_) => assert!(mailbox.get("b64").is_none(), "{about}"),
            }
        }
    }
}

#[test]
fn every_damage_of_the_vectors_has_its_name() {
    let all = vectors();
    let named = |id: u64| {
        let vector = all["vectors"]
            .as_array()
            .unwrap()
            .iter()
            .find(|v| v["id"] == id)
            .unwrap();
        match Payload::parse(&bytes(&vector["payload_b64"]).unwrap()) {
            Ok(_) => "well-formed",
            Err(Malformed::NotAPayload) => "not a payload",
            Err(Malformed::Base64) => "base64",
            Err(Malformed::Truncated) => "truncated",
            Err(Malformed::Json) => "json",
            Err(Malformed::Iv) => "iv",
            Err(Malformed::NoMac(_)) => "no mac",
        }
    };
    for id in [54, 55, 57, 59, 65, 66, 67] {
        assert_eq!(named(id), "well-formed", "{id}");
    }
    assert_eq!([56, 58].map(named), ["no mac"; 2]);
    assert_eq!([60, 64].map(named), ["json"; 2]);
    assert_eq!([61, 62].map(named), ["iv"; 2]);
    assert_eq!(named(63), "json");
    assert_eq!([73, 74, 75, 76].map(named), ["truncated"; 4]);
    assert_eq!(
        [78, 79, 80, 81, 82, 83, 84].map(named),
        ["not a payload"; 7]
    );
    assert_eq!([85, 86, 87].map(named), ["base64", "json", "base64"]);
    assert_eq!([89, 90].map(named), ["base64", "json"]);
}

#[test]
fn every_key_spelling_is_judged_as_laravel_judges_it() {
    let all = vectors();
    let all = all["key_parsing"].as_array().unwrap();
    assert_eq!(all.len(), 16);
    for case in all {
        let key = AppKey::parse(case["app_key"].as_str().unwrap().as_bytes());
        assert_eq!(key.is_ok(), case["accepted"] == true, "{}", case["about"]);
        if let Ok(key) = key {
            let hex = base16ct::lower::encode_string(key.bytes());
            assert_eq!(case["key_bytes_hex"], hex, "{}", case["about"]);
        }
    }
}
