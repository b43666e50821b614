//! The values that may be meant behind a name like `APP_KEY`, in the grammars it is written in: `.env`, shells, YAML,
//! JSON, PHP, XML, Dockerfiles.

use memchr::memmem;
use zeroize::Zeroizing;

use super::digits::{PREFIX, as_key};
use crate::domain::config::dotenv;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::KEY_LEN;

/// No spelling of a key is longer, however it is escaped.
const MAX_VALUE: usize = 320;

/// The values that may be meant behind a name, each as some grammar reads it. What has the prefix `base64:` is left out:
/// that is a mark of its own. A member `'key'` is never written as in a `.env`.
pub(super) fn values(after: &[u8], as_env: bool) -> Vec<SecretBytes> {
    // APP_KEY_FILE and its like are other names.
    if after
        .first()
        .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
        return Vec::new();
    }
    if !as_env && is_short(after) {
        return Vec::new();
    }
    let line = first_line(after);
    let mut value = assigned(line);
    if value.is_empty() {
        // Kubernetes and compose files put `value:` on the next line.
        let next = after
            .get(line.len()..)
            .unwrap_or_default()
            .trim_ascii_start();
        match first_line(next).strip_prefix(b"value:") {
            Some(rest) => value = rest.trim_ascii(),
            None => return Vec::new(),
        }
    }
    if value.len() < KEY_LEN {
        return Vec::new();
    }
    let value = &value[..value.len().min(MAX_VALUE)];
    let text = value.strip_prefix(b"\"").or(value.strip_prefix(b"'"));
    if text.unwrap_or(value).starts_with(PREFIX) {
        return Vec::new();
    }
    let mut found: Vec<SecretBytes> = Vec::new();
    let mut add = |text: &[u8]| {
        if let Some(key) = as_key(text)
            && !(key.expose().starts_with(PREFIX) && memmem::find(line, PREFIX).is_some())
            && !found.contains(&key)
        {
            found.push(key);
        }
    };
    if as_env {
        let line = Zeroizing::new([b"APP_KEY=", value].concat());
        for line in dotenv::lines_mentioning_app_key(&line) {
            line.texts.iter().for_each(|text| add(text.expose()));
        }
    }
    match value {
        [quote @ (b'"' | b'\''), inner @ ..] => {
            let (raw, unescaped) = quoted(*quote, inner);
            add(raw);
            add(&unescaped);
        }
        bare => {
            let word = bare
                .split(|b| b.is_ascii_whitespace())
                .next()
                .unwrap_or_default();
            add(word);
            add(word
                .split(|b| matches!(b, b'<' | b',' | b';' | b'"' | b'\'' | b')'))
                .next()
                .unwrap_or_default());
        }
    }
    found
}

/// Whether a quoted value is over too soon: most members of that name are short, and then the rest of their line, which
/// may be long, matters nothing.
fn is_short(after: &[u8]) -> bool {
    let [quote @ (b'"' | b'\''), inner @ ..] = assigned(&after[..after.len().min(2 * KEY_LEN)])
    else {
        return false;
    };
    inner
        .windows(2)
        .take(KEY_LEN - 1)
        .any(|pair| pair[1] == *quote && pair[0] != b'\\')
}

/// What stands behind the sign that assigns: `=`, `=>`, `:`, `,`, `>`, or a space.
fn assigned(line: &[u8]) -> &[u8] {
    let closing = line
        .iter()
        .take_while(|b| matches!(b, b'"' | b'\'' | b']' | b')' | b' ' | b'\t'))
        .count();
    let rest = &line[closing..];
    for sign in [&b"=>"[..], b":=", b"=", b":", b",", b">"] {
        if let Some(value) = rest.strip_prefix(sign) {
            return value.trim_ascii();
        }
    }
    if closing > 0 { rest.trim_ascii() } else { &[] }
}

/// The text up to its closing quote, as it stands and without its backslashes.
fn quoted(quote: u8, inner: &[u8]) -> (&[u8], Zeroizing<Vec<u8>>) {
    let mut unescaped = Zeroizing::new(Vec::with_capacity(inner.len()));
    let mut at = 0;
    while at < inner.len() && inner[at] != quote {
        let escapes = inner[at] == b'\\'
            && inner
                .get(at + 1)
                .is_some_and(|b| matches!(b, b'\\' | b'"' | b'\'' | b'/'));
        if escapes {
            at += 1;
        }
        unescaped.push(inner[at]);
        at += 1;
    }
    (&inner[..at], unescaped)
}

fn first_line(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr3(b'\n', b'\r', 0, bytes).unwrap_or(bytes.len())]
}
