//! The question at the end of what is told: which answers there are, how they are shown, and what a line means.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::page::{AskedField, PlainPage};
use crate::tui::frame::foot;
use crate::tui::keymap;
use crate::tui::widgets::linear::PAGE;
use crate::tui::widgets::wrap;
use crate::wizard::message::Action;
use crate::wizard::mode::{Field, Mode};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::words::words;

/// What makes a line a command where texts are typed.
const COLON: char = ':';
/// What is typed to be told everything again, and what the number of a step is typed with.
const AGAIN: &str = "l";
const GO: &str = "g";
/// Letters of a line that nobody means as a password, where it could be a command.
const SHORT: usize = 3;

/// An answer that does something here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OfferedAnswer {
    action: Action,
    /// What it is called.
    label: &'static str,
}

/// The question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    answers: Vec<OfferedAnswer>,
    /// The field that a text goes into.
    field: Option<AskedField>,
    /// The items that can be chosen by their numbers: those shown, and how many there are.
    list: Option<(Range<usize>, usize)>,
    /// Whether a filter can be typed behind its sign.
    filters: bool,
    /// Whether steps can be gone to.
    goes: bool,
}

/// What a line means.
#[derive(Debug, PartialEq, Eq)]
pub enum LineMeaning<'l> {
    /// This action.
    Act(Action),
    /// The whole text of the field.
    Text(&'l str),
    /// Only rows with this text.
    Filter(&'l str),
    /// A command, in all likelihood, where a secret is typed: one that is sent to a server at once.
    Colonless,
    /// Everything again.
    Again,
    /// Nothing.
    Unknown,
}

impl Asks {
    pub(super) fn of(wizard: &Wizard, page: &PlainPage) -> Self {
        let mode = wizard.mode();
        let mut offers = wizard.offers();
        // A line is the whole text: nothing of it is there yet to be completed.
        offers.retain(|action| *action != Action::NextPane || !wizard.completes_path());
        let answer = |action: &Action| OfferedAnswer {
            action: *action,
            label: foot::label(*action, wizard),
        };
        let mut answers: Vec<OfferedAnswer> = offers.iter().map(answer).collect();
        // Where every field has a value, there is no other way to leave one empty.
        if mode == Mode::Field(Field::Database) {
            let wipe = answer(&Action::EraseAll);
            answers.insert(answers.len().min(2), wipe);
        }
        let chooses = offers.contains(&Action::Down);
        Self {
            answers,
            field: mode.is_typing().then(|| {
                // One that is not drawn is taken for a secret, unless a word is asked for.
                let not_drawn = AskedField {
                    label: String::new(),
                    silent: !is_word(mode),
                };
                page.field.clone().unwrap_or(not_drawn)
            }),
            list: page.list.clone().filter(|_| chooses),
            filters: offers.contains(&Action::Filter),
            goes: matches!(mode, Mode::Command | Mode::Field(_)),
        }
    }

    /// Whether what is typed is not to be shown.
    pub fn is_silent(&self) -> bool {
        self.field.as_ref().is_some_and(|field| field.silent)
    }

    /// The whole question, in so many columns.
    pub(super) fn in_full(&self, width: u16) -> String {
        let w = words();
        let mut lines = Vec::new();
        if self.field.is_some() {
            lines.extend(wrap(w.plain_field, usize::from(width)));
        }
        let mut line = String::new();
        for answer in self.shown() {
            let room = usize::from(width).saturating_sub(line.width() + 2);
            if !line.is_empty() && answer.width() > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(&answer);
        }
        lines.push(line);
        if self.is_silent() {
            lines.push(w.plain_silent.to_owned());
        }
        lines.push(self.sign());
        lines.join("\n")
    }

    /// What stands before what is typed.
    pub(super) fn sign(&self) -> String {
        match self.field.as_ref().map(|field| field.label.as_str()) {
            Some(label) if !label.is_empty() => format!("{label} > "),
            _ => "> ".to_owned(),
        }
    }

    /// The answers as they are shown.
    fn shown(&self) -> Vec<String> {
        let w = words();
        let colon = match self.field {
            Some(_) => COLON.to_string(),
            None => String::new(),
        };
        let mut shown = Vec::new();
        for answer in &self.answers {
            match (answer.action, keymap::letter(answer.action)) {
                (Action::Primary, _) => shown.push(format!("[Enter] {}", answer.label)),
                (Action::Down, _) => shown.extend(self.shown_list(&colon)),
                (_, Some(letter)) => shown.push(format!("[{colon}{letter}] {}", answer.label)),
                (_, None) => {}
            }
        }
        if self.goes {
            let ends = [Step::Survey, Step::Report].map(Step::number);
            let [first, last] = ends.map(|number| format!("{colon}{GO}{number}"));
            shown.push(format!("[{first}-{last}] {}", w.key_go));
        }
        shown.push(format!("[{colon}{AGAIN}] {}", w.plain_again));
        shown
    }

    /// The numbers that are shown, and how to see others.
    fn shown_list(&self, colon: &str) -> Vec<String> {
        let w = words();
        let Some((page, len)) = &self.list else {
            let down = "down";
            return vec![format!("[{colon}{down}] {}", w.key_choose)];
        };
        let (first, last) = (page.start + 1, page.end);
        let mut shown = vec![format!("[{colon}{first}-{colon}{last}] {}", w.key_choose)];
        if *len > PAGE {
            shown.push(format!("[{colon}- {colon}+] {}", w.key_page));
        }
        shown
    }

    /// What a line means here.
    pub fn read<'l>(&self, line: &'l str) -> LineMeaning<'l> {
        // A key that is no letter comes as itself: Esc, Tab, Ctrl-O.
        let mut letters = line.chars();
        if let (Some(key), None) = (letters.next(), letters.next())
            && (key.is_control() || key == ' ' && self.field.is_none())
        {
            return self.named_key(key);
        }
        if self.field.is_none() {
            return self.command(line.trim());
        }
        match line.strip_prefix(COLON) {
            None if line.is_empty() => LineMeaning::Act(Action::Primary),
            None if self.is_silent() && self.is_like_a_command(line) => LineMeaning::Colonless,
            None => LineMeaning::Text(line),
            Some(rest) if rest.starts_with(COLON) => LineMeaning::Text(rest),
            Some(command) => match command.trim() {
                "" => LineMeaning::Unknown,
                command => self.command(command),
            },
        }
    }

    /// Whether this is short, and would be a command with a colon.
    fn is_like_a_command(&self, line: &str) -> bool {
        let line = line.trim();
        line.chars().count() <= SHORT && self.command(line) != LineMeaning::Unknown
    }

    fn named_key<'l>(&self, key: char) -> LineMeaning<'l> {
        let name = match key {
            '\u{1b}' => "esc".to_owned(),
            '\t' => "tab".to_owned(),
            ' ' => "space".to_owned(),
            '\u{1}'..='\u{1a}' => {
                let letter = char::from(u8::try_from(u32::from(key)).unwrap_or(0) + b'a' - 1);
                format!("ctrl-{letter}")
            }
            _ => return LineMeaning::Unknown,
        };
        let action = keymap::of_name(&name, self.field.is_some());
        action.map_or(LineMeaning::Unknown, LineMeaning::Act)
    }

    fn command<'l>(&self, typed: &'l str) -> LineMeaning<'l> {
        if typed.is_empty() {
            return LineMeaning::Act(Action::Primary);
        }
        if let Some(number) = number(typed) {
            return match &self.list {
                Some((_, len)) if (1..=*len).contains(&number) => {
                    LineMeaning::Act(Action::Row(number - 1))
                }
                _ => LineMeaning::Unknown,
            };
        }
        let step = typed.strip_prefix(GO).and_then(|rest| number(rest.trim()));
        if let Some(step) = step {
            let step = Step::from_number(step).filter(|_| self.goes);
            return step.map_or(LineMeaning::Unknown, |step| {
                LineMeaning::Act(Action::Go(step))
            });
        }
        if typed.eq_ignore_ascii_case(AGAIN) {
            return LineMeaning::Again;
        }
        let sign = keymap::letter(Action::Filter).unwrap_or_default();
        if let Some(text) = typed.strip_prefix(sign)
            && self.filters
            && !text.is_empty()
        {
            return LineMeaning::Filter(text);
        }
        let typing = self.field.is_some();
        let action = self
            .offered(typed)
            .or_else(|| keymap::of_letter(typed, typing))
            .or_else(|| keymap::of_name(typed, typing));
        action.map_or(LineMeaning::Unknown, LineMeaning::Act)
    }

    /// The answer of this letter or name. A phone makes the first letter a capital one: where that means nothing of its own,
    /// it is the small one.
    fn offered(&self, typed: &str) -> Option<Action> {
        let find = |is: &dyn Fn(&OfferedAnswer) -> bool| {
            let answer = self.answers.iter().find(|answer| is(answer));
            answer.map(|answer| answer.action)
        };
        let letter = |answer: &OfferedAnswer| keymap::letter(answer.action).unwrap_or_default();
        let small = typed.to_lowercase();
        find(&|answer| letter(answer) == typed)
            .or_else(|| find(&|answer| letter(answer) == small))
            .or_else(|| find(&|answer| answer.label.to_lowercase() == small))
    }
}

/// Whether a word is asked for that has something written.
pub(super) fn is_word(mode: Mode) -> bool {
    matches!(
        mode,
        Mode::Field(Field::Confirm | Field::Undo | Field::Unfinished)
    )
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
