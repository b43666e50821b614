//! Recommendations and plans from verdicts alone.

use freescout_rescue::domain::config::rules::{StorageRule, Undecryptable};
use freescout_rescue::domain::inventory::secret::{Place, SecretKind, Table};
use freescout_rescue::domain::key::app_key::Fingerprint;
use freescout_rescue::domain::plan::{
    Breach, Choices, Circumstances, Impossible, KeyHome, Need, PlanAction, Strategy, TargetKey,
    Why, make, need, recommend,
};
use freescout_rescue::domain::verdict::secret_report::SecretReport;
use freescout_rescue::domain::verdict::{Damage, MacFault, Plain, Salvage, Verdict};
use proptest::prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as _;

fn old() -> Fingerprint {
    Fingerprint::of(b"the old key")
}

fn new() -> Fingerprint {
    Fingerprint::of(b"the new key")
}

fn circumstances() -> Circumstances {
    Circumstances {
        effective: Some(new()),
        configured: Some(new()),
        home: KeyHome::EnvFile,
        mails: Vec::new(),
        published: std::collections::BTreeSet::new(),
        misspelled: std::collections::BTreeSet::new(),
        settled: false,
    }
}

fn secrets(verdicts: &[Verdict]) -> Vec<SecretReport> {
    verdicts
        .iter()
        .enumerate()
        .map(|(n, verdict)| SecretReport {
            place: Place::column(Table::Mailboxes, n as u64 + 1, "in_password"),
            kind: SecretKind::Incoming,
            owner: format!("Mailbox {n}").into(),
            verdict: *verdict,
            keeping: keeping(verdict),
            needed: true,
            misspelled: false,
        })
        .collect()
}

/// How a version keeps it in which the verdict can come up.
fn keeping(verdict: &Verdict) -> StorageRule {
    match verdict {
        Verdict::Plaintext(Plain::AsItIs) => StorageRule::AsItIs,
        Verdict::Plaintext(Plain::StillRead) => StorageRule::Sealed(Undecryptable::ReadsAsStored),
        Verdict::Plaintext(Plain::AwaitsMigration) => StorageRule::SealedByMigration,
        Verdict::Plaintext(Plain::Untold) => StorageRule::Untold,
        _ => StorageRule::Sealed(Undecryptable::ReadsEmpty),
    }
}

const EMPTY: Verdict = Verdict::Empty {
    null_payload: false,
};
const UNKNOWN: Verdict = Verdict::UnknownKey { salvage: None };

fn recommended(
    verdicts: &[Verdict],
    circumstances: &Circumstances,
) -> Option<(Strategy, Option<Fingerprint>, Why)> {
    recommend(&secrets(verdicts), circumstances).map(|r| (r.strategy, r.key, r.why))
}

#[test]
fn the_old_key_is_put_back_where_it_opens_most() {
    let verdicts = [
        Verdict::OtherKey(old()),
        Verdict::OtherKey(old()),
        Verdict::Opens(new()),
        UNKNOWN,
    ];
    assert_eq!(
        recommended(&verdicts, &circumstances()),
        Some((Strategy::RestoreKey, Some(old()), Why::OldKeyOpensMore))
    );
}

#[test]
fn the_key_in_force_stays_where_it_serves_more() {
    let verdicts = [
        Verdict::OtherKey(old()),
        Verdict::Opens(new()),
        Verdict::Opens(new()),
    ];
    let carry = Some((Strategy::Carry, Some(new()), Why::CurrentKeyServesMore));
    assert_eq!(recommended(&verdicts, &circumstances()), carry);
    let sent = Circumstances {
        mails: vec![(new(), 900), (old(), 3)],
        ..circumstances()
    };
    assert_eq!(recommended(&[Verdict::OtherKey(old())], &sent), carry);
    let sent = Circumstances {
        mails: vec![(new(), 3), (old(), 900)],
        ..circumstances()
    };
    assert_eq!(
        recommended(&verdicts, &sent),
        Some((Strategy::RestoreKey, Some(old()), Why::OldKeySentMore))
    );
}

