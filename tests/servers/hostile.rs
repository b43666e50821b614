//! Servers that mean no good: they are silent, answer a byte a second, send without end, or something else than was asked
//! for. Each is given up with a reason, within its bounds of time and memory.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::io::db::{self, Bounds, Store, StoreError};

use crate::install::Install;
use crate::server;

/// What a server makes of a statement.
#[derive(Clone)]
enum Answer {
    /// Done, nothing to tell.
    Done,
    /// Rows of these texts, as often as said; `None` is for ever.
    Rows(Vec<Option<Vec<u8>>>, Option<u64>),
    /// Rows that have one column less than was said.
    Short,
    /// A byte of a row each second.
    Trickle,
    /// Nothing at all.
    Silence,
    /// A message that says it has this many bytes.
    Long(u32),
    /// Remarks without end, that nobody asked for (PostgreSQL's notices).
    Remarks,
    /// A message without anything in it.
    Empty,
}

type Script = fn(&str) -> Answer;

/// A server. It ends with the test program, and keeps what it was asked.
struct Hostile {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Hostile {
    fn speaking(driver: Driver, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || {
                    // The client leaves when it has had enough.
                    let _ = match driver {
                        Driver::MySql => mysql_server(client, script, &heard),
                        _ => postgres_server(client, script, &heard),
                    };
                });
            }
        });
        Self { port, asked }
    }

    fn settings(&self, driver: Driver) -> DbSettings {
        DbSettings {
            driver,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            socket: None,
            database: "freescout".to_owned(),
            username: "freescout".to_owned(),
            password: "x".into(),
            prefix: String::new(),
            charset: "utf8mb4".to_owned(),
            collation: "utf8mb4_unicode_ci".to_owned(),
            ssl_ca: None,
            ssl_cert: None,
            ssl_verify: true,
            sslmode: "prefer".to_owned(),
        }
    }

    fn connect(&self, driver: Driver) -> Result<Box<dyn Store>, StoreError> {
        db::connect(&self.settings(driver), Path::new("/"))
    }
}

