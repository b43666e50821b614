//! A made-up language for tests, made from the first one: every letter gets an accent, every text two fifths more length
//! and a mark at either end. What shows plain letters on a screen does not come from the table; a mark without its other
//! half was cut off.

use std::fmt::{self, Display};

use super::Count;

/// Begins every line of every text.
pub const OPENS: char = '⟦';
/// Ends it.
pub const CLOSES: char = '⟧';

/// Around values within a text, which stay as they are.
const VALUE: char = '\u{e000}';
const VALUE_ENDS: char = '\u{e001}';

const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED: &str = "áƀçðéƒğĥíĵķļɱñóþɋřšťúṽŵẋýžÁƁÇÐÉƑĞĤÍĴĶĻṀÑÓÞɊŘŠŤÚṼŴẊÝŽ";

/// A value within a text.
#[derive(Debug)]
pub struct Value<'a, T: ?Sized>(pub &'a T);

impl<T: Display + ?Sized> Display for Value<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VALUE}{}{VALUE_ENDS}", self.0)
    }
}

impl<T: Count + ?Sized> Count for Value<'_, T> {
    fn number(&self) -> u64 {
        self.0.number()
    }
}

/// A text without places. It stays for good, as the texts of a table do.
pub fn plain(text: &str) -> &'static str {
    Box::leak(filled(text).into_boxed_str())
}

/// A text whose places are filled with [`Value`]s.
pub fn filled(text: &str) -> String {
    let mut within = 0_usize;
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| dressed(line, &mut within))
        .collect();
    lines.join("\n")
}

/// One line. Blanks at its ends place it, so they stay outside of the marks.
fn dressed(line: &str, within: &mut usize) -> String {
    let text = line.trim();
    let Some(at) = line.find(text).filter(|_| !text.is_empty()) else {
        return line.to_owned();
    };
    let mut out = String::from(OPENS);
    let mut length = 0_usize;
    for c in text.chars() {
        match c {
            VALUE => *within += 1,
            VALUE_ENDS => *within = within.saturating_sub(1),
            // A text within a text is a part of it.
            OPENS | CLOSES if *within > 0 => {}
            _ if *within > 0 => out.push(c),
            _ => {
                length += 1;
                let accented = PLAIN.find(c).and_then(|at| ACCENTED.chars().nth(at));
                out.push(accented.unwrap_or(c));
            }
        }
    }
    // Longer texts grow by words, which a line can be broken between.
    for more in 0..(length * 2).div_ceil(5) {
        out.push(if length > 12 && more % 6 == 0 {
            ' '
        } else {
            'ẋ'
        });
    }
    out.push(CLOSES);
    format!("{}{out}{}", &line[..at], &line[at + text.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_longer_and_marked_and_its_values_are_left_alone() {
        assert_eq!(ACCENTED.chars().count(), PLAIN.len());
        assert_eq!(filled("Plan"), "⟦Þļáñẋẋ⟧");
        let said = format!("  {} files\n", Value(&7));
        assert_eq!(filled(&said), "  ⟦7 ƒíļéšẋẋẋ⟧\n");
    }
}
