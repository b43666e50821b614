//! TLS by OpenSSL, which is the library that PHP speaks TLS with: what it takes or refuses here, FreeScout takes or refuses.
//!
//! What the system sets OpenSSL to (`openssl.cnf`) counts, and what PHP sets on top of that.

mod reasons;
mod system;
pub mod variables;

pub use reasons::without_places;

use std::path::PathBuf;
use std::sync::OnceLock;

use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::ssl::{
    SslConnector, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions, SslVersion,
};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509, X509NameRef, X509Ref};

use crate::domain::mail::server_name::is_named;
use crate::words::untrusted::shown;

/// What PHP's own list of ciphers comes to.
const CIPHERS: &str = "HIGH:!aNULL:!eNULL:!MD5:!DES:!RC4";

/// The groups that OpenSSL 3.0 to 3.4 offer, which PHP leaves as they are. Those of 3.5 and later begin with one whose share
/// makes the first message longer than a packet, which PHP's is not.
const GROUPS: &str =
    "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192";

/// The security level where the system sets none: that of most distributions.
const LEVEL: u32 = 2;
/// `SSL_OP_LEGACY_SERVER_CONNECT` (`ssl.h`).
const LEGACY_SERVERS: SslOptions = SslOptions::from_bits_retain(4);
/// Names of a certificate that are kept.
const NAMES_KEPT: usize = 20;
/// The authorities whose certificates count. Those that are files are read when the first handshake needs them.
#[derive(Debug)]
pub struct Trust {
    files: AuthorityFiles,
    more: Vec<X509>,
    context: OnceLock<Result<SslContext, ErrorStack>>,
}

/// Which files of authorities count.
#[derive(Debug, Clone, Default)]
enum AuthorityFiles {
    #[default]
    None,
    /// Those of the system.
    OfSystem,
    /// A bundle, and a folder of hashed ones.
    These(Option<PathBuf>, Option<PathBuf>),
}

impl Trust {
    /// The system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` count, as for PHP).
    pub fn of_system() -> Self {
        Self::with(AuthorityFiles::OfSystem, Vec::new())
    }

    /// Exactly these authorities.
    pub fn of(authorities: Vec<X509>) -> Self {
        Self::with(AuthorityFiles::None, authorities)
    }

    /// The system's authorities and more.
    pub fn of_system_and(more: Vec<X509>) -> Self {
        Self::with(AuthorityFiles::OfSystem, more)
    }

    /// The same, but for these files in place of the system's, where those count: a bundle, and a folder of files that are
    /// found by a hash of their names.
    pub fn in_place_of_system(&self, file: Option<PathBuf>, folder: Option<PathBuf>) -> Self {
        let files = match &self.files {
            AuthorityFiles::OfSystem => AuthorityFiles::These(file, folder),
            others => others.clone(),
        };
        Self::with(files, self.more.clone())
    }

    fn with(files: AuthorityFiles, more: Vec<X509>) -> Self {
        Self {
            files,
            more,
            context: OnceLock::new(),
        }
    }

    /// What connections are made from, with PHP's settings. It checks nothing by itself.
    ///
    /// # Errors
    /// OpenSSL's own: none of its kind is usual.
    pub fn context(&self) -> Result<SslContext, ErrorStack> {
        let made = || {
            let mut context = SslContext::builder(SslMethod::tls_client())?;
            self.set(&mut context)?;
            Ok(context.build())
        };
        self.context.get_or_init(made).clone()
    }

    /// For a connection of another kind: it checks chain and name.
    ///
    /// # Errors
    /// As [`Trust::context`].
    pub fn connector(&self) -> Result<SslConnector, ErrorStack> {
        let mut connector = SslConnector::builder(SslMethod::tls_client())?;
        self.set(&mut connector)?;
        Ok(connector.build())
    }

    /// The authorities themselves (DER), for a library that takes them so.
    pub fn authorities(&self) -> Vec<Vec<u8>> {
        let of_files = system::authorities(&self.files);
        let all = self.more.iter().chain(&of_files);
        all.filter_map(|one| one.to_der().ok()).collect()
    }

    fn set(&self, context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
        context.set_options(
            SslOptions::ALL | SslOptions::NO_COMPRESSION | SslOptions::IGNORE_UNEXPECTED_EOF,
        );
        context.clear_options(SslOptions::DONT_INSERT_EMPTY_FRAGMENTS);
        context.set_mode(
            SslMode::AUTO_RETRY
                | SslMode::ACCEPT_MOVING_WRITE_BUFFER
                | SslMode::ENABLE_PARTIAL_WRITE,
        );
        context.set_min_proto_version(Some(SslVersion::TLS1))?;
        context.set_cipher_list(CIPHERS)?;
        context.set_groups_list(GROUPS)?;
        let policy = system::settings();
        context.set_security_level(policy.level.unwrap_or(LEVEL));
        if policy.legacy_servers {
            context.set_options(LEGACY_SERVERS | SslOptions::ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
        }
        let mut store = X509StoreBuilder::new()?;
        for authority in &self.more {
            store.add_cert(authority.clone())?;
        }
        context.set_cert_store(store.build());
        system::load(&self.files, context);
        Ok(())
    }
}

/// The certificates of a text in PEM; what is none is passed over.
pub fn certificates(pem: &[u8]) -> Vec<X509> {
    let begins: Vec<usize> = memchr::memmem::find_iter(pem, b"-----BEGIN ").collect();
    let ends = begins.iter().skip(1).copied().chain([pem.len()]);
    let blocks = begins.iter().zip(ends).map(|(from, to)| &pem[*from..to]);
    blocks
        .filter_map(|block| X509::from_pem(block).ok())
        .collect()
}

/// What a certificate is for: the names that PHP compares.
pub struct CertificateNames(Vec<String>);

impl CertificateNames {
    /// Reads them: alternative names, and the common one where no alternative one is a host's or an address of the web
    /// (RFC 6125, section 6.4.4).
    pub fn of(certificate: &X509Ref) -> Self {
        let alternative = certificate.subject_alt_names();
        let alternative = || alternative.iter().flatten();
        let by_common = !alternative().any(|name| name.dnsname().is_some() || name.uri().is_some());
        let names = alternative().filter_map(|name| match name.dnsname() {
            // A point behind the name of a host says that it is whole.
            Some(dns) => Some(dns.strip_suffix('.').unwrap_or(dns).to_owned()),
            None => name.ipaddress().and_then(address),
        });
        let common = entry(certificate.subject_name(), Nid::COMMONNAME).filter(|_| by_common);
        Self(names.chain(common).collect())
    }

    /// Whether PHP takes one of them for this server's.
    pub fn are_of(&self, host: &str) -> bool {
        is_named(host, self.0.iter().map(String::as_str))
    }

    /// The first of them; sanitised.
    pub fn told(&self) -> Vec<String> {
        let told = self.0.iter().take(NAMES_KEPT);
        told.map(|name| shown(name).to_string()).collect()
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    let v6 = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(v6).to_string())
}

/// The first entry of this kind in the name of who holds or signed a certificate.
pub fn entry(name: &X509NameRef, kind: Nid) -> Option<String> {
    let text = name.entries_by_nid(kind).next()?.data().to_string().ok()?;
    Some(text)
}
