//! The connection to a PostgreSQL server: tokio-postgres driven from one thread, its time and its bytes bounded.
//!
//! The library takes every message whole, however long the server says it is, and trusts its rows to have the columns
//! that were announced. What comes is therefore looked at before it: see [`MeteredStream`].

use std::future::Future;
use std::io;
use std::net::ToSocketAddrs;
use std::ops::Deref;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, Row};

use super::error;
use super::tls::MakeTls;
use crate::domain::config::DbSettings;
use crate::io::db::watch::Watch;
use crate::io::db::{StoreError, odd};
use crate::words::words;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// No message of a server we work with is longer, in bytes: a row whose values are as long as they may be.
const MESSAGE: u32 = 48 << 20;

type Parameters<'a> = [(&'a (dyn ToSql + Sync), Type)];

/// An open connection.
pub(super) struct Link {
    client: Client,
    driver: ConnectionTask,
}

/// What moves the connection on.
struct ConnectionTask {
    runtime: Runtime,
    watch: Arc<Watch>,
    /// What the connection ended with. Whoever asks through it hears no more than that it is closed.
    ended: Arc<Mutex<Option<tokio_postgres::Error>>>,
}

impl ConnectionTask {
    /// Waits for an answer as long as there is time.
    fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        self.watch.go_on()?;
        let left = self.watch.time_left();
        let waited = async { tokio::time::timeout(left, work).await };
        match self.runtime.block_on(waited) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(e)) if e.is_closed() => {
                let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
                Err(told(ended.as_ref().unwrap_or(&e)))
            }
            Ok(Err(e)) => Err(told(&e)),
            Err(_) => Err(self.watch.late()),
        }
    }

    /// Connects over this stream, and leaves the connection to be driven.
    fn start<S, T>(&self, config: &Config, stream: S, tls: T) -> Result<Client, StoreError>
    where
        S: AsyncStream + 'static,
        T: TlsConnect<S>,
        T::Stream: Send + 'static,
    {
        let ended = Arc::clone(&self.ended);
        self.wait(async {
            let (client, connection) = config.connect_raw(stream, tls).await?;
            tokio::spawn(async move {
                if let Err(e) = connection.await {
                    *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                }
            });
            Ok(client)
        })
    }
}

/// An error of the library's; it tells a refusal of ours as one of the connection.
fn told(e: &tokio_postgres::Error) -> StoreError {
    refusal(e).unwrap_or_else(|| error(e))
}

/// What [`MeteredStream`] refused, from whatever it was wrapped in.
fn refusal(error: &tokio_postgres::Error) -> Option<StoreError> {
    let source = std::error::Error::source(error)?;
    let refused = source.downcast_ref::<io::Error>()?.get_ref()?;
    let refused = refused.downcast_ref::<StoreError>()?;
    Some(match refused {
        StoreError::TooMuch(said) => StoreError::TooMuch(said.clone()),
        refused => StoreError::Query(refused.to_string()),
    })
}

