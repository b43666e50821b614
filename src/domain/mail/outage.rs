//! Servers that let no login of a round come through: what is wrong with each is said once, not for every mailbox.

use super::probe::{TestVerdict, Tested};
use super::rung::Rung;

/// A server at which several logins ended alike before any of them was judged.
#[derive(Debug)]
pub struct Outage<'a> {
    /// They, two at least.
    pub logins: Vec<&'a Tested>,
}

impl<'a> Outage<'a> {
    /// The first of them: its answer is that of all.
    pub fn first(&self) -> &'a Tested {
        self.logins[0]
    }
}

/// The servers of these tests that are out, in the order in which they come.
pub fn outages(tested: &[Tested]) -> Vec<Outage<'_>> {
    let mut outages: Vec<Outage<'_>> = Vec::new();
    for one in tested.iter().filter(|one| is_before_login(one)) {
        match outages.iter_mut().find(|out| is_alike(out.first(), one)) {
            Some(out) => out.logins.push(one),
            None => outages.push(Outage { logins: vec![one] }),
        }
    }
    outages.retain(|out| out.logins.len() > 1);
    outages
}

fn is_before_login(tested: &Tested) -> bool {
    let ended = &tested.ended;
    ended.verdict() == TestVerdict::Failed && ended.rung < Some(Rung::Authentication)
}

fn is_alike(one: &Tested, other: &Tested) -> bool {
    let what = |tested: &Tested| (tested.ended.code, tested.ended.rung, tested.ended.advice);
    one.server == other.server && what(one) == what(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::advice::Advice;
    use crate::domain::mail::probe::Ended;
    use crate::domain::mail::rung::Code;

    fn tested(mailbox: u64, server: &str, code: Code, rung: Rung) -> Tested {
        let ended = Ended {
            rung: Some(rung),
            ..Ended::skipped(code, Some(Advice::NoSuchHost))
        };
        Tested::incoming(mailbox, server, ended)
    }

    #[test]
    fn logins_of_one_server_that_end_alike_before_the_login_are_one_outage() {
        let tested = [
            tested(1, "a:993", Code::Dns, Rung::Dns),
            tested(2, "b:993", Code::Dns, Rung::Dns),
            tested(3, "a:993", Code::Dns, Rung::Dns),
            // Another reason, and answers of their own.
            tested(4, "a:993", Code::Timeout, Rung::Tcp),
            tested(5, "c:993", Code::AuthRejected, Rung::Authentication),
            tested(6, "c:993", Code::AuthRejected, Rung::Authentication),
        ];
        let out = outages(&tested);
        let ids: Vec<Vec<Option<u64>>> = out
            .iter()
            .map(|one| one.logins.iter().map(|login| login.id.mailbox).collect())
            .collect();
        assert_eq!(ids, [[Some(1), Some(3)]]);
    }
}
