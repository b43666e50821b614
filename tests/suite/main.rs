//! The tests that need no server and no terminal: truth, plans, screens, the shape of the house.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod alerts;
mod backups;
mod by_hand;
mod cli;
mod commands;
mod conclusions;
mod configured;
mod demo_fence;
mod demo_mail;
mod deploys;
mod elsewhere;
mod faces;
mod failed;
mod fixture;
mod floors;
mod fuzzed;
mod git;
mod hints;
mod hostile;
mod hour;
mod hunt;
mod language;
mod layouts;
mod leaving;
mod lost_backups;
mod many;
mod not_tried;
mod oauth;
mod oauth_rotation;
mod own_backups;
mod plans;
mod planted;
mod probes;
mod processes;
mod provider;
mod readme;
mod resend;
mod rotate;
mod runnable;
mod safes;
mod safety;
mod said;
mod screens;
mod scripted;
mod sightings;
mod spoken;
mod timeline;
mod traps;
mod versions;
mod watch;
mod wizard;
mod words;
mod workers;
