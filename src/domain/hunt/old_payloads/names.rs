//! The lines of a dump that say which database its rows are from.
//!
//! `USE`, `CREATE DATABASE` and psql's `\connect` in dumps of several databases; the comments that mysqldump and its kin,
//! phpMyAdmin, HeidiSQL and `pg_dumpall` write; the first lines of Sequel Ace and Navicat; `SET search_path` of older
//! `pg_dump`s. What is read here is only a claim: a text within the dump may look the same where its lines are not escaped.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::heads::identifier;
use super::origin::MAX_NAME;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// What follows is from this database.
    Database(String),
    /// The dump is from this server, and perhaps says of which database.
    Host(String, Option<String>),
    /// Tables without a schema before their name are of this one.
    Schema(String),
}

/// How lines begin that [`of_line`] may read, wherever they stand.
const STARTS: [&[u8]; 13] = [
    b"USE ",
    b"use ",
    b"Use ",
    b"\\connect ",
    b"\\c ",
    b"CREATE DATABASE ",
    b"create database ",
    b"SET search_path",
    b"-- Host:",
    b"-- Database",
    b"-- Current Database:",
    b"-- Dumping d",
    b"-- Dumping s",
];
/// How the first lines begin of dumps whose makers write no comments of SQL there.
const EARLY: [&[u8]; 3] = [b"# Database:", b"# Host:", b"Source Schema"];
/// Looked for in every file.
static EARLY_FINDERS: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| EARLY.map(Finder::new));

/// Whether a line may say which database its dump is from.
pub(super) fn may_name(line: &[u8]) -> bool {
    STARTS.iter().any(|start| line.starts_with(start)) || translated(line).is_some()
}

/// Whether this is how a dump begins whose first lines name its database in a way that counts nowhere else.
pub(super) fn begins(head: &[u8]) -> bool {
    EARLY_FINDERS.iter().any(|start| start.find(head).is_some())
}

