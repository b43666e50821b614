//! Containers are found from the host, named by what their runtimes keep on disk, and listed; stopped ones are opened.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::container::{Container, Kind, NGINX, give, old_env, told};

/// Runs PHP as the web user in the install's folder, as FreeScout's own processes do.
pub const PHP: &str = "cd /www/html; setpriv --reuid 80 --regid 82 --clear-groups \
    php8.2 -n -r 'sleep(600);' >&- 2>&- <&- & cd /";

/// A program that runs ours on a host that has other folders in `/var`, those of this one: runtimes keep their files there.
pub fn on_host_with(var: &Path) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c"])
        .arg(
            "mount --make-rprivate / && for name in lib log; do \
             ! test -d \"$1/$name\" || mount --rbind \"$1/$name\" \"/var/$name\" || exit 125; done; \
             shift && exec \"$@\"",
        )
        .arg("host")
        .arg(var)
        .arg(env!("CARGO_BIN_EXE_freescout-rescue"))
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

pub fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub fn json(command: &mut Command, code: i32) -> serde_json::Value {
    let out = command.output().unwrap();
    told(&out, code);
    serde_json::from_slice(&out.stdout).unwrap()
}

pub fn rescue() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// The two containers of a test, each with PHP.
fn two() -> [Container; 2] {
    [Kind::Rooted, Kind::Rootless].map(|kind| Container::start_with(kind, |_| {}, PHP))
}

