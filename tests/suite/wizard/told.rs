//! What is said is so, and can be read: hints name the keys that help, nothing is cut off without a sign, a filter takes no
//! choice away.

use std::time::Duration;

use freescout_rescue::tui::frame::Clock;
use freescout_rescue::words::words;

use super::*;
use crate::screens::{Stage, draw, measured, text};

fn theme() -> Theme {
    Theme::new(Depth::Sixteen, Glyphs::Unicode)
}

fn screen(stage: &Stage, width: u16, height: u16) -> String {
    text(&draw(&stage.0, width, height, theme()))
}

/// A text of the screen without its lines and blanks.
fn squeezed(text: &str) -> String {
    let is_drawn = |c: &char| !c.is_whitespace() && !"│─┌┐└┘▸".contains(*c);
    text.chars().filter(is_drawn).collect()
}

/// A login that another one kept from being tried is tried by `t` and `r`; another password is no help.
#[test]
fn a_login_that_was_not_tried_is_helped_by_the_key_that_tries_it() {
    let codes = [Code::Ok, Code::Ok, Code::Ok, Code::SameAsBefore];
    let stage = Stage::at_report(true).tested(&codes).answered_tests();
    let hints = stage.0.report_view().hints.join(" ");
    assert!(
        hints.contains("press t, choose it (Tab: incoming or outgoing), then r."),
        "{hints}"
    );
    assert!(!hints.contains("those that were refused"), "{hints}");
    // Where one was refused itself, it needs another password.
    let codes = [Code::Ok, Code::Ok, Code::AuthRejected, Code::Ok];
    let stage = Stage::at_report(true).tested(&codes).answered_tests();
    let hints = stage.0.report_view().hints.join(" ");
    assert!(!hints.contains("then r."), "{hints}");
    assert!(hints.contains("Press n"), "{hints}");
}

#[test]
fn a_filter_that_shows_nothing_says_what_is_so() {
    let filtered = |stage: Stage| {
        let stage = stage.act(&[Action::Connections, Action::FailingOnly]);
        screen(&stage, 80, 24)
    };
    let w = words();
    let all_work = Stage::at_report(true)
        .tested(&[Code::Ok; 20])
        .answered_tests();
    let shown = filtered(all_work);
    assert!(shown.contains(w.connections_none_failing), "{shown}");
    assert!(!shown.contains("Nothing has been tested"), "{shown}");
    let shown = filtered(Stage::at_checks());
    assert!(shown.contains(w.connections_none_tested), "{shown}");
    assert!(!shown.contains(w.connections_none_failing), "{shown}");
}

/// Each detail of the chosen login can be read as a whole, on the screen or by turning pages.
#[test]
fn what_was_seen_at_each_step_of_a_login_is_not_cut_off() {
    let stage = Stage::at_report(true)
        .tested(&[Code::Ok; 20])
        .answered_tests();
    let mut stage = stage.act(&[Action::Connections]);
    let chosen = stage.0.connections.chosen().unwrap().id;
    let ladder = &stage.0.connections.last(chosen).unwrap().ended.ladder;
    let details: Vec<String> = ladder
        .iter()
        .map(|step| squeezed(&step.detail.to_string()))
        .collect();
    assert!(details.iter().any(|detail| detail.len() > 30));
    for (width, height) in [(76, 22), (80, 24), (134, 24), (134, 40), (200, 50)] {
        stage.0.update(Event::Resize(Window {
            columns: width,
            rows: height,
        }));
        stage.0.update(Event::Act(Action::First));
        let mut seen = String::new();
        for _ in 0..20 {
            let (page, hidden) = measured(&stage.0, width, height);
            assert!(!hidden.cut, "{width}x{height}");
            seen.push_str(&pane_of_connections(&page));
            stage.0.update(Event::Drawn(hidden));
            if hidden.below == 0 {
                break;
            }
            stage.0.update(Event::Act(Action::PageDown));
        }
        for detail in &details {
            // What is wrapped goes on below its own column.
            assert!(seen.contains(detail), "{width}x{height}: {detail}\n{seen}");
        }
    }
}

/// The text of the rightmost pane, without lines and blanks.
fn pane_of_connections(page: &str) -> String {
    let lines = page.lines().filter_map(|line| line.rsplit('│').nth(1));
    lines.map(squeezed).collect()
}

#[test]
fn the_pane_of_the_connections_names_help_and_the_way_out() {
    let stage = Stage::at_checks().act(&[Action::Connections]);
    let shown = screen(&stage, 80, 24);
    let foot = shown.lines().skip(21).collect::<String>();
    assert!(
        foot.contains("? help") && foot.contains("q quit"),
        "{shown}"
    );
}

