//! Rows without a statement that says what they are: exports, files of rows, `UPDATE`s, UTF-16; and those of others.

use super::super::beside::{HeadlessRows, MadeTable, TextContext};
use super::*;

/// What is seen in a text that lies beside something, each line with the table it stood in.
fn seen_beside(text: &[u8], beside: &TextContext, cuts: &[usize], block: usize) -> Vec<String> {
    let wanted = wanted();
    let mut scanner = Scanner::with_block(&wanted, block);
    scanner.begin(Some(1_750_302_000));
    scanner.learn(beside.clone());
    let (mut found, mut from) = (Vec::new(), 0);
    for to in cuts
        .iter()
        .map(|c| c % (text.len() + 1))
        .chain([text.len()])
    {
        scanner.feed(&text[from..to.max(from)], &mut |s| found.push(s));
        from = to.max(from);
    }
    scanner.end(&mut |s| found.push(s));
    let mut lines: Vec<String> = found
        .iter()
        .map(|s| {
            let table = s.origin.table.as_deref().unwrap_or("-");
            format!("{table} {}", said(std::slice::from_ref(s))[0])
        })
        .collect();
    lines.sort();
    lines
}

fn seen(name: &str, text: &str) -> Vec<String> {
    let beside = TextContext {
        name: Some(name.to_owned()),
        ..TextContext::default()
    };
    let whole = seen_beside(text.as_bytes(), &beside, &[], BLOCK);
    assert_eq!(
        seen_beside(text.as_bytes(), &beside, &[1, 9, 30, 77, 500], 64),
        whole
    );
    whole
}

fn both(table: &str) -> [String; 2] {
    ["in", "out"]
        .map(|way| format!("{table} support@acme.example {way}_password {way} 2025-06-19 Some(3)"))
}

#[test]
fn exports_with_the_names_of_the_columns_are_read_whatever_separates_them() {
    let (incoming, outgoing, fine) = (sealed("in"), sealed("out"), sealed("fine"));
    for (what, text) in [
        (
            "phpMyAdmin",
            format!(
                "\"id\",\"name\",\"email\",\"signature\",\"out_password\",\"in_password\"\n\
                 \"3\",\"a, \"\"b\"\"\",\"support@acme.example\",\"<p>\nx</p>\",\"{outgoing}\",\"{incoming}\"\n\
                 \"5\",\"x\",\"fine@acme.example\",NULL,\"{fine}\",NULL\n"
            ),
        ),
        (
            "CSV for Excel, without an end of the last line",
            format!(
                "\u{feff}id;email;signature;out_password;in_password\r\n5;fine@acme.example;;{fine};\r\n\
                 3;support@acme.example;\"a;\\\"b\";{outgoing};{incoming}"
            ),
        ),
        (
            "mysql --batch",
            format!(
                "id\temail\tsignature\tout_password\tin_password\tin_server\n\
                 3\tsupport@acme.example\t\"a\\tb\\n\\\\\t{outgoing}\t{incoming}\tNULL\n\
                 5\tfine@acme.example\tNULL\t{fine}\tNULL\tNULL\n"
            ),
        ),
        (
            "HeidiSQL",
            format!(
                "\"id\"\t\"email\"\t\"out_password\"\t\"in_password\"\r\n\
                 \"3\"\t\"support@acme.example\"\t\"{outgoing}\"\t\"{incoming}\"\r\n"
            ),
        ),
        (
            "psql --no-align",
            format!(
                "id|email|in_password|out_password\n3|support@acme.example|{incoming}|{outgoing}\n(1 row)\n"
            ),
        ),
    ] {
        assert_eq!(seen("export.csv", &text), both("-"), "{what}");
        assert_eq!(seen("mailboxes.csv", &text), both("mailboxes"), "{what}");
        // Who looks first where something matters sees the same.
        assert_eq!(
            said(&scan_passing(text.as_bytes(), &[])),
            scan(&text),
            "{what}"
        );
    }
}

#[test]
fn a_login_that_is_null_says_nothing() {
    let text = format!(
        "id\temail\tin_server\tin_username\tin_password\n3\tsupport@acme.example\tNULL\timap-user\t{}\n",
        sealed("in")
    );
    let found = scan_cut(text.as_bytes(), &[], BLOCK);
    assert_eq!(found[0].login.server, None);
    assert_eq!(found[0].login.username.as_deref(), Some("imap-user"));
}

