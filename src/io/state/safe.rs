//! A safe: one file with keys that outlives the server, in the `age` format and its ASCII armor, so that `age -d` opens it
//! without us and it can be pasted.
//!
//! It gets its name only after it was read back from the disk and opened, or, where it is made for recipients, whose secret
//! keys are elsewhere, after all of it was read that can be read without them.

mod recipient;

use std::io::{self, Read, Write};
use std::path::Path;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{Decryptor, Encryptor};
use zeroize::Zeroizing;

pub use recipient::{NoRecipient, Recipient, RecipientsError, recipients};

use super::backup::{Sealing, sealed};
use crate::domain::inventory::secret::SecretBytes;
use crate::io::fs::{self, Attributes, FileError};
use crate::io::os::uncut;

/// A longer safe is none of ours.
const MOST_BYTES: u64 = 8 << 20;
/// How the line of a recipient begins in the header.
const STANZAS: [&[u8]; 3] = [b"-> X25519 ", b"-> ssh-ed25519 ", b"-> ssh-rsa "];
/// What `age` adds to a short text beside the header: a nonce, and a tag for each piece.
const NONCE: usize = 16;
const PIECE: usize = 64 << 10;
const TAG: usize = 16;

/// Who can open a safe.
pub enum SafeLock {
    /// Whoever knows the passphrase.
    Passphrase(Sealing),
    /// Each of these.
    Recipients(Vec<Recipient>),
}

impl SafeLock {
    /// Whether a secret key opens it.
    pub fn is_to_recipients(&self) -> bool {
        matches!(self, SafeLock::Recipients(_))
    }
}

/// What was proven of a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It opens, and holds what was put in.
    Opened,
    /// It is whole, and made for so many recipients. Only one of them can open it.
    Whole {
        /// How many.
        recipients: usize,
    },
}

impl Proof {
    /// Whether a secret key opens it.
    pub fn is_to_recipients(self) -> bool {
        matches!(self, Proof::Whole { .. })
    }
}

