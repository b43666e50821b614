//! What a person does with a backup without this program: the lines of its README, typed in its folder. `age` asks for the
//! passphrase on a terminal of its own, so there is one.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// How long a line may take. Far more than it does.
const DEADLINE: Duration = Duration::from_secs(60);

/// The lines that the README of a backup gives for putting everything back by hand.
pub fn lines(backup: &Path) -> Vec<String> {
    let readme = std::fs::read_to_string(backup.join("README.txt")).unwrap();
    let (_, rest) = readme
        .split_once("by hand, run these in this folder:\n")
        .unwrap();
    let lines: Vec<String> = rest
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .map(str::to_owned)
        .collect();
    assert!(!lines.is_empty(), "{readme}");
    lines
}

/// Types a line in a folder, and the passphrase whenever it is asked for. Says whether it went well, and what was said.
pub fn type_line(folder: &Path, line: &str, passphrase: &str) -> (bool, String) {
    for program in ["age", "sqlite3"] {
        let path = Path::new("/usr/bin").join(program);
        assert!(
            !line.contains(&format!("{program} ")) || path.is_file(),
            "{program} is not installed: run tests/check.sh"
        );
    }
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", line]);
    command.env_clear();
    command.env("PATH", "/usr/bin:/bin");
    command.cwd(folder);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (send, heard) = channel();
    let mut output = pair.master.try_clone_reader().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            if send.send(buffer[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut keyboard = pair.master.take_writer().unwrap();
    let (start, mut said, mut answered) = (Instant::now(), Vec::new(), 0);
    loop {
        match heard.recv_timeout(Duration::from_millis(20)) {
            Ok(bytes) => said.extend_from_slice(&bytes),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let text = String::from_utf8_lossy(&said);
        let asked = text.matches("passphrase: ").count();
        if asked > answered {
            answered = asked;
            writeln!(keyboard, "{passphrase}").unwrap();
        }
        if start.elapsed() > DEADLINE {
            let _ = child.kill();
            panic!("{line} does not end: {text}");
        }
    }
    let ended = child.wait().unwrap().success();
    (ended, String::from_utf8_lossy(&said).into_owned())
}

/// Does everything that the README says, and expects it to work.
pub fn follow_readme(backup: &Path, passphrase: &str, as_here: impl Fn(String) -> String) {
    for line in lines(backup) {
        let line = as_here(line);
        let (went_well, said) = type_line(backup, &line, passphrase);
        assert!(went_well, "{line}: {said}");
    }
}

/// Texts that a client, a shell or a quoting rule might take apart.
pub fn hostile() -> Vec<Vec<u8>> {
    let control: Vec<u8> = (1..=31).chain([127]).collect();
    let texts = [
        "it's",
        "'; DROP TABLE mailboxes; --",
        "ends in a backslash\\",
        "\\' \\\" \\n \\x41 \\\\",
        "\"`$(touch x)`\" $HOME ${x} %s %n",
        "line\r\n.quit\n\\q\n\\! touch x\ndelimiter //\nGO\n",
        ":name :'name' ?1 $1 @name /* x */ -- # x",
        "/*!50000 x */ {\"a\":\"\\u00e9\"}",
        "\u{feff}\u{202e}密码 🔑 \u{200b}é\u{301}",
        " leading and trailing \t",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|t| t.as_bytes().to_vec()).collect();
    all.push(control);
    // Long, and of every kind: beyond any line buffer, below what we read at most.
    all.push("it's a \\ long \n 密🔑\u{1}".as_bytes().repeat(60_000));
    all
}
