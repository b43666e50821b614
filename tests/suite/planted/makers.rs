//! Places where real programs leave the key: editors, git, PHP, a file system.

use std::any::Any;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Case, Search};
use crate::git::{commit, git, settings};
use crate::not_tried::not_tried;
use crate::processes::Php;

/// Where programs for administrators lie, too.
const SYSTEM_PATH: &str = "/usr/sbin:/sbin:/usr/bin:/bin";

pub fn cases() -> Vec<Case> {
    let case = |place, search, plant| Case {
        place,
        search,
        plant,
    };
    vec![
        case("vim, killed while editing", Search::Folder, killed_vim),
        case("vim's undo file", Search::Folder, undone_in_vim),
        case(
            "ext4 image, file deleted",
            Search::Folder,
            deleted_from_image,
        ),
        case("block device, file deleted", Search::Named, device),
        case("git: unreachable commit", Search::Folder, unreachable),
        case("git: difference in a pack", Search::Folder, packed),
        case("git: stash", Search::Folder, stashed),
        case("git: tag message", Search::Folder, tagged),
        case("git: bare clone, packed", Search::Folder, cloned),
        case("git: submodule", Search::Folder, submodule),
        case("PHP, memory only", Search::Processes, |_, key, _| {
            Box::new(Php::holding(key))
        }),
        case("PHP, opcache", Search::Processes, |folder, key, _| {
            Box::new(Php::compiled(key, folder))
        }),
        case("PHP, environment", Search::Processes, in_environment),
    ]
}

fn env(key: &str) -> String {
    format!("APP_URL=https://helpdesk.example\nAPP_KEY={key}\nDB_HOST=localhost\n")
}

/// vim on a `.env`, with these commands, in a folder of its own.
fn vim(folder: &Path, key: &str, decoys: &str, commands: &[&str]) -> std::process::Child {
    std::fs::write(folder.join("decoys.log"), decoys).unwrap();
    std::fs::write(folder.join(".env"), env(key)).unwrap();
    let commands = commands.iter().flat_map(|command| ["-c", command]);
    Command::new("vim")
        .args(["-u", "NONE", "-i", "NONE", "-es"])
        .args(commands)
        .arg(".env")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("vim is missing: tests/check.sh installs what the tests need")
}

fn killed_vim(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    let mut vim = vim(folder, key, decoys, &["preserve", "sleep 60"]);
    let swap = folder.join(".env.swp");
    let start = Instant::now();
    while std::fs::metadata(&swap).map_or(0, |m| m.len()) < 8192 {
        assert!(start.elapsed().as_secs() < 30, "vim writes no swap file");
        std::thread::sleep(Duration::from_millis(10));
    }
    vim.kill().unwrap();
    vim.wait().unwrap();
    std::fs::remove_file(folder.join(".env")).unwrap();
    Box::new(())
}

fn undone_in_vim(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    let replace = "%s/^APP_KEY=.*/APP_KEY=/";
    let commands = ["set undofile undodir=.", "edit!", replace, "wq"];
    assert!(
        vim(folder, key, decoys, &commands)
            .wait()
            .unwrap()
            .success()
    );
    let left = std::fs::read_to_string(folder.join(".env")).unwrap();
    assert!(!left.contains(key), "vim saved the file without the key");
    Box::new(())
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", SYSTEM_PATH)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|e| panic!("{program}: {e}: tests/check.sh installs what the tests need"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
}

fn deleted_from_image(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    let tree = folder.join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join(".env"), env(key)).unwrap();
    std::fs::write(tree.join("decoys.log"), decoys).unwrap();
    run(
        "mke2fs",
        &["-q", "-t", "ext4", "-d", "tree", "disk.img", "8M"],
        folder,
    );
    std::fs::remove_dir_all(&tree).unwrap();
    run("debugfs", &["-w", "-R", "rm /.env", "disk.img"], folder);
    let listed = Command::new("/usr/sbin/debugfs")
        .args(["-R", "ls /", "disk.img"])
        .current_dir(folder)
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(
        listed.contains("decoys.log") && !listed.contains(".env"),
        "{listed}"
    );
    Box::new(())
}