/// Waits until FreeScout's PHP runs in it; the process as the host numbers it.
pub fn php_of(container: &Container) -> i32 {
    for _ in 0..1200 {
        let mut all = procfs::process::all_processes().unwrap().flatten();
        let ours = all.find(|process| {
            let runs = process
                .cmdline()
                .is_ok_and(|words| words[..].first().is_some_and(|w| w == "php8.2"));
            let same = |path: &str| {
                std::fs::metadata(path)
                    .map(|m| std::os::unix::fs::MetadataExt::ino(&m))
                    .ok()
            };
            runs && same(&format!("/proc/{}/root", process.pid()))
                == same(&format!("/proc/{}/root", container.process))
        });
        if let Some(process) = ours {
            return process.pid();
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("no PHP in the container");
}

#[test]
fn several_are_listed_and_none_is_guessed() {
    let both = two();
    let processes = [php_of(&both[0]), php_of(&both[1])];
    let state = both[0].state();
    let form = json(
        rescue()
            .args(["check", "--json", "--state-dir"])
            .arg(&state),
        3,
    );
    assert_eq!(form["error"]["code"], "install_ambiguous");
    let installs = form["error"]["installs"].as_array().unwrap();
    for pid in processes {
        let its = installs
            .iter()
            .find(|one| one["container"]["process"] == pid);
        let its = its.unwrap_or_else(|| panic!("process {pid}: {form}"));
        assert_eq!(its["path"], "/www/html");
        assert_eq!(its["container"]["running"], true);
        assert_eq!(its["found"][0]["by"], "process");
        assert_eq!(
            its["found"][0]["user"], "nginx",
            "by the container's own name"
        );
    }
    let said = told(
        &rescue()
            .args(["check", "--state-dir"])
            .arg(&state)
            .output()
            .unwrap(),
        3,
    );
    let head = format!("in the container of process {}: /www/html", processes[0]);
    assert!(said.contains(&head), "{said}");
    // A process is a name; what is no container's is none, and those that there are, are named.
    let one = processes[1].to_string();
    let form = json(
        rescue()
            .args(["check", "--json", "--container", &one, "--state-dir"])
            .arg(&state),
        2,
    );
    assert_eq!(form["install"]["container"]["process"], processes[1]);
    assert_eq!(form["install"]["path"], "/www/html");
    let said = told(
        &rescue()
            .args(["check", "--container", "nobody"])
            .output()
            .unwrap(),
        3,
    );
    assert!(
        said.contains("There is no container named nobody"),
        "{said}"
    );
    assert!(
        said.contains(&format!("container of process {}", processes[0])),
        "{said}"
    );
}

/// Ours on a host where this container is the only one: those of neighbours cannot be seen.
fn where_alone(container: &Container) -> Command {
    let space = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
    let (own, its) = (space("self"), space(&container.process.to_string()));
    let all = procfs::process::all_processes().unwrap().flatten();
    let others = all.map(|process| process.pid().to_string()).filter(|pid| {
        let of = space(pid);
        of.is_some() && of != own && of != its
    });
    let mut script = "mount --make-rprivate /; ".to_owned();
    for pid in others {
        script += &format!("mount --bind /mnt /proc/{pid} 2>/dev/null; ");
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c"])
        .arg(script + "exec \"$@\"")
        .arg("host")
        .arg(env!("CARGO_BIN_EXE_freescout-rescue"))
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

/// What is said there. One that was started meanwhile is another neighbour: once more.
fn alone(container: &Container, what: &[&str]) -> Output {
    for _ in 0..40 {
        let mut command = where_alone(container);
        command.args(what).arg("--state-dir").arg(container.state());
        let out = command.output().unwrap();
        if !String::from_utf8_lossy(&out.stderr).contains("more than one FreeScout") {
            return out;
        }
    }
    panic!("never alone");
}

fn read_json(out: &Output) -> serde_json::Value {
    told(out, 2);
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn the_only_one_is_entered_and_what_found_it_is_told() {
    // No text, as nobody should name a folder.
    let odd = "mv /www /w$(printf '\\377'); cd /w*/html; setpriv --reuid 80 --regid 82 --clear-groups \
        php8.2 -n -r 'sleep(600);' >&- 2>&- <&- & cd /";
    for script in [PHP, odd] {
        let container = Container::start_with(Kind::Rooted, |_| {}, script);
        let process = php_of(&container);
        let check = |what: &[&str]| alone(&container, what);
        if script == odd {
            // Its settings name its folder: nothing more can be read, but it is entered.
            let said = told(&check(&["check"]), 3);
            assert!(!said.contains("cannot be entered"), "{said}");
            assert!(said.contains("database"), "{said}");
            continue;
        }
        let form = read_json(&check(&["check", "--json"]));
        let found = &form["install"]["found"][0];
        assert_eq!(found["by"], "process", "{form}");
        assert_eq!(found["process"], process, "{form}");
        assert_eq!(found["user"], "nginx", "{form}");
        let said = told(&check(&["check"]), 2);
        let head = format!("in the container of process {process}\n");
        assert!(said.contains(&head), "once: {said}");
        // Named, it is the operator who found it.
        let by_name = [
            "check",
            "--json",
            "--container",
            &process.to_string(),
            "/www/html",
        ];
        let form = read_json(&check(&by_name));
        assert_eq!(form["install"]["found"][0]["by"], "operator", "{form}");
    }
}

/// What is not done on an install goes into none.
#[test]
fn manual_pages_and_completions_are_printed_beside_a_container() {
    let container = Container::start_with(Kind::Rooted, |_| {}, PHP);
    php_of(&container);
    // Until it is the only one, so that it would be entered.
    told(&alone(&container, &["check"]), 2);
    for (what, says) in [
        (&["man"][..], ".TH freescout-rescue"),
        (&["completions", "bash"], "COMPREPLY"),
    ] {
        let out = where_alone(&container).args(what).output().unwrap();
        let said = told(&out, 0);
        assert!(said.contains(says), "{what:?}: {said}");
    }
    assert!(!container.path("www/html/freescout-rescue.1").exists());
}

#[test]
fn without_root_it_is_said_that_containers_were_not_looked_into() {
    let container = Container::start_with(Kind::Rooted, |_| {}, PHP);
    php_of(&container);
    let folder = tempfile::tempdir().unwrap();
    crate::container::mode(folder.path(), 0o755);
    let ours = folder.path().join("us");
    crate::runnable::copied(env!("CARGO_BIN_EXE_freescout-rescue"), &ours);
    let said = |what: &[&str]| {
        let out = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&ours)
            .args(what)
            .env("HOME", "/nonexistent")
            .current_dir("/")
            .output();
        told(&out.unwrap(), 3)
    };
    let by_name = said(&["check", "--container", "helpdesk"]);
    assert!(
        by_name.contains("No container named helpdesk can be seen"),
        "{by_name}"
    );
    assert!(!by_name.contains("There is no container"), "{by_name}");
    let said = said(&["check"]);
    assert!(said.contains("No FreeScout install was found"), "{said}");
    assert!(
        said.contains("the inside of containers cannot be looked at"),
        "{said}"
    );
    assert!(said.contains("sudo"), "{said}");
}

/// A stopped container in Docker's files: an image with FreeScout, one layer above it, and a volume.
pub struct StoppedDocker {
    folder: tempfile::TempDir,
    id: String,
}

impl StoppedDocker {
    /// Of the files of a container that ran: what it wrote is its own layer's.
    pub fn lay_out(container: &Container) -> Self {
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        let lib = &folder.path().join("lib");
        let id = "5".repeat(64);
        let layers = lib.join("docker/overlay2");
        for (layer, short) in [("top", "T"), ("top-init", "I"), ("image", "M")] {
            std::fs::create_dir_all(layers.join(layer).join("diff")).unwrap();
            std::fs::create_dir_all(layers.join("l")).unwrap();
            std::os::unix::fs::symlink(format!("../{layer}/diff"), layers.join("l").join(short))
                .unwrap();
        }
        let image = layers.join("image/diff");
        for name in ["www", "etc"] {
            let copied = Command::new("cp")
                .arg("-a")
                .arg(container.root().join(name))
                .arg(&image)
                .output();
            told(&copied.unwrap(), 0);
        }
        for name in ["proc", "dev", "var/lib", "tmp", "usr"] {
            std::fs::create_dir_all(image.join(name)).unwrap();
        }
        let copied = Command::new("cp")
            .arg("-a")
            .args([container.old_server(), lib.join("old-server")])
            .output();
        told(&copied.unwrap(), 0);
        std::fs::remove_dir_all(image.join("www/old-server")).unwrap();
        // The image has an older `.env`; the container replaced it, and removed the config cache. Its data is a volume.
        let html = image.join("www/html");
        let volume = lib.join("volumes/data/_data");
        std::fs::create_dir_all(volume.parent().unwrap()).unwrap();
        let env = std::fs::read_to_string(html.join(".env")).unwrap();
        std::fs::rename(html.join("storage"), &volume).unwrap();
        std::fs::create_dir(html.join("storage")).unwrap();
        let upper = layers.join("top/diff/www/html");
        std::fs::create_dir_all(upper.join("bootstrap/cache")).unwrap();
        std::fs::write(upper.join(".env"), env).unwrap();
        std::fs::write(html.join(".env"), "APP_KEY=of-the-image\n").unwrap();
        let gone = upper.join("bootstrap/cache/config.php");
        told(
            &Command::new("mknod")
                .arg(gone)
                .args(["c", "0", "0"])
                .output()
                .unwrap(),
            0,
        );
        give(&upper, NGINX.0, NGINX.1);
        write(
            lib,
            &format!("docker/image/overlay2/layerdb/mounts/{id}/mount-id"),
            "top",
        );
        write(lib, "docker/overlay2/top/lower", "l/I:l/M");
        let config = serde_json::json!({
            "ID": id, "Name": "/freescout-app", "Driver": "overlay2",
            "State": {"Running": true},
            "Config": {"Env": ["PATH=/usr/bin", "FREESCOUT_APP_KEY=base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
                "WorkingDir": "/www/html", "Labels": {
                "com.docker.compose.service": "app",
                "com.docker.compose.project.working_dir": lib.join("compose"),
                "com.docker.compose.project.config_files": lib.join("compose/compose.yml"),
            }},
            "MountPoints": {"/www/html/storage": {"Source": volume, "Destination": "/www/html/storage"}},
        });
        write(
            lib,
            &format!("docker/containers/{id}/config.v2.json"),
            &config.to_string(),
        );
        write(
            lib,
            "compose/compose.yml",
            "services:\n  app:\n    environment:\n      - FREESCOUT_APP_KEY=base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        );
        Self { folder, id }
    }

    pub fn command(&self, what: &[&str]) -> Command {
        let mut command = on_host_with(self.folder.path());
        command.args(what).arg("--state-dir").arg(self.state());
        command
    }

    /// Has them kept by a driver whose layers are not understood.
    pub fn hide_layers(&self) {
        let lib = self.folder.path().join("lib");
        let listed = lib.join(format!("docker/containers/{}/config.v2.json", self.id));
        let text = std::fs::read_to_string(&listed).unwrap();
        std::fs::write(listed, text.replace("overlay2", "btrfs")).unwrap();
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("lib/state")
    }
}

#[test]
fn a_stopped_one_is_put_together_from_its_layers() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let before = everything(docker.folder.path());
    for name in ["freescout-app", &docker.id[..12], "55555"] {
        let form = json(
            &mut docker.command(&["check", "--json", "--container", name]),
            2,
        );
        let container = &form["install"]["container"];
        assert_eq!(container["runtime"], "docker", "{name}");
        assert_eq!(container["name"], "freescout-app");
        assert_eq!(container["running"], false);
        assert_eq!(form["install"]["path"], "/www/html");
        assert_eq!(
            form["keys"][0]["sources"][0]["kind"], "env",
            "the deleted cache is gone: {form}"
        );
    }
    let said = told(
        &docker
            .command(&["check", "--container", "freescout-app"])
            .output()
            .unwrap(),
        2,
    );
    assert!(
        said.contains("the Docker container freescout-app, which is stopped"),
        "{said}"
    );
    let line = docker.folder.path().join("lib/compose/compose.yml");
    let line = format!("{}, line 4", line.display());
    assert!(
        said.contains(&line),
        "the next start is told, and its line: {said}"
    );
    assert!(said.contains("FREESCOUT_APP_KEY"), "{said}");
    // That nothing can be recovered is said before anything is begun, with the command that helps.
    for words in [
        "nothing can be recovered here",
        "(docker start freescout-app)",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(
        everything(docker.folder.path()),
        before,
        "nothing is written"
    );
    // What is kept is kept on the host.
    told(
        &docker
            .command(&["backup", "--container", "freescout-app"])
            .output()
            .unwrap(),
        0,
    );
    assert!(docker.state().join("backups").is_dir());
    // Nothing is written into layers, and no disk is to blame.
    let old = docker.folder.path().join("lib/old-server");
    let backups = || {
        std::fs::read_dir(docker.state().join("backups"))
            .unwrap()
            .count()
    };
    let before = backups();
    // The one writes the key, the other rows alone: the database lies there too.
    for strategy in ["restore", "carry"] {
        let arguments = [
            "recover",
            "--container",
            "freescout-app",
            "--strategy",
            strategy,
        ];
        let mut recover = docker.command(&arguments);
        recover.arg("--look-in").arg(&old).arg("--yes");
        let said = told(&recover.output().unwrap(), 1);
        assert!(
            said.contains("is in the layers of a container that is stopped"),
            "{strategy}: {said}"
        );
        assert!(!said.contains("dmesg"), "{said}");
        assert_eq!(backups(), before, "{strategy}: refused before its backup");
    }
    let said = told(
        &docker
            .command(&["check", "--container", "gone"])
            .output()
            .unwrap(),
        3,
    );
    assert!(
        said.contains("freescout-app 555555555555 (stopped)"),
        "{said}"
    );
}

/// A recovery was made in a folder of the host's, which the container has in its own layer by now.
#[test]
fn where_nothing_can_be_written_it_is_said_before_anything_is_saved() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let lib = docker.folder.path().join("lib");
    let layers = lib.join("docker/overlay2");
    let bound = lib.join("bound");
    let copy = |from: PathBuf, to: &Path| {
        let copied = Command::new("cp").arg("-aT").arg(from).arg(to).output();
        told(&copied.unwrap(), 0);
    };
    copy(layers.join("image/diff/www/html"), &bound);
    copy(layers.join("top/diff/www/html/.env"), &bound.join(".env"));
    std::fs::remove_file(bound.join("bootstrap/cache/config.php")).unwrap();
    let listed = lib.join(format!("docker/containers/{}/config.v2.json", docker.id));
    let text = std::fs::read_to_string(&listed).unwrap();
    let mut form: serde_json::Value = serde_json::from_str(&text).unwrap();
    form["MountPoints"] =
        serde_json::json!({"/www/html": {"Source": bound, "Destination": "/www/html"}});
    form["Config"]["Env"] = serde_json::json!(["PATH=/usr/bin"]);
    std::fs::write(&listed, form.to_string()).unwrap();
    let run = |what: &[&str], code| {
        let mut command = docker.command(what);
        command.args(["--container", "freescout-app"]);
        told(&command.output().unwrap(), code)
    };
    let old = lib.join("old-server");
    let recover = ["recover", "--yes", "--no-test", "--look-in"];
    run(&[&recover[..], &[old.to_str().unwrap()]].concat(), 2);
    let html = layers.join("image/diff/www/html");
    std::fs::remove_dir_all(&html).unwrap();
    std::fs::remove_dir_all(layers.join("top/diff/www")).unwrap();
    copy(bound.clone(), &html);
    form["MountPoints"] = serde_json::json!({});
    std::fs::write(&listed, form.to_string()).unwrap();
    let backups = || everything(&docker.state().join("backups"));
    let saved = backups();
    let fresh = ["recover", "--yes", "--no-test", "--strategy", "fresh"];
    let made = std::fs::read_dir(docker.state().join("backups")).unwrap();
    let made = made.map(|entry| entry.unwrap().path()).max().unwrap();
    for (what, code) in [
        (&["undo"][..], 1),
        (&["undo", "--yes"], 1),
        (&fresh, 1),
        (&["restore", made.to_str().unwrap(), "--yes"], 1),
    ] {
        let said = run(what, code);
        assert!(
            said.contains("is in the layers of a container that is stopped"),
            "{what:?}: {said}"
        );
        for step in ["Saving database fields", "Verifying the backup"] {
            assert!(!said.contains(step), "{what:?}: {said}");
        }
        assert_eq!(backups(), saved, "{what:?}");
    }
}

#[test]
fn one_without_a_list_of_accounts_has_a_web_user_by_number() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        std::fs::remove_file(container.path("/etc/passwd")).unwrap();
        std::fs::remove_file(container.path("/etc/group")).unwrap();
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let check = ["check", "--container", "freescout-app"];
    let said = told(&docker.command(&check).output().unwrap(), 2);
    let line = said.lines().find(|line| line.starts_with("Web user:"));
    let number = "Web user: number 80, an account without a name here (owns storage/)";
    assert_eq!(line, Some(number), "{said}");
    // What was found in its work folder without being named is found there by its container's name too.
    let backup = ["backup", "--container", "freescout-app"];
    told(&docker.command(&backup).output().unwrap(), 0);
}

#[test]
fn the_folder_of_a_stopped_one_leads_to_it_where_its_database_is_not_reached() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let lib = docker.folder.path().join("lib");
    let html = lib.join("html");
    let image = lib.join("docker/overlay2/image/diff/www/html");
    let copied = Command::new("cp").arg("-a").args([&image, &html]).output();
    told(&copied.unwrap(), 0);
    let settings = "DB_CONNECTION=mysql\nDB_HOST=freescout-db.invalid\nDB_DATABASE=freescout\n";
    std::fs::write(html.join(".env"), settings).unwrap();
    std::fs::remove_file(html.join("bootstrap/cache/config.php")).unwrap();
    let config = lib.join(format!("docker/containers/{}/config.v2.json", docker.id));
    let text = std::fs::read(&config).unwrap();
    let mut form: serde_json::Value = serde_json::from_slice(&text).unwrap();
    form["MountPoints"] =
        serde_json::json!({"/www/html": {"Source": html, "Destination": "/www/html"}});
    std::fs::write(&config, form.to_string()).unwrap();
    let check = docker.command(&["check"]).arg(&html).output().unwrap();
    let said = told(&check, 3);
    assert!(
        said.contains(
            "the folder /www/html of the Docker container freescout-app, which is stopped"
        ),
        "{said}"
    );
    assert!(said.contains("Start the container"), "{said}");
    let command = "check --container freescout-app /www/html";
    assert!(said.contains(command), "{said}");
}

#[test]
fn what_a_stopped_one_is_started_with_counts() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let its = docker.folder.path().join("lib/docker/containers");
    let its = its.join(&docker.id).join("config.v2.json");
    let text = std::fs::read_to_string(&its).unwrap();
    let text = text.replace(
        "PATH=/usr/bin",
        "APP_KEY=base64:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
    );
    std::fs::write(&its, text).unwrap();
    let container = ["--container", "freescout-app"];
    let form = json(docker.command(&["check", "--json"]).args(container), 2);
    let keys = form["keys"].as_array().unwrap();
    let effective = keys.iter().find(|key| key["effective"] == true).unwrap();
    let mut sources = effective["sources"].as_array().unwrap().iter();
    assert!(
        sources.all(|source| source["kind"] == "process_environment"),
        "{form}"
    );
    assert_eq!(form["summary"]["opens"], 0, "{form}");
    let old = docker.folder.path().join("lib/old-server");
    let mut recover = docker.command(&["recover", "--strategy", "restore"]);
    let said = told(
        &recover
            .args(container)
            .arg("--look-in")
            .arg(old)
            .output()
            .unwrap(),
        1,
    );
    assert!(
        said.contains("The key is set by the process environment (container or pool settings)"),
        "{said}"
    );
    // A definition that cannot be read is no definition that sets nothing.
    let compose = docker.folder.path().join("lib/compose/compose.yml");
    std::fs::write(&compose, "services:\n  app:\n\tenvironment:\n").unwrap();
    let said = told(
        &docker.command(&["check"]).args(container).output().unwrap(),
        2,
    );
    assert!(
        said.contains(&format!(
            "{}, from which the container was created, is not valid YAML",
            compose.display()
        )),
        "{said}"
    );
}

#[test]
fn keys_are_found_in_layers_that_nobody_sees_any_more() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let old = old_env(&docker.folder.path().join("lib/old-server"));
    let lib = &docker.folder.path().join("lib");
    let find = |code| {
        let command = ["find-key", "--container", "freescout-app", "/www/html"];
        told(&docker.command(&command).output().unwrap(), code)
    };
    let none = find(2);
    assert!(!none.contains("decrypts 22 of 32"), "{none}");
    assert!(none.contains("files of settings in the layers"), "{none}");
    // In the image, below the one that replaced it; then in the layer of a container that is gone.
    for (layer, named) in [
        (
            "image",
            "a layer of the Docker container freescout-app, /www/html/.env (",
        ),
        (
            "gone",
            "a layer that no container uses now, /www/html/.env (",
        ),
    ] {
        let place = format!("docker/overlay2/{layer}/diff/www/html/.env");
        write(lib, &place, &old);
        let said = find(2);
        let there = Path::new("/var/lib").join(&place);
        let told_so = format!("{named}{}), line", there.display());
        assert!(said.contains(&told_so), "{said}");
        assert!(said.contains("decrypts 22 of 32"), "{said}");
        let next = format!("--look-in {}", there.display());
        assert!(
            said.contains(&next),
            "what comes next is on the host: {said}"
        );
        let form = json(
            &mut docker.command(&["find-key", "--json", "--container", "freescout-app"]),
            2,
        );
        let sources = form["keys"].as_array().unwrap().iter().flat_map(|key| {
            let sources = key["sources"].as_array().unwrap();
            sources
                .iter()
                .filter(|source| source.get("layer").is_some())
        });
        let sources: Vec<_> = sources
            .filter(|s| s["path"] == there.to_str().unwrap())
            .collect();
        assert_eq!(sources.len(), 1, "{form}");
        assert_eq!(sources[0]["layer"]["path"], "/www/html/.env");
        // Every command that judges knows it by itself.
        let check = ["check", "--container", "freescout-app", "/www/html"];
        let said = told(&docker.command(&check).output().unwrap(), 2);
        assert!(said.contains("decrypts 22 of 32"), "{said}");
        std::fs::write(lib.join(&place), "APP_KEY=another\n").unwrap();
    }
    // What another application has is found where it is looked for, and none of this install's business otherwise.
    let others = "docker/overlay2/other/diff/var/www/.env";
    let key = "APP_KEY=base64:b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q=\n";
    write(lib, others, key);
    let command = ["find-key", "--all", "--container", "freescout-app"];
    let all = docker.command(&command).arg("/www/html").output().unwrap();
    assert!(told(&all, 2).contains(others));
    let check = ["check", "--container", "freescout-app", "/www/html"];
    let said = told(&docker.command(&check).output().unwrap(), 2);
    assert!(!said.contains(others), "{said}");
    // A link in a layer leads nowhere: what is the host's is not the layer's.
    let place = lib.join("docker/overlay2/gone/diff/www/html/.env");
    write(lib, "host/env", &old);
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("/var/lib/host/env", &place).unwrap();
    let said = find(2);
    assert!(!said.contains("decrypts 22 of 32"), "{said}");
}

#[test]
fn what_is_not_searched_in_layers_is_said() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let lib = &docker.folder.path().join("lib");
    let files = ["1/diff/app/.env", "2/diff/app/.env", "2/diff/app/old.env"];
    for file in files {
        let long = "x".repeat((256 << 10) + 1);
        write(lib, &format!("docker/overlay2/{file}"), &long);
    }
    let first = Path::new("/var/lib/docker/overlay2").join(files[0]);
    let why = "longer than 256 KiB, which no file of settings is: not searched, like all such files in these layers (3).";
    let command = |what: &[&str]| {
        let mut command = docker.command(what);
        command.args(["--container", "freescout-app"]);
        command
    };
    let said = told(&command(&["check"]).output().unwrap(), 2);
    let line = format!("{}: {why}", first.display());
    assert_eq!(said.matches(&line).count(), 1, "{said}");
    assert_eq!(said.matches("longer than").count(), 1, "{said}");
    let form = json(&mut command(&["find-key", "--json"]), 2);
    let skipped = form["skipped"].as_array().unwrap();
    let skipped: Vec<_> = skipped
        .iter()
        .filter(|one| one["path"] == first.to_str().unwrap())
        .collect();
    assert_eq!(skipped.len(), 1, "{form}");
    assert!(
        skipped[0]["why"].as_str().unwrap().starts_with(why),
        "{form}"
    );
    // A list that is too long to be read.
    let missing = ["check", "--container", "gone"];
    let cut = "This host has more containers than are listed";
    let said = told(&docker.command(&missing).output().unwrap(), 3);
    assert!(!said.contains(cut), "{said}");
    let list = "containers/storage/overlay-containers/containers.json";
    write(lib, list, &" ".repeat((1 << 20) + 1));
    let said = told(&docker.command(&missing).output().unwrap(), 3);
    assert!(said.contains(cut), "{said}");
    // What is named is searched whole.
    let mut named = command(&["find-key", "--look-in", "/var/lib/docker"]);
    let said = told(&named.output().unwrap(), 2);
    assert!(!said.contains("longer than"), "{said}");
}