/// Every step has its name in the line of steps, or a sign that it has none there.
#[test]
fn a_name_that_has_no_room_in_the_line_of_steps_leaves_a_sign() {
    let names = [
        "Survey",
        "Backup",
        "Keys",
        "Checks",
        "Plan",
        "Passwords",
        "Apply",
        "Report",
    ];
    for width in 76..120 {
        for stage in [
            Stage::at_keys(true),
            Stage::at_plan(),
            Stage::at_report(true),
        ] {
            let shown = screen(&stage, width, 22);
            let line = shown.lines().nth(1).unwrap();
            for (number, name) in (1..).zip(names) {
                let named = line.contains(&format!("{number} {name}"));
                let signed = line.contains(&format!("{number}…"));
                assert!(named != signed, "{width} {name}: {line}");
            }
        }
    }
}

#[test]
fn the_chosen_strategy_is_named_wherever_its_list_is_scrolled_to() {
    let mut stage = Stage::at_plan();
    let (_, hidden) = measured(&stage.0, 80, 24);
    assert!(hidden.below > 0);
    stage.0.update(Event::Drawn(hidden));
    stage = stage.act(&[Action::PageDown]);
    let shown = screen(&stage, 80, 24);
    assert!(!shown.contains("▸ "), "{shown}");
    assert!(shown.contains("5  Plan: Restore"), "{shown}");
    // And the key that leads to the other list is named by what is there.
    assert!(shown.contains("Tab changes"), "{shown}");
    let shown = screen(&stage.act(&[Action::NextPane]), 80, 24);
    assert!(shown.contains("Tab strategies"), "{shown}");
}

#[test]
fn a_step_that_is_locked_says_what_unlocks_it() {
    let why = |stage: Stage, step| stage.act(&[Action::Go(step)]).0.notice.clone().unwrap();
    let w = words();
    assert_eq!(why(Stage::at_keys(true), Step::Passwords), w.locked_plan);
    assert_eq!(why(Stage::at_keys(true), Step::Apply), w.locked_plan);
    assert_eq!(why(Stage::at_keys(true), Step::Report), w.locked_report);
}

#[test]
fn a_filter_that_is_taken_away_leaves_the_chosen_row() {
    let stage = Stage::at_checks();
    let chosen = stage.0.checks.row(2).unwrap().owner.clone();
    let mut stage = stage.act(&[Action::Filter]).type_text(&chosen);
    assert_eq!(
        stage
            .0
            .checks
            .row(stage.0.checks.cursor.at())
            .unwrap()
            .owner,
        chosen
    );
    stage = stage.act(&[Action::Back]);
    assert!(stage.0.checks.filter.is_empty());
    assert_eq!(
        stage
            .0
            .checks
            .row(stage.0.checks.cursor.at())
            .unwrap()
            .owner,
        chosen
    );
    assert!(stage.0.checks.cursor.at() > 0);
}

/// What is being read may be long: how long it takes already stands before it.
#[test]
fn the_time_that_a_search_takes_is_not_cut_off_by_its_path() {
    let what = format!("Searched: 12 files, 3 MiB, in /srv/{}", "long/".repeat(40));
    let stage = Stage::at_keys(false)
        .act(&[Action::LookUsual])
        .hears(vec![Update::Progress {
            what,
            done: 12,
            of: None,
        }]);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let clock = Clock {
        turn: 0,
        running: Duration::from_secs(72),
    };
    terminal
        .draw(|f| {
            frame::draw_measured(f, &stage.0, &theme(), clock);
        })
        .unwrap();
    let shown = text(terminal.backend().buffer());
    assert!(shown.contains(" 1:12  Searched: 12 files"), "{shown}");
}

#[test]
fn in_lines_the_prompt_is_no_mark_and_what_is_left_out_is_counted() {
    use freescout_rescue::tui::plain::PlainConversation;
    let stage = Stage::at_report(true);
    let (id, which) = stage.round();
    let mut talk = PlainConversation::new(stage.0, Glyphs::Unicode);
    let told = talk.tell(80);
    assert!(
        told.contains("\n* 1. ") && !told.contains("\n> 1. "),
        "{told}"
    );
    // One login ends: its mailbox is told anew, and how many others are as they were.
    let tested = fixture::tested(which[0], Code::AuthRejected);
    talk.update(Event::Job(id, Update::Tested(Box::new(tested))));
    talk.answer("nonsense");
    let told = talk.tell(80);
    assert!(told.contains("other items are unchanged."), "{told}");
    talk.answer("2");
    let told = talk.tell(80);
    assert!(
        told.contains("* 2. ") && !told.contains("unchanged"),
        "{told}"
    );
}
