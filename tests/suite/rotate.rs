//! A planned change of key: what is told before, what is in the safe, what reads afterwards, and what is refused.

use serde_json::Value as Json;

use crate::by_hand;
use crate::cli::{Bench, Outcome};
use crate::safes::{PASSPHRASE, options};

/// Another key than any of the demo's.
const OTHER: &str = "base64:YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE=";

impl Bench {
    /// The demo with everything readable.
    pub fn sound() -> Self {
        let bench = Bench::new();
        let (install, look_in) = (bench.text("demo/freescout"), bench.text("demo/old-server"));
        let arguments = ["recover", &install, "--look-in", &look_in, "--yes"];
        let more = ["--no-test", "--no-artisan", "--passwords", "-"];
        let typed = "{\"mailbox\":5,\"outgoing\":\"one\"}\n{\"mailbox\":9,\"outgoing\":\"two\"}\n";
        let done = bench.run_with(&[&arguments[..], &more].concat(), typed);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        bench
    }

    fn rotate(&self, options: &[&str]) -> Outcome {
        let install = self.text("demo/freescout");
        let command = ["rotate", &install, "--no-test", "--no-artisan"];
        self.run(&[&command[..], options].concat())
    }

    /// Carried out, with a safe of this name.
    fn rotated(&self, name: &str, more: &[&str]) -> Outcome {
        let locked = self.locked(name);
        let done = self.rotate(&[&["--yes"], &options(&locked)[..], more].concat());
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        done
    }

    /// The text of a safe, as `age` decrypts it.
    fn opened(&self, name: &str) -> String {
        let line = format!("age -d -o opened {name}");
        let (went_well, said) = by_hand::type_line(self.folder.path(), &line, PASSPHRASE);
        assert!(went_well, "{said}");
        std::fs::read_to_string(self.path("opened")).unwrap()
    }
}

fn json(outcome: &Outcome) -> Json {
    serde_json::from_str(&outcome.out)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err))
}

/// How many secrets read, and of how many.
fn readable(bench: &Bench) -> (u64, u64) {
    let summary = &bench.check_json()["summary"];
    let count = |name: &str| summary[name].as_u64().unwrap();
    (count("opens"), count("total"))
}

#[test]
fn without_yes_what_breaks_is_counted_and_nothing_is_written() {
    let bench = Bench::sound();
    let before = bench.state();
    let told = bench.rotate(&[]);
    assert_eq!(told.code, 0, "{}", told.err);
    for said in [
        "A new random key would replace ",
        "What breaks:",
        " emails",
        "The web cron gets a new URL; everybody has to log in again, in the app too.",
        "encrypted with the new key: ",
        "APP_KEY in .env becomes a new random key",
        "both keys are put into a new safe",
        "give it the new URL",
        "change the passwords of the mailboxes too",
        "age -d FILE | freescout-rescue recover --strategy carry --key-file - ",
    ] {
        assert!(told.out.contains(said), "{said} in {}", told.out);
    }
    let (_, public) = bench.age_key("secret");
    let to = ["--recipient", &public, "--output", &bench.text("to.age")];
    let told = bench.rotate(&to);
    let again = format!(
        "freescout-rescue rotate --yes --output {} --recipient {public} ",
        bench.text("to.age")
    );
    assert!(told.err.contains(&again), "as it was called: {}", told.err);
    let told = told.out;
    let said = format!(
        "age -d -i KEYFILE {} | freescout-rescue recover --strategy carry --key-file - ",
        bench.text("to.age")
    );
    assert!(told.contains(&said), "{told}");
    let told = bench.rotate(&[]);
    let again = "freescout-rescue rotate --yes --output FILE ";
    assert!(told.err.contains(again), "{}", told.err);
    let locked = bench.locked("key.age");
    let planned = bench.rotate(&[&options(&locked)[..], &["--json"]].concat());
    assert_eq!(planned.code, 0, "{}", planned.err);
    let planned = json(&planned);
    let check = bench.check_json();
    assert_eq!(planned["planned"], true);
    assert_eq!(planned["strategy"], "fresh");
    assert_eq!(planned["key"], Json::Null);
    assert_eq!(planned["reseal"], check["summary"]["total"]);
    assert_eq!(planned["readable_after"], planned["readable_now"]);
    assert_eq!(
        planned["damage"]["breaks"][0]["key"],
        check["effective_key"]
    );
    assert!(planned["damage"]["breaks"][0]["mails"].as_u64() > Some(0));
    assert_eq!(planned["damage"]["web_cron_url_changes"], true);
    assert!(planned["mailboxes"].as_u64() > Some(5), "{planned}");
    let env = bench.text("demo/freescout/.env");
    assert_eq!(planned["files"], serde_json::json!([env]));
    assert_eq!(planned["key_in_safe"], false);
    assert!(!bench.path("key.age").exists());
    assert_eq!(bench.state(), before);
}

