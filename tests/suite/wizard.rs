//! The wizard's promises under random events, with an engine that answers as the real one would.

mod again;
mod installs;
mod keys;
mod panes;
mod paths;
mod plain;
mod told;
mod undone;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::secret::{Place, SecretBytes};
use freescout_rescue::domain::mail::rung::{Code, Rung};
use freescout_rescue::domain::mail::state;
use freescout_rescue::domain::plan::{self, Choices, Plan};
use freescout_rescue::domain::verdict::secret_report::SecretReport;
use freescout_rescue::engine::worker::{
    DatabaseValues, Job, JobId, PasswordsUsed, TestJob, TimerStands, Update,
};
use freescout_rescue::tui::frame;
use freescout_rescue::tui::theme::{Depth, Glyphs, Theme};
use freescout_rescue::wizard::message::{Action, Effect, Event};
use freescout_rescue::wizard::parts::window::Window;
use freescout_rescue::wizard::state::{Overlay, Wizard};
use freescout_rescue::wizard::step::apply::Confirmed;
use freescout_rescue::wizard::step::keys::KeysForm;
use freescout_rescue::wizard::step::passwords::Trial;
use freescout_rescue::wizard::step::report::ReportForm;
use freescout_rescue::wizard::step::{Step, survey};
use proptest::prelude::{Just, any, prop_oneof, proptest};
use proptest::strategy::Strategy;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::fixture::{self, SENTINEL};

/// A place to look in that is named on the command line.
const GIVEN: &str = "/given";

#[derive(Debug, Clone)]
enum Input {
    Act(Action),
    Char(char),
    Paste,
    Word(&'static str),
    Engine,
    /// A word of a round of connection tests.
    Server,
    Terminate,
    Resize(u16, u16),
    /// The window is too small for a while, and somebody types on.
    Unseen(u16, u16, Vec<Action>),
}

/// The other side: answers jobs, and knows what must hold when one is asked for.
struct Engine {
    running: Option<JobId>,
    writing: bool,
    answers: VecDeque<Update>,
    old_key_known: bool,
    backup_stands: bool,
    planned: Option<Plan>,
    /// A recovery stands.
    standing: bool,
    /// The backups of the recoveries that stand, of earlier rounds too.
    recoveries: Vec<String>,
    /// How many recoveries there were.
    made: u32,
    /// Which answer comes next: 0 fails.
    luck: u8,
    /// Rounds of connection tests, each with what it has still to say.
    rounds: Vec<(JobId, VecDeque<Update>)>,
    /// A run that did not end is in the journal.
    unfinished: bool,
    /// A timer was shown that is not made yet.
    timer_shown: bool,
}

impl Engine {
    fn test(&mut self, id: JobId, job: &TestJob) {
        assert!(self.rounds.iter().all(|(other, _)| *other != id));
        let which = job.which.clone().expect("the wizard names what it tests");
        assert!(!which.is_empty());
        if let Some((place, _)) = &job.typed {
            assert_eq!(which.len(), 1, "one password, one server: {place}");
        }
        assert_eq!(
            job.reading == PasswordsUsed::InForce,
            self.standing,
            "tested with what FreeScout reads, once it is recovered and not before"
        );
        let mut answers = VecDeque::new();
        for connection in which {
            self.luck = self.luck.wrapping_mul(31).wrapping_add(7);
            let code = match self.luck % 3 {
                0 => Code::AuthRejected,
                1 => Code::Timeout,
                _ => Code::Ok,
            };
            answers.push_back(Update::Probing(connection, Rung::Tcp));
            answers.push_back(Update::Tested(Box::new(fixture::tested(connection, code))));
        }
        answers.push_back(Update::Done);
        self.rounds.push((id, answers));
    }

    /// A recovery is carried out to its end.
    fn recovery(&mut self, verified: bool) -> Update {
        self.made += 1;
        let backup = format!("recovery-{}", self.made);
        let mut applied = fixture::applied_with(&backup);
        applied.verified = verified;
        self.recoveries.push(backup);
        Update::Applied(Box::new(applied))
    }

    /// The backup that an undo goes back to.
    fn last_recovery(&self) -> String {
        let last = self.recoveries.last().filter(|_| !self.unfinished);
        assert!(self.unfinished || last.is_some(), "nothing to be undone");
        last.cloned().unwrap_or_else(|| "unfinished".to_owned())
    }

