//! `safe --paper`: the key in force on a page, and its code as a picture.

use std::io::IsTerminal;
use std::path::Path;

use supports_color::Stream;

use super::safe::noted;
use crate::cli::arguments::{Common, SafeOptions, is_stdin};
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::Out;
use crate::cli::reporter::TerminalReporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::exit::Exit;
use crate::engine::safe::KeptKey;
use crate::engine::safe::page::{CodeDrawing, Page};
use crate::engine::usecase::safe as usecase;
use crate::io::os::locale;
use crate::words::untrusted::shown;
use crate::words::words;

/// Where the page goes.
enum PageTarget<'a> {
    /// To a terminal, or to whatever reads standard output, as it was asked for.
    Standard,
    /// To this new file.
    File(&'a Path),
    /// Nowhere: only the picture is wanted.
    Nowhere,
}

/// Makes a page and a picture, as asked for. They are not encrypted, so they go only where they were named to go, or to the
/// terminal.
pub(super) fn run(common: &Common, options: &SafeOptions) -> CommandResult {
    let target = target(common, options).map_err(not_started)?;
    let svg = options.svg.as_deref();
    let file = match target {
        PageTarget::File(path) => Some(path),
        PageTarget::Standard | PageTarget::Nowhere => None,
    };
    for path in [file, svg].into_iter().flatten() {
        usecase::require_new(path).map_err(not_started)?;
    }
    let reporter = TerminalReporter::default();
    let session = opened(common, &reporter).map_err(not_started)?;
    let page = Page::of(&session).map_err(not_started)?;
    let install = &session.install.root;
    let picture = svg.map(|path| Ok((path, page.svg()?))).transpose();
    if let Some((path, picture)) = picture.map_err(not_started)? {
        usecase::write_unencrypted(path, picture.as_bytes(), install).map_err(not_started)?;
    }
    if let Some(path) = file {
        let text = page.text(CodeDrawing::Ink);
        usecase::write_unencrypted(path, text.as_bytes(), install).map_err(not_started)?;
    }
    let fingerprint = page.fingerprint().to_string();
    let place = file.or(svg);
    noted(usecase::note_keys(
        &session,
        &common.options(),
        &[fingerprint],
        place,
    ));
    if common.json {
        let assessment = session.assess();
        let name = |path: Option<&Path>| path.map(|path| path.to_string_lossy().into_owned());
        let keys = usecase::in_force(&session, &assessment);
        Out::stdout().json(&serde_json::json!({
            "schema": 1,
            "paper": {"path": name(file), "svg": name(svg)},
            "keys": keys.iter().map(KeptKey::json).collect::<Vec<_>>(),
        }));
        return Ok(Exit::Fine);
    }
    if matches!(target, PageTarget::Standard) {
        Out::stdout().as_it_is(page.text(drawing()).as_bytes());
    }
    let mut err = Out::stderr();
    for path in [file, svg].into_iter().flatten() {
        err.line(&text!(page_done, path = shown(&path)));
    }
    err.line(words().page_keep);
    Ok(Exit::Fine)
}

fn target<'a>(common: &Common, options: &'a SafeOptions) -> Result<PageTarget<'a>, Problem> {
    let w = words();
    let usage = |what: &str, next| Err(ErrorKind::Usage.problem(what, "", next));
    match options.output.as_deref() {
        Some(path) if !is_stdin(path) => Ok(PageTarget::File(path)),
        None if options.svg.is_some() && (common.json || !std::io::stdout().is_terminal()) => {
            Ok(PageTarget::Nowhere)
        }
        _ if common.json => usage(w.safe_json_shared, w.safe_json_shared_next),
        // A pipe that nobody thought of may end in a log.
        None if !std::io::stdout().is_terminal() => {
            usage(w.page_no_terminal, w.page_no_terminal_next)
        }
        _ => Ok(PageTarget::Standard),
    }
}

/// How the code is drawn on standard output.
fn drawing() -> CodeDrawing {
    if !std::io::stdout().is_terminal() {
        return CodeDrawing::Ink;
    }
    match supports_color::on(Stream::Stdout) {
        Some(level) if locale::is_utf8() => CodeDrawing::Coloured {
            indexed: level.has_256,
        },
        _ => CodeDrawing::None,
    }
}
