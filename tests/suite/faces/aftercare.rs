//! What step 8 offers once mail flows again, on an install that was recovered.

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::wizard::message::Action;
use freescout_rescue::wizard::step::report::ReportForm;
use serde_json::Value as Json;

use super::wizard::Driven;
use super::{Broken, ends_with};
use crate::by_hand;

const PASSPHRASE: &str = "drei Wörter 密码";

/// The keys are put into a safe that `age` opens, the report says so, and the watch knows of it.
#[test]
fn the_keys_are_put_into_a_safe() {
    let broken = Broken::new();
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.apply("");
    let offered = wizard.wizard.backup.folders.as_ref().unwrap().safe.clone();
    wizard.act(&[Action::KeepKeys]);
    wizard.type_and_enter(PASSPHRASE);
    wizard.type_and_enter("another");
    assert!(!offered.exists(), "the passphrases differ");
    wizard.act(&[Action::EraseAll]);
    wizard.type_and_enter(PASSPHRASE);
    let made = "the safe";
    wizard.until(made, |w| w.running.is_none() && w.report.form.is_none());
    let name = offered.file_name().unwrap().to_str().unwrap();
    let told = wizard.wizard.report_view().items.clone();
    assert!(
        told.iter().any(|item| item.text.contains(name)),
        "{:?}",
        wizard.wizard.report.problem
    );
    assert!(wizard.wizard.report_text().contains(name));
    let (opens, said) = by_hand::type_line(
        &broken.bench.path("state"),
        &format!("age -d -o opened {name}"),
        PASSPHRASE,
    );
    assert!(opens, "{said}");
    let opened = std::fs::read_to_string(broken.bench.path("state/opened")).unwrap();
    let key = broken.bench.key_in_force();
    assert!(opened.contains(&format!("\nAPP_KEY={key}\n")), "{opened}");
    let round = broken.command(&["watch", "--no-logins", "--json"]);
    let round: Json = serde_json::from_str(&round.out).expect(&round.err);
    let codes: Vec<&Json> = round["standing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|matter| &matter["code"])
        .collect();
    assert!(codes.iter().all(|code| *code != "key_not_safe"), "{round}");
}

/// A safe that cannot be made leaves the form as it was filled in, and everything else as it was.
#[test]
fn a_safe_that_cannot_be_made_is_asked_for_again() {
    let broken = Broken::new();
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.apply("");
    let install = broken.bench.install();
    wizard.act(&[Action::KeepKeys, Action::PreviousPane, Action::EraseAll]);
    wizard.type_and_enter(install.join("key.age").to_str().unwrap());
    wizard.type_and_enter(PASSPHRASE);
    wizard.type_and_enter(PASSPHRASE);
    wizard.until("the refusal", |w| w.running.is_none());
    let report = &wizard.wizard.report;
    let problem = report
        .problem
        .as_ref()
        .expect("it is lost with the install");
    assert_eq!(problem.kind, ErrorKind::BadInput);
    let Some(ReportForm::Safe(form)) = &report.form else {
        panic!("{report:?}");
    };
    let filled_in: Vec<bool> = form.inputs.iter().map(|input| input.is_empty()).collect();
    assert_eq!(filled_in, [false; 3]);
    assert!(!install.join("key.age").exists());
    // It goes with the form.
    wizard.act(&[Action::Back, Action::KeepKeys]);
    assert!(wizard.wizard.report.problem.is_none());
    ends_with(&broken.command(&["check"]), 2);
}
