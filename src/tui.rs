//! The screen.

pub mod app;
pub mod frame;
pub mod inbox;
pub mod keymap;
pub mod layout;
pub mod plain;
pub mod step;
pub mod terminal;
pub mod theme;
pub mod widgets;
