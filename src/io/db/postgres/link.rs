//! The connection to a PostgreSQL server: tokio-postgres driven from one thread, its time and its bytes bounded.
//!
//! What comes is looked at before the library takes it: see [`super::metered`].

use std::future::Future;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt;
use postgres_openssl::TlsConnector;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, Row};

use super::metered::{Looks, MeteredStream, MeteredTls};
use super::reply::error;
use crate::domain::config::DbSettings;
use crate::io::db::error::StoreError;
use crate::io::db::watch::Watch;
use crate::io::os::names;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// What the connection ended with. A query through it only gets the answer that it is closed.
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
        refused => StoreError::Query(refused.to_string().into()),
    })
}

impl Link {
    /// Connects to the first address of the host that answers. `tls` is `None` for a connection without.
    pub(super) fn connect(
        settings: &DbSettings,
        config: &Config,
        mode: SslMode,
        tls: Option<TlsConnector>,
        watch: &Arc<Watch>,
    ) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| StoreError::Query(e.to_string().into()))?;
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
            Some(tls) if !settings.host.starts_with('/') => {
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
    let unreachable = |e: io::Error| StoreError::Unreachable(e.to_string().into());
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
    let addresses =
        names::addresses(&settings.host, settings.port, names::PATIENCE).map_err(unreachable)?;
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
