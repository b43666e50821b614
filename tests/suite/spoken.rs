//! The program in another language: who chooses it, what is told in it, and that JSON is the same in all of them.

use std::path::Path;

use assert_cmd::Command;
use freescout_rescue::words::args;
use freescout_rescue::words::language::CHINESE;

use crate::cli::{Bench, search_path};

/// How it ended, and what it said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = Command::cargo_bin("freescout-rescue").unwrap();
    command.env_clear().env("PATH", search_path());
    command.env("HOME", home).args(arguments);
    command.envs(variables.iter().copied());
    let out = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said {
        code: out.status.code(),
        out: text(&out.stdout),
        err: text(&out.stderr),
    }
}

const IN_CHINESE: [(&str, &str); 1] = [("LANG", "zh_CN.UTF-8")];

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))
}

#[test]
fn the_option_the_environment_and_the_terminal_choose() {
    let bench = Bench::new();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let state = bench.path("state");
    let state = state.to_str().unwrap();
    for (option, variables, chinese) in [
        (None, &[][..], false),
        (None, &[("LANG", "zh_CN.UTF-8")], true),
        (
            None,
            &[("LC_MESSAGES", "zh_SG.UTF-8"), ("LANG", "de_DE.UTF-8")],
            true,
        ),
        (None, &[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], false),
        (None, &[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")], true),
        (None, &[("LANG", "zh_CN.GB18030")], false),
        (None, &[("LANG", "zh_TW.UTF-8")], false),
        (None, &[("LANG", "zh_CN.UTF-8"), ("TERM", "linux")], false),
        (Some("zh"), &[("TERM", "linux")], true),
        (Some("zh-Hans"), &[("LANG", "de_DE.UTF-8")], true),
        (Some("en"), &[("LANG", "zh_CN.UTF-8")], false),
    ] {
        let mut before = vec!["check", "--brief", "--state-dir", state, install];
        let mut behind = before.clone();
        if let Some(option) = option {
            before.splice(0..0, ["--lang", option]);
            behind.extend(["--lang", option]);
        }
        for arguments in [before, behind] {
            let said = run(&bench.path("home"), &arguments, variables);
            assert_eq!(said.code, Some(2), "{}", said.err);
            let mentions = said.out.replace("销售", "");
            assert_eq!(
                is_chinese(&mentions),
                chinese,
                "{variables:?} {arguments:?}: {}",
                said.out
            );
        }
    }
}

#[test]
fn what_goes_wrong_before_anything_is_done_is_told_in_it_too() {
    let home = tempfile::tempdir().unwrap();
    let w = CHINESE.table;
    let usage = |what: &str| (w.usage_error)(&args::usage_error { what: &what });
    let unknown = (w.usage_unknown)(&args::usage_unknown { argument: &"--jsn" });
    let value = |why: &str| {
        usage(&(w.usage_value_why)(&args::usage_value_why {
            value: &"xx",
            option: &"--lang <LANGUAGE>",
            why: &why,
        }))
    };
    let languages = (w.lang_unknown)(&args::lang_unknown {
        languages: &"en, zh-CN",
    });
    for (arguments, begins) in [
        (&["check", "--jsn"][..], usage(&unknown)),
        (&["--lang", "xx", "check"], value(&languages)),
        (&["--no-artisan", "man"], usage(w.manual_takes_no_options)),
    ] {
        let said = run(home.path(), arguments, &IN_CHINESE);
        assert_eq!(said.code, Some(3), "{}", said.err);
        assert!(said.err.starts_with(&begins), "{arguments:?}: {}", said.err);
        assert!(
            !said.err.contains("Usage:") && !said.err.contains("error:"),
            "{}",
            said.err
        );
    }
    // One that is not there is told in the language of whoever typed it.
    let said = run(home.path(), &["--lang", "xx"], &[]);
    assert!(said.err.contains("en, zh-CN"), "{}", said.err);
    let said = run(home.path(), &["check", "/nowhere"], &IN_CHINESE);
    let missing = (w.install_missing)(&args::install_missing { path: &"/nowhere" });
    assert!(said.err.starts_with(&missing), "{}", said.err);
}

#[test]
fn help_manual_pages_and_completions_are_told_in_it() {
    let home = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let said = run(home.path(), arguments, &IN_CHINESE);
        assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
        said.out
    };
    let commands = [
        "check",
        "find-key",
        "test",
        "backup",
        "safe",
        "restore",
        "recover",
        "resend",
        "rotate",
        "resume",
        "history",
        "watch",
        "undo",
        "demo",
        "man",
        "completions",
    ];
    let mut helps = vec![told(&["--help"]), told(&["-h"]), told(&["help", "recover"])];
    helps.extend(commands.map(|command| told(&[command, "--help"])));
    for help in &helps {
        for heading in [
            "Usage:",
            "Options:",
            "Arguments:",
            "Commands:",
            "Print help",
            "[default",
            "ossible values",
        ] {
            assert!(!help.contains(heading), "{heading}: {help}");
        }
        assert!(help.contains("用法: freescout-rescue"), "{help}");
        // No sentence of English is left.
        for line in help.lines() {
            let mut before = 0;
            for word in line.split(' ') {
                let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
                before = if is_word { before + 1 } else { 0 };
                assert!(before < 4, "{line}");
            }
        }
    }
    assert!(
        helps[2].contains("restore:") && helps[2].contains("[默认值: auto]"),
        "{}",
        helps[2]
    );
    let page = told(&["man"]);
    assert!(
        page.contains(".SH 名称\n") && page.contains(".SH 描述\n"),
        "{page}"
    );
    assert!(
        !page.contains(".SH NAME") && !page.contains(".SH OPTIONS"),
        "{page}"
    );
    let folder = home.path().join("man");
    std::fs::create_dir(&folder).unwrap();
    told(&["man", folder.to_str().unwrap()]);
    let english = home.path().join("english");
    std::fs::create_dir(&english).unwrap();
    run(home.path(), &["man", english.to_str().unwrap()], &[]);
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&folder), names(&english));
    let check = std::fs::read_to_string(folder.join("freescout-rescue-check.1")).unwrap();
    assert!(is_chinese(&check), "{check}");
    let script = told(&["completions", "zsh"]);
    assert!(is_chinese(&script) && script.contains("--lang"), "{script}");
}

