//! How far the certificate of a PostgreSQL server is checked: as libpq does it.

use std::path::PathBuf;

use openssl::ssl::SslVerifyMode;
use openssl::x509::X509;
use postgres_openssl::TlsConnector;

use crate::io::db::error::StoreError;
use crate::io::fs::certificates;
use crate::io::os::accounts;
use crate::io::os::tls::{self, Trust};

/// What of a server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Nothing,
    Chain,
    ChainAndName,
}

/// A handshake to come, with this server. As libpq does, a chain is checked wherever a file of authorities is at its place,
/// whatever the mode.
///
/// # Errors
/// [`StoreError::Tls`].
pub(super) fn tls(check: Check, host: &str) -> Result<TlsConnector, StoreError> {
    let own = own_authorities();
    let check = match (check, &own) {
        (Check::Nothing, Some(_)) => Check::Chain,
        (check, _) => check,
    };
    let trust = match (check, own) {
        (Check::Nothing, _) => Trust::of(Vec::new()),
        (Check::Chain | Check::ChainAndName, Some(own)) => Trust::of(own),
        // libpq would not go on: where the web user has such a file, and we cannot see it, the system's will do.
        (Check::Chain | Check::ChainAndName, None) => Trust::of_system(),
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

/// The authorities of libpq's own `root.crt` in the home of the account we work as, or of `PGSSLROOTCERT`; `None` without
/// such a file.
fn own_authorities() -> Option<Vec<X509>> {
    let home = || accounts::user(rustix::process::geteuid().as_raw()).map(|user| user.home);
    let named = std::env::var_os("PGSSLROOTCERT").map(PathBuf::from);
    let file = named.or_else(|| Some(home()?.join(".postgresql/root.crt")))?;
    let read = certificates::read(&file).ok()?;
    Some(tls::certificates(&read.bytes))
}
