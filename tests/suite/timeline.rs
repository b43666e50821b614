//! The timeline of the demo, from the mails in its database, and of databases that tell less.

use serde_json::{Value as Json, json};

use crate::cli::Bench;

fn eras(check: &Json) -> Vec<(Json, u64, String, String)> {
    let text = |v: &Json| v.as_str().unwrap()[..10].to_owned();
    let eras = check["timeline"]["eras"].as_array().unwrap();
    eras.iter()
        .map(|e| {
            let buckets = e["buckets"].as_array().unwrap().iter();
            let mails = e["mails"].as_u64().unwrap();
            assert_eq!(buckets.map(|n| n.as_u64().unwrap()).sum::<u64>(), mails);
            (e["key"].clone(), mails, text(&e["first"]), text(&e["last"]))
        })
        .collect()
}

#[test]
fn the_demo_tells_when_its_keys_changed() {
    let bench = Bench::new();
    let before = bench.check_json();
    let new = before["effective_key"].clone();
    // Nothing was searched yet: spring and summer are one time of keys still to be found.
    let found = eras(&before);
    let (keys, mails): (Vec<_>, Vec<_>) = found.iter().map(|e| (e.0.clone(), e.1)).unzip();
    assert_eq!((keys, mails), (vec![Json::Null, new.clone()], vec![138, 9]));
    let look_in = bench.path("demo/old-server");
    let searched = bench.check(&["--json", "--look-in", look_in.to_str().unwrap()]);
    let after: Json = serde_json::from_str(&searched.out).unwrap();
    let eras = eras(&after);
    let old = eras[1].0.clone();
    assert!(old.is_string() && old != new);
    let told: Vec<_> = eras
        .iter()
        .map(|(key, mails, first, last)| (key, *mails, first.as_str(), last.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (&Json::Null, 18, "2025-03-03", "2025-04-08"),
            (&old, 120, "2025-04-14", "2025-09-28"),
            (&new, 9, "2025-10-02", "2025-11-03"),
        ]
    );
    assert_eq!(after["timeline"]["unit"], json!("week"));
    assert_eq!(after["timeline"]["turns"], Json::Null);
    // K2 or K3: the decoy may be found first.
    let text = bench
        .check(&["--look-in", look_in.to_str().unwrap()])
        .out
        .replace("K3", "K2");
    let old = format!("K2 · {}", old.as_str().unwrap());
    for line in [
        "  2025-03-03 to 2025-04-08  unknown key  18 emails\n".to_owned(),
        format!("  2025-04-14 to 2025-09-28  {old}  120 emails\n"),
        "Until 2025-04-08 (18 emails), FreeScout used one or more keys that are not known here: a backup made shortly before then contains the last of them.\n".to_owned(),
        format!("\n{old} was in use from 2025-04-14 to 2025-09-28: a backup made during that time contains it.\n"),
    ] {
        assert!(text.contains(&line), "{line} {text}");
    }
}

#[test]
fn after_a_recovery_the_replaced_key_is_known_from_its_backup() {
    let bench = Bench::new();
    let (install, look_in) = (bench.install(), bench.path("demo/old-server"));
    let replaced = bench.check_json()["effective_key"].clone();
    let done = bench.run(&[
        "recover",
        install.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
        "--yes",
        "--no-test",
    ]);
    assert_eq!(done.code, 2, "{}", done.err);
    // The result stands first, and the logins that were not tested are one line.
    let lines: Vec<&str> = done.out.lines().collect();
    assert!(
        lines[0].starts_with("Done (restore). Newly encrypted: 8."),
        "{}",
        done.out
    );
    assert_eq!(
        lines[1],
        "! FreeScout can read 30 of 32 secrets (1 not decrypted by any known key, 1 empty although needed); no login was tested."
    );
    assert!(
        lines[2].starts_with("To test the logins: freescout-rescue test "),
        "{}",
        done.out
    );
    assert!(
        lines[3].starts_with("To undo it: freescout-rescue undo --yes "),
        "{}",
        done.out
    );
    let attention = done.out.split("What needs attention\n").nth(1).unwrap();
    let attention = attention.split("\n\n").next().unwrap();
    assert_eq!(
        attention
            .lines()
            .filter(|line| line.starts_with("! "))
            .count(),
        2,
        "{attention}"
    );
    let check = bench.check_json();
    assert_eq!(eras(&check).last().unwrap().0, replaced);
    let text = bench.check(&[]).out;
    let replaced = replaced.as_str().unwrap();
    let said = format!(
        "9 emails, the latest of 2025-11-03, were sent with K2 · {replaced}, which is no longer the current key; it is in the backup of "
    );
    assert!(text.contains(&said), "{text}");
    assert!(
        text.contains("\nRecommended: enter these 2 passwords again: "),
        "{text}"
    );
    assert!(
        text.contains("recover --strategy reenter --passwords FILE --yes "),
        "{text}"
    );
}

