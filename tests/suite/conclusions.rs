//! What commands say in the end: `find-key` names the key that helps and a command that works; what is wrong with an
//! argument is followed by what is right.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome, search_path};

fn json(outcome: &Outcome) -> Json {
    serde_json::from_str(&outcome.out)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err))
}

fn find_key(bench: &Bench, more: &[&str], input: &[u8]) -> Outcome {
    let install = bench.install();
    let command = [&["find-key", install.to_str().unwrap()], more].concat();
    bench.run_with_bytes(&command, input)
}

/// The command of the line `Next: freescout-rescue …`, without the name of the program.
fn next(told: &Outcome) -> Vec<&str> {
    let line = told
        .out
        .lines()
        .find_map(|line| line.strip_prefix("Next: freescout-rescue "));
    let line = line.unwrap_or_else(|| panic!("{}{}", told.out, told.err));
    line.split(' ').collect()
}

fn said<'a>(told: &'a Outcome, part: &str) -> &'a str {
    let line = told.out.lines().find(|line| line.contains(part));
    line.unwrap_or_else(|| panic!("{part}: {}{}", told.out, told.err))
}

/// What the demo's old server left, an archive in an archive.
fn archive(bench: &Bench) -> Vec<u8> {
    let demo = bench.path("demo");
    let mut tar = Command::new("tar");
    let packed = tar.args(["-C", demo.to_str().unwrap(), "-cf", "-", "old-server"]);
    packed.output().unwrap().stdout
}

#[test]
fn a_search_that_finds_the_key_ends_with_the_command_that_uses_it() {
    let bench = Bench::new();
    let look_in = bench.path("demo/old-server");
    let found = find_key(&bench, &["--look-in", look_in.to_str().unwrap()], b"");
    assert_eq!(found.code, 2);
    let first = found.out.lines().next().unwrap();
    assert!(first.contains("decrypts 22 of 32"), "{first}");
    let key: Vec<&str> = first.split_whitespace().take(3).collect();
    let found_line = format!(
        "Found: {} decrypts 22 of the 25 secrets that FreeScout cannot read.",
        key.join(" ")
    );
    assert_eq!(said(&found, "Found:"), found_line);
    let next = next(&found);
    assert_eq!(next[..2], ["recover", "--look-in"]);
    assert!(next[2].ends_with("helpdesk-2025-09-30.tar.gz"), "{next:?}");
    let plan = bench.run(&next);
    assert!(
        plan.out.contains("can read 7 of 32 ") && plan.out.contains("now, 30 of 32 afterwards"),
        "{}{}",
        plan.out,
        plan.err
    );
    let listed = json(&find_key(
        &bench,
        &["--json", "--look-in", look_in.to_str().unwrap()],
        b"",
    ));
    assert_eq!(
        listed["next"],
        format!("freescout-rescue {}", next.join(" "))
    );
    // What decrypts nothing is counted, and named where all are asked for: last, a line each.
    let count = "that decrypts nothing here (--all names it).";
    let count = found
        .out
        .find(count)
        .or_else(|| found.out.find("that decrypt nothing here"));
    assert!(count > found.out.find("current key"), "{}", found.out);
    let all = find_key(
        &bench,
        &["--all", "--look-in", look_in.to_str().unwrap()],
        b"",
    );
    let useless = all
        .out
        .find("Keys that decrypt nothing here:\n  K")
        .unwrap();
    assert!(useless > all.out.find("current key").unwrap());
}

