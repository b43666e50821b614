//! The file of `--passwords`: JSON lines that give new passwords for mailboxes and the system mail account.

use std::path::Path;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::inventory::secret::SecretBytes;
use crate::io::container::within;
use crate::io::fs::{self, standard_input};
use crate::words::words;

/// Longer files are no list of passwords.
const MAX_BYTES: usize = 16 << 20;

/// Which mailbox a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxName {
    /// By row id.
    Id(u64),
    /// By address.
    Email(String),
}

impl MailboxName {
    /// Whether this mailbox is meant.
    pub fn is(&self, mailbox: &Mailbox) -> bool {
        match self {
            MailboxName::Id(id) => mailbox.id == *id,
            MailboxName::Email(email) => mailbox.email.raw().eq_ignore_ascii_case(email),
        }
    }
}

/// One line.
#[derive(Debug)]
pub enum PasswordLine {
    /// A mailbox's passwords.
    Mailbox {
        /// Which one.
        mailbox: MailboxName,
        /// For fetching.
        incoming: Option<SecretBytes>,
        /// For sending.
        outgoing: Option<SecretBytes>,
    },
    /// The system mail account's password.
    SystemMail(SecretBytes),
}

/// Why the file cannot be used. Never holds its text.
#[derive(Debug, thiserror::Error)]
pub enum PasswordsError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// A line is not of the form: its number, counted from 1, and what is wrong with it.
    #[error("{}", text!(error_line, line = .0, why = .1))]
    Form(usize, &'static str),
    /// It has no line: the program that was to write it may have failed.
    #[error("{}", words().passwords_no_line)]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    mailbox: Option<RawName>,
    #[serde(default)]
    incoming: Option<Zeroizing<String>>,
    #[serde(default)]
    outgoing: Option<Zeroizing<String>>,
    #[serde(default)]
    system_mail: Option<Zeroizing<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawName {
    Id(u64),
    Email(String),
}

/// Reads the file; `-` is standard input.
///
/// # Errors
/// [`PasswordsError`], with the line where it is one.
pub fn read(path: &Path) -> Result<Vec<PasswordLine>, PasswordsError> {
    let bytes = if path == Path::new("-") {
        standard_input::read(MAX_BYTES).map_err(|e| PasswordsError::Unreadable(e.to_string()))?
    } else {
        fs::read(&within::to_read(path), MAX_BYTES as u64)
            .map_err(|e| PasswordsError::Unreadable(e.to_string()))?
            .bytes
    };
    parse(&bytes)
}

/// Reads the lines. Blank ones are passed over.
///
/// # Errors
/// [`PasswordsError::Form`], [`PasswordsError::Empty`].
pub fn parse(bytes: &[u8]) -> Result<Vec<PasswordLine>, PasswordsError> {
    let lines = bytes
        .split(|b| *b == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty());
    let lines: Vec<PasswordLine> = lines
        .map(|(number, line)| parse_line(line).map_err(|why| PasswordsError::Form(number + 1, why)))
        .collect::<Result<_, _>>()?;
    match lines.is_empty() {
        true => Err(PasswordsError::Empty),
        false => Ok(lines),
    }
}

fn parse_line(line: &[u8]) -> Result<PasswordLine, &'static str> {
    let raw: Raw = serde_json::from_slice(line).map_err(
        |_| "not a JSON object with `mailbox` and `incoming` or `outgoing`, or with `system_mail`",
    )?;
    let secret = |text: Zeroizing<String>| match text.len() {
        0 => Err("a password is empty"),
        _ => Ok(SecretBytes::from(text.as_bytes())),
    };
    match (raw.mailbox, raw.system_mail) {
        (None, Some(text)) if raw.incoming.is_none() && raw.outgoing.is_none() => {
            Ok(PasswordLine::SystemMail(secret(text)?))
        }
        (Some(name), None) if raw.incoming.is_some() || raw.outgoing.is_some() => {
            Ok(PasswordLine::Mailbox {
                mailbox: match name {
                    RawName::Id(id) => MailboxName::Id(id),
                    RawName::Email(email) => MailboxName::Email(email),
                },
                incoming: raw.incoming.map(secret).transpose()?,
                outgoing: raw.outgoing.map(secret).transpose()?,
            })
        }
        _ => Err("`mailbox` with `incoming` or `outgoing`, or `system_mail` alone, is expected"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_by_id_and_by_address() {
        let lines = parse(
            "{\"mailbox\":3,\"incoming\":\"пароль 🔑\"}\n\n{\"mailbox\":\"a@b.example\",\"outgoing\":\"x\"}\n\
             {\"system_mail\":\"y\"}\n"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(lines.len(), 3);
        let PasswordLine::Mailbox {
            mailbox,
            incoming: Some(incoming),
            outgoing: None,
        } = &lines[0]
        else {
            unreachable!("{:?}", lines[0])
        };
        assert_eq!(
            (mailbox, incoming.expose()),
            (&MailboxName::Id(3), "пароль 🔑".as_bytes())
        );
    }

    #[test]
    fn a_list_without_a_line_is_none() {
        for empty in ["", "\n", " \r\n\n"] {
            let read = parse(empty.as_bytes());
            assert!(matches!(read, Err(PasswordsError::Empty)), "{read:?}");
        }
    }

    #[test]
    fn a_wrong_line_is_named_and_its_text_kept_out_of_the_error() {
        for wrong in [
            "{\"mailbox\":3}",
            "{\"mailbox\":3,\"incoming\":\"hunter2\",\"extra\":1}",
            "{\"incoming\":\"hunter2\"}",
            "{\"system_mail\":\"hunter2\",\"mailbox\":1}",
            "{\"mailbox\":3,\"incoming\":\"\"}",
            "hunter2",
        ] {
            let error = parse(format!("{{\"system_mail\":\"ok\"}}\n{wrong}").as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("line 2: "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
