//! What the worker is started with.

use crate::engine::session::machine::MachineScope;
use crate::engine::session::options::Options;
use crate::engine::usecase::given::Given;
use crate::io::install::Environment;
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;

/// What the worker needs beside the jobs themselves.
pub struct Setup {
    /// Where backups go, and whether artisan may run.
    pub options: Options,
    /// What counts as the install's machine.
    pub machine: MachineScope,
    /// FreeScout's process environment.
    pub environment: Environment,
    /// What was given on the command line.
    pub given: Given,
    /// Deadlines, authorities and routes of the connection tests.
    pub mail: Settings,
    /// Where OAuth tokens are renewed.
    pub endpoints: Endpoints,
}
