//! `--container`: the command line is carried out by a second process, within the container.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::arguments::{Arguments, Command, Common, Task};
use super::failure;
use super::outcome::{CommandResult, not_started};
use crate::domain::config::container::RunState;
use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::exit::Exit;
use crate::engine::recovery::commands;
use crate::io::container::enter::{self, Crowded, Target, UnusableFolder, WorkEnded};
use crate::io::container::{Container, found};
use crate::io::install;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// The container that the work is to be done in, if it is another place than where we are.
pub fn chosen(arguments: &Arguments) -> Option<&str> {
    // The watch itself stays on the host: its rounds go in.
    let container = arguments.common().container.as_deref();
    container.filter(|_| !arguments.stays_on_host())
}

/// Carries out a command line in the container that it names. Gives the exit code.
pub fn carry_out(name: &str, arguments: &Arguments, typed: &[OsString]) -> u8 {
    let container = found(name);
    if let Ok(container) = &container
        && arguments.common().install.is_none()
        && let Some(only) = only_install_of(container)
    {
        return carry_out_on(&only, arguments, typed);
    }
    let target = container.map(|container| Target {
        container,
        found: None,
        from_list: false,
    });
    carry_out_in(target, arguments, typed)
}

/// The only install of a container that does not run: what its runtime wrote down leads to it, and nobody knows that within.
fn only_install_of(container: &Container) -> Option<FoundInstall> {
    if container.running {
        return None;
    }
    let mut all = found::stopped_installs();
    all.retain(|one| one.container.as_deref() == Some(container));
    match all.len() {
        1 => all.pop(),
        _ => None,
    }
}

/// How much of what names an install is handed on: an argument has its bounds, whatever paths a container has.
const HANDED_ON: usize = 3;

/// The same on an install that was found in one.
pub fn carry_out_on(found: &FoundInstall, arguments: &Arguments, typed: &[OsString]) -> u8 {
    carry_out_on_one(found, false, arguments, typed)
}

/// The same on one that was chosen from a list: the exit code may be that another is to be chosen.
pub fn carry_out_on_chosen(found: &FoundInstall, arguments: &Arguments, typed: &[OsString]) -> u8 {
    carry_out_on_one(found, true, arguments, typed)
}

fn carry_out_on_one(
    found: &FoundInstall,
    from_list: bool,
    arguments: &Arguments,
    typed: &[OsString],
) -> u8 {
    let container = found.container.as_deref().cloned().unwrap_or_default();
    let mut typed = typed.to_vec();
    let is_named = arguments.common().install.is_some();
    if !is_named {
        typed.push(found.path.clone().into_os_string());
    }
    let found = (!is_named).then(|| FoundInstall {
        container: None,
        evidence: found.evidence.iter().take(HANDED_ON).cloned().collect(),
        ..found.clone()
    });
    let target = Target {
        container,
        found,
        from_list,
    };
    carry_out_in(Ok(target), arguments, &typed)
}

fn carry_out_in(target: Result<Target, Problem>, arguments: &Arguments, typed: &[OsString]) -> u8 {
    let common = arguments.common();
    let screen = arguments.task.is_none();
    let entered = target.and_then(|target| {
        let folders = arguments.host_folders();
        let ended = enter::enter(&target, &folders, typed, screen);
        let ended = ended.map_err(|e| not_entered(&target.container, &e))?;
        Ok((target, ended))
    });
    match entered {
        // It may have been started meanwhile, or made anew.
        Ok((before, WorkEnded::Exit(code))) if screen && code == Exit::EnterAnew as u8 => {
            let container = found(&before.container.lasting_name());
            let target = container.map(|container| Target {
                container,
                ..before
            });
            carry_out_in(target, arguments, typed)
        }
        Ok((_, WorkEnded::Exit(code))) => code,
        Ok((_, WorkEnded::Signal(signal))) => {
            // As it would have ended us.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            Exit::Failed as u8
        }
        Ok((target, ended)) => {
            let cut_off = cut_off(&target.container, ended, arguments);
            failure::exit(common.json, || cut_off)
        }
        Err(problem) => failure::exit(common.json, || Err(not_started(problem))),
    }
}

