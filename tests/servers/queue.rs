//! What FreeScout's queue tells, and the emails it gave up, on real servers, in tables as its migrations make them.

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;

use crate::install::Install;
use crate::server::{self, USER};

/// Tables of FreeScout, as far as they are read, and a few rows.
fn fill(install: &Install) {
    let settings = &install.settings;
    let t = |name: &str| sql::table(settings.driver, &settings.prefix, name);
    let (id, long, time) = match settings.driver {
        Driver::MySql => (
            "BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY",
            "LONGTEXT",
            "TIMESTAMP NULL",
        ),
        _ => ("BIGSERIAL PRIMARY KEY", "TEXT", "TIMESTAMP(0)"),
    };
    let mut statements = vec![
        format!(
            "CREATE TABLE {} (id {id}, queue VARCHAR(191) NOT NULL, payload {long} NOT NULL, attempts SMALLINT NOT NULL, reserved_at INT NULL, available_at INT NOT NULL, created_at INT NOT NULL)",
            t("jobs")
        ),
        format!(
            "CREATE TABLE {} (id {id}, connection TEXT NOT NULL, queue TEXT NOT NULL, payload {long} NOT NULL, exception {long} NOT NULL, failed_at {time})",
            t("failed_jobs")
        ),
        format!(
            "CREATE TABLE {} (id {id}, mailbox_id INT NOT NULL)",
            t("conversations")
        ),
        format!(
            "CREATE TABLE {} (id {id}, created_by_user_id INT NULL, source_type SMALLINT NOT NULL, body {long}, created_at {time})",
            t("threads")
        ),
        format!(
            "CREATE TABLE {} (id {id}, log_name VARCHAR(191) NULL, causer_id INT NULL, created_at {time})",
            t("activity_logs")
        ),
    ];
    if settings.driver == Driver::PgSql {
        for table in [
            "jobs",
            "failed_jobs",
            "conversations",
            "threads",
            "activity_logs",
        ] {
            statements.push(format!("ALTER TABLE {} OWNER TO {USER}", t(table)));
        }
    }
    let now = jiff::Timestamp::now();
    let (due, stamp) = (now.as_second() - 3, now.strftime("%Y-%m-%d %H:%M:%S"));
    statements.push(format!(
        "INSERT INTO {} (queue, payload, attempts, reserved_at, available_at, created_at) VALUES ('emails', '', 0, NULL, {due}, {due}), ('emails', '', 1, {due}, {due}, {due}), ('emails', '', 1, NULL, {}, {due})",
        t("jobs"),
        due + 3600
    ));
    statements.push(format!(
        "INSERT INTO {} (id, mailbox_id) VALUES (70, 3), (71, 2)",
        t("conversations")
    ));
    statements.push(format!(
        "INSERT INTO {} (created_by_user_id, source_type, created_at) VALUES (1, 2, '{stamp}')",
        t("threads")
    ));
    for (class, conversation, day) in [
        ("SendReplyToCustomer", 71, 27),
        ("UpdateFolderCounters", 71, 28),
        ("SendAutoReply", 70, 29),
    ] {
        let payload = serde_json::json!({
            "displayName": format!("App\\Jobs\\{class}"),
            "data": {
                "commandName": format!("App\\Jobs\\{class}"),
                "command": format!("O:1:\"x\":1:{{s:1:\"\0\";s:16:\"App\\Conversation\";s:2:\"id\";i:{conversation};}}"),
            },
        });
        let payload = sql::literal(
            settings.driver,
            "utf8mb4",
            Some(payload.to_string().as_bytes()),
        );
        statements.push(format!(
            "INSERT INTO {} (connection, queue, payload, exception, failed_at) VALUES ('database', 'emails', {payload}, '535', '2026-11-{day} 08:00:00')",
            t("failed_jobs")
        ));
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    install.admin(&statements);
}

#[test]
fn jobs_people_and_emails_that_were_given_up_are_seen() {
    for server in server::both() {
        let install = Install::new(server, "queue");
        fill(&install);
        let (_, out, err) = install.run(&["check", "--json"]);
        let check: serde_json::Value = serde_json::from_str(&out).expect(&err);
        let reasons = check["hour"]["reasons"].as_array().unwrap().iter();
        let codes: Vec<&str> = reasons.map(|r| r["code"].as_str().unwrap()).collect();
        assert_eq!(
            codes,
            ["jobs_running", "jobs_waiting", "people_at_work"],
            "{out}"
        );
        let (code, out, err) = install.run(&["resend", "--json"]);
        assert_eq!(code, 0, "{err}");
        let mut shown: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!({
            "schema": 1, "planned": true, "mails": 1, "oldest": "2026-11-27T08:00:00", "newest": "2026-11-27T08:00:00",
            "jobs": [{"job": "SendReplyToCustomer", "count": 1}],
            "mailboxes": [{"mailbox": 2, "email": "Support@x.example", "count": 1}],
            // The outgoing password of the other's mailbox is under the old key.
            "held_back": 1, "waiting": 2,
        });
        assert_eq!(shown.take(), expected);
    }
}
