//! Every setting, every mistake, and the example.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use super::super::EXAMPLE;
use super::*;

const ALL: &str = r#"
logins_every = "12h"
send_test = true
renew_oauth = false
remind_after = "2d"

[[install]]
path = "/var/www/html"

[[install]]
path = "/var/www/html"
container = "freescout-app"

[thresholds]
certificate = "30d"
job_waits = "5m"
fetch_ago = "1h"
failed_jobs = 0x10

[safe]
folder = "/mnt/keys"
recipients = "/etc/freescout-rescue/recipients.txt"

[alert]
syslog = true

[alert.mail]
from = "watch@example.org"
to = ["a@example.org", "ö.b+c@xn--bcher-kva.example"]

[alert.mail.smtp]
host = "smtp.example.org"
security = "starttls"
user = "watch"
password_file = "/etc/freescout-rescue/smtp"

[alert.webhook]
url = "https://hooks.example.org/a?b=c"
headers_file = "/etc/freescout-rescue/headers"
timeout = "3s"
tries = 5

[alert.command]
program = "/usr/local/bin/page-me"
arguments = ["--to", ""]
timeout = "1m"
"#;

#[test]
fn every_setting_is_read() {
    let read = parse(ALL).unwrap();
    let install = |container: Option<&str>| InstallToWatch {
        path: PathBuf::from("/var/www/html"),
        container: container.map(str::to_owned),
    };
    let expected = WatchSettings {
        installs: vec![install(None), install(Some("freescout-app"))],
        logins_every: Duration::from_hours(12),
        send_test: true,
        renew_oauth: false,
        remind_after: Duration::from_hours(48),
        thresholds: Thresholds {
            certificate: Duration::from_hours(30 * 24),
            job_waits: Duration::from_mins(5),
            fetch_ago: Duration::from_hours(1),
            failed_jobs: 16,
        },
        safe: Some(WatchedSafe {
            folder: PathBuf::from("/mnt/keys"),
            recipients: PathBuf::from("/etc/freescout-rescue/recipients.txt"),
        }),
        channels: Channels {
            syslog: true,
            mail: Some(MailChannel {
                from: "watch@example.org".to_owned(),
                to: vec![
                    "a@example.org".to_owned(),
                    "ö.b+c@xn--bcher-kva.example".to_owned(),
                ],
                carrier: MailCarrier::Smtp(SmtpAccount {
                    host: "smtp.example.org".to_owned(),
                    port: 587,
                    security: SmtpSecurity::StartTls,
                    user: Some("watch".to_owned()),
                    password_file: Some(PathBuf::from("/etc/freescout-rescue/smtp")),
                }),
            }),
            webhook: Some(WebhookChannel {
                url: "https://hooks.example.org/a?b=c".to_owned(),
                headers_file: Some(PathBuf::from("/etc/freescout-rescue/headers")),
                timeout: Duration::from_secs(3),
                tries: 5,
            }),
            command: Some(CommandChannel {
                program: PathBuf::from("/usr/local/bin/page-me"),
                arguments: vec!["--to".to_owned(), String::new()],
                timeout: Duration::from_mins(1),
            }),
        },
    };
    assert_eq!(read, expected);
    assert_eq!(parse("").unwrap(), WatchSettings::default());
}

