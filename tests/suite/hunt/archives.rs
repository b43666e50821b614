//! Packed files of every kind, within one another, larger than allowed, lying and cut.

use std::io::{Cursor, Write};

use freescout_rescue::io::hunt::{HuntLimits, SkipReason};
use lzma_rust2::{XzOptions, XzWriter};
use sevenz_rust2::encoder_options::AesEncoderOptions;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderMethod, Password};

use super::{KEY, env, folder, gz, only_skip, search, search_with, shell, tar, zip};

pub fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn xz_with(bytes: &[u8], window: u32) -> Vec<u8> {
    let mut options = XzOptions::with_preset(1);
    options.lzma_options.dict_size = window;
    let mut packed = XzWriter::new(Vec::new(), options).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    xz_with(bytes, 1 << 20)
}

pub fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn zst_with(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    packed.window_log(window_log).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn seven_by(
    members: &[(&str, &[u8])],
    methods: Vec<sevenz_rust2::EncoderConfiguration>,
) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    archive.set_content_methods(methods);
    for (name, bytes) in members {
        archive
            .push_archive_entry(ArchiveEntry::new_file(name), Some(*bytes))
            .unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn seven(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut options = sevenz_rust2::encoder_options::Lzma2Options::from_level(1);
    options.set_dictionary_size(1 << 20);
    seven_by(members, vec![options.into()])
}

fn inside(way: &[&str]) -> Vec<String> {
    way.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn every_packer_is_read() {
    let env = env();
    let cases: [(&str, Vec<u8>, &[&str]); 9] = [
        ("env.txt.bz2", bz2(&env), &["env.txt"]),
        ("env.txt.xz", xz(&env), &["env.txt"]),
        ("env.txt.zst", zst(&env), &["env.txt"]),
        (
            "b.tar.bz2",
            bz2(&tar(&[("html/.env", &env)])),
            &["html/.env"],
        ),
        ("b.txz", xz(&tar(&[("html/.env", &env)])), &["html/.env"]),
        (
            "b.tar.zst",
            zst(&tar(&[("html/.env", &env)])),
            &["html/.env"],
        ),
        (
            "b.7z",
            seven(&[("x", b"nothing"), ("html/.env", &env)]),
            &["html/.env"],
        ),
        (
            "b.bzip2.7z",
            seven_by(&[("html/.env", &env)], vec![EncoderMethod::BZIP2.into()]),
            &["html/.env"],
        ),
        (
            "b.stored.7z",
            seven_by(&[("html/.env", &env)], vec![EncoderMethod::COPY.into()]),
            &["html/.env"],
        ),
    ];
    for (name, bytes, way) in cases {
        let folder = folder();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (found, looked) = search(folder.path());
        assert_eq!(found, [(KEY.to_owned(), inside(way), Some(2))], "{name}");
        assert!(looked.skipped.is_empty(), "{name}");
    }
}

#[test]
fn every_packer_is_read_within_every_other() {
    type Pack = fn(&[u8]) -> Vec<u8>;
    let packers: [(&str, Pack); 7] = [
        ("gz", gz),
        ("bz2", bz2),
        ("xz", xz),
        ("zst", zst),
        ("tar", |bytes| tar(&[("in", bytes)])),
        ("zip", |bytes| zip(&[("in", bytes)])),
        ("7z", |bytes| seven(&[("in", bytes)])),
    ];
    let folder = folder();
    for (outer_name, outer) in packers {
        for (inner_name, inner) in packers {
            let name = format!("{inner_name}.{outer_name}");
            std::fs::write(folder.path().join(&name), outer(&inner(&env()))).unwrap();
        }
    }
    let (found, looked) = search(folder.path());
    assert!(looked.skipped.is_empty(), "{}", looked.skipped[0].why);
    assert_eq!(found.len(), packers.len() * packers.len());
}

#[test]
fn streams_one_behind_the_other_are_one() {
    for pack in [gz, bz2, xz, zst] {
        let folder = folder();
        let bytes = [pack(b"first\n"), pack(&env())].concat();
        std::fs::write(folder.path().join("parts"), bytes).unwrap();
        let (found, looked) = search(folder.path());
        assert_eq!((found.len(), looked.skipped.len()), (1, 0));
        assert_eq!(found[0].2, Some(3));
    }
}

#[test]
fn bombs_go_off_in_nobodys_hands() {
    let limits = HuntLimits {
        unpacked: 1 << 20,
        ratio: 0,
        ..HuntLimits::default()
    };
    let zeros = vec![0; 4 << 20];
    for (name, bytes) in [
        ("gz", gz(&zeros)),
        ("bz2", bz2(&zeros)),
        ("xz", xz(&zeros)),
        ("zst", zst(&zeros)),
        ("zip", zip(&[("a", &zeros), ("b", &zeros)])),
        ("7z", seven(&[("a", &zeros), ("b", &zeros)])),
        ("tar.gz", gz(&tar(&[("a", &zeros), ("b", &zeros)]))),
        ("zip.gz", gz(&zip(&[("a", &zeros)]))),
    ] {
        let (why, _) = only_skip(name, &bytes, limits);
        assert!(
            matches!(why, SkipReason::Trap { megabytes, .. } if megabytes <= 1),
            "{name}: {why}"
        );
    }
}

#[test]
fn bombs_of_real_programs_go_off_in_nobodys_hands() {
    let limits = HuntLimits {
        unpacked: 1 << 20,
        ratio: 0,
        ..HuntLimits::default()
    };
    for (line, name) in [
        ("lzop -q -U z", "z.lzo"),
        ("compress -f z", "z.Z"),
        ("brotli -j z", "z.br"),
        ("7z a -bd -bso0 -tzip -mm=Deflate64 z.zip z", "z.zip"),
        ("7z a -bd -bso0 -tzip -mm=LZMA z.zip z", "z.zip"),
        ("mksquashfs z z.sfs -quiet -no-progress", "z.sfs"),
        ("mbstream -c z | gzip >z.gz", "z.gz"),
        ("qemu-img convert -c -O qcow2 z z.qcow2", "z.qcow2"),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join("z"), vec![b'z'; 4 << 20]).unwrap();
        shell(folder.path(), line);
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let (why, _) = only_skip(name, &bytes, limits);
        assert!(
            matches!(why, SkipReason::Trap { megabytes, .. } if megabytes <= 1),
            "{name}: {why}"
        );
    }
}

#[test]
fn what_takes_more_memory_than_allowed_is_named() {
    let text = vec![b'x'; 6 << 20];
    let limits = HuntLimits {
        memory: 4 << 20,
        ..HuntLimits::default()
    };
    for (name, bytes) in [
        ("big.xz", xz_with(&text, 8 << 20)),
        ("big.zst", zst_with(&text, 23)),
        (
            "big.7z",
            seven_by(&[("a", &text)], vec![EncoderMethod::LZMA2.into()]),
        ),
        ("zip.gz", gz(&zip(&[("a", &noise(3 << 20))]))),
    ] {
        let (why, _) = only_skip(name, &bytes, limits);
        assert!(matches!(why, SkipReason::Memory(_)), "{name}: {why}");
    }
    // Windows within windows share what there is.
    let nested = xz_with(&xz_with(&env(), 3 << 20), 3 << 20);
    let (why, _) = only_skip(
        "twice.xz",
        &nested,
        HuntLimits {
            memory: 6 << 20,
            ..limits
        },
    );
    assert_eq!(why, SkipReason::Memory(4));
}

pub fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..bytes).map(next).collect()
}

