//! Repositories of backup programs, told by what lies in their folder.

use super::UnreadForm;

/// What is to be known of a folder.
pub trait FolderListing {
    /// Whether a file or folder of this name lies in it.
    fn has(&self, name: &str) -> bool;
    /// How a file in it begins.
    fn begins(&self, name: &str, with: &[u8]) -> bool;
}

/// Of which program a folder is a repository. What lies in it is searched all the same: other things may lie beside.
pub fn repository(folder: &dyn FolderListing) -> Option<UnreadForm> {
    let all = |names: &[&str]| names.iter().all(|name| folder.has(name));
    if all(&["config", "data", "index", "keys", "snapshots"]) {
        return Some(UnreadForm::Restic);
    }
    if all(&["config", "data"]) && folder.begins("config", b"[repository]") {
        return Some(UnreadForm::Borg);
    }
    if folder.has("kopia.repository.f") {
        return Some(UnreadForm::Kopia);
    }
    if all(&["info", "backups", "bundles", "index"]) {
        return Some(UnreadForm::Zbackup);
    }
    if folder.has(".chunks") {
        return Some(UnreadForm::Proxmox);
    }
    if folder.has("synobkpinfo.db") {
        return Some(UnreadForm::HyperBackup);
    }
    if folder.has("gocryptfs.conf") {
        return Some(UnreadForm::Gocryptfs);
    }
    if all(&["store", "requires"]) && folder.has("00changelog.i") {
        return Some(UnreadForm::Mercurial);
    }
    if all(&["format", "db", "conf"]) && folder.has("locks") {
        return Some(UnreadForm::Subversion);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, and how the files begin.
    struct Listed(&'static [(&'static str, &'static [u8])]);

    impl FolderListing for Listed {
        fn has(&self, name: &str) -> bool {
            self.0.iter().any(|(listed, _)| *listed == name)
        }

        fn begins(&self, name: &str, with: &[u8]) -> bool {
            let found = self.0.iter().find(|(listed, _)| *listed == name);
            found.is_some_and(|(_, content)| content.starts_with(with))
        }
    }

    #[test]
    fn repositories_are_told_from_folders_that_share_a_name_with_them() {
        let restic = Listed(&[
            ("config", b"\x93"),
            ("data", b""),
            ("index", b""),
            ("keys", b""),
            ("snapshots", b""),
        ]);
        assert_eq!(repository(&restic), Some(UnreadForm::Restic));
        let borg = Listed(&[("config", b"[repository]\nversion = 1"), ("data", b"")]);
        assert_eq!(repository(&borg), Some(UnreadForm::Borg));
        let project = Listed(&[("config", b"[core]"), ("data", b""), ("index", b"")]);
        assert_eq!(repository(&project), None);
        let laravel = Listed(&[("artisan", b"#!"), ("config", b""), ("storage", b"")]);
        assert_eq!(repository(&laravel), None);
    }
}
