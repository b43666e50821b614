//! What cannot be done here and now: it is said where it is known, nothing that was typed is lost by it, and there is a way
//! to look again. And keys that say what they do.

use std::collections::BTreeSet;

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::domain::verdict::finding::Finding;
use freescout_rescue::tui::frame::foot;
use freescout_rescue::wizard::parts::marks::StepProgress;
use freescout_rescue::wizard::state::{InstallLifetime, Workplace};

use super::*;
use crate::screens::{Stage, draw, measured, text};

const CLOSED: &str = "/srv/f.sqlite is in the layers of a container that is stopped";

fn closed() -> Update {
    Update::Failed(ErrorKind::DatabaseReadOnly.problem("read-only", "", CLOSED))
}

/// What the last of these keys asks for.
fn asks(stage: &mut Stage, actions: &[Action]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for action in actions {
        effects = stage.0.update(Event::Act(*action));
    }
    effects
}

fn shown(stage: &Stage) -> String {
    let screen = draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    );
    text(&screen)
}

/// The plan of the last step is made by the same function as the first one: it may be refused there, too.
#[test]
fn a_plan_that_is_refused_at_last_keeps_what_was_typed() {
    let at = || {
        Stage::at_passwords()
            .type_text(SENTINEL)
            .act(&[Action::Primary])
            .tested(&[Code::Ok])
            .act(&[Action::Go(Step::Apply)])
            .answered(vec![closed()])
    };
    let mut stage = at();
    assert!(shown(&stage).contains(CLOSED));
    assert_eq!(stage.0.offers()[..2], [Action::Primary, Action::Retry]);
    // The backup stands still: only the plan is made again.
    let effects = asks(&mut stage, &[Action::Primary]);
    assert!(
        matches!(effects[..], [Effect::Start(_, Job::Plan { .. })]),
        "{effects:?}"
    );
    let mut stage = at();
    asks(&mut stage, &[Action::Back]);
    assert_eq!((stage.0.step, stage.0.typed()), (Step::Passwords, 1));
    let mut stage = at();
    let effects = asks(&mut stage, &[Action::Retry]);
    assert!(
        matches!(effects[0], Effect::Start(_, Job::Survey { .. })),
        "{effects:?}"
    );
    assert_eq!((stage.0.step, stage.0.typed()), (Step::Survey, 1));
}

#[test]
fn esc_leads_back_from_an_attempt_that_failed_to_the_nearest_step_that_is_open() {
    let mut stage = Stage::at_apply()
        .type_text("apply")
        .act(&[Action::Primary])
        .answered(vec![closed()]);
    let typed = stage.0.typed();
    assert!(typed > 0, "the test would prove nothing");
    assert_eq!(stage.0.backup.done, None, "used up");
    asks(&mut stage, &[Action::Back]);
    assert_eq!((stage.0.step, stage.0.typed()), (Step::Backup, typed));
    assert_eq!(stage.0.notice, None, "nothing is locked");
}

/// Its files stay as they were when it was entered, whatever becomes of it.
#[test]
fn a_stopped_container_is_looked_at_again_by_entering_it_anew() {
    let workplace = Workplace {
        lifetime: InstallLifetime::Lasting,
        stopped_container: true,
        chosen_on_host: false,
    };
    let in_stopped = |mut stage: Stage| {
        stage.0.works_in(workplace);
        stage
    };
    let anew = |effects: Vec<Effect>| effects.iter().any(|e| matches!(e, Effect::EnterAnew));
    let mut read = in_stopped(Stage::new().surveyed(fixture::assessment(true)));
    assert!(anew(asks(&mut read, &[Action::Retry])));
    let barred = || in_stopped(Stage::new().answered(vec![closed()]));
    assert!(anew(asks(&mut barred(), &[Action::Retry])));
    assert!(anew(asks(&mut barred(), &[Action::Primary])));
    let planned = || {
        in_stopped(
            Stage::at_checks()
                .act(&[Action::Primary])
                .answered(vec![closed()]),
        )
    };
    assert!(
        shown(&planned()).contains(CLOSED),
        "before anything is typed"
    );
    assert!(!planned().0.is_open(Step::Passwords));
    assert!(anew(asks(&mut planned(), &[Action::Retry])));
    // On the host the same keys read it again.
    let mut read = Stage::new().surveyed(fixture::assessment(true));
    let effects = asks(&mut read, &[Action::Retry]);
    assert!(matches!(effects[0], Effect::Start(_, Job::Survey { .. })));
}

