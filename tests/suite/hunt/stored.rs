//! Forms that programs store in and that are read: made by these programs where they are at hand, cut, lying and larger
//! than allowed.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use freescout_rescue::io::hunt::{HuntLimits, SkipReason};
use lz4_flex::frame::FrameEncoder;
use lzma_rust2::{LzipOptions, LzipWriter, LzmaOptions, LzmaWriter};

use super::archives::noise;
use super::{KEY, env, folder, gz, only_skip, search, search_with, shell, tar};

fn lzma(bytes: &[u8]) -> Vec<u8> {
    let mut options = LzmaOptions::with_preset(1);
    options.dict_size = 1 << 20;
    let mut packed = LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn lzip(bytes: &[u8]) -> Vec<u8> {
    let mut options = LzipOptions::with_preset(1);
    options.lzma_options.dict_size = 1 << 20;
    let mut packed = LzipWriter::new(Vec::new(), options);
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut packed = FrameEncoder::new(Vec::new());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::new(3));
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;
const PACKERS: [(&str, Pack); 4] = [("lzma", lzma), ("lz", lzip), ("lz4", lz4), ("zlib", zlib)];

/// Text that packs well, with the key behind it.
fn long() -> Vec<u8> {
    let mut text = b"2026-01-01 mailbox 3: nothing new\n".repeat(20_000);
    text.extend(env());
    text
}

/// The key is found, in these members, and nothing is said to be wrong.
fn found_in(folder: &Path, what: &str) -> Vec<String> {
    let (found, looked) = search(folder);
    let told: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
    assert!(told.is_empty(), "{what}: {told:?}");
    assert_eq!(found.len(), 1, "{what}");
    assert_eq!(found[0].0, KEY, "{what}");
    found[0].1.clone()
}

#[test]
fn packers_are_read_also_several_times() {
    for (name, pack) in PACKERS {
        let folder = folder();
        let file = folder.path().join(format!("env.txt.{name}"));
        std::fs::write(&file, pack(&long())).unwrap();
        assert_eq!(found_in(folder.path(), name), ["env.txt"]);
        std::fs::write(&file, pack(&tar(&[("html/.env", &env())]))).unwrap();
        let inside = found_in(folder.path(), name);
        assert_eq!(inside.last().unwrap(), "html/.env");
        // `lzma` knows no second stream.
        if name != "lzma" {
            std::fs::write(&file, [pack(b"first\n"), pack(&env())].concat()).unwrap();
            found_in(folder.path(), name);
        }
    }
}

#[test]
fn packers_that_are_cut_or_make_too_much_are_named() {
    let bounded = HuntLimits {
        unpacked: 1 << 20,
        ratio: 0,
        ..HuntLimits::default()
    };
    for (name, pack) in PACKERS {
        let mut cut = pack(&noise(60_000));
        cut.truncate(cut.len() / 2);
        let (why, _) = only_skip(name, &cut, HuntLimits::default());
        assert!(matches!(why, SkipReason::Broken(_)), "{name}: {why}");
        let (why, _) = only_skip(name, &pack(&vec![0; 8 << 20]), bounded);
        assert!(matches!(why, SkipReason::Trap { .. }), "{name}: {why}");
    }
    // Windows of gigabytes.
    let mut huge = lzma(&env());
    huge[1..5].copy_from_slice(&(1u32 << 31).to_le_bytes());
    let (why, _) = only_skip("huge.lzma", &huge, HuntLimits::default());
    assert!(matches!(why, SkipReason::Memory(_)), "{why}");
    let mut huge = lzip(&env());
    huge[5] = 29;
    let (why, _) = only_skip("huge.lz", &huge, HuntLimits::default());
    assert!(matches!(why, SkipReason::Memory(_)), "{why}");
}

#[test]
fn a_gz_that_a_tape_filled_up_is_whole() {
    let folder = folder();
    let file = folder.path().join("env.gz");
    std::fs::write(&file, [gz(&env()), vec![0; 100_000]].concat()).unwrap();
    found_in(folder.path(), "zeros");
    std::fs::write(&file, [gz(b"x"), vec![0; 700], gz(&env())].concat()).unwrap();
    found_in(folder.path(), "zeros between");
    std::fs::write(&file, [gz(&env()), b"something else".to_vec()].concat()).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!((found.len(), looked.skipped.len()), (1, 1));
}

#[test]
fn tars_of_gnu_are_read_whole() {
    let lines = [
        (
            "sparse",
            "truncate -s 4M db && cat .env >> db && tar -cSf b.tar db",
        ),
        (
            "many holes",
            "for n in $(seq 60); do printf x; head -c 65535 /dev/zero; done > db &&
             cat .env >> db && fallocate -d db && tar -cSf b.tar db",
        ),
        (
            "posix sparse",
            "truncate -s 4M db && cat .env >> db && tar --format=posix -cSf b.tar db",
        ),
        (
            "posix sparse 0.1",
            "truncate -s 4M db && cat .env >> db &&
             tar --format=posix --sparse-version=0.1 -cSf b.tar db",
        ),
        (
            "posix sparse 0.0",
            "truncate -s 4M db && cat .env >> db &&
             tar --format=posix --sparse-version=0.0 -cSf b.tar db",
        ),
        ("label", "tar -V 'backup of monday' -cf b.tar .env"),
        (
            "second archive",
            "echo x > a && tar cf 1 a && tar cf 2 .env && cat 1 2 > b.tar && rm 1 2 a",
        ),
        (
            "packed behind its end",
            "echo x > a && tar cf b.tar a && tar cz .env >> b.tar && rm a",
        ),
        (
            "no end",
            "tar cf whole .env && head -c $((512 + $(stat -c %s .env))) whole > b.tar && rm whole",
        ),
    ];
    for (what, line) in lines {
        let folder = folder();
        std::fs::write(folder.path().join(".env"), env()).unwrap();
        shell(folder.path(), &format!("{line} && rm -f .env db"));
        found_in(folder.path(), what);
    }
}

#[test]
fn a_sparse_tar_that_lies_ends() {
    // A hole of an exabyte, a segment of as much, and lists without end.
    let mut header = tar::Header::new_gnu();
    header.set_path("db").unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(env().len() as u64);
    let bytes = header.as_mut_bytes();
    for segment in 0..4 {
        let at = 386 + 24 * segment;
        bytes[at..at + 12].copy_from_slice(b"\x80\0\0\0\x0f\0\0\0\0\0\0\0");
        bytes[at + 12..at + 24].copy_from_slice(b"\x80\0\0\0\x0f\0\0\0\0\0\0\0");
    }
    let plain = {
        let mut header = header.clone();
        header.set_cksum();
        [header.as_bytes().to_vec(), env()].concat()
    };
    let folder = folder();
    let file = folder.path().join("b.tar");
    std::fs::write(&file, &plain).unwrap();
    assert_eq!(search(folder.path()).0.len(), 1);
    // Another list follows, and another, until the file ends.
    header.as_mut_bytes()[482] = 1;
    header.set_cksum();
    let endless = [header.as_bytes().to_vec(), vec![1; 4 << 20]].concat();
    std::fs::write(&file, &endless).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!((found.len(), looked.skipped.len()), (0, 1));
}

#[test]
fn a_damaged_tar_is_said_and_searched() {
    let mut bytes = tar(&[("a", &noise(600)), ("html/.env", &env())]);
    bytes[600 + 1024 - 100] ^= 1;
    bytes[2 * 512 + 512 + 20] ^= 1;
    let folder = folder();
    std::fs::write(folder.path().join("b.tar"), bytes).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!(found.len(), 1);
    assert!(matches!(looked.skipped[0].why, SkipReason::Broken(_)));
}

#[test]
fn packages_and_scripts_are_read() {
    let lines = [
        (
            "deb",
            "mkdir -p p/DEBIAN p/etc && mv .env p/etc/env && printf 'Package: x\nVersion: 1\nArchitecture: all\n\
             Maintainer: n <n@desk.example>\nDescription: x\n' > p/DEBIAN/control &&
             dpkg-deb -b --root-owner-group p x.deb > /dev/null && rm -r p",
        ),
        (
            "script",
            "{ printf '#!/bin/sh\ntail -n +4 $0 | tar xz\nexit\n'; tar cz .env; } > setup.run",
        ),
        (
            "script with xz",
            "{ printf '#!/bin/sh\ntail -n +4 $0 | tar xJ\nexit\n'; tar cJ .env; } > setup.run",
        ),
        (
            "git bundle",
            "git init -q && git add -f .env && git -c user.name=n -c user.email=n@desk.example commit -qm a &&
             git bundle create -q etc.bundle HEAD && rm -rf .git",
        ),
    ];
    for (what, line) in lines {
        let folder = folder();
        std::fs::write(folder.path().join(".env"), env()).unwrap();
        shell(folder.path(), &format!("{line} && rm -f .env"));
        found_in(folder.path(), what);
        // Cut anywhere, they end.
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
        let file = file.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        for part in 1..20 {
            std::fs::write(&file, &bytes[..bytes.len() * part / 20]).unwrap();
            search(folder.path());
        }
    }
}

/// An RPM as far as a reader goes: a lead, two headers, a packed cpio.
#[test]
fn the_payload_of_an_rpm_is_read() {
    let header = |entries: u32, store: u32| {
        let mut header = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
        header.extend(entries.to_be_bytes());
        header.extend(store.to_be_bytes());
        header.extend(vec![7; entries as usize * 16 + store as usize]);
        header
    };
    let mut bytes = vec![0xed, 0xab, 0xee, 0xdb];
    bytes.resize(96, 0);
    bytes.extend(header(2, 13));
    bytes.extend(vec![0; 3]);
    bytes.extend(header(5, 101));
    bytes.extend(gz(&[b"070701".to_vec(), env()].concat()));
    let folder = folder();
    let file = folder.path().join("x.rpm");
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(found_in(folder.path(), "rpm")[0], "payload");
    bytes[96] = 0;
    let (why, _) = only_skip("x.rpm", &bytes, HuntLimits::default());
    assert!(matches!(why, SkipReason::Broken(_)));
}

/// A stream-optimised disk: a header, packed grains behind markers, a table, the end.
fn vmdk(grains: &[&[u8]]) -> Vec<u8> {
    let mut disk = b"KDMV\x03\0\0\0".to_vec();
    disk.extend((1u32 << 16 | 1 << 17 | 1).to_le_bytes());
    disk.extend(4096u64.to_le_bytes());
    disk.extend(128u64.to_le_bytes());
    disk.resize(64, 0);
    disk.extend(2u64.to_le_bytes());
    disk.resize(1024, 0);
    let sector = |disk: &mut Vec<u8>| disk.resize(disk.len().next_multiple_of(512), 0);
    for (number, grain) in grains.iter().enumerate() {
        let packed = zlib(grain);
        disk.extend((number as u64 * 128).to_le_bytes());
        disk.extend((packed.len() as u32).to_le_bytes());
        disk.extend(packed);
        sector(&mut disk);
    }
    // A table of one sector, then the end.
    disk.extend(1u64.to_le_bytes());
    disk.extend([0, 0, 0, 0, 1, 0, 0, 0]);
    sector(&mut disk);
    disk.resize(disk.len() + 2 * 512, 0);
    disk
}

#[test]
fn disks_of_exported_machines_are_read() {
    let mut last = vec![0; 60_000];
    last.extend(env());
    let disk = vmdk(&[&[1; 65536], &noise(65536), &last]);
    let folder = folder();
    let file = folder.path().join("disk.vmdk");
    std::fs::write(&file, &disk).unwrap();
    found_in(folder.path(), "vmdk");
    std::fs::write(
        &file,
        tar(&[("vm.ovf", b"<Envelope/>"), ("vm-disk1.vmdk", &disk)]),
    )
    .unwrap();
    assert_eq!(found_in(folder.path(), "ova"), ["vm-disk1.vmdk"]);
    // Grains that unpack to more than a grain, or are larger than any.
    let bomb = vmdk(&[&vec![0; 64 << 20]]);
    std::fs::write(&file, &bomb).unwrap();
    assert!(search(folder.path()).1.bytes < 1 << 20);
    let mut large = disk.clone();
    large[20..28].copy_from_slice(&u64::MAX.to_le_bytes());
    let (why, _) = only_skip("disk.vmdk", &large, HuntLimits::default());
    assert!(matches!(why, SkipReason::Memory(_)), "{why}");
    for part in 1..30 {
        std::fs::write(&file, &disk[..disk.len() * part / 30]).unwrap();
        search(folder.path());
    }
}

#[test]
fn what_is_not_unpacked_is_searched_as_it_stands() {
    let folder = folder();
    let disk = [&b"QFI\xfb\0\0\0\x03"[..], &[0; 9000], &env(), &noise(9000)].concat();
    std::fs::write(folder.path().join("vm.qcow2"), disk).unwrap();
    let (found, looked) = search_with(folder.path(), HuntLimits::default());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, ["qcow2, as it stands"]);
    assert_eq!(looked.skipped.len(), 1);
}
