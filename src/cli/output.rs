//! Text for people: plain lines, nothing that a pipe could not take; colours only on a terminal.

pub(super) mod live;
pub(super) mod loudness;
mod next;
mod out;
mod recovered;
mod terminal;
mod wrapped;

use std::collections::BTreeSet;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::cli::outcome::CommandResult;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::hunt::old_payloads::standing::Recoverable;
use crate::domain::inventory::secret::{NamedPlace, Place, SecretKind};
use crate::domain::mail::state::Health;
use crate::domain::plan::PlanAction;
use crate::domain::plan::hour::Hour;
use crate::domain::run::Run;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::{Finding, Severity};
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::engine::exit::Exit;
use crate::engine::recovery::commands;
use crate::engine::recovery::restore::Restored;
use crate::engine::recovery::run_log;
use crate::engine::recovery::undo::Undone;
use crate::engine::report;
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::engine::session::volatile::{self, VolatileFolder, VolatileFolderJson};
use crate::engine::worker::{BackupDone, PlanReady, Survey};
use crate::io::hunt::HuntTotals;
use crate::sentences::many::ToldGroup;
use crate::sentences::{self, many};
use crate::words::untrusted::shown;
use crate::words::{joined, words};
pub use out::Out;
pub(super) use out::{forget_where_typed, json_was_given, lost, say_where_typed};
pub(super) use recovered::{Recovery, last_word};
pub(super) use terminal::Tone;

/// What was done or would be done, with the cautions about our folders, where there are any.
#[derive(serde::Serialize)]
pub(super) struct Cautioned<T> {
    #[serde(flatten)]
    inner: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cautions: Vec<VolatileFolderJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<UnfinishedJson>,
}

/// A run that has to be ended before anything else can be begun.
#[derive(serde::Serialize)]
struct UnfinishedJson {
    kind: &'static str,
    started: String,
}

impl<T> Cautioned<T> {
    pub(super) fn new(inner: T, cautions: &[VolatileFolder]) -> Self {
        Self {
            inner,
            cautions: cautions.iter().map(VolatileFolder::json).collect(),
            unfinished: None,
        }
    }

    /// With the run that has to be ended first, where there is one.
    pub(super) fn after(self, unfinished: Option<&Run>) -> Self {
        let json = |run: &Run| UnfinishedJson {
            kind: run.kind.code(),
            started: run.started.clone(),
        };
        Self {
            unfinished: unfinished.map(json),
            ..self
        }
    }
}

/// Says of folders of ours that they will not last, on standard error: before anything is written.
pub(super) fn cautions(options: &Options) -> Vec<VolatileFolder> {
    let cautions = volatile::cautions(options);
    let mut err = Out::aside();
    for caution in &cautions {
        err.line(&caution.sentence());
    }
    if !cautions.is_empty() {
        err.line(words().lasts_next);
    }
    cautions
}

/// The last word of what was only shown, on standard error: how it is done, with the command for it, where there is something
/// to do; or that a run has to be ended first, and how. Gives the exit code: whether it could be done.
pub(super) fn only_shown(
    session: &Session,
    options: &Options,
    unfinished: Option<&Run>,
    needs_yes: &str,
    next: Option<&str>,
) -> Exit {
    let Some(run) = unfinished else {
        let mut err = Out::aside();
        err.line(needs_yes);
        next.iter()
            .for_each(|next| err.line(&text!(find_key_next, next)));
        return Exit::Fine;
    };
    let mut err = Out::stderr();
    err.line(&sentences::journal::unfinished(run));
    err.line(&format!("  {}", words().run_unfinished_why));
    let ways = run_log::ways(options, &session.install.root, run);
    err.line(&format!("  {ways}"));
    Exit::Attention
}

/// How many installs are listed: a hoster's server has hundreds.
const INSTALLS: usize = 20;

/// The exit code of what only printed something; a problem where that could not be written.
pub(super) fn read_whole(exit: Exit) -> CommandResult {
    let Some(why) = lost() else {
        return Ok(exit);
    };
    let w = words();
    let problem =
        ErrorKind::NotWritable.problem(w.output_lost, why.to_string(), w.output_lost_next);
    Err((problem, Exit::Failed))
}

