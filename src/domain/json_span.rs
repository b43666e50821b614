//! Finds where a text member stands inside JSON, so that it can be replaced and every other byte be kept.
//!
//! `mailboxes.meta` may hold anything beside the OAuth tokens; re-writing it through a JSON library would reorder and
//! re-escape it. The document is validated by `serde_json` first; this room only finds places in it. Of duplicate
//! members the last wins, as in PHP.

use std::ops::Range;

/// The bytes between (not including) the quotes of the text at `path` (member names, outermost first).
/// `None` when the document is not JSON, or there is no text there.
pub fn text_span(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).ok()?;
    let mut at = skip_blanks(json, 0);
    for name in path {
        at = member(json, at, name)?;
    }
    (json.get(at) == Some(&b'"')).then(|| at + 1..string_end(json, at) - 1)
}

/// `text` as the inside of a JSON string, written as PHP's `json_encode` writes ASCII (`/` becomes `\/`).
pub fn escape_ascii(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('/', "\\/")
}

/// Start of the value of the last member called `name` of the object at `at`.
fn member(json: &[u8], at: usize, name: &str) -> Option<usize> {
    if json.get(at) != Some(&b'{') {
        return None;
    }
    let (mut at, mut found) = (skip_blanks(json, at + 1), None);
    while json.get(at) == Some(&b'"') {
        let end = string_end(json, at);
        let is_it = serde_json::from_slice::<String>(&json[at..end]).is_ok_and(|n| n == name);
        // The document is valid: a colon follows, blanks around it.
        at = skip_blanks(json, skip_blanks(json, end) + 1);
        if is_it {
            found = Some(at);
        }
        at = skip_blanks(json, value_end(json, at));
        if json.get(at) == Some(&b',') {
            at = skip_blanks(json, at + 1);
        }
    }
    found
}

fn skip_blanks(json: &[u8], from: usize) -> usize {
    json[from.min(json.len())..]
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .map_or(json.len(), |n| from + n)
}

/// One past the closing quote of the string at `at`.
fn string_end(json: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while at < json.len() && json[at] != b'"' {
        at += if json[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(json.len())
}

/// One past the value at `at`, by counting brackets outside of strings.
fn value_end(json: &[u8], at: usize) -> usize {
    let (mut at, mut depth) = (at, 0usize);
    while at < json.len() {
        match json[at] {
            b'"' => {
                at = string_end(json, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATH: [&str; 2] = ["oauth", "a_token"];

    fn found(json: &str) -> Option<&str> {
        text_span(json.as_bytes(), &PATH).map(|span| &json[span])
    }

    #[test]
    fn finds_the_token_php_would_read() {
        assert_eq!(
            found(r#"{"oauth":{"provider":"ms","a_token":"eyJ\/x=","r_token":"r"}}"#),
            Some("eyJ\\/x=")
        );
        assert_eq!(
            found(r#" { "x" : [1,{"oauth":2}] , "oauth" : { "a_token" : "1", "a_token":"2" } } "#),
            Some("2")
        );
        assert_eq!(found(r#"{"oauth":"not an object"}"#), None);
        assert_eq!(found(r#"{"oauth":{"a_token":null}}"#), None);
        assert_eq!(found(r#"{"a_token":"outside"}"#), None);
        assert_eq!(found("[]"), None);
        assert_eq!(found(r#"{"oauth":{"a_token":"cut"#), None);
        assert_eq!(
            found(r#"{"oauth":{"q":"\"a_token\":\"no\"","a_token":"yes"}}"#),
            Some("yes")
        );
        assert_eq!(
            found(r#"{"oauth":{"a_\u0074oken":"escaped name"}}"#),
            Some("escaped name")
        );
    }

    proptest! {
        #[test]
        fn agrees_with_a_json_library(before in "[a-z\"\\\\{}\\[\\],: é]{0,12}", token in "[A-Za-z0-9+/=\"\\\\]{0,20}") {
            let json = serde_json::json!({ before.clone(): [before], "oauth": {"z": [{}], "a_token": token.clone()} });
            let text = json.to_string();
            let span = text_span(text.as_bytes(), &PATH).unwrap();
            let inside: String = serde_json::from_str(&format!("\"{}\"", &text[span])).unwrap();
            prop_assert_eq!(inside, token);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = text_span(&bytes, &PATH);
        }
    }
}
