//! Dumps of every tool, pages of every kind, any bytes, cut anywhere.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::origin::PayloadOrigin;
use super::*;
use crate::domain::hunt::byte_classes::{self, Wish};
use crate::domain::inventory::secret::Token;
use crate::domain::key::app_key::AppKey;
use crate::domain::payload::{Payload, php};

mod tables;

fn wanted() -> Wanted {
    let mut wanted = Wanted::default();
    wanted.mailbox(3, "support@acme.example", true);
    wanted.mailbox(4, "port@acme.example", true);
    wanted.mailbox(5, "fine@acme.example", false);
    wanted.option("mail_password");
    wanted.module("tags");
    wanted
}

/// A payload by a name of its own: equal names are equal payloads.
fn sealed(name: &str) -> String {
    let key = AppKey::parse(b"this is a throw-away example key").unwrap();
    let mut iv = [0xfb; 16];
    iv[..name.len()].copy_from_slice(name.as_bytes());
    Payload::seal(&key, &iv, &php::serialize_text(name.as_bytes()))
}

fn scan_cut(stream: &[u8], cuts: &[usize], block: usize) -> Vec<Sighting> {
    let wanted = wanted();
    let mut scanner = Scanner::with_block(&wanted, block);
    scanner.begin(Some(1_750_302_000));
    let (mut found, mut from) = (Vec::new(), 0);
    for cut in cuts {
        let to = from.max(cut % (stream.len() + 1));
        scanner.feed(&stream[from..to], &mut |s| found.push(s));
        from = to;
    }
    scanner.feed(&stream[from..], &mut |s| found.push(s));
    scanner.end(&mut |s| found.push(s));
    assert!(scanner.buffer.capacity() <= block + WINDOW + 2 * MAX_PAYLOAD);
    found
}

/// The same by one who looks first where something matters, and passes over the rest.
fn scan_passing(stream: &[u8], cuts: &[usize]) -> Vec<Sighting> {
    let wanted = wanted();
    let mut scanner = Scanner::new(&wanted);
    scanner.begin(Some(1_750_302_000));
    let (mut found, mut from) = (Vec::new(), 0);
    let mut each = |s| found.push(s);
    for to in cuts
        .iter()
        .map(|cut| cut % (stream.len() + 1))
        .chain([stream.len()])
    {
        let range = from..to.max(from);
        let mut matters = from == 0 && super::begins(stream);
        byte_classes::over(stream, range.clone(), Wish::KeysAndRows, &mut |spot, at| {
            matters |= range.contains(&at) && super::matters(stream, spot, at);
        });
        let bytes = &stream[range.clone()];
        if matters || !scanner.rests(&mut each) {
            scanner.feed(bytes, &mut each);
        } else {
            let last = &bytes[bytes.len().saturating_sub(CONTEXT)..];
            scanner.pass_over(bytes.len() as u64, last);
        }
        from = range.end;
    }
    scanner.end(&mut each);
    found
}

/// `support.in_password support-in 2025-06-19`, one a line, sorted.
fn said(found: &[Sighting]) -> Vec<String> {
    let mut lines: Vec<String> = found
        .iter()
        .map(|s| {
            let key = AppKey::parse(b"this is a throw-away example key").unwrap();
            let plain = Payload::parse(s.payload.expose())
                .ok()
                .unwrap()
                .open(&key)
                .unwrap();
            let Ok(php::PhpValue::Text(text)) = php::unserialize(plain.expose()) else {
                panic!("not a text")
            };
            format!(
                "{} {}{} {} {} {:?}",
                s.owner,
                s.column.unwrap_or("?"),
                s.token.map_or("", Token::member),
                String::from_utf8_lossy(text),
                s.date.map_or_else(String::new, |d| d.at.date().to_string()),
                s.id,
            )
        })
        .collect();
    lines.sort();
    lines
}

fn scan(stream: &str) -> Vec<String> {
    said(&scan_cut(stream.as_bytes(), &[], BLOCK))
}

const CREATE: &str = "CREATE TABLE `fs_mailboxes` (\n  `id` int(10) unsigned NOT NULL,\n  `email` varchar(128),\n  `signature` text,\n  \
    `in_password` text,\n  `out_password` text,\n  `meta` text,\n  `updated_at` timestamp NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n";

