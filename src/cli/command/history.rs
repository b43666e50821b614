//! `history`: what was done, the last first.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::cli::arguments::Common;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::domain::run::watch::Turn;
use crate::domain::run::{Run, RunOutcome};
use crate::engine::exit::Exit;
use crate::engine::usecase::history::{self, History, Whose};
use crate::io::os::around;
use crate::io::state::journal::safes::NotedSafe;
use crate::io::state::journal::watched::ToldNews;
use crate::sentences::{self, shell};
use crate::words::untrusted::shown;

/// So many of one kind are each told on a line of their own.
const MOST_ALIKE: usize = 3;

/// Tells what was done on this install, or on all.
pub(super) fn run(common: &Common, all: bool) -> CommandResult {
    let options = common.options();
    let whose = match all {
        true => Whose::All,
        false => Whose::Of(common.install.as_deref()),
    };
    let history = history::history(&options, &whose).map_err(not_started)?;
    let nothing = history.is_empty();
    let History { runs, safes, told } = history;
    let unusable = history::unusable(&runs);
    let mut out = Out::stdout();
    if common.json {
        let json = |run: &Run| {
            let mut json = json(run, unusable.get(run.backup.as_path()));
            if let Some(undone) = run.undone_of(&runs) {
                json["undoes"] = undone.id.into();
            }
            json
        };
        let runs: Vec<_> = runs.iter().map(json).collect();
        let told: Vec<_> = told.iter().map(told_json).collect();
        let safes: Vec<_> = safes.iter().map(safe_json).collect();
        out.json(&serde_json::json!({"schema": 1, "runs": runs, "safes": safes, "watch": told}));
        return Ok(Exit::Fine);
    }
    if nothing {
        let folder = shown(&options.state_dir).to_string();
        out.line(&match all {
            true => text!(history_empty_all, folder),
            false => text!(history_empty, folder),
        });
        out.line(sentences::journal::elsewhere(
            around::surroundings().is_some(),
        ));
    }
    let mut asked = HashSet::new();
    let mut beside = beside(&safes, &told).into_iter().peekable();
    for run in &runs {
        let started = moment(&run.started);
        while let Some(one) = beside.next_if(|one| moment(one.at()) > started) {
            one.tell(&mut out, all);
        }
        let folder = shown(&run.backup).to_string();
        out.line(&sentences::journal::told(run, run.undone_of(&runs)));
        // The last one of an install is ended with all before it.
        if run.outcome == RunOutcome::Unfinished && asked.insert(&run.filed) {
            let ways = history::ways(&options, run);
            ways.lines()
                .for_each(|way| out.line(&format!("    {}", way.trim())));
        }
        out.line(&format!("    {}", sentences::journal::by(run)));
        let rests = text!(run_rests_on, folder);
        out.line(&format!("    {rests}"));
        if let Some(why) = unusable.get(run.backup.as_path()) {
            out.line(&format!("    {why}"));
        }
        if all {
            out.line(&format!(
                "    {}",
                sentences::journal::place(&run.identity())
            ));
        }
    }
    beside.for_each(|one| one.tell(&mut out, all));
    Ok(Exit::Fine)
}

/// What is told between the runs.
enum Beside<'a> {
    /// Keys were saved.
    Safe(&'a NotedSafe),
    /// The watch told this, all of one kind, in one round.
    Told(&'a [ToldNews]),
}

/// What is told between the runs, the last first.
fn beside<'a>(safes: &'a [NotedSafe], told: &'a [ToldNews]) -> Vec<Beside<'a>> {
    let told = told.chunk_by(ToldNews::is_alike).map(Beside::Told);
    let mut all: Vec<Beside<'_>> = told.chain(safes.iter().map(Beside::Safe)).collect();
    all.sort_by_key(|one| std::cmp::Reverse(moment(one.at())));
    all
}

impl Beside<'_> {
    fn at(&self) -> &str {
        match self {
            Beside::Safe(safe) => &safe.at,
            Beside::Told(alike) => alike.first().map_or("", |news| &news.at),
        }
    }

    fn tell(&self, out: &mut Out, all: bool) {
        match self {
            Beside::Safe(safe) => tell_safe(out, safe, all),
            Beside::Told(alike) => tell_alike(out, alike, all),
        }
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A moment of the journal, on the operator's clock.
fn clock(at: &str) -> String {
    match moment(at) {
        Some(at) => sentences::watch::claims::moment(at.as_second()),
        None => shown(at).to_string(),
    }
}

/// Where keys were saved, and which: "2026-11-24 14:02  Saved to /mnt/usb/key.age: …".
fn tell_safe(out: &mut Out, safe: &NotedSafe, all: bool) {
    let at = clock(&safe.at);
    let keys: Vec<String> = safe.keys.iter().map(|key| shown(key).to_string()).collect();
    let (count, keys) = (keys.len(), keys.join(", "));
    out.line(&match &safe.path {
        Some(path) => text!(history_safe, at, count, keys, path = shell(path)),
        None => text!(history_page, at, count, keys),
    });
    if all {
        out.line(&format!("    {}", shown(&safe.install)));
    }
}

/// What the watch told of one kind in one round: a key that is lost takes hundreds of mailboxes with it.
fn tell_alike(out: &mut Out, alike: &[ToldNews], all: bool) {
    let (named, rest) = match alike.len() > MOST_ALIKE {
        true => alike.split_at(1),
        false => (alike, &[][..]),
    };
    named.iter().for_each(|news| tell_news(out, news, all));
    if !rest.is_empty() {
        let more = text!(history_watch_alike, count = rest.len());
        out.line(&format!("    {more}"));
    }
}

/// What the watch told: "2026-11-24 14:02  The watch: …".
fn tell_news(out: &mut Out, news: &ToldNews, all: bool) {
    let at = clock(&news.at);
    let message = &news.message;
    out.line(&match news.known_turn() {
        Some(Turn::Ended) => text!(history_watch_ended, at, message),
        Some(Turn::Gone) => text!(history_watch_gone, at, message),
        _ => text!(history_watch, at, message),
    });
    if all {
        out.line(&format!("    {}", shown(&news.install)));
    }
}

fn safe_json(safe: &NotedSafe) -> serde_json::Value {
    serde_json::json!({
        "install": safe.install.to_string_lossy(), "at": safe.at,
        "path": safe.path.as_ref().map(|path| path.to_string_lossy()), "keys": safe.keys,
    })
}

fn told_json(news: &ToldNews) -> serde_json::Value {
    serde_json::json!({
        "install": news.install.to_string_lossy(), "at": news.at, "turn": news.turn, "code": news.code,
        "severity": news.severity, "subject": news.subject, "message": news.message,
    })
}

fn json(run: &Run, unusable: Option<&String>) -> serde_json::Value {
    let mut json = serde_json::json!({
        "id": run.id, "kind": run.kind.code(), "outcome": run.outcome.code(),
        "install": run.install.to_string_lossy(), "backup": run.backup.to_string_lossy(),
        "started": run.started, "ended": run.ended,
        "host": run.origin.host, "user": run.origin.user, "from": run.origin.from, "pid": run.origin.pid,
        "version": run.origin.version, "strategy": run.strategy, "key": run.key,
        "resealed": run.resealed, "reentered": run.reentered,
    });
    if let Some(container) = run.container() {
        json["container"] = container.word().into();
    }
    if let Some(why) = unusable {
        json["backup_unusable"] = why.as_str().into();
    }
    json
}
