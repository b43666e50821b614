//! An OAuth provider over TLS: asked only when the system's certificates vouch for it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use freescout_rescue::domain::inventory::mailbox::OAuthProvider;
use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::io::mail::oauth::{self, AskError, Endpoints, Grant};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::server;

const GOOD: &str = r#"{"access_token":"given","refresh_token":"given too","expires_in":60}"#;
/// Names the endpoint to the process that asks.
const ENDPOINT: &str = "TEST_TOKEN_ENDPOINT";

/// Serves on a thread of its own; gives the endpoint.
fn serve(folder: &Path) -> String {
    let chain = CertificateDer::pem_file_iter(folder.join("server.pem")).unwrap();
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                chain.map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap(),
            )
            .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !request.ends_with(b"grant_type=refresh_token") {
                match stream.read(&mut part) {
                    Ok(count) if count > 0 => request.extend_from_slice(&part[..count]),
                    _ => break,
                }
            }
            let length = GOOD.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(GOOD.as_bytes());
            connection.send_close_notify();
            let _ = connection.complete_io(&mut socket);
        }
    });
    format!("https://localhost:{port}/token")
}

fn ask(endpoint: &str) -> Result<oauth::Tokens, AskError> {
    let endpoints = Endpoints {
        microsoft: endpoint.to_owned(),
        ..Endpoints::default()
    };
    let grant = Grant {
        client_id: "11-22".to_owned(),
        client_secret: SecretBytes::from(&b"secret"[..]),
        refresh_token: SecretBytes::from(&b"once"[..]),
    };
    oauth::refresh(
        OAuthProvider::Microsoft,
        &endpoints,
        &grant,
        &AtomicBool::new(false),
    )
}

#[test]
fn a_provider_is_asked_only_with_a_certificate_that_the_system_trusts() {
    // The system's certificates are those of a variable, where it is set: the second part is a process of its own.
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        return ask_where_it_is_trusted(&endpoint);
    }
    let folder = tempfile::tempdir().unwrap();
    server::certificates(folder.path());
    let endpoint = serve(folder.path());
    let refused = ask(&endpoint).unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    assert!(!refused.contains(".c:"), "{refused}");
    let this_test = "provider::a_provider_is_asked_only_with_a_certificate_that_the_system_trusts";
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this_test])
        .env("SSL_CERT_FILE", folder.path().join("ca.pem"))
        .env(ENDPOINT, &endpoint)
        // A proxy that is not there: it must not be asked.
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.contains("1 passed"), "{said}");
}

fn ask_where_it_is_trusted(endpoint: &str) {
    let tokens = ask(endpoint).unwrap();
    assert_eq!(tokens.access.expose(), b"given");
    assert_eq!(tokens.refresh.unwrap().expose(), b"given too");
    assert_eq!(tokens.expires_in, 60);
    // Trusted, but for another name.
    let other_name = endpoint.replace("localhost", "127.0.0.1");
    let refused = ask(&other_name).unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    assert!(!refused.contains(".c:"), "{refused}");
}