fn mysqldump() -> String {
    let meta = format!(
        r#"{{\"oauth\":{{\"a_token\":\"{}\"}}}}"#,
        sealed("token").replace('/', "\\\\/")
    );
    format!(
        "/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump 10.19\n{CREATE}LOCK TABLES `fs_mailboxes` WRITE;\n\
         /*!40000 ALTER TABLE `fs_mailboxes` DISABLE KEYS */;\nINSERT INTO `fs_mailboxes` VALUES\n\
         (3,'support@acme.example','it\\'s ''quoted'' \\\\',_binary '{}','{}','{meta}','2025-01-02 00:00:00'),\n\
         (5,'fine@acme.example',NULL,'{}',NULL,NULL,NULL),(9,'other@acme.example','),(3,',0x{},NULL,NULL,NULL);\n\
         /*!40000 ALTER TABLE `fs_mailboxes` ENABLE KEYS */;\n\
         INSERT INTO `fs_mailboxes` VALUES (4,'port@acme.example','',0x{},X'{}',NULL,NULL);\n\
         INSERT INTO `options` VALUES (7,'mail_password','{}'),(8,'other','{}');\n\
         REPLACE INTO `modules` (`alias`,`license`) VALUES ('tags','{}'),('other','{}');\n\
         -- Dump completed on 2025-06-19  3:00:01\n",
        sealed("in"),
        sealed("out"),
        sealed("fine"),
        hex(&sealed("nobody")),
        hex(&sealed("in4")),
        hex(&sealed("out4")),
        sealed("system"),
        sealed("option"),
        sealed("licence"),
        sealed("no"),
    )
}

fn hex(text: &str) -> String {
    base16ct::upper::encode_string(text.as_bytes())
}

#[test]
fn a_mysqldump_is_read_row_by_row_and_dated() {
    assert_eq!(
        scan(&mysqldump()),
        [
            "mail_password value system 2025-06-19 Some(7)",
            "port@acme.example in_password in4 2025-06-19 Some(4)",
            "port@acme.example out_password out4 2025-06-19 Some(4)",
            "support@acme.example in_password in 2025-06-19 Some(3)",
            "support@acme.example metaa_token token 2025-06-19 Some(3)",
            "support@acme.example out_password out 2025-06-19 Some(3)",
            "tags license licence 2025-06-19 None",
        ]
    );
}

#[test]
fn without_columns_freescouts_own_order_is_taken_and_without_a_date_the_rows() {
    let row = format!(
        "INSERT INTO `mailboxes` VALUES (3,'Support','SUPPORT@acme.example',NULL,1,NULL,2,2,1,'',3,'h','u','{}',587,3,'h',993,'u','{}',\
         1,2,0,NULL,NULL,0,0,1,NULL,'2025-01-01 00:00:00','2025-02-03 04:05:06',1,NULL);",
        sealed("out"),
        sealed("in"),
    );
    let expected = [
        "SUPPORT@acme.example in_password in 2025-02-03 Some(3)",
        "SUPPORT@acme.example out_password out 2025-02-03 Some(3)",
    ];
    assert_eq!(scan(&row), expected);
    // One that was renamed since is recognised by its id. In another table of the same ending the address still says whose it
    // is, but nothing says what.
    let renamed = row.replace("SUPPORT@acme.example", "old-name@acme.example");
    assert_eq!(scan(&renamed).len(), 2);
    let other = format!("CREATE TABLE `mailboxes` (`id` int, `title` text);\n{row}");
    assert_eq!(
        scan(&other),
        [
            "support@acme.example ? in 2025-06-19 Some(3)",
            "support@acme.example ? out 2025-06-19 Some(3)",
        ]
    );
    let json = format!(
        r#"{{"email":"support@acme.example","in_password":"{}"}}"#,
        sealed("in")
    );
    assert_eq!(
        scan(&json),
        ["support@acme.example in_password in 2025-06-19 Some(3)"]
    );
}

