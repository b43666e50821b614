//! A mail server that follows a script, on a port of the loopback: says, hears, waits, hangs up, speaks TLS.
//!
//! It records whatever it hears, so that a test can count logins and look at the bytes. Each connection plays the script
//! of its turn; the last script is played again by those that come after. What is out of script is said at the end.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// No connection of a test lasts longer.
const LONGEST: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub enum Step {
    /// Sends bytes.
    Say(Vec<u8>),
    /// Reads a line that begins so.
    Hear(&'static str),
    /// Waits.
    Sleep(Duration),
    /// Sends bytes beneath TLS.
    Beneath(Vec<u8>),
    /// Says this and what was heard last, to the end of the line.
    Echo(&'static str),
    /// Sends a byte, waits, sends the next; over and over. Beneath TLS, where there is any.
    Drip(Vec<u8>, Duration),
    /// Sends the same bytes until the other side hangs up.
    Endless(Vec<u8>),
    /// Hangs up.
    Close,
    /// Says no more, but listens.
    HalfClose,
    /// Negotiates TLS.
    StartTls(Arc<ServerConfig>),
    /// Counts as busy from here on.
    Enter,
    /// No longer counts as busy.
    Leave,
}

/// `say("* OK\r\n")`.
pub fn say(text: impl AsRef<[u8]>) -> Step {
    Step::Say(text.as_ref().to_vec())
}

/// `C:` begins what is heard, everything else is said; each line ends with CR LF on the wire.
pub fn script(text: &'static str) -> Vec<Step> {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix("C:") {
            Some(prefix) => Step::Hear(prefix.strip_prefix(' ').unwrap_or(prefix)),
            None => say(format!("{line}\r\n")),
        })
        .collect()
}

/// What one connection said and heard.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// All the bytes it heard; those after STARTTLS deciphered.
    pub heard: Vec<u8>,
    /// How many bytes it could send.
    pub said: usize,
    /// What did not go by the script.
    pub astray: Option<String>,
}

impl Connection {
    /// What was heard, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// The lines that were heard.
    pub fn lines(&self) -> Vec<String> {
        self.text()
            .split_terminator("\r\n")
            .map(str::to_owned)
            .collect()
    }
}

pub struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    scripts: Vec<Vec<Step>>,
    ended: AtomicBool,
    busy: AtomicUsize,
    busiest: AtomicUsize,
    connections: Mutex<Vec<Connection>>,
}

impl Server {
    /// Every connection plays the same script.
    pub fn new(script: Vec<Step>) -> Self {
        Self::in_turn(vec![script])
    }

