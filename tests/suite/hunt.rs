//! The search for keys: every dress a key comes in, every bound, everything that must be said and not followed.

pub mod archives;
mod bounds;
mod containers;
mod dumps;
mod edges;
mod kernel_files;
mod large;
mod manners;
mod pieces;
mod plain_user;
mod stored;
mod tables;
mod unread;
mod walks;
mod zips;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use freescout_rescue::domain::hunt::forms::UnreadForm;
use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits, HuntTotals, SkipReason};
use freescout_rescue::words::untrusted::Untrusted;
use tempfile::TempDir;

const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";
const PLAIN: &str = "this is a throw-away example key";

/// A key found: its text, the members that lead to it, and the line.
type Found = (String, Vec<String>, Option<u64>);

/// Runs a line of shell in a folder.
pub fn shell(folder: &Path, line: &str) {
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
}

fn search_with(folder: &Path, limits: HuntLimits) -> (Vec<Found>, HuntTotals) {
    let mut found = Vec::new();
    let looked = hunt::search(
        &[folder.to_owned()],
        &limits,
        &Wanted::default(),
        &|| false,
        &mut |event| {
            if let HuntEvent::Candidate(candidate) = event {
                let text = String::from_utf8_lossy(candidate.text.expose()).into_owned();
                let inside = candidate.source.inside.into_iter();
                let inside = inside.map(Untrusted::into_raw).collect();
                found.push((text, inside, candidate.source.line));
            }
        },
    );
    (found, looked)
}

fn search(folder: &Path) -> (Vec<Found>, HuntTotals) {
    search_with(folder, HuntLimits::default())
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mtime(1_700_000_000);
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn env() -> Vec<u8> {
    format!("APP_URL=x\r\nAPP_KEY={KEY}\r\n").into_bytes()
}

#[test]
fn archives_are_read_and_say_the_way_to_the_key() {
    let env = env();
    let cases: [(&str, Vec<u8>, &[&str]); 7] = [
        ("env.txt", env.clone(), &[]),
        ("env.txt.gz", gz(&env), &["env.txt"]),
        (
            "b.tar",
            tar(&[("etc/x", b"nothing"), ("html/.env", &env)]),
            &["html/.env"],
        ),
        ("b.tar.gz", gz(&tar(&[("html/.env", &env)])), &["html/.env"]),
        ("b.tgz", gz(&tar(&[("html/.env", &env)])), &["html/.env"]),
        ("b.zip", zip(&[("html/.env", &env)]), &["html/.env"]),
        (
            "whole.tar.gz",
            gz(&tar(&[(
                "daily/site.zip",
                &zip(&[("old.tar.gz", &gz(&tar(&[("html/.env", &env)])))]),
            )])),
            &["daily/site.zip", "old.tar.gz", "html/.env"],
        ),
    ];
    for (name, bytes, inside) in cases {
        let folder = folder();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (found, looked) = search(folder.path());
        let inside: Vec<String> = inside.iter().map(|s| (*s).to_owned()).collect();
        assert_eq!(found, [(KEY.to_owned(), inside, Some(2))], "{name}");
        assert!(
            looked.skipped.is_empty(),
            "{name}: {}",
            looked.skipped[0].why
        );
        assert_eq!(looked.files, 1);
    }
}

#[test]
fn a_real_vim_swap_file_is_read() {
    let folder = folder();
    let file = folder.path().join("settings");
    std::fs::write(&file, format!("A=b\nAPP_KEY=\"{PLAIN}\"\nC=d\n")).unwrap();
    let swap = folder.path().join(".settings.swp");
    let mut vim = std::process::Command::new("vim")
        .args([
            "-u", "NONE", "-i", "NONE", "-es", "-c", "preserve", "-c", "sleep 60",
        ])
        .arg(&file)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("vim is missing: tests/check.sh installs what the tests need");
    let start = std::time::Instant::now();
    while std::fs::metadata(&swap).map_or(0, |m| m.len()) < 8192 {
        assert!(start.elapsed().as_secs() < 30, "vim writes no swap file");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    vim.kill().unwrap();
    vim.wait().unwrap();
    std::fs::remove_file(&file).unwrap();
    let (found, _) = search(folder.path());
    assert_eq!(
        found,
        [(PLAIN.to_owned(), vec![], None)],
        "line numbers mean nothing in a swap file"
    );
}

#[test]
fn a_key_on_the_edge_of_a_block_is_found_once() {
    for shift in [0, 1, 25, 51, 52, 1000, 2047, 2048, 2049] {
        let folder = folder();
        let mut bytes = vec![b'x'; (1 << 20) - shift];
        bytes.push(b'\n');
        bytes.extend_from_slice(format!("APP_KEY={KEY}\n").as_bytes());
        bytes.resize(3 << 20, b'y');
        std::fs::write(folder.path().join("log"), bytes).unwrap();
        let (found, _) = search(folder.path());
        assert_eq!(found, [(KEY.to_owned(), vec![], Some(2))], "shift {shift}");
    }
}

#[test]
fn a_file_with_holes_of_gigabytes_is_read_to_its_end() {
    let folder = folder();
    let path = folder.path().join("image");
    let file = std::fs::File::create(&path).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, format!("\nAPP_KEY={KEY}\n").as_bytes(), 4 << 30)
        .unwrap();
    file.set_len(8 << 30).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, KEY);
    assert!(
        looked.bytes < 1 << 20,
        "{} bytes were read of a file of holes",
        looked.bytes
    );
}

