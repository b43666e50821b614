//! What is true, computed from what was read. Nothing here touches the world.

pub mod config;
pub mod error;
pub mod hunt;
pub mod inventory;
pub mod key;
pub mod mail;
pub mod payload;
pub mod plan;
pub mod run;
pub mod verdict;
