//! Styles by role and marks by meaning, for every depth of colour and for terminals without UTF-8.
//!
//! A colour never says anything alone: a word or a mark stands beside it.

use ratatui::style::{Color, Modifier, Style};

use crate::io::os::locale;
use crate::words;

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: `NO_COLOR`, or a terminal without.
    Mono,
    /// Sixteen, as the terminal's user set them.
    Sixteen,
    /// 256.
    Indexed,
    /// 24 bits.
    True,
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
    /// Where the cursor is; what a key does.
    Accent,
}

/// Looks of one terminal.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    depth: Depth,
    /// Whether the terminal shows UTF-8.
    pub unicode: bool,
}

impl Theme {
    /// A theme for this terminal.
    pub fn new(depth: Depth, unicode: bool) -> Self {
        Self { depth, unicode }
    }

    /// What the environment says of the terminal: `NO_COLOR`, `TERM`, `COLORTERM`, and the locale.
    pub fn of_environment() -> Self {
        let depth = match supports_color::on(supports_color::Stream::Stdout) {
            Some(level) if level.has_16m => Depth::True,
            Some(level) if level.has_256 => Depth::Indexed,
            Some(_) => Depth::Sixteen,
            None => Depth::Mono,
        };
        Self {
            depth,
            // Where it was asked for, it is shown.
            unicode: locale::is_utf8() || !words::language().is_first(),
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let colour = |sixteen, indexed, (r, g, b)| match self.depth {
            Depth::Mono => Color::Reset,
            Depth::Sixteen => sixteen,
            Depth::Indexed => Color::Indexed(indexed),
            Depth::True => Color::Rgb(r, g, b),
        };
        let style = Style::new();
        match role {
            Role::Text => style,
            Role::Muted if self.depth == Depth::Mono => style.add_modifier(Modifier::DIM),
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
        }
    }
}

/// A cell symbol for terminals that only show ASCII.
pub(super) fn ascii(symbol: &str) -> &'static str {
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
