//! A connection with deadlines: every wait is cut into slices, so that it ends in time and can be called off; every line
//! and every conversation has an end.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};

use super::tls::{self, Seen, Trust};
use super::{Fall, called_off};
use crate::domain::advice::Advice;
use crate::domain::probe::Code;
use crate::domain::sanitize::{sanitize, sanitize_bytes};

/// How often a wait looks up.
const SLICE: Duration = Duration::from_millis(100);
/// The longest line a server may send, in bytes. RFC 5321 allows 512, IMAP servers list capabilities in some 2,000.
const MAX_LINE: usize = 16 << 10;
/// The most a server may say in one test, in bytes.
const MAX_SAID: usize = 512 << 10;
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 6;
/// Bytes of a line that was too long, for the operator to see.
const SHOWN: usize = 200;

/// When a wait ends.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// The whole test.
    pub(super) until: Instant,
    /// One wait.
    pub(super) patience: Duration,
}

impl Limits {
    fn deadline(self) -> Instant {
        self.until.min(Instant::now() + self.patience)
    }
}

fn timeout() -> Fall {
    Fall::new(Code::Timeout, Advice::NoAnswer, "")
}

/// Runs what cannot be called off on a thread of its own, and waits no longer than we may. A thread left behind ends by
/// itself: the resolver and `connect` have deadlines of their own.
fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    deadline: Instant,
    cancel: &AtomicBool,
) -> Result<T, Fall> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let _ = send.send(work());
    });
    loop {
        match receive.recv_timeout(SLICE) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => return Err(timeout()),
            Err(RecvTimeoutError::Timeout) if called_off(cancel) => return Err(Fall::Cancelled),
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => return Err(timeout()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// The addresses of a name, in the order of the system's resolver.
pub(super) fn resolve(
    host: &str,
    port: u16,
    limits: Limits,
    cancel: &AtomicBool,
) -> Result<Vec<SocketAddr>, Fall> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.to_owned();
    let found = apart(
        move || {
            (name.as_str(), port)
                .to_socket_addrs()
                .map(|all| all.take(MAX_ADDRESSES).collect::<Vec<_>>())
        },
        limits.deadline(),
        cancel,
    )?;
    match found {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        Ok(_) => Err(Fall::new(Code::Dns, Advice::NoSuchHost, "")),
        Err(error) => Err(Fall::new(
            Code::Dns,
            Advice::NoSuchHost,
            sanitize(&error.to_string()),
        )),
    }
}

/// Connects to the first address that answers.
pub(super) fn connect(
    addresses: &[SocketAddr],
    limits: Limits,
    cancel: &AtomicBool,
) -> Result<(Wire, SocketAddr), Fall> {
    let mut last = Fall::new(Code::Unreachable, Advice::NoRoute, "");
    for address in addresses.iter().copied() {
        let deadline = limits.deadline();
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(last);
        }
        match apart(
            move || TcpStream::connect_timeout(&address, left),
            deadline,
            cancel,
        ) {
            Ok(Ok(stream)) => return Ok((Wire::new(stream, limits)?, address)),
            Ok(Err(error)) => {
                let (code, advice) = match error.kind() {
                    ErrorKind::ConnectionRefused => (Code::Refused, Advice::NobodyListens),
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                        (Code::Timeout, Advice::NoAnswer)
                    }
                    _ => (Code::Unreachable, Advice::NoRoute),
                };
                last = Fall::new(code, advice, sanitize(&error.to_string()));
            }
            Err(Fall::Cancelled) => return Err(Fall::Cancelled),
            Err(fall) => last = fall,
        }
    }
    Err(last)
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(into),
            Stream::Tls(stream) => stream.read(into),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

/// A connection to a mail server, read line by line.
pub(super) struct Wire {
    stream: Stream,
    limits: Limits,
    buffer: Vec<u8>,
    said: usize,
}

