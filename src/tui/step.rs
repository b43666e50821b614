//! Each step of the wizard drawn.

pub mod apply;
pub mod backup;
pub mod checks;
pub mod connections;
pub mod keys;
pub mod passwords;
pub mod plan;
pub mod report;
pub mod survey;
pub mod timeline;
