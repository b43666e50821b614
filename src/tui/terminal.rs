//! The terminal: taken over as a whole, given back as it was, whatever ends the program.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use super::thrifty::Thrifty;

/// The terminal in full-screen mode. Dropped, it is as it was before.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Thrifty<File>>>,
}

impl Terminal {
    /// Takes the terminal over. A panic on this thread gives it back before it says anything; one on another thread says
    /// nothing at all, as its words would land in the middle of the screen.
    ///
    /// # Errors
    /// Whatever the system says when there is no terminal, or it refuses raw mode.
    pub fn open() -> io::Result<Self> {
        let owner = std::thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == owner {
                give_back();
                before(panic);
            }
        }));
        enable_raw_mode()?;
        let terminal =
            execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste).and_then(|()| {
                // Not by way of Rust's own standard output: its buffer lives as long as the program, and what the
                // operator asks to see of a password would stay in it.
                let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
                ratatui::Terminal::new(CrosstermBackend::new(Thrifty::new(out)))
            });
        match terminal {
            Ok(inner) => Ok(Self { inner }),
            Err(e) => {
                give_back();
                Err(e)
            }
        }
    }

    /// Draws a frame; only what changed is sent.
    ///
    /// # Errors
    /// When the terminal went away.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(draw).map(|_| ())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Undoes everything [`Terminal::open`] did. Errors have nobody left to hear them: the terminal may be gone.
fn give_back() {
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        ratatui::crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}
