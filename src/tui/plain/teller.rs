//! What is told next: only what was not told before, as it stands now; and the question anew where it is needed.

use std::time::{Duration, Instant};

use super::asks::Asks;
use super::page::{PlainPage, Scene, ToldPiece};
use crate::tui::frame;
use crate::tui::widgets::wrap;
use crate::wizard::state::Wizard;
use crate::words::words;

/// While something runs, what it changes is told at most this often.
const CHANGES: Duration = Duration::from_secs(3);
/// Its figures alone, this often.
const FIGURES: Duration = Duration::from_secs(15);

/// Before the chosen item: another sign than the one behind which an answer is typed.
const CHOSEN: char = '*';

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Something happened by itself; the cursor is behind the question.
    ByItself,
    /// A line was typed: it is answered, and the cursor is at the beginning of a row.
    Typed,
    /// All that was told is gone from the screen, or is asked for again.
    Again,
}

/// What runs: the sentence, and the same with its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct WorkTold {
    sentence: String,
    with_figures: String,
}

impl WorkTold {
    fn of(wizard: &Wizard) -> Option<Self> {
        let w = words();
        if let Some(job) = &wizard.running {
            let sentence = match job.stopping {
                true => w.stopping,
                false => job.what.as_str(),
            };
            return (!sentence.is_empty()).then(|| Self {
                sentence: sentence.to_owned(),
                with_figures: frame::doing(job),
            });
        }
        if wizard.connections.running() {
            let left = wizard.connections.left();
            return Some(Self {
                sentence: String::new(),
                with_figures: text!(connections_left, count = left),
            });
        }
        wizard.passwords.trying().then(|| Self {
            sentence: w.password_trying.to_owned(),
            with_figures: w.password_trying.to_owned(),
        })
    }
}

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Teller {
    scene: Option<Scene>,
    /// What was told of this scene, and of the one below it.
    told: Vec<ToldPiece>,
    below: Option<(Scene, Vec<ToldPiece>)>,
    told_at: Option<Instant>,
    notice: Option<String>,
    work: Option<(WorkTold, Instant)>,
    asks: Asks,
    asked_at: Option<Instant>,
}

/// What is told, and the question behind it, which stays open.
#[derive(Debug, Default)]
pub(super) struct PlainTold {
    pub(super) text: String,
    pub(super) question: String,
}

impl Teller {
    /// The question that stands last.
    pub(super) fn asks(&self) -> &Asks {
        &self.asks
    }

    /// Whether the question was asked after this, other than the one before it.
    pub(super) fn asked_after(&self, then: Instant) -> bool {
        self.asked_at.is_some_and(|at| at > then)
    }

    /// What is to be told now.
    pub(super) fn tell(
        &mut self,
        wizard: &Wizard,
        page: PlainPage,
        occasion: Occasion,
        width: u16,
        now: Instant,
    ) -> PlainTold {
        let scene = Scene::of(wizard);
        let asks = Asks::of(wizard, &page);
        let typed = occasion != Occasion::ByItself;
        let asks_anew = asks != self.asks;
        let mut lines: Vec<String> = Vec::new();

        let waits = self.told_at.is_some_and(|at| now < at + CHANGES);
        let is_other = self.scene != Some(scene);
        let at_once = typed || asks_anew || is_other || !wizard.is_busy();
        if at_once || !waits {
            let before = lines.len();
            self.tell_page(scene, page, occasion, &mut lines);
            if lines.len() > before {
                self.told_at = Some(now);
            }
        }
        if wizard.notice != self.notice || typed {
            self.notice.clone_from(&wizard.notice);
            let notice = self.notice.iter();
            lines.extend(notice.flat_map(|text| wrap(text, usize::from(width))));
        }
        self.tell_work(wizard, now, &mut lines);

        if lines.is_empty() && !typed && !asks_anew {
            return PlainTold::default();
        }
        // The question that was asked stands before it, on a row of its own.
        let mut text = if typed {
            String::new()
        } else {
            "\n".to_owned()
        };
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        if asks_anew {
            self.asks = asks;
            self.asked_at = Some(now);
        }
        let question = match typed || asks_anew {
            true => self.asks.in_full(width),
            false => self.asks.sign(),
        };
        PlainTold { text, question }
    }

