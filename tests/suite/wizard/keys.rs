//! What the keys do, and what the footer says of them: in each state it offers the keys that do something, and no other;
//! letters typed into a field never act; what was typed and refused stays to be mended.

use std::collections::{BTreeMap, BTreeSet};

use freescout_rescue::domain::plan::CacheRefresh;
use freescout_rescue::tui::frame::foot;
use freescout_rescue::tui::keymap::{self, BINDINGS};
use freescout_rescue::wizard::mode::{Field, Mode};
use freescout_rescue::wizard::step::passwords::Asked;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::screens::{Stage, draw, text};

/// How far a run goes before chance takes over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    Survey,
    Backup,
    Keys,
    Plan,
    Passwords,
    Apply,
    Report,
}

pub(super) const WAYS: [Way; 7] = [
    Way::Survey,
    Way::Backup,
    Way::Keys,
    Way::Plan,
    Way::Passwords,
    Way::Apply,
    Way::Report,
];

/// A run that went this way, and then took these inputs; it is over when it has left.
pub(super) fn run_on(way: Way, luck: u8, inputs: &[Input]) -> Run {
    use Action::{Go, LookUsual, Primary};
    let mut run = Run::new(if matches!(way, Way::Survey) { luck } else { 1 });
    run.again = true;
    if !matches!(way, Way::Survey) {
        run.walk(&[Input::Engine]);
    }
    let acts: &[Action] = match way {
        Way::Survey => &[],
        Way::Backup => &[Primary],
        Way::Keys => &[Primary, Primary, Primary],
        Way::Plan => &[Primary, Primary, Primary, LookUsual, Go(Step::Plan)],
        Way::Passwords => &[
            Primary,
            Primary,
            Primary,
            LookUsual,
            Go(Step::Plan),
            Go(Step::Passwords),
        ],
        Way::Apply | Way::Report => &[
            Primary,
            Primary,
            Primary,
            LookUsual,
            Go(Step::Plan),
            Go(Step::Apply),
        ],
    };
    run.walk(&acts.iter().copied().map(Input::Act).collect::<Vec<_>>());
    if matches!(way, Way::Report) {
        run.walk(&[Input::Word("apply"), Input::Act(Primary)]);
    }
    run.engine.luck = luck;
    for input in inputs {
        if run.left {
            break;
        }
        run.step(input);
    }
    run
}

/// Keys that move the same cursor, or change the same pane, are offered as one.
fn family(action: Action) -> Action {
    use Action::{Down, First, Last, Left, NextPane, PageDown, PageUp, PreviousPane, Right, Up};
    match action {
        Up | Down | PageUp | PageDown | First | Last => Down,
        Left | Right | NextPane | PreviousPane => NextPane,
        action => action,
    }
}

/// Keys that do the same everywhere; the help says of them what the footer has no room for.
fn is_general(action: Action) -> bool {
    matches!(
        action,
        Action::Quit | Action::Interrupt | Action::Help | Action::Connections | Action::Go(_)
    )
}

/// Everything a keyboard can say that is not a letter.
fn actions(typing: bool) -> BTreeMap<String, Action> {
    let bound = BINDINGS.iter().filter_map(|binding| {
        let modifiers = match binding.ctrl {
            true => KeyModifiers::CONTROL,
            false => KeyModifiers::NONE,
        };
        keymap::action(KeyEvent::new(binding.key, modifiers), typing)
    });
    bound
        .map(|action| (format!("{action:?}"), action))
        .collect()
}

/// The state, but for the sentence about the last key.
fn silent(run: &mut Run) -> (String, Vec<String>) {
    run.wizard.notice = None;
    everything(&run.wizard)
}

pub(super) fn any_end() -> impl Strategy<Value = Vec<Input>> {
    proptest::collection::vec(any_input(), 0..20)
}