    fn start(&mut self, id: JobId, job: Job, confirmed: Option<Confirmed>) {
        assert!(self.running.is_none(), "a second job was started");
        self.running = Some(id);
        // One that fails may have written before, and the wizard cannot know.
        self.writing = matches!(
            job,
            Job::Apply { .. } | Job::Undo { .. } | Job::Resume { .. }
        );
        self.standing &= !matches!(job, Job::Survey { .. });
        self.luck = self.luck.wrapping_mul(31).wrapping_add(7);
        let fails = self.luck.is_multiple_of(5);
        let mut answers = vec![Update::Progress {
            what: "working".to_owned(),
            done: 1,
            of: Some(2),
        }];
        let assessment = || Update::Assessed(Box::new(fixture::assessment(self.old_key_known)));
        match job {
            _ if fails => {
                answers.push(Update::Failed(fixture::problem()));
                if let Job::Apply {
                    plan,
                    entered,
                    restart_anyway,
                    ..
                } = &job
                {
                    let confirmed = (confirmed, *restart_anyway);
                    self.check_apply(plan, entered.iter().map(|(place, _)| place), confirmed);
                }
            }
            Job::Survey { .. } => {
                self.backup_stands = false;
                self.planned = None;
                if self.luck.is_multiple_of(7) {
                    let values = DatabaseValues {
                        driver: Driver::MySql,
                        host: "127.0.0.1".to_owned(),
                        port: 3306,
                        socket: None,
                        database: "freescout".to_owned(),
                        username: "freescout".to_owned(),
                        prefix: String::new(),
                    };
                    answers.push(Update::NoDatabase {
                        problem: fixture::problem(),
                        values: Box::new(values),
                    });
                } else if self.luck.is_multiple_of(11) {
                    answers.push(Update::Failed(fixture::several()));
                } else {
                    answers.push(Update::Surveyed(Box::new(fixture::survey())));
                    answers.push(Update::Folders(Box::new(fixture::folders(None))));
                    answers.push(assessment());
                    if self.luck.is_multiple_of(3) && !self.unfinished {
                        answers.push(Update::Bookmark(Box::new(fixture::bookmark())));
                    }
                    if self.unfinished {
                        answers.push(Update::Unfinished(Box::new(fixture::unfinished_run())));
                    }
                }
            }
            Job::Backup { .. } => {
                assert!(!self.unfinished, "something else was begun");
                self.backup_stands = true;
                answers.push(assessment());
                answers.push(Update::BackedUp(fixture::backup()));
            }
            Job::KeepIn(folder) => {
                assert!(!self.backup_stands, "a backup stands elsewhere");
                let folder = folder.to_string_lossy();
                answers.push(Update::Folders(Box::new(fixture::folders(Some(&folder)))));
                // An earlier wizard kept its state there.
                if self.luck.is_multiple_of(3) {
                    answers.push(Update::Bookmark(Box::new(fixture::bookmark())));
                }
            }
            Job::LookIn(_) | Job::LookUsual | Job::LookProcesses => {
                self.old_key_known = true;
                answers.push(Update::Assessed(Box::new(fixture::assessment(true))));
                answers.push(Update::Looked {
                    files: 3,
                    bytes: 4096,
                    unread: None,
                    skipped: vec!["/x: no".to_owned()],
                });
            }
            Job::TryKey(_) => {
                answers.push(Update::KeyTried {
                    key: "K9 · 000000000000".to_owned(),
                    opens: Some(0),
                });
                answers.push(assessment());
            }
            Job::Plan { strategy, choices } => {
                let assessment = fixture::assessment(self.old_key_known);
                let strategy = strategy.expect("the wizard names its strategy");
                match fixture::plan_ready(&assessment, strategy, &choices) {
                    Some(ready) => {
                        self.planned = Some(ready.plan.clone());
                        answers.push(Update::Planned(Box::new(ready)));
                    }
                    None => {
                        let why = plan::make(
                            strategy,
                            &assessment.secrets,
                            &assessment.circumstances,
                            &Choices::default(),
                        );
                        answers.push(Update::NotPossible(strategy, why.unwrap_err()));
                    }
                }
            }
            Job::Apply {
                plan,
                entered,
                restart_anyway,
                ..
            } => {
                let confirmed = (confirmed, restart_anyway);
                self.check_apply(&plan, entered.iter().map(|(place, _)| place), confirmed);
                assert!(!self.unfinished, "something else was begun");
                self.backup_stands = false;
                answers.push(Update::Assessed(Box::new(fixture::recovered())));
                let verified = !self.luck.is_multiple_of(3);
                answers.push(self.recovery(verified));
            }
            Job::TakeUp(bookmark) => {
                let mut expected = fixture::bookmark();
                let places = &mut expected.searched.places;
                places.extend(bookmark.searched.places.get(places.len()).cloned());
                assert_eq!(*bookmark, expected);
                answers.push(assessment());
                if self.luck.is_multiple_of(2) {
                    self.backup_stands = true;
                    answers.push(Update::BackedUp(fixture::backup()));
                }
            }
            Job::Resume { passphrase: None } if self.luck.is_multiple_of(2) => {
                answers.push(Update::Failed(fixture::locked()));
            }
            Job::Resume { passphrase } => {
                assert!(passphrase.is_none_or(|typed| !typed.is_empty()));
                assert!(self.unfinished, "nothing is there to be resumed");
                self.unfinished = false;
                answers.push(Update::Assessed(Box::new(fixture::recovered())));
                answers.push(match self.luck % 3 {
                    0 => Update::Undone {
                        backup: None,
                        sentences: vec!["put back".to_owned()],
                    },
                    _ => self.recovery(true),
                });
            }
            Job::ForeseeUndo => {
                let last = self.last_recovery();
                answers.push(Update::WouldUndo(Box::new(fixture::would_undo_with(&last))));
            }
            Job::Undo { confirmed } => {
                let last = self.last_recovery();
                let told = fixture::would_undo_with(&last).backup;
                assert!(confirmed.is_none_or(|confirmed| *confirmed == told));
                if !std::mem::take(&mut self.unfinished) {
                    self.recoveries.pop();
                }
                answers.push(assessment());
                answers.push(fixture::undone_with(&last));
            }
            Job::MakeSafe(wanted) => {
                assert!(wanted.file.is_absolute() && !wanted.passphrase.is_empty());
                answers.push(match self.luck % 3 {
                    0 => Update::Failed(fixture::locked()),
                    _ => Update::SafeMade(vec!["kept".to_owned()]),
                });
            }
            Job::ForeseeTimer => {
                let stands = [
                    TimerStands::No,
                    TimerStands::AsWanted,
                    TimerStands::Otherwise,
                ];
                let timer = fixture::timer(stands[usize::from(self.luck % 3)]);
                self.timer_shown = timer.stands == TimerStands::No;
                answers.push(Update::Timer(Box::new(timer)));
            }
            Job::MakeTimer => {
                assert!(
                    self.timer_shown,
                    "a timer that was not shown, or stands already"
                );
                self.timer_shown = false;
                answers.push(Update::TimerMade(Box::new(fixture::timer(
                    TimerStands::AsWanted,
                ))));
            }
            Job::SaveReport { text, tested, over } => {
                assert!(over.is_empty() || self.standing, "over another report");
                assert!(!text.contains(SENTINEL));
                assert!(!format!("{tested:?}").contains(SENTINEL));
                answers.push(Update::ReportSaved(vec!["/var/lib/report.txt".into()]));
            }
        }
        answers.push(Update::Done);
        self.answers = answers.into();
    }

