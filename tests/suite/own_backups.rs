//! Keys that our own backups hold are known by themselves, and count by what they open.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::words::words;
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};

/// A key that nothing was ever sealed with.
const NEW: &str = "base64:QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUI=";

fn json(outcome: &Outcome) -> Json {
    serde_json::from_str(&outcome.out)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err))
}

impl Bench {
    fn env_key(&self) -> AppKey {
        let env = std::fs::read_to_string(self.install().join(".env")).unwrap();
        let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        AppKey::parse(key.unwrap().as_bytes()).unwrap()
    }

    /// A recovery with the keys of the old server, and the key that it replaced.
    fn recovered(&self, options: &[&str]) -> AppKey {
        let replaced = self.env_key();
        let look_in = self.path("demo/old-server");
        let look_in = ["--look-in", look_in.to_str().unwrap()];
        let done = self.act(
            &["recover", "--yes", "--no-test"],
            &[&look_in[..], options].concat(),
        );
        assert_eq!(done.code, 2, "{}{}", done.out, done.err);
        assert_ne!(self.env_key().fingerprint(), replaced.fingerprint());
        replaced
    }

    /// As a worker does that was started before.
    fn save_under(&self, key: &AppKey) {
        let text = Payload::seal(key, &[3; 16], &php::serialize_text(b"behind our back"));
        let update = "UPDATE mailboxes SET in_password = ?1 WHERE id = 1";
        self.database().execute(update, [text]).unwrap();
    }

    fn found(&self) -> Json {
        json(&self.act(&["check", "--json"], &[]))
    }

    /// The key changes, and nothing opens any more.
    fn lose_the_key(&self) {
        let env = self.install().join(".env");
        let text = std::fs::read_to_string(&env).unwrap();
        let line = text.lines().find(|l| l.starts_with("APP_KEY=")).unwrap();
        std::fs::write(&env, text.replace(line, &format!("APP_KEY={NEW}"))).unwrap();
        let cache = self.install().join("bootstrap/cache/config.php");
        std::fs::remove_file(cache).unwrap();
    }

    fn made(&self, options: &[&str]) -> PathBuf {
        let made = json(&self.act(&["backup", "--json"], options));
        PathBuf::from(made["backup"].as_str().unwrap())
    }
}

fn secret<'j>(found: &'j Json, id: u64, column: &str) -> &'j Json {
    let secrets = found["secrets"].as_array().unwrap();
    let is = |s: &&Json| s["table"] == "mailboxes" && s["id"] == id && s["column"] == column;
    secrets.iter().find(is).unwrap()
}

fn key_of<'j>(found: &'j Json, fingerprint: &str) -> Option<&'j Json> {
    let keys = found["keys"].as_array().unwrap();
    keys.iter().find(|key| key["fingerprint"] == fingerprint)
}

fn codes(found: &Json) -> Vec<&str> {
    let findings = found["findings"].as_array().unwrap();
    findings.iter().filter_map(|f| f["code"].as_str()).collect()
}

#[test]
fn what_is_saved_behind_our_back_opens_with_the_key_of_the_backup() {
    let bench = Bench::new();
    let replaced = bench.recovered(&[]);
    let before = bench.found();
    let fingerprint = replaced.fingerprint().to_string();
    let known = key_of(&before, &fingerprint).expect("emails were sent with it");
    assert_eq!(known["opens"], 0, "it decrypts nothing any more");
    bench.save_under(&replaced);
    let found = bench.found();
    let saved = secret(&found, 1, "in_password");
    assert_eq!(
        (&saved["verdict"], &saved["key"]),
        (&"other_key".into(), &fingerprint.as_str().into())
    );
    assert_eq!(
        found["summary"]["unknown_key"],
        before["summary"]["unknown_key"]
    );
    let key = key_of(&found, &fingerprint).unwrap();
    assert_eq!(
        (&key["opens"], &key["effective"]),
        (&1.into(), &false.into())
    );
    let source = &key["sources"][0];
    assert_eq!(source["kind"], "file");
    let created = source["backup"].as_str().unwrap();
    assert!(
        created.starts_with("20") && created.contains('T'),
        "{created}"
    );
    let recommended = &found["recommendation"];
    assert_eq!(
        (
            &recommended["strategy"],
            &recommended["key"],
            &recommended["reseal"]
        ),
        (&"carry".into(), &found["effective_key"], &1.into())
    );
    let told = bench.act(&["check"], &[]);
    let clear = format!(
        "the backup of {}",
        created.replace('T', " ").get(..16).unwrap()
    );
    for says in [clear.as_str(), words().why_key_settled] {
        assert!(told.out.contains(says), "{says:?}: {}", told.out);
    }
    // Nobody names a place.
    let again = bench.act(&["recover", "--yes", "--no-test"], &[]);
    assert!(matches!(again.code, 0 | 2), "{}{}", again.out, again.err);
    let found = bench.found();
    assert_eq!(secret(&found, 1, "in_password")["verdict"], "opens");
    assert_eq!(found["effective_key"], before["effective_key"]);
}

