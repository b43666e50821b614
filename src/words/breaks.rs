//! Where a line may be broken within what stands between two blanks: beside the characters of scripts that have no blanks
//! between words, as Unicode's rules for lines (UAX 14) say.

use unicode_linebreak::linebreaks;
use unicode_width::UnicodeWidthChar;

/// A text without blanks in pieces that each stay on one line. Together they are the text; one in Latin letters is one piece,
/// with the hyphens and slashes of its commands and paths.
pub fn pieces(word: &str) -> Vec<&str> {
    if word.is_ascii() {
        return vec![word];
    }
    let (mut pieces, mut from) = (Vec::new(), 0);
    for (at, _) in linebreaks(word) {
        if at == word.len() || is_beside_wide(word, at) {
            pieces.push(&word[from..at]);
            from = at;
        }
    }
    match pieces.is_empty() {
        true => vec![word],
        false => pieces,
    }
}

/// How many bytes the first of those pieces has.
pub fn first(word: &str) -> usize {
    pieces(word).first().map_or(0, |piece| piece.len())
}

fn is_beside_wide(word: &str, at: usize) -> bool {
    let (before, behind) = word.split_at(at);
    let beside = [before.chars().next_back(), behind.chars().next()];
    beside.into_iter().flatten().any(is_wide)
}

/// Whether a character takes two columns, as those of such scripts do.
pub fn is_wide(c: char) -> bool {
    c.width().unwrap_or(0) > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_broken_anywhere_but_before_closing_and_behind_opening_signs() {
        assert_eq!(
            pieces("邮箱（mailbox）已修复。"),
            ["邮", "箱", "（mailbox）", "已", "修", "复。"]
        );
        assert_eq!(
            pieces("运行：freescout-rescue"),
            ["运", "行：", "freescout-rescue"]
        );
    }

    #[test]
    fn what_has_blanks_between_words_is_not_broken_within_them() {
        for whole in ["", "secret", "/var/www/html", "Köln", "don’t…", "(K1)"] {
            assert_eq!(pieces(whole), [whole]);
        }
        assert_eq!(first("secret"), 6);
        assert_eq!(first("密钥"), 3);
        assert_eq!(first(""), 0);
    }

    #[test]
    fn the_pieces_are_the_text() {
        for text in ["a销售b（c）", "🧪实验", "e\u{301}密", "고객지원，", "。。"] {
            assert_eq!(pieces(text).concat(), text);
        }
    }
}
