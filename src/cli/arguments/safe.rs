//! The arguments of `safe`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{absolute, absolute_or_stdin, is_stdin};
use crate::io::state::AbsolutePath;

/// Where the safe is put, and who can open it.
#[derive(Args, Clone)]
pub struct SafeOptions {
    /// The new file; nothing is written over. `-` is standard output.
    #[arg(long, value_name = "FILE", required_unless_present = "paper", value_parser = absolute_or_stdin())]
    pub output: Option<PathBuf>,
    /// Not encrypted, for a folder: a page with the key in force, as rows that can be typed in again, each with check
    /// characters, and as a QR code. It goes to the terminal, or to --output. What is typed is a source for --key-file.
    #[arg(long, conflicts_with_all = ["recipient", "recipients_file", "passphrase_file", "work_factor"])]
    pub paper: bool,
    /// Also write the QR code as SVG to this new file. Needs --paper.
    #[arg(long, value_name = "FILE", requires = "paper", value_parser = absolute())]
    pub svg: Option<AbsolutePath>,
    /// Who can open it.
    #[command(flatten)]
    pub lock: SafeLockOptions,
}

/// Who can open a safe.
#[derive(Args, Clone)]
pub struct SafeLockOptions {
    /// Encrypt it to this public key of age (age1…) or SSH (ssh-ed25519 …, ssh-rsa …) in place of a passphrase. Repeatable:
    /// each can open it.
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "passphrase_file")]
    pub recipient: Vec<String>,
    /// A file with public keys of age or SSH, one a line: also authorized_keys or id_ed25519.pub. Repeatable.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file", value_parser = absolute())]
    pub recipients_file: Vec<AbsolutePath>,
    /// A file that contains the passphrase and nothing else. `-` reads standard input. Without this option and without
    /// recipients, the passphrase is asked for twice on the terminal.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// scrypt's work as a power of two, for trials that cannot wait.
    #[arg(long, value_name = "N", hide = true, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub work_factor: Option<u8>,
}

impl SafeLockOptions {
    /// Whether secret keys open it.
    pub fn is_to_recipients(&self) -> bool {
        !self.recipient.is_empty() || !self.recipients_file.is_empty()
    }
}

impl SafeOptions {
    /// The files that are written.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let output = self.output.as_deref().filter(|path| !is_stdin(path));
        output.into_iter().chain(self.svg.as_deref())
    }
}
