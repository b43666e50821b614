//! Rounds of the watch on the demo install: a whole story, silence where nothing is new, and what stands in the way.

mod lost;
mod refused;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use crate::cli::{Bench, Outcome, search_path, state};
use crate::elsewhere::OTHER;
use crate::processes::Php;

/// An install that works, with somebody to be told and a safe.
struct Watched {
    bench: Bench,
    secret: PathBuf,
}

/// What a round said.
struct Round {
    code: i32,
    report: Json,
    err: String,
}

impl Watched {
    fn new() -> Self {
        let bench = Bench::sound();
        let (secret, public) = bench.age_key("recipient.key");
        std::fs::write(bench.path("recipients"), format!("{public}\n")).unwrap();
        std::fs::create_dir(bench.path("keys")).unwrap();
        let watched = Self { bench, secret };
        watched.told_by("");
        watched.set(true);
        watched
    }

    /// Has the program that is told do this first.
    fn told_by(&self, first: &str) {
        let (teller, told) = (self.bench.path("teller"), self.bench.text("told"));
        crate::runnable::script(&teller, &format!("#!/bin/sh\n{first}\ncat >> {told}\n"));
    }

    /// Writes the settings.
    fn set(&self, safe: bool) {
        let text = |name: &str| self.bench.text(name);
        let mut settings = format!("[alert.command]\nprogram = {:?}\n", text("teller"));
        if safe {
            settings += &format!(
                "[safe]\nfolder = {:?}\nrecipients = {:?}\n",
                text("keys"),
                text("recipients")
            );
        }
        std::fs::write(self.bench.path("watch.toml"), settings).unwrap();
    }

    fn run(&self, more: &[&str]) -> Outcome {
        let (install, settings) = (
            self.bench.text("demo/freescout"),
            self.bench.text("watch.toml"),
        );
        let command = ["watch", &install, "--settings", &settings, "--no-logins"];
        self.bench.run(&[&command[..], more].concat())
    }

    fn round(&self) -> Round {
        let Outcome { code, out, err } = self.run(&["--json"]);
        let report = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        Round { code, report, err }
    }

    /// What the program that is told heard since it was last asked.
    fn told(&self) -> String {
        let path = self.bench.path("told");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(path);
        text
    }

    /// An alarm ends a line with this command of ours, and a shell that does not know where we are makes it end so.
    fn can_be_pasted(&self, told: &str, command: &str, more: &str, code: i32) {
        let begins = format!("freescout-rescue {command} ");
        let mut lines = told.lines();
        let typed = lines.find_map(|line| Some(&line[line.find(&begins)?..]));
        let typed = typed.unwrap_or_else(|| panic!("{begins}: {told}"));
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{typed}{more}"));
        shell.current_dir("/").env("PATH", search_path());
        let out = shell.output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert_eq!(out.status.code(), Some(code), "{typed}: {said}");
        assert!(typed.contains(&self.bench.text("demo/freescout")));
    }

    fn safes(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.bench.path("keys")).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// The text of a safe, as `age` decrypts it.
    fn opened(&self, safe: &PathBuf) -> String {
        let mut age = Command::new("age");
        let opened = age
            .arg("-d")
            .arg("-i")
            .arg(&self.secret)
            .arg(safe)
            .output()
            .unwrap();
        assert!(opened.status.success());
        String::from_utf8(opened.stdout).unwrap()
    }
}

