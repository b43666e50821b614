//! Somebody who saves ten times a second while we work, as FreeScout does where tokens expire: nobody gives up, nothing of
//! his is lost, and what an old worker saves behind our back is found and sealed anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;

use crate::held::told;
use crate::install::{key, sealed};
use crate::world::{Ended, World, drivers, ended};

/// Saves a password of mailbox 2 and one of mailbox 1, under the key that was in force at first, until it is dropped.
struct Saver<'w> {
    world: &'w World,
    over: Arc<AtomicBool>,
    saved: Arc<AtomicU64>,
}

impl Saver<'_> {
    fn save(&self, number: u64) {
        let settings = &self.world.install.settings;
        let mailboxes = sql::table(settings.driver, &settings.prefix, "mailboxes");
        let text = sealed(&key(2), &format!("saved {number}"));
        let literal = sql::literal(settings.driver, "utf8mb4", Some(text.as_bytes()));
        let (row, column) = match number % 2 {
            0 => (2, "in_password"),
            _ => (1, "out_password"),
        };
        let update = format!("UPDATE {mailboxes} SET {column} = {literal} WHERE id = {row}");
        self.world.install.admin(&[&update]);
    }

    fn run(&self) {
        while !self.over.load(Ordering::SeqCst) {
            self.save(self.saved.fetch_add(1, Ordering::SeqCst));
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Does something while somebody saves. Says how often he saved meanwhile.
fn while_saving<T>(world: &World, work: impl FnOnce() -> T) -> (T, u64) {
    let saver = Saver {
        world,
        over: Arc::default(),
        saved: Arc::default(),
    };
    let (over, saved) = (Arc::clone(&saver.over), Arc::clone(&saver.saved));
    std::thread::scope(|scope| {
        let saving = scope.spawn(|| saver.run());
        while saved.load(Ordering::SeqCst) < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let done = work();
        over.store(true, Ordering::SeqCst);
        saving.join().unwrap();
        (done, saved.load(Ordering::SeqCst))
    })
}

/// A command without the folder of old keys.
fn alone(world: &World, what: &[&str]) -> Ended {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
    command.args(what).args(["--json", "--state-dir"]);
    command.arg(world.state()).arg(world.install.root());
    ended(&command.output().unwrap())
}

fn summary(world: &World) -> serde_json::Value {
    let checked = alone(world, &["check"]);
    let json: serde_json::Value =
        serde_json::from_str(&checked.out).unwrap_or_else(|e| panic!("{e}: {}", checked.said));
    json["summary"].clone()
}

fn ends_well(driver: Driver) {
    let mut world = World::new(driver, "saver");
    for strategy in ["restore", "carry", "fresh"] {
        world.reset();
        let recover = || {
            let mut command = world.command("recover");
            ended(&command.args(["--strategy", strategy]).output().unwrap())
        };
        let (done, saved) = while_saving(&world, recover);
        told(&format!("{strategy} beside {saved} saves"), driver, &done);
        let context = format!("{driver:?}, {strategy}: {}", done.said);
        assert_eq!(done.code, Some(2), "{context}");
        world.require_settled(&context);
        // What was saved behind our back opens with a key of our own backups, though nobody names a place.
        let found = summary(&world);
        assert_eq!(found["unknown_key"], 1, "{context}: {found}");
        let readable = found["opens"].as_u64().unwrap() + found["other_key"].as_u64().unwrap();
        assert_eq!(readable, 9, "{context}: {found}");
        let again = alone(&world, &["recover", "--yes", "--no-test", "--no-artisan"]);
        assert_eq!(again.code, Some(2), "{context}: {}", again.said);
        let found = summary(&world);
        assert_eq!(found["opens"], 9, "{context}: {found}: {}", again.said);
        // It is still the key of that recovery.
        let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        let checked = alone(&world, &["check"]);
        let now: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
        assert_eq!(now["effective_key"], json["key"], "{context}");
    }
}

#[test]
fn a_recovery_ends_well_beside_ten_saves_a_second() {
    std::thread::scope(|scope| {
        for driver in drivers() {
            scope.spawn(move || ends_well(driver));
        }
    });
}

#[test]
fn an_undo_and_a_restore_end_well_beside_ten_saves_a_second() {
    for driver in drivers() {
        let mut world = World::new(driver, "saver_back");
        for back in ["undo", "restore"] {
            world.reset();
            let recovered = world.run("recover", 0);
            assert_eq!(recovered.code, Some(2), "{}", recovered.said);
            let json: serde_json::Value = serde_json::from_str(&recovered.out).unwrap();
            let backup = json["backup"].as_str().unwrap();
            let what: &[&str] = match back {
                "undo" => &["undo", "--yes", "--no-artisan"],
                _ => &["restore", backup, "--yes", "--no-artisan"],
            };
            let (done, saved) = while_saving(&world, || alone(&world, what));
            told(&format!("{back} beside {saved} saves"), driver, &done);
            let context = format!("{driver:?}, {back}: {}", done.said);
            // What was saved since is left alone by an undo, or reads otherwise than foretold by now.
            assert!(matches!(done.code, Some(0 | 2)), "{context}");
            world.require_settled(&context);
            let found = summary(&world);
            let readable = found["opens"].as_u64().unwrap() + found["other_key"].as_u64().unwrap();
            assert_eq!(
                (readable, &found["unknown_key"]),
                (9, &1.into()),
                "{context}: {found}"
            );
        }
    }
}
