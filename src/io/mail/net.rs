//! A connection with deadlines: every wait is cut into slices, so that it ends in time and can be called off; every line
//! and every conversation has an end.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use openssl::ssl::SslStream;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::apart::{self, NotAwaited, SLICE};
use super::fall::{Fall, called_off};
use super::tls::{self, Metered, TlsFacts, TlsTerms};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::rung::Code;
use crate::io::mail::tls::is_slice;
use crate::io::os::names::{self, NobodyAsked};
use crate::io::os::tls::Trust;
use crate::words::untrusted::shown;

/// The longest line a server may send, in bytes. RFC 5321 allows 512, IMAP servers list capabilities in some 2,000; FreeScout
/// reads lines of any length.
const MAX_LINE: usize = 64 << 10;
/// The most a server may say in one test, in bytes: the names of ten thousand folders.
const MAX_SAID: usize = 2 << 20;
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 6;
/// Bytes of a line that was too long, for the operator to see.
const SHOWN: usize = 200;

/// When a wait ends.
#[derive(Clone, Copy)]
pub(super) struct Deadlines {
    /// The whole test.
    pub(super) until: Instant,
    /// One wait.
    pub(super) patience: Duration,
}

impl Deadlines {
    fn deadline(self) -> Instant {
        self.until.min(Instant::now() + self.patience)
    }
}

fn timeout() -> Fall {
    Fall::new(Code::Timeout, Advice::NoAnswer, "")
}

/// As [`apart::apart`], with nothing to wait for once the test is called off.
fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    deadline: Instant,
    cancel: &AtomicBool,
) -> Result<T, Fall> {
    apart::apart(work, deadline, cancel, Duration::ZERO).map_err(|left| match left {
        NotAwaited::CalledOff => Fall::Cancelled,
        NotAwaited::Late => timeout(),
    })
}

/// The addresses of a name, in the order of the system's resolver.
pub(super) fn resolve(
    host: &str,
    port: u16,
    limits: Deadlines,
    cancel: &AtomicBool,
) -> Result<Vec<SocketAddr>, Fall> {
    let deadline = limits.deadline();
    let left = deadline.saturating_duration_since(Instant::now());
    let found = if names::is_address(host) {
        names::addresses(host, port, left)
    } else {
        let name = host.to_owned();
        let asked = move || names::addresses(&name, port, left);
        apart(asked, deadline, cancel)?
    };
    match found {
        Ok(mut addresses) => {
            addresses.truncate(MAX_ADDRESSES);
            Ok(addresses)
        }
        Err(error) if error.kind() == ErrorKind::TimedOut => Err(timeout()),
        Err(error) => Err(not_found(&error)),
    }
}

/// A name without an address; of one that nobody was asked for, that it was not tried.
fn not_found(error: &std::io::Error) -> Fall {
    match NobodyAsked::of(error) {
        Some(NobodyAsked::NoProgram) => Fall::new(Code::NoResolver, Advice::NoResolver, ""),
        Some(NobodyAsked::ContainerStopped) => {
            Fall::new(Code::ContainerStopped, Advice::StartContainer, "")
        }
        None => Fall::new(
            Code::Dns,
            Advice::NoSuchHost,
            shown(&error.to_string()).to_string(),
        ),
    }
}

/// Connects to the first address that answers.
pub(super) fn connect(
    addresses: &[SocketAddr],
    limits: Deadlines,
    cancel: &AtomicBool,
) -> Result<(Wire, SocketAddr), Fall> {
    let mut last = Fall::new(Code::Unreachable, Advice::NoRoute, "");
    for address in addresses.iter().copied() {
        let deadline = limits.deadline();
        if Instant::now() >= deadline {
            return Err(last);
        }
        match connect_to(address, deadline, cancel) {
            Ok(stream) => return Ok((Wire::new(stream, limits)?, address)),
            Err(Unconnected::CalledOff) => return Err(Fall::Cancelled),
            Err(Unconnected::Late) => last = timeout(),
            Err(Unconnected::Failed(error)) => {
                let (code, advice) = match error.kind() {
                    ErrorKind::ConnectionRefused => (Code::Refused, Advice::NobodyListens),
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                        (Code::Timeout, Advice::NoAnswer)
                    }
                    _ => (Code::Unreachable, Advice::NoRoute),
                };
                last = Fall::new(code, advice, shown(&error.to_string()).to_string());
            }
        }
    }
    Err(last)
}

/// Why there is no connection.
enum Unconnected {
    Failed(std::io::Error),
    Late,
    CalledOff,
}

