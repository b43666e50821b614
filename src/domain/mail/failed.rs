//! Emails that FreeScout gave up: rows of `failed_jobs` whose job sends mail.
//!
//! Follows `App\Jobs` and Laravel 5.5's `Queue::createObjectPayload`. FreeScout tries replies and notifications once an
//! hour for a week before it gives them up, the others once; and it empties the table every week.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use memchr::memmem;
use serde::Deserialize;

named! {
    /// A job of FreeScout's that sends mail. What else a queue holds (counters, modules' work) is no business of ours.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum MailJob {
        /// An agent's reply to a customer.
        Reply = "SendReplyToCustomer",
        /// A notification to agents.
        Notification = "SendNotificationToUsers",
        /// An automatic reply to a customer.
        AutoReply = "SendAutoReply",
        /// What tells an agent that a reply by email was not taken.
        ReplyError = "SendEmailReplyError",
        /// An alert to the administrators.
        Alert = "SendAlert",
    }
    /// The name of its class, below `App\Jobs`.
    pub fn class(self);
}

/// Whose mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOf {
    /// A mailbox's, by its row.
    Mailbox(u64),
    /// A conversation's, by its row: the mailbox is that of the conversation.
    Conversation(u64),
    /// Nothing tells: the system's own, or a form we do not know.
    Nobody,
}

/// An email that FreeScout gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedMail {
    /// The row of `failed_jobs`.
    pub id: u64,
    /// What it is.
    pub job: MailJob,
    /// Whose it is.
    pub of: MailOf,
    /// When it was given up, by the clock of FreeScout.
    pub at: Option<DateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobPayload<'a> {
    #[serde(borrow)]
    display_name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    data: JobData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobData<'a> {
    #[serde(borrow)]
    command_name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    command: std::borrow::Cow<'a, str>,
}

impl FailedMail {
    /// Reads a row. `None` where its job is none that sends mail, or is not as FreeScout writes it.
    pub fn read(id: u64, payload: &[u8], at: Option<DateTime>) -> Option<Self> {
        let payload: JobPayload<'_> = serde_json::from_slice(payload).ok()?;
        let JobPayload { display_name, data } = payload;
        let is = |job: &MailJob| {
            let class = display_name.strip_prefix("App\\Jobs\\");
            class == Some(job.class()) && display_name == data.command_name
        };
        let job = MailJob::ALL.into_iter().find(is)?;
        let model = |class| model(data.command.as_bytes(), class);
        let of = model("App\\Mailbox").map(MailOf::Mailbox);
        let of = of.or_else(|| model("App\\Conversation").map(MailOf::Conversation));
        let of = of.unwrap_or(MailOf::Nobody);
        Some(Self { id, job, of, at })
    }
}

