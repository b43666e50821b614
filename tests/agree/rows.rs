//! The rows, by what is special about them.

pub mod debian;
pub mod hosts;
pub mod replies;
pub mod tls;
