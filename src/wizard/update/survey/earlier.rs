//! What the wizard remembers of itself, and going back there: searches are made again, the backup is compared again,
//! choices are taken over. Passwords were never kept: they are typed again.

use crate::domain::run::bookmark::{Bookmark, Searched};
use crate::engine::worker::Job;
use crate::wizard::jobs::Pending;
use crate::wizard::message::Effect;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::survey::SurveyForm;
use crate::words::words;

impl Wizard {
    /// Where we are, as far as it is worth remembering.
    pub fn bookmark(&self) -> Option<Bookmark> {
        let begun = self.backup.done.is_some() || self.keys.searched != self.given;
        if self.report.is_over() || !begun || self.assessment().is_none() {
            return None;
        }
        Some(Bookmark {
            at: String::new(),
            step: self.step.number(),
            backup: self.backup.done.as_ref().map(|done| done.folder.clone()),
            full_dump: self.backup.full_dump,
            searched: self.keys.searched.clone(),
            // Who only looked at another one has not chosen it: that is done by going on with it.
            strategy: self.plan.strategy.filter(|_| self.step > Step::Plan),
            salvage: self.plan.salvage.iter().cloned().collect(),
        })
    }

    /// Has the bookmark written down when it is another than the one written last.
    pub(in crate::wizard::update) fn remember(&mut self) -> Option<Effect> {
        // A bookmark that was found is neither forgotten nor overwritten before it is decided about.
        let undecided = matches!(self.survey.form, Some(SurveyForm::Earlier(_)));
        let surveyed = self.survey.read().is_some() && self.assessment().is_some();
        if undecided || !surveyed || self.running.is_some() {
            return None;
        }
        let bookmark = self.bookmark();
        // Looking around alone loses nothing.
        if bookmark == self.remembered || bookmark.is_none() && !self.report.is_over() {
            return None;
        }
        self.remembered.clone_from(&bookmark);
        self.bookmark_is_own = true;
        Some(Effect::Remember(bookmark))
    }

    /// Asks whether to go back to where an earlier wizard was left.
    pub(in crate::wizard::update) fn ask_about_earlier(&mut self, bookmark: Box<Bookmark>) {
        let found = Some(Bookmark {
            at: String::new(),
            ..(*bookmark).clone()
        });
        // Not that of another install that was chosen since.
        if self.bookmark_is_own && self.remembered == found {
            self.survey.to_take_up = Some(bookmark);
            return;
        }
        self.remembered = found;
        self.bookmark_is_own = false;
        // It may come from another folder for backups, named in step 2.
        self.step = Step::Survey;
        self.survey.form = Some(SurveyForm::Earlier(bookmark));
    }

    /// This very session was looked at again: what it had of backup and choices is taken over without a question. The keys
    /// that it found are known still, so nothing is searched again.
    pub(in crate::wizard::update) fn take_up_own(&mut self) -> Vec<Effect> {
        let bookmark = self.survey.to_take_up.take();
        let Some(bookmark) = bookmark.filter(|_| self.survey.unfinished.is_none()) else {
            return Vec::new();
        };
        let compared = Bookmark {
            searched: Searched::default(),
            ..(*bookmark).clone()
        };
        let started = self.start(Job::TakeUp(Box::new(compared)));
        if !started.is_empty() {
            self.backup.full_dump = bookmark.full_dump;
            self.plan.strategy = bookmark.strategy;
            self.plan.salvage = bookmark.salvage.into_iter().collect();
            self.keys.searched = bookmark.searched;
        }
        started
    }

    /// Goes back to where the operator was.
    pub(super) fn take_up(&mut self) -> Vec<Effect> {
        let Some(SurveyForm::Earlier(bookmark)) = &self.survey.form else {
            return Vec::new();
        };
        let mut bookmark = bookmark.clone();
        // What is named now is searched as well, before anything rests on what is known.
        bookmark.searched.add(&self.to_search);
        let started = self.start(Job::TakeUp(bookmark.clone()));
        if !started.is_empty() {
            self.to_search.clear();
            self.bookmark_is_own = true;
            self.survey.form = None;
            self.backup.full_dump = bookmark.full_dump;
            self.plan.strategy = bookmark.strategy;
            self.plan.salvage = bookmark.salvage.into_iter().collect();
            self.keys.searched = bookmark.searched;
            if let (Some(step), Some(job)) = (Step::from_number(bookmark.step), &mut self.running) {
                job.then = Pending::Return(step);
            }
        }
        started
    }

    /// What was to be taken up is there again: to the step, as far as it is open.
    pub(in crate::wizard::update) fn return_to(&mut self, step: Step) -> Vec<Effect> {
        let w = words();
        if self.backup.done.is_none() {
            let effects = self.go(Step::Backup);
            self.say(w.taken_up_without_backup);
            return effects;
        }
        // The steps behind it rest on its plan, and on passwords, which were not kept.
        let effects = self.go(step.clamp(Step::Backup, Step::Plan));
        if step > Step::Plan {
            self.say(w.taken_up_without_passwords);
        } else {
            self.say(&text!(taken_up, step = self.step.number()));
        }
        effects
    }
}