#[test]
fn a_key_already_put_back_only_needs_the_cache_cleared() {
    let stale = Circumstances {
        configured: Some(old()),
        ..circumstances()
    };
    let verdicts = [
        Verdict::OtherKey(old()),
        Verdict::Opens(new()),
        Verdict::Opens(new()),
    ];
    assert_eq!(
        recommended(&verdicts, &stale),
        Some((Strategy::RestoreKey, Some(old()), Why::OldKeyConfigured))
    );
    let plan = make(
        Strategy::RestoreKey,
        &secrets(&verdicts),
        &stale,
        &Choices::default(),
    )
    .unwrap();
    assert_eq!(plan.write_key, None, "the key stands in .env already");
    assert_eq!(plan.steps[0].action, PlanAction::Keep);
    assert_eq!(plan.steps[1].action, PlanAction::Reseal(new()));
}

#[test]
fn all_well_recommends_nothing_and_nothing_to_open_recommends_passwords() {
    assert_eq!(
        recommended(&[Verdict::Opens(new()), EMPTY], &circumstances()),
        None
    );
    assert_eq!(
        recommended(&[Verdict::Opens(new()), UNKNOWN], &circumstances()),
        Some((Strategy::Reenter, Some(new()), Why::KeyMissing))
    );
    let broken = Verdict::Damaged {
        damage: Damage::Truncated,
        key: None,
        salvage: None,
        repairable: false,
    };
    assert_eq!(
        recommended(&[Verdict::Opens(new()), broken], &circumstances()),
        Some((Strategy::Reenter, Some(new()), Why::NothingToOpen)),
        "no key helps against damage"
    );
}

#[test]
fn a_new_key_is_recommended_only_where_nothing_is_sealed_that_it_would_close() {
    let none = Circumstances {
        effective: None,
        configured: None,
        ..circumstances()
    };
    let cut = Verdict::Damaged {
        damage: Damage::Truncated,
        key: None,
        salvage: None,
        repairable: false,
    };
    for sealed in [UNKNOWN, cut] {
        let verdicts = [EMPTY, sealed, Verdict::Plaintext(Plain::ReadsEmpty)];
        assert_eq!(recommended(&verdicts, &none), None);
        assert_eq!(need(&secrets(&verdicts), &none), Some(Need::OldKey));
    }
    let fresh = Some((Strategy::Fresh, None, Why::NoUsableKey));
    assert_eq!(recommended(&[EMPTY], &none), fresh);
    assert_eq!(
        recommended(&[Verdict::Plaintext(Plain::ReadsEmpty)], &none),
        fresh
    );
    assert_eq!(need(&secrets(&[EMPTY]), &none), None);
    let public = Circumstances {
        published: [new()].into(),
        ..circumstances()
    };
    assert_eq!(
        recommended(&[Verdict::Opens(new()), UNKNOWN], &public),
        Some((Strategy::Reenter, Some(new()), Why::KeyMissing))
    );
}

/// The last recovery put the key in force: what a worker saved since does not turn that round, a restored database does.
#[test]
fn a_key_that_was_settled_on_stays() {
    let settled = Circumstances {
        mails: vec![(new(), 3), (old(), 900)],
        settled: true,
        ..circumstances()
    };
    let stray = [
        Verdict::Opens(new()),
        Verdict::Opens(new()),
        Verdict::OtherKey(old()),
    ];
    assert_eq!(
        recommended(&stray, &settled),
        Some((Strategy::Carry, Some(new()), Why::KeySettled))
    );
    let all = [Verdict::OtherKey(old()), Verdict::OtherKey(old())];
    assert_eq!(
        recommended(&all, &settled),
        Some((Strategy::RestoreKey, Some(old()), Why::OldKeySentMore))
    );
    let configured = Circumstances {
        configured: Some(old()),
        ..settled
    };
    assert_eq!(
        recommended(&stray, &configured),
        Some((Strategy::RestoreKey, Some(old()), Why::OldKeyConfigured)),
        "the operator has put the old one back"
    );
}

