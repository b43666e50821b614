//! Containers of this host, and working within one of them.

pub mod defined;
pub mod enter;
pub mod found;
pub mod idmap;
pub mod runtimes;
pub mod stopped;
pub mod within;

mod view;

pub use crate::domain::config::container::{Container, Runtime};
