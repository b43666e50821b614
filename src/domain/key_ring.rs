//! key_ring
