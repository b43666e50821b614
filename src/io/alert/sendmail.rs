//! The system's `sendmail`: of Postfix, Exim, msmtp, nullmailer, dma, OpenSMTPD.
//!
//! Called with `-t` and no addresses, as some take those for recipients to leave out; with `-i`, as some end at a line with
//! a single dot; with `-f`, or bounces go to root. That it succeeds means that the mail is queued, never that it is sent.

use std::path::Path;
use std::time::Duration;

use super::letter;
use super::message::Alert;
use super::program::{self, ProgramFailure};
use super::untold::NotTold;
use crate::domain::run::watch::settings::MailChannel;
use crate::words::words;

/// It queues and is done; some never end when they cannot.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Gives it the mail.
pub(super) fn tell(channel: &MailChannel, program: &Path, alert: &Alert) -> Result<(), NotTold> {
    // Its lines end as those of this system do.
    let mail = letter::write(channel, alert)?.replace("\r\n", "\n");
    let arguments = ["-i", "-t", "-f", channel.from.trim()];
    program::run(program, &arguments, mail, PATIENCE)?.map_err(|ProgramFailure { code, said }| {
        NotTold::Sendmail(program.to_owned(), meaning(code), code, said)
    })
}

/// What its exit code means (sysexits.h).
fn meaning(code: i32) -> &'static str {
    let w = words();
    match code {
        64 => w.sendmail_usage,
        67 => w.sendmail_no_user,
        68 => w.sendmail_no_host,
        69 => w.sendmail_unavailable,
        70 => w.sendmail_software,
        71..=74 => w.sendmail_system,
        75 => w.sendmail_later,
        77 => w.sendmail_not_allowed,
        78 => w.sendmail_configuration,
        _ => w.sendmail_refused,
    }
}
