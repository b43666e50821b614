//! Feeds the check `swap`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("swap", bytes));
