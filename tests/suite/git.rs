//! Git's object stores, made by a real git: everything that was ever committed, stashed or tagged is read, whatever no
//! longer leads to it, and damage is said.

mod damage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use freescout_rescue::io::hunt::SkipReason;
use freescout_rescue::io::hunt::git::{self, GitLimits, GitRead, ObjectKind};
use tempfile::TempDir;

use crate::not_tried::as_root;

const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

/// Runs git as nobody's configuration would have it.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args([
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.org",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .output()
        .expect("git is missing: tests/check.sh installs what the tests need");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with a few versions of a `.env`, none of which holds the key.
pub fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    for version in 0..5 {
        commit(folder.path(), &settings(&format!("version-{version}")));
    }
    folder
}

/// A file long enough that git stores its versions as differences.
pub fn settings(key: &str) -> String {
    let mut text = format!("APP_KEY={key}\n");
    for line in 0..400 {
        text.push_str(&format!("SETTING_{line}=value-{}\n", line * line));
    }
    text
}

pub fn commit(folder: &Path, text: &str) {
    std::fs::write(folder.join(".env"), text).unwrap();
    git(folder, &["add", ".env"]);
    git(folder, &["commit", "-q", "-m", "settings"]);
}

type Contents = BTreeMap<String, (ObjectKind, Vec<u8>)>;

fn read_with(store: &Path, limits: &GitLimits) -> (Contents, GitRead) {
    let mut contents = Contents::new();
    let read = git::objects(store, limits, &|| false, &mut |object, content| {
        let mut bytes = Vec::new();
        content
            .read_to_end(&mut bytes)
            .map_err(|e| SkipReason::Broken(e.to_string()))?;
        contents.insert(object.id.clone(), (object.kind, bytes));
        Ok(())
    });
    (contents, read)
}

fn read(store: &Path) -> Contents {
    let (contents, read) = read_with(store, &GitLimits::default());
    let skipped: Vec<_> = read
        .skipped
        .iter()
        .map(|s| format!("{}: {}", s.path.display(), s.why))
        .collect();
    assert!(skipped.is_empty(), "{skipped:?}");
    contents
}

/// Names and kinds of the objects that hold the key.
fn holders(contents: &Contents) -> Vec<(&str, ObjectKind)> {
    contents
        .iter()
        .filter(|(_, (_, bytes))| bytes.windows(KEY.len()).any(|w| w == KEY.as_bytes()))
        .map(|(id, (kind, _))| (id.as_str(), *kind))
        .collect()
}

/// What git itself says of the objects: name, kind and content.
fn as_git_says(folder: &Path) -> Contents {
    let list = git(
        folder,
        &["cat-file", "--batch-all-objects", "--batch-check"],
    );
    let mut contents = Contents::new();
    for line in list.lines() {
        let mut words = line.split(' ');
        let (id, kind) = (words.next().unwrap(), words.next().unwrap());
        let kind = match kind {
            "blob" => ObjectKind::Blob,
            "commit" => ObjectKind::Commit,
            "tag" => ObjectKind::Tag,
            _ => continue,
        };
        let content = Command::new("git")
            .current_dir(folder)
            .args(["cat-file", line.split(' ').nth(1).unwrap(), id])
            .output()
            .unwrap();
        contents.insert(id.to_owned(), (kind, content.stdout));
    }
    contents
}

fn packs(store: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(store.join("objects/pack")).unwrap();
    let mut packs: Vec<PathBuf> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "pack"))
        .collect();
    packs.sort();
    packs
}

#[test]
fn every_object_is_read_as_git_itself_reads_it() {
    let folder = repository();
    git(folder.path(), &["tag", "-a", "-m", "first", "v1"]);
    let store = folder.path().join(".git");
    assert!(git::is_store(&store) && !git::is_store(folder.path()));
    let loose = read(&store);
    assert_eq!(loose, as_git_says(folder.path()));
    git(folder.path(), &["gc", "-q"]);
    assert_eq!(packs(&store).len(), 1);
    let chains = git(
        folder.path(),
        &[
            "verify-pack",
            "-v",
            packs(&store)[0].with_extension("idx").to_str().unwrap(),
        ],
    );
    assert!(
        chains.contains("chain length"),
        "git made no differences: {chains}"
    );
    assert_eq!(read(&store), loose);
}

#[test]
fn differences_to_named_objects_are_applied_too() {
    let folder = repository();
    let store = folder.path().join(".git");
    let before = read(&store);
    git(
        folder.path(),
        &[
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-adfq",
            "--depth=3",
        ],
    );
    assert_eq!(read(&store), before);
}

