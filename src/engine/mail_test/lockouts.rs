//! What all connection tests of a program share, whatever round they belong to: the accounts and servers in use, and
//! what was refused. Accounts get locked, so a refused password is not sent again.
//!
//! Holds no password: each is remembered as a keyed digest, under a key made again for each run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::account::{ProviderAccount, account, server};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::{Ended, RefusedBy, TestCaution};
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::schedule::TestLimits;
use crate::domain::mail::{ConnectionId, LoginMethod, MailServer};
use crate::io::mail::Cancelled;

/// How often a thread that waits looks up.
const LOOK_UP: Duration = Duration::from_millis(100);
/// See the file's head.
pub struct RefusedLogins {
    /// As long as a block of SHA-256.
    key: [u8; 64],
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    refused: HashMap<[u8; 32], Vec<RefusedLogin>>,
    /// Logins that were let in with a password.
    let_in: HashMap<[u8; 32], Vec<(ConnectionId, MailServer)>>,
    busy: HashSet<ProviderAccount>,
    running: usize,
    gates: HashMap<String, Gate>,
}

/// A login that was refused, and its own answer.
struct RefusedLogin {
    id: ConnectionId,
    target: MailServer,
    ended: Ended,
}

impl RefusedLogin {
    fn is_of(&self, id: ConnectionId, target: &MailServer) -> bool {
        self.id == id && self.target == *target
    }

    /// What keeps another login with the same password from being tried.
    fn told_to_others(&self) -> Ended {
        Ended {
            refused_by: Some(RefusedBy {
                protocol: self.target.protocol,
                server: self.target.server().into(),
                code: self.ended.code,
                token: matches!(self.target.login, LoginMethod::XOAuth2 { .. }),
            }),
            ..Ended::skipped(Code::SameAsBefore, Some(Advice::RefusedBefore))
        }
    }

    /// The same answer once more, to the same question.
    fn repeated(&self) -> Ended {
        let mut ended = self.ended.clone();
        ended.cautions.push(TestCaution::NotSentAgain);
        ended
    }
}

#[derive(Default)]
struct Gate {
    running: usize,
    closed_until: Option<Instant>,
}

impl Default for RefusedLogins {
    fn default() -> Self {
        Self {
            key: crate::io::os::entropy::bytes(),
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }
}

/// What a test holds while it runs.
pub(super) struct TestPermit<'a> {
    memory: &'a RefusedLogins,
    accounts: BTreeSet<ProviderAccount>,
    server: Option<String>,
}

impl Drop for TestPermit<'_> {
    fn drop(&mut self) {
        let mut state = self.memory.lock();
        for account in &self.accounts {
            state.busy.remove(account);
        }
        if let Some(server) = &self.server {
            state.running = state.running.saturating_sub(1);
            if let Some(gate) = state.gates.get_mut(server) {
                gate.running = gate.running.saturating_sub(1);
            }
        }
        drop(state);
        self.memory.freed.notify_all();
    }
}

impl RefusedLogins {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else uses these accounts, and until the server has room, where one is named: all rounds
    /// together keep to the limits.
    pub(super) fn enter(
        &self,
        accounts: BTreeSet<ProviderAccount>,
        server: Option<(String, TestLimits)>,
        cancel: &AtomicBool,
    ) -> Result<TestPermit<'_>, Cancelled> {
        let mut state = self.lock();
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Cancelled);
            }
            let free = accounts.iter().all(|account| !state.busy.contains(account));
            let room = server.as_ref().is_none_or(|(name, limits)| {
                let gate = state.gates.get(name);
                state.running < limits.with_slow()
                    && gate.is_none_or(|gate| {
                        gate.running < limits.per_server
                            && gate
                                .closed_until
                                .is_none_or(|until| until <= Instant::now())
                    })
            });
            if free && room {
                break;
            }
            let waited = self.freed.wait_timeout(state, LOOK_UP);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.busy.extend(accounts.iter().cloned());
        let server = server.map(|(name, _)| {
            state.running += 1;
            state.gates.entry(name.clone()).or_default().running += 1;
            name
        });
        Ok(TestPermit {
            memory: self,
            accounts,
            server,
        })
    }

    /// Leaves a server alone for a while: it said "too many".
    pub(super) fn close(&self, server: &str, pause: Duration) {
        let until = Instant::now() + pause;
        self.lock()
            .gates
            .entry(server.to_owned())
            .or_default()
            .closed_until = Some(until);
    }

    fn digest(&self, account: &ProviderAccount, credential: &SecretBytes) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&self.key.into());
        for part in [account.0.as_bytes(), account.1.as_bytes()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(credential.expose());
        mac.finalize().into_bytes().into()
    }

    /// The places a refusal is remembered under: a wrong password for the whole provider, another refusal (the service is
    /// switched off, say) for this server alone.
    fn places(&self, target: &MailServer, credential: &SecretBytes) -> Option<[[u8; 32]; 2]> {
        let account = account(target)?;
        let here = (format!(" {}", server(&target.host)), account.1.clone());
        Some([
            self.digest(&account, credential),
            self.digest(&here, credential),
        ])
    }

    /// What keeps this from being sent: the answer that this very login got before, or a refusal of the same password by
    /// another login. With `again`, the operator asks for it: then only a password that this login itself found wrong is
    /// held back.
    pub(super) fn refused(
        &self,
        id: ConnectionId,
        target: &MailServer,
        credential: &SecretBytes,
        again: bool,
    ) -> Option<Ended> {
        let places = self.places(target, credential)?;
        let state = self.lock();
        let is_ours = |(by, to): &(ConnectionId, MailServer)| *by == id && to == target;
        let mut let_in = state.let_in.get(&places[1]).into_iter().flatten();
        if let_in.any(is_ours) {
            // Right for this login, whatever others hear.
            return None;
        }
        let before = || places.iter().filter_map(|place| state.refused.get(place));
        match before().flatten().find(|one| one.is_of(id, target)) {
            Some(own) if own.ended.code.condemns_password() || !again => Some(own.repeated()),
            None if !again => before().flatten().next().map(RefusedLogin::told_to_others),
            _ => None,
        }
    }

    /// Remembers what was said to a password that was sent.
    pub(super) fn note(
        &self,
        id: ConnectionId,
        target: &MailServer,
        credential: &SecretBytes,
        ended: &Ended,
    ) {
        let Some([wrong, here]) = self.places(target, credential) else {
            return;
        };
        if ended.code == Code::Ok || ended.rung > Some(Rung::Authentication) {
            let mut state = self.lock();
            let logins = state.let_in.entry(here).or_default();
            if !logins.iter().any(|(by, to)| *by == id && to == target) {
                logins.push((id, target.clone()));
            }
            return;
        }
        let place = match ended.code {
            code if code.condemns_password() => wrong,
            _ if ended.closes_server() => here,
            _ => return,
        };
        let mut state = self.lock();
        // It is let in no longer.
        if let Some(logins) = state.let_in.get_mut(&here) {
            logins.retain(|(by, to)| *by != id || to != target);
        }
        let refusals = state.refused.entry(place).or_default();
        refusals.retain(|one| !one.is_of(id, target));
        refusals.push(RefusedLogin {
            id,
            target: target.clone(),
            ended: ended.clone(),
        });
    }
}
