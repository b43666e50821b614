//! How the panes share the window, at any size: every key that works is in the footer, what does not fit can be reached and
//! says so, and no row is blank where a list has more.

use freescout_rescue::tui::keymap;
use freescout_rescue::words::words;

use super::keys::{WAYS, any_end, run_on};
use super::*;
use crate::screens::{Stage, measured};

/// What is wrong with a screen.
fn faults(wizard: &Wizard, width: u16, height: u16) -> Vec<String> {
    let (screen, hidden) = measured(wizard, width, height);
    let mut faults = Vec::new();
    // What stands below the frames, and says which keys there are.
    let lines: Vec<&str> = screen.lines().collect();
    let end = lines
        .iter()
        .rposition(|line| line.contains('└'))
        .unwrap_or_default();
    let foot = lines[end + 1..].join("  ");
    let words_of_foot: Vec<&str> = foot.split_whitespace().collect();
    for action in wizard.offers() {
        if let Some(cap) = keymap::cap(action, wizard.typing())
            && !words_of_foot.contains(&cap)
        {
            faults.push(format!("{cap} works and is not in the footer"));
        }
    }
    if foot.contains('…') && wizard.running.is_none() && wizard.notice.is_none() {
        faults.push("the footer is cut".to_owned());
    }
    if hidden.cut {
        faults.push("something cannot be reached".to_owned());
    }
    let w = words();
    for (rows, text) in [(hidden.above, w.more_above), (hidden.below, w.more_below)] {
        if (rows > 0) != screen.contains(text) {
            faults.push(format!("{rows} rows are hidden: {text}"));
        }
    }
    // A list that has more says which items it shows, in its last row.
    let has_more = |line: &&str| {
        let mut parts = line.split(" / ");
        let shown = parts.next().and_then(|before| before.rsplit(' ').next());
        let is_range = |text: &str| {
            let mut numbers = text.split('–');
            numbers.clone().count() == 2 && numbers.all(|n| n.parse::<usize>().is_ok())
        };
        shown.is_some_and(is_range) && parts.next().is_some()
    };
    // The pane of the step: beside the steps, and the connections, where those have panes of their own.
    let pane: Vec<&str> = lines[..end]
        .iter()
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('│').collect();
            match columns.len() {
                0..3 => None,
                3 => Some(columns[1]),
                _ => Some(columns[3]),
            }
        })
        .collect();
    if !wizard.connections.open && pane.iter().any(has_more) {
        let blank = pane.iter().filter(|text| text.trim().is_empty()).count();
        if blank > 4 {
            faults.push(format!(
                "{blank} rows are blank beside a list that has more"
            ));
        }
    }
    faults
}

#[test]
fn every_step_of_a_large_install_uses_every_window() {
    let steps = [
        Step::Survey,
        Step::Backup,
        Step::Keys,
        Step::Checks,
        Step::Plan,
        Step::Passwords,
    ];
    for count in [1, 3, 17, 200] {
        for step in steps {
            let stage = Stage::at_passwords_of(count).act(&[Action::Go(step)]);
            for (width, height) in [
                (76, 22),
                (80, 24),
                (80, 50),
                (100, 30),
                (120, 24),
                (133, 40),
                (134, 40),
                (200, 50),
                (220, 70),
            ] {
                let found = faults(&stage.0, width, height);
                let (screen, _) = measured(&stage.0, width, height);
                assert!(
                    found.is_empty(),
                    "{count} {width}x{height}: {found:#?}\n{screen}"
                );
            }
        }
    }
}

#[test]
fn the_passwords_have_the_rows_that_the_field_leaves() {
    let stage = Stage::at_passwords_of(17);
    let (screen, _) = measured(&stage.0, 80, 24);
    let shown = screen
        .lines()
        .filter(|line| line.contains("not entered"))
        .count();
    assert!(shown >= 6, "{shown} of 17:\n{screen}");
}

#[test]
fn what_is_chosen_is_marked_where_the_keys_are_and_nowhere_else() {
    use ratatui::style::Modifier;
    let marked = |stage: &Stage, width| {
        let theme = Theme::new(Depth::Mono, Glyphs::Unicode);
        let buffer = crate::screens::draw(&stage.0, width, 40, theme);
        let cells = buffer.content.iter().enumerate();
        let marked = cells.filter(|(_, cell)| cell.modifier.contains(Modifier::REVERSED));
        let columns: Vec<usize> = marked.map(|(at, _)| at % usize::from(width)).collect();
        columns
    };
    let stage = Stage::at_passwords_of(3).act(&[Action::Go(Step::Checks)]);
    let of_step = marked(&stage, 150);
    assert!(
        !of_step.is_empty() && of_step.iter().all(|x| *x < 106),
        "{of_step:?}"
    );
    let stage = stage.act(&[Action::Connections]);
    let beside = marked(&stage, 150);
    assert!(
        !beside.is_empty() && beside.iter().all(|x| *x > 100),
        "{beside:?}"
    );
    // What lies over both has the keys.
    let stage = stage.act(&[Action::Help]);
    assert_eq!(marked(&stage, 150), Vec::<usize>::new());
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 150, ..Default::default() })]

    #[test]
    fn every_window_shows_what_it_can(
        way in 0..WAYS.len(), luck in any::<u8>(), inputs in any_end(), width in 76_u16..=220, height in 22_u16..=70,
    ) {
        let run = run_on(WAYS[way], luck, &inputs);
        if !run.left && run.wizard.overlay.is_none() && !run.wizard.window().is_too_small() {
            let found = faults(&run.wizard, width, height);
            let (screen, _) = measured(&run.wizard, width, height);
            assert!(found.is_empty(), "{width}x{height}: {found:#?}\n{screen}");
        }
    }
}

#[test]
fn a_filter_finds_every_word_of_a_row() {
    let rows = |words: &str| {
        let stage = Stage::at_checks().act(&[Action::Filter]).type_text(words);
        let checks = &stage.0.checks;
        let rows = (0..checks.len()).filter_map(|at| checks.row(at));
        rows.map(|row| row.owner.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rows("lost").len(), 2);
    assert_eq!(rows("LOST köln"), ["Buchhaltung Köln"]);
    assert_eq!(rows("köln lost sales"), Vec::<String>::new());
    assert_eq!(rows("sales@helpdesk"), ["销售"]);
    assert!(rows("k1").contains(&"Support".to_owned()));
    assert!(!rows("k2").contains(&"Support".to_owned()));
    assert_eq!(rows("oauth").len(), 1);
}
