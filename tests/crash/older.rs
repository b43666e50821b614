//! A recovery of an older version, killed at each of its points: a password that this version keeps as it is typed stands in
//! no journal, so a resumed run either finds it stored, or says that it has to be entered again.

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;

use crate::world::{World, drivers, ended};

const TYPED: &str = "typed; anew ü";

/// The world as 1.7.0 keeps it, with one outgoing password lost.
fn lay_out(world: &World) {
    let settings = &world.install.settings;
    let t = |name: &str| sql::table(settings.driver, &settings.prefix, name);
    let plain = [
        format!(
            "UPDATE {} SET out_password = 'out', meta = NULL",
            t("mailboxes")
        ),
        format!(
            "UPDATE {} SET out_password = '' WHERE id = 2",
            t("mailboxes")
        ),
        format!(
            "UPDATE {} SET value = 'system' WHERE name = 'mail_password'",
            t("options")
        ),
        format!("UPDATE {} SET license = 'licence'", t("modules")),
    ];
    let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
    world.install.admin(&plain);
}

fn recover(world: &World, kill_at: usize) -> crate::world::Ended {
    let passwords = world.install.folder.path().join("passwords");
    std::fs::write(
        &passwords,
        format!(r#"{{"mailbox": 2, "outgoing": "{TYPED}"}}"#),
    )
    .unwrap();
    let given = ["--passwords", passwords.to_str().unwrap()];
    let mut command = world.command_with("recover", &given);
    command.env("FREESCOUT_RESCUE_CRASH_AT", kill_at.to_string());
    let ended = ended(&command.output().unwrap());
    std::fs::remove_file(&passwords).unwrap();
    ended
}

fn killed_at_each_point(driver: Driver, name: &str) {
    let mut world = World::in_memory(driver, name);
    let config = "<?php return ['name' => 'FreeScout', 'version' => '1.7.0'];";
    std::fs::write(world.install.root().join("config/app.php"), config).unwrap();
    world.original = world.truth();
    let (mut stored, mut asked, mut at) = (0, 0, 0);
    loop {
        world.reset();
        lay_out(&world);
        at += 1;
        if !recover(&world, at).killed {
            break;
        }
        let context = format!("{driver:?}: killed at {at}");
        let files = walkdir::WalkDir::new(world.state()).into_iter().flatten();
        for file in files.filter(|e| e.file_type().is_file()) {
            let bytes = std::fs::read(file.path()).unwrap();
            let there = memchr::memmem::find(&bytes, TYPED.as_bytes());
            assert!(there.is_none(), "{context}: {}", file.path().display());
        }
        // In words: what was left is told there.
        let mut resume = std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
        resume
            .args(["resume", "--no-test", "--no-artisan", "--state-dir"])
            .arg(world.state())
            .arg(world.install.root())
            .env("HOME", world.install.folder.path());
        let resumed = ended(&resume.output().unwrap());
        let rows = world.install.tables().concat();
        if rows.contains(TYPED) {
            stored += 1;
        } else if resumed
            .said
            .contains("Enter it again: Support, outgoing password (mailbox 2)")
        {
            assert!(resumed.said.contains("Passwords stored: 0."), "{context}");
            asked += 1;
        }
        world.require_settled(&context);
        // Whatever stood then, typed again it ends well.
        let again = recover(&world, 0);
        assert_eq!(
            again.code,
            Some(2),
            "{context}: one is lost: {}",
            again.said
        );
        let rows = world.install.tables().concat();
        assert!(rows.contains(TYPED), "{context}");
        for kept in ["\"out\"", "\"system\"", "\"licence\""] {
            assert!(rows.contains(kept), "{context}: {kept} was sealed: {rows}");
        }
    }
    assert!(stored > 5 && asked > 5, "{driver:?}: {stored} {asked} {at}");
}

#[test]
fn a_password_that_is_kept_as_typed_is_stored_or_asked_for_again() {
    for driver in drivers() {
        killed_at_each_point(driver, "older");
    }
}