/// Figures that are other ones each time.
fn without_times(json: &str) -> String {
    let (mut out, mut rest) = (String::new(), json);
    let next = |rest: &str| {
        let ends =
            ["\"seconds\":", "\"ms\":"].map(|name| rest.find(name).map(|at| at + name.len()));
        ends.into_iter().flatten().min()
    };
    while let Some(at) = next(rest) {
        out += &rest[..at];
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out + rest
}

#[test]
fn json_is_the_same_in_every_language() {
    let bench = Bench::new();
    let (install, state, look_in) = (
        bench.install(),
        bench.path("state"),
        bench.path("demo/old-server"),
    );
    let [install, state, look_in] = [&install, &state, &look_in].map(|path| path.to_str().unwrap());
    let ours = ["--state-dir", state, "--json"];
    for arguments in [
        &["check", install][..],
        &["find-key", install, "--look-in", look_in],
        &["recover", install, "--look-in", look_in, "--no-artisan"],
        &["history", install],
        &["test", install, "--mailbox", "1"],
        &["undo", install],
        &["resume", install],
        &["check", "/nowhere"],
        &["check", install, "--jsn"],
        &["check", install, "--web-user", "nobody-of-this-name"],
    ] {
        let arguments = [arguments, &ours].concat();
        let english = run(&bench.path("home"), &arguments, &[]);
        assert!(
            english.out.starts_with('{'),
            "{arguments:?}: {} {}",
            english.out,
            english.err
        );
        let asked = [&["--lang", "zh-CN"], &arguments[..]].concat();
        for (arguments, variables) in [(&arguments, &IN_CHINESE[..]), (&asked, &[])] {
            let other = run(&bench.path("home"), arguments, variables);
            assert_eq!(other.code, english.code, "{arguments:?}");
            assert_eq!(
                without_times(&other.out),
                without_times(&english.out),
                "{arguments:?}"
            );
        }
    }
}
