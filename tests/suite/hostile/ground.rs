//! The install: the demo, every text in it replaced.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::Payload;
use rusqlite::Connection;

use super::HOSTILE;
use crate::cli::Bench;

pub struct Ground {
    bench: Bench,
    install: PathBuf,
}

/// Says hostile things to whoever comes, and lets nobody in.
fn mail_server(greeting: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test program; one guest after the other.
    std::thread::spawn(move || {
        for guest in listener.incoming().flatten() {
            // Whoever hangs up is not waited for.
            let _ = serve(&guest, greeting);
        }
    });
    port
}

fn serve(mut guest: &TcpStream, greeting: &str) -> std::io::Result<()> {
    guest.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(guest, "{greeting} ready {HOSTILE}\r\n")?;
    for line in BufReader::new(guest.try_clone()?).lines() {
        let line = line?;
        let tag = line.split(' ').next().unwrap_or_default();
        match (greeting, tag) {
            ("220", "EHLO") => write!(guest, "250-hello {HOSTILE}\r\n250 AUTH PLAIN LOGIN\r\n")?,
            ("220", "QUIT") => return Ok(()),
            ("220", _) => write!(guest, "535 5.7.8 no {HOSTILE}\r\n")?,
            _ if line.contains("CAPABILITY") => {
                write!(
                    guest,
                    "* CAPABILITY IMAP4rev1 {HOSTILE}\r\n{tag} OK {HOSTILE}\r\n"
                )?;
            }
            _ if line.contains("LOGOUT") => return Ok(()),
            _ => write!(guest, "{tag} NO [AUTHENTICATIONFAILED] {HOSTILE}\r\n")?,
        }
    }
    Ok(())
}

