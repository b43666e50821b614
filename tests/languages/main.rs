//! Every screen of the suite in a made-up language that is longer than English: no text stands on a screen that does not
//! come from the table, and nothing is cut off unseen.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_pub
)]

mod english;
#[path = "../suite/fixture.rs"]
mod fixture;
mod language;
#[path = "../suite/screens.rs"]
mod screens;
