//! The loop: keys, jobs and signals become events of the wizard, its effects go to the worker, and what changed is drawn.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::terminal::keyboard::{Keyboard, Keystroke};
use super::terminal::{self, Terminal};
use super::theme::Theme;
use super::{frame, keymap};
use crate::cli::output::Out;
use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::exit::Exit;
use crate::engine::worker::setup::Setup;
use crate::engine::worker::threads::WorkerHandle;
use crate::engine::worker::{JobId, Update};
use crate::io::container::within;
use crate::io::os::around::{self, Enclosure};
use crate::wizard::message::{Effect, Event};
use crate::wizard::parts::window::{Hidden, Window};
use crate::wizard::state::{InstallLifetime, Wizard, Workplace};
use crate::wizard::step::passwords::Note;
use crate::words::words;

/// While a job runs, a sign of life this often.
const TICK: Duration = Duration::from_millis(250);
/// How long a terminal's size may be in coming, and how often it is asked for.
const SIZE_COMES: Duration = Duration::from_secs(2);
const SIZE_ASKED_AGAIN: Duration = Duration::from_millis(20);

/// How the wizard ended.
pub enum Outcome {
    /// With this exit code.
    Ended(Exit),
    /// It is to go on with this install, which is in a container.
    Enter(Box<FoundInstall>),
    /// It is to begin anew, in the container that it works in.
    EnterAnew,
    /// Another install is to be chosen on the host.
    ChooseAgain,
}

/// What the loop hears.
enum LoopEvent {
    Keyboard(Keystroke),
    Job(JobId, Update),
    /// The window has another size.
    Resized,
    /// Asked to stop for a while (SIGTSTP).
    Stop,
    /// Back from that, or from a stop that nobody asked us about (SIGSTOP).
    Continued,
    Ended,
}

/// What nobody can know of a demo, and is told. Its install is deleted when the wizard has ended.
pub struct Hints {
    /// The folder that a key is hidden in.
    pub hidden_key: PathBuf,
    /// The passwords that are asked for.
    pub note: Note,
}

/// Runs the wizard to its end; with hints, on a demo.
///
/// # Errors
/// A [`Problem`] when there is no terminal to run it on.
pub fn wizard(
    setup: Setup,
    install: Option<PathBuf>,
    look_in: Vec<PathBuf>,
    artisan: bool,
    hints: Option<Hints>,
) -> Result<Outcome, Problem> {
    let w = words();
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let exec = around::surroundings().and_then(Enclosure::exec);
    let next = match exec {
        Some(exec) => text!(no_terminal_next_in_container, exec),
        None => w.no_terminal_next.to_owned(),
    };
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(ErrorKind::NoTerminal.problem(w.no_terminal, "", next));
    }
    if dumb {
        let next = match exec {
            Some(exec) => text!(dumb_terminal_next_in_container, exec),
            None => w.dumb_terminal_next.to_owned(),
        };
        return Err(ErrorKind::NoTerminal.problem(w.dumb_terminal, "", next));
    }
    let no_terminal =
        |e: std::io::Error| ErrorKind::NoTerminal.problem(w.no_terminal, e.to_string(), &*next);
    let signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])
        .map_err(no_terminal)?;
    if !has_size() {
        return Err(ErrorKind::NoTerminal.problem(w.no_size, "", w.no_size_next));
    }
    let mut terminal = Terminal::open().map_err(no_terminal)?;
    let (worker, updates) = WorkerHandle::start(setup);
    let (inbox, keyboard) = listen(updates, signals).map_err(no_terminal)?;
    let theme = Theme::of_environment();
    let (mut wizard, effects) = Wizard::start_with(install, artisan);
    wizard.looks_in(look_in);
    let lifetime = match &hints {
        None => InstallLifetime::Lasting,
        Some(_) => InstallLifetime::ThrowAway,
    };
    if let Some(Hints { hidden_key, note }) = hints {
        wizard.hides_key_in(hidden_key);
        wizard.has_note(note);
    }
    wizard.works_in(Workplace {
        lifetime,
        stopped_container: within::is_stopped(),
        chosen_on_host: within::get().is_some_and(|within| within.from_list),
    });
    let outcome = run(&mut terminal, &mut wizard, theme, &worker, &inbox, effects);
    drop(terminal);
    // What was typed goes with the thread that read it, what was read of the install with the one that worked on it.
    drop((keyboard, inbox));
    worker.finish();
    if matches!(outcome, Outcome::Ended(_)) {
        say_goodbye(&wizard, lifetime);
    }
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

