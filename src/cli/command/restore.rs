//! `restore`: what it would come to, then, with `--yes`, exactly that.

use std::path::Path;

use super::again;
use crate::cli::arguments::{Common, PassphraseSource};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused};
use crate::cli::output::{self, Out};
use crate::cli::passphrase;
use crate::cli::reporter::TerminalReporter;
use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::inventory::secret::{Cell, NamedPlace, Place, Table};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::run::Run;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::exit::Exit;
use crate::engine::recovery::restore::{Foretold, PutBack, Restored};
use crate::engine::recovery::run_log;
use crate::engine::report::restore as report;
use crate::engine::usecase::restore::{self, RestoreOnto};
use crate::io::db::Swap;
use crate::sentences;
use crate::words::columns::padded;
use crate::words::untrusted::shown;
use crate::words::words;

/// Says what a backup would put back, or, where it is said onto what, puts it back.
pub(super) fn run(
    common: &Common,
    folder: &Path,
    onto: Option<RestoreOnto>,
    source: &PassphraseSource,
) -> CommandResult {
    let options = common.options();
    let mut ask = |folder: &Path| passphrase::ask(source, folder);
    let backup = restore::open(folder, &options, &mut ask).map_err(not_started)?;
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let foretold = restore::foresee(&mut session, &backup).map_err(refused)?;
    let cautions = output::cautions(&options);
    let Some(onto) = onto else {
        // It ends a run that rests on it.
        let stands = |run: &&Run| !run_log::is_settled_by(run, &backup.folder);
        let unfinished = session.unfinished().filter(stands);
        if common.json {
            let json = report::planned(&foretold);
            Out::stdout().json(&output::Cautioned::new(json, &cautions).after(unfinished));
        } else {
            would(&mut Out::stdout(), &foretold);
        }
        let w = words();
        let needs_yes = match foretold.is_nothing() {
            true => w.quit_nothing_changed,
            false => w.restore_needs_yes,
        };
        let again = again::options(
            common,
            &common.look_in,
            &foretold.now,
            &session.install.root,
        );
        let passphrase = source.passphrase_file.as_deref();
        let own = again::with_path("--passphrase-file", passphrase);
        let own: Vec<String> = own.into_iter().chain([sentences::shell(folder)]).collect();
        let next = again::carried_out("restore", &own, common, &again);
        let next = (!foretold.is_nothing()).then_some(next.as_str());
        let exit = output::only_shown(&session, &options, unfinished, needs_yes, next);
        return Ok(exit);
    };
    let done = restore::restore(&mut session, &options, &backup, foretold, onto, &reporter);
    let PutBack {
        restored,
        foretold,
        safety,
    } = done.map_err(refused)?;
    if common.json {
        let json = report::restored(&foretold, &restored, folder, &safety.folder);
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
    } else {
        let undo = restore::take_back(&session, &safety);
        did(
            &mut Out::stdout(),
            &foretold,
            &restored,
            &safety.folder,
            &undo,
        );
    }
    Ok(if restored.surprises.is_empty() {
        Exit::Fine
    } else {
        Exit::Unreadable
    })
}

/// What a restore would change, and what every secret reads like now and afterwards.
fn would(out: &mut Out, foretold: &Foretold) {
    let w = words();
    if foretold.other_data {
        out.line(&restore::on_other_data().to_string());
    }
    if foretold.is_nothing() {
        out.line(w.restore_would_nothing);
    } else {
        out.line(&text!(
            restore_would,
            rows = foretold.rows().len(),
            files = foretold.files().len()
        ));
    }
    for swap in foretold.rows() {
        out.line(&format!("  {}", changed(foretold, swap)));
    }
    for file in foretold.files() {
        let path = shown(&file.path).to_string();
        let text = match file.after {
            Some(_) => path,
            None => text!(restore_file_removed, path),
        };
        out.line(&format!("  {text}"));
    }
    let key = |key: Option<Fingerprint>| match key {
        Some(key) => foretold.now.name(key),
        None => w.no_usable_key.to_owned(),
    };
    let (now, after) = (foretold.key_now(), foretold.key_after);
    out.line(&if now == after {
        text!(restore_key_stays, key = key(now))
    } else {
        text!(restore_key_moves, now = key(now), after = key(after))
    });
    let (before, summary) = (foretold.now.summary, foretold.summary());
    out.line(&text!(
        restore_readable,
        now = before.readable(),
        of_now = before.all(),
        after = summary.readable(),
        of_after = summary.all()
    ));
    readings(out, foretold);
    if summary.readable() < before.readable() {
        out.line(w.restore_reads_fewer);
    }
    if foretold.other_database {
        out.line(w.restore_other_database);
    }
}

