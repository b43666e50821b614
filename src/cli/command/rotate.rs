//! `rotate`: what a new key breaks, then, with `--yes`, the keys into a safe, and everything to the new one.

use std::borrow::Cow;

use serde::Serialize;

use super::again;
use super::safe::{SafeMadeJson, caution, json, lock, noted, tell};
use crate::cli::arguments::{Common, RotateOptions};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::exit::Exit;
use crate::engine::report::{self, PlannedRecoveryJson, RecoverJson};
use crate::engine::session::{hour, survey};
use crate::engine::usecase::recover::Terms;
use crate::engine::usecase::rotate::{self, RotationForeseen, SafeOrder};
use crate::engine::usecase::safe as safes;
use crate::io::os::around;
use crate::sentences::commands::{decrypt, word};
use crate::sentences::{self, rotation, shell};
use crate::words::words;

/// What would be done, as programs read it: the form of `recover`, with what a rotation adds.
#[derive(Serialize)]
struct PlannedJson<'a> {
    #[serde(flatten)]
    plan: PlannedRecoveryJson<'a>,
    mailboxes: usize,
    files: Vec<Cow<'a, str>>,
    key_in_safe: bool,
    breaks: Vec<String>,
    afterwards: &'a [String],
}

/// What was done, as programs read it: the form of `recover`, with the safe.
#[derive(Serialize)]
struct RotatedJson<'a> {
    #[serde(flatten)]
    recovered: RecoverJson<'a>,
    #[serde(flatten)]
    safe: Option<SafeMadeJson<'a>>,
    afterwards: &'a [String],
}

/// Shows what it comes to, or does it.
pub(super) fn run(common: &Common, asked: &RotateOptions) -> CommandResult {
    let path = asked.output.as_deref();
    if let Some(path) = path {
        safes::require_new(path).map_err(not_started)?;
    }
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    if let Some(path) = path {
        safes::require_place(path, &session.install.root).map_err(not_started)?;
    }
    let options = common.options();
    let mut unattended = rotate::prepare(&session).map_err(refused)?;
    let foreseen = rotate::foresee(&mut session, &unattended, &options).map_err(refused)?;
    let mut cautions = output::cautions(&options);
    cautions.extend(path.and_then(caution));
    let assessment = session.assess();
    let again = again::options(common, &common.look_in, &assessment, &session.install.root);
    let program = around::program();
    let safe = path.map_or_else(|| "FILE".to_owned(), shell);
    let plan = &foreseen.ready.plan;
    let decrypt = decrypt(&safe, asked.lock.is_to_recipients());
    let recover = text!(rotate_recover, decrypt, program, again);
    let afterwards = rotation::afterwards(plan, &assessment, foreseen.licences, &recover);
    if !asked.yes {
        let hour = hour::look(&mut session);
        let unfinished = session.unfinished();
        if common.json {
            let older = report::Older::default();
            let json = PlannedJson {
                plan: report::planned_json(&foreseen.ready, &assessment, older).at(&hour),
                mailboxes: foreseen.mailboxes,
                files: foreseen.files.iter().map(|f| f.to_string_lossy()).collect(),
                key_in_safe: foreseen.kept,
                breaks: rotation::breaks(plan, &assessment),
                afterwards: &afterwards,
            };
            Out::stdout().json(&output::Cautioned::new(json, &cautions).after(unfinished));
        } else {
            let named = path.map(shell);
            show(&foreseen, &assessment, named.as_deref(), &afterwards);
            let mut out = Out::stdout();
            out.line(&sentences::hour::hour(&hour));
            out.line(&sentences::hour::holds(&hour));
        }
        let output = options_again(common, asked, foreseen.kept);
        let needs_yes = text!(rotate_needs_yes, program, output, again);
        let exit = output::only_shown(&session, &options, unfinished, &needs_yes, None);
        return Ok(exit);
    }
    // Nobody is asked for a passphrase in vain.
    let lock = match path {
        Some(_) => Some(lock(&asked.lock).map_err(not_started)?),
        None => rotate::require_kept(&session, &options)
            .map(|()| None)
            .map_err(not_started)?,
    };
    let order = path.zip(lock.as_ref());
    let order = order.map(|(path, lock)| SafeOrder { path, lock });
    let terms = Terms {
        options: &options,
        artisan: options.artisan,
        restart_anyway: false,
        prove: !asked.no_test,
        first: None,
    };
    let done = rotate::rotate(
        &mut session,
        &mut unattended,
        &terms,
        order.as_ref(),
        &reporter,
    );
    noted(done.not_noted.map_or(Ok(()), Err));
    let recovered = done.recovered.map_err(|why| {
        if done.safe.is_some() {
            Out::stderr().line(&text!(rotate_safe_stays, path = safe));
        }
        refused(why)
    })?;
    let applied = &recovered.applied;
    let site = survey::summary(&session).site;
    let tested = recovered.tested.as_deref();
    if common.json {
        let json = RotatedJson {
            recovered: report::recover_json(applied, report::Older::default(), tested, &site),
            safe: done.safe.as_ref().map(|made| json(path, made)),
            afterwards: &afterwards,
        };
        Out::stdout().json(&output::Cautioned::new(json, &cautions));
        return Ok(Exit::of_recovery(applied.verified, &applied.after));
    }
    let older = report::Older::default();
    let recovery = output::Recovery {
        applied,
        tested,
        cautions: &cautions,
        site: &site,
        again: &again,
        all: asked.all,
    };
    let exit = output::recovered(false, older, &recovery);
    let mut out = Out::stdout();
    out.line("");
    match &done.safe {
        Some(made) => tell(&mut out, &safe, made, &assessment),
        None => out.line(&text!(rotate_new_not_safe, program, again)),
    }
    listed(&mut out, words().rotate_afterwards, &afterwards);
    output::last_word(false, &recovery);
    Ok(exit)
}

