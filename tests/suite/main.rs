//! The tests that need no server and no terminal: truth, plans, screens, the shape of the house.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod cli;
mod fixture;
mod floors;
mod hunt;
mod plans;
mod probes;
mod safety;
mod screens;
mod scripted;
mod wizard;