#[test]
fn everything_reads_with_the_new_key_and_the_safe_has_both() {
    let bench = Bench::sound();
    let (old, before) = (bench.key_in_force(), readable(&bench));
    let database = bench.install().join("database/database.sqlite");
    std::fs::copy(&database, bench.path("dump")).unwrap();
    let done = json(&bench.rotated("key.age", &["--json"]));
    let new = bench.key_in_force();
    assert_ne!(old, new);
    assert_eq!(readable(&bench), before);
    let current = bench.check_json()["effective_key"].clone();
    assert_eq!(
        (&done["strategy"], &done["key"]),
        (&"fresh".into(), &current)
    );
    assert_eq!(done["verified"], true);
    assert_eq!(done["safe"]["path"], bench.text("key.age"));
    assert_eq!(done["safe"]["verified"], true);
    assert_eq!(done["keys"][0]["fingerprint"], current);
    assert_eq!(done["keys"][0]["next"], true);
    assert_eq!(done["keys"][1]["effective"], true);
    assert!(done["afterwards"].as_array().unwrap().len() >= 3, "{done}");
    let text = bench.opened("key.age");
    for said in [
        &format!("\nAPP_KEY={old}\n"),
        &format!("\nAPP_KEY={new}\n"),
        "the new key, in force once the key was changed",
        "in force until the key was changed",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    // Both are told to be safe: the next rotation needs to name no safe.
    let planned = json(&bench.rotate(&["--json"]));
    assert_eq!(planned["key_in_safe"], true);
    // A dump from before is put back, and there is nothing of ours but the safe.
    std::fs::copy(bench.path("dump"), &database).unwrap();
    let (install, elsewhere) = (bench.text("demo/freescout"), bench.text("elsewhere"));
    let place = [install.as_str(), "--state-dir", &elsewhere, "--no-artisan"];
    let closed = bench.run(&[&["check"], &place[..], &["--json"]].concat());
    // The value in `.env` is in no dump.
    assert_eq!(json(&closed)["summary"]["opens"], 1, "{}", closed.out);
    let recover = ["recover", "--strategy", "carry", "--key-file", "-"];
    let recover = [&recover[..], &["--yes", "--no-test"], &place[..]].concat();
    let recovered = bench.run_with(&recover, &text);
    assert_eq!(recovered.code, 0, "{}{}", recovered.out, recovered.err);
    assert_eq!(readable(&bench), before);
    assert_eq!(bench.key_in_force(), new);
}

#[test]
fn undo_puts_the_old_key_back_and_the_safe_stays() {
    let bench = Bench::sound();
    let (old, before) = (bench.key_in_force(), readable(&bench));
    let done = bench.rotated("key.age", &[]);
    for said in [
        "Done (fresh).",
        "To undo it: freescout-rescue undo --yes ",
        "Saved and verified: ",
        "What is left to you:",
    ] {
        assert!(done.out.contains(said), "{said} in {}", done.out);
    }
    assert_ne!(bench.key_in_force(), old);
    let undo = [
        "undo",
        "--yes",
        "--no-artisan",
        &bench.text("demo/freescout"),
    ];
    let undone = bench.run(&undo);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    assert_eq!((bench.key_in_force(), readable(&bench)), (old, before));
    assert!(bench.path("key.age").exists());
}

#[test]
fn a_safe_that_was_made_before_is_enough_for_one_change() {
    let bench = Bench::sound();
    let old = bench.key_in_force();
    let refused = bench.rotate(&["--yes"]);
    assert_eq!(refused.code, 3, "{}", refused.out);
    assert!(refused.err.contains("is in no safe"), "{}", refused.err);
    assert_eq!(bench.key_in_force(), old);
    let locked = bench.locked("key.age");
    let made = bench.safe(&options(&locked));
    assert_eq!(made.code, 0, "{}", made.err);
    let done = bench.rotate(&["--yes"]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let missing = "The new key is in no safe yet: freescout-rescue safe --output FILE ";
    assert!(done.out.contains(missing), "{}", done.out);
    let new = bench.key_in_force();
    assert_ne!(new, old);
    let refused = bench.rotate(&["--yes", "--json"]);
    assert_eq!(refused.code, 3, "{}", refused.out);
    assert_eq!(json(&refused)["error"]["code"], "refused");
    assert_eq!(bench.key_in_force(), new);
}

#[test]
fn what_has_to_be_set_right_first_is_refused_and_nothing_is_written() {
    let refused = |bench: &Bench, code: i32, name: &str, said: &str| {
        let before = bench.state();
        let locked = bench.locked(name);
        let outcome = bench.rotate(&[&["--yes"], &options(&locked)[..]].concat());
        assert_eq!(outcome.code, code, "{}{}", outcome.out, outcome.err);
        assert!(outcome.err.contains(said), "{said} in {}", outcome.err);
        assert_eq!(bench.state(), before);
    };
    let broken = Bench::new();
    let unreadable = "secrets cannot be read with the key in force";
    refused(&broken, 1, "key.age", unreadable);
    assert!(!broken.path("key.age").exists());
    let bench = Bench::sound();
    std::fs::write(bench.path("there"), "something else").unwrap();
    refused(&bench, 3, "there", "exists already");
    refused(&bench, 3, "demo/freescout/key.age", "lies in the install");
    // Another key counts there: a new one in `.env` would not.
    let htaccess = bench.install().join("public/.htaccess");
    std::fs::create_dir_all(htaccess.parent().unwrap()).unwrap();
    std::fs::write(&htaccess, format!("SetEnv APP_KEY {OTHER}\n")).unwrap();
    refused(&bench, 1, "key.age", "Something has to be set right");
    std::fs::remove_file(&htaccess).unwrap();
    // What cannot be carried out leaves no safe behind either.
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}APP_NAME=two words\n")).unwrap();
    refused(&bench, 1, "key.age", "Something has to be set right");
    assert!(!bench.path("key.age").exists());
}