/// The options that only this command has, once more, each with a blank before it. Where the keys are put is asked for, unless
/// they are `kept` already.
fn options_again(common: &Common, asked: &RotateOptions, kept: bool) -> String {
    let output = match asked.output.as_deref() {
        None if kept => None,
        None => Some("--output FILE".to_owned()),
        path => again::with_path("--output", path),
    };
    let lock = &asked.lock;
    let recipients = lock.recipient.iter();
    let recipients = recipients.map(|one| format!("--recipient {}", word(one)));
    let files = lock.recipients_file.iter();
    let files = files.filter_map(|path| again::with_path("--recipients-file", Some(path)));
    let passphrase = again::with_path("--passphrase-file", lock.passphrase_file.as_deref());
    let flags = [
        again::flag("--no-test", asked.no_test),
        again::flag("--restart-workers", common.restart_workers),
    ];
    let all = output.into_iter().chain(recipients).chain(files);
    let all = all.chain(passphrase).chain(flags.into_iter().flatten());
    all.map(|option| format!(" {option}")).collect()
}

/// What it would come to, for people.
fn show(
    foreseen: &RotationForeseen,
    assessment: &Assessment,
    path: Option<&str>,
    afterwards: &[String],
) {
    let w = words();
    let ready = &foreseen.ready;
    let key = assessment.circumstances.effective;
    let key = key.map(|key| assessment.name(key)).unwrap_or_default();
    let mut out = Out::stdout();
    out.line(&text!(rotate_head, key));
    listed(
        &mut out,
        w.rotate_breaks,
        &rotation::breaks(&ready.plan, assessment),
    );
    let first = match (path, foreseen.kept) {
        (Some(path), _) => text!(rotate_safe_first, path),
        (None, true) => w.rotate_safe_kept.to_owned(),
        (None, false) => w.rotate_safe_needed.to_owned(),
    };
    let does = rotation::does(&ready.plan, assessment, &ready.refresh, foreseen.mailboxes);
    listed(&mut out, w.rotate_does, &[vec![first], does].concat());
    listed(&mut out, w.rotate_afterwards, afterwards);
}

/// A head, and what stands below it.
fn listed(out: &mut Out, head: &str, lines: &[String]) {
    out.line(head);
    lines.iter().for_each(|line| out.line(&format!("  {line}")));
}
