//! Findings, verdicts, actions and sources as sentences, the same on the screen and on the command line.
//!
//! Texts come from the table; what comes from outside is sanitised here.

pub mod commands;
pub mod connections;
pub mod damage;
pub mod elsewhere;
pub mod found;
mod hints;
pub mod hour;
pub mod journal;
pub mod mail_state;
pub mod many;
pub mod older;
pub mod place;
pub mod rotation;
mod secret;
pub mod timeline;
pub mod unread;
pub mod watch;

pub use commands::shell;
pub use place::place;

use crate::domain::config::container::Container;
use crate::domain::config::dotenv::RefusedLine;
use crate::domain::config::rules::Rules;
use crate::domain::inventory::secret::SecretKind;
use crate::domain::key::source::{InLayer, Source, SourceKind};
use crate::domain::key::spelling::Spelling;
use crate::domain::plan::{CacheRefresh, Impossible, KeyHome, Need, Plan, TargetKey, Why};
use crate::domain::run::RunKind;
use crate::domain::run::volatile::Fleeting;
use crate::domain::verdict::assessment::{Assessment, KeyReport, LoggedPassword};
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::domain::verdict::secret_report::Summary;
use crate::words::untrusted::shown;
use crate::words::{joined, words};
pub use secret::{action, cell, damage, verdict};

