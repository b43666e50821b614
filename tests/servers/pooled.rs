//! A pool of connections between the program and PostgreSQL, as PgBouncer keeps one: what belongs to a session may be
//! somebody else's with the next statement.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::install::Install;
use crate::server::{self, PASSWORD, USER};

/// Ended when it is dropped.
struct Pool {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Pool {
    /// Hands out connections to the shared PostgreSQL in this mode.
    fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = server::free_port();
        let at = |name: &str| folder.path().join(name);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        std::fs::write(
            at("users"),
            format!("{} {}\n", quoted(USER), quoted(PASSWORD)),
        )
        .unwrap();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = {mode}\n\
             default_pool_size = 4\nignore_startup_parameters = extra_float_digits\n",
            server::postgres().port,
            at("users").display(),
        );
        std::fs::write(at("ini"), settings).unwrap();
        let account = server::account("postgres");
        server::give(folder.path(), account);
        let log = std::fs::File::create(at("log")).unwrap();
        let child = server::as_account(Command::new("/usr/sbin/pgbouncer").arg(at("ini")), account)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let pool = Self {
            child,
            port,
            _folder: folder,
        };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "the pool does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        pool
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is not kept in a transaction would stay in a connection that somebody else gets next.
#[test]
fn a_recovery_through_a_pool_is_whole_and_undone() {
    for mode in ["session", "transaction"] {
        let pool = Pool::start(mode);
        let install = Install::through(server::postgres(), &format!("pool_{mode}"), pool.port);
        let before = (install.tables(), install.env());
        let (look_in, backups) = (install.look_in(), install.backups());
        let common = ["--yes", "--no-artisan", "--state-dir"];
        let common = [&common[..], &[backups.to_str().unwrap()]].concat();
        let hunting = ["recover", "--look-in", look_in.to_str().unwrap()];
        let (code, out, err) = install.run(&[&hunting[..], &common[..]].concat());
        assert_eq!(code, 2, "{mode}: one stays lost: {out}{err}");
        assert!(out.contains("can read 9 of 10 secrets"), "{mode}: {out}");
        assert_eq!(locks(&install.settings.database), 0, "{mode}");
        let (code, _, err) = install.run(&[&["undo"], &common[..]].concat());
        assert_eq!(code, 0, "{mode}: {err}");
        assert_eq!((install.tables(), install.env()), before, "{mode}");
        assert_eq!(locks(&install.settings.database), 0, "{mode}");
    }
}

/// Locks of ours that are held in a database.
fn locks(database: &str) -> i64 {
    let mut server = server::postgres().postgres_root(database).unwrap();
    let held = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                WHERE l.locktype = 'advisory' AND d.datname = $1";
    server.query_one(held, &[&database]).unwrap().get(0)
}
