//! The search by a plain user: what is not his to read is counted and said, and the rest is searched.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{KEY, env};
use crate::cli::Bench;
use crate::not_tried::as_root;
use crate::processes::Php;

/// A user who owns nothing.
const NOBODY: &str = "65534";

/// Lets everybody read a folder and all in it.
fn open_to_all(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        let mode = if entry.file_type().is_dir() {
            0o755
        } else {
            0o644
        };
        if !entry.file_type().is_symlink() {
            std::fs::set_permissions(entry.path(), PermissionsExt::from_mode(mode)).unwrap();
        }
    }
}

fn closed(path: &Path) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o000)).unwrap();
}

#[test]
fn what_is_not_his_to_read_is_counted_and_said_and_never_fatal() {
    let bench = Bench::new();
    let look_in = bench.path("look");
    for folder in ["open", "closed/deeper"] {
        std::fs::create_dir_all(look_in.join(folder)).unwrap();
        std::fs::write(look_in.join(folder).join("env"), env()).unwrap();
    }
    std::fs::write(look_in.join("open/file"), env()).unwrap();
    open_to_all(bench.folder.path());
    closed(&look_in.join("closed"));
    closed(&look_in.join("open/file"));
    let others = [Php::holding(KEY), Php::holding(KEY)];

    let binary = bench.path("freescout-rescue");
    crate::runnable::copied(env!("CARGO_BIN_EXE_freescout-rescue"), &binary);
    let root = as_root("processes of another account");
    let mut command = match root {
        true => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
                .arg(&binary);
            command
        }
        // Then we are one ourselves.
        false => Command::new(&binary),
    };
    let output = command
        .args(["find-key", bench.install().to_str().unwrap(), "--json"])
        .args(["--look-in", look_in.to_str().unwrap()])
        // What it is anyway.
        .arg("--state-dir")
        .arg(bench.path("home/.local/state/freescout-rescue"))
        .env_clear()
        .env("HOME", bench.path("home"))
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();

    let sources: Vec<_> = json["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| key["sources"].as_array().unwrap())
        .filter_map(|source| source["path"].as_str())
        .collect();
    let open = look_in.join("open/env");
    assert!(sources.contains(&open.to_str().unwrap()), "{sources:?}");

    let skipped = json["skipped"].as_array().unwrap();
    let why = |path: &Path| {
        let said = skipped.iter().find(|s| s["path"] == path.to_str().unwrap());
        said.and_then(|s| s["why"].as_str())
            .unwrap_or_else(|| panic!("{}: {skipped:?}", path.display()))
    };
    for path in [look_in.join("closed"), look_in.join("open/file")] {
        let why = why(&path);
        assert!(
            why.contains("ermission denied"),
            "{}: {why}",
            path.display()
        );
    }
    if root {
        // Another user's processes are told together.
        let of_root = |one: &&serde_json::Value| {
            let why = one["why"].as_str().unwrap();
            why.contains("process belongs to user root")
        };
        let told: Vec<_> = skipped.iter().filter(of_root).collect();
        let [told] = told[..] else {
            panic!("{told:?}");
        };
        let why = told["why"].as_str().unwrap();
        assert!(why.contains("more process"), "{why}");
        assert!(told["path"].as_str().unwrap().starts_with("/proc/"));
    }
    drop(others);
    let next = json["next"].as_str().unwrap();
    assert!(!next.contains("--state-dir"), "{next}");
    std::fs::set_permissions(look_in.join("closed"), PermissionsExt::from_mode(0o755)).unwrap();
}
