//! Feeds the check `serialized`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("serialized", bytes));
