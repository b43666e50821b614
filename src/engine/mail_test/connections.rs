//! Which connections an install has, and with which password or token each is to be tested.
//!
//! As FreeScout would: with what it reads now. Before a recovery, with what the recovery will make readable too; the
//! result then says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::oauth::{self, RefreshError};
use crate::domain::config::php::ini::PhpAuthorities;
use crate::domain::inventory::Secret;
use crate::domain::inventory::secret::{SecretBytes, SecretKind, Token};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::{Ended, TestCaution, Tested};
use crate::domain::mail::rung::Code;
use crate::domain::mail::{
    Connection, ConnectionId, Direction, LoginMethod, MailServer, NoTarget, connections,
};
use crate::domain::verdict::text::{self, Password, PasswordsUsed};
use crate::domain::verdict::{self};
use crate::engine::session::Session;
use crate::io::install::php_ini;
use crate::io::mail::oauth::{AskError, Endpoints};
use crate::io::mail::{Settings, journey};

/// A connection with what it takes to test it.
pub struct PreparedTest {
    /// Which, and where to.
    pub connection: Connection,
    /// What to do.
    pub how: TestOrSkip,
}

/// What to do about a connection.
pub enum TestOrSkip {
    /// Connect, and log in.
    Try(Attempt),
    /// Do not connect: why is known.
    Skip(Ended),
}

/// What it takes to connect and log in.
pub struct Attempt {
    /// Where.
    pub target: MailServer,
    /// Password or token, where a login is made.
    pub credential: Option<SecretBytes>,
    /// Why FreeScout cannot read it itself yet.
    pub under: Option<Under>,
}

/// Why FreeScout cannot read a password that we can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Under {
    /// Another key opens it: its name.
    OtherKey(String),
    /// It is stored unencrypted.
    Nothing,
    /// It is stored unencrypted, and whether this version of FreeScout reads it so is not known.
    Untold,
}

impl Attempt {
    /// As one end of a mail's journey.
    pub fn end(&self) -> journey::End<'_> {
        journey::End {
            target: &self.target,
            credential: self.credential.as_ref(),
        }
    }
}

impl PreparedTest {
    /// The test's result around its end.
    pub fn tested(&self, ended: Ended) -> Tested {
        let Connection {
            id,
            owner,
            email,
            target,
        } = &self.connection;
        Tested {
            id: *id,
            owner: owner.clone(),
            email: email.clone(),
            protocol: target.as_ref().ok().map(|t| t.protocol),
            server: target
                .as_ref()
                .map(|t| t.server().into())
                .unwrap_or_default(),
            ended,
        }
    }

    /// The same connection with another password.
    #[must_use]
    pub fn with(self, password: SecretBytes) -> Self {
        let how = match &self.connection.target {
            Ok(target) => TestOrSkip::Try(Attempt {
                target: target.clone(),
                credential: Some(password),
                under: None,
            }),
            Err(_) => self.how,
        };
        Self { how, ..self }
    }
}

/// Mailboxes whose expired token was not renewed, and why.
pub type NotRenewed = BTreeMap<u64, Ended>;

/// Renews expired access tokens, as FreeScout does at its next fetch. Changes `mailboxes.meta` of those mailboxes. A
/// renewal that was answered is finished; none is begun after `cancel`.
pub fn renew(
    session: &mut Session,
    which: Option<&[ConnectionId]>,
    endpoints: &Endpoints,
    cancel: &AtomicBool,
) -> NotRenewed {
    let asked = |id| which.is_none_or(|ids| ids.iter().any(|c| c.mailbox == Some(id)));
    let mailboxes = session.inventory.mailboxes.iter();
    let expired: Vec<u64> = mailboxes
        .filter(|m| m.oauth.is_some() && asked(m.id) && oauth::is_expired(session, m.id))
        .map(|m| m.id)
        .collect();
    let renewed = expired.into_iter().filter_map(|id| {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        match oauth::refresh(session, id, endpoints, cancel) {
            // What cannot be read has a verdict of its own.
            Ok(_) | Err(RefreshError::Unreadable(_) | RefreshError::NotReadAgain(_)) => None,
            Err(RefreshError::Asked(AskError::CalledOff)) => None,
            Err(error) => Some((id, error.ended())),
        }
    });
    renewed.collect()
}

/// Prepares the connections that are asked for; all of them, where none is named.
pub fn prepare(
    session: &Session,
    which: Option<&[ConnectionId]>,
    reading: PasswordsUsed,
    not_renewed: &NotRenewed,
) -> Vec<PreparedTest> {
    let inventory = &session.inventory;
    connections(&inventory.mailboxes, &inventory.system_mail)
        .into_iter()
        .filter(|c| which.is_none_or(|ids| ids.contains(&c.id)))
        .map(|connection| {
            let how = match &connection.target {
                Err(why) => skip(*why),
                Ok(target) => how(session, connection.id, target, reading, not_renewed),
            };
            PreparedTest { connection, how }
        })
        .collect()
}

fn skip(why: NoTarget) -> TestOrSkip {
    let (code, advice) = match why {
        NoTarget::LocalMailer => (Code::NotNeeded, Advice::LocalMailer),
        NoTarget::NoServer => (Code::NotConfigured, Advice::NoServer),
        NoTarget::OfModule => (Code::NotConfigured, Advice::OfModule),
        NoTarget::NoUser => (Code::NotConfigured, Advice::NoUser),
        NoTarget::UnknownEncryption => (Code::NotConfigured, Advice::UnknownEncryption),
    };
    TestOrSkip::Skip(Ended::skipped(code, Some(advice)))
}

