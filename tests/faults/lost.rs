//! The database goes away: killed, restarted, the connection cut, the answer to the commit lost.

use std::sync::OnceLock;

use freescout_rescue::domain::config::Driver;
use mysql::prelude::Queryable;

use crate::held::{Held, journal, told};
use crate::install::Install;
use crate::server::{self, Server, USER};
use crate::wire::Wire;
use crate::world::World;

/// Servers that may be killed: nobody else's tests use them, and ours one after the other.
fn mortal(driver: Driver) -> &'static Server {
    static MARIADB: OnceLock<Server> = OnceLock::new();
    static POSTGRES: OnceLock<Server> = OnceLock::new();
    match driver {
        Driver::MySql => MARIADB.get_or_init(server::own_mariadb),
        _ => POSTGRES.get_or_init(server::own_postgres),
    }
}

/// Ends every connection of the program.
fn cut_connections(server: &Server) {
    match server.driver {
        Driver::MySql => {
            let mut root = server.mariadb_root().unwrap();
            let ids: Vec<u64> = root
                .exec(
                    "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = ?",
                    (USER,),
                )
                .unwrap();
            assert!(!ids.is_empty(), "no connection to cut");
            for id in ids {
                root.query_drop(format!("KILL CONNECTION {id}")).unwrap();
            }
        }
        _ => {
            let mut root = server.postgres_root("postgres").unwrap();
            let ended = root
                .query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
                    &[&USER],
                )
                .unwrap();
            assert!(!ended.is_empty(), "no connection to cut");
        }
    }
}

/// Held before anything is written for good, the server dies: everything is as before, and said so.
fn killed_before_the_commit(world: &mut World, server: &Server) {
    for point in ["RowsLocked", "RowWritten"] {
        world.reset();
        let held = Held::at(world.command("recover"), point, 1);
        server.kill();
        let ended = held.end();
        server.start();
        told(&format!("killed at {point}"), server.driver, &ended);
        let context = format!("{:?}, killed at {point}: {}", server.driver, ended.said);
        assert_eq!(ended.code, Some(1), "{context}");
        for says in [
            "was lost while rows were being written",
            "Nothing was changed",
            "Start again when it is running",
        ] {
            assert!(ended.said.contains(says), "{context}");
        }
        world.require_original(&context);
        world.require_settled(&context);
    }
    let again = world.run("recover", 0);
    assert_eq!(again.code, Some(2), "{}", again.said);
    world.require_recovered("with the server back");
}

