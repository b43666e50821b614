//! Private database servers in a folder of their own, with TLS, ended with the test.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::io::os::accounts;
use mysql::prelude::Queryable;

pub const USER: &str = "freescout";
pub const PASSWORD: &str = "it's a \"pass\\word\" 密码";
const DEADLINE: Duration = Duration::from_secs(60);

/// A running server and the folder it lives in.
pub struct Server {
    pub driver: Driver,
    pub folder: PathBuf,
    pub port: u16,
    program: PathBuf,
    arguments: Vec<String>,
    account: Option<(u32, u32)>,
    running: Mutex<Option<Child>>,
    guard: Mutex<ChildStdin>,
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command
        .output()
        .unwrap_or_else(|e| panic!("{name}: {e}. tests/check.sh installs what these tests need"));
    assert!(
        out.status.success(),
        "{name}: {}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// A program of a server, wherever Debian keeps it.
fn program(name: &str) -> PathBuf {
    let mut places = vec![PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")];
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    places.extend(versions.map(|v| v.path().join("bin")));
    let found = places
        .iter()
        .rev()
        .map(|p| p.join(name))
        .find(|p| p.is_file());
    found.unwrap_or_else(|| panic!("{name} is not installed: run tests/check.sh"))
}

/// The account a server runs as: servers refuse root.
pub fn account(name: &str) -> Option<(u32, u32)> {
    rustix::process::geteuid().is_root().then(|| {
        let user = accounts::user_named(name)
            .unwrap_or_else(|| panic!("no user {name}: run tests/check.sh"));
        (user.uid, user.gid)
    })
}

pub fn as_account(command: &mut Command, account: Option<(u32, u32)>) -> &mut Command {
    match account {
        Some((uid, gid)) => command.uid(uid).gid(gid),
        None => command,
    }
}

pub fn give(folder: &Path, account: Option<(u32, u32)>) {
    if let Some((uid, gid)) = account {
        run(Command::new("chown")
            .arg("-R")
            .arg(format!("{uid}:{gid}"))
            .arg(folder));
    }
}

/// A CA, and a certificate of it for the name `localhost` alone.
pub fn certificates(folder: &Path) {
    let openssl =
        |arguments: &[&str]| run(Command::new("openssl").args(arguments).current_dir(folder));
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=Test CA",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
    ]);
    openssl(&[
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    ]);
    std::fs::write(folder.join("ext"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "ext",
        "-out",
        "server.pem",
    ]);
    std::fs::set_permissions(
        folder.join("server.key"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
}

impl Server {
    fn mariadb() -> Self {
        let folder = new_folder("mariadb");
        certificates(&folder);
        let (port, account) = (free_port(), account("mysql"));
        let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
        // Its own: a server that starts removes what others have in theirs.
        std::fs::create_dir(at("tmp")).unwrap();
        give(&folder, account);
        run(as_account(
            Command::new(program("mariadb-install-db"))
                .args([
                    "--no-defaults",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    &format!("--datadir={}", at("data")),
                ])
                .env("TMPDIR", at("tmp")),
            account,
        ));
        let arguments = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={}", at("data")),
            format!("--socket={}", at("socket")),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--pid-file={}", at("pid")),
            format!("--tmpdir={}", at("tmp")),
            format!("--ssl-ca={}", at("ca.pem")),
            format!("--ssl-cert={}", at("server.pem")),
            format!("--ssl-key={}", at("server.key")),
            "--sql-mode=".to_owned(),
            // A server that is killed keeps what it has committed; nothing is synced.
            "--innodb-flush-log-at-trx-commit=2".to_owned(),
        ];
        let server = Self {
            driver: Driver::MySql,
            guard: guard(&folder),
            folder,
            port,
            program: program("mariadbd"),
            arguments,
            account,
            running: Mutex::default(),
        };
        server.start();
        let password = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
        server.admin(
            "",
            &[
                &format!("CREATE USER '{USER}'@'%' IDENTIFIED BY '{password}'"),
                &format!("GRANT ALL ON `rescue\\_%`.* TO '{USER}'@'%'"),
            ],
        );
        server
    }

    /// Starts the server, and waits until it answers.
    pub fn start(&self) {
        let mut command = Command::new(&self.program);
        let child = as_account(command.args(&self.arguments), self.account)
            .stdout(Stdio::null())
            .stderr(log(&self.folder))
            .spawn()
            .unwrap();
        writeln!(self.guard.lock().unwrap(), "{}", child.id()).unwrap();
        *self.running.lock().unwrap() = Some(child);
        let start = Instant::now();
        while let Err(why) = self.answers() {
            self.not_yet(start, &why);
        }
    }

    fn answers(&self) -> Result<(), String> {
        match self.driver {
            Driver::MySql => self.mariadb_root().map(|_| ()).map_err(|e| e.to_string()),
            _ => self
                .postgres_root("postgres")
                .map(|_| ())
                .map_err(|e| e.to_string()),
        }
    }

    /// Kills it as a crash would, with every process of its own.
    pub fn kill(&self) {
        let mut child = self.running.lock().unwrap().take().expect("it runs");
        let own = children_of(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        writeln!(self.guard.lock().unwrap()).unwrap();
        for pid in &own {
            // It may have noticed by itself.
            let _ = rustix::process::kill_process(*pid, rustix::process::Signal::KILL);
        }
        let start = Instant::now();
        while own.iter().any(|pid| is_alive(*pid)) {
            self.not_yet(start, "its processes do not end");
        }
    }

    fn postgres() -> Self {
        let folder = new_folder("postgres");
        certificates(&folder);
        let (port, account) = (free_port(), account("postgres"));
        give(&folder, account);
        let data = folder.join("data");
        run(as_account(
            Command::new(program("initdb"))
                .args([
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "-A",
                    "trust",
                    "-U",
                    "postgres",
                    "-D",
                ])
                .arg(&data),
            account,
        ));
        let hba = format!(
            "local all postgres trust\nlocal all {USER} scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
        );
        std::fs::write(data.join("pg_hba.conf"), hba).unwrap();
        let mut arguments = vec!["-D".to_owned(), data.to_string_lossy().into_owned()];
        for setting in [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", folder.display()),
            "fsync=off".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", folder.join("server.pem").display()),
            format!("ssl_key_file={}", folder.join("server.key").display()),
        ] {
            arguments.extend(["-c".to_owned(), setting]);
        }
        let server = Self {
            driver: Driver::PgSql,
            guard: guard(&folder),
            folder,
            port,
            program: program("postgres"),
            arguments,
            account,
            running: Mutex::default(),
        };
        server.start();
        server.admin(
            "",
            &[&format!(
                "CREATE ROLE {USER} LOGIN PASSWORD '{}'",
                PASSWORD.replace('\'', "''")
            )],
        );
        server
    }

    fn not_yet(&self, start: Instant, why: &str) {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(
            start.elapsed() < DEADLINE,
            "{:?}: {why}\n{log}",
            self.driver
        );
        std::thread::sleep(Duration::from_millis(50));
    }

    pub fn socket(&self) -> String {
        self.folder.join("socket").to_string_lossy().into_owned()
    }

    /// A connection as the server's administrator.
    pub fn mariadb_root(&self) -> Result<mysql::Conn, mysql::Error> {
        let options = mysql::OptsBuilder::new()
            .socket(Some(self.socket()))
            .user(Some("root"));
        mysql::Conn::new(options)
    }

    /// A connection as the server's administrator.
    pub fn postgres_root(&self, database: &str) -> Result<postgres::Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config
            .host_path(&self.folder)
            .port(self.port)
            .user("postgres")
            .dbname(database);
        config.connect(postgres::NoTls)
    }

    /// Runs statements as the server's administrator.
    pub fn admin(&self, database: &str, statements: &[&str]) {
        match self.driver {
            Driver::MySql => {
                let mut connection = self.mariadb_root().unwrap();
                connection.query_drop("SET NAMES utf8mb4").unwrap();
                if !database.is_empty() {
                    connection.query_drop(format!("USE `{database}`")).unwrap();
                }
                statements.iter().for_each(|s| {
                    connection
                        .query_drop(s)
                        .unwrap_or_else(|e| panic!("{s}: {e}"))
                });
            }
            _ => {
                let database = if database.is_empty() {
                    "postgres"
                } else {
                    database
                };
                let mut client = self.postgres_root(database).unwrap();
                statements.iter().for_each(|s| {
                    client
                        .batch_execute(s)
                        .unwrap_or_else(|e| panic!("{s}: {e}"))
                });
            }
        }
    }

    /// Makes a database of this name and the settings to reach it by TCP.
    pub fn database(&self, name: &str) -> DbSettings {
        self.database_named(format!("rescue_{name}"))
    }

    /// The same of exactly this name, which needs no quotes to be in quotes.
    pub fn database_named(&self, name: String) -> DbSettings {
        match self.driver {
            Driver::MySql => {
                self.admin(
                    "",
                    &[&format!(
                        "CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
                    ), &format!("GRANT ALL ON `{}`.* TO '{USER}'@'%'", name.replace('_', "\\_"))],
                );
            }
            _ => {
                self.admin("", &[&format!("CREATE DATABASE \"{name}\" OWNER {USER}")]);
                self.admin(&name, &[&format!("GRANT ALL ON SCHEMA public TO {USER}")]);
            }
        }
        DbSettings {
            driver: self.driver,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            socket: None,
            database: name,
            username: USER.to_owned(),
            password: PASSWORD.to_owned().into(),
            prefix: String::new(),
            charset: "utf8mb4".to_owned(),
            collation: "utf8mb4_unicode_ci".to_owned(),
            ssl_ca: None,
            ssl_cert: None,
            ssl_verify: true,
            sslmode: "prefer".to_owned(),
        }
    }

    /// A line of a README with the way to this server in it, and MySQL's SQL mode.
    pub fn here(&self, line: &str, mode: &str) -> String {
        match self.driver {
            Driver::MySql => line.replace(
                "mysql ",
                &format!(
                    "mariadb --no-defaults --user=root --socket={} --init-command=\"SET sql_mode='{mode}'\" ",
                    self.socket()
                ),
            ),
            _ => line.replace(
                "psql -v",
                &format!("psql -U postgres -h {} -p {} -v", self.folder.display(), self.port),
            ),
        }
    }

    /// Feeds a script to the server's own client, as a person would.
    pub fn client(&self, settings: &DbSettings, script: &Path) {
        let input = std::fs::File::open(script).unwrap();
        let mut command = match self.driver {
            Driver::MySql => {
                let mut command = Command::new(program("mariadb"));
                command
                    .args(["--no-defaults", "--user=root"])
                    .arg(format!("--socket={}", self.socket()))
                    .arg(&settings.database);
                command
            }
            _ => {
                let mut command = Command::new(program("psql"));
                command
                    .args(["-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
                    .arg(&self.folder);
                command.args(["-p", &self.port.to_string(), &settings.database]);
                command
            }
        };
        run(command.stdin(input));
    }
}

fn log(folder: &Path) -> Stdio {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .unwrap()
        .into()
}

/// A folder that the server's account may enter. Removed when the test program ends.
fn new_folder(name: &str) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix(&format!("rescue-{name}-"))
        .tempdir()
        .unwrap()
        .keep();
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// The one server of each kind that all tests share.
pub fn mariadb() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::mariadb)
}

/// A MariaDB that a test has for itself: what it does to the whole server must not meet the others.
pub fn own_mariadb() -> Server {
    Server::mariadb()
}

/// A PostgreSQL of the same kind.
pub fn own_postgres() -> Server {
    Server::postgres()
}

pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::postgres)
}

