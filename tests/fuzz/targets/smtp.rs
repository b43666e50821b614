//! Feeds the check `smtp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("smtp", bytes));
