//! What is said is so: the headline of the report, the marks of the steps, and the results of logins.

use freescout_rescue::domain::config::elsewhere::By;
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::state::Health;
use freescout_rescue::domain::plan::{KeyHome, Need};
use freescout_rescue::domain::verdict::assessment::Assessment;
use freescout_rescue::domain::verdict::finding::{Finding, SetAt, SettingEffect};
use freescout_rescue::engine::exit::Exit;
use freescout_rescue::engine::worker::{Applied, Update};
use freescout_rescue::sentences;
use freescout_rescue::tui::theme::{Depth, Glyphs, Theme};
use freescout_rescue::wizard::message::Action;
use freescout_rescue::wizard::step::Step;
use ratatui::style::Color;

use crate::fixture::{self, SENTINEL};
use crate::screens::{Stage, draw, text};

/// The steps as they are marked on a small screen.
fn marks(stage: &Stage, glyphs: Glyphs) -> String {
    let drawn = text(&draw(&stage.0, 80, 24, Theme::new(Depth::Sixteen, glyphs)));
    let line = drawn.lines().nth(1).unwrap();
    let marks = line.split(' ').filter(|part| {
        let mut letters = part.chars();
        letters.next().is_some() && letters.next().is_some_and(|c| c.is_ascii_digit())
    });
    marks.filter_map(|part| part.chars().next()).collect()
}

/// The first line of the report, its sign's colour, and how it stands.
fn headline(stage: &Stage) -> (String, Color, Health) {
    let buffer = draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    );
    let line = stage.0.report_headlines().first().cloned().unwrap();
    (line, buffer[(2, 3)].fg, stage.0.report_view().health)
}

/// A recovery that ends with this assessment.
fn recovered(after: Assessment, verified: bool) -> Stage {
    let applied = Applied {
        after: Box::new(after.clone()),
        ..fixture::applied(verified)
    };
    Stage::at_apply()
        .type_text("apply")
        .act(&[Action::Primary])
        .answered(vec![
            Update::Assessed(Box::new(after)),
            Update::Applied(Box::new(applied)),
        ])
}

#[test]
fn the_headline_is_the_state_of_the_mail() {
    let healthy = || recovered(fixture::healthy(), true);
    let (line, colour, _) = headline(&healthy());
    assert_eq!(
        line,
        "FreeScout can read 4 of 4 secrets; 0 of 4 connections proven by a login so far, 4 still being tested."
    );
    assert_eq!(colour, Color::Yellow, "nothing is proven");
    let stopped = healthy().act(&[Action::Connections, Action::StopTests, Action::Connections]);
    assert_eq!(
        headline(&stopped),
        (
            "FreeScout can read 4 of 4 secrets; no login was tested.".to_owned(),
            Color::Yellow,
            Health::Open
        )
    );
    assert!(
        text(&draw(
            &stopped.0,
            80,
            24,
            Theme::new(Depth::Sixteen, Glyphs::Unicode)
        ))
        .contains("t, then T")
    );
    let proven = healthy().tested(&[Code::Ok; 4]);
    assert_eq!(
        headline(&proven),
        (
            "FreeScout can read 4 of 4 secrets; 4 of 4 connections proven by a login.".to_owned(),
            Color::Green,
            Health::Good
        )
    );
    assert_eq!(proven.0.exit(), Exit::Fine);
    let failing = healthy().tested(&[Code::Ok, Code::Ok, Code::AuthRejected, Code::SameAsBefore]);
    assert_eq!(
        headline(&failing),
        (
            "FreeScout can read 4 of 4 secrets; 2 of 4 connections proven by a login, 1 failed, 1 not tried."
                .to_owned(),
            Color::Red,
            Health::Broken
        )
    );
    // The exit code is about what FreeScout reads.
    assert_eq!(failing.0.exit(), Exit::Fine);
    let not_tried = [Code::Ok, Code::Ok, Code::Ok, Code::SameAsBefore];
    let (_, colour, _) = headline(&healthy().tested(&not_tried));
    assert_eq!(colour, Color::Yellow, "nothing was refused");
    // Written otherwise than planned, or still unreadable: the worse counts.
    let (_, colour, health) =
        headline(&recovered(fixture::healthy(), false).tested(&[Code::Ok; 4]));
    assert_eq!((colour, health), (Color::Red, Health::Broken));
    let lost = recovered(fixture::recovered(), true).tested(&[Code::Ok; 40]);
    let (line, colour, _) = headline(&lost);
    assert!(
        line.contains("10 of 20 secrets (") && line.contains("1 empty although needed); 17 of 17"),
        "{line}"
    );
    assert_eq!((colour, lost.0.exit()), (Color::Red, Exit::Unreadable));
}

