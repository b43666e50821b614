//! Commands of ours as the operator is to type them: ready for a shell, with our folders as they are.

use std::path::Path;

use crate::domain::run::Run;
use crate::domain::run::belongs::RecordOwner;
use crate::engine::session::options::Options;
use crate::io::container::within;
use crate::io::os::around;
use crate::io::{install, state};
use crate::sentences;

/// The operator's word for whose rights FreeScout has, as an option ready for a shell: what is done later needs it as well.
pub fn web_user_option() -> Option<String> {
    let named = install::named()?;
    Some(format!(
        "--web-user {}",
        sentences::shell(Path::new(&named.text))
    ))
}

/// The container that we work within, as an option ready for a shell.
pub fn container_option() -> Option<String> {
    Some(sentences::commands::in_container(&within::get()?.container))
}

/// One of our commands on this install, ready for a shell, with the folder its backups lie in, and that of its keys.
pub fn command(what: &str, backup: &Path, keys: Option<&Path>, install: &Path) -> String {
    let parent = |folder: &Path| sentences::shell(folder.parent().unwrap_or(folder));
    let keys_dir = keys.map(|keys| format!(" --keys-dir {}", parent(keys)));
    let options = [container_option(), web_user_option()];
    let options = options.into_iter().flatten();
    let options: String = options.map(|option| format!(" {option}")).collect();
    format!(
        "{} {what} --backup-dir {}{}{} {}",
        around::program(),
        parent(backup),
        keys_dir.unwrap_or_default(),
        options,
        sentences::shell(&install::lasting_name(install))
    )
}

/// One of our commands on this install, ready for a shell, with our folders as they are.
pub fn command_with(what: &str, options: &Options, install: &Path) -> String {
    let install = install::lasting_name(install);
    command_on(what, options, Some(&install))
}

/// The same on the install of a run, which may be in a container, and not in the one that we work in.
pub fn command_for(what: &str, options: &Options, run: &Run) -> String {
    let here = install::identified(&run.install);
    if run.identity().belongs_to(&here) != RecordOwner::Other {
        return command_with(what, options, &run.install);
    }
    let container = run.container();
    let container = container.as_ref().map(|container| match container.word() {
        Some(word) => format!("--container {}", sentences::shell(Path::new(word))),
        // Nothing names it but the number of one of its processes, which is another one by now.
        None => "--container PID".to_owned(),
    });
    in_place(what, options, container, Some(&run.install))
}

/// The same on the install that was named, if one was: it may be one that is not seen from here.
pub fn command_on(what: &str, options: &Options, install: Option<&Path>) -> String {
    in_place(what, options, container_option(), install)
}

/// The same on an install of which nobody knows more than what was named: the folder, and the container that it is in.
pub fn command_named(
    what: &str,
    options: &Options,
    container: Option<&str>,
    install: Option<&Path>,
) -> String {
    let option = |word| format!("--container {}", sentences::shell(Path::new(word)));
    in_place(what, options, container.map(option), install)
}

fn in_place(
    what: &str,
    options: &Options,
    container: Option<String>,
    install: Option<&Path>,
) -> String {
    let mut text = format!("{} {what}", around::program());
    if options.state_dir != state::usual() {
        text += &format!(" --state-dir {}", sentences::shell(&options.state_dir));
    }
    if options.backup_dir != state::backups_in(&options.state_dir) {
        text += &format!(" --backup-dir {}", sentences::shell(&options.backup_dir));
    }
    if let Some(keys_dir) = &options.keys_dir {
        text += &format!(" --keys-dir {}", sentences::shell(keys_dir));
    }
    let install = install.map(sentences::shell);
    for word in [container, web_user_option(), install]
        .into_iter()
        .flatten()
    {
        text += &format!(" {word}");
    }
    text
}
