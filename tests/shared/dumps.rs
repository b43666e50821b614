//! Real dumps of whole helpdesks: every payload that opens is seen in its row, and says what it says in truth.

use freescout_rescue::domain::hunt::old_payloads::{RecognizedBy, Scanner, Wanted};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use serde_json::Value as Json;

use crate::{folder, shared};

#[test]
fn every_payload_of_a_dump_is_seen_in_its_row() {
    let mut checked = 0;
    for incident in std::fs::read_dir(folder().join("incidents")).unwrap() {
        let incident = incident.unwrap().path();
        let Ok(truth) = std::fs::read(incident.join("truth.json")) else {
            continue;
        };
        let truth: Json = serde_json::from_slice(&truth).unwrap();
        let name = incident.file_name().unwrap().to_string_lossy().into_owned();
        let mut wanted = Wanted::default();
        for id in 1..100 {
            wanted.mailbox(id, "", true);
        }
        for field in truth["fields"].as_array().unwrap() {
            field["option"]
                .as_str()
                .into_iter()
                .for_each(|n| wanted.option(n));
            field["alias"]
                .as_str()
                .into_iter()
                .for_each(|a| wanted.module(a));
        }
        let mut seen = Vec::new();
        let mut scanner = Scanner::new(&wanted);
        scanner.feed(&shared(&format!("incidents/{name}/dump.sql")), &mut |s| {
            seen.push(s)
        });
        scanner.end(&mut |s| seen.push(s));
        assert!(seen.iter().all(|s| s.how == RecognizedBy::Row));
        for field in truth["fields"].as_array().unwrap() {
            let Some(key) = truth["keys"][field["opened_by"].as_str().unwrap()]["value"].as_str()
            else {
                continue;
            };
            let table = field["table"].as_str().unwrap();
            if field["quirk"].is_string()
                || !["mailboxes", "options", "modules"]
                    .iter()
                    .any(|t| table.ends_with(t))
            {
                continue;
            }
            let found = seen.iter().find(|s| {
                table.ends_with(s.table.name())
                    && s.id == field["id"].as_u64()
                    && s.column == field["column"].as_str()
                    && s.token.map(|t| t.json_path()) == field["json_path"].as_str()
            });
            let found = found.unwrap_or_else(|| panic!("{name}: {field} was not seen"));
            let payload = Payload::parse(found.payload.expose()).ok().unwrap();
            let plain = payload
                .open(&AppKey::parse(key.as_bytes()).unwrap())
                .unwrap();
            let Some(text) = field["plaintext"].as_str() else {
                continue;
            };
            assert_eq!(
                plain.expose(),
                &php::serialize_text(text.as_bytes())[..],
                "{name}: {field}"
            );
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} payloads were checked");
}
