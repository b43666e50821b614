//! Much work out of few bytes is not done; honest data is searched whole, however much it unpacks to.

use std::fmt::Write as _;
use std::io::{Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use freescout_rescue::io::hunt::{HuntLimits, SkipReason};

use super::archives::{bz2, seven, xz, zst};
use super::{KEY, env, folder, gz, only_skip, search, search_with, tar, zip};

/// Nearly nothing is free, so that what is read must pay for what it unpacks to.
fn poor() -> HuntLimits {
    HuntLimits {
        unpacked: 64 << 10,
        ..HuntLimits::default()
    }
}

/// What a web server writes, with the key behind it.
fn log(lines: usize) -> Vec<u8> {
    let mut log = String::new();
    for line in 0..lines {
        let _ = writeln!(
            log,
            "10.0.{}.{} - - \"GET /conversation/{line} HTTP/1.1\" 200",
            line / 99 % 200,
            line % 200
        );
    }
    log.into_bytes().into_iter().chain(env()).collect()
}

#[test]
fn honest_archives_are_searched_whole_though_nothing_is_free() {
    let same = "nothing to do, all is well\n".repeat(300_000).into_bytes();
    let same = [same, env()].concat();
    let packed = gz(&same);
    assert!(same.len() / packed.len() > 150, "{}", packed.len());
    let log = log(40_000);
    let many: Vec<(String, Vec<u8>)> = (0..3000)
        .map(|n| {
            (
                format!("storage/{n:05}.txt"),
                format!("mail {n}\n").into_bytes(),
            )
        })
        .chain([("html/.env".to_owned(), env())])
        .collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (&n[..], &b[..])).collect();
    for (name, bytes) in [
        ("same.gz", packed),
        ("log.gz", gz(&log)),
        ("log.bz2", bz2(&log)),
        ("log.xz", xz(&log)),
        ("log.zst", zst(&log)),
        ("log.7z", seven(&[("log", &log)])),
        ("log.tar.gz", gz(&tar(&[("log", &log), ("more", &log)]))),
        ("log.zip.gz", gz(&zip(&[("log", &log)]))),
        ("parts.bz2", log.chunks(60_000).flat_map(bz2).collect()),
        ("many.zip", zip(&many)),
        ("many.tar.zst", zst(&tar(&many))),
        ("many.7z", seven(&many)),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (found, looked) = search_with(folder.path(), poor());
        let said: Vec<_> = looked.skipped.iter().map(|s| s.why.to_string()).collect();
        assert_eq!(said, Vec::<String>::new(), "{name}");
        assert!(found.iter().any(|(text, ..)| text == KEY), "{name}");
    }
}

#[test]
fn what_no_honest_archive_unpacks_to_ends_it() {
    let zeros = vec![0; 64 << 20];
    for (name, bytes) in [
        ("zeros.bz2", bz2(&zeros)),
        ("zeros.xz", xz(&zeros)),
        ("zeros.zst", zst(&zeros)),
        ("zeros.gz.gz", gz(&gz(&zeros))),
        (
            "zeros.tar.zip.zst",
            zst(&zip(&[("x.tar", &tar(&[("a", &zeros)]))])),
        ),
        // Each stream is empty, and takes room for more than its bytes pay for.
        ("empty.bz2", bz2(b"").repeat(2000)),
    ] {
        let (why, _) = only_skip(name, &bytes, poor());
        let SkipReason::Trap { megabytes, .. } = why else {
            panic!("{name}: {why}");
        };
        assert!(megabytes < 48, "{name}: {megabytes}");
    }
}

#[test]
fn a_trap_does_not_keep_the_next_file_from_being_searched() {
    let folder = folder();
    let trap = zst(&vec![0; 16 << 20]);
    for number in 0..9 {
        std::fs::write(folder.path().join(format!("{number}.zst")), &trap).unwrap();
    }
    std::fs::write(
        folder.path().join("backup.tar.gz"),
        gz(&tar(&[(".env", &env())])),
    )
    .unwrap();
    let limits = HuntLimits {
        unpacked: 4 << 20,
        ratio: 100,
        ..HuntLimits::default()
    };
    let (found, looked) = search_with(folder.path(), limits);
    assert_eq!(found.len(), 1);
    assert_eq!(looked.skipped.len(), 9);
    // Four may cost all that is free, the others hardly anything.
    assert!(
        looked.bytes > 15 << 20 && looked.bytes < 24 << 20,
        "{}",
        looked.bytes
    );
}

