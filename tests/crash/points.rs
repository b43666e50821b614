//! Every point, one after the other.

use freescout_rescue::domain::config::Driver;

use crate::world::World;

/// Which points are tried with one way out.
#[derive(Clone, Copy)]
enum Tried {
    All,
    /// The first, the third, …
    Odd,
    /// The second, the fourth, …
    Even,
}

impl Tried {
    /// With their numbers, which count from 1.
    fn of(self, points: &[String]) -> impl Iterator<Item = (usize, &String)> {
        let numbered = points
            .iter()
            .enumerate()
            .map(|(index, name)| (index + 1, name));
        numbered.filter(move |(number, _)| match self {
            Tried::All => true,
            Tried::Odd => number % 2 == 1,
            Tried::Even => number % 2 == 0,
        })
    }
}

/// Kills a recovery at each of its points; `resume` must finish it, or find that nothing was written and close it.
fn recover_then_resume(world: &mut World, tried: Tried) -> usize {
    world.reset();
    let points = world.points("recover");
    world.require_recovered("without an accident");
    assert!(points.len() > 15, "{points:?}");
    for (number, point) in tried.of(&points) {
        let driver = world.install.settings.driver;
        let context = format!("{driver:?}: recover killed at {number} ({point}), then resume");
        world.reset();
        let killed = world.run("recover", number);
        assert!(killed.killed, "{context}: {}", killed.said);
        let resumed = world.run("resume", 0);
        match resumed.code {
            // One secret is lost in this install, whatever is done.
            Some(2) => world.require_recovered(&format!("{context}: {}", resumed.said)),
            // It never began, was done already, or had written nothing yet.
            Some(0 | 1) => {
                if world.truth() != world.original {
                    world.require_recovered(&format!("{context}: {}", resumed.said));
                }
            }
            code => panic!("{context}: {code:?} {}", resumed.said),
        }
        world.require_settled(&context);
    }
    tried.of(&points).count()
}

/// Kills a recovery at each of its points; `undo` must bring everything back, byte for byte.
fn recover_then_undo(world: &mut World, tried: Tried) -> usize {
    world.reset();
    let points = world.points("recover");
    assert!(points.len() > 15, "{points:?}");
    for (number, point) in tried.of(&points) {
        let driver = world.install.settings.driver;
        let context = format!("{driver:?}: recover killed at {number} ({point}), then undo");
        world.reset();
        assert!(world.run("recover", number).killed, "{context}");
        let undone = world.run("undo", 0);
        // 1: there is nothing to take back, as nothing had begun.
        assert!(
            matches!(undone.code, Some(0 | 1)),
            "{context}: {}",
            undone.said
        );
        world.require_original(&format!("{context}: {}", undone.said));
        world.require_settled(&context);
    }
    tried.of(&points).count()
}

/// Kills an undo at each of its points; `again` must bring everything back.
fn undo_then(world: &mut World, again: &str, tried: Tried) -> usize {
    world.reset();
    assert_eq!(world.run("recover", 0).code, Some(2));
    let points = world.points("undo");
    world.require_original("undo without an accident");
    assert!(points.len() > 15, "{points:?}");
    for (number, point) in tried.of(&points) {
        let driver = world.install.settings.driver;
        let context = format!("{driver:?}: undo killed at {number} ({point}), then {again}");
        world.reset();
        assert_eq!(world.run("recover", 0).code, Some(2), "{context}");
        assert!(world.run("undo", number).killed, "{context}");
        let second = world.run(again, 0);
        assert!(
            matches!(second.code, Some(0 | 1)),
            "{context}: {}",
            second.said
        );
        if world.truth() != world.original {
            // Killed before it was announced: then the recovery stands, whole, and can be taken back.
            world.require_recovered(&format!("{context}: {}", second.said));
            let third = world.run("undo", 0);
            assert_eq!(third.code, Some(0), "{context}: {}", third.said);
        }
        world.require_original(&format!("{context}: {}", second.said));
        world.require_settled(&context);
    }
    tried.of(&points).count()
}

/// Every point: with both ways out on SQLite; on a server with one and the other in turn, where PostgreSQL has the one that
/// MariaDB has not.
fn all(driver: Driver, name: &str) {
    let mut world = World::in_memory(driver, name);
    let (resumed, undone) = match driver {
        Driver::Sqlite => (Tried::All, Tried::All),
        Driver::MySql => (Tried::Odd, Tried::Even),
        Driver::PgSql => (Tried::Even, Tried::Odd),
    };
    let counts = [
        recover_then_resume(&mut world, resumed),
        recover_then_undo(&mut world, undone),
        undo_then(&mut world, "resume", resumed),
        undo_then(&mut world, "undo", undone),
    ];
    println!(
        "{}: killed at {} points of recover, then resume; at {} then undo; at {} points of undo, then resume; at {} then undo: nothing lost",
        driver.name(),
        counts[0],
        counts[1],
        counts[2],
        counts[3]
    );
}

#[test]
fn every_point_on_mariadb() {
    all(Driver::MySql, "points");
}

#[test]
fn every_point_on_postgresql() {
    all(Driver::PgSql, "points");
}

#[test]
fn every_point_on_sqlite() {
    all(Driver::Sqlite, "points");
}

