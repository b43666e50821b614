//! What both faces stand on: jobs, signals and what is typed come in by one channel, the wizard's effects go out to the
//! worker, and what became of it all.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::terminal;
use super::terminal::keyboard::{Keyboard, TakesBytes};
use crate::cli::output::Out;
use crate::domain::config::found::FoundInstall;
use crate::engine::exit::Exit;
use crate::engine::worker::setup::Setup;
use crate::engine::worker::threads::WorkerHandle;
use crate::engine::worker::{JobId, Update};
use crate::io::container::within;
use crate::wizard::message::Effect;
use crate::wizard::state::{InstallLifetime, Wizard, Workplace};
use crate::wizard::step::passwords::Note;

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

/// What the wizard begins with.
pub struct WizardStart {
    /// What the worker works with.
    pub setup: Setup,
    /// The install's folder; `None` searches the usual places.
    pub install: Option<PathBuf>,
    /// Where to look for keys.
    pub look_in: Vec<PathBuf>,
    /// Run FreeScout's own cache command.
    pub artisan: bool,
    /// What is told of a demo; nothing where it is none.
    pub hints: Option<Hints>,
}

impl WizardStart {
    /// What becomes of the install when the program has ended.
    pub(super) fn lifetime(&self) -> InstallLifetime {
        match self.hints {
            None => InstallLifetime::Lasting,
            Some(_) => InstallLifetime::ThrowAway,
        }
    }
}

/// What nobody can know of a demo, and is told. Its install is deleted when the wizard has ended.
pub struct Hints {
    /// The folder that a key is hidden in.
    pub hidden_key: PathBuf,
    /// The passwords that are asked for.
    pub note: Note,
}

/// What the loop hears; `T` is what is typed.
pub(super) enum LoopEvent<T> {
    Typed(T),
    Job(JobId, Update),
    /// The window has another size.
    Resized,
    /// Asked to stop for a while (SIGTSTP).
    Stop,
    /// Back from that, or from a stop that nobody asked us about (SIGSTOP).
    Continued,
    /// Ctrl-C, where it comes as a signal (SIGINT).
    Interrupted,
    /// Asked to end, or the terminal went away.
    Ended,
}

/// The signals that are heard.
pub(super) fn signals() -> std::io::Result<Signals> {
    Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])
}

/// One channel for everything, each source on a thread of its own. Where `asks`, SIGINT is a key like others.
pub(super) fn listen<D: TakesBytes>(
    updates: Receiver<(JobId, Update)>,
    mut signals: Signals,
    asks: bool,
) -> std::io::Result<(Receiver<LoopEvent<D::Typed>>, Keyboard)> {
    let (send, inbox) = channel();
    let job_sender: Sender<LoopEvent<D::Typed>> = send.clone();
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
                SIGINT if asks => LoopEvent::Interrupted,
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
    let keyboard = Keyboard::listen::<D>(move |input| {
        send.send(input.map_or(LoopEvent::Ended, LoopEvent::Typed))
            .is_ok()
    })?;
    Ok((inbox, keyboard))
}

/// The wizard at its start, and who works for it.
pub(super) struct Begun {
    pub(super) wizard: Wizard,
    /// What it asks for first.
    pub(super) effects: Vec<Effect>,
    pub(super) worker: WorkerHandle,
    /// What the worker reports.
    pub(super) updates: Receiver<(JobId, Update)>,
}

/// The wizard at its start, with its first effects, and the worker that carries them out.
pub(super) fn begin(start: WizardStart) -> Begun {
    let lifetime = start.lifetime();
    let (worker, updates) = WorkerHandle::start(start.setup);
    let (mut wizard, effects) = Wizard::start_with(start.install, start.artisan);
    wizard.looks_in(start.look_in);
    if let Some(Hints { hidden_key, note }) = start.hints {
        wizard.hides_key_in(hidden_key);
        wizard.has_note(note);
    }
    wizard.works_in(Workplace {
        lifetime,
        stopped_container: within::is_stopped(),
        chosen_on_host: within::get().is_some_and(|within| within.from_list),
    });
    Begun {
        wizard,
        effects,
        worker,
        updates,
    }
}

/// Hands effects to the worker; how it ends, where one of them ends it.
pub(super) fn carry_out(effects: &mut Vec<Effect>, worker: &WorkerHandle) -> Option<Outcome> {
    for effect in effects.drain(..) {
        match effect {
            Effect::Start(id, job) => worker.submit(id, job),
            Effect::Test(id, test) => worker.test(id, test),
            Effect::Complete {
                typed,
                folders_only,
            } => worker.complete(typed, folders_only),
            Effect::Cancel(id) | Effect::CallOff(id) => worker.cancel(id),
            Effect::Remember(bookmark) => worker.remember(bookmark),
            Effect::Quit(exit) => return Some(Outcome::Ended(exit)),
            Effect::Enter(found) => return Some(Outcome::Enter(found)),
            Effect::EnterAnew => return Some(Outcome::EnterAnew),
            Effect::ChooseAgain => return Some(Outcome::ChooseAgain),
        }
    }
    None
}

/// Says on the operator's own screen how things stand.
pub(super) fn say_goodbye(outcome: &Outcome, wizard: &Wizard, lifetime: InstallLifetime) {
    if matches!(outcome, Outcome::Ended(_)) {
        let lines = wizard.goodbye(lifetime);
        if !lines.is_empty() {
            Out::stderr().line(&lines.join("\n"));
        }
    }
}
