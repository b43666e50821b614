//! Servers that no login came through to: each is one matter, however many mailboxes it has.

use super::steps::NextSteps;

/// A server that could not be reached, or not logged in to, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct AwayServer {
    /// Its name and port.
    pub server: String,
    /// Why, in the order in which it was found.
    pub reasons: Vec<AwayReason>,
}

/// What kept logins from being tried at a server, the same for all of these.
#[derive(Debug, PartialEq, Eq)]
pub struct AwayReason {
    /// A sentence.
    pub message: String,
    /// What to do about it.
    pub next: String,
    /// The logins it keeps from working.
    pub logins: Vec<String>,
}

impl AwayServer {
    /// What to do about all of it.
    pub fn next(&self) -> NextSteps {
        let mut steps: Vec<&str> = Vec::new();
        for reason in &self.reasons {
            if !steps.contains(&reason.next.as_str()) {
                steps.push(&reason.next);
            }
        }
        NextSteps::from(steps.join("\n"))
    }
}

/// Notes one more login that a server keeps from working.
pub fn note(servers: &mut Vec<AwayServer>, server: String, reason: AwayReason) {
    let Some(known) = servers.iter_mut().find(|one| one.server == server) else {
        servers.push(AwayServer {
            server,
            reasons: vec![reason],
        });
        return;
    };
    let mut reasons = known.reasons.iter_mut();
    match reasons.find(|one| one.message == reason.message) {
        Some(same) => same.logins.extend(reason.logins),
        None => known.reasons.push(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_one_matter_with_all_its_logins() {
        let mut servers = Vec::new();
        let mut noted = |server: &str, message: &str, next: &str, login: &str| {
            let reason = AwayReason {
                message: message.to_owned(),
                next: next.to_owned(),
                logins: vec![login.to_owned()],
            };
            note(&mut servers, server.to_owned(), reason);
        };
        noted("a:993", "no such host", "Correct it.", "one");
        noted("b:993", "no answer", "Wait.", "two");
        noted("a:993", "no such host", "Correct it elsewhere.", "three");
        noted("a:993", "no answer", "Correct it.", "four");
        let told: Vec<(&str, Vec<&[String]>)> = servers
            .iter()
            .map(|one| {
                let logins = one.reasons.iter().map(|reason| reason.logins.as_slice());
                (one.server.as_str(), logins.collect())
            })
            .collect();
        let [ones, twos, fours] = [&["one", "three"][..], &["two"], &["four"]].map(|names| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        });
        assert_eq!(
            told,
            [
                ("a:993", vec![&ones[..], &fours[..]]),
                ("b:993", vec![&twos[..]])
            ]
        );
        // The same step once; a reason's own first one for all of its logins.
        assert_eq!(
            servers[0].next().lines().collect::<Vec<_>>(),
            ["Correct it."]
        );
    }
}
