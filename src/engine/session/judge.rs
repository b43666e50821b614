//! Steps 3 and 4: every secret read from the database, every candidate key tried, every verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::{closed, elsewhere, findings, own_backups};
use crate::domain::inventory::secret::SecretKind;
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::known;
use crate::domain::key::ring::{KeyRing, KnownKey};
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::plan::{self, Circumstances};
use crate::domain::verdict::assessment::{self, Assessment, KeyReport};
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::domain::verdict::{Plain, Remedy, Verdict};
use crate::engine::hunt::{log_secrets, old_payloads};
use crate::engine::session::Session;

impl Session {
    /// Gives the keys their numbers by what they open, but for those that were told already. `keeps` says that they are
    /// told now.
    pub fn number_keys(&mut self, keeps: bool) {
        if self.ring.has_untold_numbers() {
            let mut opened: BTreeMap<Fingerprint, usize> = BTreeMap::new();
            // Every secret is judged for that: not where it decides nothing.
            if self.ring.are_numbers_by_use() {
                for secret in assessment::judge_all(&self.inventory, &self.ring) {
                    if let Some(key) = secret.verdict.key() {
                        *opened.entry(key).or_default() += 1;
                    }
                }
            }
            let opens = |key| opened.get(&key).copied().unwrap_or_default();
            self.ring.number(&opens);
        }
        if keeps {
            self.ring.keep_numbers();
        }
    }

    /// Judges everything with the keys known now.
    pub fn assess(&self) -> Assessment {
        let ring = &self.ring;
        let secrets = assessment::judge_all(&self.inventory, ring);
        let keys = assessment::report_keys(ring, &secrets);
        let configured = AppKey::parse(self.install.key_without_cache().text.expose())
            .ok()
            .map(|k| k.fingerprint());
        let lately = |key| self.mails.as_ref().map_or(0, |log| log.lately_made_by(key));
        let circumstances = Circumstances {
            effective: ring.effective().map(AppKey::fingerprint),
            configured,
            home: self.install.key_home(),
            mails: ring
                .iter()
                .filter(|k| k.mails > 0)
                .map(|k| (k.fingerprint(), lately(k.fingerprint())))
                .collect(),
            published: ring
                .iter()
                .filter(|k| known::published(&k.key).is_some())
                .map(|k| k.fingerprint())
                .collect::<BTreeSet<_>>(),
            misspelled: misspelled(self),
            settled: own_backups::is_settled(self),
        };
        let mut findings = findings::of_install(self);
        findings.extend(self.schema_findings.iter().cloned());
        findings.extend(secret_findings(&secrets, ring));
        findings.extend(useless_findings(ring, &keys));
        findings.extend(version_findings(self, &secrets));
        let recoverable = old_payloads::recoverable(self, &secrets);
        let certain: BTreeSet<_> = recoverable
            .iter()
            .filter(|older| older.taken().is_some())
            .map(|older| &older.place)
            .collect();
        let offered: BTreeSet<_> = recoverable.iter().map(|older| &older.place).collect();
        let (certain, offered) = (certain.len(), offered.difference(&certain).count());
        if certain > 0 {
            findings.push(Finding::OlderFound { count: certain });
        }
        if offered > 0 {
            findings.push(Finding::OlderOffered { count: offered });
        }
        let in_logs = log_secrets::count(self);
        if in_logs > 0 {
            findings.push(Finding::PasswordInLog { count: in_logs });
        }
        let failed_mails = self.failed_mails.count();
        if failed_mails > 0 {
            findings.push(Finding::FailedMails {
                count: failed_mails,
            });
        }
        let summary = Summary::of(&secrets);
        let recommendation = plan::out_of_reach::advise(
            plan::recommend(&secrets, &circumstances),
            elsewhere::key_out_of_reach(self),
            &secrets,
            &circumstances,
        );
        if summary.unreadable() > 0 || recommendation.is_some() {
            // Before all others: it decides what can be done at all.
            let strategy = recommendation.map(|recommended| recommended.strategy);
            findings.splice(0..0, closed::finding(self, strategy));
        }
        findings.sort_by_key(Finding::severity);
        Assessment {
            rules: self.inventory.rules().clone(),
            summary,
            logged: log_secrets::offered(self, &secrets),
            recommendation,
            secrets,
            keys,
            findings,
            set_alike: elsewhere::set_alike(self),
            circumstances,
            mailboxes: self.inventory.mailboxes.clone(),
            system_mail: self.inventory.system_mail.clone(),
            timeline: self.timeline.clone(),
            traces: self.traces.clone(),
            recoverable,
        }
    }
}

/// A given key that opens nothing and is not the current one, however it is spelled. Of a file with several, as a safe is,
/// one that is of use is enough: it holds keys that were replaced long ago.
pub fn useless_key<'a>(ring: &KeyRing, keys: &'a [KeyReport]) -> Option<&'a KeyReport> {
    let given = |kind: SourceKind| matches!(kind, SourceKind::Given | SourceKind::Stdin);
    let opens = |key: &AppKey| {
        let of = |twin: &KnownKey| {
            let is = |report: &&KeyReport| report.fingerprint == twin.fingerprint();
            keys.iter().find(is)
        };
        let mut twins = ring.twins_of(key).filter_map(of);
        twins.any(|twin| twin.opens > 0 || twin.effective)
    };
    let is_of_use = |report: &KeyReport| ring.get(report.fingerprint).is_some_and(opens);
    let in_one_file = |a: &Source, b: &Source| {
        let is_file = a.path.is_some() || a.kind == SourceKind::Stdin;
        is_file && given(a.kind) && a.kind == b.kind && a.path == b.path
    };
    let beside_one_of_use = |report: &KeyReport| {
        keys.iter().filter(|other| is_of_use(other)).any(|other| {
            let mut sources = report.sources.iter();
            sources.any(|a| other.sources.iter().any(|b| in_one_file(a, b)))
        })
    };
    keys.iter().find(|report| {
        report.sources.iter().all(|source| given(source.kind))
            && ring.get(report.fingerprint).is_some()
            && !is_of_use(report)
            && !beside_one_of_use(report)
    })
}

