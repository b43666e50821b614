//! Leaving: what asks first, what is said at the end, and the report that was saved before its last word.

use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::engine::exit::Exit;
use freescout_rescue::engine::worker::{Job, JobId, Update};
use freescout_rescue::wizard::jobs::JobKind;
use freescout_rescue::wizard::message::{Action, Effect, Event};
use freescout_rescue::wizard::state::{InstallLifetime, Overlay};
use freescout_rescue::wizard::step::Step;
use freescout_rescue::words::words;

use crate::fixture;
use crate::screens::Stage;

fn surveyed() -> Stage {
    Stage::new().surveyed(fixture::assessment(true))
}

#[test]
fn ctrl_c_asks_in_no_step_where_nothing_would_be_lost() {
    let stages: [(Step, Stage); 6] = [
        (Step::Survey, surveyed()),
        (Step::Backup, surveyed().act(&[Action::Primary])),
        (Step::Keys, Stage::at_keys(true)),
        (Step::Checks, Stage::at_checks()),
        (Step::Plan, Stage::at_plan()),
        (Step::Passwords, Stage::at_passwords()),
    ];
    for (step, mut stage) in stages {
        assert_eq!(stage.0.step, step);
        let effects = stage.0.update(Event::Act(Action::Interrupt));
        let leaves = |effect: &Effect| matches!(effect, Effect::Quit(Exit::Attention));
        assert!(effects.iter().any(leaves), "{step:?}: {effects:?}");
    }
    // One letter of a password, in whichever step it is left, and it asks; the second time it leaves.
    let typed = || Stage::at_passwords().type_text("x");
    for mut stage in [typed(), typed().act(&[Action::Go(Step::Plan)])] {
        let asked = stage.0.update(Event::Act(Action::Interrupt));
        assert_eq!((asked.len(), stage.0.overlay), (0, Some(Overlay::Quit)));
        let left = stage.0.update(Event::Act(Action::Interrupt));
        assert!(left.iter().any(|effect| matches!(effect, Effect::Quit(_))));
    }
}

/// All that is named is there when the program has ended: of the demo nothing is.
#[test]
fn what_is_deleted_at_the_end_is_not_named_at_the_end() {
    let undone = Stage::at_report(true)
        .act(&[Action::Undo])
        .foreseen()
        .type_text("undo")
        .act(&[Action::Primary])
        .answered(vec![fixture::undone(&[
            "Undone: 8 stored values and 2 files are as they were before.",
            "The state before this is saved in /var/lib/freescout-rescue/backups/two",
        ])]);
    let saved = Update::ReportSaved(vec!["/var/lib/freescout-rescue/report.txt".into()]);
    let saved = Stage::at_report(true)
        .act(&[Action::Primary])
        .answered(vec![saved]);
    let half = Update::HalfDone(fixture::problem());
    let half = Stage::at_apply()
        .type_text("apply")
        .act(&[Action::Primary])
        .answered(vec![half]);
    for (name, stage, named) in [
        ("surveyed", surveyed(), 0),
        ("backed up", Stage::at_keys(true), 1),
        ("recovered", Stage::at_report(true), 1),
        ("saved", saved, 2),
        ("undone", undone, 2),
        ("half", half, 0),
    ] {
        let lasting = stage.0.goodbye(InstallLifetime::Lasting);
        let gone = stage.0.goodbye(InstallLifetime::ThrowAway);
        assert_eq!(gone, [""; 0], "{name}");
        let paths =
            |line: &&String| line.contains("/var/lib") || line.contains("freescout-rescue ");
        assert_eq!(
            lasting.iter().filter(paths).count(),
            named,
            "{name}: {lasting:?}"
        );
        assert!(!lasting.is_empty(), "{name}");
    }
    let nothing = surveyed().0.goodbye(InstallLifetime::Lasting);
    assert_eq!(nothing, [words().quit_nothing_changed]);
}

/// "Saved" is on the screen a moment before the job that saves has ended.
#[test]
fn who_reads_that_it_is_saved_is_not_asked_again() {
    let files = vec!["/var/lib/report.txt".into()];
    let mut stage = Stage::at_report(true)
        .act(&[Action::Primary])
        .hears(vec![Update::ReportSaved(files)]);
    assert!(stage.0.running.is_some(), "it has not ended");
    let left = stage.0.update(Event::Act(Action::Quit));
    assert!(left.iter().any(|effect| matches!(effect, Effect::Quit(_))));
}

/// The report was saved while the logins still ran: as soon as they have ended it is saved again, over itself.
#[test]
fn a_report_that_was_saved_early_is_saved_again_when_the_logins_have_ended() {
    let files = ["/var/lib/report.txt", "/var/lib/report.json"].map(Into::into);
    let mut stage = Stage::at_report(true)
        .tested(&[Code::Ok])
        .act(&[Action::Primary])
        .answered(vec![Update::ReportSaved(files.to_vec())]);
    assert!(stage.0.connections.running() && stage.0.report.is_saved());
    stage = stage.tested(&[Code::Ok, Code::AuthRejected]);
    assert!(
        !stage.0.report.is_saved(),
        "it does not say how that login ended"
    );
    assert!(stage.0.is_free(), "not with each of them");
    let round = stage.last_round();
    let effects = stage.0.update(Event::Job(round, Update::Done));
    let again = effects.iter().find_map(|effect| match effect {
        Effect::Start(id, Job::SaveReport { text, tested, over }) => {
            Some((*id, text, tested, over))
        }
        _ => None,
    });
    let (id, text, tested, over) = again.expect("it is saved again");
    assert_eq!(over[..], files, "one report a recovery");
    assert_eq!(tested.len(), 2);
    let refused = stage.0.mail_state().unwrap().logins.failed;
    assert_eq!(refused, 1);
    assert!(text.contains("SMTP"), "{text}");
    assert!(stage.0.is_running(JobKind::SaveReport));
    for update in [Update::ReportSaved(files.to_vec()), Update::Done] {
        let effects = stage.0.update(Event::Job(id, update));
        assert!(
            !effects.iter().any(|e| matches!(e, Effect::Start(..))),
            "once"
        );
    }
    assert!(stage.0.report.is_saved());
    // Where it could not be saved again, that is said, and nobody tries for ever.
    let mut stage = stage.act(&[Action::Connections, Action::TestAll]);
    let asked = stage.last_round();
    stage = stage.tested(&[Code::Timeout]);
    let effects = stage.0.update(Event::Job(asked, Update::Done));
    let id = started(&effects).expect("again");
    for update in [Update::Failed(fixture::problem()), Update::Done] {
        let effects = stage.0.update(Event::Job(id, update));
        assert!(started(&effects).is_none());
    }
    assert!(stage.0.report.problem.is_some() && !stage.0.report.is_saved());
}

fn started(effects: &[Effect]) -> Option<JobId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Start(id, _) => Some(*id),
        _ => None,
    })
}
