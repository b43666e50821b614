//! What stood and is not claimed any more because there is no longer what it was about: a mailbox that was deleted, a direction
//! that was switched off, a key that was replaced. That is no recovery, and is not told as one.

use crate::domain::key::app_key::AppKey;
use crate::domain::mail::{Connection, connections};
use crate::domain::run::watch::{Matter, WatchCode};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::session::Session;
use crate::sentences::watch::claims;
use crate::words::untrusted::shown;

/// Whether a subject is the server of this connection.
fn is_server(connection: &Connection, subject: &str) -> bool {
    connection.target.as_ref().is_ok_and(|target| {
        let server = shown(&target.server()).to_string();
        server == subject
    })
}

/// Whether there is no longer what it was about.
pub(super) fn is_gone(matter: &Matter, session: &Session, assessment: &Assessment) -> bool {
    let subject = &matter.subject;
    let inventory = &session.inventory;
    let all = connections(&inventory.mailboxes, &inventory.system_mail);
    let mut tried = all.iter().filter(|one| one.target.is_ok());
    let mut mailboxes = inventory.mailboxes.iter();
    let mut is_mailbox = || mailboxes.any(|mailbox| mailbox.email.to_string() == *subject);
    match matter.code {
        WatchCode::LoginFails | WatchCode::LoginUntold => {
            !tried.any(|one| claims::login(one) == *subject || is_server(one, subject))
        }
        WatchCode::CertificateEnds => !tried.any(|one| is_server(one, subject)),
        WatchCode::TestMailLost | WatchCode::NothingReceived | WatchCode::NothingSent => {
            !is_mailbox()
        }
        // Of a key that is no longer in force.
        WatchCode::KeyNotSafe => {
            let key = session.ring.effective().map(AppKey::fingerprint);
            key.is_none_or(|key| key.to_string() != *subject)
        }
        WatchCode::SecretUnreadable => {
            let mut stored = assessment.secrets.iter();
            !is_mailbox() && !stored.any(|secret| secret.place.to_string() == *subject)
        }
        _ => false,
    }
}