/// The row of the first model of a class in a serialised job (`Illuminate\Contracts\Database\ModelIdentifier`).
fn model(command: &[u8], class: &str) -> Option<u64> {
    let named = format!("s:{}:\"{class}\";s:2:\"id\";i:", class.len());
    let at = memmem::find(command, named.as_bytes())? + named.len();
    let digits: Vec<u8> = command[at..]
        .iter()
        .copied()
        .take_while(u8::is_ascii_digit)
        .take(20)
        .collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// The emails that FreeScout gave up, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailedMails(Vec<FailedMail>);

impl FailedMails {
    /// In order.
    pub fn new(mut mails: Vec<FailedMail>) -> Self {
        mails.sort_by_key(|mail| mail.id);
        Self(mails)
    }

    /// Every one.
    pub fn iter(&self) -> impl Iterator<Item = &FailedMail> {
        self.0.iter()
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that `keep` says, and the others.
    pub fn split(self, keep: impl FnMut(&FailedMail) -> bool) -> (Self, Self) {
        let (kept, others) = self.0.into_iter().partition(keep);
        (Self(kept), Self(others))
    }

    /// When the first and the last of them were given up, as far as that is known.
    pub fn span(&self) -> Option<(DateTime, DateTime)> {
        let times = || self.0.iter().filter_map(|mail| mail.at);
        Some((times().min()?, times().max()?))
    }

    /// How many of each kind.
    pub fn by_job(&self) -> BTreeMap<MailJob, usize> {
        let mut counted = BTreeMap::new();
        self.0
            .iter()
            .for_each(|mail| *counted.entry(mail.job).or_default() += 1);
        counted
    }

    /// How many of each mailbox; `None` for those of which it is not known.
    pub fn by_mailbox(&self) -> BTreeMap<Option<u64>, usize> {
        let mut counted = BTreeMap::new();
        let mailbox = |mail: &FailedMail| match mail.of {
            MailOf::Mailbox(id) => Some(id),
            MailOf::Conversation(_) | MailOf::Nobody => None,
        };
        self.0
            .iter()
            .for_each(|mail| *counted.entry(mailbox(mail)).or_default() += 1);
        counted
    }

    /// Says of the conversations which mailbox they are in, as far as `mailbox_of` knows.
    #[must_use]
    pub fn in_mailboxes(mut self, mailbox_of: &BTreeMap<u64, u64>) -> Self {
        for mail in &mut self.0 {
            if let MailOf::Conversation(id) = mail.of
                && let Some(mailbox) = mailbox_of.get(&id)
            {
                mail.of = MailOf::Mailbox(*mailbox);
            }
        }
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn payload(class: &str, command_name: &str, command: &str) -> Vec<u8> {
        serde_json::to_vec(&serde_json::json!({
            "displayName": class, "job": "Illuminate\\Queue\\CallQueuedHandler@call", "maxTries": 168,
            "timeout": 120, "timeoutAt": null, "data": {"commandName": command_name, "command": command},
        }))
        .unwrap()
    }

    fn job(class: &str, command: &str) -> Vec<u8> {
        payload(class, class, command)
    }

    const IDENTIFIER: &str = r#"O:45:"Illuminate\Contracts\Database\ModelIdentifier":4:{s:5:"class";s:16:"App\Conversation";s:2:"id";i:77;s:9:"relations";a:0:{}s:10:"connection";s:5:"mysql";}"#;

    #[test]
    fn a_job_that_sends_mail_is_told_from_any_other() {
        let command = format!(
            r#"O:28:"App\Jobs\SendReplyToCustomer":1:{{s:12:"conversation";{IDENTIFIER}}}"#
        );
        let reply = FailedMail::read(5, &job("App\\Jobs\\SendReplyToCustomer", &command), None);
        let wanted = FailedMail {
            id: 5,
            job: MailJob::Reply,
            of: MailOf::Conversation(77),
            at: None,
        };
        assert_eq!(reply, Some(wanted));
        let mailbox = r#"s:11:"App\Mailbox";s:2:"id";i:3;"#;
        let auto = FailedMail::read(
            6,
            &job(
                "App\\Jobs\\SendAutoReply",
                &format!("{IDENTIFIER}{mailbox}"),
            ),
            None,
        );
        assert_eq!(auto.unwrap().of, MailOf::Mailbox(3));
        for other in [
            job("App\\Jobs\\UpdateFolderCounters", ""),
            job("Modules\\Evil\\SendReplyToCustomer", ""),
            job("SendReplyToCustomer", ""),
            payload(
                "App\\Jobs\\SendReplyToCustomer",
                "App\\Jobs\\TriggerAction",
                "",
            ),
            b"{}".to_vec(),
            b"\xff{".to_vec(),
            Vec::new(),
        ] {
            let read = FailedMail::read(7, &other, None);
            assert_eq!(read, None, "{}", String::from_utf8_lossy(&other));
        }
    }

    #[test]
    fn what_names_no_row_belongs_to_nobody() {
        for command in [
            "",
            r#"s:16:"App\Conversation";s:2:"id";i:;"#,
            r#"s:16:"App\Conversation";s:2:"id";i:99999999999999999999999;"#,
            r#"s:16:"App\Conversation";s:2:"id";N;"#,
        ] {
            let read = FailedMail::read(1, &job("App\\Jobs\\SendAlert", command), None);
            assert_eq!(read.unwrap().of, MailOf::Nobody, "{command}");
        }
    }

    #[test]
    fn they_are_counted_the_oldest_first() {
        let at = |day: i8| Some(jiff::civil::date(2026, 11, day).at(9, 0, 0, 0));
        let mail = |id, job, of, at| FailedMail { id, job, of, at };
        let mails = FailedMails::new(vec![
            mail(9, MailJob::Reply, MailOf::Conversation(77), at(3)),
            mail(4, MailJob::Reply, MailOf::Conversation(78), None),
            mail(5, MailJob::Alert, MailOf::Nobody, at(1)),
        ]);
        let mails = mails.in_mailboxes(&BTreeMap::from([(77, 3)]));
        let ids: Vec<u64> = mails.iter().map(|mail| mail.id).collect();
        assert_eq!(ids, [4, 5, 9]);
        assert_eq!(mails.span(), at(1).zip(at(3)));
        assert_eq!(
            mails.by_job(),
            BTreeMap::from([(MailJob::Reply, 2), (MailJob::Alert, 1)])
        );
        assert_eq!(
            mails.by_mailbox(),
            BTreeMap::from([(Some(3), 1), (None, 2)])
        );
    }
}