/// The key was replaced because it leaked: one value that a worker seals with it must not bring it back.
#[test]
fn a_key_that_was_replaced_is_not_recommended_again() {
    let bench = Bench::new();
    let replaced = bench.recovered(&["--strategy", "fresh"]);
    let fresh = bench.env_key();
    bench.save_under(&replaced);
    let found = bench.found();
    assert_eq!(
        secret(&found, 1, "in_password")["key"],
        replaced.fingerprint().to_string()
    );
    assert_eq!(found["recommendation"]["strategy"], "carry", "{found}");
    let again = bench.act(&["recover", "--yes", "--no-test"], &[]);
    assert!(matches!(again.code, 0 | 2), "{}{}", again.out, again.err);
    assert_eq!(bench.env_key().fingerprint(), fresh.fingerprint());
    // Said in so many words, it is done.
    bench.save_under(&replaced);
    let told = bench.act(&["recover", "--json"], &["--strategy", "restore"]);
    assert_eq!(json(&told)["key"], replaced.fingerprint().to_string());
}

#[test]
fn every_command_knows_them() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let backup = bench.made(&[]);
    bench.lose_the_key();
    let found = json(&bench.act(&["find-key", "--json"], &[]));
    assert!(key_of(&found, &key).is_some(), "{found}");
    let planned = json(&bench.act(&["recover", "--json"], &[]));
    assert_eq!(
        (&planned["strategy"], &planned["key"]),
        (&"restore".into(), &key.as_str().into())
    );
    let restore = bench.act(&["restore", backup.to_str().unwrap(), "--json"], &[]);
    assert_eq!(json(&restore)["key_after"], key, "{}", restore.out);
    let recovered = bench.act(&["recover", "--yes", "--no-test", "--json"], &[]);
    assert_eq!(json(&recovered)["key"], key);
    let undone = bench.act(&["undo", "--yes"], &[]);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    assert_eq!(bench.env_key().text(), NEW.as_bytes());
    assert!(key_of(&bench.found(), &key).is_some());
}

#[test]
fn a_backup_elsewhere_is_known_by_the_journal() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let (install, state) = (bench.install(), bench.path("state"));
    let elsewhere = bench.path("elsewhere");
    let run = |what: &[&str]| {
        let common = [
            "--state-dir",
            state.to_str().unwrap(),
            install.to_str().unwrap(),
        ];
        bench.run(&[what, &common].concat())
    };
    let made = run(&["backup", "--backup-dir", elsewhere.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    bench.lose_the_key();
    assert!(key_of(&json(&run(&["check", "--json"])), &key).is_some());
    // One that was removed is not missed.
    std::fs::remove_dir_all(&elsewhere).unwrap();
    let found = json(&run(&["check", "--json"]));
    assert_eq!(key_of(&found, &key), None);
    assert!(!codes(&found).contains(&"own_backup_unread"), "{found}");
}

#[test]
fn those_of_other_installs_are_not_taken() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let manifest = bench.made(&[]).join("manifest.json");
    bench.lose_the_key();
    assert!(key_of(&bench.found(), &key).is_some());
    let text = std::fs::read_to_string(&manifest).unwrap();
    let other = text.replace(
        &format!("\"install\": \"{}\"", bench.install().display()),
        "\"install\": \"/srv/other\"",
    );
    assert_ne!(other, text);
    std::fs::write(&manifest, other).unwrap();
    assert_eq!(key_of(&bench.found(), &key), None);
}