#[test]
fn a_plan_made_anew_gives_nothing_up_or_is_told_apart() {
    let plan = |verdicts: &[Verdict], strategy| {
        let choices = Choices::default();
        make(strategy, &secrets(verdicts), &circumstances(), &choices).unwrap()
    };
    let shown = [Verdict::OtherKey(old()), Verdict::OtherKey(old()), UNKNOWN];
    let restore = plan(&shown, Strategy::RestoreKey);
    let [first, second] = [1, 2].map(|id| Place::column(Table::Mailboxes, id, "in_password"));
    for (now, upheld) in [
        (shown, Ok(())),
        ([Verdict::Opens(new()), shown[1], UNKNOWN], Ok(())),
        // What was lost may come back, and what somebody emptied is given up by him.
        ([shown[0], shown[1], Verdict::Opens(new())], Ok(())),
        ([shown[0], EMPTY, UNKNOWN], Ok(())),
        (
            [shown[0], UNKNOWN, UNKNOWN],
            Err(Breach::Loses(vec![second])),
        ),
        (
            [UNKNOWN, shown[1], UNKNOWN],
            Err(Breach::Loses(vec![first])),
        ),
    ] {
        assert_eq!(
            plan(&now, Strategy::RestoreKey).upholds(&restore),
            upheld,
            "{now:?}"
        );
    }
    let carry = plan(&shown, Strategy::Carry);
    assert_eq!(carry.upholds(&restore), Err(Breach::Otherwise));
    let mut elsewhere = restore.clone();
    elsewhere.write_key = Some(KeyHome::KeyFile);
    assert_eq!(elsewhere.upholds(&restore), Err(Breach::Otherwise));
}

#[test]
fn a_misspelled_key_is_written_right() {
    let misspelled = Circumstances {
        effective: None,
        configured: None,
        misspelled: [old()].into(),
        ..circumstances()
    };
    let third = Fingerprint::of(b"a third");
    let verdicts = [Verdict::OtherKey(third), Verdict::OtherKey(old())];
    let restore = Some((Strategy::RestoreKey, Some(old()), Why::Misspelled));
    assert_eq!(
        recommended(&verdicts, &misspelled),
        restore,
        "of two, the one that is configured"
    );
    // 32 characters of a path are a key in force, which opens nothing.
    let path = Circumstances {
        effective: Some(new()),
        configured: Some(new()),
        ..misspelled.clone()
    };
    assert_eq!(recommended(&[Verdict::OtherKey(old())], &path), restore);
    let container = Circumstances {
        home: KeyHome::ProcessEnvironment,
        ..misspelled
    };
    assert_eq!(
        recommended(&verdicts, &container),
        None,
        "it cannot be written there"
    );
    assert_eq!(
        need(&secrets(&verdicts), &container),
        Some(Need::Environment)
    );
}

/// FreeScout runs on the key in its config cache; the environment, where we cannot write, sets another one, which opens nothing.
#[test]
fn what_is_lost_with_the_config_cache_is_never_called_well() {
    let cached = Circumstances {
        home: KeyHome::ProcessEnvironment,
        effective: Some(old()),
        configured: Some(new()),
        ..circumstances()
    };
    let opens = Verdict::Opens(old());
    let closed = Verdict::UnknownKey { salvage: None };
    for (verdicts, needed) in [
        (vec![opens], Some(Need::Environment)),
        (vec![opens, closed], Some(Need::MissingKeyThenEnvironment)),
        (vec![closed], Some(Need::MissingKeyThenEnvironment)),
        (vec![], None),
    ] {
        assert_eq!(recommended(&verdicts, &cached), None, "{verdicts:?}");
        assert_eq!(need(&secrets(&verdicts), &cached), needed, "{verdicts:?}");
    }
}

#[test]
fn a_public_key_is_left_behind() {
    let public = Circumstances {
        published: [new()].into(),
        ..circumstances()
    };
    assert_eq!(
        recommended(&[Verdict::Opens(new())], &public),
        Some((Strategy::Fresh, None, Why::PublishedKey))
    );
    let public = Circumstances {
        published: [old()].into(),
        ..circumstances()
    };
    let verdicts = [Verdict::OtherKey(old()), Verdict::OtherKey(old())];
    assert_eq!(
        recommended(&verdicts, &public).map(|r| r.0),
        Some(Strategy::Carry),
        "a public key is never put back"
    );
}

#[test]
fn a_key_of_the_process_environment_is_never_written() {
    let container = Circumstances {
        home: KeyHome::ProcessEnvironment,
        ..circumstances()
    };
    let verdicts = [Verdict::OtherKey(old()), Verdict::OtherKey(old())];
    assert_eq!(
        recommended(&verdicts, &container).map(|r| r.2),
        Some(Why::KeyIsOutOfReach)
    );
    for strategy in [Strategy::RestoreKey, Strategy::Fresh] {
        assert_eq!(
            make(
                strategy,
                &secrets(&verdicts),
                &container,
                &Choices::default()
            ),
            Err(Impossible::KeyOutOfReach)
        );
    }
    assert!(
        make(
            Strategy::Carry,
            &secrets(&verdicts),
            &container,
            &Choices::default()
        )
        .is_ok()
    );
}

