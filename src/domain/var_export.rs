//! var_export
