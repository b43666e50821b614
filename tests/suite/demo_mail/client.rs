//! A mail client that says what it is told to, and trusts the demo's authority alone.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use freescout_rescue::demo::mail::MailServers;
use freescout_rescue::domain::payload::base64;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, Error, RootCertStore, Stream};

pub(super) fn address(servers: &MailServers, host: &str, port: u16) -> SocketAddr {
    let routes = servers.routes();
    let route = routes.iter().find(|(h, p, _)| h == host && *p == port);
    route
        .unwrap_or_else(|| panic!("{host}:{port} leads nowhere"))
        .2
}

/// A connection as a client has it.
pub(super) struct Client {
    pub(super) socket: TcpStream,
    tls: Option<ClientConnection>,
}

impl Client {
    /// Connected, in plain.
    pub(super) fn plain(servers: &MailServers, host: &str, port: u16) -> Self {
        let socket = TcpStream::connect(address(servers, host, port)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, tls: None }
    }

    /// Goes over to TLS.
    pub(super) fn secure(&mut self, servers: &MailServers, host: &str) -> Result<(), Error> {
        let mut roots = RootCertStore::empty();
        let authority = servers.authority().to_der().unwrap();
        roots.add(CertificateDer::from(authority))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tls = ClientConnection::new(Arc::new(config), host.to_owned().try_into().unwrap())?;
        while tls.is_handshaking() {
            if let Err(e) = tls.complete_io(&mut self.socket) {
                return Err(e
                    .downcast::<Error>()
                    .unwrap_or_else(|e| Error::General(e.to_string())));
            }
        }
        self.tls = Some(tls);
        Ok(())
    }

    pub(super) fn imaps(servers: &MailServers, host: &str) -> Self {
        let mut client = Self::plain(servers, host, 993);
        client.secure(servers, host).unwrap();
        assert!(client.line().starts_with("* OK "));
        client
    }

    /// At an SMTP server, greeted within TLS.
    pub(super) fn smtps(servers: &MailServers, host: &str) -> Self {
        let mut client = Self::plain(servers, host, 587);
        assert!(client.line().starts_with("220 "));
        assert!(!client.ehlo().contains("AUTH"));
        assert_eq!(client.ask("STARTTLS"), "220 2.0.0 Ready to start TLS");
        client.secure(servers, host).unwrap();
        assert!(client.ehlo().contains("AUTH LOGIN"));
        client
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.tls {
            Some(tls) => Stream::new(tls, &mut self.socket).write_all(bytes),
            None => self.socket.write_all(bytes),
        }
    }

    pub(super) fn read(&mut self) -> std::io::Result<u8> {
        let mut byte = [0];
        match &mut self.tls {
            Some(tls) => Stream::new(tls, &mut self.socket).read_exact(&mut byte)?,
            None => self.socket.read_exact(&mut byte)?,
        }
        Ok(byte[0])
    }

    pub(super) fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(self.read().unwrap());
        }
        String::from_utf8(line).unwrap().trim_end().to_owned()
    }

    /// Sends a line and gives the next one.
    pub(super) fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).unwrap();
        self.line()
    }

    /// Sends an IMAP command; the untagged lines, and the tagged one without its tag.
    pub(super) fn command(&mut self, command: &str) -> (String, String) {
        let mut line = self.ask(&format!("A7 {command}"));
        let mut untagged = String::new();
        while let Some(text) = line.strip_prefix("* ") {
            untagged.push_str(text);
            untagged.push('\n');
            line = self.line();
        }
        (untagged, line.strip_prefix("A7 ").unwrap().to_owned())
    }

    pub(super) fn tagged(&mut self, command: &str) -> String {
        self.command(command).1
    }

    pub(super) fn log_in(&mut self, user: &str, password: &str) -> String {
        self.tagged(&format!("LOGIN \"{user}@helpdesk.example\" \"{password}\""))
    }

    pub(super) fn ehlo(&mut self) -> String {
        let mut lines = self.ask("EHLO client.example");
        while lines.lines().last().unwrap().starts_with("250-") {
            let line = self.line();
            lines.push('\n');
            lines.push_str(&line);
        }
        lines
    }

    pub(super) fn auth_plain(&mut self, user: &str, password: &str) -> String {
        let user = format!("{user}@helpdesk.example");
        let text = base64::encode(format!("{user}\0{user}\0{password}").as_bytes());
        self.ask(&format!("AUTH PLAIN {text}"))
    }

    /// Whether the other side has hung up.
    pub(super) fn is_over(&mut self) -> bool {
        self.read()
            .is_err_and(|e| !matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }
}
