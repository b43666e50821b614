//! The logins of many mailboxes, those that ended alike together: what is so, and what helps, once, and below it the first
//! of whom it is said.

use std::collections::HashMap;

use super::{connections, mail_state, place};
use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::mail::Direction;
use crate::domain::mail::alike::{AlikeLogins, alike, failures};
use crate::domain::mail::probe::{Journey, LoginMark, TestCaution, Tested};
use crate::domain::mail::rung::Code;
use crate::domain::mail::state::{Health, MailState, Owner, TestedLogin};
use crate::domain::verdict::assessment::Assessment;
use crate::words::{joined, words};

/// So many mailboxes are many: with fewer, each is told by itself.
pub const MANY: usize = 12;
/// So many of a group are named, and so many groups that ended in one way.
pub const NAMED: usize = 10;

/// A group: what is so of all of it.
#[derive(Debug, PartialEq, Eq)]
pub struct ToldGroup {
    /// How it stands.
    pub health: Health,
    /// What is so, and of how many.
    pub head: String,
    /// More of it, what helps, and the first ones of the group, a line each.
    pub lines: Vec<String>,
}

/// A heading, and the groups below it.
pub type HeadedGroups = (&'static str, Vec<ToldGroup>);

/// How many of so many are named: one line that says that there is another one says less than that.
fn named_of(count: usize) -> usize {
    if count > NAMED + 1 { NAMED } else { count }
}

/// Names, the first ones of many, with how many more there are.
pub fn first(names: impl ExactSizeIterator<Item = String>, indent: &str) -> Vec<String> {
    let count = names.len();
    let named = named_of(count);
    let mut lines: Vec<String> = names.take(named).map(|n| format!("{indent}{n}")).collect();
    if count > named {
        let more = text!(check_more, count = (count - named));
        lines.push(format!("{indent}{more}"));
    }
    lines
}

/// The mailboxes that can be named, by id and address, the first ones of many in one line.
pub fn mailboxes(all: &[Mailbox]) -> String {
    let named = named_of(all.len());
    let names = all.iter().take(named);
    let mut names: Vec<String> = names.map(|m| format!("{} ({})", m.id, m.email)).collect();
    if all.len() > named {
        names.push(text!(places_more, count = (all.len() - named)));
    }
    text!(mailboxes_there_are, mailboxes = joined::list(&names))
}

/// Whether these are the logins of many mailboxes.
pub fn are_many(tested: &[Tested]) -> bool {
    let mut ids: Vec<u64> = tested.iter().filter_map(|one| one.id.mailbox).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len() >= MANY
}

/// The same of the state of the mail.
pub fn is_many(state: &MailState<'_>) -> bool {
    let owners = state.owners.iter();
    owners.filter(|owner| owner.mailbox.is_some()).count() >= MANY
}

/// The results of a test, what fails first. `told` are the cautions that are said of each group; `site` is the host of
/// `APP_URL`.
pub fn tests<'a>(
    tested: impl IntoIterator<Item = &'a Tested>,
    told: impl Fn(&TestCaution) -> bool,
    site: &str,
) -> Vec<ToldGroup> {
    folded(alike(tested, &told), &told, site)
}

/// Everyone's mail, what needs attention first.
pub fn state(state: &MailState<'_>, assessment: &Assessment, site: &str) -> Vec<HeadedGroups> {
    let w = words();
    let untested = state.is_untested();
    let logins = || {
        state
            .owners
            .iter()
            .flat_map(|o| o.logins.iter().map(move |l| (o, l)))
    };
    // Of a password that is lost, its own line says more.
    let needed = |(owner, login): &(&Owner<'_>, &TestedLogin<'_>)| {
        login.connection.target.is_ok() && mail_state::secret_of(owner, login).is_none()
    };
    let tested = logins()
        .filter(needed)
        .filter_map(|(_, login)| login.tested);
    let (well, ill): (Vec<_>, Vec<_>) = alike(tested, |_| true)
        .into_iter()
        .partition(AlikeLogins::is_well);
    let mut attention = folded(ill, &|_| true, site);
    attention.extend(lost(state, assessment));
    let open: Vec<String> = logins()
        .filter(|pair| needed(pair) && pair.1.tested.is_none() && !untested)
        .map(|(owner, login)| of(&owner.email.to_string(), login.connection.id.direction))
        .collect();
    if !open.is_empty() {
        let said = w.state_login_untested;
        attention.push(group(Health::Open, "·", said, &[], open));
    }
    let sound = |owner: &&Owner<'_>| owner.unreadable().next().is_none();
    let unproven: Vec<String> = state
        .owners
        .iter()
        .filter(|owner| untested && owner.health() != Health::Good && sound(owner))
        .map(named)
        .collect();
    let unproven = match unproven.is_empty() {
        true => Vec::new(),
        false => vec![group(
            Health::Open,
            "·",
            w.state_login_untested,
            &[],
            unproven,
        )],
    };
    let mut works = folded(well, &|_| true, site);
    let others: Vec<String> = state
        .owners
        .iter()
        .filter(|owner| owner.logins.is_empty() && sound(owner))
        .map(|owner| {
            text!(
                said_of,
                what = named(owner),
                said = mail_state::in_short(owner)
            )
        })
        .collect();
    if !others.is_empty() {
        works.push(group(Health::Good, "✓", w.many_readable, &[], others));
    }
    let sections = [
        (w.state_attention, attention),
        (w.state_untested_readable, unproven),
        (w.state_in_order, works),
    ];
    let said = sections
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty());
    said.collect()
}