#[test]
fn every_point_with_php_that_rebuilds_the_cache() {
    let mut world = World::with_artisan(Driver::Sqlite, "artisan");
    let points = world.points("recover");
    assert!(
        points.iter().any(|point| point == "ProgramRunning"),
        "{points:?}"
    );
    let counts = [
        recover_then_resume(&mut world, Tried::All),
        recover_then_undo(&mut world, Tried::All),
    ];
    println!(
        "with artisan: killed at {} points of recover, then resume; at {} then undo: nothing lost",
        counts[0], counts[1]
    );
}

#[test]
fn a_resume_that_is_killed_itself_can_be_resumed() {
    let mut world = World::in_memory(Driver::Sqlite, "twice");
    let points = world.points("recover");
    let committed = points.iter().position(|p| p == "RowsCommitted").unwrap() + 1;
    let break_it = |world: &mut World| {
        world.reset();
        assert!(world.run("recover", committed).killed);
    };
    break_it(&mut world);
    let resuming = world.points("resume");
    for again in ["resume", "undo"] {
        for at in 1..=resuming.len() {
            let context = format!("resume killed at {at} ({}), then {again}", resuming[at - 1]);
            break_it(&mut world);
            assert!(world.run("resume", at).killed, "{context}");
            let last = world.run(again, 0);
            match again {
                "resume" => world.require_recovered(&format!("{context}: {}", last.said)),
                _ => world.require_original(&format!("{context}: {}", last.said)),
            }
            world.require_settled(&context);
        }
    }
    println!("a resume killed at {} points: nothing lost", resuming.len());
}

#[test]
fn a_new_random_key_is_never_lost() {
    let mut world = World::in_memory(Driver::Sqlite, "fresh");
    let run = |world: &World, at: usize, list: Option<&std::path::Path>| {
        let mut command = world.command("recover");
        command.args(["--strategy", "fresh"]);
        match list {
            Some(list) => command.env("FREESCOUT_RESCUE_CRASH_LIST", list),
            None => command.env("FREESCOUT_RESCUE_CRASH_AT", at.to_string()),
        };
        command.output().unwrap()
    };
    let list = tempfile::NamedTempFile::new().unwrap();
    run(&world, 0, Some(list.path()));
    let points = std::fs::read_to_string(list.path()).unwrap();
    let points: Vec<&str> = points.lines().collect();
    assert!(points.len() > 15, "{points:?}");
    for (index, point) in points.iter().enumerate() {
        let context = format!("fresh killed at {} ({point})", index + 1);
        world.reset();
        run(&world, index + 1, None);
        let resumed = world.run("resume", 0);
        if world.truth() != world.original {
            let checked = world.run("check", 0);
            let json: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
            assert_eq!(json["summary"]["opens"], 9, "{context}: {}", resumed.said);
        }
        world.require_settled(&context);
        world.reset();
        run(&world, index + 1, None);
        let undone = world.run("undo", 0);
        world.require_original(&format!("{context}, then undo: {}", undone.said));
    }
    println!("a new key: killed at {} points: nothing lost", points.len());
}

/// Kills a restore at each of its points; `resume` must finish it, `undo` bring back what stood before.
#[test]
fn every_point_of_a_restore() {
    let mut world = World::in_memory(Driver::Sqlite, "restore");
    let recovered = |world: &mut World| {
        world.reset();
        let done = world.run("recover", 0);
        assert_eq!(done.code, Some(2), "{}", done.said);
        let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        (json["backup"].as_str().unwrap().to_owned(), world.truth())
    };
    let restore = |world: &World, backup: &str, name: &str, value: &str| {
        let mut command = world.command_with("restore", &[backup, "--yes"]);
        command.env(name, value).output().unwrap()
    };
    let (backup, _) = recovered(&mut world);
    let list = tempfile::NamedTempFile::new().unwrap();
    let path = list.path().to_str().unwrap();
    restore(&world, &backup, "FREESCOUT_RESCUE_CRASH_LIST", path);
    world.require_original("a restore without an accident");
    let points = std::fs::read_to_string(list.path()).unwrap();
    let points: Vec<&str> = points.lines().collect();
    assert!(points.len() > 15, "{points:?}");
    for again in ["resume", "undo"] {
        for (index, point) in points.iter().enumerate() {
            let context = format!("restore killed at {} ({point}), then {again}", index + 1);
            let (backup, stood) = recovered(&mut world);
            let at = (index + 1).to_string();
            restore(&world, &backup, "FREESCOUT_RESCUE_CRASH_AT", &at);
            let unfinished = world.run("check", 0).out.contains("\"unfinished_run\"");
            let ended = world.run(again, 0);
            let context = format!("{context}: {}", ended.said);
            match (again, unfinished) {
                ("resume", true) => world.require_original(&context),
                ("undo", true) => assert_eq!(world.truth(), stood, "{context}"),
                // Nothing was announced yet, or all is done.
                ("resume", false) => {
                    let now = world.truth();
                    assert!(now == stood || now == world.original, "{context}");
                }
                // Then it is the recovery that is taken back, or there is none.
                _ => world.require_original(&context),
            }
            world.require_settled(&context);
        }
    }
    println!("a restore killed at {} points: nothing lost", points.len());
}