/// What is wrong with the footer of one state, and which mode that is.
fn faults(way: Way, luck: u8, inputs: &[Input]) -> Option<(Mode, Vec<String>)> {
    let run = run_on(way, luck, inputs);
    let mode = run.wizard.mode();
    if run.left || mode == Mode::Unseen {
        return None;
    }
    let offers: BTreeSet<String> = run
        .wizard
        .offers()
        .iter()
        .map(|a| format!("{a:?}"))
        .collect();
    let labels: BTreeSet<&str> = run
        .wizard
        .offers()
        .iter()
        .map(|a| foot::label(*a, &run.wizard))
        .collect();
    let mut does: BTreeMap<String, bool> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut other = run_on(way, luck, inputs);
    let before = silent(&mut other);
    for (name, action) in actions(mode.is_typing()) {
        let label = foot::label(action, &run.wizard);
        let effects = other.wizard.update(Event::Act(action));
        let says = other.wizard.notice.is_some();
        let acts = !effects.is_empty() || silent(&mut other) != before;
        if acts {
            other = run_on(way, luck, inputs);
        }
        let family = format!("{:?}", family(action));
        let offered = offers.contains(&family) || offers.contains(&name) || labels.contains(label);
        if acts && !offered && !mode.is_typing() && !is_general(action) {
            let step = run.wizard.step;
            faults.push(format!(
                "{mode:?} of {step:?}: {name} acts, and is not offered"
            ));
        }
        *does.entry(family).or_default() |= acts || says;
        *does.entry(name).or_default() |= acts || says;
    }
    for offered in offers {
        if does.get(&offered) != Some(&true) {
            let step = run.wizard.step;
            faults.push(format!(
                "{mode:?} of {step:?}: {offered} is offered, and does nothing"
            ));
        }
    }
    Some((mode, faults))
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 32, ..Default::default() })]

    #[test]
    fn the_footer_offers_what_does_something(way in 0..WAYS.len(), luck in any::<u8>(), inputs in any_end()) {
        let found = faults(WAYS[way], luck, &inputs);
        assert!(found.iter().all(|(_, faults)| faults.is_empty()), "{found:?}");
    }

    #[test]
    fn a_letter_typed_into_a_field_never_acts(way in 0..WAYS.len(), luck in any::<u8>(), inputs in any_end()) {
        let mut run = run_on(WAYS[way], luck, &inputs);
        let mode = run.wizard.mode();
        if !run.left && mode.is_typing() {
            for c in (' '..='~').chain("é密".chars()) {
                let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
                assert_eq!(keymap::action(key, run.wizard.typing()), None, "{c}");
                let state = |run: &Run| (run.wizard.step, run.wizard.overlay, run.engine.running);
                let before = state(&run);
                let effects = run.wizard.update(Event::Type(c));
                // A trial of what stood there before is called off.
                let harmless = |effect: &Effect| matches!(effect, Effect::Cancel(_));
                assert!(effects.iter().all(harmless), "{c}: {effects:?}");
                assert_eq!((state(&run), run.wizard.mode()), (before, mode), "{c}");
            }
        }
    }
}

/// Chance alone seldom finds them: each mode is looked at once for certain.
#[test]
fn every_field_and_every_question_is_offered_exactly() {
    use Action::{
        AddKey, Connections, Filter, Go, Help, LookIn, OtherDatabase, OtherFolder, Quit, Undo,
    };
    let read: Vec<Input> = std::iter::repeat_n(Input::Engine, 6).collect();
    let word = Input::Word("/root");
    let (mut seen, mut all) = (BTreeSet::new(), BTreeSet::new());
    let mut look = |way, luck, inputs: &[Input]| {
        if let Some((mode, faults)) = faults(way, luck, inputs) {
            seen.insert(format!("{mode:?}"));
            all.extend(faults);
        }
    };
    // Which of them fail, and which ask something first, is up to chance.
    for luck in 0..16 {
        look(Way::Survey, luck, &read);
        for opens in [OtherFolder, OtherDatabase] {
            let opened: Vec<Input> = read.iter().cloned().chain([Input::Act(opens)]).collect();
            look(Way::Survey, luck, &opened);
        }
        // A run that did not end, whose backup is encrypted.
        let resume = [Input::Word("resume"), Input::Act(Action::Primary)];
        let resumed = [&read[..], &read[..], &resume, &read[..]].concat();
        look(Way::Survey, luck, &resumed);
        look(
            Way::Survey,
            luck,
            &[&resumed[..], std::slice::from_ref(&word)].concat(),
        );
    }
    for (way, acts) in [
        (Way::Backup, vec![]),
        (Way::Backup, vec![OtherFolder]),
        (Way::Backup, vec![Help]),
        (Way::Keys, vec![]),
        (Way::Keys, vec![AddKey]),
        (Way::Keys, vec![LookIn]),
        (Way::Keys, vec![Connections]),
        (Way::Keys, vec![Go(Step::Checks), Filter]),
        (Way::Plan, vec![]),
        (Way::Passwords, vec![]),
        (Way::Apply, vec![]),
        (Way::Report, vec![Quit]),
        (Way::Report, vec![]),
        (Way::Report, vec![Undo]),
    ] {
        let mut inputs: Vec<Input> = acts.into_iter().map(Input::Act).collect();
        look(way, 1, &inputs);
        inputs.push(word.clone());
        look(way, 1, &inputs);
    }
    assert!(all.is_empty(), "{all:#?}");
    for mode in [
        "Question(Leave)",
        "Question(Earlier)",
        "Help",
        "Connections",
        "Command",
        "Field(Folder)",
        "Field(Database)",
        "Field(Unfinished)",
        "Field(Passphrase)",
        "Field(BackupFolder)",
        "Field(Key)",
        "Field(Place)",
        "Field(Filter)",
        "Field(Password)",
        "Field(Confirm)",
        "Field(Undo)",
    ] {
        assert!(seen.contains(mode), "{mode} was not reached: {seen:?}");
    }
}

