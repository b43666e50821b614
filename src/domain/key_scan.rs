//! Finds texts that may be an APP_KEY in bytes of any kind: configuration, logs, shell history, swap files, JSON, YAML,
//! PHP, mails, UTF-16.
//!
//! Two marks give a key away: the prefix `base64:` with 43 digits behind it, and a name like `APP_KEY` with a value.
//! Whether a text is a key of this install is not decided here: only opening a payload tells.

use memchr::memmem;
use zeroize::Zeroizing;

use super::app_key::AppKey;
use super::dotenv;
use super::secret::SecretBytes;

/// A key, its name and everything between lie within this many bytes.
pub const REACH: usize = 1024;
/// Base64 digits of 32 bytes, without padding.
const DIGITS: usize = 43;
/// A file larger than this is not a bare key.
const BARE_FILE: usize = 256;
const NAMES: [&[u8]; 6] = [
    b"APP_KEY", b"app_key", b"APP-KEY", b"app-key", b"appKey", b"AppKey",
];
/// The member of `config/app.php`, also in a cached configuration: only a quoted one, the word is too common.
const QUOTED_KEY: [&[u8]; 2] = [b"'key'", b"\"key\""];

/// A text that may be a key.
pub struct Hit {
    /// Where its mark begins.
    pub offset: usize,
    /// The text as a configuration would hold it.
    pub text: SecretBytes,
    /// Whether a prefix or a name says that it is a key. Without one it is worth showing only if it opens something.
    pub named: bool,
}

/// Reports every hit whose mark begins before `until`. Marks close to the end of `window` may be cut: give the bytes
/// behind them again, with [`REACH`] to spare.
pub fn scan(window: &[u8], until: usize, hit: &mut dyn FnMut(Hit)) {
    scan_narrow(window, until, hit);
    for (start, narrow) in wide(window) {
        let inner_until = until.saturating_sub(start).div_ceil(2);
        scan_narrow(&narrow, inner_until, &mut |h| {
            hit(Hit {
                offset: start + 2 * h.offset,
                ..h
            })
        });
    }
}

/// The key of a file that holds nothing else.
pub fn bare(file: &[u8]) -> Option<SecretBytes> {
    if file.len() > BARE_FILE {
        return None;
    }
    let text = file
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(file)
        .trim_ascii();
    as_key(text)
}

/// The text itself where Laravel takes it, or with the prefix that somebody left out.
fn as_key(text: &[u8]) -> Option<SecretBytes> {
    if AppKey::parse(text).is_ok() {
        return Some(text.into());
    }
    let digits = text.strip_suffix(b"=").unwrap_or(text);
    if digits.len() != DIGITS || !digits.iter().copied().all(is_digit) {
        return None;
    }
    let mut prefixed = Vec::with_capacity(text.len() + 7);
    prefixed.extend_from_slice(b"base64:");
    prefixed.extend_from_slice(text);
    Some(prefixed.into())
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn scan_narrow(window: &[u8], until: usize, hit: &mut dyn FnMut(Hit)) {
    let anchors = |mark: &'static [u8]| {
        memmem::find_iter(window, mark)
            .take_while(move |at| *at < until)
            .collect::<Vec<usize>>()
    };
    for offset in anchors(b"base64") {
        if let Some(text) = prefixed(&window[offset + 6..]) {
            hit(Hit {
                offset,
                text,
                named: true,
            });
        }
    }
    for (names, named) in [(&NAMES[..], true), (&QUOTED_KEY[..], false)] {
        for name in names {
            for offset in anchors(name) {
                let end = window.len().min(offset + REACH);
                for text in values(&window[offset + name.len()..end]) {
                    // The prefix is a mark of its own, and already reported.
                    if !text.expose().starts_with(b"base64:")
                        || !has_prefix_nearby(&window[offset..end])
                    {
                        hit(Hit {
                            offset,
                            text,
                            named,
                        });
                    }
                }
            }
        }
    }
}

