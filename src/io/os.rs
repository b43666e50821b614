//! The operating system: processes, accounts, signals, memory.

pub mod as_user;
pub mod crash_points;
pub mod entropy;
pub mod harden;
pub mod inside;
pub mod memory;
pub mod processes;
pub mod signals;
pub mod spawn;
pub mod uncut;
