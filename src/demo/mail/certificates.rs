//! Certificates for the demo's mail servers, as files of the project: an authority's own, one of it that is valid as long
//! as a certificate can be, one that has expired, and the key of both.
//!
//! That key is public and proves nothing. The authority's was thrown away when they were made (`tests/suite/demo_mail`),
//! so it can sign nothing more, and only the demo trusts its certificate.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

const AUTHORITY: &[u8] = include_bytes!("../../../assets/demo/authority.der");
const VALID: &[u8] = include_bytes!("../../../assets/demo/valid.der");
const EXPIRED: &[u8] = include_bytes!("../../../assets/demo/expired.der");
const KEY: &[u8] = include_bytes!("../../../assets/demo/key.der");

/// When a certificate holds.
#[derive(Clone, Copy)]
pub(super) enum Validity {
    /// Always.
    Valid,
    /// Years ago.
    Expired,
}

/// The certificate of the authority (DER).
pub(super) fn authority() -> Vec<u8> {
    AUTHORITY.to_vec()
}

/// What a server needs for TLS.
///
/// # Errors
/// rustls takes no such certificate.
pub(super) fn server(validity: Validity) -> Result<Arc<ServerConfig>, rustls::Error> {
    let certificate = match validity {
        Validity::Valid => VALID,
        Validity::Expired => EXPIRED,
    };
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
