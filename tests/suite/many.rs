//! Installs of many mailboxes on the command line: what is so of hundreds is said once, and the first of them are named.

use freescout_rescue::domain::mail::probe::Tested;
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::state::{Health, MailState};
use freescout_rescue::domain::mail::{ConnectionId, Direction};
use freescout_rescue::sentences::{mail_state, many};
use freescout_rescue::words::words;
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};
use crate::fixture;

/// So many mailboxes, of which the first `refused` are refused, and no outgoing password can be read.
fn tested(count: u64, refused: u64) -> Vec<Tested> {
    let of = |id| {
        let incoming = match id <= refused {
            true => Code::AuthRejected,
            false => Code::Ok,
        };
        let codes = [incoming, Code::UnreadablePassword];
        let both = Direction::BOTH.into_iter().zip(codes);
        both.map(move |(direction, code)| Tested {
            email: format!("box{id}@helpdesk.example").into(),
            ..fixture::tested(ConnectionId::of(id, direction), code)
        })
    };
    (1..=count).flat_map(of).collect()
}

#[test]
fn what_fails_is_said_first_and_once_and_ten_of_it_are_named() {
    let tested = tested(500, 480);
    assert!(many::are_many(&tested));
    let groups = many::tests(&tested, |_| true, "desk.example");
    let heads: Vec<&str> = groups.iter().map(|group| group.head.as_str()).collect();
    assert_eq!(
        heads,
        [
            "✗ login refused (480):",
            "○ not tried: unreadable password (500):",
            "✓ works (20):",
        ]
    );
    assert_eq!(
        groups[0].lines,
        [
            "    “NO [AUTHENTICATIONFAILED] Authentication failed.”",
            "    The user name or password is wrong. Enter the password again, or look it up at the provider.",
            "      box1@helpdesk.example  incoming  imap.example.org:993",
            "      box2@helpdesk.example  incoming  imap.example.org:993",
            "      box3@helpdesk.example  incoming  imap.example.org:993",
            "      box4@helpdesk.example  incoming  imap.example.org:993",
            "      box5@helpdesk.example  incoming  imap.example.org:993",
            "      box6@helpdesk.example  incoming  imap.example.org:993",
            "      box7@helpdesk.example  incoming  imap.example.org:993",
            "      box8@helpdesk.example  incoming  imap.example.org:993",
            "      box9@helpdesk.example  incoming  imap.example.org:993",
            "      box10@helpdesk.example  incoming  imap.example.org:993",
            "      and 470 more (--all lists them)",
        ]
    );
    let healths: Vec<Health> = groups.iter().map(|group| group.health).collect();
    assert_eq!(healths, [Health::Broken, Health::Open, Health::Good]);
}

#[test]
fn few_mailboxes_are_told_of_one_by_one() {
    assert!(!many::are_many(&tested(11, 11)));
    assert!(many::are_many(&tested(12, 0)));
    for (count, is) in [(11, false), (12, true)] {
        let assessment = fixture::many(count);
        assert_eq!(many::is_many(&MailState::with(&assessment, &[])), is);
    }
}

/// Every mailbox may have a server of its own.
#[test]
fn as_many_groups_as_mailboxes_are_folded() {
    let mut tested = tested(500, 500);
    tested.retain(|one| one.id.direction == Direction::Incoming);
    for (number, one) in tested.iter_mut().enumerate() {
        one.server = format!("imap{number}.example.org:993").into();
    }
    let groups = many::tests(&tested, |_| true, "desk.example");
    assert_eq!(groups.len(), many::NAMED + 1);
    let last = groups.last().unwrap();
    assert_eq!(
        last.head,
        "✗ login refused: 490 more, at other servers (--all lists them)"
    );
    assert_eq!(last.health, Health::Broken);
}

#[test]
fn after_a_recovery_lost_passwords_stand_for_the_logins_they_keep_from_being_tried() {
    let w = words();
    let (assessment, tested) = (fixture::many(500), tested(500, 480));
    let state = MailState::with(&assessment, &tested);
    let sections = many::state(&state, &assessment, "desk.example");
    let heads: Vec<(&str, Vec<&str>)> = sections
        .iter()
        .map(|(heading, groups)| {
            let heads = groups.iter().map(|group| group.head.as_str());
            (*heading, heads.collect())
        })
        .collect();
    let [(attention, broken), (order, works)] = &heads[..] else {
        panic!("{heads:?}")
    };
    assert_eq!((*attention, *order), (w.state_attention, w.state_in_order));
    assert_eq!(works, &["✓ works (20):"]);
    assert_eq!(broken[0], "✗ login refused (480):");
    // The outgoing passwords, and the incoming ones, which the other key still has to open.
    assert_eq!(broken.len(), 3, "{broken:?}");
    assert!(broken[1..].iter().all(|head| head.starts_with("! ")));
    assert!(broken[1..].iter().all(|head| head.ends_with(" (500):")));
    let lines = |sections: &[many::HeadedGroups]| -> usize {
        let groups = sections.iter().flat_map(|(_, groups)| groups);
        groups.map(|group| 1 + group.lines.len()).sum()
    };
    assert!(lines(&sections) < 60, "{}", lines(&sections));
    let each = mail_state::all_in_full(&state, &assessment, "desk.example");
    assert!(each.len() > 2500, "what it spares: {}", each.len());
    // Where nothing was tested, nobody is in order for that.
    let untested = MailState::with(&assessment, &[]);
    let sections = many::state(&untested, &assessment, "desk.example");
    let headings: Vec<&str> = sections.iter().map(|(heading, _)| *heading).collect();
    assert_eq!(headings, [w.state_attention]);
}

