//! Texts in so many columns of a terminal.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A text in exactly `width` columns: cut with an ellipsis, or filled with blanks.
pub fn fit(text: &str, width: usize) -> String {
    padded(&cut(text, width), width)
}

/// A text, filled with blanks up to so many columns.
pub fn padded(text: &str, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    format!("{text}{blanks}")
}

/// As much of a text as has room in so many columns, with an ellipsis where it was cut.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        if used + grapheme.width() + 1 > width {
            break;
        }
        kept.push_str(grapheme);
        used += grapheme.width();
    }
    if used < width {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fitted_text_has_exactly_its_width() {
        for text in [
            "",
            "abc",
            "销售部门",
            "🧪 Labor",
            "e\u{301}e\u{301}e\u{301}",
        ] {
            for width in 0..12 {
                assert_eq!(fit(text, width).width(), width, "{text:?} in {width}");
            }
        }
    }

    #[test]
    fn what_has_no_room_is_cut_with_a_sign() {
        for (text, room, told) in [
            ("a path", 6, "a path"),
            ("a longer path", 6, "a lon…"),
            ("一二三四", 6, "一二…"),
        ] {
            let cut = cut(text, room);
            assert_eq!(cut, told);
            assert!(cut.width() <= room);
        }
    }

    #[test]
    fn what_is_wider_than_its_columns_is_only_not_filled() {
        assert_eq!(padded("收信", 8), "收信    ");
        assert_eq!(padded("outgoing", 4), "outgoing");
    }
}