#[test]
fn a_log_that_tells_less_is_no_fault() {
    for (change, eras) in [
        ("DROP TABLE send_logs", None),
        ("DELETE FROM send_logs", None),
        ("UPDATE send_logs SET created_at = NULL", None),
        (
            "UPDATE send_logs SET message_id = 'CAF=1@mail.example'",
            None,
        ),
        ("ALTER TABLE send_logs DROP COLUMN created_at", None),
        ("ALTER TABLE send_logs DROP COLUMN message_id", None),
        (
            "UPDATE send_logs SET created_at = NULL WHERE id % 2",
            Some(2),
        ),
        (
            "UPDATE send_logs SET created_at = '0000-00-00 00:00:00' WHERE id > 138",
            Some(2),
        ),
    ] {
        let bench = Bench::new();
        bench.database().execute_batch(change).unwrap();
        let check = bench.check_json();
        assert_eq!(
            check["timeline"]["eras"].as_array().map(Vec::len),
            eras,
            "{change}"
        );
        assert_eq!(check["summary"]["total"], json!(31), "{change}");
    }
}

/// The plan of a strategy, without carrying it out: its JSON, and its text.
fn planned(bench: &Bench, strategy: &str) -> (Json, String) {
    let (install, look_in) = (bench.install(), bench.path("demo/old-server"));
    let arguments = [
        "recover",
        install.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
        "--strategy",
        strategy,
    ];
    let text = bench.run(&arguments).out.replace("K3", "K2");
    let json = bench.run(&[&arguments[..], &["--json"]].concat()).out;
    (serde_json::from_str(&json).unwrap(), text)
}

