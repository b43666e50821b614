//! Feeds the check `imap`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::run("imap", bytes));
