//! What a file is that the search does not unpack or decrypt, and the line that makes it readable: told by its content
//! first, then by its name, and of a repository by what lies in its folder.
//!
//! Silence about such a file reads as "the key is not in there". So what none of the rows knows, and what looks like
//! nothing but random bytes, is told as well.

pub mod density;
pub mod innodb;
mod layouts;
mod openpgp;
mod rows;
pub mod series;
mod streams;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use self::rows::{FormRow, ROWS};
pub use layouts::{FolderListing, repository};
pub use streams::{StreamsIn, is_revlog, streams_in};

named! {
    /// A form of packing, encryption or storage.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum UnreadForm {
        /// aescrypt.com.
        AesCrypt = "AES Crypt",
        /// Acronis.
        Acronis = "Acronis",
        /// age-encryption.org.
        Age = "age",
        /// The tapes of Amanda.
        Amanda = "Amanda",
        /// ansible-vault.
        AnsibleVault = "Ansible Vault",
        /// arj.
        Arj = "arj",
        /// Volumes of Bacula and Bareos.
        Bacula = "Bacula",
        /// BitLocker.
        BitLocker = "BitLocker",
        /// BorgBackup, and Attic before it.
        Borg = "Borg",
        /// RFC 7932; without a mark of its own.
        Brotli = "brotli",
        /// Cabinets of Windows.
        Cab = "cab",
        /// ccrypt; without a mark of its own.
        Ccrypt = "ccrypt",
        /// `compress`, `.Z`.
        Compress = "compress",
        /// Compressed ROM file systems.
        Cramfs = "cramfs",
        /// Disk archiver.
        Dar = "dar",
        /// Disk images of macOS.
        Dmg = "dmg",
        /// dotenvx.
        Dotenvx = "dotenvx",
        /// Duplicati.
        Duplicati = "Duplicati",
        /// duplicity, and duply and Déjà Dup above it.
        Duplicity = "duplicity",
        /// fsarchiver.
        Fsarchiver = "fsarchiver",
        /// git-crypt.
        GitCrypt = "git-crypt",
        /// gocryptfs.
        Gocryptfs = "gocryptfs",
        /// OpenPGP.
        Gpg = "gpg",
        /// Synology's Hyper Backup.
        HyperBackup = "Hyper Backup",
        /// Tables that MariaDB or MySQL compresses.
        InnodbCompressed = "InnoDB compression",
        /// Tables that MariaDB or MySQL encrypts.
        InnodbEncrypted = "InnoDB encryption",
        /// What JetBrains' programs keep of earlier versions of files.
        JetBrains = "JetBrains local history",
        /// KeePass.
        KeePass = "KeePass",
        /// Kopia.
        Kopia = "Kopia",
        /// `php artisan env:encrypt`.
        LaravelEnv = "artisan env:encrypt",
        /// lrzip.
        Lrzip = "lrzip",
        /// LUKS.
        Luks = "LUKS",
        /// Macrium Reflect.
        Macrium = "Macrium Reflect",
        /// Mercurial.
        Mercurial = "Mercurial",
        /// `openssl enc`.
        Openssl = "openssl enc",
        /// partclone, and Clonezilla above it.
        Partclone = "partclone",
        /// partimage.
        Partimage = "partimage",
        /// Archives of files, by Proxmox.
        Pxar = "pxar",
        /// The same in two files: names in one, contents in the other.
        PxarInTwo = "ppxar",
        /// Proxmox Backup Server.
        Proxmox = "Proxmox Backup",
        /// Disks of QEMU.
        Qcow2 = "qcow2",
        /// qpress, `.qp`.
        Qpress = "qpress",
        /// rar.
        Rar = "rar",
        /// rclone crypt.
        Rclone = "rclone crypt",
        /// restic and rustic.
        Restic = "restic",
        /// Framed Snappy.
        Snappy = "snappy",
        /// SOPS.
        Sops = "SOPS",
        /// squashfs.
        Squashfs = "squashfs",
        /// Subversion.
        Subversion = "Subversion",
        /// Veeam.
        Veeam = "Veeam",
        /// VeraCrypt and TrueCrypt; without a mark of their own.
        VeraCrypt = "VeraCrypt",
        /// Backups of machines, by Proxmox.
        Vma = "VMA",
        /// Images of Windows.
        Wim = "wim",
        /// xar.
        Xar = "xar",
        /// zbackup.
        Zbackup = "zbackup",
        /// Packed files of CD images.
        Zisofs = "zisofs",
        /// zpaq.
        Zpaq = "zpaq",
    }
    /// Its name: that of the program that makes it, the same in every language.
    pub fn name(self);
}

/// What has to be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormNature {
    /// To be unpacked.
    Packed,
    /// To be decrypted.
    Encrypted,
    /// A folder of a backup program, to be opened with it.
    Repository,
    /// An archive whose members stand there as they are: these were searched, not what is packed among them.
    Archive,
}

