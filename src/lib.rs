//! freescout-rescue: a wizard that brings a FreeScout helpdesk back after its `APP_KEY` changed.
//!
//! This file is the map. The floors, from the ground up; imports only go down:
//!
//! ```text
//! words    every sentence the operator reads, in one table a language
//! domain   what is true: keys, payloads, settings, secrets, verdicts, plans. No I/O, no clock, no threads
//! sentences  findings, verdicts, actions and sources as sentences
//! io       one outside thing a room: files, databases, processes, PHP, mail servers, the search for keys
//! engine   the work itself, built from domain and io; `usecase` is its front, one function for both faces
//! cli      the face for programs and pipes: arguments in, text or JSON out
//! wizard   the state machine `(state, event) -> (state, effects)`; pure
//! tui      the face for people: the state drawn on a terminal, keys turned into events
//! demo     a throw-away broken install to try it all on
//! ```

#[macro_use]
pub mod words;

/// What is true, computed from what was read. Nothing here touches the world.
pub mod domain {
    pub mod config;
    pub mod error;
    pub mod hunt;
    pub mod inventory;
    pub mod key;
    pub mod mail;
    pub mod payload;
    pub mod plan;
    pub mod run;
    pub mod verdict;
}

/// One outside thing a room.
pub mod io {
    pub mod db;
    pub mod fs;
    pub mod hunt;
    pub mod install;
    pub mod mail;
    pub mod os;
    pub mod state;
}

/// The work, as functions that report progress, and the threads they run on.
pub mod engine {
    pub mod exit;
    pub mod hunt;
    pub mod mail_test;
    pub mod progress;
    pub mod recovery;
    pub mod report;
    pub mod session;
    pub mod usecase;
    pub mod worker;
}

/// The state machine of the eight steps.
pub mod wizard {
    pub mod jobs;
    pub mod message;
    pub mod mode;
    pub mod parts;
    pub mod state;
    pub mod step;
    pub mod update;
}

/// The screen.
pub mod tui {
    pub mod app;
    pub mod frame;
    pub mod keymap;
    pub mod step;
    pub mod terminal;
    pub mod theme;
    pub mod widgets;
}

pub mod cli;
pub mod demo;
pub mod sentences;

#[cfg(test)]
#[path = "../tests/suite/not_tried.rs"]
mod not_tried;