#[test]
fn a_mistake_names_its_line_its_key_and_what_is_allowed() {
    let mail = "[alert.mail]\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]\n";
    let smtp = format!("{mail}[alert.mail.smtp]\nhost = \"localhost\"\n");
    let with = |before: &str, line: &str| format!("{before}{line}\n");
    for (text, line, names) in [
        ("send_test = yes\n".to_owned(), 1, &["TOML"][..]),
        ("\nsend_test = 1\n".to_owned(), 2, &["send_test", "true"]),
        ("a = 1\nb = 2\n".to_owned(), 1, &[" a", "logins_every"]),
        (
            "[thresholds]\n\njobs = 1\n".to_owned(),
            3,
            &["thresholds.jobs", "job_waits"],
        ),
        (
            "logins_every = \"5m\"".to_owned(),
            1,
            &["logins_every", "15m", "30d"],
        ),
        ("logins_every = 6".to_owned(), 1, &["logins_every"]),
        ("remind_after = \"1 day\"".to_owned(), 1, &["remind_after"]),
        ("thresholds = 1".to_owned(), 1, &["thresholds"]),
        (
            "[thresholds]\nfailed_jobs = -1".to_owned(),
            2,
            &["thresholds.failed_jobs"],
        ),
        (
            "[thresholds]\nfailed_jobs = 1.5".to_owned(),
            2,
            &["thresholds.failed_jobs"],
        ),
        ("[install]\npath = \"/a\"".to_owned(), 1, &["install"]),
        (
            "[[install]]\ncontainer = \"a\"".to_owned(),
            1,
            &["install.path"],
        ),
        (
            "[[install]]\npath = \"html\"".to_owned(),
            2,
            &["install.path"],
        ),
        (
            "[[install]]\npath = \"/a\"\n[[install]]\npath = \"/a\"".to_owned(),
            4,
            &["install.path"],
        ),
        (
            "[[install]]\npath = \"/a\"\ncontainer = \" \"".to_owned(),
            3,
            &["install.container"],
        ),
        (
            "[safe]\nfolder = \"/a\"".to_owned(),
            1,
            &["safe.recipients"],
        ),
        (
            "[safe]\nrecipients = \"/a\"".to_owned(),
            1,
            &["safe.folder"],
        ),
        (
            mail.to_owned(),
            1,
            &["alert.mail.sendmail", "alert.mail.smtp"],
        ),
        (
            smtp.replace("[alert.mail.smtp]", "sendmail = \"/s\"\n[alert.mail.smtp]"),
            4,
            &["alert.mail.sendmail", "alert.mail.smtp"],
        ),
        (
            "[alert.mail]\nfrom = \"a@b.example\"".to_owned(),
            1,
            &["alert.mail.to"],
        ),
        ("[alert.mail]\nto = []".to_owned(), 2, &["alert.mail.to"]),
        (
            "[alert.mail]\nto = \"a@b.example\"".to_owned(),
            2,
            &["alert.mail.to"],
        ),
        (
            mail.replace("a@b.example\"\nto", "-f@b.example\"\nto"),
            2,
            &["alert.mail.from"],
        ),
        (
            mail.replace("a@b.example\"\nto", "a <a@b.example>\"\nto"),
            2,
            &["alert.mail.from"],
        ),
        (
            mail.replace("a@b.example\"\nto", "a@b.example\\nBcc: c@d\"\nto"),
            2,
            &["alert.mail.from"],
        ),
        (
            with(&smtp, "security = \"ssl\""),
            6,
            &["alert.mail.smtp.security", "\"starttls\""],
        ),
        (
            with(&smtp, "port = 0"),
            6,
            &["alert.mail.smtp.port", "65535"],
        ),
        (with(&smtp, "user = \"a\""), 6, &["user", "password_file"]),
        (
            with(&smtp, "password_file = \"/a\""),
            6,
            &["user", "password_file"],
        ),
        (
            with(&smtp, "password = \"s3ntinel\""),
            6,
            &["alert.mail.smtp.password"],
        ),
        (
            with(
                &smtp.replace("localhost", "relay.example"),
                "security = \"none\"",
            ),
            6,
            &["alert.mail.smtp.security"],
        ),
        (
            smtp.replace("localhost", "-oProxy"),
            5,
            &["alert.mail.smtp.host"],
        ),
        (
            "[alert.webhook]\nurl = \"http://s3ntinel\"".to_owned(),
            2,
            &["alert.webhook.url", "https"],
        ),
        (
            "[alert.webhook]\nurl = \"https://s3ntinel@a\"".to_owned(),
            2,
            &["alert.webhook.url"],
        ),
        (
            "[alert.webhook]\nurl = \"https:///s3ntinel\"".to_owned(),
            2,
            &["alert.webhook.url"],
        ),
        (
            "[alert.webhook]\ntries = 3".to_owned(),
            1,
            &["alert.webhook.url"],
        ),
        (
            "[alert.webhook]\nurl = \"https://a\"\ntries = 11".to_owned(),
            3,
            &["alert.webhook.tries"],
        ),
        (
            "[alert.command]\nprogram = \"page-me\"".to_owned(),
            2,
            &["alert.command.program"],
        ),
        (
            "[alert.command]\nprogram = \"/a\"\narguments = [\"a\\u0000\"]".to_owned(),
            3,
            &["alert.command.arguments"],
        ),
    ] {
        let mistake = parse(&text).unwrap_err();
        let said = mistake.to_string();
        assert_eq!(mistake.line, line, "{text}: {said}");
        for name in names {
            assert!(said.contains(name), "{text}: {said}");
        }
        assert!(!said.contains("s3ntinel"), "{said}");
    }
}

