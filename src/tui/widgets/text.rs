//! Texts broken into lines, and cut to a width.

use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Piece;
use crate::words::breaks;
use crate::words::columns::fit;

/// Rows that pieces need when they are wrapped.
pub fn height(pieces: &[Piece], width: u16) -> u16 {
    let rows = |text: &str| wrap(text, usize::from(width)).len().max(1);
    let rows: usize = pieces.iter().map(|(_, text)| rows(text)).sum();
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// Breaks a text into lines of at most `width` columns, between words where that is possible. Lines that go on are
/// indented like the one they go on from.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines()
        .flat_map(|paragraph| wrap_paragraph(paragraph, width.max(1)))
        .collect()
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<String> {
    let blanks = paragraph.len() - paragraph.trim_start_matches(' ').len();
    let hanging = if paragraph[blanks..].starts_with("· ") {
        blanks + 2
    } else {
        blanks
    };
    let indent = " ".repeat(if hanging < width { hanging } else { 0 });
    let mut lines = Vec::new();
    let (mut line, mut used) = (" ".repeat(blanks.min(width)), blanks.min(width));
    for word in paragraph[blanks..].split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        let pieces = breaks::pieces(bare).into_iter().flat_map(|piece| {
            // One that fits on no line is broken behind the names of folders, where it has some.
            match indent.len() + piece.width() > width {
                true => folders(piece),
                false => vec![piece],
            }
        });
        for piece in pieces {
            if used + piece.width() > width && used > indent.len() {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                used = indent.len();
            }
            for grapheme in piece.graphemes(true) {
                if used + grapheme.width() > width {
                    lines.push(std::mem::replace(&mut line, indent.clone()));
                    used = indent.len();
                }
                line.push_str(grapheme);
                used += grapheme.width();
            }
        }
        let gap = word.len() - bare.len();
        line.push_str(&" ".repeat(gap));
        used += gap;
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// A path in pieces that each end with a slash, but for the last; the slash that it begins with stays with what follows.
fn folders(path: &str) -> Vec<&str> {
    let begin = path.len() - path.trim_start_matches('/').len();
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in path.match_indices('/').filter(|(at, _)| *at >= begin) {
        pieces.push(&path[from..=at]);
        from = at + 1;
    }
    pieces.push(&path[from..]);
    pieces
}

/// Spans in at most `width` columns: what does not fit is cut with an ellipsis.
pub(in crate::tui) fn within(spans: Vec<Span<'_>>, width: usize) -> Vec<Span<'_>> {
    let whole: String = spans.iter().map(|span| span.content.as_ref()).collect();
    if whole.trim_end().width() <= width {
        return spans;
    }
    // Not even the ellipsis.
    if width == 0 {
        return Vec::new();
    }
    let mut room = width - 1;
    let mut cut = Vec::new();
    for span in spans {
        let columns = span.content.width();
        if columns <= room {
            room -= columns;
            cut.push(span);
            continue;
        }
        let mut text = fit(&span.content, room + 1);
        // As wide as what is left, and followed by more.
        if columns == room + 1 {
            text = fit(&format!("{text} "), room + 1);
        }
        cut.push(Span::styled(text, span.style));
        break;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_between_words_and_wide_ones_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("销售销售", 5), ["销售", "销售"]);
        // No line begins with a comma or a full stop.
        assert_eq!(
            wrap("恢复密钥，再测试。", 8),
            ["恢复密", "钥，再测", "试。"]
        );
        assert_eq!(
            wrap("找到 3 个密钥，已解密", 14),
            ["找到 3 个密", "钥，已解密"]
        );
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(
            wrap("in /var/lib/freescout/backups", 14),
            ["in /var/lib/", "freescout/", "backups"]
        );
        assert_eq!(
            wrap("  · one two (three)", 11),
            ["  · one two", "    (three)"]
        );
    }

    #[test]
    fn a_line_that_does_not_fit_says_so() {
        let cut = |texts: &[&'static str], width| {
            let spans = texts.iter().map(|text| Span::raw(*text)).collect();
            let cut = within(spans, width);
            cut.iter()
                .map(|span| span.content.as_ref())
                .collect::<String>()
        };
        assert_eq!(cut(&["one ", "two "], 7), "one two ");
        assert_eq!(cut(&["one ", "two"], 6), "one t…");
        assert_eq!(cut(&["one", "two"], 3), "on…");
        assert_eq!(cut(&["one", "two"], 4), "one…");
        assert_eq!(cut(&["销售", "部"], 5), "销售…");
        assert_eq!(cut(&["one"], 0), "");
    }
}
