//! `check`: what is wrong, and what we would do.

use super::again;
use crate::cli::arguments::{CheckOptions, Common};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::domain::verdict::finding::Severity;
use crate::engine::exit::Exit;
use crate::engine::report;
use crate::engine::session::{hour, survey};
use crate::engine::usecase::safe;

/// Says how things stand.
pub(super) fn run(common: &Common, asked: CheckOptions) -> CommandResult {
    let mut session = opened(common, &TerminalReporter::default()).map_err(not_started)?;
    let hour = hour::look(&mut session);
    let mut assessment = session.assess();
    let hint = safe::no_copy(&session, &assessment, &common.options());
    assessment.findings.extend(hint);
    if common.json {
        Out::stdout().json(&report::check_json(&session, &assessment).at(&hour));
    } else if asked.brief {
        output::check_briefly(&mut Out::stdout(), &survey::summary(&session), &assessment);
    } else {
        let again = again::options(common, &common.look_in, &assessment, &session.install.root);
        output::check(
            &mut Out::stdout(),
            &survey::summary(&session),
            &assessment,
            &hour,
            &again,
            asked.all,
        );
    }
    let attention = assessment
        .findings
        .iter()
        .any(|f| f.severity() != Severity::Info);
    let overruled = assessment.overruled().next().is_some();
    Ok(if assessment.summary.unreadable() > 0 || overruled {
        Exit::Unreadable
    } else if attention || assessment.recommendation.is_some() {
        Exit::Attention
    } else {
        Exit::Fine
    })
}
