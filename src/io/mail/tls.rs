//! The TLS handshake, and what the server's certificate says of itself.
//!
//! Where FreeScout checks a certificate (chain and name, as PHP and its OpenSSL do) so do we; where it does not, we go on
//! as it would and tell what would not have passed.

use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::ssl::{self, ErrorCode, Ssl, SslContext, SslStream, SslVerifyMode, SslVersion};
use openssl::x509::{X509, X509NameRef, X509Ref, X509StoreContextRef, X509VerifyResult};

use super::fall::{Fall, certificate_fall};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::CertificateFault;
use crate::domain::mail::rung::Code;
use crate::io::os::tls::{CertificateNames, Trust, entry, without_places};
use crate::words::untrusted::shown;
use crate::words::words;

/// Names of a certificate that are told.
const NAMES_TOLD: usize = 4;
/// Who writes a date further off means no date (RFC 5280 has the end of the year 9999 for that).
const NO_EXPIRY_DAYS: i64 = 36_525;
/// How often OpenSSL may touch the socket in one call: it goes on by itself for as long as bytes drip in.
const TURNS: u8 = 4;

/// Which versions FreeScout offers, and whether it checks the certificate.
#[derive(Debug)]
pub(super) struct TlsTerms {
    /// The server's name, as it is configured.
    pub(super) host: String,
    /// Whether chain and name are checked.
    pub(super) checks: bool,
    /// Whether TLS 1.2 is all that is offered: so FreeScout's IMAP does after STARTTLS.
    pub(super) only_tls12: bool,
}

/// What was seen of a server's TLS.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsFacts {
    /// Version, names, issuer, days left; sanitised.
    pub(super) text: String,
    /// Days the certificate is still valid.
    pub(super) days_left: Option<i64>,
    /// What is wrong with the certificate.
    pub(super) fault: Option<CertificateFault>,
}

/// A socket that gives OpenSSL a few turns a call, and counts what comes.
#[derive(Debug)]
pub(super) struct Metered {
    socket: TcpStream,
    turns: u8,
    came: usize,
}

impl Metered {
    pub(super) fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            turns: TURNS,
            came: 0,
        }
    }

    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Gives it new turns, before each call.
    pub(super) fn rewind(&mut self) {
        self.turns = TURNS;
    }

    /// Bytes that came since this was asked last.
    pub(super) fn take_came(&mut self) -> usize {
        std::mem::take(&mut self.came)
    }

    fn turn(&mut self) -> io::Result<()> {
        self.turns = self.turns.checked_sub(1).ok_or(ErrorKind::WouldBlock)?;
        Ok(())
    }
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.turn()?;
        let count = self.socket.read(into)?;
        self.came += count;
        Ok(count)
    }
}

impl Write for Metered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.turn()?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Negotiates TLS. `go_on` is asked between the calls. `names` becomes those that the certificate is for (sanitised), also
/// where they are what is wrong with it.
pub(super) fn handshake(
    socket: TcpStream,
    trust: &Trust,
    terms: &TlsTerms,
    names: &mut Vec<String>,
    go_on: &dyn Fn() -> Result<(), Fall>,
) -> Result<(SslStream<Metered>, TlsFacts), Fall> {
    let seen = Arc::new(Mutex::new(None));
    let prepared = trust
        .context()
        .and_then(|context| prepare(&context, terms, &seen))
        .and_then(|ssl| SslStream::new(ssl, Metered::new(socket)));
    let mut stream = prepared.map_err(|e| failed(&without_places(&e.to_string())))?;
    loop {
        stream.get_mut().rewind();
        match stream.connect() {
            Ok(()) => break,
            Err(e) if is_unfinished(&e) => {}
            Err(e) => return Err(broken(&e, complaint_of(&seen), terms, names)),
        }
        go_on()?;
    }
    let ssl = stream.ssl();
    let mut facts = match ssl.peer_certificate() {
        Some(certificate) => {
            let told = CertificateNames::of(&certificate);
            let fault = fault(
                &certificate,
                &told,
                &terms.host,
                complaint_of(&seen).as_ref(),
            );
            if let Some(fault) = fault.as_ref().filter(|_| terms.checks) {
                return Err(refused(fault, &told, names));
            }
            *names = told.told();
            facts(&certificate, names, fault)
        }
        None => TlsFacts::default(),
    };
    let told = [ssl.version_str(), facts.text.as_str()];
    let told = told.into_iter().filter(|part| !part.is_empty());
    facts.text = told.collect::<Vec<_>>().join(", ");
    Ok((stream, facts))
}

