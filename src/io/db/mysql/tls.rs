//! TLS to a server, as PHP speaks it: by OpenSSL, with PHP's own comparison of names.
//!
//! The library can speak TLS by OpenSSL, but has no way to compare names as PHP does, which takes the common name, or an
//! address that stands as a text. So TLS is spoken here, and the library speaks the plain protocol to a socket of our own. Until
//! the login is through, packets are counted anew: the request for TLS is one that the library does not know of.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::Pin;

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{Ssl, SslVerifyMode};
use openssl::x509::{X509, X509VerifyResult};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::runtime::Runtime;
use tokio_openssl::SslStream;
use zeroize::Zeroizing;

use super::CONNECT_TIMEOUT;
use crate::domain::config::DbSettings;
use crate::io::db::error::StoreError;
use crate::io::fs::certificates::read as file_of_certificates;
use crate::io::os::names;
use crate::io::os::tls::{CertificateNames, Trust, certificates, without_places};

/// Length and number in front of each packet, in bytes.
const HEADER: usize = 4;
/// No packet of a login is longer, in bytes.
const LONGEST: usize = 64 << 10;
/// `CLIENT_SSL` (`mysql_com.h`), in the second byte of the capabilities.
const SSL: u8 = 0x08;
/// Length of a request for TLS, in bytes.
const REQUEST: usize = 32;
/// First bytes of packets.
const OK: u8 = 0x00;
const REFUSED: u8 = 0xff;

/// How TLS is spoken to a server.
pub(super) struct OverTls {
    /// The authorities that count; `None` where the server's certificate is not checked.
    trust: Option<Trust>,
    own: Option<OwnCertificate>,
}

/// The certificate that is shown to a server, and its key.
struct OwnCertificate {
    leaf: X509,
    chain: Vec<X509>,
    key: PKey<Private>,
}

impl OverTls {
    /// What is set; `None` where no TLS is. Without a CA, PHP checks against the authorities that it has for everything.
    ///
    /// # Errors
    /// [`StoreError::Tls`] for what is no file, too long to be one of certificates, or holds none.
    pub(super) fn of(settings: &DbSettings) -> Result<Option<Self>, StoreError> {
        let (ca, own) = (settings.ssl_ca.as_ref(), settings.ssl_cert.as_ref());
        if ca.is_none() && own.is_none() {
            return Ok(None);
        }
        let trust = match (settings.ssl_verify, ca) {
            (false, _) => None,
            (true, Some(ca)) => Some(Trust::of(certificates(&read(ca)?))),
            (true, None) => Some(Trust::of_system()),
        };
        let own = own.map(|file| OwnCertificate::of(file)).transpose()?;
        Ok(Some(Self { trust, own }))
    }

    fn prepare(&self, host: &str) -> Result<Ssl, ErrorStack> {
        let nobody = Trust::of(Vec::new());
        let context = self.trust.as_ref().unwrap_or(&nobody).context()?;
        let mut ssl = Ssl::new(&context)?;
        // A name that cannot be sent is none that a certificate is for.
        let _ = ssl.set_hostname(host);
        ssl.set_verify(match self.trust {
            Some(_) => SslVerifyMode::PEER,
            None => SslVerifyMode::NONE,
        });
        if let Some(own) = &self.own {
            ssl.set_certificate(&own.leaf)?;
            for certificate in &own.chain {
                ssl.add_chain_cert(certificate.clone())?;
            }
            ssl.set_private_key(&own.key)?;
        }
        Ok(ssl)
    }
}

impl OwnCertificate {
    /// Certificate and key of one file, in any order, as PHP reads them where it was told of no other file for the key.
    fn of(file: &str) -> Result<Self, StoreError> {
        let bytes = read(file)?;
        let mut chain = certificates(&bytes).into_iter();
        let leaf = chain.next().ok_or_else(|| told(OWN_NOT_READ))?;
        // Nobody is asked for the passphrase of a key.
        let key = PKey::private_key_from_pem_callback(&bytes, |_| Ok(0));
        Ok(Self {
            leaf,
            chain: chain.collect(),
            key: key.map_err(|_| told(OWN_NOT_READ))?,
        })
    }
}