    fn check_apply<'a>(
        &self,
        plan: &Plan,
        entered: impl Iterator<Item = &'a Place>,
        (confirmed, restart_anyway): (Option<Confirmed>, bool),
    ) {
        assert!(self.backup_stands, "Apply without a verified backup");
        assert!(confirmed.is_some(), "Apply without the typed word");
        let word_for_restart = confirmed == Some(Confirmed::PlanAndRestart);
        assert_eq!(restart_anyway, word_for_restart, "workers restart unasked");
        assert_eq!(
            Some(plan),
            self.planned.as_ref(),
            "Apply of another plan than the one shown last"
        );
        let mut given: Vec<&Place> = entered.collect();
        given.sort();
        let mut wanted: Vec<&Place> = plan
            .steps
            .iter()
            .filter(|s| s.action == plan::PlanAction::Enter)
            .map(|s| &s.place)
            .collect();
        wanted.sort();
        assert_eq!(given, wanted, "the passwords are not those of the plan");
    }
}

fn any_input() -> impl Strategy<Value = Input> {
    use Action::{
        AddKey, Back, Connections, Delete, Down, Erase, EraseAll, FailingOnly, Filter, First, Help,
        Interrupt, KeepKeys, KeepUntested, Last, Left, LookIn, LookProcesses, LookUsual, NextPane,
        OtherDatabase, OtherFolder, PageDown, PageUp, PreviousPane, Primary, Quit, Retry, Reveal,
        Right, Row, SameAs, Select, StartOver, StopTests, TestAll, Undo, Up, Watch,
    };
    let actions = [
        Primary,
        Primary,
        Primary,
        Primary,
        Primary,
        Up,
        Down,
        PageUp,
        PageDown,
        First,
        Last,
        Row(1),
        Row(7),
        Left,
        Right,
        NextPane,
        PreviousPane,
        Select,
        Back,
        Filter,
        Connections,
        Help,
        Quit,
        Interrupt,
        Retry,
        AddKey,
        LookIn,
        LookUsual,
        LookProcesses,
        OtherDatabase,
        OtherFolder,
        Undo,
        KeepKeys,
        Watch,
        StartOver,
        Erase,
        Delete,
        EraseAll,
        Reveal,
        SameAs,
        KeepUntested,
        TestAll,
        StopTests,
        FailingOnly,
    ];
    prop_oneof![
        12 => (0..actions.len()).prop_map(move |n| Input::Act(actions[n])),
        8 => Just(Input::Act(Primary)),
        3 => (0..8usize).prop_map(|n| Input::Act(Action::Go(Step::ALL[n]))),
        3 => prop_oneof![Just('a'), Just('*'), Just('密'), Just('\u{1b}'), any::<char>()].prop_map(Input::Char),
        2 => Just(Input::Paste),
        4 => prop_oneof![Just("apply"), Just("restart"), Just("undo"), Just("resume"), Just("/root")].prop_map(Input::Word),
        16 => Just(Input::Engine),
        8 => Just(Input::Server),
        1 => Just(Input::Terminate),
        1 => (76u16..140, 22u16..50).prop_map(|(w, h)| Input::Resize(w, h)),
        2 => (too_small(), proptest::collection::vec(0..actions.len(), 0..12)).prop_map(move |((w, h), by_hand)| {
            Input::Unseen(w, h, by_hand.into_iter().map(|n| actions[n]).collect())
        }),
    ]
}