#[test]
fn readable_mailboxes_without_a_test_are_counted_as_untested() {
    let w = words();
    let assessment = fixture::healthy();
    let state = MailState::with(&assessment, &[]);
    let sections = many::state(&state, &assessment, "desk.example");
    let [(heading, groups)] = &sections[..] else {
        panic!("{sections:?}")
    };
    assert_eq!(*heading, w.state_untested_readable);
    assert_eq!(groups[0].head, "· not tested (2):");
    assert_eq!(
        groups[0].lines,
        [
            "      Support <support@helpdesk.example>",
            "      Sales <sales@helpdesk.example>"
        ]
    );
}

#[test]
fn the_last_word_says_how_many_logins_fail_and_how() {
    let mut tested = tested(3, 2);
    assert_eq!(
        many::fail(&tested, true).as_deref(),
        Some("Recovered, but 2 of 6 logins fail: login refused (2).")
    );
    assert_eq!(
        many::fail(&tested, false).as_deref(),
        Some("2 of 6 logins fail: login refused (2).")
    );
    tested.drain(..4);
    assert_eq!(many::fail(&tested, true), None, "not tried is not failed");
}

/// The demo, with every mail server a port of this machine at which nobody listens.
fn nobody_listens() -> Bench {
    let bench = Bench::new();
    let database = bench.database();
    let changed = database
        .execute_batch(
            "UPDATE mailboxes SET in_server = '127.0.0.1', in_port = 1, out_server = '127.0.0.1', out_port = 1, meta = NULL;
             UPDATE options SET value = '127.0.0.1' WHERE name = 'mail_host';
             UPDATE options SET value = '1' WHERE name = 'mail_port';",
        );
    changed.unwrap();
    bench
}

fn run(bench: &Bench, command: &[&str]) -> Outcome {
    let (install, old) = (bench.install(), bench.path("demo/old-server"));
    let place = [
        "--look-in",
        old.to_str().unwrap(),
        "--no-artisan",
        install.to_str().unwrap(),
    ];
    bench.run(&[command, &place].concat())
}

#[test]
fn the_commands_tell_of_many_together_and_with_all_of_each() {
    let bench = nobody_listens();
    let recovered = run(&bench, &["recover", "--yes"]);
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let last = recovered.out.lines().last().unwrap();
    assert!(last.starts_with("Recovered, but "), "{last}");
    assert!(
        last.contains(" logins fail: connection refused ("),
        "{last}"
    );
    let refused = |out: &str| {
        let lines = out.lines();
        lines
            .filter(|line| line.contains("connection refused"))
            .count()
    };
    // The group, and the last word.
    assert_eq!(refused(&recovered.out), 2, "{}", recovered.out);
    let listed = " more (--all lists them)";
    assert!(recovered.out.contains(listed), "{}", recovered.out);
    let test = run(&bench, &["test"]);
    assert_eq!(test.code, 2, "{}", test.err);
    assert!(
        test.out.starts_with("✗ connection refused ("),
        "{}",
        test.out
    );
    assert_eq!(refused(&test.out), 1, "{}", test.out);
    let summary = test.out.lines().last().unwrap();
    assert!(summary.contains(" failed, "), "{summary}");
    let each = run(&bench, &["test", "--all"]);
    assert!(refused(&each.out) > 15, "{}", each.out);
    assert!(!each.out.contains(listed), "{}", each.out);
    assert_eq!(each.out.lines().last().unwrap(), summary);
    // With --all after a recovery, too: nothing is left to do, and the logins are tried again.
    let again = run(&bench, &["recover", "--yes", "--all"]);
    assert!(refused(&again.out) > 15, "{}", again.out);
    let last = again.out.lines().last().unwrap();
    assert!(last.contains(" logins fail: "), "{last}");
    assert!(!last.contains("Recovered"), "nothing was: {last}");
    // Programs get the same, however it is told.
    let json = |command: &[&str]| -> Json {
        let mut told: Json = serde_json::from_str(&run(&bench, command).out).unwrap();
        for result in told["results"].as_array_mut().unwrap() {
            result["ladder"] = Json::Null;
        }
        told
    };
    let told = json(&["test", "--json"]);
    assert_eq!(told["results"].as_array().unwrap().len(), 25);
    assert_eq!(told, json(&["test", "--json", "--all"]));
}

/// Lists that are told in part are told in whole by the same option.
#[test]
fn a_plan_of_many_secrets_is_listed_in_whole_with_all() {
    let bench = Bench::new();
    let plan = |more: &[&str]| {
        let carry = ["recover", "--strategy", "carry"];
        run(&bench, &[&carry[..], more].concat()).out
    };
    let (short, whole) = (plan(&[]), plan(&["--all"]));
    assert!(short.contains(" more (--all lists them)"), "{short}");
    assert!(!whole.contains("--all"), "{whole}");
    assert!(whole.lines().count() > short.lines().count() + 5, "{whole}");
}
