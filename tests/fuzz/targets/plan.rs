//! Feeds the check `plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("plan", bytes));
