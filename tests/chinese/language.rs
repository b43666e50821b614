//! Chinese, and what must be true of every screen in it.

use std::sync::Once;

use freescout_rescue::words::language::CHINESE;
use freescout_rescue::words::{speak, zh_cn};
use unicode_width::UnicodeWidthStr;

use crate::english;

/// Before the first word.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| assert!(speak(&CHINESE), "something was said in English"));
}

/// Judges a screen in the place of its snapshot in English: all that can be scrolled to, and what is seen at once.
pub fn judged(name: &str, whole: &str, screen: &str) -> bool {
    let english = english::left(whole, zh_cn::TEXTS);
    assert!(english.is_empty(), "{name}: {english:?} in\n{whole}");
    let chinese = whole
        .chars()
        .filter(|c| ('\u{4e00}'..'\u{9fff}').contains(c))
        .count();
    assert!(chinese > 20, "{name} shows no texts of the table:\n{whole}");
    require_straight(name, screen);
    insta::assert_snapshot!(name, screen);
    true
}

/// A pane's right border stands below its corner in every row, whatever stands before it.
fn require_straight(name: &str, screen: &str) {
    // The column behind the last sign of a row.
    let end = |line: &str| line.width();
    let mut right: Option<usize> = None;
    for line in screen.lines() {
        if line.trim_start().starts_with('┌') && line.ends_with('┐') {
            right = Some(end(line));
        } else if let Some(edge) = right
            && line.trim_start().starts_with(['│', '└'])
        {
            assert_eq!(end(line), edge, "{name}: {line}\n{screen}");
            right = right.filter(|_| !line.contains('└'));
        }
    }
}