#[test]
fn postgresql_and_sqlite_dumps_are_read() {
    let copy = format!(
        "-- PostgreSQL database dump\n-- Started on 2025-06-19 03:00:00 CEST\nSET standard_conforming_strings = on;\n\
         COPY public.mailboxes (id, name, email, signature, in_password, out_password, meta) FROM stdin;\n\
         3\tA\\tb\tsupport@acme.example\t<p>\\n\\\\\t{}\t\\N\t\\N\n\
         5\tx\tfine@acme.example\t\t{}\t\\N\t\\N\n\\.\n\n",
        sealed("in"),
        sealed("fine"),
    );
    assert_eq!(
        scan(&copy),
        ["support@acme.example in_password in 2025-06-19 Some(3)"]
    );
    let inserts = format!(
        "SET standard_conforming_strings = on;\nINSERT INTO public.options (id, name, value) VALUES (1, 'x', 'C:\\');\n\
         INSERT INTO public.options (id, name, value) OVERRIDING SYSTEM VALUE VALUES (2, 'mail_password', '{}') ON CONFLICT DO NOTHING;\n",
        sealed("system"),
    );
    // Nothing dates it but the file.
    assert_eq!(
        scan(&inserts),
        ["mail_password value system 2025-06-19 Some(2)"]
    );
    let sqlite = format!(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE IF NOT EXISTS \"mailboxes\" (id INTEGER PRIMARY KEY, email VARCHAR(9,9), signature TEXT, out_password TEXT);\n\
         INSERT INTO mailboxes VALUES(3,'support@acme.example',replace('a\\nb','\\n',char(10)),'{}');\nCOMMIT;\n",
        sealed("out"),
    );
    assert_eq!(
        scan(&sqlite),
        ["support@acme.example out_password out 2025-06-19 Some(3)"]
    );
}

/// Where each row of a stream stood: `text: host database schema table`, `?` where its name is not sure.
fn origins(stream: &str) -> Vec<String> {
    let found = scan_cut(stream.as_bytes(), &[], BLOCK);
    assert_eq!(scan_passing(stream.as_bytes(), &[9, 200, 700]), found);
    let origin = |s: &Sighting| {
        let part = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
        let PayloadOrigin {
            host,
            database,
            schema,
            table,
            unsure,
        } = &s.origin;
        let names = [host, database, schema, table].map(part).join(" ");
        format!("{names}{}", if *unsure { " ?" } else { "" })
    };
    found.iter().map(origin).collect()
}

#[test]
fn every_row_says_which_database_and_table_it_stood_in() {
    let insert = |table: &str, name: &str| {
        let payload = sealed(name);
        format!(
            "INSERT INTO {table} (id,email,in_password) VALUES (3,'support@acme.example','{payload}');\n"
        )
    };
    let row = insert("`mailboxes`", "a");
    let header = |database: &str| {
        format!("-- MySQL dump 10.13\n--\n-- Host: localhost    Database: {database}\n-- ----\n\n")
    };
    let settings = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n";
    let over = "-- Dump completed on 2025-06-19  3:00:01\n";
    let copy = |table: &str| {
        format!(
            "COPY {table} (id, email, in_password) FROM stdin;\n3\tsupport@acme.example\t{}\n\\.\n",
            sealed("a")
        )
    };
    let postgres = "--\n-- PostgreSQL database dump\n--\nSET standard_conforming_strings = on;\n";
    let postgres_over = "--\n-- PostgreSQL database dump complete\n--\n";
    let far = "-- x\n".repeat(200);
    for (stream, expected) in [
        (row.clone(), vec!["- - - mailboxes"]),
        (header("desk") + &row, vec!["localhost desk - mailboxes"]),
        (
            format!(
                "{}{settings}-- Current Database: `a`\nCREATE DATABASE /*!32312 IF NOT EXISTS*/ `a`;\nUSE `a`;\n{row}\
                 -- Current Database: `b`\nUSE `b`;\n{row}{over}",
                header("a")
            ),
            vec!["localhost a - mailboxes", "localhost b - mailboxes"],
        ),
        (format!("use a; {row}"), vec!["- a - mailboxes"]),
        (
            format!("USE `a`;\n{}", insert("`b`.`fs_mailboxes`", "a")),
            vec!["- a b fs_mailboxes"],
        ),
        (
            format!("-- phpMyAdmin SQL Dump\n--\n-- Datenbank: `staging`\n--\n{row}"),
            vec!["- staging - mailboxes"],
        ),
        // Several dumps in one file: what one names does not count for the next.
        (
            format!("{}{settings}{row}{over}{row}", header("a")),
            vec!["localhost a - mailboxes", "- - - mailboxes"],
        ),
        (
            format!("{}{settings}{far}{row}{settings}{row}", header("a")),
            vec!["localhost a - mailboxes", "- - - mailboxes"],
        ),
        (
            format!(
                "{settings}USE `a`;\n{row}{far}{}{settings}{row}",
                header("b")
            ),
            vec!["- a - mailboxes", "localhost b - mailboxes"],
        ),
        // One that broke off.
        (
            format!("{}{far}{row}{postgres}{}", header("a"), copy("mailboxes")),
            vec!["localhost a - mailboxes", "- - - mailboxes"],
        ),
        (
            format!("{postgres}{}{postgres_over}", copy("public.mailboxes")),
            vec!["- - public mailboxes"],
        ),
        // Of several databases; the last in the form of old versions.
        (
            format!(
                "-- Database \"a\" dump\n\\connect a\n{postgres}{}{postgres_over}\
                 {postgres}CREATE DATABASE b WITH TEMPLATE = template0;\n\\connect b\n{}{postgres_over}\
                 {postgres}SET search_path = staging, pg_catalog;\n{}{postgres_over}",
                copy("public.mailboxes"),
                copy("public.mailboxes"),
                copy("mailboxes")
            ),
            vec![
                "- a public mailboxes",
                "- b public mailboxes",
                "- - staging mailboxes",
            ],
        ),
        // A mail may hold such lines where line ends are not escaped.
        (
            format!(
                "{postgres}INSERT INTO public.threads VALUES (1, 'Dear all,\n\\connect a\n');\n{}",
                insert("public.mailboxes", "a")
            ),
            vec!["- a public mailboxes ?"],
        ),
        (
            format!(
                "/*\n Source Host           : localhost:3306\n Source Schema         : a\n*/\n{row}"
            ),
            vec!["- a - mailboxes"],
        ),
    ] {
        assert_eq!(origins(&stream), expected, "{stream}");
    }
}

