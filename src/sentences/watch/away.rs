//! Servers that no login came through to, as matters of the watch.

use crate::domain::run::watch::away::{AwayReason, AwayServer};
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::{WatchCode, WatchState};
use crate::words::joined;

/// So many logins are named; of the others, how many they are.
const NAMED: usize = 8;

/// That no login comes through to a server.
pub fn server_away(away: AwayServer) -> Claim {
    let messages: Vec<String> = away.reasons.iter().map(reason).collect();
    Claim {
        code: WatchCode::LoginFails,
        severity: WatchState::Critical,
        message: messages.join(" "),
        next: away.next(),
        subject: away.server,
    }
}

fn reason(reason: &AwayReason) -> String {
    let why = &reason.message;
    match reason.logins.as_slice() {
        [login] => text!(watch_login_fails, login, why),
        logins => text!(watch_logins_fail, why, logins = named(logins)),
    }
}

/// The first of these, and how many more there are.
pub fn named(logins: &[String]) -> String {
    let (first, rest) = logins.split_at(logins.len().min(NAMED));
    match rest.len() {
        0 => joined::list(first),
        more => text!(watch_logins_more, logins = joined::list(first), more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_logins_are_named_and_many_are_counted() {
        let logins = |n: usize| -> Vec<String> { (1..=n).map(|n| format!("box{n}")).collect() };
        assert_eq!(named(&logins(2)), "box1, box2");
        assert!(named(&logins(300)).ends_with("box8 and 292 more"));
        let away = |n| {
            let reasons = vec![AwayReason {
                message: "mail.example.org:993: no such host".to_owned(),
                next: "Correct it.".to_owned(),
                logins: logins(n),
            }];
            let server = "mail.example.org:993".to_owned();
            server_away(AwayServer { server, reasons })
        };
        assert_eq!(
            away(1).message,
            "box1: the login fails. mail.example.org:993: no such host"
        );
        assert_eq!(
            away(2).message,
            "mail.example.org:993: no such host. These logins fail because of it: box1, box2."
        );
        // One more mailbox at it is the same matter still.
        assert_eq!(away(1).subject, away(2).subject);
    }
}
