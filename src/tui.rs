//! The screen.

pub mod app;
pub mod frame;
pub mod keymap;
pub mod layout;
pub mod step;
pub mod terminal;
pub mod theme;
pub mod widgets;
