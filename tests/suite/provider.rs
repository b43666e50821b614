//! A mailbox connected with Microsoft on the demo install, and a token endpoint on loopback that answers as it is told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::domain::verdict::Verdict;
use freescout_rescue::engine::mail_test::oauth::{self, RefreshError, Refreshed};
use freescout_rescue::engine::session::{Session, reading, survey};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::mail::oauth::Endpoints;
use serde_json::Value as Json;

use crate::cli::Bench;

/// What every secret of these tests begins with.
pub const MARK: &str = "s3ntinel";
pub const CLIENT_SECRET: &str = "s3ntinel client&secret/ä";
pub const OLD_ACCESS: &str = "s3ntinel-old-access";
pub const OLD_REFRESH: &str = "s3ntinel-old-refresh";
pub const NEW_ACCESS: &str = "s3ntinel-new-access";
pub const NEW_REFRESH: &str = "s3ntinel-new-refresh";
pub const BOTH: &str = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"s3ntinel-new-access","refresh_token":"s3ntinel-new-refresh"}"#;
pub const READ_ONLY: &str = "CREATE TRIGGER read_only BEFORE UPDATE ON mailboxes
    BEGIN SELECT RAISE(ABORT, 'this server only reads'); END";

/// The demo with its first mailbox connected with Microsoft; the access token's life is over.
pub struct Desk {
    pub bench: Bench,
    pub session: Session,
    pub key: AppKey,
}

pub fn sealed(key: &AppKey, text: &str) -> String {
    Payload::seal(key, &[9; 16], &php::serialize_text(text.as_bytes()))
}

/// `meta` with these tokens among members of others, in PHP's writing.
pub fn meta(access: &str, refresh: &str, beside: &str) -> String {
    let escaped = |payload: &str| payload.replace('/', "\\/");
    format!(
        r#"{{"beside":"{beside}","oauth":{{"provider":"ms","a_token":"{}","r_token":"{}","issued_on":"2025-01-01 00:00:00","expires_in":3599,"x":[1 ]}},"z":"\u00e9\/"}}"#,
        escaped(access),
        escaped(refresh)
    )
}

impl Desk {
    pub fn new() -> Self {
        let bench = Bench::new();
        let mut session = open(&bench);
        let key = AppKey::parse(session.install.key_in_force().text.expose()).unwrap();
        let desk_meta = meta(&sealed(&key, OLD_ACCESS), &sealed(&key, OLD_REFRESH), "");
        bench
            .database()
            .execute(
                "UPDATE mailboxes SET in_username = 'login@helpdesk.example:11-22', in_password = ?1, meta = ?2 WHERE id = 1",
                [&sealed(&key, CLIENT_SECRET), &desk_meta],
            )
            .unwrap();
        reading::read_inventory(&mut session).unwrap();
        Self {
            bench,
            session,
            key,
        }
    }

    pub fn refresh_until(
        &mut self,
        provider: &Provider,
        cancel: &AtomicBool,
    ) -> Result<Refreshed, RefreshError> {
        oauth::refresh(&mut self.session, 1, &provider.endpoints, cancel)
    }

    pub fn refresh(&mut self, provider: &Provider) -> Result<Refreshed, RefreshError> {
        self.refresh_until(provider, &AtomicBool::new(false))
    }

    pub fn meta(&self) -> String {
        let select = "SELECT meta FROM mailboxes WHERE id = 1";
        let read = self
            .bench
            .database()
            .query_row(select, [], |row| row.get(0));
        read.unwrap()
    }

    /// Another's write, as it can be made while the provider is asked.
    pub fn writer(&self, sql: &str) -> impl Fn() + Send + use<> {
        let (file, sql) = (
            self.bench.install().join("database/database.sqlite"),
            sql.to_owned(),
        );
        move || {
            let database = rusqlite::Connection::open(&file).unwrap();
            database.execute_batch(&sql).unwrap();
        }
    }

    pub fn meta_writer(&self, meta: &str) -> impl Fn() + Send + use<> {
        let meta = meta.replace('\'', "''");
        self.writer(&format!(
            "UPDATE mailboxes SET meta = '{meta}' WHERE id = 1"
        ))
    }

    /// The plain text of a stored token, under the key in force.
    pub fn token(&self, name: &str) -> String {
        let json: Json = serde_json::from_str(&self.meta()).unwrap();
        let payload = json["oauth"][name].as_str().unwrap().as_bytes();
        let plain = Payload::parse(payload).ok().unwrap().open(&self.key);
        let plain = plain.expect("the token opens with the key in force");
        match php::unserialize(plain.expose()).unwrap() {
            php::PhpValue::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
            _ => panic!("{name} is no text"),
        }
    }

    pub fn tokens(&self) -> (String, String) {
        (self.token("a_token"), self.token("r_token"))
    }

    /// Whether the session reads both tokens as FreeScout would.
    pub fn both_open(&self) -> bool {
        let assessment = self.session.assess();
        let tokens = assessment
            .secrets
            .iter()
            .filter(|s| s.place.cell.id == 1 && s.place.token.is_some());
        let verdicts: Vec<Verdict> = tokens.map(|s| s.verdict).collect();
        verdicts.len() == 2 && verdicts.iter().all(|v| matches!(v, Verdict::Opens(_)))
    }

    /// Nothing of a secret is in what the operator, or a log, gets to see.
    pub fn assert_clean(&self, error: &RefreshError) {
        let shown = format!("{error:?} {:?}", error.ended());
        assert!(!shown.contains(MARK), "{shown}");
    }
}

pub fn open(bench: &Bench) -> Session {
    let session = survey::open(Some(&bench.install()), Environment::default(), None);
    let mut session = session.ok().and_then(Result::ok).expect("the demo opens");
    reading::read_inventory(&mut session).unwrap();
    session
}

/// A token endpoint on loopback.
pub struct Provider {
    pub endpoints: Endpoints,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    pub fn new(mut answer: impl FnMut(&str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/token", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let form = form(&mut stream);
                noted.lock().unwrap().push(form.clone());
                answer(&form, &mut stream);
            }
        });
        let endpoints = Endpoints {
            microsoft: endpoint,
            google: "http://127.0.0.1:9/no-google".to_owned(),
            timeout: Duration::from_secs(10),
        };
        Self { endpoints, asked }
    }

    pub fn saying(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::new(move |_, stream| reply(stream, status, &body))
    }

    /// Gives both tokens, after something else has happened.
    pub fn after(happens: impl Fn() + Send + 'static) -> Self {
        Self::new(move |_, stream| {
            happens();
            reply(stream, 200, BOTH);
        })
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The body of a request.
pub fn form(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).unwrap_or(0);
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length || count == 0 {
                assert!(head.starts_with("post /token "), "{head}");
                assert!(head.contains("content-type: application/x-www-form-urlencoded"));
                return body.to_owned();
            }
        }
    }
}

pub fn reply(stream: &mut TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    let place = if status == 307 {
        "Location: /elsewhere\r\n"
    } else {
        ""
    };
    let _ = stream.write_all(format!("{head}{place}\r\n{body}").as_bytes());
}
