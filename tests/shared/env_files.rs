//! `.env` files, against what FreeScout's own reader made of them.

use freescout_rescue::domain::config::dotenv::{Env, EnvError, EnvFile, SetterEffect};
use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::payload::base64;

use crate::shared;

/// A text of the shared corpus: plain, or in base64 where it is not UTF-8.
fn corpus_bytes(value: &serde_json::Value) -> Option<Vec<u8>> {
    match value {
        serde_json::Value::String(text) => Some(text.as_bytes().to_vec()),
        serde_json::Value::Object(members) => {
            base64::decode_strict(members["b64"].as_str()?.as_bytes()).ok()
        }
        _ => None,
    }
}

#[test]
fn the_whole_corpus_reads_as_in_php() {
    let corpus: serde_json::Value = serde_json::from_slice(&shared("dotenv-corpus.json")).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 220);
    for case in cases {
        let id = &case["id"];
        let text = base64::decode_strict(case["text_b64"].as_str().unwrap().as_bytes()).unwrap();
        let process = |name: &[u8]| {
            let set = case["process_environment"].as_object()?;
            corpus_bytes(set.get(std::str::from_utf8(name).ok()?)?)
        };
        let file = EnvFile::read(&text, &process);
        let kind = match case["throws"]["class"].as_str() {
            None => None,
            Some(class) if class.ends_with("InvalidFileException") => Some(EnvError::SpaceInValue),
            Some(_) => Some(EnvError::BadName),
        };
        assert_eq!(file.refused().map(|r| r.kind), kind, "case {id}");
        for var in case["vars"].as_array().unwrap() {
            let name = corpus_bytes(&var["name"]).unwrap();
            let set = file
                .assignments()
                .iter()
                .find(|a| a.name == name && a.standing == SetterEffect::Set);
            assert_eq!(
                set.map(|a| a.value.expose().to_vec()),
                corpus_bytes(&var["dotenv"]),
                "case {id}"
            );
            assert_eq!(
                file.getenv(&name).map(|v| v.expose().to_vec()),
                corpus_bytes(&var["getenv"]),
                "case {id}"
            );
            let env = match &var["env"] {
                serde_json::Value::Null => Env::Null,
                serde_json::Value::Bool(b) => Env::Bool(*b),
                other if other["default"] == true => Env::Missing,
                other => Env::Text(SecretBytes::from(corpus_bytes(other).unwrap())),
            };
            assert_eq!(file.env(&name), env, "case {id}");
        }
        let told = case["vars"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|v| !v["dotenv"].is_null())
            .count();
        assert_eq!(
            file.assignments()
                .iter()
                .filter(|a| a.standing == SetterEffect::Set)
                .count(),
            told,
            "case {id}"
        );
    }
}