/// A finding, with its evidence.
pub fn finding(finding: &Finding) -> String {
    let w = words();
    let key_or = |key: &Option<KeyName>, none: &str| {
        key.as_ref()
            .map_or_else(|| none.to_owned(), KeyName::to_string)
    };
    match finding {
        Finding::StaleConfigCache { cached, configured } => text!(
            finding_stale_config_cache,
            cached = key_or(cached, w.no_usable_key),
            configured = key_or(configured, w.no_usable_key)
        ),
        Finding::UnusableKey { error } => text!(finding_unusable_key, why = error),
        Finding::MisspelledKey {
            key,
            spelling,
            place,
        } => match place.kind {
            SourceKind::ProcessEnvironment => text!(
                finding_misspelled_key_environment,
                key,
                fault = misspelled(*spelling)
            ),
            _ => text!(
                finding_misspelled_key,
                place = source(place),
                key,
                fault = misspelled(*spelling)
            ),
        },
        Finding::GluedKey { line: 0 } => w.finding_glued_key_cached.to_owned(),
        Finding::GluedKey { line } => text!(finding_glued_key, line),
        Finding::WorkerHoldsOtherKey { pid, key } => text!(
            finding_worker_holds_other_key,
            pid,
            key = key_or(key, w.a_key_not_known_here)
        ),
        Finding::KeySetElsewhere {
            at,
            key,
            standing,
            opens,
            total,
        } => elsewhere::key(at, key.as_ref(), *standing, *opens, *total),
        Finding::SettingElsewhere { name, at, standing } => elsewhere::setting(name, at, *standing),
        Finding::DefinitionUnread(file) => elsewhere::definition_unread(file),
        Finding::WorkerOlderThanKey { pid } => {
            text!(finding_worker_older_than_key, pid)
        }
        Finding::WorkerUnsearched { pid, what, why } => {
            text!(worker_unsearched, pid, what, why)
        }
        Finding::OwnBackupUnread {
            folder,
            created,
            why,
        } => {
            let folder = shown(&folder).to_string();
            match created.is_empty() {
                true => text!(own_backup_unread_undated, folder, why),
                false => text!(
                    own_backup_unread,
                    folder,
                    created = journal::time(created.raw()),
                    why
                ),
            }
        }
        Finding::OwnBackupsMore { count } => text!(own_backups_more, count),
        Finding::KeyFromProcessEnvironment => w.finding_key_from_process_environment.to_owned(),
        Finding::KeyFileUnreadable { path, why, barred } => {
            let path = shown(&path).to_string();
            match barred {
                Some(user) => text!(finding_key_file_barred, path, user),
                None => text!(finding_key_file_unreadable, path, why),
            }
        }
        Finding::AlsoInContainer {
            container,
            path,
            command,
        } => text!(container_runs_there, container, path = shown(path), command),
        Finding::ContainersUnseen { containers } => text!(
            finding_containers_unseen,
            containers = found::listed(containers),
            count = containers.len()
        ),
        Finding::KeyNotLasting {
            path,
            fleeting,
            definition,
        } => text!(
            finding_key_not_lasting,
            path = shown(path),
            when = elsewhere::goes(*fleeting),
            keep = elsewhere::kept(definition.as_deref())
        ),
        Finding::WebUserUntold => w.finding_web_user_untold.to_owned(),
        Finding::EnvRefused { line, cached } => match cached {
            true => text!(finding_env_refused, line),
            false => text!(finding_env_refused_now, line),
        },
        Finding::UnderOtherKey { count, key } => {
            text!(finding_under_other_key, count, key)
        }
        Finding::UnderUnknownKey { count } => text!(finding_under_unknown_key, count),
        Finding::Damaged { count } => text!(finding_damaged, count),
        Finding::Plaintext { count } => text!(finding_plaintext, count),
        Finding::PlaintextUntold { count } => text!(finding_plaintext_untold, count),
        Finding::PlaintextUntilUpdate { count } => {
            text!(finding_plaintext_until_update, count)
        }
        Finding::AwaitsMigration { count } => text!(finding_awaits_migration, count),
        Finding::WouldSealAgain { count } => text!(finding_would_seal_again, count),
        Finding::VersionUntold { stated } if stated.is_empty() => {
            w.finding_version_not_stated.to_owned()
        }
        Finding::VersionUntold { stated } => {
            text!(finding_version_untold, stated)
        }
        Finding::SystemMailBroken { version } => {
            text!(finding_system_mail_broken, version)
        }
        Finding::Nested { count } => text!(finding_nested, count),
        Finding::Salvageable { count } => text!(finding_salvageable, count),
        Finding::OlderFound { count } => text!(finding_older_found, count),
        Finding::OlderOffered { count } => text!(finding_older_offered, count),
        Finding::FailedMails { count } => text!(finding_failed_mails, count),
        Finding::PasswordInLog { count } => text!(finding_password_in_log, count),
        Finding::ProbablyWiped { owner, place, kind } => text!(
            finding_probably_wiped,
            owner,
            place = place::of_kind(place, *kind)
        ),
        Finding::LicencesUnreadable { count } => text!(finding_licences, count),
        Finding::PublishedKey {
            key,
            published,
            effective,
        } => {
            if *effective {
                text!(finding_published_key_in_force, key, published)
            } else {
                text!(finding_published_key, key, published)
            }
        }
        Finding::GivenKeyUseless { key, place } => {
            text!(finding_given_key_useless, key, source = source(place))
        }
        Finding::DatabaseSettingsDiffer => w.finding_database_settings_differ.to_owned(),
        Finding::RootOwned { path } => {
            text!(finding_root_owned, path = shown(&path))
        }
        Finding::NotTransactional { table } => {
            text!(finding_not_transactional, table)
        }
        Finding::OlderSchema { missing } => {
            text!(finding_older_schema, missing)
        }
        Finding::NotRoot => w.finding_not_root.to_owned(),
        Finding::NotWritable { help, .. } => text!(finding_not_writable, help),
        Finding::UnfinishedRun { run } => {
            match run.kind {
                // It is itself the way back.
                RunKind::Undo => text!(
                    finding_unfinished_undo,
                    unfinished = journal::unfinished(run)
                ),
                _ => text!(finding_unfinished, unfinished = journal::unfinished(run)),
            }
        }
        Finding::JournalUnreadable { why } => {
            format!("{} {}", w.journal_unusable, why)
        }
        Finding::AnotherRun {
            pid,
            host,
            user,
            since,
        } => journal::another(*pid, host, user, since),
        Finding::InstallPageDangerous => w.finding_install_page.to_owned(),
        Finding::EnvWorldReadable { paths, user, link } => {
            hints::world_readable(paths, user.as_deref(), link.as_deref())
        }
        Finding::CacheOlderThanEnv { built, changed } => hints::cache_older(*built, *changed),
        Finding::KeyHasNoCopy { command } => text!(finding_key_has_no_copy, command),
    }
}

/// What a secret is: "incoming password".
pub fn kind(kind: SecretKind) -> &'static str {
    let w = words();
    match kind {
        SecretKind::Incoming => w.kind_incoming,
        SecretKind::Outgoing => w.kind_outgoing,
        SecretKind::OAuth(_) => w.kind_oauth,
        SecretKind::SystemMail => w.kind_system_mail,
        SecretKind::ModuleOption => w.kind_module_option,
        SecretKind::License => w.kind_license,
        SecretKind::InvitedUser => w.kind_invited_user,
        SecretKind::EnvValue => w.kind_env_value,
    }
}

