//! `getent` of this system: what its own C library knows of users, groups and host names, whatever answers it there (LDAP,
//! systemd, a name server). The library's plugins are loaded into that program and not into ours, which may be linked
//! without any C library of this system; and it runs without rights.

use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::spawn::{self, Account};
use crate::io::container::within;

/// The account that it runs as where we are root.
pub const NOBODY: Account = Account {
    uid: 65534,
    gid: 65534,
};
/// Where systems have it: in folders of root's alone.
const PLACES: [&str; 3] = [
    "/usr/bin/getent",
    "/bin/getent",
    "/run/current-system/sw/bin/getent",
];
/// The most it may say, in bytes: a group of some ten thousand members fits.
const MOST: usize = 1 << 20;
/// Its exit code for a key that it does not know.
const UNKNOWN: i32 = 2;
/// How often its end is looked for once it has said everything.
const LOOK_UP: Duration = Duration::from_millis(1);

/// What came of asking.
#[derive(Debug, PartialEq, Eq)]
pub enum GetentAnswer {
    /// Its lines.
    Said(String),
    /// It knows no such key.
    Unknown,
    /// It did not answer in time, or said too much.
    Silent,
    /// There is no such program here, none that works, or it does not know this database.
    NoProgram,
}

/// Asks `getent DATABASE KEY`.
pub fn ask(database: &str, key: &str, patience: Duration) -> GetentAnswer {
    let Some(program) = PLACES.iter().map(Path::new).find(|path| path.is_file()) else {
        return GetentAnswer::NoProgram;
    };
    // It would be an option.
    if key.starts_with('-') || key.is_empty() || key.contains('\0') {
        return GetentAnswer::Unknown;
    }
    run(program, &[database, key], patience)
}

/// What PHP prints of a host's addresses, as `getent ahosts` would.
const LOOK_UP_IN_PHP: &str =
    "$all = gethostbynamel($argv[1]); if (!$all) exit(2); echo implode(PHP_EOL, $all), PHP_EOL;";

/// Asks PHP for the addresses of a host, where there is no `getent`: of IPv4 alone, as PHP has no function for others.
pub fn ask_php(host: &str, patience: Duration) -> GetentAnswer {
    let path = within::get().and_then(|within| within.path.clone());
    let path = path.unwrap_or_else(|| spawn::USUAL_PATH.into());
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join("php"));
    // Whose it is does not matter: it is run without rights, as `getent` is.
    let Some(program) = programs.find(|path| path.is_absolute() && path.is_file()) else {
        return GetentAnswer::NoProgram;
    };
    let arguments = ["-n", "-r", LOOK_UP_IN_PHP, "--", host];
    run(&program, &arguments, patience)
}

fn run(program: &Path, arguments: &[&str], patience: Duration) -> GetentAnswer {
    let mut command = spawn::command(program, NOBODY);
    command
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    match command.spawn() {
        Ok(child) => heard(child, patience),
        Err(_) => GetentAnswer::NoProgram,
    }
}

/// Its answer, on this thread alone: the caller may be about to change the rights of its one thread.
fn heard(mut child: Child, patience: Duration) -> GetentAnswer {
    let deadline = Instant::now() + patience;
    let said = read(&mut child, deadline);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.code(),
            Ok(None) if said.is_some() && Instant::now() < deadline => std::thread::sleep(LOOK_UP),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return GetentAnswer::Silent;
            }
        }
    };
    match (status, said) {
        (Some(0), Some(said)) => GetentAnswer::Said(String::from_utf8_lossy(&said).into_owned()),
        (_, None) => GetentAnswer::Silent,
        (Some(UNKNOWN), Some(_)) => GetentAnswer::Unknown,
        // Ended by a signal: a plugin of its library is broken.
        (Some(_) | None, Some(_)) => GetentAnswer::NoProgram,
    }
}

/// All that it writes; `None` where it writes too much or too slowly.
fn read(child: &mut Child, deadline: Instant) -> Option<Vec<u8>> {
    let mut stream = child.stdout.take()?;
    let mut said = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let wait = Timespec::try_from(left).ok()?;
        match rustix::event::poll(
            &mut [PollFd::new(&stream.as_fd(), PollFlags::IN)],
            Some(&wait),
        ) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return None,
        }
        match stream.read(&mut chunk) {
            Ok(0) => return Some(said),
            Ok(count) if said.len() + count <= MOST => said.extend_from_slice(&chunk[..count]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::process::Command;

    fn shell(script: &str, patience: Duration) -> GetentAnswer {
        let child = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        heard(child.unwrap(), patience)
    }

    #[test]
    fn an_answer_is_told_from_none() {
        let long = Duration::from_secs(20);
        assert_eq!(
            shell("echo one", long),
            GetentAnswer::Said("one\n".to_owned())
        );
        assert_eq!(
            shell("printf '\\377x'", long),
            GetentAnswer::Said("\u{fffd}x".to_owned())
        );
        assert_eq!(shell("echo one; exit 2", long), GetentAnswer::Unknown);
        for code in [1, 3, 126, 127] {
            assert_eq!(
                shell(&format!("exit {code}"), long),
                GetentAnswer::NoProgram
            );
        }
        assert_eq!(shell("kill -9 $$", long), GetentAnswer::NoProgram);
    }

    #[test]
    fn it_is_not_waited_for_for_ever_and_does_not_fill_our_memory() {
        let short = Duration::from_millis(200);
        let begun = Instant::now();
        for script in [
            "exec sleep 60",
            "echo one; exec sleep 60",
            "exec >&-; exec sleep 60",
        ] {
            assert_eq!(shell(script, short), GetentAnswer::Silent, "{script}");
        }
        let long = Duration::from_secs(20);
        assert_eq!(shell("exec yes", long), GetentAnswer::Silent);
        assert!(begun.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn an_option_is_no_key() {
        for key in ["-s", "--help", ""] {
            assert_eq!(
                ask("passwd", key, Duration::from_secs(20)),
                GetentAnswer::Unknown
            );
        }
        assert_eq!(
            ask("passwd", "no-such-user-here", Duration::from_secs(20)),
            GetentAnswer::Unknown
        );
        let GetentAnswer::Said(root) = ask("passwd", "0", Duration::from_secs(20)) else {
            panic!("getent knows root");
        };
        assert!(root.starts_with("root:"), "{root}");
    }
}
