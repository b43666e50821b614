//! What killing a program cannot show: when the machine stops, what was written and not synced is gone, or half of it is.
//!
//! A whole run is recorded as strace(1) sees it. From that record the disk is built as a power loss may leave it after each
//! single call (`disk` says how), and on every such disk the next run has to come right: nothing lost, every key where it
//! can be found. That the test sees a sync that is missing is itself tested, by leaving syncs out of the record.

mod disk;
mod log;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::Payload;
use freescout_rescue::io::state::backup;
use freescout_rescue::io::state::journal::Journal;

use crate::install::key;
use crate::world::{Truth, World, ended};
use disk::{Disk, Tree};
use log::Done;

/// Mixes of chance after each call.
const MIXES: usize = 1;

/// What has to hold after the next run, on a disk that a power loss left: `true` when the run before had ended, and said so.
type Right<'a> = dyn Fn(&World, bool) + 'a;

/// Syncs of one kind: their name, and the files and folders that are synced.
type Class<'a> = (&'static str, &'a dyn Fn(&Path) -> bool);

/// What is tried, and how it is judged.
struct Story<'a> {
    name: &'static str,
    world: &'a World,
    folders: Vec<PathBuf>,
    before: Tree,
    done: Vec<Done>,
    /// Whether the machine stops only when all is done.
    end_alone: bool,
}

/// What came of it.
#[derive(Default)]
struct Told {
    calls: usize,
    points: usize,
    syncs: usize,
    states: usize,
    tried: usize,
    right: usize,
    lost: Vec<String>,
}

/// In memory: the disk is only made up, and thousands of them are laid out.
fn world() -> World {
    let mut world = World::in_memory(Driver::Sqlite, "");
    // Folders that are made on the way must last as well.
    world.below = "deep/down";
    world
}

impl<'a> Story<'a> {
    /// Runs a command to its end, and keeps what it did.
    fn of(name: &'static str, world: &'a World, command: &Command, code: i32) -> Self {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap();
        let folders = vec![real(world.install.folder.path()), real(world.state.path())];
        let before = disk::tree(&folders);
        let points = tempfile::NamedTempFile::new().unwrap();
        let (output, done) = log::record(command, &folders, points.path());
        let ended = ended(&output);
        assert_eq!(ended.code, Some(code), "{name}: {}", ended.said);
        let story = Self {
            name,
            world,
            folders,
            before,
            done,
            end_alone: false,
        };
        story.require_understood();
        story
    }

    /// Nothing lost, the disk is what the real one is.
    fn require_understood(&self) {
        let plain = |tree: Tree| -> Vec<(PathBuf, Option<Vec<u8>>)> {
            tree.into_iter()
                .map(|(path, node)| (path, node.bytes))
                .collect()
        };
        let real = plain(disk::tree(&self.folders));
        let mut disk = self.disk();
        self.done.iter().for_each(|done| disk.take(done));
        assert!(
            plain(disk.as_seen()) == real,
            "{}: the record is not what was done",
            self.name
        );
    }

    /// The disk as it was before the run.
    fn disk(&self) -> Disk {
        Disk::of(self.before.clone())
    }

