//! A program of the operator's: it is given subject, blank line and text on its standard input.

use super::message::Alert;
use super::program;
use super::untold::NotTold;
use crate::domain::run::watch::settings::CommandChannel;

/// Runs it.
pub(super) fn tell(channel: &CommandChannel, alert: &Alert) -> Result<(), NotTold> {
    let CommandChannel {
        program,
        arguments,
        timeout,
    } = channel;
    let input = format!("{}\n\n{}", alert.subject, alert.text);
    program::run(program, arguments, input, *timeout)?
        .map_err(|failure| NotTold::Failed(program.clone(), failure.code, failure.said))
}
