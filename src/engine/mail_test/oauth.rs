//! Renews a mailbox's access token as FreeScout does, and stores what the provider gives before anybody uses it.
//!
//! A refresh token may be good for one time only, so the order is: prove that the row can be written, ask, seal, swap,
//! read again. Never overwrites tokens that FreeScout stored meanwhile and can read; never asks with a secret that
//! FreeScout does not read; stores in the form of the installed version; gives up on storing only after reconnecting, and says so.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::civil::DateTime;
use zeroize::Zeroizing;

use crate::domain::config::rules::StoredForm;
use crate::domain::error::Problem;
use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::inventory::secret::{Cell, Place, SecretBytes, Table, Token};
use crate::domain::inventory::{Inventory, Row, Secret, StoredText};
use crate::domain::key::app_key::AppKey;
use crate::domain::mail::advice::Advice;
use crate::domain::mail::oauth::{self, Renewed};
use crate::domain::mail::oauth_error::OAuthError;
use crate::domain::mail::probe::Ended;
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::payload::{Payload, php};
use crate::domain::verdict::text::{self, PasswordsUsed};
use crate::domain::verdict::{self};
use crate::engine::recovery::change::{Change, swap_problem};
use crate::engine::session::{Session, reading};
use crate::io::db::{StoreError, Stored, Swap, SwapError};
use crate::io::mail::oauth::{AskError, Endpoints, Grant, Tokens};
use crate::io::os::entropy;
use crate::io::os::names::NobodyAsked;
use crate::words::joined;

/// How often a swap is tried that finds the row changed, or the database away.
const TRIES: u32 = 3;
/// Pause before the database is tried again, times the number of tries so far.
const PAUSE: Duration = Duration::from_millis(500);
/// Blanks that are added to `meta` when writing is rehearsed: room for tokens longer than the present ones.
const ROOM: usize = 8 << 10;

/// Whose tokens stand now. The session's inventory holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// The ones that we asked for.
    ByUs,
    /// FreeScout's own: it renewed them meanwhile, and can read them.
    ByFreeScout,
}

/// Why there are no new tokens, or none that stand.
#[derive(Debug)]
pub enum RefreshError {
    /// The mailbox is not there, or not connected with a provider. Nobody was asked.
    NotConnected,
    /// This secret is missing, or the current key does not open it. Nobody was asked.
    Unreadable(Place),
    /// The database cannot be read, or does not take what is written. Nobody was asked.
    Database(Problem),
    /// The provider was asked, and gave nothing.
    Asked(AskError),
    /// The provider gave new tokens, and they could not be stored: they are gone.
    NotStored(Problem),
    /// The new tokens are stored; the inventory is old, as it could not be read again.
    NotReadAgain(Problem),
}

/// Whether the access token of a mailbox is over, as far as `meta` tells.
pub fn is_expired(session: &Session, mailbox: u64) -> bool {
    let meta = session.inventory.cells.get(&meta_cell(mailbox));
    meta.and_then(Option::as_ref)
        .is_some_and(|meta| oauth::is_expired(meta.expose(), session.install.now_local()))
}

/// Renews the tokens of a mailbox and reads the inventory again.
///
/// # Errors
/// [`RefreshError`], by what stands then. Once it was called off, the provider's answer is hardly waited for.
pub fn refresh(
    session: &mut Session,
    mailbox: u64,
    endpoints: &Endpoints,
    cancel: &AtomicBool,
) -> Result<Refreshed, RefreshError> {
    let before = opened(session, &token_place(mailbox, Token::Access)).ok();
    if require_writable(session, mailbox)? {
        // FreeScout may have done already what we came for.
        let now = opened(session, &token_place(mailbox, Token::Access)).ok();
        if now.is_some() && now != before && !is_expired(session, mailbox) {
            return Ok(Refreshed::ByFreeScout);
        }
    }
    let known = session.inventory.mailbox(mailbox);
    let mailbox = known.cloned().ok_or(RefreshError::NotConnected)?;
    let provider = mailbox.oauth.ok_or(RefreshError::NotConnected)?;
    let grant = grant(session, &mailbox)?;
    // In which form they are stored is known before the provider is asked.
    let form = token_form(session, mailbox.id).ok_or(RefreshError::NotConnected)?;
    // What the grant was opened with.
    let key = session.ring.effective().ok_or(RefreshError::NotConnected)?;
    // The clock is read before the provider reads its own: better a second early than late.
    let issued_on = session.install.now_local();
    let tokens = crate::io::mail::oauth::refresh(provider, endpoints, &grant, cancel)
        .map_err(RefreshError::Asked)?;
    let gained = Gained::new(key, form, &tokens, &grant.refresh_token, issued_on);
    let whose = store(session, mailbox.id, &gained)?;
    read_again(session).map_err(RefreshError::NotReadAgain)?;
    Ok(whose)
}