#[test]
fn traps_are_stepped_around() {
    let folder = folder();
    std::fs::write(folder.path().join("env"), env()).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
    let fifo = folder.path().join("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!(found.len(), 1);
    assert_eq!((looked.files, looked.skipped.len()), (1, 0));
    // A link that the operator names is followed.
    assert_eq!(search(&folder.path().join("loop")).0.len(), 1);
}

fn only_skip(name: &str, bytes: &[u8], limits: HuntLimits) -> (SkipReason, Vec<String>) {
    let folder = folder();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let (found, looked) = search_with(folder.path(), limits);
    assert!(found.is_empty(), "{name}");
    assert_eq!(looked.skipped.len(), 1, "{name}");
    (
        looked.skipped[0].why.clone(),
        looked.skipped[0]
            .inside
            .iter()
            .map(|name| name.raw().clone())
            .collect(),
    )
}

#[test]
fn what_cannot_be_read_is_said() {
    let limits = HuntLimits::default();
    let mut cut = gz(&env());
    cut.truncate(20);
    assert!(matches!(
        only_skip("cut.gz", &cut, limits).0,
        SkipReason::Broken(_)
    ));
    let mut closed = zip(&[("secret", b"APP_KEY=")]);
    let central = closed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    closed[6] |= 1;
    closed[central + 8] |= 1;
    assert_eq!(
        only_skip("closed.zip", &closed, limits),
        (SkipReason::Encrypted, vec!["secret".to_owned()])
    );
    let mut deep = env();
    for _ in 0..7 {
        deep = gz(&deep);
    }
    assert_eq!(only_skip("deep.gz", &deep, limits).0, SkipReason::TooDeep);
    let bomb = gz(&vec![0; 8 << 20]);
    let small = HuntLimits {
        unpacked: 1 << 20,
        ratio: 0,
        ..limits
    };
    assert_eq!(
        only_skip("bomb.gz", &bomb, small).0,
        SkipReason::Trap {
            kilobytes: 8,
            megabytes: 1
        }
    );
    assert!(matches!(
        only_skip("x.xz", b"\xfd7zXZ\0rest", limits).0,
        SkipReason::Broken(_)
    ));
    assert_eq!(
        only_skip("x.rar", b"Rar!\x1a\x07\x01\0", limits).0,
        SkipReason::Form(UnreadForm::Rar)
    );
    let (_, looked) = search(&PathBuf::from("/no/such/place"));
    assert_eq!(looked.skipped[0].why, SkipReason::Missing);
}

#[test]
fn a_broken_member_does_not_end_its_archive() {
    let folder = folder();
    let mut cut = gz(&env());
    cut.truncate(20);
    std::fs::write(
        folder.path().join("b.tar"),
        tar(&[("broken.gz", &cut), ("html/.env", &env())]),
    )
    .unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!(found.len(), 1);
    assert_eq!(looked.skipped[0].inside, ["broken.gz"]);
}

#[test]
fn long_names_in_a_tar_are_kept_and_endless_ones_are_not() {
    let folder = folder();
    let long = format!("{}/.env", "deep/".repeat(40));
    std::fs::write(folder.path().join("long.tar"), tar(&[(&long, &env())])).unwrap();
    let (found, _) = search(folder.path());
    assert_eq!(found[0].1, [long]);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(64 << 20);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.resize(bytes.len() + (64 << 20), b'n');
    bytes.extend(tar(&[("x", &env())]));
    std::fs::write(folder.path().join("long.tar"), gz(&bytes)).unwrap();
    let (found, _) = search(folder.path());
    assert!(
        found[0].1.iter().all(|name| name.len() < 64 << 10),
        "a name of megabytes was taken in"
    );
}

#[test]
fn the_remembered_places_are_bounded() {
    let folder = folder();
    for n in 0..20 {
        std::fs::write(folder.path().join(format!("{n}.xz")), b"\xfd7zXZ\0").unwrap();
    }
    let (_, looked) = search_with(
        folder.path(),
        HuntLimits {
            skipped: 5,
            ..HuntLimits::default()
        },
    );
    assert_eq!((looked.skipped.len(), looked.skipped_more), (5, 15));
}
