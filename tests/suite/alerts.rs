//! Those who are told: each channel against another side that this test plays.

mod log;
mod mail;
mod program;
mod webhook;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use freescout_rescue::domain::run::watch::settings::{Channels, CommandChannel, WebhookChannel};
use freescout_rescue::domain::run::watch::{
    Matter, News, Turn, WatchCode, WatchState, WatchedInstall,
};
use freescout_rescue::io::alert::{Alert, ChannelName, NotTold, Reach, tell};

/// What every secret of these tests begins with.
const MARK: &str = "s3ntinel";

fn news(turn: Turn, severity: WatchState, message: &str, next: &str) -> News {
    News {
        turn,
        matter: Matter {
            code: WatchCode::LoginFails,
            severity,
            since: jiff::Timestamp::UNIX_EPOCH,
            subject: "support@example.org".to_owned(),
            message: message.to_owned(),
            next: next.into(),
        },
    }
}

fn alert() -> Alert {
    Alert {
        install: WatchedInstall {
            host: "server1".to_owned(),
            path: "/var/www/freescout".to_owned(),
            name: "helpdesk.example.org".to_owned(),
            version: "1.8.190".to_owned(),
            container: Some("web".to_owned()),
        },
        news: vec![
            news(
                Turn::Began,
                WatchState::Critical,
                "The login of Büro fails.",
                "Enter it.\nTry it: x",
            ),
            news(Turn::Ended, WatchState::Warning, "Jobs wait.", "Look."),
        ],
        subject: "[FreeScout helpdesk.example.org] CRITICAL: The login of Büro fails".to_owned(),
        text: "Büro\n.\nEnde\n".to_owned(),
        json: r#"{"schema":1,"text":"Büro"}"#.to_owned(),
    }
}

/// What becomes of the one channel there is.
fn told(channels: &Channels, reach: &Reach) -> Result<(), NotTold> {
    let mut told = tell(channels, &alert(), reach);
    assert_eq!(told.len(), 1);
    told.remove(0).1
}

/// A file that nobody else reads.
fn closed_file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn one_that_hangs_or_fails_keeps_nobody_from_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let heard = std::os::unix::net::UnixDatagram::bind(folder.path().join("log")).unwrap();
    let reach = Reach {
        journal: folder.path().join("log"),
        ..Reach::of_system()
    };
    let channels = Channels {
        syslog: true,
        mail: None,
        webhook: Some(WebhookChannel {
            url: "http://127.0.0.1/".to_owned(),
            headers_file: None,
            timeout: Duration::from_secs(5),
            tries: 1,
        }),
        command: Some(CommandChannel {
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), "sleep 600".to_owned()],
            timeout: Duration::from_secs(1),
        }),
    };
    let begun = Instant::now();
    let told = tell(&channels, &alert(), &reach);
    assert!(begun.elapsed() < Duration::from_secs(30));
    let [
        (ChannelName::Syslog, Ok(())),
        (ChannelName::Webhook, Err(NotTold::NotHttps)),
        (ChannelName::Command, Err(NotTold::Overdue(..))),
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    let mut datagram = [0; 4096];
    assert!(heard.recv(&mut datagram).unwrap() > 0);
    assert!(tell(&Channels::default(), &alert(), &reach).is_empty());
}
