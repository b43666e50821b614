//! freescout-rescue: a wizard that brings a FreeScout helpdesk back after its `APP_KEY` changed.
//!
//! This file is the map: the floors from the ground up, with the rooms of each. Imports only go down.
//!
//! ```text
//! words      every sentence the operator reads, in one table a language
//! domain     what is true: no I/O, no clock, no threads
//!            config error hunt inventory key mail payload plan run verdict
//! sentences  findings, verdicts, actions and sources as sentences
//! io         one outside thing a room
//!            alert container db fs hunt install mail os state timer
//! engine     the work itself; `usecase` is its front, one function for both faces
//!            exit hunt mail_test progress recovery report safe session usecase worker
//! cli        the face for programs and pipes: arguments in, text or JSON out
//!            arguments command container failure manual opening outcome output passphrase reporter
//! wizard     the state machine `(state, event) -> (state, effects)`; pure
//!            jobs message mode parts state step update
//! tui        the face for people: the state drawn on a terminal or told in lines, keys turned into events
//!            app frame inbox keymap layout plain step terminal theme widgets
//! demo       a throw-away broken install to try it all on
//! ```

#[macro_use]
pub mod words;

pub mod cli;
pub mod demo;
pub mod domain;
pub mod engine;
pub mod io;
pub mod sentences;
pub mod tui;
pub mod wizard;

#[cfg(test)]
#[path = "../tests/suite/not_tried.rs"]
mod not_tried;
