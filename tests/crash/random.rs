//! Killed at times of chance: what no list of points foresees.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::world::{World, drivers};

/// How many accidents, over all databases.
const ACCIDENTS: u64 = 200;

/// The next number of a sequence (xorshift64*), so that a failure can be had again by its seed.
fn next(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

#[test]
fn two_hundred_kills_at_times_of_chance() {
    let mut seed = u64::from_le_bytes(freescout_rescue::io::os::entropy::bytes()) | 1;
    println!("seed {seed}");
    let mut said = Vec::new();
    for driver in drivers() {
        let mut world = World::new(driver, "chance");
        let began = Instant::now();
        assert_eq!(world.run("recover", 0).code, Some(2));
        let usual = began.elapsed();
        let (mut killed, mut undone, mut resumed) = (0, 0, 0);
        for accident in 0..ACCIDENTS.div_ceil(3) {
            let chance = next(&mut seed);
            let context = format!("{driver:?}, accident {accident}, chance {chance}");
            world.reset();
            let mut command = world.command("recover");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            let micros = u64::try_from(usual.as_micros()).unwrap();
            std::thread::sleep(Duration::from_micros(chance % (micros + micros / 10)));
            // It may have ended by then.
            let _ = child.kill();
            killed += u32::from(child.wait().unwrap().code().is_none());
            let what = if chance & (1 << 40) == 0 {
                "undo"
            } else {
                "resume"
            };
            let ended = world.run(what, 0);
            let context = format!("{context}, then {what}: {}", ended.said);
            assert!(matches!(ended.code, Some(0..=2)), "{context}");
            if world.truth() == world.original {
                undone += 1;
            } else {
                assert_eq!(what, "resume", "{context}");
                world.require_recovered(&context);
                resumed += 1;
            }
            world.require_settled(&context);
        }
        said.push(format!(
            "{}: {killed} killed of {}, {undone} as before, {resumed} recovered",
            driver.name(),
            ACCIDENTS.div_ceil(3)
        ));
    }
    println!("{}", said.join("\n"));
}
