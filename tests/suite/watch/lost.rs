//! No alarm gets lost: whatever keeps a round from being made or written down is told itself, and what was not told yet is.

use std::path::Path;

use super::{Round, Watched};
use crate::not_tried::not_tried;

/// Whether this account has a folder in memory.
fn remembers() -> bool {
    Path::new("/run").metadata().is_ok() && rustix::process::geteuid().is_root()
}

/// What becomes of the state folder, so that nothing can be written down.
fn damage(watched: &Watched) -> Vec<u8> {
    let journal = watched.bench.path("state/journal.sqlite");
    let bytes = std::fs::read(&journal).unwrap();
    std::fs::write(
        &journal,
        "this is no database, but a text that is long enough",
    )
    .unwrap();
    bytes
}

fn mend(watched: &Watched, journal: Vec<u8>) {
    std::fs::write(watched.bench.path("state/journal.sqlite"), journal).unwrap();
}

#[test]
fn what_cannot_be_written_down_is_told_once_and_over_once() {
    if !remembers() {
        return not_tried("not root: what is told where nothing can be written down");
    }
    let watched = Watched::new();
    watched.round();
    watched.told();
    let journal = damage(&watched);
    let first = watched.round();
    assert_eq!(
        first.news(),
        [("began", "cannot_record")],
        "{}",
        first.report
    );
    assert!(watched.told().contains("cannot be written down"));
    watched.bench.replace_key();
    let lost = watched.round();
    assert_eq!(lost.code, 2, "{}", lost.report);
    assert!(lost.has("began", "secret_unreadable"), "{}", lost.report);
    assert!(
        watched
            .told()
            .contains("Cannot be read with the key in force")
    );
    let safes = watched.safes();
    assert_eq!(safes.len(), 2, "the new key has a safe");
    let again = watched.round();
    assert!(again.is_silent(), "{}{}", again.report, again.err);
    assert_eq!(watched.told(), "");
    mend(&watched, journal);
    let well = watched.round();
    assert!(well.has("ended", "cannot_record"), "{}", well.report);
    let told = watched.told();
    // By the journal it is known only now which key it was.
    assert!(told.contains("APP_KEY changed"), "{told}");
    let news = told.split("Standing:").next().unwrap_or_default();
    assert!(!news.contains("Cannot be read with"), "told before: {told}");
    assert_eq!(watched.safes(), safes, "a safe is made once");
    let quiet = watched.round();
    assert!(quiet.is_silent(), "{}{}", quiet.report, quiet.err);
    assert_eq!(watched.told(), "");
}

#[test]
fn whoever_is_killed_while_telling_has_it_told_by_the_next_round() {
    let watched = Watched::new();
    watched.told_by("kill -9 $PPID");
    let killed = watched.run(&["--json"]);
    assert_eq!((killed.code, killed.out.as_str()), (-1, ""));
    let _ = watched.told();
    watched.told_by("");
    let next = watched.round();
    assert!(next.is_silent(), "{}{}", next.report, next.err);
    assert!(watched.told().contains("was put into the safe"));
    watched.round();
    assert_eq!(watched.told(), "", "once");
}

#[test]
fn a_round_by_hand_takes_no_news_from_those_who_are_to_be_told() {
    let watched = Watched::new();
    let by_hand = watched.bench.path("by-hand.toml");
    std::fs::write(&by_hand, "").unwrap();
    let settings = by_hand.to_str().unwrap();
    let install = watched.bench.text("demo/freescout");
    let command = ["watch", &install, "--settings", settings, "--no-logins"];
    let round = watched.bench.run(&command);
    assert!(round.out.contains("No safe was made"), "{}", round.out);
    watched.round();
    assert!(watched.told().contains("No safe was made"));
}