#[test]
fn what_was_chosen_on_the_host_leads_back_to_its_list() {
    let mut stage = Stage::new().surveyed(fixture::assessment(true));
    assert!(!stage.0.offers().contains(&Action::Back));
    stage.0.works_in(Workplace {
        lifetime: InstallLifetime::Lasting,
        stopped_container: false,
        chosen_on_host: true,
    });
    assert!(stage.0.offers().contains(&Action::Back));
    let effects = asks(&mut stage, &[Action::Back]);
    assert!(matches!(effects[..], [Effect::ChooseAgain]), "{effects:?}");
}

/// A refused password is not sent again; no key says that it would be.
#[test]
fn an_answer_that_stands_is_asked_again_by_no_key_that_does_not() {
    for (code, waits) in [
        (Code::AuthRejected, false),
        (Code::AppPasswordRequired, false),
        (Code::ServiceDisabled, true),
        (Code::SameAsBefore, true),
    ] {
        let mut stage = Stage::at_passwords()
            .type_text(SENTINEL)
            .act(&[Action::Primary])
            .tested(&[code]);
        let offers = stage.0.offers();
        assert!(!offers.contains(&Action::Primary), "{code}: {offers:?}");
        assert!(offers.contains(&Action::KeepUntested), "{code}: {offers:?}");
        assert_eq!(offers.contains(&Action::Retry), waits, "{code}: {offers:?}");
        assert!(asks(&mut stage, &[Action::Primary]).is_empty(), "{code}");
        assert!(stage.0.notice.is_some(), "{code}: why not");
        let effects = asks(&mut stage, &[Action::Retry]);
        let sent = matches!(&effects[..], [Effect::Test(_, job)] if job.again);
        assert_eq!(sent, waits, "{code}: {effects:?}");
        assert!(waits || stage.0.notice.is_some(), "{code}: why not");
    }
    // No verdict: it is asked again by Enter.
    let mut stage = Stage::at_passwords()
        .type_text(SENTINEL)
        .act(&[Action::Primary])
        .tested(&[Code::Timeout]);
    assert!(stage.0.offers().contains(&Action::Primary));
    assert!(matches!(
        asks(&mut stage, &[Action::Primary])[..],
        [Effect::Test(..)]
    ));
    let sends = foot::label(Action::Retry, &Stage::at_passwords().0);
    assert_eq!(sends, "send it again");
}

#[test]
fn a_password_that_was_not_tested_is_marked_so() {
    let standing = |stage: &Stage| stage.0.standing_of(Step::Passwords);
    let mut stage = Stage::at_passwords();
    while stage.0.passwords.asked.len() > stage.0.typed() {
        stage = stage
            .type_text(SENTINEL)
            .act(&[Action::KeepUntested, Action::Down]);
    }
    let stage = stage.act(&[Action::Go(Step::Apply)]);
    assert_eq!(standing(&stage), StepProgress::Untested);
    assert!(shown(&stage).contains("?6 Passwords"), "{}", shown(&stage));
}

#[test]
fn the_report_may_be_saved_while_tests_still_run_and_says_so() {
    let saved = vec![Update::ReportSaved(vec![PathBuf::from("/r/report.txt")])];
    let stage = Stage::at_report(true)
        .act(&[Action::Primary])
        .answered(saved);
    assert!(
        stage.0.connections.running(),
        "the test would prove nothing"
    );
    assert!(stage.0.offers().contains(&Action::Primary));
    let screen = shown(&stage);
    assert!(screen.contains("while"), "{screen}");
    assert!(screen.contains("still being tested"), "{screen}");
}

#[test]
fn a_new_round_shows_every_connection_again() {
    let stage = Stage::at_report(true).act(&[Action::Connections, Action::FailingOnly]);
    assert!(stage.0.connections.failing_only);
    let stage = stage.act(&[Action::Connections, Action::StartOver]);
    assert!(!stage.0.connections.failing_only);
}

