//! A mail from a mailbox to itself: sent by SMTP, found again by IMAP, its journey timed, then removed.
//!
//! Subject and a header say what it is; the header's value is new each time, and only a mail that carries it is touched.
//! It is marked as read before it is removed, so that FreeScout does not fetch it meanwhile.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::mask::Masks;
use super::{Cancelled, Climb, Fall, Settings, called_off, imap, smtp};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::MailServer;
use crate::domain::mail::probe::Journey;
use crate::words::words;

/// The header that names our mail.
pub const HEADER: &str = "X-FreeScout-Rescue";
/// How long the mail may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// One end of the journey: where, and with which password or token.
pub struct End<'a> {
    /// The server.
    pub target: &'a MailServer,
    /// Password or token.
    pub credential: Option<&'a SecretBytes>,
}

/// Sends a mail and looks for it. `token` is letters and digits, new for each mail; `date` is the `Date` header
/// (RFC 5322).
///
/// # Errors
/// [`Cancelled`]; then the mail may be left behind, marked by its subject.
pub fn travel(
    outgoing: &End<'_>,
    incoming: &End<'_>,
    token: &str,
    date: &str,
    patience: Duration,
    settings: &Settings,
    cancel: &AtomicBool,
) -> Result<Journey, Cancelled> {
    let refused = |end: &End<'_>, fall| match fall {
        Fall::Cancelled => Err(Cancelled),
        Fall::At { said, .. } => {
            let masks = Masks::of(end.target, end.credential);
            Ok(Journey::Refused(masks.hide(&said).into()))
        }
    };
    match send(outgoing, token, date, settings, cancel) {
        Ok(()) => find(incoming, token, patience, settings, cancel)
            .or_else(|fall| refused(incoming, fall)),
        Err(fall) => refused(outgoing, fall),
    }
}

fn send(
    end: &End<'_>,
    token: &str,
    date: &str,
    settings: &Settings,
    cancel: &AtomicBool,
) -> Result<(), Fall> {
    let mut unheard = |_| {};
    let mut climb = Climb::new(end.target, end.credential, settings, cancel, &mut unheard);
    let mut smtp = smtp::open(&mut climb, end.credential)?;
    let address = end.target.sender.as_str();
    let w = words();
    let mail = format!(
        "Date: {date}\r\nFrom: <{address}>\r\nTo: <{address}>\r\nSubject: {} {token}\r\nMessage-ID: <{token}@freescout-rescue.invalid>\r\n{HEADER}: {token}\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{}\r\n",
        w.journey_subject, w.journey_body
    );
    let said = smtp.hand_over(address, &[address], &mail)?;
    smtp.quit();
    match said.is_ok() {
        true => Ok(()),
        false => Err(climb.refused(&said.text, None)),
    }
}

fn find(
    end: &End<'_>,
    token: &str,
    patience: Duration,
    settings: &Settings,
    cancel: &AtomicBool,
) -> Result<Journey, Fall> {
    let since = Instant::now();
    // The wait for the mail comes on top.
    let settings = &Settings {
        patience: super::Patience {
            whole: patience + settings.patience.whole,
            ..settings.patience
        },
        ..settings.clone()
    };
    let mut unheard = |_| {};
    let mut climb = Climb::new(end.target, end.credential, settings, cancel, &mut unheard);
    let mut imap = imap::open(&mut climb, end.credential)?;
    let folder = end
        .target
        .folders
        .first()
        .map_or("INBOX", |folder| folder.raw());
    let selected = imap.select(folder)?;
    if !selected.is_ok() {
        return Err(climb.refused(&selected.text, None));
    }
    loop {
        let found = imap.command(format!("UID SEARCH HEADER {HEADER} {token}").as_bytes())?;
        if let Some(uid) = found.untagged.iter().find_map(|line| first_hit(&line.text)) {
            let took = since.elapsed();
            let removed = remove(&mut imap, uid)?;
            imap.log_out();
            return Ok(Journey::Arrived { took, removed });
        }
        if since.elapsed() >= patience {
            imap.log_out();
            return Ok(Journey::NotSeen(since.elapsed()));
        }
        let next = Instant::now() + EVERY;
        while Instant::now() < next {
            if called_off(cancel) {
                return Err(Fall::Cancelled);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // New mail is told with an answer.
        imap.command(b"NOOP")?;
    }
}

/// Marks it as read and deleted, and removes it alone: EXPUNGE would remove whatever else is marked.
fn remove(imap: &mut imap::Imap<'_>, uid: u32) -> Result<bool, Fall> {
    let marked =
        imap.command(format!("UID STORE {uid} +FLAGS.SILENT (\\Seen \\Deleted)").as_bytes())?;
    if !marked.is_ok() || !imap.can("UIDPLUS") {
        return Ok(false);
    }
    Ok(imap
        .command(format!("UID EXPUNGE {uid}").as_bytes())?
        .is_ok())
}

/// The first number of a SEARCH reply.
fn first_hit(line: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(line).ok()?;
    text.strip_prefix("SEARCH ")?
        .split(' ')
        .find_map(|number| number.trim().parse().ok())
}
