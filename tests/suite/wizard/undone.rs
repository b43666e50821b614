//! Several recoveries in one session: an undo takes back the last one that stands, then the one before it, and what is said
//! of them is true after each.

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::engine::exit::Exit;
use freescout_rescue::wizard::state::InstallLifetime;
use freescout_rescue::words::words;

use super::*;
use crate::screens::{Stage, draw, text};

/// Two recoveries, one after the other.
fn two() -> Stage {
    Stage::at_report(true).recovered_again("two")
}

/// The question about an undo of the recovery whose backup has this name.
fn asked(stage: Stage, backup: &str) -> Stage {
    let would = Update::WouldUndo(Box::new(fixture::would_undo_with(backup)));
    stage.act(&[Action::Undo]).answered(vec![would])
}

fn first() -> String {
    let folder = fixture::backup().folder;
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn screen(stage: &Stage) -> String {
    let theme = Theme::new(Depth::Sixteen, Glyphs::Unicode);
    text(&draw(&stage.0, 120, 40, theme))
}

/// What step 8 says above its list.
fn said(stage: &Stage) -> String {
    let view = stage.0.report_view();
    [view.in_short.join(" "), view.hints.join(" ")].join(" ")
}

#[test]
fn one_undo_after_the_other_takes_all_recoveries_of_the_session_back() {
    let stage = two();
    assert_eq!(stage.0.next_undo(), Some((2, 2)));
    let shown = said(&stage);
    for said in [
        "All 2 recoveries of this session are in effect",
        "Press u to undo recovery 2 of 2.",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
    let stage = asked(stage, "two");
    assert!(screen(&stage).contains("Undo recovery 2 of 2 of this session"));
    let stage = stage.act(&[Action::Back]).taken_back("two");
    // The first one stands, and is taken back next.
    assert_eq!(stage.0.next_undo(), Some((1, 2)));
    assert!(stage.0.offers().contains(&Action::Undo));
    let shown = said(&stage);
    for said in [
        "Undone: 3 database fields",
        "Of the 2 recoveries of this session, 1 is in effect.",
        "Press u to undo recovery 1 of 2.",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
    assert!(!stage.0.written.is_nothing());
    let goodbye = stage.0.goodbye(InstallLifetime::Lasting).join("\n");
    assert!(goodbye.contains("1 is in effect"), "{goodbye}");
    let stage = stage.taken_back(&first());
    assert_eq!(stage.0.next_undo(), None);
    assert!(!stage.0.offers().contains(&Action::Undo));
    let shown = said(&stage);
    assert!(
        shown.contains("All 2 recoveries of this session have been undone."),
        "{shown}"
    );
    assert!(!shown.contains("Press u"), "{shown}");
    assert!(stage.0.written.is_nothing());
    assert_eq!(stage.0.exit(), Exit::Attention);
    // No step behind is open, and no key is named that does nothing.
    let stage = stage.act(&[Action::Go(Step::Keys)]);
    let why = stage.0.notice.clone().unwrap();
    assert!(
        why.contains("n starts over") && !why.contains("u undoes"),
        "{why}"
    );
}

#[test]
fn a_single_recovery_is_not_counted() {
    let stage = Stage::at_report(true);
    assert_eq!(stage.0.next_undo(), None);
    assert!(!said(&stage).contains("of this session"));
    assert!(screen(&asked(stage, &first())).contains("Undo the recovery"));
}

#[test]
fn a_session_that_ends_in_a_later_round_names_all_that_stands() {
    let stage = two()
        .act(&[Action::StartOver])
        .surveyed(fixture::recovered());
    let goodbye = stage.0.goodbye(InstallLifetime::Lasting).join("\n");
    assert!(
        goodbye.contains("2 recoveries made in this session stay in effect."),
        "{goodbye}"
    );
    let one = Stage::at_report(true).act(&[Action::StartOver]);
    let goodbye = one.0.goodbye(InstallLifetime::Lasting).join("\n");
    assert!(
        goodbye.contains("The recovery made in this session stays in effect."),
        "{goodbye}"
    );
}

/// Somebody else recovers, or takes back, meanwhile.
#[test]
fn what_others_did_meanwhile_is_not_called_a_recovery_of_this_session() {
    let other = asked(two(), "other");
    let shown = screen(&other);
    assert!(
        shown.contains("It was not made in this session."),
        "{shown}"
    );
    assert!(!shown.contains("2 of 2"), "{shown}");
    let stage = other.act(&[Action::Back]).taken_back("other");
    assert_eq!(stage.0.next_undo(), Some((2, 2)));
    // The second one is gone already.
    let stage = asked(stage, &first());
    assert_eq!(stage.0.next_undo(), Some((1, 2)));
    // And the first one, too.
    let none = ErrorKind::NothingToDo.problem(words().undo_none_left, "", "");
    let stage = stage
        .act(&[Action::Back, Action::Undo])
        .answered(vec![Update::Failed(none)]);
    assert!(!stage.0.offers().contains(&Action::Undo));
    assert!(screen(&stage).contains(words().undo_none_left));
}

/// A recovery that was written in part leaves the one before it in place.
#[test]
fn a_part_that_is_taken_back_takes_no_earlier_recovery_along() {
    let half = Update::HalfDone(fixture::problem());
    let stage = Stage::at_report(true)
        .act(&[Action::StartOver])
        .surveyed(fixture::assessment(true))
        .on_to_apply()
        .type_text("apply")
        .act(&[Action::Primary])
        .answered(vec![half]);
    assert_eq!(stage.0.exit(), Exit::Unreadable);
    let mut wizard = stage.act(&[Action::Retry]).answered(vec![
        Update::Surveyed(Box::new(fixture::survey())),
        Update::Unfinished(Box::new(fixture::unfinished_run())),
        Update::Assessed(Box::new(fixture::assessment(true))),
    ]);
    let would = Update::WouldUndo(Box::new(fixture::would_undo_with("half")));
    wizard = wizard
        .answered(vec![would])
        .type_text("undo")
        .act(&[Action::Primary])
        .answered(vec![
            Update::Assessed(Box::new(fixture::recovered())),
            fixture::undone_with("half"),
        ]);
    assert_eq!(wizard.0.written.standing(), 1);
    assert!(wizard.0.offers().contains(&Action::Undo));
    assert!(!said(&wizard).contains("have been undone"));
}
