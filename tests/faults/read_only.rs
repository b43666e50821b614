//! A database that only reads: the server, a replica, a file.

use std::os::unix::fs::PermissionsExt;

use freescout_rescue::domain::config::Driver;

use crate::held::told;
use crate::install::Install;
use crate::mounts::{Mount, as_web_user, give};
use crate::server::{self, Server, USER};
use crate::world::{Ended, World, ended};

fn refused(fault: &str, world: &World, ended: &Ended, says: &[&str]) {
    told(fault, world.install.settings.driver, ended);
    let context = format!("{fault}: {}", ended.said);
    assert_eq!(ended.code, Some(1), "{context}");
    for says in says.iter().chain(&["Nothing was changed"]) {
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

#[test]
fn mariadb_only_reads_and_may_be_a_replica() {
    let server: &'static Server = Box::leak(Box::new(server::own_mariadb()));
    let mut world = World::of(Install::new(server, "read_only"));
    server.admin("", &["SET GLOBAL read_only = 1"]);
    let ended = world.run("recover", 0);
    refused(
        "read-only server",
        &world,
        &ended,
        &[
            "is read-only at the moment",
            "If it is a replica",
            "DB_HOST",
        ],
    );
    server.admin(
        "",
        &["CHANGE MASTER TO MASTER_HOST = 'db1.example.org', MASTER_USER = 'repl'"],
    );
    // Without the right to ask it cannot be known.
    let ended = world.run("recover", 0);
    refused(
        "replica, not told",
        &world,
        &ended,
        &["is read-only at the moment", "If it is a replica"],
    );
    server.admin(
        "",
        &[&format!("GRANT REPLICA MONITOR ON *.* TO '{USER}'@'%'")],
    );
    let ended = world.run("recover", 0);
    refused(
        "replica",
        &world,
        &ended,
        &[
            "is a replica",
            "This server replicates db1.example.org",
            "DB_HOST",
        ],
    );
    server.admin("", &["RESET SLAVE ALL", "SET GLOBAL read_only = 0"]);
    goes_through(&world);
    // It became read-only since: the way back waits as well.
    server.admin("", &["SET GLOBAL read_only = 1"]);
    let undone = world.run("undo", 0);
    told("read-only server, undo", Driver::MySql, &undone);
    assert_eq!(undone.code, Some(1), "{}", undone.said);
    world.require_recovered(&undone.said);
    server.admin("", &["SET GLOBAL read_only = 0"]);
    let undone = world.run("undo", 0);
    assert_eq!(undone.code, Some(0), "{}", undone.said);
    world.require_original(&undone.said);
    world.reset();
}

#[test]
fn postgresql_only_reads() {
    let server = server::postgres();
    let world = World::of(Install::new(server, "read_only"));
    let database = &world.install.settings.database;
    let set = |on: &str| {
        let statement =
            format!("ALTER DATABASE {database} SET default_transaction_read_only = {on}");
        server.admin("", &[&statement]);
    };
    set("on");
    let ended = world.run("recover", 0);
    refused(
        "read-only database",
        &world,
        &ended,
        &[
            "is read-only at the moment",
            "default_transaction_read_only",
        ],
    );
    set("off");
    goes_through(&world);
}

#[test]
fn postgresql_is_a_standby() {
    let server: &'static Server = Box::leak(Box::new(server::own_postgres()));
    let world = World::of(Install::new(server, "standby"));
    let signal = server.folder.join("data/standby.signal");
    server.kill();
    std::fs::write(&signal, "").unwrap();
    server.start();
    let ended = world.run("recover", 0);
    refused("standby", &world, &ended, &["is a replica", "DB_HOST"]);
    // Promoted, it is a server as any other.
    server.admin("", &["SELECT pg_promote()"]);
    goes_through(&world);
}

#[test]
fn the_file_is_not_ours_to_write() {
    let world = World::new(Driver::Sqlite, "");
    let folder = world.install.folder.path();
    give(world.state.path());
    let data = folder.join("data");
    let file = &world.install.settings.database;
    for path in [data.as_path(), std::path::Path::new(file)] {
        std::os::unix::fs::chown(path, Some(0), Some(0)).unwrap();
    }
    let recover = || {
        let mut command = as_web_user(&world.command("recover"), folder);
        ended(&command.output().unwrap())
    };
    let ended = recover();
    refused(
        "file of another user",
        &world,
        &ended,
        &[
            "is read-only at the moment",
            "You must be allowed to write the file",
        ],
    );
    // The file alone does not help: beside it a journal has to be made.
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let ended = recover();
    refused(
        "folder of another user",
        &world,
        &ended,
        &[
            "is read-only at the moment",
            "You must be allowed to write the file",
        ],
    );
    give(folder);
    let ended = recover();
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    world.require_recovered(&ended.said);
}

#[test]
fn the_file_lies_on_a_read_only_mount() {
    let world = World::new(Driver::Sqlite, "");
    let file = std::path::PathBuf::from(&world.install.settings.database);
    let mount = Mount::read_only(&file);
    let ended = world.run("recover", 0);
    drop(mount);
    refused(
        "file on a read-only mount",
        &world,
        &ended,
        &[
            "is read-only at the moment",
            "is mounted read-only here",
            "mount -o remount,bind,rw",
        ],
    );
    goes_through(&world);
}