impl<E: Into<std::io::Error>> From<E> for Unconnected {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Connects to one address, and looks up at every slice.
fn connect_to(
    address: SocketAddr,
    deadline: Instant,
    cancel: &AtomicBool,
) -> Result<TcpStream, Unconnected> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match rustix::net::connect(&socket, &address) {
        // It goes on by itself where a signal came between.
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    loop {
        if called_off(cancel) {
            return Err(Unconnected::CalledOff);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Unconnected::Late);
        }
        let slice = Timespec::try_from(left.min(SLICE)).map_err(std::io::Error::other)?;
        match poll(&mut [PollFd::new(&socket, PollFlags::OUT)], Some(&slice)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => break,
            Err(error) => return Err(error.into()),
        }
    }
    socket_error(&socket)??;
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// The socket, or TLS over it. Each call touches the socket a few times at most: OpenSSL would go on for as long as bytes
/// drip in, past every deadline.
enum MailStream {
    Plain(TcpStream),
    Tls(Box<SslStream<Metered>>),
}

impl MailStream {
    fn socket(&self) -> &TcpStream {
        match self {
            MailStream::Plain(socket) => socket,
            MailStream::Tls(tls) => tls.get_ref().socket(),
        }
    }

    /// Reads once; also says how many bytes came over the wire. Bytes of TLS alone count as [`ErrorKind::WouldBlock`].
    fn read(&mut self, into: &mut [u8], came: &mut usize) -> std::io::Result<usize> {
        match self {
            MailStream::Plain(socket) => {
                let count = socket.read(into)?;
                *came += count;
                Ok(count)
            }
            MailStream::Tls(tls) => {
                tls.get_mut().rewind();
                let read = tls.read(into);
                *came += tls.get_mut().take_came();
                read
            }
        }
    }