#[test]
fn a_session_is_not_asked_whether_to_go_on_with_itself() {
    let mut stage = Stage::new()
        .surveyed(fixture::assessment(true))
        .act(&[Action::Go(Step::Backup), Action::Primary]);
    let id = stage.0.running.as_ref().unwrap().id;
    let mut effects = Vec::new();
    for update in [Update::BackedUp(fixture::backup()), Update::Done] {
        effects.extend(stage.0.update(Event::Job(id, update)));
    }
    effects.extend(stage.0.update(Event::Act(Action::Go(Step::Survey))));
    let mut kept = effects.into_iter().filter_map(|effect| match effect {
        Effect::Remember(bookmark) => bookmark,
        _ => None,
    });
    let kept = kept.next_back();
    let kept = kept.expect("a backup is worth remembering");
    let stage = stage.act(&[Action::Retry]);
    let id = stage.0.running.as_ref().unwrap().id;
    let mut stage = stage.act(&[Action::Go(Step::Backup)]);
    assert!(stage.0.notice.is_some(), "One moment");
    let mut started = Vec::new();
    for update in [
        Update::Surveyed(Box::new(fixture::survey())),
        Update::Bookmark(Box::new(kept)),
        Update::Assessed(Box::new(fixture::assessment(true))),
        Update::Done,
    ] {
        started.extend(stage.0.update(Event::Job(id, update)));
    }
    assert!(stage.0.survey.form.is_none(), "no question");
    assert_ne!(
        stage.0.notice.as_deref(),
        Some("One moment: something is still in progress.")
    );
    let taken_up = started.iter().find_map(|effect| match effect {
        Effect::Start(_, Job::TakeUp(bookmark)) => Some(bookmark),
        _ => None,
    });
    assert!(
        taken_up.is_some_and(|kept| kept.backup.is_some()),
        "{started:?}"
    );
}

/// Everything that scrolling shows of a screen.
fn all_of(stage: &mut Stage, width: u16, height: u16) -> String {
    let window = Window {
        columns: width,
        rows: height,
    };
    stage.0.update(Event::Resize(window));
    let mut seen = String::new();
    for _ in 0..100 {
        let (page, hidden) = measured(&stage.0, width, height);
        assert!(!hidden.cut);
        assert_eq!(page.contains("PgDn"), hidden.below > 0, "{page}");
        seen += &page;
        if hidden.below == 0 {
            break;
        }
        stage.0.update(Event::Drawn(hidden));
        stage.0.update(Event::Act(Action::PageDown));
    }
    let inside = seen.lines().map(|line| line.trim_matches(['│', ' ']));
    inside.collect::<Vec<_>>().join(" ")
}

/// However long a finding is, and whatever window it is in: all its words are reached, with the arrows and by scrolling.
#[test]
fn every_word_of_a_finding_can_be_reached() {
    let mut assessment = fixture::assessment(false);
    let help: String = (0..160).map(|n| format!("word{n} ")).collect();
    for place in [0, 2] {
        assessment.findings.insert(
            place,
            Finding::NotWritable {
                path: "/srv/f.sqlite".into(),
                help: format!("{place} {help}end{place}"),
            },
        );
    }
    for (width, height) in [(80, 24), (120, 40), (76, 22)] {
        let mut stage = Stage::new().surveyed(assessment.clone());
        let mut seen = String::new();
        for _ in 0..assessment.findings.len() {
            seen += &all_of(&mut stage, width, height);
            stage = stage.act(&[Action::Down]);
        }
        let words: BTreeSet<&str> = seen.split_whitespace().collect();
        for finding in &assessment.findings {
            for word in freescout_rescue::sentences::finding(finding).split_whitespace() {
                assert!(
                    words.contains(word),
                    "{width}x{height}: {word} of {finding:?}"
                );
            }
        }
        // What not to do stays in sight meanwhile.
        assert!(seen.contains("Do not save mailbox forms"));
    }
}

#[test]
fn what_a_plan_means_and_what_to_watch_can_be_reached() {
    for (width, height) in [(80, 24), (120, 40), (76, 22)] {
        let plan = all_of(&mut Stage::at_plan(), width, height);
        assert!(plan.contains("affected notification is dropped"), "{plan}");
        let report = all_of(&mut Stage::at_report(true), width, height);
        for line in freescout_rescue::words::words().report_aftercare.lines() {
            let last = line.split_whitespace().next_back().unwrap_or_default();
            assert!(report.contains(last), "{width}x{height}: {line}\n{report}");
        }
    }
}
