//! A login by TLS is bound to the server's certificate, whatever kind that is: who stands between may not pass it on.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::DbSettings;
use freescout_rescue::io::db::{self, StoreError};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConnection, DigitallySignedStruct, Error, ServerConnection, SignatureScheme, StreamOwned,
};

use crate::server::{self, Server};

/// The request for TLS of PostgreSQL's protocol: its length and its number.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

type ToServer = StreamOwned<ClientConnection, TcpStream>;
type ToGuest = StreamOwned<ServerConnection, TcpStream>;

/// A TLS connection to the server, up to where its certificate is known.
fn to_server(port: u16) -> ToServer {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(&TLS_REQUEST).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"S");
    let name = ServerName::try_from("localhost").unwrap();
    let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
    while tls.is_handshaking() {
        tls.complete_io(&mut stream).unwrap();
    }
    StreamOwned::new(tls, stream)
}

/// Somebody with this certificate and key, who passes on everything between his one guest and the server. His port.
fn between(certificate: &[u8], key: &[u8], server: u16) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate).unwrap()],
            PrivateKeyDer::from_pem_slice(key).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).unwrap();
        assert_eq!(request, TLS_REQUEST);
        stream.write_all(b"S").unwrap();
        let guest = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        relay(guest, to_server(server));
    });
    port
}

fn relay(mut guest: ToGuest, mut server: ToServer) {
    for socket in [&guest.sock, &server.sock] {
        socket.set_read_timeout(Some(PAUSE)).unwrap();
    }
    while passed(&mut guest, &mut server) && passed(&mut server, &mut guest) {}
}

/// Passes on what has come; `false` at the end.
fn passed(from: &mut impl Read, to: &mut impl Write) -> bool {
    let mut bytes = [0; 4096];
    match from.read(&mut bytes) {
        Ok(0) => false,
        Ok(count) => to.write_all(&bytes[..count]).is_ok() && to.flush().is_ok(),
        Err(e) => matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// A self-signed certificate of this kind (openssl's words) and its key, as PEM.
fn self_signed(folder: &Path, kind: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let (certificate, key) = (folder.join("other.pem"), folder.join("other.key"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(kind)
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{kind:?}: {made:?}");
    (
        std::fs::read(certificate).unwrap(),
        std::fs::read(key).unwrap(),
    )
}

/// Gives the running server another certificate and waits until it shows it.
fn take_up(postgres: &Server, (certificate, key): &(Vec<u8>, Vec<u8>)) {
    // Written over, so that the files keep their owner, as the server insists.
    std::fs::write(postgres.folder.join("server.pem"), certificate).unwrap();
    std::fs::write(postgres.folder.join("server.key"), key).unwrap();
    postgres.admin("", &["SELECT pg_reload_conf()"]);
    let wanted = CertificateDer::from_pem_slice(certificate).unwrap();
    let start = Instant::now();
    while to_server(postgres.port).conn.peer_certificates().unwrap()[0] != wanted {
        assert!(start.elapsed() < Duration::from_secs(20), "not taken up");
        std::thread::sleep(PAUSE);
    }
}

fn login(settings: &DbSettings) -> Result<(), StoreError> {
    db::connect(settings, Path::new("/")).map(|_| ())
}

#[test]
fn a_login_is_bound_to_the_servers_certificate() {
    // Its own: the clients of other tests do not take every certificate that it is given here.
    let postgres = server::own_postgres();
    let scratch = tempfile::tempdir().unwrap();
    let settings = DbSettings {
        sslmode: "require".to_owned(),
        ..postgres.database("binding")
    };
    let rsa = ["-newkey", "rsa:2048"];
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sha256"];
    // The kind, and whether its signature names a hash that binds.
    let kinds: [(&str, Vec<&str>, bool); 6] = [
        ("RSA, SHA-256", [&rsa[..], &["-sha256"]].concat(), true),
        ("RSA, SHA-1", [&rsa[..], &["-sha1"]].concat(), true),
        ("RSA, SHA-512", [&rsa[..], &["-sha512"]].concat(), true),
        ("ECDSA, SHA-512", [&curve[..], &["-sha512"]].concat(), true),
        ("RSA-PSS", [&rsa[..], &pss].concat(), false),
        ("Ed25519", vec!["-newkey", "ed25519"], false),
    ];
    let stranger = self_signed(scratch.path(), &rsa);
    for (kind, openssl, binds) in kinds {
        let own = self_signed(scratch.path(), &openssl);
        take_up(&postgres, &own);
        login(&settings).unwrap_or_else(|e| panic!("{kind}: {e:?}"));
        let through = |(certificate, key): &(Vec<u8>, Vec<u8>)| {
            login(&DbSettings {
                port: between(certificate, key, postgres.port),
                ..settings.clone()
            })
        };
        // Who has the server's own key is the server, as far as anybody can tell.
        through(&own).unwrap_or_else(|e| panic!("{kind}, through: {e:?}"));
        if binds {
            let refused = through(&stranger).unwrap_err();
            assert!(
                format!("{refused:?}").contains("channel binding"),
                "{kind}: {refused:?}"
            );
        }
    }
}
