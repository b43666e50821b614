//! The journal's native protocol, and syslog where there is no journal.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use freescout_rescue::domain::run::watch::settings::Channels;
use freescout_rescue::io::alert::{NotTold, Reach, tell};

use super::{alert, told};

fn channels() -> Channels {
    Channels {
        syslog: true,
        ..Channels::default()
    }
}

/// A socket to which logs go, and how to reach nothing but it.
struct Log {
    folder: tempfile::TempDir,
    socket: UnixDatagram,
}

impl Log {
    fn at(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join(name)).unwrap();
        let patience = Some(Duration::from_secs(10));
        socket.set_read_timeout(patience).unwrap();
        Self { folder, socket }
    }

    fn reach(&self) -> Reach {
        Reach {
            journal: self.folder.path().join("journal"),
            syslog: self.folder.path().join("syslog"),
            ..Reach::of_system()
        }
    }

    fn next(&self) -> Vec<u8> {
        let mut datagram = vec![0; 256 << 10];
        let length = self.socket.recv(&mut datagram).unwrap();
        datagram.truncate(length);
        datagram
    }
}

/// The fields of a datagram, as the journal reads them.
fn fields(mut datagram: &[u8]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while !datagram.is_empty() {
        let end = datagram.iter().position(|b| *b == b'\n').unwrap();
        let line = std::str::from_utf8(&datagram[..end]).unwrap();
        datagram = &datagram[end + 1..];
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let (length, rest) = datagram.split_first_chunk().unwrap();
                let (value, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
                datagram = rest.strip_prefix(b"\n").unwrap();
                (line, String::from_utf8(value.to_vec()).unwrap())
            }
        };
        let kept = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        assert!(
            name.chars().all(kept) && !name.starts_with('_'),
            "the journal drops {name}"
        );
        all.push((name.to_owned(), value));
    }
    all
}

#[test]
fn the_journal_gets_an_entry_for_each_piece_of_news() {
    let log = Log::at("journal");
    told(&channels(), &log.reach()).unwrap();
    let first = fields(&log.next());
    let of = |name: &str| {
        let found: Vec<&str> = first
            .iter()
            .filter_map(|(field, value)| (field == name).then_some(value.as_str()))
            .collect();
        assert_eq!(found.len(), 1, "{name} of {first:?}");
        found[0]
    };
    for (name, value) in [
        (
            "MESSAGE",
            "[FreeScout helpdesk.example.org (web:/var/www/freescout)] CRITICAL: The login of Büro fails.\nNext: Enter it.\n      Try it: x",
        ),
        ("PRIORITY", "2"),
        ("SYSLOG_FACILITY", "3"),
        ("SYSLOG_IDENTIFIER", "freescout-rescue"),
        ("FREESCOUT_RESCUE_CODE", "login_fails"),
        ("FREESCOUT_RESCUE_SEVERITY", "critical"),
        ("FREESCOUT_RESCUE_TURN", "began"),
        ("FREESCOUT_RESCUE_SUBJECT", "support@example.org"),
        ("FREESCOUT_RESCUE_SINCE", "1970-01-01T00:00:00Z"),
        ("FREESCOUT_RESCUE_INSTALL", "helpdesk.example.org"),
        ("FREESCOUT_RESCUE_PATH", "/var/www/freescout"),
        ("FREESCOUT_RESCUE_CONTAINER", "web"),
    ] {
        assert_eq!(of(name), value, "{name}");
    }
    let second = fields(&log.next());
    let message = "[FreeScout helpdesk.example.org (web:/var/www/freescout)] OVER: Jobs wait.";
    assert!(second.contains(&("MESSAGE".to_owned(), message.to_owned())));
    assert!(second.contains(&("PRIORITY".to_owned(), "5".to_owned())));
}

#[test]
fn a_value_with_lines_begins_no_other_field() {
    let log = Log::at("journal");
    let mut odd = alert();
    odd.news.truncate(1);
    odd.news[0].matter.message = "one\nPRIORITY=0\n".repeat(20_000);
    odd.install.path = "/srv/a\nb".to_owned();
    let told = tell(&channels(), &odd, &log.reach());
    assert!(told[0].1.is_ok(), "{told:?}");
    let read = fields(&log.next());
    let priorities = read.iter().filter(|(name, _)| name == "PRIORITY").count();
    assert_eq!(priorities, 1);
    let path = ("FREESCOUT_RESCUE_PATH".to_owned(), "/srv/a\nb".to_owned());
    assert!(read.contains(&path), "{read:?}");
    let message = &read.iter().find(|(name, _)| name == "MESSAGE").unwrap().1;
    assert!(message.contains("one\nPRIORITY=0\none"), "{message}");
}

#[test]
fn without_a_journal_syslog_gets_a_line() {
    let log = Log::at("syslog");
    let mut odd = alert();
    odd.news[0].matter.message = "two\nlines".to_owned();
    let told = tell(&channels(), &odd, &log.reach());
    assert!(told[0].1.is_ok(), "{told:?}");
    let line = String::from_utf8(log.next()).unwrap();
    // Daemon, critical.
    let rest = line.strip_prefix("<26>").unwrap();
    let (time, rest) = rest.split_at("Nov 30 01:20:00".len());
    assert!(time.as_bytes()[9] == b':' && time.is_ascii(), "{line}");
    let pid = std::process::id();
    assert_eq!(
        rest,
        format!(
            " freescout-rescue[{pid}]: [FreeScout helpdesk.example.org (web:/var/www/freescout)] CRITICAL: two | lines | Next: Enter it. | Try it: x"
        )
    );
    assert!(log.next().starts_with(b"<29>"));
}

#[test]
fn without_both_it_is_said() {
    let log = Log::at("neither");
    let told = told(&channels(), &log.reach());
    assert!(matches!(told, Err(NotTold::NoLog(_))), "{told:?}");
}
