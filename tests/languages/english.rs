//! English words on a screen in another language: those of the table that stand there all the same.

use std::collections::BTreeSet;

use freescout_rescue::domain::mail::rung::Rung;
use freescout_rescue::words::ALL;

/// What the tests bring to the screens: what comes from outside is the same in every language.
const GIVEN: [&str; 2] = [
    include_str!("../suite/fixture.rs"),
    include_str!("../suite/screens.rs"),
];

/// Keys, as they are called on keyboards.
const KEYS: [&str; 4] = ["enter", "space", "pgup", "pgdn"];

/// Rungs of a connection test, which are called as in the JSON forms.
const RUNGS: [Rung; 1] = [Rung::Greeting];

/// Words of four letters and more, as they stand. Letters with an accent belong to them, and so do underscores.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !(c.is_alphabetic() && c < '\u{2e80}') && c != '_');
    let plain = words.filter(|w| w.len() > 3 && w.chars().all(|c| c.is_ascii_alphabetic()));
    plain.map(str::to_lowercase)
}

/// Those on this screen, but what the language writes so too.
pub fn left(screen: &str, own: &[(&str, &[&str])]) -> BTreeSet<String> {
    let given = GIVEN
        .iter()
        .flat_map(|code| code.split('"').skip(1).step_by(2));
    let given: BTreeSet<String> = given.flat_map(words).collect();
    let of = |table: &[(&str, &[&str])]| -> BTreeSet<String> {
        let texts = table.iter().flat_map(|(_, texts)| texts.iter());
        texts
            .flat_map(|text| words(text).collect::<Vec<_>>())
            .collect()
    };
    let (table, own) = (of(ALL), of(own));
    words(screen)
        .filter(|word| table.contains(word) && !given.contains(word) && !own.contains(word))
        .filter(|word| !KEYS.contains(&word.as_str()))
        .filter(|word| !RUNGS.map(Rung::name).contains(&word.as_str()))
        .collect()
}
