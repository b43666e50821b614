//! `.env` mounted by itself, as a container does it: it cannot be renamed over, so it is written in place, and may be cut
//! off in the middle.

use std::os::unix::fs::MetadataExt;

use freescout_rescue::domain::config::Driver;

use crate::held::told;
use crate::mounts::Mount;
use crate::world::World;

/// A world whose `.env` is a mount, with the key right in the middle, where a cut tears it.
fn world() -> (World, Mount) {
    let mut world = World::new(Driver::Sqlite, "");
    let (key, rest) = world.env.split_once('\n').unwrap();
    let before = "A".repeat(rest.len() + 2);
    world.env = format!("# {before}\n{key}\n{rest}");
    world.write_files();
    world.original = world.truth();
    let mount = Mount::bind(&world.install.root().join(".env"));
    (world, mount)
}

/// The points while `.env` is written in place, as numbers.
fn cuts(points: &[String]) -> Vec<usize> {
    let half = points.iter().position(|point| point == "FileHalfWritten");
    let half = half.expect("the mount is written in place");
    (half + 1..=half + 4).collect()
}

#[test]
fn written_in_place_and_cut_off() {
    let (mut world, _mount) = world();
    let env = world.install.root().join(".env");
    let inode = || std::fs::metadata(&env).unwrap().ino();
    let file = inode();
    let points = world.points("recover");
    world.require_recovered("in place");
    assert_eq!(inode(), file, "it is the same file");
    let back = world.points("undo");
    world.require_original("in place");
    for at in cuts(&points) {
        for then in ["resume", "undo"] {
            world.reset();
            assert!(world.run("recover", at).killed);
            let context = format!("recover cut at {}, then {then}", points[at - 1]);
            if points[at - 1] == "FileHalfWritten" {
                let now = world.truth().files[&env].2.clone();
                let old = &world.original.files[&env].2;
                assert_ne!(&now, old, "the test would prove nothing");
                world_is_torn(&now, old);
            }
            let ended = world.run(then, 0);
            told(&context, Driver::Sqlite, &ended);
            match then {
                "resume" => {
                    assert_eq!(ended.code, Some(2), "{context}: {}", ended.said);
                    world.require_recovered(&context);
                }
                _ => {
                    assert_eq!(ended.code, Some(0), "{context}: {}", ended.said);
                    world.require_original(&context);
                }
            }
            world.require_settled(&context);
        }
    }
    for at in cuts(&back) {
        for then in ["resume", "undo"] {
            world.reset();
            assert_eq!(world.run("recover", 0).code, Some(2));
            assert!(world.run("undo", at).killed);
            let context = format!("undo cut at {}, then {then}", back[at - 1]);
            let ended = world.run(then, 0);
            assert_eq!(ended.code, Some(0), "{context}: {}", ended.said);
            world.require_original(&context);
            world.require_settled(&context);
        }
    }
    // Cut off on the way there, and again on the way back.
    let half = cuts(&points)[0];
    world.reset();
    assert!(world.run("recover", half).killed);
    let mut list = world.command("undo");
    let passed = world.state.path().join("passed");
    list.env("FREESCOUT_RESCUE_CRASH_LIST", &passed);
    list.env("FREESCOUT_RESCUE_CRASH_AT", cuts(&back)[0].to_string());
    list.output().unwrap();
    let ended = world.run("undo", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    world.require_original(&ended.said);
    world.require_settled(&ended.said);
}

/// Neither the old key nor the new one stands there.
fn world_is_torn(now: &[u8], old: &[u8]) {
    let key = |byte| crate::install::key(byte).text().to_vec();
    assert_eq!(now.len(), old.len());
    for byte in [1, 2] {
        let key = key(byte);
        assert!(!now.windows(key.len()).any(|window| window == key));
    }
}

/// What somebody else wrote is no torn file.
#[test]
fn written_by_somebody_else_meanwhile() {
    let (world, _mount) = world();
    let env = world.install.root().join(".env");
    let points = world.points("recover");
    let back = world.run("undo", 0);
    assert_eq!(back.code, Some(0), "{}", back.said);
    assert!(world.run("recover", cuts(&points)[0]).killed);
    let torn = std::fs::read(&env).unwrap();
    let mut other = torn.clone();
    other.extend_from_slice(b"MORE=1\n");
    std::fs::write(&env, &other).unwrap();
    for what in ["resume", "undo"] {
        let ended = world.run(what, 0);
        told(
            &format!(".env torn and changed, {what}"),
            Driver::Sqlite,
            &ended,
        );
        assert_eq!(ended.code, Some(1), "{what}: {}", ended.said);
        assert!(ended.said.contains("was changed after"), "{}", ended.said);
        assert_eq!(std::fs::read(&env).unwrap(), other);
    }
    std::fs::write(&env, torn).unwrap();
    let ended = world.run("undo", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    world.require_original(&ended.said);
}
