//! Dumps that hold the rows of a table apart from what tells its columns: `pg_dump`'s own archives, and files beside files.
//!
//! The archives were made by `pg_dump` 15.18, 16.14 and 18.4: seeds of the fuzz target `archive`, and `dumps/`.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use freescout_rescue::domain::hunt::old_payloads::{RecognizedBy, Wanted};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits, HuntTotals, SkipReason};

use super::archives::{noise, zst};
use super::{KEY, PLAIN, folder, gz, shell, tar};

fn wanted() -> Wanted {
    let mut wanted = Wanted::default();
    wanted.mailbox(3, "support@acme.example", true);
    wanted.mailbox(5, "fine@acme.example", false);
    wanted
}

/// What a folder holds: keys as `name inside line`, older passwords as `column text name inside, database schema table, date`.
fn look(folder: &Path) -> (Vec<String>, Vec<String>, HuntTotals) {
    look_with(folder, HuntLimits::default())
}

fn look_with(folder: &Path, limits: HuntLimits) -> (Vec<String>, Vec<String>, HuntTotals) {
    let (mut keys, mut rows) = (Vec::new(), Vec::new());
    let way = |source: &freescout_rescue::domain::key::source::Source| {
        let name = source.path.as_deref().and_then(Path::file_name);
        let name = name.unwrap_or_default().to_string_lossy().into_owned();
        let inside = source.inside.iter().map(|member| format!(" > {member}"));
        name + &inside.collect::<String>()
    };
    let looked = hunt::search(
        &[folder.to_owned()],
        &limits,
        &wanted(),
        &|| false,
        &mut |event| match event {
            HuntEvent::Candidate(found) if found.text.expose() == KEY.as_bytes() => {
                let line = found.source.line.unwrap_or_default();
                keys.push(format!("{} line {line}", way(&found.source)));
            }
            HuntEvent::Sighting(seen, source) => {
                let name = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
                let [database, schema, table] = [
                    &seen.origin.database,
                    &seen.origin.schema,
                    &seen.origin.table,
                ]
                .map(name);
                let by = match seen.how {
                    RecognizedBy::Row => "row",
                    RecognizedBy::Page => "page",
                };
                let date = seen.date.map(|d| d.at.date().to_string());
                rows.push(format!(
                    "{} {} by {by} of {database}.{schema}.{table} in {} of {}",
                    seen.column.unwrap_or("?"),
                    opened(seen.payload.expose()),
                    way(&source),
                    date.unwrap_or_default(),
                ));
            }
            _ => {}
        },
    );
    rows.sort();
    (keys, rows, looked)
}

fn opened(payload: &[u8]) -> String {
    let key = AppKey::parse(PLAIN.as_bytes()).unwrap();
    let payload = Payload::parse(payload).ok().unwrap();
    let plain = payload.open(&key).unwrap();
    match php::unserialize(plain.expose()) {
        Ok(php::PhpValue::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => panic!("no text"),
    }
}

fn sealed(text: &str) -> String {
    let key = AppKey::parse(PLAIN.as_bytes()).unwrap();
    Payload::seal(&key, &[7; 16], &php::serialize_text(text.as_bytes()))
}

fn both(table: &str, place: &str, date: &str) -> [String; 2] {
    ["in", "out"].map(|way| format!("{way}_password {way} by row of {table} in {place} of {date}"))
}

fn seed(name: &str) -> Vec<u8> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds/archive");
    std::fs::read(seeds.join(name)).unwrap()
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/hunt/dumps/pg_dump-15-directory")
}

/// The day on which the archives were made.
const DAY: &str = "2026-11-30";
const TABLE: &str = "desk.public.mailboxes";