/// What is said of a file that FreeScout cannot use either.
const OWN_NOT_READ: &str =
    "no certificate, or no key without a passphrase, in the file of DB_MYSQL_ATTR_SSL_CERT";

fn read(file: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let read = file_of_certificates(Path::new(file)).map_err(told)?;
    Ok(read.bytes)
}

fn told(why: impl std::fmt::Display) -> StoreError {
    StoreError::Tls(without_places(&why.to_string()).into())
}

/// A socket behind which a server waits. One connection can be made to it.
pub(super) struct Bridge {
    folder: TempDir,
    /// Why the server is not reached, once that is known.
    failed: oneshot::Receiver<StoreError>,
}

impl Bridge {
    /// Connects to the server of these settings.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`].
    pub(super) fn open(settings: &DbSettings, tls: OverTls) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(unreachable)?;
        let host = settings.host.clone();
        let addresses =
            names::addresses(&host, settings.port, names::PATIENCE).map_err(unreachable)?;
        let (folder, listener) = listen(&runtime).map_err(unreachable)?;
        let (cause, failed) = oneshot::channel();
        let work = move || {
            runtime.block_on(async {
                let login = login(&host, &addresses, &tls, listener);
                match tokio::time::timeout(CONNECT_TIMEOUT * 2, login).await {
                    Ok(Ok((mut client, mut server))) => {
                        drop(cause);
                        // However it ends, the library sees that it ended.
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    }
                    Ok(Err(error)) => drop(cause.send(error)),
                    Err(_) => drop(cause.send(unreachable(io::ErrorKind::TimedOut))),
                }
            });
        };
        std::thread::Builder::new()
            .name("mysql tls".to_owned())
            .spawn(work)
            .map_err(unreachable)?;
        Ok(Self { folder, failed })
    }

    /// The socket. It is gone with this.
    pub(super) fn socket(&self) -> String {
        socket_in(self.folder.path())
    }

    /// Why there is no connection: [`StoreError::Tls`] where PHP would refuse the certificate, or the server speaks no TLS;
    /// [`StoreError::Unreachable`]. `None` where the server itself refused the login.
    pub(super) fn failed(self) -> Option<StoreError> {
        self.failed.recv_timeout(CONNECT_TIMEOUT * 2).ok()
    }
}

fn socket_in(folder: &Path) -> String {
    folder.join("s").to_string_lossy().into_owned()
}

fn unreachable(error: impl Into<io::Error>) -> StoreError {
    StoreError::Unreachable(without_places(&error.into().to_string()).into())
}

