//! The text table: every sentence the operator reads, one constant a language.
//!
//! A text is a field of [`Words`]; a language is a constant of that type, so a missing text does not compile. Places to
//! fill in are written `{name}` and filled by [`fill`]. To add a language: a file beside `words/en.rs` with one constant,
//! and one line in [`words`].

mod en;
pub mod untrusted;

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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                sources(&path, found);
            } else if name.ends_with(".rs") && !name.contains("/words") {
                found.push((name, std::fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }

    fn all_sources() -> Vec<(String, String)> {
        let mut found = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut found,
        );
        assert!(found.len() > 60, "only {} files were read", found.len());
        found
    }

    #[test]
    fn places_are_filled_and_others_stay() {
        assert_eq!(
            fill("{a} and {b}, {c", &[("a", &1), ("b", &"{a}")]),
            "1 and {a}, {c"
        );
        assert_eq!(fill("{unknown}", &[]), "{unknown}");
    }

    #[test]
    fn every_text_is_used_and_every_place_has_a_name() {
        let sources = all_sources();
        for (name, text) in en::ALL {
            let used = format!(".{name}");
            let is_used = sources.iter().any(|(_, code)| {
                code.match_indices(&used).any(|(at, _)| {
                    let next = code[at + used.len()..].chars().next().unwrap_or(' ');
                    !next.is_alphanumeric() && next != '_'
                })
            });
            assert!(is_used, "{name} is used nowhere");
            assert!(!text.ends_with(' '), "{name} ends with a blank");
            // Sample JSON has braces of its own.
            for place in text.split('{').skip(1).filter(|p| !p.starts_with('"')) {
                let inner = place.split('}').next().unwrap_or_default();
                assert!(
                    inner.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
                    "{name} has an odd place {inner:?}"
                );
            }
        }
    }

    /// A place without a value would be read as `{name}` on the screen.
    #[test]
    fn every_place_gets_a_value() {
        let mut calls = 0;
        for (file, code) in all_sources() {
            for (at, opening) in code.match_indices("fill(") {
                let call = code[at + opening.len()..].trim_start();
                let Some(named) = ["w.", "words()."]
                    .iter()
                    .find_map(|table| call.strip_prefix(table))
                else {
                    continue;
                };
                let Some((name, values)) = named.split_once(',') else {
                    continue;
                };
                // Values from elsewhere are not seen here.
                let Some(values) = values.trim_start().strip_prefix("&[") else {
                    continue;
                };
                let Some((_, text)) = en::ALL.iter().find(|(known, _)| *known == name.trim())
                else {
                    continue;
                };
                let mut open = 1_usize;
                let end = values.find(|c| {
                    open += usize::from(c == '[');
                    open -= usize::from(c == ']');
                    open == 0
                });
                let values = &values[..end.unwrap_or(values.len())];
                calls += 1;
                for place in text.split('{').skip(1).filter(|p| !p.starts_with('"')) {
                    let place = place.split('}').next().unwrap_or_default();
                    assert!(
                        values.contains(&format!("\"{place}\"")),
                        "{file}: {name} gets no value for {{{place}}}"
                    );
                }
            }
        }
        assert!(calls > 150, "only {calls} calls were looked at");
    }

    /// A text literal of three words or more outside the table is a sentence that could not be translated.
    #[test]
    fn no_sentence_stands_outside_the_table() {
        let mut looked_at = 0;
        for (file, code) in all_sources() {
            let spoken = ["/tui/", "/wizard/", "/engine/", "/cli/", "sentences.rs"]
                .iter()
                .any(|part| file.contains(part));
            if !spoken {
                continue;
            }
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                if line.trim_start().starts_with("//") || line.contains("reason = ") {
                    continue;
                }
                for literal in line.split('"').skip(1).step_by(2) {
                    looked_at += 1;
                    let words = literal
                        .split(' ')
                        .filter(|w| w.len() > 1 && w.chars().all(char::is_alphabetic))
                        .count();
                    assert!(
                        words < 3,
                        "{file}:{}: {literal:?} belongs into the table",
                        number + 1
                    );
                }
            }
        }
        assert!(looked_at > 100, "only {looked_at} literals were looked at");
    }
}
