//! What the keys of step 8 do.

use crate::domain::mail::state::{Health, MailState, Owner, is_open};
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::exit::Exit;
use crate::engine::worker::{Applied, Job};
use crate::sentences::{self, mail_state};
use crate::wizard::jobs::JobKind;
use crate::wizard::message::{Action, Effect};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::report::{ReportForm, ReportItem, ReportView};
use crate::words::untrusted::shown;
use crate::words::{typed, words};

impl Wizard {
    pub(in crate::wizard) fn report_offers(&self) -> Vec<Action> {
        let free = self.is_free();
        let save = free && self.may_save();
        let offers = [
            (save, Action::Primary),
            (
                self.report_view().items.len() > 1 && !self.is_answering(),
                Action::Down,
            ),
            (free && self.can_keep_keys(), Action::KeepKeys),
            (free, Action::Watch),
            (free && self.can_undo(), Action::Undo),
            (free, Action::StartOver),
        ];
        let offers = offers.into_iter().filter(|(offered, _)| *offered);
        offers.map(|(_, action)| action).collect()
    }

    /// Whether saving the report says more than what is saved, or soon will.
    fn may_save(&self) -> bool {
        !self.report.is_saved() || self.connections.running()
    }

    /// Whether there is a recovery of this session to take back.
    pub(super) fn can_undo(&self) -> bool {
        self.written.last().is_some()
    }

    pub(super) fn act_report(&mut self, action: Action) -> Vec<Effect> {
        // The answer to the question is being carried out.
        if self.is_answering() {
            return Vec::new();
        }
        match (action, &self.report.form) {
            (Action::Back, Some(form)) => {
                // What was wrong with the form goes with it.
                if matches!(form, ReportForm::Safe(_)) {
                    self.report.problem = None;
                }
                self.report.form = None;
            }
            (_, Some(ReportForm::Undo { .. })) => return self.act_undo(action),
            (_, Some(ReportForm::Safe(_))) => return self.act_safe(action),
            (_, Some(ReportForm::Watch(_))) => return self.act_timer(action),
            (Action::Primary, None) if self.may_save() => return self.save_report(),
            (Action::Primary, None) => self.say(words().q_or_n),
            (Action::Undo, None) if self.can_undo() => {
                return self.ask(Job::ForeseeUndo, ReportForm::undo());
            }
            (Action::KeepKeys, None) if self.can_keep_keys() => self.open_safe(),
            (Action::Watch, None) => {
                return self.ask(Job::ForeseeTimer, ReportForm::Watch(None));
            }
            (Action::StartOver, None) => return self.start_over(),
            (action, None) => {
                let rows = self.report_view().items.len();
                self.report.cursor.act(action, rows);
            }
        }
        Vec::new()
    }

    /// Opens a form that shows what this job tells.
    fn ask(&mut self, job: Job, form: ReportForm) -> Vec<Effect> {
        let started = self.start(job);
        if !started.is_empty() {
            self.report.form = Some(form);
            self.report.problem = None;
        }
        started
    }

    /// Whether the answer to a question of this step is being carried out.
    pub(in crate::wizard) fn is_answering(&self) -> bool {
        let kinds = [JobKind::Undo, JobKind::MakeSafe, JobKind::MakeTimer];
        kinds.into_iter().any(|kind| self.is_running(kind))
    }

    fn act_undo(&mut self, action: Action) -> Vec<Effect> {
        let foreseeing = self.is_running(JobKind::ForeseeUndo);
        let Some(ReportForm::Undo { word, .. }) = &mut self.report.form else {
            return Vec::new();
        };
        match action {
            // What it would put back is shown before it can be confirmed.
            Action::Primary if foreseeing => self.say_busy(),
            Action::Primary if !word.expose().trim().eq_ignore_ascii_case(typed::UNDO) => {
                self.say(words().undo_type_the_word);
            }
            Action::Primary => {
                let told = self.report.would_undo();
                let confirmed = told.map(|would| would.backup.clone());
                let started = self.start(Job::Undo { confirmed });
                // It is asked again where it fails.
                if !started.is_empty() {
                    self.report.form = Some(ReportForm::undo());
                    self.report.problem = None;
                }
                return started;
            }
            action => {
                word.act(action);
            }
        }
        Vec::new()
    }

    fn save_report(&mut self) -> Vec<Effect> {
        let tested = self.connections.tested().into_iter().cloned().collect();
        // One report a recovery; the undo has one of its own.
        let over = match &self.report.undone {
            None => self.report.saved.clone(),
            Some(_) => Vec::new(),
        };
        let started = self.start(Job::SaveReport {
            text: self.report_text(),
            tested,
            over,
        });
        if !started.is_empty() {
            self.report.problem = None;
            self.report.outdated = false;
        }
        started
    }

