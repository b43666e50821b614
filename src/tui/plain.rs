//! The wizard line by line: the same state machine as on the full screen, told in sentences and asked in lines, without a
//! cursor address, a colour or a sign that moves.
//!
//! What is told is read off the step's own picture ([`page`]), and only what was not told before is told ([`teller`]); the
//! question at its end is made of what can be done here ([`asks`]). A line is an answer: nothing is Enter, a letter or a
//! word an action, a number an item of the list; where something is typed into a field, the line is all of its text, and an
//! action has a colon in front. The terminal edits the lines, and is silent while a secret is typed ([`lines`]).

mod asks;
mod lines;
mod page;
mod teller;

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpid, kill_process};

use self::asks::is_word;
pub use self::asks::{Asks, LineMeaning};
use self::lines::{LineTerminal, TypedLines, TypedText};
use self::page::PlainPage;
use self::teller::{Occasion, PlainTold, Teller};
use super::inbox::{self, Begun, LoopEvent, Outcome, WizardStart};
use super::theme::{self, Depth, Glyphs, Theme};
use crate::cli::arguments::FaceOptions;
use crate::domain::inventory::secret::SecretBytes;
use crate::engine::worker::threads::WorkerHandle;
use crate::wizard::message::{Action, Effect, Event};
use crate::wizard::mode::{Field, Mode};
use crate::wizard::parts::input::{Input, MAX_BYTES};
use crate::wizard::state::{Overlay, Wizard};
use crate::wizard::step::survey::{DatabaseField, SurveyForm};
use crate::words::untrusted::{all_uncovered, sanitize_lines};
use crate::words::words;

/// While something runs, it is looked at this often whether there is something to be told.
const TICK: Duration = Duration::from_millis(500);

/// Runs the wizard to its end.
///
/// # Errors
/// What the system says when it has no terminal for it.
pub(super) fn wizard(start: WizardStart, face: FaceOptions) -> std::io::Result<Outcome> {
    let signals = inbox::signals()?;
    let lifetime = start.lifetime();
    let terminal = LineTerminal::open()?;
    let Begun {
        wizard,
        effects,
        worker,
        updates,
    } = inbox::begin(start);
    let (inbox, keyboard) = inbox::listen::<TypedLines>(updates, signals, true)?;
    let glyphs = Glyphs::or_ascii(face.ascii);
    let mut face_of_lines = PlainFace {
        terminal,
        conversation: PlainConversation::new(wizard, glyphs),
        gone: false,
    };
    let first = match face.plain {
        true => words().plain_begin.to_owned(),
        false => format!("{}\n{}", words().plain_dumb, words().plain_begin),
    };
    let outcome = face_of_lines.run(&first, effects, &worker, &inbox);
    let PlainFace {
        terminal,
        conversation,
        ..
    } = face_of_lines;
    drop(terminal);
    // What was typed goes with the thread that read it, what was read of the install with the one that worked on it.
    drop((keyboard, inbox));
    worker.finish();
    inbox::say_goodbye(&outcome, &conversation.wizard, lifetime);
    Ok(outcome)
}

/// The loop: as that of the full screen, but that a line is answered before the next one is heard.
struct PlainFace {
    terminal: LineTerminal,
    conversation: PlainConversation,
    /// The terminal went away.
    gone: bool,
}