fn edit(path: &Path, change: impl Fn(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

impl Ground {
    pub fn new() -> Self {
        let bench = Bench::new();
        let moved = bench.path(&format!("web {HOSTILE}"));
        let database = bench.path("database.sqlite");
        let old = bench.install();
        let stands = old.join("database/database.sqlite");
        for file in [old.join(".env"), old.join("bootstrap/cache/config.php")] {
            edit(&file, |text| {
                text.replace(stands.to_str().unwrap(), database.to_str().unwrap())
                    .replace(
                        "https://helpdesk.example",
                        &format!("https://{HOSTILE}.example/{HOSTILE}"),
                    )
            });
        }
        std::fs::rename(&stands, &database).unwrap();
        std::fs::rename(&old, &moved).unwrap();
        edit(&moved.join("config/app.php"), |text| {
            text.replace("1.8.235", HOSTILE)
        });
        edit(&moved.join(".env"), |text| {
            format!("{text}MAIL_FROM_NAME=\"{HOSTILE}\"\nODD{HOSTILE}=1\n")
        });
        let ground = Self {
            bench,
            install: moved,
        };
        ground.rows(&Connection::open(&database).unwrap());
        ground.files();
        ground
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.bench.path(name)
    }

    pub fn install(&self) -> &Path {
        &self.install
    }

    /// Every text that the program may show, and rows of its own making.
    fn rows(&self, database: &Connection) {
        let (imap, smtp) = (mail_server("* OK"), mail_server("220"));
        let run = |statement: &str, values: &[&dyn rusqlite::ToSql]| {
            database
                .execute(statement, values)
                .unwrap_or_else(|e| panic!("{statement}: {e}"));
        };
        run(
            "UPDATE mailboxes SET name = name || ?1, email = ?1 || id || '@x.example'",
            &[&HOSTILE],
        );
        run(
            "UPDATE mailboxes SET in_username = ?1 || id, out_username = ?1 || id WHERE meta IS NULL",
            &[&HOSTILE],
        );
        run(
            "UPDATE mailboxes SET in_server = ?1, out_server = ?1 WHERE id % 3 = 0",
            &[&HOSTILE],
        );
        run(
            "UPDATE mailboxes SET in_server = '127.0.0.1', in_port = ?1, in_encryption = 1, out_server = '127.0.0.1', out_port = ?2, out_encryption = 1 WHERE id % 3 > 0",
            &[&imap, &smtp],
        );
        for name in ["mail_host", "mail_username", "mail_from", "company_name"] {
            run(
                "UPDATE options SET value = ?1 WHERE name = ?2",
                &[&HOSTILE, &name],
            );
        }
        run("UPDATE modules SET alias = alias || ?1", &[&HOSTILE]);
        run(
            "UPDATE users SET first_name = ?1, last_name = ?1, email = ?1 || id",
            &[&HOSTILE],
        );
        // Under a key that nobody knows: they are told one by one.
        let lost = AppKey::generate(&std::array::from_fn(|n| (n * 5 + 3) as u8));
        let sealed = Payload::seal(&lost, &[3; 16], b"s:1:\"x\";");
        let option = format!("telegram{HOSTILE}.secret");
        run(
            "INSERT INTO options (name, value) VALUES (?1, ?2)",
            &[&option, &sealed],
        );
        run(
            "INSERT INTO modules (alias, active, activated, license) VALUES (?1, 1, 1, ?2)",
            &[&format!("lost{HOSTILE}"), &sealed],
        );
        run(
            "INSERT INTO users (first_name, last_name, email, password, role, invite_state) VALUES (?1, ?1, 'a' || ?1, ?2, 1, 2)",
            &[&HOSTILE, &sealed],
        );
        run(
            "INSERT INTO send_logs (thread_id, message_id, email, status, created_at) VALUES (9999, 'FS_reply-9999-' || ?1, ?1, 1, ?1)",
            &[&HOSTILE],
        );
    }

    /// Names that a search meets: of files with a key, of broken ones, of members; and a log with a password in it.
    fn files(&self) {
        let look_in = self.path("look-in");
        let below = look_in.join(format!("folder {HOSTILE}"));
        std::fs::create_dir_all(&below).unwrap();
        let packed = self.path("demo/old-server/root/backups/helpdesk-2025-09-30.tar.gz");
        let mut env = String::new();
        let mut unpacked = tar::Archive::new(flate2::read::GzDecoder::new(
            std::fs::File::open(packed).unwrap(),
        ));
        for entry in unpacked.entries().unwrap() {
            let mut entry = entry.unwrap();
            if entry.path().unwrap().ends_with(".env") {
                std::io::Read::read_to_string(&mut entry, &mut env).unwrap();
            }
        }
        std::fs::write(below.join(format!("env {HOSTILE}")), &env).unwrap();
        let mut archive =
            tar::Builder::new(std::fs::File::create(below.join(format!("{HOSTILE}.tar"))).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(env.len() as u64);
        header.set_mode(0o600);
        archive
            .append_data(&mut header, format!("var/{HOSTILE}/.env"), env.as_bytes())
            .unwrap();
        archive.finish().unwrap();
        // Cut off: named as what was not read.
        std::fs::write(
            below.join(format!("broken {HOSTILE}.gz")),
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff",
        )
        .unwrap();
        let logs = self.install.join("storage/logs");
        let log = format!("laravel-{HOSTILE}.log");
        let failed = format!(
            "Expected response code 235 but got code \"535\", with message \"{HOSTILE}\" Last Command: ZGVtby1zYXBvdG8tb3V0Z29pbmc=\n"
        );
        std::fs::write(logs.join(log), failed).unwrap();
    }

    /// Runs a command on the install: exit code, output, error output.
    pub fn run(&self, arguments: &[&str]) -> (i32, Vec<u8>, Vec<u8>) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("freescout-rescue"));
        let named = arguments.iter().any(|a| a.starts_with("/nowhere"));
        let out = command
            .args(arguments)
            .args((!named || arguments[0] != "check").then_some(&self.install))
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        (out.status.code().unwrap_or(-1), out.stdout, out.stderr)
    }
}
