//! Feeds the check `config_cache`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("config_cache", bytes));
