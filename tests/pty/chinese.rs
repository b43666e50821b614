//! The whole way on the demo in Chinese. What is waited for is taken from the table, so a better wording breaks nothing.

use std::path::Path;

use freescout_rescue::words::language::CHINESE;
use freescout_rescue::words::{ALL, args};

use crate::terminal::{Session, binary};
use crate::walk::old_server;

/// A password that must not be seen.
const TYPED: &str = "typed-Pässwörd-密码-0451";
/// Stands for what is not known of a text.
const UNKNOWN: &str = "\u{1}";
/// Shorter texts may well be names and codes.
const SENTENCE: usize = 14;

/// How a text begins: as much of it as stands in one line.
fn head(text: &str) -> String {
    let known = text.split(UNKNOWN).next().unwrap_or_default();
    known.chars().take(8).collect()
}

/// The longest known part of a text.
fn known(text: &str) -> String {
    let parts = text.split(UNKNOWN).map(str::trim);
    parts
        .max_by_key(|part| part.len())
        .unwrap_or_default()
        .to_owned()
}

/// No sentence of the English table stands on the screen.
fn require_chinese(screen: &str) {
    let texts = ALL.iter().flat_map(|(_, texts)| texts.iter());
    let plain = texts.filter(|text| !text.contains('{') && text.len() >= SENTENCE);
    // A longer one is broken: its beginning is enough.
    for text in plain.filter(|text| text.matches(' ').count() > 1) {
        let begin: String = text.chars().take(40).collect();
        assert!(!screen.contains(&begin), "{text:?} on\n{screen}");
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))
}

