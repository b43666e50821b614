//! Step 8: what came of it, how to take it back, what to watch.

use std::path::PathBuf;

use super::connections::Proof;
use super::input::Input;
use super::jobs::JobKind;
use super::list::Cursor;
use super::message::{Action, Effect};
use super::update::Wizard;
use crate::domain::inventory::SecretKind;
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::verdict::Verdict;
use crate::engine::exit::Exit;
use crate::engine::job::{Applied, Job};
use crate::sentences;
use crate::words::{fill, words};

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// What applying came to.
    pub applied: Option<Box<Applied>>,
    /// What taking it back came to: sentences.
    pub undone: Option<Vec<String>>,
    /// The word that confirms an undo, while it is typed.
    pub undoing: Option<Input>,
    /// Where the report was saved.
    pub saved: Vec<PathBuf>,
    /// Something came since that it does not say.
    pub outdated: bool,
    /// What failed.
    pub problem: Option<Problem>,
    /// The chosen row.
    pub cursor: Cursor,
}

impl State {
    /// Whether the last word is saved.
    pub fn is_saved(&self) -> bool {
        !self.saved.is_empty() && !self.outdated
    }

    /// Whether the round is over: only its report stands, until a new one is started.
    pub fn is_over(&self) -> bool {
        self.applied.is_some() || self.undone.is_some()
    }
}

impl Wizard {
    pub(super) fn report_offers(&self) -> Vec<Action> {
        if self.report.undoing.is_some() {
            return vec![Action::Primary, Action::Back];
        }
        if self.is_running(JobKind::Undo) {
            return vec![];
        }
        let undo =
            (self.report.applied.is_some() && self.report.undone.is_none()).then_some(Action::Undo);
        let save = (!self.report.is_saved()).then_some(Action::Primary);
        save.into_iter()
            .chain([Action::Down])
            .chain(undo)
            .chain([Action::StartOver])
            .collect()
    }

    pub(super) fn act_report(&mut self, action: Action) -> Vec<Effect> {
        let saved = self.report.is_saved();
        match (action, &mut self.report.undoing) {
            (Action::Back, Some(_)) => self.report.undoing = None,
            (Action::Primary, Some(word)) => {
                if !word.expose().trim().eq_ignore_ascii_case(words().undo_word) {
                    self.say(words().undo_type_the_word);
                    return Vec::new();
                }
                let started = self.start(Job::Undo);
                if !started.is_empty() {
                    self.report.undoing = None;
                }
                return started;
            }
            (action, Some(word)) => {
                word.act(action);
            }
            (Action::Primary, None) if !saved => {
                let tested = self.connections.tested().into_iter().cloned().collect();
                let started = self.start(Job::SaveReport {
                    text: self.report_text(),
                    tested,
                });
                if !started.is_empty() {
                    self.report.problem = None;
                    self.report.outdated = false;
                }
                return started;
            }
            (Action::Primary, None) => self.say(words().q_or_n),
            (Action::Undo, None)
                if self.report.applied.is_some() && self.report.undone.is_none() =>
            {
                self.report.undoing = Some(Input::default());
            }
            (Action::StartOver, None) => return self.start_over(),
            (action, None) => {
                let rows = self.report_rows().len();
                self.report.cursor.act(action, rows);
            }
        }
        Vec::new()
    }

    /// How the program ends, as things stand.
    pub fn exit(&self) -> Exit {
        if self.half_done.is_some() {
            return Exit::Unreadable;
        }
        if self.standing.is_none() {
            return Exit::Attention;
        }
        let proven = self
            .report
            .applied
            .as_ref()
            .is_none_or(|applied| applied.verified);
        if proven && self.assessment().is_some() && self.open_secrets() == 0 {
            Exit::Fine
        } else {
            Exit::Unreadable
        }
    }
}

/// One line of the report's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Whose secret, sanitised.
    pub owner: String,
    /// Where it is stored, as printed.
    pub place: String,
    /// What it is.
    pub kind: SecretKind,
    /// Whether FreeScout reads it now.
    pub readable: bool,
    /// The verdict, as a sentence.
    pub verdict: String,
}

impl Wizard {
    /// What is still open first, then everything FreeScout reads.
    pub fn report_rows(&self) -> Vec<ReportRow> {
        let Some(assessment) = self.assessment() else {
            return Vec::new();
        };
        let shown = assessment
            .secrets
            .iter()
            .filter(|s| s.probably_wiped() || !matches!(s.verdict, Verdict::Empty { .. }));
        let mut rows: Vec<ReportRow> = shown
            .map(|secret| ReportRow {
                owner: sanitize(&secret.owner),
                place: sanitize(&secret.place.to_string()),
                kind: secret.kind,
                readable: secret.verdict.readable() && !secret.probably_wiped(),
                verdict: sentences::verdict(secret, assessment),
            })
            .collect();
        rows.sort_by_key(|row| row.readable);
        rows
    }

