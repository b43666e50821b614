//! Feeds the check `pop3`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("pop3", bytes));
