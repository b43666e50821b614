//! Disks that are full, mounts that are read-only, files that may not be changed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use freescout_rescue::domain::config::Driver;

use crate::held::{Held, journal, told};
use crate::mounts::{Filler, Immutable, Mount, as_web_user, give};
use crate::world::{Ended, World, ended};

const FULL: &str = "No space left on device";
const MAKE_ROOM: &str = "Free up space on the file system that holds";

fn world() -> World {
    World::new(Driver::Sqlite, "")
}

fn says(fault: &str, ended: &Ended, code: i32, all: &[&str]) {
    told(fault, Driver::Sqlite, ended);
    assert_eq!(ended.code, Some(code), "{fault}: {}", ended.said);
    for says in all {
        assert!(ended.said.contains(says), "{says:?}: {}", ended.said);
    }
    // Where it was not for people that it was run.
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&ended.out) {
        let full = all.contains(&MAKE_ROOM);
        assert_eq!(json["error"]["code"] == "disk_full", full, "{}", ended.said);
    }
}

/// Nothing was changed, nothing is left to be decided.
fn untouched(world: &World, context: &str) {
    world.require_original(context);
    world.require_settled(context);
}

fn goes_through(world: &World) {
    let ended = world.run("recover", 0);
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    world.require_recovered(&ended.said);
}