/// The container that somebody calls so.
fn found(word: &str) -> Result<Container, Problem> {
    let w = words();
    let all = found::containers();
    let mut meant = found::named(&all, word);
    match meant.len() {
        1 => Ok(meant.swap_remove(0)),
        0 => {
            if !rustix::process::geteuid().is_root() {
                let what = text!(container_not_seen, name = shown(word));
                let next = w.container_not_seen_next;
                return Err(ErrorKind::InstallNotFound.problem(what, "", next));
            }
            let what = text!(container_missing, name = shown(word));
            let why = match all.is_empty() {
                true => w.container_there_are_none.to_owned(),
                false => text!(container_there_are, containers = listed(&all)),
            };
            let mut next = w.container_missing_next.to_owned();
            for (hides, why) in [
                (found::hides_stopped(), w.container_containerd_stopped),
                (found::leaves_out(), w.container_missing_cut),
            ] {
                if hides {
                    next += &format!(" {why}");
                }
            }
            let accounts = found::cut_accounts();
            if !accounts.is_empty() {
                let accounts: Vec<String> = accounts
                    .iter()
                    .map(|name| shown(name).to_string())
                    .collect();
                let told = text!(container_accounts_cut, accounts = accounts.join(", "));
                next += &format!(" {told}");
            }
            Err(ErrorKind::InstallNotFound.problem(what, why, next))
        }
        _ => {
            let what = text!(container_several, name = shown(word));
            let why = listed(&meant);
            Err(ErrorKind::InstallAmbiguous.problem(what, why, w.container_several_next))
        }
    }
}

/// Containers by their names and ids.
fn listed(all: &[Container]) -> String {
    let one = |container: &Container| {
        let mut name = match container.name.is_some() || container.id.is_some() {
            // Those that differ by nothing else are told with their ids anyway.
            true if container.has_namesake => shown(&container.filed_under("")).to_string(),
            true => shown(&container.lasting_name()).to_string(),
            false => sentences::found::container(container),
        };
        if let (Some(_), Some(id)) = (&container.name, container.short_id()) {
            name += &format!(" {}", shown(&id));
        }
        match (container.state, container.running) {
            (Some(RunState::Restarting), _) => text!(container_with_restarting, container = name),
            (Some(RunState::Paused), _) => text!(container_with_paused, container = name),
            (None, true) => name,
            (None, false) => text!(container_with_stopped, container = name),
        }
    };
    let names: Vec<String> = all.iter().map(one).collect();
    sentences::found::listed(&names)
}

/// The only install of this host, if that is one in a container: what is done without naming another is done there. `None`
/// where one was named, or anything else decides.
pub fn only_install(arguments: &Arguments) -> Option<FoundInstall> {
    let common = arguments.common();
    let is_on_one = match &arguments.task {
        None => true,
        Some(Task::Command(command)) => !matches!(**command, Command::History { all: true, .. }),
        Some(Task::Demo { .. } | Task::Completions { .. } | Task::Man { .. }) => false,
    };
    if common.install.is_some()
        || common.container.is_some()
        || !is_on_one
        || arguments.stays_on_host()
    {
        return None;
    }
    // Most hosts have none: then nothing else needs to be looked for here.
    if found::containers().is_empty() {
        return None;
    }
    match install::find(None).as_mut_slice() {
        [only] if only.container.is_some() => Some(only.clone()),
        _ => None,
    }
}

/// The problem of a container that cannot be entered.
pub fn not_entered(container: &Container, error: &std::io::Error) -> Problem {
    let w = words();
    let what = text!(
        container_not_entered,
        container = shown(&container.lasting_name())
    );
    let root = rustix::process::geteuid().is_root();
    let error_of_ours = error.get_ref();
    let of_folder = error_of_ours.is_some_and(|error| error.is::<UnusableFolder>());
    let crowded = error_of_ours.and_then(|error| error.downcast_ref::<Crowded>());
    let is_closed = || container.process.is_some_and(found::is_closed);
    let mut next = match crowded {
        _ if !root => w.container_not_root_next,
        _ if of_folder => w.container_folder_next,
        Some(Crowded(folder)) if folder == Path::new("/") => w.container_crowded_root_next,
        Some(_) => w.container_crowded_next,
        None if is_closed() => w.container_closed_next,
        None if !container.running => w.container_not_entered_stopped_next,
        None => w.container_not_entered_next,
    }
    .to_owned();
    if crowded.is_some() && !container.running {
        next += &format!(" {}", w.container_start_first);
    }
    ErrorKind::Refused.problem(what, error.to_string(), next)
}