/// A problem, on standard error.
pub(super) fn problem(problem: &Problem) {
    let mut err = Out::stderr();
    err.marked(Tone::Bad, &problem.what, "");
    for found in problem.installs.iter().take(INSTALLS) {
        err.line(&format!("  {}", sentences::found::head(found)));
        err.line(&format!("      {}", sentences::found::how(&found.evidence)));
    }
    let more = problem.installs.len().saturating_sub(INSTALLS);
    if more > 0 {
        err.line(&format!("  {}", text!(found_more, count = more)));
    }
    // The same paths once more.
    let why = if problem.installs.is_empty() {
        problem.why.to_string()
    } else {
        String::new()
    };
    for part in [why, problem.next.clone()] {
        if !part.is_empty() {
            err.line(&format!("  {part}"));
        }
    }
}

/// What a search for keys of this install could not read.
pub(super) fn skipped(out: &mut Out, install: &Path, looked: &HuntTotals) {
    let install = commands::operand(install);
    for skipped in looked.skipped.iter().take(20) {
        out.line(&text!(look_skipped, what = skipped.sentence(&install)));
    }
    if let Some(unread) = sentences::unread::unread(&looked.unread()) {
        out.line(&text!(look_unread, unread));
    }
    let more = (looked.skipped.len() as u64 + looked.skipped_more).saturating_sub(20);
    if more > 0 {
        out.line(&text!(look_skipped_more, count = more));
    }
}

/// Every key, what it opens, and where it stands.
fn keys(out: &mut Out, assessment: &Assessment, sources: usize) {
    for key in &assessment.keys {
        out.line(&sentences::key(key, assessment.summary.all()));
        for source in key.sources.iter().take(sources) {
            out.line(&format!("      {}", sentences::source(source)));
        }
        // Who asked for few knows that there are more.
        if key.more > 0 && sources > key.sources.len() {
            let more = text!(find_key_places_more, more = key.more);
            out.line(&format!("      {more}"));
        }
    }
}

/// How many places of a key are listed, where not all are asked for.
const SOURCES: usize = 3;

/// What a finding's severity is called, and its tone.
fn severity(severity: Severity) -> (&'static str, Tone) {
    let w = words();
    match severity {
        Severity::Critical => (w.severity_critical, Tone::Bad),
        Severity::Warning => (w.severity_warning, Tone::Warning),
        Severity::Info => (w.severity_info, Tone::Plain),
    }
}

/// `check` in one line.
pub(super) fn check_briefly(out: &mut Out, survey: &Survey, assessment: &Assessment) {
    let (path, overview) = (shown(&survey.path), overview(&assessment.summary));
    let gravest = assessment.findings.first().map(Finding::severity);
    let (lead, tone) = match gravest {
        None => (words().brief_well, Tone::Good),
        Some(gravest) => severity(gravest),
    };
    out.marked(tone, lead, &text!(check_brief, path, overview));
}

/// `check` for people.
pub(super) fn check(
    out: &mut Out,
    survey: &Survey,
    assessment: &Assessment,
    hour: &Hour,
    again: &str,
    all: bool,
) {
    let w = words();
    out.line(&text!(
        check_install,
        path = shown(&survey.path),
        version = survey.version,
        server = survey.server,
        database = survey.database
    ));
    if let Some(how) = &survey.found {
        out.line(&text!(check_found, how));
    }
    out.line(&text!(check_web_user, user = survey.web_user));
    match assessment.keys.iter().find(|k| k.effective) {
        Some(key) => out.line(&text!(
            check_key,
            label = key.label,
            fingerprint = key.fingerprint,
            source = survey.key_source
        )),
        None => out.line(w.check_no_key),
    }
    out.line(&overview(&assessment.summary));
    out.line(&sentences::hour::hour(hour));
    out.line("");
    for finding in &assessment.findings {
        let (severity, tone) = severity(finding.severity());
        let said = format!("  {}", sentences::finding(finding));
        let blanks = " ".repeat(9_usize.saturating_sub(severity.width()));
        out.marked(tone, &format!("{blanks}{severity}"), &said);
    }
    if !assessment.findings.is_empty() {
        out.line("");
    }
    keys(out, assessment, if all { usize::MAX } else { SOURCES });
    if let Some(timeline) = &assessment.timeline {
        out.line("");
        out.line(w.timeline_head);
        for line in sentences::timeline::eras(timeline, assessment) {
            out.line(&format!("  {line}"));
        }
        for line in sentences::timeline::says(timeline, assessment) {
            out.line(&line);
        }
    }
    out.line("");
    let said = assessment
        .secrets
        .iter()
        .filter(|s| report::still_unreadable(s) || s.probably_wiped())
        .map(|s| (sentences::verdict(s, assessment), owned(s)));
    grouped(out, said, all);
    out.line(&summary(&assessment.summary));
    let overruled = sentences::elsewhere::overruled(assessment);
    if let Some(why) = overruled {
        out.line(why);
    }
    next::after_check(out, assessment, again);
}