/// What a screen of 80 columns says in its last two lines: the sentence about the last key, and the keys.
fn foot_of(stage: &Stage) -> (String, String) {
    let screen = screen(stage, 80, 24);
    let mut below = screen
        .lines()
        .skip_while(|line| !line.starts_with('└'))
        .skip(1);
    let notice = below.next().unwrap_or_default().trim().to_owned();
    let foot: Vec<&str> = below.map(str::trim).collect();
    (notice, foot.join(" | "))
}

fn screen(stage: &Stage, width: u16, height: u16) -> String {
    text(&draw(
        &stage.0,
        width,
        height,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    ))
}

#[test]
fn step_3_offers_every_key_that_works_in_80_columns() {
    let (_, foot) = foot_of(&Stage::at_keys(false));
    assert_eq!(
        foot,
        "Enter checks  a add key  p search path  s search server  m search PHP  t logins | Esc back  ? help  q quit"
    );
    let (_, foot) = foot_of(&Stage::at_keys(true));
    assert_eq!(
        foot,
        "Enter checks  ↑↓ choose  a add key  p search path  s search server | m search PHP  t logins  Esc back  ? help  q quit"
    );
    let wide = screen(&Stage::at_keys(false), 120, 40);
    let foot = wide.lines().last().unwrap_or_default();
    assert!(foot.contains("s search server"), "{foot}");
}

/// An error belongs to the question it answers: it goes with that question, and never stands under the next one.
#[test]
fn a_new_question_starts_clean() {
    let no_key = || Update::KeyTried {
        key: "it is 3 bytes long instead of 32".to_owned(),
        opens: None,
    };
    let nothing_there = || Update::Looked {
        files: 0,
        bytes: 0,
        unread: None,
        skipped: vec!["/rot: no such file or folder".to_owned()],
    };
    for (asks, typed, refused, said) in [
        (Action::AddKey, "abc", no_key(), "3 bytes long"),
        (Action::LookIn, "/rot", nothing_there(), "/rot: no such"),
    ] {
        let stage = Stage::at_keys(false)
            .act(&[asks])
            .type_text(typed)
            .act(&[Action::Primary])
            .answered(vec![refused]);
        assert!(screen(&stage, 80, 24).contains(said));
        let left = stage.act(&[Action::Back]);
        assert!(!screen(&left, 80, 24).contains(said), "after Esc");
        for next in [Action::AddKey, Action::LookIn] {
            let asked = Stage::at_keys(false)
                .act(&[asks])
                .type_text(typed)
                .act(&[Action::Primary])
                .answered(vec![match asks {
                    Action::AddKey => no_key(),
                    _ => nothing_there(),
                }])
                .act(&[Action::Back, next]);
            assert!(!screen(&asked, 80, 24).contains(said), "{asks:?}, {next:?}");
        }
    }
    // A folder for backups that cannot be one.
    let refused = Update::Failed(fixture::problem());
    let what = fixture::problem().what;
    let stage = Stage::new()
        .surveyed(fixture::assessment(false))
        .act(&[Action::Go(Step::Backup), Action::OtherFolder])
        .act(&[Action::EraseAll])
        .type_text("/rot")
        .act(&[Action::Primary])
        .answered(vec![refused]);
    assert!(screen(&stage, 80, 24).contains(&what));
    let left = stage.act(&[Action::Back]);
    assert!(!screen(&left, 80, 24).contains(&what));
}