#[test]
fn keys_that_are_unpacked_over_and_over_cost_more_than_their_bytes() {
    let mut page = String::new();
    for number in 0..500 {
        let _ = writeln!(page, "APP_KEY=base64:{number:042}A=");
    }
    let packed = zst(page.repeat(400).as_bytes());
    let limits = HuntLimits {
        unpacked: 64 << 20,
        ratio: 100,
        ..HuntLimits::default()
    };
    let folder = folder();
    std::fs::write(folder.path().join("keys.zst"), packed).unwrap();
    let (found, looked) = search_with(folder.path(), limits);
    assert_eq!(found.len(), 500);
    assert!(matches!(looked.skipped[0].why, SkipReason::Trap { .. }));
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A member's header in the file.
fn local(name: &str, method: u8, packed: usize) -> Vec<u8> {
    let sizes = (packed as u32).to_le_bytes().repeat(2);
    let fixed = [&[20, 0, 0, 0, method, 0][..], &[0; 8], &sizes].concat();
    let lengths = [name.len() as u8, 0, 0, 0];
    [b"PK\x03\x04", &fixed[..], &lengths, name.as_bytes()].concat()
}

/// A file of these bytes, with a directory of members: name, method, packed length and place.
fn listed(mut bytes: Vec<u8>, members: &[(String, u8, usize, usize)]) -> Vec<u8> {
    let start = bytes.len() as u32;
    for (name, method, packed, place) in members {
        let sizes = (*packed as u32).to_le_bytes().repeat(2);
        let fixed = [&[20, 0, 20, 0, 0, 0, *method, 0][..], &[0; 8], &sizes].concat();
        let lengths = [&[name.len() as u8][..], &[0; 13]].concat();
        let place = (*place as u32).to_le_bytes();
        bytes.extend([b"PK\x01\x02", &fixed[..], &lengths, &place, name.as_bytes()].concat());
    }
    let size = bytes.len() as u32 - start;
    bytes.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    bytes.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    bytes
}

/// Members each of which quotes the header of the next and goes on in it; the last alone holds something.
fn quoting(members: usize, content: &[u8], last_first: bool) -> Vec<u8> {
    let core = deflated(content);
    let mut pieces = vec![[local("core", 8, core.len()), core.clone()].concat()];
    let mut heads = vec![local("core", 8, core.len())];
    let mut packed = core.len();
    let mut names = vec![("core".to_owned(), packed)];
    for number in 1..members {
        let next = &heads[number - 1];
        let length = next.len() as u16;
        let stored = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
        packed += stored.len() + next.len();
        let name = format!("{number:04}");
        let head = local(&name, 8, packed);
        pieces.push([head.clone(), stored].concat());
        heads.push(head);
        names.push((name, packed));
    }
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (piece, (name, packed)) in pieces.iter().zip(names).rev() {
        directory.push((name, 8, packed, bytes.len()));
        bytes.extend_from_slice(piece);
    }
    if last_first {
        directory.reverse();
    }
    listed(bytes, &directory)
}

#[test]
fn members_that_lie_within_others_are_unpacked_once() {
    let content = [&vec![b'.'; 2 << 20], &b"\n"[..], &env()].concat();
    for last_first in [false, true] {
        let folder = folder();
        let path = folder.path().join("quoting.zip");
        std::fs::write(&path, quoting(300, &content, last_first)).unwrap();
        let (found, looked) = search(&path);
        let why: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert!(why.contains(&&SkipReason::Shared(299)), "{why:?}");
        assert!(looked.bytes < 5 << 20, "{} bytes", looked.bytes);
        assert_eq!(found.len(), 1, "the last first: {last_first}");
        assert_eq!(found[0].0, KEY);
    }
}

#[test]
fn one_member_under_many_names_is_unpacked_once() {
    let text = [vec![b'.'; 1 << 20], env()].concat();
    let inner = gz(&text);
    for (method, bytes) in [(8, deflated(&text)), (0, text.clone()), (0, inner)] {
        let whole = [local("a", method, bytes.len()), bytes.clone()].concat();
        let names: Vec<_> = (0..20_000)
            .map(|number| (format!("{number:05}"), method, bytes.len(), 0))
            .collect();
        let folder = folder();
        let path = folder.path().join("names.zip");
        std::fs::write(&path, listed(whole, &names)).unwrap();
        let (found, looked) = search(&path);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1[0], "00000");
        let why: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert_eq!(why, [&SkipReason::Shared(19_999)]);
        assert!(looked.bytes < 2 << 20, "{} bytes", looked.bytes);
    }
}

