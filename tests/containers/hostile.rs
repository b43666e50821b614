//! Containers that want to get at the host.
