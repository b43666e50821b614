//! Settings outside of `.env`, as sentences: where they stand, and whether they count.

use std::path::Path;

use crate::domain::config::container::definition::{
    Broken, DatabaseTrouble, UnreadFile, WhyUnread,
};
use crate::domain::config::elsewhere::{By, CONTAINER_KEYS};
use crate::domain::key::source::Source;
use crate::domain::plan::{Plan, TargetKey, best_old_key};
use crate::domain::run::volatile::Fleeting;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::{Finding, KeyName, SetAt, SettingEffect};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;

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
        By::ContainerStart(variable) => variable.to_string(),
        _ => "APP_KEY".to_owned(),
    };
    let place = place(at);
    match standing {
        SettingEffect::InForce if matches!(at.by, By::Definition(_)) => {
            text!(finding_key_elsewhere_definition, place, key, opens, total)
        }
        SettingEffect::NextStart if matches!(at.by, By::Definition(_)) => {
            text!(finding_key_elsewhere_made_anew, place, key, opens, total)
        }
        SettingEffect::InForce if at.by == By::Created => {
            text!(finding_key_elsewhere_created, key, opens, total)
        }
        SettingEffect::InForce => text!(finding_key_elsewhere, place, key, opens, total),
        SettingEffect::Cached => text!(finding_key_elsewhere_cached, place, key, opens, total),
        SettingEffect::NextStart if variable == CONTAINER_KEYS[1] => text!(
            finding_key_elsewhere_secret,
            place,
            key,
            variable,
            opens,
            total
        ),
        SettingEffect::NextStart => text!(
            finding_key_elsewhere_start,
            place,
            key,
            variable,
            opens,
            total
        ),
        SettingEffect::Unsure => text!(finding_key_elsewhere_unsure, place, key, opens, total),
        SettingEffect::TakenOver if variable == CONTAINER_KEYS[1] => {
            text!(finding_key_elsewhere_secret_untold, place, variable)
        }
        SettingEffect::TakenOver => text!(finding_key_elsewhere_taken_over, place),
    }
}

/// Another setting that is set there.
pub fn setting(name: &Untrusted, at: &SetAt, standing: SettingEffect) -> String {
    match standing {
        SettingEffect::InForce | SettingEffect::NextStart => {
            text!(finding_setting_elsewhere, place = place(at), name)
        }
        SettingEffect::Cached => text!(finding_setting_elsewhere_cached, place = place(at), name),
        SettingEffect::Unsure => text!(finding_setting_elsewhere_unsure, place = place(at), name),
        SettingEffect::TakenOver => text!(
            finding_setting_elsewhere_taken_over,
            place = place(at),
            name
        ),
    }
}

/// What could not be read of a container's definition, and that something may be set there.
pub fn definition_unread(file: &UnreadFile) -> String {
    let path = shown(&file.path).to_string();
    match file.why {
        WhyUnread::Broken(Broken {
            line,
            too_much: false,
        }) => text!(definition_broken, path, line),
        WhyUnread::Broken(_) | WhyUnread::TooMuch => text!(definition_too_much, path),
        WhyUnread::Untold(line) => text!(definition_untold, path, line),
        WhyUnread::NotUnderstood(line) => text!(definition_not_understood, path, line),
        WhyUnread::NameUntold => text!(definition_name_untold, path),
        WhyUnread::Missing => text!(definition_missing, path),
        WhyUnread::NotAFile => text!(definition_not_a_file, path),
        WhyUnread::NotText => text!(definition_not_text, path),
        WhyUnread::NotNamed => text!(definition_not_named, path),
        WhyUnread::NeverStarted => text!(definition_never_started, path),
        WhyUnread::Database(why) => {
            let w = words();
            let why = match why {
                DatabaseTrouble::TooLarge => w.database_too_large,
                DatabaseTrouble::Damaged => w.database_damaged,
                DatabaseTrouble::Strange => w.database_strange,
            };
            text!(definition_database, path, why)
        }
    }
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
            let place = place(at);
            let differs = counts && meant != Some(plan.target);
            differs.then(|| match &at.by {
                // What the container has is only a copy.
                By::ContainerStart(variable) if at.line.is_none() => {
                    text!(change_at_start_somewhere, variable, key)
                }
                By::ContainerStart(variable) if variable.raw() == CONTAINER_KEYS[1] => {
                    text!(change_secret_at_start, place, key)
                }
                By::ContainerStart(variable) => text!(change_at_start, place, variable, key),
                By::Definition(_) => text!(change_definition, place, key),
                By::Created => text!(change_created, key),
                _ => text!(change_elsewhere, place, key),
            })
        }
        Finding::KeyNotLasting {
            path, definition, ..
        } if plan.write_key.is_some() => {
            let definition = definition.as_ref().map_or_else(
                || words().change_not_lasting_anywhere.to_owned(),
                |definition| shown(definition).to_string(),
            );
            Some(text!(change_not_lasting, path = shown(path), definition))
        }
        _ => None,
    };
    let all = assessment.findings.iter().chain(&assessment.set_alike);
    all.filter_map(other).collect()
}

