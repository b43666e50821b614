//! The JSON form of a command that failed.

use serde::Serialize;

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
        },
    }
}
