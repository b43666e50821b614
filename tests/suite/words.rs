//! The languages beside English: what a translator still has to do, and what is wrong with what is there. A language that is
//! announced as complete must lack nothing; what others lack is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use freescout_rescue::cli::arguments;
use freescout_rescue::words::ALL;
use freescout_rescue::words::language::{TRANSLATIONS, Translation};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Beginnings of names of texts for which there is little room: keys at the foot, steps, titles.
const LABELS: [&str; 5] = ["key_", "enter_", "step_", "pane_", "column_"];
/// By how many columns such a text may be wider than in English, and at most by which part of it.
const WIDER: usize = 4;

/// The texts of entries, by name.
type Texts<'a> = BTreeMap<&'a str, &'a [&'a str]>;

/// What stands between braces.
fn places(texts: &[&str]) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for text in texts {
        let text = text.replace("{{", "").replace("}}", "");
        for part in text.split('{').skip(1) {
            let place = part.split('}').next().unwrap_or_default();
            // What else stands there is JSON.
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if place.chars().all(is_name) {
                places.insert(place.to_owned());
            }
        }
    }
    places
}

/// A text without what stands between braces.
fn bare(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('}').map_or("", |(_, rest)| rest));
    std::iter::once(first.as_str())
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether there is something to be translated in it: a word that is no name.
fn has_words(text: &str) -> bool {
    let bare = bare(text);
    let words = bare.split(|c: char| !c.is_alphanumeric() && !"-_/.".contains(c));
    let mut words = words.map(|word| word.trim_matches('.'));
    words.any(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()))
}