impl RefreshError {
    /// The error as the end of a connection test.
    pub fn ended(&self) -> Ended {
        let (code, advice, said) = match self {
            // Nobody was asked.
            Self::NotConnected | Self::Unreadable(_) => {
                return Ended::skipped(Code::OAuthExpired, Some(Advice::Reconnect));
            }
            Self::Database(problem) | Self::NotReadAgain(problem) => {
                return Ended {
                    server_said: said_of(problem).into(),
                    ..Ended::skipped(Code::OAuthExpired, Some(Advice::RenewalNotTried))
                };
            }
            Self::NotStored(problem) => (
                Code::OAuthExpired,
                Advice::RenewalNotStored,
                said_of(problem),
            ),
            Self::Asked(error) => match error {
                AskError::NobodyAsked(why) => {
                    let (code, advice) = match why {
                        NobodyAsked::NoProgram => (Code::NoResolver, Advice::NoResolver),
                        NobodyAsked::ContainerStopped => {
                            (Code::ContainerStopped, Advice::StartContainer)
                        }
                    };
                    return Ended::skipped(code, Some(advice));
                }
                AskError::Unreachable(said) => {
                    (Code::OAuthExpired, Advice::RenewalUnreachable, said.clone())
                }
                AskError::Refused(refusal) => {
                    let advice = match refusal {
                        OAuthError::Client { .. } => Advice::ClientSecretExpired,
                        OAuthError::Reconnect { .. } => Advice::ReconnectRevoked,
                        OAuthError::Other { .. } => Advice::RenewalRefused,
                    };
                    (Code::OAuthRejected, advice, refusal.said().to_owned())
                }
                // Nothing is known of it.
                AskError::CalledOff => return Ended::skipped(Code::OAuthExpired, None),
                AskError::Nonsense => (
                    Code::OAuthExpired,
                    Advice::RenewalRefused,
                    error.to_string(),
                ),
            },
        };
        Ended {
            rung: Some(Rung::Authentication),
            server_said: said.into(),
            ..Ended::skipped(code, Some(advice))
        }
    }
}

/// A problem's sentences, as what was said.
fn said_of(problem: &Problem) -> String {
    joined::sentences(&[problem.what.clone(), problem.why.to_string()])
        .trim_end()
        .to_owned()
}

/// What came back, in the form in which this FreeScout stores it, and what it was asked with.
struct Gained {
    access: Zeroizing<String>,
    refresh: Option<Zeroizing<String>>,
    asked_with: Zeroizing<String>,
    issued_on: DateTime,
    expires_in: i64,
}

fn meta_cell(mailbox: u64) -> Cell {
    Cell {
        table: Table::Mailboxes,
        id: mailbox,
        column: "meta".to_owned(),
    }
}

fn token_place(mailbox: u64, token: Token) -> Place {
    Place {
        cell: meta_cell(mailbox),
        token: Some(token),
    }
}

fn swap(mailbox: u64, old: &SecretBytes, new: &SecretBytes) -> Swap {
    Swap {
        table: Table::Mailboxes.name(),
        id: mailbox,
        column: "meta".to_owned(),
        old: Some(old.clone()),
        new: Some(new.clone()),
    }
}

/// `meta` of a mailbox as last read.
fn meta_as_read(session: &Session, mailbox: u64) -> Result<SecretBytes, RefreshError> {
    let cell = session.inventory.cells.get(&meta_cell(mailbox)).cloned();
    cell.flatten().ok_or(RefreshError::NotConnected)
}

/// Writes and takes back, so that a database that does not take tokens is found before they exist. A comparison alone
/// would pass on a server that only reads. Says whether the row had changed: then everything was read again.
fn require_writable(session: &mut Session, mailbox: u64) -> Result<bool, RefreshError> {
    let table = Table::Mailboxes.name();
    if session.store.transactional(table).is_err() {
        // A connection that idled for too long.
        session.reconnect().map_err(RefreshError::Database)?;
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let old = meta_as_read(session, mailbox)?;
        // Blanks behind the JSON would mean nothing to anybody, and nobody sees them: it is rolled back.
        let longer = SecretBytes::from([old.expose(), &[b' '; ROOM]].concat());
        let change = Change {
            swaps: vec![swap(mailbox, &old, &longer)],
            ..Change::default()
        };
        change
            .require_possible(session)
            .map_err(RefreshError::Database)?;
        match session.store.rehearse(&change.swaps) {
            Ok(()) => return Ok(tries > 1),
            Err(SwapError::Changed(_)) if tries < TRIES => {
                read_again(session).map_err(RefreshError::Database)?;
            }
            Err(error) => {
                let problem = swap_problem(&error, &change.swaps, session);
                return Err(RefreshError::Database(problem));
            }
        }
    }
}

