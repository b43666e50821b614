//! A wire between the program and its server, that loses the answer to a commit.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What PostgreSQL's client sends first when it would like TLS: length 8 and the code 80877103.
const ASKS_FOR_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// The wire. It ends with the test program.
pub struct Wire {
    pub port: u16,
    armed: Arc<AtomicBool>,
}

impl Wire {
    /// A wire to a port of this machine.
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let armed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&armed);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let flag = Arc::clone(&flag);
                std::thread::spawn(move || connect(client, server, &flag));
            }
        });
        Self { port, armed }
    }

    /// From now on the next commit reaches the server, and its answer nobody.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Whether that has happened.
    pub fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}

/// Whether that ends a transaction; one that is to read what is `COMMITTED` begins.
fn commits(said: &[u8]) -> bool {
    let commits = |at: usize| {
        let after = said.get(at + 6).is_some_and(u8::is_ascii_alphabetic);
        !after && said[at..at + 6].eq_ignore_ascii_case(b"commit")
    };
    (0..said.len().saturating_sub(5)).any(commits)
}

fn connect(mut client: TcpStream, server: u16, armed: &AtomicBool) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)) else {
        return;
    };
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let cut = Arc::new(AtomicBool::new(false));
    let silent = Arc::clone(&cut);
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 14];
        while let Ok(read @ 1..) = answers.read(&mut buffer) {
            if silent.load(Ordering::SeqCst) || back.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = back.shutdown(Shutdown::Both);
        let _ = answers.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 1 << 14];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let said = &buffer[..read];
        if said == ASKS_FOR_TLS {
            // What is read here must be readable.
            client.write_all(b"N").unwrap();
            continue;
        }
        if commits(said) && armed.swap(false, Ordering::SeqCst) {
            cut.store(true, Ordering::SeqCst);
        }
        if server.write_all(said).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}
