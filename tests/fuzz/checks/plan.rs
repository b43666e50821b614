//! From stored texts to a plan and back: what a plan promises can be carried out, and reads right afterwards.
//!
//! Each line is one stored text: a letter for where it stands, then how it was made, outermost first. `1`, `2` and `3`
//! seal with a key (nobody knows the third), `b` is base64, `u` and `n` change the MAC to upper case or leave it out,
//! `s` serialises, `t` and `r` put it into `meta` as a token, `x` cuts it in half, `=` is the text itself.

use std::collections::{BTreeMap, BTreeSet};

use freescout_rescue::domain::config::rules::{Migrations, Rules, StorageRule};
use freescout_rescue::domain::config::version::Version;
use freescout_rescue::domain::inventory::secret::{Cell, Place, SecretBytes, Table};
use freescout_rescue::domain::inventory::{Inventory, Row, StoredText};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::ring::KeyRing;
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::payload::{Payload, base64, php};
use freescout_rescue::domain::plan::{
    self, Choices, Circumstances, KeyHome, Plan, PlanAction, Strategy, TargetKey,
};
use freescout_rescue::domain::verdict::secret_report::Summary;
use freescout_rescue::domain::verdict::{self, Remedy, assessment};

const KEYS: [&[u8]; 3] = [
    b"this is a throw-away example key",
    b"base64:dGhlIHNlY29uZCB0aHJvdy1hd2F5IHNhbXBsZSBrZXk=",
    b"vutsrqponmlkjihgfedcba9876543210",
];
/// One of each set of rules; the last cannot be told.
const VERSIONS: [&str; 6] = ["1.8.235", "1.8.209", "1.8.208", "1.7.0", "1.0.0", ""];
const DEEPEST: usize = 6;
const MOST_LINES: usize = 10;

fn key(number: usize) -> AppKey {
    AppKey::parse(KEYS[number]).expect("a key of 32 bytes")
}

pub(super) fn check(bytes: &[u8]) {
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').take(MOST_LINES).collect();
    let texts: Vec<(u8, Vec<u8>)> = lines
        .iter()
        .filter_map(|line| line.split_first())
        .map(|(place, made)| (*place, make(made, 0)))
        .collect();
    // Which key is in force, and which version of FreeScout, follows from the bytes: all of them in turn take their time.
    let effective = [Some(0), Some(1), None][bytes.len() % 3];
    let version = VERSIONS[bytes.len() / 3 % VERSIONS.len()];
    let inventory = inventory(&texts, version);
    let ring = ring(effective);
    let reports = assessment::judge_all(&inventory, &ring);
    let circumstances = Circumstances {
        effective: effective.map(|number| key(number).fingerprint()),
        configured: Some(key(0).fingerprint()),
        home: KeyHome::EnvFile,
        mails: Vec::new(),
        published: BTreeSet::new(),
        misspelled: BTreeSet::new(),
        settled: false,
    };
    if let Some(recommended) = plan::recommend(&reports, &circumstances) {
        let made = plan::make(
            recommended.strategy,
            &reports,
            &circumstances,
            &Choices::default(),
        );
        assert!(made.is_ok(), "recommended and impossible: {recommended:?}");
    }
    let choices = Choices {
        salvage: reports
            .iter()
            .filter(|r| r.verdict.remedy() == Remedy::Salvage)
            .map(|r| r.place.clone())
            .collect(),
        entered: BTreeSet::new(),
    };
    for strategy in Strategy::ALL {
        if let Ok(plan) = plan::make(strategy, &reports, &circumstances, &choices) {
            carried_out(&inventory, &ring, &plan, Summary::of(&reports));
        }
    }
}

/// Carries a plan out in memory and reads the result as FreeScout would.
fn carried_out(inventory: &Inventory, ring: &KeyRing, plan: &Plan, before: Summary) {
    let target = match plan.target {
        TargetKey::Known(fingerprint) => {
            AppKey::parse(ring.get(fingerprint).expect("known").text())
        }
        TargetKey::Fresh => AppKey::parse(b"base64:ZnJlc2ggZnJlc2ggZnJlc2ggZnJlc2ggZnJlc2ggYWE="),
    }
    .expect("a key of the ring is a key");
    let mut after = inventory.clone();
    let mut payloads: Vec<(&Place, String)> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.action.writes()) {
        let secret = inventory
            .secret(&step.place)
            .expect("a step is about a secret");
        let salvage = matches!(step.action, PlanAction::Salvage(_));
        let kept_plain = secret.keeping == StorageRule::AsItIs;
        assert!(
            !kept_plain,
            "{step:?} seals what this version keeps as it is"
        );
        let plain = verdict::rescued(secret, ring, salvage)
            .unwrap_or_else(|| panic!("planned and not to be had: {step:?}"));
        payloads.push((
            &step.place,
            Payload::seal(&target, &[7; 16], plain.expose()),
        ));
    }
    let mut by_cell: BTreeMap<&Cell, Vec<(&Place, &[u8])>> = BTreeMap::new();
    for (place, payload) in &payloads {
        by_cell
            .entry(&place.cell)
            .or_default()
            .push((place, payload.as_bytes()));
    }
    for (cell, payloads) in by_cell {
        let text = inventory
            .rewritten(cell, &payloads)
            .unwrap_or_else(|| panic!("{cell:?} cannot be rewritten"));
        after.cells.insert(cell.clone(), Some(text));
    }
    let read_again = reread(&after);
    let mut ring_after = KeyRing::default();
    let fingerprint = target.fingerprint();
    for known in ring.iter() {
        let key = AppKey::parse(known.key.text()).expect("a key of the ring is a key");
        ring_after.add(key, Source::of(SourceKind::Given));
    }
    ring_after.add(target, Source::of(SourceKind::Given));
    ring_after.set_effective(Some(fingerprint));
    let reports = assessment::judge_all(&read_again, &ring_after);
    for step in &plan.steps {
        let report = reports
            .iter()
            .find(|report| report.place == step.place)
            .unwrap_or_else(|| panic!("{:?} is gone", step.place));
        if step.action.readable_after() {
            assert!(
                report.verdict.readable(),
                "{step:?} became {:?}",
                report.verdict
            );
        }
    }
    let after = Summary::of(&reports);
    if plan.strategy != Strategy::Reenter {
        assert!(
            after.unreadable() <= before.unreadable(),
            "{before:?} {after:?}"
        );
    }
}