#[test]
fn pg_dumps_own_archives_are_read_for_keys_and_rows() {
    let plain = seed("pg_dump-18-plain");
    for (name, bytes, threads, mailboxes) in [
        ("15.dump", seed("pg_dump-15-custom"), "threads", "mailboxes"),
        ("16.dump", seed("pg_dump-16-custom"), "threads", "mailboxes"),
        ("18.dump", plain.clone(), "threads", "mailboxes"),
        (
            "zstd.dump",
            packed_otherwise(&plain, 3, &zst),
            "threads.zst > threads",
            "mailboxes.zst > mailboxes",
        ),
        (
            "15.tar.gz",
            seed("pg_dump-15-tar-gz"),
            "3343.dat",
            "3342.dat",
        ),
        (
            "in.tar.gz",
            gz(&tar(&[("a/15.dump", &seed("pg_dump-15-custom"))])),
            "a/15.dump > threads",
            "a/15.dump > mailboxes",
        ),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (keys, rows, looked) = look(folder.path());
        assert_eq!(keys, [format!("{name} > {threads} line 1")], "{name}");
        assert_eq!(rows, both(TABLE, &format!("{name} > {mailboxes}"), DAY));
        assert!(looked.skipped.is_empty(), "{name}: {:?}", looked.skipped);
    }
    let (keys, rows, looked) = look(&directory());
    assert_eq!(keys, ["3343.dat.gz > 3343.dat line 1"]);
    assert_eq!(rows, both(TABLE, "3342.dat.gz > 3342.dat", DAY));
    assert!(looked.skipped.is_empty(), "{:?}", looked.skipped);
    // The same, as somebody packed the folder; its contents come first in a `-Ft` alone.
    let file = |name: &str| std::fs::read(directory().join(name)).unwrap();
    let packed = tar(&[
        ("d/toc.dat", &file("toc.dat")),
        ("d/3342.dat.gz", &file("3342.dat.gz")),
    ]);
    let folder = folder();
    std::fs::write(folder.path().join("d.tar"), packed).unwrap();
    let place = "d.tar > d/3342.dat.gz > 3342.dat";
    assert_eq!(look(folder.path()).1, both(TABLE, place, DAY));
    // Statements instead of rows say themselves what they are; the database is not named in them.
    std::fs::write(folder.path().join("d.tar"), seed("pg_dump-15-inserts")).unwrap();
    let (keys, rows, _) = look(folder.path());
    assert_eq!((keys.len(), rows.len()), (1, 2), "{rows:?}");
}

/// A dump that is not packed, each table packed in another way.
fn packed_otherwise(plain: &[u8], way: u8, pack: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let number = |at: usize| u32::from_le_bytes(plain[at + 1..at + 5].try_into().unwrap()) as usize;
    // The data begin with the rows of mailboxes, behind the heads of their block and of a chunk.
    let mut at = find(plain, b"eyJpdiI6") - 11;
    let mut made = plain[..at].to_vec();
    made[11] = way;
    while at < plain.len() && plain[at] == 1 {
        made.extend_from_slice(&plain[at..at + 6]);
        at += 6;
        let mut data = Vec::new();
        loop {
            let length = number(at);
            at += 5;
            data.extend_from_slice(&plain[at..at + length]);
            at += length;
            if length == 0 {
                break;
            }
        }
        let packed = pack(&data);
        // In two chunks.
        for chunk in packed.chunks(packed.len().div_ceil(2)) {
            made.push(0);
            made.extend_from_slice(&u32::try_from(chunk.len()).unwrap().to_le_bytes());
            made.extend_from_slice(chunk);
        }
        made.extend_from_slice(&[0; 5]);
    }
    made
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    let mut windows = bytes.windows(text.len());
    windows.position(|window| window == text).unwrap()
}

#[test]
fn an_archive_that_breaks_off_says_so_and_gives_what_came_before() {
    let whole = seed("pg_dump-15-custom");
    let folder = folder();
    let file = folder.path().join("cut.dump");
    let mut read = 0;
    for length in (6..whole.len()).step_by(7) {
        std::fs::write(&file, &whole[..length]).unwrap();
        let (keys, rows, looked) = look(folder.path());
        let damaged = looked
            .skipped
            .iter()
            .any(|s| matches!(s.why, SkipReason::Broken(_)));
        // Between two blocks nothing tells that more should follow.
        assert!(
            damaged || !rows.is_empty() || !keys.is_empty(),
            "{length}: {:?}",
            looked.skipped
        );
        read += usize::from(!rows.is_empty());
    }
    assert!(read > 10, "{read}");
    // Of a version or a kind to come it is said, and searched as it stands.
    for (at, byte) in [(6, 200), (10, 9)] {
        let mut other = whole.clone();
        other[at] = byte;
        other.extend_from_slice(format!("\nAPP_KEY={KEY}\n").as_bytes());
        std::fs::write(&file, other).unwrap();
        let (keys, _, looked) = look(folder.path());
        assert_eq!(keys.len(), 1);
        assert!(matches!(looked.skipped[0].why, SkipReason::Broken(_)));
    }
}