impl Link {
    /// Connects to the first address of the host that answers. `tls` is `None` for a connection without.
    pub(super) fn connect(
        settings: &DbSettings,
        config: &Config,
        mode: SslMode,
        tls: Option<MakeTls>,
        watch: &Arc<Watch>,
    ) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| StoreError::Query(e.to_string()))?;
        let stream = stream(settings, &runtime)?;
        let driver = ConnectionTask {
            runtime,
            watch: Arc::clone(watch),
            ended: Arc::default(),
        };
        let mut config = config.clone();
        config.ssl_mode(mode);
        let client = match tls {
            // A server has no TLS to offer at its socket.
            Some(mut tls) if !settings.host.starts_with('/') => {
                let host = settings.host.as_str();
                let tls = MakeTlsConnect::<MeteredStream<Box<dyn AsyncStream>>>::make_tls_connect(
                    &mut tls, host,
                )
                .map_err(|e| StoreError::Tls(e.to_string()))?;
                let tls = MeteredTls {
                    inner: tls,
                    watch: Arc::clone(watch),
                };
                driver.start(
                    &config,
                    MeteredStream::new(stream, watch, Looks::ForTls),
                    tls,
                )?
            }
            _ => {
                config.ssl_mode(SslMode::Disable);
                let stream = MeteredStream::new(stream, watch, Looks::AtMessages);
                driver.start(&config, stream, NoTls)?
            }
        };
        Ok(Self { client, driver })
    }

    pub(super) fn batch_execute(&self, statements: &str) -> Result<(), StoreError> {
        let work = self.client.batch_execute(statements);
        self.driver.wait(work)
    }

    pub(super) fn query_one(&self, query: &str) -> Result<Row, StoreError> {
        let work = self.client.query_typed_one(query, &[]);
        self.driver.wait(work)
    }

    /// Every row of a query, which is not expected to have many.
    pub(super) fn query(
        &self,
        query: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(query, parameters, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of a query that has one at most.
    pub(super) fn query_opt(
        &self,
        query: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Option<Row>, StoreError> {
        let work = self.client.query_typed_opt(query, parameters);
        self.driver.wait(work)
    }

    /// The rows of a query, one by one as they come.
    pub(super) fn each(
        &self,
        query: &str,
        parameters: &Parameters<'_>,
        each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let parameters = parameters
            .iter()
            .map(|(value, kind)| (*value, kind.clone()));
        let rows = self.client.query_typed_raw(query, parameters);
        let mut rows = Box::pin(self.driver.wait(rows)?);
        while let Some(row) = self.driver.wait(rows.try_next())? {
            self.driver.watch.row(&[row.raw_size_bytes() as u64])?;
            each(row)?;
        }
        Ok(())
    }

    pub(super) fn execute(
        &self,
        statement: &str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        let work = self.client.execute_typed(statement, parameters);
        self.driver.wait(work)
    }

    /// Begins a transaction that only reads, and sees what is committed.
    pub(super) fn reading(&mut self) -> Result<ReadTransaction<'_>, StoreError> {
        self.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")?;
        Ok(ReadTransaction(self))
    }
}

/// A transaction that only reads. Dropped, it ends.
pub(super) struct ReadTransaction<'a>(&'a mut Link);

impl Deref for ReadTransaction<'_> {
    type Target = Link;

    fn deref(&self) -> &Link {
        self.0
    }
}

impl Drop for ReadTransaction<'_> {
    fn drop(&mut self) {
        // Where the connection is gone, the server ends it by itself.
        let _ = self.0.batch_execute("ROLLBACK");
    }
}

/// Connects to the server: by its socket where the host is a folder, as libpq does, by TCP otherwise.
fn stream(settings: &DbSettings, runtime: &Runtime) -> Result<Box<dyn AsyncStream>, StoreError> {
    let unreachable = |e: io::Error| StoreError::Unreachable(e.to_string());
    if settings.host.starts_with('/') {
        let socket = Path::new(&settings.host).join(format!(".s.PGSQL.{}", settings.port));
        let stream = runtime.block_on(async {
            tokio::time::timeout(CONNECT_TIMEOUT, UnixStream::connect(&socket)).await
        });
        let stream = stream.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        return stream
            .map(|stream| Box::new(stream) as Box<dyn AsyncStream>)
            .map_err(unreachable);
    }
    // As PHP does it, and not on one of the runtime's own threads, which nobody could stop.
    let addresses = (settings.host.as_str(), settings.port)
        .to_socket_addrs()
        .map_err(unreachable)?;
    let mut failed: io::Error = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        let stream = runtime.block_on(async {
            tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await
        });
        match stream.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(unreachable)?;
                return Ok(Box::new(stream));
            }
            Err(e) => failed = e,
        }
    }
    Err(unreachable(failed))
}

trait AsyncStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> AsyncStream for T {}

/// What a stream carries, as far as the one who looks at it knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// First comes the answer to whether the server speaks TLS: `S` if it does. Then what comes is sealed.
    ForTls,
    /// Messages of the protocol, version 3: a letter, a length that counts itself, the rest.
    AtMessages,
    /// Nothing to be seen in it.
    Away,
}

/// A stream whose bytes are counted and whose messages are refused before the library sees them, where they are longer
/// than any that we asked for, or rows of another shape than was announced.
struct MeteredStream<S> {
    inner: S,
    watch: Arc<Watch>,
    looks: Looks,
    messages: Messages,
}

/// Bytes of a message's letter and length, and of the count of columns behind them.
const LENGTH: usize = 5;
const COUNT: usize = 2;

/// Where in the messages the reading stands.
#[derive(Default)]
struct Messages {
    /// The letter, the length, and the two bytes behind them: how many columns a row, or a description of rows, has.
    head: [u8; LENGTH + COUNT],
    have: usize,
    /// Bytes of the message that are still to come.
    left: usize,
    /// How many columns were announced.
    columns: [u8; 2],
}