fn ring(effective: Option<usize>) -> KeyRing {
    let mut ring = KeyRing::default();
    for number in [0, 1] {
        ring.add(key(number), Source::of(SourceKind::Given));
    }
    ring.set_effective(effective.map(|number| key(number).fingerprint()));
    ring
}

/// The text a line describes.
fn make(made: &[u8], depth: usize) -> Vec<u8> {
    let Some((&how, rest)) = made.split_first() else {
        return Vec::new();
    };
    let inner = || make(rest, depth + 1);
    if depth > DEEPEST {
        return rest.to_vec();
    }
    match how {
        b'1'..=b'3' => {
            let key = key(usize::from(how - b'1'));
            Payload::seal(&key, &[0xfb; 16], &inner()).into_bytes()
        }
        b'b' => base64::encode(&inner()).into_bytes(),
        b'u' | b'n' => with_mac(&inner(), how == b'u'),
        b's' => php::serialize_text(&inner()).to_vec(),
        b't' | b'r' => {
            let text = String::from_utf8_lossy(&inner()).into_owned();
            let name = if how == b't' { "a_token" } else { "r_token" };
            serde_json::json!({ "x": [1, "}"], "oauth": { name: text, "provider": "ms" } })
                .to_string()
                .into_bytes()
        }
        b'x' => {
            let mut text = inner();
            text.truncate(text.len() / 2);
            text
        }
        b'=' => rest.to_vec(),
        _ => made.to_vec(),
    }
}

/// A payload with its MAC in upper case, or without one.
fn with_mac(payload: &[u8], upper: bool) -> Vec<u8> {
    let json = base64::decode_lenient(payload).unwrap_or_default();
    let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&json) else {
        return payload.to_vec();
    };
    match json
        .get("mac")
        .and_then(serde_json::Value::as_str)
        .map(str::to_uppercase)
    {
        Some(mac) if upper => json["mac"] = mac.into(),
        _ => {
            if let Some(members) = json.as_object_mut() {
                members.remove("mac");
            }
        }
    }
    base64::encode(json.to_string().as_bytes()).into_bytes()
}

/// Each text as a row of its own, ids in their order.
fn inventory(texts: &[(u8, Vec<u8>)], version: &str) -> Inventory {
    let rules = Rules::of(Version::parse(version), Migrations::default());
    let mut inventory = Inventory::by(rules);
    for (number, (place, text)) in texts.iter().enumerate() {
        let stored = StoredText::Text(SecretBytes::from(&text[..]));
        let name = || StoredText::Text(SecretBytes::from(&b"a name"[..]));
        let id = number as u64 + 1;
        let row = |values| Row { id, values };
        match place {
            b'i' => inventory.add_mailbox(&row(vec![("name", name()), ("in_password", stored)])),
            b'o' => inventory.add_mailbox(&row(vec![("name", name()), ("out_password", stored)])),
            b'm' => inventory.add_mailbox(&row(vec![("name", name()), ("meta", stored)])),
            b'p' => {
                let name = StoredText::Text(SecretBytes::from(&b"mail_password"[..]));
                inventory.add_option(&row(vec![("name", name), ("value", stored)]));
            }
            b'v' => inventory.add_option(&row(vec![("name", name()), ("value", stored)])),
            b'l' => inventory.add_module(&row(vec![("alias", name()), ("license", stored)])),
            b'w' => inventory.add_user(&row(vec![("password", stored)])),
            b'e' => inventory.add_env(&format!("VARIABLE_{id}"), text),
            _ => {}
        }
    }
    inventory
}

/// The inventory read again from its cells, as the database would give them after a plan.
fn reread(inventory: &Inventory) -> Inventory {
    let mut again = Inventory::by(inventory.rules().clone());
    let stored = |table, id, column: &str| {
        let cell = Cell {
            table,
            id,
            column: column.to_owned(),
        };
        let text = inventory.cells.get(&cell).cloned().flatten();
        text.map_or(StoredText::Null, StoredText::Text)
    };
    let mut seen = BTreeSet::new();
    for secret in &inventory.secrets {
        let Cell { table, id, column } = &secret.place.cell;
        if !seen.insert((*table, *id, column.clone())) {
            continue;
        }
        let owner = StoredText::Text(SecretBytes::from(secret.owner.raw().as_bytes()));
        let values = |names: &[&'static str], name: &'static str| {
            let mut values = vec![(name, owner.clone())];
            values.extend(
                names
                    .iter()
                    .map(|column| (*column, stored(*table, *id, column))),
            );
            Row { id: *id, values }
        };
        match table {
            Table::Mailboxes if column == "in_password" => {
                again.add_mailbox(&values(&["in_password", "out_password", "meta"], "name"));
            }
            Table::Mailboxes => {}
            Table::Options => again.add_option(&values(&["value"], "name")),
            Table::Modules => again.add_module(&values(&["license"], "alias")),
            Table::Users => again.add_user(&values(&["password"], "first_name")),
            Table::Env => {
                if let StoredText::Text(text) = stored(*table, *id, column) {
                    again.add_env(column, text.expose());
                }
            }
        }
    }
    again
}