#[test]
fn a_salvage_is_only_planned_with_the_operators_word() {
    let salvage = Some(Salvage {
        key: old(),
        fault: MacFault::Wrong,
    });
    let verdicts = [Verdict::OtherKey(old()), Verdict::UnknownKey { salvage }];
    let secrets = secrets(&verdicts);
    for strategy in Strategy::ALL {
        let plan = make(strategy, &secrets, &circumstances(), &Choices::default()).unwrap();
        assert_eq!(plan.steps[1].action, PlanAction::StaysLost, "{strategy:?}");
    }
    let chosen = Choices {
        salvage: [secrets[1].place.clone()].into(),
        ..Choices::default()
    };
    let plan = make(Strategy::RestoreKey, &secrets, &circumstances(), &chosen).unwrap();
    assert_eq!(plan.steps[1].action, PlanAction::Salvage(old()));
}

fn any_verdict() -> impl proptest::strategy::Strategy<Value = Verdict> {
    let key = || prop_oneof![Just(old()), Just(new()), Just(Fingerprint::of(b"a third"))];
    prop_oneof![
        Just(Verdict::Opens(new())),
        key().prop_map(Verdict::OtherKey),
        proptest::option::of(key()).prop_map(|k| Verdict::UnknownKey {
            salvage: k.map(|key| Salvage {
                key,
                fault: MacFault::UpperCase
            })
        }),
        (any::<bool>(), proptest::option::of(key())).prop_map(|(repairable, key)| {
            Verdict::Damaged {
                damage: Damage::NotSerialized,
                key,
                salvage: None,
                repairable,
            }
        }),
        proptest::sample::select(&Plain::ALL[..]).prop_map(Verdict::Plaintext),
        (key(), any::<bool>()).prop_map(|(key, innermost)| Verdict::Nested { key, innermost }),
        any::<bool>().prop_map(|null_payload| Verdict::Empty { null_payload }),
    ]
}

proptest! {
    #[test]
    fn a_recommended_plan_is_possible_and_never_makes_it_worse(
        verdicts in proptest::collection::vec(any_verdict(), 0..20),
        configured_old in any::<bool>(),
        in_force in any::<bool>(),
        container in any::<bool>(),
        marked in 0u8..4,
        mails in 0u64..3,
    ) {
        let marks = |bit: u8| (marked & bit != 0).then(old).into_iter().collect();
        let circumstances = Circumstances {
            effective: in_force.then(new),
            configured: Some(if configured_old { old() } else { new() }),
            home: if container { KeyHome::ProcessEnvironment } else { KeyHome::EnvFile },
            mails: vec![(old(), mails)],
            misspelled: marks(1),
            published: marks(2),
            settled: marked & 1 == 0,
        };
        let secrets = secrets(&verdicts);
        let Some(recommended) = recommend(&secrets, &circumstances) else { return Ok(()) };
        prop_assert_eq!(need(&secrets, &circumstances), None);
        let unknown = verdicts.contains(&UNKNOWN);
        prop_assert!(!(unknown && recommended.strategy == Strategy::Fresh));
        let plan = make(recommended.strategy, &secrets, &circumstances, &Choices::default());
        let plan = plan.expect("what is recommended is possible");
        prop_assert_eq!(plan.target == TargetKey::Fresh, recommended.key.is_none());
        for (secret, step) in secrets.iter().zip(&plan.steps) {
            prop_assert!(
                !secret.verdict.readable() || step.action.readable_after(),
                "{:?} was readable and would not be after {:?}", secret.verdict, step.action
            );
            prop_assert!(!matches!(step.action, PlanAction::Salvage(_) | PlanAction::Enter));
            let empty = matches!(secret.verdict, Verdict::Empty { .. });
            prop_assert_eq!(step.action == PlanAction::Nothing, empty);
            let sealed_first = step.action == PlanAction::Seal;
            let unread = secret.verdict == Verdict::Plaintext(Plain::ReadsEmpty);
            prop_assert!(!sealed_first || unread, "{:?} is not ours to seal", secret.verdict);
        }
    }
}