impl Messages {
    /// Takes what came.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.have] = bytes[0];
            self.have += 1;
            bytes = &bytes[1..];
            if self.have == LENGTH {
                self.require_length()?;
            }
            // A short message has less behind its length than the head has room for.
            if self.have >= LENGTH && self.have - LENGTH == self.rest().min(COUNT) {
                if self.rest() >= COUNT {
                    self.require_shape()?;
                }
                self.left = self.rest().saturating_sub(COUNT);
                self.have = 0;
            }
        }
        Ok(())
    }

    fn length(&self) -> u32 {
        let [_, a, b, c, d, ..] = self.head;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Bytes behind the length.
    fn rest(&self) -> usize {
        self.length().saturating_sub(4) as usize
    }

    fn require_length(&self) -> Result<(), StoreError> {
        match self.length() {
            0..4 => Err(odd()),
            4..=MESSAGE => Ok(()),
            _ => Err(StoreError::TooMuch(
                words().error_database_message.to_owned(),
            )),
        }
    }

    /// A row (`D`) has as many columns as its description (`T`) said.
    fn require_shape(&mut self) -> Result<(), StoreError> {
        let [letter, .., high, low] = self.head;
        match letter {
            b'T' => self.columns = [high, low],
            b'D' if self.columns != [high, low] => return Err(odd()),
            _ => {}
        }
        Ok(())
    }
}

impl<S> MeteredStream<S> {
    fn new(inner: S, watch: &Arc<Watch>, looks: Looks) -> Self {
        Self {
            inner,
            watch: Arc::clone(watch),
            looks,
            messages: Messages::default(),
        }
    }

    fn look(&mut self, came: &[u8]) -> Result<(), StoreError> {
        let mut came = came;
        if self.looks == Looks::ForTls
            && let [answer, rest @ ..] = came
        {
            self.looks = if *answer == b'S' {
                Looks::Away
            } else {
                Looks::AtMessages
            };
            came = rest;
        }
        match self.looks {
            Looks::AtMessages => {
                self.watch.came(came.len() as u64)?;
                self.messages.take(came)
            }
            // What it carries is counted where it can be seen.
            Looks::ForTls | Looks::Away => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MeteredStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = polled {
            let looked = self.look(&buffer.filled()[before..]);
            return Poll::Ready(looked.map_err(io::Error::other));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MeteredStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for MeteredStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

/// TLS whose inside is looked at.
struct MeteredTls<T> {
    inner: T,
    watch: Arc<Watch>,
}

impl<S, T> TlsConnect<S> for MeteredTls<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = MeteredStream<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.inner.connect(stream);
        let watch = self.watch;
        Box::pin(async move {
            let stream = connecting.await?;
            Ok(MeteredStream::new(stream, &watch, Looks::AtMessages))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[letter], &length.to_be_bytes()[..], body].concat()
    }

    /// However it is cut.
    fn taken(bytes: &[u8], piece: usize) -> Result<(), StoreError> {
        let mut messages = Messages::default();
        bytes
            .chunks(piece)
            .try_for_each(|piece| messages.take(piece))
    }

    #[test]
    fn rows_have_the_columns_that_were_announced() {
        let described = message(b'T', &[0, 2, 1, 2, 3]);
        let (right, wrong) = (message(b'D', &[0, 2, 9]), message(b'D', &[0, 1, 9]));
        let between = [
            message(b'1', &[]),
            message(b'Z', b"I"),
            message(b'N', &[7; 300]),
        ]
        .concat();
        let good = [&between[..], &described, &right, &between, &right].concat();
        let bad = [&good[..], &wrong].concat();
        for piece in 1..=good.len() {
            taken(&good, piece).unwrap();
            assert!(
                matches!(taken(&bad, piece), Err(StoreError::Query(_))),
                "{piece}"
            );
        }
    }

    #[test]
    fn what_is_longer_than_asked_for_is_refused_by_its_head() {
        let long = [&[b'D'][..], &(MESSAGE + 1).to_be_bytes()].concat();
        let short = [b'D', 0, 0, 0, 3];
        for piece in 1..=5 {
            assert!(matches!(taken(&long, piece), Err(StoreError::TooMuch(_))));
            assert!(matches!(taken(&short, piece), Err(StoreError::Query(_))));
        }
    }
}
