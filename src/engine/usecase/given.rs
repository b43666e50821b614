//! What the operator gave along: read, and refused alike by the wizard and every command, before anything else is done.

use std::path::{Path, PathBuf};

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::key::spelling;
use crate::domain::key::{paper, safe};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::session::{Session, judge};
use crate::io::container::within;
use crate::io::fs::{self, FileError, standard_input};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// A key file larger than this is none.
const MAX_KEY_FILE: usize = 64 << 10;

/// What was given along, read.
#[derive(Default)]
pub struct Given {
    /// The keys of the key files, each with its source.
    pub keys: Vec<(SecretBytes, Source)>,
    /// Whether workers are to restart even where their memory could not be searched.
    pub restart_workers: bool,
}

/// Reads the keys of these files (`-` is standard input), and makes sure that the places to look in exist.
///
/// # Errors
/// A [`Problem`] that names the first that cannot be used.
pub fn read(key_files: &[PathBuf], look_in: &[PathBuf]) -> Result<Given, Problem> {
    let w = words();
    let keys: Vec<Vec<_>> = key_files
        .iter()
        .map(|path| key_file(path))
        .collect::<Result<_, _>>()?;
    let is_missing =
        |path: &&PathBuf| !within::to_read(path).exists() && path.as_path() != Path::new("-");
    if let Some(missing) = look_in.iter().find(is_missing) {
        let what = text!(look_in_missing, path = shown(&missing));
        return Err(ErrorKind::BadInput.problem(what, "", w.look_in_missing_next));
    }
    Ok(Given {
        keys: keys.into_iter().flatten().collect(),
        restart_workers: false,
    })
}

/// The key of a file, or of standard input (`-`); of the text of a safe, all of them.
fn key_file(path: &Path) -> Result<Vec<(SecretBytes, Source)>, Problem> {
    let (bytes, source) = content(path)?;
    let no_key = |why: String| holds_no_key(&named(path, &why));
    let Some(keys) = safe::keys(bytes.expose()) else {
        let key = one_key(bytes.expose(), source).map_err(no_key)?;
        return Ok(vec![key]);
    };
    let w = words();
    if keys.is_empty() {
        return Err(no_key(w.key_file_safe_empty.to_owned()));
    }
    let keys = keys.into_iter().map(|(line, text)| {
        let place = Source {
            line: Some(line),
            ..source.clone()
        };
        match AppKey::parse(text.expose()) {
            Ok(_) => Ok((text, place)),
            Err(why) => Err(no_key(text!(key_file_safe_line, line, why))),
        }
    });
    keys.collect()
}

/// The key that a text is without the spaces around it, that its rows of a paper key are, or that it nearly is, or holds.
///
/// # Errors
/// Why it is none: a text for the operator, without the key.
pub(super) fn one_key(bytes: &[u8], source: Source) -> Result<(SecretBytes, Source), String> {
    let w = words();
    let text = bytes.trim_ascii();
    if text.is_empty() {
        return Err(w.key_file_empty.to_owned());
    }
    if let Some(read) = paper::read(text) {
        let key = read.map_err(|misread| misread.to_string())?;
        return Ok((SecretBytes::from(key.text()), source));
    }
    if is_encrypted(text) {
        return Err(w.key_file_encrypted.to_owned());
    }
    let Err(error) = AppKey::parse(text) else {
        return Ok((SecretBytes::from(text), source));
    };
    match spelling::near_keys(bytes).as_slice() {
        [near] => Ok((
            SecretBytes::from(near.key.text()),
            source.misspelled(near.spelling),
        )),
        [] => Err(error.to_string()),
        _ => Err(w.key_file_several.to_owned()),
    }
}

/// Whether a text is in the format of `age`, as a safe is until it is decrypted.
fn is_encrypted(text: &[u8]) -> bool {
    let marks = [
        &b"-----BEGIN AGE ENCRYPTED FILE-----"[..],
        b"age-encryption.org/v1",
    ];
    marks.iter().any(|mark| text.starts_with(mark))
}

/// The problem of a file without a key.
pub(super) fn holds_no_key(why: &str) -> Problem {
    let w = words();
    ErrorKind::BadInput.problem(w.key_file_no_key, why, w.key_file_no_key_next)
}

/// Refuses a given key that decrypts nothing and is not the current one: the operator who gave it expects that it is used,
/// and a recovery that goes on without it is not the one that was meant.
///
/// # Errors
/// A [`Problem`] that names it.
pub(super) fn require_use(session: &Session, assessment: &Assessment) -> Result<(), Problem> {
    let w = words();
    let Some(useless) = judge::useless_key(&session.ring, &assessment.keys) else {
        return Ok(());
    };
    let from = useless.sources.first().map(sentences::source);
    Err(ErrorKind::BadInput.problem(
        w.key_file_useless,
        text!(
            key_file_useless_why,
            source = from.unwrap_or_default(),
            fingerprint = useless.fingerprint
        ),
        w.key_file_useless_next,
    ))
}

/// The file, and what is the matter with it.
fn named(path: &Path, why: &str) -> String {
    let w = words();
    let name = match path == Path::new("-") {
        true => w.source_stdin.to_owned(),
        false => shown(&path).to_string(),
    };
    text!(error_path, path = name, why)
}

fn content(path: &Path) -> Result<(SecretBytes, Source), Problem> {
    let w = words();
    let unreadable =
        |why: &str, next| ErrorKind::BadInput.problem(w.key_file_unreadable, why, next);
    if path != Path::new("-") {
        let file = fs::read(&within::to_read(path), MAX_KEY_FILE as u64).map_err(|e| {
            let next = match &e {
                FileError::Missing(_) => w.key_file_missing_next,
                FileError::Refused(..) => w.key_file_unreadable_next,
                FileError::NotAFile(..) => w.key_file_not_a_file_next,
                _ => w.key_file_no_key_next,
            };
            unreadable(&e.to_string(), next)
        })?;
        let source = Source::file(SourceKind::Given, path, None);
        return Ok((SecretBytes::from(&file.bytes[..]), source));
    }
    let text = standard_input::read(MAX_KEY_FILE)
        .map_err(|e| unreadable(&named(path, &e.to_string()), w.key_file_no_key_next))?;
    Ok((SecretBytes::from(&text[..]), Source::of(SourceKind::Stdin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn read(text: &str) -> Result<String, String> {
        let (key, _) = one_key(text.as_bytes(), Source::of(SourceKind::Given))?;
        Ok(String::from_utf8_lossy(key.expose()).into_owned())
    }

    #[test]
    fn the_rows_of_a_paper_key_are_one_in_one_line_too() {
        let key = AppKey::parse(KEY.as_bytes()).expect("a key");
        let rows = paper::rows(&key).expect("a short text");
        let typed: Vec<&str> = rows.iter().map(|row| row.as_str()).collect();
        assert_eq!(read(&typed.join(" ")).as_deref(), Ok(KEY));
        assert_eq!(read(&typed.concat()).as_deref(), Ok(KEY));
        let refused = read(typed[0]).expect_err("one row of three");
        assert_eq!(refused, "row 2 of 3 is missing");
        // It would be a key of plain characters, if it were not a row.
        let refused = read(&typed[0].replace('-', ""));
        assert_eq!(refused.expect_err("one row"), "row 2 of 3 is missing");
    }

    #[test]
    fn what_is_encrypted_is_told_from_what_is_no_key() {
        let sealed = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n";
        assert!(read(sealed).is_err_and(|why| why.contains("age -d")));
        assert!(read("nothing").is_err_and(|why| !why.contains("age -d")));
    }
}
