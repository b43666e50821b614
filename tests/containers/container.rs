//! A container: a folder as its root, the system's programs in `/usr`, everything else its own.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};

/// The account that FreeScout has in it, by its user and group there.
pub const NGINX: (u32, u32) = (80, 82);
/// The first number of its users on the host, where it has its own.
pub const FIRST: u32 = 100_000;

/// Which namespaces it has beside those of mounts, processes, host name and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Root in it is the host's.
    Rooted,
    /// Its users are its own.
    Rootless,
}

/// A running container, ended with the test.
pub struct Container {
    pub folder: tempfile::TempDir,
    /// Its first process, as the host numbers it.
    pub process: u32,
    kind: Kind,
    script: String,
    /// The folder of the host that is mounted at `/www/html`; empty for none.
    volume: PathBuf,
    running: Running,
}

/// What runs.
struct Running {
    process: u32,
    started: Child,
    /// Open for as long as it runs.
    _stdin: ChildStdin,
}

/// What is done in it before its own program is started. It says its number when all of that is done.
const SETUP: &str = r#"
set -e
read -r go
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind /usr "$1/usr"
test -z "$3" || mount --bind "$3" "$1/www/html"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev"
for node in null zero urandom tty; do : >"$1/dev/$node"; mount --bind "/dev/$node" "$1/dev/$node"; done
ln -s /proc/self/fd "$1/dev/fd"; ln -s /proc/self/fd/0 "$1/dev/stdin"
hostname in-the-container
cd "$1"
pivot_root . old
umount -l /old
echo ready
eval "$2"
exec sleep 600
"#;

impl Container {
    /// One with the demo's install in `/www/html`, and nothing else running in it.
    pub fn start(kind: Kind) -> Self {
        Self::start_with(kind, |_| {}, "")
    }

    /// The same; its files are prepared first, then this script runs in it, as its root.
    pub fn start_with(kind: Kind, prepare: impl FnOnce(&Path), script: &str) -> Self {
        Self::start_on(kind, prepare, script, Path::new(""))
    }

