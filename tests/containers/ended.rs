//! How the work within ends when it is not by itself.
