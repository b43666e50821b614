//! One row for each form: how it begins, what its files are called, and what makes it readable.

use super::FormNature::{Archive, Encrypted, Packed, Repository};
use super::{FormNature, UnreadForm};

/// What is known of a form.
pub(super) struct FormRow {
    pub(super) form: UnreadForm,
    pub(super) nature: FormNature,
    /// See [`UnreadForm::command`].
    pub(super) command: &'static str,
    /// Marks, and where they stand: any of them tells.
    pub(super) magic: &'static [(usize, &'static [u8])],
    /// How names begin and end, in small letters: any of them tells.
    pub(super) names: &'static [(&'static str, &'static str)],
}

const fn row(
    form: UnreadForm,
    nature: FormNature,
    command: &'static str,
    magic: &'static [(usize, &'static [u8])],
    names: &'static [(&'static str, &'static str)],
) -> FormRow {
    FormRow {
        form,
        nature,
        command,
        magic,
        names,
    }
}

/// Of a table, its server alone makes something readable: one on a copy of its folder.
const DUMP: &str = "mariadbd --datadir=COPY & mariadb-dump --all-databases | freescout-rescue find-key INSTALL --look-in -";

/// Marks are those of the programs' own documents and sources, or of `file`.
#[rustfmt::skip]
pub(super) const ROWS: [FormRow; 57] = [
    // encrypted
    row(UnreadForm::Gpg, Encrypted, "gpg -d FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"-----BEGIN PGP MESSAGE-----")], &[("", ".gpg"), ("", ".pgp")]),
    row(UnreadForm::Age, Encrypted, "age -d -i IDENTITY FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"age-encryption.org/v"), (0, b"-----BEGIN AGE ENCRYPTED FILE-----")], &[("", ".age")]),
    row(UnreadForm::Openssl, Encrypted, "openssl enc -d -aes-256-cbc -pbkdf2 -in FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"Salted__"), (0, b"U2FsdGVkX1")], &[("", ".enc")]),
    row(UnreadForm::Luks, Encrypted, "cryptsetup open --readonly FILE NAME",
        &[(0, b"LUKS\xba\xbe")], &[]),
    row(UnreadForm::BitLocker, Encrypted, "cryptsetup open --type bitlk --readonly FILE NAME",
        &[(3, b"-FVE-FS-")], &[]),
    row(UnreadForm::VeraCrypt, Encrypted, "cryptsetup open --type tcrypt --veracrypt --readonly FILE NAME",
        &[], &[("", ".hc"), ("", ".tc")]),
    row(UnreadForm::Rclone, Encrypted, "rclone mount REMOTE: FOLDER",
        &[(0, b"RCLONE\0\0")], &[]),
    row(UnreadForm::AnsibleVault, Encrypted, "ansible-vault view FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"$ANSIBLE_VAULT;")], &[]),
    row(UnreadForm::GitCrypt, Encrypted, "git-crypt unlock KEYFILE; git log -p --all | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"\0GITCRYPT\0")], &[]),
    row(UnreadForm::Sops, Encrypted, "sops -d FILE | freescout-rescue find-key INSTALL --look-in -",
        &[], &[]),
    row(UnreadForm::Dotenvx, Encrypted, "dotenvx decrypt --stdout -f FILE | freescout-rescue find-key INSTALL --look-in -",
        &[], &[]),
    row(UnreadForm::Ccrypt, Encrypted, "ccrypt -c FILE | freescout-rescue find-key INSTALL --look-in -",
        &[], &[("", ".cpt")]),
    row(UnreadForm::AesCrypt, Encrypted, "aescrypt -d -o - FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"AES\x01\0"), (0, b"AES\x02\0"), (0, b"AES\x03\0")], &[]),
    row(UnreadForm::KeePass, Encrypted, "keepassxc-cli export FILE | freescout-rescue find-key INSTALL --look-in -",
        &[(0, b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"), (0, b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5")], &[("", ".kdbx")]),
    row(UnreadForm::LaravelEnv, Encrypted, "php artisan env:decrypt --key=KEY",
        &[], &[(".env", ".encrypted")]),
    row(UnreadForm::Duplicity, Encrypted, "duplicity restore URL FOLDER",
        &[], &[("duplicity-", ".gpg")]),
    row(UnreadForm::Duplicati, Encrypted, "duplicati-cli restore URL --restore-path=FOLDER",
        &[], &[("duplicati-", ".aes"), ("duplicati-", ".gpg")]),
    row(UnreadForm::Gocryptfs, Encrypted, "gocryptfs -ro FOLDER MOUNTPOINT",
        &[], &[]),
    row(UnreadForm::InnodbEncrypted, Encrypted, DUMP, &[], &[]),
    // repositories of backup programs
    row(UnreadForm::Restic, Repository, "restic -r FOLDER mount MOUNTPOINT", &[], &[]),
    row(UnreadForm::Borg, Repository, "borg mount FOLDER MOUNTPOINT", &[], &[]),
    row(UnreadForm::Kopia, Repository, "kopia mount all MOUNTPOINT", &[], &[]),
    row(UnreadForm::Zbackup, Repository, "zbackup restore FOLDER/backups/NAME | freescout-rescue find-key INSTALL --look-in -", &[], &[]),
    row(UnreadForm::Proxmox, Repository, "proxmox-backup-client restore SNAPSHOT ARCHIVE FOLDER",
        &[(0, &[123, 103, 133, 190, 34, 45, 76, 240]), (0, &[230, 89, 27, 191, 11, 191, 216, 11])],
        &[("", ".didx"), ("", ".fidx")]),
    row(UnreadForm::HyperBackup, Repository, "", &[], &[]),
    row(UnreadForm::Mercurial, Repository, "hg log -p -R FOLDER | freescout-rescue find-key INSTALL --look-in -", &[], &[]),
    row(UnreadForm::Subversion, Repository, "svnadmin dump FOLDER | freescout-rescue find-key INSTALL --look-in -", &[], &[]),
    // archives that are read as they stand
    row(UnreadForm::Vma, Archive, "vma extract FILE FOLDER", &[(0, b"VMA\0\0\0\0\x01")], &[]),
    // How the first entry begins, of either version.
    row(UnreadForm::Pxar, Archive, "pxar extract FILE FOLDER",
        &[(0, &0xd595_6474_e588_acef_u64.to_le_bytes()), (0, &0x11da_850a_1c1c_ceff_u64.to_le_bytes())], &[]),
    // The version that stands before the first entry, and how the contents begin.
    row(UnreadForm::PxarInTwo, Archive, "pxar extract NAME.mpxar FOLDER --payload-input NAME.ppxar",
        &[(0, &0x730f_6c75_df16_a40d_u64.to_le_bytes()), (0, &0x834c_68c2_194a_4ed2_u64.to_le_bytes())], &[]),
    // packed
    row(UnreadForm::InnodbCompressed, Packed, DUMP, &[], &[]),
    row(UnreadForm::JetBrains, Packed, "", &[], &[]),
    row(UnreadForm::Rar, Packed, "unrar x FILE FOLDER", &[(0, b"Rar!\x1a\x07")], &[]),
    row(UnreadForm::Lrzip, Packed, "lrzcat FILE | freescout-rescue find-key INSTALL --look-in -", &[(0, b"LRZI")], &[]),
    row(UnreadForm::Compress, Packed, "zcat FILE | freescout-rescue find-key INSTALL --look-in -", &[(0, b"\x1f\x9d")], &[]),
    row(UnreadForm::Brotli, Packed, "brotli -dc FILE | freescout-rescue find-key INSTALL --look-in -", &[], &[("", ".br")]),
    row(UnreadForm::Snappy, Packed, "snzip -dc FILE | freescout-rescue find-key INSTALL --look-in -", &[(0, b"\xff\x06\0\0sNaPpY")], &[]),
    row(UnreadForm::Qpress, Packed, "qpress -dio FILE | freescout-rescue find-key INSTALL --look-in -", &[(0, b"qpress10")], &[]),
    row(UnreadForm::Zpaq, Packed, "zpaq extract FILE -to FOLDER", &[(0, b"7kSt"), (0, b"zPQ")], &[]),
    row(UnreadForm::Arj, Packed, "7z x FILE -oFOLDER", &[], &[("", ".arj")]),
    row(UnreadForm::Cab, Packed, "cabextract -d FOLDER FILE", &[(0, b"MSCF\0\0\0\0")], &[]),
    row(UnreadForm::Wim, Packed, "wimapply FILE FOLDER", &[(0, b"MSWIM\0\0\0"), (0, b"WLPWM\0\0\0")], &[]),
    row(UnreadForm::Xar, Packed, "7z x FILE -oFOLDER", &[(0, b"xar!")], &[]),
    row(UnreadForm::Squashfs, Packed, "unsquashfs -d FOLDER FILE", &[(0, b"hsqs"), (0, b"sqsh")], &[]),
    row(UnreadForm::Cramfs, Packed, "mount -o loop,ro FILE FOLDER", &[(0, b"\x45\x3d\xcd\x28"), (0, b"\x28\xcd\x3d\x45")], &[]),
    row(UnreadForm::Zisofs, Packed, "mount -o loop,ro IMAGE FOLDER", &[(0, b"\x37\xe4\x53\x96\xc9\xdb\xd6\x07")], &[]),
    row(UnreadForm::Dar, Packed, "dar -x ARCHIVE -R FOLDER", &[(0, b"\0\0\0\x7b")], &[("", ".dar")]),
    row(UnreadForm::Fsarchiver, Packed, "fsarchiver restdir FILE FOLDER", &[(0, b"FsArCh_0")], &[("", ".fsa")]),
    row(UnreadForm::Partclone, Packed, "partclone.restore -C -s FILE -o IMAGE", &[(0, b"partclone-image")], &[]),
    row(UnreadForm::Partimage, Packed, "partimage restore PARTITION FILE", &[(0, b"PaRtImAgE-VoLuMe")], &[]),
    row(UnreadForm::Qcow2, Packed, "qemu-nbd --read-only --connect=/dev/nbd0 FILE",
        &[(0, b"QFI\xfb\0\0\0\x02"), (0, b"QFI\xfb\0\0\0\x03")], &[]),
    row(UnreadForm::Dmg, Packed, "dmg2img FILE IMAGE", &[], &[("", ".dmg")]),
    row(UnreadForm::Amanda, Packed, "dd if=FILE bs=32k skip=1 | freescout-rescue find-key INSTALL --look-in -", &[(0, b"AMANDA: FILE ")], &[]),
    row(UnreadForm::Bacula, Packed, "bextract FILE FOLDER", &[(12, b"BB02"), (12, b"BB03")], &[]),
    row(UnreadForm::Veeam, Packed, "", &[], &[("", ".vbk"), ("", ".vib")]),
    row(UnreadForm::Acronis, Packed, "", &[], &[("", ".tib"), ("", ".tibx")]),
    row(UnreadForm::Macrium, Packed, "", &[], &[("", ".mrimg")]),
];