fn how(
    session: &Session,
    id: ConnectionId,
    target: &MailServer,
    reading: PasswordsUsed,
    not_renewed: &NotRenewed,
) -> TestOrSkip {
    let skipped = |code, advice| TestOrSkip::Skip(Ended::skipped(code, Some(advice)));
    let go = |credential, under| {
        TestOrSkip::Try(Attempt {
            target: target.clone(),
            credential,
            under,
        })
    };
    let kind = match (id.mailbox, id.direction) {
        (None, _) => SecretKind::SystemMail,
        (_, Direction::Incoming) => SecretKind::Incoming,
        (_, Direction::Outgoing) => SecretKind::Outgoing,
    };
    let password = || read(session, kind, id.mailbox, reading);
    let rescued_password = || read(session, kind, id.mailbox, PasswordsUsed::Rescued);
    // Nobody is sent to a form in the browser while a known key opens what FreeScout cannot read.
    let lost_or_not = |lost, advice| if lost { advice } else { Advice::Unreadable };
    match &target.login {
        LoginMethod::None => go(None, None),
        // The right password proves nothing of what this version sends in its place.
        LoginMethod::Password { .. }
            if kind == SecretKind::SystemMail
                && session.inventory.rules().hands_on_serialized() =>
        {
            skipped(Code::UnreadablePassword, Advice::FaultOfVersion)
        }
        LoginMethod::Password { .. } => match password() {
            // FreeScout takes it for no password at all when it fetches.
            Read::Text(text, _) if id.direction == Direction::Incoming && text.expose() == b"0" => {
                skipped(Code::NoPassword, Advice::ZeroPassword)
            }
            Read::Text(text, under) => go(Some(text), under),
            Read::Nothing => skipped(Code::NoPassword, Advice::NothingStored),
            Read::Unreadable => skipped(Code::UnreadablePassword, Advice::Unreadable),
        },
        // The "password" of an OAuth mailbox is its client secret: without it FreeScout takes it for not configured.
        LoginMethod::XOAuth2 { .. } => {
            let access = SecretKind::OAuth(Token::Access);
            match (password(), read(session, access, id.mailbox, reading)) {
                (Read::Nothing, _) => skipped(Code::NoPassword, Advice::ReconnectAfterSecret),
                (Read::Unreadable, _) => {
                    let lost = matches!(rescued_password(), Read::Unreadable);
                    skipped(
                        Code::UnreadablePassword,
                        lost_or_not(lost, Advice::ReconnectAfterSecret),
                    )
                }
                (_, Read::Nothing) => skipped(Code::NoPassword, Advice::Reconnect),
                (_, Read::Unreadable) => {
                    let rescued = read(session, access, id.mailbox, PasswordsUsed::Rescued);
                    let lost = matches!(rescued, Read::Unreadable);
                    skipped(
                        Code::UnreadablePassword,
                        lost_or_not(lost, Advice::Reconnect),
                    )
                }
                (Read::Text(..), Read::Text(token, under)) => {
                    let mailbox = id.mailbox.unwrap_or_default();
                    match not_renewed.get(&mailbox) {
                        Some(ended) => TestOrSkip::Skip(ended.clone()),
                        // FreeScout renews it when it needs it: the old one would only be refused.
                        None if oauth::is_expired(session, mailbox) => {
                            skipped(Code::OAuthExpired, Advice::RenewedLater)
                        }
                        None => go(Some(token), under),
                    }
                }
            }
        }
    }
}

/// What a secret reads as.
enum Read {
    Text(SecretBytes, Option<Under>),
    Nothing,
    Unreadable,
}

fn find(session: &Session, kind: SecretKind, mailbox: Option<u64>) -> Option<&Secret> {
    session
        .inventory
        .secrets
        .iter()
        .find(|secret| secret.kind == kind && mailbox.is_none_or(|id| secret.place.cell.id == id))
}

fn read(session: &Session, kind: SecretKind, mailbox: Option<u64>, reading: PasswordsUsed) -> Read {
    let Some(secret) = find(session, kind, mailbox) else {
        return Read::Nothing;
    };
    let text = match text::password(secret, &session.ring, reading) {
        Password::Text(text) => text,
        Password::Nothing => return Read::Nothing,
        Password::Unreadable => return Read::Unreadable,
    };
    let verdict = verdict::judge(secret, &session.ring);
    let under = match (verdict.key(), verdict.readable()) {
        (_, true) => None,
        (Some(key), false) => Some(Under::OtherKey(session.ring.name(key))),
        (None, false) if verdict.untold() => Some(Under::Untold),
        (None, false) => Some(Under::Nothing),
    };
    Read::Text(text, under)
}

/// What the operator must know of a password that FreeScout does not read yet.
pub fn not_yet(under: Option<Under>) -> Option<TestCaution> {
    under.map(|under| match under {
        Under::OtherKey(key) => TestCaution::NotYetReadable(key),
        Under::Nothing => TestCaution::NotSealed,
        Under::Untold => TestCaution::FormUntold,
    })
}

/// What the tests of this install share: the authorities of its PHP, FreeScout's own list of private servers.
pub fn settings(session: &Session, common: &Settings) -> Settings {
    let white_list = session.install.setting(
        &["app", "remote_host_white_list"],
        "APP_REMOTE_HOST_WHITE_LIST",
    );
    let own = || php_ini::authorities(&session.install);
    let trust = match session.machine.is_host().then(own).flatten() {
        None => Arc::clone(&common.trust),
        Some(PhpAuthorities { file, folder }) => {
            // As PHP takes a relative path: FreeScout's cron begins in its folder.
            let root = &session.install.root;
            let path = |text: String| (!text.is_empty()).then(|| root.join(text));
            Arc::new(common.trust.in_place_of_system(path(file), path(folder)))
        }
    };
    Settings {
        trust,
        white_list: white_list.unwrap_or_default(),
        ..common.clone()
    }
}
