//! One broken install as the wizard sees it, with fixed keys, names and places: for the wizard's and the screens' tests.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::civil::date;

use freescout_rescue::domain::config::found::{Evidence, FoundBy, FoundInstall, WebServer};
use freescout_rescue::domain::config::rules::{Migrations, Rules};
use freescout_rescue::domain::config::version::Version;
use freescout_rescue::domain::error::{ErrorKind, Problem};
use freescout_rescue::domain::inventory::secret::{Place, SecretKind, Table};
use freescout_rescue::domain::inventory::{Inventory, Row, StoredText};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::derived_hashes;
use freescout_rescue::domain::key::ring::KeyRing;
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::key::timeline::Timeline;
use freescout_rescue::domain::mail::advice::Advice;
use freescout_rescue::domain::mail::probe::{Climbed, Ended, RefusedBy, Tested};
use freescout_rescue::domain::mail::queue::Signs;
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::send_log::SendLog;
use freescout_rescue::domain::mail::{ConnectionId, Direction, Protocol};
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::domain::plan::hour::{Hour, Observed, RunningBackup};
use freescout_rescue::domain::plan::{
    self, CacheRefresh, Choices, Circumstances, KeyHome, Strategy,
};
use freescout_rescue::domain::run::bookmark::{Bookmark, Searched};
use freescout_rescue::domain::run::{Run, RunKind, RunOrigin};
use freescout_rescue::domain::verdict::assessment::{self, Assessment};
use freescout_rescue::domain::verdict::finding::{Finding, KeyName};
use freescout_rescue::domain::verdict::secret_report::Summary;
use freescout_rescue::engine::worker::{
    Applied, BackupDone, Folders, PlanReady, Survey, TimerStands, UnfinishedRun, Update,
    WatchTimer, WouldUndo,
};

/// The password that must never be seen anywhere.
pub const SENTINEL: &str = "s3ntinel-pässwörd-密码";

fn key(byte: u8) -> AppKey {
    // A key of one repeated byte would be taken for a published sample.
    AppKey::generate(&std::array::from_fn(|n| {
        byte.wrapping_mul(41).wrapping_add((n * n * 7) as u8)
    }))
}

pub fn new_key() -> AppKey {
    key(1)
}

pub fn old_key() -> AppKey {
    key(2)
}

fn lost_key() -> AppKey {
    key(3)
}

fn sealed(key: &AppKey, text: &str) -> String {
    Payload::seal(key, &[7; 16], &php::serialize_text(text.as_bytes()))
}

fn row<'a>(id: u64, values: &[(&'a str, &str)]) -> Row<'a> {
    let values = values
        .iter()
        .map(|(name, value)| (*name, StoredText::Text(value.as_bytes().into())))
        .collect();
    Row { id, values }
}

/// By the rules of the version that the survey shows.
fn empty() -> Inventory {
    Inventory::by(Rules::of(Version::parse("1.8.235"), Migrations::default()))
}

