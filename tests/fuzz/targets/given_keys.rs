//! Feeds the check `given_keys`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("given_keys", bytes));
