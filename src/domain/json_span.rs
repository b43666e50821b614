//! json_span
