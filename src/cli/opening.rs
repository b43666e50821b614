//! What most commands begin with: the install found, read and judged.

use super::arguments::Common;
use super::reporter::TerminalReporter;
use crate::domain::error::Problem;
use crate::engine::session::Session;
use crate::engine::session::machine::MachineScope;
use crate::engine::usecase::open::{self, Opening};
use crate::io::install::Environment;

/// Finds, reads and judges the install, and looks for keys where we were told to.
pub(super) fn opened(common: &Common, reporter: &TerminalReporter) -> Result<Session, Problem> {
    open_with(common, true, reporter)
}

/// The same; without `search` nothing is looked for yet.
pub(super) fn open_with(
    common: &Common,
    search: bool,
    reporter: &TerminalReporter,
) -> Result<Session, Problem> {
    let given = common.given()?;
    let opening = Opening {
        install: common.install.as_deref(),
        database: None,
        environment: Environment::of_this_process(),
        machine: MachineScope::Host,
        options: &common.options(),
        given: &given,
        numbers: Vec::new(),
        look_in: if search { &common.look_in } else { &[] },
        processes: search,
    };
    open::open(opening, reporter).map_err(open::NotOpened::problem)
}
