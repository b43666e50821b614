//! The commands, a file each: arguments to a use case, its outcome to text or JSON, and to an exit code.

pub(super) mod backup;
pub(super) mod check;
pub(super) mod find_key;
pub(super) mod history;
pub(super) mod recover;
pub(super) mod restore;
pub(super) mod resume;
pub(super) mod test;
pub(super) mod undo;

use super::arguments::Common;
use super::reporter::Reporter;
use crate::domain::error::Problem;
use crate::engine::session::Session;
use crate::engine::usecase::open;
use crate::engine::usecase::open::Opening;
use crate::io::install::Environment;

/// Finds, reads and judges the install, and looks for keys where we were told to.
fn opened(common: &Common, reporter: &Reporter) -> Result<Session, Problem> {
    open_with(common, true, reporter)
}

/// The same; without `search` nothing is looked for yet.
fn open_with(common: &Common, search: bool, reporter: &Reporter) -> Result<Session, Problem> {
    let given = common.given()?;
    let opening = Opening {
        install: common.install.as_deref(),
        database: None,
        environment: Environment::of_this_process(),
        options: &common.options(),
        given: &given,
        look_in: if search { &common.look_in } else { &[] },
        processes: search,
    };
    open::open(opening, reporter).map_err(open::NotOpened::problem)
}