#[test]
fn a_key_from_standard_input_or_a_repository_is_found_again_by_the_next_command() {
    let bench = Bench::new();
    let input = archive(&bench);
    let found = find_key(&bench, &["--look-in", "-"], &input);
    said(&found, "standard input › old-server/root/backups/");
    said(&found, "give the next command the same input");
    let plan = bench.run_with_bytes(&next(&found), &input);
    assert!(
        plan.out.contains("30 of 32 afterwards"),
        "{}{}",
        plan.out,
        plan.err
    );
    let repository = bench.path("repository");
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        let done = command
            .current_dir(bench.path("repository"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{program} {arguments:?}: {done:?}");
    };
    std::fs::create_dir(&repository).unwrap();
    let packed = bench.path("demo/old-server/root/backups/helpdesk-2025-09-30.tar.gz");
    run("tar", &["xzf", packed.to_str().unwrap()]);
    let who = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    run("git", &["init", "-q"]);
    for message in ["with it", "without"] {
        run("git", &["add", "-A"]);
        run("git", &[&who[..], &["commit", "-qm", message]].concat());
        let _ = std::fs::remove_dir_all(repository.join("var"));
    }
    let found = find_key(&bench, &["--look-in", repository.to_str().unwrap()], b"");
    let plan = bench.run(&next(&found));
    assert!(
        plan.out.contains("30 of 32 afterwards"),
        "{}{}",
        plan.out,
        plan.err
    );
}

#[test]
fn a_search_without_success_says_where_to_look_next() {
    let bench = Bench::new();
    let nothing = find_key(&bench, &[], b"");
    said(
        &nothing,
        "No key was found that decrypts any of the 23 secrets",
    );
    said(&nothing, "Until 2025-09-28 (138 emails)");
    said(&nothing, "add --look-in and the path of a backup");
    said(&nothing, "have to be entered again");
    assert_eq!(next(&nothing)[..2], ["find-key", "--usual"]);
    assert!(!nothing.out.contains("PATH"), "{}", nothing.out);
}

/// Everything reads: there is no recovery to offer.
#[test]
fn a_search_that_was_not_needed_says_so() {
    let bench = Bench::new();
    bench
        .database()
        .execute_batch(
            "DELETE FROM mailboxes WHERE id NOT IN (1, 2); DELETE FROM modules; DELETE FROM users; \
             DELETE FROM options WHERE name <> 'mail_password';",
        )
        .unwrap();
    let env = bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with("TELEGRAM"));
    std::fs::write(
        &env,
        kept.map(|line| format!("{line}\n")).collect::<String>(),
    )
    .unwrap();
    let found = find_key(&bench, &[], b"");
    assert_eq!(found.code, 0, "{}{}", found.out, found.err);
    said(&found, "No secret here needs another key.");
    assert_eq!(next(&found)[0], "check");
}

/// A key known from publications is only to be changed where it encrypts something.
#[test]
fn a_public_key_that_decrypts_nothing_here_is_not_to_be_changed() {
    let bench = Bench::new();
    let folder = bench.path("samples");
    std::fs::create_dir(&folder).unwrap();
    // 32 times the letter a, as Laravel's own tests have it.
    let sample = format!("APP_KEY=base64:{}YWE=\n", "YWFh".repeat(10));
    std::fs::write(folder.join("sample"), sample).unwrap();
    let found = find_key(
        &bench,
        &["--all", "--look-in", folder.to_str().unwrap()],
        b"",
    );
    said(&found, ", public (");
    assert!(!found.out.contains("change it"), "{}", found.out);
}

/// What cannot be searched is named to its end in the JSON form, and the text says so.
#[test]
fn the_text_says_where_the_whole_list_of_unread_files_is() {
    let bench = Bench::new();
    let folder = bench.path("broken");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..230 {
        let broken = b"\x1f\x8b\x08\0\0\0\0\0\0\x03no deflate";
        std::fs::write(folder.join(format!("{number}.gz")), broken).unwrap();
    }
    let look_in = ["--look-in", folder.to_str().unwrap()];
    let told = find_key(&bench, &look_in, b"");
    assert_eq!(told.out.matches("not searched: /").count(), 20);
    let rest = " more; `find-key --json` lists them as `skipped`";
    let rest = told.out.lines().find_map(|line| line.strip_suffix(rest));
    let rest = rest.and_then(|line| line.strip_prefix("not searched: "));
    // Processes that ended meanwhile may be among them.
    let rest: usize = rest.and_then(|number| number.parse().ok()).unwrap();
    assert!(rest >= 210, "{}", told.out);
    let listed = json(&find_key(
        &bench,
        &[&look_in[..], &["--json"]].concat(),
        b"",
    ));
    let listed_files = listed["skipped"].as_array().unwrap().iter();
    let of_folder = listed_files.filter(|s| s["path"].as_str().unwrap().ends_with(".gz"));
    assert_eq!(of_folder.count(), 230);
    assert_eq!(listed["skipped_more"], 0);
}

