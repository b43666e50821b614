//! How rounds are told on standard output or in a file: in the form that was asked for, also where none could be begun.

use jiff::tz::TimeZone;

use crate::cli::arguments::{Common, WatchFormat, WatchOptions};
use crate::cli::outcome::not_started;
use crate::cli::output::Out;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::WatchReport;
use crate::domain::run::watch::settings::WatchSettings;
use crate::engine::exit::Exit;
use crate::engine::report::{self, failed};
use crate::engine::usecase::watch::fleet::{WatchTarget, named};
use crate::io::fs::{self, Attributes, FileError};
use crate::io::state::AbsolutePath;
use crate::words::untrusted::shown;
use crate::words::words;

/// The document of a call: in which form, and where.
pub(super) struct Document<'a> {
    format: WatchFormat,
    output: Option<&'a AbsolutePath>,
    common: &'a Common,
}

impl<'a> Document<'a> {
    pub(super) fn of(common: &'a Common, options: &'a WatchOptions) -> Self {
        Self {
            format: match common.json {
                true => WatchFormat::Json,
                false => options.format,
            },
            output: options.output.as_ref(),
            common,
        }
    }

    /// Prints the reports, or writes them to the file that was named. `of_one` is said where they are about one install
    /// whichever others come to be.
    pub(super) fn print(
        &self,
        reports: &[WatchReport],
        settings: &WatchSettings,
        of_one: bool,
    ) -> Result<(), (Problem, Exit)> {
        let text = match self.format {
            WatchFormat::Json => {
                let lines = reports.iter().map(line);
                lines.collect::<Result<Vec<_>, _>>()?.concat()
            }
            WatchFormat::Text => {
                let zone = TimeZone::system();
                let texts = reports
                    .iter()
                    .map(|one| report::watch::text::text(one, &zone));
                texts.collect::<String>().into_bytes()
            }
            WatchFormat::Nagios => {
                report::watch::nagios::nagios(reports, &settings.thresholds, of_one).into_bytes()
            }
            WatchFormat::Prometheus => report::watch::prometheus::prometheus(reports).into_bytes(),
        };
        self.put(&text).map_err(|(path, error)| {
            let w = words();
            let what = text!(watch_output_failed, path = shown(path));
            let why = error.reason();
            not_started(ErrorKind::NotWritable.problem(what, why, w.watch_output_failed_next))
        })
    }

    /// That no round could be begun. For people, standard error says it.
    pub(super) fn failed(&self, problem: &Problem) {
        let text = match self.format {
            WatchFormat::Text => return,
            WatchFormat::Json => line(&failed::json(problem)).unwrap_or_default(),
            WatchFormat::Nagios => report::watch::nagios::failed(problem).into_bytes(),
            WatchFormat::Prometheus => {
                let target = WatchTarget {
                    path: self.common.install.clone(),
                    container: self.common.container.clone(),
                };
                report::watch::prometheus::failed(&named(&target)).into_bytes()
            }
        };
        // With --json, whoever tells the problem prints it.
        let told = self.common.json && self.output.is_none();
        if !told && self.put(&text).is_err() {
            Out::stdout().as_it_is(&text);
        }
    }

    fn put(&self, text: &[u8]) -> Result<(), (&AbsolutePath, FileError)> {
        if let Some(path) = self.output {
            let written = fs::replace(path, text, &Attributes::readable());
            return written.map_err(|error| (path, error));
        }
        let mut out = Out::stdout();
        match self.format {
            WatchFormat::Text => out.line(String::from_utf8_lossy(text).trim_end()),
            _ => out.as_it_is(text),
        }
        Ok(())
    }
}

/// One line of JSON.
fn line(document: &impl serde::Serialize) -> Result<Vec<u8>, (Problem, Exit)> {
    let mut line = Vec::new();
    report::escaped::write(&mut line, document).map_err(|e| {
        let w = words();
        not_started(ErrorKind::Internal.problem(w.our_fault, e.to_string(), w.our_fault_next))
    })?;
    line.push(b'\n');
    Ok(line)
}