/// A socket that nobody else can come to.
fn listen(runtime: &Runtime) -> io::Result<(TempDir, UnixListener)> {
    let folder = tempfile::Builder::new().prefix("rescue-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
    let _within = runtime.enter();
    let listener = UnixListener::bind(socket_in(folder.path()))?;
    Ok((folder, listener))
}

/// Lets the library log in to the server, with TLS between.
async fn login(
    host: &str,
    addresses: &[SocketAddr],
    tls: &OverTls,
    listener: UnixListener,
) -> Result<(UnixStream, SslStream<TcpStream>), StoreError> {
    let (mut client, _) = listener.accept().await.map_err(unreachable)?;
    drop(listener);
    let server = TcpStream::connect(addresses);
    let mut server = server.await.map_err(unreachable)?;
    server.set_nodelay(true).map_err(unreachable)?;
    let mut greeting = packet(&mut server).await.map_err(unreachable)?;
    let offers = match capabilities(&mut greeting) {
        Some(byte) => {
            let before = *byte;
            *byte &= !SSL;
            before & SSL != 0
        }
        // Too many connections, a host that is locked out: the library tells it.
        None => {
            client.write_all(&greeting).await.map_err(unreachable)?;
            return Err(StoreError::Unreachable("no greeting".into()));
        }
    };
    if !offers {
        return Err(told("the server offers no TLS"));
    }
    client.write_all(&greeting).await.map_err(unreachable)?;
    let mut answer = packet(&mut client).await.map_err(unreachable)?;
    let Some(head) = answer.get_mut(..HEADER + REQUEST) else {
        return Err(unreachable(io::ErrorKind::InvalidData));
    };
    head[HEADER + 1] |= SSL;
    // The request for TLS is the head of the login, and the server takes what the client is able to from there.
    let mut request = head.to_vec();
    request[..HEADER].copy_from_slice(&[REQUEST.to_le_bytes()[0], 0, 0, 1]);
    server.write_all(&request).await.map_err(unreachable)?;
    let mut server = secured(server, host, tls).await?;
    authenticate(&mut client, &mut server, answer)
        .await
        .map_err(unreachable)?;
    Ok((client, server))
}

async fn secured(
    stream: TcpStream,
    host: &str,
    tls: &OverTls,
) -> Result<SslStream<TcpStream>, StoreError> {
    let prepared = tls.prepare(host);
    let prepared = prepared.and_then(|ssl| SslStream::new(ssl, stream));
    let mut secured = prepared.map_err(told)?;
    if let Err(error) = Pin::new(&mut secured).connect().await {
        return Err(told(match secured.ssl().verify_result() {
            X509VerifyResult::OK => error.to_string(),
            refused => refused.error_string().to_owned(),
        }));
    }
    let certificate = secured.ssl().peer_certificate();
    let named = certificate.is_some_and(|one| CertificateNames::of(&one).are_of(host));
    if tls.trust.is_some() && !named {
        return Err(told("the certificate is for another name"));
    }
    Ok(secured)
}

/// Carries the login to its end, whichever it is.
async fn authenticate(
    client: &mut UnixStream,
    server: &mut SslStream<TcpStream>,
    answer: Vec<u8>,
) -> io::Result<()> {
    pass(answer, 1, server).await?;
    loop {
        let said = packet(server).await?;
        let ended = matches!(said[HEADER..], [] | [OK | REFUSED, ..]);
        // The password was known to the server already: it goes on by itself.
        let goes_on = matches!(said[HEADER..], [1, 3]);
        pass(said, u8::MAX, client).await?;
        if ended {
            return Ok(());
        }
        if !goes_on {
            let answer = packet(client).await?;
            pass(answer, 1, server).await?;
        }
    }
}

/// The next packet, header and all.
async fn packet(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut packet = vec![0; HEADER];
    stream.read_exact(&mut packet).await?;
    let length =
        usize::from(packet[0]) | usize::from(packet[1]) << 8 | usize::from(packet[2]) << 16;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    packet.resize(HEADER + length, 0);
    stream.read_exact(&mut packet[HEADER..]).await?;
    Ok(packet)
}

/// The byte of a server's greeting that says whether it speaks TLS.
fn capabilities(greeting: &mut [u8]) -> Option<&mut u8> {
    let body = greeting.get(HEADER..)?;
    if body.first() == Some(&REFUSED) {
        return None;
    }
    let version = body.iter().skip(1).position(|byte| *byte == 0)?;
    // Behind the version: a connection's number, the first part of the challenge, a filler, a byte of other capabilities.
    greeting.get_mut(HEADER + 1 + version + 1 + 4 + 8 + 1 + 1)
}

/// Hands a packet on, its number moved by so much, modulo 256.
async fn pass(mut packet: Vec<u8>, by: u8, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    packet[3] = packet[3].wrapping_add(by);
    // What it holds may be a password.
    let packet = Zeroizing::new(packet);
    to.write_all(&packet).await?;
    to.flush().await
}
