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

/// This install as an argument of our commands, ready for a shell, with the container that it is in.
pub fn operand(install: &Path) -> String {
    let install = sentences::shell(&install::lasting_name(install));
    match container_option() {
        Some(container) => format!("{container} {install}"),
        None => install,
    }
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

/// The same as arguments, for what runs one of our commands itself.
pub fn arguments(options: &Options, install: &Path) -> Vec<String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let folders = folders(options).into_iter();
    let mut all: Vec<String> = folders
        .flat_map(|(name, folder)| [name.to_owned(), text(folder)])
        .collect();
    let mut named = |name: &str, value: Option<String>| {
        all.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    named(
        "--web-user",
        install::named().map(|named| named.text.clone()),
    );
    let container = within::get().map(|within| within.container.lasting_name());
    named("--container", container);
    all.push(text(&install::lasting_name(install)));
    all
}

/// Our folders, where they are not the usual ones.
fn folders(options: &Options) -> Vec<(&'static str, &Path)> {
    let state_dir = (options.state_dir != state::usual()).then_some(&*options.state_dir);
    let usual = state::backups_in(&options.state_dir);
    let backup_dir = (options.backup_dir != usual).then_some(&*options.backup_dir);
    let all = [
        ("--state-dir", state_dir),
        ("--backup-dir", backup_dir),
        ("--keys-dir", options.keys_dir.as_deref()),
    ];
    let given = all
        .into_iter()
        .filter_map(|(name, folder)| Some((name, folder?)));
    given.collect()
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
    for (name, folder) in folders(options) {
        text += &format!(" {name} {}", sentences::shell(folder));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::install::artisan;
    use crate::io::state::AbsolutePath;

    fn options(state_dir: &Path) -> Options {
        let state_dir = AbsolutePath::new(state_dir).expect("a folder");
        Options {
            backup_dir: state::backups_in(&state_dir),
            state_dir,
            keys_dir: None,
            artisan: true,
            php_limit: artisan::TIME_LIMIT,
        }
    }

    #[test]
    fn what_was_named_alone_is_named_again() {
        let options = options(&state::usual());
        let of = |container, install| command_named("watch", &options, container, install);
        assert_eq!(of(None, None), "freescout-rescue watch");
        assert_eq!(
            of(Some("web 1"), Some(Path::new("/srv/desk"))),
            "freescout-rescue watch --container 'web 1' /srv/desk"
        );
    }

    /// What a person types and what a timer runs are the same.
    #[test]
    fn a_command_and_its_arguments_say_the_same() {
        let install = Path::new("/srv/help desk");
        let usual = options(&state::usual());
        assert_eq!(arguments(&usual, install), ["/srv/help desk"]);
        assert_eq!(
            command_with("watch", &usual, install),
            "freescout-rescue watch '/srv/help desk'"
        );
        let own = Options {
            keys_dir: Some(AbsolutePath::new("/mnt/it's").expect("a folder")),
            backup_dir: AbsolutePath::new("/backups").expect("a folder"),
            ..options(Path::new("/var/own state"))
        };
        let words = [
            "--state-dir",
            "/var/own state",
            "--backup-dir",
            "/backups",
            "--keys-dir",
            "/mnt/it's",
            "/srv/help desk",
        ];
        assert_eq!(arguments(&own, install), words);
        assert_eq!(
            command_with("watch", &own, install),
            r"freescout-rescue watch --state-dir '/var/own state' --backup-dir /backups --keys-dir '/mnt/it'\''s' '/srv/help desk'"
        );
    }
}