/// What FreeScout reads and what it does not, with what "secrets" are: the first line that speaks of them.
fn overview(summary: &Summary) -> String {
    let (readable, all) = (summary.readable(), summary.all());
    let parts = sentences::rest(summary);
    match parts.is_empty() {
        true => text!(check_overview, readable, all),
        false => text!(
            check_overview_rest,
            readable,
            all,
            rest = all - readable,
            parts
        ),
    }
}

pub(super) fn summary(summary: &Summary) -> String {
    text!(
        check_summary,
        readable = summary.readable(),
        total = summary.all()
    )
}

/// Older passwords that are only offered for what stays lost.
pub(super) fn not_taken(out: &mut Out, assessment: &Assessment, entered: &BTreeSet<Place>) {
    let mut offered = report::not_taken(assessment, entered).peekable();
    if offered.peek().is_some() {
        out.line(words().older_not_taken);
    }
    for older in offered {
        let what = sentences::place(&older.place);
        let found = text!(sentence_of, clauses = sentences::older::older(older));
        let found = text!(said_of, what, said = found);
        let both = joined::sentences(&[found, sentences::older::standing(older)]);
        out.line(&format!("  {both}"));
    }
}

/// A plan for people, and the places that get an older password.
pub(super) fn plan(
    out: &mut Out,
    assessment: &Assessment,
    ready: &PlanReady,
    older: &BTreeSet<Place>,
    all: bool,
) {
    out.line(&text!(
        plan_figures,
        strategy = ready.plan.strategy.name(),
        resealed = ready.plan.resealed(),
        entered = ready.plan.entered(),
        before = assessment.summary.readable(),
        after = ready.after.readable(),
        total = ready.after.all()
    ));
    if let Some(why) = assessment
        .recommendation
        .filter(|r| r.strategy == ready.plan.strategy)
    {
        out.line(&sentences::why(why.why, &assessment.rules));
    }
    for text in sentences::key_written(&ready.plan, assessment)
        .into_iter()
        .chain([sentences::followed(&ready.refresh, assessment)])
        .chain(sentences::elsewhere::by_hand(&ready.plan, assessment))
    {
        out.line(&format!("  {text}"));
    }
    out.line(&sentences::damage::of(&ready.plan, assessment));
    if let Some(meaning) = sentences::damage::meaning(&ready.plan, assessment) {
        out.line(meaning);
    }
    // A plan has one step a secret, in the order of the secrets.
    let steps = ready.plan.steps.iter().zip(&assessment.secrets);
    let said = steps.filter_map(|(step, secret)| {
        let wiped = secret.probably_wiped() && step.action == PlanAction::Nothing;
        if !wiped && !step.action.writes() && step.action != PlanAction::StaysLost {
            return None;
        }
        let of_step = |o: &&Recoverable| o.place == step.place && older.contains(&o.place);
        let said = match assessment.takeable().find(of_step) {
            Some(taken) => sentences::older::with_origin(taken),
            None if wiped => sentences::verdict(secret, assessment),
            None => sentences::action(step.action, secret, assessment),
        };
        Some((said, owned(secret)))
    });
    grouped(out, said, all);
}

/// Whose a secret is, and what: "Support: incoming password (mailbox 3)".
pub(super) fn owned(secret: &SecretReport) -> String {
    let place = sentences::place::of_kind(&secret.place, secret.kind);
    match secret.kind {
        // Their owners are the names of the option and of the variable.
        SecretKind::SystemMail | SecretKind::EnvValue => place,
        _ => text!(said_of, what = secret.owner, said = place),
    }
}

