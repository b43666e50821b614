//! Settings outside of `.env`, as sentences: where they stand, and whether they count.

use crate::domain::config::elsewhere::By;
use crate::domain::plan::{Plan, TargetKey};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::{Finding, KeyName, SetAt, SettingEffect};
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

type NamedValues<'a> = [(&'a str, &'a dyn std::fmt::Display)];

/// A key that is set there.
pub fn key(
    at: &SetAt,
    key: Option<&KeyName>,
    standing: SettingEffect,
    opens: usize,
    total: usize,
) -> String {
    let w = words();
    let key = key.map_or_else(|| w.a_key_not_known_here.to_owned(), KeyName::to_string);
    let variable = match &at.by {
        By::ContainerStart(variable) => variable,
        _ => "APP_KEY",
    };
    let place = place(at);
    let values: &NamedValues<'_> = &[
        ("place", &place),
        ("key", &key),
        ("variable", &variable),
        ("opens", &opens),
        ("total", &total),
    ];
    let text = match standing {
        SettingEffect::InForce => w.finding_key_elsewhere,
        SettingEffect::Cached => w.finding_key_elsewhere_cached,
        SettingEffect::NextStart => w.finding_key_elsewhere_start,
        SettingEffect::Unsure => w.finding_key_elsewhere_unsure,
        SettingEffect::TakenOver => w.finding_key_elsewhere_taken_over,
    };
    fill(text, values)
}

/// Another setting that is set there.
pub fn setting(name: &str, at: &SetAt, standing: SettingEffect) -> String {
    let w = words();
    let text = match standing {
        SettingEffect::InForce | SettingEffect::NextStart => w.finding_setting_elsewhere,
        SettingEffect::Cached => w.finding_setting_elsewhere_cached,
        SettingEffect::Unsure => w.finding_setting_elsewhere_unsure,
        SettingEffect::TakenOver => w.finding_setting_elsewhere_taken_over,
    };
    fill(text, &[("place", &place(at)), ("name", &name)])
}

/// What keeps FreeScout from reading what reads right with the key of `.env`, in one sentence.
pub fn overruled(assessment: &Assessment) -> Option<&'static str> {
    let stops = |finding: &Finding| matches!(finding, Finding::EnvRefused { .. });
    let mut findings = assessment.overruled().peekable();
    findings.peek()?;
    Some(match findings.any(stops) {
        true => words().check_does_not_start,
        false => words().check_overruled,
    })
}

/// That FreeScout does not use the key that was put in place, and why: one sentence for each; none where it does.
pub fn not_in_use(assessment: &Assessment) -> Vec<String> {
    let why: Vec<String> = assessment.overruled().map(super::finding).collect();
    let said = (!why.is_empty()).then(|| words().recovered_but_elsewhere.to_owned());
    said.into_iter().chain(why).collect()
}

/// What must be changed by hand so that FreeScout uses the key of this plan: a line for each place.
pub fn by_hand(plan: &Plan, assessment: &Assessment) -> Vec<String> {
    let other = |finding: &Finding| match finding {
        Finding::KeySetElsewhere {
            at, key, standing, ..
        } => {
            let meant = key.as_ref().map(|key| TargetKey::Known(key.fingerprint));
            let counts = !matches!(standing, SettingEffect::Unsure | SettingEffect::TakenOver);
            let key = key.as_ref().map_or_else(
                || words().a_key_not_known_here.to_owned(),
                KeyName::to_string,
            );
            let values: &NamedValues<'_> = &[("place", &place(at)), ("key", &key)];
            (counts && meant != Some(plan.target)).then(|| fill(words().change_elsewhere, values))
        }
        _ => None,
    };
    assessment.findings.iter().filter_map(other).collect()
}

/// The file, its line, and who reads it.
fn place(at: &SetAt) -> String {
    let w = words();
    let named = |text: &str, name: &str| fill(text, &[("name", &sanitize(name))]);
    let by = match &at.by {
        By::Pool(name) => named(w.set_by_pool, name),
        By::Site(name) if !name.is_empty() => named(w.set_by_site, name),
        By::Service(name) => named(w.set_by_service, name),
        By::Cron => w.set_by_cron.to_owned(),
        By::Everyone => w.set_by_everyone.to_owned(),
        By::Site(_) | By::Folder | By::Process(_) | By::ContainerStart(_) => String::new(),
    };
    let path = sanitize(&at.path.to_string_lossy());
    match (at.line, &at.by) {
        (_, By::Process(pid)) => fill(w.set_in_process, &[("pid", pid)]),
        (Some(line), _) => {
            let values: &NamedValues<'_> = &[("path", &path), ("line", &line), ("by", &by)];
            fill(w.set_in_file, values)
        }
        (None, _) => path,
    }
}