/// Too narrow, too low, or both.
fn too_small() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        (1u16..76, 1u16..50),
        (1u16..140, 1u16..22),
        (1u16..76, 1u16..22),
    ]
}

/// What was typed into the password fields, by place.
fn typed(wizard: &Wizard) -> BTreeMap<Place, String> {
    let answers = wizard
        .passwords
        .answers
        .iter()
        .filter(|(_, a)| !a.input.is_empty());
    answers
        .map(|(place, a)| (place.clone(), a.input.expose().to_owned()))
        .collect()
}

/// The whole state, and the texts of its fields, which it does not print.
fn everything(wizard: &Wizard) -> (String, Vec<String>) {
    let mut fields: Vec<String> = typed(wizard).into_values().collect();
    fields.push(wizard.apply.word.expose().to_owned());
    fields.push(wizard.checks.filter.expose().to_owned());
    fields.extend(wizard.backup.form.iter().map(|f| f.expose().to_owned()));
    match &wizard.report.form {
        Some(ReportForm::Undo { word, .. }) => fields.push(word.expose().to_owned()),
        Some(ReportForm::Safe(form)) => {
            fields.extend(form.inputs.iter().map(|f| f.expose().to_owned()));
        }
        Some(ReportForm::Watch(_)) | None => {}
    }
    if let Some(KeysForm::Key(field) | KeysForm::Place(field)) = &wizard.keys.form {
        fields.push(field.expose().to_owned());
    }
    match &wizard.survey.form {
        Some(survey::SurveyForm::Folder(field)) => fields.push(field.expose().to_owned()),
        Some(survey::SurveyForm::Unfinished(form)) => {
            fields.push(form.word.expose().to_owned());
            fields.extend(form.passphrase.iter().map(|f| f.expose().to_owned()));
        }
        Some(survey::SurveyForm::Database(form)) => {
            fields.extend(form.inputs.iter().map(|f| f.expose().to_owned()));
        }
        Some(survey::SurveyForm::Earlier(_)) | None => {}
    }
    (format!("{wizard:?}"), fields)
}

struct Run {
    wizard: Wizard,
    engine: Engine,
    screen: (u16, u16),
    left: bool,
    reached: Step,
    applied: bool,
    /// A place was named on the command line, and was not searched yet.
    given_waits: bool,
    /// Nothing is drawn or checked on the way: it was before, with the same inputs.
    again: bool,
}

impl Run {
    fn new(luck: u8) -> Self {
        let (mut wizard, effects) = Wizard::start_with(None, true);
        let given_waits = luck & 2 != 0;
        if given_waits {
            wizard.looks_in(vec![GIVEN.into()]);
        }
        let engine = Engine {
            running: None,
            writing: false,
            answers: VecDeque::new(),
            old_key_known: false,
            backup_stands: false,
            planned: None,
            standing: false,
            recoveries: Vec::new(),
            made: 0,
            luck,
            rounds: Vec::new(),
            unfinished: luck.is_multiple_of(4),
            timer_shown: false,
        };
        let mut run = Self {
            wizard,
            engine,
            screen: (80, 24),
            left: false,
            reached: Step::Survey,
            applied: false,
            given_waits,
            again: false,
        };
        run.take(effects, None);
        run
    }