/// What is said of several, once, and those of whom it is said below it: all, or the first ones.
fn grouped(out: &mut Out, said: impl Iterator<Item = (String, String)>, all: bool) {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (said, of) in said {
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, all)) => all.push(of),
            None => groups.push((said, vec![of])),
        }
    }
    for (said, of) in groups {
        let said = many::capital(said.trim_end_matches(['.', '。']));
        out.line(&format!("  {}", text!(group_of, said, count = of.len())));
        let lines = match all {
            true => of.into_iter().map(|of| format!("    {of}")).collect(),
            false => many::first(of.into_iter(), "    "),
        };
        lines.iter().for_each(|line| out.line(line));
    }
}

/// Groups, each with its heading in the colour of how it stands.
pub(super) fn groups(out: &mut Out, groups: &[ToldGroup]) {
    for group in groups {
        let tone = match group.health {
            Health::Broken => Tone::Bad,
            Health::Open => Tone::Warning,
            Health::Good => Tone::Good,
        };
        out.marked(tone, &group.head, "");
        group.lines.iter().for_each(|line| out.line(line));
    }
}

/// What a recovery came to, but for the last word, and the exit code. `older` are passwords that were taken, and those that were
/// not.
pub(super) fn recovered(json: bool, older: report::Older<'_>, recovery: &Recovery<'_>) -> Exit {
    let exit = recovered::told(json, older, recovery);
    if !json {
        let after = &recovery.applied.after;
        next::after_change(&mut Out::stdout(), after, recovery.again);
    }
    exit
}

/// What an undo came to, what is so now, with the options for what comes next, and the exit code.
pub(super) fn undone(
    json: bool,
    cautions: &[VolatileFolder],
    backup: &Path,
    undone: &Undone,
    (after, again): (&Assessment, &str),
) -> Exit {
    if json {
        let json = serde_json::json!({
            "schema": 1, "backup": backup.to_string_lossy(), "rows": undone.rows, "files": undone.files,
            "refused": places(&undone.refused), "stranded": places(&undone.stranded),
            "notes": undone.notes,
        });
        Out::stdout().json(&Cautioned::new(json, cautions));
    } else {
        let mut out = Out::stdout();
        undone.sentences().iter().for_each(|line| out.line(line));
        out.line("");
        out.line(&summary(&after.summary));
        next::after_change(&mut out, after, again);
    }
    if undone.refused.is_empty() && undone.stranded.is_empty() {
        Exit::Fine
    } else {
        Exit::Unreadable
    }
}

/// Places as the JSON forms name them.
pub(super) fn places(named: &[NamedPlace]) -> Vec<String> {
    let place = |of: &NamedPlace| of.place.to_string();
    named.iter().map(place).collect()
}

/// What putting a backup back came to in the end, and the exit code.
pub(super) fn restored(json: bool, backup: &Path, restored: &Restored) -> Exit {
    if json {
        Out::stdout().json(&serde_json::json!({
            "schema": 1, "backup": backup.to_string_lossy(), "rows": restored.rows, "files": restored.files, "as_foretold": restored.surprises.is_empty(),
        }));
    } else {
        let mut out = Out::stdout();
        restored.sentences().iter().for_each(|line| out.line(line));
    }
    if restored.surprises.is_empty() {
        Exit::Fine
    } else {
        Exit::Unreadable
    }
}

/// What is still missing, and how it comes back.
pub(super) fn still_missing(assessment: &Assessment, again: &str) {
    next::after_change(&mut Out::stdout(), assessment, again);
}

/// A finished backup.
pub(super) fn backup(done: &BackupDone) -> String {
    let mut text = if done.encrypted {
        text!(
            backup_done_encrypted,
            folder = shown(&done.folder),
            texts = done.cells,
            files = done.files,
            kib = done.bytes.div_ceil(1024)
        )
    } else {
        text!(
            backup_done,
            folder = shown(&done.folder),
            texts = done.cells,
            files = done.files,
            kib = done.bytes.div_ceil(1024)
        )
    };
    if let Some(keys) = &done.keys {
        let keys = shown(&keys).to_string();
        text += &format!("\n{}", text!(backup_keys_apart, keys));
    }
    text
}
