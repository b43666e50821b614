//! The README.txt of a backup, and of the keys that lie apart from it: how to put everything back, with us and without.

use std::path::Path;

use crate::domain::config::Driver;
use crate::engine::recovery::commands::command;
use crate::engine::session::Session;
use crate::io::db::sqlite;
use crate::io::fs::Attributes;
use crate::io::state::backup::{ENDING, RESTORE_SQL};
use crate::sentences::commands::{Operand, shell, typed};
use crate::words::untrusted::shown;
use crate::words::words;

/// What a README is about.
pub(super) struct ReadmeFacts<'a> {
    pub(super) session: &'a Session,
    pub(super) folder: &'a Path,
    pub(super) keys: Option<&'a Path>,
    pub(super) encrypted: bool,
    pub(super) created: &'a str,
}

impl ReadmeFacts<'_> {
    /// The README of the backup.
    pub(super) fn backup(&self) -> String {
        let w = words();
        let root = &self.session.install.root;
        let holds = match self.keys {
            None => w.readme_holds_key.to_owned(),
            Some(keys) => text!(readme_keys_apart, keys = shell(keys)),
        };
        let restore = format!("restore {} --yes", shell(self.folder));
        let command = |what: &str| command(what, self.folder, self.keys, root);
        let by_hand = self.by_hand().join("\n  ");
        text!(
            backup_readme,
            path = shown(&root),
            created = self.created,
            holds = holds,
            encrypted = self.encrypted(),
            by_hand = by_hand,
            restore = command(&restore),
            undo = command("undo --yes")
        )
    }

    /// The README beside keys that lie apart.
    pub(super) fn keys(&self) -> String {
        let root = self.session.install.root.to_string_lossy();
        text!(
            keys_readme,
            path = shown(&root),
            created = self.created,
            folder = shell(self.folder),
            encrypted = self.encrypted()
        )
    }

    fn encrypted(&self) -> &'static str {
        match self.encrypted {
            true => words().readme_encrypted,
            false => "",
        }
    }

    /// What to type in the backup's folder to put everything back: rows, then files with their owner and mode.
    fn by_hand(&self) -> Vec<String> {
        let install = &self.session.install;
        let folder = self.keys.unwrap_or(Path::new("")).join("files");
        let client = self.client();
        let mut lines = vec![match self.encrypted {
            true => format!("age -d {RESTORE_SQL}{ENDING} | {client}"),
            false => format!("{client} < {RESTORE_SQL}"),
        }];
        for (name, file) in super::files_of(install) {
            let Some(file) = file else {
                continue;
            };
            let Attributes { uid, gid, mode, .. } = file.attributes;
            let put = format!("install -o {uid} -g {gid} -m {mode:o}");
            let saved = folder.join(name);
            let to = Operand::Path(&file.path);
            lines.push(match self.encrypted {
                true => {
                    let sealed = saved.with_file_name(format!("{name}{ENDING}"));
                    let open = typed(&format!("age -d -o {name}"), &[Operand::Path(&sealed)]);
                    let put = typed(&put, &[Operand::Path(Path::new(name)), to]);
                    format!("{open} && {put} && rm {name}")
                }
                false => typed(&put, &[Operand::Path(&saved), to]),
            });
        }
        if install.cache_file.is_none() {
            // One that was made since would outweigh `.env`.
            lines.push(typed("rm -f", &[Operand::Path(&install.cache_path())]));
        }
        lines
    }

    /// The server's own client, which stops at the first statement that fails: then nothing is changed.
    fn client(&self) -> String {
        let settings = &self.session.settings;
        let name = &settings.database;
        match settings.driver {
            Driver::MySql => typed("mysql", &[Operand::MySqlDatabase(name)]),
            Driver::PgSql => typed("psql -v ON_ERROR_STOP=1", &[Operand::PgSqlDatabase(name)]),
            Driver::Sqlite => {
                let file = sqlite::file(settings, &self.session.install.root);
                typed("sqlite3 -bail", &[Operand::Path(&file)])
            }
        }
    }
}
