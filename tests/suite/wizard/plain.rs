//! The wizard line by line: whatever happened before, it is told, and whatever can be done is chosen by a line that is shown.

use freescout_rescue::tui::plain::{LineMeaning, PlainConversation, told_at_once};
use freescout_rescue::tui::theme::Glyphs;
use freescout_rescue::wizard::message::Action;
use freescout_rescue::wizard::mode::{Field, Mode};
use freescout_rescue::wizard::state::Wizard;
use freescout_rescue::wizard::step::Step;

use crate::fixture::SENTINEL;
use crate::screens::Stage;

/// What stands in the brackets of a question. The text before it may have some of its own.
fn brackets(told: &str) -> Vec<&str> {
    let question = told.rfind("\n> ").map_or(told, |end| &told[..end]);
    let parts = question.split('[').skip(1);
    parts
        .filter_map(|part| part.split_once(']'))
        .map(|(inner, _)| inner)
        .collect()
}

/// The lines that are shown within brackets: `Enter`, `a`, `:b`, `1-7`, `- +`.
fn lines(told: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for inner in brackets(told) {
        match inner.split_once('-') {
            _ if inner == "Enter" => lines.push(String::new()),
            Some((first, last)) if !inner.contains(' ') => {
                lines.extend([first.to_owned(), last.to_owned()]);
            }
            _ => lines.extend(inner.split(' ').map(str::to_owned)),
        }
    }
    lines
}

/// What holds in any state.
pub(super) fn check(wizard: &Wizard, columns: u16) {
    let glyphs = match columns.is_multiple_of(2) {
        true => Glyphs::Unicode,
        false => Glyphs::Ascii,
    };
    let (told, asks) = told_at_once(wizard, glyphs, columns);
    assert!(!told.contains('\u{1b}'), "{told}");
    let secrets = [Field::Password, Field::Key, Field::Passphrase].map(Mode::Field);
    if asks.is_silent() && secrets.contains(&wizard.mode()) {
        assert!(!told.contains(SENTINEL), "a secret is told:\n{told}");
    }
    let lines = lines(&told);
    // What completes a path has nothing to complete where a line is the whole of it.
    let completes = |action: &Action| *action == Action::NextPane && wizard.completes_path();
    for action in wizard.offers().into_iter().filter(|a| !completes(a)) {
        let chosen = |line: &String| match asks.read(line) {
            LineMeaning::Act(Action::Row(_)) => action == Action::Down,
            LineMeaning::Act(meant) => meant == action,
            _ => false,
        };
        assert!(
            lines.iter().any(chosen),
            "no line for {action:?} in\n{told}"
        );
    }
}

fn conversation(stage: Stage) -> PlainConversation {
    PlainConversation::new(stage.0, Glyphs::Unicode)
}

#[test]
fn a_row_is_chosen_by_its_number_and_only_what_changed_is_told() {
    let mut talk = conversation(Stage::at_checks());
    let told = talk.tell(80);
    assert!(told.contains("Step 4 of 8: Decrypt checks"), "{told}");
    assert!(told.contains("\n* 1. "), "{told}");
    talk.answer("2");
    let told = talk.tell(80);
    assert!(told.starts_with("* 2. "), "{told}");
    assert!(
        !told.contains("Step 4") && !told.contains("\n1. "),
        "{told}"
    );
    assert_eq!(talk.wizard.checks.cursor.at(), 1);
    // There is none.
    talk.answer("99999");
    assert!(talk.tell(80).contains("none of the choices"));
    assert_eq!(talk.wizard.checks.cursor.at(), 1);
    talk.answer("l");
    let told = talk.tell(80);
    assert!(
        told.contains("Step 4 of 8") && told.contains("\n* 2. "),
        "{told}"
    );
}

#[test]
fn a_filter_is_typed_behind_its_sign_and_taken_away_again() {
    let mut talk = conversation(Stage::at_checks());
    talk.tell(80);
    let all = talk.wizard.checks.len();
    let name = talk.wizard.checks.row(1).unwrap().owner.clone();
    talk.answer(&format!("/{name}"));
    assert!(!talk.wizard.checks.filtering);
    assert!(talk.wizard.checks.len() < all);
    talk.tell(80);
    talk.answer("esc");
    assert_eq!(talk.wizard.checks.len(), all);
}

