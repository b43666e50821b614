//! Who can open a safe: public keys of age, and those of SSH that age can encrypt to, as they stand in `id_ed25519.pub` or in
//! `authorized_keys` (sshd(8)).

use std::fmt;
use std::path::Path;

use age::ssh::{self, ParseRecipientKeyError};
use age::x25519;

use crate::io::container::within;
use crate::io::fs::{self, FileError};

/// A longer file of recipients is none.
const MOST_RECIPIENTS_FILE: u64 = 256 << 10;

/// Somebody's public key.
pub struct Recipient(PublicKey);

enum PublicKey {
    Age(x25519::Recipient),
    Ssh(ssh::Recipient),
}

/// Why a text is no recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRecipient {
    /// It is a public key neither of age nor of SSH.
    Unknown,
    /// It is an SSH key of this kind, to which nothing can be encrypted.
    SshKind(String),
    /// It is an RSA key of fewer than 2048 bits, or of more than 4096.
    RsaLength,
}

impl Recipient {
    /// Reads an `age1…`, or a line as SSH writes public keys: options in front of it and a comment behind it do not count.
    ///
    /// # Errors
    /// [`NoRecipient`].
    pub fn parse(text: &str) -> Result<Self, NoRecipient> {
        let text = text.trim();
        if let Ok(key) = text.parse() {
            return Ok(Self(PublicKey::Age(key)));
        }
        match (ssh_key(text), after_options(text)) {
            (Err(NoRecipient::Unknown), Some(rest)) => ssh_key(rest),
            (read, _) => read,
        }
    }

    /// The key, as what encrypts to it.
    pub(super) fn as_age(&self) -> &dyn age::Recipient {
        match &self.0 {
            PublicKey::Age(key) => key,
            PublicKey::Ssh(key) => key,
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            PublicKey::Age(key) => key.fmt(f),
            PublicKey::Ssh(key) => key.fmt(f),
        }
    }
}

/// Reads a kind and a key, whatever follows.
fn ssh_key(text: &str) -> Result<Recipient, NoRecipient> {
    let mut words = text.split_whitespace();
    let (Some(kind), Some(key)) = (words.next(), words.next()) else {
        return Err(NoRecipient::Unknown);
    };
    let text = format!("{kind} {key}");
    match text.parse::<ssh::Recipient>() {
        // What is longer than a key is mistyped.
        Ok(key) if key.to_string() == text => Ok(Recipient(PublicKey::Ssh(key))),
        Ok(_) => Err(NoRecipient::Unknown),
        Err(error) => Err(match error {
            ParseRecipientKeyError::Unsupported(kind) => NoRecipient::SshKind(kind),
            ParseRecipientKeyError::RsaModulusTooLarge
            | ParseRecipientKeyError::RsaModulusTooSmall => NoRecipient::RsaLength,
            ParseRecipientKeyError::Ignore | ParseRecipientKeyError::Invalid(_) => {
                NoRecipient::Unknown
            }
        }),
    }
}

/// What follows the first word, in which quoted spaces do not count: `from="10.0.0.1, 10.0.0.2",no-pty`.
fn after_options(line: &str) -> Option<&str> {
    let (mut quoted, mut before) = (false, ' ');
    let end = line.find(|c: char| {
        quoted ^= c == '"' && before != '\\';
        before = c;
        !quoted && c.is_whitespace()
    })?;
    Some(line[end..].trim_start())
}

/// Why a file of recipients cannot be used.
#[derive(Debug)]
pub enum RecipientsError {
    /// It cannot be read.
    Unreadable(FileError),
    /// This line, counted from 1, is no recipient.
    Line(u64, String, NoRecipient),
    /// There is none in it.
    Nobody,
}

/// The recipients of a file: one a line; empty ones and those that begin with `#` count for nothing.
///
/// # Errors
/// [`RecipientsError`]: a line that is passed over would be somebody who cannot open the safe when it is needed.
pub fn recipients(path: &Path) -> Result<Vec<Recipient>, RecipientsError> {
    let file = fs::read(&within::to_read(path), MOST_RECIPIENTS_FILE);
    let file = file.map_err(RecipientsError::Unreadable)?;
    let text = String::from_utf8_lossy(&file.bytes);
    let lines = text.lines().map(str::trim).zip(1..);
    let told = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let read = told.map(|(line, number)| {
        let wrong = |why| RecipientsError::Line(number, line.to_owned(), why);
        Recipient::parse(line).map_err(wrong)
    });
    let read: Vec<Recipient> = read.collect::<Result<_, _>>()?;
    match read.is_empty() {
        true => Err(RecipientsError::Nobody),
        false => Ok(read),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHFliOyIZs1gxGF3fmDxFykQhE88wy6AKDGFBfn0R6ZuvRmENABZQa9+pj9hMki+LX0qDJbmHTiWDbYv/cmFt/Q=";

    /// A new public key of age.
    pub(in super::super) fn anybody() -> Recipient {
        Recipient(PublicKey::Age(x25519::Identity::generate().to_public()))
    }

    #[test]
    fn a_line_that_is_no_recipient_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipients");
        let one = || anybody().to_string();
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            recipients(&path)
        };
        let fine = format!("# the office\r\n{}\r\n\n {} \n{ED25519} me\n", one(), one());
        assert_eq!(read(&fine).unwrap().len(), 3);
        let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody";
        let wrong = format!("{}\n{ssh}\n", one());
        assert!(
            matches!(read(&wrong), Err(RecipientsError::Line(2, line, NoRecipient::Unknown)) if line == ssh)
        );
        let mut mistyped = one();
        mistyped.replace_range(9..10, if &mistyped[9..10] == "q" { "p" } else { "q" });
        assert!(matches!(
            read(&mistyped),
            Err(RecipientsError::Line(1, _, NoRecipient::Unknown))
        ));
        assert!(matches!(read("# none\n"), Err(RecipientsError::Nobody)));
    }

    #[test]
    fn lines_of_ssh_are_read_with_what_stands_around_the_key() {
        for line in [
            ED25519.to_owned(),
            format!("{ED25519} alice@laptop, her key"),
            ED25519.replacen(' ', "\t ", 1),
            format!("no-pty {ED25519}"),
            format!("from=\"10.0.0.1, 10.0.0.2\",command=\"say \\\"no, no\\\" now\" {ED25519} me"),
        ] {
            let read = Recipient::parse(&line).unwrap().to_string();
            assert_eq!(read, ED25519, "{line}");
        }
    }

    #[test]
    fn what_nothing_can_be_encrypted_to_is_told_by_its_kind() {
        let kind = |line: &str| {
            Recipient::parse(line)
                .map(|one| one.to_string())
                .unwrap_err()
        };
        let ecdsa = NoRecipient::SshKind("ecdsa-sha2-nistp256".to_owned());
        assert_eq!(kind(ECDSA), ecdsa);
        assert_eq!(kind(&format!("no-pty {ECDSA}")), ecdsa);
        for unknown in [
            "",
            "ssh-ed25519",
            "\"",
            &format!("{ED25519}AAAA"),
            &ED25519.replace("ssh-ed25519", "ssh-rsa"),
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert_eq!(kind(unknown), NoRecipient::Unknown, "{unknown}");
        }
    }
}
