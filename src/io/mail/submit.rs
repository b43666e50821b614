//! A mail of ours, given to a mail server.

use std::sync::atomic::AtomicBool;

use super::{Climb, Fall, Settings, smtp};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::MailServer;
use crate::domain::mail::rung::Code;
use crate::words::untrusted::{Untrusted, shown};

/// Why a server does not have it.
#[derive(Debug)]
pub struct Unsubmitted {
    /// How far it came; `None` where the server was ready, and refused the mail or a recipient.
    pub code: Option<Code>,
    /// The server's words, or what was seen; may be empty. The credential is not in it.
    pub said: Untrusted,
}

/// Gives a mail to a server, from the target's sender. Its lines end with CR LF, the last one too. Recipients that are
/// refused keep it from nobody else, and are told then.
///
/// # Errors
/// [`Unsubmitted`].
pub fn submit(
    target: &MailServer,
    credential: Option<&SecretBytes>,
    recipients: &[&str],
    mail: &str,
    settings: &Settings,
) -> Result<(), Unsubmitted> {
    let never = AtomicBool::new(false);
    let mut unheard = |_| {};
    let mut climb = Climb::new(target, credential, settings, &never, &mut unheard);
    let outcome = smtp::open(&mut climb, credential).and_then(|mut smtp| {
        let said = smtp.hand_over(&target.sender, recipients, mail)?;
        smtp.quit();
        Ok(said)
    });
    let (code, said) = match outcome {
        Ok(said) if said.is_ok() => return Ok(()),
        Ok(said) => (None, shown(&said.text).to_string()),
        Err(Fall::At { said, .. }) if climb.other_server().is_some() => {
            (Some(Code::OtherServer), said)
        }
        Err(Fall::At { code, said, .. }) => (Some(code), said),
        // By nobody.
        Err(Fall::Cancelled) => (Some(Code::OurFault), String::new()),
    };
    Err(Unsubmitted {
        code,
        said: climb.masks.hide(&said).into(),
    })
}
