//! The mail servers of the demo, on loopback ports: IMAP and SMTP, one with an expired certificate, one that is silent,
//! and Microsoft's, which take no passwords, and of tokens only the one that their endpoint gives. What is wrong with a server
//! is mended as soon as its first guest has left, so that a second test finds all well.
//!
//! One thread waits at each port and one serves each connection, at most [`MAX_GUESTS`] at once; dropping
//! [`MailServers`] ends them all. They know the logins of the story, hold no mail, and keep nothing of what they are sent.

mod certificates;
mod guests;
mod imap;
mod smtp;
mod token;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use openssl::ssl::SslContext;
use openssl::x509::X509;

use self::guests::Guests;
use self::wire::GuestWire;
use super::story::{
    DemoLogin, EXPIRED_IMAP, IMAP, MICROSOFT_IMAP, MICROSOFT_SMTP, SILENT_SMTP, SMTP, logins,
};
use super::tables::{IMAPS_PORT, SUBMISSION_PORT};

/// Connections that are served at once.
const MAX_GUESTS: usize = 64;
/// Plain IMAP, with STARTTLS for who wants it.
const IMAP_PORT: u16 = 143;
/// Accepting fails for want of file handles, which takes a while to change.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What is spoken at a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speech {
    /// IMAP, TLS from the first byte.
    Imaps,
    /// IMAP, plain at first.
    Imap,
    /// SMTP, plain at first.
    Smtp,
    /// Nothing at first, SMTP once it is mended.
    Silence,
    /// HTTP: new tokens are given.
    Token,
}

/// Whose manners a server has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DemoProvider {
    /// Passwords are taken.
    Ordinary,
    /// A token is taken, and nothing else.
    Microsoft,
}

/// Every mail server of the story.
const SERVERS: [(&str, u16, Speech, DemoProvider); 7] = [
    (IMAP, IMAPS_PORT, Speech::Imaps, DemoProvider::Ordinary),
    (IMAP, IMAP_PORT, Speech::Imap, DemoProvider::Ordinary),
    (
        EXPIRED_IMAP,
        IMAPS_PORT,
        Speech::Imaps,
        DemoProvider::Ordinary,
    ),
    (
        MICROSOFT_IMAP,
        IMAPS_PORT,
        Speech::Imaps,
        DemoProvider::Microsoft,
    ),
    (SMTP, SUBMISSION_PORT, Speech::Smtp, DemoProvider::Ordinary),
    (
        MICROSOFT_SMTP,
        SUBMISSION_PORT,
        Speech::Smtp,
        DemoProvider::Microsoft,
    ),
    (
        SILENT_SMTP,
        SUBMISSION_PORT,
        Speech::Silence,
        DemoProvider::Ordinary,
    ),
];

/// One server, as the threads that serve its guests see it.
struct DemoServer {
    name: &'static str,
    speech: Speech,
    provider: DemoProvider,
    tls: SslContext,
    /// What takes the place of that once the server is mended.
    renewed: Option<SslContext>,
    mended: AtomicBool,
    logins: Arc<[DemoLogin]>,
}

impl DemoServer {
    /// Whether user and password, which `kept` picks from a login, may come in.
    fn admits(
        &self,
        user: &[u8],
        password: &[u8],
        kept: impl Fn(&DemoLogin) -> Option<&String>,
    ) -> bool {
        self.provider == DemoProvider::Ordinary
            && self.logins.iter().any(|login| {
                login.user.as_bytes() == user
                    && kept(login).is_some_and(|kept| kept.as_bytes() == password)
            })
    }

    /// Whether an XOAUTH2 message in its plain form names a user and the token that is good.
    fn admits_token(&self, message: &[u8]) -> bool {
        let good = |login: &DemoLogin| {
            let token = login.token?;
            let wanted = format!("user={}\x01auth=Bearer {token}\x01\x01", login.user);
            (message == wanted.as_bytes()).then_some(())
        };
        self.provider == DemoProvider::Microsoft && self.logins.iter().find_map(good).is_some()
    }

    fn is_mended(&self) -> bool {
        self.mended.load(Ordering::SeqCst)
    }

    fn tls(&self) -> &SslContext {
        let renewed = self.renewed.as_ref().filter(|_| self.is_mended());
        renewed.unwrap_or(&self.tls)
    }

