//! The key is not lost again: safes made on the demo install, opened with the `age` program, and used; and a key on paper.

mod paper;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::by_hand;
use crate::cli::{Bench, Outcome, search_path};

pub const PASSPHRASE: &str = "correct horse battery ст@ple";

impl Bench {
    /// `safe` on the demo, with quick work.
    pub fn safe(&self, options: &[&str]) -> Outcome {
        let install = self.install();
        let command = ["safe", install.to_str().unwrap()];
        self.run(&[&command[..], options].concat())
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The options for a safe with a passphrase, of this name.
    pub fn locked(&self, name: &str) -> Vec<String> {
        std::fs::write(self.path("word"), format!("{PASSPHRASE}\n")).unwrap();
        let word = self.text("word");
        let options = ["--output", &self.text(name), "--passphrase-file", &word];
        let options = [&options[..], &["--work-factor", "4"]].concat();
        options.into_iter().map(str::to_owned).collect()
    }

    /// A key pair of age: the file with the secret key, and the public key.
    pub fn age_key(&self, name: &str) -> (PathBuf, String) {
        let path = self.path(name);
        let made = Command::new("age-keygen").arg("-o").arg(&path).output();
        let made = made.expect("age is not installed: run tests/check.sh");
        assert!(made.status.success());
        let text = std::fs::read_to_string(&path).unwrap();
        let public = text.lines().find_map(|l| l.strip_prefix("# public key: "));
        (path, public.unwrap().to_owned())
    }

    /// The value of `APP_KEY` in `.env`.
    pub fn key_in_force(&self) -> String {
        let env = std::fs::read_to_string(self.install().join(".env")).unwrap();
        let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        key.unwrap().to_owned()
    }

    /// Has FreeScout's config cache hold this key, and the demo's database.
    pub fn build_cache(&self, key: &str) {
        let database = self.text("demo/freescout/database/database.sqlite");
        let text = format!(
            "<?php return array ( 'app' => array ( 'key' => '{key}', ), 'database' => array ( 'default' => 'sqlite', 'connections' => array ( 'sqlite' => array ( 'driver' => 'sqlite', 'database' => '{database}', ), ), ), );"
        );
        let cache = self.install().join("bootstrap/cache/config.php");
        std::fs::create_dir_all(cache.parent().unwrap()).unwrap();
        std::fs::write(cache, text).unwrap();
    }

    /// The install is rebuilt with another key: `.env` and the cache have no longer the one before.
    pub fn replace_key(&self) {
        let (path, cache) = (
            self.install().join(".env"),
            self.install().join("bootstrap/cache/config.php"),
        );
        let other = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";
        let env = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, env.replace(&self.key_in_force(), other)).unwrap();
        let _ = std::fs::remove_file(cache);
    }
}

pub fn options(of: &[String]) -> Vec<&str> {
    of.iter().map(String::as_str).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    names.collect()
}