    /// The report as it is saved: the same sentences as on the screen.
    pub fn report_text(&self) -> String {
        let w = words();
        let mut lines = Vec::new();
        if let Some(survey) = self.survey.read() {
            lines.push(fill(
                w.check_install,
                &[
                    ("path", &sanitize(&survey.path.to_string_lossy())),
                    ("version", &survey.version),
                    ("server", &survey.server),
                ],
            ));
        }
        lines.extend(self.report_headlines());
        if let Some(assessment) = self.assessment() {
            lines.extend(
                assessment
                    .keys
                    .iter()
                    .map(|key| sentences::key(key, assessment.summary.total)),
            );
        }
        if let Some(assessment) = self.assessment() {
            let summary = assessment.summary;
            lines.push(fill(
                w.check_summary,
                &[("readable", &summary.readable()), ("total", &summary.total)],
            ));
            lines.extend(
                assessment
                    .findings
                    .iter()
                    .map(|f| format!("- {}", sentences::finding(f))),
            );
            lines.push(String::new());
            for row in self.report_rows() {
                lines.push(format!(
                    "{}, {}: {}",
                    row.owner,
                    sentences::kind(row.kind),
                    row.verdict
                ));
            }
        }
        lines.push(String::new());
        lines.extend(self.connection_lines());
        lines.push(String::new());
        lines.extend(w.report_watch.lines().map(str::to_owned));
        lines.push(String::new());
        lines.join("\n")
    }

    /// How many secrets FreeScout cannot use yet.
    pub fn open_secrets(&self) -> usize {
        self.report_rows()
            .iter()
            .filter(|row| !row.readable)
            .count()
    }

    /// What came of it, in sentences: first of the undo, if there was one.
    pub fn report_headlines(&self) -> Vec<String> {
        let w = words();
        if let Some(undone) = &self.report.undone {
            return undone.clone();
        }
        let Some(applied) = &self.report.applied else {
            return Vec::new();
        };
        let figures: [(&str, &dyn std::fmt::Display); 2] = [
            ("resealed", &applied.resealed),
            ("entered", &applied.reentered),
        ];
        let verdict = if applied.verified {
            w.report_verified
        } else {
            w.report_unverified
        };
        let mut lines = vec![fill(verdict, &figures)];
        if let (Some(assessment), open @ 1..) = (self.assessment(), self.open_secrets()) {
            let summary = assessment.summary;
            lines.push(fill(
                w.report_open,
                &[
                    ("readable", &summary.readable()),
                    ("total", &summary.total),
                    ("open", &open),
                ],
            ));
        }
        lines.push(fill(w.report_undo, &[("undo", &applied.undo)]));
        lines.extend(applied.notes.iter().cloned());
        lines.push(self.proof());
        lines
    }

    /// How far the proof by logins has come.
    fn proof(&self) -> String {
        let w = words();
        let Proof { ok, of, untested } = self.connections.proof();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("ok", &ok), ("of", &of), ("untested", &untested)];
        match self.connections.left() {
            0 if !self.connections.begun() => w.report_untested.to_owned(),
            0 if ok == of => fill(w.report_proven, &values),
            0 if untested > 0 => fill(w.report_not_all, &values),
            0 => fill(w.report_failing, &values),
            left => fill(w.report_testing, &[("count", &left)]),
        }
    }

    /// One line for each connection that was tested: those that do not work, with the server's words and advice.
    fn connection_lines(&self) -> Vec<String> {
        let w = words();
        let site = self.survey.read().map_or("", |s| s.site.as_str());
        let mut lines = Vec::new();
        for tested in self.connections.tested() {
            let owner = match tested.id.mailbox {
                Some(_) => &tested.owner,
                None => w.system_mail,
            };
            lines.push(fill(
                w.report_connection,
                &[
                    ("owner", &owner),
                    (
                        "direction",
                        &sentences::connections::direction(tested.id.direction),
                    ),
                    ("server", &tested.server),
                    ("code", &sentences::connections::code(tested.ended.code)),
                ],
            ));
            let said = &tested.ended.server_said;
            let advice = sentences::connections::advice(tested, site);
            let cautions = tested
                .ended
                .cautions
                .iter()
                .map(sentences::connections::caution);
            let more = [said.clone(), advice].into_iter().chain(cautions);
            lines.extend(
                more.filter(|text| !text.is_empty())
                    .map(|text| format!("    {text}")),
            );
        }
        lines
    }
}