#[test]
fn an_archive_takes_no_more_than_it_may() {
    let whole = seed("pg_dump-18-plain");
    let limits = HuntLimits {
        unpacked: 4 << 20,
        ratio: 8,
        ..HuntLimits::default()
    };
    let bomb = |data: &[u8]| {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        for _ in 0..64 << 20 >> 16 {
            packed.write_all(&[b'x'; 1 << 16]).unwrap();
        }
        packed.write_all(data).unwrap();
        packed.finish().unwrap()
    };
    let folder = folder();
    let file = folder.path().join("x.dump");
    std::fs::write(&file, packed_otherwise(&whole, 1, &bomb)).unwrap();
    let (_, _, looked) = look_with(folder.path(), limits);
    assert!(looked.bytes < 16 << 20);
    let trap = |s: &hunt::Skipped| matches!(s.why, SkipReason::Trap { .. });
    assert!(looked.skipped.iter().any(trap), "{:?}", looked.skipped);
    // An entry without an end: texts that follow one another, and one that says to be longer than any.
    let entry = find(&whole, b"ENCODING") - 30;
    let endless = [&whole[..entry], &[0, 1, 0, 0, 0, b'1'].repeat(3 << 20)[..]].concat();
    let longest = [
        &whole[..entry],
        &[0, 0xff, 0xff, 0xff, 0x7f, b'1'].repeat(100)[..],
    ]
    .concat();
    for bytes in [endless, longest] {
        std::fs::write(&file, bytes).unwrap();
        let (_, _, looked) = look(folder.path());
        assert!(matches!(looked.skipped[0].why, SkipReason::Broken(_)));
    }
}

const MADE: &str = "-- MySQL dump 10.13\n--\n-- Host: localhost    Database: desk\n-- ------\n\
    CREATE TABLE `mailboxes` (`out_password` text, `id` int, `email` text, `in_password` text);\n\
    -- Dump completed on 2025-06-19  3:00:01\n";

#[test]
fn rows_are_read_by_the_file_beside_them_on_disk_and_in_archives() {
    let (out, incoming) = (sealed("out"), sealed("in"));
    let lines =
        format!("{out}\t3\tsupport@acme.example\t{incoming}\n\\N\t5\tfine@acme.example\t\\N\n");
    let insert =
        format!("INSERT INTO `mailboxes` VALUES('{out}',3,'support@acme.example','{incoming}');\n");
    let headed = format!(
        "-- MySQL dump 10.13\n--\n-- Host: localhost    Database: desk\n-- ------\n{insert}"
    );
    let made = MADE.replace("-- Host: localhost    Database: desk\n", "");
    let small = "2025-06-19";
    for (files, place, table, date) in [
        // mysqldump --tab
        (
            [("mailboxes.sql", MADE.to_owned()), ("mailboxes.txt", lines)],
            "mailboxes.txt",
            "desk.-.mailboxes",
            small,
        ),
        // mydumper
        (
            [
                ("desk.mailboxes-schema.sql", made.clone()),
                ("desk.mailboxes.00000.sql", insert.clone()),
            ],
            "desk.mailboxes.00000.sql",
            "-.-.mailboxes",
            "2023-11-14",
        ),
        // A dump without rows, and one without tables
        (
            [("a-tables.sql", MADE.to_owned()), ("b-rows.sql", headed)],
            "b-rows.sql",
            "desk.-.mailboxes",
            "2023-11-14",
        ),
    ] {
        let members: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        let packed: Vec<(String, Vec<u8>)> = files
            .iter()
            .map(|(n, t)| (format!("{n}.gz"), gz(t.as_bytes())))
            .collect();
        for (what, written) in [
            (
                "files",
                members
                    .iter()
                    .map(|(n, t)| ((*n).to_owned(), t.to_vec()))
                    .collect(),
            ),
            ("packed files", packed),
            (
                "an archive",
                vec![("a.tar.gz".to_owned(), gz(&tar(&members)))],
            ),
        ] {
            let folder = folder();
            for (name, bytes) in &written {
                let path = folder.path().join(name);
                std::fs::write(&path, bytes).unwrap();
                let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
                std::fs::File::options()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_modified(time)
                    .unwrap();
            }
            let place = match what {
                "files" => place.to_owned(),
                "packed files" => format!("{place}.gz > {place}"),
                _ => format!("a.tar.gz > {place}"),
            };
            let (_, rows, looked) = look(folder.path());
            assert_eq!(rows, both(table, &place, date), "{what}");
            assert!(looked.skipped.is_empty());
        }
    }
}

