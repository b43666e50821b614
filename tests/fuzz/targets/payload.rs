//! Feeds the check `payload`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("payload", bytes));
