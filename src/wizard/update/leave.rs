//! Leaving: at once where nothing would be lost, after a question otherwise, and never in the middle of writing.

use crate::sentences::{self, mail_state};
use crate::wizard::jobs::{JobKind, Pending, Running};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::window::Window;
use crate::wizard::state::{InstallLifetime, Overlay, Wizard};
use crate::words::untrusted::shown;
use crate::words::words;

/// What the keys that leave do in a window too small for the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// They leave: nothing would be lost.
    Leaves,
    /// They ask first.
    Asks,
    /// It was asked, and only Ctrl-C confirms: letters may be meant for a field that cannot be seen.
    Asked,
    /// We leave as soon as what is being written is written.
    Leaving,
    /// Nothing: the question would not fit.
    Nothing,
}

impl Wizard {
    /// Leaves at once where nothing would be lost, asks otherwise.
    pub(super) fn ask_to_leave(&mut self) -> Vec<Effect> {
        if self.would_lose() {
            self.overlay = Some(Overlay::Quit);
            return Vec::new();
        }
        self.leave()
    }

    /// Whether something is unsaved, or being done.
    fn would_lose(&self) -> bool {
        let busy = |job: &Running| match job.kind {
            // It only reads, and is soon made again.
            JobKind::Survey => false,
            // The files stand before it says that it is done.
            JobKind::SaveReport => !self.report.is_saved(),
            _ => true,
        };
        self.typed() > 0 || self.running.as_ref().is_some_and(busy) || self.report_unsaved()
    }

    /// Whether a recovery stands whose report was not saved since its last word.
    pub fn report_unsaved(&self) -> bool {
        let report = &self.report;
        report.has_written() && report.undone.is_none() && !report.is_saved()
    }

    /// Leaves; after the job that writes, if one runs.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        match &mut self.running {
            Some(job) if job.kind.writes() => {
                job.then = Pending::Leave;
                vec![Effect::CallOff(job.id)]
            }
            Some(job) => {
                let cancel = Effect::Cancel(job.id);
                std::iter::once(cancel).chain(self.quit()).collect()
            }
            None => self.quit(),
        }
    }

    /// What the keys that leave do in a window too small for the steps. Where not even the question fits, a larger window
    /// and closing the terminal remain.
    pub fn unseen(&self) -> Unseen {
        let loses = self.would_lose() || self.mode_below().is_typing();
        match self.overlay {
            _ if !loses => Unseen::Leaves,
            _ if !self.window.holds(Window::SMALLEST_TO_ASK) => Unseen::Nothing,
            Some(Overlay::Quit) => Unseen::Asked,
            _ if self.is_leaving() => Unseen::Leaving,
            _ => Unseen::Asks,
        }
    }

    /// Leaves a window that shows nothing, as [`Wizard::unseen`] says.
    pub(super) fn leave_unseen(&mut self, action: Action) -> Vec<Effect> {
        match (self.unseen(), action) {
            (Unseen::Leaves, _) | (Unseen::Asked, Action::Interrupt) => {
                self.overlay = None;
                self.leave()
            }
            (Unseen::Asks | Unseen::Asked, _) => {
                self.overlay = Some(Overlay::Quit);
                Vec::new()
            }
            (Unseen::Nothing | Unseen::Leaving, _) => Vec::new(),
        }
    }

    /// How things stand when the program has ended: lines for the operator's own screen. Of what is deleted then, nothing
    /// stands.
    pub fn goodbye(&self, lifetime: InstallLifetime) -> Vec<String> {
        if lifetime == InstallLifetime::ThrowAway {
            return Vec::new();
        }
        if let Some(problem) = &self.written.in_part {
            return vec![problem.to_string()];
        }
        let mut lines = self.report_outcome(mail_state::headline);
        lines.extend(self.report_ways());
        let saved = self.report.saved.iter();
        lines.extend(saved.map(|path| shown(path).to_string()));
        match self.written.last() {
            // Of an earlier round, which this report does not tell of.
            Some(last) if !self.report.has_written() && self.report.undone.is_none() => {
                let (count, undo) = (self.written.standing(), &last.undo);
                lines.push(text!(quit_recovery_stands, count, undo));
            }
            Some(_) => {}
            None => {
                if lines.is_empty() {
                    lines.push(self.nothing_changed());
                }
                if let Some(unfinished) = &self.survey.unfinished {
                    lines.push(words().run_unfinished_why.to_owned());
                    let ways = unfinished.ways.lines();
                    lines.extend(ways.map(|way| way.trim().to_owned()));
                }
                lines.extend(self.backup_stays());
            }
        }
        lines
    }

    /// That nothing was changed; where a run stands that did not end, that it does.
    pub fn nothing_changed(&self) -> String {
        match &self.survey.unfinished {
            None => words().quit_nothing_changed.to_owned(),
            Some(unfinished) => {
                let found = sentences::journal::unfinished(&unfinished.run);
                text!(quit_unfinished_stays, found)
            }
        }
    }

    /// That a backup stays, where one was made.
    fn backup_stays(&self) -> Option<String> {
        let made = self.backup.made.as_ref()?;
        let folder = shown(&made.folder);
        Some(match &made.keys {
            None => text!(quit_backup_stays, folder),
            Some(keys) => text!(quit_backup_stays_apart, folder, keys = shown(keys)),
        })
    }

    /// Ends; what is being tested is called off, and is not tested then.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_tests();
        effects.push(Effect::Quit(self.exit()));
        effects
    }
}