/// Where a key was found: `.env, line 12`.
pub fn source(source: &Source) -> String {
    let w = words();
    let mut text = match (&source.path, source.kind) {
        (Some(path), _) => shown(&path).to_string(),
        (None, SourceKind::ProcessEnvironment) => w.source_process_environment.to_owned(),
        (None, SourceKind::Given) => w.source_given.to_owned(),
        // What is no file came through it, be it a text or an archive.
        (None, _) => w.source_stdin.to_owned(),
    };
    if let Some(created) = &source.backup {
        text = text!(source_backup, created = journal::time(created), path = text);
    }
    if let Some(layer) = &source.layer {
        text = in_layer(layer, text);
    }
    for member in &source.inside {
        text.push_str(" › ");
        text.push_str(&shown(member).to_string());
    }
    if let Some(line) = source.line {
        text.push_str(&text!(source_line, line));
    }
    if let Some(spelling) = source.spelling {
        let fault = misspelled(spelling);
        text.push_str(&text!(source_misspelled, fault));
    }
    if let Some(date) = source
        .modified
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
    {
        text.push_str(&format!(" · {}", date.strftime("%Y-%m-%d")));
    }
    text
}

/// A file in a layer of a container's files: whose it is, and what it is there; `path` is what it is here.
fn in_layer(layer: &InLayer, path: String) -> String {
    let inside = shown(&layer.path);
    let Some(name) = &layer.container else {
        return text!(source_layer_of_none, inside, path);
    };
    let container = found::container(&Container {
        runtime: layer.runtime,
        name: Some(name.raw().clone()),
        ..Container::default()
    });
    text!(source_layer, container, inside, path)
}

/// What is wrong with the spelling of a key, as a clause.
pub fn misspelled(spelling: Spelling) -> &'static str {
    let w = words();
    match spelling {
        Spelling::NoPrefix => w.misspelled_no_prefix,
        Spelling::Prefix => w.misspelled_prefix,
        Spelling::Quotes => w.misspelled_quotes,
        Spelling::Comment => w.misspelled_comment,
        Spelling::Assignment => w.misspelled_assignment,
        Spelling::Blanks => w.misspelled_blanks,
        Spelling::Foreign => w.misspelled_foreign,
        Spelling::ByteOrderMark => w.misspelled_byte_order_mark,
        Spelling::Utf16 => w.misspelled_utf16,
        Spelling::Wrapped => w.misspelled_wrapped,
        Spelling::UrlSafe => w.misspelled_url_safe,
        Spelling::Path => w.misspelled_path,
        Spelling::Other => w.misspelled_other,
    }
}

/// A line of `.env` that FreeScout does not get past, and the variable on it where that is known.
pub fn refused_line(refused: &RefusedLine, name: Option<&str>) -> String {
    match name {
        Some(_) => text!(
            env_refused_line_named,
            line = refused.line,
            why = refused.kind,
            name = name.unwrap_or_default()
        ),
        None => text!(error_line, line = refused.line, why = refused.kind),
    }
}

/// A password that was seen in a log: where and when. Never what it says.
pub fn logged(logged: &LoggedPassword) -> String {
    let seen_in = logged.seen_in.to_string();
    match logged.date {
        Some(date) => text!(logged, date = date.strftime("%Y-%m-%d"), seen_in),
        None => text!(logged_undated, seen_in),
    }
}

