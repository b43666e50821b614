//! Keys that stand in the install itself: the current one, the configured one, commented and glued lines, copies of
//! `.env`, the process environment and that of a container; and what is nearly a key there, with what is wrong with its spelling.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::domain::config::{ConfiguredKey, KeySource, dotenv};
use crate::domain::key::app_key::{self, AppKey, Fingerprint};
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::key::spelling::{self, NearKey, Spelling};
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::io::install::{self, Install};

/// A file that holds a key and is larger than this is something else.
const MAX_KEY_FILE: u64 = 64 << 10;

/// What a path may stand in.
const QUOTES: [u8; 2] = *b"'\"";

/// Collects them all, and says which one is current. A container's are those of the system below this folder.
pub(super) fn collect(
    install: &Install,
    system: &Path,
    ring: &mut KeyRing,
    findings: &mut Vec<Finding>,
) {
    let in_force = install.key_in_force();
    let configured = install.key_without_cache();
    for key in [&in_force, &configured] {
        add_configured(install, key, ring, findings);
    }
    ring.set_effective(
        AppKey::parse(in_force.text.expose())
            .ok()
            .map(|k| k.fingerprint()),
    );
    if let Some(file) = &install.env_file {
        add_env_lines(ring, &file.bytes, SourceKind::Env, &file.path);
    }
    if let Some(file) = &install.key_file {
        // FreeScout trims it: with the line end it would be another key.
        add_text(
            ring,
            file.bytes.trim_ascii(),
            &Source::file(SourceKind::KeyFile, &file.path, None),
        );
    }
    if let (Some(_), Some(name)) = (&install.key_file_unread, install.key_file_name()) {
        // Quotes or spaces may be all that is wrong with its name.
        if let Some(path) = path_in(name.expose()) {
            add_named_file(install, ring, path, &Source::of(SourceKind::KeyFile));
        }
    }
    if let Some(text) = install.key_of_environment() {
        let source = Source::of(SourceKind::ProcessEnvironment);
        add_text(ring, text.expose(), &source);
    }
    for file in install.copies_of_env() {
        add_env_lines(ring, &file.bytes, SourceKind::File, &file.path);
    }
    for file in install::container_keys(system) {
        let source = Source::file(SourceKind::File, &file.path, None);
        add_text(ring, file.bytes.trim_ascii(), &source);
    }
}