fn inventory() -> Inventory {
    let (old, new, lost) = (old_key(), new_key(), lost_key());
    let mut inventory = empty();
    let mailboxes: [(&str, &str, String, String); 7] = [
        (
            "Support",
            "support",
            sealed(&new, SENTINEL),
            sealed(&new, SENTINEL),
        ),
        (
            "销售",
            "sales",
            sealed(&old, SENTINEL),
            sealed(&old, SENTINEL),
        ),
        (
            "Buchhaltung Köln",
            "buchhaltung",
            sealed(&old, SENTINEL),
            sealed(&lost, SENTINEL),
        ),
        ("الدعم الفني", "daam", sealed(&old, SENTINEL), String::new()),
        (
            "🧪 Labor \u{1b}]0;owned\u{7}",
            "labor",
            SENTINEL.to_owned(),
            sealed(&old, SENTINEL),
        ),
        (
            "Twice",
            "twice",
            sealed(&old, &sealed(&old, SENTINEL)),
            sealed(&old, SENTINEL),
        ),
        ("Broken", "broken", "eyJpdiI6broken".to_owned(), {
            let payload = sealed(&old, SENTINEL);
            payload[..payload.len() - 40].to_owned()
        }),
    ];
    for (id, (name, user, incoming, outgoing)) in (1..).zip(mailboxes) {
        let email = format!("{user}@helpdesk.example");
        inventory.add_mailbox(&row(
            id,
            &[
                ("name", name),
                ("email", &email),
                ("in_server", "imap.mail.example"),
                ("in_port", "993"),
                ("in_username", &email),
                ("in_password", &incoming),
                ("out_method", "3"),
                ("out_server", "smtp.mail.example"),
                ("out_port", "587"),
                ("out_username", &email),
                ("out_password", &outgoing),
            ],
        ));
    }
    let meta = format!(
        r#"{{"oauth":{{"provider":"ms","a_token":"{}","r_token":"{}"}}}}"#,
        sealed(&old, SENTINEL).replace('/', "\\/"),
        sealed(&old, SENTINEL).replace('/', "\\/")
    );
    inventory.add_mailbox(&row(
        8,
        &[
            ("name", "Microsoft 365"),
            ("email", "m365@helpdesk.example"),
            ("in_server", "outlook.office365.com"),
            ("in_username", "m365@helpdesk.example:client"),
            ("in_password", &sealed(&lost, SENTINEL)),
            ("meta", &meta),
        ],
    ));
    for (id, (name, value)) in (1..).zip([
        ("mail_driver", "smtp"),
        ("mail_username", "system@helpdesk.example"),
        ("mail_password", &sealed(&new, SENTINEL)),
        ("telegram.secret", &sealed(&old, SENTINEL)),
    ]) {
        inventory.add_option(&row(id, &[("name", name), ("value", value)]));
    }
    inventory.add_module(&row(
        1,
        &[("alias", "tags"), ("license", &sealed(&old, SENTINEL))],
    ));
    inventory
}

fn ring(with_old: bool) -> KeyRing {
    let mut ring = KeyRing::default();
    let new = new_key();
    let effective = new.fingerprint();
    ring.add(
        new,
        Source::file(
            SourceKind::ConfigCache,
            "/var/www/html/bootstrap/cache/config.php",
            None,
        ),
    );
    ring.add(
        new_key(),
        Source::file(SourceKind::Env, "/var/www/html/.env", Some(12)),
    );
    if with_old {
        let source = Source {
            inside: vec!["var/www/html/.env".into()],
            modified: Some(1_759_201_200),
            ..Source::file(
                SourceKind::Archive,
                "/root/backups/helpdesk-2025-09-30.tar.gz",
                Some(2),
            )
        };
        ring.add(old_key(), source);
    }
    for known in ring.iter_mut() {
        known.mails = if known.key.same_bytes(&old_key()) {
            120
        } else {
            9
        };
    }
    ring.set_effective(Some(effective));
    ring
}

/// Mails of the spring under a key that is lost, of the summer under the old one, and since October under the new one.
fn send_log(ring: &KeyRing) -> SendLog {
    let mut log = SendLog::default();
    let mut thread = 0;
    for (key, count, first, days) in [
        (lost_key(), 18, date(2025, 3, 3), 38),
        (old_key(), 120, date(2025, 4, 14), 169),
        (new_key(), 9, date(2025, 10, 2), 36),
    ] {
        for number in 0..count {
            thread += 1;
            // Busier towards the middle of its time.
            let part = f64::from(number) / f64::from(count);
            let part = part - (part * std::f64::consts::TAU).sin() / 16.0;
            let at = first.at(9, 0, 0, 0)
                + SignedDuration::from_mins((f64::from(days * 24 * 60) * part) as i64);
            let hash = derived_hashes::message_id_hash(&key, thread);
            let id = format!("FS_reply-{thread}-{hash}@helpdesk.example");
            log.add(id.as_bytes(), Some(at.to_string().as_bytes()));
        }
    }
    // Every eighth mail shows an attachment.
    let threads: Vec<u64> = (1..=thread).step_by(8).collect();
    log.set_links(&threads);
    log.ask(ring);
    log
}

