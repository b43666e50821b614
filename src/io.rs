//! One outside thing a room.

pub mod alert;
pub mod container;
pub mod db;
pub mod fs;
pub mod hunt;
pub mod install;
pub mod mail;
pub mod os;
pub mod state;
pub mod timer;
