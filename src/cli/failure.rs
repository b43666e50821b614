//! What is said when a command does not come to its end: sentences on standard error, and with `--json` one document on
//! standard output, so that a program always has one to read.

mod misuse;

use std::ffi::{OsStr, OsString};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::outcome::CommandResult;
use super::output::{self, Out};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::exit::Exit;
use crate::engine::report::failed;
use crate::words::untrusted::sanitize_lines;
use crate::words::{language, words};

/// The exit code of a fault of ours: the one that the language's runtime gives.
const FAULT: u8 = 101;

/// Does the work; says what stopped it, where something did, and gives the exit code.
pub fn exit(json: bool, work: impl FnOnce() -> CommandResult) -> u8 {
    let code = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(exit)) => exit as u8,
        Ok(Err((problem, exit))) => {
            tell(&problem, json);
            exit as u8
        }
        Err(_) => fault(json),
    };
    if !json {
        output::say_where_typed();
    }
    code
}

/// Says what stopped the work.
fn tell(problem: &Problem, json: bool) {
    output::problem(problem);
    if json && !output::json_was_given() {
        Out::stdout().json(&failed::json(problem));
    }
}

/// Says that a fault of ours ended the work, which has said on standard error where.
fn fault(json: bool) -> u8 {
    let w = words();
    tell(
        &ErrorKind::Internal.problem(w.our_fault, "", w.our_fault_next),
        json,
    );
    FAULT
}

/// Help and version, which are no failure unless nobody can read them, and arguments that are none of ours. Gives the exit
/// code.
pub fn usage(said: &clap::Error, arguments: &[OsString]) -> u8 {
    let text = said.to_string();
    let mut out = match said.use_stderr() {
        true => Out::stderr(),
        false => Out::stdout(),
    };
    match sanitize_lines(&text) {
        // clap breaks lines at blanks alone, and says what is wrong in English.
        safe if !language().is_first() => match said.use_stderr() {
            true => out.line(&sanitize_lines(&misuse::told(said))),
            false => out.line(safe.trim_end()),
        },
        safe if safe == text => {
            let styled = said.render();
            let in_colours = out.has_colours().then(|| styled.ansi().to_string());
            out.as_it_is(in_colours.unwrap_or(text.clone()).as_bytes());
        }
        safe => Out::stderr().line(safe.trim_end()),
    }
    if !said.use_stderr() {
        return exit(false, || output::read_whole(Exit::Fine));
    }
    if asks_for_json(arguments) {
        Out::stdout().json(&failed::json(&problem(&text)));
    }
    Exit::Failed as u8
}

/// Whether `--json` is among the arguments, of which clap has understood none.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let mut options = arguments.iter().take_while(|argument| *argument != "--");
    options.any(|argument| argument == OsStr::new("--json"))
}

/// clap's text as a problem: a first paragraph that says what is wrong, and others that help.
fn problem(text: &str) -> Problem {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (what, next) = text.split_once("\n\n").unwrap_or((text, ""));
    let what = what.strip_prefix("error: ").unwrap_or(what);
    ErrorKind::Usage.problem(one_line(what), "", one_line(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_before_the_last_option() {
        let asks = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            asks_for_json(&arguments)
        };
        assert!(asks(&["us", "check", "--jsn", "--json"]));
        assert!(!asks(&["us", "check", "--jsn"]));
        assert!(!asks(&["us", "check", "--", "--json"]));
    }

    #[test]
    fn what_clap_says_is_told_in_two_sentences() {
        let text = "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\n\
                    Usage: us check [OPTIONS]\n\nFor more information, try '--help'.\n";
        let problem = problem(text);
        assert_eq!(problem.what, "unexpected argument '--jsn' found");
        assert_eq!(
            problem.next,
            "tip: a similar argument exists: '--json' Usage: us check [OPTIONS] For more information, try '--help'."
        );
    }
}
