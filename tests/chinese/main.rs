//! Every screen of the suite in Chinese: no word of the English table is left on it, what is wide stands straight, and each
//! looks as its snapshot does.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_pub
)]

#[path = "../languages/english.rs"]
mod english;
#[path = "../suite/fixture.rs"]
mod fixture;
mod language;
#[path = "../suite/screens.rs"]
mod screens;