#[test]
fn closed_and_cut_archives_are_named() {
    let limits = HuntLimits::default();
    let aes = AesEncoderOptions::new(Password::from("secret"));
    let closed = seven_by(
        &[("a", &env())],
        vec![aes.into(), EncoderMethod::COPY.into()],
    );
    assert_eq!(
        only_skip("closed.7z", &closed, limits).0,
        SkipReason::Encrypted
    );
    for (name, mut bytes) in [
        ("cut.bz2", bz2(&noise(5000))),
        ("cut.xz", xz(&noise(5000))),
        ("cut.zst", zst(&noise(5000))),
        ("cut.7z", seven(&[("a", &noise(5000))])),
        ("cut.zip", zip(&[("a", &noise(5000))])),
    ] {
        bytes.truncate(bytes.len() / 2);
        let (why, _) = only_skip(name, &bytes, limits);
        assert!(matches!(why, SkipReason::Broken(_)), "{name}: {why}");
    }
}

#[test]
fn what_stood_before_the_cut_is_found() {
    let mut text = env();
    text.extend(noise(600 << 10));
    for pack in [gz, bz2, xz, zst] {
        let mut bytes = pack(&text);
        bytes.truncate(bytes.len() - 100);
        let folder = folder();
        std::fs::write(folder.path().join("cut"), bytes).unwrap();
        let (found, looked) = search_with(folder.path(), HuntLimits::default());
        assert_eq!((found.len(), looked.skipped.len()), (1, 1));
    }
    // Also where it is less than what is looked at at a time.
    let mut bytes = gz(&env());
    bytes.truncate(bytes.len() - 8);
    let folder = folder();
    std::fs::write(folder.path().join("cut.gz"), bytes).unwrap();
    let (found, looked) = search_with(folder.path(), HuntLimits::default());
    assert_eq!((found.len(), looked.skipped.len()), (1, 1));
}

