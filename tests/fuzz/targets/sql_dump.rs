//! Feeds the check `sql_dump`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("sql_dump", bytes));