/// An argument that cannot be used, and what the operator is to do about that very argument.
#[test]
fn what_is_wrong_with_an_argument_is_followed_by_what_is_right() {
    let bench = Bench::new();
    let (install, missing) = (bench.install(), bench.path("missing"));
    let install = install.to_str().unwrap();
    let folder = bench.path("demo");
    for (command, code, kind, next) in [
        (
            vec!["check", install, "--key-file", missing.to_str().unwrap()],
            3,
            "bad_input",
            "Correct the path after --key-file.",
        ),
        (
            vec!["check", install, "--key-file", folder.to_str().unwrap()],
            3,
            "bad_input",
            "a folder is searched with --look-in.",
        ),
        (
            vec!["recover", install, "--passwords", missing.to_str().unwrap()],
            3,
            "bad_input",
            "Name a file that you may read after --passwords",
        ),
        (
            vec!["recover", install, "--strategy", "restore"],
            1,
            "no_plan",
            "find-key --usual",
        ),
    ] {
        let told = bench.run(&[&command[..], &["--json"]].concat());
        assert_eq!(told.code, code, "{}", told.err);
        let error = &json(&told)["error"];
        assert_eq!(error["code"], kind, "{error}");
        assert!(error["next"].as_str().unwrap().contains(next), "{error}");
        assert!(!told.out.contains("\\n"), "one line: {}", told.out);
    }
}

/// `recover` refuses a key that decrypts nothing, so no command that is told hands it on.
#[test]
fn a_key_file_of_no_use_is_in_no_command_that_is_told() {
    let bench = Bench::new();
    let (install, file) = (bench.install(), bench.path("key"));
    let text = format!("base64:{}WFg=", "WFhY".repeat(10));
    std::fs::write(&file, text).unwrap();
    let given = ["--key-file", file.to_str().unwrap()];
    for command in ["check", "find-key"] {
        let told = bench.run(&[&[command, install.to_str().unwrap()], &given[..]].concat());
        let recover = said(&told, "freescout-rescue recover ");
        let mut commands = told
            .out
            .lines()
            .filter(|line| line.contains("freescout-rescue "));
        assert!(
            !commands.any(|line| line.contains("--key-file")),
            "{}",
            told.out
        );
        let words = recover
            .split("freescout-rescue ")
            .last()
            .unwrap()
            .split(' ');
        let plan = bench.run(&words.collect::<Vec<_>>());
        assert_eq!(plan.code, 0, "{}", plan.err);
        assert!(plan.out.contains("Plan: carry"), "{}{}", plan.out, plan.err);
    }
}

