//! Styles by role and marks by meaning, for every depth of colour and for terminals without UTF-8.
//!
//! A colour never says anything alone: a word or a mark stands beside it.

use ratatui::style::{Color, Modifier, Style};

use crate::io::os::locale;
use crate::words;

/// How many colours there are. The fewest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: `NO_COLOR`, or a terminal without.
    Mono,
    /// Eight.
    Eight,
    /// Sixteen, as the terminal's user set them.
    Sixteen,
    /// 256.
    Indexed,
    /// 24 bits.
    True,
}

impl Depth {
    /// What a terminal of this name has at most, as far as the name says so.
    fn at_most_of(term: &str) -> Self {
        let digital = term.strip_prefix("vt");
        let is_of_digital =
            digital.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let ends = |ends: &[&str]| ends.iter().any(|end| term.ends_with(end));
        match term {
            "dumb" => Self::Mono,
            _ if is_of_digital || ends(&["-m", "-mono"]) => Self::Mono,
            "linux" | "cons25" | "xterm-color" => Self::Eight,
            _ if ends(&["-8color"]) => Self::Eight,
            _ if ends(&["-16color", "-88color"]) => Self::Sixteen,
            _ => Self::True,
        }
    }
}

/// Which signs the terminal's font has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// All that are drawn.
    Unicode,
    /// Lines, arrows and letters: the console of Linux (`TERM=linux`), whose font is the kernel's own or one of Debian's
    /// `console-setup`. No more than both have.
    Console,
    /// ASCII alone.
    Ascii,
}

impl Glyphs {
    /// What the environment says: the locale, and `TERM`.
    pub fn of_environment() -> Self {
        // A language that needs it was asked for: it is shown.
        let is_utf8 = locale::is_utf8() || !words::language().is_first();
        let console = std::env::var_os("TERM").is_some_and(|term| term == "linux");
        match (is_utf8, console) {
            (false, _) => Self::Ascii,
            (true, true) => Self::Console,
            (true, false) => Self::Unicode,
        }
    }

    /// The same, or ASCII alone where that was asked for.
    pub fn or_ascii(ascii: bool) -> Self {
        match ascii {
            true => Self::Ascii,
            false => Self::of_environment(),
        }
    }
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Plain text.
    Text,
    /// Less important.
    Muted,
    /// A heading.
    Heading,
    /// All is well.
    Ok,
    /// Needs attention.
    Warn,
    /// Is broken, or lost.
    Danger,
    /// What a key does; what moves.
    Accent,
    /// What is chosen, where the keys are.
    Chosen,
}

/// Looks of one terminal.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    depth: Depth,
    /// What the terminal's font has.
    pub glyphs: Glyphs,
}

impl Theme {
    /// A theme for this terminal.
    pub fn new(depth: Depth, glyphs: Glyphs) -> Self {
        Self { depth, glyphs }
    }

    /// What the environment says of the terminal: `NO_COLOR`, `TERM`, `COLORTERM`, and the locale.
    pub fn of_environment() -> Self {
        let depth = match supports_color::on(supports_color::Stream::Stdout) {
            Some(level) if level.has_16m => Depth::True,
            Some(level) if level.has_256 => Depth::Indexed,
            Some(_) => Depth::Sixteen,
            None => Depth::Mono,
        };
        // Whatever else is set may be of another terminal, from which this one was reached.
        let term = std::env::var("TERM").unwrap_or_default();
        Self {
            depth: depth.min(Depth::at_most_of(&term)),
            glyphs: Glyphs::of_environment(),
        }
    }

    /// A name, or what takes its place where the terminal could only show question marks.
    pub fn name<'n>(&self, name: &'n str, otherwise: &'n str) -> &'n str {
        let shown = self.glyphs != Glyphs::Ascii || name.is_ascii();
        if shown { name } else { otherwise }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let colour = |sixteen, indexed, (r, g, b)| match self.depth {
            Depth::Mono => Color::Reset,
            Depth::Eight | Depth::Sixteen => sixteen,
            Depth::Indexed => Color::Indexed(indexed),
            Depth::True => Color::Rgb(r, g, b),
        };
        let style = Style::new();
        match role {
            Role::Text => style,
            Role::Muted if self.depth <= Depth::Eight => style.add_modifier(Modifier::DIM),
            Role::Muted => style.fg(colour(Color::DarkGray, 245, (0x8a, 0x8a, 0x8a))),
            Role::Heading => style.add_modifier(Modifier::BOLD),
            Role::Ok => style.fg(colour(Color::Green, 71, (0x4f, 0xb0, 0x6d))),
            Role::Warn => style.fg(colour(Color::Yellow, 178, (0xd7, 0xa2, 0x2a))),
            Role::Danger => style
                .fg(colour(Color::Red, 203, (0xf0, 0x5f, 0x5f)))
                .add_modifier(Modifier::BOLD),
            Role::Accent => style
                .fg(colour(Color::Cyan, 80, (0x4f, 0xc3, 0xd7)))
                .add_modifier(Modifier::BOLD),
            // Another style than any text has, whatever the colours are.
            Role::Chosen => self.style(Role::Accent).add_modifier(Modifier::REVERSED),
        }
    }
}