/// The saved report is for the operator as text, and for programs as JSON, which is English whatever is spoken.
fn require_report(home: &Path) {
    let files = walkdir::WalkDir::new(home).into_iter().flatten();
    let mut reports = files.map(|entry| entry.into_path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("report-") && name.ends_with(".json")
    });
    let json = reports.next().expect("a report was saved");
    let text = std::fs::read_to_string(json.with_extension("txt")).unwrap();
    require_chinese(&text);
    // It is written again when the last connection was tested.
    let saved = || -> serde_json::Value {
        let text = std::fs::read_to_string(&json).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let has_logins = || {
        saved()["connections"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    };
    let begun = std::time::Instant::now();
    while !has_logins() && begun.elapsed() < std::time::Duration::from_secs(120) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let json = saved();
    let said = |part: &str, name: &str| -> Vec<String> {
        let all = json[part].as_array().unwrap().iter();
        let texts = all.filter_map(|one| one[name].as_str());
        texts.map(str::to_owned).collect()
    };
    let said = [said("findings", "message"), said("connections", "advice")].concat();
    assert!(said.len() > 3, "{json}");
    for said in said {
        // Names of mailboxes stand in it as they are.
        let said = said.replace("销售", "");
        assert!(!is_chinese(&said), "{said}");
    }
}

#[test]
fn from_survey_to_report_and_back_in_chinese() {
    let w = CHINESE.table;
    let mut session = Session::start(&["--lang", "zh-CN", "demo"], 80, 24);
    let wait = |session: &Session, text: &str| {
        let screen = session.wait_for(text);
        require_chinese(&screen);
        screen
    };
    wait(&session, w.survey_wrong);
    let screen = wait(&session, &head(w.survey_do_not_save));
    assert!(screen.contains("7/32"), "{screen}");
    session.keys("3");
    wait(&session, &head(w.locked_backup));
    session.keys("\r");
    wait(&session, &head(w.backup_what));
    session.keys(" ");
    wait(&session, "[x]");
    session.keys("\r");
    wait(&session, &head(w.backup_stands));
    session.keys("\r");
    let hidden = (w.keys_of_demo)(&args::keys_of_demo { place: &UNKNOWN });
    wait(&session, &head(&hidden));
    let place = old_server(&session);
    session.keys("p");
    wait(&session, &head(w.keys_type_place));
    session.keys(&place);
    session.keys("\r");
    let found = args::looked_found {
        key: &UNKNOWN,
        opens: &22,
        total: &32,
    };
    wait(&session, &known(&(w.looked_found)(&found)));
    session.keys("\r");
    let screen = wait(&session, w.step_checks_title);
    for name in [
        "销售",
        "Buchhaltung Köln",
        "Поддержка",
        "サポート",
        "고객지원",
    ] {
        assert!(screen.contains(name), "{name}:\n{screen}");
    }
    session.keys("\r");
    let plan = args::plan_headline {
        before: &7,
        after: &30,
        total: &32,
        resealed: &UNKNOWN,
        needed: &UNKNOWN,
    };
    let plan = (w.plan_headline)(&plan);
    wait(
        &session,
        plan.split(UNKNOWN)
            .next()
            .unwrap()
            .split('。')
            .next()
            .unwrap(),
    );
    session.keys("\r");
    wait(&session, &head(w.passwords_head));
    session.keys(&format!("\u{1b}[200~{TYPED}\u{1b}[201~"));
    wait(&session, "•••");
    session.keys("\r");
    wait(&session, "535 5.7.8");
    session.keys("\u{15}demo-sapoto-outgoing\r");
    wait(&session, &format!("✓ {}", w.code_ok));
    session.keys("\r\u{f}");
    wait(&session, "Biuro Łódź");
    session.keys("\r");
    wait(&session, "535 5.7.8");
    session.keys("\r");
    wait(&session, &head(w.password_refused));
    // Kept by the operator's own word.
    session.keys("\u{b}");
    wait(&session, w.password_kept);
    session.keys("\r");
    let confirm = head(&(w.apply_confirm)(&args::apply_confirm { word: &"apply" }));
    wait(&session, &confirm);
    session.keys("\r");
    wait(&session, &head(w.apply_type_the_word));
    session.press_until("\u{15}apply\r", &|screen| !screen.contains(&confirm));
    let verified = args::report_verified {
        resealed: &UNKNOWN,
        entered: &UNKNOWN,
    };
    let screen = wait(&session, &head(&(w.report_verified)(&verified)));
    assert!(screen.contains("32/32"), "{screen}");
    session.keys("\r");
    let saved = (w.report_saved)(&args::report_saved { path: &UNKNOWN });
    wait(&session, &head(&saved));
    wait(&session, w.key_start_over);
    require_report(session.home.path());
    session.press("u", w.undo_head);
    // What it would put back is known before it can be confirmed.
    let would = args::undo_would {
        what: &UNKNOWN,
        rows: &1_u32,
        files: &1_u32,
    };
    let would = (w.undo_would)(&would);
    let would = would.split(UNKNOWN).nth(1).unwrap().split(char::is_numeric);
    wait(&session, would.map(str::trim).next().unwrap());
    let confirm = head(&(w.undo_confirm)(&args::undo_confirm { word: &"undo" }));
    session.press_until("\u{15}undo\r", &|screen| !screen.contains(&confirm));
    let screen = session.wait("what was undone", |screen| screen.contains("7/32"));
    require_chinese(&screen);
    assert!(
        !String::from_utf8_lossy(&session.bytes()).contains(TYPED),
        "a password reached the terminal"
    );
    wait(&session, w.key_start_over);
    session.keys("q");
    assert_eq!(session.end(), 1, "taken back: nothing is changed any more");
    let screen = session.screen();
    assert!(screen.contains(&head(w.demo_gone)), "{screen}");
}

#[test]
fn the_environment_chooses_the_language_too() {
    for (environment, is_chinese) in [
        (&[("LANG", "zh_CN.UTF-8")][..], true),
        (&[("LANG", "zh_TW.UTF-8")], false),
        (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C.UTF-8")], false),
        (&[("LANG", "zh_CN.UTF-8"), ("TERM", "linux")], false),
    ] {
        let mut session = Session::run(&binary(), &["demo"], environment, 80, 24);
        let wrong = match is_chinese {
            true => CHINESE.table.survey_wrong,
            false => "What is wrong",
        };
        session.wait_for(wrong);
        session.keys("q");
        assert_eq!(session.end(), 1);
    }
}
