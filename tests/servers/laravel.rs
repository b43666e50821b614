//! Both ways between us and Laravel's own encrypter, on thousands of random texts and keys.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::php::{self, PhpValue};
use freescout_rescue::domain::payload::{Payload, base64};
use freescout_rescue::io::os::entropy;
use serde_json::{Value as Json, json};

/// Texts in each direction.
const TEXTS: usize = 3000;

fn peer(asks: &[Json]) -> Vec<Json> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/servers/laravel/peer.php"
    );
    let mut child = Command::new("php")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("php: {e}. tests/check.sh installs what these tests need"));
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = asks.iter().map(Json::to_string).collect();
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").unwrap();
        }
    });
    let answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let answers: Vec<Json> = answers
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    answers
}

/// Lengths around the block size, texts of every kind of byte.
fn texts() -> Vec<(AppKey, Vec<u8>)> {
    let random = |n: usize| {
        let [length, kind] = entropy::bytes::<2>();
        let mut text = vec![0; (usize::from(length) + n) % 300];
        entropy::fill(&mut text);
        match kind % 3 {
            0 => text.iter_mut().for_each(|b| *b = b'!' + *b % 94),
            1 => text = String::from_utf8_lossy(&text).into_owned().into_bytes(),
            _ => {}
        }
        (AppKey::generate(&entropy::bytes()), text)
    };
    (0..TEXTS).map(random).collect()
}

#[test]
fn what_laravel_seals_we_open() {
    let texts = texts();
    let ask = |(key, text): &(AppKey, Vec<u8>)| json!({"key": base64::encode(key.bytes()), "seal": base64::encode(text)});
    let answers = peer(&texts.iter().map(ask).collect::<Vec<_>>());
    assert_eq!(answers.len(), TEXTS);
    for ((key, text), answer) in texts.iter().zip(&answers) {
        let sealed = answer["payload"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"));
        let payload =
            Payload::parse(sealed.as_bytes()).unwrap_or_else(|_| panic!("no payload: {sealed}"));
        assert!(payload.made_with(key));
        assert!(!payload.made_with(&AppKey::generate(&[0; 32])));
        let plain = payload.open(key).unwrap();
        assert!(
            matches!(php::unserialize(plain.expose()), Ok(PhpValue::Text(read)) if read == text)
        );
        assert_eq!(plain.expose(), &php::serialize_text(text)[..]);
    }
}

#[test]
fn what_we_seal_laravel_opens() {
    let texts = texts();
    let ask = |(key, text): &(AppKey, Vec<u8>)| {
        let sealed = Payload::seal(key, &entropy::bytes(), &php::serialize_text(text));
        json!({"key": base64::encode(key.bytes()), "open": sealed})
    };
    let answers = peer(&texts.iter().map(ask).collect::<Vec<_>>());
    assert_eq!(answers.len(), TEXTS);
    for ((_, text), answer) in texts.iter().zip(&answers) {
        assert_eq!(
            answer["text"].as_str(),
            Some(base64::encode(text).as_str()),
            "{answer}"
        );
    }
}
