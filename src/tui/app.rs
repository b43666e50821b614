//! The loop: keys, jobs and signals become events of the wizard, its effects go to the worker, and what changed is drawn.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use rustix::process::{Signal, getpid, kill_process};

use super::frame::Clock;
use super::inbox::{self, Begun, LoopEvent, Outcome, WizardStart};
use super::terminal::Terminal;
use super::terminal::keyboard::{Decoder, Keystroke};
use super::theme::{Glyphs, Theme};
use super::{frame, keymap, plain};
use crate::cli::arguments::FaceOptions;
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::worker::JobId;
use crate::engine::worker::threads::WorkerHandle;
use crate::io::os::around::{self, Enclosure};
use crate::wizard::message::{Effect, Event};
use crate::wizard::parts::window::{Hidden, Window};
use crate::wizard::state::Wizard;
use crate::words::words;

/// While a job runs, a sign of life this often.
const TICK: Duration = Duration::from_millis(250);
/// How long a terminal's size may be in coming, and how often it is asked for.
const SIZE_COMES: Duration = Duration::from_secs(2);
const SIZE_ASKED_AGAIN: Duration = Duration::from_millis(20);

/// Runs the wizard to its end: on a full screen, or line by line where that is asked for or the terminal can do no more.
///
/// # Errors
/// A [`Problem`] when there is no terminal to run it on.
pub fn wizard(start: WizardStart, face: FaceOptions) -> Result<Outcome, Problem> {
    let w = words();
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let exec = around::surroundings().and_then(Enclosure::exec);
    let next = match exec {
        Some(exec) => text!(no_terminal_next_in_container, exec),
        None => w.no_terminal_next.to_owned(),
    };
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let why = if face.plain { w.no_terminal_plain } else { "" };
        return Err(ErrorKind::NoTerminal.problem(w.no_terminal, why, next));
    }
    let no_terminal =
        |e: std::io::Error| ErrorKind::NoTerminal.problem(w.no_terminal, e.to_string(), &*next);
    if face.plain || dumb {
        return plain::wizard(start, face).map_err(no_terminal);
    }
    let signals = inbox::signals().map_err(no_terminal)?;
    if !has_size() {
        return Err(ErrorKind::NoTerminal.problem(w.no_size, "", w.no_size_next));
    }
    let lifetime = start.lifetime();
    let mut terminal = Terminal::open().map_err(no_terminal)?;
    let Begun {
        mut wizard,
        effects,
        worker,
        updates,
    } = inbox::begin(start);
    let (inbox, keyboard) =
        inbox::listen::<Decoder>(updates, signals, false).map_err(no_terminal)?;
    let mut theme = Theme::of_environment();
    theme.glyphs = Glyphs::or_ascii(face.ascii);
    let outcome = run(&mut terminal, &mut wizard, theme, &worker, &inbox, effects);
    drop(terminal);
    // What was typed goes with the thread that read it, what was read of the install with the one that worked on it.
    drop((keyboard, inbox));
    worker.finish();
    inbox::say_goodbye(&outcome, &wizard, lifetime);
    Ok(outcome)
}

/// Whether the terminal says how large it is. A serial line may not know, and nothing would ever be seen there; `docker exec`
/// says it a moment after the program is started.
fn has_size() -> bool {
    let deadline = Instant::now() + SIZE_COMES;
    let is_known = || {
        let size = ratatui::crossterm::terminal::size();
        !size.is_ok_and(|(columns, rows)| columns == 0 || rows == 0)
    };
    while !is_known() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(SIZE_ASKED_AGAIN);
    }
    true
}

fn run(
    terminal: &mut Terminal,
    wizard: &mut Wizard,
    theme: Theme,
    worker: &WorkerHandle,
    inbox: &Receiver<LoopEvent<Keystroke>>,
    effects: Vec<Effect>,
) -> Outcome {
    let (mut turn, mut gone) = (0, false);
    // The job that runs, and since when.
    let mut since: Option<(JobId, Instant)> = None;
    // Whether we are to stop, and whether the terminal is somebody else's until we hear that we go on.
    let (mut stop, mut away) = (false, false);
    let mut pending = effects;
    loop {
        if let Some(outcome) = inbox::carry_out(&mut pending, worker) {
            return outcome;
        }
        // Stopped in the middle of writing we would keep rows locked: that is finished first.
        if stop && !wizard.is_writing() {
            (stop, away) = (false, true);
            terminal.lend();
            let _ = kill_process(getpid(), Signal::STOP);
        }
        measure(terminal, wizard);
        let running = wizard.running.as_ref().map(|job| job.id);
        since = running.map(|id| match since {
            Some((same, at)) if same == id => (id, at),
            _ => (id, Instant::now()),
        });
        let clock = Clock {
            turn,
            running: since.map_or(Duration::ZERO, |(_, at)| at.elapsed()),
        };
        // A terminal that went away is like a signal: what is being written is finished first.
        let mut hidden = Hidden::default();
        if !gone
            && !away
            && terminal
                .draw(|f| hidden = frame::draw_measured(f, wizard, &theme, clock))
                .is_err()
        {
            gone = true;
            pending = wizard.update(Event::Terminate);
            continue;
        }
        wizard.update(Event::Drawn(hidden));
        let first = if wizard.is_busy() {
            inbox.recv_timeout(TICK)
        } else {
            inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match first {
            Ok(heard) => {
                // Everything that waits is taken in before the next frame: the line may be slow.
                for heard in std::iter::once(heard).chain(inbox.try_iter()) {
                    match &heard {
                        // What is typed must be visible: the signal may still be on its way.
                        LoopEvent::Typed(_) => measure(terminal, wizard),
                        LoopEvent::Stop => stop = true,
                        // A terminal that cannot be had again is one that went away: the next frame tells.
                        LoopEvent::Continued => {
                            (stop, away) = (false, false);
                            let _ = terminal.take_again();
                        }
                        _ => {}
                    }
                    pending.extend(
                        event_of(heard, wizard)
                            .map(|event| wizard.update(event))
                            .unwrap_or_default(),
                    );
                    if pending.iter().any(Effect::ends) {
                        break;
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => turn += 1,
            Err(RecvTimeoutError::Disconnected) => return Outcome::Ended(wizard.exit()),
        }
    }
}

/// Tells the wizard how large its window is.
fn measure(terminal: &Terminal, wizard: &mut Wizard) {
    if let Some((columns, rows)) = terminal.size() {
        let window = Window { columns, rows };
        if window != wizard.window() {
            wizard.update(Event::Resize(window));
        }
    }
}

/// What the wizard hears of it; nothing of a resize, which is measured before every frame and every key.
fn event_of(heard: LoopEvent<Keystroke>, wizard: &Wizard) -> Option<Event> {
    match heard {
        LoopEvent::Job(id, update) => Some(Event::Job(id, update)),
        LoopEvent::Ended | LoopEvent::Interrupted => Some(Event::Terminate),
        LoopEvent::Typed(Keystroke::Paste(text)) => Some(Event::Paste(text)),
        LoopEvent::Typed(Keystroke::Key(key)) => {
            if let Some(action) = keymap::action(key, wizard.typing()) {
                return Some(Event::Act(action));
            }
            match key.code {
                KeyCode::Char(c)
                    if wizard.typing() && !key.modifiers.contains(KeyModifiers::CONTROL) =>
                {
                    Some(Event::Type(c))
                }
                _ => None,
            }
        }
        LoopEvent::Resized | LoopEvent::Stop | LoopEvent::Continued => None,
    }
}
