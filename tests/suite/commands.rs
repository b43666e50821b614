//! The command line as its users have it, kept as data: `tests/cmd/*.trycmd`. What is said, and the exit code.
//!
//! After a change on purpose, `TRYCMD=overwrite cargo test --test suite commands`, then read the difference.

use std::time::Duration;

/// A loaded machine must not fail a test.
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn they_say_and_end_as_written_down() {
    let home = tempfile::tempdir().unwrap();
    let program = trycmd::cargo::cargo_bin("freescout-rescue");
    // As it is installed: in a container it would be named by its path else.
    let path = [program.parent().unwrap().to_path_buf()].into_iter();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(path.chain(std::env::split_paths(&others))).unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("freescout-rescue", program)
        .env("PATH", path.to_str().unwrap())
        .env("HOME", home.path().to_str().unwrap())
        .env("LANG", "C.UTF-8")
        // How wide the help is, whatever terminal the tests run in.
        .env("COLUMNS", "100")
        .timeout(DEADLINE)
        .case("tests/cmd/*.trycmd")
        .run();
}
