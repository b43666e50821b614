//! Certificates for the demo's mail servers, as files of the project: an authority's own, one of it for each server, and
//! the key of all servers. They are valid as long as a certificate can be, but for the one that has expired.
//!
//! That key is public and proves nothing. The authority's was thrown away when they were made (`tests/suite/demo_mail`),
//! so it can sign nothing more, and only the demo trusts its certificate.

use std::io;

use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{SslContext, SslMethod};
use openssl::x509::X509;

use super::super::story::{EXPIRED_IMAP, IMAP, MICROSOFT_IMAP, MICROSOFT_SMTP, SILENT_SMTP, SMTP};

const AUTHORITY: &[u8] = include_bytes!("../../../assets/demo/authority.der");
const KEY: &[u8] = include_bytes!("../../../assets/demo/key.der");
const SERVERS: [(&str, &[u8]); 6] = [
    (IMAP, include_bytes!("../../../assets/demo/imap.der")),
    (SMTP, include_bytes!("../../../assets/demo/smtp.der")),
    (
        EXPIRED_IMAP,
        include_bytes!("../../../assets/demo/expired-imap.der"),
    ),
    (
        SILENT_SMTP,
        include_bytes!("../../../assets/demo/silent-smtp.der"),
    ),
    (
        MICROSOFT_IMAP,
        include_bytes!("../../../assets/demo/microsoft-imap.der"),
    ),
    (
        MICROSOFT_SMTP,
        include_bytes!("../../../assets/demo/microsoft-smtp.der"),
    ),
];

/// What takes the place of the one that has expired.
const RENEWED: (&str, &[u8]) = (
    EXPIRED_IMAP,
    include_bytes!("../../../assets/demo/renewed-imap.der"),
);

/// The certificate of the authority.
///
/// # Errors
/// OpenSSL takes no such one.
pub(super) fn authority() -> Result<X509, ErrorStack> {
    X509::from_der(AUTHORITY)
}

/// What the server of this name needs for TLS.
///
/// # Errors
/// There is no certificate for it, or OpenSSL takes no such one.
pub(super) fn server(name: &str) -> io::Result<SslContext> {
    let (_, certificate) = SERVERS
        .into_iter()
        .find(|(host, _)| *host == name)
        .ok_or(io::ErrorKind::NotFound)?;
    context(certificate)
}

/// The same with the certificate that the server of this name gets later, where it gets one.
///
/// # Errors
/// OpenSSL takes no such one.
pub(super) fn renewed(name: &str) -> io::Result<Option<SslContext>> {
    let (host, certificate) = RENEWED;
    (host == name).then(|| context(certificate)).transpose()
}

fn context(certificate: &[u8]) -> io::Result<SslContext> {
    let made = || {
        let mut context = SslContext::builder(SslMethod::tls_server())?;
        context.set_certificate(&*X509::from_der(certificate)?)?;
        context.set_private_key(&*PKey::private_key_from_der(KEY)?)?;
        Ok(context.build())
    };
    made().map_err(|e: ErrorStack| io::Error::other(e))
}