#[test]
fn those_whose_mail_does_not_flow_come_first_with_what_to_do() {
    let codes = [Code::Ok, Code::Ok, Code::AuthRejected, Code::SameAsBefore];
    let stage = recovered(fixture::healthy(), true).tested(&codes);
    let items = stage.0.report_view().items.clone();
    let command = fixture::applied(true).undo.unwrap();
    let undo = format!("To undo it: {command}");
    let said: Vec<(Option<Health>, &str, &str)> = items
        .iter()
        .map(|item| (item.health, item.name.as_str(), item.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                Some(Health::Broken),
                "Sales",
                "IMAP ✗ login refused, SMTP ○ not tried"
            ),
            (None, "", fixture::applied(true).notes[0].as_str()),
            (None, "", undo.as_str()),
            (Some(Health::Good), "Support", "IMAP ✓, SMTP ✓"),
        ]
    );
    assert_eq!(
        items[0].advice,
        [
            "The user name or password is wrong. Enter the password again, or look it up at the provider.",
            "SMTP on smtp.example.org:587 refused this password, so it was not tried here as well: too many refusals lock an account.",
        ]
    );
}

#[test]
fn the_saved_report_says_the_same_without_keys_of_the_screen() {
    let codes = [Code::Ok, Code::Ok, Code::AuthRejected, Code::SameAsBefore];
    for stage in [
        recovered(fixture::healthy(), true),
        recovered(fixture::healthy(), true).tested(&codes),
        recovered(fixture::recovered(), false).tested(&codes),
    ] {
        let said = stage.0.report_text();
        for key in [
            "Press t",
            "Press n",
            "Enter saves",
            "Press r",
            "press",
            "^K",
            "^T",
        ] {
            assert!(!said.contains(key), "{key:?} in\n{said}");
        }
        assert!(said.contains(&stage.0.report_headlines()[0]), "{said}");
        let install = said.lines().find(|l| l.contains("FreeScout 1."));
        assert!(
            install.is_some_and(|l| l.ends_with(", database freescout")),
            "{said}"
        );
        assert!(!said.contains(SENTINEL));
    }
    let said = recovered(fixture::healthy(), true)
        .tested(&codes)
        .0
        .report_text();
    let lines: Vec<&str> = said.lines().collect();
    let at = lines
        .iter()
        .position(|l| *l == "What needs attention")
        .unwrap();
    assert_eq!(
        lines[at + 1..at + 7],
        [
            "! Sales <sales@helpdesk.example>",
            "  incoming, IMAP imap.mail.example:993: ✗ login refused",
            "      “NO [AUTHENTICATIONFAILED] Authentication failed.”",
            "      The user name or password is wrong. Enter the password again, or look it up at the provider.",
            "  outgoing, SMTP smtp.mail.example:587: ○ not tried",
            "      SMTP on smtp.example.org:587 refused this password, so it was not tried here as well: too many refusals lock an account.",
        ]
    );
    assert!(
        lines[at + 8..].contains(&"✓ Support <support@helpdesk.example>"),
        "{said}"
    );
}

#[test]
fn a_step_is_ticked_when_it_is_in_order_not_when_it_was_seen() {
    // On the way: what is wrong stays marked, whatever was looked at.
    assert_eq!(marks(&Stage::at_keys(false), Glyphs::Unicode), "!✓●○○○○○");
    assert_eq!(marks(&Stage::at_passwords(), Glyphs::Unicode), "!✓!!!●○○");
    assert_eq!(marks(&Stage::at_passwords(), Glyphs::Ascii), "!v!!!>oo");
    // Nothing wrong: all in order.
    let sound = Stage::new().surveyed(fixture::healthy()).backed_up();
    let sound = sound.act(&[Action::Go(Step::Checks)]);
    assert_eq!(marks(&sound, Glyphs::Unicode), "✓✓✓●○○○○");
    // Gone back: what lies ahead again keeps how it stands.
    let back = Stage::at_passwords().act(&[Action::Go(Step::Backup)]);
    assert_eq!(marks(&back, Glyphs::Unicode), "!●!!!○○○");
    // After a recovery, what it came to.
    assert_eq!(
        marks(&recovered(fixture::healthy(), true), Glyphs::Unicode),
        "✓✓✓✓✓✓✓●"
    );
    assert_eq!(
        marks(&recovered(fixture::healthy(), false), Glyphs::Unicode),
        "✓✓✓✓✓✓!●"
    );
    assert_eq!(
        marks(&recovered(fixture::recovered(), true), Glyphs::Unicode),
        "!✓!!!!✓●"
    );
    // A password that its server refuses is open in step 6.
    let refused = [Code::Ok, Code::Ok, Code::AuthRejected, Code::Ok];
    let refused = recovered(fixture::healthy(), true).tested(&refused);
    assert_eq!(marks(&refused, Glyphs::Unicode), "✓✓✓✓✓!✓●");
    // A backup that was used up by an attempt that failed.
    let failed = Stage::at_apply().type_text("apply").act(&[Action::Primary]);
    let failed = failed.answered(vec![Update::Failed(fixture::problem())]);
    assert_eq!(marks(&failed, Glyphs::Unicode), "!!!!!!●○");
}

