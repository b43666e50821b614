//! freescout-rescue: a wizard that brings a FreeScout helpdesk back after its `APP_KEY` changed.
//!
//! This file is the map. The floors, from the ground up; imports only go down:
//!
//! ```text
//! words    every sentence the operator reads, in one table a language
//! domain   what is true: keys, payloads, settings, secrets, verdicts, plans. No I/O, no clock, no threads
//! sentences  findings, verdicts, actions and sources as sentences
//! io       one outside thing a room: files, databases, processes, PHP, mail servers, the search for keys
//! engine   the work itself, built from domain and io: survey, checks, backup, apply, undo, logins; runs as jobs
//! wizard   the state machine `(state, event) -> (state, effects)`; pure
//! tui      the state drawn on a terminal, keys turned into events
//! cli      the same engine without the screen; stands beside tui
//! demo     a throw-away broken install to try it all on
//! ```

pub mod words;

/// What is true, computed from what was read. Nothing here touches the world.
pub mod domain {
    pub mod advice;
    pub mod app_key;
    pub mod assessment;
    pub mod base64;
    pub mod bookmark;
    pub mod claimant;
    pub mod configuration;
    pub mod connection;
    pub mod damage;
    pub mod derived;
    pub mod dotenv;
    pub mod elsewhere;
    pub mod finding;
    pub mod glance;
    pub mod handed;
    pub mod inventory;
    pub mod journal;
    pub mod json_span;
    pub mod key_ring;
    pub mod key_scan;
    pub mod known_keys;
    pub mod lasting;
    pub mod log_secrets;
    pub mod mail_state;
    pub mod mailbox;
    pub mod oauth;
    pub mod payload;
    pub mod php;
    pub mod plan;
    pub mod probe;
    pub mod problem;
    pub mod refusal;
    pub mod rules;
    pub mod sanitize;
    pub mod schedule;
    pub mod secret;
    pub mod send_log;
    pub mod sightings;
    pub mod source;
    pub mod spelling;
    pub mod sql;
    pub mod timeline;
    pub mod var_export;
    pub mod verdict;
    pub mod version;
}

/// One outside thing a room.
pub mod io {
    pub mod artisan;
    pub mod backup;
    pub mod certificates;
    pub mod crash;
    pub mod database_lock;
    pub mod dump;
    pub mod entropy;
    pub mod files;
    mod folder;
    pub mod git;
    pub mod harden;
    pub mod hunt;
    pub mod install;
    pub mod journal;
    pub mod lasting;
    pub mod lock;
    pub mod mail;
    pub mod memory;
    pub mod mysql;
    pub mod oauth;
    pub mod obstacle;
    pub mod passphrase;
    pub mod passwords;
    pub mod postgres;
    pub mod processes;
    pub mod programs;
    pub mod rights;
    pub mod services;
    pub mod signals;
    pub mod sqlite;
    pub mod standard_input;
    pub mod state_dir;
    pub mod store;
    pub mod trust;
    pub mod uncut;
    mod way;
}

/// The work, as functions that report progress, and the threads they run on.
pub mod engine {
    pub mod anew;
    pub mod apply;
    pub mod backup;
    pub mod bookmark;
    pub mod caches;
    pub mod change;
    pub mod checks;
    pub mod connections;
    mod desk;
    pub mod elsewhere;
    mod env_trouble;
    pub mod exit;
    pub mod file_change;
    pub mod find_key;
    pub mod handed;
    pub mod job;
    mod key_file;
    pub mod lasting;
    pub mod ledger;
    pub mod lockouts;
    pub mod log_secrets;
    pub mod lost;
    pub mod oauth;
    mod obstacle;
    pub mod own_backups;
    mod own_keys;
    pub mod pool;
    pub mod prober;
    pub mod processes;
    pub mod recover;
    pub mod rehearsal;
    pub mod report;
    pub mod restore;
    pub mod resume;
    pub mod session;
    pub mod settle;
    pub mod sightings;
    pub mod survey;
    pub mod undo;
}

/// The state machine of the eight steps.
pub mod wizard {
    pub mod apply;
    pub mod backup;
    pub mod bookmark;
    pub mod checks;
    pub mod connections;
    pub mod input;
    pub mod jobs;
    pub mod keys;
    pub mod list;
    pub mod marks;
    pub mod message;
    pub mod passwords;
    pub mod plan;
    pub mod report;
    pub mod step;
    pub mod survey;
    pub mod unfinished;
    pub mod update;
    pub mod window;
}

/// The screen.
pub mod tui {
    pub mod app;
    mod apply;
    mod backup;
    mod checks;
    mod connections;
    pub mod frame;
    mod keyboard;
    pub mod keymap;
    mod keys;
    mod passwords;
    pub mod picture;
    mod plan;
    mod report;
    mod survey;
    pub mod terminal;
    pub mod theme;
    mod thrifty;
    mod timeline;
    pub mod widgets;
}

pub mod cli;
pub mod demo;
pub mod sentences;