/// By the server's own words, or OpenSSL's.
fn failed(said: &str) -> Fall {
    let has = |all: &[&str]| all.iter().any(|words| said.contains(words));
    let advice = if has(&WANTS_CERTIFICATE) {
        Advice::ClientCertificate
    } else if has(&NOTHING_IN_COMMON) {
        Advice::TlsFailed
    } else {
        Advice::TlsBroken
    };
    Fall::new(Code::TlsHandshake, advice, shown(said).to_string())
}

/// What is said where a client has to show a certificate.
const WANTS_CERTIFICATE: [&str; 2] = ["certificate required", "alert bad certificate"];

/// What is said where the two sides have no cipher or version in common.
const NOTHING_IN_COMMON: [&str; 3] = [
    "handshake failure",
    "insufficient security",
    "no shared cipher",
];

/// Why a connection broke, in OpenSSL's words where they are its: the rest is places in its source.
pub(super) fn broken_by(error: &io::Error) -> Fall {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<ssl::Error>());
    match inner.and_then(ssl::Error::ssl_error) {
        Some(stack) => failed(&without_places(&stack.to_string())),
        None => Fall::new(
            Code::ProtocolError,
            Advice::TurnedAway,
            shown(&error.to_string()).to_string(),
        ),
    }
}

/// As PHP sets a connection up: it names the server even where that is an address.
fn prepare(
    context: &SslContext,
    terms: &TlsTerms,
    seen: &Arc<Mutex<Option<Complaint>>>,
) -> Result<Ssl, ErrorStack> {
    let mut ssl = Ssl::new(context)?;
    // A name that cannot be sent is none that a certificate is for.
    let _ = ssl.set_hostname(&terms.host);
    if terms.only_tls12 {
        ssl.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        ssl.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    }
    let (seen, checks) = (Arc::clone(seen), terms.checks);
    ssl.set_verify_callback(SslVerifyMode::PEER, move |good, chain| {
        if !good {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            // The first complaint is the one that PHP's handshake ends with.
            seen.get_or_insert_with(|| Complaint::of(chain));
        }
        good || !checks
    });
    Ok(ssl)
}

/// What OpenSSL found wrong with a chain.
#[derive(Debug, Clone)]
struct Complaint {
    error: X509VerifyResult,
    depth: u32,
    leaf: Option<X509>,
}

impl Complaint {
    fn of(chain: &mut X509StoreContextRef) -> Self {
        let leaf = chain.chain().and_then(|chain| chain.get(0));
        Self {
            leaf: leaf.map(ToOwned::to_owned),
            error: chain.error(),
            depth: chain.error_depth(),
        }
    }
}

