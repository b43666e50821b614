//! `resume`: finishes what was interrupted, or, with `--give-up`, closes it as it stands.

use std::path::Path;

use super::again;
use crate::cli::arguments::{Common, PassphraseSource};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused, unchanged};
use crate::cli::output::{self, Out};
use crate::cli::passphrase;
use crate::cli::reporter::TerminalReporter;
use crate::domain::error::ErrorKind;
use crate::engine::exit::Exit;
use crate::engine::recovery::resume::Resumed;
use crate::engine::report::Older;
use crate::engine::session::survey;
use crate::engine::usecase;
use crate::io::os::around;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// Finishes the run that was interrupted. `all` tells of each mailbox afterwards.
pub(super) fn run(
    common: &Common,
    test: bool,
    all: bool,
    source: &PassphraseSource,
) -> CommandResult {
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let options = common.options();
    let mut ask = |folder: &Path| passphrase::ask(source, folder);
    let finished = usecase::resume::resume(&mut session, &options, &mut ask, test, &reporter);
    let finished = finished.map_err(refused)?;
    let root = &session.install.root;
    let after = session.assess();
    let again = again::options(common, &common.look_in, &after, root);
    Ok(match finished.resumed {
        Resumed::Nothing => nothing_to_resume(common),
        Resumed::Closed => {
            let w = words();
            let (what, next) = (w.resume_nothing_written, w.resume_nothing_written_next);
            return Err(unchanged(ErrorKind::NothingToDo.problem(what, "", next)));
        }
        Resumed::Recovered(applied) => {
            let recovery = output::Recovery {
                applied: &applied,
                tested: finished.tested.as_deref(),
                cautions: &[],
                site: &survey::summary(&session).site,
                again: &again,
                all,
            };
            let exit = output::recovered(common.json, Older::default(), &recovery);
            output::last_word(common.json, &recovery);
            exit
        }
        Resumed::TakenBack(backup, undone) => {
            output::undone(common.json, &[], &backup, &undone, (&after, &again))
        }
        Resumed::PutBack(backup, restored) => output::restored(common.json, &backup, &restored),
    })
}

/// Closes the run that was interrupted, whose backup is lost.
pub(super) fn give_up(common: &Common) -> CommandResult {
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let closed = usecase::give_up::give_up(&mut session, &common.options(), &reporter);
    let Some(closed) = closed.map_err(refused)? else {
        return Ok(nothing_to_resume(common));
    };
    let (runs, left) = (&closed.given_up.runs, &closed.given_up.left);
    let mut out = Out::stdout();
    if common.json {
        let left: Vec<_> = left.iter().map(|path| path.to_string_lossy()).collect();
        let runs: Vec<_> = runs.iter().map(|run| run.id).collect();
        out.json(&serde_json::json!({
            "schema": 1, "resumed": false, "given_up": runs, "left": left,
        }));
        return Ok(Exit::Fine);
    }
    for run in runs {
        let kind = sentences::journal::kind(run.kind);
        let started = sentences::journal::time(&run.started);
        out.line(&text!(given_up, kind, started));
    }
    for path in left {
        let path = shown(&path).to_string();
        out.line(&text!(given_up_left, path));
    }
    out.line(&text!(given_up_next, check = closed.check));
    Ok(Exit::Fine)
}

fn nothing_to_resume(common: &Common) -> Exit {
    let mut out = Out::stdout();
    if common.json {
        out.json(&serde_json::json!({"schema": 1, "resumed": false}));
    } else {
        let folder = shown(&common.options().state_dir).to_string();
        out.line(words().resume_nothing);
        out.line(&text!(resume_nothing_in, folder));
        out.line(sentences::journal::elsewhere(
            around::surroundings().is_some(),
        ));
    }
    Exit::Fine
}