fn has_prefix_nearby(line: &[u8]) -> bool {
    memmem::find(first_line(line), b"base64:").is_some()
}

/// One byte of a text that may be escaped for JSON, PHP, a URL or a mail, and how many bytes it takes.
fn unescaped(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [b'\\', b'\\', b'/', ..] => Some((b'/', 3)),
        [b'\\', b'/', ..] => Some((b'/', 2)),
        [b'%', high, low, ..] => hex_byte(*high, *low).map(|byte| (byte, 3)),
        [b'\\', b'u', b'0', b'0', high, low, ..] => hex_byte(*high, *low).map(|byte| (byte, 6)),
        [byte, ..] => Some((*byte, 1)),
        [] => None,
    }
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// What follows `base64`: a colon, 43 digits, perhaps the padding.
fn prefixed(mut rest: &[u8]) -> Option<SecretBytes> {
    let (colon, length) = unescaped(rest)?;
    if colon != b':' {
        return None;
    }
    rest = &rest[length..];
    let mut text = Vec::with_capacity(7 + DIGITS + 1);
    text.extend_from_slice(b"base64:");
    while text.len() < 7 + DIGITS {
        let (byte, length) = unescaped(rest)?;
        if !is_digit(byte) {
            return None;
        }
        text.push(byte);
        rest = &rest[length..];
    }
    match unescaped(rest) {
        Some((b'=', _)) => text.push(b'='),
        // A longer run is no key, unless another key is glued to this one.
        Some((byte, _)) if is_digit(byte) && !rest.starts_with(b"base64") => return None,
        _ => {}
    }
    Some(text.into())
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | 0))
        .unwrap_or(bytes.len());
    &bytes[..end]
}

