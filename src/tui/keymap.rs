//! The one table of keys: what is pressed, what it means, how it is called. Footer, help and README draw on it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::wizard::message::Action;
use crate::wizard::step::Step;
use crate::words::Words;

/// When a key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// While no field is being typed into.
    Command,
    /// While a field is being typed into.
    Typing,
}

/// One key and its meaning.
pub struct Binding {
    /// The key.
    pub key: KeyCode,
    /// Whether Ctrl is held.
    pub ctrl: bool,
    /// When it counts.
    pub when: When,
    /// What it means.
    pub action: Action,
    /// How the key is written in the help, and an action's first one in the footer; empty where another one tells of it.
    pub cap: &'static str,
}

const fn bind(key: KeyCode, when: When, action: Action, cap: &'static str) -> Binding {
    Binding {
        key,
        ctrl: false,
        when,
        action,
        cap,
    }
}

const fn ctrl(key: char, when: When, action: Action, cap: &'static str) -> Binding {
    Binding {
        key: KeyCode::Char(key),
        ctrl: true,
        when,
        action,
        cap,
    }
}

use KeyCode::Char;
use When::{Always, Command, Typing};

/// All keys.
pub const BINDINGS: &[Binding] = &[
    bind(KeyCode::Enter, Always, Action::Primary, "Enter"),
    bind(KeyCode::Down, Always, Action::Down, "↑↓"),
    bind(KeyCode::Up, Always, Action::Up, ""),
    bind(Char('j'), Command, Action::Down, "j k"),
    bind(Char('k'), Command, Action::Up, ""),
    bind(KeyCode::PageDown, Always, Action::PageDown, "PgUp PgDn"),
    bind(KeyCode::PageUp, Always, Action::PageUp, ""),
    bind(KeyCode::Home, Always, Action::First, ""),
    bind(KeyCode::End, Always, Action::Last, ""),
    bind(Char('g'), Command, Action::First, "g G"),
    bind(Char('G'), Command, Action::Last, ""),
    bind(KeyCode::Left, Always, Action::Left, ""),
    bind(KeyCode::Right, Always, Action::Right, ""),
    bind(Char('h'), Command, Action::Left, ""),
    bind(Char('l'), Command, Action::Right, ""),
    bind(KeyCode::Tab, Always, Action::NextPane, "Tab"),
    bind(KeyCode::BackTab, Always, Action::PreviousPane, ""),
    bind(Char(' '), Command, Action::Select, "Space"),
    bind(Char('r'), Command, Action::Retry, "r"),
    bind(Char('a'), Command, Action::AddKey, "a"),
    bind(Char('p'), Command, Action::LookIn, "p"),
    bind(Char('s'), Command, Action::LookUsual, "s"),
    bind(Char('m'), Command, Action::LookProcesses, "m"),
    bind(Char('d'), Command, Action::OtherDatabase, "d"),
    bind(Char('f'), Command, Action::OtherFolder, "f"),
    bind(Char('/'), Command, Action::Filter, "/"),
    bind(Char('S'), Command, Action::KeepKeys, "S"),
    bind(Char('w'), Command, Action::Watch, "w"),
    bind(Char('u'), Command, Action::Undo, "u"),
    bind(Char('n'), Command, Action::StartOver, "n"),
    ctrl('r', Typing, Action::Reveal, "^R"),
    ctrl('o', Typing, Action::SameAs, "^O"),
    ctrl('t', Typing, Action::Retry, "^T"),
    ctrl('k', Typing, Action::KeepUntested, "^K"),
    ctrl('u', Typing, Action::EraseAll, "^U"),
    bind(KeyCode::Backspace, Typing, Action::Erase, ""),
    bind(KeyCode::Delete, Typing, Action::Delete, ""),
    bind(KeyCode::Esc, Always, Action::Back, "Esc"),
    bind(Char('t'), Command, Action::Connections, "t"),
    bind(Char('T'), Command, Action::TestAll, "T"),
    bind(Char('x'), Command, Action::StopTests, "x"),
    bind(Char('F'), Command, Action::FailingOnly, "F"),
    bind(KeyCode::F(2), Typing, Action::Connections, "F2"),
    bind(Char('?'), Command, Action::Help, "?"),
    bind(KeyCode::F(1), Typing, Action::Help, "F1"),
    bind(KeyCode::F(1), Command, Action::Help, ""),
    bind(Char('q'), Command, Action::Quit, "q"),
    ctrl('c', Always, Action::Interrupt, "^C"),
];

/// What a key means.
pub fn action(key: KeyEvent, typing: bool) -> Option<Action> {
    if let (Char(digit @ '1'..='8'), false, KeyModifiers::NONE) = (key.code, typing, key.modifiers)
    {
        return Step::from_number(digit as usize - '0' as usize).map(Action::Go);
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    // Alt comes with letters that are meant as themselves on some keyboards (AltGr); only Ctrl makes another key.
    BINDINGS
        .iter()
        .find(|b| b.key == key.code && b.ctrl == ctrl && counts(b.when, typing))
        .map(|b| b.action)
}

fn counts(when: When, typing: bool) -> bool {
    match when {
        Always => true,
        Command => !typing,
        Typing => typing,
    }
}

/// How the key of an action is written here and now.
pub fn cap(action: Action, typing: bool) -> Option<&'static str> {
    caps(action, typing).next()
}