fn assess(inventory: &Inventory, ring: &KeyRing, findings: Vec<Finding>) -> Assessment {
    let secrets = assessment::judge_all(inventory, ring);
    let effective = ring.effective().map(AppKey::fingerprint);
    let circumstances = Circumstances {
        effective,
        configured: effective,
        home: KeyHome::EnvFile,
        mails: ring.iter().map(|k| (k.fingerprint(), k.mails)).collect(),
        published: std::collections::BTreeSet::new(),
        misspelled: std::collections::BTreeSet::new(),
        settled: false,
    };
    Assessment {
        rules: inventory.rules().clone(),
        summary: Summary::of(&secrets),
        recommendation: plan::recommend(&secrets, &circumstances),
        keys: assessment::report_keys(ring, &secrets),
        secrets,
        findings,
        set_alike: Vec::new(),
        circumstances,
        mailboxes: inventory.mailboxes.clone(),
        system_mail: inventory.system_mail.clone(),
        timeline: Timeline::of(&send_log(ring)),
        traces: send_log(ring).traces(),
        recoverable: Vec::new(),
        logged: Vec::new(),
    }
}

/// The install as the checks see it; with the old key, or before it was found.
pub fn assessment(with_old: bool) -> Assessment {
    let key = KeyName {
        label: "K1".to_owned(),
        fingerprint: new_key().fingerprint(),
    };
    let findings = vec![
        Finding::UnderUnknownKey { count: 13 },
        Finding::WorkerHoldsOtherKey {
            pid: 2114,
            key: None,
        },
        Finding::StaleConfigCache {
            cached: Some(key),
            configured: None,
        },
        Finding::ProbablyWiped {
            owner: "الدعم الفني".into(),
            place: Place::column(Table::Mailboxes, 4, "out_password"),
            kind: SecretKind::Outgoing,
        },
    ];
    assess(&inventory(), &ring(with_old), findings)
}

/// An install without a fault.
pub fn sound() -> Assessment {
    let mut inventory = empty();
    let payload = sealed(&new_key(), SENTINEL);
    inventory.add_mailbox(&row(
        1,
        &[
            ("name", "Support"),
            ("in_server", "imap.example"),
            ("in_username", "support"),
            ("in_password", &payload),
        ],
    ));
    assess(&inventory, &ring(false), Vec::new())
}

/// Two mailboxes in order, both directions each.
pub fn healthy() -> Assessment {
    let mut inventory = Inventory::default();
    let payload = sealed(&new_key(), SENTINEL);
    for (id, (name, user)) in (1..).zip([("Support", "support"), ("Sales", "sales")]) {
        let email = format!("{user}@helpdesk.example");
        inventory.add_mailbox(&row(
            id,
            &[
                ("name", name),
                ("email", &email),
                ("in_server", "imap.mail.example"),
                ("in_port", "993"),
                ("in_username", &email),
                ("in_password", &payload),
                ("out_method", "3"),
                ("out_server", "smtp.mail.example"),
                ("out_port", "587"),
                ("out_username", &email),
                ("out_password", &payload),
            ],
        ));
    }
    assess(&inventory, &ring(false), Vec::new())
}

/// An install of so many mailboxes, each with an incoming password under the old key and an outgoing one that is lost.
pub fn many(count: u64) -> Assessment {
    let mut inventory = empty();
    let (opens, lost) = (sealed(&old_key(), SENTINEL), sealed(&lost_key(), SENTINEL));
    for id in 1..=count {
        let email = format!("box{id}@helpdesk.example");
        inventory.add_mailbox(&row(
            id,
            &[
                ("name", &format!("Mailbox {id}")),
                ("email", &email),
                ("in_server", "imap.mail.example"),
                ("in_port", "993"),
                ("in_username", &email),
                ("in_password", &opens),
                ("out_method", "3"),
                ("out_server", "smtp.mail.example"),
                ("out_port", "587"),
                ("out_username", &email),
                ("out_password", &lost),
            ],
        ));
    }
    assess(&inventory, &ring(true), Vec::new())
}

/// An install with nothing stored in it.
pub fn bare() -> Assessment {
    assess(&empty(), &KeyRing::default(), Vec::new())
}

/// The assessment after the recovery.
pub fn recovered() -> Assessment {
    let mut after = ring(true);
    after.set_effective(Some(old_key().fingerprint()));
    assess(&inventory(), &after, Vec::new())
}

