//! Feeds the check `backup`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("backup", bytes));
