//! The client for a request by HTTP.
//!
//! It follows no redirect, and uses no proxy: the shell's proxy variables are the operator's, not FreeScout's. Names are
//! looked up as all others are.

use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::names;
use super::tls::Trust;

/// No more addresses of a host fit into what the HTTP library holds.
const MAX_ADDRESSES: usize = 16;

/// A client for one request, which may take so long in all. These authorities count, and no others.
pub fn agent(trust: &Trust, https_only: bool, timeout: Duration) -> ureq::Agent {
    let authorities = trust.authorities();
    let roots = authorities
        .iter()
        .map(|one| Certificate::from_der(one).to_owned());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::NativeTls)
        .root_certs(RootCerts::from(roots))
        .build();
    let config = ureq::Agent::config_builder()
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(timeout))
        .user_agent(concat!("freescout-rescue/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::new(), Names)
}

/// Looks up the names of hosts as all others are.
#[derive(Debug)]
struct Names;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let no_host = || ureq::Error::HostNotFound;
        let usual = match uri.scheme_str() {
            Some("http") => 80,
            _ => 443,
        };
        let host = uri.host().ok_or_else(no_host)?;
        let port = uri.port_u16().unwrap_or(usual);
        let mut all = self.empty();
        let found = names::addresses(host, port, *timeout.after)?;
        found
            .into_iter()
            .take(MAX_ADDRESSES)
            .for_each(|address| all.push(address));
        Ok(all)
    }
}
