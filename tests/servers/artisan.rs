//! Clearing the cache the way FreeScout does: `php artisan freescout:clear-cache`, as the owner of `storage/`.
//!
//! The `artisan` here is a few lines of PHP that rebuild the cached config from `.env`, as FreeScout's own does.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An account that owns nothing else.
const NOBODY: u32 = 65534;

const REBUILDS: &str = r#"<?php
if ($argv[1] === 'wait') { sleep(120); }
if ($argv[1] !== 'freescout:clear-cache') { exit(9); }
file_put_contents('storage/given', json_encode(getenv()));
$env = [];
foreach (file('.env') as $line) {
    if (preg_match('/^([A-Z_]+)=(.*)$/', trim($line), $found)) { $env[$found[1]] = trim($found[2], '"'); }
}
file_put_contents('storage/ran', PHP_BINARY);
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
        self.act_with(command, &[])
    }

    /// With these variables in the operator's environment.
    fn act_with(&self, command: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
        let mut command = self.command(&[command, "--yes", "--look-in"]);
        command
            .arg(self.path("demo/old-server"))
            .arg("--state-dir")
            .arg(self.path("backups"))
            .arg(self.install())
            .envs(environment.iter().copied());
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
        said.contains("clear-cache command was run as the web user"),
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

/// The install's own process, ended with the test.
struct Waiting(std::process::Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Waiting {
    fn start(install: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_by(Path::new("/usr/bin/php"), "php", install, environment)
    }

    /// By this PHP, which calls itself so.
    fn start_by(php: &Path, called: &str, install: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(php);
        std::os::unix::process::CommandExt::arg0(&mut command, called);
        command.args(["artisan", "wait"]).current_dir(install);
        command.env_clear().envs(environment.iter().copied());
        if rustix::process::geteuid().is_root() {
            use std::os::unix::process::CommandExt;
            command.uid(NOBODY).gid(NOBODY);
        }
        Self(command.spawn().unwrap())
    }
}

/// Names every variable in a file of the install's configuration, as its owner may.
fn read_by_config(demo: &Demo, environment: &[(&str, &str)]) {
    let reads: Vec<String> = environment
        .iter()
        .map(|(name, _)| format!("'{name}' => env('{name}'),"))
        .collect();
    let text = format!("<?php return [{}];", reads.concat());
    std::fs::write(demo.install().join("config/more.php"), text).unwrap();
}

#[test]
fn php_gets_freescouts_own_variables_and_no_others_of_roots() {
    let own = [("APP_CUSTOM_NUMBER", "7"), ("REDIS_PASSWORD", "redis")];
    let roots = [
        ("AWS_SECRET_ACCESS_KEY", "cloud"),
        ("SUDO_USER", "somebody"),
        ("SSH_AUTH_SOCK", "/tmp/agent"),
        ("MAIL_PASSWORD", "root's"),
        ("KUBECONFIG", "/root/x"),
    ];
    let all = [&own[..], &roots[..]].concat();
    let demo = Demo::new(REBUILDS);
    read_by_config(&demo, &all);
    let waiting = Waiting::start(&demo.install(), &own);
    let (_, said) = demo.act_with("recover", &all);
    assert!(said.contains("clear-cache command was run"), "{said}");
    let given = std::fs::read(demo.install().join("storage/given")).unwrap();
    let given: std::collections::BTreeMap<String, String> = serde_json::from_slice(&given).unwrap();
    for (name, value) in own {
        assert_eq!(
            given.get(name).map(String::as_str),
            Some(value),
            "{given:?}"
        );
    }
    for (name, _) in roots {
        assert!(!given.contains_key(name), "{name}: {given:?}");
    }
    drop(waiting);
    // Nothing tells that it is FreeScout's: neither handed on, nor is a cache built without it.
    let demo = Demo::new(REBUILDS);
    read_by_config(&demo, &all);
    let (_, said) = demo.act_with("recover", &all);
    assert!(
        said.contains("APP_CUSTOM_NUMBER in the environment"),
        "{said}"
    );
    assert!(!demo.install().join("storage/given").exists());
    assert!(!demo.install().join("bootstrap/cache/config.php").exists());
}

#[test]
fn the_php_that_freescout_runs_on_runs_its_command() {
    if !rustix::process::geteuid().is_root() {
        return crate::not_tried::not_tried("a PHP of root's is run as the web user by root");
    }
    let demo = Demo::new(REBUILDS);
    let php = demo.path("ea-php99");
    crate::runnable::copied("/usr/bin/php", &php);
    let waiting = Waiting::start_by(&php, "fetcher", &demo.install(), &[]);
    // There is no PHP on the operator's own search path.
    let (_, said) = demo.act_with("recover", &[("PATH", "/nowhere")]);
    assert!(said.contains("clear-cache command was run"), "{said}");
    let ran = std::fs::read_to_string(demo.install().join("storage/ran")).unwrap();
    assert_eq!(Path::new(&ran), php);
    drop(waiting);
    // One that others may have put there is not taken, whoever runs it.
    let demo = Demo::new(REBUILDS);
    let php = demo.install().join("php");
    crate::runnable::copied("/usr/bin/php", &php);
    std::os::unix::fs::chown(&php, Some(NOBODY), Some(NOBODY)).unwrap();
    let _waiting = Waiting::start_by(&php, "php", &demo.install(), &[]);
    let (_, said) = demo.act_with("recover", &[("PATH", "/nowhere")]);
    assert!(said.contains("could not be run"), "{said}");
    assert!(!demo.install().join("storage/ran").exists());
}

#[test]
fn a_command_that_fails_or_lies_does_not_leave_the_old_key_in_force() {
    for (artisan, says) in [
        (
            "<?php fwrite(STDERR, \"SQLSTATE boom \\033[31m\\n\"); exit(1);",
            "could not be run",
        ),
        ("<?php echo 'all done';", "still does not contain the key"),
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
