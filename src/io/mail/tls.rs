//! The TLS handshake, and what the server's certificate says of itself.
//!
//! Where FreeScout checks a certificate (chain and name, as PHP's OpenSSL does) so do we; where it does not, we go on as
//! it would and tell what would not have passed.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature,
    verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::fall::{Fall, certificate_fall};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::CertificateFault;
use crate::domain::mail::rung::Code;
use crate::words::untrusted::shown;
use crate::words::words;

/// Names of a certificate that are told.
const NAMES_TOLD: usize = 4;
/// Names of a certificate that are looked at.
const NAMES_SEEN: usize = 20;
const DAY: i64 = 86_400;
/// Who writes a date further off means no date (RFC 5280 has the end of the year 9999 for that).
const NO_EXPIRY_DAYS: i64 = 36_525;

/// The authorities whose certificates count. Those of the system are read when the first handshake needs them.
#[derive(Debug)]
pub struct Trust {
    system: bool,
    more: Vec<CertificateDer<'static>>,
    loaded: OnceLock<Arc<Authorities>>,
}

#[derive(Debug)]
struct Authorities {
    roots: RootCertStore,
    /// Certificates that were trusted themselves: OpenSSL takes one that signed itself even from a server.
    themselves: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    /// The system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` count, as for PHP).
    pub fn of_system() -> Self {
        Self::with(true, Vec::new())
    }

    /// Exactly these authorities.
    pub fn of(certificates: Vec<CertificateDer<'static>>) -> Self {
        Self::with(false, certificates)
    }

    /// The system's authorities and one more.
    pub fn of_system_and(certificate: Vec<u8>) -> Self {
        Self::of_system_with(vec![CertificateDer::from(certificate)])
    }

    /// The system's authorities and more.
    pub fn of_system_with(certificates: Vec<CertificateDer<'static>>) -> Self {
        Self::with(true, certificates)
    }

    /// Checks chain and time of a server's certificate against these, and its name as well, for a connection of another
    /// kind.
    pub fn verifier(&self, names: bool) -> Arc<dyn ServerCertVerifier> {
        Arc::new(Inspector {
            authorities: self.authorities(),
            checks: true,
            names,
            seen: Mutex::default(),
        })
    }

    /// The authorities themselves, for a connection of another kind.
    pub fn certificates(&self) -> Vec<CertificateDer<'static>> {
        self.authorities().themselves.clone()
    }

    fn with(system: bool, more: Vec<CertificateDer<'static>>) -> Self {
        Self {
            system,
            more,
            loaded: OnceLock::new(),
        }
    }

    fn authorities(&self) -> Arc<Authorities> {
        let load = || {
            let mut themselves = self.more.clone();
            if self.system {
                themselves.extend(rustls_native_certs::load_native_certs().certs);
            }
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(themselves.iter().cloned());
            Arc::new(Authorities {
                roots,
                themselves,
                provider: Arc::new(ring::default_provider()),
            })
        };
        Arc::clone(self.loaded.get_or_init(load))
    }
}

/// What was seen of a server's TLS.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsFacts {
    /// Version, names, issuer, days left; sanitised.
    pub(super) text: String,
    /// Days the certificate is still valid.
    pub(super) days_left: Option<i64>,
    /// All names the certificate is for, of so many as are looked at; sanitised.
    pub(super) names: Vec<String>,
    /// What is wrong with the certificate.
    pub(super) fault: Option<CertificateFault>,
}

/// Negotiates TLS. `go_on` is asked after each reading and writing: `complete_io` would go on for as long as bytes drip in.
pub(super) fn handshake(
    stream: &mut TcpStream,
    trust: &Trust,
    host: &str,
    checks: bool,
    go_on: &dyn Fn() -> Result<(), Fall>,
) -> Result<(ClientConnection, TlsFacts), Fall> {
    let failed = |said: &str| {
        Fall::new(
            Code::TlsHandshake,
            Advice::TlsFailed,
            shown(said).to_string(),
        )
    };
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|e| failed(&e.to_string()))?;
    let authorities = trust.authorities();
    let inspector = Arc::new(Inspector {
        authorities: Arc::clone(&authorities),
        checks,
        names: true,
        seen: Mutex::default(),
    });
    let config = ClientConfig::builder_with_provider(Arc::clone(&authorities.provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(&e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&inspector) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let mut tls =
        ClientConnection::new(Arc::new(config), name).map_err(|e| failed(&e.to_string()))?;
    while tls.is_handshaking() || tls.wants_write() {
        match step(&mut tls, stream) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // What is wrong is told to the server as well, if it still listens.
                let _ = tls.write_tls(stream);
                return Err(match (&error, inspector.fault()) {
                    (Error::InvalidCertificate(_), Some(fault)) => certificate_fall(&fault),
                    (Error::InvalidMessage(_), _) => {
                        Fall::new(Code::TlsWrongMode, Advice::SpeaksPlain, "")
                    }
                    _ => failed(&error.to_string()),
                });
            }
            Err(error) if is_slice(&error) => {}
            Err(error) => return Err(failed(&error.to_string())),
        }
        go_on()?;
    }
    let mut seen = inspector.take();
    let version = tls
        .protocol_version()
        .and_then(|v| v.as_str())
        .unwrap_or_default()
        .replace("TLSv1_", "TLSv1.");
    seen.text = [version.as_str(), seen.text.as_str()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    Ok((tls, seen))
}