/// That such a key was given along. One that was typed is answered where it was typed.
fn useless_findings(ring: &KeyRing, keys: &[KeyReport]) -> Option<Finding> {
    let useless = useless_key(ring, keys)?;
    let mut sources = useless.sources.iter();
    let place = sources.find(|s| s.path.is_some() || s.kind == SourceKind::Stdin)?;
    Some(Finding::GivenKeyUseless {
        key: KeyName {
            label: useless.label.clone(),
            fingerprint: useless.fingerprint,
        },
        place: place.clone(),
    })
}

/// What the version has to do with it.
fn version_findings(session: &Session, secrets: &[SecretReport]) -> Vec<Finding> {
    let rules = session.inventory.rules();
    let count = |plain| {
        let is = |s: &&SecretReport| s.verdict == Verdict::Plaintext(plain);
        secrets.iter().filter(is).count()
    };
    let system_mail = |s: &SecretReport| {
        s.kind == SecretKind::SystemMail && s.needed && matches!(s.verdict, Verdict::Opens(_))
    };
    // Licences are read as they stand by every version.
    let until_update = secrets.iter().filter(|s| {
        s.kind != SecretKind::License && s.verdict == Verdict::Plaintext(Plain::StillRead)
    });
    let (untold, awaits, until_update) = (
        count(Plain::Untold),
        count(Plain::AwaitsMigration),
        until_update.count(),
    );
    let sealed_again = secrets.iter().filter(|s| {
        let sealed = matches!(
            s.verdict,
            Verdict::Opens(_) | Verdict::OtherKey(_) | Verdict::UnknownKey { .. }
        );
        sealed && rules.seals_later(s.kind)
    });
    let sealed_again = sealed_again.count();
    let stated = || session.install.version.clone();
    let findings = [
        (sealed_again > 0).then_some(Finding::WouldSealAgain {
            count: sealed_again,
        }),
        (rules.version().is_none()).then(|| Finding::VersionUntold {
            stated: stated().into(),
        }),
        (untold > 0).then_some(Finding::PlaintextUntold { count: untold }),
        (awaits > 0).then_some(Finding::AwaitsMigration { count: awaits }),
        (until_update > 0).then_some(Finding::PlaintextUntilUpdate {
            count: until_update,
        }),
        (rules.hands_on_serialized() && secrets.iter().any(system_mail)).then(|| {
            Finding::SystemMailBroken {
                version: stated().into(),
            }
        }),
    ];
    findings.into_iter().flatten().collect()
}

/// The keys that the configuration holds misspelled, in every text that is known of them.
fn misspelled(session: &Session) -> BTreeSet<Fingerprint> {
    let named = session.early_findings.iter().filter_map(|f| match f {
        Finding::MisspelledKey { key, .. } => session.ring.get(key.fingerprint),
        _ => None,
    });
    named
        .flat_map(|key| session.ring.twins_of(key))
        .map(KnownKey::fingerprint)
        .collect()
}

fn secret_findings(secrets: &[SecretReport], ring: &KeyRing) -> Vec<Finding> {
    let count = |is: &dyn Fn(&SecretReport) -> bool| secrets.iter().filter(|s| is(s)).count();
    let mut findings = Vec::new();
    for known in ring.iter() {
        let key = KeyName {
            label: ring.label(known.fingerprint()),
            fingerprint: known.fingerprint(),
        };
        let under =
            count(&|s| matches!(s.verdict, Verdict::OtherKey(k) if k == known.fingerprint()));
        if under > 0 {
            findings.push(Finding::UnderOtherKey {
                count: under,
                key: key.clone(),
            });
        }
        if let Some(published) = known::published(&known.key) {
            let effective = ring.is_effective(&known.key);
            let opens = secrets
                .iter()
                .any(|s| s.verdict.key() == Some(known.fingerprint()));
            if effective || opens {
                findings.push(Finding::PublishedKey {
                    key,
                    published,
                    effective,
                });
            }
        }
    }
    type Counted = fn(usize) -> Finding;
    let counted: [(usize, Counted); 6] = [
        (
            count(&|s| matches!(s.verdict, Verdict::UnknownKey { .. })),
            |count| Finding::UnderUnknownKey { count },
        ),
        (
            count(&|s| {
                s.kind == SecretKind::License
                    && !s.verdict.readable()
                    && s.verdict.remedy() != Remedy::Nothing
            }),
            |count| Finding::LicencesUnreadable { count },
        ),
        (
            count(&|s| matches!(s.verdict, Verdict::Damaged { .. })),
            |count| Finding::Damaged { count },
        ),
        (
            count(&|s| s.verdict == Verdict::Plaintext(Plain::ReadsEmpty)),
            |count| Finding::Plaintext { count },
        ),
        (
            count(&|s| matches!(s.verdict, Verdict::Nested { .. })),
            |count| Finding::Nested { count },
        ),
        (count(&|s| s.verdict.remedy() == Remedy::Salvage), |count| {
            Finding::Salvageable { count }
        }),
    ];
    findings.extend(
        counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, finding)| finding(count)),
    );
    findings.extend(secrets.iter().filter(|s| s.probably_wiped()).map(|s| {
        Finding::ProbablyWiped {
            owner: s.owner.clone(),
            place: s.place.clone(),
            kind: s.kind,
        }
    }));
    findings
}
