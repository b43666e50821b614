//! Logging in at mail servers as FreeScout would, rung by rung, and telling what was seen.
//!
//! Rooms: `net` (deadlines, bounded lines; with `apart`), `tls` (the handshake and the certificate), `imap` (with `utf7`), `pop3`,
//! `smtp` (the dialogues), `journey` (a mail to oneself), `submit` (a mail of ours), `mask` (credentials that come back).
//! Nothing here decides whether a login may be made: that is the engine's. Servers are hostile: time, memory and the number
//! of lines are bounded, their words sanitised, and what was sent as a credential is not shown even if they repeat it.

pub mod oauth;
pub mod submit;

mod apart;
mod fall;
mod imap;
pub mod journey;
mod mask;
mod net;
mod pop3;
mod smtp;
mod tls;
mod utf7;
mod xoauth2;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::advice::{self, Advice, LoginSort, Provider};
use crate::domain::mail::endpoint::Endpoint;
use crate::domain::mail::oauth::names_client;
use crate::domain::mail::probe::{Climbed, Ended, TestCaution};
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::{LoginMethod, MailServer, Protocol, Security};
use crate::io::os::tls::Trust;
use crate::words::untrusted::shown;
use fall::{Fall, called_off};

/// FreeScout's patience with IMAP and POP3, for the connection and for each reply.
const INCOMING_PATIENCE: Duration = Duration::from_secs(30);
/// FreeScout's patience with SMTP (`MAIL_SMTP_TIMEOUT`).
const OUTGOING_PATIENCE: Duration = Duration::from_secs(25);
/// No test takes longer than this, however slowly the server drips.
const WHOLE: Duration = Duration::from_secs(90);
/// A server silent for so long on a plain connection may be waiting for TLS: we look, on a second connection. Longer than
/// the six seconds for which Postfix's postscreen makes clients wait: a client that speaks earlier is turned away.
const SILENCE: Duration = Duration::from_secs(8);
/// How a TLS record begins that is an alert.
const ALERT: &[u8] = &[21, 3];
/// A certificate valid for fewer days is worth a word.
const SOON: i64 = 14;
/// What a rung's detail may say, in characters.
const MAX_DETAIL: usize = 160;

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection and each reply, incoming.
    pub incoming: Duration,
    /// The same, outgoing.
    pub outgoing: Duration,
    /// For a whole test.
    pub whole: Duration,
    /// Before a silent server is asked whether it speaks TLS.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            incoming: INCOMING_PATIENCE,
            outgoing: OUTGOING_PATIENCE,
            whole: WHOLE,
            silence: SILENCE,
        }
    }
}

/// What every test of a round shares.
#[derive(Clone)]
pub struct Settings {
    /// The authorities whose certificates count.
    pub trust: Arc<Trust>,
    /// Servers that are to be found elsewhere than their names say: host (lower case), port, address.
    pub routes: Vec<(String, u16, SocketAddr)>,
    /// `APP_REMOTE_HOST_WHITE_LIST`: hosts and addresses, separated by commas.
    pub white_list: String,
    /// Deadlines.
    pub patience: Patience,
}

impl Settings {
    /// The system's authorities and FreeScout's own deadlines.
    pub fn of_system() -> Self {
        Self {
            trust: Arc::new(Trust::of_system()),
            routes: Vec::new(),
            white_list: String::new(),
            patience: Patience::default(),
        }
    }
}

/// The test was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Makes one test. `credential` is the password, or the access token; `tell` hears each rung as it is begun.
///
/// # Errors
/// [`Cancelled`], within a second of the flag.
pub fn probe(
    target: &MailServer,
    credential: Option<&SecretBytes>,
    settings: &Settings,
    cancel: &AtomicBool,
    tell: &mut dyn FnMut(Rung),
) -> Result<Ended, Cancelled> {
    let mut climb = Climb::new(target, credential, settings, cancel, tell);
    let outcome = match target.protocol {
        Protocol::Imap => imap::probe(&mut climb, credential),
        Protocol::Pop3 => pop3::probe(&mut climb, credential),
        Protocol::Smtp => smtp::probe(&mut climb, credential),
    };
    match outcome {
        Ok(()) => {
            let other = climb.other_server().map(|name| climb.masks.hide(name));
            climb
                .cautions
                .extend(other.map(|name| TestCaution::OtherServer(name.into())));
            Ok(climb.ended(Code::Ok, None, String::new()))
        }
        Err(Fall::Cancelled) => Err(Cancelled),
        Err(Fall::At { said, .. }) if climb.other_server().is_some() => {
            Ok(climb.ended(Code::OtherServer, Some(Advice::OtherServer), said))
        }
        // No firewall keeps it from answering.
        Err(Fall::At {
            code,
            advice: Advice::NoAnswer,
            said,
        }) if climb.is_talking() => Ok(climb.ended(code, Some(Advice::FellSilent), said)),
        Err(Fall::At { code, advice, said }) => Ok(climb.ended(code, Some(advice), said)),
    }
}

