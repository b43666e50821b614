//! Others hold what we need: a row, a table, the file; and the deadlock.

use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;
use mysql::prelude::Queryable;

use crate::held::{told, wait};
use crate::install::Install;
use crate::server::{self, Server, USER};
use crate::world::{Ended, World};

/// A server that waits for a second at most: its own bound is smaller than ours, and counts.
fn impatient(driver: Driver) -> Server {
    match driver {
        Driver::MySql => {
            let server = server::own_mariadb();
            server.admin(
                "",
                &[
                    "SET GLOBAL innodb_lock_wait_timeout = 1",
                    "SET GLOBAL lock_wait_timeout = 1",
                ],
            );
            server
        }
        _ => {
            let server = server::own_postgres();
            server.admin("", &[&format!("ALTER ROLE {USER} SET lock_timeout = '1s'")]);
            server
        }
    }
}

/// A connection of somebody else, in a transaction.
enum Other {
    MySql(mysql::Conn),
    PgSql(Box<postgres::Client>),
    Sqlite(rusqlite::Connection),
}

impl Other {
    fn of(world: &World, server: Option<&Server>) -> Self {
        let database = &world.install.settings.database;
        match server {
            Some(server) if server.driver == Driver::MySql => {
                let mut root = server.mariadb_root().unwrap();
                root.query_drop(format!("USE {database}")).unwrap();
                Other::MySql(root)
            }
            Some(server) => Other::PgSql(Box::new(server.postgres_root(database).unwrap())),
            None => Other::Sqlite(rusqlite::Connection::open(database).unwrap()),
        }
    }

    fn does(&mut self, statement: &str) -> Result<(), String> {
        match self {
            Other::MySql(connection) => connection.query_drop(statement).map_err(|e| e.to_string()),
            Other::PgSql(client) => client.batch_execute(statement).map_err(|e| e.to_string()),
            Other::Sqlite(connection) => connection
                .execute_batch(statement)
                .map_err(|e| e.to_string()),
        }
    }
}

fn table(world: &World, name: &str) -> String {
    let settings = &world.install.settings;
    sql::table(settings.driver, &settings.prefix, name)
}

fn refused(fault: &str, world: &World, ended: &Ended, says: &[&str]) {
    told(fault, world.install.settings.driver, ended);
    let context = format!("{fault}: {}", ended.said);
    assert_eq!(ended.code, Some(1), "{context}");
    for says in says.iter().chain(&["Nothing was changed", "Try again"]) {
        assert!(ended.said.contains(says), "{says:?}: {context}");
    }
    world.require_original(&context);
    world.require_settled(&context);
}

fn goes_through(world: &World) {
    let ended = world.run("recover", 0);
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    world.require_recovered(&ended.said);
}

const HELD: &str = "have rows or tables of the database locked";

/// A row that somebody has changed and not committed.
fn row_held(world: &mut World, server: Option<&Server>) {
    world.reset();
    let mut other = Other::of(world, server);
    let modules = table(world, "modules");
    other.does("BEGIN").unwrap();
    other
        .does(&format!("UPDATE {modules} SET alias = 'held' WHERE id = 1"))
        .unwrap();
    let began = Instant::now();
    let ended = world.run("recover", 0);
    let bound = Duration::from_secs(if server.is_some() { 15 } else { 40 });
    assert!(began.elapsed() < bound, "{:?}", began.elapsed());
    other.does("ROLLBACK").unwrap();
    refused("a row is held", world, &ended, &[HELD]);
    goes_through(world);
}

/// A whole table, as a dump or a change of its form holds it: reading has to wait as well.
fn table_held(world: &mut World, server: &Server) {
    world.reset();
    let mailboxes = table(world, "mailboxes");
    let (lock, free) = match server.driver {
        Driver::MySql => (format!("LOCK TABLES {mailboxes} WRITE"), "UNLOCK TABLES"),
        _ => (
            format!("BEGIN; LOCK TABLE {mailboxes} IN ACCESS EXCLUSIVE MODE"),
            "ROLLBACK",
        ),
    };
    let mut other = Other::of(world, Some(server));
    other.does(&lock).unwrap();
    let ended = world.run("recover", 0);
    other.does(free).unwrap();
    told("a table is held", server.driver, &ended);
    assert_eq!(ended.code, Some(3), "{}", ended.said);
    assert!(ended.said.contains(HELD), "{}", ended.said);
    world.require_original(&ended.said);
    goes_through(world);
}

