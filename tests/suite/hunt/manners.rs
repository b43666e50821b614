//! What is met on the way and left alone, what is read only when it is named, and what a search leaves as it was.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits, SkipReason};

use super::{KEY, PLAIN, env, folder, gz, search, tar};
use crate::cli::Bench;

#[test]
fn our_own_backups_are_searched_only_when_named() {
    let bench = Bench::new();
    let install = bench.install();
    let backups = bench.path("backups");
    let made = bench.run(&[
        "backup",
        install.to_str().unwrap(),
        "--state-dir",
        backups.to_str().unwrap(),
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let (found, looked) = search(&backups);
    assert!(found.is_empty());
    assert_eq!(looked.skipped.len(), 1);
    assert_eq!(looked.skipped[0].why, SkipReason::OwnBackup);
    let (found, _) = search(&looked.skipped[0].path);
    assert!(!found.is_empty());
}

#[test]
fn a_place_named_twice_or_within_another_is_read_once() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/env"), env()).unwrap();
    let roots = [folder.path().join("in"), folder.path().to_owned()];
    let looked = hunt::search(
        &roots,
        &HuntLimits::default(),
        &Wanted::default(),
        &|| false,
        &mut |_| {},
    );
    assert_eq!(looked.files, 1);
}

#[test]
fn access_times_stay_as_they_were() {
    let folder = folder();
    let file = folder.path().join("env");
    std::fs::write(&file, env()).unwrap();
    let old = rustix::fs::Timespec {
        tv_sec: 1_000_000,
        tv_nsec: 0,
    };
    let times = rustix::fs::Timestamps {
        last_access: old,
        last_modification: old,
    };
    let flags = rustix::fs::AtFlags::empty();
    rustix::fs::utimensat(rustix::fs::CWD, &file, &times, flags).unwrap();
    assert_eq!(search(folder.path()).0.len(), 1);
    assert_eq!(std::fs::metadata(&file).unwrap().atime(), 1_000_000);
}

#[test]
fn files_that_are_not_on_a_disk_are_left_alone() {
    let (_, looked) = search(Path::new("/proc/self/fdinfo"));
    assert_eq!(looked.files, 0, "naming it does not make it a file");
    let folder = folder();
    let disk = folder.path().join("disk");
    let mut image = vec![0; 1 << 20];
    image[1080] = 0x53;
    image[1081] = 0xef;
    image[600_000..600_000 + KEY.len()].copy_from_slice(KEY.as_bytes());
    std::fs::write(&disk, image).unwrap();
    let mut kinds = Vec::new();
    hunt::search(
        &[disk],
        &HuntLimits::default(),
        &Wanted::default(),
        &|| false,
        &mut |event| {
            if let HuntEvent::Candidate(candidate) = event {
                kinds.push(candidate.source.kind);
            }
        },
    );
    assert_eq!(
        kinds,
        [freescout_rescue::domain::key::source::SourceKind::Image]
    );
}

#[test]
fn a_search_stops_soon_within_a_file_or_an_archive() {
    let folder = folder();
    let large = folder.path().join("large");
    let bytes = vec![b'x'; 64 << 20];
    std::fs::write(&large, &bytes).unwrap();
    std::fs::write(folder.path().join("large.gz"), gz(&bytes)).unwrap();
    for name in ["large", "large.gz"] {
        let asked = std::cell::Cell::new(0);
        let began = Instant::now();
        let cancel = || {
            asked.set(asked.get() + 1);
            asked.get() > 3
        };
        let looked = hunt::search(
            &[folder.path().join(name)],
            &HuntLimits::default(),
            &Wanted::default(),
            &cancel,
            &mut |_| {},
        );
        assert!(looked.bytes < 4 << 20, "{name}: {} bytes", looked.bytes);
        assert!(looked.skipped.is_empty(), "{name}");
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn a_hundred_thousand_decoys_are_borne() {
    let folder = folder();
    let mut text = String::new();
    for n in 0..100_000 {
        text.push_str(&format!("APP_KEY=base64:{n:043}=\nx={n:042}A=\n"));
    }
    std::fs::write(folder.path().join("decoys"), text).unwrap();
    assert_eq!(search(folder.path()).0.len(), 200_000);
}

#[test]
fn find_key_says_what_it_found_and_what_stays_closed() {
    let bench = Bench::new();
    let install = bench.install();
    let run = |more: &[&str], input: &str| {
        let arguments = [&["find-key", install.to_str().unwrap(), "--json"], more].concat();
        let ran = bench.run_with(&arguments, input);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        (ran.code, json)
    };
    let (code, json) = run(&[], "");
    assert_eq!(code, 2);
    assert_eq!(json["schema"], 1);
    assert!(json["looked"]["files"].as_u64().unwrap() > 0);
    assert_eq!(json["payloads"].as_array().unwrap().len(), 0);
    let keys = json["keys"].as_array().unwrap().len();
    let old_server = bench.path("demo/old-server");
    let (_, json) = run(&["--look-in", old_server.to_str().unwrap()], "");
    assert!(json["keys"].as_array().unwrap().len() > keys);
    let (_, json) = run(&["--look-in", "-"], &format!("APP_KEY={KEY}\n"));
    let sources: Vec<_> = json["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|k| k["sources"].as_array().unwrap())
        .collect();
    assert!(
        sources
            .iter()
            .any(|s| s["kind"] == "stdin" && s["path"].is_null()),
        "{sources:?}"
    );
    let text = bench.run(&[
        "find-key",
        install.to_str().unwrap(),
        "--look-in",
        old_server.to_str().unwrap(),
    ]);
    assert!(text.out.contains("Searched: "), "{}", text.out);
}

#[test]
fn no_key_is_shown_where_a_name_is_one() {
    let bench = Bench::new();
    let digits = KEY.trim_start_matches("base64:").trim_end_matches('=');
    let backups = bench.path("backups");
    let copies = backups.join(format!("key {KEY}"));
    std::fs::create_dir_all(&copies).unwrap();
    std::fs::write(copies.join("env"), format!("APP_KEY={KEY}\n")).unwrap();
    let member = format!("APP_KEY={KEY}\nAPP_KEY=\"{PLAIN}\"\n");
    let members = [
        (format!("{PLAIN}.txt"), member.as_bytes()),
        (digits.to_owned(), member.as_bytes()),
        (format!("{digits}=.age"), b"age-encryption.org/v1\n"),
    ];
    let members: Vec<_> = members
        .iter()
        .map(|(name, m)| (name.as_str(), *m))
        .collect();
    std::fs::write(backups.join(format!("{digits}.tar")), tar(&members)).unwrap();
    let install = bench.install();
    let options = [
        install.to_str().unwrap(),
        "--look-in",
        backups.to_str().unwrap(),
    ];
    for what in [
        &["find-key", "--all"][..],
        &["find-key", "--json"],
        &["check", "--all"],
        &["check", "--json"],
    ] {
        let ran = bench.run(&[what, &options].concat());
        let said = ran.out + &ran.err;
        assert!(said.contains("‹key›"), "{what:?}: {said}");
        assert!(
            !said.contains(digits) && !said.contains(PLAIN),
            "{what:?}: {said}"
        );
    }
}

#[test]
fn the_places_of_a_key_that_are_not_listed_are_counted() {
    let bench = Bench::new();
    let backups = bench.path("backups");
    std::fs::create_dir(&backups).unwrap();
    for number in 0..130 {
        std::fs::write(
            backups.join(format!("{number}.env")),
            format!("APP_KEY={KEY}\n"),
        )
        .unwrap();
    }
    let install = bench.install();
    // Searched twice, they are no more.
    let options = [
        install.to_str().unwrap(),
        "--look-in",
        backups.to_str().unwrap(),
    ];
    let ran = bench.run(&[&["find-key", "--json"][..], &options, &options[1..]].concat());
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let keys = json["keys"].as_array().unwrap().iter();
    let listed = keys.map(|key| {
        (
            key["sources"].as_array().unwrap().len(),
            key["sources_more"].as_u64(),
        )
    });
    let listed: Vec<_> = listed.filter(|(listed, _)| *listed >= 100).collect();
    assert_eq!(listed, [(100, Some(30))]);
    let missing = bench.run(&["find-key", "/no/such/install"]);
    assert_eq!(missing.code, 3);
}

#[test]
fn a_search_of_standard_input_that_keeps_us_waiting_is_stopped() {
    let bench = Bench::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(["find-key", bench.install().to_str().unwrap(), "--json"])
        .args(["--look-in", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "APP_KEY={KEY}").unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let wait_for = |what: &str, done: &mut dyn FnMut() -> bool| {
        while !done() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for("it reads nothing", &mut || {
        rustix::io::ioctl_fionread(&input).unwrap() == 0
    });
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    wait_for("it goes on waiting", &mut || {
        child.try_wait().unwrap().is_some()
    });
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let sources = json["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| key["sources"].as_array().unwrap());
    assert_eq!(sources.filter(|s| s["kind"] == "stdin").count(), 1);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Stopped"), "{said}");
    drop(input);
}
