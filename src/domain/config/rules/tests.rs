//! The table against what the code of each version does, version by version; and what the second witness adds.

use super::*;
use SecretKind::{EnvValue, Incoming, InvitedUser, License, ModuleOption, Outgoing, SystemMail};
use StorageRule::{AsItIs, Sealed, SealedByMigration, Untold};
use Undecryptable::{ReadsAsStored, ReadsEmpty};

const TOKEN: SecretKind = SecretKind::OAuth(Token::Refresh);

fn rules(version: &str, migrations: &[&str]) -> Rules {
    let mut ran = Migrations::default();
    migrations.iter().for_each(|name| ran.add(name.as_bytes()));
    Rules::of(Version::parse(version), ran)
}

const ALL: [&str; 4] = [
    "2018_11_13_143000_encrypt_mailbox_password",
    "2021_05_21_090000_encrypt_mailbox_out_password",
    "2021_05_21_105200_encrypt_mail_password",
    "2026_03_08_010101_change_license_column_in_modules_table",
];

#[test]
fn each_version_keeps_each_secret_as_its_own_code_does() {
    let (empty, stored) = (Sealed(ReadsEmpty), Sealed(ReadsAsStored));
    // Version: incoming, outgoing, system mail, token, licence.
    for (version, kept) in [
        ("1.0.0", [AsItIs, AsItIs, AsItIs, AsItIs, AsItIs]),
        ("1.0.4", [AsItIs, AsItIs, AsItIs, AsItIs, AsItIs]),
        ("1.0.5", [empty, AsItIs, AsItIs, AsItIs, AsItIs]),
        ("1.5.0", [empty, AsItIs, AsItIs, AsItIs, AsItIs]),
        ("1.7.7", [empty, AsItIs, AsItIs, AsItIs, AsItIs]),
        ("1.7.8", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.7.9", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.8", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.49", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.101", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.187", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.208", [empty, empty, stored, AsItIs, AsItIs]),
        ("1.8.209", [empty, empty, stored, stored, stored]),
        ("1.8.213", [empty, empty, stored, stored, stored]),
        ("1.8.231", [empty, empty, stored, stored, stored]),
        ("1.8.232", [empty, empty, empty, empty, stored]),
        ("1.8.235", [empty, empty, empty, empty, stored]),
        ("1.9.0", [empty, empty, empty, empty, stored]),
        ("2.0.0", [empty, empty, empty, empty, stored]),
    ] {
        let rules = rules(version, &[]);
        let now = [Incoming, Outgoing, SystemMail, TOKEN, License].map(|kind| rules.keeping(kind));
        assert_eq!(now, kept, "{version}");
        for kind in [ModuleOption, EnvValue, InvitedUser] {
            let known = [stored, empty].contains(&rules.keeping(kind));
            assert!(known, "{version}: sealed by its shape");
        }
    }
}

#[test]
fn an_untold_version_seals_nothing_that_is_plain() {
    for odd in ["", "1.8", "1.8.235-dev", "dist"] {
        for ran in [&[][..], &ALL[..1], &ALL] {
            let rules = rules(odd, ran);
            for kind in [Incoming, Outgoing, SystemMail, TOKEN] {
                assert_eq!(rules.keeping(kind), Untold, "{odd}");
            }
            assert_eq!(rules.keeping(License), Sealed(ReadsAsStored));
        }
    }
    assert_eq!(Rules::default().keeping(Outgoing), Untold);
}

#[test]
fn between_two_tags_the_migrations_are_the_second_witness() {
    // The code of 1.7.8 was never tagged, and a checkout of it may still say 1.7.7.
    let between = rules("1.7.7", &ALL[..3]);
    assert_eq!(
        [Outgoing, SystemMail, TOKEN].map(|kind| between.keeping(kind)),
        [Untold, Untold, AsItIs]
    );
    assert_eq!(rules("1.7.7", &ALL[..1]).keeping(Outgoing), AsItIs);
    assert_eq!(rules("1.8.208", &ALL).keeping(TOKEN), Untold);
    assert_eq!(rules("1.8.208", &ALL[..3]).keeping(TOKEN), AsItIs);
    assert_eq!(rules("1.0.4", &ALL[..1]).keeping(Incoming), Untold);
    // Far below, the code is older than its database, and reads as it always did.
    assert_eq!(rules("1.7.0", &ALL).keeping(Outgoing), AsItIs);
    assert_eq!(rules("1.8.180", &ALL).keeping(TOKEN), AsItIs);
}

