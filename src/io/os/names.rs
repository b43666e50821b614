//! Addresses of host names, as the C library of this system gives them: what PHP sees.
//!
//! A program that is linked to that library asks it. One that has a C library linked into it (the single file) lets `getent`
//! ask: its own library reads `/etc/hosts` and asks the name servers, but knows nothing of `nsswitch.conf`, and differs in
//! what it takes for an answer. It is asked where there is no `getent`, and then a name that is not found is told with that.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::time::Duration;

use super::getent::{self, GetentAnswer};
use crate::io::container::within;
use crate::words::words;

/// Longer than a C library waits for name servers that do not answer.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Addresses of one name that are given.
const MOST: usize = 16;
/// No library waits that long for its name servers.
const MOST_PATIENCE: Duration = Duration::from_secs(600);
/// Whether this program has a C library of its own.
const OWN_LIBRARY: bool = cfg!(target_feature = "crt-static");

/// Why nobody was asked for a name: nothing is known of the host itself then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NobodyAsked {
    /// The container has neither `getent` nor PHP, which know what FreeScout's own PHP would be told.
    #[error("{}", words().name_nobody_to_ask)]
    NoProgram,
    /// It does not run, and its network went with it.
    #[error("{}", words().container_has_no_network)]
    ContainerStopped,
}