#[test]
fn a_plan_counts_the_replies_and_links_that_it_keeps_and_breaks() {
    let bench = Bench::new();
    let (restore, text) = planned(&bench, "restore");
    let counts = |damage: &Json, part: &str| {
        let traces = damage[part].as_array().unwrap().iter();
        traces
            .map(|t| (t["mails"].as_u64().unwrap(), t["links"].as_u64()))
            .collect::<Vec<_>>()
    };
    let damage = &restore["damage"];
    assert_eq!(counts(damage, "regains"), [(120, Some(15))]);
    assert_eq!(counts(damage, "breaks"), [(9, Some(1))]);
    assert_eq!(counts(damage, "stays_broken"), [(18, Some(3))]);
    assert_eq!(damage["regains"][0]["key"], restore["key"]);
    assert_eq!(damage["web_cron_url_changes"], json!(true));
    let key = |part: &str| damage[part][0]["key"].as_str().unwrap().to_owned();
    let (regained, broken) = (key("regains"), key("breaks"));
    let line = format!(
        "In emails already sent, replies and attachment links depend on the key: 120 emails and 15 links (K2 · {regained}) work again; \
         9 emails and 1 link (K1 · {broken}) break; 18 emails and 3 links (unknown key) stay broken. \
         The web cron URL from before the key was changed works again; everybody has to log in again, in the app too.\n"
    );
    assert!(text.contains(&line), "{text}");
    let (carry, text) = planned(&bench, "carry");
    assert_eq!(counts(&carry["damage"], "keeps"), [(9, Some(1))]);
    assert_eq!(counts(&carry["damage"], "stays_broken").len(), 2);
    assert_eq!(carry["damage"]["logins_end"], json!(false));
    assert!(
        text.contains("Logins and the web cron URL stay valid."),
        "{text}"
    );
    // Before 1.8.213 there is no column: every link carries a token of the key, but to what is public.
    for (older, links) in [
        ("UPDATE attachments SET token_type = 1", Some(0)),
        ("ALTER TABLE attachments DROP COLUMN token_type", Some(1)),
        (
            "ALTER TABLE attachments ADD COLUMN public TINYINT NOT NULL DEFAULT 0",
            Some(1),
        ),
        ("UPDATE attachments SET public = 1", Some(0)),
    ] {
        bench.database().execute_batch(older).unwrap();
        let (fresh, _) = planned(&bench, "fresh");
        assert_eq!(counts(&fresh["damage"], "breaks"), [(9, links)], "{older}");
    }
    // Before 1.5.0 no link carries one.
    let restored = "UPDATE attachments SET public = 0";
    bench.database().execute_batch(restored).unwrap();
    for (version, links) in [("1.8.212", Some(1)), ("1.4.9", Some(0))] {
        crate::versions::state_version(&bench, version);
        let (fresh, _) = planned(&bench, "fresh");
        assert_eq!(
            counts(&fresh["damage"], "breaks"),
            [(9, links)],
            "{version}"
        );
    }
    // Without the table nothing is known of links.
    let gone = "DROP TABLE attachments";
    bench.database().execute_batch(gone).unwrap();
    let (fresh, text) = planned(&bench, "fresh");
    assert_eq!(counts(&fresh["damage"], "breaks"), [(9, None)]);
    let key = fresh["damage"]["breaks"][0]["key"].as_str().unwrap();
    let said = format!("9 emails (K1 · {key}) break");
    assert!(text.contains(&said), "{text}");
    // No mails: what happens is told without counts.
    crate::versions::state_version(&bench, "1.8.235");
    bench
        .database()
        .execute_batch("DROP TABLE send_logs")
        .unwrap();
    let (fresh, text) = planned(&bench, "fresh");
    assert_eq!(fresh["damage"]["breaks"], json!([]));
    assert!(
        text.contains("links in them and the web cron stop working"),
        "{text}"
    );
}

/// FreeScout logs every attempt, with the Message-ID it would have had: after the key changed, many of them fail.
#[test]
fn mails_that_were_never_sent_count_for_nothing() {
    let bench = Bench::new();
    let (sent, text) = planned(&bench, "restore");
    let strategy = |bench: &Bench| {
        let look_in = bench.path("demo/old-server");
        let check = bench.check(&["--json", "--look-in", look_in.to_str().unwrap()]);
        serde_json::from_str::<Json>(&check.out).unwrap()["recommendation"]["strategy"].clone()
    };
    assert_eq!(strategy(&bench), "restore");
    let attempts = |status: u8, times: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})
             INSERT INTO send_logs (thread_id, message_id, email, status, created_at)
             SELECT thread_id, message_id, email, {status}, created_at FROM send_logs, n WHERE id > 138 AND id < 148"
        )
    };
    // 2: not sent, 5: not delivered, 10: to be repeated. Two hundred attempts under the newer key, none of them a mail.
    for status in [2, 5, 10] {
        let failed = attempts(status, 20);
        bench.database().execute_batch(&failed).unwrap();
        assert_eq!(strategy(&bench), "restore", "{status}");
        let (json, again) = planned(&bench, "restore");
        assert_eq!(json["damage"], sent["damage"], "{status}");
        assert_eq!(again, text, "{status}");
    }
    // As many that were delivered are mails, and conversations go on under the newer key.
    bench.database().execute_batch(&attempts(4, 20)).unwrap();
    assert_eq!(strategy(&bench), "carry");
}