/// How all keys of an action are written here and now.
pub fn caps(action: Action, typing: bool) -> impl Iterator<Item = &'static str> {
    BINDINGS
        .iter()
        .filter(move |b| b.action == action && !b.cap.is_empty() && counts(b.when, typing))
        .map(|b| b.cap)
}

/// What is typed for an action where lines are read in place of keys: the letter of its key, or one that stands for a key
/// that no line has. `None` where it is a number, an empty line, or nothing that a line needs.
pub fn letter(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::PageDown => "+",
        Action::PageUp => "-",
        Action::NextPane => "o",
        Action::Select => "c",
        Action::Back => "b",
        Action::SameAs => "s",
        Action::KeepUntested => "k",
        Action::Reveal => "v",
        Action::EraseAll => "e",
        // The second is left where something was typed or is being done, and the same to who types it.
        Action::Quit | Action::Interrupt => "q",
        Action::Up | Action::Down | Action::First | Action::Last | Action::Row(_) => return None,
        Action::Left | Action::Right | Action::PreviousPane => return None,
        Action::Erase | Action::Delete | Action::Primary | Action::Go(_) => return None,
        action => return caps(action, false).next(),
    })
}

/// The action of a letter here and now, whether it does anything or not.
pub fn of_letter(typed: &str, typing: bool) -> Option<Action> {
    let here = BINDINGS.iter().filter(|b| counts(b.when, typing));
    let mut actions = here.map(|b| b.action);
    actions.find(|action| letter(*action) == Some(typed))
}

/// The action of a key that is called by its name: `esc`, `tab`, `ctrl-o`, `f1`. Keys that are letters have none.
pub fn of_name(typed: &str, typing: bool) -> Option<Action> {
    let typed = typed.to_lowercase();
    let is_called = |b: &&Binding| match (b.key, b.ctrl) {
        (KeyCode::Enter, _) => typed == "enter",
        (KeyCode::Esc, _) => typed == "esc",
        (KeyCode::Tab, _) => typed == "tab",
        (Char(' '), _) => typed == "space",
        (KeyCode::Up, _) => typed == "up",
        (KeyCode::Down, _) => typed == "down",
        (KeyCode::PageUp, _) => typed == "pgup",
        (KeyCode::PageDown, _) => typed == "pgdn",
        (KeyCode::F(number), _) => typed == format!("f{number}"),
        (Char(letter), true) => typed == format!("ctrl-{letter}") || typed == format!("^{letter}"),
        _ => false,
    };
    let mut here = BINDINGS.iter().filter(|b| counts(b.when, typing));
    here.find(is_called).map(|b| b.action)
}

/// What an action is called in the help. The footer's word for Enter is the step's own.
pub fn name(action: Action, w: &'static Words) -> &'static str {
    match action {
        Action::Primary => w.key_next,
        Action::Up | Action::Down | Action::Row(_) => w.key_choose,
        Action::PageUp | Action::PageDown => w.key_page,
        Action::First | Action::Last => w.key_ends,
        Action::Left | Action::Right => w.key_move,
        Action::NextPane | Action::PreviousPane => w.key_pane,
        Action::Select => w.key_select,
        Action::Back => w.key_back,
        Action::Filter => w.key_filter,
        Action::Connections => w.key_connections,
        Action::Help => w.key_help,
        Action::Quit | Action::Interrupt => w.key_quit,
        Action::Retry => w.key_again,
        Action::AddKey => w.key_add_key,
        Action::LookIn => w.key_look_in,
        Action::LookUsual => w.key_look_usual,
        Action::LookProcesses => w.key_look_processes,
        Action::OtherDatabase => w.key_other_database,
        Action::OtherFolder => w.key_other_folder,
        Action::KeepKeys => w.key_keep_keys,
        Action::Watch => w.key_watch,
        Action::Undo => w.key_undo,
        Action::StartOver => w.key_start_over,
        Action::Go(_) => w.key_go,
        Action::Erase | Action::Delete => w.key_erase,
        Action::EraseAll => w.key_erase_all,
        Action::Reveal => w.key_reveal,
        Action::SameAs => w.key_same_as,
        Action::KeepUntested => w.key_keep_untested,
        Action::TestAll => w.key_test_all,
        Action::StopTests => w.key_stop_tests,
        Action::FailingOnly => w.key_failing_only,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_at_once() {
        for (n, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[n + 1..] {
                let both = [true, false]
                    .into_iter()
                    .any(|typing| counts(a.when, typing) && counts(b.when, typing));
                assert!(
                    !(both && a.key == b.key && a.ctrl == b.ctrl),
                    "{:?} is bound twice",
                    a.key
                );
            }
        }
    }

    #[test]
    fn every_action_has_a_key_that_is_shown_or_shares_one() {
        for binding in BINDINGS {
            assert!(!name(binding.action, crate::words::words()).is_empty());
        }
        for typing in [true, false] {
            for action in [
                Action::Primary,
                Action::Back,
                Action::Help,
                Action::Connections,
            ] {
                assert!(cap(action, typing).is_some(), "{action:?}");
            }
        }
    }
}
