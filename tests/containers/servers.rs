//! A database that nobody reaches but from within the container: by a name that only it knows, and by its socket.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};

use crate::container::{Container, Kind, NGINX, give};

const SERVER: &str = "
exec >/srv/log 2>&1
ip link set lo up
mkdir -p /run/mysqld /var/lib/mysql
mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db \
  --datadir=/var/lib/mysql --user=root
mariadbd --no-defaults --user=root --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --port=3306 \
  --bind-address=127.0.0.1 --tmpdir=/tmp --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=8M &
until mariadb --no-defaults --socket=/run/mysqld/mysqld.sock -e 'SELECT 1'; do sleep 0.1; done
mariadb --no-defaults --socket=/run/mysqld/mysqld.sock </srv/tables.sql
echo filled >/srv/filled
";

fn key(byte: u8) -> AppKey {
    AppKey::generate(&std::array::from_fn(|n| {
        byte.wrapping_mul(41).wrapping_add((n * n * 7) as u8)
    }))
}

/// Two passwords under the old key, two under the current one.
fn tables() -> String {
    let sealed = |key: &AppKey, text: &str| {
        let text = Payload::seal(key, &[9; 16], &php::serialize_text(text.as_bytes()));
        sql::literal(Driver::MySql, "utf8mb4", Some(text.as_bytes()))
    };
    let mut text = "CREATE DATABASE freescout CHARACTER SET utf8mb4; USE freescout;\n\
        CREATE USER freescout@'%' IDENTIFIED BY 'secret'; GRANT ALL ON freescout.* TO freescout@'%';\n\
        CREATE USER freescout@localhost IDENTIFIED BY 'secret'; GRANT ALL ON freescout.* TO freescout@localhost;\n\
        CREATE TABLE mailboxes (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40), email VARCHAR(128), \
        out_method SMALLINT DEFAULT 3, out_server TEXT, out_username TEXT, out_password TEXT, out_port INT, \
        out_encryption SMALLINT DEFAULT 1, in_server TEXT, in_port INT, in_username VARCHAR(100), in_password TEXT, \
        in_protocol SMALLINT DEFAULT 1, in_encryption SMALLINT DEFAULT 1, in_validate_cert BOOLEAN DEFAULT true, meta TEXT);\n\
        CREATE TABLE options (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(191), value TEXT NOT NULL);\n\
        CREATE TABLE modules (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, alias VARCHAR(191), license TEXT);\n\
        CREATE TABLE users (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, first_name VARCHAR(20), last_name VARCHAR(30), \
        email VARCHAR(100), password VARCHAR(255));\n"
        .to_owned();
    for (name, key) in [("Old", key(1)), ("New", key(2))] {
        let _ = writeln!(
            text,
            "INSERT INTO mailboxes (name, email, in_server, in_username, in_password, out_username, out_password) \
             VALUES ('{name}', '{name}@x.example', 'imap.example', 'u', {}, 'u', {});",
            sealed(&key, "in"),
            sealed(&key, "out")
        );
    }
    text
}

/// The install's settings, with this host for its database.
fn prepare(root: &Path, host: &str) {
    std::fs::write(root.join("srv/tables.sql"), tables()).unwrap();
    let html = root.join("www/html");
    std::fs::remove_file(html.join("bootstrap/cache/config.php")).unwrap();
    let key = |key: AppKey| String::from_utf8_lossy(key.text()).into_owned();
    let env = format!(
        "APP_KEY={}\nDB_CONNECTION=mysql\nDB_HOST={host}\nDB_PORT=3306\nDB_DATABASE=freescout\n\
         DB_USERNAME=freescout\nDB_PASSWORD=secret\n",
        key(self::key(2))
    );
    std::fs::write(html.join(".env"), env).unwrap();
    give(&html.join(".env"), NGINX.0, NGINX.1);
    // On the host.
    std::fs::write(root.parent().unwrap().join("old.key"), key(self::key(1))).unwrap();
}

fn walked(host: &str) {
    let container = Container::start_with(Kind::Rooted, |root| prepare(root, host), SERVER);
    let deadline = Instant::now() + Duration::from_secs(60);
    while !container.path("/srv/filled").exists() {
        let log = std::fs::read_to_string(container.path("/srv/log")).unwrap_or_default();
        assert!(Instant::now() < deadline, "{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = container.run(&["check"], 2);
    assert!(said.contains("MariaDB"), "{said}");
    assert!(said.contains("FreeScout can read 2 of 4"), "{said}");
    let old = container.folder.path().join("old.key");
    let key_file = ["--key-file", old.to_str().unwrap()];
    let said = container.run(
        &["recover", "--yes", "--no-test", key_file[0], key_file[1]],
        0,
    );
    assert!(said.contains("FreeScout can read 4 of 4"), "{said}");
    container.run(&["backup", "--full-dump"], 0);
    container.run(&["undo", "--yes"], 0);
    let said = container.run(&["check"], 2);
    assert!(said.contains("FreeScout can read 2 of 4"), "{said}");
}

#[test]
fn a_database_is_reached_by_a_name_that_only_the_container_knows() {
    walked("freescout-db");
}

#[test]
fn a_database_is_reached_by_its_socket_in_the_container() {
    walked("localhost");
}