    fn tell_page(
        &mut self,
        scene: Scene,
        page: PlainPage,
        occasion: Occasion,
        lines: &mut Vec<String>,
    ) {
        let again = occasion == Occasion::Again;
        if self.scene != Some(scene) || again {
            let below = self.below.take();
            let returns = below.filter(|(below, _)| *below == scene && !again);
            if let (Some(before), true) = (self.scene, scene.passes())
                && !before.passes()
            {
                self.below = Some((before, std::mem::take(&mut self.told)));
            }
            self.scene = Some(scene);
            match returns {
                Some((_, told)) => self.told = told,
                None => {
                    lines.extend([String::new(), scene.heading()]);
                    for telling in &page.tellings {
                        lines.extend(telling.begins.then(String::new));
                        lines.push(numbered(telling));
                    }
                    self.told = page.tellings;
                    return;
                }
            }
        }
        let fresh: Vec<&ToldPiece> = news(&self.told, &page.tellings).collect();
        let is_item = |one: &&ToldPiece| one.number.is_some();
        let told = fresh.iter().copied().filter(is_item).count();
        let unchanged = page.tellings.iter().filter(is_item).count() - told;
        let is_new = |one: &&ToldPiece| {
            let known = |before: &ToldPiece| before.text == one.text && before.number == one.number;
            one.number.is_some() && !self.told.iter().any(known)
        };
        let changed = fresh.iter().any(is_new);
        lines.extend(fresh.into_iter().map(numbered));
        if changed && unchanged > 0 {
            lines.push(text!(plain_unchanged, count = unchanged));
        }
        self.told = page.tellings;
    }

    fn tell_work(&mut self, wizard: &Wizard, now: Instant, lines: &mut Vec<String>) {
        let Some(work) = WorkTold::of(wizard) else {
            self.work = None;
            return;
        };
        let is_due = self.work.as_ref().is_none_or(|(told, at)| {
            let waits = match told.sentence == work.sentence {
                true => FIGURES,
                false => CHANGES,
            };
            *told != work && now >= *at + waits
        });
        if is_due {
            lines.push(work.with_figures.clone());
            self.work = Some((work, now));
        }
    }
}

/// A piece with its number, and the mark of the chosen one.
fn numbered(telling: &ToldPiece) -> String {
    match (telling.number, telling.chosen) {
        (Some(number), true) => format!("{CHOSEN} {number}. {}", telling.text),
        (Some(number), false) => format!("{number}. {}", telling.text),
        (None, _) => telling.text.clone(),
    }
}

/// What of the new pieces was not told before, in their order: those that are no longer where they were do not count, as
/// little as the mark that went elsewhere.
fn news<'n>(before: &[ToldPiece], now: &'n [ToldPiece]) -> impl Iterator<Item = &'n ToldPiece> {
    let same = |a: &ToldPiece, b: &ToldPiece| a.text == b.text && a.number == b.number;
    // The longest part that both have in common, from the end on.
    let (rows, columns) = (before.len(), now.len());
    let mut longest = vec![vec![0_u32; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            longest[row][column] = match same(&before[row], &now[column]) {
                true => longest[row + 1][column + 1] + 1,
                false => longest[row + 1][column].max(longest[row][column + 1]),
            };
        }
    }
    let mut fresh = vec![true; columns];
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if same(&before[row], &now[column]) {
            fresh[column] = now[column].chosen && !before[row].chosen;
            (row, column) = (row + 1, column + 1);
        } else if longest[row + 1][column] >= longest[row][column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    let pairs = now.iter().zip(fresh);
    pairs.filter_map(|(telling, fresh)| fresh.then_some(telling))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: usize, text: &str, chosen: bool) -> ToldPiece {
        ToldPiece {
            text: text.to_owned(),
            number: Some(number),
            chosen,
            begins: false,
        }
    }

    fn text(text: &str) -> ToldPiece {
        ToldPiece {
            text: text.to_owned(),
            number: None,
            chosen: false,
            begins: false,
        }
    }

    fn told(before: &[ToldPiece], now: &[ToldPiece]) -> Vec<String> {
        news(before, now).map(numbered).collect()
    }

    #[test]
    fn only_what_is_new_is_told() {
        let before = [
            text("head"),
            item(1, "a", true),
            item(2, "b", false),
            text("of a"),
        ];
        assert!(told(&before, &before).is_empty());
        // Another one was chosen.
        let other = [
            text("head"),
            item(1, "a", false),
            item(2, "b", true),
            text("of b"),
        ];
        assert_eq!(told(&before, &other), ["* 2. b", "of b"]);
        // One changed, one came, one went.
        let more = [
            text("head"),
            item(1, "a!", true),
            text("new"),
            item(2, "b", false),
        ];
        assert_eq!(told(&before, &more), ["* 1. a!", "new"]);
        assert!(
            told(&before, &before[..1]).is_empty(),
            "what went is not told"
        );
        assert_eq!(told(&[], &before).len(), 4);
    }

    #[test]
    fn the_same_text_further_below_is_not_told_again() {
        let before = [text("a"), text("b"), text("c")];
        let now = [text("new"), text("a"), text("b"), text("c")];
        assert_eq!(told(&before, &now), ["new"]);
    }
}