/// The values that may be meant behind a name, each as some grammar reads it.
fn values(after: &[u8]) -> Vec<SecretBytes> {
    // APP_KEY_FILE and its like are other names.
    if after
        .first()
        .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
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
    let mut found: Vec<SecretBytes> = Vec::new();
    let mut add = |text: &[u8]| {
        if let Some(key) = as_key(text)
            && !found.contains(&key)
        {
            found.push(key);
        }
    };
    let as_env = [b"APP_KEY=", value].concat();
    for line in dotenv::lines_mentioning_app_key(&as_env) {
        line.texts.iter().for_each(|text| add(text.expose()));
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

/// What stands behind the sign that assigns: `=`, `=>`, `:`, `,`, `>`, or a blank.
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

/// Stretches of UTF-16 (Windows editors, PowerShell's `>`), with every second byte left out, and where they begin.
fn wide(window: &[u8]) -> Vec<(usize, Zeroizing<Vec<u8>>)> {
    let mut found = Vec::new();
    let marks: [&[u8]; 2] = [b"b\0a\0s\0e\x006\x004\0:", b"A\0P\0P\0_\0K\0E\0Y"];
    for mark in marks {
        for at in memmem::find_iter(window, mark) {
            let end = window.len().min(at + 2 * REACH);
            let narrow = window[at..end]
                .chunks(2)
                .take_while(|pair| pair.get(1).is_none_or(|high| *high == 0));
            found.push((at, Zeroizing::new(narrow.map(|pair| pair[0]).collect())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "this is a throw-away example key";
    const SEALED: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn hits(text: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, text.len(), &mut |h| {
            found.push(String::from_utf8_lossy(h.text.expose()).into_owned());
        });
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn a_prefixed_key_is_found_in_any_dress() {
        let digits = "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZX+/";
        let slashed = format!("base64:{}=", &digits[1..]);
        for text in [
            slashed.clone(),
            format!("\"{}\"", slashed.replace('/', "\\/")),
            format!(
                "k={}",
                slashed
                    .replace('+', "%2B")
                    .replace('/', "%2F")
                    .replace('=', "%3D")
                    .replace(':', "%3A")
            ),
            format!("x{}y", slashed.replace('/', "\\u002f")),
            format!("{}3D", slashed),
        ] {
            assert_eq!(
                hits(text.as_bytes()),
                std::slice::from_ref(&slashed),
                "{text}"
            );
        }
        let wide: Vec<u8> = format!("APP_KEY={SEALED}\r\n")
            .bytes()
            .flat_map(|b| [b, 0])
            .collect();
        assert_eq!(hits(&wide), [SEALED]);
    }

    #[test]
    fn glued_keys_are_two_and_longer_runs_are_none() {
        let other = SEALED.replace("dGhp", "AAAA");
        assert_eq!(
            hits(format!("APP_KEY={other}{SEALED}").as_bytes()),
            [other.clone(), SEALED.to_owned()]
        );
        let unpadded = SEALED.trim_end_matches('=');
        assert_eq!(
            hits(format!("{unpadded}{SEALED}").as_bytes()),
            [unpadded, SEALED]
        );
        assert!(hits(format!("{unpadded}AAAA").as_bytes()).is_empty());
        assert!(
            hits(b"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAA")
                .is_empty()
        );
    }

    #[test]
    fn plain_keys_are_found_behind_their_name() {
        let word = "0123456789abcdef0123456789ABCDEF";
        for text in [
            format!("APP_KEY={word}\n"),
            format!("export APP_KEY='{word}'"),
            format!("  - APP_KEY={word}\r\n"),
            format!("{{\"APP_KEY\":\"{word}\"}}"),
            format!("APP_KEY: \"{word}\"  # old"),
            format!("- name: APP_KEY\n  value: {word}\n"),
            format!("define('APP_KEY', '{word}');"),
            format!("<APP_KEY>{word}</APP_KEY>"),
            format!("b0VIM\0\0APP_KEY={word}\0DB_HOST=x\0"),
            format!("ENV APP_KEY {word}"),
            format!("#OLD_APP_KEY={word}"),
            format!("'key' => '{word}',"),
        ] {
            assert_eq!(hits(text.as_bytes()), [word], "{text}");
        }
    }

    #[test]
    fn blanks_and_escapes_inside_quotes_are_kept_or_undone() {
        assert_eq!(hits(format!("APP_KEY=\"{PLAIN}\"").as_bytes()), [PLAIN]);
        let odd = "a\"b\\c'd e#f$g0123456789012345678";
        assert_eq!(odd.len(), 32);
        let escaped = odd.replace('\\', "\\\\").replace('"', "\\\"");
        assert_eq!(hits(format!("APP_KEY=\"{escaped}\"").as_bytes()), [odd]);
    }

    #[test]
    fn a_missing_prefix_is_put_back() {
        let bare_text = SEALED.trim_start_matches("base64:");
        assert_eq!(hits(format!("app_key: {bare_text}").as_bytes()), [SEALED]);
        assert_eq!(
            bare(format!("{bare_text}\n").as_bytes()).map(|k| k.expose().to_vec()),
            Some(SEALED.into())
        );
        assert_eq!(
            bare(PLAIN.as_bytes()).map(|k| k.expose().to_vec()),
            Some(PLAIN.into())
        );
    }

    #[test]
    fn other_names_are_not_taken() {
        assert!(hits(b"APP_KEY_FILE=0123456789abcdef0123456789ABCDEF").is_empty());
        assert!(hits(b"APP_KEY=").is_empty());
        assert!(hits(b"APP_KEY").is_empty());
    }

    #[test]
    fn marks_behind_the_limit_wait_for_the_next_window() {
        let text = format!("{}{SEALED}", "x".repeat(100));
        let mut count = 0;
        scan(text.as_bytes(), 100, &mut |_| count += 1);
        assert_eq!(count, 0);
        scan(text.as_bytes(), 101, &mut |h| {
            assert_eq!(h.offset, 100);
            count += 1;
        });
        assert_eq!(count, 1);
    }
}