impl UnreadForm {
    fn row(self) -> &'static FormRow {
        ROWS.iter().find(|row| row.form == self).unwrap_or(&ROWS[0])
    }

    /// What has to be done with it.
    pub fn nature(self) -> FormNature {
        self.row().nature
    }

    /// Whether all that its repositories hold is read, file by file.
    pub fn is_read_in_full(self) -> bool {
        self == UnreadForm::Mercurial
    }

    /// Whether its repositories may be without encryption: what they hold is read then.
    pub fn may_be_plain(self) -> bool {
        matches!(self, UnreadForm::Borg | UnreadForm::Proxmox)
    }

    /// Whether its files say nothing alone, and a folder of them is one backup.
    pub fn is_a_folder(self) -> bool {
        matches!(
            self,
            UnreadForm::Duplicity | UnreadForm::Duplicati | UnreadForm::Rclone
        )
    }

    /// The command that makes it readable, with words in capitals in place of what only its owner knows. Empty where only
    /// the program that made it can.
    pub fn command(self) -> &'static str {
        self.row().command
    }
}

/// How SOPS writes a value.
static SOPS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"ENC[AES256_GCM,data:"));

/// How dotenvx writes one: base64, of a point of a curve that is not compressed first.
static DOTENVX: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"encrypted:B"));

/// Whether a `.env` has a value that dotenvx encrypted, bare or in quotes.
fn has_dotenvx(head: &[u8]) -> bool {
    DOTENVX
        .find_iter(head)
        .any(|at| at > 0 && matches!(head[at - 1], b'=' | b'"' | b'\''))
}

/// What was not read of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadGroup {
    /// What it is; `None`: it looks random, and nothing tells.
    pub form: Option<UnreadForm>,
    /// How many of them.
    pub count: u64,
    /// How much they hold together, as far as is known.
    pub bytes: u64,
}

/// What a file is by its first bytes.
pub fn by_content(head: &[u8]) -> Option<UnreadForm> {
    let marked = ROWS.iter().find(|row| {
        row.magic
            .iter()
            .any(|(at, magic)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
    });
    match marked {
        Some(row) => Some(row.form),
        None if openpgp::begins(head) => Some(UnreadForm::Gpg),
        None if SOPS.find(head).is_some() => Some(UnreadForm::Sops),
        None if has_dotenvx(head) => Some(UnreadForm::Dotenvx),
        None => None,
    }
}

/// What a file is by its name, where its content is no text and says nothing else.
pub fn by_name(name: &[u8], head: &[u8]) -> Option<UnreadForm> {
    // Laravel writes base64.
    if density::is_text(head) && !name.ends_with(b".encrypted") {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let fits = |(beginning, ending): &&(&str, &str)| {
        lower.starts_with(beginning.as_bytes()) && lower.ends_with(ending.as_bytes())
    };
    // A name that says more goes first: the files of duplicity are called like those of gpg.
    let named = ROWS.iter().filter_map(|row| {
        let (beginning, _) = row.names.iter().find(fits)?;
        Some((beginning.len(), row))
    });
    let (_, row) = named.max_by_key(|(beginning, _)| *beginning)?;
    let is_keyring = row.form == UnreadForm::Gpg && openpgp::is_keyring(head);
    (!is_keyring).then_some(row.form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_one_row() {
        for form in UnreadForm::ALL {
            let rows = ROWS.iter().filter(|row| row.form == form).count();
            assert_eq!(rows, 1, "{}", form.name());
        }
        assert_eq!(ROWS.len(), UnreadForm::ALL.len());
    }

    #[test]
    fn content_tells_a_form_and_no_other() {
        for row in &ROWS {
            for (at, magic) in row.magic {
                let mut head = vec![0; *at];
                head.extend_from_slice(magic);
                head.resize(at + magic.len() + 400, 0);
                assert_eq!(by_content(&head), Some(row.form), "{}", row.form.name());
            }
        }
        for head in [
            &b"APP_ENV=production\nAPP_KEY=encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt"[..],
            b"APP_KEY=\"encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt\"",
        ] {
            assert_eq!(by_content(head), Some(UnreadForm::Dotenvx));
        }
        for head in [
            &b""[..],
            b"APP_KEY=x",
            b"the disk is encrypted:BitLocker",
            b"<?php",
            b"-- MariaDB dump 10",
            &[0; 512],
        ] {
            assert_eq!(by_content(head), None);
        }
    }

    #[test]
    fn a_name_counts_only_for_what_is_no_text() {
        let noise: Vec<u8> = (0..200u8).map(|n| n.wrapping_mul(151) ^ 0x80).collect();
        assert_eq!(by_name(b"env.br", &noise), Some(UnreadForm::Brotli));
        assert_eq!(by_name(b"notes.BR", b"hello, this is text"), None);
        assert_eq!(
            by_name(b"duplicity-full.20260101T000000Z.vol1.difftar.gpg", &noise),
            Some(UnreadForm::Duplicity)
        );
        assert_eq!(
            by_name(b".env.encrypted", b"eyJpdiI6"),
            Some(UnreadForm::LaravelEnv)
        );
        assert_eq!(by_name(b"logo.bin", &noise), None);
    }
}