pub fn survey() -> Survey {
    Survey {
        host: "mail1".to_owned(),
        path: PathBuf::from("/var/www/html"),
        version: "1.8.235".to_owned(),
        site: "helpdesk.example".to_owned(),
        server: "MariaDB 10.11.19".to_owned(),
        database: "freescout".to_owned(),
        prefix: String::new(),
        driver: "mysql",
        web_user: "www-data (owns storage/)".to_owned(),
        key_source: "bootstrap/cache/config.php".to_owned(),
        found: None,
        left_out: Vec::new(),
    }
}

/// A wizard that was left in step 6.
pub fn bookmark() -> Bookmark {
    Bookmark {
        at: "2026-11-23T10:15:00+01:00".to_owned(),
        step: 6,
        backup: Some(backup().folder),
        full_dump: false,
        searched: Searched {
            places: vec![PathBuf::from("/mnt/old-server")],
            usual: true,
            processes: true,
        },
        strategy: Some(Strategy::Carry),
        salvage: Vec::new(),
    }
}

/// A recovery that was cut off.
pub fn unfinished() -> Run {
    Run {
        id: 7,
        kind: RunKind::Recovery,
        install: PathBuf::from("/var/www/html"),
        filed: PathBuf::from("/var/www/html"),
        data: None,
        backup: backup().folder,
        safety: None,
        started: "2026-11-23T10:15:00+01:00".to_owned(),
        ended: None,
        origin: RunOrigin {
            host: "mail1".into(),
            user: "root (anna)".into(),
            from: "192.0.2.7".into(),
            pid: 2114,
            version: "0.1.0".to_owned(),
        },
        strategy: Some("restore".to_owned()),
        key: Some("3fa9c2d1e0b4".to_owned()),
        resealed: 3,
        reentered: 1,
        refresh: true,
        artisan: true,
        outcome: freescout_rescue::domain::run::RunOutcome::Unfinished,
    }
}

/// Where backups go: a folder of a web user that cannot be used, or the one he chose.
pub fn folders(chosen: Option<&str>) -> Folders {
    let folder = chosen.unwrap_or("/var/www/.local/state/freescout-rescue");
    let refused = "/var/www: Permission denied".to_owned();
    Folders {
        backups: PathBuf::from(folder).join("backups"),
        refused: chosen.is_none().then_some(refused),
        safe: PathBuf::from("/var/lib/freescout-rescue/safe-20261130-101500.age"),
        offered: PathBuf::from(chosen.unwrap_or("/var/tmp/freescout-rescue-33")),
        cautions: chosen
            .map(|folder| {
                freescout_rescue::sentences::fleeting(
                    Path::new(folder),
                    freescout_rescue::domain::run::volatile::Fleeting::Emptied,
                )
            })
            .into_iter()
            .collect(),
        fixed: false,
    }
}

pub fn backup() -> BackupDone {
    BackupDone {
        keys: None,
        encrypted: false,
        folder: PathBuf::from("/var/lib/freescout-rescue/backups/freescout-rescue-20261123-101500"),
        cells: 22,
        files: 2,
        bytes: 20_480,
    }
}

/// The plan of a strategy; `None` where it is not possible.
pub fn plan_ready(
    assessment: &Assessment,
    strategy: Strategy,
    choices: &Choices,
) -> Option<PlanReady> {
    let plan = plan::make(
        strategy,
        &assessment.secrets,
        &assessment.circumstances,
        choices,
    )
    .ok()?;
    let steps = plan.steps.iter();
    let readable = steps.filter(|s| s.action.readable_after()).count();
    let wiped = assessment.secrets.iter().filter(|s| s.probably_wiped());
    let missing = wiped
        .filter(|s| !choices.entered.contains(&s.place))
        .count();
    let after = Summary {
        total: assessment.summary.all() - missing,
        missing,
        opens: readable,
        ..Summary::default()
    };
    Some(PlanReady {
        plan,
        after,
        refresh: CacheRefresh::ByFreeScout,
    })
}