impl PlainFace {
    fn run(
        &mut self,
        first: &str,
        effects: Vec<Effect>,
        worker: &WorkerHandle,
        inbox: &Receiver<LoopEvent<TypedText>>,
    ) -> Outcome {
        self.conversation.effects = effects;
        let (mut stop, mut away, mut was_gone) = (false, false, false);
        let mut occasion = Occasion::Typed;
        self.say(&format!("{first}\n"));
        loop {
            if let Some(outcome) = inbox::carry_out(&mut self.conversation.effects, worker) {
                // What is said next begins a row.
                if occasion == Occasion::ByItself {
                    self.say("\n");
                }
                return outcome;
            }
            // Stopped in the middle of writing we would keep rows locked: that is finished first.
            if stop && !self.conversation.wizard.is_writing() {
                (stop, away) = (false, true);
                self.terminal.lend();
                let _ = kill_process(getpid(), Signal::STOP);
            }
            if !away && !self.gone {
                let width = page::width(self.terminal.columns());
                let text = self.conversation.told(occasion, width, Instant::now());
                // Before anybody can begin to answer.
                let silent = self.conversation.teller.asks().is_silent();
                self.gone |= self.terminal.silence(silent).is_err();
                self.say(&text);
                occasion = Occasion::ByItself;
                if !self.conversation.effects.is_empty() {
                    continue;
                }
            }
            if self.gone && !was_gone {
                was_gone = true;
                self.conversation.update(Event::Terminate);
                continue;
            }
            let heard = match self.conversation.wizard.is_busy() {
                true => inbox.recv_timeout(TICK),
                false => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match heard {
                Ok(LoopEvent::Typed(line)) => occasion = self.conversation.hear(&line),
                Ok(LoopEvent::Job(id, update)) => self.conversation.update(Event::Job(id, update)),
                Ok(LoopEvent::Ended) => self.conversation.update(Event::Terminate),
                Ok(LoopEvent::Interrupted) => {
                    self.conversation.update(Event::Act(Action::Interrupt));
                }
                Ok(LoopEvent::Stop) => stop = true,
                Ok(LoopEvent::Continued) => {
                    (stop, away) = (false, false);
                    // A terminal that cannot be had again is one that went away: the next word tells.
                    let _ = self.terminal.take_again();
                    occasion = Occasion::Again;
                }
                Ok(LoopEvent::Resized) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Outcome::Ended(self.conversation.wizard.exit());
                }
            }
        }
    }

    /// Writes a text; a terminal that went away is like a signal: what is being written is finished first.
    fn say(&mut self, text: &str) {
        let text = all_uncovered(text);
        let text = sanitize_lines(&text);
        let glyphs = self.conversation.theme.glyphs;
        let said = self.terminal.say(&with_glyphs(&text, glyphs));
        self.gone |= said.is_err();
    }
}

/// A text with others in place of the signs that the terminal's font does not have.
fn with_glyphs(text: &str, glyphs: Glyphs) -> String {
    let mut letter = [0; 4];
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let sign = c.encode_utf8(&mut letter);
        out.push_str(theme::shown(sign, glyphs).unwrap_or(sign));
    }
    out
}

/// All that is told of a wizard that nothing was told of before, and the question at its end, on a terminal of so many columns
/// with a font that has these signs.
pub fn told_at_once(wizard: &Wizard, glyphs: Glyphs, columns: u16) -> (String, Asks) {
    let theme = Theme::new(Depth::Mono, glyphs);
    let width = page::width(Some(columns));
    let page = PlainPage::of(wizard, theme, width);
    let mut teller = Teller::default();
    let told = teller.tell(wizard, page, Occasion::Typed, width, Instant::now());
    (told.text + &told.question, teller.asks().clone())
}

/// What is told and what is answered, without a terminal.
pub struct PlainConversation {
    /// The state.
    pub wizard: Wizard,
    /// What the wizard asked of the world since these were taken.
    pub effects: Vec<Effect>,
    /// How what follows the last line is told.
    occasion: Occasion,
    teller: Teller,
    theme: Theme,
}

impl PlainConversation {
    /// A conversation about a wizard, for a terminal with a font that has these signs.
    pub fn new(wizard: Wizard, glyphs: Glyphs) -> Self {
        Self {
            wizard,
            effects: Vec::new(),
            occasion: Occasion::Typed,
            teller: Teller::default(),
            theme: Theme::new(Depth::Mono, glyphs),
        }
    }

    /// What is to be told after a line, on a terminal of so many columns.
    pub fn tell(&mut self, columns: u16) -> String {
        let width = page::width(Some(columns));
        self.told(self.occasion, width, Instant::now())
    }

    /// Takes a line, as an answer to what was told last.
    pub fn answer(&mut self, line: &str) {
        let line = TypedText {
            text: line.as_bytes().to_vec().into(),
            at: Instant::now(),
        };
        self.occasion = self.hear(&line);
    }

