//! What the operator is told of an interrupted run, and what the journal holds of it.

use std::path::Path;
use std::process::Command;

use freescout_rescue::domain::config::Driver;

use crate::install::key;
use crate::world::World;

/// Runs a command to its end, with this exit code: the number of the point at which its rows are committed.
fn committed(mut command: Command, code: i32) -> usize {
    let list = tempfile::NamedTempFile::new().unwrap();
    command.env("FREESCOUT_RESCUE_CRASH_LIST", list.path());
    assert_eq!(command.output().unwrap().status.code(), Some(code));
    let points = std::fs::read_to_string(list.path()).unwrap();
    points.lines().position(|p| p == "RowsCommitted").unwrap() + 1
}

/// A recovery that ended when rows were committed and `.env` still held the other key.
fn cut_off(world: &World) {
    let committed = committed(world.command("recover"), 2);
    assert_eq!(world.run("undo", 0).code, Some(0));
    let killed = world.run("recover", committed);
    assert!(killed.killed, "{}", killed.said);
}

fn history(world: &World) -> Vec<(String, String)> {
    let told = world.run("history", 0);
    assert_eq!(told.code, Some(0), "{}", told.said);
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    let runs = json["runs"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    runs.map(|run| {
        assert_eq!(run["install"], world.install.root().to_str().unwrap());
        for member in ["host", "user", "started", "backup", "version"] {
            assert!(!run[member].as_str().unwrap().is_empty(), "{run}");
        }
        (text(&run["kind"]), text(&run["outcome"]))
    })
    .filter(|(kind, _)| kind != "backup")
    .collect()
}

#[test]
fn nothing_else_is_begun_before_an_interrupted_recovery_is_settled() {
    let world = World::in_memory(Driver::Sqlite, "story");
    cut_off(&world);
    let before = world.truth();
    let refused = world.run("recover", 0);
    assert_eq!(refused.code, Some(3), "{}", refused.said);
    for told in [
        "An unfinished recovery of ",
        "To finish it: freescout-rescue resume ",
        "To undo it: freescout-rescue undo --yes ",
    ] {
        assert!(refused.said.contains(told), "{}", refused.said);
    }
    assert_eq!(world.truth(), before);
    let checked = world.run("check", 0);
    assert!(
        checked.out.contains("\"unfinished_run\""),
        "{}",
        checked.said
    );
    let pair = |kind: &str, outcome: &str| (kind.to_owned(), outcome.to_owned());
    let earlier = [pair("undo", "done"), pair("recovery", "taken_back")];
    assert_eq!(
        history(&world),
        [&[pair("recovery", "unfinished")][..], &earlier].concat()
    );
    // The commands it names are the commands that work.
    let line = refused
        .said
        .lines()
        .find_map(|l| l.trim().strip_prefix("To finish it: freescout-rescue "));
    let resumed = std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(line.unwrap().split(' '))
        .arg("--no-test")
        .output()
        .unwrap();
    assert_eq!(resumed.status.code(), Some(2), "one stays lost");
    world.require_recovered("resumed");
    assert_eq!(
        history(&world),
        [&[pair("recovery", "done")][..], &earlier].concat()
    );
    assert_eq!(world.run("undo", 0).code, Some(0));
    world.require_original("undone");
    assert_eq!(
        history(&world)[..2],
        [pair("undo", "done"), pair("recovery", "taken_back")]
    );
}

#[test]
fn a_backup_put_back_settles_what_was_interrupted() {
    let world = World::in_memory(Driver::Sqlite, "putback");
    cut_off(&world);
    let json: serde_json::Value = serde_json::from_str(&world.run("history", 0).out).unwrap();
    let backup = json["runs"][0]["backup"].as_str().unwrap();
    let mut command = world.command_with("restore", &[backup, "--yes"]);
    let restored = command.output().unwrap();
    assert_eq!(
        restored.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    world.require_original("put back");
    world.require_settled("put back");
}

#[test]
fn what_somebody_changed_since_is_left_alone_and_named() {
    let world = World::in_memory(Driver::Sqlite, "since");
    cut_off(&world);
    let typed = crate::install::sealed(&key(2), "typed in the browser since");
    world.install.admin(&[&format!(
        "UPDATE fs_mailboxes SET in_password = '{typed}' WHERE id = 2"
    )]);
    let resumed = world.command("resume").output().unwrap();
    let said = String::from_utf8_lossy(&resumed.stdout).into_owned();
    assert_eq!(resumed.status.code(), Some(2), "{said}");
    let rows = world.install.tables();
    let row = rows.iter().find(|r| r.starts_with("mailboxes 2 ")).unwrap();
    assert!(row.contains(&typed), "what was typed is kept");
    assert!(
        said.contains("\"verdict\":\"other_key\""),
        "and told: {said}"
    );
}

#[test]
fn the_journal_holds_no_key_and_no_plain_text() {
    let world = World::in_memory(Driver::Sqlite, "silent");
    let typed = "sentinel Pässwörd 密码";
    let file = world.install.folder.path().join("passwords");
    let line = serde_json::json!({"mailbox": 3, "incoming": typed}).to_string();
    std::fs::write(&file, line).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut command = world.command("recover");
    let done = command.arg("--passwords").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert_eq!(world.run("undo", 0).code, Some(0));
    let journal = std::fs::read(world.state().join("journal.sqlite")).unwrap();
    let holds = |text: &[u8]| journal.windows(text.len()).any(|w| w == text);
    assert!(holds(b"in_password"), "it tells of the places");
    for secret in [
        "in-1", "out-1", "in-2", "out-2", "out-3", "system", "licence",
    ] {
        let serialized = format!("s:{}:\"{secret}\"", secret.len());
        assert!(!holds(serialized.as_bytes()), "{secret}");
    }
    for byte in [1, 2, 3] {
        let key = key(byte);
        assert!(!holds(key.text()), "K{byte}");
        assert!(!holds(&key.text()[b"base64:".len()..]), "K{byte}");
    }
    assert!(!holds(typed.as_bytes()));
    let mode = std::os::unix::fs::MetadataExt::mode(
        &std::fs::metadata(world.state().join("journal.sqlite")).unwrap(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_journal_that_cannot_be_read_stops_writing_and_nothing_else() {
    let world = World::in_memory(Driver::Sqlite, "journal");
    std::fs::write(world.state().join("journal.sqlite"), "no database at all").unwrap();
    let checked = world.run("check", 0);
    assert_eq!(checked.code, Some(2), "{}", checked.said);
    assert!(checked.out.contains("\"journal_unreadable\""));
    let refused = world.run("recover", 0);
    assert_eq!(refused.code, Some(3), "{}", refused.said);
    assert!(refused.said.contains("--state-dir"), "{}", refused.said);
    world.require_original("refused");
}

/// This backup, put back over a recovery, as far as to its rows.
fn restore_cut_off(world: &World, backup: &str) {
    let committed = committed(world.command_with("restore", &[backup, "--yes"]), 0);
    let recovered = world.run("recover", 0);
    assert_eq!(recovered.code, Some(2), "{}", recovered.said);
    let mut command = world.command_with("restore", &[backup, "--yes"]);
    command.env("FREESCOUT_RESCUE_CRASH_AT", committed.to_string());
    assert!(command.output().unwrap().status.code().is_none(), "killed");
}

#[test]
fn what_was_saved_after_an_interrupted_restore_is_kept() {
    let world = World::in_memory(Driver::Sqlite, "kept");
    let done = world.run("recover", 0);
    let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    restore_cut_off(&world, json["backup"].as_str().unwrap());
    let typed = crate::install::sealed(&key(2), "typed after the interruption");
    world.install.admin(&[&format!(
        "UPDATE fs_mailboxes SET in_password = '{typed}' WHERE id = 2"
    )]);
    let resumed = world.run("resume", 0);
    assert_eq!(resumed.code, Some(2), "{}", resumed.said);
    let rows = world.install.tables();
    let row = rows.iter().find(|r| r.starts_with("mailboxes 2 ")).unwrap();
    assert!(row.contains(&typed), "what was typed is kept");
    world.require_settled("resumed");
}

#[test]
fn what_a_resumed_recovery_left_alone_is_counted_neither_as_stored_nor_as_re_encrypted() {
    let world = World::in_memory(Driver::Sqlite, "counted");
    let passwords = world.install.folder.path().join("passwords");
    std::fs::write(&passwords, r#"{"mailbox": 3, "incoming": "typed"}"#).unwrap();
    let recover = || world.command_with("recover", &["--passwords", passwords.to_str().unwrap()]);
    let counts = |said: &[u8]| {
        let json: serde_json::Value = serde_json::from_slice(said).unwrap();
        let count = |name: &str| json[name].as_u64().unwrap();
        let notes = json["notes"].to_string();
        ((count("resealed"), count("reentered")), notes)
    };
    let whole = recover().output().unwrap();
    let ((resealed, reentered), _) = counts(&whole.stdout);
    assert_eq!(reentered, 1);
    assert_eq!(world.run("undo", 0).code, Some(0));
    let at = committed(recover(), 0);
    assert_eq!(world.run("undo", 0).code, Some(0));
    let killed = recover()
        .env("FREESCOUT_RESCUE_CRASH_AT", at.to_string())
        .output()
        .unwrap();
    assert!(killed.status.code().is_none(), "killed");
    // Saved by something that runs on the key of the plan already: one that was stored, one that was re-encrypted.
    let since = crate::install::sealed(&key(1), "saved since");
    world.install.admin(&[
        &format!("UPDATE fs_mailboxes SET in_password = '{since}' WHERE id = 3"),
        &format!("UPDATE fs_mailboxes SET out_password = '{since}' WHERE id = 2"),
    ]);
    let resumed = world.command("resume").output().unwrap();
    let (counted, notes) = counts(&resumed.stdout);
    assert_eq!(counted, (resealed - 1, 0), "{notes}");
    for left in [
        "Lost, incoming password (mailbox 3)",
        "Support, outgoing password (mailbox 2)",
    ] {
        assert!(notes.contains(left), "{notes}");
    }
    world.require_settled("resumed");
}

#[test]
fn another_backup_is_not_put_back_over_an_unfinished_recovery() {
    let world = World::in_memory(Driver::Sqlite, "other");
    let made = world.run("backup", 0);
    let json: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let older = json["backup"].as_str().unwrap();
    cut_off(&world);
    let before = world.truth();
    let mut command = world.command_with("restore", &[older, "--yes"]);
    let refused = command.output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("To finish it: "), "{said}");
    assert_eq!(world.truth(), before, "the new key still lies beside .env");
    let resumed = world.run("resume", 0);
    world.require_recovered(&resumed.said);
}

#[test]
fn the_keys_of_an_interrupted_run_are_known() {
    let world = World::in_memory(Driver::Sqlite, "known");
    cut_off(&world);
    let checked = world.run("check", 0);
    let json: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!(
        json["summary"]["unknown_key"], 1,
        "the one that is lost: {json}"
    );
}

#[test]
fn a_run_whose_backup_is_lost_is_given_up_and_another_begins() {
    let world = World::in_memory(Driver::Sqlite, "lost");
    cut_off(&world);
    let before = world.truth();
    let give_up = || {
        let mut command = world.command_with("resume", &["--give-up"]);
        crate::world::ended(&command.output().unwrap())
    };
    let refused = give_up();
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    assert!(refused.said.contains("To finish it: "), "{}", refused.said);
    std::fs::remove_dir_all(world.state().join("backups")).unwrap();
    for what in ["resume", "undo"] {
        let refused = world.run(what, 0);
        assert_eq!(refused.code, Some(1), "{}", refused.said);
        let way = "freescout-rescue resume --give-up --state-dir ";
        assert!(refused.said.contains(way), "{}", refused.said);
    }
    let given_up = give_up();
    assert_eq!(given_up.code, Some(0), "{}", given_up.said);
    assert_eq!(world.truth(), before);
    let told = history(&world);
    assert_eq!(told[0], ("recovery".to_owned(), "given_up".to_owned()));
    world.require_settled("given up");
    // The new key is in the file that was left, and nowhere else.
    let json: serde_json::Value = serde_json::from_str(&given_up.out).unwrap();
    let left = json["left"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    std::fs::remove_dir_all(world.install.look_in()).unwrap();
    std::fs::create_dir(world.install.look_in()).unwrap();
    let recovered = world.run("recover", 0);
    std::fs::remove_file(left[0].as_str().unwrap()).unwrap();
    world.require_recovered(&recovered.said);
}

#[test]
fn an_undo_that_was_interrupted_is_given_up_with_the_recovery_it_takes_back() {
    let world = World::in_memory(Driver::Sqlite, "both");
    cut_off(&world);
    let begun = ("undo".to_owned(), "unfinished".to_owned());
    let mut point = 1;
    while history(&world)[0] != begun {
        let killed = world.run("undo", point);
        assert!(killed.killed, "{}", killed.said);
        point += 1;
    }
    std::fs::remove_dir_all(world.state().join("backups")).unwrap();
    let mut command = world.command_with("resume", &["--give-up"]);
    let given_up = crate::world::ended(&command.output().unwrap());
    assert_eq!(given_up.code, Some(0), "{}", given_up.said);
    let json: serde_json::Value = serde_json::from_str(&given_up.out).unwrap();
    assert_eq!(json["given_up"].as_array().unwrap().len(), 2, "{json}");
    world.require_settled("given up");
    for left in json["left"].as_array().unwrap() {
        assert!(Path::new(left.as_str().unwrap()).exists());
    }
    let recovered = world.run("recover", 0);
    assert_eq!(recovered.code, Some(2), "{}", recovered.said);
}

#[test]
fn a_backup_whose_keys_lie_elsewhere_is_not_lost() {
    let world = World::in_memory(Driver::Sqlite, "keys");
    let [first, second] = ["first", "second"].map(|name| world.state().join(name));
    let command = |what: &str, own: &[&str], keys: &Path| {
        let mut command = world.command_with(what, own);
        command.arg("--keys-dir").arg(keys);
        command
    };
    let with = |what: &str, own: &[&str], keys: &Path| {
        crate::world::ended(&command(what, own, keys).output().unwrap())
    };
    let committed = committed(command("recover", &[], &first), 2);
    assert_eq!(with("undo", &[], &first).code, Some(0));
    let mut recovery = command("recover", &[], &first);
    recovery.env("FREESCOUT_RESCUE_CRASH_AT", committed.to_string());
    assert!(crate::world::ended(&recovery.output().unwrap()).killed);
    std::fs::rename(&first, &second).unwrap();
    let refused = with("resume", &["--give-up"], &second);
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    let told = with("resume", &[], &first);
    for way in ["with --keys-dir", "resume --give-up"] {
        assert!(told.said.contains(way), "{}", told.said);
    }
    let resumed = with("resume", &[], &second);
    world.require_recovered(&resumed.said);
}