#[test]
fn a_channel_that_is_away_keeps_no_other_waiting() {
    let watched = Watched::new();
    let settings = watched.bench.path("watch.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let mail = watched.bench.text("no-sendmail");
    let mail = format!(
        "{text}[alert.mail]\nfrom = \"a@example.org\"\nto = [\"b@elsewhere.example\"]\nsendmail = {mail:?}\n"
    );
    std::fs::write(&settings, mail).unwrap();
    let first = watched.round();
    assert!(first.err.contains("mail: not told"), "{}", first.err);
    assert!(watched.told().contains("was put into the safe"));
    watched.bench.replace_key();
    let next = watched.round();
    let told = watched.told();
    assert!(told.contains("APP_KEY changed"), "{told}");
    assert!(!told.contains("A key"), "{told}");
    assert_eq!(
        next.err.matches("mail: not told").count(),
        2,
        "{}",
        next.err
    );
}

#[test]
fn a_round_that_cannot_be_made_is_told_and_the_name_stays() {
    let watched = Watched::new();
    let name = |round: &Round| round.report["install"]["name"].clone();
    let first = watched.round();
    watched.told();
    let artisan = watched.bench.install().join("artisan");
    let away = watched.bench.path("artisan");
    std::fs::rename(&artisan, &away).unwrap();
    let gone = watched.round();
    assert_eq!(gone.news(), [("began", "cannot_look")], "{}", gone.report);
    assert_eq!(name(&gone), name(&first));
    assert!(watched.told().contains("cannot be looked at"));
    std::fs::rename(&away, &artisan).unwrap();
    assert_eq!(watched.round().news(), [("ended", "cannot_look")]);
    watched.told();

    // A folder that nobody has: no process can be sent there.
    let container = ["watch", "--container", "no-such", "--json", "--settings"];
    let settings = watched.bench.text("watch.toml");
    let run = || watched.bench.run(&[&container[..], &[&settings]].concat());
    let none = run();
    assert_eq!(none.code, 3, "{}{}", none.out, none.err);
    let told = watched.told();
    assert!(
        told.contains("UNKNOWN") && told.contains("no-such"),
        "{told}"
    );
    run();
    assert_eq!(watched.told(), "", "once");
}

#[test]
fn a_safe_that_cannot_be_used_is_told_and_the_round_is_made() {
    let watched = Watched::new();
    std::fs::remove_file(watched.bench.path("recipients")).unwrap();
    let round = watched.round();
    assert!(round.has("began", "safe_unusable"), "{}", round.report);
    let told = watched.told();
    assert!(
        told.contains("The safe of the settings cannot be used"),
        "{told}"
    );
    assert!(!told.contains("--recipients-file"), "{told}");
}

#[test]
fn our_own_change_of_the_key_is_no_alarm() {
    let watched = Watched::new();
    watched.round();
    watched.told();
    let install = watched.bench.text("demo/freescout");
    let safe = watched.bench.text("rotated.age");
    let recipients = watched.bench.text("recipients");
    let options = ["--yes", "--no-test", "--no-artisan", "--output", &safe];
    let rotate = ["rotate", &install, "--recipients-file", &recipients];
    let rotated = watched.bench.run(&[&rotate[..], &options].concat());
    assert_eq!(rotated.code, 0, "{}{}", rotated.out, rotated.err);
    let round = watched.round();
    assert!(round.has("happened", "key_changed"), "{}", round.report);
    assert_eq!(round.code, 0, "{}", round.report);
    let told = watched.told();
    assert!(
        told.contains("NOTED: APP_KEY was changed by freescout-rescue itself"),
        "{told}"
    );
    assert!(!told.contains("password was changed"), "{told}");
    let undone = watched
        .bench
        .run(&["undo", &install, "--yes", "--no-artisan"]);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    let back = watched.round();
    assert!(
        back.has("happened", "key_changed") && back.code == 0,
        "{}",
        back.report
    );
}

#[test]
fn each_form_has_its_document_where_no_round_can_be_begun() {
    let watched = Watched::new();
    let none = watched.bench.text("no-such.toml");
    for (form, begins) in [
        ("nagios", "FREESCOUT UNKNOWN - "),
        ("json", "{\"schema\":1,\"error\":{"),
        ("prometheus", "# HELP freescout_rescue_up "),
        ("text", ""),
    ] {
        let run = watched
            .bench
            .run(&["watch", "--settings", &none, "--format", form]);
        assert_eq!(run.code, 3);
        assert!(run.out.starts_with(begins), "{form}: {}", run.out);
        assert_eq!(run.out.is_empty(), form == "text", "{}", run.out);
        assert!(run.err.contains("no-such.toml"), "{}", run.err);
    }
}