    /// Saves a report again that was saved while connections were still being tested: what is kept says how it ended.
    pub(super) fn keep_report_current(&mut self) -> Vec<Effect> {
        let report = &self.report;
        let behind = report.outdated && !report.saved.is_empty() && report.problem.is_none();
        let recovered = report.applied.is_some() && report.undone.is_none();
        if behind && recovered && self.is_free() && !self.connections.running() {
            return self.save_report();
        }
        Vec::new()
    }

    /// How the program ends, as things stand.
    pub fn exit(&self) -> Exit {
        if self.written.in_part.is_some() {
            return Exit::Unreadable;
        }
        if self.written.is_nothing() {
            return Exit::Attention;
        }
        // What was taken back says nothing of what stands.
        let applied = self.report.applied.as_ref();
        let verified = self.report.undone.is_some() || applied.is_none_or(|a| a.verified);
        match self.assessment() {
            Some(after) => Exit::of_recovery(verified, after),
            None => Exit::Unreadable,
        }
    }
}

impl Wizard {
    /// The state of the mail, with what was tested so far.
    pub fn mail_state(&self) -> Option<MailState<'_>> {
        let assessment = self.assessment()?;
        Some(MailState::of(assessment, &|id| self.connections.last(id)))
    }

    /// What the screen says, as long as nothing changes.
    pub fn report_view(&self) -> &ReportView {
        self.report.view.get(|| ReportView {
            health: self.report_health(),
            in_short: self.report_in_short(),
            hints: self.report_hints(),
            items: self.report_items(),
        })
    }

    fn report_items(&self) -> Vec<ReportItem> {
        let (Some(assessment), Some(state)) = (self.assessment(), self.mail_state()) else {
            return Vec::new();
        };
        let site = self.site();
        let item = |owner: &Owner<'_>| ReportItem {
            health: Some(owner.health()),
            name: mail_state::name(owner),
            address: owner.email.to_string(),
            text: mail_state::in_short(owner),
            advice: mail_state::advice(owner, assessment, site),
        };
        let good = |owner: &&Owner<'_>| owner.health() == Health::Good;
        let mut notes = self.report_notes();
        notes.extend(self.report_undo());
        let notes = notes.into_iter().map(|text| ReportItem {
            health: None,
            name: String::new(),
            address: String::new(),
            text,
            advice: Vec::new(),
        });
        let open = state.owners.iter().filter(|owner| !good(owner));
        let mut items: Vec<ReportItem> = open.map(item).collect();
        items.extend(notes);
        items.extend(state.owners.iter().filter(good).map(item));
        items
    }

    /// What was done on the way, or is left to the operator.
    fn report_notes(&self) -> Vec<String> {
        let applied = match (&self.report.applied, &self.report.undone) {
            (Some(applied), None) => applied.notes.as_slice(),
            _ => &[],
        };
        let notes = applied.iter().chain(&self.report.done_since);
        notes.cloned().collect()
    }

    /// The host of `APP_URL`, for links into FreeScout.
    fn site(&self) -> &str {
        self.survey.read().map_or("", |survey| &survey.site)
    }

    /// The report as it is saved: the same sentences as on the screen, but for its keys.
    pub fn report_text(&self) -> String {
        let w = words();
        let mut lines = Vec::new();
        if let Some(survey) = self.survey.read() {
            lines.push(text!(
                check_install,
                path = shown(&survey.path),
                version = survey.version,
                server = survey.server,
                database = survey.database
            ));
        }
        lines.push(String::new());
        let sign = mail_state::sign(self.report_health());
        let mut headlines = self.report_headlines().into_iter();
        lines.extend(headlines.next().map(|line| format!("{sign} {line}")));
        lines.extend(headlines);
        lines.extend(self.report_notes());
        lines.push(String::new());
        if let (Some(assessment), Some(state)) = (self.assessment(), self.mail_state()) {
            lines.extend(mail_state::all_in_full(&state, assessment, self.site()));
            lines.extend(
                assessment
                    .keys
                    .iter()
                    .map(|key| sentences::key(key, assessment.summary.all())),
            );
            lines.extend(
                assessment
                    .findings
                    .iter()
                    .map(|f| format!("- {}", sentences::finding(f))),
            );
            lines.push(String::new());
        }
        lines.extend(w.report_watch.lines().map(str::to_owned));
        lines.push(String::new());
        lines.join("\n")
    }

    /// What came of it, in sentences: the state of the mail first, then what was done, and the way back from that. Nothing
    /// while there is no report.
    pub fn report_headlines(&self) -> Vec<String> {
        let mut lines = self.report_outcome(mail_state::headline);
        lines.extend(self.report_ways());
        lines
    }

    /// The command that takes it back stands among the notes below: a key does the same here.
    fn report_in_short(&self) -> Vec<String> {
        let mut lines = self.report_outcome(mail_state::figures);
        lines.extend(self.beside_the_undo());
        lines.extend(self.recoveries_in_effect());
        lines
    }

    /// The state of the mail, in this form, and what was done.
    pub(super) fn report_outcome(
        &self,
        headline: fn(&MailState<'_>, usize) -> String,
    ) -> Vec<String> {
        let state = self.mail_state();
        let said = state.map(|state| {
            let logins = state.owners.iter().flat_map(|owner| &owner.logins);
            let needed = logins.filter(|login| login.connection.target.is_ok());
            let tested = |id| self.connections.progress(id).is_some();
            let left = needed.filter(|login| tested(login.connection.id)).count();
            headline(&state, left)
        });
        let done = match (&self.report.undone, &self.report.applied) {
            (Some(undone), _) => undone.iter().take(1).cloned().collect(),
            (None, Some(applied)) if applied.undo.is_none() => {
                let w = words();
                let nothing = match applied.verified {
                    true => w.applied_nothing_to_do,
                    false => w.applied_nothing,
                };
                vec![nothing.to_owned()]
            }
            (None, Some(applied)) => {
                let verdict = if applied.verified {
                    text!(
                        report_verified,
                        resealed = applied.resealed,
                        entered = applied.reentered
                    )
                } else {
                    text!(
                        report_unverified,
                        resealed = applied.resealed,
                        entered = applied.reentered
                    )
                };
                vec![verdict]
            }
            (None, None) if self.step == Step::Report => {
                vec![words().applied_nothing_to_do.to_owned()]
            }
            (None, None) => return Vec::new(),
        };
        said.into_iter().chain(done).collect()
    }

    /// How to take it back; of what was taken back, all that is to be known beside. Then what stands of this session.
    pub(super) fn report_ways(&self) -> Vec<String> {
        let mut ways = self.beside_the_undo();
        ways.extend(self.report_undo());
        ways.extend(self.recoveries_in_effect());
        ways
    }

    /// Of what was taken back, all that is to be known beside.
    fn beside_the_undo(&self) -> Vec<String> {
        let undone = self.report.undone.iter().flatten();
        undone.skip(1).cloned().collect()
    }

    /// How to take it back, as a command.
    fn report_undo(&self) -> Option<String> {
        let stands = self.report.applied.as_ref();
        let stands = stands.filter(|_| self.report.undone.is_none())?;
        let undo = stands.undo.as_ref()?;
        Some(text!(report_undo, undo))
    }

    /// How many recoveries of this session stand, where it has carried out several.
    fn recoveries_in_effect(&self) -> Option<String> {
        let (standing, made) = (self.written.standing(), self.written.made());
        let several = made > 1 && self.report.is_over();
        several.then(|| match standing {
            0 => text!(report_none_stands, made),
            count if count == made => text!(report_all_stand, made),
            count => text!(report_some_stand, count, made),
        })
    }

    /// Which recovery of this session `u` takes back, and of how many: where there were several.
    pub fn next_undo(&self) -> Option<(usize, usize)> {
        let made = self.written.made();
        let next = self.written.last().filter(|_| made > 1)?;
        Some((next.number, made))
    }

    fn report_health(&self) -> Health {
        let unverified = |applied: &Applied| !applied.verified && self.report.undone.is_none();
        if self.report.applied.as_deref().is_some_and(unverified) {
            return Health::Broken;
        }
        self.mail_state()
            .map_or(Health::Open, |state| state.health())
    }

    fn report_hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = self.login_hints().into_iter().map(str::to_owned).collect();
        let undo = self.next_undo().filter(|_| self.report.is_over());
        hints.extend(undo.map(|(number, made)| text!(report_hint_undo, number, made)));
        hints
    }

    /// Which keys lead on from what the logins came to.
    fn login_hints(&self) -> Vec<&'static str> {
        let w = words();
        let Some(state) = self.mail_state() else {
            return Vec::new();
        };
        let mut hints = Vec::new();
        if state.logins.not_tried + state.logins.failed > 0 && self.connections.any_waits() {
            hints.push(w.report_hint_send);
        }
        let untested = state.owners.iter().flat_map(|owner| &owner.logins);
        let untested = untested
            .filter(|login| login.tested.is_none() && login.connection.target.is_ok())
            .count();
        if untested > 0 && !self.connections.running() {
            hints.push(w.report_hint_test);
        }
        if state.logins.failed > 0 {
            hints.push(w.report_hint_failing);
            // A password that was refused stays refused.
            let refused = self.connections.all_condemned().len();
            if !self.install_stays() && state.logins.failed > refused {
                hints.push(w.report_hint_demo);
            }
        }
        let enterable = |s: &SecretReport| is_open(s) && s.enterable();
        let secrets = self.assessment().map(|a| a.secrets.as_slice());
        if secrets.unwrap_or_default().iter().any(enterable) {
            hints.push(w.report_hint_enter);
        } else if self.connections.any_refused() {
            hints.push(w.report_hint_refused);
        }
        hints
    }
}