#[test]
fn a_safe_brings_the_key_back_when_it_is_lost() {
    let bench = Bench::new();
    let (key, before) = (bench.key_in_force(), bench.check_json());
    let locked = bench.locked("key.age");
    let made = bench.safe(&[&options(&locked)[..], &["--json"]].concat());
    assert_eq!(made.code, 0, "{}{}", made.out, made.err);
    let json: Json = serde_json::from_str(&made.out).unwrap();
    let path = bench.path("key.age");
    assert_eq!(json["safe"]["path"], path.to_str().unwrap());
    assert_eq!(json["safe"]["encrypted_to"], "passphrase");
    assert_eq!(json["safe"]["verified"], true);
    assert_eq!(json["keys"][0]["fingerprint"], before["effective_key"]);
    assert_eq!(json["keys"][0]["effective"], true);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let sealed = std::fs::read_to_string(&path).unwrap();
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    assert!(!sealed.contains(&key));
    // As a person opens it, years later.
    let line = "age -d -o opened key.age";
    let (went_well, said) = by_hand::type_line(bench.folder.path(), line, PASSPHRASE);
    assert!(went_well, "{said}");
    let text = std::fs::read_to_string(bench.path("opened")).unwrap();
    for said in [
        &format!("\nAPP_KEY={key}\n"),
        "https://helpdesk.example",
        bench.install().to_str().unwrap(),
        "age -d FILE | freescout-rescue recover --key-file -",
        before["effective_key"].as_str().unwrap(),
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    bench.replace_key();
    let lost = bench.check_json();
    assert!(lost["summary"]["opens"].as_u64() < before["summary"]["opens"].as_u64());
    let install = bench.text("demo/freescout");
    let arguments = [
        "recover",
        &install,
        "--key-file",
        "-",
        "--yes",
        "--no-test",
        "--json",
    ];
    let recovered = bench.run_with(&arguments, &text);
    assert!(
        recovered.code == 0 || recovered.code == 2,
        "{}{}",
        recovered.out,
        recovered.err
    );
    let after = bench.check_json();
    let readable = |json: &Json| json["summary"]["opens"].as_u64().unwrap();
    assert!(readable(&after) >= readable(&before), "{after}");
}

#[test]
fn a_safe_for_recipients_is_opened_by_each_of_them() {
    let bench = Bench::new();
    let (first, one) = bench.age_key("first");
    let (second, other) = bench.age_key("second");
    std::fs::write(bench.path("team"), format!("# the office\n{other}\n")).unwrap();
    let (output, team) = (bench.text("key.age"), bench.text("team"));
    let to = ["--recipient", &one, "--recipients-file", &team];
    let made = bench.safe(&[&to[..], &["--output", &output, "--json"]].concat());
    assert_eq!(made.code, 0, "{}{}", made.out, made.err);
    let json: Json = serde_json::from_str(&made.out).unwrap();
    assert_eq!(json["safe"]["encrypted_to"], "recipients");
    assert_eq!(json["safe"]["recipients"], 2);
    assert_eq!(json["safe"]["verified"], false);
    for secret in [first, second] {
        let opened = Command::new("age")
            .args(["-d", "-i"])
            .arg(&secret)
            .arg(&output)
            .output();
        let opened = String::from_utf8(opened.unwrap().stdout).unwrap();
        assert!(opened.contains(&format!("\nAPP_KEY={}\n", bench.key_in_force())));
        // What is in it is known already: nothing is refused.
        let checked = bench.run_with(
            &[
                "check",
                bench.install().to_str().unwrap(),
                "--key-file",
                "-",
            ],
            &opened,
        );
        assert_ne!(checked.code, 3, "{}", checked.err);
    }
    let said = bench.safe(&[&to[..], &["--output", &bench.text("again.age")]].concat());
    assert!(
        said.out.contains("encrypted to 2 recipients"),
        "{}",
        said.out
    );
}

#[test]
fn the_line_that_is_told_for_a_recipient_brings_the_key_back() {
    let bench = Bench::new();
    let (secret, one) = bench.age_key("secret");
    let before = bench.check_json();
    let path = bench.text("key.age");
    let made = bench.safe(&["--recipient", &one, "--output", &path]);
    assert_eq!(made.code, 0, "{}", made.err);
    let line = "age -d -i KEYFILE FILE | freescout-rescue recover --key-file -";
    let told = format!("To use it: {line}\n");
    assert!(made.out.ends_with(&told), "{}", made.out);
    let mut open = Command::new("age");
    open.args(["-d", "-i"]).arg(&secret).arg(&path);
    let opened = open.output().unwrap().stdout;
    let text = String::from_utf8(opened).unwrap();
    assert!(text.contains(&format!("\n#   {line}\n")), "{text}");
    bench.replace_key();
    let line = line.replace("KEYFILE", secret.to_str().unwrap());
    let line = line.replace("FILE", &path);
    let (install, state) = (bench.text("demo/freescout"), bench.text("state"));
    let more = format!("{install} --state-dir {state} --yes --no-test --no-artisan");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{line} {more}"));
    let done = shell.env("PATH", search_path()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 2)), "{said}");
    let after = bench.check_json();
    assert_eq!(after["effective_key"], before["effective_key"]);
    let readable = |json: &Json| json["summary"]["opens"].as_u64().unwrap();
    assert!(readable(&after) >= readable(&before), "{after}");
}

