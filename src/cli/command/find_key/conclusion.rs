//! What a search for keys comes to: the keys that matter first, what they would bring back, and the command to type next.

use std::path::{Path, PathBuf};

use crate::cli::arguments::Common;
use crate::cli::output::{self, Out};
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::{Assessment, KeyReport};
use crate::domain::verdict::finding::Finding;
use crate::engine::hunt::find_key::Hunted;
use crate::engine::hunt::processes;
use crate::engine::hunt::sieve::DECOYS_SHOWN;
use crate::engine::session::Session;
use crate::io::os::around;
use crate::io::os::processes::Belongs;
use crate::sentences;
use crate::words::untrusted::without_keys;
use crate::words::words;

/// Places listed of one key.
const PLACES: usize = 10;
/// Keys named in the conclusion.
const NAMED: usize = 5;
/// Sentences on when a lost key was in use.
const HINTS: usize = 2;

/// Keys other than the current one that decrypt something, what helps most first.
fn useful(assessment: &Assessment) -> Vec<&KeyReport> {
    let keys = assessment.keys.iter();
    let mut useful: Vec<_> = keys.filter(|key| !key.effective && key.opens > 0).collect();
    useful.sort_by_key(|key| std::cmp::Reverse(key.opens));
    useful
}

/// Those that a recovery can use, what helps most first, and the current one; how many others there are, and with `all` each of
/// them in a line.
pub(super) fn keys(out: &mut Out, assessment: &Assessment, hunted: &Hunted, all: bool) {
    let w = words();
    let places = if all { usize::MAX } else { PLACES };
    let (current, others): (Vec<_>, Vec<_>) = assessment.keys.iter().partition(|key| key.effective);
    for key in useful(assessment).into_iter().chain(current) {
        out.line(&sentences::key(key, assessment.summary.all()));
        for source in key.sources.iter().take(places) {
            out.line(&format!("      {}", sentences::source(source)));
        }
        let more = key.places().saturating_sub(places as u64);
        if more > 0 {
            out.line(&format!("      {}", text!(find_key_places_more, more)));
        }
    }
    let useless: Vec<_> = others.into_iter().filter(|key| key.opens == 0).collect();
    let listed = if all { &useless[..] } else { &[] };
    match (useless.len(), all) {
        (0, _) => {}
        (_, true) => out.line(w.find_key_useless),
        (count, false) if count >= DECOYS_SHOWN => {
            out.line(&text!(find_key_useless_many, count));
        }
        (count, false) => out.line(&text!(find_key_useless_folded, count)),
    }
    for key in listed {
        let at = key.sources.first().map(sentences::source);
        let at = at.unwrap_or_default();
        let public = key.published;
        let public = public.map(|published| text!(key_published_useless, published));
        let public = public.unwrap_or_default();
        out.line(&format!("  {}{public}  {at}", key.name()));
    }
    out.line(&text!(
        looked_in,
        files = hunted.looked.files,
        megabytes = (hunted.looked.bytes >> 20),
        seconds = format!("{:.1}", hunted.seconds)
    ));
    if hunted.layer_files > 0 {
        out.line(&text!(looked_in_layers, files = hunted.layer_files));
    }
}

/// What the search comes to.
pub(super) struct Conclusion {
    /// Sentences: what was found, and what to do next.
    lines: Vec<String>,
    /// The command that comes next.
    pub(super) next: Option<String>,
}

impl Conclusion {
    /// Of a search with these options; `again` spells them for a shell, with the places to search.
    pub(super) fn of(
        common: &Common,
        usual: bool,
        session: &Session,
        assessment: &Assessment,
        any_unread: bool,
        again: &dyn Fn(&[PathBuf]) -> String,
    ) -> Self {
        let (w, program) = (words(), around::program());
        let useful = useful(assessment);
        let unread = assessment.summary.all() - assessment.summary.readable();
        let lost = assessment.secrets.iter();
        let lost = lost
            .filter(|secret| matches!(secret.verdict, Verdict::UnknownKey { .. }))
            .count();
        let found =
            |key: &&KeyReport| text!(find_key_found, key = key.name(), opens = key.opens, unread);
        let mut lines: Vec<String> = useful.iter().take(NAMED).map(found).collect();
        if lost > 0 {
            lines.push(match useful.is_empty() {
                true => text!(find_key_none, lost),
                false => sentences::finding(&Finding::UnderUnknownKey { count: lost }),
            });
            if any_unread {
                lines.push(w.find_key_unread.to_owned());
            }
            lines.extend(hints(assessment));
        }
        let held = Held::of(session, &useful);
        let given = again(&common.look_in);
        let with = again(&held.look_in(common, assessment));
        let undecided = |f: &Finding| {
            matches!(
                f,
                Finding::UnfinishedRun { .. } | Finding::AnotherRun { .. }
            )
        };
        let first = assessment.findings.iter().any(undecided)
            || sentences::elsewhere::overruled(assessment).is_some();
        let next = if first || useful.is_empty() && lost == 0 {
            if !first {
                lines.push(w.find_key_not_needed.to_owned());
            }
            Some(format!("{program} check {with}"))
        } else if !useful.is_empty() && held.out_of_reach {
            lines.push(w.find_key_in_other_process.to_owned());
            Some(format!("{program} {with}"))
        } else if !useful.is_empty() {
            if held.in_memory {
                lines.push(w.find_key_in_memory.to_owned());
            }
            if held.stdin {
                lines.push(w.find_key_stdin.to_owned());
            }
            Some(format!("{program} recover {with}"))
        } else if !usual {
            Some(format!("{program} find-key --usual {given}"))
        } else {
            // Where to search, only the operator knows: that is said below.
            None
        };
        lines.extend(next.iter().map(|next| text!(find_key_next, next)));
        if lost > 0 && !first {
            if !useful.is_empty() && !usual {
                lines.push(text!(find_key_further_usual, program, again = with));
            } else {
                lines.push(text!(find_key_further, program, again = with));
            }
            if useful.is_empty() {
                lines.push(text!(find_key_without, program, again = with));
            }
        }
        Self { lines, next }
    }

