//! What is known of the install in this round: the key, the mailboxes with their servers and passwords, the files.

use std::path::Path;

use crate::domain::inventory::secret::SecretKind;
use crate::domain::mail::queue::Signs;
use crate::domain::mail::{Connection, Direction, NoTarget, Security, connections};
use crate::domain::run::watch::digest::DigestSecret;
use crate::domain::run::watch::record::{KnownFile, KnownInstall, KnownMailbox};
use crate::domain::verdict::text::{self, Password, PasswordsUsed};
use crate::engine::session::Session;
use crate::io::fs::{self, FileRead};
use crate::words::untrusted::{Untrusted, shown};

/// A longer `artisan` is none.
const MAX_ARTISAN: u64 = 1 << 20;

/// What is known now.
pub(super) fn known(
    session: &Session,
    signs: &Signs,
    secret: Option<&DigestSecret>,
) -> KnownInstall {
    let effective = session.ring.effective();
    let mut known = KnownInstall {
        key: effective.map(|key| key.fingerprint().to_string()),
        failed_jobs: Some(signs.failed_jobs),
        ..KnownInstall::default()
    };
    let inventory = &session.inventory;
    for connection in connections(&inventory.mailboxes, &inventory.system_mail) {
        let line = server_line(&connection);
        let Some(id) = connection.id.mailbox else {
            continue;
        };
        let mailbox = known.mailboxes.entry(id).or_insert_with(|| KnownMailbox {
            address: connection.email.clone(),
            incoming: Untrusted::default(),
            outgoing: Untrusted::default(),
        });
        match connection.id.direction {
            Direction::Incoming => mailbox.incoming = line,
            Direction::Outgoing => mailbox.outgoing = line,
        }
    }
    if let Some(secret) = secret {
        let is_password = |kind| {
            matches!(
                kind,
                SecretKind::Incoming | SecretKind::Outgoing | SecretKind::SystemMail
            )
        };
        let stored = inventory.secrets.iter().filter(|s| is_password(s.kind));
        known.passwords = stored
            .filter_map(|stored| {
                let Password::Text(text) =
                    text::password(stored, &session.ring, PasswordsUsed::InForce)
                else {
                    return None;
                };
                Some((stored.place.to_string(), secret.digest(text.expose())))
            })
            .collect();
    }
    let install = &session.install;
    let read = [&install.env_file, &install.cache_file, &install.key_file];
    let artisan = fs::read(&install.root.join("artisan"), MAX_ARTISAN).ok();
    known.files = read
        .into_iter()
        .flatten()
        .chain(artisan.as_ref())
        .map(|file| (path(&file.path), known_file(file, secret)))
        .collect();
    known
}

/// A path, as it is listed.
pub(super) fn path(path: &Path) -> String {
    shown(&path).to_string()
}

fn known_file(file: &FileRead, secret: Option<&DigestSecret>) -> KnownFile {
    KnownFile {
        modified: file.attributes.modified,
        length: file.bytes.len() as u64,
        owner: fs::user_name(file.attributes.uid).into(),
        content: secret.map(|secret| secret.digest(&file.bytes)),
    }
}

/// Where a connection leads and as whom, in a line that is the same in every language.
pub(super) fn server_line(connection: &Connection) -> Untrusted {
    let line = match &connection.target {
        Ok(target) => {
            let security = match target.security {
                Security::Plain => "plain",
                Security::Implicit => "tls",
                Security::StartTls => "starttls",
            };
            let user = target.login.user().unwrap_or("-");
            let protocol = target.protocol.name();
            format!("{protocol} {} {security} {user}", target.server())
        }
        Err(NoTarget::LocalMailer) => "local mailer".to_owned(),
        Err(NoTarget::NoServer) => "none".to_owned(),
        Err(NoTarget::OfModule) => "module".to_owned(),
        Err(NoTarget::NoUser) => "no user".to_owned(),
        Err(NoTarget::UnknownEncryption) => "unknown encryption".to_owned(),
    };
    line.into()
}
