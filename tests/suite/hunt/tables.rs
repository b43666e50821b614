//! Tables of InnoDB that are compressed or encrypted, made by MariaDB's server: read, or named.

use std::path::Path;

use freescout_rescue::domain::hunt::forms::UnreadForm;
use freescout_rescue::io::hunt::SkipReason;
use tempfile::TempDir;

use super::archives::noise;
use super::{Found, KEY, env, folder, gz, search, shell, tar};

/// The files of tables of these kinds, each with this text in it.
fn tables(kinds: &[&str], text: &[u8]) -> TempDir {
    let (made, kept) = (folder(), folder());
    let hex = |part: &[u8]| -> String { part.iter().map(|byte| format!("{byte:02x}")).collect() };
    let mut sql = "create database d;\n".to_owned();
    for (number, kind) in kinds.iter().enumerate() {
        sql.push_str(&format!(
            "create table d.t{number} (id int primary key, name varchar(40), notes longtext) engine=innodb {kind};\n\
             insert into d.t{number} values (1, 'Support', '');\n"
        ));
        // No longer statements are read.
        for part in text.chunks(8000) {
            let part = hex(part);
            sql.push_str(&format!(
                "update d.t{number} set notes = concat(notes, x'{part}');\n"
            ));
        }
        sql.push_str(&format!("alter table d.t{number} force;\n"));
    }
    std::fs::write(made.path().join("sql"), sql).unwrap();
    // What changed last stands plainly in a page until all of it is made anew. The server writes all pages before it ends.
    shell(
        made.path(),
        "mkdir d; printf '1;%064d\\n' 7 > keys
         PATH=$PATH:/usr/sbin mariadbd --no-defaults --bootstrap --user=$(id -un) --datadir=$PWD/d \
         --plugin-maturity=unknown --plugin-load-add=file_key_management --file-key-management-filename=$PWD/keys \
         --innodb-read-only-compressed=OFF --innodb-data-file-path=ibdata1:12M:autoextend --innodb-log-file-size=4M \
         <sql >said 2>&1 || cat said >&2",
    );
    for number in 0..kinds.len() {
        let name = format!("t{number}.ibd");
        let table = made.path().join("d/d").join(&name);
        std::fs::copy(table, kept.path().join(name)).unwrap();
    }
    kept
}

const COMPRESSED: [&str; 4] = [
    "page_compressed=1",
    "row_format=compressed",
    "row_format=compressed key_block_size=4",
    "row_format=compressed key_block_size=16",
];
const ENCRYPTED: [&str; 3] = [
    "encrypted=yes",
    "encrypted=yes page_compressed=1",
    "encrypted=yes row_format=compressed",
];

/// In how many files the key was found, and what is told.
fn found_in(folder: &Path) -> (usize, Vec<SkipReason>) {
    let (found, looked) = search(folder);
    let found = found.iter().filter(|(text, ..)| text == KEY).count();
    let told = looked.skipped.into_iter().map(|skipped| skipped.why);
    (found, told.collect())
}

#[test]
fn compressed_tables_are_read_short_texts_and_long_ones() {
    let filler = base64(&noise(60_000));
    for text in [env(), [filler.as_bytes(), b"\n", &env()].concat()] {
        let folder = tables(&COMPRESSED, &text);
        let plain = std::fs::read_dir(folder.path()).unwrap();
        for path in plain.map(|entry| entry.unwrap().path()) {
            let bytes = std::fs::read(&path).unwrap();
            let stands = memchr::memmem::find(&bytes, KEY.as_bytes());
            assert_eq!(stands, None, "{}: {} bytes", path.display(), text.len());
        }
        assert_eq!(found_in(folder.path()), (COMPRESSED.len(), Vec::new()));
    }
}

#[test]
fn encrypted_tables_are_named_on_disk_and_in_archives() {
    let folder = tables(&ENCRYPTED, &env());
    let (found, told) = found_in(folder.path());
    assert_eq!(found, 0);
    let encrypted = SkipReason::Form(UnreadForm::InnodbEncrypted);
    assert_eq!(told, [&encrypted; 3].map(Clone::clone));
    let names = ["t0.ibd", "t1.ibd", "t2.ibd"];
    let files = names.map(|name| std::fs::read(folder.path().join(name)).unwrap());
    let members: Vec<_> = names
        .iter()
        .zip(&files)
        .map(|(n, f)| (*n, &f[..]))
        .collect();
    let archived = super::folder();
    std::fs::write(archived.path().join("a.tgz"), gz(&tar(&members))).unwrap();
    let (_, looked) = search(archived.path());
    let told: Vec<_> = looked.skipped.iter().map(|s| (&s.why, s.alike)).collect();
    assert_eq!(told, [(&encrypted, 2)]);
}

#[test]
fn usual_tables_are_searched_as_they_are() {
    let kinds = ["", "row_format=redundant", "row_format=compact"];
    let folder = tables(&kinds, &env());
    assert_eq!(found_in(folder.path()), (kinds.len(), Vec::new()));
    let (found, looked) = search(folder.path());
    let stands = |(_, inside, _): &Found| inside.is_empty();
    assert!(found.iter().all(stands));
    assert!(looked.skipped.is_empty());
}

fn base64(bytes: &[u8]) -> String {
    freescout_rescue::domain::payload::base64::encode(bytes)
}
