//! Encrypted files of a backup: the `age` format with a passphrase, so that `age -d` opens them without us.
//!
//! A stream from the first byte to the last: nothing plain ever reaches the disk. What was cut off or changed does not
//! open, and neither does a file that asks for more work than any of ours.

use std::io::{Read, Write};
use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use super::error::BackupError;
use crate::domain::inventory::secret::SecretBytes;

/// What an encrypted file's name ends in.
pub const ENDING: &str = ".age";
/// The format, as its own first line names it.
pub(super) const FORMAT: &str = "age-encryption.org/v1";
/// scrypt's N is 2 to this power, as the `age` program has it: 256 MiB of memory and a second or so a file. Never measured:
/// on a busy machine that comes out weak.
const WORK: u8 = 18;
/// More work is not done for a file: 4 GiB of memory. A limit of its own likewise: one that is measured refuses good files
/// while the machine is busy.
const MOST_WORK: u8 = 22;

/// A passphrase. Never printed, wiped on drop.
#[derive(Clone)]
pub struct Passphrase(SecretString);

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.0.expose_secret(), other.0.expose_secret());
        subtle::ConstantTimeEq::ct_eq(one.as_bytes(), other.as_bytes()).into()
    }
}

impl Passphrase {
    /// A passphrase from what was typed or read; `None` where it is empty or not UTF-8, which the `age` program could not
    /// be told either.
    pub fn new(text: &SecretBytes) -> Option<Self> {
        let text = std::str::from_utf8(text.expose()).ok()?;
        // Of exactly the right size: turned into the secret it is moved, not copied.
        (!text.is_empty()).then(|| Self(SecretString::from(text.to_owned())))
    }
}

/// How a backup is encrypted.
pub struct Sealing {
    passphrase: Passphrase,
    work: u8,
}

impl Sealing {
    /// With this passphrase and the usual work.
    pub fn new(passphrase: Passphrase) -> Self {
        Self {
            passphrase,
            work: WORK,
        }
    }

    /// The same with scrypt's N as 2 to the power of `work`, for trials that cannot wait.
    #[must_use]
    pub fn with_work(self, work: u8) -> Self {
        Self {
            work: work.clamp(1, MOST_WORK),
            ..self
        }
    }

    /// The passphrase.
    pub fn passphrase(&self) -> &Passphrase {
        &self.passphrase
    }

    /// Encrypts what is written, into `target`. It is whole only after `finish`.
    pub(in crate::io) fn seal<W: Write>(&self, target: W) -> std::io::Result<StreamWriter<W>> {
        let mut recipient = age::scrypt::Recipient::new(self.passphrase.0.clone());
        recipient.set_work_factor(self.work);
        let recipients: [&dyn age::Recipient; 1] = [&recipient];
        Encryptor::with_recipients(recipients.into_iter())
            .map_err(|e| std::io::Error::other(e.to_string()))?
            .wrap_output(target)
    }
}

/// Opens an encrypted file, whose path is for messages. What is read from it is proven piece by piece; that it is all
/// there, only at its end.
///
/// # Errors
/// [`BackupError::Passphrase`] when the passphrase is another one, [`BackupError::Sealed`] when this is no file of ours.
pub(super) fn open<'a>(
    path: &Path,
    file: impl Read + 'a,
    passphrase: &Passphrase,
) -> Result<impl Read + 'a, BackupError> {
    let mut identity = age::scrypt::Identity::new(passphrase.0.clone());
    identity.set_max_work_factor(MOST_WORK);
    let identities: [&dyn age::Identity; 1] = [&identity];
    Decryptor::new(file)
        .and_then(|decryptor| decryptor.decrypt(identities.into_iter()))
        .map_err(|e| match e {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                BackupError::Passphrase(path.to_owned())
            }
            DecryptError::Io(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
                BackupError::System(path.to_owned(), e)
            }
            _ => BackupError::Sealed(path.to_owned()),
        })
}

/// The error of reading on in an opened file.
pub(super) fn broken(path: &Path, error: std::io::Error) -> BackupError {
    match error.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            BackupError::Sealed(path.to_owned())
        }
        _ => BackupError::System(path.to_owned(), error),
    }
}

