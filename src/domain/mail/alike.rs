//! Logins that ended alike: what is said of one of them is said of all.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::advice::Advice;
use super::probe::{Journey, LoginMark, RefusedBy, TestCaution, Tested};
use super::rung::{Code, Rung};

/// Logins that ended alike: those that failed, at one server.
#[derive(Debug)]
pub struct AlikeLogins<'a> {
    /// They, one at least, in the order in which they came.
    pub logins: Vec<&'a Tested>,
    rank: Rank,
}

impl<'a> AlikeLogins<'a> {
    /// The first of them: what is said of it is said of all.
    pub fn first(&self) -> &'a Tested {
        self.logins[0]
    }

    /// How they are marked.
    pub fn mark(&self) -> LoginMark {
        self.first().ended.mark()
    }

    /// Whether all is well with them, whatever else is to be said.
    pub fn is_well(&self) -> bool {
        self.rank >= Rank::Cautioned
    }
}

/// What comes first when results are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Failed,
    /// The login works, and the mail that was sent over it was lost.
    MailLost,
    NotTried,
    NotYet,
    Cautioned,
    Works,
    NotNeeded,
}

fn rank(tested: &Tested, has_cautions: bool) -> Rank {
    let ended = &tested.ended;
    let lost = matches!(
        ended.journey,
        Some(Journey::NotSeen(_) | Journey::Refused(_))
    );
    match ended.mark() {
        LoginMark::Fails => Rank::Failed,
        _ if lost => Rank::MailLost,
        LoginMark::NotTried => Rank::NotTried,
        LoginMark::WouldWork => Rank::NotYet,
        LoginMark::Works if has_cautions => Rank::Cautioned,
        LoginMark::Works => Rank::Works,
        LoginMark::NotNeeded => Rank::NotNeeded,
    }
}

/// What a login has in common with others that ended alike. A server's own words are not among it: many of them hold
/// the number of the connection.
#[derive(PartialEq, Eq, Hash)]
struct Ending<'a> {
    mark: LoginMark,
    code: Code,
    rung: Option<Rung>,
    advice: Option<Advice>,
    refused_by: Option<&'a RefusedBy>,
    cautions: Vec<&'a TestCaution>,
    is_mail_lost: bool,
    /// Of those that failed: what works elsewhere, works.
    server: Option<&'a str>,
}

/// These tests, those that ended alike together: what fails comes first, and among equals what concerns the most. Cautions
/// that are not `told` of each make no difference.
pub fn alike<'a>(
    tested: impl IntoIterator<Item = &'a Tested>,
    told: impl Fn(&TestCaution) -> bool,
) -> Vec<AlikeLogins<'a>> {
    let mut all: Vec<AlikeLogins<'a>> = Vec::new();
    let mut known: HashMap<Ending<'a>, usize> = HashMap::new();
    for one in tested {
        let ended = &one.ended;
        let cautions: Vec<_> = ended.cautions.iter().filter(|one| told(one)).collect();
        let (mark, rank) = (ended.mark(), rank(one, !cautions.is_empty()));
        let ending = Ending {
            mark,
            code: ended.code,
            rung: ended.rung.filter(|_| mark == LoginMark::Fails),
            advice: ended.advice,
            refused_by: ended.refused_by.as_ref(),
            cautions,
            is_mail_lost: rank == Rank::MailLost,
            server: (mark == LoginMark::Fails).then(|| one.server.raw().as_str()),
        };
        let at = *known.entry(ending).or_insert(all.len());
        match all.get_mut(at) {
            Some(alike) => alike.logins.push(one),
            None => all.push(AlikeLogins {
                logins: vec![one],
                rank,
            }),
        }
    }
    all.sort_by_key(|alike| (alike.rank, Reverse(alike.logins.len())));
    all
}