/// What is said when the work within was ended from outside.
fn cut_off(container: &Container, ended: WorkEnded, arguments: &Arguments) -> CommandResult {
    let w = words();
    let name = container.lasting_name();
    let what = match ended {
        WorkEnded::Stopped => text!(container_stopped, container = shown(&name)),
        _ => text!(container_killed, container = shown(&name)),
    };
    let common = arguments.common();
    let resume = format!("resume {}", sentences::commands::in_container(container));
    let resume = commands::command_on(&resume, &common.options(), common.install.as_deref());
    let first = match ended {
        WorkEnded::Stopped => w.container_create_again,
        _ => "",
    };
    match arguments.changes() {
        true => Err((
            ErrorKind::HalfDone.problem(
                what,
                "",
                format!("{first} {}", text!(container_resume, command = resume)).trim(),
            ),
            Exit::Unreadable,
        )),
        false => Err((
            ErrorKind::Cancelled.problem(what, "", format!("{first} {}", w.container_again).trim()),
            Exit::Failed,
        )),
    }
}

impl Arguments {
    /// The options, wherever they stand.
    pub fn common(&self) -> &Common {
        match &self.task {
            Some(Task::Command(command)) => command.common(),
            _ => &self.common,
        }
    }

    /// Whether it works on the host, wherever FreeScout is: what has other processes of ours go into containers.
    fn stays_on_host(&self) -> bool {
        let Some(Task::Command(command)) = &self.task else {
            return false;
        };
        matches!(&**command, Command::Watch { options, .. } if options.round.is_none())
    }

    /// The folders of the host that this command line works with by their own paths, wherever FreeScout is.
    pub fn host_folders(&self) -> Vec<PathBuf> {
        let options = self.common().options();
        let mut folders = vec![
            options.state_dir.to_path_buf(),
            options.backup_dir.to_path_buf(),
        ];
        folders.extend(options.keys_dir.map(|folder| folder.to_path_buf()));
        let Some(Task::Command(command)) = &self.task else {
            return folders;
        };
        match &**command {
            Command::Restore { backup, .. } if backup.is_dir() => {
                folders.push(backup.to_path_buf());
            }
            Command::Watch { options, .. } => {
                let safe = options.round.iter().filter_map(|round| round.safe.as_ref());
                let folders_of_safes = safe.map(|safe| safe.folder.clone());
                folders.extend(folders_of_safes.filter(|folder| folder.is_dir()));
            }
            // One that is missing is not made for it.
            Command::Safe { options, .. } => {
                let of_files = options.files().filter_map(Path::parent);
                folders.extend(of_files.filter(|f| f.is_dir()).map(Path::to_path_buf));
            }
            Command::Rotate { options, .. } => {
                let folder = options.output.as_deref().and_then(Path::parent);
                folders.extend(folder.filter(|f| f.is_dir()).map(Path::to_path_buf));
            }
            _ => {}
        }
        folders
    }

    /// Makes what is relative to the current folder, or found out on the host, as it is from everywhere: before a container
    /// is entered.
    ///
    /// # Errors
    /// The system's, when the current folder is gone.
    pub fn settle_on_host(&mut self) -> std::io::Result<()> {
        let state_dir = self.common().options().state_dir;
        let absolute = |path: &mut Option<PathBuf>| -> std::io::Result<()> {
            if let Some(path) = path.as_mut().filter(|path| path.as_os_str() != "-") {
                *path = std::path::absolute(&*path)?;
            }
            Ok(())
        };
        match &mut self.task {
            Some(Task::Command(command)) => {
                command.common_mut().state_dir = Some(state_dir);
                match &mut **command {
                    Command::Backup { options, .. } => absolute(&mut options.passphrase_file)?,
                    Command::Safe { options, .. } => absolute(&mut options.lock.passphrase_file)?,
                    Command::Rotate { options, .. } => {
                        absolute(&mut options.lock.passphrase_file)?;
                    }
                    Command::Restore { passphrase, .. }
                    | Command::Resume { passphrase, .. }
                    | Command::Undo { passphrase, .. } => {
                        absolute(&mut passphrase.passphrase_file)?;
                    }
                    Command::Recover { passwords, .. } => absolute(passwords)?,
                    _ => {}
                }
            }
            _ => self.common.state_dir = Some(state_dir),
        }
        Ok(())
    }

    /// Whether it may write something of FreeScout's. The wizard may.
    fn changes(&self) -> bool {
        match &self.task {
            None => true,
            Some(Task::Command(command)) => command.changes(),
            Some(_) => false,
        }
    }
}