/// Statics are never dropped: a child of ours ends the server and removes its folder when our end of its pipe closes,
/// however this program ends. It is told each process number of the server, and an empty line when there is none.
fn guard(folder: &Path) -> Mutex<ChildStdin> {
    let script = format!(
        "while read -r line; do pid=$line; done; [ -n \"$pid\" ] && kill -9 \"$pid\"; sleep 0.3; rm -rf '{}'",
        folder.display()
    );
    let mut guard = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pipe = guard.stdin.take().unwrap();
    std::mem::forget(guard);
    Mutex::new(pipe)
}

/// The processes that a process has started.
fn children_of(parent: u32) -> Vec<rustix::process::Pid> {
    let all = procfs::process::all_processes().unwrap().flatten();
    all.filter(|p| {
        p.stat()
            .is_ok_and(|stat| stat.ppid.cast_unsigned() == parent)
    })
    .filter_map(|p| rustix::process::Pid::from_raw(p.pid()))
    .collect()
}

/// Whether a process still does something.
fn is_alive(pid: rustix::process::Pid) -> bool {
    let stat = procfs::process::Process::new(pid.as_raw_nonzero().get()).and_then(|p| p.stat());
    stat.is_ok_and(|stat| stat.state != 'Z')
}

/// Both servers.
pub fn both() -> [&'static Server; 2] {
    [mariadb(), postgres()]
}
