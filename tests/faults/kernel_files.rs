//! The kernel's own files under names of other places, and the files of another root under a name of the kernel's.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits, HuntTotals, SkipReason};

use crate::mounts::Mount;

const KEY: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

fn search(place: &Path) -> (usize, HuntTotals) {
    let mut found = 0;
    let (roots, limits) = ([place.to_owned()], HuntLimits::default());
    let looked = hunt::search(
        &roots,
        &limits,
        &Wanted::default(),
        &|| false,
        &mut |event| {
            found += usize::from(matches!(event, HuntEvent::Candidate(_)));
        },
    );
    (found, looked)
}

#[test]
fn bind_mounts_of_them_are_told_by_the_file_system() {
    let folder = tempfile::tempdir().unwrap();
    let (all, one) = (folder.path().join("all"), folder.path().join("one"));
    std::fs::create_dir(&all).unwrap();
    std::fs::write(&one, "").unwrap();
    std::fs::write(folder.path().join("env"), format!("APP_KEY={KEY}\n")).unwrap();
    let _all = Mount::of(
        &all,
        &["--bind".as_ref(), "/proc".as_ref(), all.as_os_str()],
    );
    let pages = format!("/proc/{}/pagemap", std::process::id());
    let pages: &OsStr = pages.as_ref();
    let _one = Mount::of(&one, &["--bind".as_ref(), pages, one.as_os_str()]);
    let (found, looked) = search(folder.path());
    assert_eq!((found, looked.files), (1, 1));
    let skipped: Vec<_> = looked.skipped.iter().map(|s| (&s.path, &s.why)).collect();
    assert_eq!(
        skipped,
        [(&all, &SkipReason::NoFiles), (&one, &SkipReason::NoFiles)]
    );
    for place in [&all, &one] {
        let (_, looked) = search(place);
        assert_eq!((looked.files, looked.bytes), (0, 0));
        assert_eq!(looked.skipped[0].why, SkipReason::NoFiles);
    }
}

#[test]
fn the_root_of_another_process_is_searched_and_not_ours_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let script = format!(
        "mount -t tmpfs none {path} && echo APP_KEY={KEY} > {path}/env && echo ready && read -r line"
    );
    let mut child = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let _ = BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said);
    let inside = format!("/proc/{}/root{path}", child.id());
    let (there, _) = search(Path::new(&inside));
    let (file, _) = search(Path::new(&format!("{inside}/env")));
    let (here, _) = search(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(said, "ready\n", "it takes root");
    assert_eq!((there, file, here), (1, 1, 0));
}
