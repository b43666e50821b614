//! MySQL 8's `caching_sha2_password`: a server of a few lines that speaks it as MySQL does, for there is no MySQL here. The
//! password comes as a hash where the server knows it already; else by TLS, or encrypted with the server's RSA key.
//!
//! Protocol: MySQL's internals manual, "Caching_sha2_password information" and "Connection Phase Packets".

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::io::db::{self, StoreError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha2::{Digest, Sha256};

const PASSWORD: &str = "pässwörd of 21 bytes";
const NONCE: &[u8; 20] = b"a nonce of 20 bytes!";
/// Long password, with a database, 4.1, secure connection, plugins; and TLS.
const CAPABILITIES: u32 = 0x0008_a20d;
const TLS: u32 = 0x0000_0800;

/// How the server lets somebody in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It knows the password's hash already.
    Known,
    /// It wants the password itself.
    Whole,
    /// The same, after it named another method first.
    Switched,
    /// Its RSA key is none.
    Garbage,
}

struct Mysql {
    folder: tempfile::TempDir,
    port: u16,
}

trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

fn openssl(arguments: &[&str], folder: &Path) {
    let made = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output();
    let made = made.unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

impl Mysql {
    /// A server that lets one guest in this way, by TLS if that is wished.
    fn start(way: Way, tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        openssl(&["genrsa", "-out", "key.pem", "2048"], folder.path());
        openssl(
            &["rsa", "-in", "key.pem", "-pubout", "-out", "public.pem"],
            folder.path(),
        );
        let subject = [
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ];
        let request = [
            "req",
            "-x509",
            "-key",
            "key.pem",
            "-days",
            "2",
            "-out",
            "certificate.pem",
        ];
        openssl(&[&request[..], &subject].concat(), folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let keys = folder.path().to_owned();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            // A guest that was refused goes away.
            let _ = serve(stream, way, tls, &keys);
        });
        Self { folder, port }
    }

    fn settings(&self, password: &str, tls: bool) -> DbSettings {
        let certificate = self.folder.path().join("certificate.pem");
        DbSettings {
            driver: Driver::MySql,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            socket: None,
            database: "freescout".to_owned(),
            username: "freescout".to_owned(),
            password: password.into(),
            prefix: String::new(),
            charset: "utf8mb4".to_owned(),
            collation: "utf8mb4_unicode_ci".to_owned(),
            ssl_ca: tls.then(|| certificate.to_string_lossy().into_owned()),
            ssl_cert: None,
            ssl_verify: true,
            sslmode: "prefer".to_owned(),
        }
    }

    fn login(&self, password: &str, tls: bool) -> Result<String, StoreError> {
        let store = db::connect(&self.settings(password, tls), Path::new("/"))?;
        Ok(store.server().to_owned())
    }
}

fn send(line: &mut dyn Line, number: u8, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    let mut packet = vec![length[0], length[1], length[2], number];
    packet.extend_from_slice(body);
    line.write_all(&packet)?;
    line.flush()
}

/// The number of the next packet, and what is in it.
fn receive(line: &mut dyn Line) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 4];
    line.read_exact(&mut head)?;
    let mut body = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
    line.read_exact(&mut body)?;
    Ok((head[3], body))
}

fn greeting(method: &str, tls: bool) -> Vec<u8> {
    let capabilities = CAPABILITIES | if tls { TLS } else { 0 };
    let [a, b, c, d] = capabilities.to_le_bytes();
    let mut body = vec![10];
    body.extend_from_slice(b"8.4.0\0");
    body.extend_from_slice(&7_u32.to_le_bytes());
    body.extend_from_slice(&NONCE[..8]);
    body.extend_from_slice(&[0, a, b, 45, 2, 0, c, d, 21]);
    body.extend_from_slice(&[0; 10]);
    body.extend_from_slice(&NONCE[8..]);
    body.push(0);
    body.extend_from_slice(method.as_bytes());
    body.push(0);
    body
}

fn serve(mut stream: TcpStream, way: Way, tls: bool, keys: &Path) -> std::io::Result<()> {
    let method = match way {
        Way::Switched => "mysql_native_password",
        _ => "caching_sha2_password",
    };
    send(&mut stream, 0, &greeting(method, tls))?;
    if !tls {
        return let_in(&mut stream, way, false, keys);
    }
    let (_, request) = receive(&mut stream)?;
    assert_eq!(request.len(), 32, "a request for TLS");
    let read = |name: &str| std::fs::read(keys.join(name)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(&read("certificate.pem")).unwrap()],
            PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap(),
        )
        .unwrap();
    let tls = ServerConnection::new(Arc::new(config)).unwrap();
    let_in(&mut StreamOwned::new(tls, stream), way, true, keys)
}

