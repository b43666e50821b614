//! Certificates for the demo's mail servers, made anew at each start by an authority of their own.
//!
//! Its key is never written anywhere and goes when the servers stand; only the demo trusts its certificate.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// When a certificate holds.
#[derive(Clone, Copy)]
pub(super) enum Validity {
    /// Since a month ago, for two more.
    Valid,
    /// Up to a month ago.
    Expired,
}

/// Who signs.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    pub(super) fn new() -> Outcome<Self> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "freescout-rescue demo");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let now = SystemTime::now();
        // Older than anything it signs: an expired certificate is to be expired, nothing else.
        params.not_before = (now - 365 * DAY).into();
        params.not_after = (now + 365 * DAY).into();
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// The certificate of the authority itself (DER).
    pub(super) fn certificate(&self) -> Vec<u8> {
        self.certificate.to_vec()
    }

    /// What the server of this name needs for TLS.
    pub(super) fn server(&self, name: &str, validity: Validity) -> Outcome<Arc<ServerConfig>> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let now = SystemTime::now();
        let (from, until) = match validity {
            Validity::Valid => (now - 30 * DAY, now + 60 * DAY),
            Validity::Expired => (now - 120 * DAY, now - 30 * DAY),
        };
        params.not_before = from.into();
        params.not_after = until.into();
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )?;
        Ok(Arc::new(config))
    }
}
