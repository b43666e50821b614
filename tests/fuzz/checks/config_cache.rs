//! The config cache: what is accepted is what `var_export` writes, so writing it out again changes nothing.

use freescout_rescue::domain::config::dotenv::EnvFile;
use freescout_rescue::domain::config::var_export::{self, ExportedValue, Key};
use freescout_rescue::domain::config::{self, Sources};

pub(super) fn check(bytes: &[u8]) {
    let value = match var_export::read(bytes) {
        Ok(value) => value,
        Err(error) => {
            assert!(error.offset <= bytes.len());
            let lines = bytes.split(|b| *b == b'\n').count() as u64;
            assert!((1..=lines).contains(&error.line));
            return;
        }
    };
    assert!(bytes.trim_ascii_start().starts_with(b"<?php"));
    let mut written = b"<?php return ".to_vec();
    export(&value, &mut written);
    written.push(b';');
    let again = var_export::read(&written);
    assert!(
        again.as_ref().is_ok_and(|again| same(again, &value)),
        "{value:?} became {again:?} through {}",
        written.escape_ascii()
    );
    let env = EnvFile::read(b"", &|_| None);
    let sources = Sources {
        cache: Some(&value),
        env: &env,
        process: &|_| None,
        key_file: None,
    };
    let key = config::key_in_force(&sources);
    assert!(key.text.len() <= bytes.len());
    match config::database(&sources) {
        Ok(settings) => assert!(settings.same_as(&settings)),
        Err(error) => super::assert_clean(&error.to_string()),
    }
}

/// Equal, and not-a-number equal to itself.
fn same(one: &ExportedValue, other: &ExportedValue) -> bool {
    match (one, other) {
        (ExportedValue::Float(a), ExportedValue::Float(b)) => {
            a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
        }
        (ExportedValue::Array(a), ExportedValue::Array(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((key, a), (other, b))| key == other && same(a, b))
        }
        (one, other) => one == other,
    }
}

/// As `var_export` writes it, in one line.
fn export(value: &ExportedValue, out: &mut Vec<u8>) {
    match value {
        ExportedValue::Null => out.extend_from_slice(b"NULL"),
        ExportedValue::Bool(true) => out.extend_from_slice(b"true"),
        ExportedValue::Bool(false) => out.extend_from_slice(b"false"),
        ExportedValue::Int(i64::MIN) => out.extend_from_slice(b"-9223372036854775807-1"),
        ExportedValue::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ExportedValue::Float(number) if number.is_nan() => out.extend_from_slice(b"NAN"),
        ExportedValue::Float(number) if number.is_infinite() => {
            out.extend_from_slice(if *number < 0.0 { b"-INF" } else { b"INF" });
        }
        ExportedValue::Float(number) => out.extend_from_slice(format!("{number:?}").as_bytes()),
        ExportedValue::Text(text) => quote(text.expose(), out),
        ExportedValue::Array(members) => {
            out.extend_from_slice(b"array (");
            for (key, value) in members {
                match key {
                    Key::Int(i64::MIN) => out.extend_from_slice(b"-9223372036854775807-1"),
                    Key::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
                    Key::Text(text) => quote(text, out),
                }
                out.extend_from_slice(b" => ");
                export(value, out);
                out.push(b',');
            }
            out.push(b')');
        }
        ExportedValue::Object(name) if name == b"stdClass" => {
            out.extend_from_slice(b"(object) array()")
        }
        ExportedValue::Object(name) if name.windows(2).any(|pair| pair == b"::") => {
            out.extend_from_slice(name);
        }
        ExportedValue::Object(name) => {
            out.extend_from_slice(name);
            out.extend_from_slice(b"::__set_state(array())");
        }
    }
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    for &byte in text {
        match byte {
            0 => out.extend_from_slice(b"' . \"\\0\" . '"),
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}