fn complaint_of(seen: &Mutex<Option<Complaint>>) -> Option<Complaint> {
    seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Whether a call ended only because its turns were used up, or its slice of time.
fn is_unfinished(error: &ssl::Error) -> bool {
    matches!(error.code(), ErrorCode::WANT_READ | ErrorCode::WANT_WRITE)
        || error.io_error().is_some_and(is_slice)
}

/// Why a handshake failed.
fn broken(
    error: &ssl::Error,
    complaint: Option<Complaint>,
    terms: &TlsTerms,
    names: &mut Vec<String>,
) -> Fall {
    if let Some(complaint) = &complaint {
        if WEAK.contains(&complaint.error.as_raw()) {
            return cannot_tell(complaint.error.error_string());
        }
        if let Some(leaf) = &complaint.leaf {
            let told = CertificateNames::of(leaf);
            if let Some(fault) = fault(leaf, &told, &terms.host, Some(complaint)) {
                return refused(&fault, &told, names);
            }
        }
    }
    let Some(stack) = error.ssl_error() else {
        return failed(&match error.io_error() {
            Some(error) => error.to_string(),
            None => ErrorKind::UnexpectedEof.to_string(),
        });
    };
    let said = without_places(&stack.to_string());
    if PLAIN.iter().any(|reason| said.contains(reason)) {
        return Fall::new(Code::TlsWrongMode, Advice::SpeaksPlain, "");
    }
    if terms.only_tls12 && said.contains(OTHER_VERSION) {
        let said = shown(&said).to_string();
        return Fall::new(Code::TlsHandshake, Advice::OnlyTls12, said);
    }
    if said.contains(OTHER_VERSION) || POLICY.iter().any(|reason| said.contains(reason)) {
        return cannot_tell(&said);
    }
    failed(&said)
}

fn cannot_tell(said: &str) -> Fall {
    Fall::new(
        Code::CannotTell,
        Advice::OtherOpenSsl,
        shown(said).to_string(),
    )
}

/// What a server says that takes none of the versions that it was offered.
const OTHER_VERSION: &str = "alert protocol version";

/// Complaints about a certificate that depend on the level that OpenSSL is set to (`x509_vfy.h`): a key too small, that of an
/// authority, a digest too weak.
const WEAK: [i32; 3] = [66, 67, 68];

/// What OpenSSL refuses by its version, or by the level that it is set to: PHP's may be another one.
const POLICY: [&str; 8] = [
    "unsupported protocol",
    "dh key too small",
    "ee key too small",
    "ca key too small",
    "ca md too weak",
    "wrong signature type",
    "unsafe legacy renegotiation disabled",
    "no ciphers available",
];

/// What OpenSSL says of an answer that is no TLS.
const PLAIN: [&str; 4] = [
    "wrong version number",
    "packet length too long",
    "http request",
    "record layer failure",
];

/// What is wrong with a certificate.
fn fault(
    certificate: &X509Ref,
    names: &CertificateNames,
    host: &str,
    complaint: Option<&Complaint>,
) -> Option<CertificateFault> {
    if !is_in_time(certificate) {
        return Some(CertificateFault::Expired);
    }
    if !names.are_of(host) {
        let told = names.told();
        let told = told.iter().map(|name| name.as_str().into());
        return Some(CertificateFault::OtherName(told.collect()));
    }
    complaint.map(|complaint| of_chain(complaint.error, complaint.depth))
}

/// A certificate that does not pass; its names are told where they are why.
fn refused(fault: &CertificateFault, told: &CertificateNames, names: &mut Vec<String>) -> Fall {
    if matches!(fault, CertificateFault::OtherName(_)) {
        *names = told.told();
    }
    certificate_fall(fault)
}

fn facts(certificate: &X509Ref, names: &[String], fault: Option<CertificateFault>) -> TlsFacts {
    let days = days_left(certificate.not_after());
    let mut text: Vec<String> = names.iter().take(NAMES_TOLD).cloned().collect();
    text.extend(issuer(certificate.issuer_name()));
    text.extend(days.map(|days| match days {
        ..0 => text!(probe_expired_days, days = days.unsigned_abs()),
        0..=NO_EXPIRY_DAYS => text!(probe_days_left, days = days.unsigned_abs()),
        _ => words().probe_no_expiry.to_owned(),
    }));
    TlsFacts {
        text: shown(&text.join(", ")).to_string(),
        days_left: days,
        fault,
    }
}

/// What OpenSSL's complaint comes to.
fn of_chain(error: X509VerifyResult, depth: u32) -> CertificateFault {
    // Their numbers are those of `x509_vfy.h`, and stay.
    match error.as_raw() {
        // Not yet valid, no longer valid: of the leaf that was said before.
        9 | 10 if depth > 0 => CertificateFault::AuthorityExpired,
        18 => CertificateFault::SelfSigned,
        // No issuer, or one that nobody trusts.
        2 | 19..=21 | 27 | 33 => CertificateFault::Untrusted,
        _ => CertificateFault::Unsuitable(error.error_string().into()),
    }
}

fn is_in_time(certificate: &X509Ref) -> bool {
    let Ok(now) = Asn1Time::days_from_now(0) else {
        return true;
    };
    let at_least = |one: &Asn1TimeRef, other: &Asn1TimeRef| {
        matches!(one.compare(other), Ok(Ordering::Equal | Ordering::Greater))
    };
    at_least(&now, certificate.not_before()) && at_least(certificate.not_after(), &now)
}

fn days_left(end: &Asn1TimeRef) -> Option<i64> {
    let left = Asn1Time::days_from_now(0).ok()?.diff(end).ok()?;
    // The part of a day has the sign of the days.
    Some(i64::from(left.days) - i64::from(left.secs < 0))
}

fn issuer(issuer: &X509NameRef) -> Option<String> {
    let name = entry(issuer, Nid::COMMONNAME).or_else(|| entry(issuer, Nid::ORGANIZATIONNAME))?;
    Some(text!(probe_issued_by, issuer = name))
}

/// Whether a wait has only come to the end of its slice.
pub(super) fn is_slice(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
