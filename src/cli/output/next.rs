//! What to do next, with the commands for it: the last lines of a command, as long as something is left to do.

use super::Out;
use crate::domain::plan::{Need, Recommendation, Strategy, Why};
use crate::domain::run::RunKind;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::Finding;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::report;
use crate::io::os::around;
use crate::sentences;
use crate::words::words;

/// One of so many secrets is few.
const FEW_OF: usize = 10;
/// Places named in a line.
const NAMED: usize = 10;

/// After `check`, whose last word it is that nothing is left.
pub(super) fn after_check(out: &mut Out, assessment: &Assessment, again: &str) {
    // Nothing else starts before it is decided, so nothing else is what to do next.
    if let Some(kind) = unfinished(assessment) {
        out.line(&match kind {
            RunKind::Undo => text!(check_finish_undo, program = around::program(), again),
            _ => text!(check_finish, program = around::program(), again),
        });
        return;
    }
    let untested = text!(check_logins_untested, program = around::program(), again);
    match assessment.recommendation {
        Some(recommended) => {
            let entered = passwords_to_enter(assessment);
            if recommended.strategy == Strategy::Reenter && !entered.is_empty() {
                let (count, places) = (entered.len(), first_of(&entered));
                out.line(&text!(check_enter, count, places));
                how_to_enter(out, recommended, again);
            } else if recommended.why == Why::KeyMissing {
                out.line(&text!(
                    check_find_key_first,
                    program = around::program(),
                    again
                ));
                let strategy = recommended.strategy.name();
                let why = sentences::why(recommended.why, &assessment.rules);
                out.line(&text!(check_recommended_then, strategy, why));
                out.line(&text!(check_next, program = around::program(), again));
            } else {
                recommend(out, recommended, assessment, again);
            }
        }
        None if sentences::elsewhere::overruled(assessment).is_some() => {}
        None => match assessment.need() {
            Some(need) => tell_need(out, need, assessment),
            None => out.line(words().check_all_well),
        },
    }
    out.line(&untested);
}

/// After a recovery or an undo was carried out: what is still missing, and how it comes back. Nothing where nothing is.
pub(super) fn after_change(out: &mut Out, assessment: &Assessment, again: &str) {
    let Some(recommended) = assessment.recommendation else {
        if let Some(need) = assessment.need() {
            tell_need(out, need, assessment);
        }
        return;
    };
    let entered = passwords_to_enter(assessment);
    if recommended.strategy == Strategy::Reenter && !entered.is_empty() {
        let (count, places) = (entered.len(), first_of(&entered));
        out.line(&text!(still_to_enter, count, places));
        how_to_enter(out, recommended, again);
    } else if recommended.why == Why::KeyMissing {
        let count = assessment.summary.unreadable();
        out.line(&text!(still_unreadable, count));
        out.line(&text!(
            find_key_before_entering,
            program = around::program(),
            again
        ));
        if lost(assessment).any(SecretReport::enterable) {
            out.line(&text!(
                enter_if_not_found,
                program = around::program(),
                again
            ));
        }
    } else {
        recommend(out, recommended, assessment, again);
    }
}

fn tell_need(out: &mut Out, need: Need, assessment: &Assessment) {
    let said = sentences::need(need, assessment);
    said.iter().for_each(|line| out.line(line));
}

fn recommend(out: &mut Out, recommended: Recommendation, assessment: &Assessment, again: &str) {
    let strategy = recommended.strategy.name();
    let why = sentences::why(recommended.why, &assessment.rules);
    out.line(&text!(check_recommended, strategy, why));
    out.line(&text!(check_next, program = around::program(), again));
}

fn how_to_enter(out: &mut Out, recommended: Recommendation, again: &str) {
    out.line(&text!(check_enter_how, program = around::program(), again));
    if recommended.why == Why::KeyMissing {
        out.line(&text!(
            check_or_find_key,
            program = around::program(),
            again
        ));
    }
}

/// What the run does that did not end.
fn unfinished(assessment: &Assessment) -> Option<RunKind> {
    assessment
        .findings
        .iter()
        .find_map(|finding| match finding {
            Finding::UnfinishedRun { run } => Some(run.kind),
            _ => None,
        })
}

/// What FreeScout does not read, or finds empty although it needs it.
fn lost(assessment: &Assessment) -> impl Iterator<Item = &SecretReport> {
    let lost = |s: &&SecretReport| report::still_unreadable(s) || s.probably_wiped();
    assessment.secrets.iter().filter(lost)
}

/// Places in one line: the first ones of many.
fn first_of(places: &[String]) -> String {
    let shown = &places[..places.len().min(NAMED)];
    let more = places.len() - shown.len();
    let more = (more > 0).then(|| text!(places_more, count = more));
    let all: Vec<&str> = shown.iter().chain(&more).map(String::as_str).collect();
    all.join("; ")
}

/// The passwords to be entered, where that is all there is to do and no search for a key is worth more: after a recovery,
/// or where few are lost of many. None where something is lost that cannot be entered.
fn passwords_to_enter(assessment: &Assessment) -> Vec<String> {
    let summary = &assessment.summary;
    let few = summary.unknown_key * FEW_OF <= summary.total;
    let key_missing = summary.unknown_key > 0;
    if key_missing && !few && !assessment.circumstances.settled {
        return Vec::new();
    }
    let enterable = |s: &SecretReport| s.probably_wiped() || s.enterable();
    match lost(assessment).all(enterable) {
        true => lost(assessment).map(sentences::place::of_secret).collect(),
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_places_the_first_are_named() {
        let places: Vec<String> = (1..=12).map(|place| place.to_string()).collect();
        assert_eq!(first_of(&places[..2]), "1; 2");
        assert_eq!(first_of(&places[..10]), "1; 2; 3; 4; 5; 6; 7; 8; 9; 10");
        assert_eq!(
            first_of(&places),
            "1; 2; 3; 4; 5; 6; 7; 8; 9; 10; and 2 more"
        );
    }
}
