//! The terminal: taken over as a whole, given back as it was, whatever ends the program.

use std::io::{self, Stdout, Write};

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
    inner: ratatui::Terminal<CrosstermBackend<Thrifty<Stdout>>>,
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
                ratatui::Terminal::new(CrosstermBackend::new(Thrifty::new(io::stdout())))
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
