//! What must hold of every reader of foreign bytes, whatever it is fed: one check a target.
//!
//! The fuzz targets call these with bytes of their own making, the suite with every seed. A check takes any bytes,
//! panics where something does not hold, and leaves nothing behind. It reads a file the way the program does: what is
//! private there stays private, the checks come in by the same doors.
#![forbid(unsafe_code)]

mod backup;
mod config_cache;
mod containers;
mod dotenv;
mod git;
mod given_keys;
mod hunt;
mod mail;
mod passwords;
mod payload;
mod plan;
mod serialized;
mod services;
mod sql_dump;

/// A check, by the name of its target and its folder of seeds.
pub type Check = (&'static str, fn(&[u8]));

/// Every check.
pub const ALL: [Check; 17] = [
    ("archive", hunt::archive),
    ("backup", backup::check),
    ("config_cache", config_cache::check),
    ("containers", containers::check),
    ("dotenv", dotenv::check),
    ("git", git::check),
    ("given_keys", given_keys::check),
    ("imap", mail::imap),
    ("passwords", passwords::check),
    ("payload", payload::check),
    ("plan", plan::check),
    ("pop3", mail::pop3),
    ("serialized", serialized::check),
    ("services", services::check),
    ("smtp", mail::smtp),
    ("sql_dump", sql_dump::check),
    ("swap", hunt::swap),
];

/// Runs the check of this name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, check) = ALL
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("no check is called {name}"));
    check(bytes);
}

/// Panics unless a terminal shows this text as it stands: no control, escape, direction or invisible characters. Which
/// ones these are is said here once more, not asked of the room that takes them out.
#[track_caller]
fn assert_clean(text: &str) {
    let hostile = text.chars().find(|c| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    });
    assert_eq!(hostile, None, "{text:?}");
}

/// Takes so many bytes from the front, fewer where there are no more.
fn take<'b>(bytes: &mut &'b [u8], length: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(length.min(bytes.len()));
    *bytes = rest;
    taken
}

/// Takes a number below `limit` from the front; 0 where nothing is left.
fn take_below(bytes: &mut &[u8], limit: usize) -> usize {
    let number = take(bytes, 2)
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte));
    number % limit.max(1)
}