    /// Stops the machine after each call, and lets every one of these runs come right. With `patience`, stops at so many
    /// that do not.
    fn tell(&self, rights: &[&Right<'_>], mixes: usize, patience: usize) -> Told {
        let mut told = Told {
            syncs: self.count(|done| matches!(done, Done::Synced(_))),
            points: self.count(|done| matches!(done, Done::Point(_))),
            ..Told::default()
        };
        told.calls = self.done.len() - told.points;
        let (mut disk, mut tried) = (self.disk(), BTreeSet::new());
        let mut chance = chance();
        let mut point = "the begin";
        for (number, done) in self.done.iter().enumerate() {
            disk.take(done);
            let end = number + 1 == self.done.len();
            if let Done::Point(name) = done {
                point = name;
            }
            if self.end_alone && !end {
                continue;
            }
            // Most waits just before something is synced.
            let next = self.done.get(number + 1);
            let full = next.is_none_or(|next| matches!(next, Done::Synced(_)));
            for state in disk.states(full, mixes, &mut chance) {
                // What it was promised to be at the end is more than what it must be on the way.
                if !tried.insert((disk::digest(&state), end)) {
                    continue;
                }
                // On the way the ways out take turns: a start of the program for each of them and of thousands of disks is
                // most of what this takes.
                let turn = told.states % rights.len();
                told.states += 1;
                for (way, right) in rights.iter().enumerate() {
                    if !end && way != turn {
                        continue;
                    }
                    told.tried += 1;
                    disk::lay_out(&self.folders, &state);
                    let held = catch_unwind(AssertUnwindSafe(|| {
                        require_keys(self.world);
                        right(self.world, end);
                    }));
                    match held {
                        Ok(()) => told.right += 1,
                        Err(why) => told.lost.push(format!(
                            "{}: call {} ({}), after {point}: {}",
                            self.name,
                            number + 1,
                            done.short(),
                            said(why.as_ref())
                        )),
                    }
                    if told.lost.len() >= patience {
                        return told;
                    }
                }
            }
        }
        told
    }

    fn count(&self, is: impl Fn(&Done) -> bool) -> usize {
        self.done.iter().filter(|done| is(done)).count()
    }

    /// All of it: prints its line of the table.
    fn require_nothing_lost(&self, rights: &[&Right<'_>]) {
        let told = self.tell(rights, MIXES, 3);
        println!(
            "{:<28} {:>4} calls {:>4} syncs {:>3} crash points {:>5} states {:>5} came right {:>2} lost",
            self.name,
            told.calls,
            told.syncs,
            told.points,
            told.states,
            told.right,
            told.lost.len()
        );
        assert!(told.lost.is_empty(), "{}", told.lost.join("\n\n"));
        assert!(told.states > told.points, "too few states were tried");
        assert!(told.tried > told.states || rights.len() == 1);
        assert_eq!(told.right, told.tried);
    }
}

fn said(why: &(dyn std::any::Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned();
    text.or_else(|| why.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_default()
}

/// Numbers that look like chance and are the same every time (xorshift64*).
fn chance() -> impl FnMut() -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }
}

/// The keys that stand in this text.
fn keys_in(bytes: &[u8]) -> impl Iterator<Item = AppKey> {
    memchr::memmem::find_iter(bytes, b"base64:")
        .filter_map(|at| AppKey::parse(bytes.get(at..at + 51)?).ok())
}

/// The ten secrets, as they are stored in this database.
fn stored(database: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(database).unwrap();
    let mut texts: Vec<String> = Vec::new();
    for select in [
        "SELECT in_password FROM fs_mailboxes",
        "SELECT out_password FROM fs_mailboxes",
        "SELECT json_extract(meta, '$.oauth.a_token') FROM fs_mailboxes WHERE meta IS NOT NULL",
        "SELECT json_extract(meta, '$.oauth.r_token') FROM fs_mailboxes WHERE meta IS NOT NULL",
        "SELECT value FROM fs_options WHERE name = 'mail_password'",
        "SELECT license FROM fs_modules",
    ] {
        let mut statement = database.prepare(select).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        texts.extend(rows.map(Result::unwrap));
    }
    assert_eq!(texts.len(), 10);
    texts
}

/// How many of these open with one of the keys.
fn opening(texts: &[String], keys: &[AppKey]) -> usize {
    let opens = |text: &&String| {
        let payload = Payload::parse(text.as_bytes());
        payload.is_ok_and(|payload| keys.iter().any(|key| payload.open(key).is_ok()))
    };
    texts.iter().filter(opens).count()
}

/// Before anything is repaired: the old key and the one in force stand on the disk, and whatever opened at first opens with
/// a key that stands there.
fn require_keys(world: &World) {
    let folders = [world.install.folder.path(), world.state.path()];
    let mut found: Vec<AppKey> = Vec::new();
    for entry in folders.iter().flat_map(walkdir::WalkDir::new).flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_file() && !name.contains(".sqlite") {
            found.extend(keys_in(&std::fs::read(entry.path()).unwrap()));
        }
    }
    for needed in [1, 2].map(key) {
        let there = found.iter().any(|key| key.text() == needed.text());
        assert!(there, "a key is on the disk no more");
    }
    // What SQLite has to put right first, it puts right in a copy.
    let copy = tempfile::tempdir().unwrap();
    let data = world.install.folder.path().join("data");
    for entry in std::fs::read_dir(data).unwrap().flatten() {
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let texts = stored(&copy.path().join("database.sqlite"));
    let opening = opening(&texts, &found);
    assert_eq!(opening, 9, "a row opens with no key on the disk");
}

/// What was recoverable opens with the one key in force. Where a run had ended, the program says so; on the way it is looked
/// up in its place, as a start for each of thousands of disks takes as long as all the rest.
fn require_readable(world: &World, told: bool, context: &str) {
    if told {
        let checked = world.run("check", 0);
        let json: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
        assert_eq!(json["summary"]["opens"], 9, "{context}: {json}");
        assert_eq!(json["summary"]["unknown_key"], 1, "{context}: {json}");
    }
    let root = world.install.root();
    let cache = std::fs::read(root.join("bootstrap/cache/config.php"));
    let settings = cache.unwrap_or_else(|_| std::fs::read(root.join(".env")).unwrap());
    let in_force: Vec<AppKey> = keys_in(&settings).collect();
    assert_eq!(in_force.len(), 1, "{context}");
    let texts = stored(&world.install.folder.path().join("data/database.sqlite"));
    assert_eq!(opening(&texts, &in_force), 9, "{context}");
}

/// The recovery stands, whole.
fn require_recovered(world: &World, told: bool, context: &str) {
    require_readable(world, told, context);
    world.require_recovered_alone(context);
}

/// Nothing is left to be decided: the program says so where a run had ended, on the way its journal does.
fn require_settled(world: &World, told: bool, context: &str) {
    if told {
        return world.require_settled(context);
    }
    let journal = Journal::existing(&world.state()).unwrap();
    let unfinished = journal.and_then(|journal| journal.unfinished(&world.install.root()).unwrap());
    assert_eq!(unfinished, None, "{context}");
}

/// After a recovery: it can be finished.
fn finished(world: &World, told: bool) {
    let resumed = world.run("resume", 0);
    match resumed.code {
        Some(2) => require_recovered(world, told, &resumed.said),
        Some(0 | 1) if !told && world.truth() == world.original => {}
        Some(0 | 1) => require_recovered(world, told, &resumed.said),
        code => panic!("{code:?} {}", resumed.said),
    }
    require_settled(world, told, "resumed");
}

/// After anything: it can be taken back.
fn taken_back(world: &World, told: bool) {
    let undone = world.run("undo", 0);
    let right = matches!((undone.code, told), (Some(0), _) | (Some(1), false));
    assert!(right, "{:?} {}", undone.code, undone.said);
    world.require_original(&undone.said);
    require_settled(world, told, "taken back");
}

#[test]
fn a_recovery() {
    let world = world();
    let story = Story::of(
        "recover, then resume, undo",
        &world,
        &world.command("recover"),
        2,
    );
    story.require_nothing_lost(&[&finished, &taken_back]);
}

#[test]
fn a_recovery_under_a_new_key() {
    let world = world();
    let mut command = world.command("recover");
    command.args(["--strategy", "fresh"]);
    let story = Story::of("a new key, then resume, undo", &world, &command, 2);
    let fresh = |world: &World, told: bool| {
        let resumed = world.run("resume", 0);
        if told || world.truth() != world.original {
            require_readable(world, told, &resumed.said);
        }
        require_settled(world, told, &resumed.said);
    };
    story.require_nothing_lost(&[&fresh, &taken_back]);
}

#[test]
fn an_undo() {
    let world = world();
    assert_eq!(world.run("recover", 0).code, Some(2));
    let story = Story::of("undo, then resume, undo", &world, &world.command("undo"), 0);
    let again = |what: &'static str| {
        move |world: &World, told: bool| {
            let second = world.run(what, 0);
            assert!(matches!(second.code, Some(0 | 1)), "{}", second.said);
            if !told && world.truth() != world.original {
                // It was not announced yet: then the recovery stands, whole, and can be taken back.
                require_recovered(world, told, &second.said);
                let third = world.run("undo", 0);
                assert_eq!(third.code, Some(0), "{}", third.said);
            }
            world.require_original(&second.said);
            require_settled(world, told, &second.said);
        }
    };
    story.require_nothing_lost(&[&again("resume"), &again("undo")]);
}

#[test]
fn a_resume() {
    let world = world();
    let mut listed = world.command("recover");
    let points = tempfile::NamedTempFile::new().unwrap();
    listed.env("FREESCOUT_RESCUE_CRASH_LIST", points.path());
    let clean = Story::of("listed", &world, &listed, 2);
    let names = clean.done.iter().filter_map(|done| match done {
        Done::Point(name) => Some(name.as_str()),
        _ => None,
    });
    let committed = names
        .clone()
        .position(|name| name == "RowsCommitted")
        .unwrap()
        + 1;
    disk::lay_out(&clean.folders, &clean.before);
    assert!(world.run("recover", committed).killed);
    let story = Story::of(
        "resume, then resume, undo",
        &world,
        &world.command("resume"),
        2,
    );
    story.require_nothing_lost(&[&finished, &taken_back]);
}

#[test]
fn a_backup() {
    let world = world();
    let story = Story::of("backup, then recover", &world, &world.command("backup"), 0);
    let whole = |world: &World, told: bool| {
        let parent = world.state().join("backups");
        let made = backup::list(&parent, &world.install.root());
        // What says that it is a backup is one.
        for backup in &made {
            backup.verify().unwrap();
        }
        assert_eq!(made.len(), usize::from(told || !made.is_empty()));
        world.require_original("a backup changes nothing");
        let recovered = world.run("recover", 0);
        assert_eq!(recovered.code, Some(2), "{}", recovered.said);
        require_recovered(world, told, &recovered.said);
    };
    story.require_nothing_lost(&[&whole]);
}

#[test]
fn a_restore() {
    let world = world();
    let recovered = world.run("recover", 0);
    assert_eq!(recovered.code, Some(2), "{}", recovered.said);
    let json: serde_json::Value = serde_json::from_str(&recovered.out).unwrap();
    let folder = json["backup"].as_str().unwrap();
    let stood: Truth = world.truth();
    let command = world.command_with("restore", &[folder, "--yes"]);
    let story = Story::of("restore, then resume, undo", &world, &command, 0);
    let resumed = |world: &World, told: bool| {
        let resumed = world.run("resume", 0);
        if told || world.truth() != stood {
            world.require_original(&resumed.said);
        }
        require_settled(world, told, &resumed.said);
    };
    // What an undo takes back is the restore where that was begun and not ended, else the recovery.
    let undone = |world: &World, told: bool| {
        let undone = world.run("undo", 0);
        let now = world.truth();
        assert!(now == stood || now == world.original, "{}", undone.said);
        require_settled(world, told, &undone.said);
    };
    story.require_nothing_lost(&[&resumed, &undone]);
}

#[test]
fn a_sync_that_is_missing_is_seen() {
    let world = world();
    let story = Story::of("recover", &world, &world.command("recover"), 2);
    let install = &story.folders[0];
    let top = &story.folders[1];
    let state = top.join(world.below);
    let (root, backups) = (install.join("freescout"), state.join("backups"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let is_in = |path: &Path, folder: &Path| path.parent() == Some(folder);
    let classes: [Class<'_>; 11] = [
        ("the folders above our state", &|p| {
            p == top || is_in(p, top)
        }),
        ("our state folder", &|p| p == state),
        ("inside the backup folder", &|p| p == backups),
        ("the folder of a backup", &|p| is_in(p, &backups)),
        ("files/ in a backup", &|p| name(p) == "files"),
        ("the files in a backup", &|p| {
            p.starts_with(&backups) && p.extension().is_some() || name(p) == "env"
        }),
        ("our journal", &|p| name(p).starts_with("journal.sqlite")),
        ("the new .env", &|p| is_in(p, &root) && name(p) != ".env"),
        ("the folder of .env", &|p| p == root),
        ("the folder of the config cache", &|p| name(p) == "cache"),
        ("the database's folder", &|p| name(p) == "data"),
    ];
    for (class, is_it) in classes {
        let left_out = |done: &&Done| !matches!(done, Done::Synced(path) if is_it(path));
        let blind = Story {
            name: class,
            world: story.world,
            folders: story.folders.clone(),
            before: story.before.clone(),
            done: story.done.iter().filter(left_out).cloned().collect(),
            // It shows soonest there.
            end_alone: true,
        };
        assert!(
            blind.done.len() < story.done.len(),
            "{class} was not synced"
        );
        let seen = blind.tell(&[&finished, &taken_back], 0, 1);
        assert!(!seen.lost.is_empty(), "{class}: nobody would see it");
        println!(
            "not synced: {class}: {}",
            seen.lost[0].lines().next().unwrap()
        );
    }
}