/// Options as they are typed.
fn options(texts: &[&str]) -> BTreeSet<String> {
    let is_of_one = |c: char| c.is_ascii_lowercase() || c == '-';
    let of = |text: &str| {
        let starts: Vec<usize> = text.match_indices("--").map(|(at, _)| at).collect();
        let options = starts.into_iter().map(|at| {
            let rest = &text[at..];
            let end = rest.find(|c| !is_of_one(c)).unwrap_or(rest.len());
            rest[..end].trim_end_matches('-').to_owned()
        });
        options
            .filter(|option| option.len() > 2)
            .collect::<Vec<_>>()
    };
    texts.iter().flat_map(|text| of(text)).collect()
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// Punctuation of half a width between characters of a whole one.
fn half_width(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let is_full = |c: Option<&char>| c.is_some_and(|c| is_wide(*c));
    (1..letters.len()).find_map(|at| {
        let behind = letters.get(at + 1);
        let behind = if behind == Some(&' ') {
            letters.get(at + 2)
        } else {
            behind
        };
        let is_half = ",.;:!?".contains(letters[at]);
        let found = is_half && is_full(letters.get(at - 1)) && is_full(behind);
        found.then(|| {
            letters[at - 1..(at + 3).min(letters.len())]
                .iter()
                .collect()
        })
    })
}

/// Blanks at the beginning place a text.
fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// What is wrong with an entry.
fn wrong(name: &str, english: &[&str], texts: &[&str], is_same: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let reads_alike = english == texts || english.len() == 1 && texts == english;
    if reads_alike && !is_same && english.iter().any(|text| has_words(text)) {
        wrong.push("reads as in English".to_owned());
    }
    if is_same && !reads_alike {
        wrong.push("is said to read as in English, and does not".to_owned());
    }
    let (wanted, there) = (places(english), places(texts));
    for place in wanted.difference(&there) {
        wrong.push(format!("lacks {{{place}}}"));
    }
    for place in there.difference(&wanted) {
        wrong.push(format!("has {{{place}}}, which English has not"));
    }
    let (wanted, there) = (options(english), options(texts));
    for option in wanted.symmetric_difference(&there) {
        wrong.push(format!("{option} stands in one of both alone"));
    }
    for text in texts {
        if text.lines().any(|line| line.ends_with(' ')) || text.ends_with(' ') {
            wrong.push("ends with a blank".to_owned());
        }
        if let Some(part) = half_width(text) {
            wrong.push(format!("punctuation of half a width: {part}"));
        }
    }
    if let ([english], [text]) = (english, texts) {
        // A bracket of a whole width has its blank within.
        let is_bracket = indent(english) == 1 && text.starts_with(is_wide);
        if indent(english) != indent(text) && !is_bracket {
            wrong.push("begins with more or fewer blanks".to_owned());
        }
        let is_label = LABELS.iter().any(|label| name.starts_with(label));
        let (least, width) = (english.width(), text.width());
        if is_label && least <= 20 && width > least + WIDER {
            wrong.push(format!("{width} columns, where English has {least}"));
        }
    }
    wrong
}

/// What a language lacks, and what is wrong with what it has.
struct Findings {
    missing: Vec<String>,
    wrong: Vec<String>,
}

fn look(translation: &Translation) -> Findings {
    let english: Texts<'_> = ALL.iter().copied().collect();
    let texts: Texts<'_> = translation.texts.iter().copied().collect();
    let mut findings = Findings {
        missing: Vec::new(),
        wrong: Vec::new(),
    };
    for (name, original) in ALL {
        match texts.get(name) {
            None => findings.missing.push(format!("{name} = {:?}", original[0])),
            Some(texts) => {
                let is_same = translation.same.contains(name);
                for what in wrong(name, original, texts, is_same) {
                    findings.wrong.push(format!("{name}: {what}: {texts:?}"));
                }
            }
        }
    }
    for name in translation.same {
        if !english.contains_key(name) {
            findings
                .wrong
                .push(format!("{name}: there is no such entry"));
        }
    }
    let needed = arguments::texts();
    let of_help: BTreeMap<&str, &str> = translation.language.of_help.iter().copied().collect();
    for text in &needed {
        match of_help.get(text.as_str()) {
            None => findings.missing.push(format!("(help) {text:?}")),
            Some(said) => {
                for what in wrong("", &[text], &[said], false) {
                    findings.wrong.push(format!("(help) {what}: {said:?}"));
                }
            }
        }
    }
    for (text, _) in translation.language.of_help {
        if !needed.iter().any(|needed| needed == text) {
            findings
                .wrong
                .push(format!("(help) is used nowhere: {text:?}"));
        }
    }
    findings
}

#[test]
fn what_is_missing_or_wrong_in_each_language() {
    assert!(ALL.len() > 1500, "only {} entries were read", ALL.len());
    for translation in &TRANSLATIONS {
        let Findings { missing, wrong } = look(translation);
        let tag = translation.language.tag;
        let (entries, lines) = (missing.len(), missing.join("\n  "));
        if entries > 0 {
            // Not to be swallowed when the test passes.
            let _ = writeln!(
                std::io::stderr(),
                "{tag}: {entries} texts are missing and said in English:\n  {lines}"
            );
        }
        assert!(wrong.is_empty(), "{tag}:\n  {}", wrong.join("\n  "));
        assert!(
            entries == 0 || !translation.is_complete,
            "{tag} is announced as complete, and {entries} texts are missing"
        );
    }
}

#[test]
fn what_is_wrong_with_an_entry_is_seen() {
    let found = |english: &str, text: &str| wrong("key_x", &[english], &[text], false).join("; ");
    for (english, text, part) in [
        ("the file {path}", "文件 {path}", ""),
        ("the file", "the file", "reads as in English"),
        ("FreeScout {version}", "FreeScout {version}", ""),
        ("the file {path}", "文件", "lacks {path}"),
        ("the file", "文件 {path}", "has {path}"),
        ("with --json", "用 --jsn", "--json stands in one"),
        ("the file", "文件 ", "ends with a blank"),
        ("a, b", "文件,目录", "half a width"),
        ("a. B", "文件. 目录", "half a width"),
        ("a, b", "K1,K2", ""),
        ("  a b", "文件", "blanks"),
        ("back", "返回到上一个步骤", "columns"),
    ] {
        let found = found(english, text);
        assert_eq!(found.is_empty(), part.is_empty(), "{text}: {found}");
        assert!(found.contains(part), "{text}: {found}");
    }
    let same = wrong("x", &["the file"], &["文件"], true);
    assert_eq!(same, ["is said to read as in English, and does not"]);
}