impl NobodyAsked {
    /// Whether this error of [`addresses`] says so.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// The addresses of a host, in the order in which they are to be tried; at least one.
///
/// # Errors
/// The system's; [`ErrorKind::TimedOut`] when there is no answer within `patience`.
pub fn addresses(host: &str, port: u16, patience: Duration) -> io::Result<Vec<SocketAddr>> {
    let literal = literal(host);
    // Where it does not run, what it calls itself would be this host.
    if within::is_stopped() && literal.is_none_or(|address| address.is_loopback()) {
        let why = NobodyAsked::ContainerStopped;
        return Err(io::Error::new(ErrorKind::NotConnected, why));
    }
    if let Some(address) = literal {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let patience = patience.min(MOST_PATIENCE);
    match (within::get(), OWN_LIBRARY) {
        (Some(_), _) => of_container(host, port, patience),
        (None, true) => of_getent(host, port, patience, getent::ask),
        (None, false) => of_library(host, port, patience),
    }
}

/// Whether this is an address itself, for which nobody is asked.
pub fn is_address(host: &str) -> bool {
    literal(host).is_some()
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

/// Whether a library that looks up names by itself, through the C library, finds what [`addresses`] does.
pub fn library_is_of_system() -> bool {
    !OWN_LIBRARY && within::get().is_none()
}

/// By the `getent` of the container that we work within, or without it by its PHP. A library of ours that is the host's would
/// load the container's plugins, with our rights.
fn of_container(host: &str, port: u16, patience: Duration) -> io::Result<Vec<SocketAddr>> {
    let without = |_: &str, host: &str, patience| getent::ask_php(host, patience);
    match getent::ask("ahosts", host, patience) {
        GetentAnswer::NoProgram if OWN_LIBRARY => of_getent(host, port, patience, without),
        GetentAnswer::NoProgram => match without("", host, patience) {
            GetentAnswer::NoProgram => {
                Err(io::Error::new(ErrorKind::NotFound, NobodyAsked::NoProgram))
            }
            answer => of_getent(host, port, patience, |_, _, _| answer),
        },
        answer => of_getent(host, port, patience, |_, _, _| answer),
    }
}

/// By `getent`, or without it by the C library that is ours.
fn of_getent(
    host: &str,
    port: u16,
    patience: Duration,
    ask: impl FnOnce(&str, &str, Duration) -> GetentAnswer,
) -> io::Result<Vec<SocketAddr>> {
    let unknown = || io::Error::new(ErrorKind::NotFound, words().name_unknown);
    match ask("ahosts", host, patience) {
        GetentAnswer::Said(said) => match listed(&said, port) {
            found if found.is_empty() => Err(unknown()),
            found => Ok(found),
        },
        GetentAnswer::Unknown => Err(unknown()),
        GetentAnswer::Silent => Err(ErrorKind::TimedOut.into()),
        GetentAnswer::NoProgram => of_library(host, port, patience).map_err(|error| {
            let why = text!(name_unknown_to_us, error);
            io::Error::new(error.kind(), why)
        }),
    }
}

/// By the C library. On a thread of its own, which ends when the library gives up.
fn of_library(host: &str, port: u16, patience: Duration) -> io::Result<Vec<SocketAddr>> {
    let (send, receive) = oneshot::channel();
    let host = host.to_owned();
    std::thread::Builder::new().spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs();
        let _ = send.send(found.map(|all| all.take(MOST).collect::<Vec<_>>()));
    })?;
    match receive.recv_timeout(patience) {
        Ok(Ok(found)) if found.is_empty() => Err(ErrorKind::NotFound.into()),
        Ok(found) => found,
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}

/// What `getent ahosts` lists: an address a line, each once for every kind of socket.
fn listed(said: &str, port: u16) -> Vec<SocketAddr> {
    let mut found = Vec::new();
    for line in said.lines() {
        let address = line.split_ascii_whitespace().next().and_then(address);
        let address = address.map(|(ip, scope)| match ip {
            IpAddr::V6(ip) => SocketAddr::V6(SocketAddrV6::new(ip, port, 0, scope)),
            ip @ IpAddr::V4(_) => SocketAddr::new(ip, port),
        });
        if let Some(address) = address
            && !found.contains(&address)
            && found.len() < MOST
        {
            found.push(address);
        }
    }
    found
}

/// An address, and for one of IPv6 that only holds on one link the number of that: `fe80::1%eth0`.
fn address(text: &str) -> Option<(IpAddr, u32)> {
    match text.split_once('%') {
        None => text.parse().ok().map(|ip| (ip, 0)),
        Some((ip, link)) => {
            let ip: Ipv6Addr = ip.parse().ok()?;
            let number = link.parse().ok().or_else(|| number_of_link(link))?;
            Some((ip.into(), number))
        }
    }
}

fn number_of_link(name: &str) -> Option<u32> {
    // Of at most 15 bytes (Linux, IFNAMSIZ), and no path.
    let is_name = name.len() < 16 && !name.contains('/') && !name.starts_with('.');
    let number = is_name.then(|| std::fs::read_to_string(format!("/sys/class/net/{name}/ifindex")));
    number?.ok()?.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn said(text: &str) -> io::Result<Vec<SocketAddr>> {
        of_getent("mail.example", 993, LONG, |database, key, _| {
            assert_eq!((database, key), ("ahosts", "mail.example"));
            GetentAnswer::Said(text.to_owned())
        })
    }

    fn addressed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn each_address_is_given_once_and_in_its_order() {
        let glibc = "2001:db8::7     STREAM mail.example\n2001:db8::7     DGRAM  \n\
            2001:db8::7     RAW    \n192.0.2.7       STREAM \n192.0.2.7       DGRAM  \n";
        let both = addressed(&["[2001:db8::7]:993", "192.0.2.7:993"]);
        assert_eq!(said(glibc).unwrap(), both);
        assert_eq!(said("192.0.2.7 mail.example").unwrap(), both[1..]);
        let zone = "fe80::1%1  STREAM mail.example\n";
        assert_eq!(said(zone).unwrap(), addressed(&["[fe80::1%1]:993"]));
        let zone = "fe80::1%lo  STREAM mail.example\n";
        assert_eq!(said(zone).unwrap(), addressed(&["[fe80::1%1]:993"]));
        let many: String = (0..200).map(|n| format!("192.0.2.{n} STREAM\n")).collect();
        assert_eq!(said(&many).unwrap().len(), MOST);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for none in [
            "",
            "\n\n",
            "mail.example 192.0.2.7",
            "fe80::1%../../x STREAM",
            "fe80::1%no-such-link STREAM",
            "192.0.2.7%1 STREAM",
            "\u{fffd}",
        ] {
            assert_eq!(
                said(none).unwrap_err().kind(),
                ErrorKind::NotFound,
                "{none}"
            );
        }
    }

    #[test]
    fn an_unknown_name_is_told_from_a_silence_and_from_our_own_opinion() {
        let of = |answer| of_getent("no-such-name.invalid", 1, LONG, |_, _, _| answer).unwrap_err();
        assert_eq!(of(GetentAnswer::Unknown).kind(), ErrorKind::NotFound);
        assert_eq!(of(GetentAnswer::Silent).kind(), ErrorKind::TimedOut);
        let ours = of(GetentAnswer::NoProgram).to_string();
        assert!(ours.contains("getent"), "{ours}");
        let found = of_getent("localhost", 1, LONG, |_, _, _| GetentAnswer::NoProgram).unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback()));
    }

    #[test]
    fn numbers_are_asked_of_nobody_and_getent_agrees_with_the_library() {
        let none = Duration::ZERO;
        let one = addressed(&["[::1]:25"]);
        assert_eq!(addresses("::1", 25, none).unwrap(), one);
        assert_eq!(addresses("[::1]", 25, none).unwrap(), one);
        for host in ["localhost", "127.1"] {
            let library = of_library(host, 25, LONG).unwrap();
            assert_eq!(
                of_getent(host, 25, LONG, getent::ask).unwrap(),
                library,
                "{host}"
            );
        }
    }
}
