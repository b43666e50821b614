//! What was typed, cut into lines, groups and rows.

use zeroize::Zeroizing;

use super::{Checked, GROUP, Misread, ROW, checked};

/// More is not typed by anybody; a longer text is something else.
const MOST_BYTES: usize = 8 << 10;
/// So many groups of the right length make a text rows, however many mistakes are in them.
const FEW_GROUPS: usize = 8;

/// The characters that count, line by line and group by group.
pub(super) struct TypedRows {
    lines: Vec<Vec<usize>>,
    characters: Zeroizing<Vec<char>>,
}

impl TypedRows {
    /// `None` for what is no text, or a long one.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok();
        let text = text.filter(|text| text.len() <= MOST_BYTES)?;
        let mut typed = Self {
            lines: Vec::new(),
            characters: Zeroizing::new(Vec::with_capacity(text.len())),
        };
        // On a page, the numbers before them tell rows from the sentences around.
        let is_page = text.lines().any(|line| is_numbered(line.trim_start()));
        for line in text.lines().map(str::trim) {
            if line.starts_with('#') || is_page && !is_numbered(line) {
                continue;
            }
            let groups = line
                .split_whitespace()
                .map(without_number)
                .flat_map(|part| part.split(is_dash))
                .filter(|group| !group.is_empty());
            let mut lengths = Vec::new();
            for group in groups {
                lengths.push(group.chars().count());
                typed.characters.extend(group.chars());
            }
            if !lengths.is_empty() {
                typed.lines.push(lengths);
            }
        }
        Some(typed)
    }

    /// The rows, where the characters make whole ones.
    pub(super) fn rows(&self) -> Option<impl Iterator<Item = &[char]>> {
        let whole = !self.characters.is_empty() && self.characters.len().is_multiple_of(ROW);
        whole.then(|| self.characters.chunks(ROW))
    }

    /// Whether nearly all of it is groups of the right length.
    pub(super) fn is_grouped(&self) -> bool {
        let groups = || self.lines.iter().flatten();
        let right = groups().filter(|length| **length == GROUP).count();
        right >= FEW_GROUPS && right * 4 >= groups().count() * 3
    }

    /// Where characters are missing, or too many.
    pub(super) fn wrong_length(&self) -> Misread {
        let mut before = 0;
        for length in self.lines.iter().flatten() {
            if !length.is_multiple_of(GROUP) {
                return Misread::Group {
                    row: before / ROW + 1,
                    group: before % ROW / GROUP + 1,
                    typed: *length,
                };
            }
            before += length;
        }
        let mut before = 0;
        for line in &self.lines {
            let length: usize = line.iter().sum();
            if self.lines.len() > 1 && !length.is_multiple_of(ROW) {
                return Misread::RowLength(before / ROW + 1);
            }
            before += length;
        }
        // Behind the last one that is right.
        let is_right =
            |row: &&[char]| row.len() == ROW && matches!(checked(row), Checked::Right(_));
        let right = self.characters.chunks(ROW).take_while(is_right).count();
        Misread::RowLength(right + 1)
    }
}

/// Whether a row's number stands before it: `2: …`.
fn is_numbered(line: &str) -> bool {
    without_number(line).len() < line.len()
}

/// The text behind a row's number.
fn without_number(text: &str) -> &str {
    match text.split_once(':') {
        Some((number, rest))
            if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            rest
        }
        _ => text,
    }
}

/// What groups are joined by, and what word processors make of it.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_')
}