    /// Says it.
    pub(super) fn tell(&self, out: &mut Out, assessment: &Assessment) {
        out.line(&output::summary(&assessment.summary));
        self.lines.iter().for_each(|line| out.line(line));
    }
}

/// When keys that are still lost were in use: what says that comes first.
fn hints(assessment: &Assessment) -> Vec<String> {
    let Some(timeline) = &assessment.timeline else {
        return Vec::new();
    };
    let uses = timeline.last_uses(assessment.circumstances.effective);
    let lost = uses.iter().filter(|used| used.era.key.is_none()).count();
    let said = sentences::timeline::says(timeline, assessment);
    said.into_iter().take(lost.min(HINTS)).collect()
}

/// Where the keys that help are to be had again.
#[derive(Default)]
struct Held {
    /// Files to search again; none where every command knows the key by itself.
    files: Vec<PathBuf>,
    /// Whether one of them came through standard input.
    stdin: bool,
    /// Whether one is only in the memory of a process of this install.
    in_memory: bool,
    /// Whether one is only in a process that no command but this one searches.
    out_of_reach: bool,
}

/// How a command that comes next regains a key.
enum Regained {
    /// By itself.
    Known,
    /// By searching this file.
    File(PathBuf),
    /// By reading standard input again.
    Stdin,
    /// By searching the memory of this install's own processes, which it does.
    Memory,
}

impl Held {
    fn of(session: &Session, useful: &[&KeyReport]) -> Self {
        let mut held = Self::default();
        for key in useful {
            let mut ways: Vec<Regained> = key
                .sources
                .iter()
                .filter_map(|source| way(session, source))
                .collect();
            // Nothing to search is better than a file, and a file better than memory, which ends with its process.
            ways.sort_by_key(|way| match way {
                Regained::Known => 0,
                Regained::File(_) => 1,
                Regained::Stdin => 2,
                Regained::Memory => 3,
            });
            match ways.into_iter().next() {
                Some(Regained::Known) => {}
                Some(Regained::File(path)) if held.files.contains(&path) => {}
                Some(Regained::File(path)) => held.files.push(path),
                Some(Regained::Stdin) => held.stdin = true,
                Some(Regained::Memory) => held.in_memory = true,
                None => held.out_of_reach = true,
            }
        }
        held
    }

    /// What the next command has to search: those files, and where older passwords turned up all that was searched.
    fn look_in(&self, common: &Common, assessment: &Assessment) -> Vec<PathBuf> {
        let mut places = self.files.clone();
        let older = assessment.recoverable.iter();
        let older = older.filter_map(|older| older.source.path.as_deref().map(nameable));
        for path in older.take(NAMED) {
            let covered = places.contains(&path);
            if !covered {
                places.push(path);
            }
        }
        let stdin = Path::new("-").to_owned();
        if self.stdin && common.look_in.contains(&stdin) {
            places.push(stdin);
        }
        places
    }
}

/// The file, or the folder around it where what it is called may be a key, which no command that is shown may name.
fn nameable(path: &Path) -> PathBuf {
    let shows_none = |path: &&Path| {
        let text = path.to_string_lossy();
        without_keys(&text) == text
    };
    let named = path.ancestors().find(shows_none);
    named.unwrap_or(path).to_owned()
}

/// How the next command gets at a key that stands there; `None` where it does not.
fn way(session: &Session, source: &Source) -> Option<Regained> {
    if source.backup.is_some() {
        return Some(Regained::Known);
    }
    match (source.kind, &source.path) {
        (
            SourceKind::Env | SourceKind::ConfigCache | SourceKind::KeyFile | SourceKind::Given,
            _,
        )
        | (SourceKind::ProcessEnvironment, None) => Some(Regained::Known),
        (SourceKind::ProcessEnvironment | SourceKind::ProcessMemory, Some(path)) => {
            let pid = path.components().nth(2)?.as_os_str().to_str()?;
            let pid: i32 = pid.parse().ok()?;
            let (running, _) = processes::queue(session);
            let ours = running
                .iter()
                .any(|process| process.pid == pid && process.belongs != Belongs::Elsewhere);
            ours.then_some(Regained::Memory)
        }
        (_, Some(path)) => Some(Regained::File(nameable(path))),
        (_, None) => Some(Regained::Stdin),
    }
}