/// In a window too small for the steps the screen says what the ways out do, and they do that; what matters most comes first,
/// so that it is not what is cut.
#[test]
fn a_small_window_says_what_its_keys_do() {
    let sized = |mut stage: Stage, columns, rows| {
        stage.0.update(Event::Resize(Window { columns, rows }));
        stage
    };
    let ends = |stage: &mut Stage, action| {
        let effects = stage.0.update(Event::Act(action));
        effects.iter().any(|e| matches!(e, Effect::Quit(_)))
    };
    let mut idle = sized(Stage::at_checks(), 20, 5);
    assert_eq!(
        screen(&idle, 20, 5),
        "Enlarge to 76×22\n(now 20×5).\nq or Ctrl-C: leave.\nOther keys do\nnothing.\n"
    );
    assert!(ends(&mut idle, Action::Quit));
    let mut typed = sized(Stage::at_passwords().type_text(SENTINEL), 20, 5);
    assert_eq!(
        screen(&typed, 20, 5),
        "Enlarge to 76×22\n(now 20×5).\nCtrl-C twice: leave.\nOther keys do\nnothing.\n"
    );
    assert!(!ends(&mut typed, Action::Interrupt));
    let asked = screen(&typed, 20, 5);
    assert!(asked.starts_with("Leave? Ctrl-C: yes.\n"), "{asked}");
    // A letter may be meant for the field below: it never confirms.
    assert!(!ends(&mut typed, Action::Quit));
    // Two rows still hold the question; one does not, and then nothing is promised.
    let mut typed = sized(typed, 20, 2);
    assert!(screen(&typed, 20, 2).starts_with("Leave? Ctrl-C: yes.\n"));
    typed = sized(typed, 20, 1);
    assert_eq!(screen(&typed, 20, 1), "Enlarge to 76×22   …\n");
    assert!(!ends(&mut typed, Action::Interrupt));
    typed = sized(typed, 20, 2);
    assert!(ends(&mut typed, Action::Interrupt));
}

/// A key that does nothing says so, and why where that is known.
#[test]
fn a_key_that_does_nothing_says_so() {
    use Action::{KeepUntested, Primary, Retry, Select, Undo};
    let nothing = "That key does nothing here. Press ? for the keys that work.";
    let typing = "That key does nothing here. Press F1 for the keys that work.";
    let busy = "One moment: something is still in progress.";
    let writing = "Changes are being written and cannot be interrupted. This takes a moment.";
    let comparing = "Still comparing what an undo would put back. When it is shown, press Enter.";
    let applying = || Stage::at_apply().type_text("apply").act(&[Primary]);
    let undoing = || Stage::at_report(true).act(&[Undo]);
    let keys = || Stage::at_keys(false);
    for (stage, action, said) in [
        (Stage::new(), Primary, busy),
        (keys(), Undo, nothing),
        (
            keys().act(&[Action::AddKey]),
            Primary,
            "There is nothing in the field yet.",
        ),
        (Stage::at_plan(), Select, nothing),
        (Stage::at_passwords(), KeepUntested, typing),
        (Stage::at_passwords(), Retry, typing),
        (applying(), Primary, writing),
        (undoing(), Primary, comparing),
        (undoing().type_text("undo"), Primary, comparing),
        (
            undoing().foreseen().type_text("undo").act(&[Primary]),
            Primary,
            writing,
        ),
    ] {
        let step = stage.0.step;
        let (notice, _) = foot_of(&stage.act(&[action]));
        assert_eq!(notice, said, "{action:?} in {step:?}");
    }
}

/// What a server accepted stays accepted where there is nothing to suggest.
#[test]
fn no_suggestion_takes_no_answer_away() {
    let at_first = Stage::at_passwords();
    let passwords = &at_first.0.passwords;
    let lonely = |asked: &Asked| asked.connection.is_some() && passwords.offers(asked).is_empty();
    let at = passwords.asked.iter().position(lonely).expect("one");
    let place = passwords.asked[at].place.clone();
    let after = at_first
        .act(&vec![Action::Down; at])
        .type_text(SENTINEL)
        .act(&[Action::Primary])
        .tested(&[Code::Ok])
        .act(&[Action::SameAs]);
    assert!(after.0.passwords.answers[&place].trial.is_some());
}

