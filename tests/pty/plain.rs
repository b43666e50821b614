//! The wizard line by line, in a real terminal: no sequence is ever sent, no password is shown, and the terminal is as it
//! was whatever ends the program.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::terminal::{Session, binary};
use crate::walk::old_server;

/// A password that must not be seen.
const TYPED: &str = "typed-Pässwörd-密码-0451";

/// What is said to a line that comes before a job has ended, or before the question that it would answer.
const REFUSALS: [&str; 3] = ["One moment", "still running", "The line was not used"];

/// A session that is spoken with in lines.
struct Talk {
    session: Session,
    /// What was written before the last line was typed.
    heard: usize,
}

impl Talk {
    fn begin(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let session = Session::run(&binary(), arguments, environment, 100, 40);
        Self { session, heard: 0 }
    }

    /// What was written since the last line, with single blanks: texts are broken anywhere.
    fn since(&self) -> String {
        let bytes = self.session.bytes();
        let text = String::from_utf8_lossy(&bytes[self.heard..]).into_owned();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn hears(&self, text: &str) -> String {
        let is_said = |_: &str| self.since().contains(text);
        self.session.wait(&format!("{text:?} to be said"), is_said);
        self.since()
    }

    fn says(&mut self, line: &str) {
        self.heard = self.session.bytes().len();
        self.session.keys(&format!("{line}\r"));
    }

    /// Types a line, and once more where a job has not ended yet, until this is said.
    fn says_until(&mut self, line: &str, text: &str) -> String {
        loop {
            self.says(line);
            let refused = |said: &str| REFUSALS.iter().any(|refusal| said.contains(refusal));
            self.session.wait(&format!("what {line:?} does"), |_| {
                let said = self.since();
                said.contains(text) || refused(&said)
            });
            if self.since().contains(text) {
                return self.since();
            }
            // Where it goes there by itself as soon as the job has ended, it must not be told twice.
            std::thread::sleep(std::time::Duration::from_secs(2));
            if self.since().contains(text) {
                return self.since();
            }
        }
    }

    fn ends(&mut self) -> u32 {
        let code = self.session.end();
        assert!(self.session.echoes() && !self.session.is_raw());
        let bytes = self.session.bytes();
        assert!(
            !bytes.contains(&0x1b),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        code
    }
}

#[test]
fn from_survey_to_report_and_back() {
    let mut talk = Talk::begin(&["demo", "--plain"], &[]);
    talk.hears("Step 1 of 8: Survey");
    talk.hears("Do not save mailbox forms");
    talk.hears("7/32");
    talk.says("g3");
    talk.hears("locked until there is a verified backup");
    talk.says("");
    talk.hears("Step 2 of 8: Backup");
    talk.says("c");
    talk.hears("ticked: Also dump");
    talk.says("");
    talk.hears("complete and verified");
    talk.says_until("", "Step 3 of 8: Keys");
    talk.hears("23 secrets cannot be decrypted");
    let place = old_server(&talk.session);
    talk.says("p");
    talk.hears("a folder on this server");
    talk.says(&place);
    talk.hears("decrypts 22 of 32. Searched");
    talk.says("");
    let told = talk.hears("Step 4 of 8: Decrypt checks");
    assert!(
        told.contains("[11-20]") || told.contains("[1-10] choose"),
        "{told}"
    );
    talk.says("/köln");
    let told = talk.hears("Buchhaltung Köln");
    assert!(!told.contains("销售"), "{told}");
    talk.says("b");
    talk.hears("销售");
    talk.says("2");
    talk.hears("* 2. ");
    talk.says("?");
    talk.hears("[Enter] plan");
    talk.says("");
    talk.hears("Readable 7 -> 30 of 32");
    talk.says_until("", "Step 6 of 8: Passwords");
    talk.hears("Only these are lost");
    talk.hears("What you type is not shown");
    talk.session.wait_silent();
    talk.says(TYPED);
    talk.hears("535 5.7.8");
    talk.says("demo-sapoto-outgoing");
    talk.hears("OK works");
    talk.says_until("", "* 2. ");
    talk.says(":s");
    talk.hears("the same as Biuro Łódź, incoming password");
    talk.says("");
    talk.hears("535 5.7.8");
    talk.says("");
    talk.hears("The mail server refused it. Type another");
    talk.says(":k");
    talk.hears("kept untested");
    talk.says("");
    let told = talk.hears("Type apply and press Enter");
    assert!(told.contains("Passwords stored: 2"), "{told}");
    talk.says_until("", "Type apply first");
    assert!(talk.session.echoes(), "the word is seen");
    let told = talk.says_until("apply", "Step 8 of 8: Report");
    assert!(told.contains("32/32"), "{told}");
    talk.hears("everything is as planned");
    talk.says("t");
    talk.hears("[F] failing only");
    talk.says("F");
    talk.hears("certificate expi");
    talk.hears("login refused");
    talk.says("b");
    talk.hears("Step 8 of 8: Report");
    talk.says_until("", "Saved:");
    talk.hears("anew");
    talk.says_until("u", "An undo of the recovery of");
    let told = talk.says_until("undo", "Undone: ");
    assert!(told.contains("7/32"), "{told}");
    talk.hears("anew");
    talk.says("q");
    assert_eq!(talk.ends(), 1, "taken back: nothing is changed any more");
    let bytes = talk.session.bytes();
    let said = String::from_utf8_lossy(&bytes);
    assert!(said.contains("That was the demo"), "{said}");
    // The note of the demo tells the other one by itself.
    assert!(!said.contains(TYPED), "a password reached the terminal");
}

#[test]
fn a_dumb_terminal_is_spoken_to_in_lines_and_one_without_utf8_in_ascii() {
    for environment in [
        [("TERM", "dumb"), ("LANG", "C.UTF-8")],
        [("TERM", ""), ("LANG", "C")],
    ] {
        let mut talk = Talk::begin(&["demo"], &environment);
        talk.hears("runs line by line (--plain)");
        talk.hears("7/32");
        talk.says_until("", "Step 2 of 8: Backup");
        talk.says("q");
        assert_eq!(talk.ends(), 1);
        let bytes = talk.session.bytes();
        assert!(environment[1].1 != "C" || bytes.is_ascii());
    }
    let mut talk = Talk::begin(&["demo", "--plain", "--ascii"], &[]);
    talk.hears("7/32");
    talk.says("q");
    talk.ends();
    assert!(talk.session.bytes().is_ascii());
}

/// How long a pseudoterminal may take to hand on what was typed: of that nothing tells.
const HANDED_ON: Duration = Duration::from_millis(200);

/// A secret is being typed, and the terminal silent.
fn at_a_secret(mut talk: Talk) -> Talk {
    talk.hears("7/32");
    talk.says_until("", "Step 2 of 8: Backup");
    talk.says("");
    talk.hears("complete and verified");
    talk.says_until("", "Step 3 of 8: Keys");
    talk.says("a");
    talk.hears("What you type is not shown");
    talk.session.wait_silent();
    talk.session.keys("half-a-sec");
    std::thread::sleep(HANDED_ON);
    talk
}

#[test]
fn whatever_ends_it_the_terminal_shows_again_what_is_typed() {
    for signal in [Signal::HUP, Signal::TERM, Signal::QUIT] {
        let mut talk = at_a_secret(Talk::begin(&["demo", "--plain"], &[]));
        talk.session.signal(signal);
        assert_eq!(talk.ends(), 1, "{signal:?}");
        let bytes = talk.session.bytes();
        let said = String::from_utf8_lossy(&bytes);
        assert!(!said.contains("half-a-sec"), "{said}");
        assert!(said.contains("That was the demo"), "{said}");
    }
    // The end of what is typed.
    let mut talk = at_a_secret(Talk::begin(&["demo", "--plain"], &[]));
    talk.session.keys("\u{15}\u{4}");
    assert_eq!(talk.ends(), 1);
}

/// A shell shows what it reads, and keeps it.
#[test]
fn the_beginning_of_a_secret_is_not_left_for_the_shell() {
    let own = format!(
        "trap : TERM; {} demo --plain; read line; echo \"left:[$line]\"",
        binary().display()
    );
    let session = Session::run(Path::new("/bin/sh"), &["-c", &own], &[], 100, 40);
    let mut talk = at_a_secret(Talk { session, heard: 0 });
    talk.session.signal_group(Signal::TERM);
    talk.hears("That was the demo");
    talk.says("");
    talk.hears("left:[]");
    talk.session.end();
}

#[test]
fn while_it_is_stopped_the_terminal_is_somebody_elses() {
    let own = format!(
        "set -m; {} demo --plain; stty -a; read go; fg; echo over",
        binary().display()
    );
    let session = Session::run(Path::new("/bin/sh"), &["-c", &own], &[], 100, 40);
    let mut talk = Talk { session, heard: 0 };
    talk.hears("7/32");
    talk.says_until("", "Step 2 of 8: Backup");
    talk.says("f");
    talk.hears("[:b] back");
    talk.session.keys("\u{1a}");
    talk.hears("echoctl");
    assert!(talk.session.echoes());
    talk.says("");
    // Told again as a whole: who knows what was on the screen meanwhile.
    talk.hears("Step 2 of 8: Backup");
    talk.says(":b");
    talk.says("q");
    talk.hears("over");
    talk.session.end();
}

#[test]
fn ctrl_c_asks_where_something_would_be_lost_and_leaves_the_second_time() {
    let mut talk = Talk::begin(&["demo", "--plain"], &[]);
    talk.hears("7/32");
    talk.says_until("", "Step 2 of 8: Backup");
    talk.says("");
    talk.hears("complete and verified");
    talk.says_until("g5", "Passwords to enter");
    talk.says_until("", "Step 6 of 8: Passwords");
    talk.session.wait_silent();
    talk.says("abc");
    talk.hears("NOT OK: login refused");
    talk.heard = talk.session.bytes().len();
    talk.session.keys("\u{3}");
    talk.hears("A password was entered but not applied");
    talk.says("b");
    talk.hears("What you type is not shown");
    talk.session.keys("\u{3}");
    talk.hears("Leave?");
    talk.session.keys("\u{3}");
    assert_eq!(talk.ends(), 1);
}

#[test]
fn a_pipe_is_no_terminal_for_it_either() {
    let mut command = std::process::Command::new(binary());
    let out = command.args(["demo", "--plain"]).output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(
        said.contains("needs a terminal") && said.contains("--plain does not"),
        "{said}"
    );
    let mut command = std::process::Command::new(binary());
    let out = command.args(["--plain", "check"]).output().unwrap();
    assert_eq!(out.status.code(), Some(3), "a command has no face");
}