#[test]
fn one_with_a_passphrase_is_named_and_one_whose_keys_lie_apart_is_read() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    std::fs::write(bench.path("passphrase"), "correct horse\n").unwrap();
    let passphrase = bench.path("passphrase");
    let encrypt = ["--encrypt", "--work-factor", "4", "--passphrase-file"];
    let sealed = bench.made(&[&encrypt[..], &[passphrase.to_str().unwrap()]].concat());
    bench.lose_the_key();
    let found = bench.found();
    assert_eq!(key_of(&found, &key), None);
    assert!(codes(&found).contains(&"own_backup_unread"), "{found}");
    let told = bench.act(&["check"], &[]).out;
    let named = told
        .lines()
        .find(|line| line.contains(sealed.to_str().unwrap()));
    let named = named.unwrap_or_else(|| panic!("{told}"));
    assert!(
        named.contains("The backup of 20") && named.contains("encrypted"),
        "{named}"
    );
    // With the key kept apart, and its folder there.
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let (keys, away) = (bench.path("keys"), bench.path("away"));
    bench.made(&["--keys-dir", keys.to_str().unwrap()]);
    bench.lose_the_key();
    assert!(key_of(&bench.found(), &key).is_some());
    std::fs::rename(&keys, &away).unwrap();
    let found = bench.found();
    assert_eq!(key_of(&found, &key), None);
    assert!(codes(&found).contains(&"own_backup_unread"), "{found}");
    let moved = bench.act(
        &["check", "--json"],
        &["--keys-dir", away.to_str().unwrap()],
    );
    assert!(key_of(&json(&moved), &key).is_some());
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status();
    assert!(copied.unwrap().success());
}

/// Whoever could write there before us: folders that claim to be backups, files that are none, and many of them.
#[test]
fn a_hostile_folder_of_backups_costs_little_and_proves_nothing() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let backup = bench.made(&[]);
    let parent = backup.parent().unwrap();
    bench.lose_the_key();
    let later = |n: usize| parent.join(format!("freescout-rescue-2099{n:04}-000000"));
    let fake = |n: usize| {
        std::fs::create_dir(later(n)).unwrap();
        std::fs::write(later(n).join(".freescout-rescue-backup"), "").unwrap();
        later(n)
    };
    std::fs::write(fake(0).join("manifest.json"), vec![b'['; 3 << 20]).unwrap();
    std::fs::write(fake(1).join("manifest.json"), "[".repeat(100_000)).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        fake(2).join("manifest.json"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    // Whole, and open to others.
    copy(&backup, &later(3));
    std::fs::set_permissions(later(3), std::fs::Permissions::from_mode(0o777)).unwrap();
    // The file in it is a pipe by now, or endless.
    for (n, name) in [(4, "pipe"), (5, "link")] {
        copy(&backup, &later(n));
        let env = later(n).join("files/env");
        std::fs::remove_file(&env).unwrap();
        match name {
            "pipe" => rustix::fs::mknodat(
                rustix::fs::CWD,
                &env,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR,
                0,
            )
            .unwrap(),
            _ => std::os::unix::fs::symlink("/dev/zero", &env).unwrap(),
        }
    }
    // A name that leads out of it.
    copy(&backup, &later(6));
    let manifest = later(6).join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(
        &manifest,
        text.replace("files/env", "files/../../../../etc/passwd"),
    )
    .unwrap();
    let began = Instant::now();
    let found = bench.found();
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    let known = key_of(&found, &key).unwrap();
    let path = known["sources"][0]["path"].as_str().unwrap();
    assert!(path.starts_with(backup.to_str().unwrap()), "{known}");
    // A key that somebody put there and that opens nothing is not shown.
    let shown = found["keys"].as_array().unwrap();
    assert!(
        shown
            .iter()
            .all(|key| key["opens"].as_u64() > Some(0) || key["effective"] == true),
        "{found}"
    );
}

#[test]
fn of_very_many_the_newest_are_read_and_the_rest_is_counted() {
    let bench = Bench::new();
    let key = bench.env_key().fingerprint().to_string();
    let first = bench.made(&[]);
    bench.lose_the_key();
    let second = bench.made(&[]);
    let parent = first.parent().unwrap();
    for n in 0..101 {
        copy(
            &second,
            &parent.join(format!("freescout-rescue-2099{n:04}-000000")),
        );
    }
    let found = bench.found();
    assert_eq!(key_of(&found, &key), None);
    assert!(codes(&found).contains(&"own_backups_more"), "{found}");
    let told = bench.act(&["check"], &[]).out;
    assert!(told.contains("3 more backups of this install"), "{told}");
}
