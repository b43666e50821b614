//! Feeds the check `git`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("git", bytes));
