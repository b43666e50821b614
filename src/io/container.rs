//! Containers of this host, and working within one of them.

pub mod defined;
pub mod enter;
pub mod found;
pub mod idmap;
pub mod layers;
pub mod runtimes;
pub mod stopped;
pub mod within;

mod alive;
mod libpod;
mod view;
mod who;

pub use crate::domain::config::container::{Container, Runtime};

/// What a process is numbered in its own process namespace, by its `/proc/PID/status`.
fn own_number(status: &str) -> Option<i32> {
    own_numbers(status).last().copied()
}

/// The same in each namespace that it is nested in, from ours on.
fn own_numbers(status: &str) -> Vec<i32> {
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    let numbers = numbers.unwrap_or_default().split_whitespace();
    numbers.filter_map(|number| number.parse().ok()).collect()
}
