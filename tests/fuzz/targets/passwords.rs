//! Feeds the check `passwords`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("passwords", bytes));