/// A block device whose bytes are a file's, until its test is over.
struct Loop(String);

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup")
            .args(["--detach", &self.0])
            .env("PATH", SYSTEM_PATH)
            .status();
    }
}

/// The image as a device. Where this system has none to give, which must be plain from what it says, the image itself is
/// searched, and that is said beside the results of the tests, where nothing is held back.
fn device(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    deleted_from_image(folder, key, decoys);
    let image = folder.join("disk.img");
    let named = folder.join("named");
    let output = Command::new("losetup")
        .args(["--find", "--show", "--read-only"])
        .arg(&image)
        .env("PATH", SYSTEM_PATH)
        .output()
        .unwrap_or_else(|e| panic!("losetup: {e}: tests/check.sh installs what the tests need"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        let path = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        std::os::unix::fs::symlink(&path, &named).unwrap();
        return Box::new(Loop(path));
    }
    let plain_user = !rustix::process::geteuid().is_root();
    let refused = ["Permission denied", "Operation not permitted"]
        .iter()
        .any(|reason| said.contains(reason));
    let none = !Path::new("/dev/loop-control").exists();
    assert!(plain_user || refused || none, "losetup: {said}");
    not_tried(&format!(
        "no block device can be made here ({}): its image was searched, the device",
        said.trim_end()
    ));
    std::os::unix::fs::symlink(&image, &named).unwrap();
    Box::new(())
}

/// A repository whose settings never held the key, with decoys in it.
fn repository(folder: &Path, decoys: &str) {
    git(folder, &["init", "-q", "-b", "main"]);
    std::fs::write(folder.join("decoys.log"), decoys).unwrap();
    git(folder, &["add", "decoys.log"]);
    for version in ["one", "two", "three"] {
        commit(folder, &settings(version));
    }
}

fn unreachable(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    repository(folder, decoys);
    commit(folder, &settings(key));
    git(folder, &["reset", "-q", "--hard", "HEAD~1"]);
    git(folder, &["reflog", "expire", "--expire=now", "--all"]);
    Box::new(())
}

fn packed(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    repository(folder, decoys);
    commit(folder, &settings(key));
    commit(folder, &settings("another"));
    git(folder, &["gc", "-q"]);
    Box::new(())
}

fn stashed(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    repository(folder, decoys);
    std::fs::write(folder.join(".env"), settings(key)).unwrap();
    git(folder, &["stash", "-q"]);
    Box::new(())
}

fn tagged(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    repository(folder, decoys);
    let message = format!("before the move, key {key}");
    git(folder, &["tag", "-a", "-m", &message, "v1"]);
    Box::new(())
}

fn cloned(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    let origin = folder.join("origin");
    std::fs::create_dir(&origin).unwrap();
    packed(&origin, key, decoys);
    git(
        folder,
        &["clone", "-q", "--bare", "--no-hardlinks", "origin", "x.git"],
    );
    std::fs::remove_dir_all(&origin).unwrap();
    Box::new(())
}

fn submodule(folder: &Path, key: &str, decoys: &str) -> Box<dyn Any> {
    cloned(folder, key, decoys);
    let origin = folder.join("x.git");
    let outer = folder.join("outer");
    std::fs::create_dir(&outer).unwrap();
    git(&outer, &["init", "-q"]);
    let from = origin.to_str().unwrap();
    git(&outer, &["submodule", "--quiet", "add", from, "settings"]);
    std::fs::remove_dir_all(&origin).unwrap();
    std::fs::remove_dir_all(outer.join("settings")).unwrap();
    Box::new(())
}

fn in_environment(_: &Path, key: &str, _: &str) -> Box<dyn Any> {
    let script = "echo \"ready\\n\"; fgets(STDIN); fgets(STDIN);";
    Box::new(Php::start(script, &[], &[("APP_KEY", key)], "x"))
}