#[test]
fn mydumper_writes_texts_in_double_quotes() {
    let dump = format!(
        "/*!40101 SET NAMES binary*/;\nINSERT INTO `mailboxes` (`id`,`email`,`signature`,`in_password`) VALUES\n\
         (3,\"support@acme.example\",\"it's \\\"quoted\\\", \"\"twice\"\"\",\"{}\"),\n(5,\"fine@acme.example\",NULL,\"{}\");\n",
        sealed("in"),
        sealed("fine"),
    );
    assert_eq!(
        scan(&dump),
        ["support@acme.example in_password in 2025-06-19 Some(3)"]
    );
}

/// Columns one behind the other, as InnoDB writes a row of FreeScout's table.
fn innodb(email: &str, out: Option<&str>, user: &str, incoming: Option<&str>) -> Vec<u8> {
    let mut row = b"\0\0\x10\0\x80\x03Support".to_vec();
    row.extend(email.bytes());
    row.extend(b"\x01\x02<br>\x03smtp.example");
    row.extend(email.bytes());
    if let Some(out) = out {
        row.extend(sealed(out).bytes());
        row.extend(b"\0\0\x02\x4b");
    }
    row.extend(b"\x03imap.example\0\0\x03\xe1");
    row.extend(user.bytes());
    if let Some(incoming) = incoming {
        row.extend(sealed(incoming).bytes());
    }
    row.extend(b"\x01\x02\x80\x80\x80\x01h\x1a\x1b\0");
    row
}

#[test]
fn a_page_is_read_in_the_order_of_the_columns() {
    let support = "support@acme.example";
    let of = |rows: &[Vec<u8>]| said(&scan_cut(&rows.concat(), &[], BLOCK));
    let in_order = |out: &str, incoming: &str| {
        [
            format!("{support} in_password {incoming} 2025-06-19 Some(3)"),
            format!("{support} out_password {out} 2025-06-19 Some(3)"),
        ]
    };
    assert_eq!(
        of(&[innodb(support, Some("a"), support, Some("b"))]),
        in_order("a", "b")
    );
    // One alone is recognised by the numbers behind it.
    assert_eq!(
        of(&[innodb(support, None, "u", Some("b"))]),
        in_order("a", "b")[..1]
    );
    assert_eq!(
        of(&[innodb(support, Some("a"), "u", None)]),
        in_order("a", "b")[1..]
    );
    // Rows side by side do not mix, and what is not lost is not seen.
    let fine = innodb("fine@acme.example", Some("x"), "u", Some("y"));
    let rows = [
        fine.clone(),
        innodb(support, Some("a"), support, Some("b")),
        fine,
    ];
    assert_eq!(of(&rows), in_order("a", "b"));
    // An address that ends like another one's is not that one's.
    assert!(of(&rows).iter().all(|line| line.starts_with(support)));
    // A user name that is another mailbox's address: it is not certain whose the second password is.
    let shared = of(&[innodb(support, Some("a"), "port@acme.example", Some("b"))]);
    assert_eq!(shared[1..], in_order("a", "b")[1..]);
    assert_eq!(shared[0], "port@acme.example ? b 2025-06-19 Some(4)");
}

