//! The connection tests over the wire, against servers that follow a script.
//!
//! What a target and a round look like is here; the tests are in the rooms below.

mod agreement;
mod as_freescout;
pub mod certificates;
mod hostile;
mod journeys;
mod lockouts;
mod other_servers;
mod replies;
mod secrets;
mod sends_as_freescout;
mod wrong_modes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::mail::probe::Ended;
use freescout_rescue::domain::mail::rung::Code;
use freescout_rescue::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use freescout_rescue::io::mail::{Patience, Settings, probe};
use freescout_rescue::io::os::tls::Trust;

use crate::scripted::Server;

/// The name under which the scripted servers are known.
pub const HOST: &str = "mail.example.org";
pub const PORT: u16 = 1;
const PASSWORD: &str = "right horse";

/// Short enough for a test, long enough for a busy machine.
const PATIENCE: Patience = Patience {
    incoming: Duration::from_millis(1_000),
    outgoing: Duration::from_millis(1_000),
    whole: Duration::from_millis(3_000),
    silence: Duration::from_millis(200),
};

fn target(protocol: Protocol) -> MailServer {
    MailServer {
        protocol,
        host: HOST.to_owned(),
        port: PORT,
        security: Security::Plain,
        checks_certificate: false,
        login: LoginMethod::Password {
            user: "support".to_owned(),
        },
        folders: match protocol {
            Protocol::Imap => vec!["INBOX".into()],
            _ => Vec::new(),
        },
        sender: match protocol {
            Protocol::Smtp => "support@example.org".to_owned(),
            _ => String::new(),
        },
        starttls_ignored: false,
    }
}

/// A round whose servers named so are to be found at this address.
pub fn settings(host: &str, address: SocketAddr, trust: Trust) -> Settings {
    Settings {
        trust: Arc::new(trust),
        routes: vec![(host.to_owned(), PORT, address)],
        white_list: String::new(),
        patience: PATIENCE,
    }
}

/// One test with a password, against this server.
fn climb_with(server: &Server, target: &MailServer, password: &[u8]) -> Ended {
    climb_at(server.address, target, password)
}

fn climb_at(address: SocketAddr, target: &MailServer, password: &[u8]) -> Ended {
    let settings = settings(&target.host, address, Trust::of(Vec::new()));
    let password = SecretBytes::from(password);
    probe(
        target,
        Some(&password),
        &settings,
        &AtomicBool::new(false),
        &mut |_| {},
    )
    .unwrap()
}

fn climb(server: &Server, target: &MailServer) -> Ended {
    climb_with(server, target, PASSWORD.as_bytes())
}

#[track_caller]
fn assert_code(ended: &Ended, code: Code) {
    assert_eq!(ended.code, code, "{ended:#?}");
}