#[test]
fn files_of_rows_without_names_are_read_by_their_own() {
    let row = |separator: &str, quote: &str| {
        let (out, incoming) = (sealed("out"), sealed("in"));
        let values = [
            "3",
            "Support",
            "support@acme.example",
            "\\N",
            "1",
            "\\N",
            "2",
            "2",
            "1",
            "",
            "3",
            "h",
            "u",
            &out,
            "587",
            "3",
            "h",
            "993",
            "u",
            &incoming,
            "1",
            "2",
            "0",
        ];
        let quoted = values.map(|value| format!("{quote}{value}{quote}"));
        quoted.join(separator) + "\n"
    };
    for name in [
        "mailboxes.csv",
        "desk.mailboxes.txt",
        "mailboxes_20250619.tsv",
    ] {
        assert_eq!(seen(name, &row(",", "\"")), both("mailboxes"), "{name}");
        assert_eq!(seen(name, &row("\t", "")), both("mailboxes"), "{name}");
    }
    let options = format!("7,mail_password,\"{}\"\n8,other,x\n", sealed("system"));
    assert_eq!(
        seen("fs_options.csv", &options),
        ["fs_options mail_password value system 2025-06-19 Some(7)"]
    );
}

#[test]
fn tables_of_other_applications_are_not_freescouts() {
    let payload = sealed("no");
    for (name, text) in [
        // Settings of another application, in a file that is not named after FreeScout's table.
        (
            "settings.csv",
            format!("id,name,value\n7,mail_password,{payload}\n"),
        ),
        (
            "export.tsv",
            format!("id\talias\tlicense\n1\ttags\t{payload}\n"),
        ),
        // Accounts with an address and a password of another name.
        (
            "accounts.csv",
            format!("id,email,password\n3,support@acme.example,{payload}\n"),
        ),
        (
            "users.tsv",
            format!("id\temail\tsecret\n3\tsupport@acme.example\t{payload}\n"),
        ),
        // Rows of another width, and lines that are no table.
        (
            "mailboxes.csv",
            format!("id,email,in_password\n3,support@acme.example,x,{payload}\n"),
        ),
        (
            "mailboxes.csv",
            format!("3,support@acme.example,{payload}\n"),
        ),
        (
            "mailboxes.txt",
            format!("Dear all,\nin_password is {payload}\n"),
        ),
        (
            "notes.txt",
            format!("email, in_password and more\n3,support@acme.example,{payload}\n"),
        ),
    ] {
        let found = seen(name, &text);
        let recognised = |line: &&String| !line.contains(" ? ");
        assert_eq!(found.iter().find(recognised), None, "{name}: {text}");
    }
    // Rows of what is another table by its name say so, and the engine compares.
    let other = format!(
        "id,email,in_password\n3,support@acme.example,{}\n",
        sealed("in")
    );
    assert!(seen("shop_mailboxes.csv", &other)[0].starts_with("shop_mailboxes "));
}

#[test]
fn an_update_that_names_one_row_is_read() {
    let (incoming, outgoing) = (sealed("in"), sealed("out"));
    let by_id = format!(
        "-- put the backup back\nUPDATE `mailboxes` SET `in_password` = '{incoming}', `out_password` = '{outgoing}' WHERE `mailboxes`.`id` = 3;\n"
    );
    let by_address = format!(
        "SELECT 1;\nupdate fs_mailboxes set in_password='{incoming}',name='it\\'s; x',\n out_password='{outgoing}' where email = 'support@acme.example'"
    );
    assert_eq!(
        scan(&by_id),
        [
            " in_password in 2025-06-19 Some(3)",
            " out_password out 2025-06-19 Some(3)"
        ]
    );
    assert_eq!(
        scan(&by_address),
        [
            "support@acme.example in_password in 2025-06-19 None",
            "support@acme.example out_password out 2025-06-19 None",
        ]
    );
    let many = by_id.replace("`mailboxes`.`id` = 3", "`id` > 2");
    let other = by_id.replace("`mailboxes`", "`accounts`");
    for text in [many, other] {
        assert_eq!(scan(&text), [""; 0], "{text}");
    }
    assert_eq!(
        origins(&format!("USE desk;\n{by_id}"))[0],
        "- desk - mailboxes"
    );
    let option = format!(
        "UPDATE options SET value = '{}' WHERE name = 'mail_password';\n",
        sealed("x")
    );
    assert_eq!(scan(&option), ["mail_password value x 2025-06-19 None"]);
}