/// What stands in a cell in place of a sign that the terminal's font does not have.
pub(super) fn shown(symbol: &str, glyphs: Glyphs) -> Option<&'static str> {
    match glyphs {
        Glyphs::Unicode => None,
        Glyphs::Console => match symbol {
            "●" => Some("•"),
            "▸" => Some("→"),
            "✓" | "✗" | "›" | "○" | "…" | "“" | "”" | "–" | "—" | "×" | "▁" | "▂" | "▃" | "▄"
            | "▅" | "▆" | "▇" => Some(ascii(symbol)),
            _ => None,
        },
        Glyphs::Ascii => (!symbol.is_ascii()).then(|| ascii(symbol)),
    }
}

/// A cell symbol for terminals that only show ASCII.
fn ascii(symbol: &str) -> &'static str {
    match symbol {
        "─" | "–" | "—" => "-",
        "│" => "|",
        "┌" | "┐" | "└" | "┘" | "├" | "┤" => "+",
        "✓" => "v",
        "✗" => "x",
        "●" | "▸" | "›" => ">",
        "○" => "o",
        "·" => ".",
        "…" => "~",
        "•" => "*",
        "“" | "”" => "\"",
        "→" => ">",
        "↑" => "^",
        "↓" => "v",
        "▁" | "▂" => ".",
        "▃" | "▄" => ":",
        "▅" | "▆" => "+",
        "▇" | "█" => "#",
        "×" => "x",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Debian's fonts for consoles and the kernel's own have in common, of all that is drawn.
    const IN_FONTS: &str = "─│┌┐└┘├┤→↑↓•·█";

    #[test]
    fn a_terminal_is_given_no_more_colours_than_its_name_says() {
        for (term, depth) in [
            ("vt100", Depth::Mono),
            ("vt220", Depth::Mono),
            ("xterm-mono", Depth::Mono),
            ("linux", Depth::Eight),
            ("linux-16color", Depth::Sixteen),
            ("xterm-16color", Depth::Sixteen),
            ("xterm-256color", Depth::True),
            ("vte-256color", Depth::True),
            ("", Depth::True),
        ] {
            assert_eq!(Depth::at_most_of(term), depth, "{term}");
        }
        for role in [
            Role::Text,
            Role::Muted,
            Role::Heading,
            Role::Ok,
            Role::Warn,
            Role::Danger,
            Role::Accent,
            Role::Chosen,
        ] {
            let of = |depth| Theme::new(depth, Glyphs::Unicode).style(role).fg;
            let eight = of(Depth::Eight);
            let dark = [Color::Green, Color::Yellow, Color::Red, Color::Cyan];
            assert!(eight.is_none_or(|c| dark.contains(&c)), "{role:?}");
            assert!(
                of(Depth::Mono).is_none_or(|c| c == Color::Reset),
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_console_is_given_what_its_font_has() {
        let drawn = "─│┌┐└┘├┤✓✗●▸›○·…•“”→↑↓▁▂▃▄▅▆▇█×–—";
        for sign in drawn.chars().map(String::from) {
            let console = shown(&sign, Glyphs::Console).unwrap_or(&sign);
            assert!(
                console.is_ascii() || IN_FONTS.contains(console),
                "{sign}: {console}"
            );
            let ascii = shown(&sign, Glyphs::Ascii).unwrap_or(&sign);
            assert!(ascii.is_ascii() && ascii != "?", "{sign}: {ascii}");
            assert_eq!(shown(&sign, Glyphs::Unicode), None);
        }
        // Names are what they are.
        assert_eq!(shown("é", Glyphs::Console), None);
        assert_eq!(shown("é", Glyphs::Ascii), Some("?"));
    }
}