/// Client and refresh token. FreeScout asks with the incoming client when it fetches and with the outgoing one when it
/// sends: the first that can be read will do.
fn grant(session: &Session, mailbox: &Mailbox) -> Result<Grant, RefreshError> {
    let refresh_token = opened(session, &token_place(mailbox.id, Token::Refresh))?;
    let place = |column: &str| Place::column(Table::Mailboxes, mailbox.id, column);
    let client = |username| oauth::client(username, mailbox.email.raw()).client_id;
    let incoming = (client(mailbox.in_username.raw()), place("in_password"));
    let outgoing = (client(mailbox.out_username.raw()), place("out_password"));
    let sends = oauth::outgoing_uses_oauth(mailbox);
    let mut first = None;
    for (client_id, place) in [Some(incoming), sends.then_some(outgoing)]
        .into_iter()
        .flatten()
    {
        match opened(session, &place) {
            Ok(client_secret) if !client_id.is_empty() => {
                return Ok(Grant {
                    client_id,
                    client_secret,
                    refresh_token,
                });
            }
            _ => first = first.or(Some(place)),
        }
    }
    Err(first.map_or(RefreshError::NotConnected, RefreshError::Unreadable))
}

/// In which form this FreeScout stores the tokens of a mailbox.
fn token_form(session: &Session, mailbox: u64) -> Option<StoredForm> {
    let place = token_place(mailbox, Token::Refresh);
    let secret = session.inventory.secret(&place)?;
    verdict::form(secret.keeping, &verdict::judge(secret, &session.ring))
}

/// The text of a secret that FreeScout reads now, by the rules of its version.
fn opened(session: &Session, place: &Place) -> Result<SecretBytes, RefreshError> {
    let secret = session.inventory.secret(place);
    secret
        .and_then(|secret| plain_text(secret, session))
        .ok_or_else(|| RefreshError::Unreadable(place.clone()))
}

fn plain_text(secret: &Secret, session: &Session) -> Option<SecretBytes> {
    if !verdict::judge(secret, &session.ring).readable() {
        return None;
    }
    text::password(secret, &session.ring, PasswordsUsed::InForce).text()
}

/// A token as it is stored.
fn stored_form(key: &AppKey, form: StoredForm, text: &SecretBytes) -> Zeroizing<String> {
    Zeroizing::new(match form {
        StoredForm::Plain => String::from_utf8_lossy(text.expose()).into_owned(),
        StoredForm::Sealed => {
            let serialised = php::serialize_text(text.expose());
            Payload::seal(key, &entropy::bytes(), &serialised)
        }
    })
}

/// Stores what was gained. The tokens exist nowhere else, so a row that changed is read again and taken as it is, and a
/// database that is away is waited for; each a few times.
fn store(session: &mut Session, mailbox: u64, gained: &Gained) -> Result<Refreshed, RefreshError> {
    let mut old = meta_as_read(session, mailbox)?;
    let mut lost_to_others = false;
    let mut tries = 0;
    loop {
        tries += 1;
        let not_stored = |error: &SwapError, session: &Session| {
            let here = [swap(mailbox, &old, &old)];
            RefreshError::NotStored(swap_problem(error, &here, session))
        };
        let gone = SwapError::Changed(vec![0]);
        let Some(new) = gained.put_into(&old, lost_to_others) else {
            return Err(not_stored(&gone, session));
        };
        let error = match session.store.swap(&[swap(mailbox, &old, &new)]) {
            Ok(()) => return Ok(Refreshed::ByUs),
            Err(error) => error,
        };
        if !matches!(error, SwapError::Changed(_)) {
            if tries < TRIES {
                std::thread::sleep(PAUSE * tries);
            }
            // Told by the next try, if it stays away.
            let _ = session.reconnect();
        }
        // The connection may have broken at the commit: what stands now tells.
        let now = match meta_now(session, mailbox) {
            Ok(Some(now)) => now,
            Ok(None) => return Err(not_stored(&gone, session)),
            Err(_) if tries < TRIES => continue,
            Err(error) => return Err(not_stored(&error.into(), session)),
        };
        if now == new {
            return Ok(Refreshed::ByUs);
        }
        match stored_meanwhile(session, mailbox, &now) {
            Some(Meanwhile::Readable) => return Ok(Refreshed::ByFreeScout),
            Some(Meanwhile::Lost) => lost_to_others = true,
            None => {}
        }
        if tries >= TRIES {
            return Err(not_stored(&error, session));
        }
        old = now;
    }
}

