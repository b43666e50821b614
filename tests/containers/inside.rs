//! Started within a container, as by `docker exec`: what can be had there is had, and for the rest it is said how to start.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::container::{Container, Kind, NGINX, give, program, told};
use crate::terminal::Session;
use crate::walk::{WORKER, keep_old_key};

/// Root as runtimes let it be.
const CONTAINED: &str = "--bounding-set=-sys_ptrace --inh-caps=-sys_ptrace";
/// Root that may not become anybody else.
const CLOSED: &str =
    "--bounding-set=-sys_ptrace,-setuid,-setgid --inh-caps=-sys_ptrace,-setuid,-setgid";

/// A container with our program in it, and a worker that alone has the old key.
fn with_worker() -> Container {
    let container = Container::start_with(
        Kind::Rooted,
        |root| {
            keep_old_key(root);
            std::fs::write(root.join("www/html/artisan"), WORKER).unwrap();
            give(&root.join("srv"), NGINX.0, NGINX.1);
            program(&root.join("run/us"), "");
            crate::runnable::copied(env!("CARGO_BIN_EXE_freescout-rescue"), &root.join("run/us"));
            std::fs::write(root.join(".dockerenv"), "").unwrap();
        },
        "cd /www/html; setpriv --reuid 80 --regid 82 --clear-groups php artisan queue:work & cd /",
    );
    while container.path("/srv/key").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    container
}

/// The arguments of nsenter that start our program there.
fn inside(container: &Container, how: &str, what: &str) -> Vec<String> {
    let line = format!(
        "-t {} -m -n -p -u -i setpriv {how} -- /run/us {what}",
        container.process
    );
    line.split_whitespace().map(str::to_owned).collect()
}

fn run(container: &Container, how: &str, what: &str, code: i32) -> String {
    let mut command = Command::new("nsenter");
    command
        .args(inside(container, how, what))
        .stdin(Stdio::null());
    told(&command.output().unwrap(), code)
}

#[test]
fn memory_is_read_as_its_user_where_root_may_not_and_else_that_user_is_named() {
    let container = with_worker();
    let check = "check --state-dir /run/state /www/html";
    let as_nginx = format!("--reuid {} --regid {} --clear-groups", NGINX.0, NGINX.1);
    for how in [CONTAINED, &as_nginx] {
        let said = run(&container, how, check, 2);
        assert!(said.contains("decrypts 22 of 32"), "{how}: {said}");
    }
    let said = run(&container, CLOSED, check, 3);
    assert!(
        said.contains("root in this container may not act as user nginx"),
        "{said}"
    );
    assert!(said.contains("docker exec -u nginx"), "{said}");
    // Where nothing says that this is a container, nothing of one is advised.
    std::fs::remove_file(container.path("/.dockerenv")).unwrap();
    let said = run(&container, CLOSED, check, 3);
    assert!(
        said.contains("CAP_SETUID") && !said.contains("docker"),
        "{said}"
    );
}

#[test]
fn a_wizard_without_a_terminal_says_how_it_gets_one_and_does_with_a_dumb_one() {
    let container = with_worker();
    let said = run(&container, "--no-new-privs", "/www/html", 3);
    assert!(said.contains("docker exec -it"), "{said}");
    let arguments = inside(&container, "--no-new-privs", "/www/html");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let nsenter = std::path::Path::new("/usr/bin/nsenter");
    let session = Session::run(nsenter, &arguments, &[("TERM", "dumb")], 80, 24);
    session.wait_for("runs line by line (--plain)");
    session.wait_for("Step 1 of 8: Survey");
    std::fs::remove_file(container.path("/.dockerenv")).unwrap();
    let said = run(&container, "--no-new-privs", "/www/html", 3);
    assert!(
        said.contains("ssh -t") && !said.contains("docker"),
        "{said}"
    );
}

#[test]
fn commands_that_are_printed_begin_with_the_path_that_it_was_started_by() {
    let container = with_worker();
    let check = "check --state-dir /run/state /www/html";
    let said = run(&container, CONTAINED, check, 2);
    let next = "Next, to see the plan: /run/us recover";
    assert!(said.contains(next), "{said}");
    assert!(!said.contains("freescout-rescue recover"), "{said}");
    // Who is back in the host's shell is told where they belong; once, and as whom they were typed.
    let place = "belong inside this container. From outside, put this in front: docker exec -it ";
    assert_eq!(said.matches(place).count(), 1, "{said}");
    let as_nginx = format!("--reuid {} --regid {} --clear-groups", NGINX.0, NGINX.1);
    let said = run(&container, &as_nginx, check, 2);
    assert!(said.contains(&format!("{place}-u {} ", NGINX.0)), "{said}");
    // Nothing to be typed was printed.
    let said = run(&container, CONTAINED, "history /www/html", 0);
    assert!(!said.contains("inside this container"), "{said}");
    assert!(
        said.contains("recorded in /var/lib/freescout-rescue"),
        "{said}"
    );
    let elsewhere = "should be on a volume here: give the same --state-dir";
    assert!(said.contains(elsewhere), "{said}");
    let said = run(&container, CONTAINED, "resume /www/html", 0);
    assert!(said.contains(elsewhere), "{said}");
    // Where nothing says that this is a container, it was typed by who has it at hand.
    std::fs::remove_file(container.path("/.dockerenv")).unwrap();
    let said = run(&container, CONTAINED, check, 2);
    assert!(
        said.contains("see the plan: freescout-rescue recover"),
        "{said}"
    );
    assert!(!said.contains("inside this container"), "{said}");
}

#[test]
fn a_web_user_of_a_container_has_a_place_for_its_backups() {
    let container = with_worker();
    let temporary = container.path("/var/tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o1777)).unwrap();
    let as_nginx = format!("--reuid {} --regid {} --clear-groups", NGINX.0, NGINX.1);
    let said = run(&container, &as_nginx, "backup /www/html", 0);
    let folder = format!("/var/tmp/freescout-rescue-{}/backups", NGINX.0);
    assert!(said.contains(&folder), "{said}");
    // Where there is not even that, it is said what to give.
    std::fs::remove_dir_all(&temporary).unwrap();
    let said = run(&container, &as_nginx, "backup /www/html", 3);
    assert!(
        said.contains("Choose another folder (--backup-dir"),
        "{said}"
    );
}
