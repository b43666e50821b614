//! One install, its truth, and the program run on it with an accident arranged.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use freescout_rescue::domain::config::Driver;

use crate::install::{Install, key};
use crate::server;

/// The web user of these installs; it owns nothing else.
pub const WEB_USER: u32 = 65534;

/// Everything that must come out right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Every row of every table.
    pub rows: Vec<String>,
    /// Every file of the install but FreeScout's caches of its own: mode, owner, bytes.
    pub files: BTreeMap<PathBuf, (u32, u32, Vec<u8>)>,
}

/// Where programs are looked for, ours first: in a container, what is not found there is named by its path.
fn search_path() -> std::ffi::OsString {
    let ours = Path::new(env!("CARGO_BIN_EXE_freescout-rescue"));
    let others = std::env::var_os("PATH").unwrap_or_default();
    let ours = ours.parent().map(Path::to_owned).into_iter();
    std::env::join_paths(ours.chain(std::env::split_paths(&others))).unwrap()
}

pub struct World {
    pub install: Install,
    pub artisan: bool,
    pub original: Truth,
    pub env: String,
    pub state: tempfile::TempDir,
    /// Where in it our state folder lies.
    pub below: &'static str,
}

pub fn drivers() -> [Driver; 3] {
    [Driver::MySql, Driver::PgSql, Driver::Sqlite]
}

/// A folder in memory, where there is room for it: for what a test lays out thousands of times. What is done there is the
/// same, and no disk is waited for.
pub fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// What a program with an accident came to.
pub struct Ended {
    pub killed: bool,
    pub code: Option<i32>,
    pub said: String,
    pub out: String,
}

impl World {
    pub fn new(driver: Driver, name: &str) -> Self {
        let install = match driver {
            Driver::MySql => Install::new(server::mariadb(), name),
            Driver::PgSql => Install::new(server::postgres(), name),
            Driver::Sqlite => Install::sqlite(),
        };
        Self::of(install)
    }

    /// The same with its files in memory.
    pub fn in_memory(driver: Driver, name: &str) -> Self {
        let mut world = Self::of(match driver {
            Driver::MySql => Install::new_in(in_memory(), server::mariadb(), name),
            Driver::PgSql => Install::new_in(in_memory(), server::postgres(), name),
            Driver::Sqlite => Install::sqlite_in(in_memory()),
        });
        world.state = in_memory();
        world
    }

    /// The world around an install.
    pub fn of(install: Install) -> Self {
        let env = install.env();
        let mut world = Self {
            install,
            env,
            artisan: false,
            original: Truth {
                rows: Vec::new(),
                files: BTreeMap::new(),
            },
            state: tempfile::tempdir().unwrap(),
            below: "",
        };
        world.write_files();
        world.original = world.truth();
        world
    }

    /// The same with a PHP that rebuilds the cached config, as FreeScout's `freescout:clear-cache` does.
    pub fn with_artisan(driver: Driver, name: &str) -> Self {
        let mut world = Self::in_memory(driver, name);
        world.artisan = true;
        world.write_files();
        world.original = world.truth();
        world
    }

    pub fn write_files(&self) {
        let root = self.install.root();
        let key = |byte| String::from_utf8_lossy(key(byte).text()).into_owned();
        let settings = &self.install.settings;
        // As Laravel caches it: the key in force, and the database.
        let password = secrecy::ExposeSecret::expose_secret(&settings.password);
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
        let driver = settings.driver.name();
        let cache = format!(
            "<?php return array ('app' => array ('key' => '{}', 'url' => 'http://x.example'), 'database' => array ('default' => '{driver}', 'connections' => array ('{driver}' => array ('driver' => '{driver}', 'host' => '{}', 'port' => '{}', 'database' => '{}', 'username' => '{}', 'password' => '{}', 'prefix' => '{}'))));\n",
            key(2),
            quoted(&settings.host),
            settings.port,
            quoted(&settings.database),
            quoted(&settings.username),
            quoted(password),
            settings.prefix,
        );
        std::fs::write(root.join("bootstrap/cache/config.php"), cache).unwrap();
        if self.artisan {
            let from = format!("key' => '{}", key(2));
            let script = format!(
                "<?php $cache = file_get_contents('bootstrap/cache/config.php'); preg_match('/APP_KEY=(.*)/', file_get_contents('.env'), $found); file_put_contents('bootstrap/cache/config.php', str_replace(\"{from}\", \"key' => '\" . trim($found[1]), $cache));",
            );
            std::fs::write(root.join("artisan"), script).unwrap();
        }
        std::fs::write(root.join(".env"), &self.env).unwrap();
        std::fs::set_permissions(root.join(".env"), std::fs::Permissions::from_mode(0o640))
            .unwrap();
        let data = self.install.folder.path().join("data");
        let given = [&root, &data].into_iter().filter(|folder| folder.exists());
        for entry in given.flat_map(walkdir::WalkDir::new).flatten() {
            std::os::unix::fs::lchown(entry.path(), Some(WEB_USER), Some(WEB_USER)).unwrap();
        }
        std::fs::set_permissions(
            self.install.folder.path(),
            std::fs::Permissions::from_mode(0o755),
        )
        .unwrap();
    }

