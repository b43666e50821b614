//! Feeds the check `services`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("services", bytes));