/// How the logins failed that did, with how many each, the most first.
pub fn failures<'a>(tested: impl IntoIterator<Item = &'a Tested>) -> Vec<(Code, usize)> {
    let mut all: Vec<(Code, usize)> = Vec::new();
    let failed = |one: &&Tested| one.ended.mark() == LoginMark::Fails;
    for one in tested.into_iter().filter(failed) {
        match all.iter_mut().find(|(code, _)| *code == one.ended.code) {
            Some((_, count)) => *count += 1,
            None => all.push((one.ended.code, 1)),
        }
    }
    all.sort_by_key(|(_, count)| Reverse(*count));
    all
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::mail::probe::Ended;

    fn tested(mailbox: u64, server: &str, code: Code, rung: Option<Rung>) -> Tested {
        let ended = Ended {
            rung,
            // Every connection has its own number.
            server_said: format!("refused: {mailbox}").into(),
            ..Ended::skipped(code, None)
        };
        Tested::incoming(mailbox, server, ended)
    }

    fn cautioned(mut tested: Tested, caution: TestCaution) -> Tested {
        tested.ended.cautions.push(caution);
        tested
    }

    fn ids(tested: &[Tested]) -> Vec<Vec<u64>> {
        let told = |caution: &TestCaution| *caution != TestCaution::PrivateAddress;
        alike(tested, told)
            .iter()
            .map(|alike| {
                let ids = alike.logins.iter().filter_map(|one| one.id.mailbox);
                ids.collect()
            })
            .collect()
    }

    const LOGIN: Option<Rung> = Some(Rung::Authentication);
    const FOLDER: Option<Rung> = Some(Rung::Folder);

    #[test]
    fn what_fails_comes_first_by_server_and_then_what_concerns_the_most() {
        let tested = [
            tested(1, "a:993", Code::Ok, FOLDER),
            tested(2, "a:993", Code::AuthRejected, LOGIN),
            tested(3, "b:993", Code::AuthRejected, LOGIN),
            tested(4, "b:993", Code::AuthRejected, LOGIN),
            tested(5, "b:993", Code::Ok, FOLDER),
            tested(6, "", Code::NotConfigured, None),
            tested(7, "a:993", Code::UnreadablePassword, None),
            tested(8, "b:993", Code::UnreadablePassword, None),
            // The same code, before the login.
            tested(9, "b:993", Code::RateLimited, Some(Rung::Greeting)),
            tested(10, "b:993", Code::RateLimited, LOGIN),
        ];
        let expected: [&[u64]; 7] = [&[3, 4], &[2], &[9], &[10], &[7, 8], &[1, 5], &[6]];
        assert_eq!(ids(&tested), expected);
    }

    #[test]
    fn cautions_part_what_works_unless_they_are_told_once() {
        let works = |id| tested(id, "a:993", Code::Ok, FOLDER);
        let tested = [
            works(1),
            cautioned(works(2), TestCaution::PrivateAddress),
            cautioned(works(3), TestCaution::ClearText),
            cautioned(works(4), TestCaution::NotSealed),
        ];
        assert_eq!(ids(&tested), [vec![4], vec![3], vec![1, 2]]);
        let groups = alike(&tested, |_| true);
        let well: Vec<bool> = groups.iter().map(AlikeLogins::is_well).collect();
        assert_eq!(well, [false, true, true, true]);
    }

    #[test]
    fn a_mail_that_was_lost_is_no_success() {
        let mut lost = tested(1, "a:993", Code::Ok, FOLDER);
        lost.ended.journey = Some(Journey::NotSeen(Duration::from_secs(60)));
        let tested = [tested(2, "a:993", Code::Ok, FOLDER), lost];
        assert_eq!(ids(&tested), [[1], [2]]);
        assert!(!alike(&tested, |_| true)[0].is_well());
    }

    #[test]
    fn failures_are_counted_by_how_they_failed() {
        let tested = [
            tested(1, "a:993", Code::Dns, Some(Rung::Dns)),
            tested(2, "a:993", Code::AuthRejected, LOGIN),
            tested(3, "b:993", Code::AuthRejected, LOGIN),
            tested(4, "b:993", Code::Ok, FOLDER),
            // Not tried is not failed.
            tested(5, "b:993", Code::SameAsBefore, None),
        ];
        assert_eq!(failures(&tested), [(Code::AuthRejected, 2), (Code::Dns, 1)]);
    }
}
