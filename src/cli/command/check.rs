//! `check`: what is wrong, and what we would do.

use std::path::{Path, PathBuf};

use super::opened;
use crate::cli::arguments::Common;
use crate::cli::outcome::{CommandResult, not_started};
use crate::cli::output::{self, Out};
use crate::cli::reporter::TerminalReporter;
use crate::domain::verdict::finding::Severity;
use crate::engine::exit::Exit;
use crate::engine::recovery::commands;
use crate::engine::report;
use crate::engine::session::survey;
use crate::io::install;
use crate::sentences;

/// Says how things stand.
pub(super) fn run(common: &Common) -> CommandResult {
    let session = opened(common, &TerminalReporter::default()).map_err(not_started)?;
    let assessment = session.assess();
    if common.json {
        Out::stdout().json(&report::check_json(&session, &assessment));
    } else {
        let again = again(common, &session.install.root);
        output::check(
            &mut Out::stdout(),
            &survey::summary(&session),
            &assessment,
            &again,
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

/// These options and the install again, ready for a shell.
fn again(common: &Common, root: &Path) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut option =
        |name: &str, path: &Path| words.push(format!("{name} {}", sentences::shell(path)));
    for (name, paths) in [
        ("--look-in", &common.look_in),
        ("--key-file", &common.key_file),
    ] {
        paths.iter().for_each(|path| option(name, path));
    }
    for (name, folder) in [
        ("--backup-dir", &common.backup_dir),
        ("--keys-dir", &common.keys_dir),
        ("--state-dir", &common.state_dir),
    ] {
        folder.iter().for_each(|path| option(name, path));
    }
    words.extend(commands::container_option());
    words.extend(commands::web_user_option());
    if common.no_artisan {
        words.push("--no-artisan".to_owned());
    }
    words.push(sentences::shell(&as_given(common, root)));
    words.join(" ")
}

/// The install as the operator named it: a link may lead to another release by the time the next command is typed.
fn as_given(common: &Common, root: &Path) -> PathBuf {
    let given = common.install.as_ref();
    let given = given.and_then(|path| std::path::absolute(path).ok());
    let is_root = |path: &PathBuf| std::fs::canonicalize(path).is_ok_and(|real| real == root);
    given
        .filter(is_root)
        .unwrap_or_else(|| install::lasting_name(root))
}
