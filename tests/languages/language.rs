//! The made-up language, and what must be true of every screen in it.

use std::collections::BTreeSet;
use std::sync::Once;

use freescout_rescue::domain::mail::rung::Rung;
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

/// Keys, as they are called on keyboards.
const KEYS: [&str; 4] = ["enter", "space", "pgup", "pgdn"];

/// Rungs of a connection test, which are called as in the JSON forms.
const RUNGS: [Rung; 1] = [Rung::Greeting];

/// Overlays, which cover what stands below them.
const OVERLAYS: [&str; 2] = ["9_help", "9_quit"];

/// Words of four letters and more, as they stand. Letters with an accent belong to them, and so do underscores.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphabetic() && c != '_');
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
        .filter(|word| !KEYS.contains(&word.as_str()))
        .filter(|word| !RUNGS.map(Rung::name).contains(&word.as_str()))
        .collect();
    assert!(english.is_empty(), "{name}: {english:?} in\n{screen}");
    let count = |mark: char| screen.matches(mark).count();
    let (opened, closed, cut) = (count(OPENS), count(CLOSES), count('…'));
    assert!(opened > 5, "{name} shows no texts of the table:\n{screen}");
    if !OVERLAYS.iter().any(|overlay| name.starts_with(overlay)) {
        assert!(
            closed <= opened && opened <= closed + cut,
            "{name}: {opened} opened, {closed} closed, {cut} cut in\n{screen}"
        );
    }
    true
}