/// A stored value that would change, by the secret in it.
fn changed(foretold: &Foretold, swap: &Swap) -> String {
    let both = foretold.secrets().into_iter();
    let mut secrets = both.filter_map(|(now, after)| after.or(now));
    let is_it = |cell: &Cell| {
        (cell.table.name(), cell.id, &cell.column) == (swap.table, swap.id, &swap.column)
    };
    match secrets.find(|secret| is_it(&secret.place.cell)) {
        Some(secret) => sentences::place::of_secret(secret),
        None => match swap.cell() {
            Some(cell) => sentences::place::of_owner(&nothing_in(&foretold.now, cell)),
            None => shown(&format!("{}#{}.{}", swap.table, swap.id, swap.column)).to_string(),
        },
    }
}

/// A cell that holds no secret now and none afterwards, by the mailbox it belongs to.
fn nothing_in(now: &Assessment, cell: Cell) -> NamedPlace {
    let of_cell = |mailbox: &&Mailbox| cell.table == Table::Mailboxes && mailbox.id == cell.id;
    let mailbox = now.mailboxes.iter().find(of_cell);
    NamedPlace {
        owner: mailbox
            .map(|mailbox| mailbox.name.clone())
            .unwrap_or_default(),
        place: Place { cell, token: None },
        kind: None,
    }
}

/// What every secret reads like now and afterwards: those that read alike stand together, a line each.
fn readings(out: &mut Out, foretold: &Foretold) {
    let w = words();
    let says = |secret: Option<&SecretReport>| match secret {
        Some(secret) => sentences::verdict(secret, &foretold.now),
        None => w.restore_no_secret.to_owned(),
    };
    let mut alike: Vec<((String, String), Vec<String>)> = Vec::new();
    for (now, after) in foretold.secrets() {
        let Some(of) = after.or(now) else {
            continue;
        };
        let (reading, name) = ((says(now), says(after)), sentences::place::of_secret(of));
        match alike.iter_mut().find(|(other, _)| *other == reading) {
            Some((_, names)) => names.push(name),
            None => alike.push((reading, vec![name])),
        }
    }
    for ((now, after), names) in alike {
        if now == after {
            out.line(&format!("  {} {now}", w.restore_stays));
        } else {
            for (when, reading) in [(w.restore_now, now), (w.restore_after, after)] {
                out.line(&format!("  {} {reading}", padded(when, 6)));
            }
        }
        names
            .iter()
            .for_each(|name| out.line(&format!("      {name}")));
    }
}

/// What a restore came to.
fn did(out: &mut Out, foretold: &Foretold, restored: &Restored, safety: &Path, undo: &str) {
    let w = words();
    out.line(&restored.done());
    let safety = shown(&safety).to_string();
    out.line(&text!(undo_safety, folder = safety));
    if !restored.is_nothing() {
        out.line(&text!(restored_undo, undo));
    }
    restored.notes.iter().for_each(|note| out.line(note));
    if restored.surprises.is_empty() {
        let summary = foretold.summary();
        out.line(&text!(
            restored_as_foretold,
            readable = summary.readable(),
            total = summary.all()
        ));
        return;
    }
    out.line(w.restored_otherwise);
    for of in &restored.surprises {
        out.line(&format!("  {}", sentences::place::of_owner(of)));
    }
}
