//! Killed at times of chance: what no list of points foresees.

use std::process::Stdio;
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;

use crate::world::World;

/// How many accidents, on each of the three databases.
const ACCIDENTS: u64 = 67;
/// After so many it is measured again how long a recovery takes.
const MEASURED_ANEW: u64 = 16;
/// Gives the seed of an earlier run: the same sequence of moments and of ways out. What is met at such a moment is the
/// machine's.
const SEED: &str = "FREESCOUT_RESCUE_SEED";

/// The next number of a sequence (xorshift64*), so that a failure can be had again by its seed.
fn next(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

/// The seed that was given, or one of chance. Never 0, from which the sequence does not move.
fn seed() -> u64 {
    match std::env::var(SEED) {
        Ok(given) => match given.parse() {
            Ok(seed @ 1..) => seed,
            _ => panic!("{SEED} is not a number from 1 on: {given}"),
        },
        Err(_) => u64::from_le_bytes(freescout_rescue::io::os::entropy::bytes()) | 1,
    }
}

/// Two hundred kills at times of chance, over all databases.
fn killed_at_times_of_chance(driver: Driver) {
    let seed = seed();
    let mut state = seed;
    println!("{SEED}={seed}");
    let mut world = World::in_memory(driver, "chance");
    let mut usual = 0;
    let (mut killed, mut undone, mut recovered) = (0, 0, 0);
    for accident in 0..ACCIDENTS {
        // What else the machine does comes and goes.
        if accident % MEASURED_ANEW == 0 {
            world.reset();
            let began = Instant::now();
            assert_eq!(world.run("recover", 0).code, Some(2));
            usual = u64::try_from(began.elapsed().as_micros()).unwrap();
        }
        let chance = next(&mut state);
        let moment = Duration::from_micros(chance % (usual + usual / 10));
        let what = if chance & (1 << 40) == 0 {
            "undo"
        } else {
            "resume"
        };
        world.reset();
        let mut command = world.command("recover");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(moment);
        // It may have ended by then: that is counted below.
        let _ = child.kill();
        killed += u64::from(child.wait().unwrap().code().is_none());
        let ended = world.run(what, 0);
        let context = format!(
            "{SEED}={seed}, {driver:?}, accident {accident} after {moment:?}, then {what}: {}",
            ended.said
        );
        assert!(matches!(ended.code, Some(0..=2)), "{context}");
        if world.truth() == world.original {
            undone += 1;
        } else {
            assert_eq!(what, "resume", "{context}");
            world.require_recovered(&context);
            recovered += 1;
        }
        world.require_settled(&context);
    }
    let said = format!(
        "{}: {killed} killed of {ACCIDENTS}, {undone} as before, {recovered} recovered",
        driver.name()
    );
    println!("{said}");
    // Ten of eleven moments lie within the usual time. Where the machine was slower at first, fewer do.
    assert!(killed >= ACCIDENTS / 4, "{SEED}={seed}: too few: {said}");
    assert!(
        undone > 0 && recovered > 0,
        "{SEED}={seed}: one way out was never taken: {said}"
    );
}

#[test]
fn killed_at_times_of_chance_on_mariadb() {
    killed_at_times_of_chance(Driver::MySql);
}

#[test]
fn killed_at_times_of_chance_on_postgresql() {
    killed_at_times_of_chance(Driver::PgSql);
}

#[test]
fn killed_at_times_of_chance_on_sqlite() {
    killed_at_times_of_chance(Driver::Sqlite);
}