    /// Takes an event.
    pub fn update(&mut self, event: Event) {
        let effects = self.wizard.update(event);
        self.effects.extend(effects);
    }

    fn told(&mut self, occasion: Occasion, width: u16, now: Instant) -> String {
        if let Some(notice) = self.wizard.notice.take() {
            self.wizard.notice = Some(page::keys_as_lines(&notice, self.wizard.typing()));
        }
        let page = PlainPage::of(&self.wizard, self.theme, width);
        let told = self.teller.tell(&self.wizard, page, occasion, width, now);
        let PlainTold { mut text, question } = told;
        if self.wizard.overlay == Some(Overlay::Help) {
            // Whoever has read it goes on: nobody has to close a text that is no longer in the way.
            self.update(Event::Act(Action::Back));
            let page = PlainPage::of(&self.wizard, self.theme, width);
            let typed = Occasion::Typed;
            let below = self.teller.tell(&self.wizard, page, typed, width, now);
            text.push_str(&below.text);
            return text + &below.question;
        }
        text + &question
    }

    /// Takes a line that was typed. How what follows is told.
    fn hear(&mut self, line: &TypedText) -> Occasion {
        let w = words();
        let mode = self.wizard.mode();
        // What is confirmed was read before.
        if is_word(mode) && self.teller.asked_after(line.at) {
            self.say(w.plain_too_early);
            return Occasion::Typed;
        }
        let Ok(text) = std::str::from_utf8(&line.text) else {
            self.say(w.plain_refused);
            return Occasion::Typed;
        };
        let text = text.strip_suffix('\r').unwrap_or(text);
        match self.teller.asks().read(text) {
            LineMeaning::Act(Action::Primary) => self.enter(mode),
            LineMeaning::Act(action) => self.update(Event::Act(action)),
            LineMeaning::Text(text) => {
                if self.fill(text) {
                    self.enter(mode);
                }
            }
            LineMeaning::Filter(text) => {
                self.update(Event::Act(Action::Filter));
                match self.fill(text) {
                    true => self.update(Event::Act(Action::Primary)),
                    false => self.wizard.checks.filtering = false,
                }
            }
            LineMeaning::Colonless => self.say(w.plain_colon),
            LineMeaning::Again => return Occasion::Again,
            LineMeaning::Unknown if mode.is_typing() => self.say(w.plain_unknown_field),
            LineMeaning::Unknown => self.say(w.plain_unknown),
        }
        Occasion::Typed
    }

    fn say(&mut self, sentence: &str) {
        self.wizard.notice = Some(sentence.to_owned());
    }

    /// Makes this the whole text of the field. Says so where the field would not take it as it is.
    fn fill(&mut self, text: &str) -> bool {
        let w = words();
        let secret = SecretBytes::from(text.as_bytes());
        if !Input::default().paste(&secret) {
            self.say(match text.len() > MAX_BYTES {
                true => w.field_full,
                false => w.plain_refused,
            });
            return false;
        }
        // Where something was chosen in its place, that goes first.
        for _ in 0..2 {
            self.update(Event::Act(Action::EraseAll));
        }
        self.update(Event::Paste(secret));
        true
    }

    /// Enter. The form of the database, which would be carried out by it, goes on to its next field; a word that was not taken
    /// is typed anew, as an empty line must never confirm anything.
    fn enter(&mut self, mode: Mode) {
        if let Some(SurveyForm::Database(form)) = &self.wizard.survey.form
            && mode == Mode::Field(Field::Database)
            && form.focus.at() + 1 < DatabaseField::ALL.len()
        {
            return self.update(Event::Act(Action::NextPane));
        }
        let before = self.effects.len();
        self.update(Event::Act(Action::Primary));
        let taken = self.effects.len() > before || self.wizard.mode() != mode;
        if is_word(mode) && !taken {
            let notice = self.wizard.notice.take();
            self.update(Event::Act(Action::EraseAll));
            self.wizard.notice = notice;
        }
    }
}
