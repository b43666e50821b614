//! What steps are made of: lists, text fields, marks, windows of long lists.

pub mod input;
pub mod list;
pub mod marks;
pub mod window;