#[test]
fn what_a_migration_is_still_to_seal_waits_for_it() {
    // An old dump under new code: sealed now, it would be sealed again.
    let behind = rules("1.8.235", &ALL[..1]);
    assert_eq!(behind.keeping(Outgoing), SealedByMigration);
    assert_eq!(behind.keeping(SystemMail), SealedByMigration);
    assert_eq!(behind.keeping(Incoming), Sealed(ReadsEmpty));
    assert_eq!(behind.keeping(TOKEN), Sealed(ReadsEmpty));
    // Plain, it works until then.
    assert_eq!(
        rules("1.8.231", &ALL[..1]).keeping(SystemMail),
        Sealed(ReadsAsStored)
    );
    assert_eq!(rules("1.8.235", &ALL).keeping(Outgoing), Sealed(ReadsEmpty));
    let pending = |version, ran: &[&str]| {
        let rules = rules(version, ran);
        [Outgoing, SystemMail, License].map(|kind| rules.seals_later(kind))
    };
    assert_eq!(pending("1.8.235", &ALL[..1]), [true, true, true]);
    assert_eq!(pending("1.8.208", &ALL[..1]), [true, true, false]);
    assert_eq!(pending("1.7.0", &ALL[..1]), [false; 3]);
    assert_eq!(pending("1.8.235", &ALL), [false; 3]);
    assert_eq!(pending("1.8.235", &[]), [false; 3]);
    // A table without a row tells nothing.
    assert_eq!(rules("1.8.235", &[]).keeping(Outgoing), Sealed(ReadsEmpty));
}

#[test]
fn other_rules_change_with_their_versions() {
    let at = |version| rules(version, &[]);
    for (version, serialized) in [("1.8.185", true), ("1.8.186", false), ("", false)] {
        assert_eq!(at(version).wants_serialized(SystemMail), serialized);
        assert!(at(version).wants_serialized(Outgoing));
    }
    let broken = ["1.8.185", "1.8.186", "1.8.187", "1.8.188"].map(|v| at(v).hands_on_serialized());
    assert_eq!(broken, [false, true, true, false]);
    let links = ["1.4.9", "1.5.0", "1.8.235", ""].map(|v| at(v).links_carry_tokens());
    assert_eq!(links, [false, true, true, true]);
    let crons = ["1.7.17", "1.7.18", ""].map(|v| at(v).has_web_cron());
    assert_eq!(crons, [false, true, true]);
    let files = ["1.8.16", "1.8.17", ""].map(|v| Rules::reads_key_file(Version::parse(v)));
    assert_eq!(files, [false, true, true]);
    let fetches = ["1.8.8", "1.8.9", ""].map(|v| at(v).fetches_by_oauth());
    assert_eq!(fetches, [false, true, true]);
    let sends = |version, server| at(version).sends_by_oauth(server);
    for (server, before, from) in [
        ("smtp.office365.com", "1.8.143", "1.8.144"),
        ("smtp.gmail.com", "1.8.206", "1.8.207"),
    ] {
        assert!(!sends(before, server) && sends(from, server) && sends("", server));
    }
    assert!(!sends("1.8.235", "smtp.example.org"));
    let hashes = ["1.8.38", "1.8.39", ""].map(|v| at(v).replies_carry_hashes());
    assert_eq!(hashes, [false, true, true]);
    let meta = ["1.6.13", "1.6.14", ""].map(|v| at(v).has_column(Table::Mailboxes, Some("meta")));
    assert_eq!(meta, [false, true, true]);
    assert!(at("1.0.0").has_column(Table::Mailboxes, Some("in_password")));
    assert!(!at("1.0.0").has_column(Table::Modules, None));
}

#[test]
fn the_table_is_in_order_and_each_row_says_where_it_is_from() {
    for pair in TABLE.windows(2) {
        let [row, next] = pair else { unreachable!() };
        assert!(row.kind != next.kind || row.since < next.since);
    }
    for row in TABLE {
        assert!(row.source.starts_with("app/"), "{}", row.source);
        assert!(!row.migrates || row.witness.is_some());
        // No row leaves it open.
        assert!(matches!(row.keeping, AsItIs | Sealed(_)));
    }
}
