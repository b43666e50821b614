//! The JSON form of a command that failed.

use serde::Serialize;

use super::found::{self, FoundJson};
use crate::domain::error::Problem;

/// `{"schema":1,"error":{…}}`.
#[derive(Serialize)]
pub struct FailedJson<'a> {
    schema: u32,
    error: ErrorJson<'a>,
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    /// One of [`ErrorKind::code`](crate::domain::error::ErrorKind::code).
    code: &'static str,
    message: String,
    next: String,
    retry: bool,
    /// What there is to choose from, where there are several installs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    installs: Vec<FoundJson<'a>>,
}

/// The form of a problem.
pub fn json(problem: &Problem) -> FailedJson<'_> {
    FailedJson {
        schema: 1,
        error: ErrorJson {
            code: problem.kind.code(),
            message: one_line(&problem.message()),
            next: one_line(&problem.next),
            retry: problem.kind.retry(),
            installs: found::installs(&problem.installs),
        },
    }
}

/// A text whose lines stand under one another on a terminal, as one line: what is said or to be typed on each is a clause.
fn one_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |joined, line| {
        let ended = joined.ends_with(['.', ':', ';', '?', '!']);
        format!("{joined}{} {line}", if ended { "" } else { ";" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    #[test]
    fn what_stands_on_lines_of_its_own_is_one_line_here() {
        let next = "Nothing was changed.\n  To finish it: us resume\n  To undo it: us undo --yes";
        let problem = ErrorKind::UnfinishedRun.problem("An unfinished run:", "Of root.", next);
        assert_eq!(
            json(&problem).error.next,
            "Nothing was changed. To finish it: us resume; To undo it: us undo --yes"
        );
        assert_eq!(json(&problem).error.message, "An unfinished run: Of root.");
    }
}