    fn take(&mut self, effects: Vec<Effect>, confirmed: Option<Confirmed>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => self.engine.start(id, job, confirmed),
                Effect::Test(id, job) => self.engine.test(id, &job),
                Effect::Cancel(id) => {
                    let round = self.engine.rounds.iter().any(|(round, _)| *round == id);
                    if !round {
                        assert!(!self.engine.writing, "a job that writes was cut off");
                        assert_eq!(self.engine.running, Some(id));
                    }
                }
                Effect::CallOff(id) => {
                    // Only this job hears it, and only until it writes.
                    assert!(self.engine.writing, "cancelled like any other");
                    assert_eq!(self.engine.running, Some(id));
                }
                Effect::Remember(bookmark) => {
                    assert!(!format!("{bookmark:?}").contains(SENTINEL));
                    let at_all = bookmark.is_some_and(|b| b.backup.is_some());
                    assert!(
                        !at_all || self.engine.backup_stands,
                        "a backup is remembered that does not stand"
                    );
                }
                Effect::Complete { .. }
                | Effect::Enter(_)
                | Effect::EnterAnew
                | Effect::ChooseAgain => {}
                Effect::Quit(_) => {
                    assert!(
                        self.engine.running.is_none() || !self.engine.writing,
                        "left while something was written"
                    );
                    self.left = true;
                }
            }
        }
    }

    fn update(&mut self, event: Event) {
        let confirmed = self.wizard.confirmed();
        let settled = self.settled();
        let word = self.word();
        let effects = self.wizard.update(event);
        for effect in &effects {
            match effect {
                Effect::Start(_, Job::LookIn(places)) if *places == [PathBuf::from(GIVEN)] => {
                    assert!(self.given_waits, "searched twice, or unasked");
                    self.given_waits = false;
                    let survey = &self.wizard.survey;
                    assert!(survey.read().is_some() && survey.form.is_none());
                }
                Effect::Start(_, Job::TakeUp(bookmark)) => {
                    let given = bookmark.searched.places.contains(&PathBuf::from(GIVEN));
                    assert_eq!(
                        given, self.given_waits,
                        "what is named now is searched as well"
                    );
                    self.given_waits = false;
                }
                Effect::Start(_, Job::Resume { passphrase }) => {
                    assert!(word == "resume" || passphrase.is_some());
                }
                Effect::Start(_, Job::Undo { .. }) => assert_eq!(word, "undo"),
                _ => {}
            }
            if let Effect::Start(_, Job::Apply { entered, .. }) = effect {
                assert!(
                    entered.iter().all(|(place, _)| settled.contains(place)),
                    "an untested password would be stored unasked"
                );
            }
        }
        self.take(effects, confirmed);
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.screen = (columns, rows);
        self.update(Event::Resize(Window { columns, rows }));
    }

    /// Everything a keyboard can say, but the ways out, in a window that shows nothing of it.
    fn type_unseen(&mut self, columns: u16, rows: u16, by_hand: &[Action]) {
        let large = self.screen;
        self.resize(columns, rows);
        assert!(!self.wizard.typing(), "letters for a field nobody sees");
        let before = everything(&self.wizard);
        let leaves = |action: &&Action| matches!(action, Action::Quit | Action::Interrupt);
        let acts = by_hand.iter().filter(|action| !leaves(action)).copied();
        let steps = Step::ALL.map(Action::Go);
        let mut events: Vec<Event> = acts.chain(steps).map(Event::Act).collect();
        events.extend("apply".chars().map(Event::Type));
        events.push(Event::Act(Action::Primary));
        events.push(Event::Paste(SecretBytes::from(SENTINEL.as_bytes())));
        events.extend("undo".chars().map(Event::Type));
        events.push(Event::Act(Action::Primary));
        for event in events {
            let effects = self.wizard.update(event);
            assert!(effects.is_empty(), "unseen, and yet: {effects:?}");
            assert_eq!(everything(&self.wizard), before);
        }
        self.check();
        self.resize(large.0, large.1);
    }

    /// The word that stands in the field of a confirmation.
    fn word(&self) -> String {
        let word = match (&self.wizard.survey.form, &self.wizard.report.form) {
            (Some(survey::SurveyForm::Unfinished(form)), _) => form.word.expose(),
            (_, Some(ReportForm::Undo { word, .. })) => word.expose(),
            _ => "",
        };
        word.trim().to_ascii_lowercase()
    }

    /// The answers that their server took, or that the operator keeps untested.
    fn settled(&self) -> std::collections::BTreeSet<Place> {
        let state = &self.wizard.passwords;
        let settled = state.asked.iter().filter(|asked| {
            let answer = state.answers.get(&asked.place);
            answer.is_some_and(|answer| match &answer.trial {
                Some(Trial::Kept) => true,
                Some(Trial::Ended(tested)) => tested.ended.code == Code::Ok,
                _ => asked.connection.is_none(),
            })
        });
        settled.map(|asked| asked.place.clone()).collect()
    }

    /// Each input with luck that never fails, and all that the engine says to it.
    fn walk(&mut self, inputs: &[Input]) {
        for input in inputs {
            self.engine.luck = 2;
            self.step(input);
            for _ in 0..6 {
                self.step(&Input::Engine);
            }
        }
    }

    /// A question of step 1, by its form; it may be covered, or be carried out just now.
    fn question(&self) -> Option<&'static str> {
        match &self.wizard.survey.form {
            Some(survey::SurveyForm::Earlier(_)) => Some("earlier"),
            Some(survey::SurveyForm::Unfinished(_)) => Some("unfinished"),
            _ => None,
        }
    }

    fn step(&mut self, input: &Input) {
        let before = typed(&self.wizard);
        let (asked, deciding) = (self.question(), self.wizard.is_deciding());
        let mut may_change = false;
        match input {
            Input::Act(action) => {
                may_change = matches!(action, Action::Erase | Action::Delete | Action::EraseAll);
                self.update(Event::Act(*action));
            }
            Input::Char(c) => {
                may_change = true;
                if self.wizard.typing() {
                    self.update(Event::Type(*c));
                }
            }
            Input::Word(word) => {
                may_change = true;
                for c in word
                    .chars()
                    .filter(|_| self.wizard.typing())
                    .collect::<Vec<_>>()
                {
                    self.update(Event::Type(c));
                }
            }
            Input::Paste => {
                may_change = true;
                // A path is no secret, and shown as what it is.
                let path = self.wizard.survey.form.is_some()
                    || matches!(self.wizard.keys.form, Some(KeysForm::Place(_)));
                let text = if path { "/root" } else { SENTINEL };
                self.update(Event::Paste(SecretBytes::from(text.as_bytes())));
            }
            Input::Engine => {
                if let (Some(id), Some(update)) =
                    (self.engine.running, self.engine.answers.pop_front())
                {
                    may_change = matches!(update, Update::Applied(_));
                    match &update {
                        Update::Applied(_) => self.engine.standing = true,
                        Update::Undone { .. } => self.engine.standing = false,
                        _ => {}
                    }
                    if matches!(update, Update::Done) {
                        self.engine.running = None;
                        self.engine.writing = false;
                    }
                    if matches!(&update, Update::Failed(_)) && self.engine.writing {
                        self.engine.backup_stands = false;
                    }
                    self.applied |= may_change;
                    self.update(Event::Job(id, update));
                    // A late word of a job that ended changes nothing.
                    if self.engine.running != Some(id) {
                        self.update(Event::Job(id, Update::Failed(fixture::problem())));
                    }
                }
            }
            Input::Server => {
                if let Some((id, answers)) = self.engine.rounds.first_mut() {
                    let (id, update) = (*id, answers.pop_front().unwrap_or(Update::Done));
                    if matches!(update, Update::Done) {
                        self.engine.rounds.remove(0);
                    }
                    self.update(Event::Job(id, update));
                }
            }
            Input::Terminate => self.update(Event::Terminate),
            Input::Resize(width, height) => self.resize(*width, *height),
            Input::Unseen(width, height, by_hand) => self.type_unseen(*width, *height, by_hand),
        }
        if !may_change {
            assert_eq!(
                typed(&self.wizard),
                before,
                "typed passwords changed by {input:?}"
            );
        }
        // A question is answered or left, by hand; and a new one is seen.
        let by_hand = matches!(
            input,
            Input::Act(Action::Primary | Action::Back | Action::Go(_))
        );
        if !by_hand && !deciding && asked.is_some() {
            assert_eq!(self.question(), asked, "lost by {input:?}");
        }
        if self.question().is_some() && asked.is_none() {
            assert_eq!(self.wizard.step, Step::Survey, "asked where nobody looks");
        }
        self.check();
    }

    fn check(&mut self) {
        if self.again {
            return;
        }
        let wizard = &self.wizard;
        assert!(
            wizard.step <= Step::Backup
                || wizard.step == Step::Report
                || wizard.backup.done.is_some()
                || wizard.apply.problem.is_some()
                || wizard.backup.problem.is_some(),
            "{:?} without a backup",
            wizard.step
        );
        assert_eq!(
            wizard.running.as_ref().map(|r| r.id),
            self.engine.running,
            "who runs is not agreed on"
        );
        if let (Some(_), Some(assessment)) = (&wizard.report.applied, wizard.assessment()) {
            for asked in &wizard.passwords.asked {
                let open = |s: &&SecretReport| s.place == asked.place && state::is_open(s);
                let refused = |id| wizard.connections.condemned(id);
                assert!(
                    assessment.secrets.iter().any(|s| open(&s))
                        || asked.connection.is_some_and(refused),
                    "{} is asked for again",
                    asked.place
                );
            }
        }
        if self.engine.running.is_none() && !self.left {
            assert_eq!(
                wizard.written.standing(),
                self.engine.recoveries.len(),
                "what stands is not agreed on"
            );
        }
        let rows = wizard.checks.len();
        assert!(wizard.checks.cursor.at() < rows.max(1));
        assert!(wizard.plan.cursor.at() < wizard.plan.order.len().max(1));
        assert!(wizard.passwords.cursor.at() < wizard.passwords.asked.len().max(1));
        if let Some(assessment) = wizard.assessment() {
            assert!(wizard.keys.cursor.at() < assessment.keys.len().max(1));
            assert!(wizard.survey.cursor.at() < assessment.findings.len().max(1));
        }
        assert!(wizard.connections.cursor.at() < wizard.connections.shown().len().max(1));
        assert!(
            !wizard.connections.running() && !wizard.passwords.trying()
                || !self.engine.rounds.is_empty(),
            "waits for tests that nobody makes"
        );
        assert!(
            wizard
                .offers()
                .iter()
                .collect::<std::collections::HashSet<_>>()
                .len()
                == wizard.offers().len()
        );
        self.reached = self.reached.max(wizard.step);
        let debug = format!("{wizard:?}");
        assert!(!debug.contains(SENTINEL), "a secret in Debug");
        let mut terminal = Terminal::new(TestBackend::new(self.screen.0, self.screen.1)).unwrap();
        let glyphs = match self.screen.0 % 3 {
            0 => Glyphs::Unicode,
            1 => Glyphs::Console,
            _ => Glyphs::Ascii,
        };
        let theme = Theme::new(Depth::Sixteen, glyphs);
        terminal
            .draw(|f| frame::draw(f, wizard, &theme, 0))
            .unwrap();
        plain::check(wizard, self.screen.0);
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, ..Default::default() })]

    #[test]
    fn the_promises_hold_whatever_happens(luck in any::<u8>(), inputs in proptest::collection::vec(any_input(), 1..160)) {
        let mut run = Run::new(luck);
        for input in inputs {
            run.step(&input);
            if run.left {
                break;
            }
        }
    }
}