/// One channel for everything, each source on a thread of its own.
fn listen(
    updates: Receiver<(JobId, Update)>,
    mut signals: Signals,
) -> std::io::Result<(Receiver<LoopEvent>, Keyboard)> {
    let (send, inbox) = channel();
    let job_sender: Sender<LoopEvent> = send.clone();
    std::thread::spawn(move || {
        for (id, update) in updates {
            if job_sender.send(LoopEvent::Job(id, update)).is_err() {
                return;
            }
        }
    });
    let signal_sender = send.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let heard = match signal {
                SIGWINCH => LoopEvent::Resized,
                SIGTSTP => LoopEvent::Stop,
                SIGCONT => LoopEvent::Continued,
                _ => {
                    terminal::no_longer_wait();
                    LoopEvent::Ended
                }
            };
            if signal_sender.send(heard).is_err() {
                return;
            }
        }
    });
    let keyboard = Keyboard::listen(move |input| {
        send.send(input.map_or(LoopEvent::Ended, LoopEvent::Keyboard))
            .is_ok()
    })?;
    Ok((inbox, keyboard))
}

fn run(
    terminal: &mut Terminal,
    wizard: &mut Wizard,
    theme: Theme,
    worker: &WorkerHandle,
    inbox: &Receiver<LoopEvent>,
    effects: Vec<Effect>,
) -> Outcome {
    let (mut turn, mut gone) = (0, false);
    // Whether we are to stop, and whether the terminal is somebody else's until we hear that we go on.
    let (mut stop, mut away) = (false, false);
    let mut pending = effects;
    loop {
        for effect in pending.drain(..) {
            match effect {
                Effect::Start(id, job) => worker.submit(id, job),
                Effect::Test(id, test) => worker.test(id, test),
                Effect::Cancel(id) | Effect::CallOff(id) => worker.cancel(id),
                Effect::Remember(bookmark) => worker.remember(bookmark),
                Effect::Quit(exit) => return Outcome::Ended(exit),
                Effect::Enter(found) => return Outcome::Enter(found),
                Effect::EnterAnew => return Outcome::EnterAnew,
                Effect::ChooseAgain => return Outcome::ChooseAgain,
            }
        }
        // Stopped in the middle of writing we would keep rows locked: that is finished first.
        if stop && !wizard.is_writing() {
            (stop, away) = (false, true);
            terminal.lend();
            let _ = kill_process(getpid(), Signal::STOP);
        }
        measure(terminal, wizard);
        // A terminal that went away is like a signal: what is being written is finished first.
        let mut hidden = Hidden::default();
        if !gone
            && !away
            && terminal
                .draw(|f| hidden = frame::draw_measured(f, wizard, &theme, turn))
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
                        LoopEvent::Keyboard(_) => measure(terminal, wizard),
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
fn event_of(heard: LoopEvent, wizard: &Wizard) -> Option<Event> {
    match heard {
        LoopEvent::Job(id, update) => Some(Event::Job(id, update)),
        LoopEvent::Ended => Some(Event::Terminate),
        LoopEvent::Keyboard(Keystroke::Paste(text)) => Some(Event::Paste(text)),
        LoopEvent::Keyboard(Keystroke::Key(key)) => {
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

/// Says on the operator's own screen how things stand.
fn say_goodbye(wizard: &Wizard, lifetime: InstallLifetime) {
    let lines = wizard.goodbye(lifetime);
    if !lines.is_empty() {
        Out::stderr().line(&lines.join("\n"));
    }
}
