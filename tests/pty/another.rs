//! What is run as the web user has nothing of ours in its hands: no rights, no terminal, no open file, no environment; and
//! it does not outlive us.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::not_tried::as_root;
use crate::terminal::{Session, demo};

const NOBODY: u32 = 65534;
const DEADLINE: Duration = Duration::from_secs(60);

/// An install of the web user's whose PHP is a script of his; the folder it lies in, and where the old key is.
struct Ground {
    folder: tempfile::TempDir,
    install: PathBuf,
    look_in: PathBuf,
}

impl Ground {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let open = |path: &Path| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        open(folder.path());
        let (install, look_in) = demo(folder.path());
        open(&folder.path().join("demo"));
        let php = install.join("storage/php");
        crate::runnable::script(&php, script);
        let cache = install.join("bootstrap/cache/config.php");
        let text = std::fs::read_to_string(&cache).unwrap();
        let named = format!("'php_path' => '{}', 'cipher'", php.display());
        std::fs::write(&cache, text.replace("'cipher'", &named)).unwrap();
        if rustix::process::geteuid().is_root() {
            for entry in walkdir::WalkDir::new(&install) {
                chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self {
            folder,
            install,
            look_in,
        }
    }

    fn arguments(&self) -> Vec<String> {
        let path = |p: &Path| p.to_str().unwrap().to_owned();
        vec![
            path(&self.install),
            "--look-in".to_owned(),
            path(&self.look_in),
            "--backup-dir".to_owned(),
            path(&self.folder.path().join("backups")),
            "--state-dir".to_owned(),
            path(&self.folder.path().join("state")),
        ]
    }

    /// A recovery in a terminal, up to the moment that PHP runs.
    fn recover(&self) -> Session {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let secret = [("ROOTS_OWN", "secret-of-roots")];
        let mut session = Session::run(&crate::terminal::binary(), &arguments, &secret, 80, 24);
        session.wait_for("Found: K");
        for (keys, then) in [
            ("2", "Before anything is changed"),
            ("\r", "complete and verified"),
            ("5", "Passwords to enter"),
            ("7", "Type apply"),
        ] {
            session.press(keys, then);
        }
        session.apply();
        session
    }

    /// What the script wrote, once it is whole.
    fn seen(&self) -> String {
        let file = self.install.join("storage/seen");
        let start = Instant::now();
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if text.ends_with("whole\n") {
                return text;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "the script does not run: {text}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

const LOOKS_AROUND: &str = "#!/bin/sh
exec 9>storage/seen
cat /proc/self/status /proc/self/limits >&9
echo \"umask $(umask)\" >&9
echo \"stat $(cut -d' ' -f1,5,6,7 /proc/$$/stat) of $$\" >&9
(: </dev/tty) 2>/dev/null && echo 'a terminal' >&9
ls -l /proc/$$/fd >storage/fds
sed -n 's/.* \\([0-9]*\\) -> /fd \\1 /p' storage/fds >&9
tr '\\0' '\\n' </proc/self/environ | sed 's/^/env /' >&9
tr '\\0' ' ' </proc/$$/cmdline | sed 's/^/called /' >&9
echo \"
in $(pwd)\" >&9
echo whole >&9
";

#[test]
fn it_has_nothing_of_ours() {
    let root = as_root("what of root's rights is left to PHP");
    let ground = Ground::new(LOOKS_AROUND);
    let mut session = ground.recover();
    let seen = ground.seen();
    let line = |name: &str| {
        let found = seen.lines().find(|l| l.starts_with(name));
        found.unwrap_or_else(|| panic!("{name} is missing: {seen}"))
    };
    let words = |name: &str| line(name).split_whitespace().skip(1).collect::<Vec<_>>();
    if root {
        assert_eq!(words("Uid:"), ["65534"; 4]);
        assert_eq!(words("Gid:"), ["65534"; 4]);
        assert!(!words("Groups:").contains(&"0"), "root's groups: {seen}");
        for set in ["CapPrm:", "CapEff:", "CapInh:", "CapAmb:"] {
            assert_eq!(words(set), ["0000000000000000"], "{set}");
        }
    }
    assert_eq!(words("NoNewPrivs:"), ["1"]);
    assert_eq!(words("umask"), ["0022"]);
    assert!(line("Max core file size").contains(" 1 "), "{seen}");
    // Its own session, and no terminal in it.
    let stat = words("stat");
    assert_eq!(
        stat[1..4],
        [stat[0], stat[0], "0"],
        "group, session, terminal: {seen}"
    );
    assert!(!seen.contains("a terminal"), "our terminal can be opened");
    let fds: Vec<&str> = seen.lines().filter(|l| l.starts_with("fd ")).collect();
    let own = ground.install.to_str().unwrap();
    let known = |l: &&str| {
        let mut words = l.split_whitespace().skip(1);
        let (fd, leads_to) = (words.next().unwrap(), words.next().unwrap_or_default());
        let fd: u32 = fd.parse().unwrap();
        let harmless = ["/dev/null", "pipe:", own];
        // Those from 9 on are the shell's own: its script, what it writes, and the streams while others use them.
        !(3..9).contains(&fd) && harmless.iter().any(|start| leads_to.starts_with(start))
    };
    assert!(fds.len() >= 4 && fds.iter().all(known), "{fds:?}");
    let names: Vec<&str> = seen
        .lines()
        .filter_map(|l| l.strip_prefix("env ")?.split_once('='))
        .map(|(name, _)| name)
        .collect();
    assert!(
        names
            .iter()
            .all(|n| ["PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"].contains(n)),
        "{names:?}"
    );
    assert!(!seen.contains("secret-of-roots"));
    assert!(
        line("called").contains("artisan freescout:clear-cache --no-interaction"),
        "{seen}"
    );
    assert_eq!(
        words("in"),
        [std::fs::canonicalize(&ground.install)
            .unwrap()
            .to_str()
            .unwrap()]
    );
    session.wait_for("everything is as planned");
    session.keys("q");
    session.wait_for("Its report was not saved");
    session.keys("\r");
    session.end();
}

#[test]
fn it_ends_with_us() {
    let ground =
        Ground::new("#!/bin/sh\necho $$ >storage/seen\necho whole >>storage/seen\nsleep 600\n");
    let mut session = ground.recover();
    let seen = ground.seen();
    let pid: i32 = seen.lines().next().unwrap().parse().unwrap();
    session.signal(rustix::process::Signal::KILL);
    session.end();
    let start = Instant::now();
    let gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_err() || stat.is_ok_and(|stat| stat.contains(") Z "))
    };
    while !gone() {
        assert!(start.elapsed() < DEADLINE, "{pid} still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}