#[test]
fn the_demo_says_commands_that_a_shell_understands() {
    let bench = Bench::new();
    let folder = bench.path("somebody's demo");
    let made = bench.run(&["demo", "--make", folder.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let check = made.out.lines().find(|line| line.contains(" check "));
    let (_, arguments) = check.unwrap().split_once(" check ").unwrap();
    let script = format!("printf '%s\\n' {arguments}");
    let printed = std::process::Command::new("/bin/sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    let (install, look_in) = (folder.join("freescout"), folder.join("old-server"));
    assert_eq!(
        String::from_utf8(printed.stdout).unwrap(),
        format!("{}\n--look-in\n{}\n", install.display(), look_in.display())
    );
}

#[test]
fn the_demo_is_laid_out_for_programs_too() {
    let bench = Bench::new();
    for (number, command) in [["--json", "demo"], ["demo", "--json"]]
        .into_iter()
        .enumerate()
    {
        let folder = bench.path(&number.to_string());
        let made = bench.run(&[&command[..], &["--make", folder.to_str().unwrap()]].concat());
        assert_eq!(made.code, 0, "{}", made.err);
        let made = json(&made);
        assert!(
            Path::new(made["install"].as_str().unwrap())
                .join("artisan")
                .is_file()
        );
        assert!(Path::new(made["look_in"].as_str().unwrap()).is_dir());
    }
    let refused = bench.run(&["--json", "demo"]);
    assert_eq!(refused.code, 3);
    let message = json(&refused)["error"]["message"].to_string();
    assert!(message.contains("`demo --make DIR`"), "{message}");
}

/// A command on the bench's install, to be started.
fn on_install(bench: &Bench, what: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
    command.args(what).arg("--state-dir");
    command.arg(bench.path("state")).arg(bench.install());
    command.env("PATH", search_path()).stdin(Stdio::null());
    command
}

#[test]
fn a_stopped_search_says_so_before_what_it_found() {
    let bench = Bench::new();
    let said = bench.path("said");
    let both = std::fs::File::create(&said).unwrap();
    let much = bench.path("much");
    std::fs::create_dir(&much).unwrap();
    for number in 0..40 {
        let text = format!("nothing to be found in file {number}\n").repeat(200_000);
        std::fs::write(much.join(number.to_string()), text).unwrap();
    }
    let mut search = on_install(&bench, &["find-key", "--look-in", much.to_str().unwrap()])
        .stdout(both.try_clone().unwrap())
        .stderr(both)
        .spawn()
        .unwrap();
    let open = PathBuf::from(format!("/proc/{}/fd", search.id()));
    let searches = || {
        let files = std::fs::read_dir(&open).unwrap().flatten();
        let mut files = files.filter_map(|fd| std::fs::read_link(fd.path()).ok());
        files.any(|file| file.starts_with(&much))
    };
    while !searches() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = Pid::from_raw(search.id().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert_eq!(search.wait().unwrap().code(), Some(3));
    let said = std::fs::read_to_string(said).unwrap();
    let stopped = said.find("Stopped before everything was searched").unwrap();
    for found in ["current key", "FreeScout can read 7 of 32", "Next: "] {
        assert!(said.find(found).unwrap() > stopped, "{found}: {said}");
    }
}

#[test]
fn a_result_that_could_not_be_written_is_no_success() {
    let bench = Bench::new();
    let old = bench.path("demo/old-server");
    let old = old.to_str().unwrap();
    let recover = ["recover", "--yes", "--no-test", "--look-in", old];
    for (what, code, next) in [
        (&["check"][..], 3, "run the same command again"),
        (&["check", "--json"], 3, "run the same command again"),
        (&["find-key"], 3, "run the same command again"),
        (&["backup", "--json"], 3, "`history` lists"),
        (&recover, 2, "`history` lists"),
        (&["undo", "--yes"], 2, "`history` lists"),
        (&["history"], 3, "run the same command again"),
        (&["--help"], 3, "run the same command again"),
        (&["check", "--help"], 3, "run the same command again"),
        (&["--version"], 3, "run the same command again"),
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let out = on_install(&bench, what).stdout(full).output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(code), "{what:?}: {said}");
        assert!(said.contains("could not be written"), "{what:?}: {said}");
        assert!(said.contains(next), "{what:?}: {said}");
    }
    // A reader that has seen enough is none of that.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let out = on_install(&bench, &["check"])
        .stdout(writer)
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(!said.contains("could not be written"), "{said}");
}

#[test]
fn a_mailbox_without_a_name_goes_by_its_address_and_one_without_a_server_has_no_line_of_dots() {
    let bench = Bench::new();
    let change = "UPDATE mailboxes SET name = '', out_server = '' WHERE id = 5; \
                  UPDATE mailboxes SET name = '  ' WHERE id = 1";
    bench.database().execute_batch(change).unwrap();
    let check = bench.check(&[]);
    said(
        &check,
        "    sapoto@helpdesk.example: outgoing password (mailbox 5)",
    );
    let nowhere = "imap.mail.example:993=127.0.0.1:1";
    let install = bench.install();
    let install = install.to_str().unwrap();
    let test = bench.run(&["test", "--mailbox", "5", "--connect-to", nowhere, install]);
    let lines: Vec<&str> = test.out.lines().collect();
    assert_eq!(lines[0], "sapoto@helpdesk.example");
    assert!(lines.contains(&"  outgoing  – not configured"), "{lines:?}");
}

#[test]
fn a_list_of_passwords_without_a_line_is_refused() {
    let bench = Bench::new();
    let recover = ["recover", "--passwords", "-", "--json"];
    let install = bench.install();
    let command = [&recover[..], &[install.to_str().unwrap()]].concat();
    let refused = bench.run_with_bytes(&command, b"\n");
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(
        refused.err.contains("There is no line in it."),
        "{}",
        refused.err
    );
    assert_eq!(json(&refused)["error"]["code"], "bad_input");
}

/// FreeScout runs on the key in its config cache; the environment sets another one, and some secrets are under a third.
#[test]
fn a_check_never_ends_well_where_a_key_is_missing_and_the_environment_sets_a_wrong_one() {
    let bench = Bench::new();
    let other = format!("base64:{}=", "AQEB".repeat(10) + "AQE");
    let mut check = on_install(&bench, &["check"]);
    let told = check.env("APP_KEY", other).output().unwrap();
    let out = String::from_utf8_lossy(&told.stdout);
    assert_eq!(told.status.code(), Some(2), "{out}");
    assert!(out.contains("23 secrets cannot be decrypted"), "{out}");
    assert!(!out.contains("Nothing needs to be done"), "{out}");
    assert!(out.contains("Look for the missing key first"), "{out}");
    assert!(out.contains("keep the config cache"), "{out}");
}