#[test]
fn only_this_machines_relay_is_spoken_to_in_the_clear() {
    for host in ["localhost", "127.0.0.1", "::1"] {
        let text = format!(
            "[alert.mail]\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]\n\
             [alert.mail.smtp]\nhost = \"{host}\"\nsecurity = \"none\"\n"
        );
        let carrier = parse(&text).unwrap().channels.mail.unwrap().carrier;
        let MailCarrier::Smtp(account) = carrier else {
            panic!("{carrier:?}");
        };
        assert_eq!((account.security, account.port), (SmtpSecurity::None, 25));
    }
}

/// The example with every setting in use, but those that `left` says.
fn in_use(left: impl Fn(&str) -> bool) -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') && !left(setting) => {
            setting
        }
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_says_the_defaults_and_names_every_setting() {
    assert_eq!(parse(EXAMPLE).unwrap(), WatchSettings::default());
    let by_sendmail = in_use(|setting| {
        let of_account = [
            "[alert.mail.smtp]",
            "host",
            "security",
            "port",
            "user",
            "password_file",
        ];
        of_account.iter().any(|name| setting.starts_with(name))
    });
    let by_account = in_use(|setting| setting.starts_with("sendmail"));
    let [by_sendmail, by_account] = [by_sendmail, by_account].map(|text| parse(&text).unwrap());
    let usual = WatchSettings::default();
    for read in [&by_sendmail, &by_account] {
        assert_eq!(read.logins_every, usual.logins_every);
        assert_eq!(read.send_test, usual.send_test);
        assert_eq!(read.renew_oauth, usual.renew_oauth);
        assert_eq!(read.remind_after, usual.remind_after);
        assert_eq!(read.thresholds, usual.thresholds);
        assert_eq!(read.installs.len(), 1);
        assert!(read.safe.is_some() && read.channels.syslog);
        let webhook = read.channels.webhook.as_ref().unwrap();
        let command = read.channels.command.as_ref().unwrap();
        assert_eq!((webhook.timeout, webhook.tries), (PATIENCE, USUAL_TRIES));
        assert_eq!(command.timeout, PATIENCE);
    }
    let carrier = |read: WatchSettings| read.channels.mail.unwrap().carrier;
    assert!(matches!(carrier(by_sendmail), MailCarrier::Sendmail(_)));
    assert!(matches!(carrier(by_account), MailCarrier::Smtp(_)));
}

#[test]
fn any_text_is_read_or_refused() {
    use proptest::prelude::*;
    let any = prop_oneof![
        any::<String>(),
        proptest::sample::subsequence(ALL.lines().collect::<Vec<_>>(), 0..30)
            .prop_map(|lines| lines.join("\n")),
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let read = runner.run(&any, |text| {
        if let Err(mistake) = parse(&text) {
            prop_assert!(mistake.line <= text.split('\n').count());
            prop_assert!(!mistake.to_string().is_empty());
        }
        Ok(())
    });
    read.unwrap();
}