#[test]
fn where_a_text_is_typed_a_command_has_a_colon() {
    let mut talk = conversation(Stage::at_keys(false));
    talk.tell(80);
    talk.answer("p");
    assert_eq!(talk.wizard.mode(), Mode::Field(Field::Place));
    let told = talk.tell(80);
    assert!(
        told.contains("[:b] back") && told.contains("[:?] help"),
        "{told}"
    );
    // None of these leaves the field.
    for line in [":", ":nonsense", "\u{1}", "with\u{7}bell"] {
        talk.answer(line);
        assert_eq!(talk.wizard.mode(), Mode::Field(Field::Place), "{line:?}");
        assert!(talk.effects.is_empty(), "{line:?}");
        talk.tell(80);
    }
    talk.answer(":b");
    assert_eq!(talk.wizard.mode(), Mode::Command);
    talk.tell(80);
    talk.answer("p");
    talk.tell(80);
    talk.answer("?");
    let searched = format!("{:?}", talk.effects);
    assert!(
        searched.contains("LookIn([\"?\"])"),
        "a text like others: {searched}"
    );
}

#[test]
fn a_text_that_begins_with_a_colon_is_typed_with_two() {
    let mut talk = conversation(Stage::at_passwords());
    let told = talk.tell(80);
    assert!(told.contains("What you type is not shown"), "{told}");
    talk.answer("::geheim 7");
    let place = talk.wizard.passwords.asked[0].place.clone();
    let answer = &talk.wizard.passwords.answers[&place];
    assert_eq!(answer.input.expose(), ":geheim 7");
    let told = talk.tell(80);
    assert!(!told.contains("geheim"), "{told}");
    // The line is the whole text: what stood there before is gone.
    talk.answer("another");
    assert_eq!(
        talk.wizard.passwords.answers[&place].input.expose(),
        "another"
    );
}

#[test]
fn a_forgotten_colon_sends_no_letter_to_a_mail_server() {
    let mut talk = conversation(Stage::at_passwords());
    talk.tell(80);
    for line in ["q", "b", "2", " t", "g5", "esc", "?"] {
        talk.answer(line);
        let told = talk.tell(80);
        let in_one_line = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            in_one_line.contains("has a colon in front here"),
            "{line:?}: {told}"
        );
        assert!(
            talk.effects.is_empty() && talk.wizard.typed() == 0,
            "{line:?}"
        );
    }
    // Who means it sees it.
    talk.answer(":v");
    talk.tell(80);
    talk.answer("q");
    assert_eq!(talk.wizard.typed(), 1);
}

#[test]
fn nothing_is_confirmed_by_an_empty_line() {
    let mut talk = conversation(Stage::at_apply());
    assert!(talk.tell(80).contains("Type apply"));
    for line in ["", "appl", "", "g5", ":g5", ""] {
        talk.answer(line);
        assert!(talk.wizard.apply.word.is_empty(), "{line:?} stays");
        assert!(!format!("{:?}", talk.effects).contains("Apply"), "{line:?}");
        talk.tell(80);
        if talk.wizard.step == Step::Plan {
            break;
        }
    }
    let mut talk = conversation(Stage::at_apply());
    talk.tell(80);
    talk.answer("apply");
    assert!(format!("{:?}", talk.effects).contains("Apply"));
}

#[test]
fn the_help_is_told_and_is_not_in_the_way() {
    let mut talk = conversation(Stage::at_keys(false));
    let before = talk.tell(80);
    talk.answer("?");
    let told = talk.tell(80);
    assert_eq!(talk.wizard.mode(), Mode::Command);
    let question = |told: &str| told[told.rfind("[Enter]").unwrap()..].to_owned();
    assert_eq!(question(&told), question(&before));
    assert!(
        !told.contains("Step 3 of 8"),
        "what stands above is not told again: {told}"
    );
}

#[test]
fn every_state_of_the_suite_is_told_on_narrow_and_wide_terminals() {
    for stage in [
        Stage::new,
        Stage::at_checks,
        Stage::at_plan,
        Stage::at_passwords,
        Stage::at_apply,
        || Stage::at_keys(false),
        || Stage::at_keys(true),
        || Stage::at_report(true),
        || Stage::at_report(false),
    ] {
        for columns in [1, 20, 40, 80, 132, 400] {
            check(&stage().0, columns);
        }
    }
}
