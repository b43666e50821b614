//! `.env`: what is written reads back, and every other line stays byte for byte.
//!
//! The first line is the value that is written, the rest is the file; the variable is `APP_KEY` or the name before a `=`
//! in the first line.

use freescout_rescue::domain::config::dotenv::{
    CannotWrite, Env, EnvFile, SetterEffect, lines_mentioning_app_key, with_value,
};
use freescout_rescue::domain::config::{self, Sources};

/// The environment that the file is read over.
fn process(name: &[u8]) -> Option<Vec<u8>> {
    (name == b"IN_PROCESS").then(|| b"of the process".to_vec())
}

fn nothing(_: &[u8]) -> Option<Vec<u8>> {
    None
}

pub(super) fn check(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |b| *b == b'\n');
    let first = parts.next().unwrap_or_default();
    let file = parts.next().unwrap_or_default();
    let (name, value) = match first.iter().position(|b| *b == b'=') {
        Some(at) if at > 0 => (&first[..at], &first[at + 1..]),
        _ => (&b"APP_KEY"[..], first),
    };
    read(file);
    write(file, name, value);
}

fn read(file: &[u8]) {
    let lines = file.split(|b| *b == b'\n').count() as u64;
    let read = EnvFile::read(file, &process);
    let mut last = 0;
    let mut set = std::collections::BTreeSet::new();
    for assignment in read.assignments() {
        assert!(last < assignment.line && assignment.line <= lines);
        last = assignment.line;
        match assignment.standing {
            SetterEffect::Set => {
                assert!(set.insert(&assignment.name), "set twice");
                let got = read.getenv(&assignment.name);
                let value = assignment.value.expose();
                let value = value.split(|b| *b == 0).next().unwrap_or_default();
                if !assignment.name.contains(&0) {
                    assert_eq!(got.expect("it is set").expose(), value);
                }
            }
            SetterEffect::Repeated => assert!(set.contains(&assignment.name)),
            SetterEffect::InProcess => assert_eq!(assignment.name, b"IN_PROCESS"),
        }
    }
    if let Some(refused) = read.refused() {
        assert!(last < refused.line && refused.line <= lines);
    }
    let mut last = 0;
    for line in lines_mentioning_app_key(file) {
        assert!(last < line.line && line.line <= lines);
        last = line.line;
        assert!(!line.texts.is_empty() && line.texts.iter().all(|text| !text.is_empty()));
    }
    // The configuration is made of it whatever it says.
    let sources = Sources {
        cache: None,
        env: &read,
        process: &process,
        key_file: None,
    };
    let _ = config::key_in_force(&sources);
    if let Err(error) = config::database(&sources) {
        super::assert_clean(&error.to_string());
    }
}

fn write(file: &[u8], name: &[u8], value: &[u8]) {
    let new = match with_value(file, name, value) {
        Ok(new) => new,
        Err(CannotWrite::Refused { line }) => {
            assert!(line <= file.split(|b| *b == b'\n').count() as u64);
            return;
        }
        Err(CannotWrite::Name) => {
            assert!(!name.iter().all(u8::is_ascii_alphabetic));
            return;
        }
        Err(CannotWrite::NoSpelling) => {
            // A key has a spelling everywhere.
            assert!(!value.iter().all(|b| b.is_ascii_alphanumeric()) || says_something_else(value));
            return;
        }
    };
    // Nothing but the one line is different, or there is one more.
    let (before, after): (Vec<_>, Vec<_>) = (
        file.split(|b| *b == b'\n').collect(),
        new.split(|b| *b == b'\n').collect(),
    );
    let same = before
        .iter()
        .zip(&after)
        .take_while(|(a, b)| a == b)
        .count();
    if before.len() == after.len() {
        assert_eq!(
            before[(same + 1).min(before.len())..],
            after[(same + 1).min(after.len())..]
        );
    } else {
        // Appended: the last line may have lacked its end.
        assert!(after.len() > before.len() && after.len() <= before.len() + 2);
        let kept = new.strip_prefix(file).expect("what stood there stays");
        let kept = kept.strip_prefix(b"\r").unwrap_or(kept);
        let kept = kept.strip_prefix(b"\n").unwrap_or(kept);
        assert!(kept.starts_with(name));
    }
    // Where FreeScout gets past the other lines, it reads the value.
    let read = EnvFile::read(&new, &nothing);
    if read.refused().is_none() {
        match read.env(name) {
            Env::Text(text) => assert_eq!(text.expose(), value),
            other => panic!("{} became {other:?}", value.escape_ascii()),
        }
    }
    // Written once more it stays as it is.
    let again = with_value(&new, name, value).expect("it was written before");
    assert_eq!(*again, *new);
}

/// Words that `env()` takes for something else than a text have a spelling too, but not in every file.
fn says_something_else(value: &[u8]) -> bool {
    ["true", "false", "null", "empty"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}