#[test]
fn rows_are_read_by_what_lies_beside_them() {
    let row = format!(
        "{}\t{}\tsupport@acme.example\t3\n",
        sealed("in"),
        sealed("out")
    );
    let made = made_tables(
        b"-- MySQL dump 10.13\n--\n-- Host: localhost    Database: desk\n--\n\
          CREATE TABLE `mailboxes` (`in_password` text, `out_password` text, `email` text, `id` int);\n\
          -- Dump completed on 2025-05-01  3:00:01\n",
    );
    let beside = TextContext {
        rows: Some(made[0].rows()),
        ..TextContext::default()
    };
    let dated = both("mailboxes").map(|line| line.replace("2025-06-19", "2025-05-01"));
    assert_eq!(seen_beside(row.as_bytes(), &beside, &[5], 64), dated);
    // One that is cut is none.
    let cut = row.trim_end().as_bytes();
    assert_eq!(seen_beside(cut, &beside, &[], BLOCK), [""; 0]);

    let insert = format!(
        "/*!40101 SET NAMES binary*/;\nINSERT INTO `mailboxes` VALUES(\"{}\",\"{}\",\"support@acme.example\",3);\n",
        sealed("in"),
        sealed("out")
    );
    let beside = TextContext {
        tables: made,
        ..TextContext::default()
    };
    let of = |text: &str| seen_beside(text.as_bytes(), &beside, &[], BLOCK);
    assert_eq!(of(&insert), both("mailboxes"));
    // Not by the table of another database; and what the text itself says counts more.
    let shop =
        format!("-- MySQL dump 10.13\n--\n-- Host: localhost    Database: shop\n--\n{insert}");
    assert_eq!(of(&shop), [""; 0]);
    let own = format!(
        "CREATE TABLE `mailboxes` (`a` text, `b` text, `email` text, `in_password` int);\n{insert}"
    );
    assert_eq!(of(&own), [""; 0]);

    let copy = b"COPY public.mailboxes (in_password, out_password, email, id) FROM stdin;\n";
    let date = "2025-05-01T03:00:01".parse().ok();
    let beside = TextContext {
        rows: HeadlessRows::of_copy(copy, Some("desk"), date),
        ..TextContext::default()
    };
    let text = format!("{row}\\.\n\n\n");
    assert_eq!(seen_beside(text.as_bytes(), &beside, &[], BLOCK), dated);
    assert!(
        HeadlessRows::of_copy(b"COPY public.users (id, email) FROM stdin;", None, None).is_none()
    );
}

#[test]
fn a_dump_in_utf_16_is_read_as_any_other() {
    for big in [false, true] {
        let units = [0xfeff]
            .into_iter()
            .chain(mysqldump().encode_utf16().collect::<Vec<_>>());
        let bytes: Vec<u8> = units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        assert_eq!(
            said(&scan_cut(&bytes, &[1, 2, 777], 512)),
            scan(&mysqldump())
        );
        assert_eq!(said(&scan_passing(&bytes, &[3, 1001])), scan(&mysqldump()));
    }
}

#[test]
fn a_table_is_taken_from_beside_only_where_all_agree_and_the_database_is_the_same() {
    let made = |database: &str, columns: &str| {
        made_tables(
            format!(
                "-- MySQL dump 10.13\n--\n-- Host: localhost    Database: {database}\n--\n\
                 CREATE TABLE `mailboxes` ({columns});\n-- Dump completed on 2025-06-19  3:00:01\n"
            )
            .as_bytes(),
        )
    };
    let usual = "`id` int, `email` text, `in_password` text";
    let other = "`email` text, `id` int, `in_password` text";
    let layout = |tables: Vec<MadeTable>, database: Option<&str>| {
        let beside = TextContext {
            tables,
            ..TextContext::default()
        };
        beside.layout(b"mailboxes", database).cloned()
    };
    let desk = made("desk", usual);
    assert_eq!(desk[0].date, "2025-06-19T03:00:01".parse().ok());
    assert!(!desk[0].is_filled());
    assert!(layout(desk.clone(), Some("desk")).is_some());
    assert!(layout(desk.clone(), None).is_some());
    assert!(layout(desk.clone(), Some("shop")).is_none());
    let both = [desk.clone(), made("desk", other)].concat();
    assert!(layout(both, Some("desk")).is_none());
    let both = [desk, made("shop", other)].concat();
    assert!(layout(both.clone(), Some("desk")).is_some());
    assert!(layout(both, None).is_none());
}
