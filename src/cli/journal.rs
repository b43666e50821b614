//! `resume` and `history`: what the journal is for.

use super::output::{self, Out};
use super::run::{CommandResult, failed, not_started, tested, unchanged};
use super::{Common, PassphraseSource, passphrase};
use std::path::Path;

use crate::domain::run::Run;
use crate::engine::exit::Exit;
use crate::engine::recovery::backup::backup_problem;
use crate::engine::recovery::give_up;
use crate::engine::recovery::give_up::GivenUp;
use crate::engine::recovery::resume;
use crate::engine::recovery::resume::Resumed;
use crate::engine::recovery::run_log;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::report::Older;
use crate::engine::session::survey;
use crate::io::os::signals::PutOff;
use crate::io::state::backup::Backup;
use crate::sentences;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// Finishes the run that was interrupted.
pub(super) fn resume(common: &Common, test: bool, source: &PassphraseSource) -> CommandResult {
    let mut session = common.open().map_err(not_started)?;
    let options = common.options();
    let root = session.install.root.clone();
    let unfinished = run_log::unfinished(&options, &root).map_err(not_started)?;
    if unfinished.is_none() {
        return Ok(nothing_to_resume(common.json));
    }
    let mut ledger = Ledger::open(&options, &session).map_err(not_started)?;
    let mut progress = output::progress();
    let mut open = |folder: &Path| {
        let mut backup = Backup::open(folder).map_err(|e| backup_problem(&e))?;
        passphrase::open(&mut backup, common, source)?;
        Ok(backup)
    };
    let signals = PutOff::begin();
    let resumed =
        resume::resume(&mut session, &mut ledger, &mut open, &mut progress).map_err(failed)?;
    Ok(match resumed {
        Resumed::Nothing => nothing_to_resume(common.json),
        Resumed::Recovered(applied) => {
            let (tested, site) = tested(&mut session, test, &signals);
            let older = Older::default();
            output::recovered(common.json, &[], &applied, older, tested.as_deref(), &site)
        }
        Resumed::TakenBack(backup, undone) => output::undone(common.json, &[], &backup, &undone),
        Resumed::PutBack(backup, restored) => output::restored(common.json, &backup, &restored),
    })
}

/// Closes the run that was interrupted, whose backup is lost.
pub(super) fn give_up(common: &Common) -> CommandResult {
    let w = words();
    let session = common.open().map_err(not_started)?;
    let options = common.options();
    let _signals = PutOff::begin();
    let mut ledger = Ledger::open(&options, &session).map_err(not_started)?;
    let Some(GivenUp { runs, left }) = give_up::give_up(&mut ledger).map_err(unchanged)? else {
        return Ok(nothing_to_resume(common.json));
    };
    let mut out = Out::stdout();
    if common.json {
        let left: Vec<_> = left.iter().map(|path| path.to_string_lossy()).collect();
        let runs: Vec<_> = runs.iter().map(|run| run.id).collect();
        out.json(&serde_json::json!({
            "schema": 1, "resumed": false, "given_up": runs, "left": left,
        }));
        return Ok(Exit::Fine);
    }
    for run in &runs {
        let kind = sentences::journal::kind(run.kind);
        let started = sentences::journal::time(&run.started);
        out.line(&fill(w.given_up, &[("kind", &kind), ("started", &started)]));
    }
    for path in &left {
        let path = sanitize(&path.to_string_lossy());
        out.line(&fill(w.given_up_left, &[("path", &path)]));
    }
    out.line(&fill(
        w.given_up_next,
        &[("check", &ledger.command("check"))],
    ));
    Ok(Exit::Fine)
}

fn nothing_to_resume(json: bool) -> Exit {
    if json {
        Out::stdout().json(&serde_json::json!({"schema": 1, "resumed": false}));
    } else {
        Out::stdout().line(words().resume_nothing);
    }
    Exit::Fine
}

/// Tells what was done, the last first.
pub(super) fn history(common: &Common, all: bool) -> CommandResult {
    let w = words();
    let options = common.options();
    let install = match all {
        true => None,
        // The folder as the journal knows it; the install itself may be gone.
        false => Some(survey::find(common.install.as_deref()).map_err(not_started)?),
    };
    let install = install.map(|path| std::fs::canonicalize(&path).unwrap_or(path));
    let runs = run_log::history(&options, install.as_deref()).map_err(not_started)?;
    let mut out = Out::stdout();
    if common.json {
        let runs: Vec<_> = runs.iter().map(json).collect();
        out.json(&serde_json::json!({"schema": 1, "runs": runs}));
        return Ok(Exit::Fine);
    }
    if runs.is_empty() {
        let folder = sanitize(&options.state_dir.to_string_lossy());
        out.line(&fill(w.history_empty, &[("folder", &folder)]));
    }
    for run in &runs {
        let folder = sanitize(&run.backup.to_string_lossy());
        out.line(&sentences::journal::told(run));
        out.line(&format!("    {}", sentences::journal::by(run)));
        let rests = fill(w.run_rests_on, &[("folder", &folder)]);
        out.line(&format!("    {rests}"));
        if all {
            out.line(&format!("    {}", sanitize(&run.install.to_string_lossy())));
        }
    }
    Ok(Exit::Fine)
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::json!({
        "id": run.id, "kind": run.kind.code(), "outcome": run.outcome.code(),
        "install": run.install.to_string_lossy(), "backup": run.backup.to_string_lossy(),
        "started": run.started, "ended": run.ended,
        "host": run.origin.host, "user": run.origin.user, "from": run.origin.from, "pid": run.origin.pid,
        "version": run.origin.version, "strategy": run.strategy, "key": run.key,
        "resealed": run.resealed, "reentered": run.reentered,
    })
}