pub fn applied(verified: bool) -> Applied {
    Applied {
        strategy: "restore".to_owned(),
        key: None,
        verified,
        resealed: 6,
        reentered: 2,
        after: Box::new(recovered()),
        backup: backup().folder,
        undo: Some("freescout-rescue undo --yes --backup-dir /var/lib/freescout-rescue/backups /var/www/html".to_owned()),
        test: "freescout-rescue test /var/www/html".to_owned(),
        notes: vec!["FreeScout's clear-cache command was run as the web user; workers restart after their current job.".to_owned()],
    }
}

/// Another recovery, whose backup has this name.
pub fn applied_with(backup: &str) -> Applied {
    let mut applied = applied(true);
    applied.backup.set_file_name(backup);
    applied
}

/// What an undo of the recovery whose backup has this name would put back.
pub fn would_undo_with(backup: &str) -> WouldUndo {
    let mut would = would_undo();
    would.backup.set_file_name(backup);
    would
}

/// That the recovery whose backup has this name was taken back.
pub fn undone_with(backup: &str) -> Update {
    Update::Undone {
        backup: Some(would_undo_with(backup).backup),
        sentences: vec!["Undone: 3 database fields and 1 file are as they were before.".to_owned()],
    }
}

/// That the only recovery was taken back.
pub fn undone(sentences: &[&str]) -> Update {
    Update::Undone {
        backup: Some(backup().folder),
        sentences: sentences.iter().map(|&s| s.to_owned()).collect(),
    }
}

pub fn problem() -> Problem {
    ErrorKind::DatabaseDenied.problem(
        "The database refuses user freescout.",
        "Access denied for user 'freescout'@'localhost' (using password: YES)",
        "Check DB_USERNAME and DB_PASSWORD in .env.",
    )
}

/// That there is more than one install.
pub fn several() -> Problem {
    let found =
        |path: &str, address: Option<&str>, by: FoundBy, file: Option<(&str, u64)>| FoundInstall {
            path: path.into(),
            container: None,
            version: "1.8.235".to_owned(),
            address: address.map(|address| address.into()),
            evidence: vec![Evidence {
                path: file.map(|(path, _)| path.into()),
                line: file.map(|(_, line)| line),
                user: Some("www-data".into()),
                ..Evidence::of(by)
            }],
        };
    let site = FoundBy::Site(WebServer::Nginx, "help.example.org".into());
    let nginx = ("/etc/nginx/sites-enabled/help", 4);
    let problem = ErrorKind::InstallAmbiguous.problem(
        "There is more than one FreeScout install on this server:",
        "",
        "Name the folder of the one you mean.",
    );
    Problem {
        installs: vec![
            found(
                "/srv/freescout",
                Some("https://desk.example.org"),
                FoundBy::Crontab,
                Some(("/etc/cron.d/freescout", 2)),
            ),
            found(
                "/var/www/help",
                Some("https://help.example.org"),
                site,
                Some(nginx),
            ),
            found("/var/www/html", None, FoundBy::UsualFolder, None),
        ],
        ..problem
    }
}

/// That a backup's passphrase is needed, or was another.
pub fn locked() -> Problem {
    ErrorKind::Passphrase.problem(
        "The backup is encrypted and could not be decrypted.",
        "/srv/backups/one",
        "Try again with the passphrase that was chosen when it was made.",
    )
}

/// The same with the commands that end it.
pub fn unfinished_run() -> UnfinishedRun {
    UnfinishedRun {
        run: unfinished(),
        ways: "To finish it: freescout-rescue resume /var/www/html\n  To undo it: freescout-rescue undo --yes /var/www/html"
            .to_owned(),
        begun: None,
    }
}

/// What an undo would put back.
/// A bad hour.
pub fn hour() -> Hour {
    Hour::of(Observed {
        signs: Signs {
            jobs_due_lately: 3,
            ..Signs::default()
        },
        backups: vec![RunningBackup {
            pid: 4211,
            program: "mysqldump",
        }],
        texts: 31,
        ..Observed::default()
    })
}