#[test]
fn a_key_that_nothing_leads_to_any_more_is_found() {
    let folder = repository();
    let path = folder.path();
    let store = path.join(".git");
    let blob = |text: &str| {
        std::fs::write(path.join("x"), text).unwrap();
        let id = git(path, &["hash-object", "x"]);
        std::fs::remove_file(path.join("x")).unwrap();
        id
    };
    let holder = blob(&settings(KEY));

    commit(path, &settings(KEY));
    git(path, &["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(
        holders(&read(&store)),
        [(holder.as_str(), ObjectKind::Blob)],
        "unreachable"
    );

    // Known to the reflog only, so `gc` packs it, as a difference to the other versions.
    git(path, &["gc", "-q"]);
    assert_eq!(
        holders(&read(&store)),
        [(holder.as_str(), ObjectKind::Blob)],
        "packed"
    );

    git(path, &["reflog", "expire", "--expire=now", "--all"]);
    git(path, &["gc", "-q", "--prune=now"]);
    assert!(
        holders(&read(&store)).is_empty(),
        "git has thrown it away for good"
    );

    std::fs::write(path.join(".env"), settings(KEY)).unwrap();
    git(path, &["stash", "-q"]);
    assert_eq!(
        holders(&read(&store)),
        [(holder.as_str(), ObjectKind::Blob)],
        "stash"
    );
    git(path, &["stash", "drop", "-q"]);
    assert_eq!(
        holders(&read(&store)),
        [(holder.as_str(), ObjectKind::Blob)],
        "dropped stash"
    );
    git(path, &["gc", "-q", "--prune=now"]);

    git(
        path,
        &["tag", "-a", "-m", &format!("the key was {KEY}"), "old"],
    );
    let tag = git(path, &["rev-parse", "old"]);
    assert_eq!(holders(&read(&store)), [(tag.as_str(), ObjectKind::Tag)]);
    git(path, &["tag", "-d", "old"]);
    git(path, &["gc", "-q", "--prune=now"]);

    git(
        path,
        &["commit", "-q", "--allow-empty", "-m", &format!("was {KEY}")],
    );
    let commit = git(path, &["rev-parse", "HEAD"]);
    assert_eq!(
        holders(&read(&store)),
        [(commit.as_str(), ObjectKind::Commit)]
    );
}

#[test]
fn bare_stores_worktrees_submodules_and_borrowed_objects_are_met() {
    let folder = repository();
    commit(folder.path(), &settings(KEY));
    let beside = tempfile::tempdir().unwrap();
    let at = |name: &str| beside.path().join(name);
    let origin = folder.path().to_str().unwrap();

    git(
        beside.path(),
        &["clone", "-q", "--bare", origin, "bare.git"],
    );
    assert!(git::is_store(&at("bare.git")));
    assert_eq!(holders(&read(&at("bare.git"))).len(), 1);
    assert_eq!(holders(&read(&at("bare.git/objects"))).len(), 1);

    git(
        beside.path(),
        &["clone", "-q", "--shared", origin, "shared"],
    );
    assert_eq!(
        holders(&read(&at("shared/.git"))).len(),
        1,
        "objects are borrowed from the origin"
    );

    let worktree = at("worktree");
    git(
        folder.path(),
        &[
            "worktree",
            "add",
            "-q",
            "--detach",
            worktree.to_str().unwrap(),
        ],
    );
    let real = |path: &Path| path.canonicalize().unwrap();
    assert_eq!(
        git::linked(&worktree.join(".git")),
        Some(real(&folder.path().join(".git")))
    );

    std::fs::create_dir(at("outer")).unwrap();
    git(&at("outer"), &["init", "-q"]);
    git(
        &at("outer"),
        &["submodule", "--quiet", "add", origin, "inner"],
    );
    let modules = at("outer/.git/modules/inner");
    assert!(git::is_store(&modules));
    let met = modules.join("objects");
    assert_eq!(git::store_of(&met), Some(modules.as_path()));
    assert_eq!(git::store_of(&modules), None);
    assert_eq!(git::linked(&at("outer/inner/.git")), Some(real(&modules)));
    assert_eq!(holders(&read(&modules)).len(), 1);
}

#[test]
fn another_users_store_is_not_borrowed_from() {
    let folder = repository();
    commit(folder.path(), &settings(KEY));
    let beside = tempfile::tempdir().unwrap();
    let origin = folder.path().to_str().unwrap();
    git(beside.path(), &["clone", "-q", "--shared", origin, "x"]);
    let store = beside.path().join("x/.git");
    let list = store.join("objects/info/alternates");
    let given = std::os::unix::fs::chown(&list, Some(65534), None);
    let dot_git = beside.path().join("dot");
    std::fs::write(&dot_git, format!("gitdir: {origin}/.git\n")).unwrap();
    assert!(git::linked(&dot_git).is_some());
    let root = as_root("a git store that another account may change");
    assert_eq!(given.is_ok(), root);
    if root {
        let (contents, read) = read_with(&store, &GitLimits::default());
        assert!(holders(&contents).is_empty());
        assert!(matches!(read.skipped[0].why, SkipReason::Refused(_)));
        std::os::unix::fs::chown(&dot_git, Some(65534), None).unwrap();
        assert_eq!(git::linked(&dot_git), None);
    }
    // A circle ends.
    std::fs::remove_file(&list).unwrap();
    std::fs::write(&list, format!("{}\n", store.join("objects").display())).unwrap();
    read(&store);
}