#[test]
fn a_safe_for_ssh_keys_is_opened_by_each_of_them() {
    let bench = Bench::new();
    let output = bench.text("key.age");
    let ssh_key = |kind: &str| {
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-N", "", "-t", kind, "-f"]);
        let made = make.arg(bench.path(kind)).output();
        assert!(
            made.expect("ssh-keygen is not installed: run tests/check.sh")
                .status
                .success()
        );
        std::fs::read_to_string(bench.path(&format!("{kind}.pub"))).unwrap()
    };
    let (one, other) = (ssh_key("ed25519"), ssh_key("rsa"));
    std::fs::write(bench.path("authorized_keys"), format!("no-pty {other}")).unwrap();
    let keys = bench.text("authorized_keys");
    let to = ["--recipient", &one, "--recipients-file", &keys];
    let made = bench.safe(&[&to[..], &["--output", &output]].concat());
    assert_eq!(made.code, 0, "{}{}", made.out, made.err);
    assert!(
        made.out.contains("encrypted to 2 recipients"),
        "{}",
        made.out
    );
    for secret in ["ed25519", "rsa"] {
        let mut open = Command::new("age");
        open.args(["-d", "-i"]).arg(bench.path(secret)).arg(&output);
        let opened = String::from_utf8(open.output().unwrap().stdout).unwrap();
        let line = format!("\nAPP_KEY={}\n", bench.key_in_force());
        assert!(opened.contains(&line), "{secret}");
    }
    let none = ssh_key("ecdsa");
    let refused = bench.safe(&["--output", &bench.text("new"), "--recipient", &none]);
    assert_eq!(refused.code, 3);
    for said in ["ecdsa-sha2-nistp256", "ssh-ed25519 and ssh-rsa work"] {
        assert!(refused.err.contains(said), "{}", refused.err);
    }
}

