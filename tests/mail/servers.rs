//! The servers that tests share: one of each kind, started when the first test asks for it.
//!
//! A test that must have one for itself starts it; a test that counts attempts adds an account of its own.

use std::sync::OnceLock;

use crate::certificates::Certificate;
use crate::dovecot::{Behaviour, Dovecot};
use crate::postfix::Postfix;

/// The one Dovecot of this behaviour.
pub fn dovecot(behaviour: Behaviour) -> &'static Dovecot {
    static SERVERS: [OnceLock<Dovecot>; 8] = [const { OnceLock::new() }; 8];
    let place = match behaviour {
        Behaviour::Shows(Certificate::Good) => 0,
        Behaviour::Shows(Certificate::SelfSigned) => 1,
        Behaviour::Shows(Certificate::Expired) => 2,
        Behaviour::Shows(Certificate::OtherName) => 3,
        Behaviour::TlsBeforeLogin => 4,
        Behaviour::NoTls => 5,
        Behaviour::Apop => 6,
        Behaviour::OneConnection => 7,
    };
    SERVERS[place].get_or_init(|| Dovecot::start(behaviour))
}

/// The Dovecot with nothing wrong.
pub fn good_dovecot() -> &'static Dovecot {
    dovecot(Behaviour::Shows(Certificate::Good))
}

/// The one Postfix, which asks the good Dovecot about logins.
pub fn postfix() -> &'static Postfix {
    static SERVER: OnceLock<Postfix> = OnceLock::new();
    SERVER.get_or_init(|| Postfix::start(good_dovecot()))
}