impl Round {
    fn news(&self) -> Vec<(&str, &str)> {
        let news = self.report["news"].as_array().unwrap().iter();
        news.map(|one| (one["turn"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect()
    }

    fn has(&self, turn: &str, code: &str) -> bool {
        self.news().contains(&(turn, code))
    }

    /// Nobody is told anything, and nothing is said on standard error: cron would mail it.
    fn is_silent(&self) -> bool {
        self.news().is_empty() && self.err.is_empty()
    }
}

#[test]
fn a_story_from_health_to_a_lost_key_and_back() {
    let watched = Watched::new();
    let old = watched.bench.key_in_force();
    let first = watched.round();
    assert_eq!(first.code, 0, "{}", first.report);
    assert!(first.has("happened", "key_saved"), "{}", first.report);
    assert!(watched.told().contains("was put into the safe"));
    assert!(watched.opened(&watched.safes()[0]).contains(&old));

    let before = state(&watched.bench.path("state"));
    let quiet = watched.round();
    assert!(quiet.is_silent() && quiet.code == 0, "{}", quiet.report);
    assert_eq!(watched.told(), "");
    assert_eq!(
        state(&watched.bench.path("state")),
        before,
        "nothing new, nothing written"
    );

    watched.bench.replace_key();
    let lost = watched.round();
    assert_eq!(lost.code, 2);
    assert!(lost.has("happened", "key_changed") && lost.has("happened", "key_saved"));
    assert!(lost.has("began", "secret_unreadable"), "{}", lost.report);
    let told = watched.told();
    assert!(
        told.contains("APP_KEY changed") && told.contains("Restart no worker"),
        "{told}"
    );
    watched.can_be_pasted(&told, "recover", "", 0);
    let subject = told.lines().find(|line| line.starts_with("[FreeScout "));
    assert!(
        subject.is_some_and(|line| line.contains("/freescout)] ")),
        "{told}"
    );
    let mut news = lost.report["news"].as_array().unwrap().iter();
    let key = news.find(|one| one["code"] == "key_changed").unwrap();
    let next = key["next"].as_str().unwrap();
    assert_eq!(next.lines().count(), 3, "a step a line: {next}");
    for step in next.lines() {
        assert!(
            told.lines().any(|line| line.ends_with(step)),
            "{step}: {told}"
        );
    }
    watched.can_be_pasted(&told, "check", "", 2);
    watched.can_be_pasted(&told, "watch", " --no-logins", 2);
    let safes = watched.safes();
    let new = watched.bench.key_in_force();
    let saved: Vec<String> = safes.iter().map(|safe| watched.opened(safe)).collect();
    assert!(saved.len() == 2 && saved.iter().any(|text| text.contains(&new)));
    for secret in [&old, &new] {
        assert!(
            !told.contains(secret.as_str()) && !lost.report.to_string().contains(secret.as_str())
        );
    }
    let again = watched.round();
    assert!(again.is_silent() && again.code == 2, "{}", again.report);

    let install = watched.bench.text("demo/freescout");
    let recover = [
        "recover",
        &install,
        "--yes",
        "--no-test",
        "--no-artisan",
        "--key-file",
        "-",
    ];
    let keys = saved.iter().find(|text| text.contains(&old)).unwrap();
    let done = watched.bench.run_with(&recover, keys);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let well = watched.round();
    assert!(well.has("ended", "secret_unreadable"), "{}", well.report);
    assert!(
        well.has("happened", "key_changed"),
        "back to the one before"
    );
    assert_eq!(
        well.report["standing"].as_array().unwrap().len(),
        0,
        "{}",
        well.report
    );
    let after = watched.round();
    assert!(after.is_silent() && after.code == 0, "{}", after.report);

    let history = watched.bench.run(&["history", &install]);
    assert!(history.out.contains("more of the same kind"));
    assert_eq!(history.out.matches("Cannot be read").count(), 2);
    let json = watched.bench.run(&["history", &install, "--json"]);
    let json: Json = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["safes"].as_array().unwrap().len(), 2, "{json}");
    for path in watched.safes() {
        let said = format!("Saved to {}: ", path.display());
        assert!(history.out.contains(&said), "{said}: {}", history.out);
        let mut safes = json["safes"].as_array().unwrap().iter();
        assert!(safes.any(|safe| safe["path"] == path.to_str().unwrap()));
    }
    for said in ["The watch: APP_KEY changed", "well again. It was: "] {
        assert!(history.out.contains(said), "{said}: {}", history.out);
    }
}

#[test]
fn what_is_changed_is_told_once_with_what_it_was() {
    let watched = Watched::new();
    watched.round();
    watched.told();
    let database = watched.bench.database();
    let change = "UPDATE mailboxes SET in_server = 'imap.new.example' WHERE id = 1";
    database.execute(change, []).unwrap();
    let other = "UPDATE mailboxes SET out_password = (SELECT out_password FROM mailboxes WHERE id = 2) WHERE id = 1";
    database.execute(other, []).unwrap();
    let logins = "UPDATE mailboxes SET updated_at = '2026-11-30 10:00:00' WHERE id = 1;
        CREATE TABLE activity_logs (id INTEGER PRIMARY KEY, log_name TEXT, description TEXT, causer_id INT, created_at TEXT);
        INSERT INTO users (id, first_name, last_name, password, role) VALUES (77, 'Ada', char(27) || 'X', '', 2), (78, 'An', 'Agent', '', 1);
        INSERT INTO activity_logs (log_name, description, causer_id, created_at) VALUES
            ('users', 'login', 77, '2026-11-30 09:58:00'), ('users', 'login', 78, '2026-11-30 09:59:00'),
            ('users', 'logout', 77, '2026-11-30 09:59:30');";
    database.execute_batch(logins).unwrap();
    let changed = watched.round();
    let mut news = changed.news();
    news.sort_unstable();
    let wanted = [
        ("happened", "password_changed"),
        ("happened", "server_changed"),
    ];
    assert_eq!(news, wanted, "{}", changed.report);
    assert_eq!(changed.code, 0, "that it was changed is no trouble");
    let told = watched.told();
    assert!(told.contains("imap.new.example:993"), "{told}");
    assert!(told.contains("last saved at 2026-11-30 10:00"), "{told}");
    let admin = told.lines().find(|line| line.contains("Ada"));
    assert!(admin.is_some_and(|line| line.contains("(2026-11-30 09:58)")));
    assert!(
        !told.contains("Agent") && !told.contains('\u{1b}'),
        "{told}"
    );
    assert!(watched.round().is_silent());
}

#[test]
fn without_a_safe_it_is_said_until_one_is_made() {
    let watched = Watched::new();
    watched.set(false);
    let first = watched.round();
    assert!(
        first.code == 1 && first.has("began", "key_not_safe"),
        "{}",
        first.report
    );
    assert!(watched.round().is_silent());
    let locked = watched.bench.locked("by-hand.age");
    let install = watched.bench.text("demo/freescout");
    let options: Vec<&str> = locked.iter().map(String::as_str).collect();
    let made = watched
        .bench
        .run(&[&["safe", &install], &options[..]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let after = watched.round();
    assert!(
        after.code == 0 && after.has("ended", "key_not_safe"),
        "{}",
        after.report
    );
}

#[test]
fn a_key_that_was_never_saved_and_is_replaced_did_not_get_well() {
    let watched = Watched::new();
    watched.set(false);
    watched.round();
    watched.bench.replace_key();
    let other = watched.round();
    assert!(other.has("gone", "key_not_safe"), "{}", other.report);
    assert!(other.has("began", "key_not_safe"), "{}", other.report);
}

#[test]
fn an_install_that_cannot_be_read_is_told_and_nothing_ends_meanwhile() {
    let watched = Watched::new();
    watched.set(false);
    watched.round();
    let database = watched.bench.install().join("database/database.sqlite");
    let away = watched.bench.path("away");
    std::fs::rename(&database, &away).unwrap();
    let blind = watched.round();
    assert_eq!(blind.news(), [("began", "cannot_look")], "{}", blind.report);
    assert_eq!(blind.code, 2);
    std::fs::rename(&away, &database).unwrap();
    let back = watched.round();
    assert_eq!(back.news(), [("ended", "cannot_look")], "{}", back.report);
}

#[test]
fn what_could_not_be_told_is_told_with_the_next_round() {
    let watched = Watched::new();
    let (teller, away) = (
        watched.bench.path("teller"),
        watched.bench.path("teller.away"),
    );
    std::fs::rename(&teller, &away).unwrap();
    let untold = watched.round();
    assert!(untold.err.contains("command: not told"), "{}", untold.err);
    assert_eq!(untold.code, 1, "that nobody hears of it needs attention");
    std::fs::rename(&away, &teller).unwrap();
    let round = watched.round();
    assert!(round.is_silent() && round.code == 0);
    assert!(watched.told().contains("was put into the safe"));
    watched.round();
    assert_eq!(watched.told(), "", "once");
}

#[test]
fn a_trial_alarm_arrives_or_says_why_not() {
    let watched = Watched::new();
    let trial = watched.run(&["--test-alert"]);
    assert_eq!(trial.code, 0, "{}{}", trial.out, trial.err);
    assert!(watched.told().contains("This is a trial alarm"));
    std::fs::remove_file(watched.bench.path("teller")).unwrap();
    let trial = watched.run(&["--test-alert"]);
    assert_eq!(trial.code, 2);
    assert!(trial.out.contains("command: not told."), "{}", trial.out);
}

#[test]
fn alarms_that_the_helpdesk_itself_fetches_are_warned_of() {
    let watched = Watched::new();
    let database = watched.bench.database();
    let add = "ALTER TABLE mailboxes ADD aliases TEXT; UPDATE mailboxes SET aliases = 'a@b.example, watch@b.example (Watch)' WHERE id = 1";
    database.execute_batch(add).unwrap();
    let to = |addresses: &str| {
        watched.set(true);
        let path = watched.bench.path("watch.toml");
        let mail = format!(
            "[alert.mail]\nfrom = \"watch@example.org\"\nto = [{addresses}]\nsendmail = {:?}\n",
            watched.bench.text("teller")
        );
        let settings = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, settings + &mail).unwrap();
    };
    to("\"admin@elsewhere.example\", \"Watch+x@b.example\"");
    let before = state(&watched.bench.path("state"));
    let trial = watched.run(&["--test-alert"]);
    assert_eq!(trial.code, 1, "{}{}", trial.out, trial.err);
    let said = "Alarms go to Watch+x@b.example, which this helpdesk fetches itself";
    assert!(trial.out.contains(said), "{}", trial.out);
    assert_eq!(state(&watched.bench.path("state")), before);
    let round = watched.round();
    assert!(round.report.to_string().contains(said), "{}", round.report);
    to("\"admin@elsewhere.example\"");
    assert_eq!(watched.run(&["--test-alert"]).code, 0);
    let round = watched.round();
    assert!(round.has("ended", "finding"), "{}", round.report);
}

#[test]
fn each_form_says_the_same_and_a_file_is_replaced_as_a_whole() {
    let watched = Watched::new();
    watched.round();
    let nagios = watched.run(&["--format", "nagios"]);
    assert!(nagios.out.starts_with("FREESCOUT OK - "), "{}", nagios.out);
    let text = watched.run(&[]);
    assert!(text.out.contains("secrets readable"), "{}", text.out);
    let file = watched.bench.path("freescout.prom");
    std::fs::write(&file, "an older one").unwrap();
    let name = file.to_str().unwrap();
    let prometheus = watched.run(&["--format", "prometheus", "--output", name]);
    assert_eq!(
        (prometheus.code, prometheus.out.as_str()),
        (0, ""),
        "{}",
        prometheus.err
    );
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written.contains("freescout_rescue_state{") && written.ends_with('\n'),
        "{written}"
    );
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "node_exporter is another account");
}

/// Cron starts one worker after another: what is wrong with all of them is one piece of news, and not over in between.
#[test]
fn one_worker_after_another_is_told_once() {
    let watched = Watched::new();
    let artisan = watched.bench.install().join("artisan");
    let waits = "<?php fgets(STDIN); echo \"ready\\n\"; fgets(STDIN);";
    std::fs::write(&artisan, waits).unwrap();
    watched.round();
    let worker = |environment: &[(&str, &str)]| {
        let arguments = ["queue:work", "--queue=emails,default"];
        Php::start(artisan.to_str().unwrap(), &arguments, environment, "x")
    };
    let wrong = [("APP_KEY", OTHER)];
    let first = worker(&wrong);
    let told = watched.round();
    assert_eq!(told.news(), [("began", "key_differs")], "{}", told.report);
    drop(first);
    assert!(watched.round().is_silent(), "none runs just now");
    let second = worker(&wrong);
    assert!(watched.round().is_silent(), "another one, the same news");
    drop(second);
    let third = worker(&[]);
    let well = watched.round();
    assert_eq!(well.news(), [("ended", "key_differs")], "{}", well.report);
    drop(third);
    assert!(watched.round().is_silent());
}

/// The safe of the settings is the file itself, not what was once noted of it.
#[test]
fn a_safe_that_is_gone_or_for_others_is_made_anew() {
    let watched = Watched::new();
    watched.round();
    let first = watched.safes();
    assert_eq!(first.len(), 1);
    std::fs::remove_file(&first[0]).unwrap();
    let emptied = watched.round();
    assert_eq!(emptied.news(), [("happened", "key_saved")]);
    assert_eq!(watched.safes(), first);
    let (_, public) = watched.bench.age_key("another.key");
    std::fs::write(watched.bench.path("recipients"), format!("{public}\n")).unwrap();
    let others = watched.round();
    assert_eq!(others.news(), [("happened", "key_saved")]);
    assert_eq!(watched.safes().len(), 2, "the one for those before stays");
    assert!(watched.round().is_silent());
}

/// What `.env` names is in force as soon as the cache is cleared: it is kept before that.
#[test]
fn a_key_that_an_old_cache_hides_is_kept_too() {
    let watched = Watched::new();
    let (install, old) = (watched.bench.install(), watched.bench.key_in_force());
    watched.bench.build_cache(&old);
    watched.round();
    let (env, new) = (install.join(".env"), OTHER);
    let changed = std::fs::read_to_string(&env).unwrap().replace(&old, new);
    std::fs::write(&env, changed).unwrap();
    let round = watched.round();
    assert!(round.has("began", "key_differs"), "{}", round.report);
    assert!(round.has("happened", "key_saved"), "{}", round.report);
    let safes = watched.safes();
    let has = |key: &str| safes.iter().any(|safe| watched.opened(safe).contains(key));
    assert!(has(&old) && has(new));
    assert!(watched.round().is_silent());
}

/// A timer whose every round would fail is not made, and what is missing is named.
#[test]
fn a_timer_that_could_do_nothing_is_refused() {
    let watched = Watched::new();
    let output = watched.bench.text("nowhere/watch.prom");
    let refused = watched.run(&["--install", "--format", "prometheus", "--output", &output]);
    assert_eq!(refused.code, 3, "{}{}", refused.out, refused.err);
    assert!(
        refused.err.contains("nowhere does not exist"),
        "{}",
        refused.err
    );
    std::fs::remove_dir_all(watched.bench.path("keys")).unwrap();
    let refused = watched.run(&["--install"]);
    assert!(
        refused.err.contains("keys does not exist"),
        "{}",
        refused.err
    );
    let round = watched.round();
    assert!(round.has("began", "key_not_safe"), "{}", round.report);
}

/// Backups are looked into only when a key was replaced: one that is not whole neither comes nor goes with that.
#[test]
fn a_backup_that_is_not_whole_is_no_news() {
    let watched = Watched::new();
    watched.round();
    let backups = std::fs::read_dir(watched.bench.path("state/backups")).unwrap();
    for backup in backups {
        let _ = std::fs::remove_file(backup.unwrap().path().join("manifest.json"));
    }
    watched.bench.replace_key();
    let lost = watched.round();
    assert!(lost.has("happened", "key_changed"), "{}", lost.report);
    assert!(!lost.has("began", "finding"), "{}", lost.report);
    assert!(watched.round().is_silent());
    let checked = watched.bench.check_json().to_string();
    assert!(checked.contains("own_backup_unread"), "{checked}");
}
