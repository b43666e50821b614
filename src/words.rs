//! The text table: every sentence the operator reads, one constant a language.
//!
//! A text is a field of [`Words`]; a language is a constant of that type, so a missing text does not compile. Places to
//! fill in are written `{name}` and filled by [`fill`]. To add a language: a file beside `words/en.rs` with one constant,
//! and one line in [`words`].

mod en;

pub use en::{EN, Words};

/// The table of the operator's language.
pub fn words() -> &'static Words {
    &EN
}

/// Puts values into the `{name}` places of a text. Values are taken as they are: sanitise hostile ones first.
pub fn fill(text: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        let name = &after[1..close];
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(&value.to_string()),
            None => out.push_str(&after[..=close]),
        }
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    out
}
