//! Lines for a terminal: prose is broken between words, and what is to be copied from it never is.
//!
//! A terminal that breaks a command by itself gives it back whole when it is copied; a line end of ours would end it.

use unicode_width::UnicodeWidthStr;

use crate::io::os::around;
use crate::words::breaks;

/// No terminal is wrapped for that is narrower, in columns: hardly a word fits.
const NARROWEST: usize = 30;
/// What other programs' commands begin with, where they stand in a sentence.
const OTHERS: [&str; 5] = ["docker ", "podman ", "kubectl ", "php ", "systemctl "];
/// What such a command ends before.
const ENDS_OTHERS: [char; 10] = [')', ',', ';', ':', '`', '）', '，', '；', '：', '。'];
/// Our commands, as one begins behind the program.
const COMMANDS: [&str; 14] = [
    "check", "find-key", "test", "recover", "resend", "undo", "resume", "history", "backup",
    "restore", "safe", "rotate", "watch", "demo",
];

/// Where the first command of ours begins in a line.
pub(super) fn command_in(line: &str) -> Option<usize> {
    let program = around::program();
    let mut places = line.match_indices(program);
    let is_command = |at: usize, after: &str| {
        // The end of a longer word is none; scripts that have no blanks between words may stand before it.
        let within = |c: char| c.is_alphanumeric() && !breaks::is_wide(c) || "/._-".contains(c);
        let begins = !line[..at].ends_with(within);
        let Some(rest) = after.strip_prefix(' ') else {
            return false;
        };
        let word = rest.split([' ', '`']).next().unwrap_or_default();
        begins && (COMMANDS.contains(&word) || word.starts_with(['-', '/', '\'', '"']))
    };
    places.find_map(|(at, _)| is_command(at, &line[at + program.len()..]).then_some(at))
}