/// Why there is no safe.
#[derive(Debug, thiserror::Error)]
pub enum SafeError {
    /// It could not be encrypted.
    #[error("{0}")]
    NotSealed(io::Error),
    /// It could not be written, or not be read again.
    #[error(transparent)]
    File(#[from] FileError),
    /// What was read again is not what was put in.
    #[error("{0}")]
    NotProven(String),
}

/// Encrypts a text.
///
/// # Errors
/// [`SafeError::NotSealed`].
pub fn seal(text: &[u8], lock: &SafeLock) -> Result<Vec<u8>, SafeError> {
    let sealed = || {
        let armored = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = match lock {
            SafeLock::Passphrase(sealing) => sealing.seal(armored)?,
            SafeLock::Recipients(all) => {
                let all = all.iter().map(Recipient::as_age);
                Encryptor::with_recipients(all)
                    .map_err(|e| io::Error::other(e.to_string()))?
                    .wrap_output(armored)?
            }
        };
        writer.write_all(text)?;
        writer.finish()?.finish()
    };
    sealed().map_err(SafeError::NotSealed)
}

/// Opens what was encrypted, and compares it with the text; of what is made for recipients, as much as can be seen.
///
/// # Errors
/// [`SafeError::NotProven`].
pub fn prove(sealed: &[u8], text: &[u8], lock: &SafeLock) -> Result<Proof, SafeError> {
    let not_proven = |why: String| SafeError::NotProven(why);
    let mut bare = Vec::with_capacity(sealed.len());
    let read = ArmoredReader::new(sealed).read_to_end(&mut bare);
    read.map_err(|e| not_proven(e.to_string()))?;
    match lock {
        SafeLock::Passphrase(sealing) => {
            let opened = sealed::whole(Path::new(""), &bare, sealing.passphrase());
            let opened: Zeroizing<Vec<u8>> = opened.map_err(|e| not_proven(e.to_string()))?;
            match SecretBytes::from(&opened[..]) == SecretBytes::from(text) {
                true => Ok(Proof::Opened),
                false => Err(not_proven(String::new())),
            }
        }
        SafeLock::Recipients(all) => {
            Decryptor::new(&bare[..]).map_err(|e| not_proven(e.to_string()))?;
            let (recipients, rest) = header(&bare).unwrap_or_default();
            let expected = NONCE + text.len() + text.len().div_ceil(PIECE).max(1) * TAG;
            match recipients == all.len() && rest == expected {
                true => Ok(Proof::Whole { recipients }),
                false => Err(not_proven(String::new())),
            }
        }
    }
}

/// How many recipients a file's header names, and how many bytes follow it.
fn header(bare: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::find(bare, b"\n--- ")? + 1;
    let length = memchr::memchr(b'\n', &bare[end..])? + 1;
    let lines = bare[..end].split(|b| *b == b'\n');
    let recipients = lines.filter(|line| STANZAS.iter().any(|begins| line.starts_with(begins)));
    Some((recipients.count(), bare.len() - end - length))
}

/// Writes what was encrypted to a new file of ours alone, which gets its name when it was read back and proven.
///
/// # Errors
/// [`SafeError`]; then there is no such file.
pub fn write(path: &Path, sealed: &[u8], text: &[u8], lock: &SafeLock) -> Result<Proof, SafeError> {
    let _uncut = uncut::hold();
    let staged = fs::staged_beside(path);
    let written = fs::stage(&staged, sealed, &Attributes::closed())
        .map_err(SafeError::from)
        .and_then(|()| {
            let back = fs::read(&staged, MOST_BYTES)?;
            let proof = prove(&back.bytes, text, lock)?;
            fs::put_staged_new(&staged, path)?;
            Ok(proof)
        });
    // What cannot be removed is encrypted, and says by its name whose it is.
    written.inspect_err(|_| drop(fs::remove(&staged)))
}

/// Writes what is not encrypted to a new file of ours alone.
///
/// # Errors
/// [`FileError`]; then there is no such file.
pub fn write_unencrypted(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let _uncut = uncut::hold();
    let staged = fs::staged_beside(path);
    let written = fs::stage(&staged, bytes, &Attributes::closed())
        .and_then(|()| fs::put_staged_new(&staged, path));
    written.inspect_err(|_| drop(fs::remove(&staged)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::backup::Passphrase;
    use super::recipient::tests::anybody;
    use super::*;

    const TEXT: &[u8] = b"APP_KEY=a s3ntinel\n";

    fn by_passphrase(text: &str) -> SafeLock {
        let passphrase = Passphrase::new(&SecretBytes::from(text.as_bytes())).unwrap();
        SafeLock::Passphrase(Sealing::new(passphrase).with_work(2))
    }

    fn for_recipients(count: usize) -> SafeLock {
        SafeLock::Recipients((0..count).map(|_| anybody()).collect())
    }

    #[test]
    fn a_safe_is_proven_before_it_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.age");
        let lock = by_passphrase("correct horse");
        let sealed = seal(TEXT, &lock).unwrap();
        assert!(sealed.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(sealed.is_ascii());
        assert_eq!(write(&path, &sealed, TEXT, &lock).unwrap(), Proof::Opened);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        let other = by_passphrase("wrong horse");
        for (name, text, lock) in [
            ("key.age", TEXT, &lock),
            ("other", &b"another text"[..], &lock),
            ("other", TEXT, &other),
        ] {
            assert!(write(&folder.path().join(name), &sealed, text, lock).is_err());
        }
        assert_eq!(
            std::fs::read(&path).unwrap(),
            sealed,
            "it is not written over"
        );
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "no temporary file is left");
    }

    #[test]
    fn of_a_safe_for_others_all_is_proven_that_can_be() {
        for count in [1, 3] {
            let lock = for_recipients(count);
            for text in [TEXT.to_vec(), vec![b'x'; PIECE], vec![b'x'; PIECE + 1]] {
                let sealed = seal(&text, &lock).unwrap();
                let proof = prove(&sealed, &text, &lock).unwrap();
                assert_eq!(proof, Proof::Whole { recipients: count });
                assert!(prove(&sealed, &text, &for_recipients(count + 1)).is_err());
                assert!(prove(&sealed, &text[1..], &lock).is_err());
                let cut = sealed.len() / 2;
                assert!(prove(&sealed[..cut], &text, &lock).is_err());
            }
        }
    }
}
