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
    next: &'a str,
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
            message: problem.message(),
            next: &problem.next,
            retry: problem.kind.retry(),
            installs: found::installs(&problem.installs),
        },
    }
}
