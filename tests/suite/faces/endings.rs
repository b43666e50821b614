//! What is said at the end: what was done, or that nothing was, what is still missing, how that comes back, and what an
//! undo would take back.

use freescout_rescue::domain::plan::{CacheRefresh, PlanAction};
use freescout_rescue::engine::worker::Update;
use freescout_rescue::tui::theme::{Depth, Glyphs, Theme};
use freescout_rescue::wizard::message::Action;
use freescout_rescue::wizard::state::InstallLifetime;
use freescout_rescue::wizard::step::Step;
use freescout_rescue::words::words;
use serde_json::{Value as Json, json};

use super::wizard::Driven;
use super::{Broken, ends_with, interrupted};
use crate::cli::Outcome;
use crate::fixture;
use crate::screens::{Stage, draw, text};

const RECOVER: [&str; 3] = ["recover", "--yes", "--no-test"];

/// The two passwords that stay lost in the demo, entered.
const PASSWORDS: &str = "{\"mailbox\": 5, \"outgoing\": \"typed\"}\n";

fn reenter(broken: &Broken) -> Outcome {
    let words = [&RECOVER[..], &["--strategy", "reenter", "--passwords", "-"]];
    broken.command_with(&words.concat(), PASSWORDS)
}

fn line_with<'o>(said: &'o str, start: &str) -> &'o str {
    let found = said.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("{start}: {said}"))
}

/// The arguments of a command that was printed behind these words.
fn printed<'o>(said: &'o str, before: &str) -> Vec<&'o str> {
    let line = said.lines().find_map(|line| line.split_once(before));
    let (_, command) = line.unwrap_or_else(|| panic!("{before}: {said}"));
    let arguments = command.split(' ').skip(1);
    arguments.collect()
}

/// The runs of the history but backups, the last first.
fn runs(broken: &Broken) -> Vec<Json> {
    let history = broken.command(&["history", "--json"]);
    let history: Json = serde_json::from_str(&history.out).expect(&history.err);
    let runs = history["runs"].as_array().unwrap().iter().cloned();
    runs.filter(|run| run["kind"] != "backup").collect()
}

/// `2026-11-24 14:02` of a run.
fn minute(run: &Json) -> String {
    run["started"].as_str().unwrap().replace('T', " ")[..16].to_owned()
}

#[test]
fn a_recovery_with_nothing_to_do_names_no_undo_and_says_what_is_missing() {
    let broken = Broken::new();
    ends_with(&broken.command(&RECOVER), 2);
    let again = broken.command(&RECOVER);
    ends_with(&again, 2);
    assert_eq!(
        again.out.lines().next(),
        Some("Nothing to do: no change was made.")
    );
    for wrong in ["Done", "undo", "Newly encrypted"] {
        assert!(!again.out.contains(wrong), "{wrong}: {}", again.out);
    }
    let still = line_with(&again.out, "2 passwords still have to be entered: ");
    assert!(still.contains("outgoing password (mailbox 5)"), "{still}");
    let enter = printed(&again.out, "or from a file: freescout-rescue");
    assert_eq!(
        enter[..4],
        ["recover", "--strategy", "reenter", "--passwords"]
    );
    let told = broken.command(&[&RECOVER[..], &["--json"]].concat());
    let told: Json = serde_json::from_str(&told.out).unwrap();
    assert_eq!(
        (&told["changed"], &told["resealed"], &told["reentered"]),
        (&json!(false), &json!(0), &json!(0))
    );
    // Without --yes it does not ask for what would do nothing.
    let plan = broken.command(&["recover"]);
    ends_with(&plan, 0);
    assert!(
        plan.err.contains("this plan changes nothing"),
        "{}",
        plan.err
    );
    assert!(!plan.err.contains("--yes"), "{}", plan.err);
    assert_eq!(runs(&broken).len(), 1, "only the first is a run");
}

#[test]
fn a_recovery_ends_with_the_command_for_what_is_missing_and_that_works() {
    let broken = Broken::new();
    let done = broken.command(&RECOVER);
    ends_with(&done, 2);
    line_with(&done.out, "2 passwords still have to be entered: ");
    let given = broken.bench.path("passwords");
    std::fs::write(&given, PASSWORDS).unwrap();
    let command = printed(&done.out, "or from a file: freescout-rescue");
    let command = command.iter().map(|word| match *word {
        "FILE" => given.to_str().unwrap(),
        word => word,
    });
    let command: Vec<&str> = command.chain(["--no-test"]).collect();
    let entered = broken.bench.run(&command);
    assert!(
        entered
            .out
            .starts_with("Done (reenter). Newly encrypted: 0. Passwords stored: 1."),
        "{} {}",
        entered.out,
        entered.err
    );
}