#[test]
fn what_lzop_compress_and_brotli_make_is_read() {
    for (line, way) in [
        ("lzop -q -U env.txt", &["env.txt"][..]),
        ("lzop -q -9 -U env.txt", &["env.txt"]),
        ("lzop -q --no-checksum -U env.txt", &["env.txt"]),
        ("compress -f env.txt", &["env.txt"]),
        ("compress -b 10 -f env.txt", &["env.txt"]),
        ("brotli -j env.txt", &["env.txt"]),
        (
            "tar cf b.tar env.txt && lzop -q -U b.tar && rm env.txt",
            &["env.txt"],
        ),
        ("tar cZf b.tar.Z env.txt && rm env.txt", &["env.txt"]),
        (
            "tar cf b.tar env.txt && brotli -j b.tar && rm env.txt",
            &["env.txt"],
        ),
        (
            "brotli -j env.txt && tar czf b.tgz env.txt.br && rm env.txt.br",
            &["env.txt.br", "env.txt"],
        ),
    ] {
        let folder = folder();
        // So much before it that codes become wider and tables are emptied.
        let words = (0..60_000u32).map(|n| format!("{} ", n.wrapping_mul(2_654_435_761) % 9973));
        let text = [
            words.collect::<String>().into_bytes(),
            b"\n".to_vec(),
            env(),
        ]
        .concat();
        std::fs::write(folder.path().join("env.txt"), text).unwrap();
        shell(folder.path(), line);
        let (found, looked) = search(folder.path());
        let told: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert!(told.is_empty(), "{line}: {told:?}");
        assert_eq!(found, [(KEY.to_owned(), inside(way), Some(3))], "{line}");
    }
}

#[test]
fn what_is_only_called_brotli_is_searched_as_it_stands() {
    for bytes in [
        env(),
        [&[0xff, 0xfe, 0xfd][..], &env(), &noise(300)].concat(),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join("env.br"), bytes).unwrap();
        assert_eq!(search(folder.path()).0.len(), 1);
    }
    // A window beyond those of the standard.
    let folder = folder();
    std::fs::write(
        folder.path().join("a.br"),
        [&[0x11, 0x3f][..], &noise(5000)].concat(),
    )
    .unwrap();
    let why = &search(folder.path()).1.skipped[0].why;
    assert!(matches!(why, SkipReason::Form(_)), "{why}");
}
