//! The terminal: taken over as a whole, given back as it was, whatever ends the program.

mod decoder;
pub mod frame_writer;
pub(super) mod keyboard;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Once;
use std::time::Duration;

use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{QueueSelector, tcflush};

use crate::tui::terminal::frame_writer::{Mute, Thrifty};

/// How often a terminal that may be full is looked at.
const LOOK_UP: Duration = Duration::from_millis(500);
/// How many times in a row it is found full before that is thrown away. A slow line empties it meanwhile.
const PATIENCE: u32 = 6;

type Screen = ratatui::Terminal<CrosstermBackend<Thrifty<File>>>;

/// The terminal in full-screen mode. Dropped, it is as it was before.
pub struct Terminal {
    inner: Screen,
    mute: Mute,
}

impl Terminal {
    /// Takes the terminal over. A panic on this thread gives it back before it says anything; one on another thread says
    /// nothing at all, as its words would land in the middle of the screen.
    ///
    /// # Errors
    /// Whatever the system says when there is no terminal, or it refuses raw mode.
    pub fn open() -> io::Result<Self> {
        on_panic(give_back);
        let (inner, mute) = take()?;
        Ok(Self { inner, mute })
    }

    /// How large the window is: columns and rows. `None` when the terminal went away or does not know.
    pub fn size(&self) -> Option<(u16, u16)> {
        ratatui::crossterm::terminal::size().ok()
    }

    /// Gives the terminal back for as long as the program is stopped.
    pub fn lend(&mut self) {
        give_back();
    }

    /// Takes it over again, whatever was done with it meanwhile; the next frame draws everything.
    ///
    /// # Errors
    /// When the terminal went away.
    pub fn take_again(&mut self) -> io::Result<()> {
        // A shell sets its own mode while we are stopped, of which nobody tells us.
        let _ = disable_raw_mode();
        let (inner, mute) = take()?;
        // The one that goes must not speak to the terminal that the new one has.
        self.mute.set();
        (self.inner, self.mute) = (inner, mute);
        // Not through the terminal's own `clear`, which asks where the cursor is and waits for an answer.
        execute!(io::stdout(), Clear(ClearType::All))
    }

    /// Draws a frame; only what changed is sent.
    ///
    /// # Errors
    /// When the terminal went away.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(draw).map(|_| ())
    }
}

/// What gives the terminal back before a panic on this thread says anything; one on another thread says nothing from now on.
pub(super) fn on_panic(give_back: impl Fn() + Send + Sync + 'static) {
    let owner = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == owner {
            give_back();
            before(panic);
        }
    }));
}

fn take() -> io::Result<(Screen, Mute)> {
    enable_raw_mode()?;
    let mute = Mute::default();
    let taken = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste).and_then(|()| {
        // Not by way of Rust's own standard output: its buffer lives as long as the program, and what the operator
        // asks to see of a password would stay in it.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        ratatui::Terminal::new(CrosstermBackend::new(Thrifty::new(out, mute.clone())))
    });
    taken
        .map(|inner| (inner, mute))
        .inspect_err(|_| give_back())
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
        // Dropped next, the screen would show the cursor once more, and panic where the terminal is gone.
        self.mute.set();
    }
}

/// From now on output that nobody takes does not keep the program: on a line that hangs (a laptop that was closed, a network
/// that is gone) the terminal is full sooner or later, and what we write waits for ever. For when the program was asked to
/// end: what is thrown away then, nobody would have seen.
pub(super) fn no_longer_wait() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        std::thread::spawn(|| {
            let out = io::stdout();
            let mut full = 0;
            loop {
                std::thread::sleep(LOOK_UP);
                let mut watched = [PollFd::new(&out, PollFlags::OUT)];
                full = match poll(&mut watched, Some(&Timespec::default())) {
                    Ok(0) => full + 1,
                    _ => 0,
                };
                if full >= PATIENCE {
                    let _ = tcflush(&out, QueueSelector::OFlush);
                    // Of a pseudoterminal the kernel does not tell who waits that there is room again: a signal makes it
                    // look. This one we take for what it always is, another size of the window.
                    let _ = kill_process(getpid(), Signal::WINCH);
                }
            }
        });
    });
}

/// Undoes everything [`Terminal::open`] did. Errors have nobody left to hear them: the terminal may be gone.
fn give_back() {
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        ratatui::crossterm::cursor::Show
    );
    // What was typed and not read, a part of a password perhaps, is nothing for the shell, which would show it.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}