#[test]
fn what_was_decided_in_step_1_ticks_no_step_that_was_not_gone_through() {
    let unfinished = |word: &str| {
        let stage = Stage::new().answered(vec![
            Update::Surveyed(Box::new(fixture::survey())),
            Update::Unfinished(Box::new(fixture::unfinished_run())),
            Update::Assessed(Box::new(fixture::assessment(true))),
        ]);
        let stage = stage.foreseen();
        stage.type_text(word).act(&[Action::Primary])
    };
    let undone = unfinished("undo").answered(vec![
        Update::Assessed(Box::new(fixture::assessment(true))),
        fixture::undone(&["Undone: 3 stored values."]),
    ]);
    assert_eq!(marks(&undone, Glyphs::Unicode), "!○○○○○○●");
    let (line, colour, _) = headline(&undone);
    assert!(line.ends_with("no login was tested."), "{line}");
    assert_eq!(colour, Color::Red, "it is as broken as it was before");
    let resumed = unfinished("resume").answered(vec![
        Update::Assessed(Box::new(fixture::healthy())),
        Update::Applied(Box::new(fixture::applied(true))),
    ]);
    assert_eq!(marks(&resumed, Glyphs::Unicode), "✓○○○○○✓●");
    // Taken back after all, in the same session.
    let back = recovered(fixture::healthy(), true)
        .act(&[Action::Undo])
        .foreseen()
        .type_text("undo")
        .act(&[Action::Primary])
        .answered(vec![
            Update::Assessed(Box::new(fixture::assessment(true))),
            fixture::undone(&["Undone: 3 stored values."]),
        ]);
    assert_eq!(marks(&back, Glyphs::Unicode), "!✓!!○!○●");
}

#[test]
fn what_was_said_to_another_password_is_no_result() {
    let sign = |stage: &Stage| {
        let drawn = text(&draw(
            &stage.0,
            140,
            40,
            Theme::new(Depth::Sixteen, Glyphs::Unicode),
        ));
        let row = drawn.lines().find(|l| l.contains("Buchhaltung… IMAP"));
        let row = row.unwrap_or_else(|| panic!("{drawn}")).to_owned();
        row.split("SMTP ")
            .nth(1)
            .and_then(|rest| rest.chars().next())
            .unwrap()
    };
    let typed = || {
        Stage::at_passwords()
            .type_text(SENTINEL)
            .act(&[Action::Primary])
    };
    // The server takes what was typed: FreeScout does not have it yet.
    let taken = typed().tested(&[Code::Ok]);
    assert_eq!(sign(&taken), '→');
    let edited = taken.type_text("x");
    assert_eq!(sign(&edited), '·', "another text");
    let refused = typed().tested(&[Code::AuthRejected]);
    assert_eq!(sign(&refused), '✗');
    assert_eq!(sign(&refused.act(&[Action::EraseAll])), '·');
    // A recovery that stopped half-way: what stands now was never tested.
    let applying = Stage::at_apply().type_text("apply").act(&[Action::Primary]);
    assert!(!applying.0.connections.tested().is_empty());
    let half = applying.answered(vec![Update::HalfDone(fixture::problem())]);
    assert!(half.0.connections.tested().is_empty());
    // A new round asks for what was refused, and shows no result of the round before.
    let refused = recovered(fixture::healthy(), true).tested(&[
        Code::Ok,
        Code::Ok,
        Code::AuthRejected,
        Code::SameAsBefore,
    ]);
    let round = refused
        .act(&[Action::StartOver])
        .surveyed(fixture::healthy())
        .backed_up();
    assert_eq!(
        round.0.passwords.asked.len(),
        2,
        "both hold the refused one"
    );
    assert!(round.0.connections.tested().is_empty());
}

