//! The tests that need no server and no terminal: truth, plans, screens, the shape of the house.
#![allow(clippy::unwrap_used, missing_docs)]

mod floors;
mod plans;
mod shared;
mod vectors;