#[test]
fn rows_of_a_heap_page_with_one_password_each_do_not_mix() {
    let row = |id: &str, incoming: &str| {
        let mut row = format!("\x03{id}@acme.example\x01\0\x01\0imap.example").into_bytes();
        row.extend(b"\xe1\x03\0\0\x05user\x70\x03\0\0");
        row.extend(sealed(incoming).bytes());
        // in_protocol, in_encryption, auto_reply_enabled: the first at an even place.
        row.extend(b"\0\x01\0\x02\0\0\0\0");
        row
    };
    let page = [row("support", "a"), row("fine", "b"), row("port", "c")].concat();
    assert_eq!(
        said(&scan_cut(&page, &[], BLOCK)),
        [
            "port@acme.example in_password c 2025-06-19 Some(4)",
            "support@acme.example in_password a 2025-06-19 Some(3)",
        ]
    );
}

#[test]
fn a_payload_without_a_known_address_near_it_is_nobodys() {
    let far = [
        b"support@acme.example".as_slice(),
        &[0; WINDOW],
        sealed("a").as_bytes(),
    ]
    .concat();
    assert!(scan_cut(&far, &[], BLOCK).is_empty());
    assert!(scan_cut(sealed("a").as_bytes(), &[], BLOCK).is_empty());
    let cut = [
        b"support@acme.example\0".as_slice(),
        &sealed("a").as_bytes()[..80],
    ]
    .concat();
    assert!(scan_cut(&cut, &[], BLOCK).is_empty());
}

#[test]
fn a_long_run_and_a_quote_never_closed_are_survived() {
    let run = [
        b"support@acme.example eyJpdiI6".as_slice(),
        &[b'A'; 3 * MAX_PAYLOAD],
    ]
    .concat();
    assert!(scan_cut(&run, &[], BLOCK).is_empty());
    let mut open = b"INSERT INTO `mailboxes` VALUES (3,'".to_vec();
    open.resize(70 << 20, b'x');
    open.extend(format!("\n{}", mysqldump()).into_bytes());
    assert_eq!(said(&scan_cut(&open, &[], BLOCK)), scan(&mysqldump()));
}

/// Something of everything, with other bytes between.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(mysqldump().into_bytes()),
        Just(innodb("support@acme.example", Some("a"), "u", Some("b"))),
        Just(innodb("port@acme.example", None, "u", Some("b"))),
        Just(b"\nINSERT INTO `mailboxes` VALUES (3,'".to_vec()),
        Just(b"support@acme.example eyJpdiI6".to_vec()),
        Just(b"\nUSE `desk`; \n\\connect desk\n-- Host: h    Database: desk\n".to_vec()),
        Just(b"id,email,in_password\n3,support@acme.example,\"".to_vec()),
        Just(b"UPDATE `mailboxes` SET `in_password` = 'a\\'' WHERE id = 3;\n".to_vec()),
        Just(vec![0xff, 0xfe]),
        proptest::collection::vec(any::<u8>(), 0..300),
        (0..40_000usize).prop_map(|n| vec![b' '; n]),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        // TextContext the others', not at the top of the project.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/proptest-regressions/sightings.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn how_the_stream_is_cut_changes_nothing(
        stream in stream(), cuts in proptest::collection::vec(any::<usize>(), 0..12), block in 64usize..9000,
    ) {
        let whole = said(&scan_cut(&stream, &[], BLOCK));
        prop_assert_eq!(&said(&scan_cut(&stream, &cuts, BLOCK)), &whole);
        prop_assert_eq!(&said(&scan_cut(&stream, &cuts, block)), &whole);
        prop_assert_eq!(&said(&scan_passing(&stream, &cuts)), &whole);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in any::<usize>()) {
        let mut dump = mysqldump().into_bytes();
        let at = at % dump.len();
        dump.splice(at..at, bytes);
        let _ = scan_cut(&dump, &[], 512);
    }
}