#[test]
fn without_the_old_key_it_is_looked_for_before_passwords_are_entered() {
    let broken = Broken::new();
    let install = broken.bench.install();
    let words = [
        &RECOVER[..],
        &[
            "--strategy",
            "carry",
            "--no-artisan",
            install.to_str().unwrap(),
        ],
    ];
    let done = broken.bench.run(&words.concat());
    let told: Vec<&str> = done.out.lines().collect();
    let at = told
        .iter()
        .position(|line| line.ends_with("secrets are still unreadable."))
        .unwrap_or_else(|| panic!("{} {}", done.out, done.err));
    assert!(
        told[at + 1].starts_with(
            "Look for the old key before you enter passwords again: freescout-rescue find-key --usual "
        ),
        "{}",
        done.out
    );
}

#[test]
fn an_undo_names_the_recovery_that_is_still_in_place_by_its_own_time() {
    let broken = Broken::new();
    ends_with(&broken.command(&RECOVER), 2);
    let entered = reenter(&broken);
    assert!(entered.out.starts_with("Done (reenter)"), "{}", entered.err);
    let [second, first] = &runs(&broken)[..] else {
        panic!("two runs");
    };
    let would = broken.command(&["undo"]);
    let foretold = format!("This would undo the recovery of {}: ", minute(second));
    assert!(would.err.contains(&foretold), "{foretold}: {}", would.err);
    let undone = broken.command(&["undo", "--yes"]);
    ends_with(&undone, 0);
    let still = format!(
        "The recovery of {} (restore) is still in place. To take that back too, run undo again: freescout-rescue undo --yes ",
        minute(first)
    );
    line_with(&undone.out, &still);
    line_with(&undone.out, "FreeScout can read 30 of 32 secrets.");
    line_with(&undone.out, "2 passwords still have to be entered: ");
    // The history says which run it undid.
    let history = broken.command(&["history"]).out;
    let told = format!("  undo of the recovery of {}: done", minute(second));
    assert!(history.contains(&told), "{told}: {history}");
    assert_eq!(runs(&broken)[0]["undoes"], second["id"]);
    // The command that was printed takes the first one back, and then none is left.
    let command = printed(&undone.out, "run undo again: freescout-rescue");
    let last = broken.bench.run(&command);
    ends_with(&last, 0);
    assert!(!last.out.contains("still in place"), "{}", last.out);
    assert!(last.out.contains("Recommended: restore."), "{}", last.out);
    assert_eq!(runs(&broken)[0]["undoes"], first["id"]);
    for none in [&["undo"][..], &["undo", "--yes"]] {
        let none = broken.command(none);
        ends_with(&none, 1);
        line_with(
            &none.err,
            "All recoveries of this install have been undone.",
        );
        assert!(
            !none.err.contains("If the backups alone are elsewhere"),
            "{}",
            none.err
        );
        assert!(
            none.err.contains("freescout-rescue history "),
            "{}",
            none.err
        );
    }
}

#[test]
fn what_is_unfinished_is_named_wherever_nothing_else_can_start() {
    let broken = Broken::new();
    let made = broken.command(&["backup", "--json"]);
    let made: Json = serde_json::from_str(&made.out).unwrap();
    let other = made["backup"].as_str().unwrap();
    interrupted(&broken);
    let is_named = |said: &str, name: &str| {
        assert!(
            said.contains("To finish it: freescout-rescue resume "),
            "{name}: {said}"
        );
        assert!(
            said.contains("To undo it: freescout-rescue undo --yes "),
            "{name}: {said}"
        );
    };
    for (name, words) in [
        ("recover", vec!["recover"]),
        ("restore", vec!["restore", other]),
    ] {
        let shown = broken.command(&words);
        ends_with(&shown, 1);
        line_with(&shown.err, "An unfinished recovery of ");
        is_named(&shown.err, name);
        assert!(!shown.err.contains("Add --yes"), "{name}: {}", shown.err);
        let told = broken.command(&[&words[..], &["--json"]].concat());
        let told: Json = serde_json::from_str(&told.out).unwrap();
        assert_eq!(told["unfinished"]["kind"], "recovery", "{name}");
        assert_eq!(told["unfinished"]["started"], runs(&broken)[0]["started"]);
    }
    is_named(&broken.command(&["history"]).out, "history");
    let wizard = Driven::surveyed(&broken);
    let goodbye = wizard.wizard.goodbye(InstallLifetime::Lasting);
    assert!(!goodbye.contains(&words().quit_nothing_changed.to_owned()));
    assert!(
        goodbye[0].starts_with("An unfinished recovery of "),
        "{goodbye:?}"
    );
    is_named(&goodbye.join("\n"), "the wizard");
    // Finished, it is spoken of no more.
    let finished = broken.command(&["resume", "--no-test"]);
    ends_with(&finished, 2);
    assert!(!finished.out.contains("nfinished"), "{}", finished.out);
    line_with(&finished.out, "Recommended: restore.");
    assert!(!broken.command(&["history"]).out.contains("To finish it"));
}

