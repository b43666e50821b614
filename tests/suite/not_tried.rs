//! What a test leaves out on this machine, said past the test harness, which keeps to itself what a passing test prints.

use std::io::Write;

/// Whether this test may play both parts, root's and another account's. Where it may not, says what is left out.
pub(crate) fn as_root(what: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        not_tried(&format!("not root: {what}"));
    }
    root
}

/// Says what is not tried here, and why.
pub(crate) fn not_tried(what: &str) {
    let line = format!("\n{what} not tried\n");
    // In one piece, so that the lines of tests that run beside it do not mix with it.
    let said = std::io::stderr().write_all(line.as_bytes());
    said.expect("standard error is open");
}
