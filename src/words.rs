//! The text table: every sentence the operator reads, one file a language.
//!
//! A text without arguments is a field of [`Words`], read as `words().product`. One with arguments is a function, called
//! by [`text!`](crate::text) with its arguments by name; a missing, misspelt or unused one does not compile. To add a
//! language: a file beside `words/en.rs` with one [`language!`](crate::language), and its row in [`language`]. See [`table`]
//! for how entries are written.

#[macro_use]
mod named;
#[macro_use]
pub mod table;
pub mod breaks;
pub mod columns;
mod en;
pub mod joined;
pub mod language;
#[cfg(feature = "pseudo-locale")]
pub mod pseudo;
pub mod typed;
pub mod untrusted;
pub mod zh_cn;

use std::cell::Cell;
use std::sync::OnceLock;

#[cfg(feature = "pseudo-locale")]
pub use en::made_up;
pub use en::{ALL, EN, Words, args};
pub use language::Language;
pub use table::{Argument, Chinese, Count, English};

static IN_FORCE: OnceLock<&'static Language> = OnceLock::new();

thread_local! {
    /// Whether this thread is just writing something for programs, or for the record.
    static FOR_THE_RECORD: Cell<bool> = const { Cell::new(false) };
}

/// The table of the operator's language: English, unless another one was chosen.
pub fn words() -> &'static Words {
    match FOR_THE_RECORD.get() {
        true => &EN,
        false => language().table,
    }
}

/// The operator's language.
pub fn language() -> &'static Language {
    IN_FORCE.get().copied().unwrap_or(&language::ENGLISH)
}

/// Chooses the language, once, before anything is said. Whether it was the first to choose.
pub fn speak(language: &'static Language) -> bool {
    IN_FORCE.set(language).is_ok()
}

/// What is said meanwhile on this thread is said in English, whatever the operator's language: JSON and the record stay the
/// same for whoever reads them later.
pub fn in_english<T>(say: impl FnOnce() -> T) -> T {
    /// Also where saying it panics.
    struct AsBefore(bool);
    impl Drop for AsBefore {
        fn drop(&mut self) {
            FOR_THE_RECORD.set(self.0);
        }
    }
    let _as_before = AsBefore(FOR_THE_RECORD.replace(true));
    say()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                sources(&path, found);
            } else if name.ends_with(".rs")
                && (!name.contains("/words") || name.ends_with("/joined.rs"))
            {
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
    fn every_text_is_used() {
        // Long calls stand on several lines.
        let code: String = all_sources()
            .iter()
            .flat_map(|(_, code)| code.split_whitespace())
            .collect();
        let named = |before: &str| {
            let behind = code.match_indices(before).map(|(at, _)| at + before.len());
            let names = behind.map(|at| {
                let end = code[at..].find(|c: char| !c.is_alphanumeric() && c != '_');
                &code[at..end.map_or(code.len(), |end| at + end)]
            });
            names.collect::<HashSet<&str>>()
        };
        let (fields, called) = (named("."), named("text!("));
        for (name, texts) in en::ALL {
            assert!(
                fields.contains(name) || called.contains(name),
                "{name} is used nowhere"
            );
            for text in *texts {
                assert!(!text.ends_with(' '), "{name} ends with a blank");
            }
        }
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