fn let_in(line: &mut dyn Line, way: Way, tls: bool, keys: &Path) -> std::io::Result<()> {
    let (mut number, login) = receive(line)?;
    let mut hash = login;
    if way == Way::Switched {
        let switch = [&b"\xfecaching_sha2_password\0"[..], NONCE, &[0]].concat();
        send(line, number + 1, &switch)?;
        (number, hash) = receive(line)?;
    }
    // The hash stands in the login, wherever its fields end.
    let right = hash.windows(32).any(|part| part == scramble());
    let refused =
        b"\xff\x15\x04#28000Access denied for user 'freescout'@'localhost' (using password: YES)";
    if way == Way::Known {
        if !right {
            return send(line, number + 1, refused);
        }
        send(line, number + 1, &[1, 3])?;
        number += 1;
    } else {
        send(line, number + 1, &[1, 4])?;
        let (at, mut whole) = receive(line)?;
        number = at;
        if !tls {
            assert_eq!(whole, [2], "the key is asked for, the password is not sent");
            let key = match way {
                Way::Garbage => {
                    b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_vec()
                }
                _ => std::fs::read(keys.join("public.pem")).unwrap(),
            };
            send(line, number + 1, &[&[1], &key[..]].concat())?;
            let (at, encrypted) = receive(line)?;
            number = at;
            whole = decrypted(&encrypted, &keys.join("key.pem"));
            let nonce = NONCE.iter().cycle();
            whole
                .iter_mut()
                .zip(nonce)
                .for_each(|(byte, nonce)| *byte ^= nonce);
        }
        if whole != [PASSWORD.as_bytes(), &[0]].concat() {
            return send(line, number + 1, refused);
        }
    }
    send(line, number + 1, &[0, 0, 0, 2, 0, 0, 0])?;
    loop {
        let (_, command) = receive(line)?;
        match command.strip_prefix(&[3]) {
            Some(query) if query.starts_with(b"SELECT VERSION()") => version(line)?,
            Some(_) => send(line, 1, &[0, 0, 0, 2, 0, 0, 0])?,
            None => return Ok(()),
        }
    }
}

/// One row of one column.
fn version(line: &mut dyn Line) -> std::io::Result<()> {
    let text = |text: &[u8]| [&[u8::try_from(text.len()).unwrap()], text].concat();
    let mut column = [
        text(b"def"),
        text(b""),
        text(b""),
        text(b""),
        text(b"VERSION()"),
        text(b""),
    ]
    .concat();
    column.extend_from_slice(&[0x0c, 45, 0, 20, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]);
    let end = [0xfe, 0, 0, 2, 0];
    send(line, 1, &[1])?;
    send(line, 2, &column)?;
    send(line, 3, &end)?;
    send(line, 4, &text(b"8.4.0"))?;
    send(line, 5, &end)
}

/// SHA-256 of the password, mixed with that of its hash and the nonce.
fn scramble() -> [u8; 32] {
    let once = Sha256::digest(PASSWORD.as_bytes());
    let twice = Sha256::digest(once);
    let mixed = Sha256::new()
        .chain_update(twice)
        .chain_update(NONCE)
        .finalize();
    std::array::from_fn(|at| once[at] ^ mixed[at])
}

fn decrypted(bytes: &[u8], key: &PathBuf) -> Vec<u8> {
    let mut openssl = Command::new("openssl")
        .args([
            "pkeyutl",
            "-decrypt",
            "-pkeyopt",
            "rsa_padding_mode:oaep",
            "-inkey",
        ])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(bytes).unwrap();
    openssl.wait_with_output().unwrap().stdout
}

#[test]
fn the_password_comes_as_a_hash_by_tls_or_encrypted_with_the_servers_key() {
    for (way, tls) in [
        (Way::Known, false),
        (Way::Known, true),
        (Way::Whole, false),
        (Way::Whole, true),
        (Way::Switched, false),
        (Way::Switched, true),
    ] {
        let server = Mysql::start(way, tls);
        let context = format!("{}, TLS: {tls}", way as u8);
        let login = server.login(PASSWORD, tls);
        assert_eq!(
            login.as_deref().ok(),
            Some("MySQL 8.4.0"),
            "{context}: {login:?}"
        );
        let wrong = Mysql::start(way, tls).login("another", tls);
        assert!(
            matches!(wrong, Err(StoreError::Denied(_))),
            "{context}: {wrong:?}"
        );
    }
}

#[test]
fn a_key_that_is_none_is_a_failed_login_and_no_fault_of_ours() {
    let login = Mysql::start(Way::Garbage, false).login(PASSWORD, false);
    assert!(
        matches!(login, Err(StoreError::Unreachable(_))),
        "{login:?}"
    );
}