/// MySQL's protocol, as far as it is needed: handshake, then a text answer to each `COM_QUERY`.
fn mysql_server(
    mut client: TcpStream,
    script: Script,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    fn packet(sequence: &mut u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        let head = [length[0], length[1], length[2], *sequence];
        *sequence = sequence.wrapping_add(1);
        [&head[..], body].concat()
    }
    fn read(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
        let mut head = [0; 4];
        client.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let mut body = vec![0; length as usize];
        client.read_exact(&mut body)?;
        Ok(body)
    }
    fn text(value: &[u8]) -> Vec<u8> {
        let length = value.len();
        let head = match u8::try_from(length) {
            Ok(short @ 0..251) => vec![short],
            _ => [
                &[0xfd][..],
                &u32::try_from(length).unwrap().to_le_bytes()[..3],
            ]
            .concat(),
        };
        [&head[..], value].concat()
    }
    const EOF: [u8; 5] = [0xfe, 0, 0, 2, 0];
    const OK: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];
    // CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH, CLIENT_TRANSACTIONS, CLIENT_CONNECT_WITH_DB.
    let capabilities: u32 = 0x0200 | 0x8000 | 0x0008_0000 | 0x2000 | 0x8;
    let [low0, low1, high0, high1] = capabilities.to_le_bytes();
    let greeting = [
        &[10][..],
        b"10.11.6-MariaDB\0",
        &[1, 0, 0, 0],
        b"12345678\0",
        &[low0, low1, 45, 2, 0, high0, high1, 21],
        &[0; 10],
        b"123456789012\0",
        b"mysql_native_password\0",
    ]
    .concat();
    let mut sequence = 0;
    client.write_all(&packet(&mut sequence, &greeting))?;
    read(&mut client)?;
    sequence = 2;
    client.write_all(&packet(&mut sequence, &OK))?;
    loop {
        let command = read(&mut client)?;
        let mut sequence = 1;
        let [3, statement @ ..] = &command[..] else {
            return Ok(());
        };
        let statement = String::from_utf8_lossy(statement).into_owned();
        asked.lock().unwrap().push(statement.clone());
        let columns = |sequence: &mut u8, count: usize| {
            let mut all = packet(sequence, &[u8::try_from(count).unwrap()]);
            for _ in 0..count {
                let names = [
                    text(b"def"),
                    text(b""),
                    text(b""),
                    text(b""),
                    text(b"c"),
                    text(b"c"),
                ];
                let fixed = [0x0c, 45, 0, 255, 255, 0, 0, 0xfd, 0, 0, 0, 0, 0];
                all.extend(packet(sequence, &[&names.concat()[..], &fixed].concat()));
            }
            all.extend(packet(sequence, &EOF));
            all
        };
        match script(&statement) {
            Answer::Done | Answer::Remarks => client.write_all(&packet(&mut sequence, &OK))?,
            Answer::Empty => client.write_all(&packet(&mut sequence, &[]))?,
            Answer::Silence => std::thread::sleep(Duration::from_secs(3600)),
            Answer::Rows(values, times) => {
                client.write_all(&columns(&mut sequence, values.len()))?;
                let row: Vec<u8> = values
                    .iter()
                    .flat_map(|value| value.as_deref().map_or(vec![0xfb], text))
                    .collect();
                let mut left = times;
                while left != Some(0) {
                    client.write_all(&packet(&mut sequence, &row))?;
                    left = left.map(|left| left - 1);
                }
                client.write_all(&packet(&mut sequence, &EOF))?;
            }
            Answer::Short => {
                client.write_all(&columns(&mut sequence, 1))?;
                client.write_all(&packet(&mut sequence, &text(b"1")))?;
                client.write_all(&packet(&mut sequence, &EOF))?;
            }
            Answer::Trickle => {
                client.write_all(&columns(&mut sequence, 1))?;
                client.write_all(&[0xff, 0xff, 0x0f, sequence])?;
                loop {
                    client.write_all(b"x")?;
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Answer::Long(_) => {
                client.write_all(&columns(&mut sequence, 1))?;
                // Pieces of the greatest length, of one message without end.
                let piece = vec![b'x'; 0x00ff_ffff];
                loop {
                    client.write_all(&packet(&mut sequence, &piece))?;
                }
            }
        }
    }
}

/// PostgreSQL's protocol, version 3, as far as it is needed.
fn postgres_server(
    mut client: TcpStream,
    script: Script,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[letter][..], &length, body].concat()
    }
    fn body(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        client.read_exact(&mut body)?;
        Ok(body)
    }
    // Of a row: id, text, length, text, length. Other answers are texts.
    fn is_number(column: usize, columns: usize) -> bool {
        columns >= 3 && column.is_multiple_of(2)
    }
    fn described(columns: usize) -> Vec<u8> {
        let mut body = u16::try_from(columns).unwrap().to_be_bytes().to_vec();
        for column in 0..columns {
            // Name, table 0, column 0, type (`int8` or `text`), any length, no modifier, format: binary.
            body.extend(b"c\0\0\0\0\0\0\0\0\0\0");
            body.push(if is_number(column, columns) { 20 } else { 25 });
            body.extend(b"\xff\xff\xff\xff\xff\xff\0\x01");
        }
        message(b'T', &body)
    }
    fn row(values: &[Option<Vec<u8>>]) -> Vec<u8> {
        let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
        for (column, value) in values.iter().enumerate() {
            let number = std::str::from_utf8(value.as_deref().unwrap_or_default());
            let number = number.ok().and_then(|text| text.parse::<i64>().ok());
            match (value, number) {
                (Some(_), Some(number)) if is_number(column, values.len()) => {
                    body.extend([0, 0, 0, 8]);
                    body.extend(number.to_be_bytes());
                }
                (Some(value), _) => {
                    body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
                    body.extend(value);
                }
                (None, _) => body.extend([255; 4]),
            }
        }
        message(b'D', &body)
    }
    let first = body(&mut client)?;
    // Asked whether we speak TLS.
    if first[..] == 80_877_103_u32.to_be_bytes() {
        client.write_all(b"N")?;
        body(&mut client)?;
    }
    client.write_all(&message(b'R', &[0; 4]))?;
    client.write_all(&message(b'Z', b"I"))?;
    let mut statement = String::new();
    loop {
        let mut letter = [0];
        client.read_exact(&mut letter)?;
        let body = body(&mut client)?;
        let simple = letter == *b"Q";
        match &letter {
            b"Q" => statement = String::from_utf8_lossy(&body).into_owned(),
            b"P" => statement = String::from_utf8_lossy(&body[1..]).into_owned(),
            b"S" => {}
            b"X" => return Ok(()),
            _ => continue,
        }
        if letter == *b"P" {
            continue;
        }
        let statement = statement.split('\0').next().unwrap_or_default().to_owned();
        asked.lock().unwrap().push(statement.clone());
        if !simple {
            client.write_all(&message(b'1', &[]))?;
            client.write_all(&message(b'2', &[]))?;
        }
        match script(&statement) {
            Answer::Done => {
                if !simple {
                    client.write_all(&described(1))?;
                }
            }
            Answer::Empty => client.write_all(&[b'D', 0, 0, 0, 0])?,
            Answer::Silence => std::thread::sleep(Duration::from_secs(3600)),
            Answer::Rows(values, times) => {
                client.write_all(&described(values.len()))?;
                let row = row(&values);
                let mut left = times;
                while left != Some(0) {
                    client.write_all(&row)?;
                    left = left.map(|left| left - 1);
                }
            }
            Answer::Short => {
                client.write_all(&described(3))?;
                client.write_all(&row(&[Some(b"1".to_vec())]))?;
            }
            Answer::Trickle => {
                client.write_all(&described(1))?;
                client.write_all(&[b'D', 0, 15, 255, 255, 0, 1])?;
                loop {
                    client.write_all(b"\0")?;
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Answer::Long(length) => {
                client.write_all(&described(1))?;
                client.write_all(&[&[b'D'][..], &length.to_be_bytes()].concat())?;
                loop {
                    client.write_all(&[0; 1 << 16])?;
                }
            }
            Answer::Remarks => {
                let remark = message(
                    b'N',
                    &[&b"SNOTICE\0C00000\0M"[..], &[b'x'; 9000], b"\0\0"].concat(),
                );
                loop {
                    client.write_all(&remark)?;
                }
            }
        }
        client.write_all(&message(b'C', b"DONE\0"))?;
        client.write_all(&message(b'Z', b"I"))?;
    }
}

fn rows(values: &[&str]) -> Answer {
    let values = values.iter().map(|value| Some(value.as_bytes().to_vec()));
    Answer::Rows(values.collect(), Some(1))
}

/// What any server answers to what is asked before the rows; `None` for the rows themselves.
fn usual(statement: &str) -> Option<Answer> {
    if statement.contains("VERSION()") {
        return Some(rows(&["10.11.6-MariaDB"]));
    }
    if statement.contains("server_version") {
        return Some(rows(&["15.6"]));
    }
    if statement.contains("information_schema.TABLES") {
        return Some(rows(&["BASE TABLE", "InnoDB"]));
    }
    if statement.contains("information_schema.COLUMNS") {
        return Some(rows(&["in_password"]));
    }
    if statement.contains("information_schema.columns") {
        return Some(rows(&["in_password", "text"]));
    }
    let nothing = ["information_schema.TRIGGERS", "pg_class"];
    if nothing.iter().any(|name| statement.contains(name)) {
        return Some(Answer::Rows(vec![None], Some(0)));
    }
    let is_rows = statement.contains("ORDER BY 1");
    (!is_rows).then_some(Answer::Done)
}

const BOTH: [Driver; 2] = [Driver::MySql, Driver::PgSql];
const SHORT: Bounds = Bounds {
    time: Duration::from_secs(3),
    bytes: 8 << 20,
};

/// Reads a table of a server that answers like this; what came of it, how many rows were taken, and how long it took.
fn read(driver: Driver, script: Script) -> (Result<(), StoreError>, u64, Duration) {
    let hostile = Hostile::speaking(driver, script);
    let mut store = hostile.connect(driver).unwrap();
    store.together(Some(SHORT));
    let (began, mut taken) = (Instant::now(), 0);
    let read = store.read("mailboxes", &["in_password"], None, &mut |_, _| taken += 1);
    let took = began.elapsed();
    if read.is_err() {
        // Whatever is asked from now on is refused at once.
        let began = Instant::now();
        if store.given_up() {
            assert!(matches!(
                store.columns("options"),
                Err(StoreError::Unreachable(_))
            ));
            assert!(began.elapsed() < Duration::from_millis(500));
        }
        let began = Instant::now();
        drop(store);
        assert!(began.elapsed() < Duration::from_secs(6));
    }
    (read, taken, took)
}

#[test]
fn rows_without_end_are_not_read_to_their_end() {
    for driver in BOTH {
        let (outcome, taken, took) = read(driver, |statement| {
            usual(statement).unwrap_or_else(|| {
                let value = Some(vec![b'1'; 2000]);
                let length = Some(b"2000".to_vec());
                Answer::Rows(vec![Some(b"1".to_vec()), value, length], None)
            })
        });
        assert!(
            matches!(outcome, Err(StoreError::TooMuch(_))),
            "{driver:?}: {outcome:?}"
        );
        // 8 MiB of values of 2,000 bytes.
        assert!((1000..4400).contains(&taken), "{driver:?}: {taken}");
        assert!(took < Duration::from_secs(5), "{driver:?}: {took:?}");
    }
}

#[test]
fn rows_of_nothing_without_end_are_too_many_as_well() {
    for driver in BOTH {
        let (outcome, taken, took) = read(driver, |statement| {
            usual(statement)
                .unwrap_or_else(|| Answer::Rows(vec![Some(b"1".to_vec()), None, None], None))
        });
        assert!(outcome.is_err(), "{driver:?}");
        assert!(taken < 66_000, "{driver:?}: {taken}");
        assert!(took < Duration::from_secs(5), "{driver:?}: {took:?}");
    }
}

#[test]
fn a_byte_a_second_is_given_up_after_the_time_of_the_whole() {
    for driver in BOTH {
        for script in [
            (|statement| usual(statement).unwrap_or(Answer::Trickle)) as Script,
            |statement| usual(statement).unwrap_or(Answer::Silence),
        ] {
            let (outcome, _, took) = read(driver, script);
            assert!(
                matches!(outcome, Err(StoreError::Unreachable(_))),
                "{driver:?}: {outcome:?}"
            );
            let said = outcome.unwrap_err().to_string();
            assert!(said.contains("3 seconds"), "{said}");
            let bounds = Duration::from_millis(2900)..Duration::from_secs(5);
            assert!(bounds.contains(&took), "{driver:?}: {took:?}");
        }
    }
}

#[test]
fn rows_of_another_shape_are_an_error_and_nothing_worse() {
    for driver in BOTH {
        for script in [
            (|statement| usual(statement).unwrap_or(Answer::Short)) as Script,
            |statement| usual(statement).unwrap_or(Answer::Empty),
            |statement| usual(statement).unwrap_or_else(|| rows(&["1"])),
            |statement| usual(statement).unwrap_or_else(|| rows(&["no number", "x", "1"])),
            // Of columns.
            |statement| match statement.contains("information_schema.columns") {
                true => Answer::Rows(vec![None, None], Some(1)),
                false => usual(statement).unwrap_or_else(|| rows(&["1"])),
            },
        ] {
            let (outcome, taken, _) = read(driver, script);
            assert!(
                matches!(
                    outcome,
                    Err(StoreError::Query(_) | StoreError::Unreachable(_))
                ),
                "{driver:?}: {outcome:?}"
            );
            assert_eq!(taken, 0);
        }
        // NULL, or nothing, where every server says its version.
        for script in [
            (|statement| match statement.to_lowercase().contains("version") {
                true => Answer::Rows(vec![None], Some(1)),
                false => Answer::Done,
            }) as Script,
            |statement| match statement.to_lowercase().contains("version") {
                true => Answer::Rows(vec![None], Some(0)),
                false => Answer::Done,
            },
        ] {
            let refused = Hostile::speaking(driver, script)
                .connect(driver)
                .err()
                .unwrap();
            assert!(
                matches!(refused, StoreError::Query(_) | StoreError::Unreachable(_)),
                "{driver:?}: {refused:?}"
            );
        }
    }
}

#[test]
fn a_message_longer_than_any_row_is_not_waited_for() {
    for driver in BOTH {
        let (outcome, _, took) = read(driver, |statement| {
            usual(statement).unwrap_or(Answer::Long(2_000_000_000))
        });
        let said = outcome.unwrap_err();
        assert!(
            matches!(said, StoreError::TooMuch(_) | StoreError::Unreachable(_)),
            "{driver:?}: {said:?}"
        );
        assert!(took < Duration::from_secs(5), "{driver:?}: {took:?}");
    }
}

#[test]
fn remarks_without_end_are_counted() {
    let (outcome, _, took) = read(Driver::PgSql, |statement| {
        usual(statement).unwrap_or(Answer::Remarks)
    });
    let said = outcome.unwrap_err();
    assert!(
        matches!(said, StoreError::TooMuch(_) | StoreError::Unreachable(_)),
        "{said:?}"
    );
    assert!(took < Duration::from_secs(5), "{took:?}");
}

/// What only reads says so to the server, before it asks for anything.
#[test]
fn what_is_read_is_read_in_a_transaction_that_only_reads() {
    for driver in BOTH {
        let hostile = Hostile::speaking(driver, |statement| {
            usual(statement).unwrap_or_else(|| Answer::Rows(vec![None; 3], Some(0)))
        });
        let mut store = hostile.connect(driver).unwrap();
        store
            .read("mailboxes", &["in_password"], None, &mut |_, _| {})
            .unwrap();
        drop(store);
        let asked = hostile.asked.lock().unwrap();
        let place = |part: &str| asked.iter().rposition(|statement| statement.contains(part));
        let (begun, rows) = (place("READ ONLY"), place("ORDER BY 1"));
        assert!(begun.is_some() && begun < rows, "{driver:?}: {asked:?}");
        let looked = place(match driver {
            Driver::MySql => "information_schema.TABLES",
            _ => "pg_class",
        });
        assert!(begun < looked && looked < rows, "{driver:?}: {asked:?}");
        let ended = asked.iter().rposition(|statement| statement == "ROLLBACK");
        assert!(rows < ended, "{driver:?}: {asked:?}");
    }
}

/// A thousand passwords of 4 MB.
fn large(statement: &str) -> Answer {
    let value = Some(vec![b'1'; 4_000_000]);
    let row = vec![Some(b"1".to_vec()), value, Some(b"4000000".to_vec())];
    usual(statement).unwrap_or(Answer::Rows(row, Some(1000)))
}

/// A table whose columns have no end.
fn columns_without_end(statement: &str) -> Answer {
    let name = Some(b"id".to_vec());
    match statement {
        _ if statement.contains("information_schema.COLUMNS") => Answer::Rows(vec![name], None),
        _ if statement.contains("information_schema.columns") => {
            Answer::Rows(vec![name.clone(), name], None)
        }
        _ => usual(statement).unwrap_or(Answer::Done),
    }
}

/// The whole program, and what it holds at most.
#[test]
fn the_program_says_what_happened_and_stays_small() {
    let scripts: [(Script, &str); 4] = [
        (large, "sent more than 64 MiB"),
        (columns_without_end, "sent more than 64 MiB"),
        (|_| Answer::Silence, "within 30 seconds"),
        (
            |statement| match statement.to_lowercase().contains("version") {
                true => Answer::Rows(vec![None], Some(1)),
                false => Answer::Done,
            },
            "does not have the form",
        ),
    ];
    std::thread::scope(|scope| {
        for driver in BOTH {
            for (script, says) in scripts {
                scope.spawn(move || checked(driver, script, says));
            }
        }
    });
}

fn checked(driver: Driver, script: Script, says: &str) {
    let hostile = Hostile::speaking(driver, script);
    let of = match driver {
        Driver::MySql => server::mariadb(),
        _ => server::postgres(),
    };
    let install = Install::through(of, &format!("hostile_{}", hostile.port), hostile.port);
    let began = Instant::now();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .arg("check")
        .arg("--state-dir")
        .arg(install.folder.path().join("state"))
        .arg(install.root())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let of = procfs::process::Process::new(i32::try_from(child.id()).unwrap()).unwrap();
    let mut kibibytes = 0;
    while child.try_wait().unwrap().is_none() {
        // The most it ever had; gone once it has ended.
        let status = of.status().ok().and_then(|status| status.vmhwm);
        kibibytes = status.unwrap_or(0).max(kibibytes);
        std::thread::sleep(Duration::from_millis(10));
    }
    let out = child.wait_with_output().unwrap();
    let (took, said) = (began.elapsed(), String::from_utf8_lossy(&out.stderr));
    let context = format!("{driver:?}, {took:?}: {said}");
    assert_eq!(out.status.code(), Some(3), "{context}");
    assert!(said.contains(says), "{says}: {context}");
    assert!(!said.contains("panicked"), "{context}");
    assert!(took < Duration::from_secs(95), "{context}");
    eprintln!("{driver:?}, {says}: {took:?}, {kibibytes} KiB");
    assert!(kibibytes < 320 << 10, "{context}");
}