#[test]
fn a_copy_on_the_host_is_not_taken_for_the_one_that_runs() {
    // The container has a folder of the host's: the same files under another path, and links that only it can follow.
    let container = Container::start_with(Kind::Rooted, |_| {}, PHP);
    let pid = php_of(&container);
    let command = format!("freescout-rescue check --container {pid} /www/html");
    let html = container.path("/www/html");
    let check = |code| {
        let out = rescue()
            .args(["check", "--state-dir"])
            .arg(container.state())
            .arg(&html)
            .output();
        told(&out.unwrap(), code)
    };
    let said = check(3);
    assert!(
        said.contains("database/database.sqlite cannot be reached"),
        "{said}"
    );
    assert!(said.contains(&command), "{said}");
    std::fs::remove_file(html.join("bootstrap/cache/config.php")).unwrap();
    std::fs::rename(html.join(".env"), container.path("/srv/env")).unwrap();
    std::os::unix::fs::symlink("/srv/env", html.join(".env")).unwrap();
    let said = check(3);
    assert!(said.contains(&command), "{said}");
    assert!(!said.contains("Restore .env"), "{said}");
}

/// Every path below a folder, with what is in files.
fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in walk(folder) {
        let meta = std::fs::symlink_metadata(&entry).unwrap();
        let bytes = match meta.is_file() {
            true => std::fs::read(&entry).unwrap(),
            false => Vec::new(),
        };
        found.push(format!("{} {bytes:?}", entry.display()));
    }
    found.sort();
    found
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(walk(&path));
        }
        found.push(path);
    }
    found
}
