//! One connection as lines, plain or within TLS: bounded in length and in time.
//!
//! What comes in may be a real password, typed into the demo by mistake: it is wiped after use, never kept or shown.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use openssl::ssl::{Ssl, SslContext, SslStream};
use zeroize::Zeroizing;

/// The longest line, and the longest literal of IMAP.
pub(super) const MAX_LINE: usize = 8 << 10;
const CHUNK: usize = 2 << 10;
/// For each read and write.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was read.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// A socket, or TLS over it.
enum GuestStream {
    Plain(TcpStream),
    Tls(SslStream<TcpStream>),
}

/// A connection to a guest.
pub(super) struct GuestWire {
    stream: GuestStream,
    /// Read already, asked for by nobody yet. Its space is reserved once: growing would leave copies.
    ahead: Bytes,
}

impl GuestWire {
    pub(super) fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self {
            stream: GuestStream::Plain(socket),
            ahead: Zeroizing::new(Vec::with_capacity(MAX_LINE + CHUNK)),
        })
    }

    /// Goes over to TLS. What the guest sent in plain after asking for it is a mistake or an attack: that is the end.
    pub(super) fn secure(&mut self, context: &SslContext) -> io::Result<()> {
        let socket = match &self.stream {
            GuestStream::Plain(socket) if self.ahead.is_empty() => socket.try_clone()?,
            _ => return Err(ErrorKind::InvalidData.into()),
        };
        let accepted = Ssl::new(context)
            .map_err(io::Error::other)?
            .accept(socket)
            .map_err(io::Error::other)?;
        self.stream = GuestStream::Tls(accepted);
        Ok(())
    }

    pub(super) fn is_secure(&self) -> bool {
        matches!(self.stream, GuestStream::Tls(_))
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
        let read = match &mut self.stream {
            GuestStream::Tls(tls) => tls.read(&mut chunk[..])?,
            GuestStream::Plain(socket) => socket.read(&mut chunk[..])?,
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
        match &mut self.stream {
            GuestStream::Tls(tls) => tls.write_all(line.as_bytes()),
            GuestStream::Plain(socket) => socket.write_all(line.as_bytes()),
        }
    }

    /// Takes leave as TLS wants it.
    pub(super) fn close(&mut self) -> io::Result<()> {
        if let GuestStream::Tls(tls) = &mut self.stream {
            tls.shutdown().map_err(io::Error::other)?;
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
