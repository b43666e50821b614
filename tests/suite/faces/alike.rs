//! What one face says, asks for or refuses, the other does too.

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::domain::inventory::secret::{Place, SecretBytes, Table};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::source::Source;
use freescout_rescue::domain::key::spelling::Spelling;
use freescout_rescue::domain::payload::Payload;
use freescout_rescue::engine::recovery::run_log::Ledger;
use freescout_rescue::engine::usecase;
use freescout_rescue::sentences;
use freescout_rescue::wizard::message::{Action, Event};
use freescout_rescue::wizard::mode::{Field, Mode};
use freescout_rescue::wizard::step::Step;
use freescout_rescue::wizard::step::passwords::Offer;
use freescout_rescue::wizard::step::survey::SurveyForm;
use freescout_rescue::words::words;

use super::wizard::Driven;
use super::{Broken, ends_with};

/// The key that was lost, out of the archive in which it lies.
fn old_key(broken: &Broken) -> AppKey {
    let session = broken.session();
    let install = broken.bench.install();
    let elsewhere = |source: &Source| {
        let path = source.path.as_deref();
        path.is_some_and(|path| !path.starts_with(&install))
    };
    let mut keys = session.ring.iter();
    let old = keys.find(|known| known.sources.iter().all(elsewhere));
    AppKey::parse(old.expect("it is found").key.text()).unwrap()
}

/// What an undo would put back is told by both before it is confirmed, with the rows that stay.
#[test]
fn an_undo_is_previewed_alike() {
    let broken = Broken::new();
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.apply("");
    let changed = "UPDATE mailboxes SET in_password = 'saved since' WHERE id = 1";
    broken.bench.database().execute_batch(changed).unwrap();
    wizard.act(&[Action::Undo]);
    wizard.until("the preview", |w| w.running.is_none());
    let would = wizard
        .wizard
        .report
        .would_undo()
        .cloned()
        .expect("it is told");
    assert_eq!((would.rows, would.files), (7, 2));
    let left = "somebody has changed it since: Support, incoming password (mailbox 1)";
    assert!(would.left_alone[0].ends_with(left), "{would:?}");
    assert_eq!(would.left_alone.len(), 1);
    let told = broken.command(&["undo"]);
    ends_with(&told, 0);
    assert!(
        told.err.contains("7 database fields and 2 files"),
        "{}",
        told.err
    );
    assert!(told.err.contains(&would.left_alone[0]), "{}", told.err);
    // One that would be refused is refused here already, and nothing asks for the word.
    wizard.act(&[Action::Back]);
    let env = broken.bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}ADDED=1\n")).unwrap();
    wizard.act(&[Action::Undo]);
    wizard.until("the refusal", |w| w.running.is_none());
    let refused = wizard
        .wizard
        .report
        .problem
        .as_ref()
        .expect("it is refused");
    assert_eq!(wizard.wizard.mode(), Mode::Command);
    let told = broken.command(&["undo"]);
    ends_with(&told, 1);
    assert!(told.err.contains(&refused.what), "{}", told.err);
}

