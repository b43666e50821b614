//! A webhook, against a server that follows a script.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use freescout_rescue::domain::run::watch::settings::{Channels, WebhookChannel};
use freescout_rescue::io::alert::{NotTold, Reach};
use freescout_rescue::io::mail::Settings;

use super::{MARK, alert, closed_file, told};
use crate::probes::certificates::{Kind, server_config, trust};
use crate::scripted::{Connection, Server, Step, say};

const PATH: &str = "/hooks/s3ntinel-path?key=s3ntinel-query";

/// Answers each post with the next status.
fn server(kind: Kind, statuses: &[&str]) -> Server {
    let answer = |status: &&str| {
        vec![
            Step::StartTls(server_config(kind)),
            Step::Hear("POST /hooks/"),
            say(format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n"
            )),
        ]
    };
    Server::in_turn(statuses.iter().map(answer).collect())
}

fn reach() -> Reach {
    Reach {
        mail: Settings {
            trust: Arc::new(trust()),
            ..Settings::of_system()
        },
        first_pause: Duration::from_millis(50),
        ..Reach::of_system()
    }
}

fn post(port: u16, tries: u32, headers_file: Option<PathBuf>) -> Result<(), NotTold> {
    let channels = Channels {
        webhook: Some(WebhookChannel {
            url: format!("https://127.0.0.1:{port}{PATH}"),
            headers_file,
            timeout: Duration::from_secs(3),
            tries,
        }),
        ..Channels::default()
    };
    let told = told(&channels, &reach());
    if let Err(why) = &told {
        assert!(!why.to_string().contains(MARK), "{why}");
        assert!(!format!("{why:?}").contains(MARK), "{why:?}");
    }
    told
}

/// What one post said: its head, and its body.
fn parts(connection: &Connection) -> (String, String) {
    let text = connection.text();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn it_is_tried_again_until_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let headers = "# for the chat\nAuthorization: Bearer s3ntinel-token\r\n\nX-Room: 7\n";
    let headers = closed_file(folder.path(), "headers", headers);
    let server = server(Kind::Good, &["503", "429", "204"]);
    post(server.address.port(), 5, Some(headers)).unwrap();
    let records = server.records();
    assert_eq!(records.len(), 3);
    for record in &records {
        let (head, body) = parts(record);
        assert!(
            head.starts_with(&format!("post {PATH} http/1.1\r\n")),
            "{head}"
        );
        assert_eq!(body, alert().json);
        for header in [
            "content-type: application/json; charset=utf-8",
            "authorization: bearer s3ntinel-token",
            "x-room: 7",
        ] {
            assert_eq!(head.matches(header).count(), 1, "{header}: {head}");
        }
    }
}

#[test]
fn tries_end_and_what_does_not_get_better_is_not_tried_again() {
    for (statuses, tries, posts, status) in [
        (&["500", "502", "200"][..], 2, 2, 502),
        (&["404", "200"], 5, 1, 404),
        (&["302", "200"], 5, 1, 302),
        (&["503"], 0, 1, 503),
    ] {
        let server = server(Kind::Good, statuses);
        let why = post(server.address.port(), tries, None).unwrap_err();
        assert!(
            matches!(&why, NotTold::Status(_, said) if *said == status),
            "{why}"
        );
        assert_eq!(
            why.to_string(),
            format!("127.0.0.1 answered with HTTP status {status}.")
        );
        assert_eq!(server.records().len(), posts, "{statuses:?}");
    }
}

#[test]
fn nothing_is_said_to_a_server_whose_certificate_is_not_its_own() {
    for kind in [Kind::Untrusted, Kind::OtherName, Kind::Expired] {
        let server = server(kind, &["200"]);
        let why = post(server.address.port(), 1, None).unwrap_err();
        assert!(matches!(why, NotTold::Unreached(..)), "{why}");
        let why = why.to_string();
        assert!(why.contains("certificate") && !why.contains(".c:"), "{why}");
        for record in server.records() {
            assert_eq!(record.text(), "", "{kind:?}");
        }
    }
}

#[test]
fn a_server_that_is_silent_or_away_is_not_waited_for() {
    let begun = Instant::now();
    let silent = Server::new(vec![Step::StartTls(server_config(Kind::Good))]);
    let why = post(silent.address.port(), 1, None).unwrap_err();
    assert!(matches!(why, NotTold::Unreached(..)), "{why}");
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let why = post(closed, 3, None).unwrap_err();
    assert!(matches!(why, NotTold::Unreached(..)), "{why}");
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[test]
fn headers_and_address_are_checked_before_anything_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = closed_file(
        folder.path(),
        "wrong",
        "X-Fine: 1\ns3ntinel without a name\n",
    );
    let why = post(9, 1, Some(wrong)).unwrap_err();
    assert!(matches!(why, NotTold::NoHeader(_, 2)), "{why}");
    let open = closed_file(folder.path(), "open", "X-Token: s3ntinel\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&open, mode).unwrap();
    let why = post(9, 1, Some(open)).unwrap_err();
    assert!(matches!(why, NotTold::Exposed(_)), "{why}");
    for url in [
        "http://127.0.0.1:9/s3ntinel",
        "ftp://127.0.0.1/s3ntinel",
        "/s3ntinel",
        "s3ntinel not an address",
        "",
    ] {
        let channels = Channels {
            webhook: Some(WebhookChannel {
                url: url.to_owned(),
                headers_file: None,
                timeout: Duration::from_secs(3),
                tries: 1,
            }),
            ..Channels::default()
        };
        let why = told(&channels, &reach()).unwrap_err();
        assert!(matches!(why, NotTold::NotHttps), "{url}: {why}");
    }
}