    /// Serves one guest up to the end, for which there are more reasons than need telling apart.
    fn serve(&self, guest: TcpStream) -> io::Result<()> {
        let mut wire = GuestWire::new(guest)?;
        match self.speech {
            Speech::Imaps => {
                wire.secure(self.tls())?;
                imap::serve(self, wire)
            }
            Speech::Imap => imap::serve(self, wire),
            Speech::Silence if !self.is_mended() => wire.say_nothing(),
            Speech::Smtp | Speech::Silence => smtp::serve(self, wire),
            Speech::Token => token::serve(wire),
        }
    }
}

/// The demo's mail servers; they end when this is dropped.
pub struct MailServers {
    routes: Vec<(String, u16, SocketAddr)>,
    token_endpoint: Option<SocketAddr>,
    authority: X509,
    guests: Arc<Guests>,
    porters: Vec<(SocketAddr, JoinHandle<()>)>,
}

impl MailServers {
    /// Starts them on free loopback ports.
    ///
    /// # Errors
    /// No free port, no thread.
    pub fn start() -> io::Result<Self> {
        let logins: Arc<[DemoLogin]> = logins().into();
        // Filled as we go: what fails halfway drops the part that stands.
        let mut servers = Self {
            routes: Vec::new(),
            token_endpoint: None,
            authority: certificates::authority()?,
            guests: Arc::new(Guests::new(MAX_GUESTS)),
            porters: Vec::new(),
        };
        let server = |name, speech, provider| -> io::Result<DemoServer> {
            Ok(DemoServer {
                name,
                speech,
                provider,
                tls: certificates::server(name)?,
                renewed: certificates::renewed(name)?,
                mended: AtomicBool::new(false),
                logins: Arc::clone(&logins),
            })
        };
        for (name, port, speech, provider) in SERVERS {
            let address = servers.open(server(name, speech, provider)?)?;
            servers.routes.push((name.to_owned(), port, address));
        }
        let token = server(MICROSOFT_IMAP, Speech::Token, DemoProvider::Microsoft)?;
        servers.token_endpoint = Some(servers.open(token)?);
        Ok(servers)
    }

    /// Where each server name and port of the story is really to be found: host, port, address.
    pub fn routes(&self) -> Vec<(String, u16, SocketAddr)> {
        self.routes.clone()
    }

    /// The certificate of the authority that signed their certificates, to be trusted by the demo alone.
    pub fn authority(&self) -> X509 {
        self.authority.clone()
    }

    /// Where Microsoft's tokens are renewed: a URL of plain HTTP.
    pub fn token_endpoint(&self) -> String {
        let address = self.token_endpoint.map(|address| address.to_string());
        format!("http://{}/token", address.unwrap_or_default())
    }

    fn open(&mut self, server: DemoServer) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let guests = Arc::clone(&self.guests);
        let porter = Builder::new()
            .name(format!("demo-{}", server.name))
            .spawn(move || receive(&listener, &Arc::new(server), &guests))?;
        self.porters.push((address, porter));
        Ok(address)
    }
}

impl Drop for MailServers {
    fn drop(&mut self) {
        self.guests.close();
        for (address, porter) in self.porters.drain(..) {
            // A porter looks up when somebody knocks. If even that fails, waiting would be forever.
            if TcpStream::connect(address).is_ok() {
                let _ = porter.join();
            }
        }
        self.guests.see_off();
    }
}

/// Waits at a port and gives each guest a thread, until the house closes.
fn receive(listener: &TcpListener, server: &Arc<DemoServer>, guests: &Arc<Guests>) {
    while !guests.is_closed() {
        let Ok((stream, _)) = listener.accept() else {
            std::thread::sleep(ACCEPT_PAUSE);
            continue;
        };
        let Some(guest) = guests.enter(&stream) else {
            continue;
        };
        let server = Arc::clone(server);
        // Without a thread the guest is dropped, and with it the connection.
        let _ = Builder::new().name("demo-guest".to_owned()).spawn(move || {
            let _ = server.serve(stream);
            // Before the guest's place is free: who comes after it finds all well.
            server.mended.store(true, Ordering::SeqCst);
            drop(guest);
        });
    }
}
