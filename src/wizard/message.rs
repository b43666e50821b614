//! What the wizard hears and what it asks for. Keys have become actions before they come here; work comes back as
//! updates.

use crate::domain::config::found::FoundInstall;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::run::bookmark::Bookmark;
use crate::engine::exit::Exit;
use crate::engine::worker::{Job, JobId, TestJob, Update};

use super::step::Step;
use crate::wizard::parts::window::{Hidden, Window};

/// Something happened.
pub enum Event {
    /// The operator pressed a key that means something here.
    Act(Action),
    /// The operator typed a character into a field.
    Type(char),
    /// The operator pasted a text.
    Paste(SecretBytes),
    /// A job reports.
    Job(JobId, Update),
    /// The system asks us to end (SIGTERM), or the terminal went away (SIGHUP).
    Terminate,
    /// The window has this size.
    Resize(Window),
    /// So much of the pane is not in it.
    Drawn(Hidden),
}

/// What a key can mean. Which of them mean something here and now, [`super::update::Wizard::offers`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Enter: the next thing to do.
    Primary,
    /// Up one.
    Up,
    /// Down one.
    Down,
    /// Up a screenful.
    PageUp,
    /// Down a screenful.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// To this row of the list that the arrows move in, from 0; to the last one where there are fewer.
    Row(usize),
    /// Left within a field.
    Left,
    /// Right within a field.
    Right,
    /// To the next pane or field.
    NextPane,
    /// To the previous pane or field.
    PreviousPane,
    /// Space: choose what the cursor is on.
    Select,
    /// Esc: one step back, or out of what is open, or stop what runs.
    Back,
    /// Show only rows with a text.
    Filter,
    /// The connections pane.
    Connections,
    /// The help.
    Help,
    /// Leave, after a question where something would be lost.
    Quit,
    /// Ctrl-C: leave; the second time without a question.
    Interrupt,
    /// Try again, or make it again.
    Retry,
    /// Type or paste a key.
    AddKey,
    /// Name a place to look for keys.
    LookIn,
    /// Look in the usual places.
    LookUsual,
    /// Look in running PHP processes.
    LookProcesses,
    /// Give other database values.
    OtherDatabase,
    /// Give another folder.
    OtherFolder,
    /// Take the last recovery back.
    Undo,
    /// Put the keys into a safe.
    KeepKeys,
    /// Have the install watched.
    Watch,
    /// Start over with a new survey.
    StartOver,
    /// To a step that is open.
    Go(Step),
    /// Delete the character before the cursor.
    Erase,
    /// Delete the character under the cursor.
    Delete,
    /// Empty the field.
    EraseAll,
    /// Show or hide what is being typed.
    Reveal,
    /// Take the same password as another account.
    SameAs,
    /// Keep what was typed although no mail server has taken it.
    KeepUntested,
    /// Test every connection.
    TestAll,
    /// Stop the connection tests.
    StopTests,
    /// Show only connections that do not work.
    FailingOnly,
}

impl Action {
    /// Whether it moves in a list or a text, and does nothing else.
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Up | Self::Down | Self::PageUp | Self::PageDown | Self::First | Self::Last
        )
    }

    /// Whether it is a command of its own, which either does something or is worth a word; not a movement, an edit or a
    /// way out.
    pub fn is_command(self) -> bool {
        match self {
            Self::Primary
            | Self::Select
            | Self::Filter
            | Self::Retry
            | Self::AddKey
            | Self::LookIn
            | Self::LookUsual
            | Self::LookProcesses
            | Self::OtherDatabase
            | Self::OtherFolder
            | Self::Undo
            | Self::KeepKeys
            | Self::Watch
            | Self::StartOver
            | Self::SameAs
            | Self::KeepUntested
            | Self::TestAll
            | Self::StopTests
            | Self::FailingOnly => true,
            Self::Up
            | Self::Down
            | Self::PageUp
            | Self::PageDown
            | Self::First
            | Self::Last
            | Self::Row(_)
            | Self::Left
            | Self::Right
            | Self::NextPane
            | Self::PreviousPane
            | Self::Back
            | Self::Connections
            | Self::Help
            | Self::Quit
            | Self::Interrupt
            | Self::Go(_)
            | Self::Erase
            | Self::Delete
            | Self::EraseAll
            | Self::Reveal => false,
        }
    }
}

/// What the wizard asks of the world.
#[derive(Debug)]
pub enum Effect {
    /// Hand this job to the engine.
    Start(JobId, Job),
    /// Hand these connection tests to the engine.
    Test(JobId, TestJob),
    /// Ask what the path that is being typed may become.
    Complete {
        /// As it is typed.
        typed: SecretBytes,
        /// A file is no answer.
        folders_only: bool,
    },
    /// Ask a job, or a round of tests, to stop.
    Cancel(JobId),
    /// Ask a job that writes to write nothing, where it has not begun to. Once it has, it finishes.
    CallOff(JobId),
    /// Keep this bookmark in place of the last; `None` forgets it.
    Remember(Option<Bookmark>),
    /// End the program, and go on with this install, which is in a container.
    Enter(Box<FoundInstall>),
    /// End the program, and begin anew in the same container, as it is by then.
    EnterAnew,
    /// End the program, which was entered from the list of installs, and go back to that list.
    ChooseAgain,
    /// End the program.
    Quit(Exit),
}

impl Effect {
    /// Whether the program ends with it.
    pub fn ends(&self) -> bool {
        match self {
            Self::Enter(_) | Self::EnterAnew | Self::ChooseAgain | Self::Quit(_) => true,
            Self::Start(..)
            | Self::Test(..)
            | Self::Complete { .. }
            | Self::Cancel(_)
            | Self::CallOff(_)
            | Self::Remember(_) => false,
        }
    }
}
