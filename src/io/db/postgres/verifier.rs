//! How far the certificate of a PostgreSQL server is checked: as libpq does it.

use std::path::{Path, PathBuf};

use openssl::ssl::SslVerifyMode;
use postgres_openssl::TlsConnector;

use crate::io::db::error::StoreError;
use crate::io::fs::certificates;
use crate::io::os::tls::{self, Trust};

/// What of a server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Nothing,
    Chain,
    ChainAndName,
}

/// A handshake to come, with this server.
///
/// # Errors
/// [`StoreError::Tls`].
pub(super) fn tls(check: Check, host: &str) -> Result<TlsConnector, StoreError> {
    let trust = match check {
        Check::Nothing => Trust::of(Vec::new()),
        Check::Chain | Check::ChainAndName => trust(),
    };
    let prepared = trust.connector().and_then(|connector| {
        let mut connection = connector.configure()?;
        connection.set_verify_hostname(check == Check::ChainAndName);
        if check == Check::Nothing {
            connection.set_verify(SslVerifyMode::NONE);
        }
        Ok(TlsConnector::new(connection, host))
    });
    prepared.map_err(|e| StoreError::Tls(tls::without_places(&e.to_string()).into()))
}

/// The system's certificates, and libpq's own `root.crt` (or `PGSSLROOTCERT`).
fn trust() -> Trust {
    let own = std::env::var_os("PGSSLROOTCERT")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".postgresql/root.crt")));
    let read = own.and_then(|path| certificates::read(&path).ok());
    Trust::of_system_and(read.map_or_else(Vec::new, |read| tls::certificates(&read.bytes)))
}