/// A dump that lets others read: it meets us when we write.
fn table_held_for_writing(world: &mut World, server: &Server) {
    world.reset();
    let mailboxes = table(world, "mailboxes");
    let (lock, free) = match server.driver {
        Driver::MySql => (format!("LOCK TABLES {mailboxes} READ"), "UNLOCK TABLES"),
        _ => (
            format!("BEGIN; LOCK TABLE {mailboxes} IN EXCLUSIVE MODE"),
            "ROLLBACK",
        ),
    };
    let mut other = Other::of(world, Some(server));
    other.does(&lock).unwrap();
    let ended = world.run("recover", 0);
    other.does(free).unwrap();
    refused("a table is held for writing", world, &ended, &[HELD]);
    goes_through(world);
}

/// We wait for somebody who then waits for us. The server gives up one of the two: ours, as arranged.
fn deadlock(world: &mut World, server: &Server) {
    world.reset();
    let [modules, mailboxes, users] =
        ["modules", "mailboxes", "users"].map(|name| table(world, name));
    let mut other = Other::of(world, Some(server));
    match server.driver {
        // InnoDB gives up the transaction that has changed less.
        Driver::MySql => {
            server.admin("", &["SET GLOBAL innodb_lock_wait_timeout = 30"]);
            other.does("BEGIN").unwrap();
            for number in 0..50 {
                let insert = format!("INSERT INTO {users} (first_name) VALUES ('{number}')");
                other.does(&insert).unwrap();
            }
        }
        // PostgreSQL the one that looks first: each looks once, so long after it began to wait.
        _ => {
            let role = format!("ALTER ROLE {USER} SET deadlock_timeout = '2s'");
            let wait = format!("ALTER ROLE {USER} SET lock_timeout = '30s'");
            server.admin("", &[&role, &wait]);
            other.does("SET deadlock_timeout = '60s'; BEGIN").unwrap();
        }
    }
    other
        .does(&format!("UPDATE {modules} SET alias = 'held' WHERE id = 1"))
        .unwrap();
    let command = world.command("recover");
    let ours = std::thread::spawn(move || {
        let mut command = command;
        crate::world::ended(&command.output().unwrap())
    });
    let mut root = Other::of(world, Some(server));
    wait("the program to wait for the row", || match &mut root {
        Other::MySql(root) => {
            // The table is made anew a tenth of a second after it was last read, not before.
            std::thread::sleep(Duration::from_millis(150));
            let waits = "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'";
            root.query_first::<u32, _>(waits).unwrap().is_some()
        }
        Other::PgSql(root) => root
            .query_opt("SELECT 1 FROM pg_locks WHERE NOT granted", &[])
            .unwrap()
            .is_some(),
        Other::Sqlite(_) => unreachable!("SQLite knows no rows"),
    });
    // Crosses over; it is granted when ours is given up.
    other
        .does(&format!(
            "SELECT 1 FROM {mailboxes} WHERE id = 1 FOR UPDATE"
        ))
        .unwrap();
    let ended = ours.join().unwrap();
    other.does("ROLLBACK").unwrap();
    refused(
        "deadlock",
        world,
        &ended,
        &[
            "were waiting for each other's rows",
            "it rarely happens twice",
        ],
    );
    goes_through(world);
}

fn all(driver: Driver) {
    let server: &'static Server = Box::leak(Box::new(impatient(driver)));
    let mut world = World::of(Install::new(server, "locks"));
    row_held(&mut world, Some(server));
    table_held(&mut world, server);
    table_held_for_writing(&mut world, server);
    deadlock(&mut world, server);
}

#[test]
fn mariadb_is_held() {
    all(Driver::MySql);
}

#[test]
fn postgresql_is_held() {
    all(Driver::PgSql);
}

#[test]
fn the_file_is_held() {
    row_held(&mut World::new(Driver::Sqlite, ""), None);
}
