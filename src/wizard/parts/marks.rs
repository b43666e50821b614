//! How each step stands: `good` is said only of what is in order, never of what was merely looked at.

use std::collections::BTreeSet;

use crate::domain::inventory::secret::Place;
use crate::domain::mail::state::is_open;
use crate::domain::plan;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::Severity;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepProgress {
    /// It was not gone through in this round, or what was done there no longer stands.
    Ahead,
    /// Something stays open there.
    Open,
    /// Nothing stays open there, but a password was not tested.
    Untested,
    /// What it shows is in order, or what it does is done.
    Good,
}

impl StepProgress {
    fn of(open: bool) -> Self {
        if open { Self::Open } else { Self::Good }
    }
}

impl Wizard {
    /// How a step stands.
    pub fn standing_of(&self, step: Step) -> StepProgress {
        let Some(assessment) = self.assessment() else {
            return StepProgress::Ahead;
        };
        match step {
            Step::Survey if self.survey.read().is_none() => StepProgress::Ahead,
            Step::Survey => {
                StepProgress::of(self.survey.unfinished.is_some() || is_ailing(assessment))
            }
            Step::Backup => self.standing_of_backup(),
            Step::Apply => self.standing_of_apply(),
            Step::Report => StepProgress::Ahead,
            _ if step >= self.reached => StepProgress::Ahead,
            Step::Keys => StepProgress::of(assessment.secrets.iter().any(|secret| {
                matches!(
                    secret.verdict,
                    Verdict::UnknownKey { .. }
                        | Verdict::Nested {
                            innermost: false,
                            ..
                        }
                )
            })),
            Step::Checks => StepProgress::of(assessment.secrets.iter().any(is_open)),
            Step::Plan => self.standing_of_plan(assessment),
            Step::Passwords => {
                let missing = self.passwords.asked.len() > self.entered().len();
                self.tested_or(StepProgress::of(missing))
            }
        }
    }

    fn standing_of_backup(&self) -> StepProgress {
        let state = &self.backup;
        let used_up = self.report.is_over() && state.made.is_some();
        match &state.done {
            Some(_) => StepProgress::Good,
            None if state.problem.is_some() => StepProgress::Open,
            None if self.reached < Step::Backup => StepProgress::Ahead,
            None if used_up => StepProgress::Good,
            // What stood was used up by an attempt that failed, or is none of what stands now.
            None => {
                if self.reached > Step::Backup {
                    StepProgress::Open
                } else {
                    StepProgress::Ahead
                }
            }
        }
    }

    fn standing_of_plan(&self, assessment: &Assessment) -> StepProgress {
        if self.report.undone.is_some() {
            return StepProgress::Ahead;
        }
        if self.report.applied.is_some() {
            return StepProgress::of(assessment.secrets.iter().any(is_open));
        }
        let Some(ready) = &self.plan.ready else {
            return StepProgress::Ahead;
        };
        let entered: BTreeSet<Place> = self.entered().into_iter().map(|(place, _)| place).collect();
        // A plan has one step a secret, in the order of the secrets.
        let pairs = ready.plan.steps.iter().zip(&assessment.secrets);
        let lost = pairs
            .filter(|(step, secret)| match step.action {
                plan::PlanAction::StaysLost => true,
                plan::PlanAction::Nothing => secret.probably_wiped(),
                _ => false,
            })
            .any(|(step, _)| !entered.contains(&step.place));
        self.tested_or(StepProgress::of(lost))
    }

    /// What is in order only as far as passwords are right that no server has taken is not called good.
    fn tested_or(&self, progress: StepProgress) -> StepProgress {
        match progress {
            StepProgress::Good if self.passwords.keeps_untested() => StepProgress::Untested,
            progress => progress,
        }
    }

    fn standing_of_apply(&self) -> StepProgress {
        if self.apply.problem.is_some() || self.written.in_part.is_some() {
            return StepProgress::Open;
        }
        match (&self.report.applied, &self.report.undone) {
            (Some(applied), None) => StepProgress::of(!applied.verified),
            _ => StepProgress::Ahead,
        }
    }
}

/// Whether anything is wrong with an install.
fn is_ailing(assessment: &Assessment) -> bool {
    let findings = &assessment.findings;
    assessment.summary.unreadable() > 0
        || assessment.recommendation.is_some()
        || findings.iter().any(|f| f.severity() != Severity::Info)
}