#[test]
fn a_restore_says_how_to_take_it_back_and_asks_for_nothing_where_it_would_do_nothing() {
    let broken = Broken::new();
    let made = broken.command(&["backup", "--json"]);
    let made: Json = serde_json::from_str(&made.out).unwrap();
    let backup = made["backup"].as_str().unwrap();
    let nothing = broken.command(&["restore", backup]);
    ends_with(&nothing, 0);
    assert!(nothing.out.contains(words().restore_would_nothing));
    assert!(!nothing.err.contains("--yes"), "{}", nothing.err);
    ends_with(&broken.command(&RECOVER), 2);
    let recovered = broken.written().opened;
    let asked = broken.command(&["restore", backup]);
    assert!(asked.err.contains("Add --yes to do it"), "{}", asked.err);
    let restored = broken.command(&["restore", backup, "--yes"]);
    ends_with(&restored, 0);
    assert_ne!(broken.bench.check_json()["summary"]["opens"], json!(30));
    let back = printed(&restored.out, "To take this back: freescout-rescue");
    assert_eq!(back[0], "restore");
    ends_with(&broken.bench.run(&back), 0);
    assert_eq!(broken.written().opened, recovered);
    let again = broken.bench.run(&back);
    ends_with(&again, 0);
    assert!(!again.out.contains("To take this back"), "{}", again.out);
}

/// The wizard has applied a plan that turned out to write nothing.
#[test]
fn a_report_of_nothing_done_offers_no_undo() {
    let nothing = || {
        let mut applied = fixture::applied(true);
        (applied.undo, applied.resealed, applied.reentered) = (None, 0, 0);
        Update::Applied(Box::new(applied))
    };
    let applying = Stage::at_apply().type_text("apply");
    let stage = applying.act(&[Action::Primary]).answered(vec![nothing()]);
    let said = stage.0.report_headlines();
    assert_eq!(said[1], "Nothing to do: no change was made.");
    assert_eq!(said.len(), 2, "no way back is named: {said:?}");
    assert!(!stage.0.offers().contains(&Action::Undo));
    let goodbye = stage.0.goodbye(InstallLifetime::Lasting);
    assert!(
        !goodbye.iter().any(|line| line.contains("undo")),
        "{goodbye:?}"
    );
    assert!(!stage.0.report_unsaved());
    // Step 7 asks for no word where the plan writes nothing.
    let mut stage = Stage::at_apply();
    let ready = stage.0.apply.ready.as_mut().unwrap();
    for step in &mut ready.plan.steps {
        step.action = PlanAction::Nothing;
    }
    ready.plan.write_key = None;
    ready.refresh = CacheRefresh::NotNeeded;
    let screen = text(&draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    ));
    assert!(screen.contains(words().apply_nothing_to_do), "{screen}");
    assert!(!screen.contains("press Enter"), "{screen}");
    let stage = stage.type_text("apply").act(&[Action::Primary]);
    assert!(stage.0.running.is_none());
    // Enter leads to the report, with what is left to do for an install that works.
    assert_eq!(stage.0.step, Step::Report);
    assert!(stage.0.report_headlines()[1].starts_with("Nothing to do"));
    for offered in [Action::KeepKeys, Action::Watch, Action::Back] {
        assert!(stage.0.offers().contains(&offered), "{offered:?}");
    }
    assert!(!stage.0.offers().contains(&Action::Undo));
    let stage = stage.act(&[Action::Back]);
    assert_eq!(stage.0.step, Step::Apply);
    let mut stage = stage.answered(Vec::new()).act(&[Action::Back]);
    assert_ne!(stage.0.step, Step::Apply, "it can be left");
    stage = stage.act(&[Action::Help]);
    assert!(stage.0.overlay.is_some());
}

/// A round that wrote nothing does not hide the recovery of the round before it.
#[test]
fn leaving_after_a_round_that_wrote_nothing_tells_of_the_recovery_before_it() {
    let mut applied = fixture::applied(true);
    let undo = applied.undo.take().unwrap();
    let again = Stage::at_report(true).act(&[Action::StartOver]);
    assert!(again.0.report.applied.is_none());
    let mut wizard = again.0;
    wizard.report.applied = Some(Box::new(applied));
    let goodbye = wizard.goodbye(InstallLifetime::Lasting);
    let nothing = "Nothing to do: no change was made.".to_owned();
    assert!(goodbye.contains(&nothing), "{goodbye:?}");
    let stands = goodbye.iter().filter(|line| line.contains(&undo));
    let stands: Vec<_> = stands.collect();
    assert_eq!(stands.len(), 1, "{goodbye:?}");
    assert!(stands[0].starts_with("The recovery made in this session stays in effect."));
}
