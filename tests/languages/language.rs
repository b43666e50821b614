//! The made-up language, and what must be true of every screen in it.

use std::sync::Once;

use freescout_rescue::words::pseudo::{CLOSES, OPENS};
use freescout_rescue::words::{Language, made_up, speak};

use crate::english;

/// Before the first word.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let language = Language::of(Box::leak(Box::new(made_up())));
        let language = Box::leak(Box::new(language));
        assert!(speak(language), "something was said in English");
    });
}

/// Overlays, which cover what stands below them.
const OVERLAYS: [&str; 2] = ["9_help", "9_quit"];

/// Judges a screen in the place of its snapshot in English, with all that can be scrolled to.
pub fn judged(name: &str, whole: &str, _screen: &str) -> bool {
    let english = english::left(whole, &[]);
    assert!(english.is_empty(), "{name}: {english:?} in\n{whole}");
    let count = |mark: char| whole.matches(mark).count();
    let (opened, closed, cut) = (count(OPENS), count(CLOSES), count('…'));
    assert!(opened > 5, "{name} shows no texts of the table:\n{whole}");
    if !OVERLAYS.iter().any(|overlay| name.starts_with(overlay)) {
        assert!(
            closed <= opened && opened <= closed + cut,
            "{name}: {opened} opened, {closed} closed, {cut} cut in\n{whole}"
        );
    }
    true
}