/// One climb up the ladder.
struct Climb<'a> {
    target: &'a MailServer,
    settings: &'a Settings,
    cancel: &'a AtomicBool,
    tell: &'a mut dyn FnMut(Rung),
    until: Instant,
    rungs: Vec<Climbed>,
    begun: Option<(Rung, Instant)>,
    cautions: Vec<TestCaution>,
    certificate_days: Option<i64>,
    /// The names of the certificate; none without TLS.
    names: Vec<String>,
    /// The first line of the greeting.
    greeted: Option<String>,
    /// The first line of the answer to EHLO.
    hello: Option<String>,
    masks: mask::Masks,
}

impl<'a> Climb<'a> {
    fn new(
        target: &'a MailServer,
        credential: Option<&SecretBytes>,
        settings: &'a Settings,
        cancel: &'a AtomicBool,
        tell: &'a mut dyn FnMut(Rung),
    ) -> Self {
        let mut cautions = Vec::new();
        if target.starttls_ignored {
            cautions.push(TestCaution::StartTlsIgnored);
        } else if target.security == Security::Plain && target.login.user().is_some() {
            cautions.push(TestCaution::ClearText);
        }
        Self {
            target,
            settings,
            cancel,
            tell,
            until: Instant::now() + settings.patience.whole,
            rungs: Vec::new(),
            begun: None,
            cautions,
            certificate_days: None,
            names: Vec::new(),
            greeted: None,
            hello: None,
            masks: mask::Masks::of(target, credential),
        }
    }

    /// FreeScout's patience for one reply.
    fn patience(&self) -> Duration {
        match self.target.protocol {
            Protocol::Smtp => self.settings.patience.outgoing,
            Protocol::Imap | Protocol::Pop3 => self.settings.patience.incoming,
        }
    }

    fn begin(&mut self, rung: Rung) {
        (self.tell)(rung);
        self.begun = Some((rung, Instant::now()));
    }

    /// The rung that was begun holds.
    fn hold(&mut self, detail: &str) {
        if let Some((rung, since)) = self.begun.take() {
            let detail = self.masks.hide(detail);
            let detail: String = detail.chars().take(MAX_DETAIL).collect();
            self.rungs.push(Climbed {
                rung,
                took: since.elapsed(),
                detail: detail.into(),
            });
        }
    }

    /// A refusal in the server's words, judged by the rung it came on.
    fn refused(&self, said: &[u8], credential: Option<&SecretBytes>) -> Fall {
        let words = String::from_utf8_lossy(said);
        let (code, advice) = advice::judge(&advice::LoginRefusal {
            protocol: self.target.protocol,
            host: &self.target.host,
            rung: self.begun.map_or(Rung::Greeting, |(rung, _)| rung),
            login: self.login_sort(credential),
            said: &words,
        });
        Fall::new(code, advice, shown(said).to_string())
    }

    /// What the login is made with.
    fn login_sort(&self, credential: Option<&SecretBytes>) -> LoginSort {
        let provider = advice::provider(&self.target.host);
        let is = |test: fn(&[u8]) -> bool| credential.is_some_and(|text| test(text.expose()));
        match &self.target.login {
            LoginMethod::XOAuth2 { .. } => LoginSort::Token,
            LoginMethod::Password { user }
                if matches!(provider, Some(Provider::Google | Provider::Microsoft))
                    && names_client(user) =>
            {
                LoginSort::ClientSecret
            }
            _ if provider == Some(Provider::Google) && is(looks_spaced) => LoginSort::Spaced,
            _ if self.target.protocol == Protocol::Pop3 && is(|text| text.ends_with(b" ")) => {
                LoginSort::BlankAtEnd
            }
            // By SMTP they go in base64.
            _ if self.target.protocol != Protocol::Smtp && is(|text| !text.is_ascii()) => {
                LoginSort::EightBit
            }
            _ => LoginSort::Password,
        }
    }