pub fn timer(stands: TimerStands) -> WatchTimer {
    let units = "/etc/systemd/system/freescout-rescue-watch";
    let steps = [
        format!("write {units}.service"),
        format!("write {units}.timer"),
        "run /usr/bin/systemctl daemon-reload".to_owned(),
        "run /usr/bin/systemctl enable freescout-rescue-watch.timer".to_owned(),
        "run /usr/bin/systemctl restart freescout-rescue-watch.timer".to_owned(),
    ];
    WatchTimer {
        stands,
        steps: match stands {
            TimerStands::AsWanted => Vec::new(),
            TimerStands::No | TimerStands::Otherwise => steps.to_vec(),
        },
        minutes: 5,
        idle: false,
        told: Vec::new(),
        command: "freescout-rescue watch --install /var/www/html".to_owned(),
        round: "freescout-rescue watch /var/www/html".to_owned(),
    }
}

pub fn would_undo() -> WouldUndo {
    WouldUndo {
        backup: backup().folder,
        what: "recovery of 2025-11-03 10:00".to_owned(),
        rows: 8,
        files: 2,
        left_alone: vec![
            "Left alone, because somebody has changed it since: Support, incoming password (mailbox 1)"
                .to_owned(),
        ],
    }
}

/// A connection that was tested, with this outcome.
pub fn tested(id: ConnectionId, code: Code) -> Tested {
    let rung = |rung, ms, detail: &str| Climbed {
        rung,
        took: std::time::Duration::from_millis(ms),
        detail: detail.to_owned().into(),
    };
    let mut ladder = vec![
        rung(Rung::Dns, 3, "192.0.2.7, 2001:db8::7"),
        rung(Rung::Tcp, 21, "192.0.2.7:993"),
    ];
    let (end, said, advice) = match code {
        Code::AuthRejected => (
            Rung::Authentication,
            match id.direction {
                Direction::Incoming => "NO [AUTHENTICATIONFAILED] Authentication failed.",
                Direction::Outgoing => "535 5.7.8 Error: authentication failed",
            },
            Some(Advice::WrongPassword),
        ),
        Code::AppPasswordRequired | Code::ServiceDisabled => (
            Rung::Authentication,
            "NO LOGIN is not for this account",
            None,
        ),
        Code::Timeout => (Rung::Tcp, "", Some(Advice::NoAnswer)),
        _ => (Rung::Folder, "", None),
    };
    if end > Rung::Tcp {
        ladder.push(rung(
            Rung::Tls,
            44,
            "TLSv1.3, *.example.org, by Example CA, 61 d left",
        ));
        let greeting = match id.direction {
            Direction::Incoming => "OK ready. IMAP4rev1 AUTH=PLAIN",
            Direction::Outgoing => "220 mail.example.org ESMTP SIZE STARTTLS AUTH LOGIN PLAIN",
        };
        ladder.push(rung(Rung::Greeting, 12, greeting));
        let detail = if said.is_empty() { "OK Logged in" } else { "" };
        ladder.push(rung(Rung::Authentication, 310, detail));
    }
    if end == Rung::Folder {
        ladder.push(rung(Rung::Folder, 9, "INBOX 12 emails"));
    }
    let (protocol, server) = match id.direction {
        Direction::Incoming => (Protocol::Imap, "imap.example.org:993"),
        Direction::Outgoing => (Protocol::Smtp, "smtp.example.org:587"),
    };
    let ended = match code {
        Code::SameAsBefore => Ended {
            refused_by: Some(RefusedBy {
                protocol: Protocol::Smtp,
                server: "smtp.example.org:587".into(),
                code: Code::AuthRejected,
                token: false,
            }),
            ..Ended::skipped(code, Some(Advice::RefusedBefore))
        },
        Code::UnreadablePassword => Ended::skipped(code, Some(Advice::Unreadable)),
        _ => Ended {
            code,
            rung: Some(end),
            refused_by: None,
            answered_by: String::new().into(),
            server_said: said.to_owned().into(),
            advice,
            cautions: Vec::new(),
            ladder,
            certificate_days: None,
            journey: None,
        },
    };
    Tested {
        id,
        owner: id
            .mailbox
            .map_or_else(String::new, |n| format!("Mailbox {n}"))
            .into(),
        email: "support@example.org".into(),
        protocol: Some(protocol),
        server: server.to_owned().into(),
        ended,
    }
}
