//! `find-key`: the key hunt alone.

mod conclusion;

use std::path::PathBuf;

use super::again;
use crate::cli::arguments::Common;
use crate::cli::opening::open_with;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::engine::exit::Exit;
use crate::engine::hunt::find_key;
use crate::engine::report;
use crate::engine::usecase::{self, Reporter as _};
use crate::io::hunt;
use crate::words::words;
use conclusion::Conclusion;

/// How keys are looked for, and how many are told.
pub(super) struct HuntWishes {
    /// The usual places, too.
    pub(super) usual: bool,
    /// Every key and every place of it.
    pub(super) all: bool,
    /// For measuring.
    pub(super) threads: u8,
    /// Likewise.
    pub(super) prefixed: bool,
}

/// Looks for keys, and says what was found.
pub(super) fn run(common: &Common, wishes: &HuntWishes) -> CommandResult {
    let HuntWishes {
        usual,
        all,
        threads,
        prefixed,
    } = *wishes;
    let reporter = TerminalReporter::default();
    let mut session = open_with(common, false, &reporter).map_err(not_started)?;
    let places = find_key::SearchPlaces {
        named: common.look_in.clone(),
        usual,
        limits: hunt::HuntLimits {
            threads: usize::from(threads),
            prefixed,
            ..hunt::HuntLimits::default()
        },
    };
    let hunted = usecase::hunt::hunt(&mut session, &places, &reporter);
    let assessment = session.assess();
    let again =
        |look_in: &[PathBuf]| again::options(common, look_in, &assessment, &session.install.root);
    let any_unread = hunted.looked.may_hold_more();
    let conclusion = Conclusion::of(common, usual, &session, &assessment, any_unread, &again);
    // Before what may be read as the whole result.
    if reporter.cancelled() {
        Out::stderr().line(words().find_key_stopped);
    }
    if common.json {
        let next = conclusion.next.as_deref();
        let install = &session.install.root;
        let json = report::find_key::find_key_json(install, &assessment, &hunted, next);
        Out::stdout().json(&json);
    } else {
        conclusion::keys(&mut Out::stdout(), &assessment, &hunted, all);
        output::skipped(&mut Out::stdout(), &session.install.root, &hunted.looked);
        conclusion.tell(&mut Out::stdout(), &assessment);
    }
    if reporter.cancelled() {
        return Ok(Exit::Failed);
    }
    Ok(if find_key::all_open(&assessment) {
        Exit::Fine
    } else {
        Exit::Unreadable
    })
}
