//! Two operators on one install, each with a state folder of his own, so that neither sees the other's lock file: the lock
//! in the database keeps them apart, and nothing is left under a key that `.env` does not name.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::io::db::lock;
use mysql::prelude::Queryable;

use crate::held::{Held, MOMENTS, told};
use crate::install::Install;
use crate::server;
use crate::world::{Ended, World, drivers, ended};

/// A command of one of them: its own arguments before those of all, and his state folder.
fn command(world: &World, what: &[&str], state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
    command.args(what);
    if what[0] == "recover" {
        command
            .args(["--no-test", "--look-in"])
            .arg(world.install.look_in());
    }
    command
        .args(["--yes", "--json", "--no-artisan", "--state-dir"])
        .arg(state)
        .arg(world.install.root())
        .env("HOME", world.install.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn end(child: Child) -> Ended {
    ended(&child.wait_with_output().unwrap())
}

fn opens(world: &World, state: &Path) -> u64 {
    let mut check = command(world, &["check"], state);
    // It takes no `--yes`.
    let arguments: Vec<_> = check.get_args().map(ToOwned::to_owned).collect();
    check = Command::new(check.get_program());
    check.args(arguments.iter().filter(|argument| *argument != "--yes"));
    let checked = ended(&check.output().unwrap());
    let json: serde_json::Value =
        serde_json::from_str(&checked.out).unwrap_or_else(|e| panic!("{e}: {}", checked.said));
    json["summary"]["opens"].as_u64().unwrap()
}

/// One begins, the other so much later: each round with another pause in between.
fn beside(driver: Driver, name: &str, first: &[&str], second: &[&str]) -> u32 {
    let mut world = World::new(driver, name);
    let (mut both, mut held_off) = (0, 0);
    for round in 0..8 {
        world.reset();
        let (one, other) = (world.state(), tempfile::tempdir().unwrap());
        if first[0] == "undo" {
            let before = end(command(&world, &["recover"], &one).spawn().unwrap());
            assert_eq!(before.code, Some(2), "{}", before.said);
        }
        let a = command(&world, first, &one).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(30 * round));
        let b = command(&world, second, other.path()).spawn().unwrap();
        let ended = [end(a), end(b)];
        for ended in &ended {
            match ended.code {
                Some(0 | 2) => both += 1,
                Some(3) => {
                    held_off += 1;
                    let says = "Another freescout-rescue is working on this install";
                    assert!(ended.said.contains(says), "{}", ended.said);
                }
                // What it had read was not what stood.
                Some(1) => assert!(ended.said.contains("Nothing was changed"), "{}", ended.said),
                code => panic!("{code:?}: {}", ended.said),
            }
        }
        let context = format!(
            "{driver:?}, {first:?} beside {second:?}, round {round}:\n{}\n{}",
            ended[0].said, ended[1].said
        );
        let opens = opens(&world, other.path());
        let back = world.truth() == world.original;
        assert!(opens == 9 || back, "{opens} open: {context}");
        for state in [one.as_path(), other.path()] {
            let left = end(Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
                .args([
                    "resume",
                    "--no-test",
                    "--json",
                    "--no-artisan",
                    "--state-dir",
                ])
                .arg(state)
                .arg(world.install.root())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap());
            assert!(
                left.out.contains("\"resumed\":false"),
                "{context}: {}",
                left.said
            );
        }
    }
    println!(
        "| {first:?} beside {second:?} | {driver:?} | {both} carried out | {held_off} held off |"
    );
    held_off
}

/// The same on every database.
fn on_all(name: &str, first: &[&str], second: &[&str]) {
    let held_off = drivers().map(|driver| beside(driver, name, first, second));
    assert_ne!(held_off, [0; 3], "they never met");
}

const RESTORE: &[&str] = &["recover", "--strategy", "restore"];
const CARRY: &[&str] = &["recover", "--strategy", "carry"];

#[test]
fn restore_beside_carry() {
    on_all("restore_carry", RESTORE, CARRY);
}

#[test]
fn recover_beside_recover() {
    on_all("recover_twice", &["recover"], &["recover"]);
}

#[test]
fn undo_beside_recover() {
    on_all("undo_recover", &["undo"], CARRY);
}

/// The second is told who is first, as far as the database knows; looking is nobody's business; the lock ends with its
/// holder, however that ends.
#[test]
fn the_second_is_told_who_holds_the_lock() {
    for driver in drivers() {
        let world = World::new(driver, "who_holds");
        let other = tempfile::tempdir().unwrap();
        let first = Held::at(world.command("recover"), "RowsLocked", 1);
        let pid = first.pid().to_string();
        for what in [&["recover"][..], &["undo"]] {
            let second = end(command(&world, what, other.path()).spawn().unwrap());
            if what[0] == "undo" {
                // Nothing was recovered from here.
                assert_eq!(second.code, Some(1), "{}", second.said);
                continue;
            }
            told("two state folders", driver, &second);
            assert_eq!(second.code, Some(3), "{}", second.said);
            for says in [
                "it holds the lock in the install's database",
                &pid,
                "Nothing was changed",
            ] {
                assert!(second.said.contains(says), "{says:?}: {}", second.said);
            }
        }
        first.kill();
        let next = end(command(&world, &["recover"], other.path()).spawn().unwrap());
        assert_eq!(next.code, Some(2), "{}", next.said);
        assert_eq!(opens(&world, other.path()), 9, "{}", next.said);
    }
}

/// One is cut off, and knows nothing of what the other does then: whatever he does about his own run afterwards, nothing is
/// left under a key that `.env` does not name.
#[test]
fn what_was_cut_off_does_not_undo_the_work_of_another() {
    std::thread::scope(|scope| {
        for driver in drivers() {
            scope.spawn(move || cut_off(driver));
        }
    });
}

fn cut_off(driver: Driver) {
    let (mut refused, mut finished) = (0, 0);
    let mut world = World::new(driver, "cut_off");
    for (point, nth) in MOMENTS {
        for second in [RESTORE, CARRY] {
            for way in ["resume", "undo"] {
                world.reset();
                let other = tempfile::tempdir().unwrap();
                Held::at(world.command("recover"), point, nth).kill();
                let theirs = end(command(&world, second, other.path()).spawn().unwrap());
                let context = format!(
                    "{driver:?}, {point} {nth}, {second:?}, {way}: {}",
                    theirs.said
                );
                assert!(matches!(theirs.code, Some(0..=2)), "{context}");
                let before = opens(&world, other.path());
                let mine = world.run(way, 0);
                let context = format!("{context}\n{}", mine.said);
                match mine.code {
                    Some(1) if mine.said.contains("would do harm") => {
                        refused += 1;
                        let back = world.run("undo", 0);
                        assert!(matches!(back.code, Some(0 | 2)), "{context}\n{}", back.said);
                    }
                    Some(0..=2) => finished += 1,
                    code => panic!("{code:?}: {context}"),
                }
                let now = opens(&world, other.path());
                let back = world.truth() == world.original;
                assert!(
                    now >= before || back,
                    "{before} and now {now} open: {context}"
                );
            }
        }
    }
    println!("| cut off, then another | {driver:?} | {finished} finished | {refused} refused |");
    assert!(refused > 0 && finished > 0);
}

/// The same of a backup that was being put back.
#[test]
fn a_restore_that_was_cut_off_does_not_undo_it_either() {
    for driver in drivers() {
        let world = World::new(driver, "restore_cut_off");
        let other = tempfile::tempdir().unwrap();
        let recovered = world.run("recover", 0);
        let json: serde_json::Value = serde_json::from_str(&recovered.out).unwrap();
        let back = world.command_with("restore", &[json["backup"].as_str().unwrap(), "--yes"]);
        Held::at(back, "RowsCommitted", 1).kill();
        let theirs = end(command(&world, CARRY, other.path()).spawn().unwrap());
        assert_eq!(theirs.code, Some(2), "{}", theirs.said);
        assert_eq!(opens(&world, other.path()), 9, "{}", theirs.said);
        let mine = world.run("resume", 0);
        assert_eq!(mine.code, Some(1), "{driver:?}: {}", mine.said);
        assert!(mine.said.contains("would do harm"), "{}", mine.said);
        let back = world.run("undo", 0);
        assert!(matches!(back.code, Some(0 | 2)), "{}", back.said);
        assert_eq!(opens(&world, other.path()), 9, "{}", back.said);
        world.require_settled(&back.said);
    }
}

fn lock_name(world: &World) -> String {
    let settings = &world.install.settings;
    lock::name(&settings.database, &settings.prefix)
}

/// The connection that holds the lock is ended: it is taken again, where nobody else has it by now.
#[test]
fn the_lock_is_lost_on_the_way() {
    for taken_by_another in [false, true] {
        let world = World::new(Driver::MySql, &format!("lock_lost_{taken_by_another}"));
        let name = lock_name(&world);
        let mut root = server::mariadb().mariadb_root().unwrap();
        let held = Held::at(world.command("recover"), "RowsLocked", 1);
        let holder: Option<u64> = root
            .exec_first("SELECT IS_USED_LOCK(?)", (&name,))
            .unwrap()
            .flatten();
        let holder = holder.expect("it is held under the name that the README gives");
        root.query_drop(format!("KILL {holder}")).unwrap();
        let mut tries = 0;
        loop {
            let wanted = if taken_by_another {
                "GET_LOCK(?, 1)"
            } else {
                "IS_FREE_LOCK(?)"
            };
            let got: Option<u8> = root
                .exec_first(format!("SELECT {wanted}"), (&name,))
                .unwrap();
            tries += 1;
            if got == Some(1) {
                break;
            }
            assert!(tries < 100, "the lock stays");
            std::thread::sleep(Duration::from_millis(50));
        }
        let done = held.end();
        told("the lock's connection is ended", Driver::MySql, &done);
        match taken_by_another {
            true => {
                assert_eq!(done.code, Some(1), "{}", done.said);
                assert!(
                    done.said
                        .contains("it holds the lock in the install's database"),
                    "{}",
                    done.said
                );
                world.require_original(&done.said);
            }
            false => {
                assert_eq!(done.code, Some(2), "{}", done.said);
                world.require_recovered(&done.said);
            }
        }
        world.require_settled(&done.said);
    }
}

/// A server that gives no lock: the comparison of rows and files is what is left, and it is said.
#[test]
fn a_server_without_the_lock() {
    let server: &'static server::Server = Box::leak(Box::new(server::own_postgres()));
    let world = World::of(Install::new(server, "no_lock"));
    let revoke = "REVOKE EXECUTE ON FUNCTION pg_try_advisory_xact_lock(bigint) FROM PUBLIC";
    server.admin(&world.install.settings.database, &[revoke]);
    let done = world.run("recover", 0);
    told("no lock", Driver::PgSql, &done);
    assert_eq!(done.code, Some(2), "{}", done.said);
    assert!(
        done.out.contains("The database gave no lock"),
        "{}",
        done.said
    );
    world.require_recovered(&done.said);
    let back = world.run("undo", 0);
    assert_eq!(back.code, Some(0), "{}", back.said);
    world.require_original(&back.said);
}

/// An account of so few connections that the lock would be in the way of the work itself.
#[test]
fn no_room_for_the_lock() {
    let server: &'static server::Server = Box::leak(Box::new(server::own_mariadb()));
    for most in [1, 2, 3] {
        let world = World::of(Install::new(server, &format!("no_room_{most}")));
        let limit = format!(
            "ALTER USER '{}'@'%' WITH MAX_USER_CONNECTIONS {most}",
            server::USER
        );
        server.admin("", &[&limit]);
        let done = world.run("recover", 0);
        server.admin(
            "",
            &[&format!(
                "ALTER USER '{}'@'%' WITH MAX_USER_CONNECTIONS 0",
                server::USER
            )],
        );
        told(&format!("{most} connections"), Driver::MySql, &done);
        assert_eq!(done.code, Some(2), "{}", done.said);
        let unguarded = done.out.contains("The database gave no lock");
        assert_eq!(unguarded, most < 3, "{}", done.said);
        assert_eq!(
            done.out.contains("\"verified\":true"),
            most > 1,
            "{}",
            done.said
        );
        assert_eq!(opens(&world, &world.state()), 9, "{}", done.said);
    }
}

/// Installs that share a server, or a database, do not meet.
#[test]
fn the_lock_is_of_one_install() {
    for driver in [Driver::MySql, Driver::PgSql] {
        let first = World::new(driver, "own_lock_a");
        let second = World::new(driver, "own_lock_b");
        let held = Held::at(first.command("recover"), "RowsLocked", 1);
        let done = second.run("recover", 0);
        assert_eq!(done.code, Some(2), "{}", done.said);
        assert_eq!(held.end().code, Some(2));
    }
}