/// A restore of an encrypted backup was interrupted: both ask for its passphrase.
#[test]
fn the_passphrase_of_an_encrypted_backup_is_asked_for_alike() {
    let broken = Broken::new();
    ends_with(&broken.command(&["recover", "--yes", "--no-test"]), 2);
    let encrypt = [
        "backup",
        "--encrypt",
        "--work-factor",
        "2",
        "--passphrase-file",
        "-",
    ];
    let made = broken.command_with(&[&encrypt[..], &["--json"]].concat(), "the passphrase");
    ends_with(&made, 0);
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let backup = made["backup"].as_str().unwrap().to_owned();
    ends_with(&broken.command(&["undo", "--yes"]), 0);
    let install = broken.bench.install();
    let options = broken.options();
    let passphrase = broken.bench.path("passphrase");
    std::fs::write(&passphrase, "the passphrase").unwrap();
    let list = broken.bench.path("points");
    let restore = |accident: (&str, &str)| {
        std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
            .args([
                "restore",
                &backup,
                "--yes",
                "--no-artisan",
                "--passphrase-file",
            ])
            .arg(&passphrase)
            .arg("--state-dir")
            .arg(&*options.state_dir)
            .arg(&install)
            .env("HOME", broken.bench.path("home"))
            .env(accident.0, accident.1)
            .output()
            .unwrap()
    };
    if !cfg!(feature = "crash-points") {
        return crate::not_tried::not_tried(
            "no crash points in this build: an interrupted restore",
        );
    }
    let change = || {
        let changed = "UPDATE mailboxes SET in_password = NULL WHERE id = 2";
        broken.bench.database().execute_batch(changed).unwrap();
    };
    assert!(restore(("LISTED", "no")).status.success());
    change();
    let whole = restore(("FREESCOUT_RESCUE_CRASH_LIST", list.to_str().unwrap()));
    assert!(whole.status.success(), "{whole:?}");
    let points = std::fs::read_to_string(&list).unwrap();
    let committed = points.lines().position(|p| p == "RowsCommitted").unwrap() + 1;
    change();
    let killed = restore(("FREESCOUT_RESCUE_CRASH_AT", &committed.to_string()));
    assert!(killed.status.code().is_none(), "{killed:?}");
    // The command asks, and has no terminal here.
    let refused = broken.command_with(&["resume", "--no-test"], "");
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(
        refused.err.contains(words().passphrase_no_terminal),
        "{}",
        refused.err
    );

    let mut wizard = Driven::surveyed(&broken);
    wizard.type_and_enter("resume");
    wizard.until("the question", |w| w.running.is_none());
    assert_eq!(wizard.wizard.mode(), Mode::Field(Field::Passphrase));
    let problem = |w: &Driven| match &w.wizard.survey.form {
        Some(SurveyForm::Unfinished(form)) => form.problem.clone(),
        other => panic!("{other:?}"),
    };
    assert!(problem(&wizard).is_none(), "nobody was asked before");
    wizard.act(&[Action::Primary]);
    let type_it = words().unfinished_type_the_passphrase;
    assert_eq!(wizard.wizard.notice.as_deref(), Some(type_it));
    wizard.type_and_enter("another one");
    wizard.until("the refusal", |w| w.running.is_none());
    let refused = problem(&wizard).expect("it is another");
    assert_eq!(refused.kind, ErrorKind::Passphrase);
    wizard.type_and_enter("the passphrase");
    wizard.until("the end of the restore", |w| {
        w.running.is_none() && w.report.undone.is_some()
    });
    assert_eq!(wizard.wizard.step, Step::Report);
    let nothing = broken.command(&["resume", "--no-test"]);
    ends_with(&nothing, 0);
    assert!(
        nothing.out.contains(words().resume_nothing),
        "{}",
        nothing.out
    );
}

