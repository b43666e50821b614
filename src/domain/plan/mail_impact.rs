//! What a plan does to mails already sent: replies to them are matched, and attachment links in them work, only under
//! the key that made them (facts in [`crate::domain::key::derived_hashes`]). Also who must log in again, and whether the web cron's URL changes.

use super::TargetKey;
use crate::domain::key::app_key::Fingerprint;

/// What was sent under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The key; `None` for those that are not known here.
    pub key: Option<Fingerprint>,
    /// Mails.
    pub mails: u64,
    /// Attachments whose links stand in those mails; `None` where no table tells.
    pub links: Option<u64>,
}

/// What becomes of it. Every trace is in one of the four.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailImpact {
    /// Works, and will.
    pub keeps: Vec<Trace>,
    /// Does not work, and will.
    pub regains: Vec<Trace>,
    /// Works, and will not.
    pub breaks: Vec<Trace>,
    /// Does not work, and will not.
    pub stays_broken: Vec<Trace>,
    /// Another key comes in force: everybody must log in again, in the app as well.
    pub key_changes: bool,
    /// The web cron gets another URL.
    pub web_cron_changes: bool,
}

impl MailImpact {
    /// What ending with this key does.
    pub fn of(target: TargetKey, effective: Option<Fingerprint>, traces: &[Trace]) -> Self {
        let after = match target {
            TargetKey::Known(key) => Some(key),
            TargetKey::Fresh => None,
        };
        let key_changes = after.is_none() || after != effective;
        let mut damage = Self {
            key_changes,
            web_cron_changes: key_changes,
            ..Self::default()
        };
        for trace in traces {
            let works = |key: Option<Fingerprint>| trace.key.is_some() && trace.key == key;
            match (works(effective), works(after)) {
                (true, true) => &mut damage.keeps,
                (false, true) => &mut damage.regains,
                (true, false) => &mut damage.breaks,
                (false, false) => &mut damage.stays_broken,
            }
            .push(*trace);
        }
        damage
    }

    /// Whether there is nothing to tell of mails.
    pub fn is_empty(&self) -> bool {
        let parts = [&self.keeps, &self.regains, &self.breaks, &self.stays_broken];
        parts.into_iter().all(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_keeps_what_its_own_key_made() {
        let [old, new] = [b"old", b"new"].map(|text| Fingerprint::of(text));
        let trace = |key, mails| Trace {
            key,
            mails,
            links: Some(mails / 10),
        };
        let (lost, of_old, of_new) = (trace(None, 18), trace(Some(old), 120), trace(Some(new), 9));
        let traces = [lost, of_old, of_new];
        let carry = MailImpact {
            keeps: vec![of_new],
            stays_broken: vec![lost, of_old],
            ..MailImpact::default()
        };
        assert_eq!(
            MailImpact::of(TargetKey::Known(new), Some(new), &traces),
            carry
        );
        let restore = MailImpact {
            regains: vec![of_old],
            breaks: vec![of_new],
            stays_broken: vec![lost],
            key_changes: true,
            web_cron_changes: true,
            ..MailImpact::default()
        };
        assert_eq!(
            MailImpact::of(TargetKey::Known(old), Some(new), &traces),
            restore
        );
        let fresh = MailImpact {
            breaks: vec![of_new],
            stays_broken: vec![lost, of_old],
            key_changes: true,
            web_cron_changes: true,
            ..MailImpact::default()
        };
        assert_eq!(MailImpact::of(TargetKey::Fresh, Some(new), &traces), fresh);
        // No usable key is in force: nothing works now, and what no key explains never does.
        let none = MailImpact::of(TargetKey::Fresh, None, &traces);
        assert_eq!((none.stays_broken.len(), none.key_changes), (3, true));
        assert!(MailImpact::of(TargetKey::Fresh, None, &[]).is_empty());
    }
}