/// How many logins fail, and how, in one sentence for the very end. `None` where none does. `is_recovered` says whether
/// something was written, and reads as it was planned.
pub fn fail(tested: &[Tested], is_recovered: bool) -> Option<String> {
    let failures = failures(tested);
    let failed: usize = failures.iter().map(|(_, count)| count).sum();
    let needed = |one: &&Tested| one.ended.mark() != LoginMark::NotNeeded;
    let of = tested.iter().filter(needed).count();
    let how = |(code, count): &(Code, usize)| format!("{} ({count})", connections::code(*code));
    let why: Vec<String> = failures.iter().map(how).collect();
    let why = joined::list(&why);
    (failed > 0).then(|| match is_recovered {
        true => text!(recovered_logins_fail, failed, of, why),
        false => text!(logins_fail, failed, of, why),
    })
}

/// What cannot be read and why, with what brings it back.
fn lost(state: &MailState<'_>, assessment: &Assessment) -> Vec<ToldGroup> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for secret in state.owners.iter().flat_map(Owner::unreadable) {
        let why = mail_state::why_lost(secret, assessment);
        let at = *known.entry(why.clone()).or_insert(all.len());
        if at == all.len() {
            all.push((why, Vec::new()));
        }
        all[at].1.push(place::of_secret(secret));
    }
    let all = all.into_iter();
    all.map(|(why, places)| {
        let why = why.trim_end_matches(['.', '。']);
        group(Health::Broken, "!", &capital(why), &[], places)
    })
    .collect()
}

/// The groups, of those that ended in one way the first ones: every mailbox may have a server of its own.
fn folded(
    all: Vec<AlikeLogins<'_>>,
    told: &dyn Fn(&TestCaution) -> bool,
    site: &str,
) -> Vec<ToldGroup> {
    let mut groups: Vec<ToldGroup> = Vec::new();
    // By how they ended: how many groups were told of it, and how many logins were not.
    let mut ends: HashMap<(Code, &'static str), (usize, usize)> = HashMap::new();
    let mut order = Vec::new();
    for alike in all {
        let end = (alike.first().ended.code, connections::sign(alike.mark()));
        let (groups_told, left) = ends.entry(end).or_insert_with(|| {
            order.push((end, alike.first()));
            (0, 0)
        });
        if *groups_told == NAMED {
            *left += alike.logins.len();
            continue;
        }
        *groups_told += 1;
        groups.push(logins(&alike, told, site));
    }
    for (end, first) in order {
        let left = ends.get(&end).map_or(0, |(_, left)| *left);
        if left > 0 {
            let outcome = connections::outcome(&first.ended);
            groups.push(ToldGroup {
                health: health(first.ended.mark()),
                head: text!(many_elsewhere, sign = end.1, outcome, count = left),
                lines: Vec::new(),
            });
        }
    }
    groups
}

fn logins(alike: &AlikeLogins<'_>, told: &dyn Fn(&TestCaution) -> bool, site: &str) -> ToldGroup {
    let first = alike.first();
    let ended = &first.ended;
    let said = (!ended.server_said.is_empty() && ended.mark() == LoginMark::Fails)
        .then(|| text!(connections_said, said = ended.server_said));
    let advice = connections::advice(first, site);
    let more: Vec<String> = said
        .into_iter()
        .chain((!advice.is_empty()).then_some(advice))
        .chain(connections::cautions_of(ended, told))
        .collect();
    let health = match alike.is_well() {
        true => Health::Good,
        false if alike.mark() == LoginMark::Works => Health::Broken,
        false => health(alike.mark()),
    };
    let sign = match (alike.mark(), health) {
        // The login does, and the mail that was sent was lost.
        (LoginMark::Works, Health::Broken) => "!",
        (mark, _) => connections::sign(mark),
    };
    let lines = alike.logins.iter().map(|one| login(one)).collect();
    group(health, sign, &connections::outcome(ended), &more, lines)
}

fn health(mark: LoginMark) -> Health {
    match mark {
        LoginMark::Fails => Health::Broken,
        LoginMark::NotTried | LoginMark::WouldWork => Health::Open,
        LoginMark::Works | LoginMark::NotNeeded => Health::Good,
    }
}

/// Whose login it is, which way, and where it leads; and what became of the mail that was sent over it.
fn login(tested: &Tested) -> String {
    let email = match tested.email.is_empty() {
        true => words().system_mail.to_owned(),
        false => tested.email.to_string(),
    };
    let mut line = of(&email, tested.id.direction);
    if !tested.server.is_empty() {
        line.push_str(&format!("  {}", tested.server));
    }
    if let Some(journey) = &tested.ended.journey {
        let told = match journey {
            Journey::NotTried => String::new(),
            told => format!("  {}", connections::journey(told)),
        };
        line.push_str(&told);
    }
    line
}

fn of(email: &str, direction: Direction) -> String {
    format!("{email}  {}", connections::direction(direction))
}

fn named(owner: &Owner<'_>) -> String {
    match owner.email.is_empty() {
        true => mail_state::name(owner),
        false => format!("{} <{}>", mail_state::name(owner), owner.email),
    }
}

fn group(health: Health, sign: &str, said: &str, more: &[String], of: Vec<String>) -> ToldGroup {
    let head = text!(many_head, sign, said, count = of.len());
    let more = more.iter().map(|line| format!("    {line}"));
    ToldGroup {
        health,
        head,
        lines: more.chain(first(of.into_iter(), "      ")).collect(),
    }
}

/// A text that begins with a capital letter.
pub fn capital(text: &str) -> String {
    let first = text.chars().take(1).flat_map(char::to_uppercase);
    first.chain(text.chars().skip(1)).collect()
}