    /// Each connection plays the next script.
    pub fn in_turn(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            scripts,
            ended: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            busiest: AtomicUsize::new(0),
            connections: Mutex::default(),
        });
        let for_thread = Arc::clone(&shared);
        let listening = std::thread::spawn(move || listen(&listener, &for_thread));
        Self {
            address,
            shared,
            listening: Some(listening),
        }
    }

    /// Waits for all connections to end; gives what each heard, in the order they came.
    pub fn records(mut self) -> Vec<Connection> {
        self.stop();
        std::mem::take(&mut *self.shared.connections.lock().unwrap())
    }

    /// The one connection there was, which followed the script.
    pub fn record(self) -> Connection {
        let mut records = self.records();
        assert_eq!(records.len(), 1, "{records:?}");
        let record = records.remove(0);
        assert_eq!(record.astray, None, "{record:?}");
        record
    }

    /// The most connections that were busy at once.
    pub fn busiest(&self) -> usize {
        self.shared.busiest.load(Ordering::SeqCst)
    }

    fn stop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        if let Some(listening) = self.listening.take() {
            let _ = TcpStream::connect(self.address);
            listening.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        if shared.ended.load(Ordering::SeqCst) {
            break;
        }
        let shared = Arc::clone(shared);
        let turn = {
            let mut connections = shared.connections.lock().unwrap();
            connections.push(Connection::default());
            connections.len() - 1
        };
        threads.push(std::thread::spawn(move || serve(stream, turn, &shared)));
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

fn serve(stream: TcpStream, turn: usize, shared: &Shared) {
    let script = &shared.scripts[turn.min(shared.scripts.len() - 1)];
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    stream.set_write_timeout(Some(LONGEST)).unwrap();
    let mut talk = Talk {
        wire: Wire::Plain(stream),
        until: Instant::now() + LONGEST,
        record: Connection::default(),
        busy: false,
    };
    let outcome = talk.play(script, shared);
    if talk.busy {
        shared.busy.fetch_sub(1, Ordering::SeqCst);
    }
    talk.record.astray = outcome.err();
    shared.connections.lock().unwrap()[turn] = talk.record;
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    Gone,
}

struct Talk {
    wire: Wire,
    until: Instant,
    record: Connection,
    busy: bool,
}

impl Talk {
    fn play(&mut self, script: &[Step], shared: &Shared) -> Result<(), String> {
        for step in script {
            match step {
                Step::Say(bytes) => self.say(bytes)?,
                Step::Hear(prefix) => {
                    let line = self.hear()?;
                    if !line.starts_with(prefix.as_bytes()) {
                        let line = String::from_utf8_lossy(&line).into_owned();
                        return Err(format!("{line:?} instead of {prefix:?}"));
                    }
                }
                Step::Beneath(bytes) => self.beneath(bytes)?,
                Step::Echo(begins) => {
                    let heard = self.record.heard.trim_ascii_end();
                    let last = heard.rsplit(|b| *b == b'\n').next().unwrap_or_default();
                    let line = [begins.as_bytes(), last, b"\r\n"].concat();
                    self.say(&line)?;
                }
                Step::Sleep(time) => std::thread::sleep(*time),
                Step::Drip(bytes, pause) => loop {
                    for byte in bytes {
                        // Hung up, as was to be expected.
                        if self.beneath(&[*byte]).is_err() || Instant::now() > self.until {
                            return Ok(());
                        }
                        std::thread::sleep(*pause);
                    }
                },
                Step::Endless(bytes) => {
                    while self.say(bytes).is_ok() && Instant::now() < self.until {}
                    return Ok(());
                }
                Step::Close => return Ok(()),
                Step::HalfClose => {
                    if let Wire::Plain(stream) = &self.wire {
                        let _ = stream.shutdown(Shutdown::Write);
                    }
                }
                Step::StartTls(config) => self.start_tls(config)?,
                Step::Enter => {
                    let busy = shared.busy.fetch_add(1, Ordering::SeqCst) + 1;
                    shared.busiest.fetch_max(busy, Ordering::SeqCst);
                    self.busy = true;
                }
                Step::Leave => {
                    shared.busy.fetch_sub(1, Ordering::SeqCst);
                    self.busy = false;
                }
            }
        }
        // The rest is only heard.
        while self.byte().is_some() {}
        Ok(())
    }

    fn say(&mut self, bytes: &[u8]) -> Result<(), String> {
        let said = match &mut self.wire {
            Wire::Plain(stream) => stream.write(bytes),
            Wire::Tls(stream) => stream.write(bytes).and_then(|n| stream.flush().map(|()| n)),
            Wire::Gone => return Err("no wire".to_owned()),
        }
        .map_err(|e| e.to_string())?;
        self.record.said += said;
        match said {
            0 => Err("nothing was taken".to_owned()),
            _ if said < bytes.len() => self.say(&bytes[said..]),
            _ => Ok(()),
        }
    }

    fn beneath(&mut self, bytes: &[u8]) -> Result<(), String> {
        match &mut self.wire {
            Wire::Plain(socket) => socket.write_all(bytes),
            Wire::Tls(stream) => stream.sock.write_all(bytes),
            Wire::Gone => Err(ErrorKind::NotConnected.into()),
        }
        .map_err(|e| e.to_string())
    }

    fn hear(&mut self) -> Result<Vec<u8>, String> {
        let mut line = Vec::new();
        loop {
            match self.byte() {
                Some(b'\n') => return Ok(line),
                Some(byte) => line.push(byte),
                None => return Err(format!("hung up after {line:?}")),
            }
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        loop {
            let read = match &mut self.wire {
                Wire::Plain(stream) => stream.read(&mut byte),
                Wire::Tls(stream) => stream.read(&mut byte),
                Wire::Gone => return None,
            };
            match read {
                Ok(0) => return None,
                Ok(_) => {
                    self.record.heard.push(byte[0]);
                    return Some(byte[0]);
                }
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
            if Instant::now() > self.until {
                return None;
            }
        }
    }

    fn start_tls(&mut self, config: &Arc<ServerConfig>) -> Result<(), String> {
        let Wire::Plain(mut stream) = std::mem::replace(&mut self.wire, Wire::Gone) else {
            return Err("TLS within TLS".to_owned());
        };
        let mut tls = ServerConnection::new(Arc::clone(config)).map_err(|e| e.to_string())?;
        while tls.is_handshaking() {
            match tls.complete_io(&mut stream) {
                Ok(_) => {}
                Err(e)
                    if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
                        && Instant::now() < self.until => {}
                Err(e) => return Err(e.to_string()),
            }
        }
        self.wire = Wire::Tls(Box::new(StreamOwned::new(tls, stream)));
        Ok(())
    }
}
