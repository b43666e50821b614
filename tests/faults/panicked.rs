//! A fault of ours in the middle of a recovery: it is said, in JSON too, and the run is finished or taken back as any that
//! was interrupted.

use freescout_rescue::domain::config::Driver;

use crate::held::told;
use crate::world::{World, ended};

#[test]
fn a_fault_of_ours_leaves_what_an_interruption_leaves() {
    let mut world = World::new(Driver::Sqlite, "");
    for (point, ends_it) in [
        // Nothing is written yet but the backup.
        ("JournalCommitting", "undo"),
        // Rows and `.env` are written.
        ("FileRemoved", "undo"),
        ("FileRemoved", "resume"),
    ] {
        world.reset();
        let mut command = world.command("recover");
        command.env("FREESCOUT_RESCUE_FAULT_AT", point);
        let fault = ended(&command.output().unwrap());
        told(
            &format!("a fault of ours at {point}"),
            Driver::Sqlite,
            &fault,
        );
        assert_eq!(fault.code, Some(101), "{}", fault.said);
        assert!(
            fault.said.contains("A fault in freescout-rescue itself"),
            "{}",
            fault.said
        );
        let json: serde_json::Value = serde_json::from_str(&fault.out).unwrap();
        assert_eq!(json["error"]["code"], "internal", "{}", fault.said);
        let after = world.run(ends_it, 0);
        match ends_it {
            "undo" => world.require_original(&after.said),
            _ => world.require_recovered(&after.said),
        }
        world.require_settled(&after.said);
    }
}
