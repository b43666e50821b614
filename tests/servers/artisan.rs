//! Clearing the cache the way FreeScout does: `php artisan freescout:clear-cache`, as the owner of `storage/`.
//!
//! The `artisan` here is a few lines of PHP that rebuild the cached config from `.env`, as FreeScout's own does.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An account that owns nothing else.
const NOBODY: u32 = 65534;

const REBUILDS: &str = r#"<?php
if ($argv[1] !== 'freescout:clear-cache') { exit(9); }
$env = [];
foreach (file('.env') as $line) {
    if (preg_match('/^([A-Z_]+)=(.*)$/', trim($line), $found)) { $env[$found[1]] = trim($found[2], '"'); }
}
file_put_contents('storage/ran', 'yes');
file_put_contents('bootstrap/cache/config.php', '<?php return ' . var_export([
    'app' => ['key' => $env['APP_KEY'], 'url' => $env['APP_URL']],
    'database' => ['default' => 'sqlite', 'connections' => ['sqlite' => [
        'driver' => 'sqlite', 'database' => $env['DB_DATABASE'], 'prefix' => '']]],
], true) . ';');
"#;

struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    fn new(artisan: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(
            folder.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        let demo = Self { folder };
        let made = demo
            .command(&["demo", "--make"])
            .arg(demo.path("demo"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        std::fs::set_permissions(
            demo.path("demo"),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        std::fs::write(demo.install().join("artisan"), artisan).unwrap();
        if rustix::process::geteuid().is_root() {
            let given = Command::new("chown")
                .args(["-R", &format!("{NOBODY}:{NOBODY}")])
                .arg(demo.install())
                .output();
            assert!(given.unwrap().status.success());
        }
        demo
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn install(&self) -> PathBuf {
        self.path("demo/freescout")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/bin:/bin");
        command
    }

    fn act(&self, command: &str) -> (Option<i32>, String) {
        let mut command = self.command(&[command, "--yes", "--look-in"]);
        command
            .arg(self.path("demo/old-server"))
            .arg("--state-dir")
            .arg(self.path("backups"))
            .arg(self.install());
        let out = command.output().unwrap();
        (
            out.status.code(),
            String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned(),
        )
    }
}

fn key_in(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let start = text.find("base64:").expect("a key");
    text[start..start + 51].to_owned()
}

#[test]
fn freescouts_own_command_runs_as_the_web_user_and_is_believed_only_when_it_worked() {
    let demo = Demo::new(REBUILDS);
    let (code, said) = demo.act("recover");
    assert_eq!(code, Some(2), "one stays lost: {said}");
    assert!(
        said.contains("own clear-cache was run as the web user"),
        "{said}"
    );
    let cache = demo.install().join("bootstrap/cache/config.php");
    assert_eq!(key_in(&cache), key_in(&demo.install().join(".env")));
    let owner = std::fs::metadata(&cache).unwrap().uid();
    assert_eq!(
        owner,
        std::fs::metadata(demo.install().join("storage"))
            .unwrap()
            .uid(),
        "run as somebody else"
    );
    assert!(demo.install().join("storage/ran").exists());
    // Undone, the old cache stands again, byte for byte, with its owner.
    let (code, said) = demo.act("undo");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(key_in(&cache), key_in(&demo.install().join(".env")));
    assert_eq!(std::fs::metadata(&cache).unwrap().uid(), owner);
}

#[test]
fn a_command_that_fails_or_lies_does_not_leave_the_old_key_in_force() {
    for (artisan, says) in [
        (
            "<?php fwrite(STDERR, \"SQLSTATE boom \\033[31m\\n\"); exit(1);",
            "could not be run",
        ),
        ("<?php echo 'all done';", "still does not hold the key"),
    ] {
        let demo = Demo::new(artisan);
        let (code, said) = demo.act("recover");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(says), "{said}");
        assert!(
            !said.contains('\u{1b}'),
            "an escape of a program reaches the terminal"
        );
        assert!(
            !demo.install().join("bootstrap/cache/config.php").exists(),
            "the old key is still in force"
        );
        let restart = "storage/framework/cache/data/ee/2f/ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90";
        let told = std::fs::read_to_string(demo.install().join(restart)).unwrap();
        assert!(
            told.starts_with("9999999999i:") && told.ends_with(';'),
            "{told}"
        );
    }
}
