//! The search for keys, and for what dates them: files, processes, old payloads, logs.

pub mod find_key;
pub mod log_secrets;
pub mod old_payloads;
pub mod processes;