/// Step 7 promises of cache and workers what will really be done, and names what is left to the operator.
#[test]
fn step_7_says_who_clears_the_cache_and_restarts_the_workers() {
    let by_us = |tells_workers| CacheRefresh::ByUs {
        why: "FreeScout's files belong to root".to_owned(),
        tells_workers,
    };
    for (refresh, said) in [
        (
            CacheRefresh::ByFreeScout,
            "the config cache is cleared if it is outdated, and the workers are restarted",
        ),
        (
            by_us(true),
            "the config cache is removed if it is outdated, and workers are told to restart. \
             FreeScout's clear-cache command is not run: FreeScout's files belong to root",
        ),
        (
            by_us(false),
            "The workers cannot be told to restart from here: afterwards, run `php artisan \
             queue:restart` as the account that PHP runs as",
        ),
        (
            CacheRefresh::NotNeeded,
            "the config cache and the workers stay as they are: the key does not change",
        ),
    ] {
        let mut stage = Stage::at_apply();
        stage.0.apply.ready.as_mut().expect("planned").refresh = refresh;
        let lines: Vec<String> = screen(&stage, 80, 24)
            .lines()
            .map(|line| line.trim_matches(['│', ' ']).to_owned())
            .collect();
        let shown = lines.join(" ");
        assert!(shown.contains(said), "{said}: {shown}");
        assert!(shown.contains("Type apply and press Enter"), "{shown}");
    }
}

/// The question follows its preview; what was typed before is in its field then.
#[test]
fn an_undo_is_confirmed_only_beside_its_preview() {
    let waiting = Stage::at_report(true).act(&[Action::Undo]);
    let seen = screen(&waiting, 80, 24);
    assert!(seen.contains("The question appears here"), "{seen}");
    assert!(!seen.contains("Type undo"), "{seen}");
    let (notice, foot) = foot_of(&waiting);
    assert!(!foot.contains("Enter"), "{foot}");
    assert!(notice.is_empty() || !notice.contains("Still"), "{notice}");
    let typed = waiting.type_text("undo");
    let (notice, _) = foot_of(&typed);
    assert!(notice.starts_with("Still comparing"), "{notice}");
    let asked = screen(&typed.foreseen(), 80, 24);
    let rows: Vec<&str> = asked.lines().map(|l| l.trim_matches(['│', ' '])).collect();
    let at = rows.iter().position(|row| row.starts_with("Type undo"));
    assert_eq!(rows[at.expect("it is asked") + 1], "undo");
}

/// Why Enter is not refused, nor promised, for what was suggested, typed, kept, or is not there.
#[test]
fn step_6_says_what_becomes_of_the_password_in_the_field() {
    let tests = "Enter tests this password on the server; step 7 stores it.";
    let later = "What you enter is tested on its mail server first; step 7 stores it.";
    let empty = Stage::at_passwords();
    assert!(screen(&empty, 80, 24).contains(later));
    let typed = empty.type_text(SENTINEL);
    assert!(screen(&typed, 80, 24).contains(tests));
    let kept = screen(&typed.act(&[Action::KeepUntested]), 80, 24);
    assert!(!kept.contains(tests) && !kept.contains(later), "{kept}");
    let suggested = Stage::at_passwords()
        .act(&[Action::Down, Action::Down])
        .type_text(SENTINEL)
        .act(&[Action::Down, Action::SameAs]);
    let seen = screen(&suggested, 80, 24);
    assert!(
        seen.contains("the same as") && seen.contains(tests),
        "{seen}"
    );
}

/// What a mail server found wrong is replaced by what is typed next, unless somebody went into it first.
#[test]
fn a_refused_password_is_typed_anew() {
    let refused = |code| {
        let tried = Stage::at_passwords().type_text("wrong");
        tried
            .act(&[Action::Primary])
            .tested(&[code])
            .answered_tests()
    };
    let typed = |stage: &Stage| {
        let (at, asked) = (stage.0.passwords.cursor.at(), &stage.0.passwords.asked);
        let answer = &stage.0.passwords.answers[&asked[at].place];
        answer.input.expose().to_owned()
    };
    let wrong = Code::AuthRejected;
    assert_eq!(typed(&refused(wrong).type_text("new")), "new");
    let inside = refused(wrong).act(&[Action::Left]).type_text("n");
    assert_eq!(typed(&inside), "wronng");
    assert_eq!(typed(&refused(wrong).act(&[Action::Erase])), "wron");
    assert_eq!(typed(&refused(Code::Timeout).type_text("new")), "wrongnew");
}