    /// Everything as it was at first; the state folder and the backups are new ones.
    pub fn reset(&mut self) {
        self.install.refill_tables();
        let root = self.install.root();
        for entry in walkdir::WalkDir::new(&root).into_iter().flatten() {
            let known = self.original.files.contains_key(entry.path());
            if entry.file_type().is_file() && !known {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        self.write_files();
        self.state = tempfile::tempdir_in(self.state.path().parent().unwrap()).unwrap();
        assert_eq!(self.truth(), self.original, "the test's own reset");
    }

    pub fn truth(&self) -> Truth {
        let root = self.install.root();
        let files = walkdir::WalkDir::new(&root)
            .into_iter()
            .flatten()
            .filter(|e| e.file_type().is_file())
            // The entry that tells workers to restart holds the time.
            .filter(|e| !e.path().starts_with(root.join("storage")));
        Truth {
            rows: self.install.tables(),
            files: files
                .map(|e| {
                    let meta = e.metadata().unwrap();
                    let bytes = std::fs::read(e.path()).unwrap();
                    (
                        e.path().to_owned(),
                        (meta.mode() & 0o7777, meta.uid(), bytes),
                    )
                })
                .collect(),
        }
    }

    /// Our state folder.
    pub fn state(&self) -> PathBuf {
        self.state.path().join(self.below)
    }

    pub fn command(&self, what: &str) -> Command {
        self.command_with(what, &[])
    }

    /// A command whose own arguments come before those of all.
    pub fn command_with(&self, what: &str, own: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
        command.arg(what).args(own);
        match what {
            "recover" => {
                command
                    .args(["--yes", "--no-test", "--look-in"])
                    .arg(self.install.look_in());
            }
            "undo" => {
                command.arg("--yes");
            }
            "resume" => {
                command.arg("--no-test");
            }
            _ => {}
        }
        if !self.artisan {
            command.arg("--no-artisan");
        }
        command
            .arg("--json")
            .arg("--state-dir")
            .arg(self.state())
            .arg(self.install.root())
            .env("PATH", search_path())
            .env("HOME", self.install.folder.path());
        command
    }

    /// Runs a command, killed at the nth point; 0 for none.
    pub fn run(&self, what: &str, kill_at: usize) -> Ended {
        let mut command = self.command(what);
        if kill_at > 0 {
            command.env("FREESCOUT_RESCUE_CRASH_AT", kill_at.to_string());
        }
        let ended = ended(&command.output().unwrap());
        // However it ended, a program that waits for it has a document to read.
        let json = serde_json::from_str::<serde_json::Value>(&ended.out);
        assert!(ended.killed || json.is_ok(), "{what}: {}", ended.said);
        ended
    }

    /// Runs a command to its end and gives the points it passed.
    pub fn points(&self, what: &str) -> Vec<String> {
        let list = self.state.path().join("points");
        let mut command = self.command(what);
        command.env("FREESCOUT_RESCUE_CRASH_LIST", &list);
        let ended = ended(&command.output().unwrap());
        assert!(
            ended.code.is_some_and(|code| code == 0 || code == 2),
            "{what}: {}",
            ended.said
        );
        let points = std::fs::read_to_string(&list).unwrap();
        std::fs::remove_file(&list).unwrap();
        points.lines().map(str::to_owned).collect()
    }

    /// Everything is as it was before the recovery.
    pub fn require_original(&self, context: &str) {
        assert_eq!(self.truth(), self.original, "{context}");
    }

    /// The recovery stands, whole: nine of ten secrets open, one stays lost, and nothing else was touched.
    pub fn require_recovered(&self, context: &str) {
        let checked = self.run("check", 0);
        let json: serde_json::Value = serde_json::from_str(&checked.out)
            .unwrap_or_else(|e| panic!("{context}: {e}: {}", checked.said));
        assert_eq!(json["summary"]["opens"], 9, "{context}: {json}");
        assert_eq!(json["summary"]["unknown_key"], 1, "{context}");
        self.require_recovered_alone(context);
    }

    /// The old key is in force again, the two passwords that were sealed under the other one were sealed anew, and nothing
    /// else was touched.
    pub fn require_recovered_alone(&self, context: &str) {
        let now = self.truth();
        let env = self.install.root().join(".env");
        let (mode, owner, bytes) = &self.original.files[&env];
        let text = |byte| String::from_utf8_lossy(key(byte).text()).into_owned();
        let expected = String::from_utf8_lossy(bytes).replace(&text(2), &text(1));
        assert_eq!(
            now.files[&env],
            (*mode, *owner, expected.into_bytes()),
            "{context}"
        );
        // But for the two passwords that were sealed anew every row is the same.
        assert_eq!(self.original.rows.len(), now.rows.len(), "{context}");
        for (was, is) in self.original.rows.iter().zip(&now.rows) {
            let resealed = was.starts_with("mailboxes 2 ");
            assert_eq!(was == is, !resealed, "{context}: {was}");
        }
        let cache = self.install.root().join("bootstrap/cache/config.php");
        let others = |truth: &Truth| -> Vec<PathBuf> {
            let paths = truth.files.keys().filter(|path| **path != cache);
            paths.cloned().collect()
        };
        assert_eq!(
            others(&now),
            others(&self.original),
            "{context}: no file is left behind"
        );
        assert_eq!(now.files.contains_key(&cache), self.artisan, "{context}");
    }

    /// Nothing is left to be decided.
    pub fn require_settled(&self, context: &str) {
        let again = self.run("resume", 0);
        assert_eq!(again.code, Some(0), "{context}: {}", again.said);
        assert!(
            again.out.contains("\"resumed\":false"),
            "{context}: {}",
            again.said
        );
    }
}

pub fn ended(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let out = text(&output.stdout);
    Ended {
        killed: output.status.signal() == Some(9),
        code: output.status.code(),
        said: format!("{out}{}", text(&output.stderr)),
        out,
    }
}
