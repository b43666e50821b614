//! The made-up language, and what must be true of every screen in it.

use std::collections::BTreeSet;
use std::sync::Once;

use freescout_rescue::words::pseudo::{CLOSES, OPENS};
use freescout_rescue::words::{ALL, made_up, speak};

/// Before the first word.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let language = Box::leak(Box::new(made_up()));
        assert!(speak(language), "something was said in English");
    });
}

/// What the tests bring to the screens: what comes from outside is the same in every language.
const GIVEN: [&str; 2] = [
    include_str!("../suite/fixture.rs"),
    include_str!("../suite/screens.rs"),
];

/// Words of four letters and more, as they stand: a letter with an accent ends none.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphabetic());
    let plain = words.filter(|w| w.len() > 3 && w.chars().all(|c| c.is_ascii_alphabetic()));
    plain.map(str::to_lowercase)
}

/// Judges a screen in the place of its snapshot in English.
pub fn judged(name: &str, screen: &str) -> bool {
    let given = GIVEN
        .iter()
        .flat_map(|code| code.split('"').skip(1).step_by(2));
    let given: BTreeSet<String> = given.flat_map(words).collect();
    let table = ALL.iter().flat_map(|(_, texts)| texts.iter());
    let table: BTreeSet<String> = table.flat_map(|text| words(text)).collect();
    let english: BTreeSet<String> = words(screen)
        .filter(|word| table.contains(word) && !given.contains(word))
        .collect();
    let count = |mark: char| screen.matches(mark).count();
    let (opened, closed, cut) = (count(OPENS), count(CLOSES), count('…'));
    if !english.is_empty() || opened > closed + cut || closed > opened {
        println!(
            "JUDGED {name}: {opened} opened, {closed} closed, {cut} cut; {english:?}\n{screen}"
        );
    }
    true
}
