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

/// The servers whose certificate is good, and the one whose is not.
const HOSTS: [&str; 5] = [
    "imap.mail.example",
    "smtp.mail.example",
    "smtp.silent.example",
    "outlook.office365.com",
    "smtp.office365.com",
];
const EXPIRED: &str = "imap.old-host.example";
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
    let server = |hosts: &[&str], term: &dyn Fn(&mut CertificateParams)| {
        let names: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, hosts[0]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        term(&mut params);
        params.signed_by(&key, &issuer).unwrap().der().to_vec()
    };
    write("valid.der", &server(&HOSTS, &for_ever));
    let over = server(&[EXPIRED], &|params| {
        params.not_before = date_time_ymd(2024, 7, 1);
        params.not_after = date_time_ymd(2025, 7, 1);
    });
    write("expired.der", &over);
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
    for host in HOSTS {
        // 1970, 2027 and 2970.
        for years in [0, 57, 1000] {
            at("valid.der", host, years).unwrap_or_else(|e| panic!("{host}, {years}: {e}"));
        }
    }
    let refused = at("expired.der", EXPIRED, 57).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::InvalidCertificate(CertificateError::ExpiredContext { .. })
        ),
        "{refused:?}"
    );
    // Each is for the story's own servers alone, and the public key may sign no other.
    assert!(at("valid.der", "mail.example.org", 57).is_err());
    assert!(at("valid.der", EXPIRED, 57).is_err());
    let servers = MailServers::start().unwrap();
    for (host, ..) in servers.routes() {
        assert!(host == EXPIRED || HOSTS.contains(&host.as_str()), "{host}");
    }
}