    /// The same, with this folder of the host mounted at `/www/html`.
    pub fn start_on(kind: Kind, prepare: impl FnOnce(&Path), script: &str, volume: &Path) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: containers cannot be made here"
        );
        let folder = tempfile::tempdir().unwrap();
        // Its users are to get through.
        mode(folder.path(), 0o755);
        let root = folder.path().join("root");
        lay_out(&root);
        let offset = match kind {
            Kind::Rooted => 0,
            Kind::Rootless => FIRST,
        };
        give(&root, offset, offset);
        give(&root.join("www/html"), NGINX.0 + offset, NGINX.1 + offset);
        prepare(&root);
        let running = run(&root, kind, script, volume);
        Self {
            folder,
            process: running.process,
            kind,
            script: script.to_owned(),
            volume: volume.to_owned(),
            running,
        }
    }

    /// Once more, after it was stopped: with the same files, and everything else new.
    pub fn start_again(&mut self) {
        self.running = run(&self.root(), self.kind, &self.script, &self.volume);
        self.process = self.running.process;
    }

    /// Its root folder, as the host sees it.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// A file of it, as the host sees it.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root().join(inside.trim_start_matches('/'))
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Where the demo's old key lies, on the host.
    pub fn old_server(&self) -> PathBuf {
        self.root().join("www/old-server")
    }

    /// What a number of its own is on the host.
    pub fn on_host(&self, number: u32) -> u32 {
        match self.kind {
            Kind::Rooted => number,
            Kind::Rootless => number + FIRST,
        }
    }

    /// One of our commands on its install.
    pub fn command(&self, what: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
        command
            .args(what)
            .args(["--container", &self.process.to_string()])
            .arg("--state-dir")
            .arg(self.state())
            .arg("/www/html")
            .stdin(Stdio::null());
        command
    }

    /// The same, done; its output must be as this exit code goes with.
    pub fn run(&self, what: &[&str], code: i32) -> String {
        let out = self.command(what).output().unwrap();
        told(&out, code)
    }

    /// A recovery with the demo's old key, without logins.
    pub fn recovery(&self) -> Command {
        let old = self.old_server();
        let look_in = ["--look-in", old.to_str().unwrap()];
        self.command(&["recover", "--yes", "--no-test", look_in[0], look_in[1]])
    }

    /// The same, done: two passwords are left to enter.
    pub fn recover(&self) -> String {
        let out = self.recovery().output().unwrap();
        told(&out, 2)
    }

    /// Its first process ends, and all the others with it.
    pub fn stop(&mut self) {
        // With it goes the container's first process.
        end(&mut self.running.started);
        while Path::new(&format!("/proc/{}", self.process)).exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes the namespaces, and what runs in them.
fn run(root: &Path, kind: Kind, script: &str, volume: &Path) -> Running {
    let mut users = (kind == Kind::Rootless).then(own_users);
    let unshare = "unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child";
    let mut command = Command::new("env");
    if let Some(users) = &users {
        let target = users.id().to_string();
        command.args(["nsenter", "--user", "--target", &target]);
        command.args(["--setuid", "0", "--setgid", "0"]);
    }
    command.args(unshare.split(' '));
    command
        .args(["sh", "-c", SETUP, "setup"])
        .arg(root)
        .arg(script)
        .arg(volume)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        .env("APP_ENVIRONMENT_OF_CONTAINER", "yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut started = command.spawn().unwrap();
    let mut stdin = started.stdin.take().unwrap();
    let first = first_child(started.id());
    // The others hold it from now on.
    users.iter_mut().for_each(end);
    stdin.write_all(b"go\n").unwrap();
    let mut said = String::new();
    let mut out = BufReader::new(started.stdout.take().unwrap());
    out.read_line(&mut said).unwrap();
    assert_eq!(said, "ready\n", "the container could not be made");
    let own = format!("/proc/{first}/comm");
    while std::fs::read_to_string(&own).unwrap() != "sleep\n" {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Running {
        process: first,
        started,
        _stdin: stdin,
    }
}

/// What was said on both streams; the exit code must be this one.
pub fn told(out: &Output, code: i32) -> String {
    let mut said = String::from_utf8_lossy(&out.stdout).into_owned();
    let _ = write!(said, "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(code), "{said}");
    said
}

/// A process with users of its own, for others to join.
fn own_users() -> Child {
    let started = Command::new("unshare")
        .args(["--user", "sleep", "60"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let of = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/user")).ok();
    let pid = started.id().to_string();
    while of(&pid) == of("self") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    for map in ["uid_map", "gid_map"] {
        std::fs::write(format!("/proc/{pid}/{map}"), format!("0 {FIRST} 65536"))
            .unwrap_or_else(|e| panic!("{map}: {e}: no user namespaces here"));
    }
    started
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn first_child(pid: u32) -> u32 {
    let path = format!("/proc/{pid}/task/{pid}/children");
    for _ in 0..500 {
        let children = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(child) = children.split_whitespace().next() {
            return child.parse().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("unshare started nothing: no namespaces can be made here");
}

pub fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Gives a file, or a folder and all in it, to an account.
pub fn give(path: &Path, uid: u32, gid: u32) {
    lchown(path, Some(uid), Some(gid)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), uid, gid);
        }
    }
}

/// The `.env` with the demo's old key, out of the archive of the old server.
pub fn old_env(old_server: &Path) -> String {
    let archives = old_server.join("root/backups");
    let archive = std::fs::read_dir(archives)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let tar = Command::new("tar")
        .arg("-xzOf")
        .arg(archive.path())
        .arg("var/www/html/.env")
        .output()
        .unwrap();
    String::from_utf8(tar.stdout).unwrap()
}

/// A program of the container's.
pub fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    crate::runnable::script(path, text);
    chown(path, Some(0), Some(0)).unwrap();
}

fn lay_out(root: &Path) {
    for folder in [
        "usr", "etc", "proc", "sys", "dev", "tmp", "var/lib", "run", "root", "srv", "old", "www",
    ] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    mode(&root.join("tmp"), 0o1777);
    for link in ["bin", "sbin", "lib", "lib64"] {
        symlink(format!("usr/{link}"), root.join(link)).unwrap();
    }
    // Debian's name for its PHP.
    std::fs::create_dir(root.join("etc/alternatives")).unwrap();
    let php = std::fs::read_link("/etc/alternatives/php").expect("run tests/check.sh");
    symlink(php, root.join("etc/alternatives/php")).unwrap();
    for (file, text) in [
        (
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nnginx:x:80:82:nginx:/var/www:/sbin/nologin\n\
             nobody:x:65534:65534:nobody:/:/sbin/nologin\n",
        ),
        ("etc/group", "root:x:0:\nwww-data:x:82:\nnogroup:x:65534:\n"),
        ("etc/hosts", "127.0.0.1 localhost freescout-db\n"),
        (
            "etc/nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files\n",
        ),
    ] {
        std::fs::write(root.join(file), text).unwrap();
    }
    let www = root.join("www");
    let made = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(["demo", "--make"])
        .arg(www.join("demo"))
        .output()
        .unwrap();
    told(&made, 0);
    // It names its folder, which is another one in the container.
    let html = www.join("html");
    for name in ["html", "old-server"] {
        let demo = if name == "html" { "freescout" } else { name };
        std::fs::rename(www.join("demo").join(demo), www.join(name)).unwrap();
    }
    let there = www.join("demo/freescout");
    for file in [".env", "bootstrap/cache/config.php"] {
        let text = std::fs::read_to_string(html.join(file)).unwrap();
        let text = text.replace(there.to_str().unwrap(), "/www/html");
        std::fs::write(html.join(file), text).unwrap();
    }
}
