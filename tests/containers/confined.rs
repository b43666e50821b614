//! As the service of the watch is confined: what it may still do is enough to see of a container what root sees of it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::container::{Container, Kind, told};
use crate::walk::with_worker;

/// The file system read-only but for one folder, and only these capabilities.
const CONFINED: &str = r#"
set -e
mkdir -p "$1/short-lived"
export TMPDIR="$1/short-lived"
mount --bind "$1" "$1"
mount -o remount,bind,ro /
kept=$2
shift 2
exec setpriv --no-new-privs --inh-caps=-all --bounding-set="-all$kept" -- "$@"
"#;

/// The capabilities that the service keeps.
fn kept() -> Vec<String> {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR"));
    let unit = unit.join("assets/systemd/freescout-rescue-watch.service");
    let unit = std::fs::read_to_string(unit).unwrap();
    let lines = unit
        .lines()
        .filter_map(|line| line.strip_prefix("CapabilityBoundingSet="));
    let names = lines.flat_map(str::split_whitespace);
    names
        .map(|name| name.strip_prefix("CAP_").unwrap().to_lowercase())
        .collect()
}

fn confined(container: &Container, kept: &[String]) -> Output {
    let check = container.command(&["check"]);
    let kept: String = kept.iter().map(|name| format!(",+{name}")).collect();
    let mut command = Command::new("unshare");
    command
        .args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            CONFINED,
            "sh",
        ])
        .arg(container.state())
        .arg(kept)
        .arg(check.get_program())
        .args(check.get_args())
        .stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn the_service_sees_of_a_container_what_root_sees() {
    let kept = kept();
    let mut missed = Vec::new();
    for kind in [Kind::Rooted, Kind::Rootless] {
        let container = with_worker(kind);
        let open = container.run(&["check"], 2);
        assert!(open.contains("decrypts 22 of 32"), "{open}");
        assert_eq!(told(&confined(&container, &kept), 2), open);
        for name in &kept {
            let mut others = kept.clone();
            others.retain(|other| other != name);
            let out = confined(&container, &others);
            if out.status.code() != Some(2) {
                missed.push(name.clone());
            }
        }
    }
    // This one is for programs that do not end by themselves.
    missed.push("kill".to_owned());
    for name in &kept {
        assert!(missed.contains(name), "nothing needs {name}");
    }
}