/// Writes once or reads once.
fn step(tls: &mut ClientConnection, stream: &mut TcpStream) -> io::Result<Result<(), Error>> {
    if tls.wants_write() {
        tls.write_tls(stream)?;
        return Ok(Ok(()));
    }
    if tls.read_tls(stream)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(tls.process_new_packets().map(|_| ()))
}

/// Looks at the certificate, remembers what it saw, and lets it pass where FreeScout would.
#[derive(Debug)]
struct Inspector {
    authorities: Arc<Authorities>,
    checks: bool,
    names: bool,
    seen: Mutex<TlsFacts>,
}

impl Inspector {
    fn fault(&self) -> Option<CertificateFault> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fault
            .clone()
    }

    fn take(&self) -> TlsFacts {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn inspect(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> TlsFacts {
        let Ok((_, certificate)) = X509Certificate::from_der(end_entity) else {
            return TlsFacts {
                fault: Some(CertificateFault::Untrusted),
                ..TlsFacts::default()
            };
        };
        let names = names(&certificate);
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let (from, to) = (
            certificate.validity().not_before.timestamp(),
            certificate.validity().not_after.timestamp(),
        );
        let in_time = (from..=to).contains(&seconds);
        let days = (to - seconds).div_euclid(DAY);
        let fault = if !in_time {
            Some(CertificateFault::Expired)
        } else if self.names && !self.is_named(end_entity, &certificate, name) {
            Some(CertificateFault::OtherName(
                names.iter().map(|name| name.as_str().into()).collect(),
            ))
        } else if !self.is_trusted(end_entity, &certificate, intermediates, now) {
            Some(CertificateFault::Untrusted)
        } else {
            None
        };
        let mut text: Vec<String> = names.iter().take(NAMES_TOLD).cloned().collect();
        text.extend(issuer(&certificate));
        text.push(match days {
            ..0 => text!(probe_expired_days, days = days.unsigned_abs()),
            0..=NO_EXPIRY_DAYS => text!(probe_days_left, days = days.unsigned_abs()),
            _ => words().probe_no_expiry.to_owned(),
        });
        TlsFacts {
            text: shown(&text.join(", ")).to_string(),
            days_left: Some(days),
            names: names
                .iter()
                .take(NAMES_SEEN)
                .map(|name| shown(name).to_string())
                .collect(),
            fault,
        }
    }

    fn is_named(
        &self,
        der: &CertificateDer<'_>,
        certificate: &X509Certificate<'_>,
        name: &ServerName<'_>,
    ) -> bool {
        let by_alternative_names = ParsedCertificate::try_from(der)
            .is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok());
        // OpenSSL falls back to the common name where there are no alternative ones.
        let without = certificate
            .subject_alternative_name()
            .is_ok_and(|found| found.is_none());
        let host = name.to_str();
        by_alternative_names
            || without && common_name(certificate).is_some_and(|cn| matches(&cn, &host))
    }

    fn is_trusted(
        &self,
        end_entity: &CertificateDer<'_>,
        certificate: &X509Certificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> bool {
        let signed_itself = certificate.issuer().as_raw() == certificate.subject().as_raw();
        if signed_itself
            && self
                .authorities
                .themselves
                .iter()
                .any(|trusted| trusted == end_entity)
        {
            return true;
        }
        let Ok(parsed) = ParsedCertificate::try_from(end_entity) else {
            return false;
        };
        rustls::client::verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.authorities.roots,
            intermediates,
            now,
            self.authorities
                .provider
                .signature_verification_algorithms
                .all,
        )
        .is_ok()
    }

    /// The handshake's signature, where certificates are checked.
    fn signed(
        &self,
        verify: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.checks {
            // Any answer is accepted as the server's here: an old kind of certificate must not stop us.
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify(&self.authorities.provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Inspector {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let seen = self.inspect(end_entity, intermediates, server_name, now);
        let error = match &seen.fault {
            Some(fault) if self.checks => Some(match fault {
                CertificateFault::Expired => CertificateError::Expired,
                CertificateFault::OtherName(_) => CertificateError::NotValidForName,
                CertificateFault::Untrusted => CertificateError::UnknownIssuer,
            }),
            _ => None,
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        match error {
            Some(error) => Err(Error::InvalidCertificate(error)),
            None => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(|algorithms| verify_tls12_signature(message, cert, dss, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(|algorithms| {
            verify_tls13_signature(message, cert, dss, algorithms).or_else(|e| match e {
                // Webpki reads no certificate of the first version. OpenSSL does, and its key is like any other's.
                Error::InvalidCertificate(CertificateError::Other(_)) => {
                    let (_, read) = X509Certificate::from_der(cert).map_err(|_| e)?;
                    let key = SubjectPublicKeyInfoDer::from(read.public_key().raw);
                    verify_tls13_signature_with_raw_key(message, &key, dss, algorithms)
                }
                e => Err(e),
            })
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities
            .provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The names a certificate is for: alternative ones, else the common name.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(Some(alternative)) = certificate.subject_alternative_name() {
        for name in &alternative.value.general_names {
            match name {
                GeneralName::DNSName(name) => names.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => names.extend(address(bytes)),
                _ => {}
            }
        }
    }
    if names.is_empty() {
        names.extend(common_name(certificate));
    }
    names
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    let v6 = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(v6).to_string())
}

fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let name = certificate.subject().iter_common_name().next()?;
    Some(name.as_str().ok()?.to_owned())
}

fn issuer(certificate: &X509Certificate<'_>) -> Option<String> {
    let issuer = certificate.issuer();
    let name = issuer
        .iter_common_name()
        .next()
        .or_else(|| issuer.iter_organization().next())?;
    let name = name.as_str().ok()?;
    Some(text!(probe_issued_by, issuer = name))
}

/// Whether a certificate's name, perhaps with `*` as its first label, is this host's.
fn matches(name: &str, host: &str) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    match name.strip_prefix("*.") {
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(first, tail)| !first.is_empty() && tail == rest),
        None => name == host,
    }
}

/// Whether a wait has only come to the end of its slice.
pub(super) fn is_slice(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    /// A certificate that signed itself: what OpenSSL takes from a server where it is trusted itself.
    #[test]
    fn what_signed_itself_is_trusted_by_being_named() {
        let folder = tempfile::tempdir().unwrap();
        let signs_itself = |name: &str| {
            let path = folder.path().join(name);
            let made = std::process::Command::new("openssl")
                .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj"])
                .arg(format!("/CN={name}"))
                .args(["-keyout", "/dev/null", "-out"])
                .arg(&path)
                .output()
                .unwrap();
            assert!(made.status.success(), "{made:?}");
            CertificateDer::from_pem_file(&path).unwrap()
        };
        let (ours, other) = (signs_itself("db.example"), signs_itself("other.example"));
        let said = |certificate: &CertificateDer<'_>, names, host: &'static str| {
            let host = ServerName::try_from(host).unwrap();
            let verifier = Trust::of(vec![ours.clone()]).verifier(names);
            let now = UnixTime::now();
            match verifier.verify_server_cert(certificate, &[], &host, &[], now) {
                Ok(_) => None,
                Err(Error::InvalidCertificate(error)) => Some(error),
                Err(e) => panic!("{e}"),
            }
        };
        assert_eq!(said(&ours, true, "db.example"), None);
        assert_eq!(
            said(&ours, true, "db2.example"),
            Some(CertificateError::NotValidForName)
        );
        assert_eq!(said(&ours, false, "db2.example"), None);
        for names in [true, false] {
            assert_eq!(
                said(&other, names, "other.example"),
                Some(CertificateError::UnknownIssuer)
            );
        }
    }

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(matches("*.Example.org", "mail.example.org"));
        assert!(!matches("*.example.org", "a.mail.example.org"));
        assert!(!matches("*.example.org", "example.org"));
        assert!(matches("mail.example.org", "MAIL.example.org"));
    }
}
