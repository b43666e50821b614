//! The full dump as root: made by a program of root's, run as the web user, who knows the password anyway.

use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::Path;
use std::process::Command;

use freescout_rescue::domain::config::Driver;

use crate::install::Install;
use crate::not_tried::as_root;
use crate::server;

const NOBODY: u32 = 65534;

/// With the password in the operator's environment, where one is given.
fn dump(install: &Install, path: &str, password: Option<&str>) -> (String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(["backup", "--full-dump", "--json", "--backup-dir"])
        .arg(install.backups())
        .arg("--state-dir")
        .arg(install.folder.path().join("state"))
        .arg(install.root())
        .env_clear()
        .env("HOME", install.folder.path())
        .env("ROOTS_OWN", "secret of root's")
        .env("PATH", path)
        .envs(password.map(|password| ("DB_PASSWORD", password)))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    let made: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let folder = made["backup"].as_str().unwrap_or_default().to_owned();
    let text = std::fs::read(Path::new(&folder).join("database.dump")).unwrap_or_default();
    (String::from_utf8_lossy(&text).into_owned(), said)
}

#[test]
fn it_is_made_without_the_rights_of_root() {
    if !as_root("whom root runs dump programs as") {
        return;
    }
    for server in server::both() {
        let install = Install::new(server, "dumped");
        for entry in walkdir::WalkDir::new(install.root()) {
            lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let (text, said) = dump(&install, "/usr/bin:/bin", None);
        assert!(
            text.contains("fs_mailboxes") && text.contains("imap.example"),
            "{said}"
        );
        // One that tells how it was called.
        let bin = install.folder.path().join("bin");
        let name = match server.driver {
            Driver::MySql => "mysqldump",
            _ => "pg_dump",
        };
        let program = bin.join(name);
        std::fs::create_dir(&bin).unwrap();
        std::fs::set_permissions(
            install.folder.path(),
            std::fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        let tell = "#!/bin/sh\n/usr/bin/id -u\necho \"$*\"\n/usr/bin/env | /usr/bin/sed 's/=.*//'\n/usr/bin/stat -Lc '%u %a' /dev/stdin\n/usr/bin/cut -d' ' -f5-7 /proc/$$/stat\n";
        crate::runnable::script(&program, tell);
        let (text, said) = dump(&install, bin.to_str().unwrap(), None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"65534"), "{said}{text}");
        assert!(
            !lines[1].contains("密码"),
            "the password is an argument: {text}"
        );
        let usual = ["PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"];
        let known = |name: &&&str| {
            usual.contains(*name) || name.starts_with("PG") && **name != "PGPASSWORD"
        };
        let names = &lines[2..lines.len() - 2];
        // The password is where the program alone can read it.
        assert_eq!(lines[lines.len() - 2], "65534 400", "{text}");
        assert!(names.iter().all(|name| known(&name)), "{names:?}");
        assert!(
            lines.last().unwrap().ends_with(" 0"),
            "it has a terminal: {text}"
        );
        // A password that FreeScout has not is the operator's: the web user never holds a process with it.
        let env = install.root().join(".env");
        let without: Vec<String> = std::fs::read_to_string(&env)
            .unwrap()
            .lines()
            .map(|line| match line.starts_with("DB_PASSWORD=") {
                true => "DB_PASSWORD=lost".to_owned(),
                false => line.to_owned(),
            })
            .collect();
        std::fs::write(&env, without.join("\n")).unwrap();
        let (text, said) = dump(&install, bin.to_str().unwrap(), Some(server::PASSWORD));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"65533"), "{said}{text}");
        assert_eq!(lines[lines.len() - 2], "65533 400", "{text}");
        let (text, said) = dump(&install, "/usr/bin:/bin", Some(server::PASSWORD));
        assert!(text.contains("fs_mailboxes"), "{said}");
        // Where others may write, nothing is run.
        std::fs::set_permissions(&bin, std::fs::Permissions::from_mode(0o777)).unwrap();
        let (text, said) = dump(&install, bin.to_str().unwrap(), Some(server::PASSWORD));
        let refused = format!(
            "{} was found but not run: {} belongs to root",
            program.display(),
            bin.display()
        );
        assert!(text.is_empty() && said.contains(&refused), "{said}");
    }
}
