//! What a terminal shows: how wide it is, and in which colours.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use anstyle::{AnsiColor, Style};
use supports_color::Stream;

/// What a line begins with, by how it stands: in colour, where there is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something is wrong.
    Bad,
    /// Something needs attention.
    Warning,
    /// All is well.
    Good,
    /// Nothing of the kind.
    Plain,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Plain => Style::new(),
        }
    }
}

/// A text whose beginning is in colour. What does not begin so stays as it is.
pub(super) fn painted(text: &str, tone: Tone, lead: &str) -> String {
    let style = tone.style();
    match text.strip_prefix(lead) {
        Some(rest) => format!("{style}{lead}{style:#}{rest}"),
        None => text.to_owned(),
    }
}

/// Whether colours go there: to a terminal that has them, or where `CLICOLOR_FORCE` wants them; nowhere with `NO_COLOR`.
pub(super) fn colours(to: Stream) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !unwanted && supports_color::on(to).is_some()
}

/// How wide the terminal is that this goes to, if it is one that says so.
pub(super) fn columns(to: impl IsTerminal + AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(&to).ok()?;
    let columns = usize::from(size.ws_col);
    (to.is_terminal() && columns > 0).then_some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_in_colour_and_the_rest_is_not() {
        for (tone, lead, told) in [
            (
                Tone::Bad,
                "critical",
                "\x1b[1m\x1b[31mcritical\x1b[0m  It is lost.",
            ),
            (
                Tone::Warning,
                "critical",
                "\x1b[33mcritical\x1b[0m  It is lost.",
            ),
            (Tone::Good, "well", "critical  It is lost."),
            (Tone::Plain, "critical", "critical  It is lost."),
        ] {
            assert_eq!(painted("critical  It is lost.", tone, lead), told);
        }
    }
}
