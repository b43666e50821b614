//! Programs that are told: the operator's own, and `sendmail`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use freescout_rescue::domain::run::watch::settings::{
    Channels, CommandChannel, MailCarrier, MailChannel,
};
use freescout_rescue::io::alert::{NotTold, Reach};

use super::{alert, told};

/// A shell script that can be run at once.
fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("program");
    crate::runnable::script(&path, &format!("#!/bin/sh\n{text}\n"));
    path
}

fn command(program: &Path, arguments: &[&str], timeout: Duration) -> Result<(), NotTold> {
    let channels = Channels {
        command: Some(CommandChannel {
            program: program.to_owned(),
            arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
            timeout,
        }),
        ..Channels::default()
    };
    told(&channels, &Reach::of_system())
}

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_program_gets_the_text_and_nothing_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let program = script(
        folder.path(),
        "cat > \"$1\"; env > \"$1.env\"; echo \"$2\" > \"$1.argument\"",
    );
    let out = folder.path().join("out");
    command(&program, &[out.to_str().unwrap(), "a b; $(c)"], PATIENCE).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (subject, text) = (alert().subject, alert().text);
    assert_eq!(read("out"), format!("{subject}\n\n{text}"));
    assert_eq!(read("out.argument"), "a b; $(c)\n");
    for line in read("out.env").lines() {
        let name = line.split('=').next().unwrap();
        // The last three are the shell's own.
        assert!(
            ["PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"].contains(&name),
            "{line}"
        );
    }
}

#[test]
fn a_program_that_does_not_end_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let program = script(
        folder.path(),
        "sleep 600 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; sleep 600",
    );
    let begun = Instant::now();
    let told = command(&program, &[pids.to_str().unwrap()], Duration::from_secs(2));
    assert!(begun.elapsed() < PATIENCE);
    let why = told.unwrap_err().to_string();
    assert!(
        why.ends_with("did not end within 2 s, and was ended."),
        "{why}"
    );
    let pid = std::fs::read_to_string(&pids).unwrap();
    let stat = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    let gone = || {
        let stat = std::fs::read_to_string(&stat).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    while !gone() {
        assert!(begun.elapsed() < PATIENCE, "{pid} runs still");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn how_a_program_failed_is_said_without_escapes() {
    let folder = tempfile::tempdir().unwrap();
    let sh = Path::new("/bin/sh");
    let fail = "printf '\\033[31mno phone line\\n' >&2; exit 3";
    let why = command(sh, &["-c", fail], PATIENCE).unwrap_err();
    assert_eq!(why.to_string(), "/bin/sh ended with 3. ·[31mno phone line");
    let why = command(sh, &["-c", "exit 3"], PATIENCE).unwrap_err();
    assert_eq!(why.to_string(), "/bin/sh ended with 3.");
    let why = command(sh, &["-c", "kill -9 $$"], PATIENCE).unwrap_err();
    assert!(matches!(why, NotTold::Signalled(_, 9)), "{why}");
    let why = command(Path::new("sh"), &[], PATIENCE).unwrap_err();
    assert!(matches!(why, NotTold::Relative(_)), "{why}");
    let why = command(&folder.path().join("none"), &[], PATIENCE).unwrap_err();
    assert!(matches!(why, NotTold::Open(..)), "{why}");
    // One that others may change is not run.
    let open = script(folder.path(), "exit 0");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&open, mode).unwrap();
    let why = command(&open, &[], PATIENCE).unwrap_err();
    assert!(matches!(why, NotTold::Open(..)), "{why}");
}

#[test]
fn what_a_program_leaves_behind_is_not_waited_for() {
    let begun = Instant::now();
    let leave = "sleep 20 & exit 0";
    command(Path::new("/bin/sh"), &["-c", leave], PATIENCE).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(15));
}

fn sendmail(program: &Path) -> Result<(), NotTold> {
    let channels = Channels {
        mail: Some(MailChannel {
            from: "alarm@example.org".to_owned(),
            to: vec!["a@example.org".to_owned(), "b@example.org".to_owned()],
            carrier: MailCarrier::Sendmail(program.to_owned()),
        }),
        ..Channels::default()
    };
    told(&channels, &Reach::of_system())
}

#[test]
fn sendmail_gets_the_mail_and_no_recipients_but_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let program = script(
        folder.path(),
        &format!("echo \"$*\" > '{at}/arguments'; cat > '{at}/mail'"),
    );
    sendmail(&program).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("arguments"), "-i -t -f alarm@example.org\n");
    let mail = read("mail");
    assert!(mail.is_ascii() && !mail.contains('\r'), "{mail}");
    let parsed = mail_parser::MessageParser::default();
    let parsed = parsed.parse(mail.as_bytes()).unwrap();
    assert_eq!(parsed.subject(), Some(&*alert().subject));
    assert_eq!(parsed.body_text(0).unwrap(), alert().text);
    let to = parsed.to().unwrap().iter().filter_map(|to| to.address());
    assert_eq!(to.collect::<Vec<_>>(), ["a@example.org", "b@example.org"]);
}

#[test]
fn each_way_of_sendmail_to_fail_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (code, said) in [
        (75, "cannot take the mail for now (exit code 75). no queue"),
        (64, "no recipient is valid (exit code 64). no queue"),
        (78, "is not set up (exit code 78). no queue"),
        (1, "did not take the mail (exit code 1). no queue"),
    ] {
        let program = script(folder.path(), &format!("echo no queue >&2; exit {code}"));
        let why = sendmail(&program).unwrap_err().to_string();
        assert!(why.ends_with(said), "{why}");
    }
}