/// What FreeScout cannot read of all that is stored or needed, by what is so: nothing where it reads everything. The
/// numbers make up what [`Summary::readable`] leaves of [`Summary::all`].
pub fn rest(summary: &Summary) -> String {
    let plaintext = summary.plaintext - summary.plaintext_works - summary.plaintext_untold;
    let some = |count: usize, text: &dyn Fn(usize) -> String| (count > 0).then(|| text(count));
    let parts = [
        some(summary.other_key, &|count| text!(rest_other_key, count)),
        some(summary.unknown_key, &|count| text!(rest_unknown_key, count)),
        some(summary.damaged, &|count| text!(rest_damaged, count)),
        some(plaintext, &|count| text!(rest_plaintext, count)),
        some(summary.plaintext_untold, &|count| text!(rest_untold, count)),
        some(summary.nested, &|count| text!(rest_nested, count)),
        some(summary.missing, &|count| text!(rest_missing, count)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    joined::list(&parts)
}

/// A key, as a line.
pub fn key(key: &KeyReport, total: usize) -> String {
    let w = words();
    let opens = if key.opens == 0 {
        w.key_opens_nothing.to_owned()
    } else {
        text!(key_opens, opens = key.opens, total)
    };
    let mut text = format!("{}  {opens}", key.name());
    if key.effective {
        text.push_str(w.key_in_force);
    }
    if key.mails > 0 {
        text.push_str(&text!(key_mails, mails = key.mails));
    }
    if let Some(published) = key.published {
        // What encrypts nothing here need not be changed.
        text.push_str(&match key.effective || key.opens > 0 {
            true => text!(key_published, published),
            false => text!(key_published_useless, published),
        });
    }
    text
}

/// Why a strategy is recommended.
pub fn why(why: Why, rules: &Rules) -> String {
    let w = words();
    match why {
        Why::OldKeyOpensMore if !rules.replies_carry_hashes() => w.why_old_key_opens_most,
        Why::PublishedKey => w.why_published_key,
        Why::OldKeyOpensMore => w.why_old_key_opens_more,
        Why::Misspelled => w.why_misspelled,
        Why::OldKeyConfigured => w.why_old_key_configured,
        Why::OldKeySentMore => w.why_old_key_sent_more,
        Why::CurrentKeyServesMore => w.why_current_key_serves_more,
        Why::KeySettled => w.why_key_settled,
        Why::KeyIsOutOfReach => w.why_key_is_out_of_reach,
        Why::OnlyRepairs => w.why_only_repairs,
        Why::NothingToOpen => w.why_nothing_to_open,
        Why::KeyMissing => w.why_key_missing,
        Why::NoUsableKey => w.why_no_usable_key,
    }
    .to_owned()
}

/// What must happen before anything can be recommended, and how that is done.
pub fn need(need: Need, assessment: &Assessment) -> [String; 2] {
    let w = words();
    match need {
        Need::OldKey => [w.need_old_key.to_owned(), w.need_old_key_next.to_owned()],
        Need::Environment => elsewhere::set_in_environment(assessment),
        Need::MissingKeyThenEnvironment => {
            let said = [w.need_missing_key, w.need_missing_key_next];
            said.map(str::to_owned)
        }
    }
}

/// Why a strategy is not possible.
pub fn impossible(impossible: Impossible) -> String {
    let w = words();
    match impossible {
        Impossible::NoOldKey => w.impossible_no_old_key,
        Impossible::NoKeyInForce => w.impossible_no_key_in_force,
        Impossible::KeyOutOfReach => w.impossible_key_out_of_reach,
    }
    .to_owned()
}

/// That a folder of ours will not last, and why.
pub fn fleeting(folder: &std::path::Path, fleeting: Fleeting) -> String {
    let w = words();
    let why = match fleeting {
        Fleeting::Memory => w.lasts_in_memory,
        Fleeting::Container => w.lasts_in_container,
        Fleeting::Pod => w.lasts_in_pod,
        Fleeting::NamelessVolume => w.lasts_nameless,
        Fleeting::Service => w.lasts_in_service,
        Fleeting::Emptied => w.lasts_emptied,
    };
    let path = shown(&folder).to_string();
    text!(lasts_not, path, why)
}

/// What becomes of the config cache and the workers: these stay where their memory may be the last place of a key.
pub fn followed(refresh: &CacheRefresh, assessment: &Assessment) -> String {
    let w = words();
    match refresh {
        CacheRefresh::NotNeeded => w.apply_cache_stays.to_owned(),
        _ if assessment.workers_stay() => w.apply_workers_stay.to_owned(),
        CacheRefresh::ByFreeScout => w.apply_cache_cleared.to_owned(),
        CacheRefresh::ByUs {
            why,
            tells_workers: true,
        } => text!(apply_cache_removed, why),
        CacheRefresh::ByUs {
            why,
            tells_workers: false,
        } => text!(apply_cache_removed_only, why),
    }
}

/// What a plan does beside the rows: the key it writes, the cache, the workers. `None` where the key stays.
pub fn key_written(plan: &Plan, assessment: &Assessment) -> Option<String> {
    let w = words();
    let key = match plan.target {
        TargetKey::Fresh => w.apply_new_key.to_owned(),
        TargetKey::Known(key) => assessment.name(key),
    };
    match plan.write_key {
        Some(KeyHome::EnvFile) => Some(text!(apply_key_env, key)),
        Some(KeyHome::KeyFile) => {
            let sources = assessment.keys.iter().flat_map(|key| &key.sources);
            let mut of_file = sources.filter(|source| source.kind == SourceKind::KeyFile);
            let path = of_file.find_map(|source| source.path.as_ref());
            let path = path.map(|path| shown(path).to_string());
            let path = path.unwrap_or_else(|| "APP_KEY_FILE".to_owned());
            Some(text!(apply_key_file, path, key))
        }
        Some(KeyHome::ProcessEnvironment) | None => None,
    }
}
