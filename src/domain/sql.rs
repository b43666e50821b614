//! SQL as text: names and values quoted for each driver, for the stores and for `restore.sql`.
//!
//! Names come from the configuration (the table prefix) and values from the database: both are hostile until quoted.

use super::configuration::Driver;

/// A name in the quotes of the driver: `` `name` `` for MySQL, `"name"` for the others.
pub fn name(driver: Driver, name: &str) -> String {
    match driver {
        Driver::MySql => format!("`{}`", name.replace('`', "``")),
        Driver::PgSql | Driver::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// A table with its prefix, quoted; on PostgreSQL in schema `public`, where FreeScout keeps its tables.
pub fn table(driver: Driver, prefix: &str, table: &str) -> String {
    let quoted = name(driver, &format!("{prefix}{table}"));
    match driver {
        Driver::PgSql => format!("\"public\".{quoted}"),
        Driver::MySql | Driver::Sqlite => quoted,
    }
}

/// A value as a literal, byte for byte. Bytes that are not UTF-8, or that a client could take apart, are written in hex.
pub fn literal(driver: Driver, value: Option<&[u8]>) -> String {
    let Some(value) = value else {
        return "NULL".to_owned();
    };
    let plain = std::str::from_utf8(value)
        .ok()
        .filter(|text| !text.chars().any(char::is_control));
    match (plain, driver) {
        (Some(text), Driver::MySql) if !text.contains('\\') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        // With standard_conforming_strings off a backslash escapes: E'' means the same either way.
        (Some(text), Driver::PgSql) if text.contains('\\') => {
            format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
        }
        (Some(text), Driver::PgSql | Driver::Sqlite) => format!("'{}'", text.replace('\'', "''")),
        (_, Driver::MySql) => format!("X'{}'", hex(value)),
        (_, Driver::PgSql) => format!("convert_from('\\x{}'::bytea, 'UTF8')", hex(value)),
        (_, Driver::Sqlite) => format!("CAST(X'{}' AS TEXT)", hex(value)),
    }
}

/// `UPDATE … SET column = value WHERE id = …;`
pub fn update_statement(
    driver: Driver,
    prefix: &str,
    table_name: &str,
    id: u64,
    column: &str,
    value: Option<&[u8]>,
) -> Vec<u8> {
    let table = table(driver, prefix, table_name);
    format!(
        "UPDATE {table} SET {} = {} WHERE {} = {id};",
        name(driver, column),
        literal(driver, value),
        name(driver, "id")
    )
    .into_bytes()
}

/// What a client has to be told before the statements, so that they mean what they say.
pub fn preamble(driver: Driver) -> &'static str {
    match driver {
        Driver::MySql => "SET NAMES utf8mb4;",
        Driver::PgSql => "SET client_encoding = 'UTF8';",
        Driver::Sqlite => "PRAGMA foreign_keys = OFF;",
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_inside_their_quotes() {
        assert_eq!(
            table(Driver::MySql, "a`; DROP", "options"),
            "`a``; DROPoptions`"
        );
        assert_eq!(
            table(Driver::PgSql, "a\"b", "options"),
            "\"public\".\"a\"\"boptions\""
        );
    }

    #[test]
    fn hostile_values_stay_inside_their_quotes() {
        assert_eq!(literal(Driver::MySql, Some(b"it's")), "'it''s'");
        assert_eq!(literal(Driver::MySql, Some(b"a\\'b")), "X'615C2762'");
        assert_eq!(literal(Driver::PgSql, Some(b"a\\'b")), "E'a\\\\''b'");
        assert_eq!(
            literal(Driver::Sqlite, Some(b"a\0b")),
            "CAST(X'610062' AS TEXT)"
        );
        assert_eq!(literal(Driver::Sqlite, None), "NULL");
    }
}
