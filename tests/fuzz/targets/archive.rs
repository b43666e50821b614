//! Feeds the check `archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("archive", bytes));
