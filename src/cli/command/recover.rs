//! `recover`: what it would come to, then, with `--yes`, exactly that.

use std::path::Path;
use std::time::Duration;

use super::again;
use crate::cli::arguments::Common;
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused, unchanged};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::plan::Strategy;
use crate::engine::report;
use crate::engine::session::{hour, survey};
use crate::engine::usecase::recover::{self, Orders, Terms, Wishes};
use crate::engine::usecase::{Refused, quiet};
use crate::io::state::passwords::{self, PasswordLine, PasswordsError};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// How an install is to be recovered.
pub(super) struct Flags<'a> {
    /// The strategy; `None` takes the recommended one.
    pub(super) strategy: Option<Strategy>,
    /// The file of new passwords.
    pub(super) passwords: Option<&'a Path>,
    /// Whether older passwords are taken.
    pub(super) take_older: bool,
    /// Whether every login is tried afterwards.
    pub(super) test: bool,
    /// Whether everything is listed.
    pub(super) all: bool,
    /// How long is waited for a quiet moment.
    pub(super) wait_for_quiet: Option<Duration>,
}

/// Shows the plan, or backs up and carries it out.
pub(super) fn run(common: &Common, yes: bool, asked: Flags<'_>) -> CommandResult {
    let wishes = Wishes {
        strategy: asked.strategy,
        passwords: asked
            .passwords
            .map_or(Ok(Vec::new()), lines)
            .map_err(not_started)?,
        take_older: asked.take_older,
    };
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    let options = common.options();
    if let Some(limit) = asked.wait_for_quiet {
        quiet::wait(&mut session, limit, &reporter).map_err(unchanged)?;
    }
    let mut unattended = recover::prepare(&session, wishes).map_err(refused)?;
    let cautions = output::cautions(&options);
    if !yes {
        let w = words();
        let foreseen = recover::foresee(&mut session, &unattended, options.artisan);
        let ready = foreseen.map_err(refused)?;
        let (entered, older_places) = (&unattended.choices.entered, &unattended.older_places);
        let assessment = session.assess();
        let hour = hour::look(&mut session);
        let unfinished = session.unfinished();
        if common.json {
            let older = report::Older::of(&assessment, older_places, entered);
            let json = report::planned_json(&ready, &assessment, older).at(&hour);
            Out::stdout().json(&output::Cautioned::new(json, &cautions).after(unfinished));
        } else {
            let mut out = Out::stdout();
            output::plan(&mut out, &assessment, &ready, older_places, asked.all);
            out.line(&sentences::hour::hour(&hour));
            if !ready.writes_nothing() {
                out.line(&sentences::hour::holds(&hour));
            }
            if asked.take_older {
                output::not_taken(&mut out, &assessment, entered);
            }
        }
        let needs_yes = match ready.writes_nothing() {
            true => w.recover_would_nothing,
            false => w.recover_needs_yes,
        };
        let root = &session.install.root;
        let again = again::options(common, &common.look_in, &assessment, root);
        let next = (!ready.writes_nothing()).then(|| carried_out(common, &asked, &again));
        let exit = output::only_shown(&session, &options, unfinished, needs_yes, next.as_deref());
        if unfinished.is_none() && ready.writes_nothing() && !common.json {
            output::still_missing(&assessment, &again);
        }
        return Ok(exit);
    }
    let terms = Terms {
        options: &options,
        artisan: options.artisan,
        restart_anyway: false,
        prove: asked.test,
        first: None,
    };
    let confirmed = Orders::Unattended(&mut unattended);
    let recovered = recover::recover(&mut session, confirmed, &terms, &reporter);
    let (entered, older_places) = (&unattended.choices.entered, &unattended.older_places);
    let recovered = recovered.map_err(|why| {
        if let Refused::Failed(failure) = &why
            && let Some(possible) = &failure.plan
        {
            let assessment = session.assess();
            output::plan(
                &mut Out::stderr(),
                &assessment,
                possible,
                older_places,
                asked.all,
            );
        }
        refused(why)
    })?;
    if asked.take_older && !common.json {
        output::not_taken(&mut Out::stdout(), &unattended.before, entered);
    }
    let after = &recovered.applied.after;
    let again = again::options(common, &common.look_in, after, &session.install.root);
    let older = report::Older::of(&unattended.before, older_places, entered);
    let recovery = output::Recovery {
        applied: &recovered.applied,
        tested: recovered.tested.as_deref(),
        cautions: &cautions,
        site: &survey::summary(&session).site,
        again: &again,
        all: asked.all,
    };
    let exit = output::recovered(common.json, older, &recovery);
    output::last_word(common.json, &recovery);
    Ok(exit)
}

/// The command that carries out the plan that was shown.
fn carried_out(common: &Common, asked: &Flags<'_>, again: &str) -> String {
    let strategy = asked
        .strategy
        .map(|strategy| format!("--strategy {}", strategy.name()));
    let own = [
        strategy,
        again::with_path("--passwords", asked.passwords),
        again::flag("--take-older", asked.take_older),
        again::flag("--no-test", !asked.test),
    ];
    let own: Vec<String> = own.into_iter().flatten().collect();
    again::carried_out("recover", &own, common, again)
}

/// The lines of a file of passwords.
fn lines(path: &Path) -> Result<Vec<PasswordLine>, Problem> {
    let w = words();
    passwords::read(path).map_err(|e| {
        let from = match path == Path::new("-") {
            true => w.source_stdin.to_owned(),
            false => shown(path).to_string(),
        };
        let what = text!(passwords_file_unusable, path = from);
        let next = match e {
            PasswordsError::Unreadable(_) => w.passwords_unreadable_next,
            PasswordsError::Form(..) | PasswordsError::Empty => w.passwords_next,
        };
        ErrorKind::BadInput.problem(what, e.to_string(), next)
    })
}