#[test]
fn a_directory_with_wrong_lengths_hides_no_member() {
    let packed = deflated(b"nothing here\n");
    let first = [local("first", 8, packed.len()), packed].concat();
    let key = deflated(&env());
    let second = [local("html/.env", 8, key.len()), key.clone()].concat();
    let place = first.len();
    // The first is said to reach to the end of the file, packed or as it stands.
    for method in [8, 0] {
        let mut bytes = [&first[..], &second].concat();
        bytes[8] = method;
        let long = bytes.len() - 35;
        let members = [
            ("first".to_owned(), method, long, 0),
            ("html/.env".to_owned(), 8, key.len(), place),
        ];
        let folder = folder();
        let path = folder.path().join("wrong.zip");
        std::fs::write(&path, listed(bytes, &members)).unwrap();
        let (found, _) = search(&path);
        assert_eq!(
            found,
            [(KEY.to_owned(), vec!["html/.env".to_owned()], Some(2))]
        );
    }
}

#[test]
fn holes_in_an_archive_pay_for_nothing() {
    let folder = folder();
    let path = folder.path().join("holes.tar");
    let mut header = tar::Header::new_gnu();
    header.set_path("disk.img").unwrap();
    header.set_size(6 << 30);
    header.set_cksum();
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.seek(SeekFrom::Start(512 + (6 << 30))).unwrap();
    file.write_all(&tar(&[("html/.env", &env())])).unwrap();
    drop(file);
    let limits = HuntLimits {
        unpacked: 16 << 20,
        ..HuntLimits::default()
    };
    let (found, looked) = search_with(&path, limits);
    assert!(found.is_empty());
    assert!(matches!(looked.skipped[0].why, SkipReason::Trap { .. }));
    assert!(looked.bytes < 256 << 20, "{} bytes", looked.bytes);
}

/// The head of an object in a pack: what it is, and bytes it unpacks to.
fn object(kind: u8, mut size: usize) -> Vec<u8> {
    let mut head = vec![kind << 4 | (size & 15) as u8];
    size >>= 4;
    while size > 0 {
        *head.last_mut().unwrap() |= 0x80;
        head.push((size & 0x7f) as u8);
        size >>= 7;
    }
    head
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A pack of one large object and so many others, each of which is the one before it.
fn chain(length: u32, size: usize) -> Vec<u8> {
    let mut pack = [&b"PACK\0\0\0\x02"[..], &(length + 1).to_be_bytes()].concat();
    let mut before = pack.len();
    pack.extend([object(3, size), zlib(&vec![b'.'; size])].concat());
    // Two sizes of 7 bits a byte, and a copy of all of the base.
    let sizes = |size: usize| [0, 7, 14, 21].map(|shift| (size >> shift) as u8 & 0x7f | 0x80);
    let varint = |size: usize| [&sizes(size)[..], &[0]].concat();
    let copy = [0xf0, size as u8, (size >> 8) as u8, (size >> 16) as u8];
    let delta = [varint(size), varint(size), copy.to_vec()].concat();
    for _ in 0..length {
        let here = pack.len();
        let mut back = here - before;
        let mut offset = vec![(back & 0x7f) as u8];
        while back >> 7 > 0 {
            back = (back >> 7) - 1;
            offset.insert(0, (back & 0x7f) as u8 | 0x80);
        }
        pack.extend([object(6, delta.len()), offset, zlib(&delta)].concat());
        before = here;
    }
    pack.extend([0; 20]);
    pack
}

#[test]
fn long_chains_of_large_objects_in_a_git_pack_end() {
    let folder = folder();
    let store = folder.path().join("repo.git");
    std::fs::create_dir_all(store.join("objects/pack")).unwrap();
    std::fs::write(store.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let pack = store.join("objects/pack/pack-chain.pack");
    // A short one is read whole, a long one would cost the square of its length.
    std::fs::write(&pack, chain(3, 2 << 20)).unwrap();
    let (_, looked) = search_with(folder.path(), HuntLimits::default());
    assert_eq!(looked.skipped.len(), 0, "{}", looked.skipped[0].why);
    assert_eq!(looked.bytes >> 20, 4 * 2);
    std::fs::write(&pack, chain(200, 2 << 20)).unwrap();
    let limits = HuntLimits {
        unpacked: 64 << 20,
        ..HuntLimits::default()
    };
    let (_, looked) = search_with(folder.path(), limits);
    let traps = looked
        .skipped
        .iter()
        .filter(|s| matches!(s.why, SkipReason::Trap { .. }));
    assert_eq!(traps.count(), 1);
    assert!(looked.bytes < 60 << 20, "{}", looked.bytes);
}