/// A configured text: a key; or two that are glued; or what is nearly one; or no key at all.
fn add_configured(
    install: &Install,
    configured: &ConfiguredKey,
    ring: &mut KeyRing,
    findings: &mut Vec<Finding>,
) {
    let (text, source) = (configured.text.expose(), source_of(install, configured));
    let parsed = AppKey::parse(text);
    let error = parsed.as_ref().err().copied();
    if let Ok(key) = parsed {
        ring.add(key, source.clone());
    }
    let mut found: Vec<Finding> = Vec::new();
    let glued = app_key::split_glued(text);
    if error.is_some() && !glued.is_empty() {
        found.push(Finding::GluedKey {
            line: source.line.unwrap_or(0),
        });
        for part in glued {
            if let Ok(key) = AppKey::parse(part) {
                ring.add(key, source.clone());
            }
        }
    } else if let Some(name) = path_in(text) {
        // 32 characters of a path are a key to Laravel, and still a path.
        for key in add_named_file(install, ring, name, &source) {
            found.push(misspelled(ring, key, Spelling::Path, &source));
        }
    } else if error.is_some() {
        for key in near(install, configured) {
            let source = match key.line {
                Some(line) => Source {
                    line: Some(line),
                    ..source.clone()
                },
                None => source.clone(),
            };
            let spelling = key.near.spelling;
            let key = add_near(ring, key.near, &source);
            found.push(misspelled(ring, key, spelling, &source));
        }
    }
    if let (Some(error), true) = (error, found.is_empty()) {
        found.push(Finding::UnusableKey { error });
    }
    for finding in found {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

struct Near {
    near: NearKey,
    line: Option<u64>,
}

/// What a configured text nearly is. In `.env` the line itself is looked at: what FreeScout reads of it may be half of it,
/// or nothing. The first line that sets the variable counts; where none does, what speaks of it.
fn near(install: &Install, configured: &ConfiguredKey) -> Vec<Near> {
    let of_text = || spelling::near_keys(configured.text.expose()).into_iter();
    match (configured.source, &install.env_file, &install.key_file) {
        (KeySource::KeyFile, _, Some(file)) => {
            let near = spelling::near_keys(&file.bytes).into_iter();
            near.map(|near| Near { near, line: None }).collect()
        }
        (KeySource::Env | KeySource::Nowhere, Some(file), _) => {
            let counts = dotenv::first_line_of_app_key(&file.bytes);
            let mut all: Vec<Near> = of_text().map(|near| Near { near, line: counts }).collect();
            for near in spelling::near_lines(&file.bytes) {
                let known = all.iter().any(|n| n.near.key.same_bytes(&near.near.key));
                if !known && counts.is_none_or(|line| near.line == line) {
                    all.push(Near {
                        near: near.near,
                        line: Some(near.line),
                    });
                }
            }
            all
        }
        _ => of_text().map(|near| Near { near, line: None }).collect(),
    }
}

fn misspelled(
    ring: &KeyRing,
    fingerprint: Fingerprint,
    spelling: Spelling,
    place: &Source,
) -> Finding {
    let label = ring.label(fingerprint);
    Finding::MisspelledKey {
        key: KeyName { label, fingerprint },
        spelling,
        place: place.clone(),
    }
}

/// Adds a text that is a key, or nearly one, or the path of a file that holds one.
fn add_text(ring: &mut KeyRing, text: &[u8], source: &Source) {
    if let Ok(key) = AppKey::parse(text) {
        ring.add(key, source.clone());
    }
    for near in spelling::near_keys(text) {
        add_near(ring, near, source);
    }
}

/// Adds a misspelled key in both texts that it may have been, and names it by the usual one.
fn add_near(ring: &mut KeyRing, near: NearKey, source: &Source) -> Fingerprint {
    let fingerprint = near.key.fingerprint();
    for key in std::iter::once(near.key).chain(near.as_written) {
        ring.add(key, source.clone().misspelled(near.spelling));
    }
    fingerprint
}

fn add_env_lines(ring: &mut KeyRing, bytes: &[u8], kind: SourceKind, path: &Path) {
    for line in dotenv::lines_mentioning_app_key(bytes) {
        for text in &line.texts {
            for part in [text.expose()]
                .into_iter()
                .chain(app_key::split_glued(text.expose()))
            {
                if let Ok(key) = AppKey::parse(part) {
                    ring.add(key, Source::file(kind, path, Some(line.line)));
                }
            }
        }
    }
    for near in spelling::near_lines(bytes) {
        let source = Source::file(kind, path, Some(near.line));
        add_near(ring, near.near, &source);
    }
}

/// The absolute path that stands where a key should.
fn path_in(text: &[u8]) -> Option<&Path> {
    let text = text.trim_ascii();
    let text = match text {
        [quote, inner @ .., last] if quote == last && QUOTES.contains(quote) => inner,
        _ => text,
    };
    let text = text.strip_prefix(b"file://").unwrap_or(text);
    let path = Path::new(OsStr::from_bytes(text));
    (path.is_absolute() && !text.contains(&0)).then_some(path)
}

/// Adds the keys of a file whose path stands where a key, or another path, should: if FreeScout could read it.
fn add_named_file(
    install: &Install,
    ring: &mut KeyRing,
    path: &Path,
    named_at: &Source,
) -> Vec<Fingerprint> {
    let Ok(file) = install.read_as_freescout(path, MAX_KEY_FILE) else {
        return Vec::new();
    };
    let in_file = Source::file(SourceKind::KeyFile, &file.path, None);
    let mut found = Vec::new();
    let trimmed = file.bytes.trim_ascii();
    if let Ok(key) = AppKey::parse(trimmed) {
        found.push(key.fingerprint());
        ring.add(key, in_file.clone());
    }
    for near in spelling::near_keys(trimmed) {
        found.push(add_near(ring, near, &in_file));
    }
    for fingerprint in found
        .iter()
        .filter(|_| named_at.kind != SourceKind::KeyFile)
    {
        let source = named_at.clone().misspelled(Spelling::Path);
        ring.also_at(*fingerprint, source);
    }
    found
}

fn source_of(install: &Install, key: &ConfiguredKey) -> Source {
    match key.source {
        KeySource::ConfigCache => Source::file(SourceKind::ConfigCache, install.cache_path(), None),
        KeySource::ProcessEnvironment => Source::of(SourceKind::ProcessEnvironment),
        KeySource::KeyFile => match &install.key_file {
            Some(file) => Source::file(SourceKind::KeyFile, &file.path, None),
            None => Source::of(SourceKind::KeyFile),
        },
        KeySource::Env | KeySource::Nowhere => {
            let line = install
                .env()
                .assignments()
                .iter()
                .find(|a| a.name == b"APP_KEY" && a.standing == dotenv::SetterEffect::Set)
                .map(|a| a.line);
            Source::file(SourceKind::Env, install.env_path(), line)
        }
    }
}