fn goes_back(world: &World) {
    let ended = world.run("undo", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    untouched(world, &ended.said);
}

fn made(folder: &Path) -> &Path {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn full_while_the_backup_is_written() {
    let mut world = world();
    // Nothing fits; and only the beginning.
    for kib in [0, 16] {
        let folder = world.state.path().join("backups");
        let mount = Mount::small(made(&folder), kib.max(8));
        let filler = (kib == 0).then(|| Filler::of(&folder));
        let ended = world.run("recover", 0);
        says(
            "disk full, backup",
            &ended,
            1,
            &[
                "The backup could not be made",
                FULL,
                "Nothing was changed",
                MAKE_ROOM,
            ],
        );
        drop(filler);
        assert_eq!(entries(&folder), 0, "half a backup is left");
        untouched(&world, &ended.said);
        drop(mount);
        goes_through(&world);
        world.reset();
    }
}

#[test]
fn full_while_the_database_is_dumped() {
    let world = world();
    let backups = world.state.path().join("backups");
    // Room for what comes before the dump, and for its beginning.
    let _mount = Mount::small(made(&backups), 24);
    let at_the_dump = format!("{}: {FULL}", backups.display());
    let mut command = world.command("backup");
    let ended = run({
        command.arg("--full-dump");
        command
    });
    says(
        "disk full, dump",
        &ended,
        3,
        &[
            "The backup could not be made",
            &at_the_dump,
            "Nothing was changed",
            MAKE_ROOM,
        ],
    );
    assert_eq!(entries(&backups), 0, "half a backup is left");
}

/// The state folder alone is small; backups lie elsewhere.
fn with_small_state(world: &World) -> (Mount, impl Fn(&str) -> Command + use<'_>) {
    let mount = Mount::small(world.state.path(), 512);
    let backups = made(&world.install.folder.path().join("backups")).to_owned();
    let command = move |what: &str| {
        let mut command = world.command(what);
        if what == "recover" || what == "undo" {
            command.arg("--backup-dir").arg(&backups);
        }
        command
    };
    (mount, command)
}

fn run(mut command: Command) -> Ended {
    ended(&command.output().unwrap())
}

#[test]
fn full_while_the_journal_is_begun() {
    let world = world();
    let (_mount, command) = with_small_state(&world);
    let filler = Filler::of(world.state.path());
    let ended = run(command("recover"));
    says(
        "disk full, journal",
        &ended,
        3,
        &[
            "The journal cannot be used",
            "Nothing was changed",
            MAKE_ROOM,
        ],
    );
    drop(filler);
    untouched(&world, &ended.said);
    let ended = run(command("recover"));
    assert_eq!(ended.code, Some(2), "{}", ended.said);
}

#[test]
fn full_while_the_journal_goes_on() {
    let mut world = world();
    // Where it is held, what is said, what stands afterwards.
    for (point, nth, code, all) in [
        (
            "JournalCommitted",
            journal::ANNOUNCED,
            1,
            ["Nothing was changed", MAKE_ROOM],
        ),
        ("RowsCommitted", 1, 1, ["Nothing was changed", MAKE_ROOM]),
        (
            "JournalCommitted",
            journal::FILES,
            1,
            ["Nothing was changed", MAKE_ROOM],
        ),
        (
            "JournalCommitted",
            journal::CACHE,
            2,
            [
                "could not be read again",
                "journal entry could not be closed",
            ],
        ),
    ] {
        {
            let (_mount, command) = with_small_state(&world);
            let mut command_to_hold = command("recover");
            // For people: it is they who read the notes.
            command_to_hold = without_json(&command_to_hold);
            let held = Held::at(command_to_hold, point, nth);
            let filler = Filler::of(world.state.path());
            let ended = held.end();
            drop(filler);
            let fault = format!("disk full, journal at {point} {nth}");
            says(&fault, &ended, code, &["The journal cannot be used"]);
            for says in all {
                assert!(ended.said.contains(says), "{says:?}: {}", ended.said);
            }
            if code == 1 {
                world.require_original(&ended.said);
            } else {
                world.require_recovered(&ended.said);
            }
            // The journal could not be told how it ended, so it asks; either way is right.
            let ended = run(command("resume"));
            assert!(matches!(ended.code, Some(0..=2)), "{}", ended.said);
            world.require_settled(&ended.said);
            let ended = run(command("recover"));
            assert!(matches!(ended.code, Some(1 | 2)), "{}", ended.said);
            world.require_recovered(&ended.said);
        }
        world.reset();
    }
}

fn without_json(command: &Command) -> Command {
    let mut plain = Command::new(command.get_program());
    plain.args(command.get_args().filter(|argument| *argument != "--json"));
    for (name, value) in command.get_envs() {
        plain.env(name, value.unwrap_or_default());
    }
    plain
}

#[test]
fn full_while_env_is_written() {
    let world = world();
    let root = world.install.root();
    let _mount = Mount::small(&root, 256);
    let filler = Filler::of(&root);
    let ended = world.run("recover", 0);
    drop(filler);
    says(
        "disk full, .env",
        &ended,
        1,
        &[
            "A file of the install cannot be replaced",
            FULL,
            "Nothing was changed",
            MAKE_ROOM,
        ],
    );
    untouched(&world, &ended.said);
    goes_through(&world);
    let filler = Filler::of(&root);
    let ended = world.run("undo", 0);
    drop(filler);
    says(
        "disk full, undo",
        &ended,
        1,
        &[FULL, "Nothing was changed", MAKE_ROOM],
    );
    world.require_recovered(&ended.said);
    goes_back(&world);
}

#[test]
fn read_only_mounts() {
    let world = world();
    let root = world.install.root();
    let mount = Mount::read_only(&root);
    let ended = world.run("recover", 0);
    drop(mount);
    says(
        "read-only mount, install",
        &ended,
        1,
        &[
            "cannot be replaced",
            "Nothing was changed",
            "is mounted read-only here",
        ],
    );
    untouched(&world, &ended.said);
    let mount = Mount::read_only(&root.join(".env"));
    let ended = world.run("recover", 0);
    drop(mount);
    says(
        "read-only mount, .env alone",
        &ended,
        1,
        &[
            "cannot be replaced",
            "Nothing was changed",
            "is mounted read-only here",
        ],
    );
    untouched(&world, &ended.said);
    let mount = Mount::read_only(world.state.path());
    let ended = world.run("recover", 0);
    drop(mount);
    says(
        "read-only mount, state folder",
        &ended,
        3,
        &[
            "The journal cannot be used",
            "Nothing was changed",
            "is mounted read-only here",
        ],
    );
    untouched(&world, &ended.said);
    let backups = world.state.path().join("backups");
    let mount = Mount::read_only(made(&backups));
    let ended = world.run("recover", 0);
    drop(mount);
    says(
        "read-only mount, backups",
        &ended,
        1,
        &[
            "The backup could not be made",
            "Nothing was changed",
            "is mounted read-only here",
        ],
    );
    untouched(&world, &ended.said);
    goes_through(&world);
}

/// As the system does when the disk fails.
#[test]
fn read_only_in_the_middle() {
    let world = world();
    let root = world.install.root();
    let mount = Mount::small(&root, 256);
    let held = Held::at(world.command("recover"), "JournalCommitted", journal::ROWS);
    mount.remount("remount,ro");
    let ended = held.end();
    says(
        "read-only in the middle",
        &ended,
        1,
        &[
            "cannot be replaced",
            "Nothing was changed",
            "is read-only. Mount it writable",
        ],
    );
    mount.remount("remount,rw");
    // The new file could not be removed; the next run does that.
    world.require_settled(&ended.said);
    goes_through(&world);
    goes_back(&world);
}

#[test]
fn files_that_may_not_be_changed() {
    let world = world();
    let root = world.install.root();
    for (path, name) in [
        (root.join(".env"), "immutable .env"),
        (root.join("bootstrap/cache/config.php"), "immutable cache"),
    ] {
        let flag = Immutable::new(&path);
        let ended = world.run("recover", 0);
        drop(flag);
        let help = format!("chattr -ia {}", path.display());
        says(
            name,
            &ended,
            1,
            &["forbids any change", "Nothing was changed", &help],
        );
        untouched(&world, &ended.said);
    }
    let flag = Immutable::new(&root);
    let ended = world.run("recover", 0);
    drop(flag);
    says(
        "immutable folder",
        &ended,
        1,
        &["cannot be replaced", "Nothing was changed", "lsattr"],
    );
    untouched(&world, &ended.said);
    goes_through(&world);
    let flag = Immutable::new(&root.join(".env"));
    let ended = world.run("undo", 0);
    drop(flag);
    says(
        "immutable .env, undo",
        &ended,
        1,
        &["forbids any change", "Nothing was changed"],
    );
    world.require_recovered(&ended.said);
    goes_back(&world);
}

/// Set in the middle, it is met after the rows: they are put back.
#[test]
fn files_that_may_not_be_changed_any_more() {
    let mut world = world();
    let root = world.install.root();
    for (path, point) in [
        (".env", journal::ROWS),
        ("bootstrap/cache/config.php", journal::FILES),
    ] {
        let held = Held::at(world.command("recover"), "JournalCommitted", point);
        let flag = Immutable::new(&root.join(path));
        let ended = held.end();
        drop(flag);
        let fault = format!("immutable in the middle, {path}");
        says(&fault, &ended, 1, &["lsattr"]);
        untouched(&world, &ended.said);
        goes_through(&world);
        world.reset();
    }
}

#[test]
fn as_somebody_else_than_root() {
    let mut world = world();
    let folder = world.install.folder.path().to_owned();
    let root = world.install.root();
    let env = root.join(".env");
    let owner =
        |path: &Path, uid: u32| std::os::unix::fs::chown(path, Some(uid), Some(uid)).unwrap();
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    give(&folder);
    give(world.state.path());
    let run = |world: &World, what: &str| run(as_web_user(&world.command(what), &folder));
    // Of another user, whom he cannot give the new file to.
    owner(&env, 0);
    mode(&env, 0o644);
    let ended = run(&world, "recover");
    says(
        ".env of another user",
        &ended,
        1,
        &[
            "owner and group cannot be kept",
            "Nothing was changed",
            "Run as root",
        ],
    );
    assert_eq!(world.install.tables(), world.original.rows);
    owner(&env, crate::world::WEB_USER);
    mode(&env, 0o640);
    // A folder that is not his to write.
    owner(&root, 0);
    let ended = run(&world, "recover");
    says(
        "folder of another user",
        &ended,
        1,
        &["cannot be replaced", "Nothing was changed", "Run as root"],
    );
    owner(&root, crate::world::WEB_USER);
    untouched_for(&world, &ended.said);
    // His own, but for the mode: a new file takes its place, of the same mode.
    mode(&env, 0o400);
    world.original = world.truth();
    let ended = run(&world, "recover");
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    world.require_recovered(&ended.said);
    let ended = run(&world, "undo");
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    world.require_original(&ended.said);
}

fn untouched_for(world: &World, context: &str) {
    world.require_original(context);
}