/// The whole of an encrypted file. Its plain text is never longer than the file itself.
///
/// # Errors
/// As [`open`], and [`BackupError::Sealed`] when it was cut off or changed.
pub(in crate::io) fn whole(
    path: &Path,
    file: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    // Reserved at once: growing would leave copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
    open(path, file, passphrase)?
        .read_to_end(&mut plain)
        .map_err(|e| broken(path, e))?;
    Ok(plain)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SENTINEL: &[u8] = b"s3ntinel in plain";

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(&SecretBytes::from(text.as_bytes())).unwrap()
    }

    fn sealed(work: u8, plain: &[u8]) -> Vec<u8> {
        let sealing = Sealing::new(passphrase("correct horse")).with_work(work);
        let mut writer = sealing.seal(Vec::new()).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(file: &[u8], text: &str) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        whole(Path::new("rows.jsonl.age"), file, &passphrase(text))
    }

    #[test]
    fn every_length_comes_back_and_nothing_shows() {
        for length in [0, 1, SENTINEL.len(), 65_535, 65_536, 65_537, 200_000] {
            let plain: Vec<u8> = SENTINEL.iter().copied().cycle().take(length).collect();
            let file = sealed(2, &plain);
            assert!(file.starts_with(FORMAT.as_bytes()));
            assert!(!file.windows(SENTINEL.len()).any(|w| w == SENTINEL));
            assert_eq!(*opened(&file, "correct horse").unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn another_passphrase_is_told_from_a_broken_file() {
        let file = sealed(2, SENTINEL);
        assert!(matches!(
            opened(&file, "wrong horse"),
            Err(BackupError::Passphrase(_))
        ));
        assert!(matches!(
            opened(b"no age file", "correct horse"),
            Err(BackupError::Sealed(_))
        ));
    }

    #[test]
    fn what_was_cut_off_or_changed_does_not_open() {
        let file = sealed(2, &SENTINEL.repeat(5000));
        for length in (0..file.len()).step_by(1997).chain([file.len() - 1]) {
            assert!(
                matches!(
                    opened(&file[..length], "correct horse"),
                    Err(BackupError::Sealed(_))
                ),
                "cut off at {length}"
            );
        }
        for at in (0..300).step_by(7).chain((300..file.len()).step_by(2999)) {
            let mut file = file.clone();
            file[at] ^= 1;
            assert!(
                opened(&file, "correct horse").is_err(),
                "changed at {at} and believed"
            );
        }
    }

    /// The line of the header that says how much work it takes: `-> scrypt SALT FACTOR`.
    fn recipient(file: &[u8]) -> String {
        let header = String::from_utf8_lossy(&file[..120]).into_owned();
        let line = header.lines().nth(1).unwrap().to_owned();
        assert!(line.starts_with("-> scrypt "), "{line}");
        line
    }

    #[test]
    fn the_work_is_that_of_the_age_program_however_busy_the_machine() {
        let mut writer = Sealing::new(passphrase("correct horse"))
            .seal(Vec::new())
            .unwrap();
        writer.write_all(SENTINEL).unwrap();
        let file = writer.finish().unwrap();
        assert!(recipient(&file).ends_with(" 18"), "{}", recipient(&file));
        assert_eq!(*opened(&file, "correct horse").unwrap(), SENTINEL);
        assert!(recipient(&sealed(3, SENTINEL)).ends_with(" 3"));
    }

    #[test]
    fn a_file_that_asks_for_too_much_work_is_refused_before_it_is_done() {
        let file = sealed(2, SENTINEL);
        let line = recipient(&file);
        for factor in [MOST_WORK + 1, 40, 63] {
            let more = format!("{} {factor}", line.strip_suffix(" 2").unwrap());
            let at = FORMAT.len() + 1;
            let greedy = [&file[..at], more.as_bytes(), &file[at + line.len()..]].concat();
            assert!(recipient(&greedy).ends_with(&factor.to_string()));
            assert!(matches!(
                opened(&greedy, "correct horse"),
                Err(BackupError::Sealed(_))
            ));
        }
    }

    #[test]
    fn a_passphrase_is_text_and_not_nothing() {
        assert!(Passphrase::new(&SecretBytes::from(&b""[..])).is_none());
        assert!(Passphrase::new(&SecretBytes::from(&b"\xff"[..])).is_none());
        assert!(Passphrase::new(&SecretBytes::from("пароль".as_bytes())).is_some());
    }
}