#[test]
fn a_login_that_was_not_tried_is_sent_once_by_a_key() {
    let stage = recovered(fixture::healthy(), true);
    let stage = stage.tested(&[Code::Ok, Code::Ok, Code::AuthRejected, Code::SameAsBefore]);
    let mut stage = stage
        .answered_tests()
        .act(&[Action::Connections, Action::Down]);
    assert!(!stage.0.offers().contains(&Action::Retry), "its own answer");
    stage = stage.act(&[Action::NextPane]);
    assert!(stage.0.offers().contains(&Action::Retry));
    let drawn = text(&draw(
        &stage.0,
        80,
        24,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    ));
    for said in [
        "○ not tried",
        "refused this password",
        "Press r to try it here once",
        "r send it once",
    ] {
        assert!(drawn.contains(said), "{said}:\n{drawn}");
    }
    // Beside a step the pane is shown as well, but its keys are the step's.
    let closed = stage.act(&[Action::Back]);
    let drawn = text(&draw(
        &closed.0,
        140,
        44,
        Theme::new(Depth::Sixteen, Glyphs::Unicode),
    ));
    assert!(drawn.contains("Press t, then r,"), "{drawn}");
    let asked = closed.act(&[Action::Connections, Action::Retry]);
    assert_eq!(
        asked.last_test(),
        (1, true),
        "that one, at the operator's word"
    );
}

/// The total behind each of these words on a screen.
fn totals(screen: &str, before: &str, between: char) -> Vec<usize> {
    let after = screen.split(before).skip(1);
    let figures = after.filter_map(|rest| {
        let number = rest.split(between).nth(1)?;
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    figures.collect()
}

#[test]
fn there_are_as_many_secrets_in_every_step_as_in_the_report() {
    let summary = fixture::assessment(true).summary;
    assert!(summary.missing > 0, "one was wiped, and is asked for");
    let all = summary.total + summary.missing;
    let applied = fixture::applied(true);
    assert_eq!(applied.after.summary.all(), all, "the same install");
    let stages = [
        Stage::at_keys(true),
        Stage::at_checks(),
        Stage::at_passwords(),
        Stage::at_apply(),
        recovered(*applied.after, true),
    ];
    for stage in &stages {
        let screen = text(&draw(
            &stage.0,
            140,
            40,
            Theme::new(Depth::Sixteen, Glyphs::Unicode),
        ));
        let title = screen.lines().next().unwrap();
        let mut shown = totals(title, "readable now ", '/');
        shown.extend(totals(title, "after plan ", '/'));
        assert!(!shown.is_empty(), "{title}");
        assert!(shown.iter().all(|total| *total == all), "{all}: {title}");
    }
    let report = stages[4].0.report_headlines().remove(0);
    let of = format!(" of {all} secrets (");
    assert!(report.contains(&of), "{of}: {report}");
    assert!(report.contains("1 empty although needed)"), "{report}");
}

/// The container has a key that cannot be used; the right one is known. Which it is, where it is to be had and where it is
/// to be set stands in the sentences that say so.
#[test]
fn a_key_that_is_to_be_set_by_hand_is_named_with_its_file_and_the_place() {
    let mut assessment = fixture::assessment(true);
    let old = fixture::old_key().fingerprint();
    assessment.circumstances.home = KeyHome::ProcessEnvironment;
    assessment.circumstances.effective = None;
    assessment.circumstances.configured = None;
    let report = assessment.keys.iter_mut().find(|k| k.fingerprint == old);
    let report = report.unwrap();
    report.sources = vec![
        Source::of(SourceKind::ProcessMemory),
        Source::file(SourceKind::File, "/root/backups/.env", Some(3)),
    ];
    let name = report.name();
    let need = assessment.need().unwrap();
    assert_eq!(need, Need::Environment);
    let [what, next] = sentences::need(need, &assessment);
    let source = "/root/backups/.env, line 3";
    assert!(what.contains(&format!("{name}, in {source}")), "{what}");
    assert!(next.contains("Where the container is defined"), "{next}");
    assert!(next.contains(&name) && next.contains(source), "{next}");
    let set = |path: &str, line, by, standing| Finding::KeySetElsewhere {
        at: SetAt {
            path: path.into(),
            line,
            by,
        },
        key: None,
        standing,
        opens: 0,
        total: 32,
    };
    let in_force = SettingEffect::InForce;
    assessment.findings.extend([
        set("/proc/7/environ", None, By::Process(7), in_force),
        set("/srv/compose.yml", Some(5), By::Definition(true), in_force),
        set(
            "/etc/other.conf",
            Some(1),
            By::Folder,
            SettingEffect::Unsure,
        ),
    ]);
    let [_, next] = sentences::need(need, &assessment);
    let place = "/srv/compose.yml, line 5 (definition of the container), sets APP_KEY";
    assert!(next.contains(place), "{next}");
    assert!(next.contains(&name) && next.contains(source), "{next}");
}