impl Gained {
    /// Seals the tokens, where they are sealed, once: however often they are put into a row, it is the same text.
    fn new(
        key: &AppKey,
        form: StoredForm,
        tokens: &Tokens,
        asked_with: &SecretBytes,
        issued_on: DateTime,
    ) -> Self {
        let stored = |token: &SecretBytes| stored_form(key, form, token);
        Self {
            access: stored(&tokens.access),
            refresh: tokens.refresh.as_ref().map(stored),
            asked_with: stored(asked_with),
            issued_on,
            expires_in: tokens.expires_in,
        }
    }

    /// `meta` with the tokens. The refresh token that stands there stays, when the provider gave none; if it is lost, it
    /// gives way to the one that we asked with, which is good still.
    fn put_into(&self, meta: &SecretBytes, refresh_lost: bool) -> Option<SecretBytes> {
        let kept = refresh_lost.then_some(&self.asked_with);
        let renewed = Renewed {
            access: &self.access,
            refresh: self.refresh.as_ref().or(kept).map(|token| token.as_str()),
            issued_on: self.issued_on,
            expires_in: self.expires_in,
        };
        oauth::renewed_meta(meta.expose(), &renewed)
    }
}

/// What became of tokens that somebody stored since `meta` was read.
enum Meanwhile {
    /// The current key opens them: FreeScout has them already, both sets are good, and theirs stay.
    Readable,
    /// It does not: a worker sealed them with a key that it still remembers, or they are damaged. Ours take their place.
    Lost,
}

/// Whether somebody stored other tokens since `meta` was read.
fn stored_meanwhile(session: &Session, mailbox: u64, now: &SecretBytes) -> Option<Meanwhile> {
    let mut fresh = Inventory::by(session.inventory.rules().clone());
    fresh.add_mailbox(&Row {
        id: mailbox,
        values: vec![("meta", StoredText::Text(now.clone()))],
    });
    let places = [Token::Access, Token::Refresh].map(|token| token_place(mailbox, token));
    let stored = |inventory: &Inventory, place| inventory.secret(place).map(|s| s.stored().clone());
    if places
        .iter()
        .all(|place| stored(&fresh, place) == stored(&session.inventory, place))
    {
        return None;
    }
    let readable = places.iter().all(|place| {
        let secret = fresh.secret(place);
        secret.is_some_and(|secret| plain_text(secret, session).is_some())
    });
    Some(if readable {
        Meanwhile::Readable
    } else {
        Meanwhile::Lost
    })
}

/// `meta` of a mailbox as it stands in the database; `None` when there is none.
fn meta_now(session: &mut Session, mailbox: u64) -> Result<Option<SecretBytes>, StoreError> {
    let mut found = None;
    let table = Table::Mailboxes.name();
    session
        .store
        .read(table, &["meta"], None, &mut |id, values| {
            if id == mailbox
                && let Some(Stored::Text(text)) = values.into_iter().next()
            {
                found = Some(text);
            }
        })?;
    Ok(found)
}

/// Reads the inventory again, over a new connection where the old one is gone.
fn read_again(session: &mut Session) -> Result<(), Problem> {
    reading::read_inventory(session).or_else(|_| {
        session.reconnect()?;
        reading::read_inventory(session)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_was_asked_for_the_address_no_connection_is_to_blame() {
        for (why, code) in [
            (NobodyAsked::ContainerStopped, Code::ContainerStopped),
            (NobodyAsked::NoProgram, Code::NoResolver),
        ] {
            let ended = RefreshError::Asked(AskError::NobodyAsked(why)).ended();
            assert_eq!((ended.code, ended.rung), (code, None));
        }
        let unreachable = AskError::Unreachable("no route".to_owned());
        let ended = RefreshError::Asked(unreachable).ended();
        assert_eq!(ended.code, Code::OAuthExpired);
        assert_eq!(ended.rung, Some(Rung::Authentication));
    }
}