/// Held right before the commit, the server dies: nobody can tell how it ended, until it is back. Held right after it,
/// with `.env` changed by somebody: the rows cannot be put back either.
fn killed_for_long(server: &'static Server) {
    let worlds = ["then_resume", "then_undo", "in_the_way"]
        .map(|name| World::of(Install::new(server, name)));
    let [resumed, undone, barred] = &worlds;
    let held = [
        Held::at(resumed.command("recover"), "RowsCommitting", 1),
        Held::at(undone.command("recover"), "RowsCommitting", 1),
        Held::at(
            barred.command("recover"),
            "JournalCommitted",
            journal::FILES,
        ),
    ];
    server.kill();
    let env = barred.install.root().join(".env");
    let before = std::fs::read(&env).unwrap();
    std::fs::write(&env, "APP_KEY=somebody's own\n").unwrap();
    // Each of them asks for a while whether the server comes back.
    let threads = held.map(|held| std::thread::spawn(move || held.end()));
    let [first, second, third] = threads.map(|thread| thread.join().unwrap());
    for ended in [&first, &second] {
        told("killed at the commit", server.driver, ended);
        assert_eq!(ended.code, Some(2), "{}", ended.said);
        for says in [
            "was lost during the commit",
            "nothing is lost",
            "resume",
            "undo --yes",
        ] {
            assert!(ended.said.contains(says), "{}", ended.said);
        }
    }
    told("killed, and .env changed", server.driver, &third);
    assert_eq!(third.code, Some(2), "{}", third.said);
    for says in [
        "not all of them could be reversed",
        "Somebody else changed",
        "resume",
        "undo --yes",
    ] {
        assert!(third.said.contains(says), "{}", third.said);
    }
    // While it is away nothing is done, and that is said.
    for what in ["resume", "undo", "recover"] {
        let early = resumed.run(what, 0);
        assert_eq!(early.code, Some(3), "{what}: {}", early.said);
        assert!(early.said.contains("cannot be reached"), "{}", early.said);
    }
    server.start();
    let refused = resumed.run("recover", 0);
    told("recover while one is unfinished", server.driver, &refused);
    assert_eq!(refused.code, Some(3), "{}", refused.said);
    assert!(
        refused.said.contains("unfinished recovery"),
        "{}",
        refused.said
    );
    let ended = resumed.run("resume", 0);
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    resumed.require_recovered(&ended.said);
    let ended = undone.run("undo", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    undone.require_original(&ended.said);
    std::fs::write(&env, before).unwrap();
    let ended = barred.run("undo", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    barred.require_original(&ended.said);
    for world in &worlds {
        world.require_settled("the server is back");
    }
}

/// The same, and the server is back before we ask again: then we find out by ourselves.
fn restarted_at_the_commit(world: &mut World, server: &Server) {
    world.reset();
    let held = Held::at(world.command("recover"), "RowsCommitting", 1);
    server.kill();
    server.start();
    let ended = held.end();
    told("restarted at the commit", server.driver, &ended);
    let context = format!(
        "{:?}, restarted at the commit: {}",
        server.driver, ended.said
    );
    assert_eq!(ended.code, Some(1), "{context}");
    assert!(ended.said.contains("Nothing was changed"), "{context}");
    world.require_original(&context);
    world.require_settled(&context);
}

/// The rows stand: the files follow, and only the proof cannot be had.
fn killed_after_the_commit(world: &mut World, server: &Server) {
    world.reset();
    let held = Held::at(world.command("recover"), "RowsCommitted", 1);
    server.kill();
    let ended = held.end();
    server.start();
    told("killed after the commit", server.driver, &ended);
    let context = format!(
        "{:?}, killed after the commit: {}",
        server.driver, ended.said
    );
    assert_eq!(ended.code, Some(2), "{context}");
    assert!(ended.out.contains("\"verified\":false"), "{context}");
    world.require_recovered(&context);
    world.require_settled(&context);
    let undone = world.run("undo", 0);
    assert_eq!(undone.code, Some(0), "{}", undone.said);
    world.require_original(&context);
}

/// The server lives, but ends our connection.
fn connection_cut(world: &mut World, server: &Server) {
    for (point, code) in [
        ("RowsLocked", 1),
        ("RowWritten", 1),
        ("RowsCommitting", 1),
        ("RowsCommitted", 2),
    ] {
        world.reset();
        let held = Held::at(world.command("recover"), point, 1);
        cut_connections(server);
        let ended = held.end();
        told(&format!("cut at {point}"), server.driver, &ended);
        let context = format!("{:?}, cut at {point}: {}", server.driver, ended.said);
        assert_eq!(ended.code, Some(code), "{context}");
        if code == 1 {
            assert!(
                ended
                    .said
                    .contains("was lost while rows were being written"),
                "{context}"
            );
            assert!(ended.said.contains("Nothing was changed"), "{context}");
            world.require_original(&context);
        } else {
            // It reads over a connection of its own: proven all the same.
            assert!(ended.out.contains("\"verified\":true"), "{context}");
            world.require_recovered(&context);
        }
        world.require_settled(&context);
    }
}

/// Nothing needs the connection while the backup is read: one that idled too long is opened anew.
fn connection_cut_before(world: &mut World, server: &Server) {
    world.reset();
    let held = Held::at(
        world.command("recover"),
        "JournalCommitted",
        journal::ANNOUNCED,
    );
    cut_connections(server);
    let ended = held.end();
    told("cut when announced", server.driver, &ended);
    let context = format!("{:?}, cut when announced: {}", server.driver, ended.said);
    assert_eq!(ended.code, Some(1), "{context}");
    assert!(ended.said.contains("Nothing was changed"), "{context}");
    world.require_original(&context);
    world.require_settled(&context);
}

/// The commit arrives, its answer does not: we ask, learn that it stands, and go on.
fn answer_lost(driver: Driver) {
    let server = mortal(driver);
    let wire = Wire::to(server.port);
    let mut world = World::of(Install::through(server, "wire", wire.port));
    wire.arm();
    let ended = world.run("recover", 0);
    told("answer to the commit lost", driver, &ended);
    let context = format!("{driver:?}, answer to the commit lost: {}", ended.said);
    assert!(wire.has_cut(), "no commit was seen: {context}");
    assert_eq!(ended.code, Some(2), "{context}");
    assert!(ended.out.contains("\"verified\":true"), "{context}");
    world.require_recovered(&context);
    world.require_settled(&context);
    // The way back is no less sure.
    wire.arm();
    let undone = world.run("undo", 0);
    assert!(wire.has_cut());
    assert_eq!(undone.code, Some(0), "{}", undone.said);
    world.require_original(&context);
    world.reset();
}

fn all(driver: Driver) {
    let server = mortal(driver);
    let mut world = World::of(Install::new(server, "lost"));
    connection_cut(&mut world, server);
    connection_cut_before(&mut world, server);
    answer_lost(driver);
    killed_before_the_commit(&mut world, server);
    restarted_at_the_commit(&mut world, server);
    killed_after_the_commit(&mut world, server);
    killed_for_long(server);
}

#[test]
fn mariadb_goes_away() {
    all(Driver::MySql);
}

#[test]
fn postgresql_goes_away() {
    all(Driver::PgSql);
}
