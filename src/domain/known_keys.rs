//! known_keys
