//! Which variables of our environment are FreeScout's: those that its processes and the files for them have as well.

use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::config::dotenv::EnvFile;
use crate::domain::config::inherited::{self, Handed};
use crate::domain::config::{self};
use crate::engine::session::Session;
use crate::io::container::within;
use crate::io::install::Environment;
use crate::io::os::processes::{self, Belongs, ProcessRole};
use zeroize::Zeroizing;

/// Looks at this install's running processes, at the first one of a container, and at what was read of the files that set
/// variables.
pub fn of_ours(session: &Session) -> Handed {
    let (install, files) = (&session.install, &session.elsewhere);
    if !session.machine.is_host() {
        return Handed::default();
    }
    let ours = Environment::all_of_this_process();
    if ours.is_empty() {
        return Handed::default();
    }
    let environments = environments(&install.root);
    let entries = environments
        .iter()
        .flat_map(|bytes| bytes.split(|b| *b == 0));
    let running: BTreeSet<&[u8]> = entries.collect();
    let known = |name: &[u8], value: &[u8]| {
        let in_file = files.settings.iter().any(|found| {
            let setting = &found.setting;
            let same = setting.value.as_ref().is_some_and(|v| v.expose() == value);
            found.certain && same && setting.name.as_bytes() == name
        });
        in_file || running.contains(&*[name, b"=", value].concat())
    };
    let read = install.variables();
    let env = EnvFile::read(
        install.env_file.as_ref().map_or(&[], |file| &file.bytes),
        &|_| None,
    );
    inherited::tell_apart(
        ours,
        &known,
        &|name| read.iter().any(|read| read.as_bytes() == name),
        &|name| config::text_of(env.env(name)).map(|text| text.expose().to_vec()),
    )
}

/// What the install's own processes were started with, and what its container was.
fn environments(install: &Path) -> Vec<Zeroizing<Vec<u8>>> {
    if within::is_stopped() {
        return Vec::new();
    }
    let own = processes::php(install).into_iter().filter(|process| {
        process.belongs == Belongs::Here && !matches!(process.role, ProcessRole::Server(_))
    });
    let own = own.map(|process| processes::environment_of(process.pid, process.account));
    let first = processes::environment(1);
    std::iter::once(first).chain(own).flatten().collect()
}
