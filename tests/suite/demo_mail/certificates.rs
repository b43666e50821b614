//! The demo's certificates: how they were made, and that they outlast every clock.
//!
//! `UPDATE_CERTIFICATES=1 cargo test --test suite the_certificates` makes them anew.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use freescout_rescue::demo::mail::MailServers;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};

/// The servers, and the file of each.
const SERVERS: [(&str, &str); 7] = [
    ("imap.mail.example", "imap.der"),
    ("smtp.mail.example", "smtp.der"),
    (EXPIRED, EXPIRED_FILE),
    (EXPIRED, "renewed-imap.der"),
    ("smtp.silent.example", "silent-smtp.der"),
    ("outlook.office365.com", "microsoft-imap.der"),
    ("smtp.office365.com", "microsoft-smtp.der"),
];
/// The one whose certificate is no longer good at first.
const EXPIRED: &str = "imap.old-host.example";
const EXPIRED_FILE: &str = "expired-imap.der";
/// A year of seconds, roughly.
const YEAR: u64 = 365 * 86_400;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo"))
}

/// From the first moment of Unix to the last that a certificate can name.
fn for_ever(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(1970, 1, 1);
    params.not_after = date_time_ymd(9999, 12, 31);
}

/// The certificates, written by an authority whose key goes with the end of this function.
fn make() {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "freescout-rescue demo");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    for_ever(&mut params);
    let own = KeyPair::generate().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder().join(name), bytes).unwrap();
    write("authority.der", params.self_signed(&own).unwrap().der());
    let issuer = Issuer::new(params, own);
    let key = KeyPair::generate().unwrap();
    for (host, file) in SERVERS {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, host);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if file == EXPIRED_FILE {
            params.not_before = date_time_ymd(2024, 7, 1);
            params.not_after = date_time_ymd(2025, 7, 1);
        } else {
            for_ever(&mut params);
        }
        write(file, params.signed_by(&key, &issuer).unwrap().der());
    }
    write("key.der", &key.serialize_der());
}

#[test]
fn the_certificates_hold_whatever_the_clock_says() {
    if std::env::var_os("UPDATE_CERTIFICATES").is_some() {
        make();
    }
    let read = |name: &str| CertificateDer::from(std::fs::read(folder().join(name)).unwrap());
    let mut roots = RootCertStore::empty();
    roots.add(read("authority.der")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    let at = |certificate: &str, host: &str, years: u64| {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(years * YEAR));
        let name = host.to_owned().try_into().unwrap();
        verifier.verify_server_cert(&read(certificate), &[], &name, &[], now)
    };
    for (host, file) in SERVERS {
        // 1970, 2027 and 2970.
        for years in [0, 57, 1000] {
            let found = at(file, host, years);
            if file == EXPIRED_FILE {
                assert!(found.is_err(), "{host}, {years}");
            } else {
                found.unwrap_or_else(|e| panic!("{host}, {years}: {e}"));
            }
        }
        // Each is for its own server alone.
        assert!(at(file, "mail.example.org", 57).is_err());
    }
    let refused = at(EXPIRED_FILE, EXPIRED, 57).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::InvalidCertificate(CertificateError::ExpiredContext { .. })
        ),
        "{refused:?}"
    );
    let servers = MailServers::start().unwrap();
    for (host, ..) in servers.routes() {
        assert!(SERVERS.iter().any(|(name, _)| *name == host), "{host}");
    }
}