/// A given key that decrypts nothing is the same finding in both.
#[test]
fn a_given_key_that_decrypts_nothing_is_told_alike() {
    let broken = Broken::new();
    let file = broken.bench.path("key");
    std::fs::write(&file, "base64:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=").unwrap();
    let told = |driven: &Driven| -> Vec<String> {
        let findings = &driven.wizard.assessment().unwrap().findings;
        let useless = findings.iter().filter(|f| f.code() == "given_key_useless");
        useless.map(sentences::finding).collect()
    };
    let given = usecase::given::read(std::slice::from_ref(&file), &[]).unwrap();
    let mut wizard = Driven::given(&broken, given);
    let [said] = &told(&wizard)[..] else {
        panic!("{:?}", told(&wizard));
    };
    assert!(said.contains(file.to_str().unwrap()), "{said}");
    let key = ["--key-file", file.to_str().unwrap()];
    let check = broken.command(&[&["check"], &key[..]].concat());
    // The wizard has named the key before it searched further; what is found then takes no number away.
    let unnumbered = |text: &str| -> String {
        let words = text.split_whitespace().map(|word| {
            let number = word.strip_prefix('K').or(word.strip_prefix("(K"));
            let is_number = number.is_some_and(|n| n.parse::<u8>().is_ok());
            if is_number { "K" } else { word }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let told_by_check = unnumbered(&check.out);
    assert!(told_by_check.contains(&unnumbered(said)), "{}", check.out);
    // One that is typed is answered where it is typed.
    let mut typing = Driven::surveyed(&broken);
    typing.back_up();
    typing.act(&[Action::Go(Step::Keys), Action::AddKey]);
    let text = std::fs::read_to_string(&file).unwrap();
    typing.type_and_enter(&text);
    typing.until("the answer", |w| w.running.is_none());
    assert_eq!(typing.wizard.keys.tried.as_ref().unwrap().opens, Some(0));
    assert!(told(&typing).is_empty());
    // The current key is of use, whatever it decrypts.
    let env = std::fs::read_to_string(broken.bench.install().join(".env")).unwrap();
    let current = env
        .lines()
        .find_map(|l| l.strip_prefix("APP_KEY="))
        .unwrap();
    std::fs::write(&file, current).unwrap();
    let given = usecase::given::read(std::slice::from_ref(&file), &[]).unwrap();
    wizard = Driven::given(&broken, given);
    assert!(told(&wizard).is_empty());
}

/// A key without its `base64:` is the same key with the same mark, pasted or out of a file.
#[test]
fn a_misspelled_key_bears_the_same_mark_pasted_or_given() {
    let broken = Broken::new();
    let parsed = old_key(&broken);
    let text = std::str::from_utf8(parsed.text()).unwrap();
    let bare = text.strip_prefix("base64:").expect("it is spelled right");
    let file = broken.bench.path("key");
    std::fs::write(&file, bare).unwrap();
    let marks = |driven: &Driven| -> Vec<Option<Spelling>> {
        let keys = &driven.wizard.assessment().unwrap().keys;
        let one = keys.iter().find(|k| k.fingerprint == parsed.fingerprint());
        let sources = one.expect("it is known").sources.iter();
        let given = sources.filter(|s| s.path.as_deref().is_none_or(|path| path == file));
        given.map(|source| source.spelling).collect()
    };
    let given = usecase::given::read(std::slice::from_ref(&file), &[]).unwrap();
    let by_file = marks(&Driven::given(&broken, given));
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.act(&[Action::Go(Step::Keys)]);
    let pasted = wizard
        .wizard
        .update(Event::Paste(SecretBytes::from(bare.as_bytes())));
    assert!(pasted.is_empty());
    wizard.act(&[Action::Primary]);
    wizard.until("the answer", |w| {
        w.running.is_none() && w.keys.tried.is_some()
    });
    assert_eq!(marks(&wizard), by_file);
    assert!(matches!(by_file[..], [Some(_)]), "{by_file:?}");
    let told = broken.command(&["check", "--key-file", file.to_str().unwrap()]);
    let fault = sentences::misspelled(by_file[0].unwrap());
    assert!(told.out.contains(fault), "{fault}: {}", told.out);
}

/// Whoever has nothing to undo is told so, though another of us works on the install.
#[test]
fn nothing_to_undo_is_told_without_waiting_for_the_lock() {
    let broken = Broken::new();
    let session = broken.session();
    let held = Ledger::open(&broken.options(), &session).unwrap();
    for words_given in [&["undo"][..], &["undo", "--yes"]] {
        let refused = broken.command(words_given);
        ends_with(&refused, 1);
        assert!(
            refused.err.contains(words().undo_nothing),
            "{}",
            refused.err
        );
    }
    let locked = broken.command(&["recover", "--yes", "--no-test"]);
    assert_eq!(locked.code, 3, "{}", locked.err);
    drop(held);
    let wizard = Driven::surveyed(&broken);
    assert!(!wizard.wizard.offers().contains(&Action::Undo));
}

/// `^O`: the lost password is the one of the system mail account, which FreeScout has encrypted as it was typed.
#[test]
fn the_same_password_as_the_system_mail_account_is_stored_wherever_it_is_sealed_raw() {
    const SAME: &str = "raw-system-密码";
    let broken = Broken::new();
    let key = old_key(&broken);
    let sealed = Payload::seal(&key, &[7; 16], SAME.as_bytes());
    let change = format!(
        "UPDATE options SET value = '{sealed}' WHERE name = 'mail_password'; \
         UPDATE options SET value = (SELECT out_username FROM mailboxes WHERE id = 5) WHERE name = 'mail_username';"
    );
    broken.bench.database().execute_batch(&change).unwrap();
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.open_passwords();
    let lost = Place::column(Table::Mailboxes, 5, "out_password");
    let asked = &wizard.wizard.passwords.asked;
    let at = asked.iter().position(|asked| asked.place == lost).unwrap();
    wizard.act(&vec![Action::Down; at]);
    let taken = |driven: &Driven| {
        let answer = driven.wizard.passwords.answers.get(&lost);
        answer.and_then(|answer| answer.instead.clone())
    };
    let is_system = |offer: &Option<Offer>| match offer {
        Some(Offer::SameAs(place)) => place.cell.table == Table::Options,
        _ => false,
    };
    for _ in 0..8 {
        wizard.act(&[Action::SameAs]);
        if is_system(&taken(&wizard)) {
            break;
        }
    }
    assert!(is_system(&taken(&wizard)), "{:?}", taken(&wizard));
    wizard.act(&[Action::KeepUntested]);
    wizard.confirm();
    let opened = broken.written().opened;
    assert_eq!(
        opened.get(&lost.to_string()).map(String::as_str),
        Some(SAME)
    );
    let system = opened
        .iter()
        .find(|(place, _)| place.starts_with("options#8"));
    assert_eq!(system.map(|(_, text)| text.as_str()), Some(SAME));
}

/// A copy of the key is not put where the web server hands it out.
#[test]
fn nothing_is_saved_in_the_public_folder() {
    let broken = Broken::new();
    let install = broken.bench.install();
    let public = install.join("public/rescue");
    // What links in there lead to: Laravel's own, and that of a module.
    for made in [
        "storage/app/public",
        "Modules/Tags/Public",
        "public/modules",
    ] {
        std::fs::create_dir_all(install.join(made)).unwrap();
    }
    let (disk, module) = (
        install.join("storage/app/public"),
        install.join("Modules/Tags/Public"),
    );
    std::os::unix::fs::symlink(&disk, install.join("public/storage")).unwrap();
    std::os::unix::fs::symlink(&module, install.join("public/modules/tags")).unwrap();
    let before = broken.bench.state();
    for (folder, said) in [
        (disk.join("b"), "which FreeScout's public folder leads to"),
        (
            module.join("b"),
            "public/modules/tags, so nothing is saved there",
        ),
    ] {
        for option in ["--state-dir", "--backup-dir", "--keys-dir"] {
            let more = ["backup", "--json", option, folder.to_str().unwrap()];
            let refused = broken.command(&more);
            assert_eq!(refused.code, 3, "{}", refused.out);
            assert!(refused.err.contains(said), "{option}: {}", refused.err);
            assert!(
                refused.out.contains("\"code\":\"bad_input\""),
                "{}",
                refused.out
            );
            assert_eq!(broken.bench.state(), before, "{option}");
        }
    }
    for command in [
        &["backup"][..],
        &["backup", "--encrypt", "--passphrase-file", "-"],
        &["recover", "--yes", "--no-test"],
    ] {
        for option in ["--state-dir", "--backup-dir", "--keys-dir"] {
            let more = [option, public.to_str().unwrap()];
            let refused = broken.command_with(&[command, &more[..]].concat(), "x");
            assert!(
                [1, 3].contains(&refused.code),
                "{command:?}: {}",
                refused.out
            );
            let said = "lies in FreeScout's public folder";
            assert!(refused.err.contains(said), "{option}: {}", refused.err);
            assert_eq!(broken.bench.state(), before, "{command:?} {option}");
        }
    }
    let mut wizard = Driven::surveyed(&broken);
    wizard.act(&[
        Action::Go(Step::Backup),
        Action::OtherFolder,
        Action::EraseAll,
    ]);
    wizard.type_and_enter(public.to_str().unwrap());
    wizard.until("the refusal", |w| w.running.is_none());
    let refused = wizard
        .wizard
        .backup
        .problem
        .as_ref()
        .expect("it is refused");
    assert_eq!(refused.kind, ErrorKind::BadInput);
    assert_eq!(wizard.wizard.mode(), Mode::Field(Field::BackupFolder));
    assert_eq!(broken.bench.state(), before);
}