fn is_slice(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

fn broken_off(error: &std::io::Error) -> Fall {
    Fall::new(
        Code::ProtocolError,
        Advice::TurnedAway,
        sanitize(&error.to_string()),
    )
}

impl Wire {
    fn new(stream: TcpStream, limits: Limits) -> Result<Self, Fall> {
        let ready = stream
            .set_read_timeout(Some(SLICE))
            .and_then(|()| stream.set_write_timeout(Some(SLICE)))
            .and_then(|()| stream.set_nodelay(true));
        ready.map_err(|e| broken_off(&e))?;
        Ok(Self {
            stream: Stream::Plain(stream),
            limits,
            buffer: Vec::with_capacity(1024),
            said: 0,
        })
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    pub(super) fn peer(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(stream) => stream.peer_addr().ok(),
            Stream::Tls(stream) => stream.sock.peer_addr().ok(),
        }
    }

    /// Reads once: `false` when nothing came in this slice.
    fn fill(&mut self) -> Result<bool, Fall> {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(Fall::new(
                Code::ProtocolError,
                Advice::TurnedAway,
                sanitize_bytes(&self.buffer),
            )),
            Ok(count) => {
                self.said += count;
                if self.said > MAX_SAID {
                    return Err(Fall::new(
                        Code::ProtocolError,
                        Advice::BrokenProtocol,
                        sanitize_bytes(&chunk[..count.min(SHOWN)]),
                    ));
                }
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if is_slice(&error) => Ok(false),
            // Closed without TLS's own goodbye: closed all the same.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Fall::new(
                Code::ProtocolError,
                Advice::TurnedAway,
                sanitize_bytes(&self.buffer),
            )),
            Err(error) => Err(broken_off(&error)),
        }
    }

    /// Whether the server says anything within this time.
    pub(super) fn speaks_within(
        &mut self,
        time: Duration,
        cancel: &AtomicBool,
    ) -> Result<bool, Fall> {
        let end = Instant::now() + time;
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
        let deadline = self.limits.deadline();
        let mut looked = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[looked..]) {
                let end = looked + at;
                if end <= MAX_LINE {
                    let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                    line.truncate(end);
                    if line.last() == Some(&b'\r') {
                        line.pop();
                    }
                    return Ok(line);
                }
            }
            looked = self.buffer.len();
            if looked > MAX_LINE {
                return Err(Fall::new(
                    Code::ProtocolError,
                    Advice::BrokenProtocol,
                    sanitize_bytes(&self.buffer[..SHOWN]),
                ));
            }
            self.wait(deadline, cancel)?;
        }
    }

    /// Reads past so many bytes (an IMAP literal).
    pub(super) fn skip(&mut self, bytes: usize, cancel: &AtomicBool) -> Result<(), Fall> {
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
        self.buffer.drain(..bytes);
        Ok(())
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
                    sanitize_bytes(&self.buffer[..self.buffer.len().min(SHOWN)]),
                ),
            });
        }
        self.fill().map(|_| ())
    }

    /// Sends bytes, all of them or none that count.
    pub(super) fn send(&mut self, mut bytes: &[u8], cancel: &AtomicBool) -> Result<(), Fall> {
        let deadline = self.limits.deadline();
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(timeout()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_slice(&error) => {}
                Err(error) => return Err(broken_off(&error)),
            }
            if called_off(cancel) {
                return Err(Fall::Cancelled);
            }
            if Instant::now() >= deadline {
                return Err(timeout());
            }
        }
        match self.stream.flush() {
            Err(error) if !is_slice(&error) => Err(broken_off(&error)),
            _ => Ok(()),
        }
    }

    /// TLS from here on. What the server said before is not taken over (RFC 3207, section 6).
    pub(super) fn start_tls(
        self,
        trust: &Trust,
        host: &str,
        checks: bool,
        cancel: &AtomicBool,
    ) -> Result<(Self, Seen), Fall> {
        let Stream::Plain(stream) = self.stream else {
            return Err(Fall::new(Code::TlsHandshake, Advice::TlsFailed, ""));
        };
        let deadline = self.limits.deadline();
        let go_on = || match () {
            () if called_off(cancel) => Err(Fall::Cancelled),
            () if Instant::now() >= deadline => Err(timeout()),
            () => Ok(()),
        };
        let (tls, seen) = tls::handshake(stream, trust, host, checks, &go_on)?;
        let wire = Self {
            stream: Stream::Tls(Box::new(tls)),
            buffer: Vec::with_capacity(1024),
            ..self
        };
        Ok((wire, seen))
    }
}
