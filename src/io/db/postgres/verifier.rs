//! How far the certificate of a PostgreSQL server is checked: as libpq does it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tls::MakeTls;
use crate::io::db::error::StoreError;
use crate::io::fs::certificates;
use crate::io::mail::Trust;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

/// What of a server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Nothing,
    Chain,
    ChainAndName,
}

pub(super) fn tls(check: Check) -> Result<MakeTls, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let failed = |e: &dyn std::fmt::Display| StoreError::Tls(e.to_string().into());
    let verifier = match check {
        Check::Nothing => Arc::new(Unchecked(Arc::clone(&provider))),
        Check::Chain | Check::ChainAndName => trust().verifier(check == Check::ChainAndName),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(&e))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeTls::new(config))
}

/// The system's certificates, and libpq's own `root.crt` (or `PGSSLROOTCERT`).
fn trust() -> Trust {
    let own = std::env::var_os("PGSSLROOTCERT")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".postgresql/root.crt")));
    let read = own.and_then(|path| certificates::read(&path).ok());
    let more = read
        .iter()
        .flat_map(|read| CertificateDer::pem_slice_iter(&read.bytes));
    Trust::of_system_with(more.flatten().collect())
}

/// Checks nothing but that the server holds the certificate's key.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
