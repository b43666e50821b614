//! What the kernel makes up while it is read is no file, by whatever name it is called.

use std::path::Path;

use freescout_rescue::io::hunt::SkipReason;

use super::{folder, search};

#[test]
fn what_the_kernel_makes_up_is_named_and_not_read() {
    let places = [
        "/proc",
        "/proc/self/pagemap",
        "/proc/self/environ",
        "/proc/1",
        "/sys",
        "/sys/kernel",
    ];
    for place in places {
        let (found, looked) = search(Path::new(place));
        assert!(found.is_empty(), "{place}");
        assert_eq!((looked.files, looked.bytes), (0, 0), "{place}");
        let why: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert_eq!(why, [&SkipReason::NoFiles], "{place}");
    }
}

#[test]
fn a_link_to_it_leads_to_the_same() {
    let folder = folder();
    for (name, target) in [("status", "/proc/self/pagemap"), ("all", "/proc")] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(target, &link).unwrap();
        let (_, looked) = search(&link);
        assert_eq!((looked.files, looked.bytes), (0, 0), "{name}");
        assert_eq!(looked.skipped[0].why, SkipReason::NoFiles, "{name}");
    }
}
