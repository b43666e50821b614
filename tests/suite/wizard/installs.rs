//! Several installs on one server: the one that is meant is chosen from a list.

use freescout_rescue::domain::config::container::Container;
use freescout_rescue::wizard::mode::Mode;
use freescout_rescue::wizard::step::survey::SurveyPhase;

use super::*;

/// A wizard that found several installs.
fn several() -> Wizard {
    let (mut wizard, _) = Wizard::start_with(None, true);
    let id = wizard.running.as_ref().unwrap().id;
    for update in [Update::Failed(fixture::several()), Update::Done] {
        wizard.update(Event::Job(id, update));
    }
    wizard
}

fn act(wizard: &mut Wizard, actions: &[Action]) -> Vec<Effect> {
    let done = actions
        .iter()
        .map(|action| wizard.update(Event::Act(*action)));
    done.flatten().collect()
}

/// The folder of the survey that is started.
fn surveyed(effects: &[Effect]) -> Option<std::path::PathBuf> {
    effects.iter().find_map(|effect| match effect {
        Effect::Start(_, Job::Survey { install, .. }) => install.clone(),
        _ => None,
    })
}

#[test]
fn the_arrow_keys_choose_and_enter_opens() {
    let paths: Vec<_> = fixture::several()
        .installs
        .into_iter()
        .map(|one| one.path)
        .collect();
    for (moves, chosen) in [
        (&[][..], 0),
        (&[Action::Down], 1),
        (&[Action::Down, Action::Down, Action::Down], 2),
        (&[Action::Last, Action::Up], 1),
    ] {
        let mut wizard = several();
        assert_eq!(wizard.mode(), Mode::Command);
        act(&mut wizard, moves);
        let effects = act(&mut wizard, &[Action::Primary]);
        assert_eq!(
            surveyed(&effects).as_ref(),
            Some(&paths[chosen]),
            "{moves:?}"
        );
        assert!(matches!(wizard.survey.phase, SurveyPhase::Reading));
        // What is wrong with that one is about that one; the list is gone.
        let id = wizard.running.as_ref().unwrap().id;
        for update in [Update::Failed(fixture::problem()), Update::Done] {
            wizard.update(Event::Job(id, update));
        }
        let again = act(&mut wizard, &[Action::Retry]);
        assert_eq!(surveyed(&again).as_ref(), Some(&paths[chosen]));
        let id = wizard.running.as_ref().unwrap().id;
        for update in [Update::Failed(fixture::problem()), Update::Done] {
            wizard.update(Event::Job(id, update));
        }
        // It was another one that is broken.
        assert!(wizard.offers().contains(&Action::Back));
        let back = act(&mut wizard, &[Action::Back]);
        assert_eq!((back.len(), surveyed(&back)), (1, None));
        let id = wizard.running.as_ref().unwrap().id;
        for update in [Update::Failed(fixture::several()), Update::Done] {
            wizard.update(Event::Job(id, update));
        }
        assert_eq!(wizard.survey.installs().len(), paths.len());
    }
}

/// The list may stand there a moment before the search says that it is done.
#[test]
fn nothing_is_chosen_while_the_search_still_runs() {
    let (mut wizard, _) = Wizard::start_with(None, true);
    let id = wizard.running.as_ref().unwrap().id;
    wizard.update(Event::Job(id, Update::Failed(fixture::several())));
    for place in 0..fixture::several().installs.len() {
        assert!(!wizard.offers().contains(&Action::Primary));
        assert!(act(&mut wizard, &[Action::Primary]).is_empty());
        assert!(wizard.notice.is_some(), "it says why not");
        assert_eq!(wizard.survey.folder, None, "place {place}");
        act(&mut wizard, &[Action::Down]);
    }
    wizard.update(Event::Job(id, Update::Done));
    assert!(wizard.offers().contains(&Action::Primary));
}

#[test]
fn they_are_looked_for_again_or_another_is_named() {
    let mut wizard = several();
    for action in [
        Action::Primary,
        Action::Down,
        Action::Retry,
        Action::OtherFolder,
    ] {
        assert!(wizard.offers().contains(&action), "{action:?}");
    }
    let effects = act(&mut wizard, &[Action::Down, Action::Retry]);
    assert_eq!((effects.len(), surveyed(&effects)), (1, None));
}

#[test]
fn one_in_a_container_is_entered() {
    let mut problem = fixture::several();
    problem.installs[1].container = Some(Box::new(Container {
        name: Some("freescout-app".to_owned()),
        running: true,
        ..Container::default()
    }));
    let (mut wizard, _) = Wizard::start_with(None, true);
    let id = wizard.running.as_ref().unwrap().id;
    for update in [Update::Failed(problem.clone()), Update::Done] {
        wizard.update(Event::Job(id, update));
    }
    let effects = act(&mut wizard, &[Action::Down, Action::Primary]);
    let entered = effects.iter().find_map(|effect| match effect {
        Effect::Enter(found) => Some(&**found),
        _ => None,
    });
    assert_eq!(entered, Some(&problem.installs[1]));
    assert_eq!(surveyed(&effects), None, "nothing is read on the host");
}
