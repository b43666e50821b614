//! What steps are made of: lists, text fields, marks, windows, and what is scrolled in them.

pub mod input;
pub mod list;
pub mod marks;
pub mod scroll;
pub mod window;
pub mod worked_out;