/// The random walk above proves little if it never gets far: these inputs reach the end under the same checks.
#[test]
fn the_straight_way_leads_to_the_report() {
    let mut run = Run::new(1);
    use Action::{KeepUntested, LookUsual, Primary};
    for _ in 0..6 {
        run.step(&Input::Engine);
    }
    run.walk(&[
        Input::Act(Primary),
        Input::Act(Primary),
        Input::Act(Primary),
    ]);
    assert_eq!(run.wizard.step, Step::Keys);
    run.walk(&[
        Input::Act(LookUsual),
        Input::Act(Primary),
        Input::Act(Primary),
    ]);
    assert_eq!(run.wizard.step, Step::Plan);
    run.walk(&[Input::Act(Primary), Input::Paste]);
    assert_eq!(run.wizard.step, Step::Passwords);
    assert!(run.wizard.passwords.asked.len() >= 3);
    run.walk(&[Input::Act(Primary)]);
    assert!(run.wizard.passwords.trying(), "Enter tries what was typed");
    run.walk(&[Input::Server, Input::Act(KeepUntested)]);
    for _ in 0..run.wizard.passwords.asked.len() {
        run.walk(&[Input::Act(Primary)]);
    }
    assert_eq!(run.wizard.step, Step::Apply);
    run.walk(&[Input::Act(Primary)]);
    assert!(!run.applied, "Enter alone must not apply");
    run.walk(&[Input::Word("apply"), Input::Act(Primary)]);
    assert!(run.applied);
    assert_eq!(run.wizard.step, Step::Report);
    assert_eq!(
        run.wizard.typed(),
        0,
        "passwords are wiped once they are applied"
    );
}

