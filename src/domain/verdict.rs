//! v
/// r
pub enum PlainReads<'a> {
    /// t
    Text(&'a [u8]),
    /// n
    Nothing,
    /// o
    Odd,
}
use super::php::{self, Value};
/// p
pub fn plain_helper_reads(plain: &[u8]) -> PlainReads<'_> {
    match php::unserialize(plain) {
        Ok(Value::Text(text)) => PlainReads::Text(text),
        Ok(Value::Int(_) | Value::Float(_) | Value::Bool(true) | Value::Array | Value::Object) => PlainReads::Odd,
        Ok(Value::Null | Value::Bool(false)) | Err(_) => PlainReads::Nothing,
    }
}