    /// By which name another server than the configured one answered.
    fn other_server(&self) -> Option<&str> {
        advice::other_server(&advice::ServerNames {
            host: &self.target.host,
            protocol: self.target.protocol,
            greeting: self.greeted.as_deref(),
            hello: self.hello.as_deref(),
            certificate: &self.names,
        })
    }

    /// Whether the server has greeted, so that it is there and speaks as we do.
    fn is_talking(&self) -> bool {
        self.begun
            .is_some_and(|(rung, _)| rung >= Rung::Authentication)
    }

    fn ended(mut self, code: Code, advice: Option<Advice>, said: String) -> Ended {
        // What was not tried was not begun.
        if code.skips() {
            self.begun = None;
        }
        let rung = match self.begun {
            Some((rung, _)) => Some(rung),
            None => self.rungs.last().map(|step| step.rung),
        };
        let answered_by = match code {
            Code::OtherServer => self.other_server().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        self.hold("");
        if !self
            .rungs
            .iter()
            .any(|step| step.rung == Rung::Authentication)
        {
            // Nothing was sent.
            self.cautions
                .retain(|caution| *caution != TestCaution::ClearText);
        }
        Ended {
            code,
            rung,
            refused_by: None,
            server_said: self.masks.hide(&said).into(),
            answered_by: self.masks.hide(&answered_by).into(),
            advice,
            cautions: self.cautions,
            ladder: self.rungs,
            journey: None,
            certificate_days: self.certificate_days,
        }
    }

    /// Name, connection, and TLS where it comes first.
    fn connect(&mut self) -> Result<net::Wire, Fall> {
        self.begin(Rung::Dns);
        let limits = net::Deadlines {
            until: self.until,
            patience: self.patience(),
        };
        let addresses = match (self.route(), self.endpoint()) {
            (Some(address), _) => vec![address],
            (None, Some(there)) => net::resolve(&there.host, there.port, limits, self.cancel)?,
            (None, None) => {
                let stored = shown(&self.target.host).to_string();
                return Err(Fall::new(Code::Dns, Advice::NameAsStored, stored));
            }
        };
        let shown: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
        self.hold(&shown.join(", "));
        self.begin(Rung::Tcp);
        let (wire, address) = net::connect(&addresses, limits, self.cancel)?;
        self.hold(&address.to_string());
        if is_private(address.ip()) && !self.allowed(address.ip()) {
            self.cautions.push(TestCaution::PrivateAddress);
        }
        match self.target.security {
            Security::Implicit => self.secure(wire),
            Security::Plain | Security::StartTls => Ok(wire),
        }
    }

    fn endpoint(&self) -> Option<Endpoint> {
        Endpoint::of(&self.target.host, self.target.port)
    }

    fn route(&self) -> Option<SocketAddr> {
        let host = self.target.host.to_ascii_lowercase();
        self.settings
            .routes
            .iter()
            .find(|(name, port, _)| *name == host && *port == self.target.port)
            .map(|(_, _, address)| *address)
    }

    fn allowed(&self, address: IpAddr) -> bool {
        // A route stands in for another address, which is not known.
        self.route().is_some()
            || self.settings.white_list.split(',').any(|entry| {
                let entry = entry.trim();
                entry.eq_ignore_ascii_case(&self.target.host) || entry.parse() == Ok(address)
            })
    }

    /// What FreeScout offers this server.
    fn terms(&self, checks: bool) -> tls::TlsTerms {
        let target = self.target;
        tls::TlsTerms {
            host: self
                .endpoint()
                .map_or_else(|| target.host.clone(), |there| there.host),
            checks,
            only_tls12: target.protocol == Protocol::Imap && target.security == Security::StartTls,
        }
    }

    /// The rung of TLS.
    fn secure(&mut self, wire: net::Wire) -> Result<net::Wire, Fall> {
        self.begin(Rung::Tls);
        let target = self.target;
        let endpoint = self.endpoint();
        let mut names = Vec::new();
        let secured = wire.start_tls(
            &self.settings.trust,
            &self.terms(target.checks_certificate),
            &mut names,
            self.cancel,
        );
        self.names = names;
        let (wire, seen) = match secured {
            // The server has just agreed to TLS: the port is right.
            Err(Fall::At {
                code: Code::TlsWrongMode,
                said,
                ..
            }) if target.security == Security::StartTls => {
                return Err(Fall::new(Code::TlsHandshake, Advice::TlsFailed, said));
            }
            secured => secured?,
        };
        if target.checks_certificate && endpoint.is_some_and(|there| there.matches_no_certificate) {
            return Err(Fall::new(
                Code::CertName,
                Advice::NameMatchesNone,
                shown(&target.host).to_string(),
            ));
        }
        self.certificate_days = seen.days_left;
        if let Some(fault) = seen.fault {
            self.cautions.push(TestCaution::Unchecked(fault));
        } else if let Some(days) = seen.days_left.filter(|days| (0..SOON).contains(days)) {
            self.cautions.push(TestCaution::ExpiresSoon(days));
        }
        self.hold(&seen.text);
        Ok(wire)
    }

    /// The first line with its end, or nothing of a server that waits for TLS: then we find that out.
    fn greeting(&mut self, wire: &mut net::Wire) -> Result<Vec<u8>, Fall> {
        self.begin(Rung::Greeting);
        let silence = self.settings.patience.silence;
        if !wire.is_tls() && !wire.speaks_within(silence, self.cancel)? && self.waits_for_tls(wire)
        {
            return Err(Fall::new(Code::TlsWrongMode, Advice::SpeaksTls, ""));
        }
        if !wire.heard().starts_with(ALERT) {
            match wire.raw_line(self.cancel) {
                Ok(line) if !line.starts_with(ALERT) => {
                    self.greeted = Some(shown(line.trim_ascii_end()).to_string());
                    return Ok(line);
                }
                Err(fall) if !wire.heard().starts_with(ALERT) => return Err(fall),
                _ => {}
            }
        }
        Err(Fall::new(Code::TlsWrongMode, Advice::SpeaksTls, ""))
    }

    /// Whether a silent server negotiates TLS on a second connection.
    fn waits_for_tls(&self, silent: &net::Wire) -> bool {
        let silence = self.settings.patience.silence;
        let limits = net::Deadlines {
            until: self.until.min(Instant::now() + silence),
            patience: silence,
        };
        let secured = |address| {
            net::connect(&[address], limits, self.cancel).and_then(|(second, _)| {
                second.start_tls(
                    &self.settings.trust,
                    &self.terms(false),
                    &mut Vec::new(),
                    self.cancel,
                )
            })
        };
        silent
            .peer()
            .is_some_and(|address| secured(address).is_ok())
    }

    fn not_a_mail_server(said: &[u8]) -> Fall {
        let other = [&b"220"[..], b"+OK", b"* OK"];
        let advice = match other.iter().any(|greets| said.starts_with(greets)) {
            true => Advice::OtherProtocol,
            false => Advice::NotAMailServer,
        };
        Fall::new(Code::NotAMailServer, advice, shown(said).to_string())
    }

    fn broken(said: &[u8]) -> Fall {
        Fall::new(
            Code::ProtocolError,
            Advice::BrokenProtocol,
            shown(said).to_string(),
        )
    }
}

/// Four groups of four letters with spaces between: how Google shows an app password, and how it must not be stored.
fn looks_spaced(text: &[u8]) -> bool {
    let groups: Vec<&[u8]> = text.split(|b| *b == b' ').collect();
    groups.len() == 4
        && groups
            .iter()
            .all(|g| g.len() == 4 && g.iter().all(u8::is_ascii_lowercase))
}

/// Addresses that FreeScout's settings form refuses (PHP's private and reserved ranges).
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.octets()[0] >= 240
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn google_app_passwords_with_blanks_are_known() {
        assert!(looks_spaced(b"abcd efgh ijkl mnop"));
        assert!(!looks_spaced(b"abcdefghijklmnop"));
        assert!(!looks_spaced(b"four word pass here!"));
    }

    #[test]
    fn private_addresses_are_those_freescout_refuses() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "0.0.0.0",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "172.32.0.1", "2001:4860::8888"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
