//! The operating system: processes, accounts, signals, memory.

pub mod accounts;
pub mod around;
pub mod as_user;
pub mod crash_points;
pub mod entropy;
pub mod getent;
pub mod harden;
pub mod https;
pub mod inside;
pub mod locale;
pub mod memory;
pub mod names;
pub mod output;
pub mod processes;
pub mod programs;
pub mod signals;
pub mod spawn;
pub mod tls;
pub mod uncut;
