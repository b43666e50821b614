//! The other sides, for real: MariaDB and PostgreSQL servers started for these tests alone, and Laravel's encrypter.
//!
//! They need the servers' programs, openssl and php; `tests/check.sh` installs them. A missing one fails the tests.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod artisan;
mod backups;
mod binding;
#[path = "../suite/by_hand.rs"]
mod by_hand;
mod caching_sha2;
mod connecting;
mod dumps;
mod hostile;
mod identity;
#[allow(dead_code, reason = "other tests need more of it")]
mod install;
mod laravel;
#[path = "../suite/not_tried.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod not_tried;
mod older;
mod plain_tables;
mod pooled;
mod provider;
mod queue;
mod recovery;
#[path = "../suite/runnable.rs"]
mod runnable;
#[allow(dead_code, reason = "other tests need more of it")]
mod server;
mod stores;
