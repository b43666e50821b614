//! `recover --passwords` on MariaDB and PostgreSQL: from a file, and from standard input.

use std::io::Write;
use std::process::{Command, Stdio};

use freescout_rescue::domain::inventory::sql;

use crate::install::{Install, OLD_PASSWORD, key};
use crate::secrets::{self, Search};
use crate::{server, stopped};

/// Stored as a plain text by a FreeScout of long ago.
pub const NEVER_SEALED: &str = "never sealed: Klartext-密码";

/// 200 bytes of UTF-8.
pub fn long_password() -> String {
    let password = "Lang-密码-Пароль-🔑-".repeat(7);
    let mut end = 200;
    while !password.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{}", &password[..end], "x".repeat(200 - end))
}

#[test]
fn nothing_is_left_of_what_a_recovery_had_in_its_hands() {
    for server in server::both() {
        for from_stdin in [false, true] {
            let install = Install::new(server, &format!("memory_{from_stdin}"));
            let typed = long_password();
            assert_eq!(typed.len(), 200);
            let escaped = server::PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
            let search = Search::new(&[
                secrets::text("the password", &typed),
                secrets::text("another mailbox's password", OLD_PASSWORD),
                secrets::text("a password that was never sealed", NEVER_SEALED),
                secrets::text("the database password", server::PASSWORD),
                secrets::text("the database password, escaped", &escaped),
                secrets::key("the old key", key(1).text()),
                secrets::key("the new key", key(2).text()),
            ]);
            let table = sql::table(server.driver, &install.settings.prefix, "mailboxes");
            let plain = sql::literal(server.driver, "utf8mb4", Some(NEVER_SEALED.as_bytes()));
            let update = format!("UPDATE {table} SET out_password = {plain} WHERE id = 2");
            server.admin(&install.settings.database, &[&update]);
            let line = serde_json::json!({"mailbox": 3, "incoming": typed}).to_string();
            let file = install.folder.path().join("passwords.jsonl");
            let passwords = if from_stdin {
                "-"
            } else {
                file.to_str().unwrap()
            };
            if !from_stdin {
                std::fs::write(&file, format!("{line}\n")).unwrap();
            }
            let home = install.folder.path().join("home");
            std::fs::create_dir_all(home.join("tmp")).unwrap();
            let mut child = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
                .args([
                    "recover",
                    "--yes",
                    "--no-artisan",
                    "--no-test",
                    "--passwords",
                    passwords,
                ])
                .arg("--look-in")
                .arg(install.look_in())
                .arg("--backup-dir")
                .arg(install.backups())
                .arg("--state-dir")
                .arg(home.join("state"))
                .arg(install.root())
                .env_clear()
                .envs([("PATH", "/usr/bin:/bin"), stopped::AT_END])
                .env("HOME", &home)
                .env("TMPDIR", home.join("tmp"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            if from_stdin {
                writeln!(input, "{line}").unwrap();
            }
            drop(input);
            stopped::wait(child.id());
            let mut told = stopped::memory(child.id(), &search);
            told.extend(stopped::calling(child.id(), &search));
            stopped::assert_closed(child.id());
            stopped::go_on(child.id());
            let out = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&out.stderr).into_owned();
            assert_eq!(out.status.code(), Some(0), "{said}");
            told.extend(search.told("standard output", &out.stdout));
            told.extend(search.told("standard error", &out.stderr));
            if !from_stdin {
                std::fs::remove_file(&file).unwrap();
            }
            told.extend(search.below(&home, &|_, _| false));
            told.extend(search.below(&install.backups(), &|path, what| {
                // The copies of `.env` and of the cached config are what a backup is for, and what was never sealed is
                // backed up as it stood.
                let copy = path.parent().is_some_and(|p| p.ends_with("files"));
                let rows = path.ends_with("rows.jsonl") || path.ends_with("restore.sql");
                copy && (what.contains("key") || what.contains("database"))
                    || rows && what.contains("never sealed")
            }));
            assert!(told.is_empty(), "{:?}:\n{}", server.driver, told.join("\n"));
        }
    }
}
