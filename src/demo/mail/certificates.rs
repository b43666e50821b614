//! Certificates for the demo's mail servers, as files of the project: an authority's own, one of it for each server, and
//! the key of all servers. They are valid as long as a certificate can be, but for the one that has expired.
//!
//! That key is public and proves nothing. The authority's was thrown away when they were made (`tests/suite/demo_mail`),
//! so it can sign nothing more, and only the demo trusts its certificate.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

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

/// The certificate of the authority (DER).
pub(super) fn authority() -> Vec<u8> {
    AUTHORITY.to_vec()
}

/// What the server of this name needs for TLS.
///
/// # Errors
/// There is no certificate for it, or rustls takes no such one.
pub(super) fn server(name: &str) -> Result<Arc<ServerConfig>, rustls::Error> {
    let (_, certificate) = SERVERS
        .into_iter()
        .find(|(host, _)| *host == name)
        .ok_or_else(|| rustls::Error::General(format!("no certificate for {name}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivatePkcs8KeyDer::from(KEY).into(),
        )?;
    Ok(Arc::new(config))
}