#[test]
fn standard_output_gets_the_safe_and_nothing_else() {
    let bench = Bench::new();
    let (secret, one) = bench.age_key("secret");
    let made = bench.safe(&["--output", "-", "--recipient", &one]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    assert!(made.out.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
    std::fs::write(bench.path("piped"), &made.out).unwrap();
    let mut open = Command::new("age");
    open.args(["-d", "-i"])
        .args([&secret, &bench.path("piped")]);
    assert!(open.output().unwrap().status.success());
    let both = bench.safe(&["--output", "-", "--recipient", &one, "--json"]);
    assert_eq!(both.code, 3);
    let json: Json = serde_json::from_str(&both.out).unwrap();
    assert_eq!(json["error"]["code"], "usage");
}

#[test]
fn what_would_not_keep_the_key_is_refused_and_nothing_is_written() {
    let bench = Bench::new();
    let (_, one) = bench.age_key("secret");
    let public = bench.install().join("public");
    std::fs::create_dir_all(&public).unwrap();
    symlink(&public, bench.path("way")).unwrap();
    std::fs::write(bench.path("there"), "something else").unwrap();
    symlink("nowhere", bench.path("link")).unwrap();
    let mistyped = one.replace("age1", "age1q");
    std::fs::write(
        bench.path("team"),
        format!("{one}\nssh-ed25519 AAAAC3 me\n"),
    )
    .unwrap();
    let (before, listed) = (bench.state(), names(bench.folder.path()).len());
    let to = |name: &str| vec!["--output".to_owned(), bench.text(name)];
    let with = |name: &str, more: &[&str]| {
        let more = more.iter().map(|m| (*m).to_owned());
        to(name).into_iter().chain(more).collect::<Vec<_>>()
    };
    let recipient: &[&str] = &["--recipient", &one];
    let team = bench.text("team");
    for (options, said) in [
        (with("there", recipient), "exists already"),
        (with("link", recipient), "exists already"),
        (
            with("demo/freescout/key.age", recipient),
            "lies in the install",
        ),
        (
            with("demo/freescout/storage/key.age", recipient),
            "lies in the install",
        ),
        (with("way/key.age", recipient), "public folder"),
        (with("none/key.age", recipient), "does not exist"),
        (
            with("new", &["--recipient", &mistyped]),
            &*format!("{}… is none", &mistyped[..16]),
        ),
        (
            with("new", &["--recipients-file", &team]),
            "line 2: ssh-ed25519 AAAA…",
        ),
        (
            with("new", &["--recipients-file", "none"]),
            "cannot be read",
        ),
        (with("new", &[]), "there is no terminal"),
    ] {
        let outcome = bench.safe(&self::options(&options));
        assert_eq!(outcome.code, 3, "{options:?}: {}", outcome.err);
        assert!(outcome.err.contains(said), "{said}: {}", outcome.err);
    }
    assert_eq!(bench.state(), before);
    assert_eq!(names(bench.folder.path()).len(), listed);
    assert_eq!(
        std::fs::read(bench.path("there")).unwrap(),
        b"something else"
    );
}

#[test]
fn without_any_key_there_is_nothing_to_save() {
    let bench = Bench::new();
    let path = bench.install().join(".env");
    let env = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, env.replace(&bench.key_in_force(), "")).unwrap();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let locked = bench.locked("key.age");
    let outcome = bench.safe(&[&options(&locked)[..], &["--json"]].concat());
    assert_eq!(outcome.code, 3, "{}", outcome.out);
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(json["error"]["code"], "nothing_to_do");
    assert!(!bench.path("key.age").exists());
}

#[test]
fn of_a_safe_one_key_of_use_is_enough_and_an_encrypted_one_is_named() {
    let bench = Bench::new();
    let key = bench.key_in_force();
    let useless = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";
    let install = bench.text("demo/freescout");
    let given = |text: &str| {
        let arguments = ["recover", &install, "--key-file", "-", "--no-test"];
        bench.run_with(&arguments, text)
    };
    let safe = |keys: &[&str]| {
        let keys: String = keys.iter().map(|key| format!("APP_KEY={key}\n")).collect();
        format!("# freescout-rescue safe 1\n{keys}")
    };
    let both = given(&safe(&[useless, &key]));
    assert!(!both.err.contains("decrypts none"), "{}", both.err);
    for (text, said) in [
        (safe(&[useless]), "decrypts none of the stored secrets"),
        (safe(&[]), "no key is in it"),
        (safe(&[&key, "base64:short"]), "line 3"),
        (
            "-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned(),
            "decrypt it first",
        ),
    ] {
        let refused = given(&text);
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
    }
}

#[test]
fn history_tells_where_the_key_was_saved() {
    let bench = Bench::new();
    let (_, one) = bench.age_key("secret");
    let path = bench.text("key.age");
    let made = bench.safe(&["--recipient", &one, "--output", &path]);
    assert_eq!(made.code, 0, "{}", made.err);
    let page = bench.safe(&["--paper", "--output", "-"]);
    assert_eq!(page.code, 0, "{}", page.err);
    let key = bench.check_json()["effective_key"].clone();
    let key = key.as_str().unwrap();
    let install = bench.text("demo/freescout");
    for all in [&[&*install][..], &["--all"]] {
        let told = bench.run(&[&["history"], all].concat());
        assert_eq!(told.code, 0, "{}", told.err);
        let mut lines = told.out.lines().filter(|line| line.contains("  Saved "));
        let [last, first] = [lines.next().unwrap(), lines.next().unwrap()];
        assert!(last.ends_with(&format!(
            "Saved on a page, or through standard output: 1 key ({key})"
        )));
        assert!(first.contains(&format!("Saved to {path}: ")) && first.contains(key));
        assert_eq!(lines.next(), None, "a line a safe");
        let json = bench.run(&[&["history", "--json"], all].concat());
        let json: Json = serde_json::from_str(&json.out).unwrap();
        assert_eq!(json["safes"][0]["path"], Json::Null);
        assert_eq!(json["safes"][0]["keys"], serde_json::json!([key]));
        assert_eq!(json["safes"][1]["path"], path.as_str());
        assert_eq!(json["safes"][1]["keys"][0], key);
        assert_eq!(json["safes"][1]["install"], install.as_str());
    }
}