/// That the right key is known and has to be set by hand, in the environment: which, where it is to be had, and the place.
pub(super) fn set_in_environment(assessment: &Assessment) -> [String; 2] {
    let w = words();
    let (secrets, circumstances) = (&assessment.secrets, &assessment.circumstances);
    // Where no other key opens anything, it is the one in the config cache that has to be set.
    let key = best_old_key(secrets, circumstances).or(circumstances.effective);
    let report = key.and_then(|key| assessment.keys.iter().find(|k| k.fingerprint == key));
    let place = key_place(assessment);
    let Some(report) = report else {
        let next = match place {
            Some(place) => text!(need_any_key_at, place),
            None => w.need_any_key_somewhere.to_owned(),
        };
        return [w.need_any_key.to_owned(), next];
    };
    let in_file = |source: &&Source| source.path.is_some() && !source.kind.is_of_process();
    let mut sources = report.sources.iter();
    let source = sources.clone().find(in_file).or_else(|| sources.next());
    let source = source.map(super::source).unwrap_or_default();
    let key = report.name();
    let next = match place {
        Some(place) => text!(need_environment_at, place, key, source),
        None => text!(need_environment_somewhere, key, source),
    };
    [text!(need_environment, key, source), next]
}

/// Where the key is set that FreeScout has from its environment, as far as a file is known; else the process that has it.
fn key_place(assessment: &Assessment) -> Option<String> {
    let all = assessment.findings.iter().chain(&assessment.set_alike);
    let counts = |finding: &Finding| match finding {
        Finding::KeySetElsewhere { at, standing, .. } => match standing {
            SettingEffect::InForce | SettingEffect::Cached => Some(at.clone()),
            SettingEffect::NextStart if matches!(at.by, By::Definition(_)) => Some(at.clone()),
            SettingEffect::NextStart | SettingEffect::Unsure | SettingEffect::TakenOver => None,
        },
        _ => None,
    };
    let mut places: Vec<SetAt> = all.filter_map(counts).collect();
    places.sort_by_key(|at| matches!(at.by, By::Process(_)));
    places.first().map(place)
}

/// When a file that holds the key goes: a sentence.
pub(super) fn goes(fleeting: Fleeting) -> &'static str {
    let w = words();
    match fleeting {
        Fleeting::Pod => w.key_goes_with_pod,
        Fleeting::NamelessVolume => w.key_goes_with_nameless,
        Fleeting::Container | Fleeting::Memory | Fleeting::Service | Fleeting::Emptied => {
            w.key_goes_with_container
        }
    }
}

/// How it is kept for good: a sentence.
pub(super) fn kept(definition: Option<&Path>) -> String {
    match definition {
        Some(definition) => text!(key_kept_in, definition = shown(&definition)),
        None => words().key_kept_somewhere.to_owned(),
    }
}

/// The file, its line, and who reads it.
fn place(at: &SetAt) -> String {
    let w = words();
    let by = match &at.by {
        By::Pool(name) => text!(set_by_pool, name = shown(name)),
        By::Site(name) if !name.is_empty() => text!(set_by_site, name = shown(name)),
        By::Service(name) => text!(set_by_service, name = shown(name)),
        By::Cron => w.set_by_cron.to_owned(),
        By::Everyone => w.set_by_everyone.to_owned(),
        By::Definition(_) => w.set_by_definition.to_owned(),
        By::Site(_) | By::Folder | By::Process(_) | By::Created | By::ContainerStart(_) => {
            String::new()
        }
    };
    let path = shown(&at.path).to_string();
    match (at.line, &at.by) {
        (_, By::Process(pid)) => text!(set_in_process, pid),
        (_, By::Created) => w.set_at_creation.to_owned(),
        (Some(line), _) => {
            text!(set_in_file, path, line, by)
        }
        (None, _) => path,
    }
}