#[test]
fn what_the_command_line_names_is_searched_after_the_survey_and_keeps_nobody_waiting() {
    let mut run = Run::new(2);
    while run.given_waits {
        run.step(&Input::Engine);
        // Whether the survey asks something first is up to chance.
        if run.wizard.survey.form.is_some() {
            run.step(&Input::Act(Action::Back));
        }
    }
    let searching = |run: &Run| run.engine.running.is_some();
    assert!(searching(&run));
    run.step(&Input::Act(Action::Primary));
    assert_eq!(
        run.wizard.step,
        Step::Backup,
        "the search goes on beside it"
    );
    run.step(&Input::Act(Action::Back));
    assert_eq!(run.wizard.step, Step::Backup, "Esc stops it first");
    for _ in 0..6 {
        run.step(&Input::Engine);
    }
    assert!(!searching(&run));
}

#[test]
fn an_untested_password_is_stored_only_by_the_operators_own_word() {
    use Action::{Go, KeepUntested, LookUsual, Primary};
    let mut run = Run::new(1);
    let to_passwords = [
        Primary, Primary, Primary, LookUsual, Primary, Primary, Primary,
    ];
    run.walk(&[Input::Engine]);
    run.walk(&to_passwords.map(Input::Act));
    assert_eq!(run.wizard.step, Step::Passwords);
    run.walk(&[Input::Paste, Input::Act(Go(Step::Apply))]);
    assert_eq!(run.wizard.step, Step::Passwords, "not tested yet");
    run.walk(&[Input::Act(Go(Step::Plan)), Input::Act(Go(Step::Apply))]);
    assert_eq!(
        run.wizard.step,
        Step::Passwords,
        "not by another way either"
    );
    run.walk(&[Input::Act(Primary), Input::Server, Input::Server]);
    // Tried and refused, or not answered: still not settled.
    let answer = run.wizard.passwords.answers.values().next().unwrap();
    let refused = matches!(&answer.trial, Some(Trial::Ended(t)) if t.ended.code != Code::Ok);
    run.walk(&[Input::Act(Go(Step::Apply))]);
    assert_eq!(run.wizard.step == Step::Passwords, refused);
    run.walk(&[Input::Act(Go(Step::Passwords)), Input::Act(KeepUntested)]);
    run.walk(&[Input::Act(Go(Step::Apply))]);
    assert_eq!(run.wizard.step, Step::Apply);
    // Typing on takes the word back.
    run.walk(&[Input::Act(Go(Step::Passwords)), Input::Char('x')]);
    run.walk(&[Input::Act(Go(Step::Apply))]);
    assert_eq!(run.wizard.step, Step::Passwords);
}

