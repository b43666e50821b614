//! Tab in a field for a path.

use freescout_rescue::engine::worker::PathCompletion;

use super::*;
use crate::screens::Stage;

/// What Tab asks for.
fn asked(stage: &mut Stage) -> Option<(String, bool)> {
    let effects = stage.0.update(Event::Act(Action::NextPane));
    effects.into_iter().find_map(|effect| match effect {
        Effect::Complete {
            typed,
            folders_only,
        } => Some((
            String::from_utf8(typed.expose().to_vec()).unwrap(),
            folders_only,
        )),
        _ => None,
    })
}

fn answer(stage: &mut Stage, typed: &str, rest: &str, names: &[&str], more: usize) {
    let completion = PathCompletion {
        typed: SecretBytes::from(typed.as_bytes()),
        rest: rest.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        more,
        too_many: false,
    };
    let update = Update::Completed(Box::new(completion));
    stage.0.update(Event::Job(JobId::default(), update));
}

fn field(stage: &Stage) -> &str {
    match &stage.0.keys.form {
        Some(KeysForm::Place(input)) => input.expose(),
        _ => panic!("no field for a place"),
    }
}

#[test]
fn tab_completes_a_path_and_says_what_may_follow() {
    let mut stage = Stage::at_keys(false)
        .act(&[Action::LookIn])
        .type_text("/srv/ba");
    assert_eq!(asked(&mut stage), Some(("/srv/ba".to_owned(), false)));
    answer(&mut stage, "/srv/ba", "ckups/", &[], 0);
    assert_eq!(field(&stage), "/srv/backups/");
    asked(&mut stage);
    let names = ["a.sql", "b\u{1b}[2J.sql"];
    answer(&mut stage, "/srv/backups/", "", &names, 3);
    let said = stage.0.notice.clone().unwrap_or_default();
    assert!(
        said.contains("a.sql") && said.ends_with("and 3 more"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "{said:?}");
    // Whoever typed on meanwhile is not interrupted.
    asked(&mut stage);
    let mut stage = stage.type_text("x");
    answer(&mut stage, "/srv/backups/", "a.sql", &[], 0);
    assert_eq!(field(&stage), "/srv/backups/x");
    // Nor is another field, with the same text in it.
    let mut stage = stage.act(&[Action::Back, Action::AddKey]).type_text("/srv");
    assert_eq!(asked(&mut stage), None);
    answer(&mut stage, "/srv", "/", &[], 0);
    assert_eq!(stage.0.typed(), 0);
    let typed = match &stage.0.keys.form {
        Some(KeysForm::Key(input)) => input.expose(),
        _ => panic!("no field for a key"),
    };
    assert_eq!(typed, "/srv");
}

#[test]
fn folders_are_completed_with_folders() {
    let mut stage = Stage::new()
        .answered(vec![Update::Failed(fixture::problem())])
        .act(&[Action::OtherFolder])
        .type_text("/var/www");
    assert_eq!(asked(&mut stage), Some(("/var/www".to_owned(), true)));
}

#[test]
fn a_wrong_path_stays_to_be_mended_and_no_letter_of_it_is_a_command() {
    let stage = Stage::new()
        .answered(vec![Update::Failed(fixture::problem())])
        .act(&[Action::OtherFolder])
        .type_text("/var/wwq")
        .act(&[Action::Primary])
        .answered(vec![Update::Failed(fixture::problem())]);
    assert!(stage.0.typing(), "the field is gone");
    let stage = stage.act(&[Action::Erase]).type_text("w");
    let Some(survey::SurveyForm::Folder(input)) = &stage.0.survey.form else {
        panic!("the field is gone");
    };
    assert_eq!(input.expose(), "/var/www");
}