/// A text in lines of at most `width` columns, but for what cannot be broken. Lines that go on are indented like the one
/// that they go on from.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    if width < NARROWEST {
        return text.to_owned();
    }
    let lines = text.split('\n').map(|line| match line.width() <= width {
        true => line.to_owned(),
        false => wrapped_line(line, width),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, width: usize) -> String {
    let hanging = hanging(line, width / 2);
    let (mut out, mut used, mut rest) = (String::new(), 0, line);
    while !rest.is_empty() {
        // Blanks belong to the piece behind them, and go where the line is broken before it.
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let (gap, behind) = rest.split_at(blanks);
        let (piece, behind) = behind.split_at(unbroken(behind));
        let is_first = out.is_empty();
        if !is_first && used + blanks + piece.width() > width && used > hanging {
            out.push('\n');
            out.push_str(&" ".repeat(hanging));
            used = hanging;
        } else {
            out.push_str(gap);
            used += blanks;
        }
        out.push_str(piece);
        used += piece.width();
        rest = behind;
    }
    out
}

/// How far a line's further ones are indented: as it is, or as what stands behind a first column and two blanks.
fn hanging(line: &str, most: usize) -> usize {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let column = line[indent..].find("  ").map(|at| {
        let (column, behind) = line.split_at(indent + at);
        column.width() + behind.len() - behind.trim_start_matches(' ').len()
    });
    column.filter(|at| *at <= most).unwrap_or(indent)
}

/// How many bytes of this text, which begins with a word, stay in one line: a word, what is quoted, a command.
fn unbroken(text: &str) -> usize {
    let word = text.find(' ').unwrap_or(text.len());
    let word = breaks::first(&text[..word]);
    // One that opens a bracket or a quote before it.
    let bare = text.trim_start_matches(['(', '（', '`']);
    let opened = text.len() - bare.len();
    let is_quoted = text[..opened].ends_with('`');
    if is_quoted {
        let closed = bare.find('`').map(|at| opened + at + 1);
        let closed = closed.map(|at| at + rest_of_word(&text[at..]));
        return closed.unwrap_or(text.len()).max(word);
    }
    if command_in(text) == Some(opened) {
        return text.len();
    }
    if OTHERS.iter().any(|program| bare.starts_with(program)) {
        let ends = bare.find(ENDS_OTHERS).map(|at| opened + at);
        let ends = ends.or_else(|| bare.find(". ").map(|at| opened + at));
        let ends = ends.map(|at| at + rest_of_word(&text[at..]));
        return ends.unwrap_or(text.len()).max(word);
    }
    word
}

/// How many bytes behind a quote or a command stay with it: the rest of its word.
fn rest_of_word(text: &str) -> usize {
    let word = text.find(' ').unwrap_or(text.len());
    // What begins a word of its own is none of it.
    match text.chars().next().is_some_and(|c| c.is_alphanumeric()) {
        true if breaks::first(&text[..word]) < word => 0,
        _ => breaks::first(&text[..word]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::CommandFactory;

    #[test]
    fn prose_is_broken_between_words_and_commands_are_not() {
        for (text, lines) in [
            (
                "FreeScout can read 3 of 32 secrets, and no more.",
                &["FreeScout can read 3 of 32", "secrets, and no more."][..],
            ),
            (
                " critical  The key is another one than the one that was used.",
                &[
                    " critical  The key is another",
                    "           one than the one",
                    "           that was used.",
                ],
            ),
            (
                "  K2 · 8f  /a/path, line 2 · 2026-11-29",
                &["  K2 · 8f  /a/path, line 2 ·", "           2026-11-29"],
            ),
            (
                "  A longer column  /a/path, line 2",
                &["  A longer column  /a/path,", "  line 2"],
            ),
            (
                "To undo it, or to see what was done: freescout-rescue undo --yes --state-dir /data/rescue /www/html",
                &[
                    "To undo it, or to see what was",
                    "done:",
                    "freescout-rescue undo --yes --state-dir /data/rescue /www/html",
                ],
            ),
            (
                "Run `php artisan migrate --force` in there, then again.",
                &[
                    "Run",
                    "`php artisan migrate --force`",
                    "in there, then again.",
                ],
            ),
            (
                "Run this as that user (docker exec -u nginx), then again.",
                &[
                    "Run this as that user",
                    "(docker exec -u nginx), then",
                    "again.",
                ],
            ),
            (
                "没有找到任何可用的密钥。请运行：freescout-rescue find-key --usual /www/html",
                &[
                    "没有找到任何可用的密钥。请运",
                    "行：",
                    "freescout-rescue find-key --usual /www/html",
                ],
            ),
            (
                "运行`php artisan migrate --force`，然后再试一次。",
                &["运行", "`php artisan migrate --force`，", "然后再试一次。"],
            ),
            (
                "/a/path/that/is/longer/than/the/line/is is whole.",
                &["/a/path/that/is/longer/than/the/line/is", "is whole."],
            ),
        ] {
            let told = wrapped(text, 30);
            assert_eq!(told.lines().collect::<Vec<_>>(), lines, "{text}");
        }
        let short = "a b";
        assert_eq!(wrapped(short, 80), short);
        let long = "word ".repeat(99);
        assert_eq!(wrapped(&long, 5), long, "hardly a terminal");
    }

    #[test]
    fn steps_with_commands_are_broken_between_words_alone() {
        let steps = "    Next: Restart no worker and no PHP, and save no mailbox form in the browser of yours.
          Save the keys right now: freescout-rescue safe --output FILE /var/www/a/long/way/freescout
          To bring the right one back: freescout-rescue recover /var/www/a/long/way/freescout";
        let told = wrapped(steps, 80);
        let commands = told.lines().filter(|line| command_in(line) == Some(10));
        assert_eq!(commands.count(), 2, "{told}");
        let words: Vec<&str> = steps.split_whitespace().collect();
        assert_eq!(told.split_whitespace().collect::<Vec<_>>(), words);
        let prose = told.lines().filter(|line| command_in(line).is_none());
        assert!(
            prose
                .map(UnicodeWidthStr::width)
                .all(|columns| columns <= 80)
        );
    }

    #[test]
    fn our_commands_are_told_from_our_name() {
        for (line, at) in [
            ("Next: freescout-rescue recover /www/html", Some(6)),
            ("`freescout-rescue check` says so", Some(1)),
            ("freescout-rescue /www/html", Some(0)),
            ("freescout-rescue --look-in x", Some(0)),
            ("Another freescout-rescue is working on it", None),
            ("/srv/freescout-rescue check", None),
            ("made by freescout-rescue", None),
        ] {
            assert_eq!(command_in(line), at, "{line}");
        }
        let all = Arguments::command();
        let names = all.get_subcommands().map(clap::Command::get_name);
        for name in names.filter(|name| !["completions", "man"].contains(name)) {
            assert!(COMMANDS.contains(&name), "{name}");
        }
    }
}
