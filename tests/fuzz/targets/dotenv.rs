//! Feeds the check `dotenv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("dotenv", bytes));
