//! stub
pub fn update_statement(_: crate::domain::configuration::Driver, _: &str, _: &str, _: u64, _: &str, _: Option<&[u8]>) -> Vec<u8> { vec![] }