/// What a line says; `early` where it is one of the first of its stream.
pub(super) fn of_line(line: &[u8], early: bool) -> Option<Said> {
    let line = line.trim_ascii();
    let after = |start: &[u8]| line.strip_prefix(start).map(<[u8]>::trim_ascii);
    if let Some(rest) = after(b"USE ").or(after(b"use ")).or(after(b"Use ")) {
        return quoted(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"CREATE DATABASE ").or(after(b"create database ")) {
        return created(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"\\connect ").or(after(b"\\c ")) {
        return connected(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"SET search_path") {
        let rest = rest.strip_prefix(b"=")?.trim_ascii();
        return quoted(rest.strip_prefix(b"'").unwrap_or(rest)).map(Said::Schema);
    }
    if let Some(rest) = after(b"-- Host:") {
        return host(rest);
    }
    if let Some(rest) = after(b"-- Current Database:").or(after(b"-- Database:")) {
        return quoted_or_all(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"-- Database ") {
        let name = rest.strip_suffix(b"dump")?;
        return quoted_or_all(name.trim_ascii_end()).map(Said::Database);
    }
    if let Some(rest) = after(b"-- Dumping database structure for ") {
        return quoted_or_all(rest).map(Said::Database);
    }
    let of_table = after(b"-- Dumping data for table ");
    if let Some(rest) = of_table.or(after(b"-- Dumping structure for table ")) {
        // `database.table`; others quote the table and name no database.
        let name = rest
            .split(|b| *b == b':' || b.is_ascii_whitespace())
            .next()?;
        let dot = memchr::memchr(b'.', name).filter(|_| !name.starts_with(b"`"))?;
        return text(&name[..dot]).map(Said::Database);
    }
    if !early {
        return None;
    }
    if let Some(rest) = translated(line) {
        return quoted(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"# Database:") {
        return quoted_or_all(rest).map(Said::Database);
    }
    if let Some(rest) = after(b"# Host:") {
        return host(rest);
    }
    let rest = after(b"Source Schema")?.strip_prefix(b":")?;
    quoted_or_all(rest.trim_ascii()).map(Said::Database)
}

/// phpMyAdmin writes its comments in the operator's language: ``-- Datenbank: `desk` ``, ``-- 数据库： `desk` ``. Gives what
/// begins with the quoted name.
fn translated(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(b"-- ")?.trim_ascii_end();
    let (word, rest) = line.split_at(memchr::memchr(b'`', line)?);
    let word = word.trim_ascii_end();
    let colon = word.ends_with(b":") || word.ends_with("：".as_bytes());
    (colon && rest.len() > 2 && rest.ends_with(b"`")).then_some(rest)
}

/// `localhost    Database: freescout`; of other makers `localhost:3306`, `127.0.0.1 (MySQL 8.0)`.
fn host(rest: &[u8]) -> Option<Said> {
    let named = memchr::memmem::find(rest, b"Database:");
    let database = named.and_then(|at| text(&rest[at + b"Database:".len()..]));
    let host = rest[..named.unwrap_or(rest.len())].trim_ascii();
    let host = host.split(u8::is_ascii_whitespace).next()?;
    let port = |host: &[u8]| {
        let colon = memchr::memrchr(b':', host)?;
        let digits = &host[colon + 1..];
        let address = memchr::memchr(b':', &host[..colon]).is_some();
        (!address && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(colon)
    };
    let host = &host[..port(host).unwrap_or(host.len())];
    Some(Said::Host(text(host).unwrap_or_default(), database))
}

/// What stands behind `CREATE DATABASE`.
fn created(rest: &[u8]) -> Option<String> {
    let mut rest = rest;
    loop {
        rest = rest.trim_ascii_start();
        if let Some(comment) = rest.strip_prefix(b"/*") {
            rest = &comment[memchr::memmem::find(comment, b"*/")? + 2..];
            continue;
        }
        match [&b"IF NOT EXISTS "[..], b"if not exists "]
            .into_iter()
            .find_map(|words| rest.strip_prefix(words))
        {
            Some(behind) => rest = behind,
            None => return quoted(rest),
        }
    }
}

/// What stands behind `\connect`: a name, or for names with other characters `-reuse-previous=on "dbname='my-desk'"`.
fn connected(rest: &[u8]) -> Option<String> {
    let rest = match rest.strip_prefix(b"-reuse-previous=on ") {
        Some(behind) => behind.trim_ascii_start(),
        None => rest,
    };
    let argument = match rest.first()? {
        b'"' => identifier(rest, &mut 0)?,
        _ => {
            let end = rest.iter().position(u8::is_ascii_whitespace);
            rest[..end.unwrap_or(rest.len())].to_vec()
        }
    };
    let Some(value) = argument.strip_prefix(b"dbname=") else {
        return text(&argument);
    };
    let Some(inside) = value.strip_prefix(b"'") else {
        return text(value);
    };
    let (mut name, mut escaped) = (Vec::new(), false);
    for byte in inside {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => {
                escaped = true;
                continue;
            }
            b'\'' => return text(&name),
            _ => {}
        }
        name.push(*byte);
    }
    None
}

/// A name as statements write it: bare, or in quotes of some kind.
fn quoted(rest: &[u8]) -> Option<String> {
    text(&identifier(rest, &mut 0)?)
}

/// A name as comments write it: in quotes, or all that is there.
fn quoted_or_all(rest: &[u8]) -> Option<String> {
    match rest.first()? {
        b'`' | b'"' => quoted(rest),
        _ => text(rest),
    }
}

/// A name, where it can be one.
fn text(name: &[u8]) -> Option<String> {
    let name = name.trim_ascii();
    (!name.is_empty() && name.len() <= MAX_NAME).then(|| String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(name: &str) -> Option<Said> {
        Some(Said::Database(name.to_owned()))
    }

    #[test]
    fn every_tool_names_the_database_its_own_way() {
        for (line, name) in [
            ("USE `desk`;", "desk"),
            ("use desk", "desk"),
            ("Use desk;", "desk"),
            ("create database desk;", "desk"),
            ("\\c desk", "desk"),
            ("USE `a``b`;", "a`b"),
            (
                "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `desk` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;",
                "desk",
            ),
            ("CREATE DATABASE IF NOT EXISTS `desk`;", "desk"),
            (
                "CREATE DATABASE desk WITH TEMPLATE = template0 ENCODING = 'UTF8';",
                "desk",
            ),
            (
                "CREATE DATABASE \"my-desk\" WITH TEMPLATE = template0;",
                "my-desk",
            ),
            ("\\connect desk", "desk"),
            ("\\connect \"desk\"\r", "desk"),
            (
                "\\connect -reuse-previous=on \"dbname='my-desk'\"",
                "my-desk",
            ),
            ("\\connect -reuse-previous=on \"dbname='it\\'s'\"", "it's"),
            ("-- Current Database: `desk`", "desk"),
            ("-- Database: `desk`", "desk"),
            ("-- Database \"desk\" dump", "desk"),
            ("-- Dumping database structure for desk", "desk"),
            (
                "-- Dumping data for table desk.mailboxes: ~3 rows (approximately)",
                "desk",
            ),
            ("-- Dumping structure for table desk.fs_mailboxes", "desk"),
        ] {
            assert_eq!(of_line(line.as_bytes(), false), database(name), "{line}");
            assert!(may_name(line.as_bytes()), "{line}");
        }
        let hosts = |line: &str| match of_line(line.as_bytes(), false) {
            Some(Said::Host(host, database)) => Some((host, database)),
            _ => None,
        };
        let some =
            |host: &str, name: Option<&str>| Some((host.to_owned(), name.map(str::to_owned)));
        for (line, host, name) in [
            (
                "-- Host: localhost    Database: desk",
                "localhost",
                Some("desk"),
            ),
            (
                "-- Host: db.example\tDatabase: desk",
                "db.example",
                Some("desk"),
            ),
            ("-- Host: localhost    Database: ", "localhost", None),
            ("-- Host:     Database: desk", "", Some("desk")),
            ("-- Host: localhost:3306", "localhost", None),
            ("-- Host: ::1    Database: desk", "::1", Some("desk")),
            (
                "-- Host:                         127.0.0.1",
                "127.0.0.1",
                None,
            ),
        ] {
            assert_eq!(hosts(line), some(host, name), "{line}");
        }
        for (line, schema) in [
            ("SET search_path = staging, pg_catalog;", "staging"),
            ("SET search_path TO x", ""),
        ] {
            let said = of_line(line.as_bytes(), false);
            let expected = (!schema.is_empty()).then(|| Said::Schema(schema.to_owned()));
            assert_eq!(said, expected, "{line}");
        }
        for (line, name) in [
            ("-- Datenbank: `desk`", "desk"),
            ("-- Base de données : `desk`", "desk"),
            ("-- 数据库： `desk`", "desk"),
            ("# Database: desk", "desk"),
            (" Source Schema         : desk", "desk"),
        ] {
            assert_eq!(of_line(line.as_bytes(), true), database(name), "{line}");
            assert_eq!(of_line(line.as_bytes(), false), None, "{line}");
            let begins = begins(format!("/*\n{line}\n*/").as_bytes());
            assert!(begins || may_name(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn other_lines_name_nothing() {
        let long = format!("USE `{}`;", "x".repeat(MAX_NAME + 1));
        for line in [
            "-- Dumping data for table `mailboxes`",
            "-- Dumping data for table `a.b`",
            "-- Dumped from database version 15.13",
            "-- Daten für Tabelle `mailboxes`",
            "-- Datenbank: `",
            "-- Database",
            "USE `never closed",
            "USE ;",
            "\\connect -reuse-previous=on \"dbname='never closed\"",
            "CREATE DATABASE /* never closed",
            "CREATE TABLE desk",
            "",
            &long,
        ] {
            assert_eq!(of_line(line.as_bytes(), true), None, "{line}");
        }
    }
}