/// A job of the wizard fails, or finds nothing: the field it came from is still there, with what was typed.
#[test]
fn what_was_refused_stays_in_its_field() {
    let failed = || Update::Failed(fixture::problem());
    let nothing_there = || Update::Looked {
        files: 0,
        bytes: 0,
        unread: None,
        skipped: vec!["/rot: No such file or directory".to_owned()],
    };
    let no_key = || Update::KeyTried {
        key: "the key has 31 bytes instead of 32".to_owned(),
        opens: None,
    };
    let cases: [(Way, Action, Field, Update); 5] = [
        (
            Way::Backup,
            Action::OtherFolder,
            Field::BackupFolder,
            failed(),
        ),
        (Way::Keys, Action::AddKey, Field::Key, no_key()),
        (Way::Keys, Action::LookIn, Field::Place, nothing_there()),
        (Way::Keys, Action::LookIn, Field::Place, failed()),
        (Way::Report, Action::Undo, Field::Undo, failed()),
    ];
    for (way, opens, field, refused) in cases {
        let mut run = run_on(way, 2, &[]);
        run.step(&Input::Act(opens));
        // What an undo would put back comes first.
        for _ in 0..3 {
            run.step(&Input::Engine);
        }
        run.step(&Input::Act(Action::EraseAll));
        let word = if field == Field::Undo { "undo" } else { "/rot" };
        run.wizard_types(word);
        assert_eq!(run.wizard.mode(), Mode::Field(field));
        run.wizard.update(Event::Act(Action::Primary));
        let id = run.wizard.running.as_ref().expect("it is tried").id;
        for update in [refused, Update::Done] {
            run.wizard.update(Event::Job(id, update));
        }
        assert_eq!(run.wizard.mode(), Mode::Field(field), "{opens:?}");
        // The word that takes a recovery back is typed anew each time.
        let kept = everything(&run.wizard).1.contains(&"/rot".to_owned());
        assert_eq!(kept, field != Field::Undo, "{field:?}");
    }
    // A folder that is none of FreeScout's, and database values that are wrong.
    let barred = |update: Update| {
        let (mut wizard, _) = Wizard::start_with(None, true);
        let id = wizard.running.as_ref().unwrap().id;
        for update in [update, Update::Done] {
            wizard.update(Event::Job(id, update));
        }
        wizard
    };
    let no_database = || Update::NoDatabase {
        problem: fixture::problem(),
        values: Box::new(DatabaseValues {
            driver: Driver::MySql,
            host: "127.0.0.1".to_owned(),
            port: 3306,
            socket: None,
            database: "freescout".to_owned(),
            username: "freescout".to_owned(),
            prefix: String::new(),
        }),
    };
    for (before, opens, field, refused) in [
        (failed(), Action::OtherFolder, Field::Folder, failed()),
        (
            no_database(),
            Action::OtherDatabase,
            Field::Database,
            no_database(),
        ),
    ] {
        let mut wizard = barred(before);
        wizard.update(Event::Act(opens));
        // Of the database values, to the name; in the other field Tab does nothing.
        for _ in 0..4 {
            wizard.update(Event::Act(Action::NextPane));
        }
        for c in "/rot".chars() {
            wizard.update(Event::Type(c));
        }
        wizard.update(Event::Act(Action::Primary));
        assert_eq!(wizard.mode(), Mode::Field(field), "while it is read");
        let id = wizard.running.as_ref().expect("it is tried").id;
        for update in [refused, Update::Done] {
            wizard.update(Event::Job(id, update));
        }
        assert_eq!(wizard.mode(), Mode::Field(field));
        assert!(
            everything(&wizard)
                .1
                .iter()
                .any(|text| text.contains("/rot"))
        );
        // It closes as soon as it is right.
        wizard.update(Event::Act(Action::Primary));
        let id = wizard.running.as_ref().unwrap().id;
        wizard.update(Event::Job(
            id,
            Update::Surveyed(Box::new(fixture::survey())),
        ));
        assert_eq!(wizard.mode(), Mode::Command);
    }
}

impl Run {
    fn wizard_types(&mut self, text: &str) {
        for c in text.chars() {
            self.wizard.update(Event::Type(c));
        }
    }
}
