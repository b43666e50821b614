//! A mail protocol spoken line by line over a plain connection, with a deadline on every read.
//!
//! For proofs about the servers themselves: nothing of the program under test is used.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

/// A connection and the lines that came.
pub struct Dialogue {
    reader: BufReader<TcpStream>,
}

impl Dialogue {
    /// Connects and reads the greeting.
    pub fn greeted(host: IpAddr, port: u16) -> std::io::Result<(Self, String)> {
        let stream = TcpStream::connect((host, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut dialogue = Self {
            reader: BufReader::new(stream),
        };
        let greeting = dialogue.line()?;
        Ok((dialogue, greeting))
    }

    /// The next line, without its end. The end of the connection is an error.
    pub fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    pub fn say(&mut self, line: &str) {
        let mut stream = self.reader.get_ref();
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    /// Says a line and reads until an answer's last line, which begins with one of these; all lines of it.
    pub fn ask(&mut self, line: &str, last: &[&str]) -> String {
        self.say(line);
        let mut answer = String::new();
        loop {
            let line = self.line().unwrap();
            answer.push_str(&line);
            answer.push('\n');
            if last.iter().any(|begin| line.starts_with(begin)) {
                return answer;
            }
        }
    }

    /// An IMAP command and its answer up to the tagged line.
    pub fn imap(&mut self, command: &str) -> String {
        self.ask(&format!("a {command}"), &["a "])
    }
}

/// An IMAP string in quotes, as clients send a user and a password.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
