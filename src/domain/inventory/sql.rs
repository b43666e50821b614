//! SQL as text: names and values quoted for each driver, for the stores and for `restore.sql`.
//!
//! Names come from the configuration (the table prefix) and values from the database: both are hostile until quoted.

use base16ct::upper::encode_string as hex;

use crate::domain::config::Driver;

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

/// A character set or collation of MySQL by its name, as it can stand in a statement.
pub fn charset_name<'a>(name: &'a str, usual: &'a str) -> &'a str {
    let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fine { name } else { usual }
}

/// A value as a literal, byte for byte. Bytes that are not UTF-8, or that a client could take apart, are written in hex.
///
/// MySQL converts between the character set of the connection and the column's. What was read over a connection in
/// `charset` is said to be in it; what cannot be text in it is said to be bytes, and stands in a column of bytes.
pub fn literal(driver: Driver, charset: &str, value: Option<&[u8]>) -> String {
    let Some(value) = value else {
        return "NULL".to_owned();
    };
    let text = std::str::from_utf8(value).ok();
    let utf8 = ["utf8", "utf8mb3", "utf8mb4"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name));
    match (
        text.filter(|text| !text.chars().any(char::is_control)),
        driver,
    ) {
        (Some(text), Driver::MySql) if text.is_ascii() && !text.contains('\\') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        (_, Driver::MySql) if utf8 && text.is_none() => format!("X'{}'", hex(value)),
        (_, Driver::MySql) => format!("_{charset} X'{}'", hex(value)),
        // With standard_conforming_strings off a backslash escapes: E'' means the same either way.
        (Some(text), Driver::PgSql) if text.contains('\\') => {
            format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
        }
        (Some(text), Driver::PgSql | Driver::Sqlite) => format!("'{}'", text.replace('\'', "''")),
        (None, Driver::PgSql) => format!("convert_from(decode('{}', 'hex'), 'UTF8')", hex(value)),
        (None, Driver::Sqlite) => format!("CAST(X'{}' AS TEXT)", hex(value)),
    }
}

/// How statements for one database are written, to be fed to the server's own client.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// The driver.
    pub driver: Driver,
    /// The prefix of the tables' names.
    pub prefix: &'a str,
    /// The character set in which texts were read (MySQL).
    pub charset: &'a str,
}

impl Script<'_> {
    fn charset(&self) -> &str {
        charset_name(self.charset, "utf8mb4")
    }

    /// `UPDATE … SET column = value WHERE id = …;`
    pub fn update(&self, table_name: &str, id: u64, column: &str, value: Option<&[u8]>) -> Vec<u8> {
        let driver = self.driver;
        format!(
            "UPDATE {} SET {} = {} WHERE {} = {id};",
            table(driver, self.prefix, table_name),
            name(driver, column),
            literal(driver, self.charset(), value),
            name(driver, "id")
        )
        .into_bytes()
    }

    /// What a client has to be told before the statements, so that they mean what they say.
    pub fn preamble(&self) -> String {
        match self.driver {
            Driver::MySql => format!("SET NAMES {};", self.charset()),
            Driver::PgSql => "SET client_encoding = 'UTF8';".to_owned(),
            Driver::Sqlite => "PRAGMA foreign_keys = OFF;".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF8: &str = "utf8mb4";

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
        assert_eq!(literal(Driver::MySql, UTF8, Some(b"it's")), "'it''s'");
        assert_eq!(
            literal(Driver::MySql, UTF8, Some(b"a\\'b")),
            "_utf8mb4 X'615C2762'"
        );
        assert_eq!(literal(Driver::MySql, UTF8, Some(b"\xe9")), "X'E9'");
        assert_eq!(literal(Driver::PgSql, UTF8, Some(b"a\\'b")), "E'a\\\\''b'");
        assert_eq!(
            literal(Driver::Sqlite, UTF8, Some(b"a\0b")),
            "CAST(X'610062' AS TEXT)"
        );
        assert_eq!(literal(Driver::Sqlite, UTF8, None), "NULL");
        assert_eq!(
            literal(Driver::PgSql, UTF8, Some(b"a\nb")),
            "convert_from(decode('610A62', 'hex'), 'UTF8')"
        );
    }

    #[test]
    fn a_script_says_in_which_character_set_it_was_read() {
        fn script(charset: &str) -> Script<'_> {
            Script {
                driver: Driver::MySql,
                prefix: "",
                charset,
            }
        }
        let update = |charset: &str, value: &[u8]| {
            String::from_utf8(script(charset).update("options", 1, "value", Some(value)))
        };
        let begin = "UPDATE `options` SET `value` = ";
        for (charset, value, literal) in [
            ("latin1", &b"\xe9"[..], "_latin1 X'E9'"),
            ("latin1", b"e", "'e'"),
            ("utf8mb4", "é".as_bytes(), "_utf8mb4 X'C3A9'"),
            ("utf8mb4", b"\xe9", "X'E9'"),
            // A name from the configuration: hostile until it is known to be one.
            ("x'; DROP", b"\n", "_utf8mb4 X'0A'"),
        ] {
            let wanted = format!("{begin}{literal} WHERE `id` = 1;");
            assert_eq!(update(charset, value), Ok(wanted));
        }
        assert_eq!(script("x'; DROP").preamble(), "SET NAMES utf8mb4;");
    }
}