    /// Writes some of the bytes; `false` while something is still to be written.
    fn write(&mut self, bytes: &mut &[u8]) -> std::io::Result<bool> {
        let written = match self {
            MailStream::Plain(socket) => socket.write(bytes)?,
            MailStream::Tls(tls) => {
                tls.get_mut().rewind();
                tls.write(bytes)?
            }
        };
        if written == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        *bytes = &bytes[written..];
        Ok(bytes.is_empty())
    }
}

/// A connection to a mail server, read line by line.
pub(super) struct Wire {
    stream: MailStream,
    limits: Deadlines,
    buffer: Vec<u8>,
    said: usize,
}

/// A line without CR LF, or LF.
pub(super) fn without_end(mut line: Vec<u8>) -> Vec<u8> {
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    line
}

impl Wire {
    fn new(stream: TcpStream, limits: Deadlines) -> Result<Self, Fall> {
        let ready = stream
            .set_read_timeout(Some(SLICE))
            .and_then(|()| stream.set_write_timeout(Some(SLICE)))
            .and_then(|()| stream.set_nodelay(true));
        ready.map_err(|e| tls::broken_by(&e))?;
        Ok(Self {
            stream: MailStream::Plain(stream),
            limits,
            buffer: Vec::with_capacity(1024),
            said: 0,
        })
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self.stream, MailStream::Tls(_))
    }

    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.stream.socket().peer_addr().ok()
    }

    /// What has come and was not read as a line.
    pub(super) fn heard(&self) -> &[u8] {
        &self.buffer
    }

    /// Reads once: `false` when nothing came in this slice.
    fn fill(&mut self) -> Result<bool, Fall> {
        let mut chunk = [0; 4096];
        let read = self.stream.read(&mut chunk, &mut self.said);
        if self.said > MAX_SAID {
            let begin = &chunk[..SHOWN.min(*read.as_ref().unwrap_or(&0))];
            return Err(Fall::new(
                Code::ProtocolError,
                Advice::BrokenProtocol,
                shown(begin).to_string(),
            ));
        }
        match read {
            Ok(0) => Err(Fall::new(
                Code::ProtocolError,
                Advice::TurnedAway,
                shown(&self.buffer).to_string(),
            )),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if is_slice(&error) => Ok(false),
            // Closed without TLS's own goodbye: closed all the same.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Fall::new(
                Code::ProtocolError,
                Advice::TurnedAway,
                shown(&self.buffer).to_string(),
            )),
            Err(error) => Err(tls::broken_by(&error)),
        }
    }

    /// Whether the server says anything within this time.
    pub(super) fn speaks_within(
        &mut self,
        time: Duration,
        cancel: &AtomicBool,
    ) -> Result<bool, Fall> {
        let end = self.limits.until.min(Instant::now() + time);
        while self.buffer.is_empty() {
            if called_off(cancel) {
                return Err(Fall::Cancelled);
            }
            if Instant::now() >= end {
                return Ok(false);
            }
            self.fill()?;
        }
        Ok(true)
    }

    /// The next line, without its end.
    pub(super) fn line(&mut self, cancel: &AtomicBool) -> Result<Vec<u8>, Fall> {
        Ok(without_end(self.raw_line(cancel)?))
    }

    /// The next line, up to and with its line feed.
    pub(super) fn raw_line(&mut self, cancel: &AtomicBool) -> Result<Vec<u8>, Fall> {
        let deadline = self.limits.deadline();
        let mut looked = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[looked..]) {
                let end = looked + at;
                if end <= MAX_LINE {
                    return Ok(self.buffer.drain(..=end).collect());
                }
            }
            looked = self.buffer.len();
            if looked > MAX_LINE {
                return Err(Fall::new(
                    Code::ProtocolError,
                    Advice::BrokenProtocol,
                    shown(&self.buffer[..SHOWN]).to_string(),
                ));
            }
            self.wait(deadline, cancel)?;
        }
    }

    /// Reads so many bytes (an IMAP literal).
    pub(super) fn take(&mut self, bytes: usize, cancel: &AtomicBool) -> Result<Vec<u8>, Fall> {
        if bytes > MAX_SAID {
            return Err(Fall::new(
                Code::ProtocolError,
                Advice::BrokenProtocol,
                format!("{{{bytes}}}"),
            ));
        }
        let deadline = self.limits.deadline();
        while self.buffer.len() < bytes {
            self.wait(deadline, cancel)?;
        }
        Ok(self.buffer.drain(..bytes).collect())
    }

    fn wait(&mut self, deadline: Instant, cancel: &AtomicBool) -> Result<(), Fall> {
        if called_off(cancel) {
            return Err(Fall::Cancelled);
        }
        if Instant::now() >= deadline {
            return Err(match self.buffer.is_empty() {
                true => timeout(),
                false => Fall::new(
                    Code::Timeout,
                    Advice::NoAnswer,
                    shown(&self.buffer[..self.buffer.len().min(SHOWN)]).to_string(),
                ),
            });
        }
        self.fill().map(|_| ())
    }

    /// Sends bytes, all of them or none that count.
    pub(super) fn send(&mut self, mut bytes: &[u8], cancel: &AtomicBool) -> Result<(), Fall> {
        let deadline = self.limits.deadline();
        loop {
            match self.stream.write(&mut bytes) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if is_slice(&error) => {}
                Err(error) => return Err(tls::broken_by(&error)),
            }
            if called_off(cancel) {
                return Err(Fall::Cancelled);
            }
            if Instant::now() >= deadline {
                return Err(timeout());
            }
        }
    }

    /// TLS from here on. What the server said before is not taken over (RFC 3207, section 6).
    pub(super) fn start_tls(
        self,
        trust: &Trust,
        terms: &TlsTerms,
        names: &mut Vec<String>,
        cancel: &AtomicBool,
    ) -> Result<(Self, TlsFacts), Fall> {
        let MailStream::Plain(socket) = self.stream else {
            return Ok((self, TlsFacts::default()));
        };
        let deadline = self.limits.deadline();
        let go_on = || match () {
            () if called_off(cancel) => Err(Fall::Cancelled),
            () if Instant::now() >= deadline => Err(timeout()),
            () => Ok(()),
        };
        let (tls, seen) = tls::handshake(socket, trust, terms, names, &go_on)?;
        let wire = Self {
            stream: MailStream::Tls(Box::new(tls)),
            buffer: Vec::with_capacity(1024),
            ..self
        };
        Ok((wire, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_was_asked_for_is_not_called_unknown() {
        let code = |error: std::io::Error| match not_found(&error) {
            Fall::At { code, .. } => Some(code),
            Fall::Cancelled => None,
        };
        let of = |why| code(std::io::Error::new(ErrorKind::NotFound, why));
        assert_eq!(of(NobodyAsked::NoProgram), Some(Code::NoResolver));
        assert_eq!(
            of(NobodyAsked::ContainerStopped),
            Some(Code::ContainerStopped)
        );
        let unknown = std::io::Error::new(ErrorKind::NotFound, "no such name");
        assert_eq!(code(unknown), Some(Code::Dns));
    }
}