/// Up to the word of step 7, in a window that shows it.
fn at_the_word() -> Run {
    let mut run = Run::new(1);
    run.walk(&[Input::Engine]);
    let to_keys = [Action::Primary, Action::Primary, Action::LookUsual];
    run.walk(&to_keys.map(Input::Act));
    run.walk(&[Step::Plan, Step::Apply].map(|step| Input::Act(Action::Go(step))));
    assert_eq!(run.wizard.step, Step::Apply);
    run
}

#[test]
fn nothing_is_confirmed_in_a_window_that_shows_nothing() {
    let mut run = at_the_word();
    run.walk(&[Input::Word("app")]);
    for (columns, rows) in [(75, 24), (80, 21), (60, 20), (20, 6), (1, 1)] {
        run.step(&Input::Unseen(columns, rows, vec![Action::Primary; 3]));
        assert!(!run.engine.writing && !run.applied);
        assert_eq!(run.wizard.apply.word.expose(), "app", "kept as it was");
    }
    run.walk(&[Input::Word("ly"), Input::Act(Action::Primary)]);
    assert!(run.applied, "seen again, it goes on where it was");
}

#[test]
fn nobody_is_trapped_in_a_small_window_and_nothing_is_lost_there() {
    let quits = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Quit(_)));
    let resized = |run: &mut Run, columns, rows| {
        run.wizard.update(Event::Resize(Window { columns, rows }));
    };
    // Nothing is unsaved: at once, however small it is.
    for action in [Action::Quit, Action::Interrupt] {
        let mut run = Run::new(1);
        run.walk(&[Input::Engine]);
        resized(&mut run, 1, 1);
        assert!(quits(&run.wizard.update(Event::Act(action))));
    }
    // A field is open: q may be a letter of it. It is asked, and letters do not answer.
    let mut run = at_the_word();
    resized(&mut run, 60, 20);
    for _ in 0..3 {
        assert!(!quits(&run.wizard.update(Event::Act(Action::Quit))));
        assert_eq!(run.wizard.overlay, Some(Overlay::Quit));
        for word in ["y", "apply", "\r"] {
            let typed: Vec<Effect> = word
                .chars()
                .flat_map(|c| run.wizard.update(Event::Type(c)))
                .collect();
            assert!(typed.is_empty());
        }
        let enter = run.wizard.update(Event::Act(Action::Primary));
        assert!(enter.is_empty(), "Enter belongs to what was typed");
    }
    // Seen again, the usual question stands there.
    resized(&mut run, 80, 24);
    run.wizard.update(Event::Act(Action::Back));
    assert_eq!((run.wizard.overlay, run.wizard.step), (None, Step::Apply));
    // Ctrl-C asks, and Ctrl-C answers, where the question can be seen.
    resized(&mut run, 10, 3);
    for _ in 0..3 {
        assert!(!quits(&run.wizard.update(Event::Act(Action::Interrupt))));
        assert_eq!(run.wizard.overlay, None, "the question would not be seen");
    }
    resized(&mut run, 20, 6);
    assert!(!quits(&run.wizard.update(Event::Act(Action::Interrupt))));
    assert!(quits(&run.wizard.update(Event::Act(Action::Interrupt))));
    // What is being written is finished first.
    let mut run = at_the_word();
    run.step(&Input::Word("apply"));
    run.engine.luck = 2;
    run.step(&Input::Act(Action::Primary));
    assert!(run.engine.writing);
    resized(&mut run, 40, 10);
    for _ in 0..2 {
        assert!(!quits(&run.wizard.update(Event::Act(Action::Interrupt))));
    }
    assert!(run.wizard.is_leaving(), "as soon as it is done");
}

#[test]
fn a_signal_during_the_writing_waits_for_its_end() {
    let mut run = Run::new(1);
    for _ in 0..6 {
        run.step(&Input::Engine);
    }
    for input in [
        Action::Primary,
        Action::Primary,
        Action::Primary,
        Action::LookUsual,
    ]
    .map(Input::Act)
    {
        run.engine.luck = 2;
        run.step(&input);
        for _ in 0..6 {
            run.step(&Input::Engine);
        }
    }
    for step in [Step::Plan, Step::Apply] {
        run.engine.luck = 2;
        run.step(&Input::Act(Action::Go(step)));
        for _ in 0..6 {
            run.step(&Input::Engine);
        }
    }
    run.engine.luck = 2;
    run.step(&Input::Word("APPLY"));
    run.step(&Input::Act(Action::Primary));
    assert!(run.engine.writing);
    run.step(&Input::Terminate);
    assert!(!run.left, "left in the middle of the writing");
    for _ in 0..6 {
        if !run.left {
            run.step(&Input::Engine);
        }
    }
    assert!(run.left, "did not leave after the writing");
}
