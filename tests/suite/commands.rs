//! The command line as its users have it, kept as data: `tests/cmd/*.trycmd`. What is said, and the exit code.
//!
//! After a change on purpose, `TRYCMD=overwrite cargo test --test suite commands`, then read the difference.

use std::time::Duration;

/// A loaded machine must not fail a test.
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn they_say_and_end_as_written_down() {
    let home = tempfile::tempdir().unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin(
            "freescout-rescue",
            trycmd::cargo::cargo_bin("freescout-rescue"),
        )
        .env("HOME", home.path().to_str().unwrap())
        .env("LANG", "C.UTF-8")
        // How wide the help is, whatever terminal the tests run in.
        .env("COLUMNS", "100")
        .timeout(DEADLINE)
        .case("tests/cmd/*.trycmd")
        .run();
}
