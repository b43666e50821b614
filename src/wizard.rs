//! The state machine of the eight steps.

pub mod jobs;
pub mod message;
pub mod mode;
pub mod parts;
pub mod state;
pub mod step;
pub mod update;
