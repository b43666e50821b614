//! Finds where a member stands inside JSON, so that it can be replaced or added and every other byte be kept.
//!
//! `mailboxes.meta` may hold anything beside the OAuth tokens; re-writing it through a JSON library would reorder and
//! re-escape it. `serde_json` reads it, and gives values as they stand; this room says where that is. Of duplicate members
//! the last wins, as in PHP.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;

/// The bytes between (not including) the quotes of the text at `path` (member names, outermost first).
/// `None` when the document is not JSON, or there is no text there.
pub fn text_span(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    let span = value_span(json, path)?;
    (json[span.start] == b'"').then(|| span.start + 1..span.end - 1)
}

/// The bytes of the whole value at `path`, of whatever kind; a text with its quotes. `None` when the document is not
/// JSON, or there is nothing there.
pub fn value_span(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    let mut value: &RawValue = serde_json::from_slice(json).ok()?;
    for name in path {
        value = member(value, name)?;
    }
    Some(span(json, value))
}

/// The document with `value` (JSON as it shall stand) as the member `name` of the object at `path`: in place of the
/// value there, or as the last member. `None` when the document is not JSON, or there is no object there.
pub fn with_member(json: &[u8], path: &[&str], name: &str, value: &str) -> Option<Vec<u8>> {
    let object = value_span(json, path)?;
    let members = members(std::str::from_utf8(&json[object.clone()]).ok()?)?;
    let (span, added) = match members.get(name) {
        Some(old) => (span(json, old), value.to_owned()),
        None => {
            let inside = json[object.start..object.end - 1].trim_ascii_end();
            let comma = if members.is_empty() { "" } else { "," };
            let end = object.start + inside.len();
            let name = escape_ascii(name);
            (end..end, format!("{comma}\"{name}\":{value}"))
        }
    };
    Some([&json[..span.start], added.as_bytes(), &json[span.end..]].concat())
}

/// `text` as the inside of a JSON string, written as PHP's `json_encode` writes ASCII (`/` becomes `\/`).
pub fn escape_ascii(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('/', "\\/")
}

/// The members of an object, the last of each name. `None` when it is none.
fn members(json: &str) -> Option<HashMap<String, &RawValue>> {
    serde_json::from_str(json).ok()
}

fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    members(object.get())?.get(name).copied()
}

/// Where a value that was read out of a document stands in it.
fn span(json: &[u8], value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr().addr() - json.as_ptr().addr();
    start..start + value.get().len()
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

    #[test]
    fn a_value_of_any_kind_is_found_to_its_last_byte() {
        let found = |json: &'static str| {
            value_span(json.as_bytes(), &["oauth", "expires_in"]).map(|span| &json[span])
        };
        assert_eq!(found(r#"{"oauth":{"expires_in":3599}}"#), Some("3599"));
        assert_eq!(
            found(r#"{"oauth":{"expires_in" : -1.5e3 , "x":1}}"#),
            Some("-1.5e3")
        );
        assert_eq!(
            found(r#"{"oauth":{"expires_in":"3599" }}"#),
            Some("\"3599\"")
        );
        assert_eq!(
            found(r#"{"oauth":{"expires_in":[1,{"a":"]"}] }}"#),
            Some(r#"[1,{"a":"]"}]"#)
        );
        assert_eq!(found(r#"{"oauth":{"expires_in":null}}"#), Some("null"));
        assert_eq!(found(r#"{"oauth":{}}"#), None);
        assert_eq!(found(r#"{"oauth":[]}"#), None);
    }

    #[test]
    fn a_member_is_replaced_or_added_and_nothing_else_moves() {
        let with = |json: &str| {
            with_member(json.as_bytes(), &["oauth"], "n", "7")
                .map(|json| String::from_utf8(json).unwrap())
        };
        for (before, after) in [
            (r#"{"oauth":{"n":1 ,"b":2}}"#, r#"{"oauth":{"n":7 ,"b":2}}"#),
            (r#"{"oauth":{"n":"x"},"n":1}"#, r#"{"oauth":{"n":7},"n":1}"#),
            (r#"{"oauth":{}}"#, r#"{"oauth":{"n":7}}"#),
            (r#"{"oauth": { } }"#, r#"{"oauth": {"n":7 } }"#),
            (
                r#"{"oauth":{"a":"\u00e9\/" }}"#,
                r#"{"oauth":{"a":"\u00e9\/","n":7 }}"#,
            ),
        ] {
            assert_eq!(with(before).as_deref(), Some(after));
        }
        for no_object in [r#"{"oauth":[]}"#, r#"{"oauth":"{}"}"#, "{}", "[]", "{"] {
            assert_eq!(with(no_object), None, "{no_object}");
        }
    }

    proptest! {
        #[test]
        fn a_set_member_reads_back_and_the_rest_stays(
            other in "[a-z\"\\\\{}\\[\\],: é]{0,12}", number in any::<i64>(), old in proptest::option::of(any::<i64>()),
        ) {
            let mut json = serde_json::json!({ "x": other.clone(), "oauth": {"z": [{"n": other}]} });
            if let Some(old) = old {
                json["oauth"]["n"] = old.into();
            }
            let set = with_member(json.to_string().as_bytes(), &["oauth"], "n", &number.to_string()).unwrap();
            json["oauth"]["n"] = number.into();
            prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&set).unwrap(), json);
        }

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
            let _ = with_member(&bytes, &["oauth"], "a_token", "1");
        }
    }
}
