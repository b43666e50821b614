//! One connection as lines, plain or within TLS: bounded in length and in time.
//!
//! What comes in may be a real password, typed into the demo by mistake: it is wiped after use, never kept or shown.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};
use zeroize::Zeroizing;

/// The longest line, and the longest literal of IMAP.
pub(super) const MAX_LINE: usize = 8 << 10;
const CHUNK: usize = 2 << 10;
/// For each read and write.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was read.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// A connection to a guest.
pub(super) struct GuestWire {
    socket: TcpStream,
    tls: Option<ServerConnection>,
    /// Read already, asked for by nobody yet. Its space is reserved once: growing would leave copies.
    ahead: Bytes,
}

impl GuestWire {
    pub(super) fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self {
            socket,
            tls: None,
            ahead: Zeroizing::new(Vec::with_capacity(MAX_LINE + CHUNK)),
        })
    }

    /// Goes over to TLS. What the guest sent in plain after asking for it is a mistake or an attack: that is the end.
    pub(super) fn secure(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        if self.tls.is_some() || !self.ahead.is_empty() {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut self.socket)?;
        }
        self.tls = Some(tls);
        Ok(())
    }

    pub(super) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// The next line without its end.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when it is too long, [`ErrorKind::UnexpectedEof`] when the guest has left.
    pub(super) fn line(&mut self) -> io::Result<Bytes> {
        let mut searched = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.ahead[searched..]) {
                let mut line = self.take(searched + at + 1);
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            searched = self.ahead.len();
            if searched >= MAX_LINE {
                return Err(ErrorKind::InvalidData.into());
            }
            self.read_on()?;
        }
    }

    /// Exactly so many bytes, at most [`MAX_LINE`].
    pub(super) fn bytes(&mut self, count: usize) -> io::Result<Bytes> {
        if count > MAX_LINE {
            return Err(ErrorKind::InvalidData.into());
        }
        while self.ahead.len() < count {
            self.read_on()?;
        }
        Ok(self.take(count))
    }

    fn take(&mut self, count: usize) -> Bytes {
        let taken = Zeroizing::new(self.ahead[..count].to_vec());
        self.ahead.drain(..count);
        taken
    }

    fn read_on(&mut self) -> io::Result<()> {
        let mut chunk = Zeroizing::new([0; CHUNK]);
        let read = match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.socket).read(&mut chunk[..])?,
            None => self.socket.read(&mut chunk[..])?,
        };
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.ahead.extend_from_slice(&chunk[..read]);
        Ok(())
    }

    /// Sends a line, or several with CRLF between them.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        let line = format!("{text}\r\n");
        match &mut self.tls {
            Some(tls) => {
                let mut stream = rustls::Stream::new(tls, &mut self.socket);
                stream.write_all(line.as_bytes())?;
                stream.flush()
            }
            None => self.socket.write_all(line.as_bytes()),
        }
    }

    /// Takes leave as TLS wants it.
    pub(super) fn close(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            tls.write_tls(&mut self.socket)?;
        }
        Ok(())
    }

    /// Listens until the guest has had enough.
    pub(super) fn say_nothing(&mut self) -> io::Result<()> {
        loop {
            self.read_on()?;
            self.ahead.clear();
        }
    }
}