#[test]
fn what_lies_beside_of_another_database_or_disagrees_is_not_taken() {
    let insert = format!(
        "-- MySQL dump 10.13\n--\n-- Host: localhost    Database: desk\n-- ------\n\
         INSERT INTO `mailboxes` VALUES('{}',3,'support@acme.example','{}');\n",
        sealed("out"),
        sealed("in")
    );
    let shop = MADE.replace("desk", "shop");
    let swapped = MADE
        .replace("out_", "x_")
        .replace("in_", "out_")
        .replace("x_", "in_");
    for files in [
        vec![("schema.sql", shop.as_str())],
        vec![("schema.sql", MADE), ("schema-2.sql", &swapped)],
        // One with rows of its own is another dump.
        vec![(
            "older.sql",
            &*format!("{swapped}{}", insert.replace("desk", "other")),
        )],
    ] {
        let folder = folder();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("rows.sql"), &insert).unwrap();
        let (_, rows, _) = look(folder.path());
        let taken = rows
            .iter()
            .find(|row| row.contains("rows.sql") && row.contains("by row"));
        assert_eq!(taken, None);
    }
}

#[test]
fn older_passwords_are_read_in_what_real_programs_pack() {
    let insert = format!(
        "INSERT INTO `mailboxes` VALUES('{}',3,'support@acme.example','{}');\n-- Dump",
        sealed("out"),
        sealed("in")
    );
    let dump = MADE.replace("-- Dump", &insert);
    let disk = "truncate -s 8M d && /sbin/mkfs.ext4 -q -F -d src d";
    for line in [
        "lzop -q -o out/d.lzo src/d.sql",
        "compress -c src/d.sql >out/d.Z",
        "brotli -o out/d.br src/d.sql",
        "7z a -bd -bso0 -tzip -mm=Deflate64 out/a.zip src",
        "7z a -bd -bso0 -tzip -mm=LZMA out/a.zip src",
        "zip -q -r -s 64k out/a.zip src",
        "mksquashfs src out/a.sfs -quiet -no-progress",
        "dar -Q -c out/a -z -R src >/dev/null",
        &format!("{disk} && qemu-img convert -c -O qcow2 d out/a.qcow2"),
        "borg init -e none out/r && borg create out/r::a src",
        "hg init out/r && cp src/d.sql out/r && hg -R out/r add -q out/r/d.sql && hg -R out/r commit -m a -u n && rm out/r/d.sql",
        "cd src && zstd -q --rm d.sql && mbstream -c noise d.sql.zst >../out/a.xb",
    ] {
        let folder = folder();
        let at = folder.path();
        std::fs::create_dir(at.join("src")).unwrap();
        std::fs::create_dir(at.join("out")).unwrap();
        std::fs::write(at.join("src/d.sql"), &dump).unwrap();
        std::fs::write(at.join("src/noise"), noise(90_000)).unwrap();
        let settings = "export HOME=$PWD BORG_BASE_DIR=$PWD BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes HGRCPATH=/dev/null";
        shell(at, &format!("{settings}; {line}"));
        let (_, mut rows, _) = look(&at.join("out"));
        rows.retain(|row| row.contains(" by row of desk."));
        let columns: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.split(' ').next())
            .collect();
        assert_eq!(columns, ["in_password", "out_password"], "{line}: {rows:?}");
    }
}
